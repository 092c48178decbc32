"""Some hundred items of every sort, stored as polls would, and what plain Python counts of them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from social_listener.desk_types.insights import By, Slice
from social_listener.store import stats

if TYPE_CHECKING:
    from social_listener.store import Store

#: around the night in which Berlin's clocks go forward
BEGINS = datetime(2026, 3, 25, 21, 0, tzinfo=UTC)
HOURS = 7 * 24
#: id → name; one of them would end a literal, if it could
LABELS = {"aaaaaaaaaaaa": "Refund", "bbbbbbbbbbbb": "O'Brien'; DROP TABLE items; --", "cccccccccccc": "日本"}


@dataclass(frozen=True, slots=True)
class Raw:
    """One item, as the tables have it, before anything is counted."""

    id: str
    sent_at: datetime
    channel: str
    account_id: str
    streams: frozenset[str]
    private: bool
    language: str
    sentiment: float | None
    label: str
    labels: frozenset[str]
    reach: int
    waited_s: int | None


def fill(store: Store, number: int = 400, seed: int = 7) -> None:
    """Store items over a week: three accounts, two channels, streams that overlap, labels, answers, what counts not."""
    chance = random.Random(seed)
    talks: dict[str, tuple[str, str]] = {}
    with store.transaction() as cursor:
        for one, name in LABELS.items():
            cursor.execute("INSERT INTO labels VALUES (?, ?, 'blue', FALSE, 'ana', ?, 1)", [one, name, BEGINS])
        for at in range(number):
            account = chance.choice(("main", "second", "page"))
            talk = f"talk {chance.randrange(60)} {account}"
            if talk not in talks:
                worn = " ".join(sorted(chance.sample(sorted(LABELS), chance.choice((0, 0, 1, 2)))))
                talks[talk] = (account, worn)
                cursor.execute(
                    """INSERT INTO conversations (id, channel, account_id, thread_id, contact_id, private, first_at,
                           last_at, status, version, updated_at, labels)
                       VALUES (?, 'x', ?, ?, 'x:9', FALSE, ?, ?, 'open', 1, ?, ?)""",
                    [talk, account, talk, BEGINS, BEGINS + timedelta(hours=HOURS), BEGINS, worn],
                )
            _put(cursor, at, account, talk, chance)
        stats.touch_all(cursor)


def _put(cursor: Any, at: int, account: str, talk: str, chance: random.Random) -> None:
    channel = "facebook" if account == "page" else "x"
    item = f"{channel}:{at}"
    sent = BEGINS + timedelta(seconds=chance.randrange(HOURS * 3600), microseconds=chance.randrange(10**6))
    asked = sent + timedelta(minutes=chance.randrange(500)) if chance.random() < 0.1 else None
    answered = (asked or sent) + timedelta(seconds=chance.expovariate(1 / 4000)) if chance.random() < 0.4 else None
    streams = chance.sample((f"{account}/mentions", f"{account}/brand", "main/rival"), chance.choice((1, 1, 1, 2, 3)))
    cursor.execute(
        """INSERT INTO interactions (id, channel, account_id, conversation_id, thread_id, author_id, kind, private,
               outbound, text, sent_at, version_id, addresses_us, hidden, likes, attachments, context, deleted_at,
               first_seen_at, checked_at, answered_at, liked_by_us, stream_id, again_at, language, reach)
           VALUES (?, ?, ?, ?, ?, 'x:9', 'mention', ?, ?, 'words', ?, '1', TRUE, FALSE, 0, '[]', ?, ?, ?, ?, ?, FALSE,
               ?, ?, ?, ?)""",
        [
            item, channel, account, talk, talk, chance.random() < 0.3, chance.random() < 0.1, sent,
            chance.random() < 0.05, sent if chance.random() < 0.05 else None, sent, sent, answered, streams[0], asked,
            chance.choice(("de", "en", None)), chance.choice((None, chance.randrange(10**6))),
        ],
    )  # fmt: skip
    for stream in streams[1:]:
        cursor.execute("INSERT INTO sightings VALUES (?, ?, ?, 'page', ?)", [f"{stream} {item}", stream, item, sent])
    if chance.random() < 0.85:
        mood = round(chance.uniform(-1, 1), 4)
        label = chance.choice(("negative", "neutral", "positive", "unsure"))
        language = chance.choice(("en", "de", "fr"))
        values = [item, mood, label, language, sent]
        cursor.execute("INSERT INTO scores VALUES (?, ?, ?, '', ?, 1, '[]', 'test', ?)", values)


def raw(store: Store) -> list[Raw]:
    """Return every item that counts, put together by hand from the tables of what platforms told."""
    with store.read() as cursor:
        items = cursor.execute(
            """SELECT id, sent_at, channel, account_id, stream_id, private, language, conversation_id, reach,
                      again_at, answered_at, outbound, context, deleted_at FROM interactions"""
        ).fetchall()
        seen = cursor.execute("SELECT interaction_id, stream_id FROM sightings").fetchall()
        worn = dict(cursor.execute("SELECT id, labels FROM conversations").fetchall())
        scores = {row[0]: row[1:] for row in cursor.execute(
            "SELECT interaction_id, sentiment, sentiment_label, language FROM scores").fetchall()}  # fmt: skip
    made = []
    for one in items:
        item, sent, channel, account, stream, private, told, talk, reach, again, answered, *left_out = one
        if any(left_out):
            continue
        score = scores.get(item)
        made.append(
            Raw(
                id=item,
                sent_at=sent.astimezone(UTC),
                channel=channel,
                account_id=account,
                streams=frozenset({stream, *(where for who, where in seen if who == item)}),
                private=private,
                language=(told if score is None else score[2]) or "",
                sentiment=None if score is None else score[0],
                label="none" if score is None else score[1],
                labels=frozenset(worn[talk].split()),
                reach=reach or 0,
                waited_s=None if answered is None else round((answered - (again or sent)).total_seconds()),
            )
        )
    return made


def chosen(items: Iterable[Raw], wanted: Slice) -> list[Raw]:
    """Return the items that a slice counts, looked at one by one."""

    def fits(one: Raw) -> bool:
        local = one.sent_at.astimezone(ZoneInfo(wanted.period.zone))
        return (
            wanted.since <= one.sent_at < wanted.until
            and (not wanted.channels or one.channel in wanted.channels)
            and (not wanted.accounts or one.account_id in wanted.accounts)
            and (not wanted.streams or bool(one.streams & {*wanted.streams}))
            and (not wanted.languages or one.language in wanted.languages)
            and (not wanted.sentiments or one.label in wanted.sentiments)
            and (not wanted.labels or bool(one.labels & {*wanted.labels}))
            and wanted.private in {None, one.private}
            and wanted.hour_of_week in {None, local.weekday() * 24 + local.hour}
        )

    return [one for one in items if fits(one)]


def keys(one: Raw, by: By, wanted: Slice) -> set[str]:
    """Return under which keys an item counts."""
    listed = {By.STREAM: (one.streams, wanted.streams), By.LABEL: (one.labels, wanted.labels)}
    if by in listed:
        have, asked = listed[by]
        return set(have & {*asked} if asked else have)
    plain: Mapping[By, str] = {
        By.CHANNEL: one.channel,
        By.ACCOUNT: one.account_id,
        By.LANGUAGE: one.language,
        By.SENTIMENT: one.label,
        By.VISIBILITY: "private" if one.private else "public",
    }
    return {plain[by]}


def tally(items: Iterable[Raw]) -> tuple[Any, ...]:
    """Return the figures of items: how many, by label, reach, answered, and the sum of sentiments."""
    listed = list(items)
    counts = [
        sum(one.label == name for one in listed) for name in ("negative", "neutral", "positive", "unsure", "none")
    ]
    sentiments = sum(round((one.sentiment or 0) * 10_000) for one in listed)
    answered = sum(one.waited_s is not None for one in listed)
    return (len(listed), *counts, sum(one.reach for one in listed), answered, sentiments / 10_000)
