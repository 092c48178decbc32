"""Make-believe platforms on loopback: a real HTTP server that speaks X API v2 and Meta's Graph API, and the truth.

An invented crowd, faults on demand and a call log come with it.

>>> with Sandbox(seed=7, clock="manual") as sandbox:
...     sandbox.world.post("mara_lindt", "@fernhill where is my order?")
...     sandbox.graph.comment("mara_lindt", sandbox.graph.page_post("New beans"), "Decaf too?")
...     sandbox.base_url            # what goes into an account's base_url in settings
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from social_listener.sandbox import oauth
from social_listener.sandbox.calls import CallLog
from social_listener.sandbox.clock import Clock
from social_listener.sandbox.control import PREFIX, Control
from social_listener.sandbox.crowd import Crowd, PlatformName
from social_listener.sandbox.faults import Faults
from social_listener.sandbox.graph import Graph
from social_listener.sandbox.graph.login import DIALOG, TOKEN, Login
from social_listener.sandbox.graph.platform import GraphPlatform
from social_listener.sandbox.identity import BRAND, credentials_for, environment_for
from social_listener.sandbox.journal import JournalError
from social_listener.sandbox.limits import Limits
from social_listener.sandbox.media import Pictures
from social_listener.sandbox.platform import Platform
from social_listener.sandbox.policy import Policy
from social_listener.sandbox.problems import Problem
from social_listener.sandbox.records import User
from social_listener.sandbox.server import Server
from social_listener.sandbox.webhooks import Webhooks
from social_listener.sandbox.wire import Answer, Request
from social_listener.sandbox.world import World

_OF_X = re.compile(r"/(\d{1,2}(\.\d+)?|i)(/|$)")
"""X's version has no v in front."""

__all__ = ["BRAND", "JournalError", "Sandbox", "credentials_for", "environment_for", "run"]


