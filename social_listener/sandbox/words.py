"""Text as X treats it: handles, hashtags, links, weighted length, long posts cut short."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable

HANDLE = re.compile(r"(?<![\w@/.])@(\w{1,15})(?![\w@])", re.ASCII)
HASHTAG = re.compile(r"(?<![\w&])#(\w*[^\W\d_]\w*)")
CASHTAG = re.compile(r"(?<![\w$])\$([A-Za-z]{1,6})(?!\w)")
LINK = re.compile(r"https?://[^\s<>\"”]+[^\s<>\"”.,;:!?)\]'…]")
_WORD = re.compile(r"\w+")
_EMOJI = re.compile(
    "(?:[\U0001f1e6-\U0001f1ff]{2}"
    "|[\U0001f300-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u2300-\u23ff]\ufe0f?[\U0001f3fb-\U0001f3ff]?"
    "(?:\u200d[\U0001f300-\U0001faff\u2600-\u27bf]\ufe0f?[\U0001f3fb-\U0001f3ff]?)*)"
)
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))

SHORT = 280
"""Weighted length above which a post is a long one, and its `text` is cut."""


def shorten_links(text: str, salt: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Replace links as the platform does and return the pairs (short link, target)."""
    pairs: list[tuple[str, str]] = []

    def replace(match: re.Match[str]) -> str:
        target = match.group()
        if target.startswith("https://t.co/"):
            return target
        digest = hashlib.blake2b(f"{salt}:{len(pairs)}:{target}".encode(), digest_size=5).hexdigest()
        short = f"https://t.co/{digest}"
        pairs.append((short, target))
        return short

    return LINK.sub(replace, text), tuple(pairs)


def weighted_length(text: str) -> int:
    """Length by X's rules (twitter-text configuration 3): a link counts 23, an emoji 2, most scripts 1, the rest 2."""
    text = unicodedata.normalize("NFC", text)
    text, links = LINK.subn("", text)
    text, emojis = _EMOJI.subn("", text)
    light = sum(any(low <= ord(char) <= high for low, high in _LIGHT) for char in text)
    return links * 23 + emojis * 2 + 2 * len(text) - light


def cut(text: str) -> str:
    """Return the beginning of a long post as its `text` has it: at most 280 by weight, ending in an ellipsis."""
    kept = text[: SHORT - 1]
    while weighted_length(kept) > SHORT - 2:
        kept = kept[:-1]
    space = kept.rfind(" ")
    return (kept[:space] if space > len(kept) - 30 else kept).rstrip() + "…"


def fold(text: str) -> str:
    """Lower case without accents: how search compares."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in plain if not unicodedata.combining(char))


def words_of(text: str) -> list[str]:
    """Return the folded words of a text; punctuation and symbols separate them."""
    return _WORD.findall(fold(text))


def handles_in(text: str) -> list[str]:
    """Return the handles named in a text, in order, without the @."""
    return HANDLE.findall(text)


def entities_of(
    text: str, links: tuple[tuple[str, str], ...], user_id: Callable[[str], str | None]
) -> dict[str, list[dict[str, object]]]:
    """Return the `entities` object of a text without empty kinds; `user_id` knows the ids of handles."""
    found: dict[str, list[dict[str, object]]] = {}
    for match in HANDLE.finditer(text):
        known = user_id(match.group(1))
        if known is not None:
            entry: dict[str, object] = {"start": match.start(), "end": match.end()}
            found.setdefault("mentions", []).append(entry | {"username": match.group(1), "id": known})
    for kind, pattern in (("hashtags", HASHTAG), ("cashtags", CASHTAG)):
        for match in pattern.finditer(text):
            found.setdefault(kind, []).append({"start": match.start(), "end": match.end(), "tag": match.group(1)})
    for short, target in links:
        start = text.find(short)
        if start >= 0:
            shown = target.split("://", 1)[-1]
            shown = shown if len(shown) <= 26 else shown[:26] + "…"
            where: dict[str, object] = {"start": start, "end": start + len(short)}
            found.setdefault("urls", []).append(where | {"url": short, "expanded_url": target, "display_url": shown})
    return found


def guess_language(text: str, default: str) -> str:
    """Return the language tag by script alone; within the Latin script the author's own language is taken."""
    for char in text:
        name = unicodedata.name(char, "")
        for prefix, lang in (
            ("HIRAGANA", "ja"),
            ("KATAKANA", "ja"),
            ("ARABIC", "ar"),
            ("HANGUL", "ko"),
            ("CYRILLIC", "ru"),
            ("GREEK", "el"),
            ("HEBREW", "he"),
            ("THAI", "th"),
        ):
            if name.startswith(prefix):
                return lang
    return default


def escaped(text: str) -> str:
    """`text` as X answers it: &, < and > stand as entities, as the recorded home timelines show."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
