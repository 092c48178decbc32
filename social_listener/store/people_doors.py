"""Sessions, invitations, and failures to sign in. Only hashes of tokens stand here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from social_listener.desk_types.people import InvitationLine, SessionLine
from social_listener.rights import Role
from social_listener.store.people import packed, unpacked
from social_listener.store.rows import aware, named

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

_SESSION = ("id", "staff", "made_at", "used_at", "ends_at", "address", "browser")
_INVITATION = ("id", "kind", "staff", "name", "email", "role", "accounts", "made_by", "made_at", "ends_at")


# -- sessions ----------------------------------------------------------------------------------------------------------


def session(cursor: DuckDBPyConnection, session_id: str, *, half: bool = False) -> SessionLine | None:
    """Return a session, or one that still lacks the second factor; None: there is none."""
    row = cursor.execute(
        f"SELECT {', '.join(_SESSION)} FROM sessions WHERE id = ? AND half = ?", [session_id, half]
    ).fetchone()
    return SessionLine(**named(_SESSION, row)) if row else None


def sessions(cursor: DuckDBPyConnection, staff: str | None = None) -> list[SessionLine]:
    """Return the sessions of somebody, or all, used last first."""
    condition, values = ("staff = ?", [staff]) if staff is not None else ("TRUE", [])
    rows = cursor.execute(
        f"SELECT {', '.join(_SESSION)} FROM sessions WHERE NOT half AND {condition} ORDER BY used_at DESC, id", values
    ).fetchall()
    return [SessionLine(**named(_SESSION, row)) for row in rows]


def insert_session(cursor: DuckDBPyConnection, line: SessionLine, *, half: bool) -> None:
    """Write a session."""
    values = [getattr(line, name) for name in _SESSION]
    cursor.execute(
        f"INSERT INTO sessions ({', '.join(_SESSION)}, half) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [*values, half]
    )


def use_session(cursor: DuckDBPyConnection, session_id: str, now: datetime) -> None:
    """Write when a session was used."""
    cursor.execute("UPDATE sessions SET used_at = ? WHERE id = ?", [now, session_id])


def end_session(cursor: DuckDBPyConnection, session_id: str) -> str | None:
    """End a session; return whose it was, None when there is none."""
    row = cursor.execute("DELETE FROM sessions WHERE id = ? RETURNING staff", [session_id]).fetchone()
    return row[0] if row else None


def end_sessions(cursor: DuckDBPyConnection, staff: str, but: str | None = None) -> list[str]:
    """End all sessions of somebody, `but` one; return their ids."""
    rows = cursor.execute("DELETE FROM sessions WHERE staff = ? AND id <> ? RETURNING id", [staff, but or ""])
    return [row[0] for row in rows.fetchall()]


def forget_sessions(cursor: DuckDBPyConnection, now: datetime, unused_since: datetime) -> None:
    """Remove sessions that have ended by themselves."""
    cursor.execute("DELETE FROM sessions WHERE ends_at <= ? OR used_at <= ?", [now, unused_since])


# -- invitations -------------------------------------------------------------------------------------------------------


def invitation(cursor: DuckDBPyConnection, invitation_id: str) -> InvitationLine | None:
    """Return an invitation; None: there is none, or it was used."""
    row = cursor.execute(f"SELECT {', '.join(_INVITATION)} FROM invitations WHERE id = ?", [invitation_id]).fetchone()
    return _invitation(row) if row else None


def invitations(cursor: DuckDBPyConnection) -> list[InvitationLine]:
    """Return the invitations that were not used, newest first."""
    rows = cursor.execute(f"SELECT {', '.join(_INVITATION)} FROM invitations ORDER BY made_at DESC, id").fetchall()
    return [_invitation(row) for row in rows]


def _invitation(row: Sequence[Any]) -> InvitationLine:
    data = named(_INVITATION, row)
    return InvitationLine(**data | {"role": Role(data["role"]), "accounts": unpacked(data["accounts"])})


def insert_invitation(cursor: DuckDBPyConnection, line: InvitationLine) -> None:
    """Write an invitation."""
    data = {name: getattr(line, name) for name in _INVITATION}
    data |= {"role": line.role.value, "accounts": packed(line.accounts)}
    cursor.execute(
        f"INSERT INTO invitations ({', '.join(data)}) VALUES ({', '.join('?' * len(data))})", list(data.values())
    )


def end_invitation(cursor: DuckDBPyConnection, invitation_id: str) -> bool:
    """Remove an invitation, used or taken back; False when there is none."""
    return cursor.execute("DELETE FROM invitations WHERE id = ? RETURNING id", [invitation_id]).fetchone() is not None


def end_invitations(cursor: DuckDBPyConnection, *, kind: str, staff: str | None = None) -> None:
    """Remove all invitations of a kind, or those for somebody."""
    cursor.execute("DELETE FROM invitations WHERE kind = ? AND (? IS NULL OR staff = ?)", [kind, staff, staff])


def forget_invitations(cursor: DuckDBPyConnection, now: datetime) -> None:
    """Remove invitations whose time is over."""
    cursor.execute("DELETE FROM invitations WHERE ends_at <= ?", [now])


# -- failures to sign in -----------------------------------------------------------------------------------------------


class Failures(NamedTuple):
    """How often somebody failed, in a row."""

    failures: int
    last_at: datetime
    not_before: datetime


def failures(cursor: DuckDBPyConnection, key: str) -> Failures | None:
    """Return the failures under a key; None: none is known."""
    row = cursor.execute("SELECT failures, last_at, not_before FROM sign_in_failures WHERE id = ?", [key]).fetchone()
    if row is None:
        return None
    last_at, not_before = aware(row[1]), aware(row[2])
    return Failures(row[0], last_at, not_before) if last_at and not_before else None


def set_failures(cursor: DuckDBPyConnection, key: str, told: Failures) -> None:
    """Write the failures under a key."""
    cursor.execute(
        """INSERT INTO sign_in_failures (id, failures, last_at, not_before) VALUES (?, ?, ?, ?)
           ON CONFLICT (id) DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at,
           not_before = excluded.not_before""",
        [key, *told],
    )


def clear_failures(cursor: DuckDBPyConnection, key: str) -> None:
    """Forget the failures under a key: it went well."""
    cursor.execute("DELETE FROM sign_in_failures WHERE id = ?", [key])


def forget_failures(cursor: DuckDBPyConnection, before: datetime) -> None:
    """Remove failures that are too old to count."""
    cursor.execute("DELETE FROM sign_in_failures WHERE last_at <= ?", [before])
