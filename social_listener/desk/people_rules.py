"""Decisions about staff: what may be given, how long a session lasts, when somebody may try again. Pure."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from social_listener.errors import DeskError, NotPermitted
from social_listener.rights import ROLE_WORDS, ROLES, SYSTEM, Right, Role
from social_listener.store.people import name_key
from social_listener.store.people_doors import Failures

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from social_listener.desk_types.people import Accounts, InvitationLine, SessionLine, StaffLine

#: a session that nobody uses ends after this time, and any session ends after that time
IDLE: Final = timedelta(hours=12)
LONGEST: Final = timedelta(days=7)
#: for so long the second factor is waited for
HALF: Final = timedelta(minutes=5)
#: when a session was used is written down this often
NOTED: Final = timedelta(minutes=5)
#: links are good for so long
INVITED: Final = timedelta(days=7)
RESET: Final = timedelta(hours=24)
FIRST: Final = timedelta(hours=24)

#: failures in a row that cost nothing, by name and by address (an office has one address), then the pause doubles
FREE_BY_NAME: Final = 5
FREE_BY_ADDRESS: Final = 30
#: visits to the identity provider without coming back signed in, by address: each of them asks the provider
FREE_VISITS: Final = 100
FIRST_PAUSE: Final = timedelta(seconds=10)
LONGEST_PAUSE: Final = timedelta(minutes=15)
#: failures are forgotten after so much quiet
FORGIVEN: Final = timedelta(hours=1)

SHORTEST_PASSWORD: Final = 12
LONGEST_PASSWORD: Final = 1_000
_NAME = re.compile(r"[^\W_](?:[\w .@'+-]{0,62}[\w.])?")
_EMAIL = re.compile(r"[^@\s<>\"']{1,64}@[^@\s<>\"']{1,190}\.[^@\s<>\"'.]{2,63}")


def lives(line: SessionLine, now: datetime) -> bool:
    """Return whether a session has not ended by itself."""
    return now < line.ends_at and now < line.used_at + IDLE


def failed(known: Failures | None, now: datetime, free: int) -> Failures:
    """Return what one more failure comes to."""
    count = 1 if known is None or now - known.last_at > FORGIVEN else known.failures + 1
    pause = timedelta(0)
    if count >= free:
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(count - free, 20))
    return Failures(count, now, now + pause)


def neighbourhood(address: str) -> str:
    """Return what failures are counted by: an address of IPv4, of IPv6 the /64, which one house has whole."""
    try:
        told = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:  # a proxy's word for it
        return address
    if isinstance(told, ipaddress.IPv4Address):
        return str(told)
    return str(told.ipv4_mapped or ipaddress.ip_network((told, 64), strict=False))


def sign_in_name(typed: str) -> str:
    """Return a name as it is kept; `DeskError` says what a name is."""
    name = " ".join(unicodedata.normalize("NFC", typed).split())
    if not typed.strip().isprintable() or not _NAME.fullmatch(name) or name_key(name) == SYSTEM:
        raise DeskError("a sign-in name has 1 to 64 letters, digits, spaces and .-'@+, a letter or digit first")
    return name


def shown_name(typed: str) -> str:
    """Return a name for colleagues as it is kept."""
    name = " ".join(unicodedata.normalize("NFC", typed).split())
    if not name or len(name) > 80 or not name.isprintable():
        raise DeskError("a name for colleagues has 1 to 80 characters")
    return name


def email_address(typed: str | None) -> str | None:
    """Return an e-mail address as it is kept; None for none."""
    address = (typed or "").strip().lower()
    if address and not _EMAIL.fullmatch(address):
        raise DeskError(f"{address[:80]!r} is no e-mail address")
    return address or None


def good_password(password: str, name: str) -> str:
    """Return a password that may be used; `DeskError` says why another may not."""
    if len(password) < SHORTEST_PASSWORD:
        raise DeskError(
            f"a password has at least {SHORTEST_PASSWORD} characters; a few words in a row are easy to keep"
        )
    if len(password) > LONGEST_PASSWORD:
        raise DeskError(f"a password has at most {LONGEST_PASSWORD} characters")
    if name.casefold() in password.casefold() and len(password) < SHORTEST_PASSWORD + len(name):
        raise DeskError("a password is not the sign-in name with something added")
    if len(set(password)) < 5:
        raise DeskError("a password has at least five different characters")
    return password


def may_give(giver: StaffLine | None, role: Role, accounts: Accounts) -> None:
    """Raise `NotPermitted` when somebody would give rights that they do not have; None gives what it likes."""
    if giver is None:
        return
    if not ROLES[role] <= ROLES[giver.role]:
        raise NotPermitted(f"nobody gives rights they do not have: {ROLE_WORDS[role]} may more than you")
    if giver.accounts is not None and (accounts is None or not accounts <= giver.accounts):
        raise NotPermitted("nobody gives access they do not have: name accounts that are yours")


def holds(link: InvitationLine, maker: StaffLine | None) -> bool:
    """Return whether whoever made a link could still make it; what was made by command holds anyway.

    `maker`: who made it, as they stand now; None: nobody of that name works here.
    """
    if link.made_by == SYSTEM:
        return True
    if maker is None or not maker.active or Right.STAFF not in ROLES[maker.role]:
        return False
    try:
        may_give(maker, link.role, link.accounts)
    except NotPermitted:
        return False
    return True


def keeps_an_administrator(everybody: Sequence[StaffLine], changed: StaffLine) -> None:
    """Raise `DeskError` when nobody would be left who can change who works here, on all accounts."""
    after = [changed if line.id == changed.id else line for line in everybody]
    if not any(line.active and line.role is Role.ADMINISTRATOR and line.accounts is None for line in after):
        raise DeskError("somebody has to stay administrator of all accounts: give that to another one first")
