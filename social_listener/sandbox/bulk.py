"""Many plain texts fast, for measuring: believable enough to be scored, all different."""

from __future__ import annotations

from collections.abc import Iterator

_OPENINGS = (
    "my order has not arrived",
    "the new beans are wonderful",
    "the machine leaks again",
    "how do I descale the One",
    "the app logs me out",
    "still waiting for my refund",
    "best espresso I ever made at home",
    "the grinder is so loud",
    "is the decaf back in stock",
    "I was charged twice",
    "thanks for the quick help",
    "the courier never rang",
)
_ENDINGS = (
    "since Monday",
    "and I need an answer",
    "just like last month",
    "in the small kitchen",
    "for the third time",
    "as the manual says",
    "but the light stays red",
    "which surprised me",
    "and my flat smells of it",
    "before work",
    "after the update",
    "with the blue box",
)


def mention_texts(count: int, handle: str) -> Iterator[str]:
    """`count` different English texts that name the handle."""
    for index in range(count):
        opening = _OPENINGS[index % len(_OPENINGS)]
        ending = _ENDINGS[index // len(_OPENINGS) % len(_ENDINGS)]
        yield f"@{handle} {opening} {ending} (ticket {100_000 + index})"
