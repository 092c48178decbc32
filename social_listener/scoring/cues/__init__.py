"""Cues: words by which people complain, ask, threaten, praise or advertise, as readable lists in each language.

A list (`en.txt`, `de.txt` …) has a section for every cue, with a phrase on every line (";" begins a comment):

    word         that word; capitals, accents and a leading # do not matter
    word*        a word that begins so
    this|that    either word
    word?        a word that may be missing
    _            up to three words of any kind, within the sentence
    #            a number
    {time}       a span of time: "3 weeks", "45min"; the list's `units` are its words

A phrase of one word does not count when one of the two words before it is among the list's `denials` ("no problem",
"never a problem"). The lists are our own wording.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from social_listener.scoring.cues.matching import Cue, Lexicon, quote, split

VERSION = "cues-2"
"""It changes with any list."""
MOST_WORDS = 10
"""More places of a text are not quoted for one cue."""
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
    asked = LANGUAGES if language is None else (language if language in LANGUAGES else "en",)
    spans: dict[str, list[tuple[int, int]]] = {}
    for code in asked:
        for match in lexicon(code).find(raw):
            spans.setdefault(match.name, []).append((match.start, match.end))
    found = {
        name: tuple(dict.fromkeys(quote(raw, *span) for span in _joined(places)))[:MOST_WORDS]
        for name, places in spans.items()
    }
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
    """Return the compiled list of a language; FileNotFoundError when it has none."""
    text = (files(__name__) / f"{code}.txt").read_text(encoding="utf-8")
    return compile_list(text)


def compile_list(text: str) -> Lexicon:
    """Return a list ready to be used; ValueError names the line that is not in the notation."""
    cues: list[Cue] = []
    heads: dict[str, str] = {}
    name: str | None = None
    for number, line in enumerate(text.splitlines(), 1):
        entry = line.strip()
        if not entry or entry.startswith(";"):
            continue
        if entry.startswith("["):
            name = entry.strip("[]")
            if name not in NAMES:
                raise ValueError(f"line {number}: there is no cue {name!r}; the cues are {', '.join(NAMES)}")
        elif name is not None:
            cues.append(Cue(name, entry))
        else:
            head, _, value = entry.partition(":")
            heads[head] = value.strip()
    if heads.keys() != {"units", "denials"}:
        raise ValueError("a list begins with the lines `units:` and `denials:`")
    return Lexicon(cues, denials=heads["denials"].split(), units=heads["units"])
