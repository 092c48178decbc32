"""Asking Meta for less at once when it fails with code 1, until it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from social_listener.channels.graph_client import Answer, Client
from social_listener.channels.graph_errors import TooMuch
from social_listener.channels.graph_refused import APART
from social_listener.errors import Unavailable


def smaller(ask: Callable[[int], Answer], most: int) -> tuple[Answer, int]:
    """Return the answer to `ask(number of entries)`, and the number that went through: at first `most`, then halves.

    `ask` must tell `TooMuch` apart. It is raised when Meta does not even give one entry.
    """
    while True:
        try:
            return ask(most), most
        except TooMuch:
            if most == 1:
                raise
        most //= 2


def listed(  # noqa: PLR0917 - what `Client.get` takes, and a number
    client: Client, path: str, query: Mapping[str, str], most: int, what: str, now: datetime
) -> tuple[Answer, int]:
    """Return a page of a list of the account's, with `most` entries or what Meta gives, and that number.

    `Unavailable` when Meta does not even give one.
    """
    try:
        return smaller(
            lambda limit: client.get(path, {**query, "limit": str(limit)}, what=what, now=now, apart=(TooMuch,)), most
        )
    except TooMuch as error:
        raise Unavailable(str(error), account_id=client.account_id) from None


def of_one(  # noqa: PLR0917 - what `Client.get` takes, and a number
    client: Client, path: str, query: Mapping[str, str], most: int, what: str, now: datetime
) -> tuple[Answer, int]:
    """Return the same of a list below one post or conversation, whose own faults come apart: see `BY_ITSELF`."""
    apart = (*APART, TooMuch)
    return smaller(
        lambda limit: client.get(path, {**query, "limit": str(limit)}, what=what, now=now, apart=apart), most
    )
