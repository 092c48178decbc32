"""The queue as the inbox lists it: the most pressing conversations first, with filters and counts.

Waiting time counts as of the moment of reading, so no row is written because time went by.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from social_listener.desk_types import QueuePlace, QueueRow, View
from social_listener.desk_types.organising import OpenCounts
from social_listener.model import Kind, ReplyState, SentimentLabel, Status
from social_listener.store import conversations
from social_listener.store.due import DUE, StoredDue
from social_listener.store.rows import among, aware, marks
from social_listener.store.sought import condition as sought_condition

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.desk_types import QueueFilter
    from social_listener.desk_types.levels import DueLine
    from social_listener.desk_types.organising import Label
    from social_listener.desk_types.people import Accounts
    from social_listener.model import Factor
    from social_listener.store.due import PlatformTime
    from social_listener.store.sought import Sought


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How waiting adds to a priority: `at_target` points when it is due, in proportion, `most` at most."""

    at_target: float
    most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRow:
    """One conversation as the queue lists it, with the factors of its most pressing item."""

    conversation_id: str
    channel: str
    account_id: str
    stream_id: str
    kind: Kind
    private: bool
    status: Status
    assignee: str | None
    snoozed_until: datetime | None
    item_id: str
    priority: int
    waiting_since: datetime | None
    sentiment: SentimentLabel
    language: str | None
    name: str
    handle: str
    excerpt: str
    last_at: datetime
    unanswered: int
    version: int
    labels: str  #: "id id"
    next_due: StoredDue | None
    factors: tuple[Factor, ...]
    pending: ReplyState | None
    proposed: bool
    urgency: float = 0  #: its priority with waiting time, as of the moment it was listed at

    def place(self, order: PlatformTime) -> QueuePlace:
        """Return where the list goes on behind this row; `order`: the moment that it holds at."""
        return QueuePlace(
            as_of=order.ours,
            ahead=order.ahead,
            urgency=int(self.urgency),
            waiting_since=self.waiting_since,
            last_at=self.last_at,
            conversation_id=self.conversation_id,
        )

    def shown(
        self, *, priority: int, reasons: tuple[str, ...], due: DueLine | None, labels: Mapping[str, Label]
    ) -> QueueRow:
        """Return it as staff see it; `labels`: those there are, by id."""
        own = {name: getattr(self, name) for name in _SHARED}
        worn = tuple(labels[key] for key in self.labels.split() if key in labels)
        return QueueRow(**own, priority=priority, reasons=reasons, due=due, labels=worn)


_OWN = {"factors", "labels", "priority", "version", "next_due", "urgency"}
_SHARED = tuple(field.name for field in fields(ListedRow) if field.name not in _OWN)
#: column of `queue` → name in ListedRow
_COLUMNS = {
    "conversation_id": "conversation_id",
    "channel": "channel",
    "account_id": "account_id",
    "stream_id": "stream_id",
    "kind": "kind",
    "private": "private",
    "status": "status",
    "assignee": "assignee",
    "snoozed_until": "snoozed_until",
    "item_id": "item_id",
    "priority": "priority",
    "waiting_since": "waiting_since",
    "sentiment_label": "sentiment",
    "language": "language",
    "contact_name": "name",
    "contact_handle": "handle",
    "excerpt": "excerpt",
    "last_at": "last_at",
    "unanswered": "unanswered",
    "version": "version",
    "labels": "labels",
} | {name: name for name in DUE}
#: stands for "nobody waits" in the order: such rows come last among those of one priority
_NEVER = "9999-01-01 00:00:00+00"
_DOUBT = "SELECT conversation_id FROM replies WHERE state = 'in_doubt'"
_OPEN = "(status = 'open' OR (status = 'snoozed' AND snoozed_until <= ?))"


