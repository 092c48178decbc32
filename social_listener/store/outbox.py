"""Replies on their way: intents, slots, attempts and pauses. Every function takes a cursor; writers need a transaction.

A state changes only by compare-and-set on state and version, so that of two who act at once exactly one wins.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from social_listener.desk_types import ReplyLine
from social_listener.model import ReplyState
from social_listener.store.rows import among, marks, named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

    from social_listener.desk_types.people import Accounts


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReply:
    """One row of `replies`."""

    id: str
    nonce: str
    account_id: str
    channel: str
    item_id: str
    conversation_id: str
    private: bool
    text: str
    text_hash: str
    author: str
    seen_version: int
    state: ReplyState
    created_at: datetime
    not_before: datetime
    deadline: datetime
    attempts: int
    platform_id: str | None
    url: str | None
    reason: str | None
    reconcile_at: datetime | None
    reconciled: int
    settled_by: str | None
    settled_at: datetime | None
    version: int

    @property
    def slot_id(self) -> str:
        """Return the slot this reply takes while it is not settled."""
        return slot_id(self.account_id, self.item_id, private=self.private)

    @property
    def lane(self) -> str:
        """Return the lane it leaves by: pauses are kept for each."""
        return lane(self.account_id, private=self.private)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAttempt:
    """One row of `attempts`: a call that was made, or is being made."""

    id: str
    intent_id: str
    number: int
    boot_id: str
    started_at: datetime
    request_hash: str
    outcome: str | None = None
    error: str | None = None
    detail: str | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """When an account may send again."""

    not_before: datetime
    errors: int
    reason: str


#: columns of a `ReplyLine` that are not plainly those of the reply
_COMPUTED = {
    "reason": "CASE WHEN r.state = 'queued' THEN coalesce(r.reason, p.reason) ELSE r.reason END",
    "after": "a.state",
    "doubtful_since": "(SELECT max(t.ended_at) FROM attempts t WHERE t.intent_id = r.id AND t.outcome = 'in_doubt')",
}
_REPLY = ", ".join(f"r.{field.name}" for field in fields(StoredReply))
_ATTEMPT = ", ".join(field.name for field in fields(StoredAttempt))
UNSETTLED = ("queued", "sending", "in_doubt")


def slot_id(account_id: str, item_id: str, *, private: bool) -> str:
    """Return the name of the room for one unsettled reply per item and visibility."""
    return f"{account_id} {item_id} {'private' if private else 'public'}"


def lane(account_id: str, *, private: bool) -> str:
    """Return the name under which an account's pauses are kept."""
    return f"{account_id} {'private' if private else 'public'}"


def _reply(row: Sequence[Any]) -> StoredReply:
    values = named((field.name for field in fields(StoredReply)), row)
    return StoredReply(**{**values, "state": ReplyState(values["state"])})


# -- reading -----------------------------------------------------------------------------------------------------------


def by_id(cursor: DuckDBPyConnection, intent_id: str) -> StoredReply | None:
    """Return a reply; None when there is none of that id."""
    row = cursor.execute(f"SELECT {_REPLY} FROM replies r WHERE r.id = ?", [intent_id]).fetchone()
    return _reply(row) if row else None


def by_nonce(cursor: DuckDBPyConnection, nonce: str) -> StoredReply | None:
    """Return the reply made of the composed text that `nonce` identifies."""
    row = cursor.execute(f"SELECT {_REPLY} FROM replies r WHERE r.nonce = ?", [nonce]).fetchone()
    return _reply(row) if row else None


def in_states(cursor: DuckDBPyConnection, wanted: Sequence[ReplyState]) -> list[StoredReply]:
    """Return the replies in the `wanted` states, in the order in which they were written."""
    return [
        _reply(row)
        for row in cursor.execute(
            f"SELECT {_REPLY} FROM replies r WHERE r.state IN ({marks(wanted)}) ORDER BY r.created_at, r.id",
            list(wanted),
        ).fetchall()
    ]


def in_conversation(cursor: DuckDBPyConnection, conversation_id: str) -> list[StoredReply]:
    """Return the replies of a conversation that went out or may yet, in the order in which they were written."""
    rows = cursor.execute(
        f"""SELECT {_REPLY} FROM replies r WHERE r.conversation_id = ?
            AND r.state IN ('queued', 'sending', 'in_doubt', 'sent') ORDER BY r.created_at, r.id""",
        [conversation_id],
    ).fetchall()
    return [_reply(row) for row in rows]


