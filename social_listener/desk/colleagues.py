"""Who works here, and which of them may do something: asked where the answer is a list, not a refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from social_listener.errors import DeskError
from social_listener.rights import Right
from social_listener.store import people

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office
    from social_listener.desk_types.people import StaffLine


def names(cursor: DuckDBPyConnection) -> tuple[str, ...]:
    """Return everybody who works here, by the names they sign in with."""
    return tuple(line.id for line in people.everybody(cursor) if line.active)


def may(office: Office, cursor: DuckDBPyConnection, staff: str, right: Right, account_id: str | None = None) -> bool:
    """Return whether somebody may do this here."""
    try:
        office.permit(cursor, staff, right, account_id)
    except DeskError:
        return False
    return True


def may_send(office: Office, cursor: DuckDBPyConnection, staff: str, account_id: str) -> bool:
    """Return whether what somebody writes to customers of an account leaves without approval."""
    return may(office, cursor, staff, Right.REPLY, account_id)


def who_may(cursor: DuckDBPyConnection, right: Right, account_id: str | None) -> tuple[str, ...]:
    """Return everybody who may do this with an account."""
    return able(people.everybody(cursor), right, account_id)


def able(staff: Iterable[StaffLine], right: Right, account_id: str | None) -> tuple[str, ...]:
    """Return those of the staff who may do this with an account."""
    return tuple(line.id for line in staff if line.may(right) and (account_id is None or line.reaches(account_id)))


def known(cursor: DuckDBPyConnection, staff: str) -> str:
    """Return a name of somebody who works here; `DeskError` for any other."""
    everybody = names(cursor)
    if staff not in everybody:
        raise DeskError(f"{staff!r} does not work here; those who do are {', '.join(sorted(everybody))}")
    return staff


def may_have(office: Office, cursor: DuckDBPyConnection, to: str, account_id: str) -> str:
    """Return a name of somebody who works here and may see an account's conversations; `DeskError` for any other."""
    name = known(cursor, to)
    if not may(office, cursor, name, Right.READ, account_id):
        raise DeskError(f"{name} may not see the account {account_id!r}, and so cannot answer there")
    return name
