"""Coming in and going out.

GET, POST /sign-in            name and password
GET, POST /sign-in/second     the second factor
POST      /sign-in/demo       the demo only, from this machine only
GET, POST /join               an invitation, the first administrator, a new password: the secret stands behind `#`
POST      /sign-out
POST      /session/here       somebody works in this page; 401 once the session has ended
POST      /session/end        sign out, for the script of a page; JSON, which no form of another site can send
GET       /sign/…             style and script of these pages
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from social_listener import resident_first
from social_listener.dashboard.component import asset
from social_listener.dashboard.entrance import HEADER, SIGN_IN, local_path, visitor
from social_listener.dashboard.sign_page import OLD_FORM, Form, go, page, read_form
from social_listener.errors import DeskError, TooOften

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from social_listener.dashboard.entrance import Entrance
    from social_listener.desk_types.people import Ticket

_WHY = {
    "ended": "You were signed out. What you had typed is kept and comes back once you are signed in.",
    "out": "You are signed out.",
}
_FILES = {"style.css": "text/css", "join.js": "text/javascript"}


class Sign:
    """The pages before the gate."""

    def __init__(self, entrance: Entrance) -> None:
        self._entrance = entrance
        self._desk = entrance.service.desk

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route(SIGN_IN, self.show, methods=["GET"]),
            Route(SIGN_IN, self.sign_in, methods=["POST"]),
            Route(f"{SIGN_IN}/second", self.show_second, methods=["GET"]),
            Route(f"{SIGN_IN}/second", self.second, methods=["POST"]),
            Route(f"{SIGN_IN}/demo", self.demo, methods=["POST"]),
            Route("/join", self.show_join, methods=["GET"]),
            Route("/join", self.join, methods=["POST"]),
            Route("/sign-out", self.sign_out, methods=["POST"]),
            Route("/session/here", self.here, methods=["POST"]),
            Route("/session/end", self.end, methods=["POST"]),
            Route("/sign/{name}", self.file, methods=["GET"]),
        ]

    # -- name and password ---------------------------------------------------------------------------------------------

    def show(self, request: Request) -> Response:
        """Show the sign-in page, or go on for who is signed in."""
        following = local_path(request.query_params.get("next", "/"))
        if self._entrance.who(request.scope) is not None:
            return go(following)
        if not self._desk.people.anybody():
            return page(request, self._entrance, "empty.html")
        told = _WHY.get(request.query_params.get("why", ""))
        return self._page(request, following, told=told)

    async def sign_in(self, request: Request) -> Response:
        """Take name and password."""
        form = await read_form(request, self._entrance)
        return await run_in_threadpool(self._signed_in, request, form)

    def _signed_in(self, request: Request, form: Form) -> Response:
        following = local_path(form["next"])
        if not form.good:
            return self._page(request, following, name=form["name"], problem=OLD_FORM, status=403)
        try:
            ticket = self._desk.door.sign_in(form["name"], form["password"], visitor(request.scope))
        except TooOften as error:
            return self._page(request, following, name=form["name"], problem=error, status=429)
        except DeskError as error:
            return self._page(request, following, name=form["name"], problem=error, status=401)
        return self._in(request, ticket, following)

    def _in(self, request: Request, ticket: Ticket, following: str) -> Response:
        """Let somebody in, or ask for the second factor."""
        answer = go(f"{SIGN_IN}/second?next={quote(following, safe='')}" if ticket.half else following)
        self._entrance.let_in(request.scope, answer, ticket)
        return answer

    def _page(  # noqa: PLR0917 - the parts of one page
        self,
        request: Request,
        following: str,
        name: str = "",
        problem: object = None,
        status: int = 200,
        told: str | None = None,
    ) -> Response:
        by_itself = self._entrance.may_come_by_itself(request.scope)
        settings = self._entrance.service.settings.dashboard
        return page(
            request,
            self._entrance,
            "sign_in.html",
            status=status,
            problem=problem,
            told=told,
            name=name,
            next=following,
            provider=settings.oidc.name if settings.oidc else None,
            players=self._desk.door.players() if by_itself else (),
        )

    # -- second factor -------------------------------------------------------------------------------------------------

    def show_second(self, request: Request) -> Response:
        """Ask for the code of an authenticator."""
        if not self._entrance.token(request.scope, "half"):
            return go(SIGN_IN)
        following = local_path(request.query_params.get("next", "/"))
        return page(request, self._entrance, "second.html", next=following)

    async def second(self, request: Request) -> Response:
        """Take the code."""
        form = await read_form(request, self._entrance)
        return await run_in_threadpool(self._second, request, form)

    def _second(self, request: Request, form: Form) -> Response:
        following = local_path(form["next"])
        problem: object = OLD_FORM
        status = 403
        if form.good:
            token = self._entrance.token(request.scope, "half")
            try:
                ticket = self._desk.door.second(token, form["code"], visitor(request.scope))
            except DeskError as error:
                problem, status = error, 429 if isinstance(error, TooOften) else 401
            else:
                return self._in(request, ticket, following)
        return page(request, self._entrance, "second.html", next=following, problem=problem, status=status)

    # -- links ---------------------------------------------------------------------------------------------------------

    def show_join(self, request: Request) -> Response:
        """Show the page of a link; its secret never comes with the address."""
        return page(request, self._entrance, "join.html", link=None, code="", name="", shown="")

    async def join(self, request: Request) -> Response:
        """Show what a link is good for, or use it."""
        form = await read_form(request, self._entrance)
        return await run_in_threadpool(self._join, request, form)

    def _join(self, request: Request, form: Form) -> Response:
        kept: dict[str, Any] = {"code": form["code"], "name": form["name"], "shown": form["shown"]}
        if not form.good:
            return page(request, self._entrance, "join.html", link=None, problem=OLD_FORM, status=403, **kept)
        try:
            link = self._desk.own.link(form["code"])
        except DeskError as error:
            return page(
                request, self._entrance, "join.html", link=None, problem=error, status=404, **kept | {"code": ""}
            )
        if form["do"] != "join":
            kept["name"] = kept["name"] or link.name
            return page(request, self._entrance, "join.html", link=link, **kept)
        try:
            ticket = self._desk.own.join(
                form["code"], form["name"], form["shown"] or form["name"], form["password"], visitor(request.scope)
            )
        except DeskError as error:
            return page(request, self._entrance, "join.html", link=link, problem=error, status=400, **kept)
        resident_first.forget(self._entrance.service)
        return self._in(request, ticket, "/")

    # -- the demo, and the way out -------------------------------------------------------------------------------------

    async def demo(self, request: Request) -> Response:
        """Come in as one of the demo's people."""
        form = await read_form(request, self._entrance)
        return await run_in_threadpool(self._play, request, form)

    def _play(self, request: Request, form: Form) -> Response:
        if not form.good or not self._entrance.may_come_by_itself(request.scope):
            return self._page(request, local_path(form["next"]), problem=OLD_FORM, status=403)
        try:
            ticket = self._desk.door.by_itself(form["name"], visitor(request.scope))
        except DeskError as error:
            return self._page(request, local_path(form["next"]), problem=error, status=401)
        return self._in(request, ticket, local_path(form["next"]))

    async def sign_out(self, request: Request) -> Response:
        """End this session."""
        form = await read_form(request, self._entrance)
        if not form.good:
            return go("/account")
        session_id = request.headers.get(HEADER, "")
        await run_in_threadpool(self._desk.door.sign_out, session_id)
        answer = go(f"{SIGN_IN}?why=out")
        self._entrance.drop(request.scope, answer, "session")
        return answer

    def end(self, request: Request) -> Response:
        """End this session for a page's own script."""
        if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
            return PlainTextResponse("This is sent as JSON.\n", status_code=415)
        self._desk.door.sign_out(request.headers.get(HEADER, ""))
        answer = Response(status_code=204, headers={"cache-control": "no-store"})
        self._entrance.drop(request.scope, answer, "session")
        return answer

    def here(self, _: Request) -> Response:
        """Answer a page whose session still lasts; the gate answers the others."""
        return Response(status_code=204, headers={"cache-control": "no-store"})

    def file(self, request: Request) -> Response:
        """Return the style or the script of these pages."""
        name = request.path_params["name"]
        if name not in _FILES:
            return PlainTextResponse("There is no such file.\n", status_code=404)
        return Response(asset(f"sign/{name}"), media_type=_FILES[name], headers={"cache-control": "no-cache"})
