"""Words that rise: which words, and pairs of words, more people say than before; and which of them belong together.

What counts is how many different people say a word, so that one who shouts makes no topic. A word's share of the people
of one period is compared with its share of those of the other by the log-odds with an informative prior, the shares of
both periods together: B. L. Monroe, M. P. Colaresi, K. M. Quinn, "Fightin' Words", Political Analysis 16, 2008, eqs.
15-20, with people in place of tokens. Pure.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from math import exp, log, sqrt
from typing import TYPE_CHECKING, Final

from social_listener.desk_types.spikes import RisingWord, Topic
from social_listener.search.words import tokens
from social_listener.trends.word_lists import STOP_WORDS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

#: how many people the prior weighs as
_PRIOR: Final = 10.0
#: so sure must it be: the 99 % quantile of the normal distribution
_SURE: Final = 2.33
#: two words are told as one where a pair holds this part of the people who say the rarer one
_ONE: Final = 0.6
#: words of a topic share this part of the items of the rarer one
_TOGETHER: Final = 0.5
_MOST_TOPIC_WORDS: Final = 6
#: addresses, handles, entities
NOT_SAID: Final = re.compile(r"https?://\S+|www\.\S+|(?<![\w@])@\w+|&\w+;")
#: within a word
APOSTROPHE: Final = re.compile("(?<=\\w)['’`](?=\\w)")
_ALONE: Final = re.compile("[\u2e80-\u9fff\uf900-\ufaff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that somebody said."""

    id: str
    author_id: str
    text: str


def words_of(text: str, without: Collection[str] = ()) -> list[str]:
    """Return the words of a text in order; "" stands where one says nothing: stop words, names in `without`, numbers.

    Addresses, handles and what stands in `without` (folded) are no words. Where a script puts no spaces between words
    characters that follow each other are pairs later on.
    """
    found = tokens(APOSTROPHE.sub("", NOT_SAID.sub(" . ", text)))
    return [
        ""
        if word in STOP_WORDS or word in without or word.isdecimal() or (len(word) < 2 and not _ALONE.match(word))
        else word
        for word in found
    ]


def terms_of(text: str, without: Collection[str] = ()) -> set[str]:
    """Return the words of a text, and its pairs of words that follow each other, as "two words"."""
    said = words_of(text, without)
    found = {word for word in said if word and not (len(word) == 1 and _ALONE.match(word))}
    for first, second in pairwise(said):
        if first and second and first != second:
            joined = _ALONE.match(first) and _ALONE.match(second)
            found.add(first + second if joined else f"{first} {second}")
    return found


class _Counts:
    """Who said what in a period."""

    def __init__(self, said: Iterable[Said], without: Collection[str]) -> None:
        self.authors: dict[str, set[str]] = defaultdict(set)
        self.items: dict[str, set[str]] = defaultdict(set)
        people = set()
        for one in said:
            people.add(one.author_id)
            for term in terms_of(one.text, without):
                self.authors[term].add(one.author_id)
                self.items[term].add(one.id)
        self.people = len(people)


def rising(
    now: Sequence[Said],
    before: Sequence[Said],
    *,
    without: Collection[str] = (),
    least: int = 3,
    most: int = 20,
) -> tuple[RisingWord, ...]:
    """Return the words that rose, the surest first: at least `least` people say them now, `most` of them at most.

    `without`: words that say nothing here, such as our own names; any spelling.
    """
    return tuple(word for word, _ in _risen(now, before, without, least, most))


def topics(
    now: Sequence[Said],
    before: Sequence[Said],
    *,
    without: Collection[str] = (),
    least: int = 3,
    most: int = 5,
) -> tuple[tuple[RisingWord, ...], tuple[Topic, ...]]:
    """Return the words that rose, and the topics that they make: groups of them that occur in the same items."""
    found = _risen(now, before, without, least, 30)
    return tuple(word for word, _ in found), tuple(_grouped(found, {one.id: one.author_id for one in now}))[:most]


def _risen(
    now: Sequence[Said], before: Sequence[Said], without: Collection[str], least: int, most: int
) -> list[tuple[RisingWord, set[str]]]:
    names = {part for name in without for part in tokens(name)}
    here, there = _Counts(now, names), _Counts(before, names)
    found = []
    for term, authors in here.authors.items():
        if len(authors) < least:
            continue
        word = _compared(term, here, there)
        if word.score >= _SURE and word.times > 1:
            found.append((word, here.items[term]))
    found.sort(key=lambda one: (-one[0].score, one[0].word))
    return _without_parts(found, here.authors)[:most]


def _compared(term: str, here: _Counts, there: _Counts) -> RisingWord:
    """Return how a word's share of the people changed, with the interval of its log-odds ratio."""
    now, before = len(here.authors[term]), len(there.authors.get(term, ()))
    both = max(1, here.people + there.people)
    prior = max(0.05, _PRIOR * (now + before) / both)
    odds_now = (now + prior) / max(0.5, here.people + _PRIOR - now - prior)
    odds_before = (before + prior) / max(0.5, there.people + _PRIOR - before - prior)
    change = log(odds_now) - log(odds_before)
    error = sqrt(1 / (now + prior) + 1 / (before + prior))
    return RisingWord(
        word=term,
        items=len(here.items[term]),
        items_before=len(there.items.get(term, ())),
        authors=now,
        authors_before=before,
        times=exp(change),
        times_low=exp(change - 1.96 * error),
        times_high=exp(change + 1.96 * error),
        score=change / error,
    )


def _without_parts(
    found: Sequence[tuple[RisingWord, set[str]]], authors: Mapping[str, set[str]]
) -> list[tuple[RisingWord, set[str]]]:
    """Return the words without those of which a pair tells more, and without pairs that tell no more than a word."""
    pairs = [one for one, _ in found if " " in one.word]
    gone = set()
    for pair in pairs:
        parts = [part for part in pair.word.split() if part in authors]
        rarer = min((len(authors[part]) for part in parts), default=0)
        if pair.authors < _ONE * rarer:
            gone.add(pair.word)
        else:
            gone |= {part for part in parts if pair.authors >= _ONE * len(authors[part])}
    return [one for one in found if one[0].word not in gone]


def _grouped(found: Sequence[tuple[RisingWord, set[str]]], author_of: Mapping[str, str]) -> Iterator[Topic]:
    """Yield topics: the surest word that is left, with those that share its items."""
    left = list(found)
    while left:
        first, items = left.pop(0)
        fellows = [
            (word, theirs)
            for word, theirs in left
            if len(theirs & items) >= _TOGETHER * min(len(theirs), len(items)) and len(theirs) >= len(items) / 5
        ][: _MOST_TOPIC_WORDS - 1]
        left = [one for one in left if one not in fellows]
        every = set(items)
        for _, theirs in fellows:
            if len(theirs) <= 3 * len(items):
                every |= theirs
        yield Topic(
            words=(first.word, *(word.word for word, _ in fellows)),
            items=len(every),
            authors=len({author_of[one] for one in every}),
            item_ids=tuple(sorted(every)),
        )
