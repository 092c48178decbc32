"""One bounded request, to the machine that was checked."""

from __future__ import annotations

import ssl
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pictures_kit import HOST, Handler, Host, host, picture, whole

from social_listener.channels.pictures import PictureSource
from social_listener.errors import NoPicture
from social_listener.media.fetch import MOST_BYTES, Fetcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

URL = f"https://{HOST}/media/a.png"
PUBLIC = "104.244.43.131"


def refused(url: str, source: PictureSource, fetcher: Fetcher | None = None) -> str:
    """Return why an address is not fetched."""
    with pytest.raises(NoPicture) as told:
        (fetcher or Fetcher()).get(url, source)
    return str(told.value)


def test_what_stands_there_is_brought() -> None:
    """The control: bytes come as they are, asked for without cookies, referrer or credentials."""
    with host(whole(picture())) as there:
        assert Fetcher().get(URL + "?name=small", there.source()) == picture()
    path, headers = there.asked[0]
    assert path == "/media/a.png?name=small"
    assert headers.keys() == {"host", "accept", "accept-encoding", "user-agent", "connection"}
    assert headers["host"] == HOST


@pytest.mark.parametrize("addresses", [["127.0.0.1"], [PUBLIC, "10.0.0.1"], ["169.254.169.254"], ["::1"], []])
def test_a_name_that_leads_inside_is_not_followed(addresses: list[str]) -> None:
    """One address inside among public ones is enough; nothing is connected to."""
    fetcher = Fetcher(resolve=lambda _: addresses)
    assert "private network" in refused(URL, PictureSource(hosts=("twimg.com",)), fetcher)


def test_a_name_is_looked_up_once() -> None:
    """A name that leads to a public machine first and inside a moment later is not looked up again to connect."""
    asked = []

    def rebound(name: str) -> list[str]:
        asked.append(name)
        return [PUBLIC] if len(asked) == 1 else ["127.0.0.1"]

    seen = []

    def permits(address: str) -> bool:
        seen.append(address)
        return address == PUBLIC

    with host(whole(picture())) as there:
        fetcher = Fetcher(resolve=rebound, permits=permits, seconds=0.2, port=there.port)
        refused(URL, PictureSource(hosts=("twimg.com",)), fetcher)
    assert (asked, seen, there.asked) == ([HOST], [PUBLIC], [])


@pytest.mark.parametrize(
    "to",
    ["http://127.0.0.1:{port}/b", "https://evil.example/b", "https://127.0.0.1/b", "https://localhost/b", "file:///etc/passwd",
     "//evil.example/b", "", f"http://{HOST}/b"],
)  # fmt: skip
def test_a_redirect_is_checked_like_the_first_address(to: str) -> None:
    """From a good host to anything else: refused, and not asked."""
    ways: list[Host] = []

    def answer(handler: Handler) -> None:
        whole(b"", 302, Location=to.format(port=ways[0].port))(handler)

    with host(answer) as there:
        ways.append(there)
        refused(URL, there.source())
        assert len(there.asked) == 1


def test_a_redirect_on_the_platforms_hosts_is_followed_without_credentials() -> None:
    """Three are; a fourth is one too many; what opened the first host is not shown to the next."""
    signed = {"signed": ("ton.twimg.com",), "sign": lambda _: {"authorization": "OAuth secret"}}

    def answer(handler: Handler) -> None:
        number = int(handler.path.rpartition("/")[2])
        if number == 0:
            return whole(picture())(handler)
        return whole(b"", 307, Location=f"https://{HOST}/x/{number - 1}")(handler)

    with host(answer) as there:
        assert Fetcher().get("https://ton.twimg.com/x/3", there.source(**signed)) == picture()
        assert ["authorization" in headers for _, headers in there.asked] == [True, False, False, False]
        assert "on and on" in refused(f"https://{HOST}/x/4", there.source())


def test_a_relative_redirect_stays_on_its_host() -> None:
    """A path alone is a path on the same host."""

    def answer(handler: Handler) -> None:
        whole(picture())(handler) if handler.path == "/b" else whole(b"", 301, Location="/b")(handler)

    with host(answer) as there:
        assert Fetcher().get(URL, there.source()) == picture()


def _endless(handler: Handler) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"\xff\xd8\xff" + b"x" * 1_000_000)


def _cut(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"x" * 10)
    handler.close_connection = True


def _trickling(handler: Handler) -> None:
    handler.send_response(200)
    handler.end_headers()
    never = threading.Event()
    while not never.wait(0.02):
        handler.wfile.write(b"x")
        handler.wfile.flush()


def _slow_head(handler: Handler) -> None:
    never = threading.Event()
    while not never.wait(0.02):
        handler.wfile.write(b"X")
        handler.wfile.flush()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (_endless, "larger than"),
        (whole(b"", **{"Content-Length": str(MOST_BYTES + 1)}), "larger than"),
        (_cut, "cannot be reached"),
        (_trickling, "did not come in time"),
        (_slow_head, "did not come in time"),
        (whole(b"", 404), "gone at the platform"),
        (whole(b"", 403), "gone at the platform"),
        (whole(b"", 500), "answered 500"),
    ],
    ids=["endless", "announced", "cut", "trickling", "slow head", "404", "403", "500"],
)
def test_every_answer_has_an_end(answer: Callable[[Handler], None], words: str) -> None:
    """Too much, too little, too slow, refused: each is told in words, and none holds the thread."""
    if words == "larger than" and answer is not _endless:

        def answer(handler: Handler) -> None:
            handler.send_response(200)
            handler.send_header("Content-Length", str(MOST_BYTES + 1))
            handler.end_headers()

    with host(answer) as there:
        slow = answer in {_trickling, _slow_head}
        assert words in refused(URL, there.source(), Fetcher(seconds=0.4 if slow else 15.0))


def test_a_host_that_is_not_there_is_told_so() -> None:
    """Nobody listens."""
    source = PictureSource(hosts=("twimg.com",), stand_in="http://127.0.0.1:9")
    assert "cannot be reached" in refused(URL, source)


@contextmanager
def _secure(name: str, folder: Path) -> Iterator[tuple[int, Path]]:
    """Give a port where a picture is served by https for `name`, and whom to trust for that."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    trust = folder / "trust.pem"
    trust.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret = folder / "key.pem"
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trust, secret)
    with host(whole(picture()), context) as there:
        yield there.port, trust


@pytest.mark.parametrize(("name", "fine"), [(HOST, True), ("evil.example", False)])
def test_the_certificate_must_be_the_names(
    name: str, fine: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection goes to the address that was checked, and its certificate must still be for the host's name."""
    with _secure(name, tmp_path) as (port, trust):
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(trust))
        fetcher = Fetcher(resolve=lambda _: ["127.0.0.1"], permits=lambda _: True, port=port)
        if fine:
            assert fetcher.get(URL, PictureSource(hosts=("twimg.com",))) == picture()
            monkeypatch.delenv("REQUESTS_CA_BUNDLE")
        assert "cannot be reached" in refused(URL, PictureSource(hosts=("twimg.com",)), fetcher)
