"""The authorize page of X and the exchange of its codes, as unmodified tweepy walks through them."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
import tweepy

from social_listener.sandbox import Sandbox
from social_listener.sandbox.authorize import proves
from social_listener.sandbox.consent import leads_back_here

BACK = "http://127.0.0.1:47811/callback"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
"""The pair of RFC 7636, appendix B."""
EVERYTHING = "tweet.read tweet.write users.read dm.read dm.write offline.access"


def query_of(address: str) -> dict[str, str]:
    """Return the parameters that a browser was sent back with."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def visit(sandbox: Sandbox, **changes: str) -> requests.Response:
    """Open the authorize page as a browser that does not follow."""
    asked = {
        "response_type": "code",
        "client_id": sandbox.credentials["client_id"],
        "redirect_uri": BACK,
        "scope": EVERYTHING,
        "state": "s1",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    with requests.Session() as session:
        address = f"{sandbox.base_url}/i/oauth2/authorize?{urlencode(asked | changes)}"
        return session.get(address, allow_redirects=False, timeout=10)


def exchange(sandbox: Sandbox, code: str, **changes: str) -> requests.Response:
    """Exchange a code as a confidential client does."""
    keys = sandbox.credentials
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
    with requests.Session() as session:
        return session.post(
            f"{sandbox.base_url}/2/oauth2/token",
            data=form | changes,
            auth=(keys["client_id"], keys["client_secret"]),
            timeout=10,
        )


def code_from(sandbox: Sandbox, **changes: str) -> str:
    """Return the code of an approval."""
    return query_of(visit(sandbox, **changes).headers["location"])["code"]


def call(sandbox: Sandbox, token: str, path: str) -> int:
    """Return the status of a call with an OAuth 2.0 token."""
    with requests.Session() as session:
        headers = {"Authorization": f"Bearer {token}"}
        return session.get(f"{sandbox.base_url}{path}", headers=headers, timeout=10).status_code


def test_tweepy_walks_through_the_whole_flow(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, to_sandbox: Any
) -> None:
    """Unmodified tweepy gets a pair of tokens for the approved scopes, and they work."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    keys = sandbox.credentials
    handler = tweepy.OAuth2UserHandler(
        client_id=keys["client_id"],
        redirect_uri=BACK,
        scope=EVERYTHING.split(),
        client_secret=keys["client_secret"],
    )
    handler.mount("https://api.twitter.com", to_sandbox(sandbox))
    page = urlsplit(handler.get_authorization_url())
    with requests.Session() as browser:
        answer = browser.get(f"{sandbox.base_url}{page.path}?{page.query}", allow_redirects=False, timeout=10)
    pair = handler.fetch_token(answer.headers["location"])
    handler.close()
    assert pair["token_type"] == "bearer"
    assert pair["expires_in"] == 7200
    assert set(pair["scope"]) == set(EVERYTHING.split())
    assert pair["refresh_token"]
    assert call(sandbox, pair["access_token"], "/2/users/me") == 200
    assert call(sandbox, keys["oauth2_access_token"], "/2/users/me") == 401


def test_state_comes_back_as_it_was(sandbox: Sandbox) -> None:
    """The browser is sent to the application's address with the state, whatever characters it has."""
    state = "a&b=ü /?#"
    answer = visit(sandbox, state=state, redirect_uri=f"{BACK}?x=1")
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(f"{BACK}?x=1&")
    assert query_of(answer.headers["location"])["state"] == state


def test_refusal_comes_back_without_a_code(sandbox: Sandbox) -> None:
    """When the person says no, the browser comes back with access_denied and the state."""
    sandbox.policy.change(authorize="deny")
    assert query_of(visit(sandbox).headers["location"]) == {"error": "access_denied", "state": "s1"}


def test_page_asks_and_takes_the_answer(sandbox: Sandbox) -> None:
    """The page names scopes and accounts; what is pressed decides, and for which account."""
    keys = sandbox.add_account("fernhill_help")
    sandbox.policy.change(authorize="ask")
    page = visit(sandbox, state="<b>")
    assert page.status_code == 200
    assert "dm.read" in page.text
    assert "<b>" not in page.text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))
    assert hidden["code_challenge"] == CHALLENGE
    denied = visit(sandbox, decision="deny").headers["location"]
    assert query_of(denied)["error"] == "access_denied"
    pair = exchange(sandbox, code_from(sandbox, decision="approve", account="fernhill_help")).json()
    assert pair["access_token"].split(":")[1] == keys["access_token"].split("-")[0]


