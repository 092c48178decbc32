"""What the dashboard is to a web server: routes beside the pages, headers on every answer, Streamlit's options.

    GET /live                           server-sent events: the store's revision, when it has changed, and as `presence`
                                        who else has the conversation open that the page shows
    POST /presence                      a page says that it is open, what it shows, and whether somebody types in it
    PUT /drafts/{conversation}/{mode}   keep what is being typed; the answer tells its length by the channel's rules
    /pictures/mine                      pictures that go with a reply: add, describe, take away, look at
    GET /pictures/{name}                a picture of a platform, fetched by this server (docs/media.md)
    GET /saved-replies                  saved replies that fit an item, filled in
    GET /files/{id}                     a file that a page offers
    GET /macros                         what each macro would do to an item now

All are for our own pages only: the guard refuses other hosts, and writes from other origins; the gate behind it lets
nobody in who is not signed in. `sign.py` holds the routes by which one comes in.
"""

from __future__ import annotations

import json
import logging
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from social_listener.dashboard import component, downloads, file_routes
from social_listener.dashboard.downloads import Downloads
from social_listener.dashboard.draw_composer import MODES, NOTE, PRIVATE
from social_listener.dashboard.entrance import HEADER, USER_KEY, caller
from social_listener.dashboard.gate import Gate
from social_listener.dashboard.live import Live
from social_listener.dashboard.macro_routes import MacroPlans
from social_listener.dashboard.own import Own
from social_listener.dashboard.presence import Presence
from social_listener.dashboard.route_media import Media
from social_listener.dashboard.saved_reply_routes import SavedReplies
from social_listener.dashboard.sign import Sign
from social_listener.dashboard.sign_account import Account
from social_listener.dashboard.sign_staff import Staff
from social_listener.dashboard.state import DRAFTS
from social_listener.dashboard.theme import options
from social_listener.errors import DeskError, ListenerError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from social_listener.dashboard.entrance import Entrance
    from social_listener.service import Service
    from social_listener.settings import Settings

log = logging.getLogger(__name__)

#: the longest text that is kept as a draft, in characters
LONGEST = 50_000

