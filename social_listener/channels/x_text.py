"""How long a text is on X, and how to know our own words again.

Length: twitter-text's rules, configuration 3 (docs.x.com/fundamentals/counting-characters): 280 at a weight of 1 for
Latin and most alphabets and 2 for the rest, any emoji 2, any web address 23. The @names that X itself puts before a
reply do not count, and staff do not type them.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from twitter_text import parse_tweet

from social_listener.model import TextLength

#: docs.x.com/x-api/direct-messages/manage: 1 to 10,000 characters
LONGEST_MESSAGE: Final = 10_000
#: X takes no address longer than this for one
_LONGEST_ADDRESS: Final = 4096
#: twitter-text's search for addresses takes seconds for long runs of "a.b.c.d", which nothing real looks like
_LONG_WORD: Final = 100
_MANY_DOTS: Final = 20
#: code points that weigh 1; all others weigh 2 (twitter-text, configuration 3)
_LIGHT: Final = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
_SPACE: Final = re.compile(r"([ \t\n]+)")
_LEADING_NAMES: Final = re.compile(r"^(?:@\w{1,20}\s+)+")
_ADDRESS: Final = re.compile(r"https?://\S+|\b[\w-]+(?:\.[\w-]+)+(?:/\S*)?")


def public_length(text: str, limit: int) -> TextLength:
    """Return how long a public post is by X's weights.

    It is counted word by word, which gives the same sum: neither an address nor an emoji reaches over a space.
    """
    normal = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    first, *rest = _SPACE.split(normal)
    used = _weight(first) if first else 0
    # The character before a word decides with it what is an address, so each is counted with a space before it.
    for space, word in zip(rest[::2], rest[1::2], strict=True):
        used += _plain_weight(space) + (_weight(f" {word}") - 1 if word else 0)
    return TextLength(used=used, limit=limit)


# While somebody types, all words but one stay the same.
@lru_cache(maxsize=2048)
def _weight(word: str) -> int:
    """Return the weight of a word; what is too odd to search has no discounts."""
    if len(word) > _LONGEST_ADDRESS or (len(word) > _LONG_WORD and word.count(".") > _MANY_DOTS):
        return _plain_weight(word)
    return int(parse_tweet(word).weightedLength)


def _plain_weight(text: str) -> int:
    return sum(1 if any(low <= ord(char) <= high for low, high in _LIGHT) else 2 for char in text)


def private_length(text: str) -> TextLength:
    """Return how long a direct message is: plain characters."""
    return TextLength(used=len(text), limit=LONGEST_MESSAGE)


def witness(text: str) -> str:
    """Return what stays of a text on its way through X, to compare what was sent with what is there.

    X puts names before a reply, shortens addresses, trims and normalises.
    """
    plain = _LEADING_NAMES.sub("", unicodedata.normalize("NFC", text).strip())
    return " ".join(_ADDRESS.sub("\N{LINK SYMBOL}", plain).split()).casefold()
