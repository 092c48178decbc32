"""The gate, sign-in, and sessions over HTTP, at the real service."""

from __future__ import annotations

import asyncio
import hashlib
import re
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

import pyotp
import pytest
import requests
from browsing import Browser, link_of, problem_of, stamp_of
from staff_kit import HERE, PASSWORD, seed_staff
from stage import Stage, put_draft, until
from starlette.datastructures import Headers
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from social_listener.dashboard import asgi, entrance
from social_listener.dashboard.entrance import HEADER, Entrance
from social_listener.dashboard.gate import Gate, is_open
from social_listener.dashboard.own import Own
from social_listener.desk.people_door import Door
from social_listener.service import build
from social_listener.settings import Settings
from social_listener.vault_seal import Seal

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.types import Message, Receive, Scope, Send

    from social_listener.desk_types.people import StaffLine

SOCKET = "/_stcore/stream"


def administrator(stage: Stage) -> Browser:
    """Return a browser in which Sam is signed in."""
    browser = Browser(stage.address)
    browser.plant(stage.cookie("Sam"))
    return browser


def hire(stage: Stage, name: str, *, role: str = "community_manager") -> Browser:
    """Let Sam invite somebody and let them join; return their browser."""
    invited = administrator(stage).fill(
        "/staff", do="invite", name=name, email=f"{name}@brand.example", role=role, all_accounts="1"
    )
    browser = Browser(stage.address)
    joined = browser.fill("/join", do="join", code=link_of(invited.text), name=name, shown="", password=PASSWORD)
    assert joined.status_code == 303, joined.text
    return browser


def socket(stage: Stage, browser: Browser | None, **headers: str) -> ClientConnection:
    """Open the page's socket as a browser would."""
    told = {"origin": stage.address, **headers}
    if browser is not None:
        told["cookie"] = "; ".join(f"{one.name}={one.value}" for one in browser.jar.cookies)
    address = stage.address.replace("http://", "ws://") + SOCKET
    origin = told.pop("origin")
    return connect(address, additional_headers=told, origin=origin, subprotocols=["streamlit"])


# -- before the gate ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/live",
        "/_stcore/health",
        "/_stcore/host-config2",
        "/static/js/x.js",
        "/media/x",
        "/account.json",
        "/drafts/a/b",
    ],
)
def test_nothing_is_served_to_a_stranger(stage: Stage, path: str) -> None:
    """Every path behind the gate is 401 for who is not signed in, whether it exists or not."""
    assert Browser(stage.address).get(path, headers={"accept": "*/*"}).status_code == 401


def test_a_page_leads_to_sign_in_and_back(stage: Stage) -> None:
    """The way back keeps what was asked for, filter and conversation included."""
    browser = Browser(stage.address)
    asked = browser.get("/health?c=x:1&q=a%26b")
    assert asked.status_code == 303
    assert asked.headers["location"] == "/sign-in?next=%2Fhealth%3Fc%3Dx%3A1%26q%3Da%2526b"
    hire(stage, "way-back")
    page = browser.get(asked.headers["location"]).text
    following = re.search(r'name="next" value="([^"]*)"', page)
    assert following
    answer = browser.post(
        "/sign-in",
        {
            "stamp": stamp_of(page),
            "next": following[1].replace("&amp;", "&"),
            "name": "way-back",
            "password": PASSWORD,
        },
    )
    assert answer.headers["location"] == "/health?c=x:1&q=a%26b"
    assert browser.signed_in()


@pytest.mark.parametrize(
    "wanted",
    [
        *(
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "javascript:alert(1)",
            "evil",
        ),
        *("/sign-in", "/sign-out", "/join", "///evil.example", "/\t/evil.example", "", "http:/evil.example", "/\n/x"),
    ],
)
def test_next_leads_to_no_other_site(wanted: str) -> None:
    """Only a path of ours is followed; everything else leads to the inbox."""
    assert entrance.local_path(wanted) == "/"


def test_next_leads_to_our_own_pages() -> None:
    """The check lets good paths through."""
    for path in ("/", "/health", "/?c=x:1&q=a//b", "/account#x"):
        assert entrance.local_path(path) == path


def test_a_socket_of_a_stranger_is_closed(stage: Stage) -> None:
    """Without a session, and with one that somebody made up."""
    made_up = Browser(stage.address)
    made_up.plant({next(iter(stage.cookie())): "made-up"})
    for browser in (None, made_up):
        with pytest.raises(InvalidStatus):
            socket(stage, browser)


