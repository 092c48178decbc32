"""The first start: a link for the first administrator, printed once and written into a file of its owner only."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    from social_listener.service import Service
    from social_listener.terminal import Terminal

#: name of the file, in the data directory
FILE: Final = "first-administrator.txt"


def link(address: str, secret: str) -> str:
    """Return the link of a secret; it stands behind the `#`, so that no browser sends it with a request."""
    return f"{address}/join#{secret}"


def address_of(service: Service, bound: str) -> str:
    """Return the address that staff open: the one in the settings, or where the dashboard listens."""
    return service.settings.dashboard.url or bound


def announce(service: Service, bound: str, screen: Terminal) -> None:
    """Tell how the first administrator comes in; nothing when somebody works here already.

    The link itself goes to a terminal only: what a service prints is kept in logs.
    """
    path = service.settings.data_dir / FILE
    secret = service.desk.people.first_link()
    if secret is None:
        forget(service)
        return
    made = link(address_of(service, bound), secret)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"Good once, for 24 hours, for whoever opens it first:\n{made}\n")
    screen.say("nobody works here yet: the first administrator comes in by a link, good once and for 24 hours")
    screen.say(f"  {made}" if screen.interactive else f"  it stands in {path}")


def forget(service: Service) -> None:
    """Remove the file: its link is good for nothing any more."""
    path: Path = service.settings.data_dir / FILE
    path.unlink(missing_ok=True)
