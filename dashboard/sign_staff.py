"""Staff: who works here, what they may, and who is invited. For administrators; the desk checks it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from social_listener import resident_first
from social_listener.dashboard.entrance import HEADER
from social_listener.dashboard.sign_page import OLD_FORM, Form, page, read_form
from social_listener.errors import DeskError, NotPermitted
from social_listener.rights import ROLES, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from social_listener.dashboard.entrance import Entrance
    from social_listener.desk_types.people import Accounts


@dataclass(frozen=True, slots=True)
class Told:
    """What became of it, and a link that is shown this once."""

    words: str
    link: str | None = None


class Staff:
    """The page on which administrators look after staff."""

    def __init__(self, entrance: Entrance) -> None:
        self._entrance = entrance
        self._people = entrance.service.desk.people
        self._acts: Mapping[str, Callable[[Request, str, Form], Told]] = {
            "invite": self._invite,
            "rights": self._rights,
            "email": self._email,
            "deactivate": self._deactivate,
            "activate": self._activate,
            "end": self._end,
            "reset": self._reset,
            "drop": self._drop,
            "take_back": self._take_back,
        }

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [Route("/staff", self.show, methods=["GET"]), Route("/staff", self.change, methods=["POST"])]

    def show(self, request: Request) -> Response:
        """Show the page."""
        return self._page(request)

    async def change(self, request: Request) -> Response:
        """Do what one of its forms asks for."""
        form = await read_form(request, self._entrance)
        return await run_in_threadpool(self._change, request, form)

    def _change(self, request: Request, form: Form) -> Response:
        if not form.good:
            return self._page(request, problem=OLD_FORM, status=403)
        act = self._acts.get(form["do"])
        try:
            told = act(request, self._me(request), form) if act else None
        except NotPermitted as error:
            return self._page(request, problem=error, status=403)
        except DeskError as error:
            return self._page(request, problem=error, status=400)
        return self._page(request, told=told)

    def _me(self, request: Request) -> str:
        line = self._entrance.door.who(request.headers.get(HEADER, ""))
        return line.id if line else ""

    def _invite(self, request: Request, me: str, form: Form) -> Told:
        secret = self._people.invite(me, form["name"], form["email"], _role(form), _accounts(form))
        words = (
            f"Give this link to {form['name']}, and to nobody else. It is good once, for 7 days, and shown this once:"
        )
        return Told(words, self._link(request, secret))

    def _link(self, request: Request, secret: str) -> str:
        base = f"{request.url.scheme}://{request.url.netloc}"
        return resident_first.link(resident_first.address_of(self._entrance.service, base), secret)

    def _rights(self, _: Request, me: str, form: Form) -> Told:
        self._people.set_rights(me, form["whose"], _role(form), _accounts(form), _version(form))
        return Told(f"Changed what {form['whose']} may do. It holds from now on.")

    def _email(self, _: Request, me: str, form: Form) -> Told:
        self._people.set_email(me, form["whose"], form["email"], _version(form))
        return Told(f"Changed the e-mail address of {form['whose']}.")

    def _deactivate(self, _: Request, me: str, form: Form) -> Told:
        self._people.set_active(me, form["whose"], False, _version(form))
        return Told(f"{form['whose']} is signed out everywhere, and cannot come in any more.")

    def _activate(self, _: Request, me: str, form: Form) -> Told:
        self._people.set_active(me, form["whose"], True, _version(form))
        return Told(f"{form['whose']} can sign in again.")

    def _end(self, _: Request, me: str, form: Form) -> Told:
        count = self._people.end_sessions(me, form["whose"])
        return Told(f"{form['whose']} is signed out in {count} browser{'' if count == 1 else 's'}.")

    def _reset(self, request: Request, me: str, form: Form) -> Told:
        secret = self._people.reset_link(me, form["whose"])
        words = f"{form['whose']} chooses a new password with this link. Good once, for 24 hours, shown this once:"
        return Told(words, self._link(request, secret))

    def _drop(self, _: Request, me: str, form: Form) -> Told:
        self._people.drop_factor(me, form["whose"])
        return Told(f"{form['whose']} signs in without a second factor, until they take a new one.")

    def _take_back(self, _: Request, me: str, form: Form) -> Told:
        self._people.take_back(me, form["invitation"])
        return Told("That link is good for nothing any more.")

    def _page(self, request: Request, told: Told | None = None, problem: object = None, status: int = 200) -> Response:
        me = self._me(request)
        try:
            lines, links = self._people.list(me), self._people.invitations(me)
        except NotPermitted as error:
            return page(request, self._entrance, "refused.html", problem=error, status=403)
        mine = next(line for line in lines if line.id == me)
        accounts = [one for one in self._entrance.service.settings.accounts if mine.reaches(one.id)]
        return page(
            request,
            self._entrance,
            "staff.html",
            status=status,
            problem=problem,
            told=told,
            lines=lines,
            links=links,
            mine=mine,
            accounts=accounts,
            roles=[role for role in Role if ROLES[role] <= ROLES[mine.role]],
        )


def _role(form: Form) -> Role:
    try:
        return Role(form["role"])
    except ValueError:
        raise DeskError("choose a role") from None


def _accounts(form: Form) -> Accounts:
    """Return the accounts that were ticked; None for all."""
    return None if form["all_accounts"] else frozenset(form.all("account"))


def _version(form: Form) -> int:
    try:
        return int(form["version"])
    except ValueError:
        raise DeskError("this form is not ours; open the page again") from None
