"""What an exchange with X means, named by what to do next. Pure.

Statuses and bodies: docs.x.com/x-api/fundamentals/response-codes-and-errors; what is seen in practice and not
documented (402, the details of a 403, HTML instead of JSON) is read leniently.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Final

from social_listener.channels.exchange import Exchange
from social_listener.channels.wire import Wire, WireError, documents
from social_listener.errors import (
    BadPayload,
    ChannelError,
    OutOfCredit,
    PageExpired,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
    Unsure,
)

#: limits are windows of 15 minutes or of 24 hours; a reset further away is no reset
_LONGEST_WINDOW: Final = timedelta(hours=25)
_PAGE_TOKENS: Final = ("pagination_token", "next_token")
#: the parameter that X spelt one way until 5 August 2026, and another way in its specification of the 7th
FIELD_NAMES: Final = ("tweet.fields", "post.fields")
_TOLD_APART: Final = ("start_time", *_PAGE_TOKENS, *FIELD_NAMES)


class Effect(Enum):
    """What a call does to the world, and so what a lost answer means."""

    READ = "read"
    SEND = "send"  #: it says something: made twice, it is said twice
    SET = "set"  #: hide, like, delete: made twice, it changes nothing more


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """What a call is for; messages for staff are made of it."""

    account_id: str
    what: str  #: such as "reading mentions"
    effect: Effect
    masked: Callable[[str], str]  #: takes secrets out of a text
    ahead: timedelta = timedelta(0)  #: how far our clock is ahead of X's
    connected: bool = False  #: its tokens came from `connect`, so that it has to be connected again when X wants none


class Misspelt(Exception):
    """X does not know a parameter under this spelling."""


class WindowMoved(Exception):
    """X takes `start_time` for too old: its window moved on since it was chosen."""


def answer(exchange: Exchange, doing: Doing) -> None:
    """Return when the exchange holds a whole good answer; else raise what it means."""
    status = exchange.status
    if status is None or not (exchange.whole or exchange.too_long):
        raise _broken_off(exchange, doing)
    if exchange.too_long:
        raise _unreadable(exchange, doing, exchange.problem)
    if 200 <= status < 300:
        return
    raise _refusal(status, exchange, doing)


def unreadable(exchange: Exchange, doing: Doing, why: WireError) -> ChannelError:
    """Return what it means that a good answer cannot be read."""
    return _unreadable(exchange, doing, str(why))


def retry_at(exchange: Exchange, ahead: timedelta) -> datetime | None:
    """Return when to come back after a 429, by our own clock; None: X did not say anything that can be believed.

    X tells Unix seconds of its own clock. A 24-hour window that is used up comes before the one of 15 minutes.
    """
    now = exchange.server_time or datetime.now(UTC) - ahead
    day = [
        exchange.headers.get(f"{name}-reset", "")
        for name in ("x-app-limit-24hour", "x-user-limit-24hour")
        if exchange.headers.get(f"{name}-remaining", "").strip() == "0"
    ]
    moments = [_moment(value, now) for value in day or [exchange.headers.get("x-rate-limit-reset", "")]]
    known = [moment for moment in moments if moment is not None]
    return max(known) + ahead if known else None


def _moment(value: str, now: datetime) -> datetime | None:
    value = value.strip()
    if not value.isascii() or not value.isdigit() or len(value) > 11:
        return None
    moment = datetime.fromtimestamp(int(value), UTC)
    return moment if now <= moment <= now + _LONGEST_WINDOW else None


def _broken_off(exchange: Exchange, doing: Doing) -> ChannelError:
    """Return what it means that no whole answer came."""
    words = f"X {exchange.problem or 'did not answer'} while {doing.what}"
    if doing.effect is Effect.SEND and exchange.sent:
        return Unsure(f"{words}: it may have gone out", account_id=doing.account_id)
    return Unavailable(words, account_id=doing.account_id)


def _unreadable(exchange: Exchange, doing: Doing, why: str) -> ChannelError:
    """Return what a good status with an answer that is none means."""
    words = f"X answered {exchange.status} while {doing.what}, but {why}"
    if doing.effect is Effect.SEND:
        return Unsure(f"{words}: it may have gone out", account_id=doing.account_id)
    if doing.effect is Effect.SET or not exchange.body.strip():
        return Unavailable(words, account_id=doing.account_id)
    return BadPayload(words, account_id=doing.account_id, raw=exchange.body)


def _refusal(status: int, exchange: Exchange, doing: Doing) -> ChannelError:
    """Return what a status other than success means."""
    body = _body(exchange)
    reason = doing.masked(_reason(body)).rstrip(".")
    said = f"X answered {status} while {doing.what}" + (f": {reason}" if reason else "")
    if status == 429:
        return _limited(exchange, body, said, doing)
    if status in {401, 402}:
        return _stop(status, said, doing)
    broken = status in {408, 425} or status >= 500 or status < 400
    # That the text is there already may be the work of an earlier call of ours, whose answer was lost.
    twin = status == 403 and "duplicate content" in reason.lower()
    if doing.effect is Effect.SEND and (broken or twin):
        return Unsure(f"{said}: it may have gone out", account_id=doing.account_id)
    if broken:
        return Unavailable(said, account_id=doing.account_id)
    if doing.effect is Effect.READ:
        return _read_refused(status, body, said, doing)
    return Rejected(said, account_id=doing.account_id)


def _stop(status: int, said: str, doing: Doing) -> ChannelError:
    """Return what only a person can put right."""
    if status == 401:
        again = f"Connect it again: `social-listener connect x --id {doing.account_id}`"
        words = f"{said}. {again if doing.connected else f'Check the credentials of account {doing.account_id}'}"
        return Unauthorized(words, account_id=doing.account_id)
    return OutOfCredit(f"{said}. Buy credits in X's developer console", account_id=doing.account_id)


def _read_refused(status: int, body: Wire | None, said: str, doing: Doing) -> ChannelError:
    if status == 403:
        words = f"{said}. Check what the app of account {doing.account_id} may do in X's developer console"
        return Unauthorized(words, account_id=doing.account_id)
    if status == 400:
        parameters = _parameters(body)
        if parameters & {*FIELD_NAMES}:
            raise Misspelt
        if "start_time" in parameters:
            raise WindowMoved
        if parameters & {*_PAGE_TOKENS}:
            return PageExpired("X does not know the page token any more", account_id=doing.account_id)
    return Rejected(said, account_id=doing.account_id)


def _limited(exchange: Exchange, body: Wire | None, said: str, doing: Doing) -> ChannelError:
    kind = _text(body, "type")
    if kind.endswith("usage-capped") and _text(body, "period").lower() != "daily":
        return OutOfCredit(f"{said}. The app's cap is used up", account_id=doing.account_id)
    return RateLimited(said, account_id=doing.account_id, retry_at=retry_at(exchange, doing.ahead))


def _body(exchange: Exchange) -> Wire | None:
    """Return the error's body, if it is an object at all: a proxy answers HTML, and X has been seen to send lists."""
    try:
        return documents(exchange.body)[0]
    except WireError:
        return None


def _reason(body: Wire | None) -> str:
    """Return what X says is wrong, on one line, without addresses."""
    if body is None:
        return ""
    parts = [_text(body, "detail") or _text(body, "title")]
    try:
        parts += [_text(one, "message") or _text(one, "detail") for one in body.objects("errors")]
    except WireError:
        parts.append("")
    text = "; ".join(dict.fromkeys(part for part in parts if part))
    plain = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(word.partition("?")[0] if "://" in word else word for word in plain.split())[:300]


def _parameters(body: Wire | None) -> set[str]:
    """Return the names of the parameters that a 400 complains about."""
    if body is None:
        return set()
    names: set[str] = set()
    try:
        for one in body.objects("errors"):
            named = one.object("parameters")
            message = "" if one.has("parameters") else _text(one, "message")
            names |= {name for name in _TOLD_APART if named.has(name) or name in message}
    except WireError:
        return names
    return names


def _text(body: Wire | None, name: str) -> str:
    try:
        return (body.text(name) if body is not None else None) or ""
    except WireError:
        return ""
