"""Bodies of multipart/form-data (RFC 7578), as clients send them that hand over a file."""

from __future__ import annotations

import re
from typing import NamedTuple

_BOUNDARY = re.compile(r'boundary="?([^";]+)"?', re.IGNORECASE)
_NAME = re.compile(rb'\bname="([^"]*)"')


class Part(NamedTuple):
    """One part of a form."""

    data: bytes
    type: str
    """What the client says it is, in lower case; empty: nothing."""
    file: bool
    """It has the name of a file."""


def parts(content_type: str, body: bytes) -> dict[str, Part]:
    """Return the parts of a body by their names; empty when it is no such body. A part without its end is left out."""
    found = _BOUNDARY.search(content_type)
    if not content_type.lower().startswith("multipart/form-data") or found is None:
        return {}
    line = b"\r\n--" + found[1].encode()
    # What stands before the first line and after the last is no part.
    pieces = (b"\r\n" + body).split(line)[1:-1]
    made: dict[str, Part] = {}
    for piece in pieces:
        head, _, data = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        name = _NAME.search(head)
        if name is not None:
            made[name[1].decode("utf-8", "replace")] = Part(data, _type_of(head), b"filename" in head)
    return made


def _type_of(head: bytes) -> str:
    for line in head.decode("latin-1").split("\r\n"):
        name, _, value = line.partition(":")
        if name.strip().lower() == "content-type":
            return value.partition(";")[0].strip().lower()
    return ""
