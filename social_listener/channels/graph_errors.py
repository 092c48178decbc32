"""What an exchange with Meta's Graph API means, named by what to do next. Pure.

Codes: developers.facebook.com/docs/graph-api/guides/error-handling, …/docs/messenger-platform/error-codes and
…/docs/graph-api/overview/rate-limiting. Which status comes with a code is not documented, so the code decides; where
there is none, the status does.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Final

from social_listener.channels.exchange import Exchange
from social_listener.channels.wire import Wire, WireError, documents, wire
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
from social_listener.model import Usage

_UNKNOWN: Final = 1
_TRANSIENT: Final = frozenset({_UNKNOWN, 2})
_THROTTLE: Final = frozenset({4, 17, 32, 341, 613, *range(80_000, 80_015)})
_TOKEN: Final = frozenset({102, 104, 190})
_PERMISSION: Final = frozenset({3, 10, *range(200, 300)})
_PARAMETER: Final = 100
_MISSING: Final = 33
_POLICY: Final = 368
_DUPLICATE: Final = 506
#: subcode of 190 → what happened to the token, for staff
_DEAD: Final = {
    458: "the app was removed from the account",
    459: "the person who connected it has to log in on facebook.com first",
    460: "the password was changed",
    463: "the access token has expired",
    464: "the person who connected it is not confirmed",
    467: "the access token was ended",
    492: "the person who connected it has no role on the Page any more",
}
#: a time to regain access further away than this is none
_LONGEST_THROTTLE: Final = timedelta(hours=25)
_FIGURES: Final = ("call_count", "total_cputime", "total_time")
_REGAIN: Final = "estimated_time_to_regain_access"


class Effect(Enum):
    """What a call does to the world, and so what a lost answer means."""

    READ = "read"
    SEND = "send"  #: it says something: made twice, it is said twice
    SET = "set"  #: hide, like, delete, edit: made twice, it changes nothing more


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """What a call is for; messages for staff are made of it."""

    account_id: str
    what: str  #: such as "reading comments"
    effect: Effect
    masked: Callable[[str], str]  #: takes secrets out of a text
    paged: bool = False  #: it carries a cursor
    ahead: timedelta = timedelta(0)  #: how far our clock is ahead of Meta's


class Missing(Rejected):
    """The object is not there, or our token may not see it: Meta does not tell the two apart (code 100, subcode 33)."""


class Forbidden(Unauthorized):
    """The app lacks a permission for this."""


class TooMuch(Unavailable):
    """A read failed with code 1: that passes, or less must be asked for ("Please reduce the amount of data …")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What Meta says is wrong."""

    code: int | None
    subcode: int | None
    transient: bool
    reason: str


def answer(exchange: Exchange, doing: Doing) -> Wire:
    """Return the whole good answer that the exchange holds; else raise what it means."""
    status = exchange.status
    if status is None or not (exchange.whole or exchange.too_long):
        raise _broken_off(exchange, doing)
    if exchange.too_long:
        raise _unreadable(exchange, doing, exchange.problem)
    try:
        found = documents(exchange.body)[0]
    except WireError as error:
        if 200 <= status < 300:
            raise _unreadable(exchange, doing, str(error)) from None
        raise _refusal(status, _fault(None), exchange, doing) from None
    if found.has("error"):
        raise _refusal(status, _fault(found), exchange, doing)
    if not 200 <= status < 300:
        # facebook-sdk takes this for success: JSON, and no `error` in it.
        raise _refusal(status, _fault(None), exchange, doing)
    return found


def _broken_off(exchange: Exchange, doing: Doing) -> ChannelError:
    """Return what it means that no whole answer came."""
    words = f"Meta {exchange.problem or 'did not answer'} while {doing.what}"
    if doing.effect is Effect.SEND and exchange.sent:
        return Unsure(f"{words}: it may have gone out", account_id=doing.account_id)
    return Unavailable(words, account_id=doing.account_id)


def _unreadable(exchange: Exchange, doing: Doing, why: str) -> ChannelError:
    """Return what a good status with an answer that is none means."""
    words = f"Meta answered {exchange.status} while {doing.what}, but {why}"
    if doing.effect is Effect.SEND:
        return Unsure(f"{words}: it may have gone out", account_id=doing.account_id)
    if doing.effect is Effect.SET or not exchange.body.strip():
        return Unavailable(words, account_id=doing.account_id)
    return BadPayload(words, account_id=doing.account_id, raw=exchange.body)


def _fault(body: Wire | None) -> Fault:
    """Return what an error's body says; a body of another shape says nothing."""
    if body is None:
        return Fault(code=None, subcode=None, transient=False, reason="")
    try:
        error = body.object("error")
        code, subcode = error.number("code"), error.number("error_subcode")
        transient = bool(error.truth("is_transient"))
        words = [error.text("message"), error.text("error_user_msg")]
    except WireError as problem:
        return Fault(code=None, subcode=None, transient=False, reason=f"an error that cannot be read: {problem}")
    return Fault(code=code, subcode=subcode, transient=transient, reason=_plain("; ".join(filter(None, words))))


def _plain(text: str) -> str:
    """Return a text on one line, without control characters and without the queries of addresses."""
    shown = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(word.partition("?")[0] if "://" in word else word for word in shown.split())[:300]


