"""A sandbox with a manual clock, and unmodified clients (tweepy, facebook-sdk) that talk to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import facebook
import pytest
import requests
import tweepy
from requests.adapters import HTTPAdapter

from social_listener.sandbox import Sandbox

CANONICAL = "https://api.twitter.com"
GRAPH = "https://graph.facebook.com"


class ToSandbox(HTTPAdapter):
    """Sends what is meant for a platform to the sandbox; X's signature has been made over X's own address by then."""

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self._base_url = base_url

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Send to the sandbox, with a time-out."""
        assert request.url is not None
        for origin in (CANONICAL, GRAPH):
            request.url = request.url.replace(origin, self._base_url, 1)
        kwargs["timeout"] = kwargs.get("timeout") or 10
        return super().send(request, *args, **kwargs)


def connect(base_url: str, credentials: dict[str, str], return_type: Any = dict, **changes: Any) -> tweepy.Client:
    """Return an unmodified tweepy client of an account."""
    names = ("bearer_token", "consumer_key", "consumer_secret", "access_token", "access_token_secret")
    keys = {name: credentials[name] for name in names} | changes
    client = tweepy.Client(**keys, return_type=return_type)
    client.session.mount(CANONICAL, ToSandbox(base_url))
    return client


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say of the tests here why libraries log secrets in them; in all other places they are looked for all the same."""
    why = pytest.mark.secrets_on_purpose(
        "an unmodified client calls the sandbox, and nothing of ours is in between", "log"
    )
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(why)


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
    """Make adapters to mount on a session for the address of a platform."""
    return lambda world: ToSandbox(world.base_url)


GraphConnect = Callable[..., facebook.GraphAPI]


@pytest.fixture
def graph_client_for() -> Iterator[GraphConnect]:
    """Make unmodified facebook-sdk clients, whose connections are closed at the end."""
    sessions: list[requests.Session] = []

    def make(world: Sandbox, token: str | None = None, *, proof: str | None = "right") -> facebook.GraphAPI:
        tokens = world.graph.tokens
        token = token or tokens.page_token
        session = requests.Session()
        sessions.append(session)
        session.mount(GRAPH, ToSandbox(world.base_url))
        if proof is not None:
            session.params = {"appsecret_proof": tokens.proof(token) if proof == "right" else proof}
        client = facebook.GraphAPI(token, timeout=10, session=session)
        client.version = "v26.0"
        return client

    yield make
    for session in sessions:
        session.close()


@pytest.fixture
def page(sandbox: Sandbox, graph_client_for: GraphConnect) -> facebook.GraphAPI:
    """Return a client with the Page's token."""
    return graph_client_for(sandbox)
