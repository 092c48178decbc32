"""Your account: name, password, second factor, and where you are signed in. One page, one form for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import segno
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from social_listener.dashboard.entrance import HEADER, sign_in_address
from social_listener.dashboard.sign_page import OLD_FORM, Form, go, page, read_form
from social_listener.errors import DeskError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from social_listener.dashboard.entrance import Entrance
    from social_listener.desk_types.people import NewFactor


class Account:
    """The page on which somebody looks after themselves."""

    def __init__(self, entrance: Entrance) -> None:
        self._entrance = entrance
        self._own = entrance.service.desk.own
        self._acts: Mapping[str, Callable[[str, str, Form], str]] = {
            "name": self._name,
            "password": self._password,
            "drop": self._drop,
            "end": self._end,
            "end_all": self._end_all,
        }

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [Route("/account", self.show, methods=["GET"]), Route("/account", self.change, methods=["POST"])]

    def show(self, request: Request) -> Response:
        """Show the page."""
        return self._page(request)

    async def change(self, request: Request) -> Response:
        """Do what one of its forms asks for."""
        form = await read_form(request, self._entrance)
        return await run_in_threadpool(self._change, request, form)

    def _change(self, request: Request, form: Form) -> Response:
        session_id = request.headers.get(HEADER, "")
        staff = self._staff(request)
        if not form.good:
            return self._page(request, problem=OLD_FORM, status=403)
        try:
            if form["do"] == "begin":
                return self._page(request, factor=self._own.begin_factor(staff, form["password"]))
            if form["do"] == "confirm":
                codes = self._own.confirm_factor(staff, form["code"], session_id)
                return self._page(request, codes=codes, told="From now on you are asked for a code when you sign in.")
            act = self._acts.get(form["do"])
            return self._page(request, told=act(staff, session_id, form) if act else None)
        except DeskError as error:
            return self._page(request, problem=error, status=400)

    def _staff(self, request: Request) -> str:
        line = self._entrance.door.who(request.headers.get(HEADER, ""))
        return line.id if line else ""

    def _name(self, staff: str, _: str, form: Form) -> str:
        self._own.rename(staff, form["shown"])
        return "Your name is changed."

    def _password(self, staff: str, session_id: str, form: Form) -> str:
        self._own.set_password(staff, form["old"], form["password"], session_id)
        return "Your password is changed. You are signed out everywhere else."

    def _drop(self, staff: str, _: str, form: Form) -> str:
        self._own.drop_factor(staff, form["password"])
        return "You are no longer asked for a code."

    def _end(self, staff: str, _: str, form: Form) -> str:
        return "Signed out there." if self._own.end_session(staff, form["session"]) else "That one has ended already."

    def _end_all(self, staff: str, session_id: str, _: Form) -> str:
        count = self._own.end_session(staff, None, session_id)
        return f"Signed out in {count} other browser{'' if count == 1 else 's'}."

    def _page(  # noqa: PLR0917 - the parts of one page
        self,
        request: Request,
        told: str | None = None,
        factor: NewFactor | None = None,
        codes: tuple[str, ...] = (),
        problem: object = None,
        status: int = 200,
    ) -> Response:
        staff = self._staff(request)
        if not staff:  # the session has ended meanwhile, perhaps by this very form
            return go(sign_in_address(request.scope, "ended"))
        return page(
            request,
            self._entrance,
            "account.html",
            status=status,
            problem=problem,
            told=told,
            me=self._own.me(staff),
            sessions=self._own.sessions(staff),
            current=request.headers.get(HEADER, ""),
            factor=factor,
            picture=_picture(factor.address) if factor else None,
            codes=codes,
        )


def _picture(text: str) -> Markup:
    """Return a QR code, drawn here: nobody else learns what it holds."""
    drawn: str = segno.make(text, error="m").svg_inline(scale=4, border=2, svgclass=None, lineclass=None)
    return Markup(drawn)  # noqa: S704 - made of squares by a library, not of text
