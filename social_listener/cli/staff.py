"""The command `staff`: who works here. It acts for whoever owns the machine, and works while the service runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from social_listener import resident_first, terminal
from social_listener.cli.options import settings_option
from social_listener.cli.session import Session, with_service
from social_listener.errors import DeskError
from social_listener.rights import ROLE_WORDS, SYSTEM, Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from social_listener.desk_types.people import Accounts, StaffLine

_ROLES = [role.value for role in Role]


@click.group()
@settings_option
def staff() -> None:
    """Say who works here: list, add, role, access, leave, return, password, sign-out, second-factor."""


@staff.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list on standard output.")
@with_service(online=False)
def staff_list(session: Session, *, as_json: bool) -> int:
    """List everybody, those that left included."""
    lines = session.service.desk.people.list(SYSTEM)
    if as_json:
        session.screen.json([_shape(line) for line in lines])
        return terminal.OK
    if not lines:
        session.screen.say("nobody works here yet; `social-listener serve` prints a link for the first administrator")
    for line in lines:
        access = "all accounts" if line.accounts is None else ", ".join(sorted(line.accounts)) or "no account"
        gone = "" if line.active else "  (left)"
        session.screen.say(f"{line.id}  {ROLE_WORDS[line.role]}, {access}, {line.sessions} signed in{gone}")
    return terminal.OK


def _shape(line: StaffLine) -> dict[str, object]:
    return {
        "name": line.id,
        "shown": line.name,
        "email": line.email,
        "role": line.role.value,
        "accounts": None if line.accounts is None else sorted(line.accounts),
        "active": line.active,
        "second_factor": line.second_factor,
        "sessions": line.sessions,
        "created_at": line.created_at.isoformat(),
        "signed_in_at": line.signed_in_at.isoformat() if line.signed_in_at else None,
    }


@staff.command(name="add")
@click.argument("name")
@click.option("--role", type=click.Choice(_ROLES), default=Role.COMMUNITY_MANAGER.value, show_default=True)
@click.option("--account", "accounts", multiple=True, metavar="ID", help="Only this account. May be repeated.")
@click.option("--email", default=None, help="By which the identity provider knows them.")
@with_service(online=False)
def staff_add(session: Session, *, name: str, role: str, accounts: Sequence[str], email: str | None) -> int:
    """Add NAME, and print a link with which they choose a password."""
    people = session.service.desk.people
    line = people.add(SYSTEM, name, role=Role(role), accounts=_chosen(accounts), email=email)
    return _give_link(session, line.id)


@staff.command(name="role")
@click.argument("name")
@click.argument("role", type=click.Choice(_ROLES))
@with_service(online=False)
def staff_role(session: Session, *, name: str, role: str) -> int:
    """Give NAME another ROLE; it holds at once."""
    line = _known(session, name)
    session.service.desk.people.set_rights(SYSTEM, line.id, Role(role), line.accounts, line.version)
    session.screen.say(f"{line.id} is now: {ROLE_WORDS[Role(role)]}")
    return terminal.OK


@staff.command(name="access")
@click.argument("name")
@click.option("--all", "everything", is_flag=True, help="All accounts, also those that come later.")
@click.option("--account", "accounts", multiple=True, metavar="ID", help="Only this account. May be repeated.")
@click.option("--none", "nothing", is_flag=True, help="No account.")
@with_service(online=False)
def staff_access(session: Session, *, name: str, everything: bool, accounts: Sequence[str], nothing: bool) -> int:
    """Say on which accounts NAME works; it holds at once."""
    if [everything, bool(accounts), nothing].count(True) != 1:
        session.screen.say("social-listener: say either --all, --account ID (as often as needed) or --none")
        return terminal.WRONG_USE
    line = _known(session, name)
    held: Accounts = None if everything else frozenset(accounts)
    session.service.desk.people.set_rights(SYSTEM, line.id, line.role, held, line.version)
    session.screen.say(f"{line.id} works on: {'all accounts' if held is None else ', '.join(sorted(held)) or 'none'}")
    return terminal.OK


@staff.command(name="leave")
@click.argument("name")
@with_service(online=False)
def staff_leave(session: Session, *, name: str) -> int:
    """Keep NAME out from now on, and sign them out everywhere. What they did keeps their name."""
    line = _known(session, name)
    session.service.desk.people.set_active(SYSTEM, line.id, False, line.version)
    session.screen.say(f"{line.id} is signed out everywhere, and cannot come in any more")
    return terminal.OK


@staff.command(name="return")
@click.argument("name")
@with_service(online=False)
def staff_return(session: Session, *, name: str) -> int:
    """Let NAME in again."""
    line = _known(session, name)
    session.service.desk.people.set_active(SYSTEM, line.id, True, line.version)
    session.screen.say(f"{line.id} can sign in again")
    return terminal.OK


@staff.command(name="password")
@click.argument("name")
@with_service(online=False)
def staff_password(session: Session, *, name: str) -> int:
    """Print a link with which NAME chooses a new password; good once, for 24 hours."""
    return _give_link(session, _known(session, name).id)


@staff.command(name="sign-out")
@click.argument("name")
@with_service(online=False)
def staff_sign_out(session: Session, *, name: str) -> int:
    """Sign NAME out in every browser, at once."""
    line = _known(session, name)
    count = session.service.desk.people.end_sessions(SYSTEM, line.id)
    session.screen.say(f"{line.id} is signed out in {count} browser{'' if count == 1 else 's'}")
    return terminal.OK


@staff.command(name="second-factor")
@click.argument("name")
@click.option("--off", is_flag=True, required=True, help="Take it off: they lost it.")
@with_service(online=False)
def staff_second_factor(session: Session, *, name: str, off: bool) -> int:  # noqa: ARG001 - click asks for it
    """Take the second factor of NAME off, and sign them out everywhere."""
    line = _known(session, name)
    session.service.desk.people.drop_factor(SYSTEM, line.id)
    session.screen.say(f"{line.id} signs in without a second factor, until they take a new one")
    return terminal.OK


def _chosen(accounts: Sequence[str]) -> Accounts:
    return frozenset(accounts) or None


def _known(session: Session, name: str) -> StaffLine:
    """Return somebody by sign-in name; `DeskError` names those that there are."""
    lines = session.service.desk.people.list(SYSTEM)
    for line in lines:
        if line.id == name:
            return line
    raise DeskError(f"nobody of the name {name!r} works here; these do: {', '.join(one.id for one in lines) or 'none'}")


def _give_link(session: Session, name: str) -> int:
    """Print a link on standard output, alone, so that it can be handed on."""
    secret = session.service.desk.people.reset_link(SYSTEM, name)
    settings = session.service.settings.dashboard
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = resident_first.address_of(session.service, f"http://{host}:{settings.port}")
    session.screen.say(f"{name} chooses a password with this link, good once and for 24 hours:")
    session.screen.data(f"{resident_first.link(address, secret)}\n".encode())
    return terminal.OK
