"""Coming in through an identity provider, at the real service and a provider on loopback."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from browsing import Browser, problem_of
from provider import CLIENT_ID, SECRET, Person, Provider
from stage import Stage, staged

from social_listener.desk.people_rules import FREE_VISITS


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    """Return a provider that tells the truth."""
    made = Provider()
    yield made
    made.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, provider: Provider) -> Iterator[Stage]:
    """Return a service whose staff may come from the provider."""
    oidc = {"issuer": provider.issuer, "client_id": CLIENT_ID, "client_secret": "STAGE_OIDC_SECRET", "name": "Brand ID"}
    folder: Path = tmp_path_factory.mktemp("oidc")
    with staged(folder, dashboard={"oidc": oidc}) as stage:
        stage.environment["STAGE_OIDC_SECRET"] = SECRET
        yield stage.serve()


@pytest.fixture(autouse=True)
def _honest(provider: Provider) -> Iterator[None]:
    """Let the provider tell the truth again after each test."""
    yield
    provider.lies, provider.forged, provider.algorithm, provider.person = {}, False, "RS256", Person()
    provider.discovery = {}


def invite(stage: Stage, name: str, email: str) -> None:
    """Let Sam invite somebody under an address."""
    browser = Browser(stage.address)
    browser.plant(stage.cookie("Sam"))
    told = browser.fill("/staff", do="invite", name=name, email=email, role="community_manager", all_accounts="1")
    assert told.status_code == 200, problem_of(told.text)


def way_back(stage: Stage, browser: Browser, following: str = "/") -> str:
    """Go to the provider; return the path with which it sends the browser back."""
    away = browser.get(f"/sign-in/provider?next={following}")
    assert away.status_code == 303, away.text
    back = requests.get(away.headers["location"], allow_redirects=False, timeout=10).headers["location"]
    assert back.startswith(f"{stage.address}/sign-in/back?")
    return back.removeprefix(stage.address)


def test_who_is_invited_comes_in_and_comes_back(house: Stage, provider: Provider) -> None:
    """With PKCE, state and nonce; to the page that was asked for; the second time by subject alone."""
    invite(house, "mia", "mia@brand.example")
    browser = Browser(house.address)
    page = browser.get("/sign-in").text
    assert "Continue with Brand ID" in page
    answer = browser.get(way_back(house, browser, "/health"))
    assert answer.headers["location"] == "/health"
    assert browser.signed_in()
    asked = provider.asked[-1]
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["state"]) > 20
    assert len(asked["nonce"]) > 20
    assert asked["scope"].split()[0] == "openid"
    provider.person = Person(email="mia.new@brand.example")
    other = Browser(house.address)
    other.get(way_back(house, other))
    assert "You sign in as <strong>mia</strong>" in other.get("/account").text


LIES: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "http://127.0.0.1:1"},
    "another client": {"aud": "somebody else"},
    "a crowd without us": {"aud": ["a", "b"]},
    "a crowd, for another": {"aud": [CLIENT_ID, "b"], "azp": "b"},
    "an old nonce": {"nonce": "of another sign-in"},
    "no nonce": {"nonce": None},
    "over": {"exp": int(time.time()) - 3600},
    "no end": {"exp": None},
    "not yet": {"iat": int(time.time()) + 7200},
    "nobody": {"sub": None},
}


@pytest.mark.parametrize("lie", list(LIES))
def test_a_token_that_is_not_for_us_now_signs_nobody_in(house: Stage, provider: Provider, lie: str) -> None:
    """Each claim by itself is looked at; what was wrong is not told to who asked."""
    provider.lies = LIES[lie]
    browser = Browser(house.address)
    answer = browser.get(way_back(house, browser))
    assert answer.status_code == 401
    assert "could not be trusted" in problem_of(answer.text)
    assert not browser.signed_in()


def test_a_token_signed_by_another_key_signs_nobody_in(house: Stage, provider: Provider) -> None:
    """The provider's published key decides."""
    provider.forged = True
    browser = Browser(house.address)
    assert browser.get(way_back(house, browser)).status_code == 401
    assert not browser.signed_in()


