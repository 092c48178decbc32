"""What reading costs: pages through tweepy and HTTP, and the same pages without the network, at any size of the store.

    python benchmarks/ingest.py                  everything below, with 100,000 and 1,000,000 interactions stored
    python benchmarks/ingest.py --stored 100000  one size only (repeatable)
    python benchmarks/ingest.py --http 10000     only the poll of that many waiting mentions through tweepy and HTTP

Ratios are taken within one run; absolute figures drift with the machine. "rows" are interactions, each with its part of
a raw answer, its contact, conversation, score and queue row. "of CPU" counts the time of all processors together: on a
machine that others use too it says more than the clock.
"""

from __future__ import annotations

import argparse
import atexit
import gc
import multiprocessing
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Self

import ingest_kit as kit
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from social_listener.ingest import Ingest, talk
from social_listener.sandbox import Sandbox
from social_listener.store import Store, pages

PAGE = 100
ROUNDS = 20


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stored", type=int, action="append", metavar="N")
    parser.add_argument("--http", type=int, metavar="N")
    chosen = parser.parse_args()
    gc.freeze()  # as the service does: what is loaded now stays
    atexit.register(gc.unfreeze)
    if not chosen.http or chosen.stored:
        sizes(chosen.stored or [100_000, 1_000_000])
    if chosen.http or not chosen.stored:
        http(chosen.http or 10_000)


# -- without the network -----------------------------------------------------------------------------------------------


def sizes(stored: list[int]) -> None:
    """Measure at each size, in one file that grows."""
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "store.duckdb") as store:
        ingest = kit.ingest(store)
        bodies = kit.Bodies()
        have, costs = 0, list[tuple[int, Figures]]()
        for wanted in sorted(stored):
            kit.fill(store, have, wanted)
            have = wanted
            costs.append((wanted, one_size(ingest, bodies, wanted)))
    (least, first), (most, last) = costs[0], costs[-1]
    print(f"targets at {most:,} stored, by CPU:")
    target("a page, rows/s", PAGE / last.page.cpu, at_least=2_500)
    target("backlog, rows/s", PAGE * 10 / last.backlog.cpu, at_least=8_000)
    target("backlog to the naive way", last.naive.cpu * 10 / last.backlog.cpu, at_least=4)
    target("backlog to plain bulk insert", last.bulk.cpu / 10 / last.backlog.cpu, at_least=0.09)
    if most > least:
        target(f"a page to one at {least:,}", last.page.cpu / first.page.cpu, at_most=1.5)
        target(f"an update to one at {least:,}", last.update.cpu / first.update.cpu, at_most=1.5)
    target("peak memory, MB", memory(), at_most=800)


def target(name: str, found: float, *, at_least: float | None = None, at_most: float | None = None) -> None:
    """Print whether a figure is what it should be."""
    reached = found >= at_least if at_least is not None else found <= (at_most or 0)
    bound = f"≥ {at_least:,}" if at_least is not None else f"≤ {at_most:,}"
    print(f"  {name:32} {found:10,.2f}   {bound:8} {'reached' if reached else 'missed'}")


def one_size(ingest: Ingest, bodies: kit.Bodies, wanted: int) -> Figures:
    """Print the figures of one size, and return them."""
    print(f"{wanted:,} interactions stored, {ingest.store.size / 1e6:,.0f} MB on disk")
    read = kit.told
    ingest.store_pages([read(bodies.next(PAGE))])  # warm up
    page = middle(lambda body: ingest.store_pages([read(body)]), [bodies.next(PAGE) for _ in range(ROUNDS)])
    print(f"  a page of {PAGE}: parse, score, decide, write  {page.told(PAGE)}")
    again = bodies.last
    print(
        f"  the same page again, nothing new          {middle(lambda _: ingest.store_pages([read(again)])).told(PAGE)}"
    )
    groups = [[bodies.next(PAGE) for _ in range(10)] for _ in range(10)]
    with Shares() as shares:
        together = middle(lambda group: ingest.store_pages([read(body) for body in group]), groups)
    print(f"  backlog, ten pages a transaction          {together.told(PAGE * 10)}")
    print(f"    of which {shares.told()}")
    rows = kit.rows_of([read(bodies.next(PAGE)) for _ in range(100)])
    bulk = middle(lambda _: plain_insert(ingest.store, rows), [0])
    print(f"  plain bulk insert of 10,000 such rows     {bulk.told(PAGE * 100)}")
    naive = naive_way(ingest.store, [bodies.next(PAGE) for _ in range(ROUNDS)])
    print(f"  the naive way: a page                     {naive.told(PAGE)}")
    print(
        f"  ratios by CPU: backlog to plain insert {bulk.cpu / 10 / together.cpu:.2f}, "
        f"to the naive way {naive.cpu * 10 / together.cpu:.1f}; "
        f"page by page to the naive way {naive.cpu / page.cpu:.1f}"
    )
    one = middle(lambda item_id: update(ingest.store, item_id), kit.ids(wanted, ROUNDS))
    print(f"  update of one item by id                  {one.told(1)}")
    print(f"  memory {memory():.0f} MB\n")
    return Figures(page=page, backlog=together, bulk=bulk, naive=naive, update=one)


def update(store: Store, item_id: str) -> None:
    """Change one item."""
    with store.transaction() as cursor:
        cursor.execute("UPDATE interactions SET liked_by_us = TRUE WHERE id = ?", [item_id])


