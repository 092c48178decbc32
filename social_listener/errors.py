"""Errors, named by what to do next.

    ListenerError
    ├─ SettingsError                 stop at start, name the key
    ├─ StoreError                    the database cannot be used
    │   └─ StoreBusy                 another process holds the file
    ├─ PortBusy                      another program listens where we should
    ├─ FileFault                     a file that was handed over cannot be read; names line and column
    ├─ NoPicture                     a picture is not shown; the page says why
    ├─ DeskError                     this cannot be done, and why, in words for staff
    │   ├─ NotAllowed                a rule of the platform forbids it now
    │   ├─ NotPermitted              their role does not give it
    │   │   └─ NotTheirs             an account they have no access to: as if it were not there
    │   ├─ SignInFailed              who they are could not be shown
    │   │   └─ TooOften              wait before the next attempt
    │   └─ Conflict                  somebody was faster; look again
    └─ ChannelError                  carries the account id
        ├─ Unauthorized              stop this account, ask a person to reconnect; the cursor stays
        ├─ RateLimited               come back at `retry_at`; persisted, so that a restart does not forget
        ├─ OutOfCredit               stop polling, alert
        ├─ Unavailable               come back with back-off and jitter
        ├─ PageExpired               the page token is no longer good: walk again from the top
        ├─ Rejected                  this reply or action will never go; show why
        ├─ Unsure                    it may have gone; reconcile, never send again by ourselves
        ├─ Forged                    a delivery that is not the platform's: refuse it, store nothing
        └─ BadPayload                the whole answer cannot be read; keep it aside, go on with the rest

No message carries a token, a password or a URL with a query.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class ListenerError(Exception):
    """Something went wrong, and the message says what to do about it."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (self.__doc__ or "").strip())


class SettingsError(ListenerError):
    """The settings cannot be used: the message names the file and the key."""


class MailFault(ListenerError):
    """The mail server cannot be used: the message says where, and what stands against it."""


class StoreError(ListenerError):
    """The database cannot be used: the message names the file and says what to do."""


class StoreBusy(StoreError):
    """Another process holds the database file."""


class FileFault(ListenerError):
    """A file that was handed over cannot be read: the message names file, line and column."""


class PortBusy(ListenerError):
    """A port cannot be listened at; the message names the port and the setting."""


class NoPicture(ListenerError):
    """A picture cannot be shown; the message says why, without its address. `passing`: it may be there soon."""

    def __init__(self, message: str = "", *, passing: bool = False) -> None:
        super().__init__(message)
        self.passing = passing


class DeskError(ListenerError):
    """This cannot be done; the message is for staff."""


class NotAllowed(DeskError):
    """A rule of the platform forbids this now."""


class NotPermitted(DeskError):
    """The role of whoever asks does not give this; an administrator can change the role."""


class NotTheirs(NotPermitted):
    """There is nothing of that name."""


class SignInFailed(DeskError):
    """Who this is could not be shown; the message tells nothing about who works here."""


class TooOften(SignInFailed):
    """Too many attempts failed: none is looked at for a while."""


class Conflict(DeskError):
    """Somebody else changed this meanwhile; look again before you act."""


class ChannelError(ListenerError):
    """A platform did not do what was asked."""

    def __init__(self, message: str = "", *, account_id: str) -> None:
        super().__init__(message)
        self.account_id = account_id


class Unauthorized(ChannelError):
    """The platform refuses our credentials: reconnect this account. What was read so far stays."""


class RateLimited(ChannelError):
    """The platform asks us to wait until `retry_at` (aware, UTC; None: it did not say).

    `whole_account`: every call of the account has to wait, not only calls of this kind.
    """

    def __init__(
        self, message: str = "", *, account_id: str, retry_at: datetime | None = None, whole_account: bool = False
    ) -> None:
        super().__init__(message, account_id=account_id)
        self.retry_at = retry_at
        self.whole_account = whole_account


class OutOfCredit(ChannelError):
    """The account has no credit left at the platform: polling stops until somebody tops it up."""


class Unavailable(ChannelError):
    """The platform cannot be reached or is broken for now; it will be tried again."""


class PageExpired(ChannelError):
    """The page token is no longer valid: the walk begins again from the top."""


class Rejected(ChannelError):
    """The platform refuses this and always will; the message is the platform's reason."""


class Unsure(ChannelError):
    """It may have gone out: it is reconciled, and never sent again by ourselves."""


class Forged(ChannelError):
    """A delivery to a webhook that is not signed by the platform, or cannot be checked: nothing of it is stored."""


class BadPayload(ChannelError):
    """The platform's answer cannot be read. `raw` is what came (bytes, cut at 1 MB), kept as a dead letter."""

    def __init__(self, message: str = "", *, account_id: str, raw: bytes = b"") -> None:
        super().__init__(message, account_id=account_id)
        self.raw = raw[:1_000_000]
