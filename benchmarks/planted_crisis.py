"""Crises planted among weeks of ordinary traffic: what is found, when, as what, and what is alarmed for nothing.

    python benchmarks/planted_crisis.py [--weeks 8] [--an-hour 12]

The sandbox's X with a clock that is moved by hand, read over HTTP by a real service; its watch looks with the clock of
the sandbox. So many weeks of seasonal traffic come first; then an outage, a complaint that goes round and a wave of
bots, a lull of nine days, and as many weeks of ordinary traffic again. Ends with 1 when something was not found as
what it is within half an hour, or anything else was alarmed.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from social_listener.desk_types.spikes import Severity, SpikeKind
from social_listener.model import StreamKind
from social_listener.rights import SYSTEM, Role
from social_listener.sandbox import Sandbox
from social_listener.sandbox.crowd import season
from social_listener.service import Service, build
from social_listener.settings import AccountSettings, Settings, SpikeSettings, StreamSettings
from social_listener.store import stats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from social_listener.desk_types.spikes import Spike
    from social_listener.sandbox.crowd import CrisisName

ZONE = ZoneInfo("Europe/Berlin")
START = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
_KEYS = ("consumer_key", "consumer_secret", "access_token", "access_token_secret", "bearer_token")
SOON = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Planted:
    """A crisis: on which day of the weeks that are watched, at which hour of the house, how long, how many posts."""

    name: CrisisName
    day: int
    hour: int
    minutes: int
    count: int
    kind: SpikeKind
    severity: Severity


PLAN = (
    Planted("outage", 1, 10, 60, 150, SpikeKind.MANY_VOICES, Severity.CRISIS),
    Planted("viral", 3, 20, 150, 260, SpikeKind.ONE_POST, Severity.CRISIS),
    Planted("bots", 7, 15, 40, 120, SpikeKind.COPIES, Severity.COPIES),
)
#: first and last day of a lull, in which a fifth of the usual is said
LULL = (12, 21)


@dataclass
class Play:
    """Sandbox and service, and what was planted when."""

    folder: Path
    an_hour: float = 12.0
    begun: list[tuple[Planted, datetime]] = field(default_factory=list)
    looks: int = 0
    worst_look: float = 0.0

    def __post_init__(self) -> None:
        """Start both; the service's clock is the sandbox's."""
        self.sandbox = Sandbox(seed=7, clock="manual", start_at=START).start()
        self.rng = random.Random(7)
        settings = Settings(
            data_dir=self.folder,
            spikes=SpikeSettings(zone="Europe/Berlin"),
            accounts=(
                AccountSettings(
                    id="fernhill",
                    channel="x",
                    name="@fernhill",
                    base_url=self.sandbox.base_url,
                    credentials={key: f"PLAY_{key}".upper() for key in _KEYS},
                    streams=(StreamSettings(kind=StreamKind.MENTIONS),),
                ),
            ),
        )
        environment = {f"PLAY_{key}".upper(): self.sandbox.credentials[key] for key in _KEYS}
        self.service: Service = build(settings, clock=self.now, environment=environment)
        self.service.desk.people.add(SYSTEM, "chief", role=Role.MANAGER)
        self.stream = next(iter(self.service.streams.values()))

    def close(self) -> None:
        """End both."""
        self.service.close()
        self.sandbox.stop()

    def now(self) -> datetime:
        """Return the moment of the play."""
        return self.sandbox.world.clock.now()

    def pass_time(self, span: timedelta, step: timedelta, level: float = 1.0) -> None:
        """Let time pass in steps: ordinary traffic, what was planted, a poll, a look."""
        end = self.now() + span
        while self.now() < end:
            since = self.now()
            self.sandbox.world.advance(min(step, end - since).total_seconds())
            moments = list(season(self.rng, since, self.now(), self.an_hour * level, ZONE))
            self.sandbox.crowd.say_ordinary(moments)
            result = self.service.ingest.poll(self.stream, until_end=True)
            if result.error:
                raise RuntimeError(result.error)
            began = time.perf_counter()
            self.service.desk.spikes.watch()
            self.looks += 1
            self.worst_look = max(self.worst_look, time.perf_counter() - began)
        with self.service.store.transaction() as cursor:
            stats.count(cursor)

    def ordinary_days(self, days: int, level: float = 1.0) -> None:
        """Let so many days pass, polled every three hours; the watch looks at every five minutes of them."""
        for _ in range(days):
            self.pass_time(timedelta(days=1), timedelta(hours=3), level)

    def crisis(self, planted: Planted) -> None:
        """Let a day pass with a crisis in it, polled and looked at every minute while it lasts."""
        midnight = self.now()
        at = midnight + timedelta(hours=planted.hour) - (midnight.astimezone(ZONE).utcoffset() or timedelta(0))
        self.pass_time(at - timedelta(minutes=30) - midnight, timedelta(hours=1))
        self.sandbox.crowd.crises.plan(planted.name, at, planted.minutes, planted.count)
        self.begun.append((planted, at))
        self.pass_time(timedelta(minutes=planted.minutes + 60), timedelta(minutes=1))
        self.pass_time(midnight + timedelta(days=1) - self.now(), timedelta(minutes=15))

    def run(self, weeks: int) -> None:
        """Play all of it."""
        self.ordinary_days(7 * weeks)
        planned = {one.day: one for one in PLAN}
        for day in range(7 * weeks):
            if day in planned:
                self.crisis(planned[day])
            else:
                self.ordinary_days(1, 0.2 if LULL[0] <= day < LULL[1] else 1.0)

    def found(self) -> Sequence[Spike]:
        """Return all spikes and lulls, the oldest first."""
        return self.service.desk.spikes.past(START, self.now(), "chief")[::-1]

    def bells(self) -> int:
        """Return how often somebody's bell rang for a spike."""
        return sum(one.kind.value == "spike" for one in self.service.desk.team.notifications("chief").lines)


