"""What the gate and the sign-in pages share: cookies, where to go next, and who is who. No page stands here."""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers
from starlette.requests import cookie_parser

from social_listener.desk.people_door import Visitor

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import Scope

    from social_listener.desk.people_door import Door
    from social_listener.desk_types.people import StaffLine, Ticket
    from social_listener.service import Service

#: the gate tells the pages behind it whose session it is; what a browser sends under this name is taken off
HEADER = "x-social-listener-session"
#: under this name the pages find it in `st.user`
USER_KEY = "session"
SIGN_IN = "/sign-in"

_BROWSERS = ("Edg", "OPR", "Firefox", "Chrome", "Safari", "curl")
_NAMES = {"Edg": "Edge", "OPR": "Opera"}
_SYSTEMS = ("iPhone", "iPad", "Android", "Windows", "Mac OS X", "Linux")
_SYSTEM_NAMES = {"Mac OS X": "macOS"}


@dataclass(frozen=True, slots=True)
class Entrance:
    """One house's entrance.

    `demo`: the sign-in name that comes in by itself from this machine; None: nobody does. `ending`: whether the service
    is being ended, so that what is told to open pages comes to its end.
    """

    service: Service
    demo: str | None = None
    ending: Callable[[], bool] = lambda: False

    @property
    def door(self) -> Door:
        """Return the door."""
        return self.service.desk.door

    @property
    def suffix(self) -> str:
        """Return what sets our cookies apart from those of another house on the same machine."""
        return hashlib.sha256(str(self.service.settings.data_dir).encode()).hexdigest()[:8]

    def cookie(self, kind: str) -> str:
        """Return the name of a cookie: session, half, form or provider."""
        return f"social_listener_{kind}_{self.suffix}"

    def token(self, scope: Scope, kind: str = "session") -> str:
        """Return what a cookie of ours holds; "" when it is not there."""
        header = Headers(scope=scope).get("cookie", "")
        return cookie_parser(header).get(self.cookie(kind), "") if header else ""

    def session_id(self, scope: Scope) -> str:
        """Return the session that a request names; "" when it names none."""
        token = self.token(scope)
        return self.door.session_id(token) if token else ""

    def who(self, scope: Scope) -> StaffLine | None:
        """Return who asks; None: nobody who is signed in."""
        session_id = self.session_id(scope)
        return self.door.who(session_id) if session_id else None

    def secure(self, scope: Scope) -> bool:
        """Return whether the browser is told to send its cookie over https only."""
        url = self.service.settings.dashboard.url or ""
        return url.startswith("https://") or scope["scheme"] in {"https", "wss"}

    def put(self, scope: Scope, response: Response, kind: str, value: str, seconds: int) -> None:
        """Set a cookie that no script reads and no other site sends."""
        response.set_cookie(
            self.cookie(kind),
            value,
            max_age=seconds,
            path="/",
            httponly=True,
            samesite="lax",
            secure=self.secure(scope),
        )

    def drop(self, scope: Scope, response: Response, kind: str) -> None:
        """Take a cookie off."""
        self.put(scope, response, kind, "", 0)

    def let_in(self, scope: Scope, response: Response, ticket: Ticket) -> None:
        """Give the browser its new token; what it had before is worth nothing, and ends where somebody is let in."""
        before = self.session_id(scope)
        if before and not ticket.half:
            self.door.sign_out(before)  # the browser forgets that token; nobody else shall use it
        seconds = int((ticket.line.ends_at - ticket.line.made_at).total_seconds())
        self.put(scope, response, "half" if ticket.half else "session", ticket.token, seconds)
        if not ticket.half:
            self.drop(scope, response, "half")

    def may_come_by_itself(self, scope: Scope) -> bool:
        """Return whether this is the demo, looked at from the machine on which it runs."""
        client = scope.get("client")
        if self.demo is None or not client or not is_loopback(self.service.settings.dashboard.host):
            return False
        return is_loopback(client[0])

    def form_key(self, scope: Scope) -> tuple[str, str]:
        """Return the cookie that a form is tied to, a new one when there is none, and the form's stamp."""
        value = self.token(scope, "form") or secrets.token_urlsafe(16)
        return value, self.stamp(scope, value)

    def stamp(self, scope: Scope, value: str) -> str:
        """Return the stamp of the forms of this browser, and of this session once there is one."""
        return self.door.stamp(f"form {value} {self.session_id(scope)}")


def caller(request: Request, door: Door) -> str | None:
    """Return who asks a route of ours; None: nobody, or the page belongs to who was signed in there before."""
    who = door.who(request.headers.get(HEADER, ""))
    return who.id if who is not None and request.query_params.get("staff", who.id) == who.id else None


def visitor(scope: Scope) -> Visitor:
    """Return where somebody comes from."""
    client = scope.get("client")
    return Visitor(
        address=client[0] if client else "unknown", browser=browser(Headers(scope=scope).get("user-agent", ""))
    )


def browser(agent: str) -> str:
    """Return a browser in words, such as "Firefox on Windows"."""
    name = next((one for one in _BROWSERS if one in agent), "")
    system = next((one for one in _SYSTEMS if one in agent), "")
    words = [_NAMES.get(name, name) or "A browser"]
    return " on ".join([*words, *([_SYSTEM_NAMES.get(system, system)] if system else [])])


def is_loopback(host: str) -> bool:
    """Return whether an address is this machine's own."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def local_path(wanted: str) -> str:
    """Return where to go next: a path of ours, never an address of another site."""
    # Browsers take a backslash for a slash, and drop tabs and line ends.
    if not wanted.isprintable() or "\\" in wanted or not wanted.startswith("/") or wanted.startswith("//"):
        return "/"
    parts = urlsplit(wanted)
    if parts.scheme or parts.netloc or parts.path.startswith((SIGN_IN, "/join", "/sign-out", "/sign/")):
        return "/"
    return wanted


def sign_in_address(scope: Scope, why: str = "") -> str:
    """Return the sign-in page that leads back to what was asked for."""
    asked = scope["path"] + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
    query = f"?next={quote(local_path(asked), safe='')}" if local_path(asked) != "/" else ""
    return SIGN_IN + (query + (f"&why={why}" if query else f"?why={why}") if why else query)
