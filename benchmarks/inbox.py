"""How fast the inbox is read: the queue, its filters, a conversation and a search over a large store.

    python benchmarks/inbox.py                      # 300,000 and 3,000,000 interactions: a million conversations
    python benchmarks/inbox.py --sizes 300000       # quicker
    python benchmarks/inbox.py --check              # exit 1 when the target is missed

The store is generated; what is measured goes through `Desk`, as pages do. Times depend on the machine and on what else
it does: the same loop is timed between readings all along, and the column "at usual" tells what p95 would be at the
machine's usual pace (pace.py). Ratios are to the plain way, over all rows in the same run. Each reading has its target,
at the largest size and the usual pace. (The file is not called queue.py: Python puts a script's folder first in its
search path, and `queue` is a module of its own.)
"""

from __future__ import annotations

import argparse
import gc
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING, Final, NamedTuple

import psutil
from pace import Pace

from social_listener.desk import Desk
from social_listener.desk.people import new_line
from social_listener.desk_types import QueueFilter, View
from social_listener.ingest import Ingest
from social_listener.model import SentimentLabel
from social_listener.rights import Role
from social_listener.scoring import Weights
from social_listener.settings import Settings
from social_listener.store import Store, people, queue
from social_listener.store.due import PlatformTime

if TYPE_CHECKING:
    from collections.abc import Callable

    from duckdb import DuckDBPyConnection

NOW: Final = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
#: reading → what 95 of 100 may take at the largest size, ms
TARGETS: Final = {
    "inbox: top 50 and counts": 40.0,
    "inbox with three filters": 40.0,
    "show more, far down": 40.0,
    "conversation with its card": 30.0,
    "search, a rare word": 50.0,
    "search, two common words": 50.0,
    "search, a word being typed": 50.0,
    "search, a phrase and a name": 50.0,
}
_TIDY: Final = 10  #: readings between two collections
ITEMS_EACH: Final = 3  #: interactions a conversation
_AT_ONCE: Final = 240_000  #: interactions written in one transaction: more of them run out of the engine's memory

PART: Final = "sent_at > $now::TIMESTAMPTZ - to_seconds(($total - $start) * 20 + 1)"
CONVERSATION = "'x:' || (i // 3) || ':' || (i // 3 % 200000)"
FILL = {
    "interactions": f"""
        INSERT INTO interactions (id, channel, account_id, conversation_id, thread_id, author_id, kind, private,
            outbound, text, sent_at, version_id, addresses_us, hidden, likes, attachments, context,
            first_seen_at, checked_at, answered_at, liked_by_us, stream_id)
        SELECT 'x:' || (1500000000000000000 + i), 'x', 'main', {CONVERSATION}, 'x:' || (i // 3),
            'x:' || (i // 3 % 200000), CASE WHEN i // 3 % 5 = 0 THEN 'message' ELSE 'mention' END, i // 3 % 5 = 0,
            false,
            'order ' || hash(i) % 1000000 || ' of the ' || ['kettle', 'grinder', 'machine', 'beans'][1 + i % 4] ||
            ' has not arrived and nobody answers my letters, since ' || i % 97 || ' days',
            $now::TIMESTAMPTZ - to_seconds(($total - i) * 20), i::VARCHAR, true, false, 0, '[]', false,
            $now::TIMESTAMPTZ - to_seconds(($total - i) * 20), $now::TIMESTAMPTZ - to_seconds(($total - i) * 20),
            CASE WHEN i < $total - 3 * $open THEN $now::TIMESTAMPTZ END, false, 'main/mentions'
        FROM range($start, $stop) t(i)""",
    "scores": f"""
        INSERT INTO scores
        SELECT id, (hash(id) % 2000)::DOUBLE / 1000 - 1,
            ['negative', 'neutral', 'positive', 'unsure'][1 + (hash(id) % 4)::INTEGER], 'because',
            ['en', 'de', 'fr'][1 + (hash(id || 'l') % 3)::INTEGER], hash(id || 'p') % 80,
            '[{{"name": "complaint", "points": 20, "words": ["not"], "because": "complains"}}]', 'bench', $now
        FROM interactions WHERE {PART}""",
    "contacts": """
        INSERT INTO contacts (id, channel, handle, name, followers, verified, description, location, first_seen_at,
            updated_at, recent_ids)
        SELECT 'x:' || i, 'x', 'customer' || i, 'Customer ' || i, 100, false, '', '',
            $now::TIMESTAMPTZ, $now::TIMESTAMPTZ, '' FROM range($start // 3, least(($stop + 2) // 3, 200000)) t(i)""",
    "conversations": f"""
        INSERT INTO conversations (id, channel, account_id, thread_id, contact_id, private, first_at, last_at,
            status, snoozed_until, assignee, version, said_version, updated_at, waiting_ids, newest_id)
        SELECT conversation_id, 'x', 'main', any_value(thread_id), any_value(author_id), any_value(private),
            min(sent_at), max(sent_at), CASE WHEN count(answered_at) = 0 THEN 'open' ELSE 'resolved' END, NULL, NULL,
            3, 3,
            $now::TIMESTAMPTZ, coalesce(string_agg(id, ' ') FILTER (answered_at IS NULL), ''),
            arg_max(id, sent_at)
        FROM interactions WHERE {PART} GROUP BY conversation_id""",
    "queue": f"""
        INSERT INTO queue (conversation_id, channel, account_id, stream_id, kind, private, status, snoozed_until,
            assignee, item_id, priority, waiting_since, sentiment_label, language, contact_id, contact_name,
            contact_handle, excerpt, last_at, unanswered, version, due_at, due_what, due_since, due_seen_at, warn_at)
        SELECT c.id, 'x', 'main', 'main/mentions', i.kind, c.private, 'open', NULL,
            CASE WHEN hash(c.id) % 4 = 0 THEN 'ana' END, i.id, s.priority, c.first_at, s.sentiment_label, s.language,
            c.contact_id, p.name, p.handle, left(i.text, 200), c.last_at, 3, 3,
            c.first_at + INTERVAL 1 HOUR, 'answer', c.first_at, c.first_at, c.first_at + INTERVAL 45 MINUTE
        FROM conversations c JOIN interactions i ON i.id = c.newest_id JOIN scores s ON s.interaction_id = i.id
        JOIN contacts p ON p.id = c.contact_id WHERE c.status = 'open' AND i.{PART}""",
}

