"""Whatever a client sends, the sandbox answers: a bug in a client must not look like a fault of the network."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from social_listener.sandbox import Sandbox
from social_listener.sandbox.routes import ROUTES
from social_listener.sandbox.wire import Request

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["1", "99", "²", "٣"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)
BODIES = st.dictionaries(
    st.sampled_from(
        ["text", "reply", "quote_tweet_id", "hidden", "tweet_id", "participant_ids", "message", "conversation_type"]
    ),
    VALUES
    | st.fixed_dictionaries({"in_reply_to_tweet_id": VALUES, "exclude_reply_user_ids": VALUES})
    | st.fixed_dictionaries({"text": VALUES}),
    max_size=4,
)
QUERIES = st.dictionaries(
    st.sampled_from(
        [
            "max_results",
            "since_id",
            "until_id",
            "start_time",
            "end_time",
            "pagination_token",
            "next_token",
            "query",
            "ids",
            "tweet.fields",
            "expansions",
            "user.fields",
            "dm_event.fields",
            "event_types",
            "exclude",
            "sort_order",
        ]
    ),
    st.text(max_size=12) | st.sampled_from(["5", "99", "2026-03-01T00:00:00Z", "1e9", "²", "author_id", "0" * 30]),
    max_size=3,
)


@pytest.fixture(scope="module")
def world() -> Iterator[Sandbox]:
    """Return one world for all examples."""
    sandbox = Sandbox(seed=7, clock="manual")
    sandbox.world.fill_mentions(20)
    sandbox.world.dm("mara_lindt", sandbox.brand, "hello")
    yield sandbox
    sandbox.stop()


def bearer(sandbox: Sandbox) -> dict[str, str]:
    """Return the header of the account's OAuth2 token, which needs no signature."""
    return {"authorization": f"Bearer {sandbox.credentials['oauth2_access_token']}"}


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    route=st.sampled_from(ROUTES),
    ids=st.lists(st.sampled_from(["1", "x", "-", "1-2", "²", "9" * 25]), min_size=2, max_size=2),
    query=QUERIES,
    body=BODIES | VALUES,
)
def test_any_request_is_answered(world: Sandbox, route: Any, ids: list[str], query: dict[str, str], body: Any) -> None:
    """No path, query or body makes the platform fail: it is an answer of X's statuses with a JSON object."""
    path = route.template
    for name, value in zip(["{id}", "{participant_id}", "{tweet_id}", "{username}"], [*ids, *ids], strict=True):
        path = path.replace(name, value)
    sent = json.dumps(body).encode("utf-8", "surrogatepass")
    answer = world.platform.answer(Request(route.method, path, urlencode(query, errors="replace"), bearer(world), sent))
    assert answer.status in (200, 201, 400, 403, 404)
    assert isinstance(json.loads(answer.encoded()), dict)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(body=st.binary(max_size=40))
def test_any_bytes_are_answered(world: Sandbox, body: bytes) -> None:
    """A body that is no JSON is a bad request."""
    answer = world.platform.answer(Request("POST", "/2/tweets", "", bearer(world), body))
    assert answer.status in (201, 400, 403)


@pytest.mark.parametrize("text", [r"half \ud800 a character", r"\udfff", r"\ud83d"])
def test_half_a_character_is_refused_and_spoils_nothing(text: str) -> None:
    """What is no text is a 400, and what is read afterwards is whole; an emoji written as two halves is text."""
    with Sandbox(seed=7, clock="manual") as sandbox:
        for path, body in (
            ("post", f'{{"author": "mara_lindt", "text": "@fernhill {text}"}}'),
            ("post", r'{"author": "mara_lindt", "text": "@fernhill \ud83d\ude21"}'),
        ):
            answer = requests.post(
                f"{sandbox.base_url}/_sandbox/{path}",
                data=body,
                headers={"content-type": "application/json"},
                timeout=5,
            )
            assert answer.status_code == (200 if "ude21" in body else 400)
        (kept,) = requests.get(f"{sandbox.base_url}/_sandbox/truth", timeout=5).json()["posts"]
        assert kept["text"] == "@fernhill \N{POUTING FACE}"
