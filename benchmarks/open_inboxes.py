"""What open inboxes cost the service: 25 people at work in a full inbox, while it polls and delivers.

    python benchmarks/open_inboxes.py                       # about 14 minutes
    python benchmarks/open_inboxes.py --seconds 60          # quicker
    python benchmarks/open_inboxes.py --check               # exit 1 when a target is missed

The service is a process of its own, on the sandbox, which runs in this one: customers go on writing and are answered
while it is measured. Every page has its own person, socket and event stream, and sends what a page in Chromium sends
(`inbox_client.py`). The pages are first left alone, then everybody opens a conversation about every two seconds; the
processor's time of the first stretch is taken from that of the second, both as they would be at the machine's usual
pace, which is looked at all along (pace.py). Memory a session is what this service has at its
end more than another one, in which five people made as many clicks in the same time, divided by the other twenty: what
a service takes for its work and with time belongs to no session. Nothing is judged when other programs had the
processor, or when the pages could not click as often as they wanted.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import socket
import sys
import tempfile
import time
import urllib.request
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any, Final

import psutil

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "tests" / name) for name in (".", "dashboard")]

import forking  # noqa: E402 - behind the path to the tests' stage
from inbox import fill  # noqa: E402
from inbox_client import Figures, Inbox  # noqa: E402
from pace import USUAL, beside  # noqa: E402
from stage import PATIENCE, Stage, until  # noqa: E402

from social_listener import remote, terminal  # noqa: E402
from social_listener.service import build  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: what is measured → at most
TARGETS: Final = {
    "click to the end of its script, p95": (300.0, "ms"),
    "CPU a click, beyond the idle pages', at the usual pace": (25.0, "ms"),
    "memory a session": (1.0, "MB"),
}
#: seconds between two clicks of one person, and between two customers who write
EVERY, ARRIVALS = 2.0, 5.0
#: seconds after which somebody who wrote is answered
ANSWERED: Final = 15.0
#: of one core, what other programs may have used; of the clicks wanted, what has to have been made
MOST_OTHERS, LEAST_CLICKS = 0.15, 0.85
ITEMS_EACH: Final = 3
#: how often the first page opens each conversation before anything is measured
WARM: Final = 4
#: seconds in which memory and index come to rest
SETTLE: Final = 10.0
#: so many people make everybody's clicks at the service that memory is compared with
FEW: Final = 5
#: seconds between two looks at the machine's pace
PACED: Final = 10.0
#: seconds at the end in which memory is looked at again and again: it goes up and down with what is collected
WATCHED: Final = 60.0


class Office(Stage):
    """A stage whose account is the one that the generated rows are of, at the usual pace."""

    def _settings(self, changes: dict[str, Any]) -> dict[str, Any]:
        settings = super()._settings(changes)
        account = settings["accounts"][0]
        account["id"] = "main"
        for stream in account["streams"]:
            stream["interval"] = "5s"
        del settings["jobs"]
        return settings

    @property
    def public(self) -> str:
        """Return the address of the public port."""
        return f"http://127.0.0.1:{self.settings.public.port}"

    @property
    def process(self) -> psutil.Process:
        """Return the service."""
        if self._process is None:
            raise RuntimeError("the service does not run")
        return psutil.Process(self._process.pid)


@dataclass(slots=True)
class Stretch:
    """What was seen in a stretch of time."""

    seconds: float = 0.0
    cpu: float = 0.0  #: seconds of the service's processes
    figures: Figures = field(default_factory=Figures)
    polls: list[float] = field(default_factory=list)  #: seconds between two polls of the same stream
    asked: list[float] = field(default_factory=list)  #: seconds that the public port took for an answer
    others: float = 0.0  #: cores that other programs used
    memory: float = 0.0  #: MB at its end, in the middle of what was seen
    beats: list[float] = field(default_factory=list)  #: what Pace.beats holds, taken all along

    @property
    def usual_cpu(self) -> float:
        """Return the seconds of processor in one second, as they would be at the machine's usual pace."""
        return self.cpu / self.seconds / (median(self.beats) / USUAL)


