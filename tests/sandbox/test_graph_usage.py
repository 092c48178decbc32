"""Usage headers and throttles of the Graph API."""

from __future__ import annotations

import json
from typing import Any

import facebook
import pytest
import requests

from social_listener.sandbox import Sandbox


def ask(sandbox: Sandbox, path: str = "me", *, token: str = "", **query: str) -> requests.Response:
    """Return the answer to a call, with the Page's token unless another is given."""
    tokens = sandbox.graph.tokens
    token = token or tokens.page_token
    keys = {"access_token": token, "appsecret_proof": tokens.proof(token)}
    return requests.get(f"{sandbox.base_url}/v26.0/{path}", params=keys | query, timeout=10)


def usage(answer: requests.Response) -> dict[str, Any]:
    """Return what the two headers say: the application's percentage, and the entry of the business use case."""
    ((owner, (entry,)),) = json.loads(answer.headers["x-business-use-case-usage"]).items()
    return {"app": json.loads(answer.headers["x-app-usage"])["call_count"], "owner": owner, **entry}


def test_usage_rises_with_calls_and_falls_with_time(sandbox: Sandbox) -> None:
    """Ten calls of a hundred are ten percent; half an hour later the application's are gone, the Page's mostly not."""
    sandbox.graph.policy.change(calls_an_hour=100, calls_a_day=100)
    for _ in range(9):
        ask(sandbox)
    told = usage(ask(sandbox))
    assert (told["app"], told["call_count"], told["type"]) == (10, 10, "pages")
    assert told["owner"] == sandbox.graph.page_id
    sandbox.graph.advance(1800)
    told = usage(ask(sandbox))
    assert (told["app"], told["call_count"]) == (1, 9)


def test_each_id_counts(sandbox: Sandbox) -> None:
    """A lookup of four things is four calls."""
    sandbox.graph.policy.change(calls_a_day=100)
    made = [sandbox.graph.page_post(f"Number {number}").id for number in range(4)]
    assert usage(ask(sandbox, "", ids=",".join(made)))["call_count"] == 4


def test_families_have_their_own_quota(sandbox: Sandbox) -> None:
    """Messenger, Instagram and Page calls count apart, and are told of the right owner."""
    sandbox.graph.policy.change(calls_a_day=100)
    graph = sandbox.graph
    thread = graph.message("mara_lindt", "Hello").thread
    media = graph.media("Sunday")
    calls: dict[str, tuple[str, dict[str, str], str]] = {
        "pages": ("me/feed", {}, graph.page_id),
        "messenger": (thread.id, {}, graph.page_id),
        "instagram": (f"{media.id}/comments", {}, graph.instagram_id),
    }
    for family, (path, query, owner) in calls.items():
        told = usage(ask(sandbox, path, **query))
        assert (told["type"], told["call_count"], told["owner"]) == (family, 1, owner)
    assert usage(ask(sandbox, "me/conversations", platform="instagram"))["call_count"] == 2


@pytest.mark.parametrize(
    ("family", "path", "code"),
    [("application", "me", 4), ("pages", "me", 80001), ("messenger", "me/conversations", 80006)],
)
def test_used_up_quota(sandbox: Sandbox, family: str, path: str, code: int) -> None:
    """At 100 percent a call is refused with the quota's code and the minutes in the header; then it works again."""
    sandbox.graph.usage(100, family)
    answer = ask(sandbox, path)
    assert answer.json()["error"]["code"] == code
    told = usage(answer)
    assert told["estimated_time_to_regain_access"] in (15, 16)
    sandbox.graph.advance(17 * 60)
    assert ask(sandbox, path).status_code == 200


@pytest.mark.parametrize(("family", "code"), [("application", 17), ("pages", 32)])
def test_quota_of_a_user_token(sandbox: Sandbox, family: str, code: int) -> None:
    """A user token meets 17 for the application's quota and 32 for the Page's."""
    sandbox.graph.usage(100, family)
    answer = ask(sandbox, sandbox.graph.page_id, token=sandbox.graph.tokens.user_token)
    assert answer.json()["error"]["code"] == code


def test_instagram_quota(sandbox: Sandbox) -> None:
    """Instagram's quota is 80002, and leaves the Page alone."""
    sandbox.graph.usage(100, "instagram")
    assert ask(sandbox, f"{sandbox.graph.instagram_id}/media").json()["error"]["code"] == 80002
    assert ask(sandbox).status_code == 200


def test_calling_while_throttled_lengthens_it(sandbox: Sandbox) -> None:
    """Every call that is refused adds a minute."""
    sandbox.graph.usage(100)
    minutes = [usage(ask(sandbox))["estimated_time_to_regain_access"] for _ in range(3)]
    assert minutes == [16, 17, 18]
    sandbox.graph.usage(None)
    assert ask(sandbox).status_code == 200


def test_told_usage_stands_still(sandbox: Sandbox) -> None:
    """What `usage` sets is told until it is taken back, and below 100 nothing is refused."""
    sandbox.graph.usage(92)
    for _ in range(3):
        told = usage(ask(sandbox))
        assert (told["app"], told["call_count"], told["estimated_time_to_regain_access"]) == (92, 92, 0)
    sandbox.graph.usage(None)
    assert usage(ask(sandbox))["app"] == 0
    with pytest.raises(ValueError, match="not of 'x'"):
        sandbox.graph.usage(50, "x")


def test_limits_are_enforced_only_when_wanted(sandbox: Sandbox) -> None:
    """Calls alone bring the throttle with the sandbox's limits on, and never with them off."""
    sandbox.graph.policy.change(calls_an_hour=5)
    assert [ask(sandbox).status_code for _ in range(8)] == [200] * 8
    sandbox.graph.usage(None)
    sandbox.limits.enabled = True
    assert [ask(sandbox).status_code for _ in range(6)] == [200] * 4 + [403] * 2


def test_sdk_meets_the_headers(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """The SDK loses headers, but a hook of its session sees them, for refusals too."""
    heard: list[str] = []
    page.session.hooks["response"].append(lambda answer, **_: heard.append(answer.headers["x-app-usage"]))
    page.get_object("me")
    sandbox.graph.usage(100)
    with pytest.raises(facebook.GraphAPIError):
        page.get_object("me")
    assert [json.loads(one)["call_count"] for one in heard] == [0, 100]
