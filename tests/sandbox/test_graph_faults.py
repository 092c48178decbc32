"""The faults of the sandbox, as an unmodified facebook-sdk meets them."""

from __future__ import annotations

import json
import threading
from typing import Any

import facebook
import pytest
import requests

from social_listener.sandbox import Sandbox
from social_listener.sandbox.faults import GRAPH_KINDS, KINDS

FEED = "GET /{page}/feed"
COMMENT = "POST /{post}/comments"

# Kind → the exception of an unmodified client; None for what it takes for a success.
SEEN: dict[str, Any] = {
    "status_401": facebook.GraphAPIError,
    "revoked_token": facebook.GraphAPIError,
    "status_402": facebook.GraphAPIError,
    "status_403": facebook.GraphAPIError,
    "status_429": facebook.GraphAPIError,
    "status_429_no_reset": facebook.GraphAPIError,
    "status_429_garbage_reset": facebook.GraphAPIError,
    "usage_capped": facebook.GraphAPIError,
    "graph_error": facebook.GraphAPIError,
    "html_502": facebook.GraphAPIError,
    "html_503": facebook.GraphAPIError,
    "status_503_after_effect": facebook.GraphAPIError,
    "json_500": None,
    "list_error": None,
    "reset": requests.ConnectionError,
    "cut": requests.RequestException,
    "lost": requests.ConnectionError,
    "empty_200": requests.JSONDecodeError,
    "invalid_json": requests.JSONDecodeError,
    "partial_errors": None,
    "wrong_types": None,
    "stall": None,
    "expired_page_token": None,
}


def test_every_fault_is_tried() -> None:
    """The table of this test names every fault there is."""
    assert SEEN.keys() == KINDS.keys() | GRAPH_KINDS.keys()


@pytest.mark.parametrize("kind", [kind for kind, error in SEEN.items() if error is not None])
def test_fault_on_a_read(sandbox: Sandbox, page: facebook.GraphAPI, kind: str) -> None:
    """A read fails in the fault's own way exactly as often as ordered, and works again afterwards."""
    sandbox.graph.page_post("News")
    sandbox.faults.add(endpoint=FEED, kind=kind, times=1)
    with pytest.raises(SEEN[kind]):
        page.get_connections("me", "feed")
    assert len(page.get_connections("me", "feed")["data"]) == 1
    assert [call.fault for call in sandbox.calls.to("feed")] == [kind, None]


@pytest.mark.parametrize("kind", [kind for kind in SEEN if kind not in ("stall", "expired_page_token")])
def test_fault_on_a_write(sandbox: Sandbox, page: facebook.GraphAPI, kind: str) -> None:
    """A comment is made exactly by those faults that strike after the effect."""
    post = sandbox.graph.page_post("News")
    sandbox.faults.add(endpoint=COMMENT, kind=kind, times=1)
    try:
        page.put_comment(post.id, "Hello")
    except (facebook.GraphAPIError, requests.RequestException, ValueError):
        pass
    else:
        assert SEEN[kind] is None
    takes_effect, _ = (KINDS | GRAPH_KINDS)[kind]
    assert len(sandbox.graph.truth().comments) == int(takes_effect)


@pytest.mark.parametrize(
    "endpoint", ["GET /{page}/feed", "GET /v26.0/me/feed", "GET /me/feed", "GET /*/feed", "* /**", "GET /v*/me/feed"]
)
def test_names_of_endpoints(sandbox: Sandbox, page: facebook.GraphAPI, endpoint: str) -> None:
    """A fault may name the endpoint, the path with its version or without, or a pattern of these."""
    sandbox.faults.add(endpoint=endpoint, kind="graph_error", times=1)
    page.get_object(sandbox.graph.page_post("News").id) if endpoint != "* /**" else None
    with pytest.raises(facebook.GraphAPIError):
        page.get_connections("me", "feed")


def test_faults_of_graph_leave_x_alone(sandbox: Sandbox, client: Any) -> None:
    """A Graph error on everything hits no call to X, and stays on."""
    sandbox.faults.add(endpoint="* /**", kind="graph_error", times=1)
    assert client.get_me()["data"]["id"] == sandbox.brand.id
    assert len(sandbox.faults.active()) == 1


@pytest.mark.parametrize(
    ("code", "subcode", "status"),
    [
        *((code, None, 500) for code in (1, 2)),
        *((code, None, 403) for code in (4, 17, 32, 341, 613)),
        *((code, None, 400) for code in (80001, 80002, 80006, 10, 102, 200, 230, 368, 506)),
        *((code, subcode, 400) for code, subcode in ((190, 463), (551, 1545041), (100, 33))),
    ],
)
def test_any_code_can_be_ordered(sandbox: Sandbox, code: int, subcode: int | None, status: int) -> None:
    """graph_error gives any code and subcode, with the body that errors have; transient ones say so."""
    sandbox.faults.add(endpoint=FEED, kind="graph_error", code=code, subcode=subcode)
    answer = ask(sandbox)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error.get("error_subcode")) == (status, code, subcode)
    assert error.keys() >= {"message", "type", "fbtrace_id"}
    assert error.get("is_transient", False) is (code in (1, 2))


def ask(sandbox: Sandbox, **query: str) -> requests.Response:
    """Return the answer to a read of the feed."""
    tokens = sandbox.graph.tokens
    keys = {"access_token": tokens.page_token, "appsecret_proof": tokens.proof(tokens.page_token)}
    return requests.get(f"{sandbox.base_url}/v26.0/me/feed", params=keys | query, timeout=10)


