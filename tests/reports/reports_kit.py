"""What tests of files for outside share: a document with values of every kind, and texts that mean harm."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from social_listener.reports import charts
from social_listener.reports.sheets import Column, ColumnKind, Document, Sheet, Value

AT = datetime(2026, 5, 8, 6, 0, 7, tzinfo=UTC)

#: every text that has ever made an export misbehave
HOSTILE = (
    '=HYPERLINK("http://evil","x")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+1-1",
    "\t=1+1",
    "＝1+1",
    "nul\x00inside",
    "bell\x07 escape\x1b[31m",
    "right\u202eto left\u2066",
    "half \ud83d of a pair",
    "x" * 40_000,
    "日本語のテキスト",
    "😀 grüße ελληνικά кириллица",
    "_x0041_ stays",
    "https://example.com/?a=1&b=<2>",
    "line\nbreak\r\nand 'quotes' \"two\"",
    "",
)

COLUMNS = (
    Column("text", ColumnKind.TEXT, "what was said"),
    Column("private", ColumnKind.YES_NO, "whether one person alone can read it"),
    Column("items", ColumnKind.COUNT, "how many", "items"),
    Column("share", ColumnKind.NUMBER, "part of all", "0 to 1"),
    Column("at", ColumnKind.MOMENT, "when", "UTC"),
    Column("day", ColumnKind.DAY, "on which day"),
)


def rows(texts: tuple[str, ...] = HOSTILE) -> tuple[tuple[Value, ...], ...]:
    """Return a row for each text, with values of every kind, and one of nothing."""
    made: list[tuple[Value, ...]] = [
        (text, at % 2 == 0, at * 10**9, at / 7, AT + timedelta(hours=at), date(2026, 5, 1) + timedelta(days=at))
        for at, text in enumerate(texts)
    ]
    return (*made, (None,) * len(COLUMNS))


def sheet(name: str = "Items", texts: tuple[str, ...] = HOSTILE) -> Sheet:
    """Return a sheet with a row for each text."""
    return Sheet(name, COLUMNS, rows(texts))


def document(*sheets: Sheet, drawn: bool = False) -> Document:
    """Return a report; `drawn`: with a chart."""
    figures = (charts.bars("By channel", (charts.Bar("x", 12, 10, 14), charts.Bar("facebook", 7))),) if drawn else ()
    facts = (("Period", "1 May to 7 May 2026"), ("As of", "8 May 2026 06:00 UTC"))
    return Document("Weekly report", facts, sheets or (sheet(),), figures, AT)