def test_a_provider_that_names_itself_otherwise_is_not_asked(house: Stage, provider: Provider) -> None:
    """What it tells of itself must carry the issuer of the settings."""
    provider.discovery = {"issuer": "http://127.0.0.1:1"}
    answer = Browser(house.address).get("/sign-in/provider")
    assert answer.status_code == 401
    assert "does not answer as it should" in problem_of(answer.text)


@pytest.mark.parametrize(
    ("person", "who"),
    [
        (Person("99", "stranger@brand.example"), "not invited"),
        (Person("98", "noah@brand.example", verified=False), "invited, address not verified"),
        (Person("97", ""), "no address"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_only_known_people_come_in(house: Stage, provider: Provider, person: Person, who: str) -> None:
    """The provider says who somebody is; whether they work here is ours to say."""
    invite(house, f"noah-{person.subject}", f"noah{person.subject}@brand.example")
    provider.person = person
    browser = Browser(house.address)
    answer = browser.get(way_back(house, browser))
    assert answer.status_code == 401
    assert "nobody has invited you" in problem_of(answer.text)
    assert not browser.signed_in()


def test_what_the_provider_says_belongs_to_one_browser_and_one_try(house: Stage) -> None:
    """Another browser, another state, and a second use of the same way back open nothing."""
    invite(house, "lea", "lea@brand.example")
    browser, thief = Browser(house.address), Browser(house.address)
    back = way_back(house, browser)
    assert thief.get(back).status_code == 401
    assert not thief.signed_in()
    mixed = back.replace("state=", "state=x")
    assert browser.get(mixed).status_code == 401
    assert browser.get(back).status_code == 401  # a wrong try uses the right one up
    assert not browser.signed_in()


def test_who_comes_back_again_leaves_no_earlier_session(house: Stage, provider: Provider) -> None:
    """The session that a browser had ends when it comes in anew through the provider: its token opens nothing."""
    invite(house, "ola", "ola@brand.example")
    provider.person = Person("21", "ola@brand.example")
    browser, copy = Browser(house.address), Browser(house.address)
    browser.get(way_back(house, browser))
    copy.plant({one.name: str(one.value) for one in browser.jar.cookies})
    assert copy.signed_in()
    browser.get(way_back(house, browser))
    assert browser.signed_in()
    assert not copy.signed_in()


def test_whoever_goes_to_the_provider_again_and_again_waits(house: Stage, provider: Provider) -> None:
    """An address from which many went and nobody came back waits before the provider is asked again; others do not."""
    browser, asked = Browser(house.address), provider.discovered
    from_afar = {"headers": {"x-forwarded-for": "203.0.113.77"}}
    for _ in range(FREE_VISITS):
        assert browser.get("/sign-in/provider", **from_afar).status_code == 303
    answer = browser.get("/sign-in/provider", **from_afar)
    assert (answer.status_code, provider.discovered - asked) == (429, FREE_VISITS)
    assert "Too many attempts failed" in problem_of(answer.text)
    assert browser.get("/sign-in/provider").status_code == 303


def test_a_refusal_of_the_provider_is_told(house: Stage) -> None:
    """Somebody who changed their mind there is told so here, without the provider's words."""
    browser = Browser(house.address)
    back = way_back(house, browser)
    state = parse_qs(urlsplit(back).query)["state"][0]
    answer = browser.get(f"/sign-in/back?error=access_denied&error_description=<b>no</b>&state={state}")
    assert answer.status_code == 401
    assert "did not sign you in" in problem_of(answer.text)
    assert "<b>no" not in answer.text


def test_the_secret_and_the_codes_are_in_no_log(house: Stage) -> None:
    """What the flow carries is not written down."""
    browser = Browser(house.address)
    back = way_back(house, browser)
    browser.get(back)
    code = parse_qs(urlsplit(back).query)["code"][0]
    assert code not in house.log()
    assert SECRET not in house.log()