def test_a_socket_needs_our_origin_and_our_host(stage: Stage) -> None:
    """A session's cookie alone opens none from another site."""
    browser = hire(stage, "origins")
    with pytest.raises(InvalidStatus):
        socket(stage, browser, origin="http://evil.example")
    with socket(stage, browser):
        pass


def test_no_browser_can_say_whose_session_it_is(stage: Stage) -> None:
    """The header by which the gate tells the pages is taken off what comes from outside."""
    sam = administrator(stage)
    known = entrance.HEADER
    session_id = hashlib.sha256(stage.tokens["Sam"].encode()).hexdigest()
    stranger = Browser(stage.address)
    assert stranger.get("/live", headers={known: session_id, "accept": "*/*"}).status_code == 401
    other = hire(stage, "impostor")
    page = other.get("/account", headers={known: session_id}).text
    assert "You sign in as <strong>impostor</strong>" in page
    assert sam.signed_in()


def test_drafts_belong_to_who_is_signed_in(stage: Stage) -> None:
    """Without a session 401; the name in the address cannot be another's than the session's."""
    conversation = stage.conversation(stage.mention("whose draft?"))
    until(lambda: put_draft(stage, conversation, "note", "mine", "n").status_code in {200, 409}, "it is stored")
    address = f"{stage.address}/drafts/{requests.utils.quote(conversation, safe='')}/note"
    other = hire(stage, "drafter")

    def put(browser: Browser, staff: str) -> int:
        return browser.jar.put(
            address,
            params={"staff": staff, "account": "fernhill"},
            json={"text": "x", "nonce": "n"},
            headers={"origin": stage.address},
            timeout=10,
        ).status_code

    assert put(Browser(stage.address), "Sam") == 401
    assert put(other, "Sam") == 401
    assert put(other, "drafter") in {200, 409}


# -- sessions and cookies ----------------------------------------------------------------------------------------------


def test_the_cookie_is_kept_from_scripts_and_other_sites(stage: Stage) -> None:
    """HttpOnly, SameSite=Lax, for the whole site, no longer than the session; Secure behind https."""
    hire(stage, "cookies")
    told = Browser(stage.address).sign_in("cookies", PASSWORD).headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=lax", "Path=/", "Max-Age=604800"):
        assert part in told
    assert "Secure" not in told
    assert "Domain" not in told
    browser = Browser(stage.address)
    stamp = stamp_of(browser.get("/sign-in").text)
    fields = {"stamp": stamp, "next": "/", "name": "cookies", "password": PASSWORD}
    secure = browser.post("/sign-in", fields, **{"x-forwarded-proto": "https", "origin": stage.address})
    assert "Secure" in secure.headers["set-cookie"]


def test_a_token_that_was_planted_becomes_nobodys_session(stage: Stage) -> None:
    """Session fixation: signing in gives a new token; the planted one, even a live one, opens nothing after."""
    hire(stage, "victim")
    attacker = hire(stage, "attacker")
    planted = attacker.cookie()
    assert planted
    browser = Browser(stage.address)
    browser.plant({next(iter(stage.cookie())): planted})
    page = browser.get("/account").text  # signed in as the attacker, as the attacker wanted it
    assert "attacker" in page
    fields = {"stamp": stamp_of(page), "next": "/", "name": "victim", "password": PASSWORD}
    assert browser.post("/sign-in", fields).status_code == 303
    assert planted not in {one.value for one in browser.jar.cookies if one.name.startswith("social_listener_session")}
    assert not attacker.signed_in()
    stray = Browser(stage.address)
    stray.plant({next(iter(stage.cookie())): planted})
    assert not stray.signed_in()


def test_signing_out_ends_the_session_itself(stage: Stage) -> None:
    """The cookie that a thief may have copied opens nothing any more; other browsers of the same person go on."""
    browser = hire(stage, "leaver")
    other = Browser(stage.address)
    other.sign_in("leaver", PASSWORD)
    copied = browser.cookie()
    assert copied
    answer = browser.fill("/account", do_at="/sign-out")
    assert answer.headers["location"] == "/sign-in?why=out"
    browser.plant({next(iter(stage.cookie())): copied})
    assert not browser.signed_in()
    assert other.signed_in()


def test_an_open_socket_is_closed_when_its_session_ends(stage: Stage) -> None:
    """With 4401, at once, and only this one; the page does not have to ask."""
    browser, other = hire(stage, "watched"), hire(stage, "unwatched")
    with socket(stage, browser) as mine, socket(stage, other) as theirs:
        ended = administrator(stage).fill("/staff", do="end", whose="watched", version="1")
        assert "signed out in 1 browser" in ended.text
        with pytest.raises(ConnectionClosedError):
            list(mine)  # what was still under way, up to the end
        assert mine.close_code == 4401
        assert theirs.ping().wait(20)
    assert not browser.signed_in()
    assert other.signed_in()


