"""Staff as rows: who works here, and how they prove it. Every function takes a cursor."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from social_listener.desk_types.people import Accounts, StaffLine
from social_listener.rights import Role
from social_listener.store.rows import named

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

_COLUMNS = ("id", "name", "email", "role", "accounts", "active", "created_at", "signed_in_at", "version", "subject")


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """How somebody proves who they are; secrets are hashed or sealed."""

    password: str | None = None
    totp: str | None = None
    totp_pending: str | None = None
    totp_step: int = 0
    recovery: tuple[str, ...] = ()


def packed(accounts: Accounts) -> str:
    """Return a list of accounts as its column holds it."""
    return "*" if accounts is None else json.dumps(sorted(accounts))


def unpacked(text: str) -> Accounts:
    """Return the accounts that a column holds."""
    return None if text == "*" else frozenset(json.loads(text))


def _line(row: Sequence[Any]) -> StaffLine:
    data = named(_COLUMNS, row)
    return StaffLine(**data | {"role": Role(data["role"]), "accounts": unpacked(data["accounts"])})


def one(cursor: DuckDBPyConnection, staff: str) -> StaffLine | None:
    """Return somebody by sign-in name, exactly as it is kept; None: there is nobody of that name."""
    row = cursor.execute(f"SELECT {', '.join(_COLUMNS)} FROM staff WHERE id = ?", [staff]).fetchone()
    return _line(row) if row else None


def name_key(typed: str) -> str:
    """Return what all spellings of one sign-in name have in common: upper and lower case, composed letters or not.

    Signing in and the pause after failures both go by it: another spelling is no fresh name to guess at.
    """
    folded = unicodedata.normalize("NFKC", typed).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def named_like(cursor: DuckDBPyConnection, typed: str) -> StaffLine | None:
    """Return somebody by sign-in name, however it was spelled."""
    key = name_key(typed)
    return next((line for line in everybody(cursor) if name_key(line.id) == key), None)


def with_email(cursor: DuckDBPyConnection, email: str) -> StaffLine | None:
    """Return somebody by e-mail address."""
    return _where(cursor, "email = ?", email.lower())


def with_subject(cursor: DuckDBPyConnection, subject: str) -> StaffLine | None:
    """Return somebody by what the identity provider calls them: "<issuer> <subject>"."""
    return _where(cursor, "subject = ?", subject)


def _where(cursor: DuckDBPyConnection, condition: str, value: str) -> StaffLine | None:
    row = cursor.execute(f"SELECT {', '.join(_COLUMNS)} FROM staff WHERE {condition}", [value]).fetchone()
    return _line(row) if row else None


def everybody(cursor: DuckDBPyConnection) -> list[StaffLine]:
    """Return all staff, those that left included, in the order in which they came."""
    rows = cursor.execute(f"SELECT {', '.join(_COLUMNS)} FROM staff ORDER BY created_at, id").fetchall()
    return [_line(row) for row in rows]


def insert(cursor: DuckDBPyConnection, line: StaffLine) -> None:
    """Write somebody new, without any way to sign in yet."""
    values = [*(getattr(line, name) for name in _COLUMNS)]
    values[_COLUMNS.index("role")] = line.role.value
    values[_COLUMNS.index("accounts")] = packed(line.accounts)
    cursor.execute(f"INSERT INTO staff ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(values))})", values)
    cursor.execute("INSERT INTO staff_keys (staff, totp_step, recovery) VALUES (?, 0, '')", [line.id])


def change(cursor: DuckDBPyConnection, staff: str, version: int, **values: object) -> bool:
    """Change columns of somebody by compare-and-set; False when somebody else was faster."""
    plain = dict(values)
    if isinstance(plain.get("role"), Role):
        plain["role"] = str(plain["role"])
    if "accounts" in plain:
        plain["accounts"] = packed(plain["accounts"])  # type: ignore[arg-type]  # the column's own type, by name
    columns = ", ".join(f"{name} = ?" for name in plain)
    row = cursor.execute(
        f"UPDATE staff SET {columns}, version = version + 1 WHERE id = ? AND version = ? RETURNING id",
        [*plain.values(), staff, version],
    ).fetchone()
    return row is not None


def signed_in(cursor: DuckDBPyConnection, staff: str, now: datetime) -> None:
    """Write when somebody last signed in; nobody else's change is in conflict with that."""
    cursor.execute("UPDATE staff SET signed_in_at = ? WHERE id = ?", [now, staff])


def keys(cursor: DuckDBPyConnection, staff: str) -> Keys:
    """Return how somebody proves who they are."""
    row = cursor.execute(
        "SELECT password, totp, totp_pending, totp_step, recovery FROM staff_keys WHERE staff = ?", [staff]
    ).fetchone()
    if row is None:
        return Keys()
    return Keys(password=row[0], totp=row[1], totp_pending=row[2], totp_step=row[3], recovery=tuple(row[4].split()))


def set_keys(cursor: DuckDBPyConnection, staff: str, **values: object) -> None:
    """Change how somebody proves who they are."""
    plain = {name: " ".join(value) if isinstance(value, tuple) else value for name, value in values.items()}
    columns = ", ".join(f"{name} = ?" for name in plain)
    cursor.execute(f"UPDATE staff_keys SET {columns} WHERE staff = ?", [*plain.values(), staff])


def proofs(cursor: DuckDBPyConnection) -> dict[str, tuple[bool, bool]]:
    """Return by sign-in name whether somebody has a password, and a second factor."""
    rows = cursor.execute("SELECT staff, password IS NOT NULL, totp IS NOT NULL FROM staff_keys").fetchall()
    return {row[0]: (row[1], row[2]) for row in rows}
