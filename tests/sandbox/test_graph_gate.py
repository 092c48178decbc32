"""Tokens, proofs and permissions of the Graph API."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import Any

import facebook
import pytest
import requests

from social_listener.sandbox import Sandbox

GraphConnect = Callable[..., facebook.GraphAPI]


def refusal(call: Any) -> dict[str, Any]:
    """Return the error of a refusal."""
    with pytest.raises(facebook.GraphAPIError) as caught:
        call()
    error: dict[str, Any] = caught.value.result["error"]
    return error


def test_proof_is_an_hmac(sandbox: Sandbox) -> None:
    """The proof that is accepted is the HMAC-SHA256 of the token with the application's secret."""
    credentials = sandbox.graph_credentials("facebook")
    secret, token = credentials["app_secret"], credentials["access_token"]
    proof = hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()
    query = {"access_token": token, "appsecret_proof": proof}
    assert requests.get(f"{sandbox.base_url}/v26.0/me", params=query, timeout=10).status_code == 200


def test_missing_and_wrong_proof(sandbox: Sandbox, graph_client_for: GraphConnect) -> None:
    """Without the proof, or with a wrong one, every call is 100 in the documented words; it can be left undemanded."""
    without, wrong = graph_client_for(sandbox, proof=None), graph_client_for(sandbox, proof="0" * 64)
    error = refusal(lambda: without.get_object("me"))
    assert (error["code"], error["message"]) == (
        100,
        "API calls from the server require an appsecret_proof argument",
    )
    error = refusal(lambda: wrong.get_object("me"))
    assert (error["code"], error["message"]) == (100, "Invalid appsecret_proof provided in the API argument")
    sandbox.graph.policy.change(proof_required=False)
    assert without.get_object("me")["id"] == sandbox.graph.page_id
    assert refusal(lambda: wrong.get_object("me"))["code"] == 100


@pytest.mark.parametrize("subcode", [458, 459, 460, 463, 464, 467, 492, None])
def test_dead_tokens(sandbox: Sandbox, page: facebook.GraphAPI, subcode: int | None) -> None:
    """A token that was killed is 190 with the subcode of its death until it is revived, for reads and writes."""
    post = sandbox.graph.page_post("News")
    sandbox.graph.tokens.kill(sandbox.graph.tokens.page_token, subcode)
    for call in (lambda: page.get_object("me"), lambda: page.put_comment(post.id, "Hello")):
        error = refusal(call)
        assert (error["code"], error.get("error_subcode"), error["type"]) == (190, subcode, "OAuthException")
    sandbox.graph.tokens.revive()
    page.put_comment(post.id, "Hello")
    assert len(sandbox.graph.truth().comments) == 1


def test_all_tokens_die_but_the_applications(sandbox: Sandbox, graph_client_for: GraphConnect) -> None:
    """`kill` without a token ends all of them; the application can still ask what became of them."""
    tokens = sandbox.graph.tokens
    tokens.kill(subcode=460)
    for token in (tokens.page_token, tokens.user_token):
        client = graph_client_for(sandbox, token)
        assert refusal(lambda client=client: client.get_object("me"))["error_subcode"] == 460
    app = graph_client_for(sandbox, tokens.app_token, proof=None)
    data = app.debug_access_token(tokens.page_token, tokens.app_id, tokens.app_secret)["data"]
    assert (data["is_valid"], data["error"]["subcode"]) == (False, 460)


def test_unknown_and_missing_tokens(sandbox: Sandbox, graph_client_for: GraphConnect) -> None:
    """A token that was never given out is 190, none at all 104."""
    assert refusal(lambda: graph_client_for(sandbox, "EAAJnonsense").get_object("me"))["code"] == 190
    assert requests.get(f"{sandbox.base_url}/v26.0/me", timeout=10).json()["error"]["code"] == 104


def test_token_in_a_header(sandbox: Sandbox) -> None:
    """The token may be in the Authorization header instead."""
    tokens = sandbox.graph.tokens
    headers = {"Authorization": f"Bearer {tokens.page_token}"}
    query = {"appsecret_proof": tokens.proof(tokens.page_token)}
    answer = requests.get(f"{sandbox.base_url}/v26.0/me", params=query, headers=headers, timeout=10)
    assert answer.json()["id"] == sandbox.graph.page_id


def test_issued_tokens_expire(sandbox: Sandbox, graph_client_for: GraphConnect) -> None:
    """A token given out for an hour is good for an hour, then 190/463."""
    now = sandbox.graph.clock.now_ms() // 1000
    client = graph_client_for(sandbox, sandbox.graph.tokens.issue("user", expires=now + 3600))
    sandbox.graph.advance(3599)
    assert client.get_object("me")["id"] == sandbox.graph.tokens.user_id
    sandbox.graph.advance(1)
    assert refusal(lambda: client.get_object("me"))["error_subcode"] == 463


def test_user_token_gets_empty_data(sandbox: Sandbox, graph_client_for: GraphConnect) -> None:
    """A user token sees an empty list with 200 where the Page's token sees posts and comments, unless switched."""
    graph = sandbox.graph
    post = graph.page_post("News")
    graph.comment("mara_lindt", post, "One")
    user, page = graph_client_for(sandbox, graph.tokens.user_token), graph_client_for(sandbox)
    for node, edge in ((graph.page_id, "feed"), (graph.page_id, "published_posts"), (post.id, "comments")):
        assert user.get_connections(node, edge) == {"data": []}
        assert len(page.get_connections(node, edge)["data"]) == 1
    graph.policy.change(user_token_data=True)
    assert len(user.get_connections(graph.page_id, "feed")["data"]) == 1


