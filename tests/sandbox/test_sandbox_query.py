"""The search language: every operator, precedence, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
import tweepy
from hypothesis import given
from hypothesis import strategies as st

from social_listener.sandbox import Sandbox
from social_listener.sandbox.query import QueryError, Seen, parse
from social_listener.sandbox.records import Post, User, Version
from social_listener.sandbox.words import HASHTAG, handles_in, shorten_links

ANN = User(id="11", handle="ann", name="Ann", verified=True)


def seen(text: str, *, to: str | None = None, lang: str = "en", **facts: Any) -> Seen:
    """Return a post as a search looks at it."""
    shown, links = shorten_links(text, "1")
    mentions = tuple(handles_in(shown))
    version = Version(id=5, text=text, shown=shown, sent_ms=0, visible_ms=0, links=links, mentions=mentions)
    post = Post(author=ANN, versions=[version], conversation=facts.pop("conversation", 5), lang=lang, **facts)
    return Seen(post, version, to)


@pytest.mark.parametrize(
    ("query", "text", "matches"),
    [
        ("fernhill", "I like Fernhill!", True),
        ("fernhill", "fernhills", False),
        ("FERNHILL", "#fernhill rocks", True),
        ("cafe", "un café, por favor", True),
        ("cafe", "a cafeteria", False),
        ('"where is"', "Where is my order", True),
        ('"where is"', "is where my order", False),
        ("coca-cola", "a cold coca cola", True),
        ("my order", "order for my mum", True),
        ("my order", "my mum", False),
        ("cat OR dog", "a dog", True),
        ("cat dog OR bird", "a bird", True),
        ("cat (dog OR bird)", "a bird", False),
        ("cat (dog OR bird)", "a cat and a bird", True),
        ("cat -dog", "a cat", True),
        ("cat -dog", "a cat and a dog", False),
        ("cat -(dog OR bird)", "a cat and a bird", False),
        ('cat -"black dog"', "a cat and a black dog", False),
        ("@fernhill", "hey @Fernhill!", True),
        ("@fernhill", "fernhill", False),
        ("#coffee", "good #Coffee", True),
        ("#coffee", "good coffee", False),
        ("$FERN", "buy $fern now", True),
        ("from:ann", "anything", True),
        ("from:@ann", "anything", True),
        ("from:bob", "anything", False),
        ("hello lang:en", "hello", True),
        ("hello lang:de", "hello", False),
        ("hello is:verified", "hello", True),
        ("hello -is:retweet", "hello", True),
        ("hello is:reply", "hello", False),
        ("hello has:links", "hello https://example.com/x", True),
        ("hello has:mentions", "hello", False),
        ("hello has:hashtags", "hello #you", True),
        ("url:example.com", "see https://example.com/x", True),
        ("to:bob", "@bob hello", True),
        ("コーヒー", "新しいコーヒーマシン", True),
        ("and", "this and that", True),
    ],
)
def test_query_matches(query: str, text: str, *, matches: bool) -> None:
    """Each operator matches what X documents for it."""
    assert parse(query)(seen(text)) is matches


def test_operators_on_conversations() -> None:
    """Ids and kinds of reference are matched exactly."""
    reply = seen("hello", to="bob", parent=7, conversation=3)
    assert parse("conversation_id:3")(reply)
    assert not parse("conversation_id:5")(reply)
    assert parse("in_reply_to_tweet_id:7")(reply)
    assert parse("to:bob is:reply")(reply)
    assert parse("quotes_of_tweet_id:9")(seen("hello", quoted=9))
    assert parse("hello is:quote")(seen("hello", quoted=9))
    assert parse("hello is:retweet")(seen("hello", reposted=9))


@pytest.mark.parametrize(
    "query",
    [
        "",
        "   ",
        "(cat",
        "cat)",
        '"cat',
        "cat OR",
        "OR cat",
        "-cat",
        "is:reply",
        "-is:retweet lang:en",
        "has:links",
        "weather:sunny",
        "is:happy",
        "has:luck",
        "conversation_id:abc",
        "cat AND dog",
        "()",
        '""',
        "- cat",
        "cat --dog",
        "lang:123 cat",
        "x" * 513,
        "(" * 30 + "a" + ")" * 30,
        "!!!",
    ],
)
def test_bad_query_is_refused(query: str) -> None:
    """Unbalanced, empty, unknown, too long, and queries without anything standalone are errors."""
    with pytest.raises(QueryError):
        parse(query)


@pytest.mark.parametrize("query", ["is:reply", "(cat", "weather:sunny", ""])
def test_bad_query_is_a_bad_request(sandbox: Sandbox, client: tweepy.Client, query: str) -> None:
    """Over HTTP a bad query is 400 on the parameter query."""
    with pytest.raises(tweepy.BadRequest) as caught:
        client.search_recent_tweets(query)
    assert list(caught.value.response.json()["errors"][0]["parameters"]) == ["query"]


WORDS = st.sampled_from(["cat", "dog", "bird", "fish"])
TREES = st.recursive(
    WORDS,
    lambda trees: st.one_of(
        st.tuples(st.just("and"), st.lists(trees, min_size=2, max_size=3)),
        st.tuples(st.just("or"), st.lists(trees, min_size=2, max_size=3)),
        st.tuples(st.just("not"), trees),
    ),
    max_leaves=10,
)
Tree = Any


def spell(tree: Tree) -> str:
    """Write a tree as a query, with all its parentheses."""
    if isinstance(tree, str):
        return tree
    kind, parts = tree
    if kind == "not":
        inner = spell(parts)
        return f"-({inner.removeprefix('-')})" if not inner.startswith("-") else inner[1:]
    joined = (" OR " if kind == "or" else " ").join(spell(part) for part in parts)
    return f"({joined})"


def holds(tree: Tree, words: set[str]) -> bool:
    """Evaluate a tree by its meaning."""
    if isinstance(tree, str):
        return tree in words
    kind, parts = tree
    if kind == "not":
        return not holds(parts, words)
    return (any if kind == "or" else all)([holds(part, words) for part in parts])


@given(TREES, st.sets(WORDS))
def test_any_nesting_means_what_it_says(tree: Tree, words: set[str]) -> None:
    """A query of any nesting matches exactly the texts that its logic says."""
    query = f"zebra ({spell(tree)})" if not isinstance(tree, str) else f"zebra {tree}"
    match = parse(query, max_length=10_000)
    assert match(seen(" ".join([*sorted(words), "zebra"]))) is holds(tree, words)
    assert match(seen(" ".join(sorted(words)))) is False


@given(st.text(max_size=60))
def test_any_text_parses_or_is_refused(query: str) -> None:
    """Whatever is typed, the parser answers with a predicate or its own error, and the predicate works."""
    try:
        match = parse(query)
    except QueryError:
        return
    assert match(seen("something else entirely")) in (True, False)


@given(
    st.lists(
        st.sampled_from(["a", "OR", "-", "(", ")", '"', "is:reply", "@x", "from:y", "AND", ":", "lang:en"]), max_size=12
    )
)
def test_any_row_of_tokens_parses_or_is_refused(tokens: list[str]) -> None:
    """Rows of the language's own tokens never break the parser."""
    try:
        parse(" ".join(tokens))
    except QueryError:
        return


@given(st.text(max_size=80))
def test_hashtags_and_handles_never_overlap_words(text: str) -> None:
    """Reading handles and tags takes any text."""
    assert all(name.isascii() for name in handles_in(text))
    assert all(tag.strip() for tag in HASHTAG.findall(text))