def test_signed_in_account_is_a_policy(sandbox: Sandbox) -> None:
    """Without a question it is the account that the policy names; nobody's handle is refused on the page."""
    other = sandbox.add_account("fernhill_help")["access_token"].split("-")[0]
    sandbox.policy.change(authorize_as="fernhill_help")
    assert exchange(sandbox, code_from(sandbox)).json()["access_token"].split(":")[1] == other
    sandbox.policy.change(authorize_as="mara_lindt")
    assert visit(sandbox).status_code == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"response_type": "token"},
        {"client_id": "somebody"},
        {"redirect_uri": "https://fernhill.example/callback"},
        {"redirect_uri": "http://127.0.0.1.fernhill.example/"},
        {"redirect_uri": "http://127.0.0.1:99999/"},
        {"redirect_uri": "file:///etc/passwd"},
        {"state": ""},
        {"state": "x" * 501},
        {"code_challenge": "short"},
        {"code_challenge_method": "plain"},
        {"scope": ""},
        {"scope": "tweet.read everything"},
    ],
    ids=str,
)
def test_page_refuses_what_is_wrong(sandbox: Sandbox, wrong: dict[str, str]) -> None:
    """A request that is wrong in any part gives a page in words and sends nobody anywhere."""
    answer = visit(sandbox, **wrong)
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert "You weren&#x27;t able to give access" in answer.text


@pytest.mark.parametrize(
    ("seconds", "status"),
    [(0, 200), (29.999, 200), (30, 200), (30.001, 400)],
)
def test_code_is_good_for_thirty_seconds(sandbox: Sandbox, seconds: float, status: int) -> None:
    """A code is exchanged up to thirty seconds after the approval, and not a moment later."""
    code = code_from(sandbox)
    sandbox.world.advance(seconds)
    answer = exchange(sandbox, code)
    assert answer.status_code == status
    if status == 400:
        assert answer.json() == {
            "error": "invalid_request",
            "error_description": "Value passed for the authorization code was invalid.",
        }


def test_code_is_good_once(sandbox: Sandbox) -> None:
    """A code that was exchanged, or tried with a wrong verifier, is invalid from then on."""
    code = code_from(sandbox)
    assert exchange(sandbox, code).status_code == 200
    assert exchange(sandbox, code).status_code == 400
    second = code_from(sandbox)
    assert second != code
    wrong = exchange(sandbox, second, code_verifier="x" * 43)
    assert wrong.status_code == 400
    assert "code verifier did not match" in wrong.json()["error_description"]
    assert exchange(sandbox, second).status_code == 400


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"redirect_uri": "http://127.0.0.1:1/"}, "redirect uri did not match"),
        ({"code": "made-up"}, "authorization code was invalid"),
        ({"code_verifier": ""}, "Missing required parameter"),
        ({"code_verifier": CHALLENGE}, "did not match the code challenge"),
        ({"code_verifier": "short"}, "did not match the code challenge"),
    ],
    ids=str,
)
def test_exchange_refuses_what_does_not_match(sandbox: Sandbox, wrong: dict[str, str], words: str) -> None:
    """Address, code and verifier must be those of the approval; the challenge itself is no verifier."""
    answer = exchange(sandbox, **({"code": code_from(sandbox)} | wrong))
    assert answer.status_code == 400
    assert words in answer.json()["error_description"]


def test_scopes_limit_the_token(sandbox: Sandbox) -> None:
    """A token does what was approved and nothing else, and without offline.access there is nothing to refresh."""
    pair = exchange(sandbox, code_from(sandbox, scope="tweet.read users.read")).json()
    assert "refresh_token" not in pair
    assert pair["scope"] == "tweet.read users.read"
    assert call(sandbox, pair["access_token"], "/2/users/me") == 200
    assert call(sandbox, pair["access_token"], "/2/dm_events") == 403
    wider = exchange(sandbox, code_from(sandbox)).json()
    assert call(sandbox, wider["access_token"], "/2/dm_events") == 200


def test_refresh_keeps_the_scopes(sandbox: Sandbox) -> None:
    """The pair after a refresh is good for what the first one was, also after a restart from the journal."""
    pair = exchange(sandbox, code_from(sandbox, scope="users.read tweet.read offline.access")).json()
    again = exchange(sandbox, "", grant_type="refresh_token", refresh_token=pair["refresh_token"]).json()
    assert again["scope"] == "users.read tweet.read offline.access"
    assert call(sandbox, again["access_token"], "/2/dm_events") == 403


def test_scopes_outlive_a_restart(tmp_path: Any) -> None:
    """The journal keeps what was approved."""
    state = tmp_path / "state"
    with Sandbox(seed=7, clock="manual", state=state) as sandbox:
        token = exchange(sandbox, code_from(sandbox, scope="tweet.read users.read")).json()["access_token"]
    with Sandbox(seed=7, clock="manual", state=state) as sandbox:
        assert call(sandbox, token, "/2/users/me") == 200
        assert call(sandbox, token, "/2/dm_events") == 403


def test_challenge_of_the_standard() -> None:
    """The pair printed in RFC 7636 fits; another verifier does not."""
    assert proves(VERIFIER, CHALLENGE)
    assert not proves(VERIFIER[:-1] + "l", CHALLENGE)


def test_only_this_machine_is_led_back_to() -> None:
    """Loopback addresses are, whatever the port; names that only look like it are not."""
    assert leads_back_here("http://127.0.0.1:8100/callback")
    assert leads_back_here("http://localhost/")
    assert leads_back_here("http://[::1]:8100/")
    for other in ("http://127.0.0.2/", "http://127.0.0.1@evil.example/", "//127.0.0.1/", "http://[::1", "javascript:x"):
        assert not leads_back_here(other)
