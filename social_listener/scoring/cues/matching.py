"""Finding phrases in a text: one look-up per word in a bounded cache, and a walk only where a phrase can begin."""

from __future__ import annotations

import html
import re
import string
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple

CACHE_SIZE = 1 << 15
"""How many different tokens a lexicon remembers; emptied when full."""
LONGEST = 64
"""Longer tokens are no words: they are neither looked at nor remembered."""
MAX_WORDS = 400
"""Cues are looked for in that many words of a text: what matters to a writer stands before."""
GAP = 3
"""How many words `_` may stand for."""

_NUMBER = re.compile(r"[$€£#+]?\d[\d.,:/]*(?:\+|k|x|th|st|nd|rd|€|%)?")
_NUMBER_AND_UNIT = re.compile(r"(\d[\d.,]*)\+?([^\W\d_]+)")
_STRIPPED = string.punctuation.replace("$", "") + "…“”„«»‘’–—¿¡。、！？\u200b\ufe0f"
_ENDS = (".", "!", "?", "…", ";", "。", "！", "？")
_ANYTHING = "_"
_TIME = "{time}"


class Cue(NamedTuple):
    """A named phrase in the notation of the lists."""

    name: str
    phrase: str


class Match(NamedTuple):
    """A cue found in a text."""

    name: str
    start: int  #: number of the first word
    end: int  #: number of the word after the last


@dataclass(slots=True)
class _Node:
    """One state of the walk through the phrases."""

    next: dict[str, _Node] = field(default_factory=dict)  #: by position of a phrase ("still|yet", "refund*", "#")
    gap: _Node | None = None  #: what may follow after up to GAP words
    names: list[str] = field(default_factory=list)  #: cues whose phrase ends here
    depth: int = 0


class _Token(NamedTuple):
    """What a lexicon knows about a token."""

    fits: frozenset[str]  #: the positions of phrases that it can fill
    starts: tuple[_Node, ...]  #: where the walk stands when a phrase begins with it
    denies: bool
    ends: bool  #: it closes a sentence
    nothing: bool  #: a handle or an address: phrases read over it


def split(text: str) -> list[str]:
    """Return the words of a text in which cues are looked for."""
    if "&" in text:
        text = html.unescape(text)
    return text.split(None, MAX_WORDS)[:MAX_WORDS]


def quote(raw: list[str], start: int, end: int) -> str:
    """Return words as they stand in the text, without the punctuation around them."""
    words = " ".join(raw[start:end])
    return words.strip(_STRIPPED + " ") or words


def normal(word: str) -> str:
    """Return a word without case, accents and typographic apostrophes, as words are compared."""
    word = word.replace("\u2019", "'").replace("\u2018", "'").casefold()
    if word.isascii():
        return word
    decomposed = unicodedata.normalize("NFKD", word)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


