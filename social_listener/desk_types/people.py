"""Staff, their sessions and their invitations, as pages and commands show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from social_listener.rights import ROLES

if TYPE_CHECKING:
    from datetime import datetime

    from social_listener.rights import Right, Role

#: the accounts that somebody may work on; None: all, also those that come later
Accounts = frozenset[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffLine:
    """Somebody who works here."""

    id: str  #: sign-in name: what assignments, notes and audit events hold
    name: str  #: as colleagues read it
    email: str | None
    role: Role
    accounts: Accounts
    active: bool
    created_at: datetime
    signed_in_at: datetime | None
    version: int
    subject: str | None = None  #: at the identity provider, once they came from there
    second_factor: bool = False
    has_password: bool = False
    sessions: int = 0  #: browsers signed in now

    def may(self, right: Right) -> bool:
        """Return whether the role gives this; pages hide what it does not."""
        return self.active and right in ROLES[self.role]

    def reaches(self, account_id: str) -> bool:
        """Return whether they may work on an account."""
        return self.accounts is None or account_id in self.accounts


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLine:
    """One browser that is signed in."""

    id: str  #: hash of its token: names it, and opens nothing
    staff: str
    made_at: datetime
    used_at: datetime
    ends_at: datetime  #: whatever happens; it ends sooner when nobody uses it
    address: str
    browser: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationLine:
    """A link that makes somebody staff, or lets them choose a new password; good once."""

    id: str  #: hash of its secret
    kind: str  #: first | join | password
    staff: str | None  #: password: whose
    name: str
    email: str | None
    role: Role
    accounts: Accounts
    made_by: str
    made_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What the browser is given once: its token, and what it opens."""

    token: str
    line: SessionLine
    half: bool  #: the second factor is still to come


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFactor:
    """A second factor that is to be confirmed."""

    secret: str  #: to be typed where no camera is
    address: str  #: otpauth://…, which the QR code holds
