"""Cues: words by which people complain, ask, threaten, praise or advertise, as readable lists in each language.

A list (`en.py`, `de.py` …) maps a cue's name to phrases, one a line:

    word         that word; capitals, accents and a leading # or @ do not matter
    word*        a word that begins so
    this|that    either word
    word?        a word that may be missing
    _            up to three words of any kind, within the sentence
    #            a number
    {time}       a span of time in that language: "3 weeks", "45min"

A phrase of one word does not count when a word of denial stands right before it ("no problem", "never a problem").
The lists are our own wording.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from social_listener.scoring.cues import de, en, es, fr, it, nl, pt
from social_listener.scoring.cues.matching import Cue, Lexicon, quote, split

LANGUAGES = ("en", "de", "fr", "es", "pt", "it", "nl")
"""The languages that have lists."""

#: In this order cues are told of.
NAMES = ("safety", "legal", "outage", "refund", "cancel", "complaint", "request", "irony", "solved", "praise", "spam")

#: Signs that mean the same in every language.
EMOJI = {
    "😡": "complaint", "😠": "complaint", "🤬": "complaint", "👎": "complaint", "💩": "complaint", "😤": "complaint",
    "🙄": "irony", "👏": "irony",
    "❤": "praise", "😍": "praise", "🥰": "praise", "😘": "praise", "👍": "praise", "🙏": "praise", "🎉": "praise",
    "💕": "praise", "💯": "praise", "🤩": "praise", "😻": "praise", "💙": "praise", "💚": "praise", "🧡": "praise",
}  # fmt: skip

_LISTS = {"en": en, "de": de, "fr": fr, "es": es, "pt": pt, "it": it, "nl": nl}


@dataclass(frozen=True, slots=True)
class Found:
    """The cues of one text: name -> the very words that matched, in the order of the text."""

    words: dict[str, tuple[str, ...]]

    def __contains__(self, name: str) -> bool:
        """Whether a cue of that name was found."""
        return name in self.words

    def any(self, *names: str) -> bool:
        """Whether a cue of one of these names was found."""
        return any(name in self.words for name in names)

    def get(self, name: str) -> tuple[str, ...]:
        """Return the words that matched, or nothing."""
        return self.words.get(name, ())


def find(text: str, language: str | None) -> Found:
    """Return the cues in a text.

    `language` decides whose lists are asked: its own; English for a language without a list, since people mix English
    in; all of them when the language could not be told.
    """
    raw = split(text)
    asked = LANGUAGES if language is None else (language if language in _LISTS else "en",)
    spans: dict[str, list[tuple[int, int]]] = {}
    for code in asked:
        for match in lexicon(code).find(raw):
            spans.setdefault(match.name, []).append((match.start, match.end))
    found = {name: tuple(dict.fromkeys(quote(raw, *span) for span in _joined(places))) for name, places in spans.items()}
    if not text.isascii():
        for sign in sorted(EMOJI.keys() & set(text), key=text.index):
            found[EMOJI[sign]] = (*found.get(EMOJI[sign], ()), sign)
    return Found({name: found[name] for name in NAMES if name in found})


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the spans in order; those that share a word become one."""
    spans.sort()
    joined = spans[:1]
    for start, end in spans[1:]:
        if start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


@cache
def lexicon(code: str) -> Lexicon:
    """Return the compiled list of a language; KeyError when it has none."""
    module = _LISTS[code]
    cues = [
        Cue(name, phrase)
        for name, phrases in module.CUES.items()
        for phrase in phrases.splitlines()
        if phrase.strip()
    ]
    return Lexicon(cues, denials=module.DENIALS.split(), units=module.UNITS)
