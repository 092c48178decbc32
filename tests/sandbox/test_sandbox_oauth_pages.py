"""The pages that ask a person, and what comes of their yes: X through tweepy, Meta through facebook-sdk."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import facebook
import pytest
import requests
import tweepy
from requests.adapters import HTTPAdapter

from social_listener.sandbox import Sandbox
from social_listener.sandbox.authorize import proves
from social_listener.sandbox.consent import leads_back_here
from social_listener.sandbox.graph.tokens import SCOPES
from social_listener.sandbox.remote import RemoteSandbox

BACK = "http://127.0.0.1:47811/callback"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
"""The pair of RFC 7636, appendix B."""
ToSandbox = Callable[[Sandbox], HTTPAdapter]
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
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, to_sandbox: ToSandbox
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


def test_scopes_outlive_a_restart(tmp_path: Path) -> None:
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


# Meta


class Meta:
    """An application that logs somebody in, through unmodified facebook-sdk where it has the call."""

    def __init__(self, sandbox: Sandbox, adapter: HTTPAdapter) -> None:
        self.sandbox = sandbox
        self._adapter = adapter
        self.app_id = sandbox.graph.app_id
        self.secret = sandbox.graph_credentials("facebook")["app_secret"]
        self._sessions: list[requests.Session] = []

    def visit(self, **changes: str) -> requests.Response:
        """Open the login dialog as a browser that does not follow."""
        asked = {"client_id": self.app_id, "redirect_uri": BACK, "scope": ",".join(SCOPES), "state": "s1"}
        with requests.Session() as session:
            address = f"{self.sandbox.base_url}/v26.0/dialog/oauth?{urlencode(asked | changes)}"
            return session.get(address, allow_redirects=False, timeout=10)

    def code(self, **changes: str) -> str:
        """Return the code of an approval."""
        return query_of(self.visit(**changes).headers["location"])["code"]

    def client(self, token: str | None = None) -> facebook.GraphAPI:
        """Return an unmodified client with a token."""
        session = requests.Session()
        session.mount("https://graph.facebook.com", self._adapter)
        if token is not None:
            session.params = {"appsecret_proof": self.sandbox.graph.tokens.proof(token)}
        self._sessions.append(session)
        client = facebook.GraphAPI(access_token=token, session=session, timeout=10)
        client.version = "v26.0"
        return client

    def token(self, **changes: str) -> str:
        """Return a short-lived token of the person."""
        asked = {"code": self.code(**changes), "redirect_uri": BACK, "app_id": self.app_id, "app_secret": self.secret}
        return str(self.client().get_access_token_from_code(**asked)["access_token"])

    def longer(self, token: str) -> dict[str, Any]:
        """Exchange a short-lived token for one of sixty days."""
        client = self.client(token)
        client.access_token = token
        found: dict[str, Any] = client.extend_access_token(self.app_id, self.secret)
        return found

    def pages(self, token: str) -> list[dict[str, Any]]:
        """Return the Pages of the person with their tokens."""
        fields = "id,name,access_token,tasks,instagram_business_account"
        found: list[dict[str, Any]] = self.client(token).get_connections("me", "accounts", fields=fields)["data"]
        return found

    def close(self) -> None:
        """Close all connections."""
        for session in self._sessions:
            session.close()


@pytest.fixture
def meta(sandbox: Sandbox, to_sandbox: ToSandbox) -> Iterator[Meta]:
    """Return an application at Meta whose connections are closed at the end."""
    application = Meta(sandbox, to_sandbox(sandbox))
    yield application
    application.close()


def test_a_person_logs_in_and_gives_the_page(sandbox: Sandbox, meta: Meta) -> None:
    """Code, short token, token of sixty days, Page: the Page's token has no end, knows its account and reads."""
    short = meta.token()
    long = meta.longer(short)
    assert long["token_type"] == "bearer"
    assert long["expires_in"] == 5_184_000
    (page,) = meta.pages(long["access_token"])
    assert page["id"] == sandbox.graph.page_id
    assert page["instagram_business_account"]["id"] == sandbox.graph.instagram_id
    assert "MODERATE" in page["tasks"]
    sandbox.world.advance(61 * 86_400)
    assert meta.client(page["access_token"]).get_object("me")["id"] == sandbox.graph.page_id
    with pytest.raises(facebook.GraphAPIError) as caught:
        meta.pages(long["access_token"])
    assert (caught.value.code, caught.value.result["error"]["error_subcode"]) == (190, 463)


def test_a_page_token_of_a_short_login_ends_with_it(sandbox: Sandbox, meta: Meta) -> None:
    """Who leaves out the exchange gets a Page token that is dead after an hour and a half."""
    (page,) = meta.pages(meta.token())
    client = meta.client(page["access_token"])
    assert client.get_object("me")["id"] == sandbox.graph.page_id
    sandbox.world.advance(5_401)
    with pytest.raises(facebook.GraphAPIError) as caught:
        client.get_object("me")
    assert caught.value.code == 190


