"""What goes between the parts of reading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

    from social_listener.model import Page
    from social_listener.scoring import Handed


#: name of the stream that an account's deliveries are stored under
WEBHOOK: Final = "webhook"


def webhook_stream(account_id: str) -> str:
    """Return the id of the stream that an account's deliveries are stored under."""
    return f"{account_id}/{WEBHOOK}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A page as it was fetched."""

    page: Page
    stream_id: str
    fetched_at: datetime
    sighted: bool = True  #: False: looked up again, which is no sighting in a stream
    seq: int | None = None  #: number it was stored under before; None: it is new
    handed: Handed | None = None  #: its texts, when a worker reads them; None: they are read when they are scored

    @property
    def pushed(self) -> bool:
        """Return whether it came through a webhook."""
        return self.stream_id.partition("/")[2] == WEBHOOK


@dataclass(slots=True, kw_only=True)
class PollResult:
    """What one poll did."""

    stream_id: str
    pages: int = 0
    stored: int = 0  #: items that this stream brought for the first time
    changed: int = 0  #: items that were told anew
    deleted: int = 0
    rejected: int = 0  #: items that could not be read, now dead letters
    partial: int = 0  #: errors that the platform reported inside good answers
    complete: bool = False  #: the walk reached its end, and the mark moved
    error: str | None = None  #: in words; None: all went well
    error_kind: str | None = None  #: name of the error class
    wait_until: datetime | None = None  #: the platform asked for a pause, and no call was made
