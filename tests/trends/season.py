"""A make-believe year of traffic: seasonal, with noise, minute by minute; and somebody who watches it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from social_listener.trends.baseline import QUARTER, Baseline, Quarters, baseline
from social_listener.trends.spikes import BACK, MINUTE, Looked, Recent, Rules, State, look

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
_DAY = 1440


def usual(moment: datetime, an_hour: float) -> float:
    """Return how many items a minute usually has: quiet nights, two humps a day, half as much on weekends."""
    local = moment.astimezone(BERLIN)
    hour = local.hour + local.minute / 60
    humps = 0.15 + 1.2 * np.exp(-(((hour - 11) / 3.2) ** 2)) + np.exp(-(((hour - 19.5) / 2.5) ** 2))
    return an_hour / 60 * humps / 0.6 * (0.55 if local.weekday() >= 5 else 1.1)


@dataclass
class Traffic:
    """Counts by minute, from a Monday on."""

    items: np.ndarray
    negative: np.ndarray
    start: datetime = MONDAY
    _baselines: dict[int, Baseline] = field(default_factory=dict)

    def recent(self, minute: int) -> Recent:
        """Return what was counted up to a minute."""
        since = max(0, minute - BACK)
        return Recent(
            self.start + minute * MINUTE, self.items[since:minute].tolist(), self.negative[since:minute].tolist()
        )

    def baseline(self, day: int, zone: ZoneInfo = BERLIN) -> Baseline:
        """Return what is usual on a day, by what came before it."""
        anchor = day * 96 - 12
        first = max(0, anchor - 8 * 672)
        items, negative = (
            one.reshape(-1, 15).sum(axis=1)[first:anchor].astype(float) for one in (self.items, self.negative)
        )
        known = np.ones(anchor - first, dtype=bool)
        quarters = Quarters(self.start + first * QUARTER, items, negative, known)
        return baseline(quarters, self.start + anchor * QUARTER, zone)

    def watched(
        self, days: range, *, step: int = 5, rules: Rules | None = None, zone: ZoneInfo = BERLIN
    ) -> Iterator[tuple[datetime, Looked]]:
        """Look every `step` minutes of those days; yield every look."""
        state: State | None = None
        for day in days:
            known = self.baseline(day, zone)
            for minute in range(day * _DAY, (day + 1) * _DAY, step):
                looked = look(state, self.recent(minute), known, rules or Rules())
                state = looked.state
                yield self.start + minute * MINUTE, looked

    def add(self, since: timedelta, until: timedelta, times: float, rng: np.random.Generator, an_hour: float) -> None:
        """Let there be `times` as much from `since` to `until` after the start; three quarters of it are negative."""
        for minute in range(since // MINUTE, until // MINUTE):
            more = int(rng.poisson(usual(self.start + minute * MINUTE, an_hour) * (times - 1)))
            self.items[minute] += more
            self.negative[minute] += int(rng.binomial(more, 0.75))


def traffic(
    rng: np.random.Generator,
    weeks: int,
    an_hour: float,
    *,
    spread: float = 0.1,
    level: Callable[[datetime], float] = lambda _: 1.0,
) -> Traffic:
    """Return ordinary traffic; every hour is busier or quieter by chance, as much as `spread` says."""
    quarters = [MONDAY + at * QUARTER for at in range(weeks * 672)]
    rates = np.array([usual(moment, an_hour) * level(moment) for moment in quarters])
    if spread:
        rates *= np.repeat(rng.gamma(1 / spread, spread, size=len(rates) // 4), 4)
    items = rng.poisson(np.repeat(rates, 15))
    return Traffic(items, rng.binomial(items, 0.3))
