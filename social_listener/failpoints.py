"""Named places where a test can stop the program; nothing at all unless a test asks for it.

`SOCIAL_LISTENER_FAILPOINT="outbox.after_send=kill store.in_backup=raise"` arms places when the process starts. Modes:

* `kill` sends SIGKILL to the process itself: no clean-up, nothing flushed, as when the power goes;
* `raise` raises `FailpointReached`, which no handler for ordinary errors catches: a crash inside one test process;
* `exit_after:N` kills at the N-th time the place is reached.

`SOCIAL_LISTENER_FAILPOINT_LOG=FILE` appends the name of every place that is reached, so that a test can prove that its
run went through each of them. Standard library only; every layer may import it.
"""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import Final

ENVIRONMENT: Final = "SOCIAL_LISTENER_FAILPOINT"
LOG_ENVIRONMENT: Final = "SOCIAL_LISTENER_FAILPOINT_LOG"

#: every place there is; an unknown name is refused, so that a renamed place cannot silently leave the tests
NAMES: Final[tuple[str, ...]] = (
    "ingest.before_fetch",
    "ingest.after_fetch",
    "ingest.before_decide",
    "ingest.after_decide",
    "ingest.before_raw",
    "ingest.after_raw",
    "ingest.before_commit",
    "ingest.after_commit",
    "push.in_accept",  # a verified delivery is written, not committed
    "push.after_accept",  # it is committed, the platform has no answer yet
    "push.before_reading",  # the platform has its answer, nothing is read
    "push.in_reading",  # what it tells is written, not committed
    "search.before_commit",  # changes are in the index's memory, nothing of them is lasting
    "search.after_commit",  # they are lasting, the log of changes still holds them
    "search.building",  # a part of a new index is lasting, and it is not whole
    "store.in_checkpoint",
    "store.in_backup",
    "outbox.before_intent",  # a reply is composed; nothing is written
    "outbox.after_intent",  # intent and slot are committed
    "upload.before_call",  # a picture of a reply is about to be handed over
    "upload.after_call",  # the platform has it, its id is known in memory only
    "proposal.before_approve",  # everything is checked; nothing is written
    "proposal.in_approve",  # decision and intent are written, not committed
    "proposal.after_approve",  # they are committed, nobody was told yet
    "outbox.before_claim",  # due, not claimed
    "outbox.in_claim",  # claim and attempt row are written, not committed
    "outbox.after_claim",  # claim and attempt row are committed, no witness line yet
    "outbox.after_witness",  # the witness line is on disk, no call yet
    "send.before_call",  # in the channel, right before the bytes leave
    "send.after_call",  # in the channel, the answer is there and not yet read
    "outbox.after_send",  # the outcome is known in memory only
    "outbox.in_settle",  # the outcome is written, not committed
    "outbox.after_settle",  # the outcome is committed
    "outbox.before_reading",  # a reply in doubt is about to be looked for
    "outbox.after_reading",  # the reading's answer is known in memory only
    "outbox.in_recover",  # at start: doubts are written, not committed
)


class FailpointReached(BaseException):
    """A place armed with `raise` was reached. Not an `Exception`: nothing may handle it but the test that armed it."""


class _Armed:
    """What is armed in this process."""

    def __init__(self) -> None:
        self.modes: dict[str, str] = {}
        self.log: Path | None = None
        self.hits: dict[str, int] = {}
        self.lock = threading.Lock()

    def hit(self, name: str) -> None:
        if name not in NAMES:
            message = f"unknown failpoint {name!r}"
            raise ValueError(message)
        with self.lock:
            self.hits[name] = count = self.hits.get(name, 0) + 1
            if self.log is not None:
                _append(self.log, name)
        mode = self.modes.get(name)
        if mode == "raise":
            raise FailpointReached(name)
        if mode == "kill" or (mode is not None and mode.startswith("exit_after:") and count >= int(mode[11:])):
            os.kill(os.getpid(), signal.SIGKILL)


def _append(log: Path, name: str) -> None:
    """Append one line at once; it survives a SIGKILL that follows."""
    handle = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, f"{name}\n".encode())
    finally:
        os.close(handle)


def arm(specification: str, log: Path | None = None) -> None:
    """Arm places as the environment variable would; `ValueError` for an unknown name or mode. "" only counts hits."""
    armed = _Armed()
    armed.log = log
    for word in specification.split():
        name, _, mode = word.partition("=")
        if name not in NAMES:
            message = f"unknown failpoint {name!r}; there are {', '.join(NAMES)}"
            raise ValueError(message)
        if mode not in {"kill", "raise"} and not (mode.startswith("exit_after:") and mode[11:].isdigit()):
            message = f"failpoint {name}: the mode is kill, raise or exit_after:N, not {mode!r}"
            raise ValueError(message)
        armed.modes[name] = mode
    _STATE[0] = armed


def disarm() -> None:
    """Make every place a no-op again."""
    _STATE[0] = None


def hits() -> dict[str, int]:
    """Return how often each place was reached since it was armed; empty when nothing is armed."""
    armed = _STATE[0]
    return dict(armed.hits) if armed else {}


def failpoint(name: str) -> None:
    """Stop here if a test asked for it; otherwise one comparison."""
    if (armed := _STATE[0]) is not None:
        armed.hit(name)


_STATE: Final[list[_Armed | None]] = [None]

if os.environ.get(ENVIRONMENT) or os.environ.get(LOG_ENVIRONMENT):
    arm(os.environ.get(ENVIRONMENT, ""), Path(path) if (path := os.environ.get(LOG_ENVIRONMENT)) else None)