class Factors:
    """Factors met before: an inbox that is drawn again and again asks the database for new ones only.

    Thread-safe. What is remembered goes by the conversation's version, which every rewording raises.
    """

    def __init__(self, most: int = 5_000) -> None:
        self._most = most
        self._known: dict[tuple[str, int, int], tuple[Factor, ...]] = {}

    def of(self, cursor: DuckDBPyConnection, rows: Sequence[dict[str, Any]]) -> list[tuple[Factor, ...]]:
        """Return the factors of each row's item."""
        keys = [(row["item_id"], row["version"], row["priority"]) for row in rows]
        known = self._known
        missing = [key for key in keys if key not in known]
        if missing:
            found = conversations.factors_of(cursor, [key[0] for key in missing])
            new = {key: found.get(key[0], ()) for key in missing}
            self._known = known = (known if len(known) < self._most else {}) | new
        return [known.get(key, ()) for key in keys]


def listed(
    cursor: DuckDBPyConnection,
    wanted: QueueFilter,
    staff: str,
    as_of: PlatformTime,
    waiting: Waiting,
    *,
    sought: Sought | None,
    factors: Factors,
    limit: int,
    after: QueuePlace | None = None,
    only: Collection[str] | None = None,
) -> list[ListedRow]:
    """Return a stretch of the queue, most pressing first.

    `sought`: what a search asks for; None: there is none. `after`: begin behind that row; then `as_of` must be the
    moment that it was listed at, for the order hangs on how long everybody had waited. `only`: of these conversations.
    """
    condition, values = _condition(wanted, sought, as_of)
    view, view_values = _view(wanted.view, staff, as_of)
    order, order_values = _urgency(as_of, waiting)
    behind, behind_values = _behind(after)
    among = "TRUE" if only is None else f"conversation_id IN ({marks(list(only))})"
    rows = cursor.execute(
        f"""SELECT {", ".join(_COLUMNS)}, urgency FROM (
                SELECT *, {order} AS urgency, coalesce(waiting_since, TIMESTAMPTZ '{_NEVER}') AS since
                FROM queue WHERE {condition} AND {view} AND {among})
            WHERE {behind}
            ORDER BY urgency DESC, since, last_at DESC, conversation_id LIMIT ?""",
        [*order_values, *values, *view_values, *(only or ()), *behind_values, limit],
    ).fetchall()
    names = (*_COLUMNS.values(), "urgency")
    return complete(cursor, [dict(zip(names, row, strict=True)) for row in rows], factors)


def _behind(after: QueuePlace | None) -> tuple[str, list[object]]:
    """Return the condition that a row stands behind another in the queue's order."""
    if after is None:
        return "TRUE", []
    since = f"coalesce(?, TIMESTAMPTZ '{_NEVER}')"
    return (
        f"""(urgency < ? OR (urgency = ? AND (since > {since} OR (since = {since} AND (
            last_at < ? OR (last_at = ? AND conversation_id > ?))))))""",
        [
            *(after.urgency, after.urgency, after.waiting_since, after.waiting_since, after.last_at, after.last_at),
            after.conversation_id,
        ],
    )


def assigned(
    cursor: DuckDBPyConnection, wanted: QueueFilter, now: PlatformTime, sought: Sought | None
) -> dict[str, int]:
    """Return how many conversations View.MINE holds for each of the staff, with the other filters as they are."""
    condition, values = _condition(wanted, sought, now)
    rows = cursor.execute(
        f"""SELECT assignee, count(*) FROM queue WHERE {condition} AND {_OPEN} AND assignee IS NOT NULL
            GROUP BY assignee""",
        [*values, now.ours],
    ).fetchall()
    return dict(rows)