#: everybody knows already that the generated rows are late, or the service would tell of 50,000 things first
TOLD: Final = """
    INSERT INTO escalations (id, conversation_id, account_id, step, due_what, due_since, due_at, told, told_at)
    SELECT conversation_id || ' late', conversation_id, account_id, 'late', due_what, due_since, due_at, '[]', $now
    FROM queue"""


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


def full_store(office: Office, total: int, open_conversations: int) -> None:
    """Fill the store that the service will open, and build its search index."""
    now = datetime.now(UTC)
    service = build(office.settings, offline=True)
    try:
        fill(service.store, total, open_conversations, now)
        with service.store.transaction() as cursor:
            cursor.execute(TOLD, {"now": now})
            cursor.execute("UPDATE queue SET assignee = NULL")  # the rows' somebody does not work here
        service.store.index.catch_up()
    finally:
        service.close()


def busy(process: psutil.Process) -> float:
    """Return the seconds of processor that a process and its children have used."""
    times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    return sum(one.user + one.system for one in times)


def used_at_all() -> float:
    """Return the seconds of processor that everything on this machine has used."""
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system)


async def memory(process: psutil.Process, seconds: float) -> float:
    """Return the resident memory of the service itself in so many seconds, the middle of what was seen, MB."""
    seen, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end:
        seen.append(process.memory_info().rss / 1e6)
        await asyncio.sleep(1)
    return median(seen)


async def crowd(office: Office, answered: list[float]) -> None:
    """Let somebody new write every few seconds, and be answered a while later; note how long an answer took to go."""
    number, begun = 0, time.perf_counter()
    wrote: deque[tuple[float, str]] = deque()
    while True:
        number += 1
        await asyncio.sleep(begun + number * ARRIVALS - time.perf_counter())
        text = f"parcel {number} is not here yet, and nobody tells me where it is"
        wrote.append((time.perf_counter(), await asyncio.to_thread(office.mention, text)))
        if time.perf_counter() - wrote[0][0] >= ANSWERED:
            answered.append(await asyncio.to_thread(answer, office, wrote.popleft()[1]))


def answer(office: Office, post: str) -> float:
    """Answer a post by a command, without a time to take it back; return the seconds until it is at the platform."""
    params = {"item_id": f"x:{post}", "public": True, "private": False, "text": "It is on its way", "now": True}
    params |= {"no_wait": True, "staff": office.staff[0], "nonce": f"answer {post}"}
    if remote.ask(office.settings.data_dir, "reply", params, terminal.nowhere()) != terminal.OK:
        raise RuntimeError(f"the post {post} could not be answered: {office.log()[-500:]}")
    began = time.perf_counter()
    until(lambda: office.answers(post), f"the answer to {post} is at the platform")
    return time.perf_counter() - began


async def knock(office: Office, took: list[float]) -> None:
    """Ask the public port, as a platform that pushes does."""
    address = office.public + "/livez"

    def ask() -> float:
        began = time.perf_counter()
        with urllib.request.urlopen(address, timeout=PATIENCE) as answer:  # noqa: S310 - our own
            answer.read()
        return time.perf_counter() - began

    while True:
        took.append(await asyncio.to_thread(ask))
        await asyncio.sleep(0.5)


async def at_work(page: Inbox, end: float, chance: random.Random, every: float) -> None:
    """Open a conversation `every` so many seconds until `end`."""
    await asyncio.sleep(chance.uniform(0, every))
    while time.perf_counter() < end:
        began = time.perf_counter()
        await page.pick(chance.choice([row for row in page.rows if row != page.chosen]))
        await asyncio.sleep(max(0.0, began + chance.uniform(0.75, 1.25) * every - time.perf_counter()))


