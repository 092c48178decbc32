"""The way out to a platform, against a server that misbehaves byte by byte."""

from __future__ import annotations

import gzip
import os
import socket
import struct
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
import requests
from loopback import Answering, Loopback, answering, http

from social_listener import failpoints
from social_listener.channels.exchange import Exchange
from social_listener.channels.transport import Transport, base_url_fault, is_loopback, quiet_libraries, read_date

ORIGIN = "https://api.example.com"
DATE = "Date: Mon, 02 Mar 2026 09:00:00 GMT"


def session(
    base_url: str | None, *, read: float = 2.0, connect: float = 2.0, most: int = 1_000_000
) -> requests.Session:
    """Return a session whose only way out is a transport."""
    made = requests.Session()
    Transport(
        origin=ORIGIN,
        base_url=base_url,
        connect_timeout=timedelta(seconds=connect),
        read_timeout=timedelta(seconds=read),
        most_bytes=most,
    ).mount_on(made)
    return made


def exchange(made: requests.Session, method: str = "GET", **how: object) -> Exchange:
    """Make one call; return what is known about it, whatever it raised."""
    transport = made.get_adapter(ORIGIN + "/")
    assert isinstance(transport, Transport)
    with transport.exchange() as found:
        error: requests.RequestException | None = None
        try:
            made.request(method, f"{ORIGIN}/2/things?token=canary", **how)  # type: ignore[arg-type]
        except requests.RequestException as caught:
            error = caught
    if error is not None:
        assert "canary" not in f"{error} {error!r}"
        assert error.request is None
        assert found.problem
    return found


def reset(connection: socket.socket, _: bytes) -> None:
    """Close with a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def test_a_request_goes_to_the_base_url_with_its_path_and_query() -> None:
    """Only the address is changed; the answer is whole, with its status, headers and time."""
    with Loopback(answering(http("200 OK", b'{"a":1}', DATE, "X-Rate-Limit-Reset: 12"))) as server:
        found = exchange(session(server.url))
    assert server.requests[0].startswith(b"GET /2/things?token=canary HTTP/1.1\r\n")
    assert (found.status, found.body, found.whole, found.sent) == (200, b'{"a":1}', True, True)
    assert found.headers["x-rate-limit-reset"] == "12"
    assert found.server_time == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_nothing_else_can_be_reached() -> None:
    """Another host, and the same host without TLS, have no adapter at all."""
    made = session("http://127.0.0.1:9")
    for address in (
        "https://elsewhere.example.com/",
        "http://api.example.com/",
        "https://api.example.com.evil.example/",
    ):
        with pytest.raises(requests.exceptions.InvalidSchema):
            made.get(address)


@pytest.mark.parametrize(
    ("base_url", "words"),
    [
        ("http://127.0.0.1:9", "refuses connections"),
        ("http://no-such-name.invalid", "name is not known"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_surely_was_not_sent(base_url: str, words: str, method: str) -> None:
    """Without a connection nothing can have arrived."""
    found = exchange(session(base_url), method)
    assert not found.sent
    assert found.status is None
    assert words in found.problem


def test_tls_that_cannot_be_trusted_sends_nothing() -> None:
    """A server that does not speak TLS where TLS is due gets no byte of the request."""
    listener = socket.create_server(("127.0.0.1", 0))
    heard: list[bytes] = []

    def answer_plainly() -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            heard.append(connection.recv(65536))
            connection.sendall(http("400 Bad Request", b""))
            heard.append(connection.recv(65536))

    thread = threading.Thread(target=answer_plainly)
    thread.start()
    found = exchange(session(f"https://localhost:{listener.getsockname()[1]}"), "POST")
    thread.join()
    listener.close()
    assert not found.sent
    assert "TLS" in found.problem
    assert b"things" not in b"".join(heard)


def test_a_connection_that_is_not_taken_in_time_sends_nothing() -> None:
    """A full backlog means a connect time-out: surely not sent."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    port = listener.getsockname()[1]
    waiting = []
    for _ in range(4):  # fills the backlog; the kernel drops further handshakes
        one = socket.socket()
        one.setblocking(False)
        one.connect_ex(("127.0.0.1", port))
        waiting.append(one)
    found = exchange(session(f"http://127.0.0.1:{port}", connect=0.3, read=0.3), "POST")
    for one in [*waiting, listener]:
        one.close()
    assert not found.sent
    assert "in time" in found.problem


