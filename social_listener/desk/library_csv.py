"""Saved replies as CSV, for spreadsheets and from other tools. Pure: text to values and back.

A cell that a spreadsheet would run as a formula gets an apostrophe in front, which reading takes off again.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from social_listener.cells import cell
from social_listener.desk_types.answering import Fits, SavedText
from social_listener.errors import DeskError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from social_listener.desk_types.answering import SavedReply

COLUMNS: Final = ("name", "text", "language", "channels", "fits", "folder", "tags", "shared")
MOST_ROWS: Final = 2_000
MOST_CHARACTERS: Final = 4_000_000
_YES: Final = frozenset({"yes", "true", "1", "shared"})


def write(saved: Sequence[SavedReply]) -> str:
    """Return saved replies as CSV, with a head of COLUMNS."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for one in saved:
        tags, channels, shared = ", ".join(one.tags), " ".join(one.channels), "yes" if one.owner is None else "no"
        values = (one.name, one.text, one.language or "", channels, one.fits.value, one.folder, tags, shared)
        writer.writerow([guarded(value) for value in values])
    return buffer.getvalue()


def read(text: str) -> Iterator[tuple[int, SavedText | str]]:
    """Yield the number of each line with its saved reply, or with what is wrong; `DeskError`: it is no such file.

    `name` and `text` are needed; every other column may be missing.
    """
    if len(text) > MOST_CHARACTERS:
        raise DeskError(f"this file is too long: {MOST_CHARACTERS} characters are read at most")
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    try:
        head = {name.strip().casefold() for name in reader.fieldnames or () if name}
        if not {"name", "text"} <= head:
            raise DeskError(f"the first line names the columns; name and text are needed, of {', '.join(COLUMNS)}")
        for number, row in enumerate(reader):
            if number >= MOST_ROWS:
                raise DeskError(f"this file has more than {MOST_ROWS} saved replies; take them in parts")
            yield reader.line_num, _saved({(key or "").strip().casefold(): value for key, value in row.items()})
    except csv.Error as error:
        raise DeskError(f"this is no CSV that can be read: {error}") from None


def _saved(row: Mapping[str, object]) -> SavedText | str:
    def field(name: str) -> str:
        value = row.get(name)
        return plain(value).strip() if isinstance(value, str) else ""

    fits = field("fits").casefold() or Fits.ANY.value
    if fits not in set(Fits):
        return f"fits is {', '.join(Fits)}, not {fits!r}"
    return SavedText(
        name=field("name"),
        text=field("text"),
        language=field("language").casefold() or None,
        channels=tuple(field("channels").casefold().split()),
        fits=Fits(fits),
        folder=field("folder"),
        tags=tuple(field("tags").split(",")),
        shared=field("shared").casefold() in _YES,
    )


def guarded(value: str) -> str:
    """Return a cell that no spreadsheet runs, and that `plain` takes back to what it was."""
    return f"'{value}" if _runs(value) else value


def plain(value: str) -> str:
    """Return a cell without the apostrophe that kept a spreadsheet from running it."""
    return value[1:] if value.startswith("'") and _runs(value) else value


def _runs(value: str) -> bool:
    """Return whether what stands behind leading apostrophes is taken for a formula."""
    bare = value.lstrip("'")
    return bool(cell(bare) != bare)
