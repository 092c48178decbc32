"""No secret gets out, whatever goes wrong: not by logs, errors, the database, exports, the status or served pages."""

from __future__ import annotations

import json
import logging
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests
import zstandard
from cryptography.fernet import Fernet
from push_kit import Door
from staff_kit import seed_staff, token_for
from streamlit.testing.v1 import AppTest

from social_listener import failpoints
from social_listener.channels import stream_kinds
from social_listener.cli import shapes
from social_listener.cursor import Cursor
from social_listener.dashboard import session, state
from social_listener.dashboard.entrance import USER_KEY
from social_listener.errors import ListenerError
from social_listener.model import Action, ActionKind, PrivateReply, PublicReply, StreamKind
from social_listener.sandbox import Sandbox
from social_listener.sandbox.faults import GRAPH_KINDS, KINDS
from social_listener.service import Service, build
from social_listener.settings import AccountSettings, OutboxSettings, PollingSettings, Settings, StreamSettings
from social_listener.store import exports
from social_listener.vault import KEY, Entry, open_vault

CHANNELS = {"bird": "x", "page": "facebook", "gram": "instagram"}
X_KEYS = ("bearer_token", "consumer_key", "consumer_secret", "access_token", "access_token_secret")
#: what a customer says, which has to be found in most places: a search that finds nothing shows nothing
CANARY = "canary-words-7f3a"
PLACES = ("logs", "errors", "files", "tables", "raw pages", "exports", "status", "pages", "public port")


class Overheard(logging.Handler):
    """Keeps every log record as its library said it, before our mask of secrets."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one."""
        plain = {name: value for name, value in vars(record).items() if name not in {"exc_info", "exc_text"}}
        error = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else ""
        self.lines.append(f"{record.name} {record.getMessage()} {plain} {error}")