def with_platform_id(cursor: DuckDBPyConnection, channel: str, platform_id: str) -> StoredReply | None:
    """Return the reply that is this post at the platform; None: the post is none of ours, as far as we know."""
    row = cursor.execute(
        f"SELECT {_REPLY} FROM replies r WHERE r.channel = ? AND r.platform_id = ?", [channel, platform_id]
    ).fetchone()
    return _reply(row) if row else None


def platform_ids(cursor: DuckDBPyConnection, account_id: str, since: datetime) -> set[str]:
    """Return the native ids of the account's replies that were settled at or after `since`."""
    rows = cursor.execute(
        "SELECT platform_id FROM replies WHERE account_id = ? AND platform_id IS NOT NULL AND settled_at >= ?",
        [account_id, since],
    ).fetchall()
    return {row[0] for row in rows}


def lines(
    cursor: DuckDBPyConnection, now: datetime, *, settled: bool, limit: int | None, within: Accounts = None
) -> list[ReplyLine]:
    """Return replies for staff, newest first; unsettled ones only unless `settled`. A pause shows as the reason.

    `within`: those of these accounts.
    """
    theirs, values = among("r.account_id", within)
    wanted = "TRUE" if settled else f"r.state IN {UNSETTLED}"
    return _lines(cursor, f"{wanted} AND {theirs}", values, now, limit)


def lines_of(cursor: DuckDBPyConnection, conversation_id: str, now: datetime) -> list[ReplyLine]:
    """Return the replies of a conversation that are on their way or did not go, oldest first."""
    return _lines(cursor, "r.conversation_id = ? AND r.state <> 'sent'", [conversation_id], now, 200)[::-1]


def failed_since(
    cursor: DuckDBPyConnection, since: datetime, now: datetime, within: Accounts = None
) -> list[ReplyLine]:
    """Return the replies that were rejected or expired since then, newest first; `within`: of these accounts."""
    theirs, values = among("r.account_id", within)
    wanted = f"r.state IN ('rejected', 'expired') AND r.settled_at >= ? AND {theirs}"
    return _lines(cursor, wanted, [since, *values], now, 200)


def line(cursor: DuckDBPyConnection, intent_id: str, now: datetime) -> ReplyLine | None:
    """Return one reply for staff; None when there is none of that id."""
    return next(iter(_lines(cursor, "r.id = ?", [intent_id], now, 1)), None)


def _lines(
    cursor: DuckDBPyConnection, condition: str, values: list[object], now: datetime, limit: int | None
) -> list[ReplyLine]:
    columns = ", ".join(_COMPUTED.get(field.name, f"r.{field.name}") for field in fields(ReplyLine))
    rows = cursor.execute(
        f"""SELECT {columns} FROM replies r LEFT JOIN send_pauses p
            ON p.id = r.account_id || CASE WHEN r.private THEN ' private' ELSE ' public' END AND p.not_before > ?
            LEFT JOIN followups f ON f.id = r.id LEFT JOIN replies a ON a.id = f.after_id
            WHERE {condition} ORDER BY r.created_at DESC, r.id DESC LIMIT ?""",
        [now, *values, limit],
    ).fetchall()
    found = (named((field.name for field in fields(ReplyLine)), row) for row in rows)
    return [_line(values_of) for values_of in found]


def _line(values: dict[str, Any]) -> ReplyLine:
    after = ReplyState(values["after"]) if values["after"] else None
    line = ReplyLine(**{**values, "state": ReplyState(values["state"]), "after": after})
    waits = waits_because(after, private=line.private) if line.state is ReplyState.QUEUED else None
    return replace(line, reason=waits or line.reason)


def waits_because(after: ReplyState | None, *, private: bool) -> str | None:
    """Return in words why a reply that follows another one waits, by the other one's state; None: it does not."""
    first = "the public answer" if private else "the private message"
    if after in {None, ReplyState.SENT}:
        return None
    if after is ReplyState.IN_DOUBT:
        return f"it waits: {first} may have gone out, or not; it goes when that is known to be there"
    if after in {ReplyState.QUEUED, ReplyState.SENDING}:
        return f"it goes out once {first} is there"
    return f"it waits: {first} did not go out; send this one all the same, or take it back"


