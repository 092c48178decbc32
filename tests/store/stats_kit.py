"""Items in a store, deeds that change them as the program does, and a plain count beside what readers get."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from social_listener.desk_types.insights import By, Slice
from social_listener.periods import Period
from social_listener.store import Store, insights, stats, stats_days

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

START = datetime(2026, 3, 27, 22, 0, tzinfo=UTC)
SPAN = timedelta(days=3)
ZONES = ("Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu")  #: summer time begins; half an hour; 5:45 off


def put(cursor: DuckDBPyConnection, number: int, minute: int, *, label: str | None, outbound: bool = False) -> None:
    """Store an item with its conversation and its score; `label` None: not scored."""
    item, at = f"x:{number}", START + timedelta(minutes=minute)
    talk = f"talk {number % 5}"
    if not cursor.execute("SELECT 1 FROM conversations WHERE id = ?", [talk]).fetchone():
        cursor.execute(
            """INSERT INTO conversations (id, channel, account_id, thread_id, contact_id, private, first_at, last_at,
                   status, version, updated_at) VALUES (?, 'x', 'main', ?, 'x:9', FALSE, ?, ?, 'open', 1, ?)""",
            [talk, talk, START, START + SPAN, START],
        )
    cursor.execute(
        """INSERT INTO interactions (id, channel, account_id, conversation_id, thread_id, author_id, kind, private,
               outbound, text, sent_at, version_id, addresses_us, hidden, likes, attachments, context, first_seen_at,
               checked_at, liked_by_us, stream_id, language, reach)
           VALUES (?, 'x', 'main', ?, ?, 'x:9', 'mention', FALSE, ?, 'words', ?, '1', TRUE, FALSE, 0, '[]', FALSE, ?, ?,
               FALSE, ?, 'de', ?)""",
        [item, talk, talk, outbound, at, at, at, f"main/{'ab'[number % 2]}", number * 7],
    )
    if label is not None:
        cursor.execute(
            "INSERT INTO scores VALUES (?, ?, ?, '', 'en', 1, '[]', 'test', ?)", [item, number / 97 - 0.5, label, START]
        )


def both(
    cursor: DuckDBPyConnection, since: datetime, until: datetime, live: stats.Live | None = None
) -> tuple[list[object], list[object]]:
    """Return counts and counted items, as readers get them."""
    dimensions = ", ".join(stats.DIMENSIONS)
    with stats.counted(cursor, since, until, live=live) as found:
        return (
            cursor.execute(
                f"""SELECT bucket, {dimensions}, sum(items)::BIGINT, sum(reach)::BIGINT, sum(sentiment_e4)::BIGINT,
                    sum(answered)::BIGINT FROM {found.counts} JOIN {found.keys} k ON k.id = key_id
                    GROUP BY ALL ORDER BY ALL"""
            ).fetchall(),
            cursor.execute(
                f"""SELECT bucket, {dimensions}, item_id, sent_at, waited_s
                    FROM {found.items} JOIN {found.keys} k ON k.id = key_id
                    ORDER BY ALL"""
            ).fetchall(),
        )


def naive(cursor: DuckDBPyConnection, since: datetime, until: datetime) -> tuple[list[object], list[object]]:
    """Count every item by itself, in Python."""
    rows = cursor.execute(
        """SELECT i.id, i.sent_at, i.channel, i.account_id, i.stream_id, i.private, i.language, s.language, s.scorer,
               s.sentiment, s.sentiment_label, c.labels, i.reach, i.answered_at, coalesce(i.again_at, i.sent_at)
           FROM interactions i LEFT JOIN scores s ON s.interaction_id = i.id
           LEFT JOIN conversations c ON c.id = i.conversation_id
           WHERE NOT outbound AND NOT context AND deleted_at IS NULL AND sent_at >= ? AND sent_at < ?""",
        [since, until],
    ).fetchall()
    sighted = cursor.execute("SELECT interaction_id, stream_id FROM sightings").fetchall()
    counts: dict[tuple[object, ...], list[int]] = {}
    items = []
    for (
        item,
        sent,
        channel,
        account,
        stream,
        private,
        told,
        ours,
        scorer,
        mood,
        label,
        labels,
        reach,
        at,
        asked,
    ) in rows:
        streams = " ".join(sorted({stream, *(one for who, one in sighted if who == item)}))
        language = (told if scorer is None else ours) or ""
        key = (stats.bucket_of(sent), channel, account, streams, private, language)
        key += ("none" if mood is None else label, labels)
        row = counts.setdefault(key, [0, 0, 0, 0])
        # the engine rounds halves away from zero, Python to even ones; sentiments here have no halves at this place
        for place, value in enumerate((1, reach or 0, round((mood or 0) * 10000), at is not None)):
            row[place] += value
        items.append((*key, item, sent, None if at is None else round((at - asked).total_seconds())))
    return (
        sorted((*key, *row) for key, row in counts.items()),
        sorted(items),
    )


def by_sentiment(cursor: DuckDBPyConnection, live: stats.Live | None) -> list[tuple[str, int]]:
    """Return how many items of each sentiment a page of figures shows."""
    wanted = Slice(period=Period(START.date(), (START + SPAN).date(), "UTC"))
    return [(line.key, line.tally.items) for line in insights.lines(cursor, wanted, None, By.SENTIMENT, live=live)]


DEEDS = st.one_of(
    st.tuples(
        st.just("put"), st.integers(0, 4000), st.sampled_from([None, "negative", "neutral", "unsure"]), st.booleans()
    ),
    st.tuples(st.sampled_from(["answer", "delete", "move", "score", "unscore", "see"]), st.integers(0, 30)),
    st.tuples(st.just("label"), st.integers(0, 4), st.sampled_from(["", "one", "one two"])),
    st.tuples(st.just("count"), st.integers(1, 700)),
    st.tuples(st.just("add up"), st.sampled_from(ZONES), st.integers(1, 3)),
)


def do(store: Store, deed: tuple[object, ...], number: int, *, marked: bool = True) -> None:
    """Do one deed in a transaction of its own, marking what it changes as the program does."""
    kind, *how = deed
    with store.transaction() as cursor:
        item = f"x:{how[0]}"
        touch = stats.touch_items if marked else lambda *_: None
        if kind == "put":
            put(cursor, number, how[0], label=how[1], outbound=how[2])
            touch(cursor, [f"x:{number}"])
        elif kind == "label":
            talk, worn = f"talk {how[0]}", how[1]
            if marked:
                stats.touch_talks(cursor, [(talk, START, START + SPAN)])
            cursor.execute("UPDATE conversations SET labels = ? WHERE id = ?", [worn, talk])
        elif kind == "count":
            stats.count(cursor, how[0])
        elif kind == "add up":
            stats_days.add_up(cursor, *how)
        else:
            touch(cursor, [item])
            _change(cursor, kind, item)
            touch(cursor, [item])


def _change(cursor: DuckDBPyConnection, kind: object, item: str) -> None:
    statements = {
        "answer": "UPDATE interactions SET answered_at = sent_at + INTERVAL 95 MINUTE WHERE id = ?",
        "delete": "UPDATE interactions SET deleted_at = now() WHERE id = ?",
        "move": "UPDATE interactions SET sent_at = sent_at + INTERVAL 31 MINUTE WHERE id = ?",
        "score": "UPDATE scores SET sentiment_label = 'positive', sentiment = 0.3 WHERE interaction_id = ?",
        "unscore": "DELETE FROM scores WHERE interaction_id = ?",
        "see": """INSERT INTO sightings (id, interaction_id, stream_id, page_id, seen_at)
                  SELECT 'other ' || id, id, 'other/all', 'p', now() FROM interactions WHERE id = ?
                  ON CONFLICT DO NOTHING""",
    }
    cursor.execute(statements[str(kind)], [item])
