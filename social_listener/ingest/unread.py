"""Looking up what a platform pushed without its words: it told that something is there, and not what it says.

What is not found is looked for again: a platform may push something before its own lists show it. So an id that it does
not know proves nothing here, even where a look-up would count it as deleted.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from social_listener.errors import ChannelError, OutOfCredit, RateLimited, Unauthorized, Unavailable
from social_listener.ingest.recheck import MOST, waits
from social_listener.ingest.recheck import look_up as asked_for
from social_listener.ingest.told import Told, webhook_stream
from social_listener.model import Reject
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
    #: id of a delivery → what of it is not looked for any more
    lost: Mapping[str, tuple[Reject, ...]] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class _Answers:
    """What the platform told."""

    told: list[Told] = field(default_factory=list)
    missing: set[str]  #: it did not tell of these
    gone: set[str] = field(default_factory=set)  #: it told that these are gone
    passes: bool = False  #: something kept it from telling, and that passes


def look_up(ingest: Ingest, account_id: str, found: Mapping[Delivery, Sequence[Page]]) -> LookedUp:
    """Look up what those deliveries left unread."""
    unread = {one: {native_id for page in pages for native_id in page.unread} for one, pages in found.items()}
    wanted = sorted(set().union(*unread.values()))
    if not wanted:
        return LookedUp()
    now = ingest.clock()
    answers = _ask(ingest, account_id, wanted, now)
    later, lost = set(), {}
    for one, ids in unread.items():
        left = sorted(ids & answers.missing)
        if left and (answers.passes or now - one.received_at < PATIENCE):
            later.add(one.id)
        elif left:
            ingest.put_off.pop(one.id, None)
            lost[one.id] = tuple(_not_read(native_id) for native_id in left if native_id not in answers.gone)
    ingest.put_off |= dict.fromkeys(later, now + LOOK_AGAIN)
    return LookedUp(told=tuple(answers.told), later=frozenset(later), lost=lost)


def _ask(ingest: Ingest, account_id: str, ids: Sequence[str], now: datetime) -> _Answers:
    answers = _Answers(missing=set(ids))
    with ingest.store.read() as cursor:
        account = streams.account(cursor, account_id)
    if account is not None and waits(account, now):
        answers.passes = True
        return answers
    for start in range(0, len(ids), MOST):
        try:
            page = asked_for(ingest, account_id, ids[start : start + MOST], now)
        except ChannelError as error:
            _log.warning("what was pushed cannot be looked up", extra={"account": account_id, "error": str(error)})
            answers.passes = isinstance(error, _PASSING)
            return answers
        answers.told.append(Told(page=replace(page, deleted=()), stream_id=webhook_stream(account_id), fetched_at=now))
        answers.missing -= {item.id.partition(":")[2] for item in page.interactions}
        answers.gone |= {item_id.partition(":")[2] for item_id in page.deleted}
    return answers


def _not_read(native_id: str) -> Reject:
    reason = f"{native_id} was told to be there, and could not be read"
    return Reject(native_id=native_id, reason=reason, raw=json.dumps(native_id).encode())
