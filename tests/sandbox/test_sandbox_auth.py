"""Credentials: signatures over X's own address, bearer tokens, and refresh tokens that are good once."""

from __future__ import annotations

from http.client import HTTPConnection
from typing import Any

import pytest
import requests
import tweepy
from requests_oauthlib import OAuth1

from social_listener.sandbox import Sandbox, credentials_for, environment_for


def refresh(sandbox: Sandbox, token: str, **changes: Any) -> requests.Response:
    """Exchange a refresh token as a confidential client does."""
    keys = sandbox.credentials
    with requests.Session() as session:
        return session.post(
            f"{sandbox.base_url}/2/oauth2/token",
            data={"grant_type": "refresh_token", "refresh_token": token} | changes,
            auth=(keys["client_id"], keys["client_secret"]),
            timeout=10,
        )


def me(sandbox: Sandbox, access_token: str) -> int:
    """Return the status of asking who one is with an OAuth2 token."""
    headers = {"Authorization": f"Bearer {access_token}"}
    with requests.Session() as session:
        return session.get(f"{sandbox.base_url}/2/users/me", headers=headers, timeout=10).status_code


@pytest.mark.parametrize(
    "wrong",
    [
        {"consumer_key": "x"},
        {"consumer_secret": "x"},
        {"access_token": "1-x"},
        {"access_token_secret": "x"},
    ],
)
def test_wrong_keys_are_refused(sandbox: Sandbox, connect_to: Any, wrong: dict[str, str]) -> None:
    """Any wrong OAuth1 key gives X's 401."""
    with pytest.raises(tweepy.Unauthorized) as caught:
        connect_to(sandbox, **wrong).get_me()
    assert caught.value.response.json() == {
        "title": "Unauthorized",
        "type": "about:blank",
        "status": 401,
        "detail": "Unauthorized",
    }


def test_signature_covers_query_and_address(sandbox: Sandbox) -> None:
    """One made over X's address is good, once; one over a foreign address, or before the query was changed, is not."""
    keys = sandbox.credentials
    auth = OAuth1(keys["consumer_key"], keys["consumer_secret"], keys["access_token"], keys["access_token_secret"])
    url = f"/2/users/{sandbox.brand.id}/mentions?max_results=5"

    def sent(base: str, changed: str = url) -> requests.PreparedRequest:
        request = requests.Request("GET", base + url, auth=auth).prepare()
        request.url = sandbox.base_url + changed
        return request

    with requests.Session() as session:
        session.trust_env = False
        for foreign in ("http://example.org", "https://127.0.0.1", "http://127.0.0.1:1"):
            assert session.send(sent(foreign), timeout=10).status_code == 401
        for canonical in ("https://api.twitter.com", "https://api.x.com"):
            good = sent(canonical)
            assert session.send(good, timeout=10).status_code == 200
            assert session.send(good, timeout=10).status_code == 401
            assert session.send(sent(canonical, url.replace("=5", "=6")), timeout=10).status_code == 401


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_a_client_that_only_changes_the_host_is_understood(sandbox: Sandbox, name: str) -> None:
    """Signed for the sandbox's own address, as every client does whose host was changed; good once as well."""
    keys = sandbox.credentials
    auth = OAuth1(keys["consumer_key"], keys["consumer_secret"], keys["access_token"], keys["access_token_secret"])
    port = sandbox.base_url.rsplit(":", 1)[1]
    base = f"http://{name}:{port}/2/"
    with requests.Session() as session:
        session.trust_env = False
        assert session.get(f"{base}users/me?user.fields=name", auth=auth, timeout=10).status_code == 200
        assert session.post(f"{base}tweets", json={"text": "Hello"}, auth=auth, timeout=10).status_code == 201
        request = requests.Request("GET", f"{base}users/me", auth=auth).prepare()
        assert session.send(request, timeout=10).status_code == 200
        assert session.send(request, timeout=10).status_code == 401
        moved = requests.Request("GET", f"{base}users/me", auth=auth).prepare()
        moved.headers["Host"] = f"elsewhere:{port}"
        assert session.send(moved, timeout=10).status_code == 401
        wrong = requests.Request("GET", f"{base}users/me", auth=auth).prepare()
        wrong.headers["Host"] = "[a:b"
        assert session.send(wrong, timeout=10).status_code == 401


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer x",
        "OAuth",
        "OAuth oauth_token",
        'OAuth oauth_token="1-x"',
        "Basic eDp5",
        "Bearer a:b:9999999999:rt",
    ],
)
@pytest.mark.parametrize("query", ["", "?a=%zz&b", "?query=%ff"])
def test_any_rubbish_is_a_401(sandbox: Sandbox, header: str, query: str) -> None:
    """Whatever stands in the Authorization header and the query, the answer is 401 and not a broken connection."""
    headers = {"Authorization": header} if header else {}
    answer = requests.get(f"{sandbox.base_url}/2/users/me{query}", headers=headers, timeout=10)
    assert answer.status_code == 401


