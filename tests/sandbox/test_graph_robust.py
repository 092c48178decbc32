"""Whatever a client sends, the Graph sandbox answers: a bug in a client must not look like a fault of the network."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from social_listener.sandbox import Sandbox
from social_listener.sandbox.wire import Request

FORM = "application/x-www-form-urlencoded"
STATUSES = (200, 400, 403)
WORDS = st.text(max_size=12) | st.sampled_from(
    ["1", "99", "-1", "²", "٣", "1e400", "nan", "true", "id", "id{", "id}", "a.b(c)", "comments{replies{from{id}}}"]
)
NAMES = st.sampled_from(
    [
        "fields",
        "limit",
        "after",
        "before",
        "since",
        "until",
        "filter",
        "order",
        "summary",
        "platform",
        "user_id",
        "message",
        "recipient",
        "is_hidden",
        "hide",
        "messaging_type",
        "tag",
        "media_id",
        "comment_id",
        "published",
        "subscribed_fields",
        "input_token",
        "__paging_token",
        "include_hidden",
        "comment_enabled",
        "ids",
    ]
)
JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["id", "comment_id", "text"]), inner),
    max_leaves=4,
).map(json.dumps)
EDGES = st.sampled_from(
    [
        "feed",
        "tagged",
        "comments",
        "likes",
        "reactions",
        "conversations",
        "messages",
        "media",
        "replies",
        "mentions",
        "subscribed_apps",
        "ratings",
        "accounts",
        "permissions",
        "nonsense",
        "²",
        "a/b",
    ]
) | st.just("")


@pytest.fixture(scope="module")
def world() -> Iterator[tuple[Sandbox, list[str]]]:
    """Return one world with something of each kind, and the ids to ask for."""
    sandbox = Sandbox(seed=7, clock="manual")
    graph = sandbox.graph
    post = graph.page_post("News")
    comment = graph.comment("mara_lindt", post, "One")
    media = graph.media("Sunday")
    below = graph.ig_comment("mara_lindt", media, "One")
    message = graph.message("mara_lindt", "Hello")
    mention = graph.ig_mention("mara_lindt", "hello", in_comment=True)
    known = [post.id, comment.id, media.id, below.id, message.id, message.thread.id, mention.id, message.thread.contact]
    odd = ["me", "debug_token", "app", "", "1", "²", "9" * 40, "1_2_3_4", "x", "comments", graph.tokens.user_id]
    yield sandbox, [*known, *odd, graph.page_id, graph.instagram_id]
    sandbox.stop()


@settings(max_examples=500, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data(), method=st.sampled_from(["GET", "POST", "DELETE", "PUT"]), edge=EDGES)
@pytest.mark.long
def test_any_request_is_answered(world: tuple[Sandbox, list[str]], data: st.DataObject, method: str, edge: str) -> None:
    """No path, parameter or body makes the platform fail: it is an answer of Meta's statuses with a JSON object."""
    sandbox, ids = world
    node = data.draw(st.sampled_from(ids))
    given_ids = st.lists(st.sampled_from(ids), max_size=3).map(",".join)
    sent = data.draw(st.dictionaries(NAMES, WORDS | JSONS | given_ids, max_size=4))
    tokens = sandbox.graph.tokens
    token = data.draw(st.sampled_from([tokens.page_token, tokens.user_token, tokens.app_token]))
    keys = {"access_token": token, "appsecret_proof": tokens.proof(token)}
    query, body = ({**sent, **keys}, {}) if method != "POST" else (keys, sent)
    answer = sandbox.graph_platform.answer(
        Request(
            method,
            f"/v26.0/{node}/{edge}".rstrip("/"),
            urlencode(query, errors="replace"),
            {"content-type": FORM},
            urlencode(body, errors="replace").encode(),
        )
    )
    assert answer.status in STATUSES
    found = json.loads(answer.encoded())
    assert isinstance(found, dict)
    assert (answer.status == 200) is ("error" not in found)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    body=st.binary(max_size=40), kind=st.sampled_from(["application/json", "application/x-www-form-urlencoded", "x"])
)
def test_any_bytes_are_answered(world: tuple[Sandbox, list[str]], body: bytes, kind: str) -> None:
    """A body that is nothing of the kind is a bad request."""
    sandbox, _ = world
    tokens = sandbox.graph.tokens
    query = urlencode({"access_token": tokens.page_token, "appsecret_proof": tokens.proof(tokens.page_token)})
    for path in ("/v26.0/me/messages", "/me/feed"):
        answer: Any = sandbox.graph_platform.answer(Request("POST", path, query, {"content-type": kind}, body))
        assert answer.status == 400