#: the plain way: the same rows found among all interactions
OVER_ALL = """
    SELECT i.conversation_id,
        max(least(100, s.priority + least(30, 15 * date_diff('second', i.sent_at, $now::TIMESTAMPTZ) / 3600.0)))
    FROM interactions i JOIN scores s ON s.interaction_id = i.id
    WHERE i.answered_at IS NULL AND NOT i.outbound AND i.deleted_at IS NULL
    GROUP BY i.conversation_id ORDER BY 2 DESC, 1 LIMIT 50"""


def fill(store: Store, total: int, open_conversations: int, now: datetime = NOW) -> None:
    """Write `total` interactions, the newest of them in so many open conversations, the last of them `now`."""
    for start in range(0, total, _AT_ONCE):
        stop = min(start + _AT_ONCE, total)
        parameters = {"now": now, "total": total, "open": open_conversations, "start": start, "stop": stop}
        with store.transaction() as cursor:
            for statement in FILL.values():
                used = {name: value for name, value in parameters.items() if f"${name}" in statement}
                cursor.execute(statement, used)
        store.checkpoint()


class Taken(NamedTuple):
    """How long a reading took, ms."""

    middle: float
    most: float  #: the 95th of 100
    usual: float  #: the same, each time as it would be at the machine's usual pace


def measure(call: Callable[[], object], times: int, pace: Pace) -> Taken:
    """Return how long `call` takes.

    What readings leave behind is collected between them, as the service does every ten seconds (`memory.tidy`).
    """
    call()
    took, usual = [], []
    for number in range(times):
        if number % _TIDY == 0:
            gc.collect()
            pace.beat()
        began = time.perf_counter()
        call()
        took.append((time.perf_counter() - began) * 1000)
        usual.append(took[-1] / pace.slow)
    cuts = quantiles(took, n=100)
    return Taken(cuts[49], cuts[94], quantiles(usual, n=100)[94])