def test_badly_encoded_query_cannot_be_signed(sandbox: Sandbox) -> None:
    """Right keys with a query that no client would send are a 401 as well."""
    keys = sandbox.credentials
    fields = {
        "oauth_token": keys["access_token"],
        "oauth_consumer_key": keys["consumer_key"],
        "oauth_signature": "x",
        "oauth_timestamp": "1",
        "oauth_nonce": "1",
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_version": "1.0",
    }
    header = "OAuth " + ", ".join(f'{name}="{value}"' for name, value in fields.items())
    port = int(sandbox.base_url.rsplit(":", 1)[1])
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/2/users/me?a={b}^c", headers={"Authorization": header})
    assert connection.getresponse().status == 401
    connection.close()


def test_application_token_reads_public_things_only(sandbox: Sandbox, client: tweepy.Client) -> None:
    """The bearer token reads mentions, but for the account's own things it is the wrong kind."""
    client.get_users_mentions(sandbox.brand.id)
    with pytest.raises(tweepy.Forbidden) as caught:
        client.get_me(user_auth=False)
    assert caught.value.response.json()["type"].endswith("unsupported-authentication")


def test_keys_are_known_before_the_sandbox_runs(sandbox: Sandbox) -> None:
    """Keys follow from seed and handle alone, differ between seeds, and have names for environment variables."""
    assert sandbox.credentials == credentials_for(7)
    assert credentials_for(7) != credentials_for(8)
    assert environment_for(7)["X_BEARER_TOKEN"] == credentials_for(7)["bearer_token"]
    assert credentials_for(7)["access_token"].split("-")[0] == sandbox.brand.id


def test_second_account_has_its_own_keys(sandbox: Sandbox, connect_to: Any) -> None:
    """Another account of the brand acts under its own name, with the same application."""
    keys = sandbox.add_account("fernhill_help")
    assert keys["consumer_key"] == sandbox.credentials["consumer_key"]
    client = connect_to(sandbox, credentials=keys)
    assert client.get_me()["data"]["username"] == "fernhill_help"
    client.create_tweet(text="Hello")
    (post,) = sandbox.world.truth().made_by_api()
    assert post.author == "fernhill_help"


def test_refresh_token_is_good_once(sandbox: Sandbox) -> None:
    """A refresh gives a new pair; the access token before it ends; using the old refresh token ends the whole grant."""
    first = sandbox.credentials["refresh_token"]
    assert me(sandbox, sandbox.credentials["oauth2_access_token"]) == 200
    pair = refresh(sandbox, first).json()
    assert pair["token_type"] == "bearer"
    assert pair["refresh_token"] != first
    assert me(sandbox, pair["access_token"]) == 200
    assert me(sandbox, sandbox.credentials["oauth2_access_token"]) == 401
    again = refresh(sandbox, first)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_request")
    assert me(sandbox, pair["access_token"]) == 401
    assert refresh(sandbox, pair["refresh_token"]).status_code == 400


def test_access_token_ends_after_two_hours(sandbox: Sandbox) -> None:
    """An access token is refused after its life, and a refresh helps."""
    sandbox.world.advance(7_201)
    assert me(sandbox, sandbox.credentials["oauth2_access_token"]) == 401
    assert me(sandbox, refresh(sandbox, sandbox.credentials["refresh_token"]).json()["access_token"]) == 200


def test_refresh_needs_the_client(sandbox: Sandbox) -> None:
    """Without the client's secret, or with another grant type, there is no token."""
    answer = requests.post(
        f"{sandbox.base_url}/2/oauth2/token",
        data={"grant_type": "refresh_token", "refresh_token": sandbox.credentials["refresh_token"]},
        timeout=10,
    )
    assert answer.status_code == 401
    assert refresh(sandbox, "x", grant_type="password").status_code == 400
    assert refresh(sandbox, "made-up").status_code == 400


def test_tokens_can_be_taken_back(sandbox: Sandbox, client: tweepy.Client) -> None:
    """After a revocation every call of the account is 401 until it is restored."""
    sandbox.revoke("fernhill")
    with pytest.raises(tweepy.Unauthorized):
        client.get_me()
    client.get_users_mentions(sandbox.brand.id)
    sandbox.revoke("app")
    with pytest.raises(tweepy.Unauthorized):
        client.get_users_mentions(sandbox.brand.id)
    sandbox.restore("fernhill")
    sandbox.restore("app")
    client.get_me()
    client.get_users_mentions(sandbox.brand.id)
