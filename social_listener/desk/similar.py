"""Which saved reply answered items like this one before. Pure, and simple enough to be told in a sentence.

An item is its telling words, its language and its sentiment. A word counts the more, the fewer of the answered items
have it, and the more of those that have it were answered with the same saved reply. A use that was rewritten before it
was sent counts less. Nothing is ever sent by this.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

from social_listener.desk_types.answering import Ranked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from social_listener.desk_types.answering import Use

_WORD = re.compile(r"[^\W\d_]{3,}")
_NOT_WORDS = re.compile(r"https?://\S+|@\w+")
_EMPTY_WORDS = """
the and for you your with this that are was have has not but can what when from they them our out all just get got its
how why who will would could been about there here then than too very one now still please thanks thank hello und der
die das ist nicht ich mit ein eine auf für les des une est pas que por para con los las una het een van
"""
#: words that say nothing about what somebody wants; the rarity of a word does the rest
_EMPTY: Final = frozenset(_EMPTY_WORDS.split())
#: weight of "the same sentiment", of "the same language" and of "often used at all", beside that of words
_SENTIMENT: Final = 0.5
_LANGUAGE: Final = 0.5
_OFTEN: Final = 0.25


def telling(text: str) -> frozenset[str]:
    """Return the words of a text that may say what it is about."""
    found = _WORD.findall(_NOT_WORDS.sub(" ", text.casefold()))
    return frozenset(word for word in found if word not in _EMPTY)


def rank(text: str, language: str | None, sentiment: str | None, uses: Sequence[Use]) -> list[Ranked]:
    """Return the saved replies that were used before, the best for this item first; those with nothing for them not."""
    here = telling(text)
    words = [telling(use.text) & here for use in uses]
    common = Counter(word for found in words for word in found)
    by_reply: dict[str, list[int]] = defaultdict(list)
    for at, use in enumerate(uses):
        by_reply[use.saved_reply_id].append(at)
    ranked = [
        _ranked(saved_id, [(uses[at], words[at]) for at in found], common, len(uses), (language, sentiment))
        for saved_id, found in by_reply.items()
    ]
    return sorted((one for one in ranked if one.points > 0), key=lambda one: (-one.points, one.saved_reply_id))


def _ranked(
    saved_id: str,
    mine: Sequence[tuple[Use, frozenset[str]]],
    common: Mapping[str, int],
    total: int,
    item: tuple[str | None, str | None],
) -> Ranked:
    """Return how well one saved reply fits, and the strongest reason."""
    language, sentiment = item
    weight: dict[str, float] = defaultdict(float)
    count: Counter[str] = Counter()
    for use, words in mine:
        for word in words:
            weight[word] += 1 - use.edited / 2
            count[word] += 1
    points = {word: _rarity(common[word], total) * weight[word] / (common[word] + 1) for word in weight}
    same_mood = sum(use.sentiment == sentiment for use, _ in mine) if sentiment else 0
    same_language = sum(use.language == language for use, _ in mine) if language else 0
    around = _SENTIMENT * same_mood / len(mine) + _LANGUAGE * same_language / len(mine) + _OFTEN * len(mine) / total
    strongest = max(points, key=lambda word: (points[word], word), default=None)
    if strongest is not None:
        why = f"used {_times(count[strongest])} for messages about “{strongest}”"
    elif same_mood and sentiment in {"negative", "positive"}:
        why = f"used {_times(same_mood)} for {sentiment} messages"
    else:
        why = f"used {_times(len(mine))}"
    return Ranked(saved_reply_id=saved_id, points=sum(points.values()) + around, why=why)


def _rarity(common: int, total: int) -> float:
    return math.log(1 + total / common)


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def edited(inserted: str, sent: str) -> float:
    """Return the share of an inserted text's words that was not left in what was sent: 0 none, 1 all of them."""
    before, after = Counter(inserted.split()), Counter(sent.split())
    if not before:
        return 0.0
    return round(1 - (before & after).total() / before.total(), 3)