def silent(_: socket.socket, __: bytes) -> None:
    """Read the request and say nothing."""


def half(connection: socket.socket, _: bytes) -> None:
    """Promise more than is sent."""
    connection.sendall(http("201 Created", b'{"data":', length=100))
    connection.close()


def rubbish(connection: socket.socket, _: bytes) -> None:
    """Answer in no protocol."""
    connection.sendall(b"SSH-2.0-OpenSSH_9.9\r\n\r\n")
    connection.close()


def bad_gzip(connection: socket.socket, _: bytes) -> None:
    """Promise gzip and send something else."""
    connection.sendall(http("200 OK", b"not gzip at all", "Content-Encoding: gzip"))


@pytest.mark.parametrize("manner", [silent, half, reset, rubbish, bad_gzip])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_may_have_been_sent(manner: Answering, method: str) -> None:
    """Once a byte of the request was handed over, no broken answer takes that back."""
    with Loopback(manner) as server:
        found = exchange(session(server.url, read=0.3), method, data=b"x")
    assert found.sent
    assert not found.whole
    assert found.problem
    assert len(server.requests) == 1, "it was sent again"


def test_an_answer_that_drips_is_cut(caplog: pytest.LogCaptureFixture) -> None:
    """Each byte comes in time, and all together never would: the whole answer has its own limit."""
    quiet_libraries()
    stop = threading.Event()

    def drip(connection: socket.socket, _: bytes) -> None:
        connection.sendall(http("200 OK", b"", length=100_000))
        while not stop.wait(0.05):
            connection.sendall(b"x")

    def drip_head(connection: socket.socket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while not stop.wait(0.05):
            connection.sendall(b"X")

    for manner in (drip, drip_head):
        with Loopback(manner) as server:
            found = exchange(session(server.url, read=0.3))
        assert found.late
        assert not found.whole
        assert "in time" in found.problem
    stop.set()
    assert "canary" not in caplog.text


def test_an_answer_that_is_too_long_is_left() -> None:
    """A body beyond the limit is not read on, packed or not; what was read stays."""
    packed = gzip.compress(b"a" * 5_000_000)
    for answer in (
        http("200 OK", b"a" * 5_000_000),
        http("200 OK", packed, "Content-Encoding: gzip"),
    ):
        with Loopback(answering(answer)) as server:
            found = exchange(session(server.url))
        assert found.too_long
        assert not found.whole
        assert len(found.body) <= 1_000_000
        assert "longer than 1 MB" in found.problem


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_redirect_is_followed(status: str, method: str) -> None:
    """Credentials go to no address that nobody chose."""
    with Loopback(answering(http("200 OK", b"{}"))) as elsewhere:
        location = f"Location: {elsewhere.url}/stolen"
        with Loopback(answering(http(status, b"{}", location))) as server:
            found = exchange(session(server.url), method)
        assert found.status == int(status[:3])
        assert elsewhere.requests == []


def test_writes_take_a_fresh_connection_and_reads_share_one() -> None:
    """Every write opens a connection of its own, and closes it; reads keep theirs."""
    with Loopback(answering(http("200 OK", b"{}"))) as server:
        made = session(server.url)
        for _ in range(3):
            exchange(made)
        assert server.connections == 1
        for number in range(3):
            assert exchange(made, "POST").sent
            assert server.connections == 2 + number
        assert all(b"Connection: close" in request for request in server.requests[3:])
        made.close()


def test_no_cookie_is_kept_and_no_netrc_read(tmp_path, monkeypatch) -> None:
    """What the platform sets is not sent back, and a .netrc does not replace our credentials."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine api.example.com login thief password thief\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with Loopback(answering(http("200 OK", b"{}", "Set-Cookie: guest_id=1; Path=/"))) as server:
        made = session(server.url)
        for _ in range(2):
            exchange(made, headers={"Authorization": "Bearer ours"})
        made.close()
    assert all(b"Cookie" not in request for request in server.requests)
    assert all(b"Authorization: Bearer ours" in request for request in server.requests)


def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(monkeypatch) -> None:
    """Loopback is called directly; for the real platform the proxy is used, and a dead one sends nothing."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with Loopback(answering(http("200 OK", b"{}"))) as server:
        assert exchange(session(server.url)).whole
    found = exchange(session(None), "POST")
    assert not found.sent
    assert "proxy" in found.problem


def test_a_proxy_that_dies_after_its_greeting_has_passed_nothing_on(monkeypatch) -> None:
    """What a proxy is told while the tunnel is built is not the request."""

    def greet(connection: socket.socket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
        connection.close()

    with Loopback(greet) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        found = exchange(session(None), "POST")
    assert proxy.requests[0].startswith(b"CONNECT api.example.com")
    assert not found.sent


def test_failpoints_stand_around_writes_only() -> None:
    """A test can stop the program right before and right after a write; reads pass no such place."""
    with Loopback(answering(http("200 OK", b"{}"))) as server:
        made = session(server.url)
        failpoints.arm("")
        exchange(made)
        assert failpoints.hits() == {}
        exchange(made, "POST")
        assert failpoints.hits() == {"send.before_call": 1, "send.after_call": 1}
        failpoints.arm("send.before_call=raise")
        with pytest.raises(failpoints.FailpointReached):
            exchange(made, "POST")
        failpoints.disarm()
        assert len(server.requests) == 2
        made.close()


def test_the_platforms_clock_is_kept_going() -> None:
    """Between two answers the platform's clock goes on with this machine's steady one."""
    with Loopback(answering(http("200 OK", b"{}", DATE))) as server:
        made = session(server.url)
        transport = made.get_adapter(ORIGIN + "/")
        assert isinstance(transport, Transport)
        assert transport.platform_now() is None
        exchange(made)
        before = time.monotonic()
        known = transport.platform_now()
        assert known is not None
        passed = (known - datetime(2026, 3, 2, 9, 0, tzinfo=UTC)).total_seconds()
        assert 0 <= passed <= 60 + time.monotonic() - before
        made.close()


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("Fri, 07 Oct 2022 22:43:18 UTC", datetime(2022, 10, 7, 22, 43, 18, tzinfo=UTC)),
        ("Tue, 13 Apr 2021 03:53:58 GMT", datetime(2021, 4, 13, 3, 53, 58, tzinfo=UTC)),
        ("Tue, 13 Apr 2021 05:53:58 +0200", datetime(2021, 4, 13, 3, 53, 58, tzinfo=UTC)),
        ("", None),
        ("soon", None),
        ("Tue, 99 Apr 2021 03:53:58 GMT", None),
    ],
)
def test_dates_are_read_as_platforms_write_them(value: str, moment: datetime | None) -> None:
    """Recorded spellings are read; what is no date is None."""
    assert read_date(value) == moment


@pytest.mark.parametrize(
    ("url", "fine"),
    [
        ("http://127.0.0.1:8600", True),
        ("http://localhost:8600/", True),
        ("http://[::1]:8600", True),
        ("http://sandbox:8600", True),
        ("https://proxy.example.com/x", True),
        ("http://proxy.example.com", False),
        ("https://user@proxy.example.com", False),
        ("https://proxy.example.com/?a=b", False),
        ("ftp://127.0.0.1", False),
        ("http://127.0.0.1:99999", False),
        ("127.0.0.1:8600", False),
        ("", False),
        ("http://[::1", False),
    ],
)
def test_a_base_url_must_keep_credentials_safe(url: str, fine: bool) -> None:
    """Plain http is for this machine and for single names; everything else needs TLS, and no decoration."""
    assert (base_url_fault(url) is None) is fine


def test_loopback_is_known_by_its_address() -> None:
    """Names that merely look like this machine are not it."""
    assert [is_loopback(url) for url in ("http://127.9.9.9", "http://localhost", "http://127.0.0.1.example.com")] == [
        True,
        True,
        False,
    ]
    assert os.environ.get("NETRC") is None
