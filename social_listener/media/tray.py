"""Pictures of ours that wait to go out: drawn anew like all others, and kept on disk under the hash of their bytes."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PIL import Image

from social_listener.errors import NoPicture
from social_listener.media.pictures import kind_of, opened

if TYPE_CHECKING:
    from collections.abc import Collection

#: bytes of a file that staff hand over, and points a side of what is made of it
MOST_TAKEN: Final = 25_000_000
MOST_POINTS: Final = 4_096
_QUALITIES: Final = (90, 80, 65)
#: seconds for which a file that nobody names yet is left alone: its row may be on the way
_FRESH: Final = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A picture that is ready to go out."""

    hash: str
    type: str  #: image/jpeg | image/png
    bytes: int


#: pictures that are drawn anew at the same time: one of many points takes some 200 MB while it is
_AT_ONCE = threading.BoundedSemaphore(1)


#: held while files come and go: desk and outbox look after one folder with a tray each
_FILES = threading.Lock()


class Tray:
    """The files. Threads may share it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes, most_bytes: int) -> Prepared:
        """Draw a picture anew, small enough for the platform, and keep it; `NoPicture` says why that cannot be."""
        if kind_of(data) == "GIF":
            raise NoPicture("moving pictures cannot be sent from here")
        with _AT_ONCE:
            body, kind = _made(opened(data, MOST_POINTS), most_bytes)
        name = hashlib.sha256(body).hexdigest()
        with _FILES:
            self._write(name, body)
        return Prepared(hash=name, type=kind, bytes=len(body))

    def read(self, name: str) -> bytes:
        """Return a picture; `NoPicture` when it is not here, or is not what it was."""
        try:
            body = (self._folder / name).read_bytes()
        except OSError:
            raise NoPicture("the file of this picture is not here any more") from None
        if hashlib.sha256(body).hexdigest() != name:
            raise NoPicture("the file of this picture was changed")
        return body

    def holds(self, name: str) -> bool:
        """Return whether a picture is here."""
        return (self._folder / name).is_file()

    def keep(self, names: Collection[str], *, now: float | None = None) -> int:
        """Erase every file that is not among `names` and was not just made; return how many."""
        old = (time.time() if now is None else now) - _FRESH
        gone = 0
        with _FILES:
            for file in self._folder.glob("*"):
                if file.name not in names and file.stat().st_mtime < old:
                    file.unlink(missing_ok=True)
                    gone += 1
        return gone

    def drop(self, name: str) -> None:
        """Erase one file."""
        with _FILES:
            (self._folder / name).unlink(missing_ok=True)

    def _write(self, name: str, body: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder.chmod(0o700)
        handle, path = tempfile.mkstemp(dir=self._folder, prefix="new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            Path(path).replace(self._folder / name)
        except BaseException:
            Path(path).unlink(missing_ok=True)
            raise


def _made(picture: Image.Image, most_bytes: int) -> tuple[bytes, str]:
    """Return the bytes to send, and their type: PNG where something is clear or it is small as such, else JPEG."""
    picture.thumbnail((MOST_POINTS, MOST_POINTS))
    fresh = Image.new(picture.mode, picture.size)
    fresh.paste(picture)
    file = io.BytesIO()
    if fresh.mode == "RGBA":
        fresh.save(file, "PNG")
        if file.tell() <= most_bytes:
            return file.getvalue(), "image/png"
        behind = Image.new("RGB", fresh.size, "white")
        behind.paste(fresh, mask=fresh.getchannel("A"))
        fresh = behind
    for quality in _QUALITIES:
        file = io.BytesIO()
        fresh.save(file, "JPEG", quality=quality)
        if file.tell() <= most_bytes:
            return file.getvalue(), "image/jpeg"
    raise NoPicture("it cannot be made small enough for the platform")
