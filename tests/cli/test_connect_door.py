"""The door on loopback: one answer, in one's own time, and nothing said that does not belong there."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest
import requests

from social_listener.cli.connect_door import Door
from social_listener.errors import ListenerError, PortBusy

MOMENT = timedelta(milliseconds=50)


def target(door: Door, code: str = "abc") -> str:
    """Return what a browser asks for that brings the right answer."""
    return f"/connected?code={code}&state={door.state}"


def test_the_browser_is_told_before_the_command_ends() -> None:
    """An answer counts at once, but waiting ends only when its page has gone out."""
    with Door(0, "127.0.0.1") as door:
        assert door.take("GET", target(door), f"127.0.0.1:{door.port}")[0] == 200
        with pytest.raises(ListenerError, match="nobody approved"):
            door.wait(MOMENT)
        door.told()
        assert door.wait(MOMENT) == "abc"


def test_only_the_first_answer_counts() -> None:
    """A second answer, even a right one, is told that it comes too late."""
    with Door(0, "127.0.0.1") as door:
        base = door.address.removesuffix("/connected")
        assert requests.get(base + target(door), timeout=30).status_code == 200
        assert requests.get(base + target(door, "other"), timeout=30).status_code == 410
        assert door.wait(MOMENT) == "abc"


def test_every_door_has_a_state_of_its_own() -> None:
    """What belongs to one question does not answer another one."""
    with Door(0, "127.0.0.1") as one, Door(0, "127.0.0.1") as other:
        assert one.state != other.state
        assert one.take("GET", target(other), f"127.0.0.1:{one.port}")[0] == 403


@pytest.mark.parametrize(
    "query",
    ["", "?", "?code=a", "?state=", "?state=%00&code=a", "?%ff=1&state=\N{SNOWMAN}&code=a", "?" + "a=1&" * 50],
)
def test_rubbish_is_refused(query: str) -> None:
    """Whatever is asked for without the state leaves the door open, and nothing of it is shown."""
    with Door(0, "localhost") as door:
        status, words = door.take("GET", f"/connected{query}", f"localhost:{door.port}")
        assert status in {400, 403}
        assert "\N{SNOWMAN}" not in words
        door.told()
        with pytest.raises(ListenerError, match="nobody approved"):
            door.wait(MOMENT)


def test_a_client_that_says_nothing_holds_nobody_up() -> None:
    """A connection that stays silent does not keep the right answer out."""
    with Door(0, "127.0.0.1") as door, socket.create_connection(("127.0.0.1", door.port)):
        assert requests.get(door.address.removesuffix("/connected") + target(door), timeout=30).status_code == 200
        assert door.wait(MOMENT) == "abc"


def test_the_page_tells_browsers_to_keep_nothing() -> None:
    """The address holds the code: it goes into no referrer and no cache, and the page loads nothing."""
    with Door(0, "127.0.0.1") as door:
        headers = requests.get(door.address, timeout=30).headers
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Content-Security-Policy"] == "default-src 'none'"
        assert "Python" not in headers["Server"]


def test_a_port_that_is_taken_is_told() -> None:
    """The words name the port and the option."""
    with Door(0, "127.0.0.1") as door, pytest.raises(PortBusy, match=rf"port {door.port} .*--port"):
        Door(door.port, "127.0.0.1")
