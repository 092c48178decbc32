"""Sheets as files: CSV for anything, Excel for people, Parquet for programs. Each says what its columns mean."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from typing import Final

from social_listener.cells import cell
from social_listener.reports.sheets import ColumnKind, Document, Sheet, Value, about, dictionary, printable

#: earlier than any program of ours, and what a zip file can hold at the earliest
_NO_DATE: Final = (1980, 1, 1, 0, 0, 0)


def csv_bytes(sheet: Sheet, *, mark: bool = False) -> bytes:
    """Return a sheet as CSV in UTF-8; `mark`: begin with a byte order mark, which Excel needs to see that it is UTF-8.

    A text that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([cell(column.name) for column in sheet.columns])
    writer.writerows([_csv_value(value) for value in row] for row in sheet.rows)
    return buffer.getvalue().encode("utf-8-sig" if mark else "utf-8")


def _csv_value(value: Value) -> Value:
    made: Value = cell(_whole(value))
    return made


def _stored(value: Value, kind: ColumnKind) -> Value:
    """Return a value as Parquet holds it: a number is a double, and the nearest one where it is too large to be one."""
    return float(value) if kind is ColumnKind.NUMBER and isinstance(value, int) else _whole(value)


def _whole(value: Value) -> Value:
    return printable(value) if isinstance(value, str) else value


def parquet_bytes(sheet: Sheet) -> bytes:
    """Return a sheet as Parquet; meaning and unit of a column stand in the metadata of its field."""
    import pyarrow as pa  # noqa: PLC0415 - half a second of import that only files for programs need
    import pyarrow.parquet as pq  # noqa: PLC0415 - likewise

    kinds = {
        ColumnKind.TEXT: pa.string(),
        ColumnKind.YES_NO: pa.bool_(),
        ColumnKind.COUNT: pa.int64(),
        ColumnKind.NUMBER: pa.float64(),
        ColumnKind.MOMENT: pa.timestamp("us", "UTC"),
        ColumnKind.DAY: pa.date32(),
    }
    schema = pa.schema(
        [
            pa.field(one.name, kinds[one.kind], metadata={"meaning": one.meaning, "unit": one.unit})
            for one in sheet.columns
        ],
        metadata={"sheet": sheet.name},
    )
    columns = [
        pa.array([_stored(row[at], column.kind) for row in sheet.rows], field.type)
        for at, (column, field) in enumerate(zip(sheet.columns, schema, strict=True))
    ]
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(columns, schema=schema), sink, compression="zstd")
    return sink.getvalue()


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return files as one zip file, in the order of their names and without dates."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _NO_DATE)
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, files[name], zipfile.ZIP_DEFLATED)
    return sink.getvalue()


def bundle(document: Document, ending: str) -> bytes:
    """Return every sheet as a file of its own in one zip, with what they are of and mean; `ending`: csv or parquet."""
    write = {"csv": csv_bytes, "parquet": parquet_bytes}[ending]
    sheets = [about(document), *document.sheets, dictionary(document.sheets)]
    return zipped({f"{name}.{ending}": write(one) for name, one in zip(_file_names(sheets), sheets, strict=True)})


def _file_names(sheets: Sequence[Sheet]) -> list[str]:
    """Return a name for each sheet that every file system takes, no two alike."""
    names: list[str] = []
    for sheet in sheets:
        stem = re.sub(r"[^a-z0-9]+", "-", sheet.name.casefold()).strip("-")[:60] or "sheet"
        again = sum(name == stem or name.rpartition("-")[0] == stem for name in names)
        names.append(f"{stem}-{again + 1}" if again else stem)
    return names
