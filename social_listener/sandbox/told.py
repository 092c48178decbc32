"""Every secret that the sandbox makes up, told to whoever wants to search for it afterwards.

With the environment variable `SANDBOX_SECRETS_FILE` each is appended to that file once a process, as a line
`purpose<tab>value`. Without it nothing is kept: the secrets of a seed can be made again at any time.
"""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "SANDBOX_SECRETS_FILE"

_told: set[str] = set()


def tell(purpose: str, value: str) -> str:
    """Return the value, after it was told."""
    file = os.environ.get(VARIABLE)
    if file and value not in _told:
        _told.add(value)
        # One short write to a file opened for appending: lines of several processes do not mix.
        with Path(file).open("a", encoding="ascii") as lines:
            lines.write(f"{purpose}\t{value}\n")
    return value