async def stretch(
    office: Office, pages: Sequence[Inbox], figures: Figures, seconds: float, every: float | None
) -> Stretch:
    """Watch the service for a while; `every`: seconds between two clicks of one person, None: the pages are alone."""
    seen = Stretch(figures=figures)
    first = len(office.sandbox.calls)
    besides = [knock(office, seen.asked), beside(seen.beats.append, PACED)]
    watching = [asyncio.create_task(one) for one in besides]
    own = psutil.Process()
    began, used, all_used, own_used = time.perf_counter(), busy(office.process), used_at_all(), busy(own)
    end, watched = began + seconds, min(WATCHED, seconds)
    work = [at_work(page, end, random.Random(number), every) for number, page in enumerate(pages) if every]
    working = asyncio.gather(*work)
    await asyncio.sleep(end - watched - time.perf_counter())
    seen.memory = await memory(office.process, watched)
    await working
    seen.cpu, seen.seconds = busy(office.process) - used, time.perf_counter() - began
    seen.others = (used_at_all() - all_used - (busy(own) - own_used)) / seen.seconds  # the service is a child of ours
    for task in watching:
        task.cancel()
    await asyncio.gather(*watching, return_exceptions=True)
    last: dict[str, datetime] = {}
    for call in list(office.sandbox.calls)[first:]:
        if before := last.get(call.path):
            seen.polls.append((call.at - before).total_seconds())
        last[call.path] = call.at
    return seen


@dataclass(slots=True)
class Result:
    """All that was measured."""

    idle: Stretch
    clicks: Stretch
    answered: list[float]  #: seconds from asking for a reply to its being at the platform

    def fault(self, pages: int) -> str:
        """Return why nothing can be judged by this run; "": it can."""
        others = max(self.idle.others, self.clicks.others)
        if others > MOST_OTHERS:
            return f"other programs used {others:.2f} of a core"
        made, wanted = len(self.clicks.figures.clicks), pages * self.clicks.seconds / EVERY
        return "" if made >= LEAST_CLICKS * wanted else f"only {made} clicks of {wanted:.0f} could be made"

    def reached(self, pages: int, few: Result) -> dict[str, float]:
        """Return the figure of each target; `few`: what was measured with few people."""
        clicked = len(self.clicks.figures.clicks)
        busier = self.clicks.usual_cpu - self.idle.usual_cpu
        return {
            "click to the end of its script, p95": percentile(self.clicks.figures.clicks, 95) * 1000,
            "CPU a click, beyond the idle pages', at the usual pace": busier * self.clicks.seconds / clicked * 1000,
            "memory a session": (self.clicks.memory - few.clicks.memory) / (pages - FEW),
        }


def percentile(values: Sequence[float], which: int) -> float:
    """Return one of the 99 cuts of some values."""
    return quantiles(values, n=100)[which - 1] if len(values) > 1 else float("nan")


async def measure(office: Office, number: int, seconds: float) -> Result:
    """Open so many pages, leave them alone, and let their people make everybody's clicks."""
    figures = Figures()
    pages = [Inbox(office.address, office.cookie(name), name, figures) for name in office.staff[:number]]
    first = Inbox(office.address, office.cookie(), office.staff[0], Figures())
    await first.open()  # what is loaded and kept for the first page is loaded once
    for row in first.rows * WARM:
        if row != first.chosen:
            await first.pick(row)
    await first.close()
    answered: list[float] = []
    writing = asyncio.create_task(crowd(office, answered))
    for at, page in enumerate(pages):
        await page.open()
        await page.pick(page.rows[at % len(page.rows)])
    await asyncio.sleep(SETTLE)
    figures.clear()
    idle = await stretch(office, pages, figures, seconds, None)
    print(f"{number} pages, left alone: {figures.changes} times read again since the store had changed, ", end="")
    print(f"{figures.ticks} slow ticks", flush=True)
    figures.clear()
    clicks = await stretch(office, pages, figures, seconds, EVERY * number / len(office.staff))
    print(f"{number} pages: {len(figures.clicks):,} clicks, {clicks.memory:.0f} MB", flush=True)
    if writing.done():
        writing.result()
    writing.cancel()
    await asyncio.gather(*(page.close() for page in pages))
    return Result(idle, clicks, answered)


