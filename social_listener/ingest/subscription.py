"""Does the platform push what is to be pushed? Asked at start and once a day; what is missing, in words for Health."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from social_listener.channels import Subscribing
from social_listener.errors import ChannelError, RateLimited, Unavailable
from social_listener.ingest.recheck import waits
from social_listener.store import streams

if TYPE_CHECKING:
    from social_listener.ingest import Ingest

_log = logging.getLogger(__name__)

#: so long an answer that nothing is missing holds; while something is, each run of the job asks again
ASK_AGAIN: Final = timedelta(days=1)


def check(ingest: Ingest, account_id: str) -> str | None:
    """Ask, when it is time, what the platform does not push to an account; return it in words. None: nothing, as told.

    It is kept in `ingest.unpushed` until another answer comes. A platform that cannot be asked now changes nothing; one
    that refuses the question is a problem by itself: nobody would know.
    """
    channel, now = ingest.channels[account_id], ingest.clock()
    if not isinstance(channel, Subscribing) or not channel.is_pushed:
        return None
    told = ingest.subscribed_at.get(account_id)
    with ingest.store.read() as cursor:
        account = streams.account(cursor, account_id)
    held = account is not None and waits(account, now)
    if held or (told is not None and account_id not in ingest.unpushed and now - told < ASK_AGAIN):
        return ingest.unpushed.get(account_id)
    kinds = {stream.kind for stream in ingest.streams.values() if stream.account_id == account_id}
    try:
        words = channel.not_pushed(kinds)
    except (RateLimited, Unavailable) as error:
        _log.warning("subscription not known", extra={"account": account_id, "error": str(error)})
        return ingest.unpushed.get(account_id)
    except ChannelError as error:
        words = f"what is pushed cannot be asked: {error}"
    ingest.subscribed_at[account_id] = now
    if words is None:
        ingest.unpushed.pop(account_id, None)
    else:
        ingest.unpushed[account_id] = words
    return words
