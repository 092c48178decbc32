"""Replies that wait for approval. Every function takes a cursor; writers need a transaction.

A proposal changes only by compare-and-set on state and version, so that of two who decide at once exactly one does.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from social_listener.desk_types.team import Proposal, ProposalState
from social_listener.store.rows import marks, named

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredProposal:
    """One row of `proposals`."""

    id: str
    nonce: str
    conversation_id: str
    account_id: str
    item_id: str
    private: bool
    text: str
    author: str
    seen_version: int
    state: ProposalState
    created_at: datetime
    until: datetime | None
    warned: bool
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    reply_id: str | None
    version: int

    def shown(self, said_version: int = 0) -> Proposal:
        """Return what staff see of it; `said_version`: of its conversation, when something was last said there."""
        own = {field.name: getattr(self, field.name) for field in fields(Proposal) if field.name != "stale"}
        waiting = self.state is ProposalState.WAITING
        return Proposal(**own, stale=waiting and said_version > self.seen_version)


_NAMES = tuple(field.name for field in fields(StoredProposal))
_COLUMNS = ", ".join(_NAMES)


def _row(values: Sequence[Any]) -> StoredProposal:
    data = named(_NAMES, values)
    return StoredProposal(**{**data, "state": ProposalState(data["state"])})


def _find(cursor: DuckDBPyConnection, condition: str, values: Sequence[object]) -> list[StoredProposal]:
    rows = cursor.execute(
        f"SELECT {_COLUMNS} FROM proposals WHERE {condition} ORDER BY created_at, id", list(values)
    ).fetchall()
    return [_row(row) for row in rows]


def by_id(cursor: DuckDBPyConnection, proposal_id: str) -> StoredProposal | None:
    """Return a proposal; None when there is none of that id."""
    return next(iter(_find(cursor, "id = ?", [proposal_id])), None)


def by_nonce(cursor: DuckDBPyConnection, nonce: str) -> StoredProposal | None:
    """Return the proposal made of the composed text that `nonce` identifies."""
    return next(iter(_find(cursor, "nonce = ?", [nonce])), None)


def of_conversation(cursor: DuckDBPyConnection, conversation_id: str) -> list[StoredProposal]:
    """Return the proposals of a conversation, oldest first."""
    return _find(cursor, "conversation_id = ?", [conversation_id])


def waiting_for(cursor: DuckDBPyConnection, item_id: str, *, private: bool) -> StoredProposal | None:
    """Return the proposal of that visibility that waits in answer to an item."""
    found = _find(cursor, "state = 'waiting' AND item_id = ? AND private = ?", [item_id, private])
    return next(iter(found), None)


def waiting_in(cursor: DuckDBPyConnection, conversation_id: str) -> list[StoredProposal]:
    """Return the proposals that wait in a conversation, oldest first."""
    return _find(cursor, "state = 'waiting' AND conversation_id = ?", [conversation_id])


def waiting_by(cursor: DuckDBPyConnection, conversation_ids: Sequence[str]) -> dict[str, str]:
    """Return those of the conversations in which a proposal waits, each with the author of one."""
    rows = cursor.execute(
        f"""SELECT conversation_id, min(author) FROM proposals
            WHERE state = 'waiting' AND conversation_id IN ({marks(conversation_ids)}) GROUP BY conversation_id""",
        list(conversation_ids),
    )
    return dict(rows.fetchall())


def ending(cursor: DuckDBPyConnection, before: datetime) -> list[StoredProposal]:
    """Return the waiting proposals whose window ends by then, oldest first."""
    return _find(cursor, "state = 'waiting' AND until <= ?", [before])


def insert(cursor: DuckDBPyConnection, proposal: StoredProposal) -> None:
    """Write a new proposal. The caller has seen, in this transaction, that its nonce is free."""
    cursor.execute(
        f"INSERT INTO proposals ({_COLUMNS}) VALUES ({', '.join('?' for _ in _NAMES)})",
        [getattr(proposal, name) for name in _NAMES],
    )


def change(cursor: DuckDBPyConnection, proposal: StoredProposal, **values: object) -> bool:
    """Set `values` if the row still is as `proposal` was read; False: somebody was faster. The version is raised."""
    row = cursor.execute(
        f"""UPDATE proposals SET {", ".join(f"{name} = ?" for name in values)}, version = version + 1
            WHERE id = ? AND state = ? AND version = ? RETURNING id""",
        [*values.values(), proposal.id, proposal.state, proposal.version],
    ).fetchone()
    return row is not None


def note(cursor: DuckDBPyConnection, proposal_id: str, *, until: datetime | None, warned: bool) -> None:
    """Write what the clock changes; for those who decide it is the same proposal as before."""
    cursor.execute("UPDATE proposals SET until = ?, warned = ? WHERE id = ?", [until, warned, proposal_id])
