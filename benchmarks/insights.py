"""How fast figures over time are read at ten million interactions, from roll-ups and from the items themselves.

    python benchmarks/insights.py                   # 10,000,000 interactions over two years
    python benchmarks/insights.py --items 1000000   # quicker
    python benchmarks/insights.py --check           # exit 1 when a target is missed
    python benchmarks/insights.py --file a.duckdb   # fill this file, or take it as it was filled before

Everything is read through `Desk`, as pages do, for the last 90 days, and anew each time, in two ways: nothing is
committed meanwhile, and a page of items is committed before each reading, so that the newest bucket is dirty and was
read by nobody. The second is a service that is polling at its worst: it may take twice as long. Beside the readings
stands the same count over all items. The machine's pace is looked at all along (pace.py), and a target is reached when
p95 would reach it at its usual pace; run it alone, for what waits for a processor is not told apart.
"""

from __future__ import annotations

import argparse
import gc
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING, Final, NamedTuple

import psutil
from inbox import NOW
from pace import Pace

from social_listener.desk import Desk
from social_listener.desk_types.insights import By, Slice
from social_listener.ingest import Ingest
from social_listener.periods import Period
from social_listener.rights import SYSTEM
from social_listener.scoring import Weights
from social_listener.settings import Settings
from social_listener.store import Store, stats, stats_days

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TARGET: Final = 60.0  #: ms that 95 of 100 readings of a chart may take
POLLING: Final = 2 * TARGET  #: the same while something is polled
_PACED: Final = 5  #: readings between two looks at the machine's pace
SPAN: Final = timedelta(days=730)
ZONE: Final = "Europe/Berlin"
#: items that change in each commit; of 13,700 a day a poll every five seconds brings one
PAGE: Final = 10
_PART: Final = 600_000  #: interactions that are written at a time; three make a conversation

FILL: Final = {
    "interactions": """
        INSERT INTO interactions (id, channel, account_id, conversation_id, thread_id, author_id, kind, private,
            outbound, text, sent_at, version_id, addresses_us, hidden, likes, attachments, context,
            first_seen_at, checked_at, answered_at, liked_by_us, stream_id, reach)
        SELECT ['x', 'facebook', 'instagram'][1 + i % 3] || ':' || (1500000000000000000 + i),
            ['x', 'facebook', 'instagram'][1 + i % 3], ['main', 'page', 'pictures'][1 + i % 3], 'talk ' || i // 3, 't',
            'a' || hash(i) % 500000, 'mention', hash(i || 'v') % 5 = 0, hash(i || 'o') % 8 = 0,
            'order ' || hash(i) % 1000000 || ' of the kettle has not arrived and nobody answers my letters', said,
            '1', true, false, 0, '[]', false, said, said,
            CASE WHEN hash(i || 'w') % 3 > 0 THEN said + to_seconds((60 + hash(i || 's') % 40000)::BIGINT) END, false,
            ['main/mentions', 'page/comments', 'pictures/comments', 'main/brand', 'main/rival'][1 + i % 5],
            hash(i || 'r') % 5000
        FROM (SELECT i, $now::TIMESTAMPTZ - to_seconds(($total - i) * $seconds / $total) AS said
              FROM range($first, $last) t(i))""",
    "scores": """
        INSERT INTO scores
        SELECT id, CASE WHEN hash(id || 'u') % 10 > 0 THEN (hash(id) % 2000)::DOUBLE / 1000 - 1 END,
            ['negative', 'neutral', 'positive', 'unsure'][1 + (hash(id) % 4)::INTEGER], 'because',
            ['en', 'en', 'en', 'en', 'en', 'en', 'de', 'de', 'fr', 'es'][1 + (hash(id || 'l') % 10)::INTEGER],
            hash(id || 'p') % 80, '[]', 'bench',
            $now FROM interactions WHERE rowid >= $first AND rowid < $last""",
    "sightings": """
        INSERT INTO sightings (id, stream_id, interaction_id, page_id, seen_at)
        SELECT 'main/brand ' || id, 'main/brand', id, 'p', $now FROM interactions WHERE hash(id) % 20 = 0
            AND stream_id <> 'main/brand' AND rowid >= $first AND rowid < $last""",
    "conversations": """
        INSERT INTO conversations (id, channel, account_id, thread_id, contact_id, private, first_at, last_at,
            status, version, updated_at, labels)
        SELECT conversation_id, 'x', 'main', 't', 'c', FALSE, min(sent_at), max(sent_at), 'resolved', 1, $now,
            CASE WHEN hash(conversation_id) % 20 = 0 THEN 'l' || hash(conversation_id) % 7 ELSE '' END
        FROM interactions WHERE rowid >= $first AND rowid < $last GROUP BY conversation_id""",
    "stats_dirty": """
        INSERT INTO stats_dirty (bucket) SELECT DISTINCT time_bucket(INTERVAL 15 MINUTE, sent_at) FROM interactions
        WHERE rowid >= $first AND rowid < $last""",
}

