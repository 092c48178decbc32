"""The two doors of the service: the dashboard for staff, and the answers to machines.

    staff port    dashboard.host : dashboard.port   Streamlit as an ASGI application, with our own routes and headers
    public port   public.host : public.port         GET /livez, GET /readyz, GET and POST /webhooks/{account id}

Both run in one event loop in the thread that calls `Web.run`.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import socket
import threading
from typing import TYPE_CHECKING

import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from social_listener import log, memory
from social_listener.errors import PortBusy
from social_listener.web_hooks import Webhooks

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp

    from social_listener.ingest import Ingest
    from social_listener.service import Service

#: seconds that open pages and requests are given when the service ends
_FAREWELL = 3


class Web:
    """Binds the ports when it is made (`PortBusy` names port and setting), serves when it is run."""

    def __init__(
        self,
        service: Service,
        problems: Callable[[], list[str]],
        wake: Callable[[str], None],
        *,
        headless: bool,
        demo: str | None = None,
    ) -> None:
        settings = service.settings
        self._doors: list[tuple[socket.socket, Callable[[], ASGIApp]]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ending: asyncio.Event | None = None
        self._stopped = threading.Event()
        try:
            self.public_address = self._bind(
                "public", settings.public.host, settings.public.port, lambda: public_app(service.ingest, problems, wake)
            )
            self.address: str | None = None  #: of the dashboard; None: headless
            if not headless:
                self.address = self._bind(
                    "dashboard",
                    settings.dashboard.host,
                    settings.dashboard.port,
                    lambda: _staff_app(service, demo, self._stopped.is_set),
                )
        except BaseException:
            self.close()
            raise

    def run(self, ready: Callable[[], None]) -> None:
        """Serve until `stop`; `ready` is called once both ports answer."""
        memory.few_arenas()
        try:
            # The loop of libuv where there is one: the same work in two thirds of the time, and answers in half of it.
            with asyncio.Runner(loop_factory=uvicorn.Config("", loop="auto").get_loop_factory()) as runner:
                runner.run(self._serve(ready))
        finally:
            gc.unfreeze()
            self.close()

    def stop(self) -> None:
        """End `run`, from any thread or from a signal handler; before `run` it makes `run` end at once."""
        self._stopped.set()
        if self._loop is not None and self._ending is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended already
                self._loop.call_soon_threadsafe(self._ending.set)

    def close(self) -> None:
        """Give the ports back."""
        for door, _ in self._doors:
            door.close()

    def _bind(self, key: str, host: str, port: int, app: Callable[[], ASGIApp]) -> str:
        door = bind(host, port, key)
        self._doors.append((door, app))
        shown = f"[{host}]" if ":" in host else host
        return f"http://{shown}:{door.getsockname()[1]}"

    async def _serve(self, ready: Callable[[], None]) -> None:
        self._loop, self._ending = asyncio.get_running_loop(), asyncio.Event()
        if self._stopped.is_set():
            return
        servers = [_Server(app()) for _, app in self._doors]
        tasks = [
            asyncio.create_task(server.serve(sockets=[door]))
            for server, (door, _) in zip(servers, self._doors, strict=True)
        ]
        ending = asyncio.create_task(self._ending.wait())
        up = asyncio.create_task(_all_up(servers))
        tidying = asyncio.create_task(memory.tidy())
        await asyncio.wait([up, ending, *tasks], return_when=asyncio.FIRST_COMPLETED)
        if up.done():
            log.adopt_foreign_handlers()
            gc.collect()
            gc.freeze()  # what is loaded now stays; the collector need not look at it again while pages are drawn
            ready()
            await asyncio.wait([ending, *tasks], return_when=asyncio.FIRST_COMPLETED)
        up.cancel()
        tidying.cancel()
        for server in servers:
            server.should_exit = True
        await asyncio.gather(*tasks)
        if not all(server.started for server in servers) and not ending.done():
            raise RuntimeError("a web server did not start; the log tells why")
        ending.cancel()


class _Server(uvicorn.Server):
    """A server among others in one process: whoever started the process handles the signals."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                lifespan="on",
                ws="websockets-sansio",
                ws_per_message_deflate=False,
                timeout_graceful_shutdown=_FAREWELL,
            )
        )
        self.up = asyncio.Event()  #: it answers

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and tell when that is done."""
        await super().startup(sockets)
        if self.started:
            self.up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave the signals alone."""
        yield


async def _all_up(servers: list[_Server]) -> None:
    for server in servers:
        await server.up.wait()


def _staff_app(service: Service, demo: str | None, ending: Callable[[], bool]) -> ASGIApp:
    from social_listener import staff_app  # noqa: PLC0415 - Streamlit takes a second to import; headless does not wait

    return staff_app.make(service, demo, ending)


def bind(host: str, port: int, key: str) -> socket.socket:
    """Return a socket that listens at `host` and `port`; `PortBusy` names them and the setting block `key`."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        door = socket.socket(family)
    except OSError as error:
        raise PortBusy(f"{key}.host: {host!r} is no address of this machine: {error.strerror or error}") from None
    try:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(address)
        door.listen(128)
        door.setblocking(False)
    except OSError as error:
        door.close()
        if error.errno == errno.EADDRINUSE:
            message = f"port {port} on {host} is in use by another program; end it, or set {key}.port to a free one"
        elif error.errno == errno.EACCES:
            message = f"port {port} on {host} is reserved for the administrator; set {key}.port above 1023"
        else:
            message = f"{key}.host: cannot listen on {host}: {error.strerror}"
        raise PortBusy(message) from None
    return door


def public_app(ingest: Ingest, problems: Callable[[], list[str]], wake: Callable[[str], None]) -> Starlette:
    """Return the application of the public port.

    `problems` says in words what keeps the service from its work; `wake` is told the account to which something was
    pushed, once it is kept.
    """

    async def livez(_: Request) -> Response:
        return PlainTextResponse("alive\n")

    def readyz(_: Request) -> Response:
        found = problems()
        return JSONResponse({"ready": not found, "problems": found}, status_code=503 if found else 200)

    webhooks = Webhooks(ingest, wake)
    return Starlette(
        routes=[
            Route("/livez", livez),
            Route("/readyz", readyz),
            Route("/webhooks/{account_id}", webhooks.question, methods=["GET"]),
            Route("/webhooks/{account_id}", webhooks.delivery, methods=["POST"]),
        ]
    )
