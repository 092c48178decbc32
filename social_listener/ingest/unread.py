"""Looking up what a platform pushed without its words: it told that something is there, and not what it says.

What is not found is looked for again: a platform may push something before its own lists show it. So an id that it does
not know proves nothing here, even where a look-up would count it as deleted.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from social_listener.errors import ChannelError, OutOfCredit, RateLimited, Unauthorized, Unavailable
from social_listener.ingest.recheck import MOST, waits
from social_listener.ingest.recheck import look_up as asked_for
from social_listener.ingest.told import Told, webhook_stream
from social_listener.store import streams

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from social_listener.ingest import Ingest
    from social_listener.model import Page
    from social_listener.store.deliveries import Delivery

_log = logging.getLogger(__name__)

#: so long something is looked for that the platform pushed and does not show
PATIENCE: Final = timedelta(hours=1)
#: pause between two looks
LOOK_AGAIN: Final = timedelta(minutes=1)
#: these pass: it is looked for until they have
_PASSING: Final = (Unauthorized, OutOfCredit, RateLimited, Unavailable)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedUp:
    """What came of a look."""

    told: tuple[Told, ...] = ()
    #: ids of deliveries that were not told whole yet, and are read again
    later: frozenset[str] = frozenset()


def look_up(ingest: Ingest, account_id: str, found: Mapping[Delivery, Sequence[Page]]) -> LookedUp:
    """Look up what those deliveries left unread."""
    wanted = {
        one.id: ids
        for one, pages in found.items()
        if (ids := {native_id for page in pages for native_id in page.unread})
    }
    if not wanted:
        return LookedUp()
    now = ingest.clock()
    told, missing, lasts = _ask(ingest, account_id, sorted(set().union(*wanted.values())), now)
    received = {one.id: one.received_at for one in found}
    later = {name for name, ids in wanted.items() if ids & missing and (lasts or now - received[name] < PATIENCE)}
    ingest.put_off |= dict.fromkeys(later, now + LOOK_AGAIN)
    return LookedUp(told=tuple(told), later=frozenset(later))


def _ask(ingest: Ingest, account_id: str, ids: Sequence[str], now: datetime) -> tuple[list[Told], set[str], bool]:
    """Return what the platform tells, what it does not show, and whether that is for a fault that passes."""
    with ingest.store.read() as cursor:
        account = streams.account(cursor, account_id)
    if account is not None and waits(account, now):
        return [], set(ids), True
    told: list[Told] = []
    missing = set(ids)
    for start in range(0, len(ids), MOST):
        try:
            page = asked_for(ingest, account_id, ids[start : start + MOST], now)
        except ChannelError as error:
            _log.warning("what was pushed cannot be looked up", extra={"account": account_id, "error": str(error)})
            return told, missing, isinstance(error, _PASSING)
        told.append(Told(page=replace(page, deleted=()), stream_id=webhook_stream(account_id), fetched_at=now))
        missing -= {item.id.partition(":")[2] for item in page.interactions}
    return told, missing, False
