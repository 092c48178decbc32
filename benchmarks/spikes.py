"""How often the watch alarms for nothing, and how soon it finds what is there, on make-believe traffic.

    python benchmarks/spikes.py [--weeks 18] [--trials 20]

Traffic is seasonal (quiet nights, two humps a day, half on weekends); every hour is busier or quieter by chance (gamma
with the variance given), and what is said in it is Poisson. Nothing here is read from a store: see planted_crisis.py.
"""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "trends"))
from season import MONDAY, traffic

from social_listener.trends.spikes import MINUTE

HISTORY = 8
_MONTH = 365.25 / 12 / 7  # weeks


def false_alarms(an_hour: float, spread: float, weeks: int) -> tuple[int, int]:
    """Return the alarms, and the lulls, of weeks in which nothing happens, looked at every five minutes."""
    made = traffic(np.random.default_rng(round(an_hour * 100 + spread * 10)), HISTORY + weeks, an_hour, spread=spread)
    alarms = lulls = 0
    quiet = False
    for _, looked in made.watched(range(7 * HISTORY, 7 * (HISTORY + weeks))):
        alarms += looked.began
        lulls += looked.lull is not None and not quiet
        quiet = looked.lull is not None
    return alarms, lulls


def lull_delays(an_hour: float, left: float, trials: int) -> list[float]:
    """Return after how many minutes it was noted that for six hours by day only the part `left` is said."""
    found = []
    for trial in range(trials):
        rng = np.random.default_rng(trial)
        made = traffic(rng, HISTORY + 1, an_hour)
        day = 7 * HISTORY + trial % 5
        since = (day * 24 + 8 + trial % 6) * 60
        made.items[since : since + 360] = rng.binomial(made.items[since : since + 360], left)
        noted = [at for at, looked in made.watched(range(day, day + 1)) if looked.lull]
        late = [(at - MONDAY) / MINUTE - since for at in noted if at >= MONDAY + since * MINUTE]
        found += late[:1] if late and late[0] <= 420 else []
    return found


def delays(an_hour: float, times: float, trials: int) -> list[float]:
    """Return after how many minutes rises of two hours by day were found, looked at every minute; none for missed."""
    found = []
    for trial in range(trials):
        rng = np.random.default_rng(trial)
        made = traffic(rng, HISTORY + 1, an_hour)
        since = timedelta(days=7 * HISTORY + trial % 5, hours=7 + trial % 11)
        made.add(since, since + timedelta(hours=2), times, rng, an_hour)
        day = 7 * HISTORY + trial % 5
        begun = [at for at, looked in made.watched(range(day, day + 1), step=1) if looked.began]
        late = [(at - (MONDAY + since)) / MINUTE for at in begun if at >= MONDAY + since]
        found += late[:1] if late and late[0] <= 180 else []
    return found


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--weeks", type=int, default=18, help="that are watched, for each kind of traffic")
    parser.add_argument("--trials", type=int, default=20, help="of each rise")
    given = parser.parse_args()
    print("| items an hour | variance of hours | weeks | false alarms | a month | lulls |\n|---|---|---|---|---|---|")
    total = quiet = 0
    rows = [(an_hour, spread) for an_hour in (2, 10, 60, 300) for spread in (0.0, 0.1, 0.3)]
    for an_hour, spread in rows:
        alarms, lulls = false_alarms(an_hour, spread, given.weeks)
        total += alarms
        quiet += lulls
        rate = alarms / given.weeks * _MONTH
        print(f"| {an_hour} | {spread:g} | {given.weeks} | {alarms} | {rate:.2f} | {lulls} |", flush=True)
    weeks = given.weeks * len(rows)
    print(f"| all | | {weeks} | {total} | {total / weeks * _MONTH:.3f} | {quiet} |\n")
    print("| items an hour | of the usual | lulls noted | median | nine of ten within |\n|---|---|---|---|---|")
    for an_hour in (10, 60, 300):
        for left in (0.3, 0.1, 0.0):
            print(_row(an_hour, f"{left:g}", lull_delays(an_hour, left, given.trials), given.trials), flush=True)
    print()
    print("| items an hour | times | found | median | nine of ten within |\n|---|---|---|---|---|")
    for an_hour in (10, 60, 300):
        for times in (2.0, 3.0, 5.0):
            print(_row(an_hour, f"×{times:g}", delays(an_hour, times, given.trials), given.trials), flush=True)


def _row(an_hour: int, what: str, late: list[float], trials: int) -> str:
    middle = f"{np.median(late):.0f} min | {np.quantile(late, 0.9):.0f} min" if late else "| "
    return f"| {an_hour} | {what} | {len(late)} of {trials} | {middle} |"


if __name__ == "__main__":
    main()
