"""Which addresses pictures may be fetched from. Pure.

An address comes from a platform's answer, which may hold what anybody wrote. It must be https, on a host where the
account's platform keeps pictures, and every machine that the host's name leads to must be a public one.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, urlsplit

from social_listener.channels.transport import is_loopback
from social_listener.errors import NoPicture

if TYPE_CHECKING:
    from social_listener.channels.pictures import PictureSource

_LONGEST: Final = 4_096
#: public by the books, and yet inside: Azure's control service, and what is set aside for protocols, where Oracle's
#: metadata are
_INSIDE: Final = (ip_network("168.63.129.16/32"), ip_network("192.0.0.0/24"))
#: addresses of the old Internet written as ones of the new: what counts is the one within
_TRANSLATED: Final = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))


@dataclass(frozen=True, slots=True)
class Place:
    """Where one request goes."""

    url: str
    host: str  #: the name in the address: what the certificate must be for
    path: str  #: with its query
    secure: bool
    connect_to: tuple[str, int]  #: host and port
    here: bool = False  #: on this machine, because the account's `base_url` says so


def place_of(url: str, source: PictureSource) -> Place:
    """Return where an address leads; `NoPicture` says in words why it is not fetched."""
    parts = _split(url)
    host = (parts.hostname or "").rstrip(".").lower()
    if parts.scheme != "https":
        raise NoPicture("its address does not begin with https://")
    if parts.username is not None or parts.password is not None:
        raise NoPicture("its address holds a user name")
    if parts.port not in {None, 443}:
        raise NoPicture("its address names a port of its own")
    if not source.has(host):
        raise NoPicture(f"{host[:80] or 'its host'} is not where the platform keeps pictures")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if source.stand_in is not None and is_loopback(source.stand_in):
        there = urlsplit(source.stand_in)
        secure = there.scheme == "https"
        to = (there.hostname or "", there.port or (443 if secure else 80))
        return Place(url, host, there.path.rstrip("/") + path, secure, to, here=True)
    return Place(url, host, path, secure=True, connect_to=(host, 443))


def _split(url: str) -> SplitResult:
    if len(url) > _LONGEST or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise NoPicture("its address cannot be used")
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - it is checked when it is asked for
    except ValueError:
        raise NoPicture("its address cannot be used") from None
    return parts


def is_public(address: str) -> bool:
    """Return whether a machine's address is one of the open Internet: not private, loopback, link-local or reserved."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        inner = _within(found)
        if inner is not None:
            return is_public(str(inner))
    return found.is_global and not found.is_multicast and not found.is_reserved and not _is_inside(found)


def _is_inside(address: IPv4Address | IPv6Address) -> bool:
    return any(address in network for network in _INSIDE)


def _within(address: IPv6Address) -> IPv4Address | None:
    """Return the address of the old Internet that stands in one of the new."""
    if address.teredo is not None:
        return address.teredo[1]
    if any(address in network for network in _TRANSLATED):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
