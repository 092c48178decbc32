"""Pictures that staff put with a reply, as pages show them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLine:
    """One picture that waits to go out with a reply."""

    id: str
    alt: str  #: what it shows
    bytes: int
    private: bool  #: for one person only


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesView:
    """The pictures of a composed text, and what the platform takes."""

    files: tuple[FileLine, ...] = ()
    most: int = 0  #: how many; 0: none
    most_alt: int = 0  #: characters of a description; 0: the platform has none
    alone: bool = False  #: it is said without words, and words are said without it
    because: str = ""  #: the rule in one sentence