def test_the_feed_ends_with_the_session(stage: Stage) -> None:
    """What tells open pages of changes tells nothing more to a session that has ended."""
    browser = hire(stage, "listener")
    with browser.jar.get(f"{stage.address}/live", stream=True, timeout=30) as feed:
        assert feed.status_code == 200
        lines = feed.iter_lines()
        assert next(lines)
        administrator(stage).fill("/staff", do="end", whose="listener", version="1")
        assert list(lines) is not None  # it comes to its end
    assert browser.get("/live", headers={"accept": "*/*"}).status_code == 401


def test_who_leaves_is_out_at_once(stage: Stage) -> None:
    """Deactivating ends every session and refuses the next sign-in with the words of a wrong password."""
    browser = hire(stage, "quitter")
    gone = administrator(stage).fill("/staff", do="deactivate", whose="quitter", version="1")
    assert "cannot come in any more" in gone.text
    assert not browser.signed_in()
    refused = Browser(stage.address).sign_in("quitter", PASSWORD)
    assert refused.status_code == 401
    assert "do not belong together" in problem_of(refused.text)


# -- forms of other sites ----------------------------------------------------------------------------------------------


FORMS = ("/sign-in", "/sign-in/second", "/sign-in/demo", "/join", "/sign-out", "/account", "/staff")


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost:1"])
def test_a_form_of_another_site_is_refused(stage: Stage, path: str, origin: str) -> None:
    """By its origin, whatever it holds, for strangers and for who is signed in."""
    for browser in (Browser(stage.address), administrator(stage)):
        answer = browser.post(path, {"stamp": "x", "do": "end", "whose": "Sam"}, origin=origin)
        assert answer.status_code == 403
        assert "another site" in answer.text


@pytest.mark.parametrize("path", ["/account", "/staff"])
def test_a_form_without_our_stamp_changes_nothing(stage: Stage, path: str) -> None:
    """Even from our own origin: the stamp of another browser, of another session and a made-up one are refused."""
    browser = hire(stage, f"stamped-{path[1:]}", role="administrator")
    others = (administrator(stage).get(path), Browser(stage.address).get("/join"))
    stamps = ["", "made-up", *(stamp_of(page.text) for page in others)]
    for stamp in stamps:
        answer = browser.post(path, {"stamp": stamp, "do": "name", "shown": "Changed"})
        assert answer.status_code == 403
        assert "open for too long" in problem_of(answer.text)
    answer = browser.fill("/account", do="name", shown="Changed")
    assert answer.status_code == 200


def test_a_stamp_of_before_signing_in_is_none_after(stage: Stage) -> None:
    """A form that somebody prepared before the session began is not taken from it."""
    hire(stage, "prepared")
    browser = Browser(stage.address)
    before = stamp_of(browser.get("/join").text)
    assert browser.sign_in("prepared", PASSWORD).status_code == 303
    assert browser.post("/account", {"stamp": before, "do": "name", "shown": "Changed"}).status_code == 403


def test_a_script_of_another_site_cannot_sign_out(stage: Stage) -> None:
    """The way out for our own script takes JSON only, which no form can send."""
    browser = hire(stage, "script")
    assert browser.post("/session/end", {}).status_code == 415
    assert browser.signed_in()
    ended = browser.jar.post(f"{stage.address}/session/end", json={}, headers={"origin": stage.address}, timeout=10)
    assert ended.status_code == 204
    assert not browser.signed_in()


def test_a_form_that_ends_its_own_session_leads_to_sign_in(stage: Stage) -> None:
    """So does one that comes after the session was ended elsewhere: the account page has nobody to show."""
    browser = hire(stage, "leaving")
    stamp = stamp_of(browser.get("/account").text)
    token = browser.cookie()
    assert token is not None
    fields = {"stamp": stamp, "do": "end", "session": hashlib.sha256(token.encode()).hexdigest()}
    answer = browser.post("/account", fields)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?")
    assert not browser.signed_in()


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/presence"), ("PUT", "/drafts/a/public?account=fernhill"), ("PUT", "/pictures/mine?mode=public")],
)
@pytest.mark.parametrize("body", [b"[" * 1_900, b'{"alt": "\\ud800", "page": "\\ud800"}', b"\xff", b"null"])
def test_what_is_no_sense_is_refused_and_breaks_nothing(stage: Stage, method: str, path: str, body: bytes) -> None:
    """Brackets without end, half of a character and bytes that are no text are refused as any other nonsense is."""
    headers = {"origin": stage.address, "content-type": "application/json"}
    answer = administrator(stage).jar.request(method, stage.address + path, data=body, headers=headers, timeout=10)
    assert answer.status_code in {400, 409}, answer.text


