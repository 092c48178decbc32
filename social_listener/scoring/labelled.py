"""Files of texts that people labelled: CSV, TSV and JSON lines. What is wrong is told with file, line and column."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NoReturn

from social_listener.errors import FileFault
from social_listener.model import SentimentLabel
from social_listener.scoring.moods import LABELS

FORMS: Final = {".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
WORDS: Final = {
    "negative": SentimentLabel.NEGATIVE, "neg": SentimentLabel.NEGATIVE, "-1": SentimentLabel.NEGATIVE,
    "neutral": SentimentLabel.NEUTRAL, "neu": SentimentLabel.NEUTRAL, "0": SentimentLabel.NEUTRAL,
    "positive": SentimentLabel.POSITIVE, "pos": SentimentLabel.POSITIVE, "1": SentimentLabel.POSITIVE,
}  # fmt: skip
"""What labels are called, whatever their case."""
YES: Final = {"yes": True, "true": True, "1": True, "y": True, "no": False, "false": False, "0": False, "n": False}
"""What yes and no are called, whatever their case."""
_LONGEST_FIELD: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """How a file is read. A column is a name, or its number, counted from 1, where there is no line of names."""

    text: str = "text"
    label: str = "label"
    language: str | None = None
    channel: str | None = None
    author: str | None = None
    names: bool = True  #: the first line has the names of the columns; JSON lines have them anyway
    encoding: str = "utf-8"
    form: str | None = None  #: csv, tsv or jsonl; None: as the name of the file ends
    meaning: Mapping[str, str] = field(default_factory=dict)  #: what the file's own labels mean
    neutral_within: float | None = None  #: labels are numbers: nearer to 0 than this is neutral


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of such a file."""

    number: int  #: counted from 1, of the line on which it ends
    text: str
    label: str  #: as it stands there, or what `meaning` makes of it
    language: str | None
    channel: str | None
    author: str | None
    rest: Mapping[str, str]  #: further columns


def label_of_number(value: float, neutral_within: float) -> SentimentLabel:
    """Return the label of a rating around 0."""
    if value >= neutral_within:
        return SentimentLabel.POSITIVE
    return SentimentLabel.NEGATIVE if value <= -neutral_within else SentimentLabel.NEUTRAL


def sentiment_of(file: Path, line: Line, columns: Columns) -> SentimentLabel:
    """Return the label of a line; `FileFault` when it is none."""
    word = line.label.strip().casefold()
    if columns.neutral_within is not None:
        try:
            value = float(word)
        except ValueError:
            value = math.nan
        if math.isnan(value):
            _fault(file, line.number, columns.label, f"must be a number (found {line.label[:40]!r})")
        return label_of_number(value, columns.neutral_within)
    if word not in WORDS:
        wanted = ", ".join(label.value for label in LABELS)
        _fault(
            file,
            line.number,
            columns.label,
            f"must be {wanted} (found {line.label[:40]!r}); --map says what another word means",
        )
    return WORDS[word]


def yes_of(file: Path, line: Line, columns: Columns) -> bool:
    """Return whether a line's label says yes; `FileFault` when it says neither yes nor no."""
    word = line.label.strip().casefold()
    if word not in YES:
        _fault(
            file,
            line.number,
            columns.label,
            f"must be yes or no (found {line.label[:40]!r}); --map says what another word means",
        )
    return YES[word]


def lines(file: Path, columns: Columns) -> Iterator[Line]:
    """Yield the lines of a file; `FileFault` tells file, line and column of what cannot be read."""
    form = columns.form or FORMS.get(file.suffix.lower())
    if form is None:
        raise FileFault(f"{file}: is it CSV, TSV or JSON lines? Its name does not tell: use --form")
    meaning = {word.casefold(): other for word, other in columns.meaning.items()}
    count = 0
    for number, row in _rows(file, columns, form):
        count += 1
        label = _cell(file, number, row, columns.label)
        yield Line(
            number=number,
            text=_cell(file, number, row, columns.text),
            label=meaning.get(label.strip().casefold(), label),
            language=_cell(file, number, row, columns.language) or None if columns.language else None,
            channel=_cell(file, number, row, columns.channel) or None if columns.channel else None,
            author=_cell(file, number, row, columns.author) if columns.author else None,
            rest=row,
        )
    if not count:
        raise FileFault(f"{file}: there is no labelled text in it")


def _rows(file: Path, columns: Columns, form: str) -> Iterator[tuple[int, dict[str, str]]]:
    if form == "jsonl":
        yield from _objects(file, columns)
        return
    reader = csv.reader(_decoded(file, columns), delimiter="\t" if form == "tsv" else ",", strict=form == "csv")
    csv.field_size_limit(_LONGEST_FIELD)
    if form == "tsv":
        reader = csv.reader(_decoded(file, columns), delimiter="\t", quoting=csv.QUOTE_NONE)
    names: list[str] | None = None
    try:
        for row in reader:
            if not row:
                continue
            if names is None:
                names = row if columns.names else [str(at) for at in range(1, len(row) + 1)]
                _expect(file, columns, names)
                if columns.names:
                    continue
            if len(row) != len(names):
                raise FileFault(f"{file}: line {reader.line_num}: has {len(row)} columns instead of {len(names)}")
            yield reader.line_num, dict(zip(names, row, strict=True))
    except csv.Error as error:
        raise FileFault(f"{file}: line {reader.line_num}: is not {form.upper()}: {error}") from None


def _objects(file: Path, columns: Columns) -> Iterator[tuple[int, dict[str, str]]]:
    for number, line in enumerate(_decoded(file, columns), 1):
        if not line.strip():
            continue
        try:
            told = json.loads(line)
        except (ValueError, RecursionError) as error:
            place = (
                f" at column {error.colno}: {error.msg}" if isinstance(error, json.JSONDecodeError) else ": too deep"
            )
            raise FileFault(f"{file}: line {number}: is not JSON{place}") from None
        if not isinstance(told, dict):
            raise FileFault(f"{file}: line {number}: must be a JSON object")
        yield number, {name: _plain(value) for name, value in told.items() if value is not None}


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _decoded(file: Path, columns: Columns) -> Iterator[str]:
    """Yield the lines of a file as text."""
    try:
        with file.open("rb") as opened:
            for number, line in enumerate(opened, 1):
                try:
                    yield line.decode(columns.encoding).removeprefix("\ufeff" if number == 1 else "")
                except UnicodeError as error:
                    at = f", byte {error.start + 1}" if isinstance(error, UnicodeDecodeError) else ""
                    raise FileFault(
                        f"{file}: line {number}{at}: is not {columns.encoding}; --encoding says what it is"
                    ) from None
    except OSError as error:
        raise FileFault(f"{file}: cannot be read: {error.strerror}") from None
    except LookupError:
        raise FileFault(f"--encoding: there is no encoding {columns.encoding!r}") from None


def _expect(file: Path, columns: Columns, names: list[str]) -> None:
    """Refuse a file without the wanted columns; the message names those there are."""
    for column in (columns.text, columns.label, columns.language, columns.channel, columns.author):
        if column is not None and column not in names:
            told = ", ".join(names[:20])
            raise FileFault(f"{file}: line 1: there is no column {column!r}; there are {told}")


def _cell(file: Path, number: int, row: Mapping[str, str], column: str) -> str:
    if column not in row:
        _fault(file, number, column, "is missing")
    return row[column]


def _fault(file: Path, number: int, column: str, what: str) -> NoReturn:
    raise FileFault(f"{file}: line {number}: column {column!r} {what}")
