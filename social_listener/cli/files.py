"""Files that commands write: each appears when it is whole."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from social_listener.errors import DeskError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def whole_file(output: str) -> Iterator[IO[bytes]]:
    """Hand out a file that takes the place of `output` at the end of the block; `DeskError`: it cannot be written.

    Only a file is replaced: a device, a pipe or a folder of that name stays what it is.
    """
    target = Path(output)
    if target.exists() and not target.is_file():
        raise DeskError(f"{target}: is no file, and would be replaced by one; name a file, or use standard output")
    partial = target.with_name(target.name + ".partial")
    try:
        with partial.open("wb") as file:
            yield file
        partial.replace(target)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise DeskError(f"{target}: cannot be written: {error.strerror}") from None