def counts(
    cursor: DuckDBPyConnection, wanted: QueueFilter, now: PlatformTime, sought: Sought | None
) -> dict[View, int]:
    """Return how many conversations each view of the queue holds but View.MINE, with the other filters as they are."""
    condition, values = _condition(wanted, sought, now)
    views = [view for view in View if view not in {View.RESOLVED, View.SPAM, View.MINE}]
    parts = [_view(view, "", now) for view in views]
    columns = ", ".join(f"count(*) FILTER ({part})" for part, _ in parts)
    figures = cursor.execute(
        f"SELECT {columns} FROM queue WHERE {condition}",
        [*(value for _, part_values in parts for value in part_values), *values],
    ).fetchone()
    return dict(zip(views, figures or (), strict=True))


def count_each(cursor: DuckDBPyConnection, filters: Sequence[QueueFilter], staff: str, now: PlatformTime) -> list[int]:
    """Return how many conversations each filter without words finds, in one pass over the queue."""
    if not filters:
        return []
    parts: list[str] = []
    values: list[object] = []
    for wanted in filters:
        condition, condition_values = _condition(wanted, None, now)
        view, view_values = _view(wanted.view, staff, now)
        parts.append(f"count(*) FILTER ({condition} AND {view})")
        values += [*condition_values, *view_values]
    row = cursor.execute(f"SELECT {', '.join(parts)} FROM queue", values).fetchone()
    return [int(number) for number in row or ()]


def open_counts(cursor: DuckDBPyConnection, within: Accounts, now: PlatformTime) -> OpenCounts:
    """Return how many open conversations on accounts each channel, label and team has, in one pass over the queue."""
    theirs, accounts = among("account_id", within)
    groups = cursor.execute(
        f"""SELECT channel, labels, team_id, count(*) FROM queue
            LEFT JOIN assignments ON assignments.id = conversation_id AND team_id IS NOT NULL
            WHERE {_OPEN} AND {theirs} GROUP BY channel, labels, team_id""",
        [now.ours, *accounts],
    ).fetchall()
    channels, worn, teams = Counter[str](), Counter[str](), Counter[str]()
    for channel, labels, team, number in groups:
        channels[channel] += number
        worn.update(dict.fromkeys(labels.split(), number))
        if team is not None:
            teams[team] += number
    return OpenCounts(channels=dict(channels), labels=dict(worn), teams=dict(teams))


def versions(
    cursor: DuckDBPyConnection, wanted: QueueFilter, staff: str, now: PlatformTime, sought: Sought | None
) -> dict[str, int]:
    """Return the versions of all conversations that a filter finds in the queue."""
    condition, values = _condition(wanted, sought, now)
    view, view_values = _view(wanted.view, staff, now)
    rows = cursor.execute(
        f"SELECT conversation_id, version FROM queue WHERE {condition} AND {view} ORDER BY conversation_id",
        [*values, *view_values],
    ).fetchall()
    return dict(rows)


def _urgency(now: PlatformTime, waiting: Waiting) -> tuple[str, list[object]]:
    """Return the priority with waiting time, as SQL; scoring.waiting_points tells the formula."""
    moment, values = now.seconds()
    waited = f"({moment} - extract('epoch' FROM due_since))"
    target = "greatest(1.0, extract('epoch' FROM due_at) - extract('epoch' FROM due_since))"
    points = f"CASE WHEN waiting_since IS NOT NULL THEN least(?, greatest(0.0, ? * {waited} / {target})) END"
    return f"floor(least(100.0, priority + coalesce({points}, 0.0)))", [waiting.most, waiting.at_target, *values]


def _view(view: View, staff: str, at: PlatformTime) -> tuple[str, list[object]]:
    """Return the condition that makes a view. A snooze whose time has come counts as open."""
    now = at.ours
    conditions: dict[View, tuple[str, list[object]]] = {
        View.WAITING: (f"{_OPEN} AND waiting_since IS NOT NULL", [now]),
        View.BREACHED: at.due_within(timedelta(0)),
        View.OPEN: (_OPEN, [now]),
        View.MINE: (f"{_OPEN} AND assignee = ?", [now, staff]),
        View.UNASSIGNED: (f"{_OPEN} AND assignee IS NULL", [now]),
        View.IN_DOUBT: (f"conversation_id IN ({_DOUBT})", []),
        View.SNOOZED: ("status = 'snoozed' AND snoozed_until > ?", [now]),
        View.TO_APPROVE: ("conversation_id IN (SELECT conversation_id FROM proposals WHERE state = 'waiting')", []),
    }
    return conditions[view]


