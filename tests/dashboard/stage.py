"""The real service on a sandbox, for a browser to look at: everything on the way is the real one."""

from __future__ import annotations

import os
import signal
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import requests
import yaml
from forking import Running, start
from staff_kit import cookie_name, hire

from social_listener.sandbox import Sandbox, environment_for
from social_listener.settings import Settings
from social_listener.settings_file import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import BrowserContext

    from social_listener.sandbox.truth import TruePost, Truth

SEED = 7
PREFIX = "STAGE"
CREDENTIALS = ("consumer_key", "consumer_secret", "access_token", "access_token_secret", "bearer_token")

#: seconds after which a wait has failed; far more than anything here takes
PATIENCE = 30.0


class Stage:
    """A sandbox, settings that point at it, and the service as a process of its own."""

    def __init__(self, folder: Path, **changes: Any) -> None:
        self.folder = folder
        self.sandbox = Sandbox(seed=SEED, clock="real").start()
        self.environment = {**os.environ, **environment_for(SEED, prefix=PREFIX)}
        self.file = folder / "settings.yaml"
        self.file.write_text(yaml.safe_dump(self._settings(changes)), encoding="utf-8")
        self.address = ""
        self._process: Running | None = None
        self._people = 0
        self.tokens: dict[str, str] = {}

    def _settings(self, changes: dict[str, Any]) -> dict[str, Any]:
        account = {
            "id": "fernhill",
            "channel": "x",
            "name": "@fernhill",
            "base_url": self.sandbox.base_url,
            "credentials": {name: f"{PREFIX}_{name.upper()}" for name in CREDENTIALS},
            "streams": [{"kind": "mentions", "interval": "1s"}, {"kind": "messages", "interval": "1s"}],
            "options": {"likes": "on"},
        }
        dashboard = {"port": 0, **changes.pop("dashboard", {})}
        self.staff = tuple(dashboard.pop("staff", ["Sam"]))
        return {
            "data_dir": "data",
            "accounts": [account, *changes.pop("more_accounts", ())],
            "dashboard": dashboard,
            "public": {"port": 0},
            "outbox": {"undo": "1s", **changes.pop("outbox", {})},
            "jobs": {"poll_every": "0.3s", "deliver_every": "0.3s"},
            **changes,
        }

    @property
    def settings(self) -> Settings:
        """Return the settings as the service reads them."""
        return load(self.file)

    def hire(self) -> None:
        """Let the stage's people work here, each an administrator who is signed in with a token known to the test."""
        self.tokens = self.tokens or hire(self.settings, *self.staff)

    def cookie(self, name: str | None = None) -> dict[str, str]:
        """Return the cookie of somebody's session, by name; the first of the stage's people when none is told."""
        return {cookie_name(self.settings): self.tokens[name or self.staff[0]]}

    def serve(self) -> Stage:
        """Start the service and wait until it answers."""
        if self.staff:
            self.hire()
        with (self.folder / "service.log").open("a", encoding="utf-8") as log:
            self._process = start("serve", "--settings", self.file, env=self.environment, stderr=log, text=True)
        assert self._process.stdout is not None
        self.address = self._process.stdout.readline().strip().replace("127.0.0.1", "localhost")
        assert self.address, self.log()
        STAGES[self.address] = self
        return self

    def stop(self) -> None:
        """End the service, as an operator would."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(PATIENCE)
        finally:
            self._process.kill()
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process.wait()
            self._process = None

    def close(self) -> None:
        """End everything."""
        self.stop()
        self.sandbox.stop()

    def log(self) -> str:
        """Return what the service wrote to its log."""
        return (self.folder / "service.log").read_text(encoding="utf-8")

    # -- the crowd -----------------------------------------------------------------------------------------------------

    def somebody(self, name: str = "", **facts: Any) -> str:
        """Bring somebody new into the world; return their handle."""
        self._people += 1
        handle = f"guest{self._people}"
        self.sandbox.world.add_user(handle, name=name or f"Guest {self._people}", **facts)
        return handle

    def mention(self, text: str, handle: str | None = None, **facts: Any) -> str:
        """Let somebody mention the brand; return the post's id."""
        author = handle or self.somebody(**facts)
        return str(self.sandbox.world.post(author, f"@fernhill {text}").root)

    def message(self, text: str, handle: str | None = None) -> str:
        """Let somebody write to the brand privately; return their handle."""
        sender = handle or self.somebody()
        self.sandbox.world.dm(sender, "fernhill", text)
        return sender

    @property
    def truth(self) -> Truth:
        """Return what really happened on the platform."""
        return self.sandbox.world.truth()

    def answers(self, post_id: str) -> tuple[TruePost, ...]:
        """Return what the brand posted below a post."""
        return self.truth.replies_to(post_id, self.sandbox.brand.id)

    def conversation(self, post_id: str) -> str:
        """Return the conversation that a mention of somebody new begins."""
        post = self.truth.post(post_id)
        return f"x:{post.conversation_id}:{post.author_id}"


def until(true: Callable[[], Any], what: str) -> Any:
    """Wait until `true()` is, and return it; the platform and the service are other threads and processes."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.05)  # nothing to wait on: another process's state is looked at
    raise AssertionError(f"waited {PATIENCE:.0f} s in vain until {what}")


#: address of a running service → its stage
STAGES: dict[str, Stage] = {}


def sign_in(context: BrowserContext, address: str, staff: str | None = None) -> None:
    """Give a browser the session of somebody of the stage at this address."""
    parts = urlsplit(address)
    stage = STAGES.get(f"{parts.scheme}://{parts.netloc}")
    if stage is None or staff == "" or not stage.tokens:
        return
    name = staff or next(iter(parse_qs(parts.query).get("staff", ())), None)
    for key, value in stage.cookie(name).items():
        context.add_cookies([{"name": key, "value": value, "url": f"{parts.scheme}://{parts.netloc}"}])


@contextmanager
def staged(folder: Path, **changes: Any) -> Iterator[Stage]:
    """Give a stage whose service is not started yet."""
    stage = Stage(folder, **changes)
    try:
        yield stage
    finally:
        stage.close()


def put_draft(stage: Stage, conversation: str, mode: str, text: str, nonce: str, **headers: str) -> requests.Response:
    """Send a draft as a page does."""
    return requests.put(
        f"{stage.address}/drafts/{requests.utils.quote(conversation, safe='')}/{mode}",
        params={"staff": "Sam", "account": "fernhill"},
        json={"text": text, "nonce": nonce},
        cookies=stage.cookie("Sam"),
        headers={"Origin": stage.address, **headers},
        timeout=10,
    )
