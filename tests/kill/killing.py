"""A service that is killed again and again while customers write and staff answer, and what must be true afterwards."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from social_listener import remote
from social_listener.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable

    from social_listener.sandbox import Sandbox
    from social_listener.sandbox.truth import Truth

SETTINGS = """\
data_dir: data
public: {{port: 0}}
outbox: {{undo: 0s}}
accounts:
  - id: brand
    channel: x
    name: "@fernhill"
    base_url: {base_url}
    credentials:
      bearer_token: KILL_BEARER
      consumer_key: KILL_KEY
      consumer_secret: KILL_SECRET
      access_token: KILL_TOKEN
      access_token_secret: KILL_TOKEN_SECRET
    streams:
      - {{kind: mentions, interval: 1s}}
      - {{kind: messages, interval: 1s}}
      - {{kind: replies, interval: 2s}}
"""

NAMES = {
    "bearer_token": "KILL_BEARER",
    "consumer_key": "KILL_KEY",
    "consumer_secret": "KILL_SECRET",
    "access_token": "KILL_TOKEN",
    "access_token_secret": "KILL_TOKEN_SECRET",
}


@dataclass
class Replied:
    """What a member of staff asked for, and whether the service said that it has it."""

    item_id: str
    public: bool
    text: str
    intent_id: str | None = None  #: None: no answer came back before the kill


@dataclass
class Harness:
    """One data folder, one sandbox, many lives of the service."""

    folder: Path
    sandbox: Sandbox
    seed: int
    replies: list[Replied] = field(default_factory=list)
    kills: int = 0

    def __post_init__(self) -> None:
        """Write the settings file."""
        self.random = random.Random(self.seed)
        self.settings = self.folder / "settings.yaml"
        self.settings.write_text(SETTINGS.format(base_url=self.sandbox.base_url), encoding="utf-8")
        keys = {NAMES[key]: value for key, value in self.sandbox.credentials.items() if key in NAMES}
        self.environment = {**os.environ, **keys}

    def start(self) -> subprocess.Popen[bytes]:
        """Start the service in a process of its own."""
        with (self.folder / "service.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "social_listener", "serve", "--headless", "--settings", str(self.settings)],
                env=self.environment,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )

    def command(self, *arguments: str) -> str:
        """Run a command and return its standard output."""
        done = subprocess.run(
            [sys.executable, "-m", "social_listener", *arguments, "--settings", str(self.settings)],
            env=self.environment,
            capture_output=True,
            check=False,
        )
        assert done.returncode in {0, 4}, done.stderr.decode()
        return done.stdout.decode()

    def ask(self, command: str, **params: object) -> str | None:
        """Have the running service do a command; None when it is not there (any more)."""
        out: list[bytes] = []
        try:
            code = remote.ask(
                self.folder / "data", command, params, Terminal(out.append, out.append, interactive=False)
            )
        except (remote.NobodyAnswers, OSError):
            return None
        return b"".join(out).decode() if code in {0, 1, 4} else None

    def life(self, most: float) -> None:
        """Start the service, let staff answer while it runs, and kill it at a random moment."""
        process = self.start()
        dead = threading.Event()
        staff = threading.Thread(target=self._staff, args=(dead,))
        staff.start()
        try:
            process.wait(timeout=self.random.uniform(0.3, most))
            output = (self.folder / "service.log").read_text(encoding="utf-8")[-3000:]
            raise AssertionError(f"the service ended by itself with {process.returncode}:\n{output}")
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            self.kills += 1
        finally:
            dead.set()
            staff.join()

    def _staff(self, dead: threading.Event) -> None:
        """Answer items that nobody answered, one after the other, with words never used before."""
        while not dead.wait(0.05):
            listed = self.ask("status", as_json=True)
            if listed is None:
                continue
            asked = {reply.item_id for reply in self.replies}
            for item in self._items():
                if dead.is_set():
                    return
                if item["id"] in asked or item["outbound"] or item["deleted"]:
                    continue
                self._reply(item)
                break

    def _items(self) -> list[dict[str, object]]:
        output = self.ask("export", format_="jsonl")
        if output is None:
            return []
        lines = []
        for line in output.splitlines():
            try:
                lines.append(json.loads(line))
            except ValueError:  # the kill came in the middle of this line
                break
        self.random.shuffle(lines)
        return lines

    def _reply(self, item: dict[str, object]) -> None:
        public = not item["private"]
        text = f"We are on it, thank you for telling us. ({len(self.replies) + 1})"
        reply = Replied(item_id=str(item["id"]), public=public, text=text)
        self.replies.append(reply)
        answer = self.ask("reply", item_id=reply.item_id, public=public, text=text, now=True, no_wait=True, staff=None)
        if answer is None:
            return
        try:
            reply.intent_id = json.loads(answer.splitlines()[-1])["id"]
        except (ValueError, KeyError, IndexError):
            return

    def finish(self, patience: float) -> None:
        """Let the service run undisturbed until it has caught up with everything, then end it in peace."""
        process = self.start()
        quiet_since = self.sandbox.world.clock.now().isoformat()
        try:
            wait_for(lambda: self._caught_up(quiet_since), patience, "the service did not catch up")
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=30) == 0

    def _caught_up(self, moment: str) -> bool:
        text = self.ask("status", as_json=True)
        if not text:
            return False
        status = json.loads(text)
        streams = [stream for account in status["accounts"] for stream in account["streams"]]
        current = all((stream["complete_up_to"] or "") > moment for stream in streams)
        outbox = status["outbox"]
        return bool(current) and not outbox.get("queued") and not outbox.get("sending")


def wait_for(condition: Callable[[], bool], patience: float, complaint: str) -> None:
    """Ask for `condition` until it holds; fail with `complaint` after `patience` seconds."""
    end = time.monotonic() + patience
    asking = threading.Event()
    while not condition():
        assert time.monotonic() < end, complaint
        asking.wait(0.3)


def expected_inbound(truth: Truth, brand_id: str, handle: str) -> dict[str, str]:
    """Return id → text of everything that customers said to the brand, by the truth alone."""
    own_threads = {post.conversation_id for post in truth.posts if post.author_id == brand_id}
    own_roots = {post.id for post in truth.posts if post.author_id == brand_id and post.parent_id is None}
    own_threads &= own_roots
    said = {
        post.id: post.shown_text
        for post in truth.posts
        if post.author_id != brand_id
        and not post.deleted
        and post.reposted_id is None
        and (f"@{handle}" in post.shown_text.lower() or post.conversation_id in own_threads)
    }
    said |= {
        message.id: message.text
        for message in truth.messages
        if brand_id in message.participants and message.sender_id != brand_id
    }
    return said
