"""Plain pages, made on the server: for whoever is not signed in, and for what belongs to staff themselves.

No script of Streamlit is at work here, so that password managers, the keyboard and the browser's own history do what
people know of them.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import jinja2
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse, RedirectResponse

from social_listener.dashboard import words
from social_listener.dashboard.component import ASSETS
from social_listener.rights import ROLE_WORDS, Right

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from social_listener.dashboard.entrance import Entrance
    from social_listener.desk_types.people import StaffLine

log = logging.getLogger(__name__)

#: a form is a few lines
LARGEST_FORM = 64_000
OLD_FORM = "This page had stood open for too long. Nothing was changed; please do it again."

#: Our own pages send their address to ourselves only. Without any the browser would name no origin with a form, and the
#: guard could not tell it from another site's.
REFERRER = {"referrer-policy": "same-origin", "cache-control": "no-store"}


@lru_cache(maxsize=1)
def _templates() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ASSETS / "sign"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["moment"] = lambda value: f"{value:%d %b %Y, %H:%M} UTC" if value else "never"
    made.filters["role"] = ROLE_WORDS.__getitem__
    return made


@dataclass(frozen=True, slots=True)
class Form:
    """What a browser sent: the fields, each once, and whether the form is one of ours and still good."""

    fields: Mapping[str, list[str]] = field(default_factory=dict)
    good: bool = False

    def __getitem__(self, name: str) -> str:
        """Return a field; "" when it was left out."""
        return next(iter(self.fields.get(name, ())), "")

    def all(self, name: str) -> list[str]:
        """Return every value of a field that may be chosen several times."""
        return list(self.fields.get(name, ()))


async def read_form(request: Request, entrance: Entrance) -> Form:
    """Return the form that was sent; one that is too long, of another kind, or not stamped by us is not `good`."""
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/x-www-form-urlencoded":
        return Form()
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST_FORM:
                return Form()
        fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=200)
    except (ValueError, ClientDisconnect):
        return Form()
    told = next(iter(fields.get("stamp", ())), "")
    value = entrance.token(request.scope, "form")
    good = bool(value) and same(told, entrance.stamp(request.scope, value))
    return Form(fields=fields, good=good)


def same(one: str, other: str) -> bool:
    """Return whether two texts are the same, in a time that does not tell where they differ."""
    from social_listener.desk.people_keys import same as equal  # noqa: PLC0415 - argon2 is slow to read

    return equal(one, other)


def page(
    request: Request, entrance: Entrance, template: str, *, status: int = 200, problem: object = None, **values: Any
) -> Response:
    """Return a page. `problem`: what stands against what was asked, in words for staff."""
    value, stamp = entrance.form_key(request.scope)
    who: StaffLine | None = entrance.who(request.scope)
    told = words.sentence(str(problem)) if problem else None
    text = (
        _templates()
        .get_template(template)
        .render(
            stamp=stamp,
            who=who,
            may_staff=who is not None and who.may(Right.STAFF),
            may_read=who is not None and who.may(Right.READ),
            may_correct=who is not None and who.may(Right.CORRECT),
            demo=entrance.demo is not None,
            problem=told,
            path=request.url.path,
            **values,
        )
    )
    answer = HTMLResponse(text, status_code=status, headers=REFERRER)
    if value != entrance.token(request.scope, "form"):
        entrance.put(request.scope, answer, "form", value, 30 * 86400)
    return answer


def go(path: str) -> Response:
    """Return the way to another page."""
    return RedirectResponse(path, status_code=303, headers=REFERRER)
