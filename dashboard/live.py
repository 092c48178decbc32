"""Telling open pages that the store has changed; they decide what to read again. GET /live, see asgi.py."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from starlette.responses import StreamingResponse

from social_listener.dashboard.entrance import HEADER
from social_listener.dashboard.gate import who
from social_listener.dashboard.presence import presence_event

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.responses import Response

    from social_listener.dashboard.entrance import Entrance
    from social_listener.desk.presence import Here

#: seconds between two looks at the revision, and between signs of life
LOOK, HEARTBEAT = 0.2, 15.0
#: seconds between two events to a page, and over which pages are told of the same change, one after the other: at
#: least, and for each open page. 25 that read all the time would hold up whoever presses something.
PAUSE, PAUSE_EACH = 1.8, 0.12
SPREAD, SPREAD_EACH = 1.2, 0.12
#: what a page is told: that something has changed, or only that the connection lives
CHANGED: Final = "changed"
ALIVE: Final = "alive"


@dataclass(slots=True)
class Turns:
    """When one page is told, counted in looks. Pure but for what is drawn by lot."""

    chance: random.Random
    calm: float = 0.0  #: seconds since it was told of a change
    silence: float = 0.0  #: seconds since it was told anything
    left: float = 0.0  #: seconds for which it lets others read before it, once something has changed

    def look(self, pages: int, *, changed: bool) -> str | None:
        """Return what the page is told now, CHANGED or ALIVE; None: nothing. `pages`: so many are open."""
        self.calm += LOOK
        self.silence += LOOK
        if changed and self.calm >= max(PAUSE, PAUSE_EACH * pages):
            self.left -= LOOK
            if self.left <= 0:
                self.calm = self.silence = 0.0
                self.left = max(SPREAD, SPREAD_EACH * pages) * self.chance.random()
                return CHANGED
        if self.silence >= HEARTBEAT:
            self.silence = 0.0
            return ALIVE
        return None


class Live:
    """The streams of events to pages."""

    def __init__(self, entrance: Entrance) -> None:
        self._service = entrance.service
        self._door = entrance.door
        self._ending = entrance.ending
        self._open = 0

    async def get(self, request: Request) -> Response:
        """Answer GET /live."""
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        page = request.query_params.get("page", "")
        events = self._events(page, request.headers.get(HEADER, ""))
        return StreamingResponse(events, media_type="text/event-stream", headers=headers)

    async def _events(self, page: str, session_id: str) -> AsyncIterator[str]:
        self._open += 1
        try:
            async for event in self._told(page, session_id):
                yield event
        finally:
            self._open -= 1

    async def _told(self, page: str, session_id: str) -> AsyncIterator[str]:
        told = self._service.desk.revision
        here: tuple[Here, ...] = ()
        yield f"retry: 2000\ndata: {told}\n\n"
        chance = random.Random()  # noqa: S311 - no secret
        turns = Turns(chance, left=SPREAD * chance.random())
        while (staff := await who(self._door, session_id)) is not None and not self._ending():
            await asyncio.sleep(LOOK)
            revision = self._service.desk.revision
            others = self._service.desk.team.presence.others(page, staff.id, self._service.clock())
            if others != here:
                here = others
                yield presence_event(here)
            what = turns.look(self._open, changed=revision != told)
            if what == CHANGED:
                told = revision
                yield f"data: {told}\n\n"
            elif what == ALIVE:
                yield ": still here\n\n"
