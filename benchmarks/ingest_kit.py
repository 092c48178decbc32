"""What the benchmark of reading works with: a channel, raw answers as X words them, and a store that is full."""

from __future__ import annotations

import json
import random
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pyarrow as pa

from social_listener.channels import factory
from social_listener.channels.x import X
from social_listener.ingest import Ingest
from social_listener.ingest.told import Told
from social_listener.model import Stream, StreamKind
from social_listener.sandbox.bulk import mention_texts
from social_listener.scoring import Weights
from social_listener.settings import PollingSettings
from social_listener.store import Store

Rows = dict[str, pa.Table]
ACCOUNT = "fernhill"
OWN_ID = "1677999307824825541"
START = datetime(2026, 1, 1, tzinfo=UTC)
_EPOCH_MS = 1288834974657
STREAM = Stream(
    id=f"{ACCOUNT}/mentions",
    account_id=ACCOUNT,
    channel="x",
    kind=StreamKind.MENTIONS,
    name="mentions",
    interval=timedelta(minutes=1),
    overlap=timedelta(minutes=30),
)


def channel(base_url: str | None, credentials: dict[str, str] | None = None) -> X:
    """Return the channel X; without an address it is only used to parse."""
    made = factory("x")(
        account_id=ACCOUNT,
        credentials=_oauth1(credentials) if credentials else {},
        base_url=base_url,
        options={},
        connect_timeout=timedelta(seconds=5),
        read_timeout=timedelta(seconds=30),
    )
    return cast("X", made)


def _oauth1(credentials: dict[str, str]) -> dict[str, str]:
    names = ("consumer_key", "consumer_secret", "access_token", "access_token_secret", "bearer_token")
    return {name: credentials[name] for name in names}


PARSER = channel(None)


def snowflake(number: int) -> str:
    """Return the id of the `number`-th item: one a second since `START`."""
    return str((int(START.timestamp() * 1000) - _EPOCH_MS + number * 1000) << 22)


def ids(stored: int, count: int) -> list[str]:
    """Return ids of items that `fill` stored."""
    chance = random.Random(7)
    return [f"x:{snowflake(chance.randrange(stored))}" for _ in range(count)]


def ingest(store: Store, channel_: Any = None) -> Ingest:
    """Return what reads into `store`."""
    return Ingest(
        store,
        {ACCOUNT: channel_ or PARSER},
        streams={STREAM.id: STREAM},
        weights=Weights(),
        polling=PollingSettings(),
        clock=lambda: datetime.now(UTC),
    )


def told(body: bytes) -> Told:
    """Return a raw answer as if it had just been fetched."""
    now = datetime.now(UTC)
    return Told(page=PARSER.parse(body, STREAM, now), stream_id=STREAM.id, fetched_at=now)


def rows_of(pages: list[Told]) -> Rows:
    """Return the rows that those pages make, by table, the key first."""
    tables = ("raw_pages", "interactions", "contacts", "conversations", "scores", "queue")
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "scratch.duckdb") as store:
        ingest(store).store_pages(pages)
        with store.transaction() as cursor:
            # Raw pages are numbered from one in every database: these must not meet those of the store under test.
            cursor.execute("UPDATE raw_pages SET id = uuid()::VARCHAR")
        with store.read() as cursor:
            return {name: cursor.sql(f"SELECT * FROM {name}").to_arrow_table() for name in tables}


class Bodies:
    """Raw answers with mentions nobody has seen, each by a person of its own, as X words them."""

    def __init__(self) -> None:
        self._next = 10_000_000
        self._texts: list[str] = []
        self.last = b""

    def next(self, count: int) -> bytes:
        """Return the next answer."""
        if len(self._texts) < count:
            self._texts = list(mention_texts(10_000, "fernhill"))
        numbers = range(self._next, self._next + count)
        self._next += count
        posts = [_post(number, self._texts.pop()) for number in reversed(numbers)]
        users = [_user(number) for number in numbers]
        self.last = json.dumps(
            {"data": posts, "includes": {"users": users}, "meta": {"result_count": count, "next_token": "more"}}
        ).encode()
        return self.last


