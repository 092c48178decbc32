"""A file beside the database with one synced line for every attempt to send.

The database is durable, but it can be put back to an older state: a restored backup, a shortened write-ahead log that
opens without a word. Then it would not know that a reply went out. The witness is written after the attempt row and
before the call, so a line without a row means: the database forgot.
"""

from __future__ import annotations

import json
import os
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

#: lines older than this are dropped at start; no reply is reconciled after so long
KEPT: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessLine:
    """One attempt as the file tells it."""

    attempt_id: str  #: "<intent id>/<number>"
    intent_id: str
    account_id: str
    boot_id: str
    at: datetime
    request_hash: str


class Witness:
    """The witness file. Thread-safe; one process writes it, the one that holds the database."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()

    def write(self, line: WitnessLine) -> None:
        """Append `line` and return when it is on disk; OSError when it was not written: then nothing may be sent."""
        data = (json.dumps(_to_json(line), separators=(",", ":")) + "\n").encode()
        with self._lock:
            created = not self.path.exists()
            handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                _write_all(handle, (b"" if _ends_line(handle) else b"\n") + data)
                os.fsync(handle)
            finally:
                os.close(handle)
            if created:
                _sync_directory(self.path.parent)

    def lines(self) -> tuple[WitnessLine, ...]:
        """Return every readable line, oldest first. A torn line was never followed by a call, so it is left out."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return ()
        found = (_from_json(line) for line in data.splitlines())
        return tuple(line for line in found if line is not None)

    def prune(self, now: datetime) -> None:
        """Drop lines older than `KEPT`; the file is replaced in one step."""
        with self._lock:
            lines = self.lines()
            kept = [line for line in lines if line.at >= now - KEPT]
            if len(kept) == len(lines):
                return
            text = "".join(json.dumps(_to_json(line), separators=(",", ":")) + "\n" for line in kept)
            new = self.path.with_suffix(".new")
            handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            try:
                _write_all(handle, text.encode())
                os.fsync(handle)
            finally:
                os.close(handle)
            new.replace(self.path)
            _sync_directory(self.path.parent)


def _ends_line(handle: int) -> bool:
    """Return whether the file is empty or its last line is whole; a crash may have torn it."""
    size = os.fstat(handle).st_size
    return size == 0 or os.pread(handle, 1, size - 1) == b"\n"


def _write_all(handle: int, data: bytes) -> None:
    """Write all of `data`; a full disk may take only a part at first."""
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _to_json(line: WitnessLine) -> dict[str, str]:
    return {
        "attempt": line.attempt_id,
        "intent": line.intent_id,
        "account": line.account_id,
        "boot": line.boot_id,
        "at": line.at.astimezone(UTC).isoformat(),
        "request": line.request_hash,
    }


def _from_json(line: bytes) -> WitnessLine | None:
    """Return the line, or None when it is not one of ours."""
    try:
        data = json.loads(line)
        at = datetime.fromisoformat(data["at"])
        texts = [data[key] for key in ("attempt", "intent", "account", "boot", "request")]
    except (ValueError, KeyError, TypeError):
        return None
    if at.tzinfo is None or not all(isinstance(text, str) for text in texts):
        return None
    attempt, intent, account, boot, request = texts
    return WitnessLine(
        attempt_id=attempt, intent_id=intent, account_id=account, boot_id=boot, at=at, request_hash=request
    )
