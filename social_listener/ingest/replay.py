"""Reading stored answers again: everything, after a channel learned to understand more, or what could not be read.

A whole replay reads every raw page into a scratch database by the same way as a poll, and then carries what differs
over in one transaction. What staff did, what we said and what was deleted stays; items whose raw pages are past their
retention stay as they are. A crash in between changes nothing.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from social_listener.channels import Pushed
from social_listener.errors import ChannelError
from social_listener.ingest.decide import dead_letter
from social_listener.ingest.recheck import as_it_was
from social_listener.ingest.told import WEBHOOK, Told
from social_listener.model import Stream, StreamKind
from social_listener.store import Store, dead_letters, pages, rebuild, streams
from social_listener.store.pages import StoredPage

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from social_listener.ingest import Ingest
    from social_listener.store.changes import Changes
    from social_listener.store.dead_letters import DeadLetter
    from social_listener.store.facts import Known

#: pages to a transaction of the scratch database
_TOGETHER = 10


def replay(ingest: Ingest, progress: Callable[[int, int], None] | None) -> int:
    """Build what the platforms told anew; return how many raw pages there were."""
    with tempfile.TemporaryDirectory(dir=ingest.store.path.parent, prefix="replay-") as folder:
        scratch_path = Path(folder) / "scratch.duckdb"
        with Store.open(scratch_path) as scratch:
            done = _read_again(ingest, scratch, progress)
        with ingest.store.attached(scratch_path, rebuild.REPLAYED), ingest.store.transaction() as cursor:
            rebuild.carry_over(cursor, ingest.clock())
    return done


def _read_again(ingest: Ingest, scratch: Store, progress: Callable[[int, int], None] | None) -> int:
    """Read every raw page into `scratch`; return how many there were."""
    other = type(ingest)(
        scratch,
        ingest.channels,
        streams=ingest.streams,
        weights=ingest.weights,
        tuning=ingest.tuning,
        polling=ingest.polling,
        clock=ingest.clock,
        chance=ingest.chance,
    )
    other.replies = ingest.replies
    with ingest.store.read() as cursor:
        total = pages.count(cursor)
        waiting: list[Told] = []
        number = 0
        for number, stored in enumerate(pages.stored_pages(cursor), 1):
            told = _told(ingest, stored)
            lookup = any(not one.sighted for one in told)
            if not lookup:
                waiting += told
            if waiting and (lookup or len(waiting) >= _TOGETHER):
                other.store_pages(waiting)
                waiting = []
            if lookup:
                other.store_pages(told, adjust=as_it_was)
            if progress is not None and number % 50 == 0:
                progress(number, total)
        if waiting:
            other.store_pages(waiting)
    if progress is not None:
        progress(number, total)
    return number


def _told(ingest: Ingest, stored: StoredPage) -> list[Told]:
    """Return a raw page as the channel reads it today; [] when it cannot, or when its account is no longer there.

    What was pushed may be several pages: those that could not be read at all are kept whole.
    """
    account_id, _, name = stored.stream_id.partition("/")
    channel = ingest.channels.get(account_id)
    if channel is None:
        return []
    try:
        if name != WEBHOOK:
            found = [channel.parse(stored.body, _stream(ingest, stored.stream_id), stored.server_time)]
        else:
            found = list(channel.receive(stored.body, stored.server_time)) if isinstance(channel, Pushed) else []
    except ChannelError:
        return []
    return [
        Told(
            page=page,
            stream_id=stored.stream_id,
            fetched_at=stored.fetched_at,
            sighted=name != "lookup",
            seq=stored.seq or None,
        )
        for page in found
    ]


def _stream(ingest: Ingest, stream_id: str) -> Stream:
    """Return the stream that an answer came from, as well as it is known: look-ups stand in no settings."""
    known = ingest.streams.get(stream_id)
    if known is not None:
        return known
    with ingest.store.read() as cursor:
        row = streams.stream(cursor, stream_id)
    account_id, _, name = stream_id.partition("/")
    return Stream(
        id=stream_id,
        account_id=account_id,
        channel=row.channel if row else "",
        kind=StreamKind(row.kind) if row else StreamKind.MENTIONS,
        name=name,
        interval=timedelta(minutes=1),
        overlap=timedelta(minutes=30),
    )


def replay_dead_letters(ingest: Ingest, stream_id: str | None) -> int:
    """Read the answers again that held something unreadable; settle what can be read by now, and return how many."""
    with ingest.store.read() as cursor:
        letters = dead_letters.open_letters(cursor, stream_id)
        answers = {one.id: one for one in pages.stored_pages(cursor, {one.page_id for one in letters if one.page_id})}
    settled = 0
    for answer in answers.values():
        settled += _settle(ingest, answer, [one for one in letters if one.page_id == answer.id])
    for letter in letters:
        if not letter.page_id:
            settled += _settle(ingest, _whole(letter), [letter])
    return settled


def _settle(ingest: Ingest, answer: StoredPage, letters: Sequence[DeadLetter]) -> int:
    """Take an answer in once more; settle those of its dead letters that are readable now."""
    told = _told(ingest, answer)
    if not told:
        return 0
    now = ingest.clock()
    rejects = [reject for one in told for reject in one.page.rejects]
    still = {dead_letter(answer.stream_id, reject, answer.id, now).id for reject in rejects}
    read = [one.id for one in letters if one.id not in still]
    if not read:
        return 0
    fresh = [replace(one, page=replace(one.page, rejects=()), fetched_at=now, seq=None) for one in told]

    def also(cursor: DuckDBPyConnection, _known: Known, changes: Changes) -> None:
        dead_letters.settle(cursor, [one for one in read if one not in changes.dead_letters], now)

    changes = ingest.store_pages(fresh, also, None if told[0].sighted else as_it_was)
    return sum(one not in changes.dead_letters for one in read)


def _whole(letter: DeadLetter) -> StoredPage:
    """Return a dead letter that is a whole answer as the page it could not be."""
    return StoredPage(
        id="",
        stream_id=letter.stream_id,
        fetched_at=letter.first_seen_at,
        server_time=letter.first_seen_at,
        seq=0,
        body=letter.raw,
    )
