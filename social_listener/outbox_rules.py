"""What the outbox decides: pure functions of the facts and of `now`. Times are aware UTC.

No platform takes an idempotency key, so "never twice" comes from never sending again without knowledge, and "never
lost" from never forgetting an intent. What may have gone out is looked for; what cannot be known a person decides.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from social_listener.desk_types import LOOKED_FOR
from social_listener.errors import OutOfCredit, RateLimited, Rejected, Unauthorized, Unavailable
from social_listener.model import Allowed, ReplyState, Sent

if TYPE_CHECKING:
    from collections.abc import Sequence

#: how long after the doubt began our own words are read at the platform
READINGS: Final = (timedelta(seconds=10), timedelta(seconds=60), timedelta(minutes=5), LOOKED_FOR)
#: how far before the attempt a reading looks, for clocks that differ
LOOKBACK: Final = timedelta(seconds=60)
#: pause before the second call when the first surely did not arrive; four times as long each time
RETRY_FIRST: Final = timedelta(seconds=30)
RETRY_MOST: Final = timedelta(minutes=5)
#: pause after a refusal of credentials or credit, and after a rate limit without a date
WAIT_FIRST: Final = timedelta(seconds=60)
WAIT_MOST: Final = timedelta(minutes=15)


# -- before the call ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFacts:
    """All that decides whether a queued reply goes out now."""

    private: bool
    not_before: datetime
    deadline: datetime
    item_known: bool
    item_private: bool
    item_deleted: bool
    holds_slot: bool
    answered_elsewhere: bool  #: our account answered the item since it was composed, and not through this desk
    ahead: bool  #: an older reply in the same conversation has not left yet
    pause_until: datetime | None  #: the platform asked this account to wait
    pause_reason: str | None
    allowed: Allowed | None  #: None: the channel does not know the verb
    account_known: bool
    after: ReplyState | None = None  #: where the reply stands that this one follows; None: it follows none


@dataclass(frozen=True, slots=True)
class Go:
    """Claim it and send."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Leave it queued."""

    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Close:
    """It will not be sent; its text goes back to the composer."""

    state: ReplyState
    reason: str


Step = Go | Hold | Close


def next_step(facts: ClaimFacts, now: datetime, platform_now: datetime) -> Step:
    """Return what to do with a queued reply. `platform_now` is the platform's clock: its windows go by that."""
    if now >= facts.deadline:
        why = f" ({facts.pause_reason})" if facts.pause_reason else ""
        return Close(ReplyState.EXPIRED, f"it could not leave in time and may be out of date now{why}")
    if now < facts.not_before or facts.ahead or facts.after not in {None, ReplyState.SENT}:
        return Hold()
    refusal = _refusal(facts, platform_now)
    if refusal is not None:
        return Close(ReplyState.REJECTED, refusal)
    if not facts.account_known:
        return Hold("this account is not in the settings any more")
    if facts.pause_until is not None and now < facts.pause_until:
        return Hold(facts.pause_reason)
    return Go()


def _refusal(facts: ClaimFacts, platform_now: datetime) -> str | None:
    """Return why this reply may never go, in words for staff; None: nothing forbids it."""
    allowed = facts.allowed
    rules = (
        (not facts.item_known, "the item it answers is not stored any more"),
        (facts.item_deleted, "the item it answers was deleted"),
        (facts.item_private and not facts.private, "a direct message is never answered in public"),
        (not facts.holds_slot, "another reply to the same item is on its way"),
        (
            facts.answered_elsewhere,
            "our account answered this item meanwhile, outside this desk; look at it and decide again",
        ),
        (facts.account_known and allowed is None, "this channel has no such kind of reply"),
        (allowed is not None and not allowed.ok, allowed.because if allowed else ""),
        (
            allowed is not None and allowed.until is not None and platform_now >= allowed.until,
            f"the time to answer has passed: {allowed.because if allowed else ''}",
        ),
    )
    return next((words for broken, words in rules if broken), None)


# -- after the call ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one call came to, and what follows from it."""

    state: ReplyState  #: sent | rejected | queued | in_doubt
    attempt: str  #: sent | rejected | not_sent | in_doubt
    error: str | None = None  #: name of the error class
    reason: str | None = None  #: in words for staff
    sent: Sent | None = None
    wait_until: datetime | None = None  #: queued again: not before; the account's other replies wait as well
    whole_account: bool = True  #: the pause is for public and private sends alike
    throttled: bool = False  #: the platform wants no call of the account at all, reading included


