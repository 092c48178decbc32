"""Pictures that go with a reply, for the composer: added, described, taken away, looked at.

/pictures/mine?staff=…&conversation=…&mode=public|private
    POST    &nonce=…  the bytes of a picture as the body
    PUT     &file=…   {"alt": …}: what it shows
    DELETE  &file=…
    GET     &file=…   a small picture of what will go out
Each but the last answers with all pictures of the text, and what the platform takes.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from social_listener.dashboard import words
from social_listener.dashboard.draw_composer import PRIVATE, PUBLIC
from social_listener.dashboard.entrance import caller
from social_listener.errors import DeskError, ListenerError, NoPicture
from social_listener.media.pictures import TYPE
from social_listener.media.tray import MOST_TAKEN

if TYPE_CHECKING:
    from starlette.requests import Request

    from social_listener.dashboard.component import Json
    from social_listener.desk_types.files import FilesView
    from social_listener.service import Service

log = logging.getLogger(__name__)

PATH: Final = "/pictures/mine"
#: bytes of a description as JSON
_MOST_WORDS: Final = 20_000


def pictures(view: FilesView, staff: str, conversation_id: str, mode: str) -> Json:
    """Return the pictures of a text being typed as the composer draws them."""
    place = urlencode({"staff": staff, "conversation": conversation_id, "mode": mode}, quote_via=quote)
    return {
        "files": [{"id": one.id, "alt": one.alt, "src": f"{PATH}?{place}&file={one.id}"} for one in view.files],
        "most": view.most,
        "mostAlt": view.most_alt,
        "alone": view.alone,
        "because": words.sentence(view.because),
    }


class Files:
    """Answers the composer."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def answer(self, request: Request) -> Response:
        """Do what is asked."""
        staff = caller(request, self._service.desk.door)
        if staff is None:
            return _told(401, "You are not signed in any more.")
        asked = {name: request.query_params.get(name, "") for name in ("conversation", "mode", "nonce", "file")}
        if asked["mode"] not in {PUBLIC, PRIVATE}:
            return _told(404, "There is no such text.")
        most = {"POST": MOST_TAKEN, "PUT": _MOST_WORDS}.get(request.method, 0)
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > most:
                return _told(413, f"This file is larger than {MOST_TAKEN // 1_000_000} MB.")
        return await run_in_threadpool(self._do, request.method, asked | {"staff": staff}, bytes(body))

    def _do(self, method: str, asked: dict[str, str], body: bytes) -> Response:
        desk = self._service.desk.files
        place = desk.at(asked["staff"], asked["conversation"], asked["mode"])
        try:
            if method == "GET":
                data = desk.preview(place, asked["file"])
                return Response(data, media_type=TYPE, headers={"cache-control": "private, max-age=300"})
            if method == "POST":
                view = desk.add(place, asked["nonce"], body)
            elif method == "PUT":
                view = desk.describe(place, asked["file"], _alt(body))
            else:
                view = desk.remove(place, asked["file"])
        except NoPicture as error:
            return _told(404, words.sentence(str(error)))
        except DeskError as error:
            return _told(409, words.sentence(str(error)))
        except ListenerError:
            log.exception("dashboard: a picture could not be kept")
            return _told(503, "The picture could not be kept just now. Try it again in a moment.")
        told = pictures(view, place.staff, place.conversation_id, place.mode)
        return JSONResponse(told, headers={"cache-control": "no-store"})


def _alt(body: bytes) -> str:
    try:
        alt = json.loads(body)["alt"]
        alt.encode()  # half of a surrogate pair is no text, and could not be kept
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        raise DeskError("a description is a text") from None
    return str(alt)


def _told(status: int, sentence: str) -> Response:
    return JSONResponse({"error": sentence}, status_code=status, headers={"cache-control": "no-store"})
