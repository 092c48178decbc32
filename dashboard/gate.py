"""The gate before every page, route and socket: nobody comes past it who is not signed in.

no session      a page sends to the sign-in page, everything else gets 401; a socket is closed with 4401
a session       what lies behind is told which one, in a header that no browser can set
it ends         its sockets are closed with 4401 at that moment
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import JSONResponse, RedirectResponse

from social_listener.dashboard.entrance import HEADER, sign_in_address, visitor
from social_listener.errors import ListenerError

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from social_listener.dashboard.entrance import Entrance
    from social_listener.desk.people_door import Door
    from social_listener.desk_types.people import StaffLine

#: paths that somebody who is not signed in may ask for
OPEN = ("/sign-in", "/sign/", "/join")
#: an open page posts there every few seconds, whether somebody sits before it or not
BEATS = "/presence"
#: a socket is closed with this code when its session is none, or none any more
SIGNED_OUT = 4401
#: seconds between two looks whether the session of a quiet socket has ended by itself
LOOK = 15.0


def is_open(path: str) -> bool:
    """Return whether a path is there for everybody."""
    return path in {"/sign-in", "/join"} or path.startswith(("/sign-in/", "/sign/"))


async def who(door: Door, session_id: str) -> StaffLine | None:
    """Return who is signed in; what the database has to tell is read in a thread, for the loop serves everybody."""
    known, staff = door.at_hand(session_id)
    return staff if known else await run_in_threadpool(door.who, session_id)


class Gate:
    """Stands behind the guard and before everything else."""

    def __init__(self, app: ASGIApp, entrance: Entrance) -> None:
        self._app = app
        self._entrance = entrance

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or socket."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        session_id = self._entrance.session_id(scope)
        staff = await who(self._entrance.door, session_id) if session_id else None
        inner = _told(scope, session_id if staff else "")
        if scope["type"] == "websocket":
            if staff is None:
                await send({"type": "websocket.close", "code": SIGNED_OUT, "reason": "sign in"})
            else:
                await _Socket(self._entrance, session_id, receive, send).serve(self._app, inner)
        elif staff is not None or is_open(scope["path"]):
            if staff is not None and _is_work(scope):
                await run_in_threadpool(self._entrance.door.used, session_id)
            await self._app(inner, receive, send)
        else:
            answer = await run_in_threadpool(self._refusal, scope)
            await answer(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response:
        """Return what somebody gets who is not signed in."""
        if not _is_page(scope):
            return JSONResponse({"error": "You are not signed in any more."}, status_code=401)
        entrance = self._entrance
        if entrance.demo is not None and entrance.may_come_by_itself(scope):
            with contextlib.suppress(ListenerError):
                ticket = self._come_by_itself(entrance.demo, scope)
                query = scope["query_string"].decode("latin-1")
                answer = RedirectResponse(scope["path"] + (f"?{query}" if query else ""), status_code=303)
                entrance.let_in(scope, answer, ticket)
                return answer
        return RedirectResponse(sign_in_address(scope), status_code=303)

    def _come_by_itself(self, name: str, scope: Scope) -> Any:
        return self._entrance.service.desk.door.by_itself(name, visitor(scope))


def _told(scope: Scope, session_id: str) -> Scope:
    """Return the scope with our header, and without one that a browser made up."""
    headers = [(name, value) for name, value in scope["headers"] if name.lower() != HEADER.encode()]
    if session_id:
        headers.append((HEADER.encode(), session_id.encode()))
    return {**scope, "headers": headers}


def _is_page(scope: Scope) -> bool:
    """Return whether somebody opens a page, rather than a page asking for something."""
    headers = Headers(scope=scope)
    if scope["method"] not in {"GET", "HEAD"}:
        return False
    mode = headers.get("sec-fetch-mode")
    return mode == "navigate" if mode else "text/html" in headers.get("accept", "")


def _is_work(scope: Scope) -> bool:
    """Return whether this shows that a person is there: an open page asks for a lot by itself."""
    return (scope["method"] not in {"GET", "HEAD"} and scope["path"] != BEATS) or _is_page(scope)


class _Socket:
    """One page's socket, for as long as its session lasts."""

    def __init__(self, entrance: Entrance, session_id: str, receive: Receive, send: Send) -> None:
        self._door = entrance.door
        self._session_id = session_id
        self._receive = receive
        self._send = send
        self._ended = asyncio.Event()
        self._closed = False
        self._asked: asyncio.Task[Message] | None = None
        self._ending: asyncio.Task[Any] | None = None

    async def serve(self, app: ASGIApp, scope: Scope) -> None:
        """Run the application behind, until either side ends."""
        loop = asyncio.get_running_loop()

        def told(session_id: str) -> None:
            if session_id == self._session_id:
                with contextlib.suppress(RuntimeError):  # the service is ending anyway
                    loop.call_soon_threadsafe(self._ended.set)

        stop = self._door.watch(told)
        self._ending = asyncio.create_task(self._ended.wait())
        try:
            await app(scope, self.receive, self.send)
        finally:
            stop()
            self._ending.cancel()
            if self._asked is not None:
                self._asked.cancel()

    async def receive(self) -> Message:
        """Return what the browser says next; that it is gone, once its session has ended."""
        if self._asked is None:
            self._asked = asyncio.create_task(_next(self._receive))
        assert self._ending is not None  # noqa: S101 - `serve` made it
        while True:
            await asyncio.wait({self._asked, self._ending}, timeout=LOOK, return_when=asyncio.FIRST_COMPLETED)
            if self._ended.is_set() or await who(self._door, self._session_id) is None:
                return await self._close()
            if self._asked.done():
                message, self._asked = self._asked.result(), None
                return message

    async def send(self, message: Message) -> None:
        """Send to the browser, unless the socket was closed."""
        if not self._closed:
            await self._send(message)

    async def _close(self) -> Message:
        if not self._closed:
            self._closed = True
            await self._send({"type": "websocket.close", "code": SIGNED_OUT, "reason": "signed out"})
        return {"type": "websocket.disconnect", "code": SIGNED_OUT}


async def _next(receive: Receive) -> Message:
    return await receive()