def classify(
    result: Sent | Exception, now: datetime, *, failures: int, pauses: int, max_attempts: int, spread: float
) -> Outcome:
    """Return what `result` of a call means.

    `failures`: earlier calls for this reply that surely did not arrive. `pauses`: failures in a row of this account.
    `spread` (0–1, drawn by the caller) lengthens pauses by up to a quarter, so that accounts do not knock in step.
    """
    if isinstance(result, Sent):
        return Outcome(state=ReplyState.SENT, attempt="sent", sent=result)
    error = type(result).__name__
    words = str(result) or error
    outcome = Outcome(state=ReplyState.IN_DOUBT, attempt="in_doubt", error=error, reason=words)
    if isinstance(result, Rejected):
        outcome = Outcome(state=ReplyState.REJECTED, attempt="rejected", error=error, reason=words)
    elif isinstance(result, RateLimited):
        until = result.retry_at
        if until is None or until <= now:
            until = now + _pause(WAIT_FIRST, 2, WAIT_MOST, pauses, spread)
        outcome = replace(
            _later(error, words, until, whole_account=result.whole_account), throttled=result.whole_account
        )
    elif isinstance(result, Unauthorized | OutOfCredit):
        outcome = _later(error, words, now + _pause(WAIT_FIRST, 1, WAIT_MOST, pauses, spread))
    elif isinstance(result, Unavailable) and failures + 1 < max_attempts:
        outcome = _later(error, words, now + _pause(RETRY_FIRST, 4, RETRY_MOST, failures, spread))
    elif isinstance(result, Unavailable):
        reason = f"{words}; given up after {failures + 1} calls, none of which arrived"
        outcome = Outcome(state=ReplyState.REJECTED, attempt="not_sent", error=error, reason=reason)
    return outcome


def _later(error: str, words: str, until: datetime, *, whole_account: bool = True) -> Outcome:
    return Outcome(
        state=ReplyState.QUEUED,
        attempt="not_sent",
        error=error,
        reason=words,
        wait_until=until,
        whole_account=whole_account,
    )


def _pause(first: timedelta, factor: int, most: timedelta, times: int, spread: float) -> timedelta:
    """Return the pause after `times` failures before this one, lengthened by up to a quarter."""
    pause: timedelta = min(first * int(factor ** min(times, 10)), most)
    return pause * (1 + spread / 4)


# -- in doubt ----------------------------------------------------------------------------------------------------------


def next_reading(since: datetime, readings: int) -> datetime | None:
    """Return when a reply in doubt since `since` is looked for next, after `readings` answers; None: no more."""
    return since + READINGS[readings] if readings < len(READINGS) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """Own words that a poll brought."""

    native_id: str
    text: str
    sent_at: datetime
    url: str | None


def match_echo(text: str, since: datetime, echoes: Sequence[Echo], *, pictures: bool = False) -> Echo | None:
    """Return the oldest of `echoes` that is the reply `text`, sent at or after `since`; None: none of them.

    The caller hands over only echoes of the same account under the same parent (or in the same direct thread) that
    belong to no other reply; the text is a further witness, never the only one. `pictures`: it went with some,
    for which a platform may put an address behind the words.
    """
    plain = witness_text(text)
    wanted = {plain, f"{plain} \N{LINK SYMBOL}"} if pictures else {plain}
    fitting = [echo for echo in echoes if echo.sent_at >= since and witness_text(echo.text) in wanted]
    return min(fitting, key=lambda echo: echo.sent_at, default=None)


_LINK = re.compile(r"https?://\S+|\b(?:[a-z0-9-]+\.)+[a-z]{2,}/\S*", re.IGNORECASE)
_LEADING_HANDLES = re.compile(r"^(?:@\w+\s+)+")


def witness_text(text: str) -> str:
    """Return `text` without what platforms rewrite: links, leading handles, entities, white space, letter forms."""
    plain = unicodedata.normalize("NFKC", html.unescape(text))
    plain = _LEADING_HANDLES.sub("", plain.strip())
    return " ".join(_LINK.sub("\N{LINK SYMBOL}", plain).split())