def test_what_was_not_granted_is_told_and_refused(sandbox: Sandbox, meta: Meta) -> None:
    """Permissions that the person unticks are missing from the list, and calls that need them are refused."""
    sandbox.graph.policy.change(declined_scopes="pages_messaging")
    token = meta.longer(meta.token())["access_token"]
    granted = meta.client(token).get_permissions("me")
    assert "pages_read_engagement" in granted
    assert "pages_messaging" not in granted
    (page,) = meta.pages(token)
    client = meta.client(page["access_token"])
    client.get_connections(page["id"], "feed")
    with pytest.raises(facebook.GraphAPIError) as caught:
        client.get_connections(page["id"], "conversations")
    assert caught.value.code == 10


def test_there_may_be_several_pages(sandbox: Sandbox, meta: Meta) -> None:
    """Further Pages are listed with tokens of their own, which open nothing of the brand's."""
    other = sandbox.graph.tokens.add_page("Fernhill Café", instagram=True)
    plain = sandbox.graph.tokens.other_pages[RemoteSandbox(sandbox.base_url).graph("add_page", name="Old Page")]
    pages = {page["name"]: page for page in meta.pages(meta.longer(meta.token())["access_token"])}
    assert len(pages) == 3
    assert pages["Fernhill Café"]["instagram_business_account"]["id"] == other.igsid
    assert "instagram_business_account" not in pages[plain.name]
    assert len({page["access_token"] for page in pages.values()}) == 3
    client = meta.client(pages["Fernhill Café"]["access_token"])
    assert client.get_object("me")["id"] == other.psid
    for path in (sandbox.graph.page_id, sandbox.graph.instagram_id):
        with pytest.raises(facebook.GraphAPIError):
            client.get_object(path)


def test_login_comes_back_with_state_and_refusal(sandbox: Sandbox, meta: Meta) -> None:
    """State comes back either way; a person who says no leaves no code."""
    assert query_of(meta.visit(state="x&y").headers["location"])["state"] == "x&y"
    sandbox.graph.policy.change(authorize="deny")
    back = query_of(meta.visit().headers["location"])
    assert back["error"] == "access_denied"
    assert back["state"] == "s1"
    assert "code" not in back


def test_login_dialog_asks(sandbox: Sandbox, meta: Meta) -> None:
    """The dialog names what is asked for, and what is pressed decides."""
    sandbox.graph.policy.change(authorize="ask")
    assert "pages_messaging" in meta.visit().text
    assert "code" in query_of(meta.visit(decision="approve").headers["location"])
    assert "code" not in query_of(meta.visit(decision="deny").headers["location"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "1"},
        {"redirect_uri": "https://fernhill.example/"},
        {"response_type": "token"},
        {"scope": "manage_pages"},
    ],
    ids=str,
)
def test_login_dialog_refuses_what_is_wrong(meta: Meta, wrong: dict[str, str]) -> None:
    """A request that is wrong in any part gives a page in words and sends nobody anywhere."""
    answer = meta.visit(**wrong)
    assert answer.status_code == 400
    assert "location" not in answer.headers


def test_login_code_is_good_once_for_ten_minutes(sandbox: Sandbox, meta: Meta) -> None:
    """A used code, one of another address, and one that is too old are refused with the platform's subcodes."""

    def subcode(code: str, address: str = BACK, secret: str = meta.secret) -> object:
        with pytest.raises(facebook.GraphAPIError) as caught:
            meta.client().get_access_token_from_code(code, address, meta.app_id, secret)
        return caught.value.result["error"].get("error_subcode", caught.value.code)

    code = meta.code()
    assert subcode(code, address="http://127.0.0.1:1/") == 36008
    assert subcode(code, secret="wrong") == 1
    assert meta.client().get_access_token_from_code(code, BACK, meta.app_id, meta.secret)["access_token"]
    assert subcode(code) == 36009
    late = meta.code()
    sandbox.world.advance(600.001)
    assert subcode(late) == 36007
    assert subcode("made-up") == 100


def test_only_a_living_token_of_a_person_is_exchanged(sandbox: Sandbox, meta: Meta) -> None:
    """Neither a Page's token nor a dead one is good for a longer one."""
    with pytest.raises(facebook.GraphAPIError):
        meta.longer(sandbox.graph.tokens.page_token)
    short = meta.token()
    sandbox.world.advance(5_401)
    with pytest.raises(facebook.GraphAPIError) as caught:
        meta.longer(short)
    assert caught.value.code == 190


def test_application_token_and_tokens_after_a_restart(tmp_path: Path, to_sandbox: ToSandbox) -> None:
    """The application's keys give its own token; a person's token outlives a restart from the journal."""
    state = tmp_path / "state"
    with Sandbox(seed=7, clock="manual", state=state) as sandbox:
        meta = Meta(sandbox, to_sandbox(sandbox))
        app_token = meta.client().get_app_access_token(meta.app_id, meta.secret)
        assert app_token == sandbox.graph.tokens.app_token
        long = meta.longer(meta.token())["access_token"]
        meta.close()
    with Sandbox(seed=7, clock="manual", state=state) as sandbox:
        meta = Meta(sandbox, to_sandbox(sandbox))
        assert meta.client(app_token).debug_access_token(long, meta.app_id, meta.secret)["data"]["is_valid"]
        meta.close()
