"""Where a platform keeps the pictures that it tells of, and how they are asked for. Facts of the platforms, no call.

Our server fetches pictures from these hosts only, whatever address an item holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol, runtime_checkable

#: X: public media and avatars; pictures of direct messages, which are signed with the account's keys of OAuth 1.0a
X_HOSTS: Final = ("pbs.twimg.com", "abs.twimg.com", "ton.twitter.com", "ton.x.com")
X_SIGNED: Final = ("ton.twitter.com", "ton.x.com")
#: Meta: addresses below these are signed by themselves and end after some days; no token belongs to them
META_HOSTS: Final = ("fbcdn.net", "fbsbx.com", "cdninstagram.com")


def _unsigned(_: str) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureSource:
    """Where an account's pictures come from."""

    hosts: tuple[str, ...]  #: names, each with all that end in it
    stand_in: str | None = None  #: an address on this machine that all of them are asked for instead (`base_url`)
    signed: tuple[str, ...] = ()  #: of the hosts, those that want credentials
    sign: Callable[[str], Mapping[str, str]] = _unsigned  #: address on such a host → the headers that open it

    def has(self, host: str) -> bool:
        """Return whether pictures may be fetched from a host."""
        return any(host == one or host.endswith("." + one) for one in self.hosts)


@runtime_checkable
class Pictured(Protocol):
    """A channel whose platform tells of pictures."""

    def pictures(self) -> PictureSource:
        """Return where they come from; no call is made."""