#: the plain way: day × channel over the items themselves
OVER_ALL: Final = """
    SELECT date_trunc('day', timezone('Europe/Berlin', sent_at)), channel, count(*) FROM interactions
    WHERE NOT outbound AND NOT context AND deleted_at IS NULL AND sent_at >= ? AND sent_at < ? GROUP BY ALL"""
OVER_ALL_SCORED: Final = """
    SELECT date_trunc('day', timezone('Europe/Berlin', sent_at)), sentiment_label, count(*) FROM interactions i
    JOIN scores s ON s.interaction_id = i.id
    WHERE NOT outbound AND NOT context AND deleted_at IS NULL AND sent_at >= ? AND sent_at < ? GROUP BY ALL"""


def fill(store: Store, total: int) -> None:
    """Write so many interactions, the last of them now, with all that roll-ups read."""
    for first in range(0, total, _PART):
        known = {"now": NOW, "total": total, "seconds": int(SPAN.total_seconds()), "first": first}
        known["last"] = min(total, first + _PART)
        for statement in FILL.values():
            with store.transaction() as cursor:
                cursor.execute(statement, {name: value for name, value in known.items() if f"${name}" in statement})
        store.checkpoint()


def readings(store: Store, desk: Desk) -> dict[str, Callable[[], object]]:
    """Return what is measured, by name."""
    last = NOW.date()
    wanted = Slice(period=Period(last - timedelta(days=89), last, ZONE))
    year = Slice(period=Period(date(last.year - 1, last.month, 1), last, ZONE))
    narrow = Slice(period=wanted.period, languages=("de",), sentiments=("negative",), labels=("l3",))
    insights = desk.insights

    def plain(statement: str) -> object:
        with store.read() as cursor:
            return cursor.execute(statement, [wanted.since, wanted.until]).fetchall()

    return {
        "totals": lambda: insights.total(wanted, SYSTEM),
        "day × channel": lambda: insights.chart(wanted, SYSTEM, by=By.CHANNEL),
        "day × sentiment": lambda: insights.chart(wanted, SYSTEM, by=By.SENTIMENT),
        "day × sentiment, narrow slice": lambda: insights.chart(narrow, SYSTEM, by=By.SENTIMENT),
        "week × sentiment, a year": lambda: insights.chart(year, SYSTEM, by=By.SENTIMENT),
        "by query": lambda: insights.lines(wanted, SYSTEM, By.STREAM),
        "by label": lambda: insights.lines(wanted, SYSTEM, By.LABEL),
        "hours of the week": lambda: insights.week(wanted, SYSTEM),
        "waiting times": lambda: insights.waits(wanted, SYSTEM),
        "waiting times by day": lambda: insights.waits(wanted, SYSTEM, step=wanted.period.step()),
        "share of voice": lambda: insights.voice(wanted, SYSTEM),
        "overview, with the period before": lambda: insights.overview(wanted, SYSTEM),
        "items behind a number": lambda: insights.items(narrow, SYSTEM),
        "plain: day × channel over all items": lambda: plain(OVER_ALL),
        "plain: day × sentiment over all items": lambda: plain(OVER_ALL_SCORED),
    }


class Taken(NamedTuple):
    """How long a reading took, ms."""

    middle: float
    most: float  #: the 95th of 100
    usual: float  #: the same, each time as it would be at the machine's usual pace
    least: float  #: of the processor


def measure(call: Callable[[], object], before: Callable[[], None], times: int, pace: Pace) -> Taken:
    """Return how long `call` takes; `before` is done before each, outside of the times."""
    call()
    gc.collect()
    took, worked, usual = [], [], []
    for number in range(times):
        if number % _PACED == 0:
            pace.beat()
        before()
        began, processor = time.perf_counter(), time.process_time()
        call()
        took.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - processor) * 1000)
        usual.append(took[-1] / pace.slow)
    cuts = quantiles(took, n=100)
    return Taken(cuts[49], cuts[94], quantiles(usual, n=100)[94], min(worked))


