"""The queue as the inbox lists it: the most pressing conversations first, with filters and counts.

Waiting time counts as of the moment of reading, so no row is written because time went by.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from social_listener.desk_types import QueuePlace, QueueRow, View
from social_listener.desk_types.organising import OpenCounts
from social_listener.model import Kind, ReplyState, SentimentLabel, Status
from social_listener.store import conversations
from social_listener.store.due import DUE, StoredDue
from social_listener.store.rows import among, aware, marks
from social_listener.store.sought import BOTH
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


@dataclass(frozen=True, slots=True)
class Counts:
    """How many conversations of the queue each view holds, with the other filters as they are."""

    views: dict[View, int]  #: but for View.MINE
    mine: dict[str, int]  #: staff → what View.MINE holds for them


def counts(cursor: DuckDBPyConnection, wanted: QueueFilter, now: PlatformTime, sought: Sought | None) -> Counts:
    """Return how many conversations of the queue each view holds, in one pass over it."""
    condition, values = _condition(wanted, sought, now)
    asleep, asleep_values = _view(View.SNOOZED, "", now)
    late, late_values = _view(View.BREACHED, "", now)
    groups = cursor.execute(
        f"""SELECT {_OPEN} AS here, {asleep} AS asleep, {late} AS late, waiting_since IS NOT NULL AS waits, assignee,
                   count(*) AS number
            FROM queue WHERE {condition} GROUP BY here, asleep, late, waits, assignee""",
        [now.ours, *asleep_values, *late_values, *values],
    ).fetchall()
    views, mine = Counter[View](), Counter[str]()
    for here, asleep_too, late_too, waits, assignee, number in groups:
        holds = {
            View.OPEN: here,
            View.WAITING: here and waits,
            View.UNASSIGNED: here and assignee is None,
            View.SNOOZED: asleep_too,
            View.BREACHED: late_too,
        }
        views.update({view: number for view, held in holds.items() if held})
        if here and assignee is not None:
            mine[assignee] += number
    named: dict[View, int] = {view: views[view] for view in View if view not in {View.RESOLVED, View.SPAM, View.MINE}}
    return Counts(views=named, mine=dict(mine))


def count(cursor: DuckDBPyConnection, wanted: QueueFilter, now: PlatformTime, sought: Sought | None) -> int:
    """Return how many conversations of the queue a filter finds; not for View.MINE."""
    condition, values = _condition(wanted, sought, now)
    view, view_values = _view(wanted.view, "", now)
    ((number,),) = cursor.execute(
        f"SELECT count(*) FROM queue WHERE {condition} AND {view}", [*values, *view_values]
    ).fetchall()
    return int(number)


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
        View.IN_DOUBT: (f"conversation_id IN ({BOTH[View.IN_DOUBT]})", []),
        View.SNOOZED: ("status = 'snoozed' AND snoozed_until > ?", [now]),
        View.TO_APPROVE: (f"conversation_id IN ({BOTH[View.TO_APPROVE]})", []),
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
    pending, proposed = _unsettled(cursor, [row["conversation_id"] for row in rows])
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


#: what becomes of replies, the less pressing first
_PRESSING: Final = tuple(ReplyState(state) for state in ("queued", "sending", "expired", "rejected", "in_doubt"))
_FAILED: Final = frozenset({ReplyState.REJECTED.value, ReplyState.EXPIRED.value})


def _unsettled(
    cursor: DuckDBPyConnection, conversation_ids: Sequence[str]
) -> tuple[dict[str, ReplyState], frozenset[str]]:
    """Return the most pressing reply of conversations, on its way or the last and not sent, and where one is proposed.

    Those on their way and those that wait for approval are few: they are read for all conversations.
    """
    rows = cursor.execute(
        """SELECT conversation_id, state FROM replies WHERE state IN ('queued', 'sending', 'in_doubt')
           UNION ALL
           SELECT conversation_id, state FROM proposals WHERE state = 'waiting'
           UNION ALL
           SELECT conversation_id, state FROM replies
           WHERE state IN ('rejected', 'expired') AND list_contains(?, conversation_id)""",
        [list(conversation_ids)],
    ).fetchall()
    failed = sorted({one for one, state in rows if state in _FAILED})
    states = [(one, ReplyState(state)) for one, state in rows if state not in {*_FAILED, "waiting"}]
    states += _last_failed(cursor, failed) if failed else []
    pending = dict(sorted(states, key=lambda found: _PRESSING.index(found[1])))
    return pending, frozenset(one for one, state in rows if state == "waiting")


def _last_failed(cursor: DuckDBPyConnection, conversation_ids: Sequence[str]) -> list[tuple[str, ReplyState]]:
    """Return those conversations whose last reply was not sent."""
    rows = cursor.execute(
        """SELECT conversation_id, arg_max(state, created_at) AS last FROM replies
           WHERE state <> 'cancelled' AND list_contains(?, conversation_id)
           GROUP BY conversation_id HAVING last IN ('rejected', 'expired')""",
        [list(conversation_ids)],
    ).fetchall()
    return [(one, ReplyState(state)) for one, state in rows]
