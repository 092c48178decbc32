"""The journal: one JSON line for every event of the world, so that a restarted sandbox goes on with the same truth."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path

Event = dict[str, object]


class JournalError(Exception):
    """The state file cannot be read; the message names the file, the line and what to do."""


class Journal:
    """An append-only file of events. Without a path it forgets everything."""

    def __init__(self, path: Path | None) -> None:
        """Open nothing yet: `read()` first, then `write()`."""
        self.path = path
        self._file: TextIOWrapper | None = None

    def read(self) -> Iterator[Event]:
        """Return the events of earlier runs, oldest first; a last line cut by a crash is dropped from the file.

        Raises:
            JournalError: a line in the middle is not an event.
        """
        if self.path is None or not self.path.exists():
            return
        if not self.path.is_file():
            raise JournalError(f"the sandbox's state file {self.path} is not a file; name another one")
        whole = 0
        with self.path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if not line.endswith(b"\n"):
                    break
                event = _event(line)
                if event is None:
                    raise self.damaged(number)
                whole += len(line)
                yield event
        if whole < self.path.stat().st_size:
            with self.path.open("r+b") as file:
                file.truncate(whole)

    def damaged(self, line: int) -> JournalError:
        """Make the error for a line that cannot be read."""
        return JournalError(
            f"the sandbox's state file {self.path} is damaged in line {line}; move it away to start with a new world"
        )

    def write(self, event: Event) -> None:
        """Append one event and hand it to the operating system, so that killing the process loses nothing.

        Raises:
            JournalError: the file cannot be opened.
        """
        if self.path is None:
            return
        if self._file is None:
            try:
                self._file = self.path.open("a", encoding="utf-8")
            except OSError as error:
                raise JournalError(f"the sandbox cannot write its state file {self.path}: {error.strerror}") from error
        self._file.write(json.dumps(event, ensure_ascii=True, separators=(",", ":")) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file; a later `write` opens it again."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _event(line: bytes) -> Event | None:
    """Return the event in a line; None when it holds none."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "kind" in event else None