def _refusal(status: int, fault: Fault, exchange: Exchange, doing: Doing) -> ChannelError:
    """Return what an error means, whatever status it came with."""
    name = _name(status, fault)
    reason = doing.masked(fault.reason).replace("?", ".")
    said = f"Meta answered {name} while {doing.what}" + (f": {reason}" if reason else "")
    account = doing.account_id
    if fault.code in _THROTTLE or (fault.code is None and status == 429):
        return RateLimited(said, account_id=account, retry_at=retry_at(exchange, doing), whole_account=True)
    if fault.code in _TOKEN or _about_proof(fault) or (fault.code is None and status == 401):
        return Unauthorized(_dead_words(said, fault, account), account_id=account)
    if fault.code is None and status == 402:
        return OutOfCredit(said, account_id=account)
    broken = fault.code in _TRANSIENT or fault.transient or (fault.code is None and _is_broken(status))
    # That the words are there already may be the work of an earlier call of ours, whose answer was lost.
    if doing.effect is Effect.SEND and (broken or fault.code == _DUPLICATE):
        return Unsure(f"{said}: it may have gone out", account_id=account)
    if broken:
        too_much = fault.code == _UNKNOWN and doing.effect is Effect.READ
        return (TooMuch if too_much else Unavailable)(said, account_id=account)
    return _refused(fault, said, status, doing)


def _refused(fault: Fault, said: str, status: int, doing: Doing) -> ChannelError:
    """Return what it means that Meta surely did not do it, and why."""
    account = doing.account_id
    if fault.code == _PARAMETER and fault.subcode == _MISSING:
        return Missing(said, account_id=account)
    if doing.effect is not Effect.READ:
        # With a subcode it is a rule about this one item, such as a window that is over.
        forbidden = fault.code in _PERMISSION and fault.subcode is None
        todo = (
            f". The app lacks a permission for account {account}: an operator has to connect it again, with all of them"
        )
        return Rejected(said.rstrip(".") + todo if forbidden else said, account_id=account)
    if fault.code == _POLICY:
        words = f"{said}. Meta has stopped this account: look at its support inbox on facebook.com"
        return Unauthorized(words, account_id=account)
    if fault.code in _PERMISSION or (fault.code is None and status == 403):
        words = f"{said}. Check what the app may do for account {account}, and connect it again"
        return Forbidden(words, account_id=account)
    if doing.paged and (fault.code == _PARAMETER or fault.code is None):
        return PageExpired("Meta does not know the page's cursor any more", account_id=account)
    return Rejected(said, account_id=account)


def _is_broken(status: int) -> bool:
    return status in {408, 425} or status >= 500 or status < 400


def _name(status: int, fault: Fault) -> str:
    if fault.code is None:
        return str(status)
    return f"error {fault.code}" + (f"/{fault.subcode}" if fault.subcode is not None else "")


def _about_proof(fault: Fault) -> bool:
    return "appsecret_proof" in fault.reason or "app secret proof" in fault.reason


def _dead_words(said: str, fault: Fault, account: str) -> str:
    said = said.rstrip(".")  # Meta's own sentence may end with one
    if _about_proof(fault):
        return f"{said}. Check the app_secret of account {account}"
    why = _DEAD.get(fault.subcode or 0)
    return f"{said}. " + (f"So {why}. " if why else "") + f"Connect account {account} again"


def retry_at(exchange: Exchange, doing: Doing) -> datetime | None:
    """Return when to come back after a throttle, by our own clock; None: Meta did not say anything believable."""
    minutes = _minutes(exchange)
    if not minutes:
        return None
    now = exchange.server_time + doing.ahead if exchange.server_time else datetime.now(UTC)
    return now + timedelta(minutes=minutes)


def usage(exchange: Exchange) -> Usage | None:
    """Return how much of the allowance is used, as an answer's headers tell; None: they do not."""
    figures = [_figure(one, name) for one in _entries(exchange) for name in _FIGURES]
    known = [figure for figure in figures if figure is not None]
    if not known:
        return None
    minutes, now = _minutes(exchange), exchange.server_time
    regain = now + timedelta(minutes=minutes) if minutes and now is not None else None
    return Usage(percent=max(known), regain_at=regain)


def _minutes(exchange: Exchange) -> float:
    told = [_figure(one, _REGAIN) or 0.0 for one in _entries(exchange)]
    longest = _LONGEST_THROTTLE / timedelta(minutes=1)
    return max((minutes for minutes in told if minutes <= longest), default=0.0)


def _entries(exchange: Exchange) -> list[Wire]:
    """Return the figures in `X-App-Usage` and in `X-Business-Use-Case-Usage`; what cannot be read is left out."""
    found: list[Wire] = []
    for name in ("x-app-usage", "x-business-use-case-usage"):
        try:
            told = json.loads(exchange.headers.get(name, "") or "{}")
            whole = wire(told, name)
            found += [whole, *(wire(entry, name) for own in told.values() if isinstance(own, list) for entry in own)]
        except (ValueError, RecursionError, WireError):
            continue
    return found


def _figure(one: Wire, name: str) -> float | None:
    """Return a figure from 0 on; None: there is none that can be read."""
    value = one.figure(name)
    return value if value is not None and value >= 0 else None
