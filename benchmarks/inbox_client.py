"""An open inbox without a browser: it speaks with the service as a page in Chromium does, and draws nothing.

One socket in Streamlit's protocol (its messages come from the installed `streamlit`), the stream of `/live`, and
`POST /presence`. What a page sends by itself is sent here too: the feed's `changed` when the store's revision has,
slow ticks, and the hashes of the messages that a browser keeps.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping

    from streamlit.proto.ClientState_pb2 import ClientState
    from streamlit.proto.Delta_pb2 import Delta
    from websockets.asyncio.client import ClientConnection

#: Streamlit's prefix of the widget that gathers a component's triggers, and what ends its id
_TRIGGER, _EVENTS = "$$STREAMLIT_INTERNAL_KEY_", "__events"
#: seconds for which the feed waits after somebody pressed something; see dashboard/assets/live.js
CALM: Final = 0.4
#: … and at most, while what was pressed is not heard yet
CALM_AT_MOST: Final = 3.0
#: seconds after which a page says again what is not heard, and twice that the next time; see dashboard/assets/panes.js
AGAIN_AFTER: Final = 2.0
#: seconds between two signs of a page that it is open; see dashboard/assets/beats.js
BEAT: Final = 10.0
#: messages that a browser keeps of each place of a page
_KEPT_EACH = 3
#: seconds after which an answer has failed
PATIENCE: Final = 60.0


@dataclass(slots=True)
class Figures:
    """What all pages saw together."""

    clicks: list[float] = field(default_factory=list)  #: seconds from sending a click to the end of its script
    opened: list[float] = field(default_factory=list)  #: seconds from sending a click to the conversation itself
    received: int = 0  #: bytes
    changes: int = 0  #: times that the feed had the store read again
    ticks: int = 0
    again: int = 0  #: times that a click was said again, as nothing had come of it

    def clear(self) -> None:
        """Forget what was seen so far."""
        self.clicks.clear()
        self.opened.clear()
        self.received = self.changes = self.ticks = self.again = 0


class Inbox:
    """One page of somebody who is signed in."""

    def __init__(self, address: str, cookies: Mapping[str, str], staff: str, figures: Figures) -> None:
        self._address, self._staff, self._figures = address, staff, figures
        self._cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
        self._page = str(uuid.uuid4())
        self._socket: ClientConnection
        self._tasks: list[asyncio.Task[None]] = []
        self._ids: dict[str, tuple[str, str]] = {}  #: key of a component → its id, and its fragment's
        self._hash = ""
        self._kept: dict[tuple[int, ...], OrderedDict[str, None]] = {}
        self._messages: dict[str, ForwardMsg] = {}
        self._ticking: dict[str, asyncio.Task[None]] = {}
        self._finished = asyncio.Event()
        self._shown = asyncio.Event()
        self._wanted = ""
        self._fault: BaseException | None = None
        self._acted = 0.0
        self._first_heard = 0.0
        self.rows: list[str] = []  #: conversations in the list
        self.chosen = ""

    async def open(self) -> None:
        """Connect, run the page's script once, and hear of changes from then on."""
        self._socket = await connect(
            self._address.replace("http", "ws", 1) + "/_stcore/stream",
            subprotocols=["streamlit"],  # type: ignore[list-item]  # a new type of text
            additional_headers={"Cookie": self._cookie},
            origin=self._address,  # type: ignore[arg-type]
            compression=None,
            max_size=None,
        )
        self._do(self._read())
        await self._send({})
        await asyncio.wait_for(self._finished.wait(), PATIENCE)
        self._whole()
        if "queue_list" not in self._ids:
            raise RuntimeError(f"the page of {self._staff} shows no list: is it signed in?")
        self._do(self._live())
        self._do(self._beats())

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        """Let something go on beside; when it fails, the whole measurement does."""
        task = asyncio.create_task(work)
        task.add_done_callback(self._ended)
        self._tasks.append(task)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (fault := task.exception()):
            self._fault = fault
            self._shown.set()
            self._finished.set()

    def _whole(self) -> None:
        """Raise what ended a part of the page."""
        if self._fault is not None:
            raise RuntimeError(f"the page of {self._staff} does not work any more") from self._fault

    async def close(self) -> None:
        """Leave the page."""
        tasks = [*self._tasks, *self._ticking.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._socket.close()

    async def pick(self, conversation: str) -> None:
        """Click on a row of the list, and wait until the conversation is there and the script has ended."""
        self._wanted = conversation
        self._shown.clear()
        self._finished.clear()
        self._acted = began = time.perf_counter()
        at = time.time() * 1000
        wish = {"id": conversation, "at": at, "page": self._page}
        said = [{"number": at, "pane": "queue", "what": "pick", "value": wish}]
        await self._trigger("feed", "told", said)
        async with asyncio.timeout(PATIENCE):
            for pause in (AGAIN_AFTER, 2 * AGAIN_AFTER):
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._shown.wait(), pause)
                    break
                self._figures.again += 1
                await self._trigger("feed", "told", said)
            await self._shown.wait()
            self._whole()
            self._figures.opened.append(time.perf_counter() - began)
            await self._finished.wait()
        self._whole()
        self._figures.clicks.append(time.perf_counter() - began)
        self.chosen = conversation

    # -- what a page sends ---------------------------------------------------------------------------------------------

    async def _trigger(self, key: str, event: str, value: object) -> None:
        identity, fragment = self._ids[key]
        payload = json.dumps([{"event": event, "value": value}])
        await self._send({_TRIGGER + identity + _EVENTS: payload}, fragment)

    async def _send(self, triggers: Mapping[str, str], fragment: str = "", *, ticks: bool = False) -> None:
        message = BackMsg()
        state: ClientState = message.rerun_script
        if "search" in self._ids:
            state.widget_states.widgets.add(id=self._ids["search"][0], string_value="")
        for identity, payload in triggers.items():
            state.widget_states.widgets.add(id=identity, json_trigger_value=payload)
        state.widget_states.SetInParent()
        state.page_script_hash, state.fragment_id, state.is_auto_rerun = self._hash, fragment, ticks
        if self.chosen:
            state.query_string = f"c={self.chosen}"
        state.cached_message_hashes.extend(self._messages)
        about = state.context_info
        about.timezone, about.timezone_offset, about.locale = "UTC", 0, "en-US"
        about.url, about.is_embedded, about.color_scheme = self._address + "/", False, "light"
        await self._socket.send(message.SerializeToString())

    async def _beat(self) -> None:
        """Tell which conversation is shown."""
        where = urlsplit(self._address)
        body = json.dumps({"page": self._page, "conversation": self.chosen, "typing": ""}).encode()
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        head = (
            f"POST /presence?staff={self._staff} HTTP/1.1\r\nHost: {where.netloc}\r\nOrigin: {self._address}\r\n"
            f"Cookie: {self._cookie}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            "Connection: close\r\n\r\n"
        )
        writer.write(head.encode() + body)
        status = await reader.readline()
        writer.close()
        if b" 204" not in status:
            raise RuntimeError(f"the service refused to hear from the page of {self._staff}: {status.decode().strip()}")

    async def _beats(self) -> None:
        while True:
            await self._beat()
            await asyncio.sleep(BEAT)

    async def _ticks(self, fragment: str, interval: float) -> None:
        while True:
            await asyncio.sleep(interval)
            self._figures.ticks += 1
            await self._send({}, fragment, ticks=True)

    async def _live(self) -> None:
        """Hear of changes, and have the page read again what differs, as the feed does."""
        where = urlsplit(self._address)
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        head = f"GET /live?page={self._page} HTTP/1.1\r\nHost: {where.netloc}\r\nCookie: {self._cookie}\r\n\r\n"
        writer.write(head.encode())
        told = ""
        try:
            while line := await reader.readline():
                name, _, value = line.decode().strip().partition(": ")
                if name != "data" or value.startswith("["):
                    continue
                first, told = not told, value
                if not first:
                    since = time.perf_counter()
                    while (now := time.perf_counter()) < since + CALM_AT_MOST and self._in_hand(now):  # noqa: ASYNC110 - a clock is waited for
                        await asyncio.sleep(CALM)
                    self._figures.changes += 1
                    await self._trigger("live_feed", "changed", told)
        finally:
            writer.close()

    def _in_hand(self, now: float) -> bool:
        """Return whether somebody has just pressed something, or it is not heard yet."""
        return now < self._acted + CALM or bool(self._wanted and not self._shown.is_set())

    # -- what it is told -----------------------------------------------------------------------------------------------

    async def _read(self) -> None:
        async for data in self._socket:
            self._figures.received += len(data)
            message = ForwardMsg()
            message.ParseFromString(data)  # type: ignore[arg-type]  # Streamlit sends bytes only
            self._hear(message)

    def _hear(self, message: ForwardMsg) -> None:
        what = message.WhichOneof("type")
        if what == "ref_hash":
            self._drawn(self._messages[message.ref_hash].delta)
        elif what == "delta":
            if message.metadata.cacheable:
                self._keep(message)
            self._drawn(message.delta)
        elif what == "new_session":
            self._finished.clear()
        elif what == "script_finished":
            if not self._wanted or self._shown.is_set():
                self._finished.set()
        elif what == "navigation":
            self._hash = message.navigation.page_script_hash
        elif what == "auto_rerun":
            self._tick(message.auto_rerun.fragment_id, message.auto_rerun.interval)

    def _keep(self, message: ForwardMsg) -> None:
        """Keep a message as a browser does, which is told of it by its hash the next time."""
        place = self._kept.setdefault(tuple(message.metadata.delta_path), OrderedDict())
        place[message.hash] = None
        place.move_to_end(message.hash)
        self._messages[message.hash] = message
        while len(place) > _KEPT_EACH:
            self._messages.pop(place.popitem(last=False)[0], None)

    def _tick(self, fragment: str, interval: float) -> None:
        """Begin the slow tick of a fragment anew, as a browser does when it is drawn."""
        if before := self._ticking.pop(fragment, None):
            before.cancel()
        self._ticking[fragment] = asyncio.create_task(self._ticks(fragment, interval))

    def _drawn(self, delta: Delta) -> None:
        element = delta.new_element
        kind = element.WhichOneof("type")
        if kind == "text_input":
            self._ids["search"] = (element.text_input.id, delta.fragment_id)
        if kind != "bidi_component":
            return
        key = element.bidi_component.id.rpartition("-")[2]
        self._ids[key] = (element.bidi_component.id, delta.fragment_id)
        if key in {"queue_list", "feed"}:
            with suppress(ValueError):
                self._show(key, json.loads(element.bidi_component.bytes))

    def _show(self, key: str, data: Mapping[str, Any]) -> None:
        if key == "queue_list":
            self.rows = [row["id"] for row in data["rows"]]
        elif self._wanted and data["panes"]["thread"]["id"] == self._wanted:
            self._shown.set()
