"""What was made of pictures, on disk: bounded, with an end, and gone when its item is deleted.

One file a picture and size, in a directory of mode 0700, written whole or not at all. Names are hashes: of the item,
then of address and size.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
import time
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from social_listener.errors import NoPicture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

#: bytes that all files together may have; the longest unseen go first
MOST_BYTES: Final = 200_000_000
#: seconds after which a picture is fetched again, and after which a failure is tried again
KEEP: Final = 24 * 3600.0
FAILED_FOR: Final = 600.0
PASSING_FOR: Final = 30.0
#: pictures that are fetched at the same time
_AT_ONCE: Final = 4
_MOST_FAILURES: Final = 2_000


class Album:
    """Pictures by item and address. Threads may share it; one folder belongs to one process."""

    def __init__(
        self,
        folder: Path,
        *,
        most_bytes: int = MOST_BYTES,
        keep: float = KEEP,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._folder = folder
        self._most = most_bytes
        self._keep = keep
        self._clock = clock
        self._lock = threading.Lock()
        self._making: dict[str, threading.Lock] = {}
        self._failures: OrderedDict[str, tuple[float, NoPicture]] = OrderedDict()
        self._turns = threading.BoundedSemaphore(_AT_ONCE)
        self._size: int | None = None

    def get(self, item_id: str, what: str, make: Callable[[], bytes]) -> bytes:
        """Return the picture `what` of an item; `make` fetches it when it is not here. `NoPicture` is kept a while."""
        name = f"{_hash(item_id)}-{_hash(what)}"
        found = self._read(name)
        if found is not None:
            return found
        with self._lock:
            mine = self._making.setdefault(name, threading.Lock())
        try:
            with mine:
                found = self._read(name)
                return found if found is not None else self._make(name, make)
        finally:
            with self._lock:
                self._making.pop(name, None)

    def forget(self, item_ids: Iterable[str]) -> None:
        """Erase everything of these items."""
        for item_id in item_ids:
            prefix = _hash(item_id)
            for file in self._folder.glob(f"{prefix}-*"):
                self._drop(file)
            with self._lock:
                for name in [one for one in self._failures if one.startswith(prefix)]:
                    del self._failures[name]

    def sweep(self) -> int:
        """Erase what has had its time; return how many files went."""
        old = self._clock() - self._keep
        files = [file for file in self._files() if _time(file) <= old]
        for file in files:
            self._drop(file)
        return len(files)

    def _read(self, name: str) -> bytes | None:
        now = self._clock()
        with self._lock:
            failure = self._failures.get(name)
        if failure is not None and now < failure[0]:
            raise failure[1]
        file = self._folder / name
        try:
            if file.stat().st_mtime <= now - self._keep:
                return None
            return file.read_bytes()
        except OSError:
            return None

    def _make(self, name: str, make: Callable[[], bytes]) -> bytes:
        try:
            with self._turns:
                made = make()
        except NoPicture as failure:
            wait = PASSING_FOR if failure.passing else FAILED_FOR
            with self._lock:
                self._failures[name] = (self._clock() + wait, failure)
                while len(self._failures) > _MOST_FAILURES:
                    self._failures.popitem(last=False)
            raise
        with suppress(OSError):  # a full disk costs the memory of it, not the picture
            self._write(name, made)
        return made

    def _write(self, name: str, made: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder.chmod(0o700)
        handle, path = tempfile.mkstemp(dir=self._folder, prefix="new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(made)
            now = self._clock()
            os.utime(path, (now, now))
            Path(path).replace(self._folder / name)
        except BaseException:
            Path(path).unlink(missing_ok=True)
            raise
        with self._lock:
            self._size = self._measured() if self._size is None else self._size + len(made)
            full = self._size > self._most
        if full:
            self._make_room()

    def _make_room(self) -> None:
        """Erase the oldest until a tenth of the room is free."""
        files = sorted(self._files(), key=_time)
        with self._lock:
            size = self._measured()
            for file in files:
                if size <= self._most * 0.9:
                    break
                with suppress(OSError):
                    size -= file.stat().st_size
                    file.unlink()
            self._size = size

    def _measured(self) -> int:
        size = 0
        for file in self._files():
            with suppress(OSError):
                size += file.stat().st_size
        return size

    def _files(self) -> list[Path]:
        return [file for file in self._folder.glob("*") if file.is_file()]

    def _drop(self, file: Path) -> None:
        with suppress(OSError):
            size = file.stat().st_size
            file.unlink()
            with self._lock:
                self._size = None if self._size is None else self._size - size


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _time(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0
