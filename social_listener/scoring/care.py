"""Our own scorer of English: vaderSentiment's words and rules, and what words mean when somebody writes to a company.

A text gets a sum, as VADER's does, and every step that differs from VADER's is told in the reason: names and handles
weigh nothing, words of business and politeness weigh nothing, words of trouble weigh what `care_words` says, kind words
weigh less in a request, beside trouble or in quotation marks. The sum becomes a number of -1 to 1 by VADER's formula,
and that number a label by `grades`, which were measured on people's labels.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from social_listener.model import SentimentLabel
from social_listener.scoring import grades
from social_listener.scoring.care_words import (
    BESIDE_TROUBLE,
    CUE_WEIGHTS,
    EMOJI,
    IN_A_REQUEST,
    LIKE,
    MATTERS,
    MORE,
    ROLLED_EYES,
    SUBJECTS,
)
from social_listener.scoring.cues import Found
from social_listener.scoring.labels import CLEAR, TROUBLES, asks, counting
from social_listener.scoring.moods import Mood, Said
from social_listener.scoring.sentiment import emphasis_of, valences_of
from social_listener.scoring.taught import Rules, Taught
from social_listener.scoring.vader_words import LEXICON, Word, Words, describe_emoji

MOST_NOTES: Final = 3
"""So many differences from VADER are told; the words of a text that has more are told no further."""

LONGEST_QUOTE: Final = 60
"""Longer words and phrases are not told to their end."""
BAD: Final = -1.2
"""A text whose own words sum up to less is bad, however much was solved."""
DIVIDED: Final = 1.5
"""A side whose words sum up to this is strong enough to contradict the other …"""
HALF: Final = 0.5
"""… when the weaker side has at least this share of the stronger one."""

_HANDLE = re.compile(r"[@＠](\w+)")
_TAG = re.compile(r"[#＃](\w*[a-z]\w*)")
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_QUOTED = re.compile(r"[\"“]([^\s\"“”]+(?:\s[^\s\"“”]+){0,2})[\"”]")
_THRICE = re.compile(r"(.)\1{2,}")
_SIGNS: Final = {ord(sign): f" {sign} " for sign in EMOJI} | {0xFE0F: None}
_NOTHING: Final = " \u00b7 "  # a token that no list knows: it keeps the words beside it apart
_MEANING: Final = {
    "complaint": "a complaint", "outage": "an outage", "safety": "danger", "refund": "money that should come back",
    "cancel": "somebody leaves", "legal": "law", "solved": "a solution", "praise": "praise",
}  # fmt: skip


class Weighed(NamedTuple):
    """A text's sum, and what it rests on."""

    number: float  #: -1 to 1
    known: bool  #: whether any word of it weighs anything
    divided: bool  #: strong kind words and strong negative ones, or rolled eyes, stand in it
    notes: tuple[str, ...]  #: how it differs from VADER's, in words


class CareWords(Words):
    """VADER's lexicon without the words that name a matter, with emoji as people mean them, and drawn-out words."""

    def __init__(self) -> None:
        super().__init__({word: value for word, value in LEXICON.items() if word not in MATTERS} | EMOJI)
        self._known |= frozenset(EMOJI) | MATTERS

    def __missing__(self, token: str) -> Word | None:
        """Look a token up; "sooo" and "greaaat" are tried without the repetition."""
        word = super().__missing__(token)
        if (word is None or word.valence is None) and len(token) <= 32 and _THRICE.search(token):
            for short in (_THRICE.sub(r"\1\1", token), _THRICE.sub(r"\1", token)):
                shorter = self[short]
                if shorter is not None and (shorter.valence is not None or shorter.boost):
                    self[token] = shorter
                    return shorter
        return word


WORDS: Final = CareWords()
look_up = WORDS.__getitem__


