"""How fast the machine is at this moment: on shared machines the same work may take twice as long a minute later."""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_TURNS = 1_000_000
#: what they take on the machine that the documents quote while others leave it alone, ms
USUAL = 38.0


class Pace:
    """Takes the processor's time for the same loop again and again."""

    def __init__(self) -> None:
        self.beats: list[float] = []

    def beat(self) -> None:
        """Take it once."""
        began, total = time.process_time(), 0
        for number in range(_TURNS):
            total += number
        self.beats.append((time.process_time() - began) * 1000)

    @property
    def slow(self) -> float:
        """Return how many times as long as usually the processor takes at this moment."""
        return self.beats[-1] / USUAL

    def told(self) -> str:
        """Return what was found, to be printed beside figures."""
        least, most = min(self.beats), max(self.beats)
        return f"the machine: a million additions in Python took {least:.0f} to {most:.0f} ms of the processor"


async def beside(note: Callable[[float], object], every: float) -> None:
    """Take the pace again and again in a program of its own, so that nothing here waits for it; ms."""
    while True:
        beat = await asyncio.create_subprocess_exec(sys.executable, __file__, stdout=asyncio.subprocess.PIPE)
        told, _ = await beat.communicate()
        note(float(told))
        await asyncio.sleep(every)


if __name__ == "__main__":
    pace = Pace()
    pace.beat()
    print(pace.beats[0])
