"""Words as the index has them: folded, so that upper case, accents and compatibility forms make no difference.

The index and whoever marks what was found take texts apart with the same function, or they would disagree.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: longer words are cut; nobody types them, and an index should not keep them
LONGEST: Final = 64
#: of the last word so many letters must be there before what they begin is looked for; with fewer nearly all is found
LEAST_BEGUN: Final = 2
#: writing without spaces between words (Han, kana, Thai, Lao, Burmese, Khmer) and pictures: every character is a word,
#: and a word of several is found as a phrase
_ALONE: Final = (
    "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0eff\u1000-\u109f"
    "\u1780-\u17ff\u2600-\u27bf\U0001f300-\U0001faff\U00020000-\U0003ffff"
)
_WORD: Final = re.compile(f"[{_ALONE}]|[^\\W_{_ALONE}]+")
_ACCENTS: Final = re.compile("[\u0300-\u036f]")


class _Folding(dict[int, str]):
    """Character → as the index has it; made when it is met first."""

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFKD", chr(code).casefold())
        self[code] = folded = _ACCENTS.sub("", unicodedata.normalize("NFKD", plain.casefold()))
        return folded


_FOLDED: Final = _Folding()


def fold(text: str) -> str:
    """Return `text` in small letters without accents."""
    return text.lower() if text.isascii() else text.translate(_FOLDED)


def tokens(text: str) -> tuple[str, ...]:
    """Return the words of a text in their order."""
    return tuple(word[:LONGEST] for word in _WORD.findall(fold(text)))


def places(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the words of a text with the stretch of it that each stands for: start, end, word."""
    folded = [fold(char) for char in text]
    origin = [at for at, chars in enumerate(folded) for _ in chars]
    for match in _WORD.finditer("".join(folded)):
        yield origin[match.start()], origin[match.end() - 1] + 1, match[0][:LONGEST]


def contains(said: Sequence[str], wanted: Sequence[str], *, begun: bool) -> bool:
    """Return whether the words `wanted` stand in `said` one after the other; `begun`: the last may only begin so."""
    return next(_found(said, wanted, begun=begun), None) is not None


def _found(said: Sequence[str], wanted: Sequence[str], *, begun: bool) -> Iterator[int]:
    """Yield where the words stand, by the number of the first."""
    if not wanted:
        return
    *whole, last = wanted
    for at in range(len(said) - len(wanted) + 1):
        end = said[at + len(whole)]
        if list(said[at : at + len(whole)]) == whole and (end.startswith(last) if begun else end == last):
            yield at


def marked(text: str, wanted: Sequence[tuple[Sequence[str], bool]]) -> tuple[tuple[int, int], ...]:
    """Return the stretches of `text` in which any of the wanted words stand, in order and apart from each other.

    `wanted`: words one after the other, and whether the last may only begin so.
    """
    here = list(places(text))
    said = [word for _, _, word in here]
    stretches = sorted(
        (here[at][0], here[at + len(words) - 1][1])
        for words, begun in wanted
        for at in _found(said, words, begun=begun)
    )
    apart: list[tuple[int, int]] = []
    for start, end in stretches:
        if apart and start <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return tuple(apart)