def judged(play: Play) -> tuple[list[str], bool]:
    """Return the table, and whether all was found rightly and nothing besides."""
    spikes = [one for one in play.found() if one.kind is not SpikeKind.LULL]
    lulls = [one for one in play.found() if one.kind is SpikeKind.LULL]
    lines = ["| planted | at (UTC) | found after | as | told |", "|---|---|---|---|---|"]
    right = True
    for planted, at in play.begun:
        mine = [one for one in spikes if at <= one.found_at <= at + timedelta(minutes=planted.minutes)]
        spikes = [one for one in spikes if one not in mine]
        one = mine[0] if len(mine) == 1 else None
        right &= one is not None and (one.kind, one.severity) == (planted.kind, planted.severity)
        right &= one is not None and one.found_at - at <= SOON
        minutes = f"{(one.found_at - at) / timedelta(minutes=1):.0f} min" if one else "not found"
        as_what = f"{one.kind.value}, {one.severity.value}" if one else f"{len(mine)} spikes"
        lines.append(f"| {planted.name} | {at:%a %d %b %H:%M} | {minutes} | {as_what} | {one.words if one else ''} |")
    lines += [f"| nothing | {one.began_at:%a %d %b %H:%M} | | **false alarm** | {one.words} |" for one in spikes]
    lines += ["", f"False alarms: {len(spikes)}. Lulls that were noted, and rang no bell: {len(lulls)}."]
    return lines, right and not spikes and play.bells() == len(PLAN)


def main() -> int:
    """Play, and print what came of it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--weeks", type=int, default=8, help="of ordinary traffic before, and after, the first crisis")
    parser.add_argument("--an-hour", type=float, default=12.0, help="items in a busy hour, about")
    given = parser.parse_args()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        play = Play(Path(folder), given.an_hour)
        try:
            play.run(given.weeks)
            lines, right = judged(play)
            with play.service.store.read() as cursor:
                (items,) = cursor.execute("SELECT count(*) FROM interactions").fetchone() or (0,)
        finally:
            play.close()
    print(*lines, sep="\n")
    print(f"{items:,} items in {2 * given.weeks} weeks, {play.looks:,} looks, the longest {play.worst_look:.2f} s;")
    print(
        f"played in {time.perf_counter() - began:.0f} s. {'All as it should be.' if right else 'NOT as it should be.'}"
    )
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
