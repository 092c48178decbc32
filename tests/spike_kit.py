"""Weeks of ordinary traffic in a store, fast, and crises on top of it."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, Protocol
from zoneinfo import ZoneInfo

import pyarrow as pa

from social_listener.store import queue_upkeep, stats
from social_listener.store.staging import staged

if TYPE_CHECKING:
    from social_listener.store import Store

ZONE = ZoneInfo("Europe/Berlin")
_SUBJECTS = ("grinder", "delivery", "parcel", "machine", "beans", "filter", "invoice", "courier", "kettle", "mug")
_VERBS = ("arrived late", "broke again", "smells odd", "looks lovely", "needs cleaning", "makes noise", "got lost")


class Kit(Protocol):
    """What there has to be: a store, and a clock."""

    @property
    def store(self) -> Store:
        """Return the store."""

    def now(self) -> datetime:
        """Return the time."""


class Post(NamedTuple):
    """One item."""

    at: datetime
    author: str
    text: str
    label: str = "neutral"
    thread: str | None = None
    followers: int = 120
    joined: datetime | None = None


def season(moment: datetime, an_hour: float) -> float:
    """Return how many items an hour are usual at a moment: quiet nights and Sundays."""
    local = moment.astimezone(ZONE)
    awake = 1.5 if 8 <= local.hour < 20 else 0.15
    return an_hour * awake * (0.4 if local.weekday() == 6 else 1.0)


def ordinary(since: datetime, until: datetime, an_hour: float, seed: int = 1) -> list[Post]:
    """Return ordinary traffic of [since, until)."""
    rng, found, at = random.Random(seed), [], since
    while at < until:
        at += timedelta(hours=rng.expovariate(an_hour * 1.5))
        if at < until and rng.random() < season(at, an_hour) / (an_hour * 1.5):
            text = f"@fernhill my {rng.choice(_SUBJECTS)} {rng.choice(_VERBS)}"
            found.append(Post(at, f"p{rng.randrange(4000)}", text, "negative" if rng.random() < 0.25 else "neutral"))
    return found


def outage(since: datetime, minutes: int, an_hour: float, seed: int = 2) -> list[Post]:
    """Return what many people say, each in words of their own, when a payment fails."""
    rng, found = random.Random(seed), []
    for at in range(int(minutes * an_hour / 60)):
        moment = since + timedelta(minutes=rng.random() * minutes)
        words = rng.choice(("payment declined for my {}", "card declined, no {} possible", "{}: payment declined?!"))
        text = words.format(rng.choice(_SUBJECTS)) + " " + rng.choice(("again", "since ten", "at checkout", "why"))
        found.append(Post(moment, f"o{seed}-{at}", text, "negative" if rng.random() < 0.85 else "neutral"))
    return found


def store_posts(kit: Kit, posts: Iterable[Post], account: str = "main") -> None:
    """Store posts with authors, scores and conversations in a few statements, and mark their buckets."""
    posts = sorted(posts)
    known = _count(kit)
    ids = [f"x:{account}{known + at}" for at in range(len(posts))]
    now = kit.now()
    items = {
        "id": ids,
        "channel": ["x"] * len(posts),
        "account_id": [account] * len(posts),
        "conversation_id": [f"{one.thread or id_}:{one.author}" for one, id_ in zip(posts, ids, strict=True)],
        "thread_id": [one.thread or id_ for one, id_ in zip(posts, ids, strict=True)],
        "author_id": [f"x:{one.author}" for one in posts],
        "kind": ["mention"] * len(posts),
        "text": [one.text for one in posts],
        "sent_at": [one.at for one in posts],
        "label": [one.label for one in posts],
        "followers": [one.followers for one in posts],
        "joined_at": [one.joined or now - timedelta(days=900) for one in posts],
    }
    with kit.store.transaction() as cursor, staged(cursor, pa.table(items)):
        cursor.execute(
            """INSERT INTO interactions (id, channel, account_id, conversation_id, thread_id, author_id, kind, private,
                   outbound, text, sent_at, version_id, addresses_us, hidden, likes, attachments, context,
                   first_seen_at, checked_at, liked_by_us, stream_id, reach)
               SELECT id, channel, account_id, conversation_id, thread_id, author_id, kind, false, false, text, sent_at,
                   id, true, false, 0, '[]', false, sent_at, sent_at, false, account_id || '/mentions', followers
               FROM stage ORDER BY sent_at"""
        )
        cursor.execute(
            """INSERT INTO scores SELECT id, CASE label WHEN 'negative' THEN -0.6 ELSE 0 END, label, 'test', 'en', 30,
                   '[]', 'test', sent_at FROM stage"""
        )
        cursor.execute(
            """INSERT OR IGNORE INTO contacts (id, channel, handle, name, followers, verified, description, location,
                   joined_at, first_seen_at, updated_at)
               SELECT author_id, 'x', author_id, author_id, min(followers), false, '', '', min(joined_at),
                   min(sent_at), min(sent_at) FROM stage GROUP BY author_id"""
        )
        cursor.execute(
            """INSERT INTO conversations (id, channel, account_id, thread_id, contact_id, private, first_at, last_at,
                   status, version, updated_at)
               SELECT conversation_id, 'x', min(account_id), min(thread_id), min(author_id), false, min(sent_at),
                   max(sent_at), 'open', 1, max(sent_at) FROM stage
               WHERE conversation_id NOT IN (SELECT id FROM conversations) GROUP BY conversation_id"""
        )
        stats.touch(cursor, items["sent_at"])


def listen(kit: Kit, since: datetime, *accounts: str) -> None:
    """Say that the accounts' streams are complete from then on, and polled well."""
    with kit.store.transaction() as cursor:
        for account in accounts or ("main",):
            cursor.execute(
                """INSERT OR REPLACE INTO streams (id, account_id, channel, kind, name, cursor_since, cursor_items,
                       cursor_joined, complete_from, next_due_at, last_poll_at, last_ok_at, errors, items_stored,
                       worst_lag_s, active)
                   VALUES (?, ?, 'x', 'mentions', 'mentions', ?, 0, true, ?, ?, ?, ?, 0, 0, 0, true)""",
                [f"{account}/mentions", account, kit.now(), since, kit.now(), kit.now(), kit.now()],
            )


def raise_queue(kit: Kit, since: datetime) -> None:
    """Let what was said from then on wait in the queue."""
    with kit.store.transaction() as cursor:
        cursor.execute(
            """UPDATE conversations SET waiting_ids = said.ids FROM (
                   SELECT conversation_id, string_agg(id, ' ' ORDER BY sent_at, id) AS ids FROM interactions
                   WHERE sent_at >= ? AND answered_at IS NULL GROUP BY conversation_id) said
               WHERE said.conversation_id = conversations.id""",
            [since],
        )
        talks = cursor.execute("SELECT id FROM conversations WHERE waiting_ids <> ''").fetchall()
        queue_upkeep.refresh(cursor, {row[0] for row in talks}, kit.now())


def count_all(kit: Kit) -> None:
    """Count every dirty bucket, as the job does."""
    left = 1
    while left:
        with kit.store.transaction() as cursor:
            left = stats.count(cursor)


def _count(kit: Kit) -> int:
    with kit.store.read() as cursor:
        row = cursor.execute("SELECT count(*) FROM interactions").fetchone()
    return int(row[0])
