"""Every fault: what an unmodified client sees, and whether the call took effect."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import requests
import tweepy

from social_listener.sandbox import Sandbox
from social_listener.sandbox.faults import KINDS

MENTIONS = "GET /2/users/*/mentions"
POST = "POST /2/tweets"

# Kind → the exception of an unmodified client; None for an answer that looks right at first.
SEEN: dict[str, Any] = {
    "status_401": tweepy.Unauthorized,
    "revoked_token": tweepy.Unauthorized,
    "status_402": tweepy.HTTPException,
    "status_403": tweepy.Forbidden,
    "status_429": tweepy.TooManyRequests,
    "status_429_no_reset": tweepy.TooManyRequests,
    "status_429_garbage_reset": ValueError,
    "usage_capped": tweepy.TooManyRequests,
    "html_503": tweepy.TwitterServerError,
    "json_500": tweepy.TwitterServerError,
    "list_error": AttributeError,
    "reset": requests.ConnectionError,
    "cut": requests.RequestException,
    "empty_200": requests.JSONDecodeError,
    "invalid_json": requests.JSONDecodeError,
    "lost": requests.ConnectionError,
    "status_503_after_effect": tweepy.TwitterServerError,
    "partial_errors": None,
    "wrong_types": None,
    "stall": None,
    "expired_page_token": None,
}


def test_every_fault_is_tried() -> None:
    """The table of this test names every fault there is."""
    assert SEEN.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", [kind for kind, error in SEEN.items() if error is not None])
def test_fault_on_a_read(sandbox: Sandbox, client: tweepy.Client, kind: str) -> None:
    """A read fails in the fault's own way exactly as often as ordered, and works again afterwards."""
    sandbox.world.fill_mentions(5)
    sandbox.faults.add(endpoint=MENTIONS, kind=kind, times=1)
    with pytest.raises(SEEN[kind]):
        client.get_users_mentions(sandbox.brand.id)
    assert client.get_users_mentions(sandbox.brand.id)["meta"]["result_count"] == 5
    assert [call.fault for call in sandbox.calls.to("mentions")] == [kind, None]


@pytest.mark.parametrize("kind", [kind for kind in SEEN if kind not in ("stall", "expired_page_token")])
def test_fault_on_a_write(sandbox: Sandbox, client: tweepy.Client, kind: str) -> None:
    """A post is made exactly by those faults that strike after the effect."""
    sandbox.faults.add(endpoint=POST, kind=kind, times=1)
    try:
        client.create_tweet(text="Hello")
    except (tweepy.TweepyException, requests.RequestException, ValueError, AttributeError):
        pass
    else:
        assert SEEN[kind] is None
    takes_effect, _ = KINDS[kind]
    assert len(sandbox.world.truth().made_by_api()) == int(takes_effect)


@pytest.mark.parametrize("kind", ["html_503", "json_500", "reset", "status_429"])
def test_effect_can_be_ordered(sandbox: Sandbox, client: tweepy.Client, kind: str) -> None:
    """effect=True lets the post be made before the same failure."""
    sandbox.faults.add(endpoint=POST, kind=kind, times=1, effect=True)
    with pytest.raises(SEEN[kind]):
        client.create_tweet(text="Hello")
    assert len(sandbox.world.truth().made_by_api()) == 1


def test_bodies_and_headers_of_refusals(sandbox: Sandbox, raw: tweepy.Client) -> None:
    """402, 403 and the 429s carry what X sends: title, detail, reset, or no reset at all."""
    brand = sandbox.brand.id

    def fail(kind: str, **details: Any) -> requests.Response:
        sandbox.faults.add(endpoint=MENTIONS, kind=kind, times=1, **details)
        with pytest.raises((tweepy.HTTPException, ValueError)) as caught:
            raw.get_users_mentions(brand)
        response = getattr(caught.value, "response", None)
        assert isinstance(response, requests.Response)
        return response

    assert fail("status_402").json()["title"] == "CreditsDepleted"
    assert fail("status_403", detail="Nope").json()["detail"] == "Nope"
    reset = int(fail("status_429", reset_in=60).headers["x-rate-limit-reset"])
    assert reset == sandbox.world.clock.now().timestamp() + 60
    assert "x-rate-limit-reset" not in fail("status_429_no_reset").headers
    assert fail("usage_capped").json()["period"] == "Monthly"
    assert fail("html_503").headers["content-type"].startswith("text/html")


def test_garbage_reset_is_on_the_wire(sandbox: Sandbox) -> None:
    """The header of a garbage reset is really there; a client has to cope."""
    sandbox.faults.add(endpoint=MENTIONS, kind="status_429_garbage_reset")
    headers = {"Authorization": f"Bearer {sandbox.credentials['bearer_token']}"}
    answer = requests.get(f"{sandbox.base_url}/2/users/{sandbox.brand.id}/mentions", headers=headers, timeout=10)
    assert (answer.status_code, answer.headers["x-rate-limit-reset"]) == (429, "soon")


def test_partial_errors_leave_an_item_out(sandbox: Sandbox, client: tweepy.Client) -> None:
    """One item is missing from the data and named in errors, on a 200."""
    made = [post.id for post in sandbox.world.fill_mentions(5)]
    sandbox.faults.add(endpoint=MENTIONS, kind="partial_errors", times=1, item=2)
    page = client.get_users_mentions(sandbox.brand.id)
    assert [error["resource_id"] for error in page["errors"]] == [made[2]]
    assert [entry["id"] for entry in page["data"]] == [made[4], made[3], made[1], made[0]]
    assert page["meta"]["result_count"] == 4


