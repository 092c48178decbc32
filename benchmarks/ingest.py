"""What reading costs: pages through tweepy and HTTP, and the same pages without the network, at any size of the store.

    python benchmarks/ingest.py                  everything below, with 100,000 and 1,000,000 interactions stored
    python benchmarks/ingest.py --stored 100000  one size only (repeatable)
    python benchmarks/ingest.py --http 10000     only the poll of that many waiting mentions through tweepy and HTTP

Ratios are taken within one run; absolute figures drift with the machine. "rows" are interactions, each with its part of
a raw answer, its contact, conversation, score and queue row. Targets are by the clock. "of CPU" counts the time of all
processors and of the worker together: on a machine that others use too the clock says little, and ratios by CPU more.
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
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Self

import ingest_kit as kit
import psutil
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from social_listener.ingest import Ingest, talk
from social_listener.ingest.walk import MOST_PAGES_WHEN_LONG
from social_listener.pace import set_pace
from social_listener.sandbox import Sandbox
from social_listener.store import Store, pages

PAGE = 100
ROUNDS = 20
WORKERS: list[psutil.Process] = []


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stored", type=int, action="append", metavar="N")
    parser.add_argument("--http", type=int, metavar="N")
    chosen = parser.parse_args()
    set_pace()  # as every command does
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
    print("targets                                by the clock       by CPU")
    for size, cost in costs:
        print(f"  at {size:,} stored:")
        target("a page, rows/s", cost.page.rates(), at_least=2_500)
        target("backlog, rows/s", cost.backlog.rates(), at_least=8_000)
        target("backlog to the naive way", cost.naive.to(cost.backlog), at_least=4)
        target("backlog to plain bulk insert", cost.bulk.to(cost.backlog), at_least=0.09)
    if most > least:
        print(f"  {most:,} to {least:,} stored:")
        target("a page", last.page.to(first.page), at_most=1.5)
        target("an update", last.update.to(first.update), at_most=1.5)
    target("peak memory with the worker, MB", (last.memory, last.memory), at_most=800)


def target(
    name: str, found: tuple[float, float], *, at_least: float | None = None, at_most: float | None = None
) -> None:
    """Print whether a figure is what it should be, by the clock; beside it, what it is by CPU."""
    wall, cpu = found
    reached = wall >= at_least if at_least is not None else wall <= (at_most or 0)
    bound = f"≥ {at_least:,}" if at_least is not None else f"≤ {at_most:,}"
    print(f"    {name:32} {wall:12,.2f} {cpu:12,.2f}   {bound:8} {'reached' if reached else 'missed'}")


def one_size(ingest: Ingest, bodies: kit.Bodies, wanted: int) -> Figures:
    """Print the figures of one size, and return them."""
    print(f"{wanted:,} interactions stored, {ingest.store.size / 1e6:,.0f} MB on disk")
    read = kit.told
    ingest.store_pages([read(bodies.next(PAGE))])  # warm up
    page = middle(lambda body: ingest.store_pages([read(body)]), [bodies.next(PAGE) for _ in range(ROUNDS)], PAGE)
    print(f"  a page of {PAGE}: parse, score, decide, write  {page.told()}")
    again = bodies.last
    same = middle(lambda _: ingest.store_pages([read(again)]), rows=PAGE)
    print(f"  the same page again, nothing new          {same.told()}")
    backlog = backlogs(ingest, bodies)
    rows = kit.rows_of([read(bodies.next(PAGE)) for _ in range(100)])
    bulk = middle(lambda _: plain_insert(ingest.store, rows), [0], PAGE * 100)
    print(f"  plain bulk insert of 10,000 such rows     {bulk.told()}")
    naive = naive_way(ingest.store, [bodies.next(PAGE) for _ in range(ROUNDS)])
    print(f"  the naive way: a page                     {naive.told()}")
    most = peak()
    one = middle(lambda item_id: update(ingest.store, item_id), kit.ids(wanted, ROUNDS), 1)
    print(f"  update of one item by id                  {one.told()}")
    print(f"  memory {most:.0f} MB with the worker\n")
    return Figures(page=page, backlog=backlog, bulk=bulk, naive=naive, update=one, memory=most)


def backlogs(ingest: Ingest, bodies: kit.Bodies) -> Cost:
    """Print what a row of a long backlog costs, by turns with and without the worker, and return it with the worker.

    The pages go the way that those of a long walk go.
    """
    if not ingest.worker.start(timedelta(minutes=1)):
        raise SystemExit("the worker did not start")
    find_worker()
    costs = dict[bool, list[Cost]]({True: [], False: []})
    shares = Shares()
    made = ingest.worker.made
    for number in range(2 * ROUNDS):
        ahead = number % 2 == 0
        group = [bodies.next(PAGE) for _ in range(MOST_PAGES_WHEN_LONG)]
        with shares if ahead else nullcontext():
            costs[ahead].append(measured(partial(store_group, ingest, group, ahead=ahead), PAGE * len(group)))
    made = ingest.worker.made - made
    total = sum(cost.rows for cost in costs[True])
    found = {ahead: Cost.middle(some) for ahead, some in costs.items()}
    print(f"  backlog, {MOST_PAGES_WHEN_LONG} pages a transaction          {found[True].told()}")
    print(f"    of which {shares.told()}; {made / total:.0%} of the texts were read by the worker")
    print(f"    the same without the worker             {found[False].told()}")
    return found[True]


def store_group(ingest: Ingest, group: list[bytes], *, ahead: bool) -> None:
    """Read and store so many pages as a long walk does; `ahead`: with the worker."""
    told = [ingest.read_ahead(kit.told(body)) if ahead else kit.told(body) for body in group]
    ingest.store_pages(told)


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

    return middle(work, [kit.rows_of([kit.told(body)]) for body in bodies], PAGE)


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
    for name, spent in shares.apart().items():
        print(f"  {name} {spent / took:.0%}")
    print(f"  {ingest.worker.made:,} texts were read by the worker")
    print(f"peak memory {peak():.0f} MB")


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

    def __init__(self) -> None:
        self.spent = {"scoring": 0.0, "DuckDB (look-ups and writing)": 0.0, "everything else in storing": 0.0}

    def __enter__(self) -> Self:
        """Begin to count."""
        self._real = (talk.Scorer.__call__, pages.known, pages.write, Ingest.store_pages)
        talk.Scorer.__call__ = self._counted("scoring", talk.Scorer.__call__)  # type: ignore[method-assign]
        pages.known = self._counted("DuckDB (look-ups and writing)", pages.known)
        pages.write = self._counted("DuckDB (look-ups and writing)", pages.write)
        Ingest.store_pages = self._counted("everything else in storing", Ingest.store_pages)  # type: ignore[method-assign]
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        talk.Scorer.__call__, pages.known, pages.write, Ingest.store_pages = self._real  # type: ignore[method-assign]

    def told(self) -> str:
        """Return the shares of storing in words."""
        *_, total = self.spent.values()
        return ", ".join(f"{name} {spent / total:.0%}" for name, spent in self.apart().items())

    def apart(self) -> dict[str, float]:
        """Return the seconds by part, the parts taken out of the whole."""
        *parts, whole = self.spent
        return {**self.spent, whole: self.spent[whole] - sum(self.spent[part] for part in parts)}

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
    """Seconds of the clock and of all processors together, for so many rows."""

    wall: float
    cpu: float
    rows: int

    def told(self) -> str:
        """Return it in words."""
        wall, cpu = self.rates()
        return f"{self.wall * 1e3:7.1f} ms {wall:9,.0f} rows/s   {cpu:9,.0f} rows/s of CPU"

    def rates(self) -> tuple[float, float]:
        """Return rows a second, by the clock and by CPU."""
        return self.rows / self.wall, self.rows / self.cpu

    def to(self, other: Cost) -> tuple[float, float]:
        """Return how many times as much as `other` a row costs, by the clock and by CPU."""
        return self.wall / self.rows / (other.wall / other.rows), self.cpu / self.rows / (other.cpu / other.rows)

    @classmethod
    def middle(cls, costs: Sequence[Cost]) -> Self:
        """Return the median."""
        return cls(
            statistics.median(one.wall for one in costs), statistics.median(one.cpu for one in costs), costs[0].rows
        )


@dataclass(frozen=True)
class Figures:
    """What was measured at one size."""

    page: Cost
    backlog: Cost
    bulk: Cost
    naive: Cost
    update: Cost
    memory: float  #: MB


def middle(work: Callable[[Any], object], things: Sequence[Any] = (None,) * ROUNDS, rows: int = 1) -> Cost:
    """Return the median cost of `work` over `things`, each of so many rows."""
    return Cost.middle([measured(partial(work, thing), rows) for thing in things])


def measured(work: Callable[[], object], rows: int) -> Cost:
    """Return what `work` costs once."""
    cpu, wall = processors(), time.perf_counter()
    work()
    return Cost(time.perf_counter() - wall, processors() - cpu, rows)


def processors() -> float:
    """Return the seconds that all processors have spent on this process and its worker."""
    return time.process_time() + sum(sum(one.cpu_times()[:2]) for one in WORKERS if one.is_running())


def peak() -> float:
    """Return the most memory this process had, and its worker with it, MB."""
    ours = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return ours + sum(one.memory_info().rss for one in WORKERS if one.is_running()) / 1e6


def find_worker() -> None:
    """Look for the process that reads ahead; it ends when it has nothing to do."""
    WORKERS[:] = [child for child in psutil.Process().children() if "scoring.child" in " ".join(child.cmdline())]


if __name__ == "__main__":
    main()
