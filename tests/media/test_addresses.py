"""Only public machines of the platform's own picture hosts are ever asked."""

from __future__ import annotations

import pytest

from social_listener.channels.pictures import META_HOSTS, X_HOSTS, PictureSource
from social_listener.errors import NoPicture
from social_listener.media.addresses import is_public, place_of

X = PictureSource(hosts=X_HOSTS)
META = PictureSource(hosts=META_HOSTS)


@pytest.mark.parametrize(
    "address",
    ["104.244.43.131", "157.240.1.1", "2606:4700::6810:84e5", "2a03:2880:f003:c07:face:b00c:0:3", "::ffff:8.8.8.8"],
)
def test_a_public_machine_may_be_asked(address: str) -> None:
    """Addresses of the open Internet pass: the control for the list below."""
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.8", "172.16.0.1", "192.168.1.1", "100.64.0.1",  # noqa: S104
        "100.100.100.200", "169.254.169.254", "168.63.129.16", "192.0.0.192", "198.18.0.1", "224.0.0.1", "240.0.0.1",
        "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fd00:ec2::254", "fc00::1", "ff02::1", "2001:db8::1",
        "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "64:ff9b::7f00:1", "2002:7f00:1::",
        "2001:0:7f00:1:0:0:f5ff:fffe", "", "localhost", "2130706433", "0x7f.1", "127.1",
    ],
)  # fmt: skip
def test_a_machine_inside_is_never_asked(address: str) -> None:
    """Private, loopback, link-local, metadata, reserved, and the same ones in other clothes."""
    assert not is_public(address)


@pytest.mark.parametrize(
    ("url", "source"),
    [
        ("https://pbs.twimg.com/media/a.jpg?name=small", X),
        ("https://PBS.twimg.com./media/a.jpg", X),
        ("https://scontent-fra3-1.xx.fbcdn.net/v/a.jpg?oh=1&oe=2", META),
        ("https://lookaside.fbsbx.com:443/ig_messaging_cdn/?asset_id=1", META),
    ],
)
def test_a_platforms_own_address_is_taken(url: str, source: PictureSource) -> None:
    """What platforms really hand out is fetched, by https, at port 443."""
    place = place_of(url, source)
    assert place.secure
    assert place.connect_to == (place.host, 443)
    assert place.path.startswith("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://pbs.twimg.com/a.jpg", "ftp://pbs.twimg.com/a", "file:///etc/passwd", "data:image/png;base64,AA",
        "https://evil.example/a.jpg", "https://pbs.twimg.com.evil.example/a", "https://eviltwimg.com/a",
        "https://pbs.twimg.com@evil.example/a", "https://u:p@pbs.twimg.com/a", "https://pbs.twimg.com:8443/a",
        "https://127.0.0.1/a", "https://[::1]/a", "https://169.254.169.254/latest/meta-data", "https://localhost/a",
        "https://pbs.twimg.com\\@evil.example/a", "https://pbs.twimg.com/a b", "https://pbs.twimg.com/\r\nHost: x",
        "https://pbs.twimg.com:99999/a", "https://[pbs.twimg.com/a", "//pbs.twimg.com/a", "", "https://",
        "https://pbs.twimg.com/" + "a" * 5000, "https://pbs.twimg.com/\u202egpj",
    ],
)  # fmt: skip
def test_any_other_address_is_refused(url: str) -> None:
    """Other schemes, hosts, ports, people in the address, and what parsers disagree about."""
    with pytest.raises(NoPicture) as refused:
        place_of(url, X)
    assert "?" not in str(refused.value)


def test_a_stand_in_is_taken_on_this_machine_only() -> None:
    """With a `base_url` on loopback all hosts are asked there; one elsewhere changes nothing."""
    here = place_of("https://pbs.twimg.com/a.png?x=1", PictureSource(hosts=X_HOSTS, stand_in="http://127.0.0.1:8600"))
    assert (here.connect_to, here.here, here.secure, here.path) == (("127.0.0.1", 8600), True, False, "/a.png?x=1")
    for elsewhere in ("https://proxy.example", "http://10.0.0.3:80", "http://mock:80"):
        there = place_of("https://pbs.twimg.com/a.png", PictureSource(hosts=X_HOSTS, stand_in=elsewhere))
        assert (there.connect_to, there.here) == (("pbs.twimg.com", 443), False)
    with pytest.raises(NoPicture):
        place_of("https://evil.example/a", PictureSource(hosts=X_HOSTS, stand_in="http://127.0.0.1:8600"))