def commit(store: Store) -> None:
    """Commit that the newest items changed, as a page does that was polled: what was read of them is good no more."""
    with store.transaction() as cursor:
        rows = cursor.execute(
            "SELECT id FROM interactions WHERE sent_at > ? ORDER BY sent_at DESC, id LIMIT ?",
            [NOW - timedelta(minutes=10), PAGE],
        ).fetchall()
        stats.touch_items(cursor, [row[0] for row in rows])


def count(store: Store) -> None:
    """Count what is dirty, so that nothing is."""
    left = 1
    while left:
        with store.transaction() as cursor:
            left = stats.count(cursor)


def count_all(store: Store) -> None:
    """Count every bucket as the job does, and print what it costs."""
    began, steps, longest = time.perf_counter(), 0, 0.0
    left = 1
    while left:
        step = time.perf_counter()
        with store.transaction() as cursor:
            left = stats.count(cursor)
        steps, longest = steps + 1, max(longest, time.perf_counter() - step)
    with store.read() as cursor:
        ((rows,),) = cursor.execute("SELECT count(*) FROM stats").fetchall()
    print(
        f"counted in {time.perf_counter() - began:.0f} s, {steps} steps, the longest {longest * 1000:.0f} ms; ", end=""
    )
    print(f"{rows:,} rows of roll-ups")
    with store.transaction() as cursor:
        stats.touch(cursor, [NOW - timedelta(minutes=20)])
    began = time.perf_counter()
    with store.transaction() as cursor:
        stats.count(cursor)
    print(f"one bucket counted anew: {(time.perf_counter() - began) * 1000:.0f} ms")
    left = 1
    while left:
        with store.transaction() as cursor:
            left = stats_days.add_up(cursor, ZONE)
    store.checkpoint()


def row(took: Sequence[float]) -> str:
    """Return figures as they stand in the table."""
    return "".join(f"{one:10.1f}" for one in took)


def prepared(store: Store, total: int) -> None:
    """Fill and count a store, unless it is filled with so many."""
    with store.read() as cursor:
        ((there,),) = cursor.execute("SELECT count(*) FROM interactions").fetchall()
    if there not in (0, total):
        raise SystemExit(f"the file holds {there:,} interactions, not {total:,}: give another, or --items {there}")
    if not there:
        began = time.perf_counter()
        fill(store, total)
        print(f"{total:,} interactions over {SPAN.days} days, ", end="")
        print(f"filled in {time.perf_counter() - began:.0f} s, {store.size / 1e9:.1f} GB", flush=True)
    count_all(store)


def main() -> int:
    """Run the benchmark; 1 when `--check` was asked for and a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=10_000_000)
    parser.add_argument("--times", type=int, default=60, help="readings of each kind")
    parser.add_argument("--file", type=Path, help="where the database is kept for the next run")
    parser.add_argument("--check", action="store_true", help="exit 1 when a target is missed")
    asked = parser.parse_args()
    missed = 0
    with tempfile.TemporaryDirectory() as folder, Store.open(asked.file or Path(folder) / "bench.duckdb") as store:
        prepared(store, asked.items)
        weights, settings = Weights(), Settings.model_validate({"spikes": {"zone": ZONE}})
        ingest = Ingest(store, {}, streams={}, weights=weights, polling=settings.polling, clock=lambda: NOW)
        desk = Desk(store, {}, ingest=ingest, streams={}, settings=settings, weights=weights, clock=lambda: NOW)
        print(f"{'p50, p95, p95 at usual pace, CPU in ms':40}{'quiet':>15}{'polling':>40}")
        pace = Pace()
        for name, call in readings(store, desk).items():
            if name.startswith("plain"):
                print(f"{name:40}" + row(measure(call, store.wake, 10, pace)), flush=True)
                continue
            count(store)
            quiet = measure(call, store.wake, asked.times, pace)
            polling = measure(call, lambda: commit(store), asked.times, pace)
            late = [limit for taken, limit in ((quiet, TARGET), (polling, POLLING)) if taken.usual > limit]
            missed += len(late)
            told = f"   missed: {', '.join(f'{limit:.0f}' for limit in late)}" if late else ""
            print(f"{name:40}{row(quiet)}{row(polling)}{told}", flush=True)
        print(pace.told())
    print(f"memory: {psutil.Process().memory_info().rss / 1e6:.0f} MB")
    return 1 if asked.check and missed else 0


if __name__ == "__main__":
    sys.exit(main())
