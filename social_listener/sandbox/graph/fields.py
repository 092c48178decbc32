"""The language of `fields`: names, modifiers such as `.limit(5)`, aliases, and what is wanted of what lies below.

id,from{id,name},comments.limit(50).order(reverse_chronological){id,replies{id}}
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from social_listener.sandbox.graph import problems

_DEEPEST = 8
_WORD = re.compile(r"\w+")


@dataclass(slots=True)
class Field:
    """One thing that is asked for; `fields` None: whatever comes by default."""

    name: str
    alias: str = ""
    arguments: dict[str, str] = field(default_factory=dict)
    fields: tuple[Field, ...] | None = None

    @property
    def shown(self) -> str:
        """The name in the answer."""
        return self.alias or self.name


def parse(text: str) -> tuple[Field, ...]:
    """Read a value of `fields`.

    Raises:
        GraphError: 2500, the text is not of this language.
    """
    reader = _Reader(text)
    fields = reader.several(0)
    if not reader.at_end:
        raise reader.wrong()
    return fields


def write(fields: tuple[Field, ...]) -> str:
    """Return the text that `parse` reads as these fields."""
    return ",".join(_written(one) for one in fields)


def _written(one: Field) -> str:
    modifiers = {**one.arguments, **({"as": one.alias} if one.alias else {})}
    text = one.name + "".join(f".{name}({value})" for name, value in modifiers.items())
    return text if one.fields is None else f"{text}{{{write(one.fields)}}}"


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = "".join(text.split())
        self._at = 0

    @property
    def at_end(self) -> bool:
        return self._at >= len(self._text)

    def wrong(self) -> problems.GraphError:
        place = self._text[self._at : self._at + 20] or "end of string"
        return problems.GraphError(2500, f'Syntax error "Field name expected." at character {self._at}: {place}')

    def several(self, depth: int) -> tuple[Field, ...]:
        if depth > _DEEPEST:
            raise self.wrong()
        found = [self._one(depth)]
        while self._take(","):
            if self.at_end or self._text[self._at] == "}":
                break  # a comma at the end is forgiven
            found.append(self._one(depth))
        return tuple(found)

    def _one(self, depth: int) -> Field:
        one = Field(self._word())
        while self._take("."):
            name = self._word()
            if not self._take("("):
                raise self.wrong()
            end = self._text.find(")", self._at)
            if end < 0:
                raise self.wrong()
            value, self._at = self._text[self._at : end], end + 1
            if name == "as":
                one.alias = value
            else:
                one.arguments[name] = value
        if self._take("{"):
            one.fields = self.several(depth + 1)
            if not self._take("}"):
                raise self.wrong()
        return one

    def _word(self) -> str:
        found = _WORD.match(self._text, self._at)
        if found is None:
            raise self.wrong()
        self._at = found.end()
        return found[0]

    def _take(self, sign: str) -> bool:
        if self._text.startswith(sign, self._at):
            self._at += 1
            return True
        return False