def _condition(wanted: QueueFilter, sought: Sought | None, now: PlatformTime) -> tuple[str, list[object]]:
    """Return the condition of everything but the view."""
    columns = {
        "channel": wanted.channel,
        "account_id": wanted.account_id,
        "stream_id": wanted.stream_id,
        "sentiment_label": wanted.sentiment,
        "language": wanted.language,
        "private": wanted.private,
        "assignee": wanted.assignee,
    }
    parts = [f"{column} = ?" for column, value in columns.items() if value is not None]
    values: list[object] = [value for value in columns.values() if value is not None]
    if wanted.team_id is not None:
        parts.append("conversation_id IN (SELECT id FROM assignments WHERE team_id = ?)")
        values.append(wanted.team_id)
    if wanted.label is not None:
        parts.append("labels LIKE ?")  # ids are of one length: none is part of another
        values.append(f"%{wanted.label}%")
    if wanted.due_within is not None:
        part, part_values = now.due_within(wanted.due_within)
        parts.append(part)
        values.extend(part_values)
    text, more = sought_condition(sought, "queue")
    theirs, accounts = among("account_id", wanted.within)
    return " AND ".join([*parts, text, theirs]), [*values, *more, *accounts]


def complete(cursor: DuckDBPyConnection, rows: Sequence[dict[str, Any]], factors: Factors) -> list[ListedRow]:
    """Return rows, given by the names of `ListedRow`, with factors and the most pressing reply that is not settled."""
    ids = [row["conversation_id"] for row in rows]
    pending, proposed = _pending(cursor, ids), _proposed(cursor)
    return [
        ListedRow(
            **{name: value for name, value in row.items() if name not in DUE}
            | {
                "kind": Kind(row["kind"]),
                "status": Status(row["status"]),
                "sentiment": SentimentLabel(row["sentiment"]),
                "snoozed_until": aware(row["snoozed_until"]),
                "waiting_since": aware(row["waiting_since"]),
                "last_at": aware(row["last_at"]),
                "next_due": StoredDue.of(row),
                "factors": found,
                "pending": pending.get(row["conversation_id"]),
                "proposed": row["conversation_id"] in proposed,
            }
        )
        for row, found in zip(rows, factors.of(cursor, rows), strict=True)
    ]


def _pending(cursor: DuckDBPyConnection, conversation_ids: Sequence[str]) -> dict[str, ReplyState]:
    """Return the most pressing reply of every conversation that has one: on its way, or the last and not sent."""
    rows = cursor.execute(
        """SELECT conversation_id, state FROM replies WHERE state IN ('queued', 'sending', 'in_doubt')
           UNION ALL
           SELECT conversation_id, arg_max(state, created_at) AS last FROM replies
           WHERE state <> 'cancelled' AND list_contains(?, conversation_id)
           GROUP BY conversation_id HAVING last IN ('rejected', 'expired')""",
        [list(conversation_ids)],
    ).fetchall()
    order = (ReplyState.QUEUED, ReplyState.SENDING, ReplyState.EXPIRED, ReplyState.REJECTED, ReplyState.IN_DOUBT)
    return {
        conversation_id: ReplyState(state)
        for conversation_id, state in sorted(rows, key=lambda row: order.index(ReplyState(row[1])))
    }


def _proposed(cursor: DuckDBPyConnection) -> frozenset[str]:
    """Return the conversations in which a reply waits for approval; they are few."""
    rows = cursor.execute("SELECT conversation_id FROM proposals WHERE state = 'waiting'").fetchall()
    return frozenset(conversation_id for (conversation_id,) in rows)
