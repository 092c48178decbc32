"""When digests are due, of which days, and when a letter that did not go is tried again. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parseaddr
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from social_listener.periods import Period

if TYPE_CHECKING:
    from social_listener.settings import DigestSettings

#: a digest that could not be queued in time, because nothing ran, is queued so long after it was due
LATE_AT_MOST: Final = timedelta(hours=24)
#: so long after it was queued an e-mail is tried no more: who reads a digest of last week a week late is misled
TRIED_FOR: Final = timedelta(hours=24)
_PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 120, 240))


@dataclass(frozen=True, slots=True)
class Due:
    """A digest that is due: since when, and of which days."""

    at: datetime
    period: Period


def due(digest: DigestSettings, now: datetime) -> Due:
    """Return the newest digest that is due by now: of the day, week (Monday to Sunday) or month before.

    Times of day that clocks skip are those after it; times that come twice are the first.
    """
    here = now.astimezone(ZoneInfo(digest.zone))
    day = _begins(here.date(), digest.every)
    at = _moment(day, digest)
    if at > now:
        day = _begins(day - timedelta(days=1), digest.every)
        at = _moment(day, digest)
    last = day - timedelta(days=1)
    return Due(at, Period(_begins(last, digest.every), last, digest.zone))


def _begins(day: date, every: str) -> date:
    """Return the first day of the day, week or month in which a day lies."""
    if every == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if every == "month" else day


def _moment(day: date, digest: DigestSettings) -> datetime:
    hour, minute = digest.at.split(":")
    local = datetime.combine(day, time(int(hour), int(minute)), tzinfo=ZoneInfo(digest.zone))
    return local.astimezone(UTC)


def pause(attempts: int) -> timedelta:
    """Return how long is waited after so many attempts that did not arrive."""
    return _PAUSES[min(max(attempts, 1), len(_PAUSES)) - 1]


def mail_id(digest: str, period: Period, recipient: str) -> str:
    """Return the key of an e-mail: the same for the same digest, days and recipient."""
    return f"{digest} {period.first} {period.last} {recipient}"


def message_id(mail: str, sender: str) -> str:
    """Return the Message-ID of an e-mail: the same for every attempt, so that a reader can tell a second copy."""
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    return f"<digest.{hashlib.sha256(mail.encode()).hexdigest()[:32]}@{domain}>"
