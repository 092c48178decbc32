"""When a stream is polled next, after a good walk and after every kind of fault. Pure: jitter comes in as a number."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from social_listener.errors import (
    BadPayload,
    ChannelError,
    OutOfCredit,
    PageExpired,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
)
from social_listener.model import StreamKind, Usage

#: a stream that the platform refuses is tried again this rarely, so that it heals by itself once somebody mended it
PROBE: Final = timedelta(minutes=15)
#: pause after a rate limit that tells no end; doubled with every further one
UNTOLD: Final = timedelta(seconds=60)
#: no platform's window is longer than a day; an end beyond that is not believed
LONGEST: Final = timedelta(hours=25)
#: polls do not begin all at once: each is put off by up to this share of its interval, and by no more than this
SPREAD: Final = 0.05
MOST_SPREAD: Final = timedelta(seconds=2)
#: kind of an answer that the platform itself calls incomplete
PARTIAL: Final = "Partial"
#: the same, of a walk that is still under way
PARTIAL_SO_FAR: Final = "PartialSoFar"
#: the faults that platforms have, by name; anything else is ours
EXPECTED: Final[dict[str, type[ChannelError]]] = {
    each.__name__: each
    for each in (BadPayload, OutOfCredit, PageExpired, RateLimited, Rejected, Unauthorized, Unavailable)
}


#: from these shares of an allowance, in percent, polls are rare, and from these only messages are still polled as often
SCARCE: Final = 75.0
URGENT_ONLY: Final = 90.0
RARER: Final = 4
SELDOM: Final = timedelta(minutes=15)
#: what was told of an allowance is believed for so long: allowances are counted over an hour, or a day
BELIEVED: Final = timedelta(hours=1)
#: a walk that makes way for a reply is taken up again after this
MAKE_WAY: Final = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """What a fault means for the stream and its account."""

    next_due_at: datetime
    not_before: datetime | None = None  #: the platform asked for it: no call earlier, whoever asks
    state: str | None = None  #: of the account; None: as it was
    retry_at: datetime | None = None  #: of the account: nothing is looked up again before


def next_due(stream_id: str, interval: timedelta, now: datetime, chance: float) -> datetime:
    """Return when a stream is due next: on a grid of its own, so that pauses do not add up, with a little jitter.

    `chance` is between 0 and 1. Two streams of one interval have different grids.
    """
    step = interval.total_seconds()
    offset = zlib.crc32(stream_id.encode()) / 2**32 * step
    number = (now.timestamp() - offset) // step + 1
    jitter = min(step * SPREAD, MOST_SPREAD.total_seconds()) * chance
    return datetime.fromtimestamp(number * step + offset + jitter, UTC)


def believed(used: float | None, used_at: datetime | None, now: datetime) -> float | None:
    """Return the share of an allowance that is used, in percent; None: it was not told, or too long ago."""
    if used is None or used_at is None or now - used_at > BELIEVED:
        return None
    return used


def steered(interval: timedelta, kind: StreamKind, used: float | None) -> timedelta:
    """Return the time between two polls while `used` percent of the account's allowance are used; None: not known.

    What is left goes to replies first, then to messages, whose customers wait for an answer to themselves alone.
    """
    if used is None or used < SCARCE:
        return interval
    if used >= URGENT_ONLY and kind is not StreamKind.MESSAGES:
        return max(interval * RARER, SELDOM)
    return interval * RARER


def regain(usage: Usage, ahead: timedelta, now: datetime) -> datetime | None:
    """Return by our own clock when a platform gives access again that refuses it now; None: it does not refuse it.

    `ahead`: how far the platform's clock is ahead of ours. An end further away than any window is not believed.
    """
    until = usage.regain_at - ahead if usage.regain_at is not None else None
    return until if until is not None and now < until <= now + LONGEST else None


def day_end(moment: datetime) -> datetime:
    """Return when the UTC day of `moment` ends."""
    return datetime.combine(moment.date() + timedelta(days=1), datetime.min.time(), UTC)


def pause(
    error: ChannelError | None, *, errors: int, now: datetime, first: timedelta, most: timedelta, chance: float
) -> Pause:
    """Return what to do after a fault; None stands for a fault of our own. `errors`: how many came before, in a row."""
    if isinstance(error, RateLimited):
        until = _limit(error.retry_at, errors, now, most, chance)
        return Pause(next_due_at=until, not_before=until)
    if isinstance(error, Unauthorized | OutOfCredit):
        state = "unauthorized" if isinstance(error, Unauthorized) else "out_of_credit"
        return Pause(next_due_at=now + PROBE, state=state, retry_at=now + PROBE)
    until = now + backoff(errors, first, most, chance)
    return Pause(next_due_at=until, state="unreachable" if isinstance(error, Unavailable) else None)


def backoff(errors: int, first: timedelta, most: timedelta, chance: float) -> timedelta:
    """Return the pause after `errors` earlier faults: doubled each time up to `most`, up to a half of it left off."""
    return min(first * float(2 ** min(errors, 30)), most) * (1 - chance / 2)


def _limit(retry_at: datetime | None, errors: int, now: datetime, most: timedelta, chance: float) -> datetime:
    """Return the end of a rate limit: what the platform told, if it can be believed, and a little more."""
    if retry_at is not None and now < retry_at <= now + LONGEST:
        return retry_at + MOST_SPREAD * chance
    wait = min(UNTOLD * float(2 ** min(errors, 30)), max(most, UNTOLD))
    return now + wait + MOST_SPREAD * chance


def kind_of(error: BaseException) -> str:
    """Return the name under which Health shows a fault."""
    return next((each.__name__ for each in EXPECTED.values() if isinstance(error, each)), type(error).__name__)