class Lexicon:
    """The phrases of one language, ready to be found."""

    def __init__(self, cues: Iterable[Cue], *, denials: Iterable[str], units: str) -> None:
        self._root = _Node()
        self._words: dict[str, tuple[str, ...]] = {}
        self._beginnings: dict[str, tuple[str, ...]] = {}
        self._lengths: tuple[int, ...] = ()
        self._denials = frozenset(normal(word) for word in denials)
        self._units = units
        self._cache: dict[str, _Token | None] = {}
        for cue in cues:
            self._add(cue)
        self._lengths = tuple(sorted({len(beginning) for beginning in self._beginnings}))

    def find(self, raw: list[str]) -> list[Match]:
        """Return every cue among the words of a text (`split`); overlapping ones too, in no particular order."""
        cache = self._cache
        tokens: list[_Token | None] = []
        for word in raw:
            try:
                tokens.append(cache[word])
            except KeyError:
                tokens.append(self._learn(word))
        found: list[Match] = []
        for start, token in enumerate(tokens):
            if token is not None:
                for node in token.starts:
                    self._walk(node, start, start + 1, tokens, found)
        return found

    def _walk(self, node: _Node, start: int, at: int, tokens: list[_Token | None], found: list[Match]) -> None:
        """Add the cues that end in `node` or beyond it to `found`; `at` is the next word."""
        if node.names and not (node.depth == 1 and _denied(tokens, start)):
            found += [Match(name, start, at) for name in node.names]
        while at < len(tokens) and (seen := tokens[at]) is not None and seen.nothing:
            at += 1
        if at >= len(tokens):
            return
        token = tokens[at]
        if token is not None and node.next:
            # Most nodes are followed by one or two positions, and most words can fill a dozen.
            for position in node.next.keys() & token.fits:
                self._walk(node.next[position], start, at + 1, tokens, found)
        if node.gap is not None:
            self._leap(node.gap, start, at, tokens, found)

    def _leap(self, node: _Node, start: int, at: int, tokens: list[_Token | None], found: list[Match]) -> None:
        """Go on after up to GAP words, within the sentence."""
        before = tokens[at - 1]
        for place in range(at, min(at + GAP + 1, len(tokens))):
            if before is not None and before.ends:
                return
            before = tokens[place]
            if before is None:
                continue
            for position in node.next.keys() & before.fits:
                self._walk(node.next[position], start, place + 1, tokens, found)

    def _learn(self, word: str) -> _Token | None:
        if len(word) > LONGEST:
            word = word.strip(_STRIPPED)
        token = self._look_up(word) if 0 < len(word) <= LONGEST else None
        if len(word) <= LONGEST:
            if len(self._cache) >= CACHE_SIZE:
                self._cache.clear()
            self._cache[word] = token
        return token

    def _look_up(self, word: str) -> _Token | None:
        """Return what is known about a token; None: nothing, and it does not end a sentence."""
        if word[0] == "@" or word.startswith(("http://", "https://", "www.")):
            return _Token(frozenset(), (), denies=False, ends=False, nothing=True)
        ends = word.endswith(_ENDS) or word.rstrip("\"')”»").endswith(_ENDS)
        plain = normal(word.strip(_STRIPPED)) or word.replace("\ufe0f", "")
        fits = list(self._fits(plain))
        if "'" in plain:  # l'avocat, dell'ordine
            rest = plain.partition("'")[2]
            if len(rest) > 2:
                fits += [fit for fit in self._fits(rest) if fit not in fits]
        denies = plain in self._denials or plain.endswith("n't")
        if not (fits or denies or ends):
            return None
        starts = tuple(self._root.next[fit] for fit in fits if fit in self._root.next)
        return _Token(frozenset(fits), starts, denies, ends, nothing=False)

    def _fits(self, plain: str) -> Iterator[str]:
        """Yield the positions of phrases that a word can fill."""
        if plain == "#":
            return
        yield from self._words.get(plain, ())
        for length in self._lengths:
            if length > len(plain):
                break
            yield from self._beginnings.get(plain[:length], ())
        if plain and (plain[0].isdigit() or plain[-1].isdigit() or (len(plain) > 1 and plain[1].isdigit())):
            if _NUMBER.fullmatch(plain):
                yield from self._words.get("#", ())
            glued = _NUMBER_AND_UNIT.fullmatch(plain)
            if glued and self._units in self._fits(glued.group(2)):
                yield from self._words.get(_TIME, ())

    def _add(self, cue: Cue) -> None:
        for phrase in _spelled_out(cue.phrase, self._units):
            if not phrase or _ANYTHING in (phrase[0], phrase[-1]):
                raise ValueError(f"the cue {cue.phrase!r} of {cue.name} must begin and end with a word")
            node = self._root
            for position in phrase:
                node = self._step(node, position)
            if cue.name not in node.names:
                node.names.append(cue.name)

    def _step(self, node: _Node, position: str) -> _Node:
        """Return the node after one more position, made where it is new."""
        if position == _ANYTHING:
            node.gap = node.gap or _Node(depth=node.depth + 1)
            return node.gap
        self._register(position)
        if position not in node.next:
            node.next[position] = _Node(depth=node.depth + 1)
        return node.next[position]

    def _register(self, position: str) -> None:
        """Note which words fill a position."""
        for word in position.split("|"):
            table = self._beginnings if word.endswith("*") else self._words
            key = normal(word.rstrip("*"))
            if position not in table.get(key, ()):
                table[key] = (*table.get(key, ()), position)


def _denied(tokens: list[_Token | None], start: int) -> bool:
    """Whether one of the two words before `start`, in the same sentence, denies what follows."""
    for place in (start - 1, start - 2):
        token = tokens[place] if place >= 0 else None
        if token is None:
            continue
        if token.ends:
            return False
        if token.denies:
            return True
    return False


def _spelled_out(phrase: str, units: str) -> Iterator[list[str]]:
    """Yield a phrase with and without each optional word, and with a span of time as one word or as two."""
    choices: list[list[list[str]]] = []
    for word in phrase.split():
        if _TIME in word.split("|"):
            others = "|".join(part for part in word.split("|") if part != _TIME)
            choices.append([["#", units], [_TIME], *([[others]] if others else [])])
        elif word.endswith("?"):
            choices.append([[word[:-1]], []])
        else:
            choices.append([[word]])
    for choice in product(*choices):
        yield [position for part in choice for position in part]
