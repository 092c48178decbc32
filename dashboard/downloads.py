"""Files that pages hand out: made when somebody asks, and if one cannot be made, words where the button stands.

GET /files/{id}   the file; or {"error": what is the matter, and what to do}

What a page offers lives as long as the page is open, and is there for whoever it was drawn for.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast
from weakref import WeakValueDictionary

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from social_listener.dashboard import state, words
from social_listener.dashboard.component import component
from social_listener.dashboard.entrance import caller
from social_listener.errors import DeskError, ListenerError, NoPicture

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.requests import Request

    from social_listener.dashboard.component import Json
    from social_listener.service import Service

log = logging.getLogger(__name__)

PATH: Final = "/files/"
#: what a button of a file and its outcome are drawn with, for components that hold one among other things
PART: Final = "download"
#: where a page holds what it offers: key → id and offer
_OFFERED: Final = "files_offered"
_NO_CHART: Final = "Try it again in a moment; files without charts can be had meanwhile."
_AGAIN: Final = "Try it again in a moment; Health tells whether the service is well."


@dataclass(frozen=True, slots=True, kw_only=True, weakref_slot=True, eq=False)
class Offer:
    """A file that a page offers."""

    word: str  #: what the button says
    name: str  #: of the file; ours, of plain characters
    type: str
    make: Callable[[], bytes]  #: called by another thread, which knows no page: it holds all it needs
    staff: str = ""


#: all that open pages offer; the pages hold it
_OFFERS: Final[WeakValueDictionary[str, Offer]] = WeakValueDictionary()

_DRAW = component("downloads", PART)


def show(offers: Sequence[Offer], key: str, of: str = "") -> None:
    """Draw a button for each file, below each other, and what becomes of them; `of`: what is in them now."""
    _DRAW(key=key, data={"files": [told(one, f"{key}_{one.word}") for one in offers], "key": of})


def told(one: Offer, key: str) -> Json:
    """Return a file as components are given it; `key`: what this page calls it, whatever is in it."""
    held = cast("dict[str, tuple[str, Offer]]", st.session_state.setdefault(_OFFERED, {}))
    known = held[key][0] if key in held else secrets.token_urlsafe(18)
    mine = Offer(word=one.word, name=one.name, type=one.type, make=one.make, staff=state.staff())
    _OFFERS[known] = mine
    held[key] = known, mine
    return {"word": one.word, "name": one.name, "src": PATH + known}


class Downloads:
    """Answers the buttons."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def get(self, request: Request) -> Response:
        """Make a file and hand it over."""
        staff = caller(request, self._service.desk.door)
        if staff is None:
            return _sorry(401, "You are not signed in any more.")
        offer = _OFFERS.get(request.path_params["id"])
        if offer is None or offer.staff != staff:
            return _sorry(404, "This file is offered no more, or not to you. Load the page again.")
        return await run_in_threadpool(answer, offer)


def answer(offer: Offer) -> Response:
    """Make a file; what keeps it from being made is answered in words."""
    try:
        body = offer.make()
    except DeskError as error:
        return _sorry(409, words.sentence(str(error)))
    except NoPicture as error:
        log.warning("dashboard: %s could not be made: %s", offer.name, error)
        return _sorry(503, f"{words.sentence(str(error))} {_NO_CHART}")
    except ListenerError:
        log.exception("dashboard: %s could not be made", offer.name)
        return _sorry(503, f"{offer.name} could not be made just now. {_AGAIN}")
    except Exception:
        log.exception("dashboard: %s could not be made", offer.name)
        return _sorry(500, f"{offer.name} could not be made, and the log tells why. {_AGAIN}")
    kept_by_nobody = {"content-disposition": f'attachment; filename="{offer.name}"', "cache-control": "no-store"}
    return Response(body, media_type=offer.type, headers=kept_by_nobody)


def _sorry(status: int, sentence: str) -> Response:
    return JSONResponse({"error": sentence}, status_code=status, headers={"cache-control": "no-store"})
