"""How Python shares its time in our processes: between threads, and with its collector of garbage.

The service polls, decides and draws pages in one interpreter. Python lets a thread hold it for 5 ms before another gets
its turn: whoever feeds a worker process needs three turns for a page, and the worker stood idle for half of the time.
And its collector looks at every 700 new objects, while a page of a hundred items makes thousands that all stay until
the page is stored. Measured by `benchmarks/ingest.py`: together they store a backlog a quarter faster.
"""

from __future__ import annotations

import gc
import sys
from typing import Final

#: seconds for which a thread may hold the interpreter while others wait
SWITCH_INTERVAL: Final = 0.0003
#: new objects, and young and middle-aged collections, before the collector looks at the next generation
THRESHOLDS: Final = (20_000, 20, 20)


def set_pace() -> None:
    """Set both for this process; calling it again changes nothing."""
    sys.setswitchinterval(SWITCH_INTERVAL)
    gc.set_threshold(*THRESHOLDS)