def tell(result: Result, pages: int) -> None:
    """Print what was measured."""
    idle, clicks, figures = result.idle, result.clicks, result.clicks.figures
    number = len(figures.clicks)
    print(f"\n{pages} pages; {number:,} clicks in {clicks.seconds:.0f} s; {figures.received / 1e6:.0f} MB received")
    print(f"{'':40}{'p50 ms':>10}{'p95 ms':>10}{'max ms':>10}")
    for name, values in (
        ("click to the end of its script", figures.clicks),
        ("click to the conversation's data", figures.opened),
        ("public port, pages left alone", idle.asked),
        ("public port, everybody at work", clicks.asked),
        ("from poll to poll, pages left alone", idle.polls),
        ("from poll to poll, everybody at work", clicks.polls),
        ("from asking for a reply to its being there", result.answered),
    ):
        cuts = (percentile(values, 50), percentile(values, 95), max(values, default=float("nan")))
        print(f"{name:40}" + "".join(f"{1000 * value:10.0f}" for value in cuts))
    beyond = clicks.cpu - idle.cpu / idle.seconds * clicks.seconds
    print(f"CPU: {idle.cpu / idle.seconds:.2f} cores idle, {clicks.cpu / clicks.seconds:.2f} at work; a click ", end="")
    print(f"{clicks.cpu / number * 1000:.1f} ms gross, {beyond / number * 1000:.1f} beyond the idle pages'")
    print(f"said again since nothing had come of it: {figures.again} clicks")
    print(f"memory: {idle.memory:.0f} MB left alone, {clicks.memory:.0f} MB at work")


@contextmanager
def opened(total: int, open_conversations: int, pages: int) -> Iterator[Office]:
    """Give the running service with a full store, and people who are signed in."""
    with tempfile.TemporaryDirectory() as folder:
        staff = [f"staff{number:02}" for number in range(pages)]
        office = Office(Path(folder), dashboard={"staff": staff}, public={"port": free_port()})
        try:
            began = time.perf_counter()
            full_store(office, total, open_conversations)
            print(f"{total:,} interactions, {open_conversations:,} open conversations, ", end="")
            print(f"filled in {time.perf_counter() - began:.0f} s", flush=True)
            yield office.serve()
        finally:
            office.close()


def main() -> int:
    """Run the benchmark; 1 when `--check` was asked for and a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=25, help="open inboxes")
    parser.add_argument("--seconds", type=float, default=180, help="of each of the two stretches")
    parser.add_argument("--open", type=int, default=50_000, help="open conversations, a third of all")
    parser.add_argument("--check", action="store_true", help="exit 1 when a target is missed")
    wanted = parser.parse_args()
    if wanted.pages <= FEW:
        parser.error(f"--pages: more than the {FEW} whose memory theirs is compared with")
    forking.FORKS = False  # it is started as an operator starts it: a fork has the tests' memory before it has its own
    results = []
    for number in (FEW, wanted.pages):
        with opened(wanted.open * ITEMS_EACH * 2, wanted.open, wanted.pages) as office:
            results.append(asyncio.run(measure(office, number, wanted.seconds)))
    few, result = results
    tell(result, wanted.pages)
    beats = [*result.idle.beats, *result.clicks.beats]
    print(
        f"the machine: a million additions in Python took {min(beats):.0f} to {max(beats):.0f} ms of the processor, ",
        end="",
    )
    print(f"half of the time {median(result.idle.beats):.0f} idle and {median(result.clicks.beats):.0f} at work")
    if fault := few.fault(wanted.pages) or result.fault(wanted.pages):
        print(f"not judged: {fault}")
        return 1 if wanted.check else 0
    missed = 0
    for name, value in result.reached(wanted.pages, few).items():
        most, unit = TARGETS[name]
        missed += not value <= most
        print(f"target: {name} ≤ {most:g} {unit}: {value:.1f} {unit}, {'reached' if value <= most else 'missed'}")
    return 1 if wanted.check and missed else 0


if __name__ == "__main__":
    sys.exit(main())
