"""The guard before every route, and the options."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from streamlit import config as streamlit_config

from social_listener.dashboard import asgi
from social_listener.settings import DashboardSettings, Settings

SETTINGS = Settings(dashboard=DashboardSettings(allowed_hosts=("localhost", "127.0.0.1", "desk.example")))


async def reached(scope: Any, receive: Any, send: Any) -> None:
    """Stand for the application behind the guard."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"reached"})
    else:
        await send({"type": "websocket.accept"})


def ask(headers: dict[str, str], *, kind: str = "http", method: str = "GET", path: str = "/") -> list[dict[str, Any]]:
    """Return what the guard sends for a request."""
    made = asgi.middleware(SETTINGS)[0]
    guard = made.cls(reached, *made.args, **made.kwargs)
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": kind,
        "method": method,
        "path": path,
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    asyncio.run(guard(scope, receive, send))
    return sent


@pytest.mark.parametrize("host", ["localhost:8501", "127.0.0.1", "DESK.example:443"])
def test_our_own_names_are_served(host: str) -> None:
    """A page under a name from the settings is served, with every header of ours."""
    start = ask({"host": host})[0]
    assert start["status"] == 200
    names = {name.decode(): value.decode() for name, value in start["headers"]}
    assert names["content-security-policy"] == asgi.POLICY
    assert names["x-content-type-options"] == "nosniff"
    assert names["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "", "desk.example.", "[::1", "127.0.0.2:8501", "evil@localhost"]
)
def test_a_rebound_name_is_refused(host: str) -> None:
    """A foreign Host is refused on pages and on sockets."""
    assert ask({"host": host})[0]["status"] == 403
    assert ask({"host": host, "origin": f"http://{host}"}, kind="websocket")[0]["type"] == "websocket.close"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost:9999", "https://localhost.evil"])
def test_a_write_from_another_origin_is_refused(method: str, origin: str) -> None:
    """Another site, or another port of this machine, cannot write."""
    assert ask({"host": "localhost:8501", "origin": origin}, method=method)[0]["status"] == 403


def test_a_socket_from_another_origin_is_refused() -> None:
    """The page's own socket is open to the page only."""
    foreign = {"host": "localhost:8501", "origin": "http://evil.example"}
    assert ask(foreign, kind="websocket")[0]["type"] == "websocket.close"
    own = {"host": "localhost:8501", "origin": "http://localhost:8501"}
    assert ask(own, kind="websocket")[0]["type"] == "websocket.accept"


def test_a_write_of_our_own_page_is_served() -> None:
    """The same origin writes; a program on this machine that names none does too, a cross-site browser does not."""
    assert ask({"host": "localhost:8501", "origin": "http://localhost:8501"}, method="PUT")[0]["status"] == 200
    assert ask({"host": "localhost:8501"}, method="PUT")[0]["status"] == 200
    assert ask({"host": "localhost:8501", "sec-fetch-site": "cross-site"}, method="PUT")[0]["status"] == 403


def test_no_dialog_and_no_other_site_is_let_into_the_page() -> None:
    """Streamlit's dialogs for programmers stay shut, no page around ours gives orders; other answers are its own."""
    told = ask({"host": "localhost:8501"}, path=asgi.HOST_CONFIG)
    answer = json.loads(told[1]["body"])
    assert answer["blockErrorDialogs"] is True
    assert answer["allowedOrigins"] == []
    assert ask({"host": "evil.example"}, path=asgi.HOST_CONFIG)[0]["status"] == 403
    assert ask({"host": "localhost:8501"}, path="/_stcore/health")[1]["body"] == b"reached"


def test_the_policy_allows_no_foreign_address_and_no_eval() -> None:
    """Nothing is loaded from elsewhere, and no script stands in a page."""
    assert "http" not in asgi.POLICY
    assert "unsafe-eval" not in asgi.POLICY
    assert "'unsafe-inline'" not in asgi.POLICY.split("script-src")[1].split(";")[0]


def test_every_option_is_one_that_streamlit_knows() -> None:
    """A misspelled option would silently do nothing."""
    known = streamlit_config._config_options_template
    for option in asgi.config(SETTINGS):
        assert option in known, option
    assert asgi.config(SETTINGS)["runner.postScriptGC"] is False
    assert asgi.config(SETTINGS)["client.showErrorDetails"] == "none"


def test_a_service_on_every_address_still_answers_only_to_its_names() -> None:
    """Listening on 0.0.0.0 does not make 0.0.0.0 a name."""
    everywhere = Settings(dashboard=DashboardSettings(host="0.0.0.0"))  # noqa: S104 - nothing is bound
    assert asgi.config(everywhere)["server.allowedHosts"] == ["127.0.0.1", "localhost"]


@pytest.mark.parametrize(
    ("now", "typed", "bases", "kept"),
    [
        ("", "Hello", [""], "Hello"),
        ("Hel", "Hello", [""], "Hello"),
        ("Hel", "Help", ["", "Hel"], "Help"),
        ("Hello", "", ["Hello"], ""),
        ("Taken back", "Hello", [""], "Taken back\n\nHello"),
        ("Taken back\n\nHel", "Hello", ["", "Hel"], "Taken back\n\nHello"),
        ("Taken back\n\nHello", "Taken back\n\nHello you", [""], "Taken back\n\nHello you"),
        ("Another page's", "Hello", ["Hel"], "Hello"),
        ("Another page's", "Hello", [], "Hello"),
        ("Taken back", "", [""], "Taken back"),
    ],
)
def test_a_text_that_came_back_is_kept_beside_what_is_typed(now: str, typed: str, bases: list[str], kept: str) -> None:
    """What stands on the server and the page does not know of is put before what the page sends."""
    assert asgi.kept_with(now, typed, bases) == kept