def _post(number: int, text: str) -> dict[str, Any]:
    at = START + timedelta(seconds=number)
    return {
        "id": snowflake(number),
        "edit_history_tweet_ids": [snowflake(number)],
        "text": text,
        "author_id": str(10**18 + number),
        "conversation_id": snowflake(number),
        "created_at": at.isoformat().replace("+00:00", ".000Z"),
        "lang": "en",
        "entities": {"mentions": [{"start": 0, "end": 9, "username": "fernhill", "id": OWN_ID}]},
        "public_metrics": {"retweet_count": 0, "reply_count": 0, "like_count": number % 7, "quote_count": 0},
    }


def _user(number: int) -> dict[str, Any]:
    return {
        "id": str(10**18 + number),
        "name": f"Customer {number}",
        "username": f"customer{number}",
        "created_at": "2019-05-04T10:11:12.000Z",
        "description": "coffee, mostly",
        "verified": False,
        "public_metrics": {
            "followers_count": number % 5000,
            "following_count": 10,
            "tweet_count": 3,
            "listed_count": 0,
        },
    }


def fill(store: Store, start: int, end: int, *, step: int = 100_000) -> None:
    """Put interactions number `start` to `end` into the store, with all that belongs to them, without reading them.

    A twentieth of the conversations is open. The rest was resolved.
    """
    base = int(START.timestamp() * 1000) - _EPOCH_MS
    for low in range(start, end, step):
        high = min(low + step, end)
        with store.transaction() as cursor:
            cursor.execute(
                f"""CREATE OR REPLACE TEMP TABLE made AS
                    SELECT 'x:' || (({base}::HUGEINT + n * 1000) * 4194304)::VARCHAR AS id, n,
                           'x:' || (1000000000000 + n % 200000)::VARCHAR AS author,
                           TIMESTAMPTZ '2026-01-01 00:00:00+00' + n * INTERVAL 1 SECOND AS sent,
                           'My order ' || n || ' has not come, and nobody answers me since ' || n % 28 || ' May. '
                               || hash(n) || ' Please do something about it, I have been waiting for weeks.' AS text
                    FROM range({low}, {high}) made(n)"""
            )
            for statement in _FILL:
                cursor.execute(statement)
        store.checkpoint()


_FILL = (
    """INSERT INTO interactions
       SELECT id, 'x', 'fernhill', id || ':' || author, id, author, 'mention', FALSE, FALSE, text, sent, substr(id, 3),
              NULL, NULL, NULL, 'https://x.com/i/status/' || substr(id, 3), 'en', TRUE, FALSE, 0, '[]', FALSE, NULL,
              sent, sent, NULL, FALSE, 'fernhill/mentions', NULL FROM made""",
    """INSERT INTO scores
       SELECT id, -0.3, 'negative', 'sure', 'en', (n % 97)::INTEGER,
              '[{"name": "received", "points": 12.0, "words": [], "because": "somebody said this"}]', 'filled', sent
       FROM made""",
    """INSERT INTO contacts
       SELECT author, 'x', 'c' || author, 'Customer', 10, FALSE, '', '', NULL, NULL, NULL, min(sent), min(sent), ''
       FROM made WHERE author NOT IN (SELECT id FROM contacts) GROUP BY author""",
    """INSERT INTO conversations (id, channel, account_id, thread_id, contact_id, private, first_at, last_at, status,
                                 version, updated_at, waiting_ids, newest_id)
       SELECT id || ':' || author, 'x', 'fernhill', id, author, FALSE, sent, sent,
              CASE WHEN n % 20 = 0 THEN 'open' ELSE 'resolved' END, 1, sent, id, id FROM made""",
    """INSERT INTO queue
       SELECT id || ':' || author, 'x', 'fernhill', 'fernhill/mentions', 'mention', FALSE, 'open', NULL, NULL, id,
              (n % 97)::INTEGER, sent, 'negative', 'en', author, 'Customer', 'c' || author, text[:200], sent, 1, 1
       FROM made WHERE n % 20 = 0""",
)
