"""Cells of tables that leave the house: nothing in them runs as a formula in a spreadsheet."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from typing import Any, Final

#: a cell that begins so is taken for a formula by spreadsheets; all forms of a sign count as the plain one
_FORMULA: Final = frozenset("=+-@")
#: what may stand before it unseen, or is taken off by a spreadsheet: quotes, beside blanks and invisible signs
_QUOTES: Final = frozenset("\"'`\u201c\u201d\u201e\u201f\u2018\u2019\u00ab\u00bb")
#: where a spreadsheet that parts cells by semicolons or tabs, or lines before cells, begins a new one inside a text:
#: there, what could call something
_INSIDE: Final = re.compile(
    r"(?P<before>[;\t\r\n\u2028\u2029][\s\ufeff\u200b-\u200f\"']*)"
    r"(?P<sign>[=\uff1d\ufe66]|[-+@\u2212\uff0b\uff0d\uff20\ufe62\ufe63\ufe6b](?=[^;\t\r\n]*[(|!]))"
)


def cell(value: Any) -> Any:
    """Return a value as a CSV cell; a text that a spreadsheet would run as a formula gets an apostrophe in front.

    So does what would be one inside a text, for programs that part cells by other signs than commas.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return iso(value)
    text = _INSIDE.sub(r"\g<before>'\g<sign>", value)
    return f"'{text}" if value[:1] in _BREAKS or _first_sign(value) in _FORMULA else text


#: line ends and tabs: a text that begins with one is never what it seems
_BREAKS: Final = ("\t", "\r", "\n", "\v", "\f", "\0")


def _first_sign(text: str) -> str:
    """Return the first sign of a text that is no blank, no quote and can be seen, in its plain form."""
    for sign in text:
        if sign in _QUOTES or unicodedata.category(sign)[0] in "ZC":
            continue
        plain = unicodedata.normalize("NFKC", sign)[:1]
        return "-" if plain == "\N{MINUS SIGN}" else plain
    return ""


def iso(value: Any) -> Any:
    """Return a moment in ISO 8601, in UTC; any other value as it is."""
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
