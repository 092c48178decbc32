"""A sandbox with a manual clock, and unmodified tweepy clients that talk to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
import tweepy
from requests.adapters import HTTPAdapter

from social_listener.sandbox import Sandbox

CANONICAL = "https://api.twitter.com"


class ToSandbox(HTTPAdapter):
    """Sends what is meant for X to the sandbox; the signature has been made over X's own address by then."""

    def __init__(self, base_url: str, canonical: str = CANONICAL) -> None:
        super().__init__()
        self._base_url = base_url
        self._canonical = canonical

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Send to the sandbox, with a time-out."""
        assert request.url is not None
        request.url = request.url.replace(self._canonical, self._base_url, 1)
        kwargs["timeout"] = kwargs.get("timeout") or 10
        return super().send(request, *args, **kwargs)


def connect(base_url: str, credentials: dict[str, str], return_type: Any = dict, **changes: Any) -> tweepy.Client:
    """Return an unmodified tweepy client of an account."""
    names = ("bearer_token", "consumer_key", "consumer_secret", "access_token", "access_token_secret")
    keys = {name: credentials[name] for name in names} | changes
    client = tweepy.Client(**keys, return_type=return_type)
    client.session.mount(CANONICAL, ToSandbox(base_url))
    return client


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Run a sandbox with a manual clock and a silent crowd."""
    with Sandbox(seed=7, clock="manual") as world:
        yield world


Connect = Callable[..., tweepy.Client]


@pytest.fixture
def connect_to() -> Iterator[Connect]:
    """Make clients whose connections are closed at the end."""
    clients: list[tweepy.Client] = []

    def make(world: Sandbox, **changes: Any) -> tweepy.Client:
        clients.append(connect(world.base_url, changes.pop("credentials", world.credentials), **changes))
        return clients[-1]

    yield make
    for client in clients:
        client.session.close()


@pytest.fixture
def client(sandbox: Sandbox, connect_to: Connect) -> tweepy.Client:
    """Return a client of the brand's account whose calls return the JSON as a dict."""
    return connect_to(sandbox)


@pytest.fixture
def raw(sandbox: Sandbox, connect_to: Connect) -> tweepy.Client:
    """Return a client whose calls return the HTTP response."""
    return connect_to(sandbox, return_type=requests.Response)


@pytest.fixture
def to_sandbox() -> Callable[[Sandbox], ToSandbox]:
    """Make adapters to mount on a session for X's address."""
    return lambda world: ToSandbox(world.base_url)
