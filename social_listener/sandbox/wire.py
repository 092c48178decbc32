"""A request and an answer as the sandbox's server passes them on."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qsl

from social_listener.sandbox.multipart import Part, parts

Manner = Literal["whole", "cut", "silent", "reset"]
"""How an answer leaves: complete, cut off in the middle, not at all (closed), or not at all (connection reset)."""


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. Header names are lower case, `query` is still encoded."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """The decoded pairs of the query."""
        return parse_qsl(self.query, keep_blank_values=True)

    def form(self) -> dict[str, str]:
        """Return the decoded pairs of a form body, without its files."""
        several = self._parts()
        if several:
            return {name: one.data.decode("utf-8", "replace") for name, one in several.items() if not one.file}
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def file(self, name: str) -> Part | None:
        """Return a file of a form body; None: there is none of that name."""
        found = self._parts().get(name)
        return found if found is not None and found.file else None

    def _parts(self) -> dict[str, Part]:
        return parts(self.headers.get("content-type", ""), self.body)

    def json(self) -> dict[str, Any]:
        """Return the JSON object in the body; an empty body is an empty object.

        Raises:
            ValueError: it is something else, or holds half a character: kept, that would spoil every later answer.
        """
        if not self.body:
            return {}
        value = json.loads(self.body)
        if b"\\u" in self.body or not self.body.isascii():
            json.dumps(value, ensure_ascii=False).encode()
        if not isinstance(value, dict):
            raise ValueError("the body is not a JSON object")  # noqa: TRY004  # bad input, not a bad call
        return value


@dataclass(slots=True)
class Answer:
    """One HTTP answer; `body` is a JSON value, or bytes as they are."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    manner: Manner = "whole"

    def encoded(self) -> bytes:
        """Return the body as bytes."""
        if isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
