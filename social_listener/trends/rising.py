"""What rises in a period: words, pairs of words, hashtags and labels that a larger part of the people says. Pure.

Which of them are told is `shares`' matter; here texts become terms, people are counted, and what tells the same twice
is left out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from social_listener.desk_types.words import TermKind
from social_listener.search.words import LONGEST, fold, tokens
from social_listener.trends import shares
from social_listener.trends.words import NOT_SAID, Said, terms_of

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence

#: as many people at least say what is told
LEAST: Final = 3
_MOST: Final = 30
#: a pair, or a hashtag, takes the place of a word when this part of those who say the word say it so
_ONE: Final = 0.6
_TOGETHER: Final = 0.5
_HASHTAG: Final = re.compile(r"(?<![\w&#])#(\w+)")

Term = tuple[TermKind, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard(Said):
    """One thing that somebody said, with the labels of its conversation."""

    labels: tuple[str, ...] = ()  #: ids


@dataclass(slots=True)
class Tally:
    """Who said what in a period."""

    people: int = 0
    authors: dict[Term, set[str]] = field(default_factory=lambda: defaultdict(set))
    items: dict[Term, list[str]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True, slots=True, kw_only=True)
class Risen:
    """A term that rose."""

    term: Term
    items: tuple[str, ...]  #: ids, as they came
    authors: int
    authors_before: int
    chance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rise:
    """What rose."""

    terms: tuple[Risen, ...]  #: the surest first
    tested: int
    people: int
    people_before: int
    topics: tuple[tuple[str, ...], ...]


def terms(one: Heard, without: Collection[str] = ()) -> Iterator[Term]:
    """Yield what is said in an item, each once; `without`: folded words that say nothing here."""
    yield from ((TermKind.PAIR if " " in term else TermKind.WORD, term) for term in terms_of(one.text, without))
    yield from ((TermKind.HASHTAG, tag) for tag in hashtags(one.text) if tag[1:] not in without)
    yield from ((TermKind.LABEL, label) for label in one.labels)


def hashtags(text: str) -> set[str]:
    """Return the hashtags of a text, folded as the search index folds words; one of figures only is none."""
    found = {fold(tag)[:LONGEST] for tag in _HASHTAG.findall(NOT_SAID.sub(" ", text))}
    return {f"#{tag}" for tag in found if tag.strip("_") and not tag.isdecimal()}


def rise(now: Sequence[Heard], before: Sequence[Heard], *, without: Collection[str] = (), most: int = _MOST) -> Rise:
    """Return what a larger part of the people says now than before. `without`: names of ours, in any spelling."""
    names = folded(without)
    here, there = tally(now, names), tally(before, names)
    chances: dict[Hashable, float] = {}
    for term, authors in here.authors.items():
        said, said_before = len(authors), len(there.authors.get(term, ()))
        # What is looked at must not hang on how it is divided, or what is told would be sooner false.
        if said + said_before >= LEAST:
            chances[term] = shares.chance_of_more(said, here.people, said_before, there.people)
    for term, authors in there.authors.items():
        if term not in here.authors and len(authors) >= LEAST:
            chances[term] = 1.0
    sure = shares.told(chances) if there.people else set()
    found = [
        Risen(
            term=term,
            items=tuple(here.items[term]),
            authors=len(authors),
            authors_before=len(there.authors.get(term, ())),
            chance=chances[term],
        )
        for term, authors in here.authors.items()
        if term in sure and len(authors) >= LEAST
    ]
    found.sort(key=lambda one: (one.chance, -one.authors, one.term[1]))
    kept = _without_parts(found, here.authors)[:most]
    return Rise(
        terms=tuple(kept),
        tested=len(chances),
        people=here.people,
        people_before=there.people,
        topics=tuple(_topics(kept)),
    )


def folded(names: Collection[str]) -> set[str]:
    """Return the words of names."""
    return {part for name in names for part in tokens(name)}


def tally(said: Sequence[Heard], without: Collection[str]) -> Tally:
    """Return who said what."""
    found = Tally(people=len({one.author_id for one in said}))
    for one in said:
        for term in terms(one, without):
            found.authors[term].add(one.author_id)
            found.items[term].append(one.id)
    return found


def _without_parts(found: Sequence[Risen], authors: Mapping[Term, set[str]]) -> list[Risen]:
    """Return terms without words of which a pair or a hashtag tells more, and pairs that tell no more than a word."""
    gone: set[Term] = set()
    for one in found:
        kind, text = one.term
        if kind in {TermKind.WORD, TermKind.LABEL}:
            continue
        parts: list[Term] = [(TermKind.WORD, part) for part in text.removeprefix("#").split()]
        said = {part: len(authors[part]) for part in parts if part in authors}
        if kind is TermKind.PAIR and said and one.authors < _ONE * min(said.values()):
            gone.add(one.term)
        else:
            gone |= {part for part, number in said.items() if one.authors >= _ONE * number}
    return [one for one in found if one.term not in gone]


def _topics(found: Sequence[Risen]) -> Iterator[tuple[str, ...]]:
    """Yield words that occur together: the surest that is left, with those that share half of the rarer one's items."""
    left = [one for one in found if one.term[0] is not TermKind.LABEL]
    while left:
        first, *rest = left
        items = set(first.items)
        fellows = [
            one for one in rest if len(items & set(one.items)) >= _TOGETHER * min(len(items), len(set(one.items)))
        ]
        left = [one for one in rest if one not in fellows]
        if fellows:
            yield (first.term[1], *(one.term[1] for one in fellows[:5]))
