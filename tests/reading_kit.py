"""What the tests of reading share: an `Ingest` on a store, pages made by hand, and the store as plain values."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from blank_store import laid
from world_channel import ACCOUNT, stream_of

from social_listener.channels import Channel
from social_listener.ingest import Ingest
from social_listener.ingest.told import Told
from social_listener.model import Contact, Interaction, Kind, Page, Stream
from social_listener.scoring import Weights
from social_listener.settings import PollingSettings
from social_listener.store import Store

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
STREAM = stream_of()
PLATFORM_FACTS = {
    "interactions": "id",
    "interaction_versions": "id",
    "contacts": "id",
    "scores": "interaction_id",
    "sightings": "id",
    "conversations": "id",
    "queue": "conversation_id",
    "our_words": "conversation_id",
    "dead_letters": "id",
    "raw_pages": "id",
}


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now

    def advance(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)


def reading(
    path: Path,
    channel: Channel | None = None,
    *,
    clock: Any = None,
    streams: tuple[Stream, ...] = (STREAM,),
    polling: PollingSettings | None = None,
) -> Ingest:
    """Return an `Ingest` on the database at `path`."""
    store = Store.open(laid(path))
    channels = {} if channel is None else {stream.account_id: channel for stream in streams}
    return Ingest(
        store,
        channels,
        streams={stream.id: stream for stream in streams},
        weights=Weights(),
        polling=polling or PollingSettings(),
        clock=clock or Clock(),
        chance=lambda: 0.5,
    )


def said(number: int, text: str = "where is my order?", **facts: Any) -> Interaction:
    """Return an item: a mention by customer 7, one a minute, unless `facts` tell otherwise."""
    author = facts.pop("author", 7)
    thread = facts.pop("thread", number)
    plain: dict[str, Any] = {
        "id": f"x:{number}",
        "channel": "x",
        "account_id": ACCOUNT,
        "conversation_id": f"x:{thread}:{author}",
        "thread_id": f"x:{thread}",
        "author_id": f"x:{author}",
        "kind": Kind.MENTION,
        "private": False,
        "outbound": False,
        "text": text,
        "sent_at": NOW - timedelta(hours=1) + timedelta(minutes=number),
        "version_id": str(number),
        "addresses_us": True,
    }
    return Interaction(**plain | facts)


def ours(number: int, *, to: Interaction, text: str = "We are on it.", **facts: Any) -> Interaction:
    """Return our own answer to an item."""
    made = said(number, text, author=1, kind=Kind.POST, outbound=True, reply_to_id=to.id, addresses_us=False, **facts)
    return replace(made, conversation_id=to.conversation_id, thread_id=to.thread_id)


def person(number: int = 7, **facts: Any) -> Contact:
    """Return a contact."""
    plain: dict[str, Any] = {"id": f"x:{number}", "channel": "x", "handle": f"c{number}", "name": f"Customer {number}"}
    return Contact(**plain | facts)


def page(*items: Interaction, **facts: Any) -> Page:
    """Return a page that tells of those items."""
    raw = json.dumps([item.id for item in items]).encode()
    plain: dict[str, Any] = {"raw": raw, "interactions": items, "contacts": (person(),), "server_time": NOW}
    return Page(**plain | facts)


def tell(ingest: Ingest, *pages: Page, stream: Stream = STREAM) -> Any:
    """Store pages in one transaction; return the changes."""
    now = ingest.clock()
    return ingest.store_pages([Told(page=one, stream_id=stream.id, fetched_at=now) for one in pages])


def rows(store: Store, sql: str, *values: Any) -> list[dict[str, Any]]:
    """Return rows as dictionaries."""
    with store.read() as cursor:
        found = cursor.execute(sql, list(values))
        names = [column[0] for column in found.description or []]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def row(store: Store, sql: str, *values: Any) -> dict[str, Any]:
    """Return the only row."""
    (found,) = rows(store, sql, *values)
    return found


def everything(store: Store, *, without: tuple[str, ...] = ()) -> dict[str, list[dict[str, Any]]]:
    """Return every table of what platforms told and what follows from it, without some columns."""
    found = {}
    for table, key in PLATFORM_FACTS.items():
        found[table] = [
            {name: value for name, value in one.items() if name not in without}
            for one in rows(store, f"SELECT * FROM {table} ORDER BY {key}")
        ]
    return found