def readings(store: Store, desk: Desk, total: int) -> dict[str, Callable[[], object]]:
    """Return what is measured, by name."""
    numbers = iter(range(10_000_000))
    first_open = total // ITEMS_EACH - 1000

    def read(statement: Callable[[DuckDBPyConnection], object]) -> object:
        with store.read() as cursor:
            return statement(cursor)

    known = queue.Factors()

    def top(wanted: QueueFilter, factors: queue.Factors | None = None) -> object:
        waiting = desk._office.waiting()  # noqa: SLF001 - the rule that pages are given
        kept = factors or queue.Factors()
        return read(
            lambda cursor: queue.listed(
                cursor, wanted, "ana", PlatformTime(ours=NOW), waiting, sought=None, factors=kept, limit=50
            )
        )

    def conversation() -> object:
        number = first_open + next(numbers) % 900
        return desk.conversation(f"x:{number}:{number % 200000}", "ana")

    deep = desk.queue(QueueFilter(), "ana", limit=5_000).next
    narrow = QueueFilter(private=False, language="de", sentiment=SentimentLabel.NEGATIVE)
    return {
        "top 50 of the open ones": lambda: top(QueueFilter(), known),
        "the same, three filters": lambda: top(narrow, known),
        "the same, nothing known": lambda: top(QueueFilter()),
        "inbox: top 50 and counts": lambda: desk.queue(QueueFilter(), "ana"),
        "inbox with three filters": lambda: desk.queue(narrow, "ana"),
        "show more, far down": lambda: desk.queue(QueueFilter(), "ana", after=deep),
        "resolved, newest 50": lambda: desk.queue(QueueFilter(view=View.RESOLVED), "ana"),
        "conversation with its card": conversation,
        "item by id": lambda: desk.item(f"x:{1500000000000000000 + total - 5}"),
        "search, a rare word": lambda: desk.queue(QueueFilter(search="777777 "), "ana"),
        "search, two common words": lambda: desk.queue(QueueFilter(search="kettle letters "), "ana"),
        "search, a word being typed": lambda: desk.queue(QueueFilter(search="kettle le"), "ana"),
        "search, a phrase and a name": lambda: desk.queue(QueueFilter(search='"my letters" from:customer77'), "ana"),
        "plain: top 50 over all rows": lambda: read(lambda cursor: cursor.execute(OVER_ALL, {"now": NOW}).fetchall()),
    }


def run(total: int, open_conversations: int, times: int) -> dict[str, Taken]:
    """Fill a store of that size and measure all readings."""
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "bench.duckdb") as store:
        began = time.perf_counter()
        fill(store, total, open_conversations)
        print(f"\n{total:,} interactions, {open_conversations:,} open conversations", end="")
        print(f" (filled in {time.perf_counter() - began:.0f} s, {store.size / 1e6:.0f} MB)")
        weights = Weights()
        ingest = Ingest(store, {}, streams={}, weights=weights, polling=Settings().polling, clock=lambda: NOW)
        ticks = iter(range(10_000_000))
        # every look at the clock is eleven seconds later: pages share what they read within ten
        desk = Desk(
            store,
            {},
            ingest=ingest,
            streams={},
            settings=Settings(),
            weights=weights,
            clock=lambda: NOW + timedelta(seconds=11 * next(ticks)),
        )
        with store.transaction() as cursor:
            people.insert(cursor, new_line("ana", Role.ADMINISTRATOR, None, desk._office))  # noqa: SLF001 - as the door does
        began = time.perf_counter()
        store.index.catch_up()
        store.index.kept = True  # as in the service: the index is brought up to date beside, not by a search
        folder_bytes = sum(one.stat().st_size for one in Path(folder).glob("*.search/*/*"))
        print(f"index: {total / (time.perf_counter() - began):,.0f} items/s, ", end="")
        print(f"{folder_bytes / 1e6:.0f} MB, whole: {store.index.progress.whole}")
        results = {}
        gc.collect()
        pace = Pace()
        for name, call in readings(store, desk, total).items():
            slow = name.startswith(("search", "plain"))
            results[name] = measure(call, max(times // 5, 20) if slow else times, pace)
    plain = results["plain: top 50 over all rows"].middle
    print(f"{'':32}{'p50 ms':>10}{'p95 ms':>10}{'at usual':>10}{'× plain':>10}")
    for name, (middle, most, usual) in results.items():
        print(f"{name:32}{middle:10.1f}{most:10.1f}{usual:10.1f}{middle / plain:10.3f}")
    print(pace.told())
    return results


def main() -> int:
    """Run the benchmark; 1 when `--check` was asked for and the target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[300_000, 3_000_000], help="interactions stored")
    parser.add_argument("--open", type=int, default=30_000, help="open conversations, a third of all at most")
    parser.add_argument("--times", type=int, default=300, help="readings of each kind")
    parser.add_argument("--check", action="store_true", help="exit 1 when the target is missed")
    wanted = parser.parse_args()
    results = {size: run(size, min(wanted.open, size // ITEMS_EACH), wanted.times) for size in wanted.sizes}
    small, large = min(results), max(results)
    if small != large:
        print("\ngrowth from the smallest to the largest store (p50):")
        for name, taken in results[large].items():
            print(f"  {name:32}{taken.middle / results[small][name].middle:6.2f} ×")
    print(f"\npeak memory: {psutil.Process().memory_info().rss / 1e6:.0f} MB at the end")
    missed = 0
    for name, target in TARGETS.items():
        taken = results[large][name]
        missed += taken.usual > target
        print(f"target: {name}, p95 ≤ {target:.0f} ms at {large:,}: {taken.most:.1f} ms, ", end="")
        print(f"at the usual pace {taken.usual:.1f}, " + ("reached" if taken.usual <= target else "missed"))
    return 1 if wanted.check and missed else 0


if __name__ == "__main__":
    sys.exit(main())
