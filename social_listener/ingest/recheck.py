"""Looking stored items up again, so that edits and deletions are followed long after they left every overlap."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from social_listener.errors import ChannelError, OutOfCredit, RateLimited, Unauthorized
from social_listener.ingest import quota, schedule
from social_listener.ingest.told import Told
from social_listener.store import pages, streams

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.ingest import Ingest
    from social_listener.model import Page
    from social_listener.store.changes import Changes
    from social_listener.store.facts import Known
    from social_listener.store.streams import AccountRow

#: how many items one call looks up
MOST: Final = 100


def recheck(ingest: Ingest, account_id: str) -> int:
    """Look up the public items of an account that were not told for longest; return how many were looked up.

    Private messages cannot be looked up: to ask for one as if it were public would read as "deleted". `ChannelError`
    when the platform cannot be asked.
    """
    now, polling = ingest.clock(), ingest.polling
    with ingest.store.read() as cursor:
        ids = pages.unchecked(cursor, account_id, now - polling.recheck_for, now - polling.recheck_every, MOST)
        account = streams.account(cursor, account_id)
    if not ids or (account is not None and waits(account, now)):
        return 0
    page = look_up(ingest, account_id, [item_id.partition(":")[2] for item_id in ids], now)
    page = replace(page, deleted=(*page.deleted, *_gone_with_all(ingest, ids, page)))
    told = Told(page=page, stream_id=f"{account_id}/lookup", fetched_at=now, sighted=False)

    def also(cursor: DuckDBPyConnection, _known: Known, _changes: Changes) -> None:
        pages.checked(cursor, ids, now)
        quota.note(ingest, cursor, account_id, [told])

    ingest.store_pages([told], also, adjust=as_it_was)
    return len(ids)


def _gone_with_all(ingest: Ingest, ids: Sequence[str], page: Page) -> list[str]:
    """Return what a platform does not show any more, of which the post that it stood below is known to be deleted.

    By itself "not there" is no proof: the platform says the same of what is not for us.
    """
    shown = {*page.deleted, *(item.id for item in page.interactions)}
    with ingest.store.read() as cursor:
        return pages.below_deleted(cursor, [item_id for item_id in ids if item_id not in shown])


def look_up(ingest: Ingest, account_id: str, natives: Sequence[str], now: datetime) -> Page:
    """Ask for the present state of public items; a `ChannelError` is written down where it concerns the account."""
    with ingest.store.read() as cursor:
        threads = pages.threads(cursor, account_id, natives)
    try:
        return ingest.channels[account_id].lookup(threads, now)
    except (Unauthorized, OutOfCredit, RateLimited) as error:
        _refused(ingest, account_id, error)
        raise


def waits(account: AccountRow, now: datetime) -> bool:
    """Return whether nothing is looked up now: the platform asked for it, or what is left is for what is urgent."""
    used = schedule.believed(account.used, account.used_at, now)
    held = any(moment is not None and moment > now for moment in (account.retry_at, account.not_before))
    return held or (used is not None and used >= schedule.URGENT_ONLY)


def as_it_was(page: Page, known: Known) -> Page:
    """Return a looked-up page with every item in the part it had: what was context, or is not known, is context."""
    kept = {item_id for item_id, stored in known.items.items() if not stored.item.context}
    items = tuple(item if item.id in kept else replace(item, context=True) for item in page.interactions)
    return replace(page, interactions=items)


def _refused(ingest: Ingest, account_id: str, error: ChannelError) -> None:
    """Write that the platform refuses the account, or asks to wait; polls find it mended or not."""
    now = ingest.clock()
    wait = schedule.pause(
        error,
        errors=0,
        now=now,
        first=ingest.polling.backoff_first,
        most=ingest.polling.backoff_most,
        chance=ingest.chance(),
    )
    with ingest.store.transaction() as cursor:
        if isinstance(error, RateLimited):
            until = quota.refused(ingest, cursor, error, wait.not_before or now)
            streams.put_off_look_ups(cursor, account_id, until)
            return
        streams.set_state(
            cursor, account_id, wait.state or "unknown", problem=str(error), now=now, retry_at=wait.retry_at
        )