def test_user_token_leads_to_the_page(sandbox: Sandbox, graph_client_for: GraphConnect) -> None:
    """With a user token the Pages are listed with their tokens and Instagram accounts, and the permissions given."""
    graph = sandbox.graph
    user = graph_client_for(sandbox, graph.tokens.user_token)
    fields = "id,name,access_token,tasks,instagram_business_account{id}"
    (found,) = user.get_connections("me", "accounts", fields=fields)["data"]
    assert (found["id"], found["access_token"]) == (graph.page_id, graph.tokens.page_token)
    assert found["instagram_business_account"] == {"id": graph.instagram_id}
    assert "MODERATE" in found["tasks"]
    graph.tokens.withdrawn.add("pages_messaging")
    granted = {one["permission"]: one["status"] for one in user.get_connections("me", "permissions")["data"]}
    assert (granted["pages_messaging"], granted["pages_show_list"]) == ("declined", "granted")
    assert user.get_permissions(graph.tokens.user_id) == {
        name for name, status in granted.items() if status == "granted"
    }


def test_application_token_reads_no_page(sandbox: Sandbox, graph_client_for: GraphConnect) -> None:
    """The application's own token is nobody's, and reads nothing of a Page."""
    app = graph_client_for(sandbox, sandbox.graph.tokens.app_token, proof=None)
    assert refusal(lambda: app.get_object("me"))["code"] == 2500
    assert refusal(lambda: app.get_connections(sandbox.graph.page_id, "feed"))["code"] == 10
    assert app.get_object("app")["id"] == sandbox.graph.app_id


@pytest.mark.parametrize(
    ("scope", "call", "code"),
    [
        ("pages_read_user_content", lambda client, made: client.get_connections(made["post"], "comments"), 10),
        ("pages_read_engagement", lambda client, made: client.get_object(made["post"]), 10),
        ("pages_manage_engagement", lambda client, made: client.put_comment(made["comment"], "Hi"), 200),
        ("pages_messaging", lambda client, _: client.get_connections("me", "conversations"), 10),
        (
            "instagram_manage_messages",
            lambda client, _: client.get_connections("me", "conversations", platform="instagram"),
            10,
        ),
        ("instagram_basic", lambda client, made: client.get_connections(made["media"], "comments"), 10),
        ("instagram_manage_comments", lambda client, made: client.get_connections(made["media"], "comments"), 10),
        ("instagram_manage_comments", lambda client, made: client.put_object(made["ig"], "replies", message="Hi"), 200),
        (
            "pages_manage_metadata",
            lambda client, _: client.put_object("me", "subscribed_apps", subscribed_fields="feed"),
            200,
        ),
    ],
)
def test_permissions(sandbox: Sandbox, page: facebook.GraphAPI, scope: str, call: Any, code: int) -> None:
    """Each call works with its permission and is refused, by name, when that was taken back."""
    graph = sandbox.graph
    post, media = graph.page_post("News"), graph.media("Sunday")
    made = {
        "post": post.id,
        "comment": graph.comment("mara_lindt", post, "One").id,
        "media": media.id,
        "ig": graph.ig_comment("mara_lindt", media, "One").id,
    }
    graph.tokens.withdrawn.add(scope)
    error = refusal(lambda: call(page, made))
    assert error["code"] == code
    assert scope in error["message"]
    graph.tokens.withdrawn.clear()
    call(page, made)


def test_token_inspection(sandbox: Sandbox, graph_client_for: GraphConnect) -> None:
    """debug_token tells kind, owner, scopes and expiry of each token, and that an unknown one is none."""
    tokens = sandbox.graph.tokens
    app = graph_client_for(sandbox, tokens.app_token, proof=None)

    def inspect(token: str) -> dict[str, Any]:
        data: dict[str, Any] = app.debug_access_token(token, tokens.app_id, tokens.app_secret)["data"]
        return data

    data = inspect(tokens.page_token)
    assert (data["type"], data["is_valid"], data["expires_at"]) == ("PAGE", True, 0)
    assert (data["profile_id"], data["app_id"]) == (sandbox.graph.page_id, tokens.app_id)
    expiring = tokens.issue("user", expires=2_000_000_000, scopes=("pages_show_list",))
    assert (inspect(expiring)["expires_at"], inspect(expiring)["scopes"]) == (2_000_000_000, ["pages_show_list"])
    assert inspect("EAAJnonsense")["is_valid"] is False
    assert inspect(tokens.app_token)["type"] == "APP"


def test_secrets_stay_out_of_the_call_log(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """Tokens and proofs are in no line of the call log, though the SDK sends them in the query."""
    page.get_object("me", fields="id")
    (call,) = sandbox.calls.to("/me")
    tokens = sandbox.graph.tokens
    assert (call.status, call.endpoint, call.account) == (200, "GET /{page}", sandbox.graph.page_id)
    assert "fields=id" in call.query
    assert "access_token=..." in call.query
    for secret in (tokens.page_token, tokens.app_secret, tokens.proof(tokens.page_token)):
        assert secret not in str(call)