#: `blob:` is where Streamlit loads the components' scripts from; no inline script and no eval is allowed
POLICY = (
    "default-src 'self'; script-src 'self' blob:; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)

HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


def config(settings: Settings) -> dict[str, object]:
    """Return Streamlit's options for our pages: nothing is sent home, no error text is shown, our themes."""
    return {
        "browser.gatherUsageStats": False,
        "client.showErrorDetails": "none",
        "client.showErrorLinks": False,
        "client.toolbarMode": "minimal",
        "runner.magicEnabled": False,
        "runner.fastReruns": True,
        # A collection after every run of every session would hold up all threads; the service freezes what it loaded.
        "runner.postScriptGC": False,
        "server.allowedHosts": sorted(_hosts(settings)),
        "server.disconnectedSessionTTL": 3600,
        "server.enableStaticServing": False,
        "server.fileWatcherType": "none",
        "server.maxUploadSize": 1,
        "server.trustedUserHeaders": {HEADER: USER_KEY},
        **options(),
    }


def middleware(settings: Settings, entrance: Entrance | None = None) -> list[Middleware]:
    """Return what stands before every page and socket: the guard, the gate behind it, and our own routes."""
    guard = Middleware(Guard, hosts=_hosts(settings))
    if entrance is None:
        return [guard]
    return [guard, Middleware(Gate, entrance=entrance), Middleware(Own, routes=partial(routes, entrance))]


def routes(entrance: Entrance) -> list[BaseRoute]:
    """Return the routes beside the pages."""
    drafts = _Drafts(entrance.service)
    live = Live(entrance)
    media = Media(entrance.service)
    files = file_routes.Files(entrance.service)
    return [
        *Sign(entrance).routes(),
        *Account(entrance).routes(),
        *Staff(entrance).routes(),
        *_provider(entrance),
        Route(file_routes.PATH, files.answer, methods=["GET", "POST", "PUT", "DELETE"]),
        Route("/pictures/{name}", media.get, methods=["GET"]),
        Route(component.PATH + "{name}", component.part, methods=["GET"]),
        Route("/live", live.get, methods=["GET"]),
        Route("/presence", Presence(entrance.service).post, methods=["POST"]),
        Route("/drafts/{conversation:path}/{mode}", drafts.put, methods=["PUT"]),
        Route("/saved-replies", SavedReplies(entrance.service).get, methods=["GET"]),
        Route(downloads.PATH + "{id}", Downloads(entrance.service).get, methods=["GET"]),
        Route("/macros", MacroPlans(entrance.service).get, methods=["GET"]),
    ]


def _provider(entrance: Entrance) -> list[BaseRoute]:
    """Return the routes to the identity provider, when the settings have one."""
    settings = entrance.service.settings.dashboard.oidc
    if settings is None:
        return []
    from social_listener.dashboard.sign_oidc import Provider  # noqa: PLC0415 - few have one, and it is slow to read

    return Provider(entrance, settings).routes()


def _hosts(settings: Settings) -> frozenset[str]:
    wildcard = {"0.0.0.0", "::", ""}  # noqa: S104 - compared with, not bound to
    told = urlsplit(settings.dashboard.url or "").hostname or ""
    own = {settings.dashboard.host, told} - wildcard
    return frozenset(host.lower() for host in {*settings.dashboard.allowed_hosts, *own})


#: What Streamlit's pages ask for first. Its dialogs about a lost connection are blocked: they speak to programmers and
#: take the keys away from whoever is writing; `assets/outage.js` tells it instead. No other page may talk to ours.
HOST_CONFIG = "/_stcore/host-config"
_HOST_ANSWER = {
    "allowedOrigins": [],
    "useExternalAuthToken": False,
    "enableCustomParentMessages": False,
    "enforceDownloadInNewTab": False,
    "metricsUrl": "",
    "blockErrorDialogs": True,
    "resourceCrossOriginMode": None,
}


class Guard:
    """Refuses hosts that are not ours (a rebound name) and writes from other origins; sets the headers of HEADERS.

    It also answers for HOST_CONFIG, since Streamlit lets no route of ours have that name.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or socket."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        fault = self.refusal(scope)
        if fault is None and scope["type"] == "http" and scope["path"] == HOST_CONFIG and scope["method"] == "GET":
            answer = JSONResponse(_HOST_ANSWER, headers={"cache-control": "no-cache"})
            await answer(scope, receive, _with_headers(send))
        elif fault is None:
            await self._app(scope, receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4403, "reason": fault})
        else:
            await PlainTextResponse(fault + "\n", status_code=403)(scope, receive, _with_headers(send))

    def refusal(self, scope: Scope) -> str | None:
        """Return why this request is not served; None when it is."""
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if _name(host) not in self._hosts:
            return "This host name is not served here: add it to dashboard.allowed_hosts in the settings."
        writes = scope["type"] == "websocket" or scope["method"] not in {"GET", "HEAD", "OPTIONS"}
        if not writes:
            return None
        origin = headers.get("origin")
        if origin is None:
            # Browsers name the origin of every write and socket; a program on this machine may leave it out.
            return "Writes from another site are refused." if headers.get("sec-fetch-site") == "cross-site" else None
        if urlsplit(origin).netloc.lower() != host.lower():
            return "Writes from another site are refused."
        return None


def _name(host: str) -> str:
    """Return the name in a Host header, without its port; "" for what is none, as one with a user before it."""
    if "@" in host:
        return ""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                if name != "referrer-policy" or name not in headers:
                    headers[name] = value
            if headers.get("content-type", "").startswith("text/html"):
                # Who has signed out on a shared machine is not to be read by going back.
                headers["cache-control"] = "no-store"
        await send(message)

    return send_with_headers


class _Typed(BaseModel):
    """The body of PUT /drafts."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: str = Field(max_length=LONGEST)
    nonce: str = Field(max_length=200)
    bases: list[str] = Field(default=[], max_length=4)  #: what the page knows to stand here; none: it does not say


def kept_with(now: str, typed: str, bases: Sequence[str]) -> str:
    """Return what is kept of a typed text when `now` stands there: both, when the page does not know of that.

    That is so when a reply came back into the draft while somebody typed on; it then stands before what was typed.
    """
    if not bases or now in bases or now.strip() in typed:
        return typed
    for base in bases:
        if base.strip() and now.endswith("\n\n" + base):
            return now.removesuffix(base) + typed
    if "" not in bases:
        return typed
    return f"{now}\n\n{typed}" if typed.strip() else now


class _Drafts:
    """Keeps what is being typed."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def put(self, request: Request) -> Response:
        if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
            return _refused(415, "A draft is sent as JSON.")
        who = caller(request, self._service.desk.door)
        mode = request.path_params["mode"]
        account = request.query_params.get("account", "")
        if who is None:
            return _refused(401, "You are not signed in any more.")
        if account not in {one.id for one in self._service.settings.accounts} or mode not in MODES:
            return _refused(404, "There is no such draft.")
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > 8 * LONGEST:
                return _refused(413, "This text is too long to be kept.")
        try:
            typed = _Typed.model_validate(json.loads(body))
        except (ValidationError, ValueError, RecursionError):
            return _refused(400, f"This is not a draft: a text of up to {LONGEST} characters and its nonce.")
        conversation_id = request.path_params["conversation"]
        return await run_in_threadpool(self._keep, conversation_id, account, who, mode, typed)

    def _keep(self, conversation_id: str, account_id: str, staff: str, mode: str, typed: _Typed) -> Response:
        desk = self._service.desk
        try:
            with DRAFTS:
                now = desk.draft(conversation_id, staff, mode)
                if typed.nonce != now.nonce:
                    return JSONResponse({"error": "this text was handed over already", "nonce": now.nonce}, 409)
                text = kept_with(now.text, typed.text, typed.bases)
                if text != now.text:
                    now = desk.save_draft(conversation_id, staff, mode, text, typed.nonce)
                commits = desk.commits  # whatever puts another text there waits for the lock, and comes after
            if mode == NOTE:
                used, limit = len(text), None
            else:
                length = desk.length(account_id, text, mode == PRIVATE, staff)
                used, limit = length.used, length.limit
        except DeskError as error:
            return _refused(404, str(error))
        except ListenerError:
            log.exception("dashboard: a draft could not be kept")
            return _refused(503, "The draft could not be kept just now.")
        order = {"boot": self._service.boot_id, "commits": commits}
        return JSONResponse({"nonce": now.nonce, "text": text, "used": used, "limit": limit, **order})


def _refused(status: int, words: str) -> Response:
    return JSONResponse({"error": words}, status_code=status)
