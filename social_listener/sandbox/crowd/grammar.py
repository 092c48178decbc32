"""A small grammar for texts: templates with slots that are filled from lists, which may have slots themselves."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence

Grammar = Mapping[str, Sequence[str]]

_SLOT = re.compile(r"\{(\w+)\}")
_DEEPEST = 8


def expand(grammar: Grammar, start: str, rng: random.Random, given: Mapping[str, str]) -> str:
    """Fill a template drawn from the list `start`.

    A slot is looked up in `given`, then among the numbers, then in the grammar. {Slot} is {slot} with a capital.

    Raises:
        KeyError: a slot is in none of them.
    """
    return _fill(grammar, rng.choice(grammar[start]), rng, given, 0)


def _fill(grammar: Grammar, template: str, rng: random.Random, given: Mapping[str, str], depth: int) -> str:
    if depth > _DEEPEST:
        raise RecursionError(f"the template {template!r} never ends")

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name in given:
            return given[name]
        if name in _NUMBERS:
            return _NUMBERS[name](rng)
        if name in grammar:
            return _fill(grammar, rng.choice(grammar[name]), rng, given, depth + 1)
        plain = name[0].lower() + name[1:]
        text = given[plain] if plain in given else _fill(grammar, rng.choice(grammar[plain]), rng, given, depth + 1)
        return text[:1].upper() + text[1:]

    return _SLOT.sub(value, template)


_NUMBERS: dict[str, Callable[[random.Random], str]] = {
    "order": lambda rng: f"FH-{rng.randrange(20_000, 98_000)}",
    "few": lambda rng: str(rng.randrange(2, 6)),
    "days": lambda rng: str(rng.randrange(6, 24)),
    "fee": lambda rng: str(rng.choice((19, 24, 29, 36))),
    "price": lambda rng: str(rng.choice((49, 58, 89, 129, 349, 429))),
    "machine_price": lambda rng: str(rng.choice((279, 349, 429, 599))),
    "serial": lambda rng: f"{rng.randrange(100, 999)}-{rng.randrange(10_000, 99_999)}",
    "year": lambda rng: str(rng.randrange(2019, 2026)),
    "code": lambda rng: f"E{rng.randrange(1, 9):02d}",
}
"""The slots that are drawn rather than written."""