@pytest.mark.parametrize("path", ["/sign-in", "/join", "/account", "/sign/style.css"])
def test_sign_in_is_served_under_our_names_only(stage: Stage, path: str) -> None:
    """A rebound name gets no page on which somebody could type a password."""
    answer = administrator(stage).get(path, headers={"host": "evil.example"})
    assert answer.status_code == 403
    assert "allowed_hosts" in answer.text


def test_our_own_pages_carry_every_header(stage: Stage) -> None:
    """The policy of the other pages, and none is kept by a browser or proxy."""
    for browser, path in ((Browser(stage.address), "/sign-in"), (administrator(stage), "/account")):
        headers = browser.get(path).headers
        assert "script-src 'self'" in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["x-frame-options"] == "DENY"


def test_what_is_typed_into_a_form_is_shown_as_text(stage: Stage) -> None:
    """Markup in a name does not become markup."""
    answer = Browser(stage.address).sign_in('"><script>alert(1)</script>', "wrong")
    assert answer.status_code == 401
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;" in answer.text


def test_a_form_that_is_too_long_or_odd_is_refused(stage: Stage) -> None:
    """It is not read to the end, and nothing breaks."""
    browser = Browser(stage.address)
    stamp = stamp_of(browser.get("/sign-in").text)
    assert browser.post("/sign-in", {"stamp": stamp, "name": "x" * 100_000}).status_code == 403
    assert browser.post("/sign-in", {"stamp": stamp}, **{"content-type": "text/plain"}).status_code == 403


# -- who may -----------------------------------------------------------------------------------------------------------


def test_the_staff_page_is_for_administrators(stage: Stage) -> None:
    """Others neither see it nor change anything by its form."""
    browser = hire(stage, "curious", role="manager")
    answer = browser.get("/staff")
    assert answer.status_code == 403
    assert "Who works here" not in answer.text
    stamp = stamp_of(browser.get("/account").text)
    refused = browser.post("/staff", {"stamp": stamp, "do": "end", "whose": "Sam", "version": "1"})
    assert refused.status_code == 403
    assert administrator(stage).signed_in()


def test_a_second_factor_is_taken_and_asked_for(stage: Stage) -> None:
    """From the account page to the next sign-in; the QR code is drawn in the page, and asks nobody."""
    browser = hire(stage, "careful")
    begun = browser.fill("/account", do="begin", password=PASSWORD)
    assert "<svg" in begun.text
    secret = re.search(r"type this: <code>([A-Z2-7]+)</code>", begun.text)
    assert secret
    phone = pyotp.TOTP(secret[1])
    done = browser.post("/account", {"stamp": stamp_of(begun.text), "do": "confirm", "code": phone.now()})
    codes = re.findall(r"<li>([a-z0-9]{5}-[a-z0-9]{5})</li>", done.text)
    assert len(codes) == 10
    other = Browser(stage.address)
    first = other.sign_in("careful", PASSWORD)
    assert first.headers["location"].startswith("/sign-in/second")
    assert not other.signed_in()
    assert other.fill("/sign-in/second", next="/health", code="000000").status_code == 401
    second = other.fill("/sign-in/second", next="/health", code=codes[0])
    assert second.headers["location"] == "/health"
    assert other.signed_in()
    assert other.cookie("half") is None


def test_no_secret_reaches_the_log(stage: Stage) -> None:
    """Neither password, nor token, nor link stands there after all of this."""
    wanted = {"do": "invite", "name": "logged", "email": "", "role": "marketer", "all_accounts": "1"}
    invited = administrator(stage).fill("/staff", **wanted)
    secret = link_of(invited.text)
    browser = Browser(stage.address)
    browser.fill("/join", do="join", code=secret, name="logged", shown="", password=PASSWORD)
    Browser(stage.address).sign_in("logged", "a wrong password")
    token = browser.cookie()
    assert token
    log = stage.log()
    assert "sign-in refused" in log  # the log is the one that is written
    assert not [one for one in (secret, token, PASSWORD, "a wrong password") if one in log]


# -- the gate by itself ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/second", "/join", "/sign/style.css"])
def test_open_paths(path: str) -> None:
    """What is needed to come in is open."""
    assert is_open(path)