def test_wrong_types_spoil_one_item(sandbox: Sandbox, client: tweepy.Client) -> None:
    """One item has wrong types in all its fields, its neighbours are whole."""
    sandbox.world.fill_mentions(5)
    sandbox.faults.add(endpoint=MENTIONS, kind="wrong_types", times=1, item=1)
    data = client.get_users_mentions(sandbox.brand.id)["data"]
    assert [isinstance(entry["text"], str) for entry in data] == [True, False, True, True, True]
    assert not isinstance(data[1]["id"], str)


def test_expired_page_token_hits_later_pages_only(sandbox: Sandbox, client: tweepy.Client) -> None:
    """The first page works, the one with a token is 400 on that parameter."""
    sandbox.world.fill_mentions(12)
    sandbox.faults.add(endpoint=MENTIONS, kind="expired_page_token", times=1)
    token = client.get_users_mentions(sandbox.brand.id)["meta"]["next_token"]
    with pytest.raises(tweepy.BadRequest) as caught:
        client.get_users_mentions(sandbox.brand.id, pagination_token=token)
    assert list(caught.value.response.json()["errors"][0]["parameters"]) == ["pagination_token"]
    assert client.get_users_mentions(sandbox.brand.id, pagination_token=token)["data"]


def test_stall_ends_by_itself_or_by_release(sandbox: Sandbox, client: tweepy.Client) -> None:
    """A stalled call is answered normally after its seconds, or when the fault is cleared."""
    sandbox.faults.add(endpoint="GET /2/users/me", kind="stall", times=1, seconds=0.05)
    assert client.get_me()["data"]["username"] == "fernhill"
    stalled = sandbox.faults.add(endpoint="GET /2/users/me", kind="stall", times=1)
    answers: list[Any] = []
    thread = threading.Thread(target=lambda: answers.append(client.get_me()))
    thread.start()
    assert answers == []
    sandbox.faults.clear(stalled)
    thread.join(10)
    assert answers[0]["data"]["username"] == "fernhill"


def test_stalled_client_runs_into_its_own_time_out(sandbox: Sandbox) -> None:
    """A client with a time-out gives up on a stall; the server is free for others meanwhile."""
    sandbox.faults.add(endpoint="GET /2/users/me", kind="stall", times=1)
    url = f"{sandbox.base_url}/2/users/me"
    with pytest.raises(requests.ReadTimeout):
        requests.get(url, timeout=(10, 0.5))
    assert requests.get(url, timeout=10).status_code == 401


def test_fault_stays_until_cleared(sandbox: Sandbox, client: tweepy.Client) -> None:
    """Without a count a fault stays on; clearing one leaves the others."""
    first = sandbox.faults.add(endpoint="GET /2/users/me", kind="json_500")
    sandbox.faults.add(endpoint=MENTIONS, kind="status_401")
    for _ in range(3):
        with pytest.raises(tweepy.TwitterServerError):
            client.get_me()
    sandbox.faults.clear(first)
    client.get_me()
    with pytest.raises(tweepy.Unauthorized):
        client.get_users_mentions(sandbox.brand.id)
    sandbox.faults.clear()
    client.get_users_mentions(sandbox.brand.id)


def test_chance_is_repeatable() -> None:
    """A fault by chance strikes the same calls in every run with the same seed."""

    def strikes(seed: int) -> list[bool]:
        faults = Sandbox(seed=seed, clock="manual").faults
        faults.add(endpoint="* /2/**", kind="json_500", probability=0.4)
        return [faults.take("GET", "/2/users/me", []) is not None for _ in range(50)]

    assert strikes(1) == strikes(1)
    assert strikes(1) != strikes(2)
    assert 5 < sum(strikes(1)) < 35


@pytest.mark.parametrize(
    ("pattern", "path", "hit"),
    [
        ("GET /2/users/*/mentions", "/2/users/1/mentions", True),
        ("GET /2/users/*", "/2/users/1/mentions", False),
        ("GET /2/tweets/*", "/2/tweets/search/recent", False),
        ("* /2/**", "/2/tweets/search/recent", True),
        ("POST /2/users/*/mentions", "/2/users/1/mentions", False),
        ("GET /2/dm_conversations/with/*/dm_events", "/2/dm_conversations/with/5/dm_events", True),
    ],
)
def test_patterns_are_by_segment(pattern: str, path: str, *, hit: bool) -> None:
    """A star stands for one segment, two stars for the rest."""
    faults = Sandbox(seed=1, clock="manual").faults
    faults.add(endpoint=pattern, kind="json_500")
    assert (faults.take("GET", path, []) is not None) is hit


def test_wrong_orders_are_refused(sandbox: Sandbox) -> None:
    """An unknown kind, a pattern of one word, and senseless counts are errors in words."""
    orders: list[dict[str, Any]] = [
        {"kind": "gremlins"},
        {"endpoint": "/2/users/me"},
        {"times": 0},
        {"probability": 1.5},
    ]
    for order in orders:
        with pytest.raises(ValueError, match=r"unknown|endpoint|times"):
            sandbox.faults.add(**{"endpoint": MENTIONS, "kind": "json_500", **order})


def test_default_pattern_is_every_call(sandbox: Sandbox, client: tweepy.Client) -> None:
    """Without an endpoint a fault strikes every call of the platform, but not the control endpoints."""
    sandbox.faults.add(kind="json_500")
    with pytest.raises(tweepy.TwitterServerError):
        client.get_me()
    assert requests.get(f"{sandbox.base_url}/_sandbox/clock", timeout=10).status_code == 200