class Sandbox:
    """X, Facebook and Instagram as one make-believe world. A context manager, or `start()` and `stop()` it."""

    def __init__(  # noqa: PLR0917  # the order is documented and kept
        self,
        seed: int = 7,
        clock: Literal["manual", "real"] = "real",
        crowd_rate: float = 0.0,
        limits: bool = False,
        state: str | Path | None = None,
        prehistory: timedelta | None = None,
        start_at: datetime | None = None,
        platforms: Sequence[PlatformName] = ("x",),
    ) -> None:
        """Make the world; nothing listens yet.

        Args:
            seed: decides keys, ids of users, the crowd and chance; the same seed and calls give the same truth.
            clock: "manual" moves only by `world.advance`; "real" runs by itself.
            crowd_rate: new stories of the crowd in a minute of the sandbox's clock.
            limits: whether rate limits are enforced; the headers are sent either way.
            state: a file to keep the truth in; a sandbox started with it again goes on from there.
            prehistory: how far back a new world has a past of posts and messages.
            start_at: first moment of a manual clock (aware).
            platforms: where the crowd lives: "x", "facebook" (with Messenger), "instagram".

        Raises:
            JournalError: the state file is damaged.
            ValueError: a platform is unknown.
        """
        self.seed = seed
        self.policy = Policy()
        self.world = World(Clock(clock, start_at), seed, Path(state) if state is not None else None)
        self.graph = Graph(self.world, BRAND, Path(f"{state}.graph") if state is not None else None)
        self.faults = Faults(seed)
        self.limits = Limits(limits)
        self.platform = Platform(self.world, self.policy, self.faults, self.limits)
        self.graph_platform = GraphPlatform(self.graph, self.faults, self.limits, self.platform.calls)
        self._open_login()
        self.pictures = Pictures(self._is_signed)
        self.webhooks = Webhooks(self.world, self.graph, self.policy)
        self.add_account(BRAND)
        self.crowd = Crowd(self.world, self.graph, self.brand, seed, crowd_rate, platforms=platforms)
        if prehistory is not None and not self.crowd.has_acted:
            self.crowd.live_through(prehistory)
        self._control = Control(self)
        self._server: Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def brand(self) -> User:
        """The brand's first account."""
        return self.world.user(BRAND)

    @property
    def calls(self) -> CallLog:
        """The calls that arrived so far (those under /_sandbox/ are not among them)."""
        return self.platform.calls

    @property
    def credentials(self) -> dict[str, str]:
        """The keys of the brand's first account, as first given out."""
        return credentials_for(self.seed)

    @property
    def base_url(self) -> str:
        """The address of the running server, without a slash at its end.

        Raises:
            RuntimeError: it is not running.
        """
        if self._server is None:
            raise RuntimeError("the sandbox is not running; start() it first")
        host, port = self._server.server_address[:2]
        return f"http://{host if isinstance(host, str) else host.decode()}:{port}"

    def add_account(self, handle: str, name: str | None = None) -> dict[str, str]:
        """Give the brand another account and return its keys; for a known handle only the latter."""
        facts = {"bio": "Coffee machines, beans and help with both.", "followers": 48_200, "verified": True}
        user = self.world.add_user(
            handle, name=name or handle.replace("_", " ").title(), account=True, open_dms=True, **facts
        )
        if not user.account:
            self.world.change_user(user, account=True)
        oauth.start_grant(self.world, user.id)
        return credentials_for(self.seed, handle)

    def graph_credentials(self, channel: Literal["facebook", "instagram"]) -> dict[str, str]:
        """Return what a settings file keeps of the brand's Page, or of its Instagram account, as credentials."""
        _graph_channel(channel)
        tokens = self.graph.tokens
        return {
            "access_token": tokens.page_token,
            "app_secret": tokens.app_secret,
            "verify_token": tokens.verify_token,
        }

    def graph_options(self, channel: Literal["facebook", "instagram"]) -> dict[str, str]:
        """Return what a settings file keeps of the brand's Page, or of its Instagram account, as options."""
        _graph_channel(channel)
        page = {"page_id": self.graph.page_id}
        return page if channel == "facebook" else {**page, "instagram_id": self.graph.instagram_id}

    def _open_login(self) -> None:
        login = Login(self.graph)
        doors: dict[tuple[str, str], Callable[[Request, str], Answer]] = {
            ("GET", DIALOG): login.dialog,
            ("GET", TOKEN): login.token,
            ("POST", TOKEN): login.token,
        }
        self.graph_platform.open.update(doors)

    def accounts(self) -> dict[str, dict[str, str]]:
        """Return the keys of all accounts of the brand, by handle, with their ids."""
        return {
            user.handle: {"id": user.id, **credentials_for(self.seed, user.handle)} for user in self.world.accounts()
        }

    def revoke(self, account: str) -> None:
        """Take the tokens of an account (handle or id) back, or the application's own with "app": 401 from now on."""
        if account == "app":
            self.platform.gate.revoked.add("app")
            return
        self.platform.gate.revoked.add(self.world.user(account).id)

    def restore(self, account: str) -> None:
        """Undo `revoke`."""
        self.platform.gate.revoked.discard("app" if account == "app" else self.world.user(account).id)

    def start(self, host: str = "127.0.0.1", port: int = 0) -> Sandbox:
        """Listen, in a thread of its own; port 0 takes a free one.

        Raises:
            OSError: the port is taken.
        """
        if self._server is not None:
            raise RuntimeError("the sandbox is running already")
        self._server = Server(host, port, self._answer, self._refuses)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="sandbox", daemon=True
        )
        self._thread.start()
        self.crowd.start()
        return self

    def stop(self) -> None:
        """Stop listening, end all connections and the crowd, close the state file. Stopping twice is harmless."""
        self.crowd.stop()
        self.webhooks.stop()
        self.faults.clear()
        if self._server is not None:
            self._server.shutdown()
            self._server.close_connections()
            self._server.server_close()
        if self._thread is not None:
            self._thread.join()
        self._server = self._thread = None
        self.world.close()
        self.graph.close()

    def __enter__(self) -> Self:
        if self._server is None:
            self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _is_signed(self, request: Request) -> bool:
        """Whether one of the accounts signed a request with keys of OAuth 1.0a."""
        try:
            return self.platform.gate.identify(request).scheme == "oauth1"
        except Problem:
            return False

    def _answer(self, request: Request) -> Answer:
        if self.pictures.serves(request):
            return self.pictures.answer(request)
        if (request.path == "/" and not request.query) or request.path.startswith(PREFIX):
            return self._control.answer(request)
        if _is_of_x(request.path):
            return self.platform.answer(request)
        return self.graph_platform.answer(request)

    def _refuses(self, method: str, path: str) -> bool:
        if path.startswith(PREFIX):
            return False
        platform = self.platform if _is_of_x(path) else self.graph_platform
        return platform.refuses_to_read(method, path)


def _is_of_x(path: str) -> bool:
    """Whether a path is one of X: everything else is the Graph API's, with a version in front or without."""
    return _OF_X.match(path) is not None


def _graph_channel(channel: str) -> None:
    if channel not in ("facebook", "instagram"):
        raise ValueError(f"the Graph API has the channels facebook and instagram, not {channel!r}")


def run(  # noqa: PLR0917  # the order is documented and kept
    host: str = "127.0.0.1",
    port: int = 0,
    seed: int = 7,
    rate: float = 4.0,
    state: str | Path | None = None,
    prehistory: timedelta | None = None,
    limits: bool = False,
    *,
    stop: threading.Event,
    on_ready: Callable[[Sandbox], None] | None = None,
    platforms: Sequence[PlatformName] = ("x",),
) -> None:
    """Run a sandbox by itself until `stop` is set; `on_ready` is told when it listens. Prints nothing.

    Raises:
        OSError: the port is taken.
        JournalError: the state file is damaged.
        ValueError: a platform is unknown.
    """
    sandbox = Sandbox(seed, "real", rate, limits, state, prehistory, platforms=platforms)
    sandbox.start(host, port)
    try:
        if on_ready is not None:
            on_ready(sandbox)
        stop.wait()
    finally:
        sandbox.stop()