class Care:
    """The scorer of English that is always there."""

    name = "care-1"
    languages = frozenset(("en",))

    def __init__(self, names: Sequence[str] = (), rules: Sequence[Taught] = ()) -> None:
        """`names` are words that are names here, whatever else they mean: brands and products.

        `rules` are words and phrases that corrections taught.
        """
        self._names = frozenset(name.casefold() for name in names)
        self._rules = Rules(rules)

    def read(self, said: Sequence[Said]) -> list[Mood]:
        """Return a mood for every text."""
        return [self._read(one) for one in said]

    def _read(self, said: Said) -> Mood:
        weighed = self.weigh(said)
        return self.unread(said, weighed) or grades.mood(
            weighed.number, weighed.notes, known=weighed.known, divided=weighed.divided
        )

    @staticmethod
    def unread(said: Said, weighed: Weighed) -> Mood | None:
        """Return what is said of a text that cannot be scored; None: it can be."""
        if weighed.known or (said.lettered and said.language is not None):
            return None
        reason = "too short to tell its language, and no word of it is known"
        if not said.lettered:
            reason = "there are no words in it to judge by"
        return Mood(None, SentimentLabel.UNSURE, reason, None)

    def place(self, said: Said) -> int:
        """Return the grade that a text falls into."""
        weighed = self.weigh(said)
        return grades.grade(weighed.number, known=weighed.known, divided=weighed.divided)

    def weigh(self, said: Said) -> Weighed:
        """Return the sum of a text and what it rests on."""
        text, cues = said.text, said.cues
        plain, names, quoted = _prepared(text)
        tokens = plain.split()
        words: list[Word | None] = list(map(look_up, tokens))
        asking = asks(text)
        notes, matters = self._silenced(tokens, words, names, asking=asking)
        rated, valences = valences_of(words)
        kind = bad = 0.0
        for valence in valences:
            if valence > 0:
                kind += valence
            else:
                bad += valence
        told = counting(cues, asking=asking, bad=kind + bad < BAD)
        share, why = _share_of_kind_words(told, cues, asking=asking)
        if kind > 0:
            notes += why
        solved = _is_solved(told, cues)
        total = kind * share + bad * (BESIDE_TROUBLE if solved else 1.0)
        for name, weight in CUE_WEIGHTS.items():
            if name in told:
                found = cues.get(name)
                total += weight * (share if weight > 0 else 1 + MORE * (min(len(found), 3) - 1))
                if weight < 0 or share == 1.0:
                    notes.append(f"{quoted_words(found)}: {_MEANING[name]}")
        taught = self._rules.found(text) if self._rules else []
        total += math.fsum(rule.points for rule in taught)
        notes[:0] = [rule.note for rule in taught]
        if quoted is not None:
            notes.append(f"“{_short(quoted)}” is quoted, and weighs nothing")
        if matters:
            notes.append(f"{quoted_words(matters)}: a matter, not a feeling")
        total += math.copysign(emphasis_of(text), total) if total else 0.0
        number = round(total / math.sqrt(total * total + 15), 4)
        divided = not solved and (_divided(kind, bad) if share else kind > 0 and number > -CLEAR)
        return Weighed(number, rated > 0 or bool(cues.words or taught), divided, tuple(notes[:MOST_NOTES]))

    def _silenced(
        self, tokens: list[str], words: list[Word | None], names: frozenset[str], *, asking: bool
    ) -> tuple[list[str], list[str]]:
        """Take out words that weigh nothing here; return what is to be told of it, and the words that name a matter."""
        notes: list[str] = []
        matters: list[str] = []
        names |= self._names
        for place, word in enumerate(words):
            if word is None:
                continue
            if word.lower in MATTERS:
                matters.append(word.lower)
            elif word.lower in names and word.valence:
                words[place] = None
                notes.append(f"“{word.lower}” is a name")
            elif word.lower == "like":
                if place == 0 or tokens[place - 1].lower() not in LIKE:
                    words[place] = None
            elif asking and word.negates and "n't" in word.lower and tokens[place + 1 : place + 2]:
                after = tokens[place + 1]
                if after.lower() in SUBJECTS:
                    words[place] = None
                    notes.append(f"“{_short(tokens[place])} {after}” asks and denies nothing")
        return notes, matters


def _prepared(text: str) -> tuple[str, frozenset[str], str | None]:
    """Return the text as it is split into words, the names of the handles in it in lower case, and what is quoted."""
    names: frozenset[str] = frozenset()
    quoted = None
    if "&" in text:
        text = html.unescape(text)
    if "@" in text or "＠" in text:
        names = frozenset(name.lower() for name in _HANDLE.findall(text))
        text = _HANDLE.sub(_NOTHING, text)
    if "#" in text or "＃" in text:
        text = _TAG.sub(lambda tag: " ".join(_PARTS.findall(tag[1])) or tag[0], text)
    if '"' in text or "“" in text:
        found = _QUOTED.search(text)
        if found:
            quoted = found[1]
            text = _QUOTED.sub(_NOTHING, text)
    if not text.isascii():
        text = describe_emoji(text.translate(_SIGNS), EMOJI)
    return text, names, quoted


def _share_of_kind_words(told: frozenset[str], cues: Found, *, asking: bool) -> tuple[float, list[str]]:
    """Return which share of their weight kind words keep, and why."""
    if ROLLED_EYES in cues.get("irony"):
        return 0.0, ["kind words beside rolled eyes weigh nothing: likely irony"]
    if not told.isdisjoint(TROUBLES):
        return BESIDE_TROUBLE, ["kind words beside a complaint weigh a quarter: mixed feelings, or irony"]
    if asking or "request" in told:
        return IN_A_REQUEST, ["kind words weigh half in a request: they may only be its politeness"]
    return 1.0, []


def _is_solved(told: frozenset[str], cues: Found) -> bool:
    """Whether the trouble that a text names is over: what is bad in it was so before."""
    return "solved" in told and told.isdisjoint(TROUBLES) and cues.any(*TROUBLES)


def _short(words: str) -> str:
    """Return words of a customer as they are quoted: nobody can make a reason of a book."""
    return words if len(words) <= LONGEST_QUOTE else f"{words[: LONGEST_QUOTE - 1]}…"


def quoted_words(words: Iterable[str]) -> str:
    """Return up to two words or phrases in quotation marks."""
    return " and ".join(f"“{_short(word)}”" for word in list(dict.fromkeys(words))[:2])


def _divided(kind: float, bad: float) -> bool:
    """Whether strong kind words and strong negative ones stand in one text."""
    weaker, stronger = sorted((kind, -bad))
    return weaker >= DIVIDED and weaker >= HALF * stronger
