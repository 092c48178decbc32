"""A Page with Messenger and an account on Instagram in the sandbox, a program that reads both, and a webhook."""

from __future__ import annotations

import atexit
import shutil
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from blank_store import laid

from social_listener.channels import Channel, factory, stream_kinds
from social_listener.errors import Forged
from social_listener.ingest import Ingest
from social_listener.model import Stream
from social_listener.sandbox import Sandbox
from social_listener.scoring import Weights
from social_listener.settings import PollingSettings
from social_listener.store import Store

#: account ids: the Page, and the account on Instagram
PAGE, GRAM = "page", "gram"
CHANNELS = {PAGE: "facebook", GRAM: "instagram"}
OVERLAP = timedelta(minutes=30)
#: the latest that an item shows, shorter than the overlap
LATEST = timedelta(minutes=25)
#: posts and media from long ago: more than a page of the list holds, and more than one poll reads
OLD_POSTS, OLD_MEDIA = 170, 60


def streams(overlap: timedelta = OVERLAP) -> dict[str, Stream]:
    """Return a stream of every kind on both accounts."""
    made = [
        Stream(
            id=f"{account}/{kind}",
            account_id=account,
            channel=channel,
            kind=kind,
            name=kind,
            interval=timedelta(minutes=1),
            overlap=overlap,
        )
        for account, channel in CHANNELS.items()
        for kind in stream_kinds(channel)
    ]
    return {one.id: one for one in made}


class Receiver:
    """A webhook on loopback, by real HTTP. `down`: that many deliveries are answered with 503."""

    def __init__(self, house: House) -> None:
        self.down = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            """Answers a platform."""

            def do_GET(self) -> None:
                """Answer whether this is ours."""
                try:
                    self._say(200, house.ingest.handshake(self._account(), dict(parse_qsl(urlsplit(self.path).query))))
                except Forged:
                    self._say(403, b"")

            def do_POST(self) -> None:
                """Keep what is pushed."""
                body = self.rfile.read(int(self.headers["content-length"]))
                if outer.down:
                    outer.down -= 1
                    self._say(503, b"")
                    return
                try:
                    house.ingest.accept(self._account(), {k.lower(): v for k, v in self.headers.items()}, body)
                    self._say(200, b"")
                except Forged:
                    self._say(401, b"")

            def log_message(self, *_: object) -> None:
                """Say nothing."""

            def _account(self) -> str:
                return urlsplit(self.path).path.rpartition("/")[2]

            def _say(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}/webhooks"

    def stop(self) -> None:
        """End."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@dataclass
class House:
    """A sandbox, a program that reads it, and its webhook."""

    sandbox: Sandbox
    folder: Path
    overlap: timedelta = OVERLAP
    step: timedelta = field(default_factory=timedelta)  #: how far our own clock is off
    ingest: Ingest = field(init=False)
    receiver: Receiver = field(init=False)

    def __post_init__(self) -> None:
        """Begin with an empty store, and with quiet posts from long ago."""
        self.open()
        self.receiver = Receiver(self)

    def clock(self) -> datetime:
        """Return our own time."""
        return self.sandbox.world.clock.now() + self.step

    def open(self) -> None:
        """Start the program, on the store that is there."""
        self.ingest = Ingest(
            Store.open(laid(self.folder / "store.duckdb")),
            {account: self.channel(account) for account in CHANNELS},
            streams=streams(self.overlap),
            weights=Weights(),
            polling=PollingSettings(recheck_every=timedelta(hours=1)),
            clock=self.clock,
            chance=lambda: 0.5,
        )

    def channel(self, account: str) -> Channel:
        """Return a channel of an account."""
        name = CHANNELS[account]
        return factory(name)(
            account_id=account,
            credentials=self.sandbox.graph_credentials(name),  # type: ignore[arg-type]
            base_url=self.sandbox.base_url,
            options=self.sandbox.graph_options(name),  # type: ignore[arg-type]
            connect_timeout=timedelta(seconds=5),
            read_timeout=timedelta(seconds=10),
        )

    def restart(self) -> None:
        """End the program and start it again: what it had in memory is gone."""
        self.ingest.store.close()
        self.open()

    def subscribe(self) -> None:
        """Have everything pushed from now on, when `push` says so."""
        self.sandbox.webhooks.mode(hold=True)
        for account, channel in CHANNELS.items():
            self.sandbox.webhooks.subscribe(channel, f"{self.receiver.address}/{account}")  # type: ignore[arg-type]

    def push(self) -> None:
        """Have everything pushed that waits."""
        self.sandbox.webhooks.flush()

    def read(self) -> None:
        """Read what was pushed."""
        for account in CHANNELS:
            self.ingest.receive(account)

    def poll(self, *, stop: Callable[[], bool] | None = None) -> list[str]:
        """Poll every stream; return what went wrong."""
        told = [self.ingest.poll(one, until_end=True, stop=stop) for one in streams(self.overlap).values()]
        return [one.error or f"{one.stream_id} waits" for one in told if one.error or one.wait_until]

    def recheck(self) -> None:
        """Look up again what was not told of for an hour."""
        for account in CHANNELS:
            while self.ingest.recheck(account):
                pass

    def end(self) -> None:
        """End the program."""
        self.receiver.stop()
        self.ingest.store.close()

    def close(self) -> None:
        """End everything."""
        self.sandbox.stop()
        self.receiver.stop()
        self.ingest.store.close()


def open_house(folder: Path, *, overlap: timedelta = OVERLAP, push: bool = True) -> House:
    """Return a house whose brand has posts and media from long ago, all read, on which nothing was ever said."""
    made, now = _long_ago()
    shutil.copytree(made, folder, dirs_exist_ok=True)
    sandbox = _sandbox(folder, now)
    house = House(sandbox, folder, overlap)
    if push:
        house.subscribe()
    return house


def beside(house: House, folder: Path) -> House:
    """Return another program that begins where the house began, and reads the same sandbox. It is pushed nothing."""
    made, _ = _long_ago()
    shutil.copytree(made, folder, dirs_exist_ok=True)
    return House(house.sandbox, folder, house.overlap)


def _sandbox(folder: Path, now: datetime | None = None) -> Sandbox:
    sandbox = Sandbox(seed=3, clock="manual", state=folder / "state", start_at=now).start()
    # Pages of 50, as a platform that leaves out what a token may not see.
    sandbox.graph.policy.short_pages = True
    return sandbox


@cache
def _long_ago() -> tuple[Path, datetime]:
    """Return a folder with the past of a brand, read whole, and the moment that it leads to; made once in a process."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    sandbox = _sandbox(folder)
    now = sandbox.world.clock.now()
    for number in range(OLD_POSTS):
        sandbox.graph.page_post(f"old post {number}", now - timedelta(days=OLD_POSTS - number, hours=3))
    for number in range(OLD_MEDIA):
        sandbox.graph.media(f"old medium {number}", now - timedelta(days=OLD_MEDIA - number, hours=3))
    house = House(sandbox, folder)
    for _ in range(3):
        assert house.poll() == []
        sandbox.world.advance(60)
    house.close()
    return folder, sandbox.world.clock.now()


def remove(house: House) -> None:
    """End a house and leave nothing."""
    house.close()
    shutil.rmtree(house.folder)