def states(cursor: DuckDBPyConnection, within: Accounts = None) -> dict[ReplyState, int]:
    """Return how many replies there are in every state; `within`: of these accounts."""
    theirs, values = among("account_id", within)
    rows = cursor.execute(f"SELECT state, count(*) FROM replies WHERE {theirs} GROUP BY state", values).fetchall()
    return dict.fromkeys(ReplyState, 0) | {ReplyState(state): count for state, count in rows}


def slot_holder(cursor: DuckDBPyConnection, slot: str) -> str | None:
    """Return the intent that takes a slot; None: it is free."""
    row = cursor.execute("SELECT intent_id FROM send_slots WHERE id = ?", [slot]).fetchone()
    return row[0] if row else None


def is_behind(cursor: DuckDBPyConnection, reply: StoredReply) -> bool:
    """Return whether an older reply of the same conversation has not left yet: they leave in order.

    One that waits for another which did not go out, or may not have, holds nobody up: it waits for a person.
    """
    row = cursor.execute(
        """SELECT count(*) FROM replies r LEFT JOIN followups f ON f.id = r.id LEFT JOIN replies first
           ON first.id = f.after_id WHERE r.conversation_id = ? AND r.state IN ('queued', 'sending')
           AND (r.created_at, r.id) < (?, ?)
           AND (r.state = 'sending' OR first.id IS NULL OR first.state IN ('queued', 'sending', 'sent'))""",
        [reply.conversation_id, reply.created_at, reply.id],
    ).fetchone()
    return bool(row and row[0])


def attempts_of(cursor: DuckDBPyConnection, intent_id: str) -> list[StoredAttempt]:
    """Return the calls made for a reply, in order."""
    rows = cursor.execute(f"SELECT {_ATTEMPT} FROM attempts WHERE intent_id = ? ORDER BY number", [intent_id])
    return [StoredAttempt(**named((field.name for field in fields(StoredAttempt)), row)) for row in rows.fetchall()]


def anyone_waits(cursor: DuckDBPyConnection, account_id: str, now: datetime) -> bool:
    """Return whether a reply of an account could leave at this moment, and has not yet."""
    row = cursor.execute(
        """SELECT count(*) FROM replies r LEFT JOIN send_pauses p
           ON p.id = r.account_id || CASE WHEN r.private THEN ' private' ELSE ' public' END AND p.not_before > ?
           WHERE r.account_id = ? AND r.state IN ('queued', 'sending') AND r.not_before <= ? AND r.deadline > ?
           AND p.id IS NULL""",
        [now, account_id, now, now],
    ).fetchone()
    return bool(row and row[0])


def attempt_ids(cursor: DuckDBPyConnection) -> set[str]:
    """Return the ids of all attempts the database knows."""
    return {row[0] for row in cursor.execute("SELECT id FROM attempts").fetchall()}


def pause(cursor: DuckDBPyConnection, lane_id: str) -> Pause | None:
    """Return the last pause of a lane; it may be over. None: the last send went well."""
    row = cursor.execute("SELECT not_before, errors, reason FROM send_pauses WHERE id = ?", [lane_id]).fetchone()
    return Pause(**named(("not_before", "errors", "reason"), row)) if row else None


def clock_offset(cursor: DuckDBPyConnection, account_id: str) -> timedelta:
    """Return how far a platform's clock was ahead of ours when it last answered this account; under 2 s is nothing.

    What it pushes tells when something happened, not what time it is.
    """
    row = cursor.execute(
        """SELECT server_time, fetched_at FROM raw_pages
           WHERE starts_with(stream_id, ? || '/') AND NOT ends_with(stream_id, '/webhook')
           ORDER BY seq DESC LIMIT 1""",
        [account_id],
    ).fetchone()
    offset: timedelta = row[0] - row[1] if row else timedelta(0)
    return offset if abs(offset) >= timedelta(seconds=2) else timedelta(0)


_FORGOTTEN = "sends_forgotten"


def forgotten(cursor: DuckDBPyConnection) -> int:
    """Return how many calls the witness tells of whose reply the database does not know."""
    row = cursor.execute("SELECT value FROM counters WHERE name = ?", [_FORGOTTEN]).fetchone()
    return int(row[0]) if row else 0


# -- writing -----------------------------------------------------------------------------------------------------------