def test_throttles_tell_when_they_end(sandbox: Sandbox) -> None:
    """The minutes to wait are in the header, rounded up; without the header, or with a broken one, in other faults."""

    def header(kind: str, **details: Any) -> str | None:
        sandbox.faults.add(endpoint=FEED, kind=kind, times=1, **details)
        return ask(sandbox).headers.get("x-business-use-case-usage")

    told = header("status_429", reset_in=61)
    assert told is not None
    assert json.loads(told)[sandbox.graph.page_id][0]["estimated_time_to_regain_access"] == 2
    assert header("status_429_garbage_reset") == "soon"
    assert header("status_429_no_reset") is None


def test_html_and_json_without_error(sandbox: Sandbox) -> None:
    """A 502 is a page of HTML; a 500 is JSON in which nothing is called error."""
    for kind, status in (("html_502", 502), ("html_503", 503)):
        sandbox.faults.add(endpoint=FEED, kind=kind, times=1)
        answer = ask(sandbox)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    sandbox.faults.add(endpoint=FEED, kind="json_500", times=1)
    answer = ask(sandbox)
    assert answer.status_code == 500
    assert "error" not in answer.json()


def test_sdk_takes_a_500_for_success(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """The trap is there: the SDK returns a 500 whose JSON has no error as if all were well."""
    sandbox.faults.add(endpoint=FEED, kind="json_500", times=1)
    assert page.get_connections("me", "feed")["success"] is False


def test_lost_answer_after_a_message(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """The connection ends without an answer, but the message has gone out: once."""
    sandbox.graph.message("mara_lindt", "Hello")
    recipient = json.dumps({"id": sandbox.graph.person("mara_lindt").psid})
    sandbox.faults.add(endpoint="POST /{page}/messages", kind="lost", times=1)
    with pytest.raises(requests.ConnectionError):
        page.put_object("me", "messages", recipient=recipient, message=json.dumps({"text": "Hi"}))
    assert [message.text for message in sandbox.graph.truth().messages] == ["Hello", "Hi"]
    assert [call.status for call in sandbox.calls.to("messages")] == [None]


def test_expired_cursor_hits_further_pages_only(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """The fault leaves first pages alone; a call with a cursor is error 100."""
    for number in range(3):
        sandbox.graph.page_post(f"Number {number}")
    sandbox.faults.add(endpoint=FEED, kind="expired_page_token")
    first = page.get_connections("me", "feed", limit=2)
    with pytest.raises(facebook.GraphAPIError) as caught:
        page.get_connections("me", "feed", limit=2, after=first["paging"]["cursors"]["after"])
    assert caught.value.code == 100


def test_items_left_out_and_spoiled(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """partial_errors leaves an item out without a word, wrong_types spoils one, of a list or the node itself."""
    made = [sandbox.graph.page_post(f"Number {number}").id for number in range(3)][::-1]
    sandbox.faults.add(endpoint=FEED, kind="partial_errors", times=1, item=1)
    assert [entry["id"] for entry in page.get_connections("me", "feed")["data"]] == [made[0], made[2]]
    sandbox.faults.add(endpoint=FEED, kind="wrong_types", times=1, item=1)
    data = page.get_connections("me", "feed")["data"]
    assert (data[0]["id"], isinstance(data[1]["message"], str)) == (made[0], False)
    sandbox.faults.add(endpoint="GET /{post}", kind="wrong_types", times=1)
    assert not isinstance(page.get_object(made[0])["message"], str)
    sandbox.faults.add(endpoint="GET /{post}/comments", kind="wrong_types", times=1)
    assert page.get_connections(made[0], "comments") == {"data": []}


def test_stall_is_released(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """A stalled call goes on when the fault is cleared."""
    sandbox.faults.add(endpoint=FEED, kind="stall")
    found: list[Any] = []
    asking = threading.Thread(target=lambda: found.append(page.get_connections("me", "feed")))
    asking.start()
    while not sandbox.faults.active()[0].hits:
        asking.join(0.01)
    assert found == []
    sandbox.faults.clear()
    asking.join(10)
    assert found == [{"data": []}]


def test_reset_before_the_body(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """A reset by the endpoint's name writes nothing and is in the call log."""
    post = sandbox.graph.page_post("News")
    sandbox.faults.add(endpoint=COMMENT, kind="reset", times=1)
    with pytest.raises(requests.ConnectionError):
        page.put_comment(post.id, "Hello")
    assert sandbox.graph.truth().comments == ()
    (call,) = sandbox.calls.to("comments")
    assert (call.endpoint, call.status, call.fault) == (COMMENT, None, "reset")


def test_faults_by_code_over_http(sandbox: Sandbox) -> None:
    """The control endpoint takes and shows code and subcode."""
    body = {"endpoint": FEED, "kind": "graph_error", "code": 190, "subcode": 460}
    requests.post(f"{sandbox.base_url}/_sandbox/faults", json=body, timeout=10)
    assert ask(sandbox).json()["error"]["error_subcode"] == 460
    (fault,) = requests.get(f"{sandbox.base_url}/_sandbox/faults", timeout=10).json()
    assert (fault["code"], fault["subcode"], fault["hits"]) == (190, 460, 1)