def plain_insert(store: Store, rows: kit.Rows) -> None:
    """Insert the same rows at once, every table, from Arrow tables that are there already."""
    with store.transaction() as cursor:
        for name, table in rows.items():
            cursor.register("stage", table)
            cursor.execute(f"INSERT INTO {name} BY NAME SELECT * FROM stage")
            cursor.unregister("stage")


def naive_way(store: Store, bodies: list[bytes]) -> Cost:
    """Return what a page costs the obvious program: score with vaderSentiment, upsert a page, every table, commit.

    Reading the answers and making the rows is not counted.
    """
    analyser = SentimentIntensityAnalyzer()

    def work(rows: kit.Rows) -> None:
        for text in rows["interactions"].column("text").to_pylist():
            analyser.polarity_scores(text)
        with store.transaction() as cursor:
            for name, table in rows.items():
                key, *others = table.column_names
                changes = ", ".join(f"{column} = excluded.{column}" for column in others)
                cursor.register("stage", table)
                cursor.execute(
                    f"INSERT INTO {name} BY NAME SELECT * FROM stage ON CONFLICT ({key}) DO UPDATE SET {changes}"
                )
                cursor.unregister("stage")

    return middle(work, [kit.rows_of([kit.told(body)]) for body in bodies])


# -- with the network --------------------------------------------------------------------------------------------------


def http(count: int) -> None:
    """Poll that many waiting mentions through tweepy and HTTP in one go, from a sandbox in a process of its own."""
    with sandbox(count) as (base_url, credentials), tempfile.TemporaryDirectory() as folder:
        channel = kit.channel(base_url, credentials)
        timed = Timed(channel)
        with Store.open(Path(folder) / "store.duckdb") as store:
            ingest = kit.ingest(store, timed)
            with Shares() as shares:
                started = time.perf_counter()
                result = ingest.poll(kit.STREAM, until_end=True)
                took = time.perf_counter() - started
    print(
        f"{result.stored:,} waiting mentions in {result.pages} pages through tweepy and HTTP: "
        f"{result.error or 'no error'}"
    )
    print(f"  {took:.1f} s, {result.stored / took:,.0f} items/s")
    print(f"  sandbox, HTTP, tweepy and parsing {timed.took / took:.0%}")
    for name, spent in shares.spent.items():
        print(f"  {name} {spent / took:.0%}")
    print(f"peak memory {memory():.0f} MB")


@contextmanager
def sandbox(count: int) -> Iterator[tuple[str, dict[str, str]]]:
    """Run a sandbox with so many mentions in a process of its own; yield its address and keys."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, count), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send("end")
        process.join(10)


def _serve(pipe: Connection, count: int) -> None:
    made = Sandbox(seed=7)
    made.policy.mentions_horizon = None
    made.world.fill_mentions(count)
    with made:
        pipe.send((made.base_url, made.credentials))
        pipe.recv()


class Timed:
    """A channel that counts the time spent in it."""

    def __init__(self, channel: Any) -> None:
        self._channel = channel
        self.took = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._channel, name)

    def fetch(self, *given: Any) -> Any:
        """Fetch, and count."""
        started = time.perf_counter()
        try:
            return self._channel.fetch(*given)
        finally:
            self.took += time.perf_counter() - started


class Shares:
    """Counts the time spent in scoring and in the database, by standing in their way."""

    def __enter__(self) -> Self:
        """Begin to count."""
        self.spent = {"scoring": 0.0, "DuckDB (look-ups and writing)": 0.0, "everything else in storing": 0.0}
        self._real = (talk.score_all, pages.known, pages.write, Ingest.store_pages)
        talk.score_all = self._counted("scoring", talk.score_all)
        pages.known = self._counted("DuckDB (look-ups and writing)", pages.known)
        pages.write = self._counted("DuckDB (look-ups and writing)", pages.write)
        Ingest.store_pages = self._counted("everything else in storing", Ingest.store_pages)  # type: ignore[method-assign]
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, and take the parts out of the whole."""
        talk.score_all, pages.known, pages.write, Ingest.store_pages = self._real  # type: ignore[method-assign]
        *parts, whole = self.spent
        self.spent[whole] -= sum(self.spent[part] for part in parts)

    def told(self) -> str:
        """Return the shares of storing in words."""
        total = sum(self.spent.values())
        return ", ".join(f"{name} {spent / total:.0%}" for name, spent in self.spent.items())

    def _counted(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*given: Any, **named: Any) -> Any:
            started = time.perf_counter()
            try:
                return real(*given, **named)
            finally:
                self.spent[name] += time.perf_counter() - started

        return counted


@dataclass(frozen=True)
class Cost:
    """Seconds of the clock and of all processors together."""

    wall: float
    cpu: float

    def told(self, rows: int) -> str:
        """Return it in words."""
        return f"{self.wall * 1e3:7.1f} ms {rows / self.wall:9,.0f} rows/s   {rows / self.cpu:9,.0f} rows/s of CPU"


@dataclass(frozen=True)
class Figures:
    """What was measured at one size."""

    page: Cost
    backlog: Cost  #: ten pages
    bulk: Cost  #: a hundred pages
    naive: Cost  #: a page
    update: Cost  #: one item


def middle(work: Callable[[Any], object], things: Sequence[Any] = (None,) * ROUNDS) -> Cost:
    """Return the median cost of `work` over `things`."""
    walls, cpus = [], []
    for thing in things:
        wall, cpu = time.perf_counter(), time.process_time()
        work(thing)
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return Cost(statistics.median(walls), statistics.median(cpus))


def memory() -> float:
    """Return the most memory this process had, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
