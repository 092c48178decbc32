"""Saved replies for the composer, beside the pages: typing in the list must not wait for a page to be drawn.

GET /saved-replies?item=…&mode=public|private&q=…   those that fit an item, filled in, with their lengths
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from social_listener.dashboard import words
from social_listener.dashboard.draw_composer import PRIVATE, PUBLIC
from social_listener.desk.library import Answering
from social_listener.errors import DeskError, ListenerError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from social_listener.dashboard.component import Json
    from social_listener.desk_types.answering import Offer
    from social_listener.service import Service

log = logging.getLogger(__name__)

_LONGEST_SEARCH = 200


class SavedReplies:
    """Finds saved replies while somebody types."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def get(self, request: Request) -> Response:
        """Answer with the saved replies that fit."""
        asked = request.query_params
        staff, item, mode = asked.get("staff", ""), asked.get("item", ""), asked.get("mode", "")
        if staff not in self._service.settings.dashboard.staff or mode not in {PUBLIC, PRIVATE}:
            return JSONResponse({"error": "There is nothing to answer there."}, 404)
        answering = Answering(item_id=item, staff=staff, private=mode == PRIVATE)
        return await run_in_threadpool(self._find, answering, asked.get("q", "")[:_LONGEST_SEARCH])

    def _find(self, answering: Answering, typed: str) -> Response:
        library = self._service.desk.library
        try:
            offers = library.find(answering, typed)
            some = bool(offers) or bool(library.all(answering.staff))
        except DeskError as error:
            return JSONResponse({"error": words.sentence(str(error))}, 404)
        except ListenerError:
            log.exception("dashboard: saved replies could not be read")
            return JSONResponse({"error": "Saved replies could not be read just now. Try again in a moment."}, 503)
        answer = {"offers": [offer(one) for one in offers], "any": some}
        return JSONResponse(answer, headers={"cache-control": "no-store"})


def offer(one: Offer) -> Json:
    """Return one saved reply as the list in the composer shows it."""
    saved = one.saved
    warnings = [f"Nothing is known for {{{name}}}: look at the gap before you send." for name in one.rendered.empty]
    warnings += [f"{{{name}}} is no variable; it stands there as it is." for name in one.rendered.unknown]
    over = -one.length.left
    if over > 0:
        warnings.append(f"{words.count(over, 'character')} too many for {one.length.limit}.")
    return {
        "id": saved.id,
        "name": saved.name,
        "folder": saved.folder,
        "own": saved.owner is not None,
        "language": saved.language,
        "languageName": words.language(saved.language) if saved.language else "",
        "speaks": one.speaks,
        "why": one.why[:1].upper() + one.why[1:],
        "text": one.rendered.text,
        "used": one.length.used,
        "limit": one.length.limit,
        "warnings": warnings,
    }
