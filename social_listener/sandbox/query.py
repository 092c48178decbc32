"""X's search language: words, "phrases", implicit AND, OR, -, parentheses and operators; parsed once, matched often.

AND binds tighter than OR. Matching is by whole words, whatever their case and accents; scripts that do not separate
words (Japanese, Chinese, Thai, Korean) are matched as parts of the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from social_listener.sandbox.records import Post, Version
from social_listener.sandbox.words import CASHTAG, HASHTAG, fold, handles_in, words_of

STANDALONE_TEXT = frozenset(
    (
        "from",
        "to",
        "conversation_id",
        "in_reply_to_tweet_id",
        "quotes_of_tweet_id",
        "retweets_of",
        "url",
        "context",
        "entity",
        "retweets_of_tweet_id",
    )
)
NEEDS_COMPANY = frozenset(("is", "has", "lang"))
_UNSEPARATED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
_TOKEN = re.compile(
    r'\s*(?:(?P<open>\()|(?P<close>\))|(?P<neg>-)(?=[^\s)])|(?P<quoted>"(?:[^"\\]|\\.)*")|(?P<word>[^\s()"]+(?:"[^"]*")?))'
)
_OPERATOR = re.compile(r"([A-Za-z_]+):(.+)", re.DOTALL)
_IS = frozenset(("reply", "retweet", "quote", "verified", "nullcast"))
_HAS = frozenset(("links", "mentions", "hashtags", "cashtags", "media", "images", "videos", "geo"))


class QueryError(ValueError):
    """The query is not valid; the message is what X says about it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A post in one version as a search looks at it; `parent_author` is the handle of whom it answers."""

    post: Post
    version: Version
    parent_author: str | None


Match = Callable[[Seen], bool]


@dataclass(frozen=True, slots=True)
class _Node:
    match: Match
    standalone: bool
    """Whether it may be the only clause: a positive word, phrase, handle, tag or id."""


def parse(query: str, max_length: int = 512) -> Match:
    """Return the predicate of a query.

    Raises:
        QueryError: it is empty, too long, unbalanced, names an unknown operator, or has nothing standalone in it.
    """
    if len(query) > max_length:
        raise QueryError(
            "There were errors processing your request: Rule length exceeds the maximum allowed length of "
            f"{max_length} characters (at position {max_length + 1})"
        )
    parser = _Parser(query)
    node = parser.any_of()
    if parser.kind is not None:
        raise parser.error(f"no viable alternative at character '{parser.text}'")
    if not node.standalone:
        raise QueryError(
            "There were errors processing your request: Rules must contain at least one positive, "
            "non-stopword clause (at position 1)"
        )
    return node.match


class _Parser:
    """Recursive descent over the tokens; `kind` and `text` are those of the token not yet consumed."""

    def __init__(self, query: str) -> None:
        self._query = query.rstrip()
        self._position = 0
        self._depth = 0
        self.kind: str | None = None
        self.text = ""
        self._next()

    def error(self, what: str) -> QueryError:
        return QueryError(f"There were errors processing your request: {what} (at position {self._position})")

    def any_of(self) -> _Node:
        """One or more conjunctions joined by OR."""
        parts = [self._all_of()]
        while self.kind == "word" and self.text == "OR":
            self._next()
            parts.append(self._all_of())
        if len(parts) == 1:
            return parts[0]
        matches = [part.match for part in parts]
        return _Node(lambda seen: any(match(seen) for match in matches), any(part.standalone for part in parts))

    def _all_of(self) -> _Node:
        parts: list[_Node] = []
        while self.kind is not None and self.kind != "close" and not (self.kind == "word" and self.text == "OR"):
            if self.kind == "word" and self.text == "AND":
                raise self.error(
                    "Ambiguous use of and as a keyword. Use a space to logically join two clauses, "
                    'or "and" to find occurrences of and in text'
                )
            parts.append(self._clause())
        if not parts:
            raise self.error("missing EOF" if self.kind is None else f"mismatched input '{self.text}'")
        if len(parts) == 1:
            return parts[0]
        matches = [part.match for part in parts]
        return _Node(lambda seen: all(match(seen) for match in matches), any(part.standalone for part in parts))

    def _clause(self) -> _Node:
        negated = self.kind == "neg"
        if negated:
            self._next()
            if self.kind in ("neg", "close", None):
                raise self.error(f"no viable alternative at character '{self.text or '-'}'")
        if self.kind == "open":
            node = self._group()
        elif self.kind == "quoted":
            node = _Node(_phrase(self.text), True)
            self._next()
        else:
            node = self._word(self.text)
            self._next()
        if not negated:
            return node
        match = node.match
        return _Node(lambda seen: not match(seen), False)

    def _group(self) -> _Node:
        self._depth += 1
        if self._depth > 20:
            raise self.error("the query is nested too deeply")
        self._next()
        node = self.any_of()
        if self.kind != "close":
            raise self.error("missing ')' at '<EOF>'")
        self._next()
        self._depth -= 1
        return node

    def _word(self, text: str) -> _Node:
        if text[0] in "@#$" and len(text) > 1:
            return _Node(_tagged(text), True)
        operator = _OPERATOR.fullmatch(text)
        if operator is None:
            if text.endswith(":") or not words_of(text):
                raise self.error(f"no viable alternative at character '{text}'")
            return _Node(_keyword(text), True)
        name, value = operator.group(1).lower(), operator.group(2).strip('"')
        if name not in STANDALONE_TEXT | NEEDS_COMPANY:
            raise self.error(
                f"Reference to invalid operator '{name}'. Operator is not available in current product or product "
                "packaging. Please refer to complete available operator list at https://docs.x.com/"
            )
        return _Node(self._operator(name, value), name not in NEEDS_COMPANY)

    def _operator(self, name: str, value: str) -> Match:
        if name == "is" and value in _IS:
            return _is(value)
        if name == "has" and value in _HAS:
            return _has(value)
        if name in ("is", "has"):
            raise self.error(f"Invalid value '{value}' for operator '{name}'")
        if name == "lang":
            if not re.fullmatch(r"[a-zA-Z]{2,3}(-[a-zA-Z]+)?", value):
                raise self.error(f"Invalid language '{value}'")
            wanted = value.lower()
            return lambda seen: seen.post.lang == wanted
        if name.endswith("_id"):
            if not value.isascii() or not value.isdecimal():
                raise self.error(f"Invalid value '{value}' for operator '{name}'")
            return _by_id(name, int(value))
        return _by_name(name, value.lstrip("@").lower())

    def _next(self) -> None:
        match = _TOKEN.match(self._query, self._position)
        if match is None:
            rest = self._query[self._position :].strip()
            self.kind, self.text = None, ""
            if rest.startswith('"'):
                raise self.error("no viable alternative at character '\"'")
            if rest:
                raise self.error(f"no viable alternative at character '{rest[0]}'")
            return
        self._position = match.end()
        self.kind = match.lastgroup
        self.text = match.group(self.kind) if self.kind is not None else ""
        if self.kind == "quoted":
            self.text = self.text[1:-1].replace('\\"', '"')
            if not words_of(self.text):
                raise self.error("a phrase must not be empty")


def _word_set(version: Version) -> frozenset[str]:
    if version.words is None:
        version.words = frozenset(words_of(version.shown))
    return version.words


def _keyword(text: str) -> Match:
    if _UNSEPARATED.search(text):
        part = fold(text)
        return lambda seen: part in fold(seen.version.shown)
    words = words_of(text)
    if len(words) == 1:
        word = words[0]
        return lambda seen: word in _word_set(seen.version)
    return _phrase(text)


def _phrase(text: str) -> Match:
    if _UNSEPARATED.search(text):
        return _keyword(text)
    words = words_of(text)
    joined = f" {' '.join(words)} "

    def match(seen: Seen) -> bool:
        if not all(word in _word_set(seen.version) for word in words):
            return False
        return joined in f" {' '.join(words_of(seen.version.shown))} "

    return match


def _tagged(text: str) -> Match:
    sign, name = text[0], text[1:].lower()
    if sign == "@":
        return lambda seen: name in {handle.lower() for handle in handles_in(seen.version.shown)}
    pattern = HASHTAG if sign == "#" else CASHTAG
    return lambda seen: name in {tag.lower() for tag in pattern.findall(seen.version.shown)}


def _is(value: str) -> Match:
    if value == "reply":
        return lambda seen: seen.post.parent is not None
    if value == "retweet":
        return lambda seen: seen.post.reposted is not None
    if value == "quote":
        return lambda seen: seen.post.quoted is not None
    if value == "verified":
        return lambda seen: seen.post.author.verified
    return lambda _: False


def _has(value: str) -> Match:
    if value == "links":
        return lambda seen: bool(seen.version.links)
    if value == "mentions":
        return lambda seen: bool(seen.version.mentions)
    if value in ("hashtags", "cashtags"):
        pattern = HASHTAG if value == "hashtags" else CASHTAG
        return lambda seen: pattern.search(seen.version.shown) is not None
    return lambda _: False


def _by_id(name: str, number: int) -> Match:
    if name == "conversation_id":
        return lambda seen: seen.post.conversation == number
    if name == "in_reply_to_tweet_id":
        return lambda seen: seen.post.parent == number
    if name == "quotes_of_tweet_id":
        return lambda seen: seen.post.quoted == number
    return lambda seen: seen.post.reposted == number


def _by_name(name: str, value: str) -> Match:
    if name == "from":
        return lambda seen: value in (seen.post.author.handle.lower(), seen.post.author.id)
    if name == "to":
        return lambda seen: (
            seen.parent_author == value
            or (seen.post.parent is None and seen.version.shown.lower().startswith(f"@{value} "))
        )
    if name == "url":
        return lambda seen: any(value in target.lower() for _, target in seen.version.links)
    return lambda _: False
