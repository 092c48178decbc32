"""Staff for tests: rows as the desk writes them, and sessions whose tokens the test knows."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from blank_store import laid

from social_listener.desk.people import new_line
from social_listener.desk.people_door import Visitor
from social_listener.rights import SYSTEM, Role
from social_listener.service import build
from social_listener.store import people

if TYPE_CHECKING:
    from social_listener.desk import Desk
    from social_listener.desk_types.people import Accounts
    from social_listener.settings import Settings

HERE = Visitor(address="127.0.0.1", browser="A test")
PASSWORD = "a walk by the river"


def seed_staff(desk: Desk, *names: str, role: Role = Role.ADMINISTRATOR, accounts: Accounts = None) -> None:
    """Let people work here under those names, unless they do already; no audit event tells of it."""
    office = desk._office
    with office.store.transaction() as cursor:
        known = {line.id for line in people.everybody(cursor)}
        for name in names:
            if name not in known:
                people.insert(cursor, new_line(name, role, accounts, office))


def token_for(desk: Desk, name: str) -> str:
    """Return the token of a new session of somebody."""
    return desk.door.by_itself(name, HERE).token


def hire(settings: Settings, *names: str) -> dict[str, str]:
    """Let people work in a house whose service does not run yet, with PASSWORD; return a session's token for each."""
    laid(settings.database)
    service = build(settings, offline=True)
    try:
        seed_staff(service.desk, *names)
        people, own = service.desk.people, service.desk.own
        return {name: own.join(people.reset_link(SYSTEM, name), "", "", PASSWORD, HERE).token for name in names}
    finally:
        service.close()


def cookie_name(settings: Settings) -> str:
    """Return the name of the session cookie of a house."""
    return "social_listener_session_" + hashlib.sha256(str(settings.data_dir).encode()).hexdigest()[:8]