class Exposure:
    """Three accounts on a sandbox where everything goes wrong, and what could be read of them anywhere."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: dict[str, list[str]] = defaultdict(list)
        self.sandbox = Sandbox(seed=7, clock="manual").start()
        self.environment = {f"TEST_{name.upper()}": self.sandbox.credentials[name] for name in X_KEYS}
        self.meta = self.sandbox.graph_credentials("facebook")
        self.environment |= {f"META_{name.upper()}": value for name, value in self.meta.items()}
        self.environment[KEY] = Fernet.generate_key().decode()
        self.settings = Settings(
            data_dir=folder,
            accounts=tuple(self._account(name) for name in CHANNELS),
            outbox=OutboxSettings(undo=timedelta(0)),
            polling=PollingSettings(read_timeout=timedelta(seconds=0.2)),
        )
        vault = open_vault(folder, self.environment)
        assert vault is not None
        now = self.sandbox.world.clock.now()
        vault.put(Entry(account_id="page", channel="facebook", credentials=self.meta, obtained_at=now))
        self.service = self._build()
        for name in ("mara", "ben"):
            self.sandbox.world.add_user(name)

    @property
    def secrets(self) -> dict[str, str]:
        """What must not be read anywhere, with the forms in which it could stand in an address."""
        tokens = self.sandbox.graph.tokens
        plain = {**self.environment, "proof": tokens.proof(tokens.page_token)}
        return plain | {f"{name}, quoted": quote(value, safe="") for name, value in plain.items()}

    def _account(self, name: str) -> AccountSettings:
        channel = CHANNELS[name]
        kinds = [one for one in stream_kinds(channel) if one is not StreamKind.SEARCH]
        keys = {"x": [f"TEST_{one.upper()}" for one in X_KEYS]}.get(
            channel, [f"META_{one.upper()}" for one in self.meta]
        )
        names = X_KEYS if channel == "x" else tuple(self.meta)
        return AccountSettings(
            id=name,
            channel=channel,
            name=name,
            base_url=self.sandbox.base_url,
            # The Page's are in the vault.
            credentials={} if name == "page" else dict(zip(names, keys, strict=True)),
            streams=tuple(StreamSettings(kind=kind) for kind in kinds),
            options={} if channel == "x" else self.sandbox.graph_options(channel),  # type: ignore[arg-type]
        )

    def _build(self) -> Service:
        return build(self.settings, clock=self.sandbox.world.clock.now, environment=self.environment)

    def restart(self) -> None:
        """End the service and start the next one."""
        self.service.outbox.close(timedelta(seconds=5))
        self.service.close()
        self.service = self._build()

    # -- what goes wrong -----------------------------------------------------------------------------------------------

    def live(self) -> None:
        """Let people talk, everything fail, and the service die at every place."""
        items = self.talk()
        for kind in (*KINDS, *GRAPH_KINDS):
            for account, channel in CHANNELS.items():
                if channel != "x" or kind in KINDS:
                    self.suffer(account, kind, items[account])
        for place in failpoints.NAMES:
            if not place.startswith("store."):
                self.die(place)
        with Door(self.service.ingest) as door:
            self.knock(door)
        self.pages()
        self.show()

    def talk(self) -> dict[str, tuple[str, str]]:
        """Let customers write on every channel; return for each account the native ids of an item and its author."""
        world, graph = self.sandbox.world, self.sandbox.graph
        graph.policy.short_pages = True  # so that answers hold addresses of further pages, with the token
        post = world.post("mara", f"@fernhill {CANARY}")
        world.dm("mara", self.sandbox.brand, CANARY)
        below, medium = graph.page_post("news"), graph.media("news")
        comments = [graph.comment("mara", below, f"{CANARY} {number}") for number in range(60)]
        answers = [graph.ig_comment("mara", medium, f"{CANARY} {number}") for number in range(60)]
        for platform in ("messenger", "instagram"):
            graph.message("mara", CANARY, platform)
        world.advance(60)
        self.poll()
        person = graph.person("mara")
        return {
            "bird": (str(post.id), post.author.id if hasattr(post, "author") else ""),
            "page": (comments[-1].id, person.psid),
            "gram": (answers[-1].id, person.igsid),
        }

    def poll(self, account: str | None = None) -> None:
        """Poll all streams, or those of an account."""
        for stream in self.service.streams.values():
            if account in {None, stream.account_id}:
                self.service.ingest.poll(stream)

    def suffer(self, account: str, kind: str, item: tuple[str, str]) -> None:
        """Read, look up, send and act while the platform fails in one way; keep what is raised."""
        channel, now = self.service.channels[account], self.sandbox.world.clock.now()
        stream = next(one for one in self.service.streams.values() if one.account_id == account)
        how: dict[str, Any] = {"seconds": 0.4} if kind == "stall" else {}
        self.sandbox.faults.add("* /**", kind, **how)
        common: dict[str, Any] = {"intent_id": "i", "account_id": account, "item_id": "i", "item_native_id": item[0]}
        private: dict[str, Any] = {
            "to_public": True,
            "recipient_native_id": item[1],
            "thread_native_id": None,
            "heard_at": None,
        }
        calls: list[Callable[[], object]] = [
            lambda: channel.fetch(stream, Cursor(), now),
            lambda: channel.lookup({item[0]: None}, now),
            lambda: channel.send(PublicReply(**common, text="hello")),
            lambda: channel.send(PrivateReply(**common, **private, by_person=True, text="hello")),
            lambda: channel.act(Action(kind=ActionKind.HIDE, account_id=account, item_id="i", item_native_id=item[0])),
            lambda: self.service.ingest.poll(stream),
        ]
        for call in calls:
            try:
                call()
            except ListenerError as error:
                self.said["errors"].append(written(error))
        self.sandbox.faults.clear()
        self.sandbox.world.advance(1000)

    def die(self, place: str) -> None:
        """Crash at a place while everything is done once, and start anew."""
        failpoints.arm(f"{place}=raise")
        try:
            comment = self.sandbox.graph.comment("mara", self.sandbox.graph.ledger.feed[-1], f"{CANARY} at {place}")
            told = self.sandbox.webhooks.build("facebook", comment)
            headers = {name.lower(): value for name, value in told.headers.items()}
            self.service.ingest.accept("page", headers, told.body)
            self.service.ingest.receive("page")
            self.poll()
            self.service.desk.reply_public(f"facebook:{comment.id}", f"we look at {place}", "ana", place)
            self.service.outbox.deliver()
            self.sandbox.world.advance(60)
            self.service.outbox.reconcile()
        except (failpoints.FailpointReached, ListenerError) as error:
            self.said["errors"].append(written(error))
        finally:
            failpoints.disarm()
        self.restart()
        self.sandbox.world.advance(300)

    def knock(self, door: Door) -> None:
        """Ask the public port everything, rightly and wrongly."""
        verify = {"hub.mode": "subscribe", "hub.challenge": "1", "hub.verify_token": "wrong"}
        with requests.Session() as web:
            for account in CHANNELS:
                for query in (verify, {"crc_token": "abc"}, {}):
                    self._keep(web.get(door.webhook(account), params=query, timeout=10))
                self._keep(web.post(door.webhook(account), data=b"{}", timeout=10))
            for path in ("livez", "readyz", "webhooks/nobody"):
                self._keep(web.get(f"{door.url}/{path}", timeout=10))

    def _keep(self, answer: requests.Response) -> None:
        self.said["public port"].append(f"{answer.status_code} {dict(answer.headers)} {answer.text}")

    def pages(self) -> None:
        """Draw the pages of the dashboard."""
        state.set_service(self.service)
        seed_staff(self.service.desk, "Sam")
        for query in ({}, {"page": "health"}):
            at = AppTest.from_file(str(Path(session.__file__).parent / "app.py"), default_timeout=60)
            at.user = {USER_KEY: self.service.desk.door.session_id(token_for(self.service.desk, "Sam"))}
            for name, value in query.items():
                at.query_params[name] = value
            at.run()
            self.said["pages"] += list(_shown(at._tree))

    # -- what can be read ----------------------------------------------------------------------------------------------

    def show(self) -> None:
        """Collect everything that is kept or printed, then end the service and read its files."""
        self.said["status"].append(json.dumps(shapes.status(self.service.desk.health())))
        self.said["status"] += [
            json.dumps(shapes.reply(line)) for line in self.service.desk.outbox(include_settled=True)
        ]
        for format_ in ("jsonl", "csv", "parquet"):
            body = b"".join(exports.write(self.service.store, format_))
            self.said["exports"].append(body.decode(errors="replace"))
        with self.service.store.read() as cursor:
            for (table,) in cursor.execute("SELECT table_name FROM duckdb_tables()").fetchall():
                rows = cursor.execute(f"SELECT * FROM {table}").fetchall()
                place = "raw pages" if table == "raw_pages" else "tables"
                self.said[place] += [" ".join(map(_plain, row)) for row in rows]
        self.service.outbox.close(timedelta(seconds=5))
        self.service.close()
        self.sandbox.stop()
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                self.said["files"].append(path.read_bytes().decode("latin-1"))

    def holding(self, place: str, word: str) -> list[str]:
        """Return what stands around a word wherever it can be read in a place."""
        return [text[max(0, at - 80) : at + 40] for text in self.said[place] if (at := text.find(word)) >= 0]


def written(error: BaseException | None) -> str:
    """Return everything that a log, a page or a debugger could show of an error and of those behind it."""
    text = "".join(traceback.format_exception(error)) if error else ""
    while error is not None:
        text += f"{error} {error!r} {vars(error)}"
        error = error.__cause__ or error.__context__
    return text


def _plain(value: object) -> str:
    """Return a value of the database as text: blobs are unpacked where they are packed."""
    if not isinstance(value, bytes):
        return str(value)
    try:
        return zstandard.ZstdDecompressor().decompress(value).decode(errors="replace")
    except zstandard.ZstdError:
        return value.decode(errors="replace")


def _shown(block: Any) -> Iterator[str]:
    """Return what a page of Streamlit shows."""
    yield str(getattr(block, "proto", ""))
    for child in getattr(block, "children", {}).values():
        yield from _shown(child)


@pytest.fixture(scope="module")
def exposed(tmp_path_factory: pytest.TempPathFactory) -> Exposure:
    """Return what could be read after a bad day at DEBUG."""
    overheard = Overheard()
    root = logging.getLogger()
    level = root.level
    root.addHandler(overheard)
    root.setLevel(logging.DEBUG)
    try:
        made = Exposure(tmp_path_factory.mktemp("exposed"))
        made.live()
    finally:
        root.removeHandler(overheard)
        root.setLevel(level)
    made.said["logs"] = overheard.lines
    return made


#: what has to stand in each place
THERE = {
    "logs": "poll failed",
    "errors": "FailpointReached",
    "files": "facebook",
    "tables": CANARY,
    "raw pages": CANARY,
    "exports": CANARY,
    "status": "complete_up_to",
    "pages": CANARY,
    "public port": "alive",
}


@pytest.mark.timeout(300)
def test_no_secret_can_be_read(exposed: Exposure) -> None:
    """After every fault and a crash at every place no token, secret or key stands anywhere in any form.

    Negative control: in each of these places the same search finds what is known to stand there.
    """
    for place in PLACES:
        found = {name: hits for name, secret in exposed.secrets.items() if (hits := exposed.holding(place, secret))}
        assert found == {}, place
        assert exposed.holding(place, THERE[place]), place


@pytest.mark.timeout(300)
@pytest.mark.long
def test_the_search_would_find_a_token(exposed: Exposure) -> None:
    """Negative control: the raw answers do hold addresses of further pages, from which the token was taken."""
    assert exposed.holding("raw pages", "access_token=")
    exposed.said["planted"].append(f"GET /me?access_token={exposed.meta['access_token']}&x=1")
    assert any(exposed.holding("planted", secret) for secret in exposed.secrets.values())