def insert(cursor: DuckDBPyConnection, reply: StoredReply) -> None:
    """Write a new intent and take its slot. The caller has seen, in this transaction, that nonce and slot are free."""
    names = [field.name for field in fields(StoredReply)]
    cursor.execute(
        f"INSERT INTO replies ({', '.join(names)}) VALUES ({', '.join('?' for _ in names)})",
        [getattr(reply, name) for name in names],
    )
    cursor.execute("INSERT INTO send_slots VALUES (?, ?)", [reply.slot_id, reply.id])


def change(cursor: DuckDBPyConnection, reply: StoredReply, **values: object) -> bool:
    """Set `values` if the row still is as `reply` was read; False: somebody was faster. The version is raised."""
    row = cursor.execute(
        f"""UPDATE replies SET {", ".join(f"{name} = ?" for name in values)}, version = version + 1
            WHERE id = ? AND state = ? AND version = ? RETURNING id""",
        [*values.values(), reply.id, reply.state, reply.version],
    ).fetchone()
    return row is not None


def free_slot(cursor: DuckDBPyConnection, reply: StoredReply) -> None:
    """Give a reply's slot back."""
    cursor.execute("DELETE FROM send_slots WHERE id = ? AND intent_id = ?", [reply.slot_id, reply.id])


def follow(cursor: DuckDBPyConnection, reply: StoredReply, after: StoredReply) -> None:
    """Let a reply leave only once another one was sent."""
    cursor.execute("INSERT INTO followups (id, after_id) VALUES (?, ?)", [reply.id, after.id])


def unfollow(cursor: DuckDBPyConnection, intent_id: str) -> bool:
    """Let a reply leave whatever became of the one it waited for; False: it waits for none."""
    return bool(cursor.execute("DELETE FROM followups WHERE id = ? RETURNING id", [intent_id]).fetchone())


def followed(cursor: DuckDBPyConnection, intent_id: str) -> StoredReply | None:
    """Return the reply that this one waits for; None: it waits for none."""
    row = cursor.execute("SELECT after_id FROM followups WHERE id = ?", [intent_id]).fetchone()
    return by_id(cursor, row[0]) if row else None


def follower(cursor: DuckDBPyConnection, intent_id: str) -> StoredReply | None:
    """Return the reply that waits for this one; None: none does."""
    row = cursor.execute("SELECT id FROM followups WHERE after_id = ?", [intent_id]).fetchone()
    return by_id(cursor, row[0]) if row else None


def insert_attempt(cursor: DuckDBPyConnection, attempt: StoredAttempt) -> None:
    """Write down that a call is about to be made."""
    cursor.execute(
        f"INSERT INTO attempts ({_ATTEMPT}) VALUES ({', '.join('?' for _ in fields(StoredAttempt))})",
        [getattr(attempt, field.name) for field in fields(StoredAttempt)],
    )


def end_attempt(
    cursor: DuckDBPyConnection,
    attempt_id: str,
    now: datetime,
    *,
    outcome: str,
    error: str | None = None,
    detail: str | None = None,
) -> None:
    """Write down what a call came to."""
    cursor.execute(
        "UPDATE attempts SET outcome = ?, error = ?, detail = ?, ended_at = ? WHERE id = ?",
        [outcome, error, detail, now, attempt_id],
    )


def set_pause(cursor: DuckDBPyConnection, lane_id: str, not_before: datetime, reason: str) -> None:
    """Make a lane wait, and count one more failure in a row."""
    before = pause(cursor, lane_id)
    if before is None:
        cursor.execute("INSERT INTO send_pauses VALUES (?, ?, 1, ?)", [lane_id, not_before, reason])
    else:
        cursor.execute(
            "UPDATE send_pauses SET not_before = ?, errors = errors + 1, reason = ? WHERE id = ?",
            [max(not_before, before.not_before), reason, lane_id],
        )


def clear_pause(cursor: DuckDBPyConnection, lane_id: str) -> None:
    """Forget a lane's failures: a call went through."""
    if pause(cursor, lane_id) is not None:
        cursor.execute("DELETE FROM send_pauses WHERE id = ?", [lane_id])


def set_forgotten(cursor: DuckDBPyConnection, count: int) -> None:
    """Write how many calls the witness tells of whose reply the database does not know."""
    if cursor.execute("UPDATE counters SET value = ? WHERE name = ? RETURNING name", [count, _FORGOTTEN]).fetchone():
        return
    cursor.execute("INSERT INTO counters (name, value) VALUES (?, ?)", [_FORGOTTEN, count])