@pytest.mark.parametrize(
    "path", ["/sign-inx", "/joinx", "/sign", "/", "/account", "/sign-out", "/session/here", "/staff"]
)
def test_closed_paths(path: str) -> None:
    """Nothing that only begins alike is."""
    assert not is_open(path)


def test_the_demo_comes_in_by_itself_from_this_machine_only() -> None:
    """Another machine is asked to sign in, and so is this one when the dashboard can be reached from outside."""

    class Service:
        def __init__(self, host: str) -> None:
            self.settings = type("S", (), {"dashboard": type("D", (), {"host": host})()})()

    def may(host: str, client: str, demo: str | None = "you") -> bool:
        made = entrance.Entrance(Service(host), demo)  # type: ignore[arg-type]  # no more of it is asked
        return made.may_come_by_itself({"client": (client, 1)})

    assert may("127.0.0.1", "127.0.0.1")
    assert may("::1", "::1")
    assert not may("127.0.0.1", "203.0.113.9")
    assert not may("0.0.0.0", "127.0.0.1")  # noqa: S104 - nothing is bound
    assert not may("127.0.0.1", "127.0.0.1", None)


def test_the_gate_and_its_types_are_what_the_application_runs() -> None:
    """The gate stands behind the guard, so that foreign hosts never reach it, and before our own routes."""
    made = asgi.middleware(Settings(), entrance.Entrance(object()))  # type: ignore[arg-type]  # it is not asked yet
    assert [one.cls for one in made] == [asgi.Guard, Gate, Own]


class NotingDoor(Door):
    """A door that notes in which thread the database was asked."""

    asked: ClassVar[list[int]] = []

    def who(self, session_id: str) -> StaffLine | None:
        """Ask."""
        self.asked.append(threading.get_ident())
        return super().who(session_id)


class NotedEntrance(Entrance):
    """An entrance with such a door."""

    @property
    def door(self) -> Door:
        """Return it."""
        desk = self.service.desk
        if not isinstance(desk.door, NotingDoor):
            desk.door = NotingDoor(desk._office, Seal())
        return desk.door


def test_the_gate_asks_the_database_in_a_thread(tmp_path: Path) -> None:
    """The loop that serves everybody never waits for the database: not for a session met first, nor for one made up."""
    service = build(Settings(data_dir=tmp_path), offline=True)
    NotingDoor.asked.clear()
    served: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        served.append(Headers(scope=scope)[HEADER])

    async def visits() -> int:
        house = NotedEntrance(service)
        for token in (house.door.by_itself("Sam", HERE).token, "made up"):
            cookie = f"{house.cookie('session')}={token}".encode()
            scope = {
                "type": "http",
                "method": "GET",
                "path": "/",
                "query_string": b"",
                "headers": [(b"cookie", cookie)],
            }
            for _ in range(2):
                await Gate(app, house)({**scope, "scheme": "http"}, no_more, told)
        return threading.get_ident()

    async def no_more() -> Message:
        return {"type": "http.disconnect"}

    async def told(_: Message) -> None:
        """Take what is sent."""

    try:
        seed_staff(service.desk, "Sam")
        loop = asyncio.run(visits())
    finally:
        service.close()
    assert len(served) == 2
    assert len(NotingDoor.asked) == 3  # once for the one, and each time for the other
    assert loop not in NotingDoor.asked


@pytest.mark.parametrize(("path", "lasts"), [("/presence", False), ("/session/here", True)])
def test_a_page_that_is_merely_left_open_keeps_no_session(tmp_path: Path, path: str, lasts: bool) -> None:
    """Twelve hours of beats are no work: the session ends. One that hears of a person at the page goes on."""
    now = [datetime(2026, 11, 2, 9, 0, tzinfo=UTC)]
    service = build(Settings(data_dir=tmp_path), offline=True, clock=lambda: now[0])
    served: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        served.append(Headers(scope=scope)[HEADER])

    async def told(_: Message) -> None:
        """Take what is sent."""

    async def nothing() -> Message:
        return {"type": "http.disconnect"}

    try:
        seed_staff(service.desk, "Sam")
        house = Entrance(service)
        cookie = f"{house.cookie('session')}={house.door.by_itself('Sam', HERE).token}".encode()
        scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": [(b"cookie", cookie)]}
        for _ in range(14):
            asyncio.run(Gate(app, house)({**scope, "scheme": "http"}, nothing, told))
            now[0] += timedelta(hours=1)
        still = house.who({**scope, "scheme": "http"}) is not None
    finally:
        service.close()
    assert still is lasts
    assert len(served) == (14 if lasts else 12)
