"""The pace of our processes."""

from __future__ import annotations

import subprocess
import sys

import pytest

from social_listener.pace import SWITCH_INTERVAL, THRESHOLDS

SHOW = "import gc, sys; print(round(sys.getswitchinterval(), 6), *gc.get_threshold())"


def shown(before: str) -> list[float]:
    """Return the pace of a new process after `before`."""
    done = subprocess.run([sys.executable, "-c", f"{before}\n{SHOW}"], capture_output=True, text=True, check=True)
    return [float(word) for word in done.stdout.splitlines()[-1].split()]


@pytest.mark.parametrize(
    "before",
    [
        "from social_listener.pace import set_pace; set_pace(); set_pace()",
        "from social_listener.cli import _main; _main(['--version'])",
    ],
)
def test_our_processes_have_our_pace(before: str) -> None:
    """Every command runs at our pace; a process that does not ask for it keeps Python's."""
    assert shown(before) == [SWITCH_INTERVAL, *THRESHOLDS]
    assert shown("import social_listener.cli") != [SWITCH_INTERVAL, *THRESHOLDS]
