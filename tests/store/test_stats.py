"""Roll-ups: at every moment equal to counting the items, whatever happened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from social_listener.store import Store, stats

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

START = datetime(2026, 3, 27, 22, 0, tzinfo=UTC)
SPAN = timedelta(days=3)


@pytest.fixture
def store(tmp_path: Path):
    """Return an empty store."""
    with Store.open(tmp_path / "store.duckdb") as opened:
        yield opened


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


def both(cursor: DuckDBPyConnection, since: datetime, until: datetime) -> tuple[list[object], list[object]]:
    """Return counts and waiting times, as readers get them."""
    dimensions = ", ".join(stats.DIMENSIONS)
    with stats.counted(cursor, since, until) as found:
        return (
            cursor.execute(
                f"""SELECT bucket, {dimensions}, sum(items)::BIGINT, sum(reach)::BIGINT, sum(sentiment_e4)::BIGINT,
                    sum(answered)::BIGINT FROM {found.counts} JOIN {found.keys} k ON k.id = key_id
                    GROUP BY ALL ORDER BY ALL"""
            ).fetchall(),
            cursor.execute(
                f"""SELECT bucket, {dimensions}, waited_s FROM {found.times} JOIN {found.keys} k ON k.id = key_id
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
    times = []
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
        if at is not None:
            times.append((*key, round((at - asked).total_seconds())))
    return (
        sorted((*key, *row) for key, row in counts.items()),
        sorted(times),
    )


DEEDS = st.one_of(
    st.tuples(
        st.just("put"), st.integers(0, 4000), st.sampled_from([None, "negative", "neutral", "unsure"]), st.booleans()
    ),
    st.tuples(st.sampled_from(["answer", "delete", "move", "score", "unscore", "see"]), st.integers(0, 30)),
    st.tuples(st.just("label"), st.integers(0, 4), st.sampled_from(["", "one", "one two"])),
    st.tuples(st.just("count"), st.integers(1, 700)),
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


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=st.lists(DEEDS, min_size=3, max_size=25))
def test_roll_ups_equal_the_full_count_at_every_moment(tmp_path_factory, deeds) -> None:
    """After any history, with some buckets counted and others dirty, readers get what counting every item gives."""
    with Store.open(tmp_path_factory.mktemp("stats") / "store.duckdb") as store:
        for number, deed in enumerate(deeds):
            do(store, deed, number)
        since, until = stats.bucket_of(START), stats.bucket_of(START + 2 * SPAN)
        with store.read() as cursor:
            assert both(cursor, since, until) == naive(cursor, since, until)
        with store.transaction() as cursor:
            while stats.count(cursor):
                pass
            assert both(cursor, since, until) == naive(cursor, since, until)
            assert stats.waiting(cursor) == 0


def test_a_change_that_nobody_marked_would_be_seen(store: Store) -> None:
    """Were a deed not marked, the comparison would tell."""
    do(store, ("put", 10, "negative", False), 1)
    do(store, ("count", 700), 2)
    do(store, ("delete", 1), 3, marked=False)
    with store.read() as cursor:
        since, until = stats.bucket_of(START), stats.bucket_of(START + SPAN)
        assert both(cursor, since, until) != naive(cursor, since, until)


def test_a_backlog_is_counted_in_steps(store: Store) -> None:
    """Of many dirty buckets the newest are counted first, so many at a time, and the numbers are right throughout."""
    since, until = stats.bucket_of(START), stats.bucket_of(START + 10 * SPAN)
    for number in range(30):
        do(store, ("put", number * 60 * 12, "negative", False), number)
    left = []
    for _ in range(10):
        with store.transaction() as cursor:
            left.append(stats.count(cursor, 96 * 3))
        with store.read() as cursor:
            assert both(cursor, since, until) == naive(cursor, since, until)
    assert left[0] > left[1] > 0 == left[-1]
