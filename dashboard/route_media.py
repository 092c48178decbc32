"""GET /pictures/{name}: a picture of a platform, fetched and drawn anew by this server, for our own pages.

The name is one that `desk.media` signed; it holds no address. What cannot be shown is told in words, as JSON.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from social_listener.errors import DeskError, ListenerError, NoPicture, NotPermitted
from social_listener.media.pictures import TYPE

if TYPE_CHECKING:
    from starlette.requests import Request

    from social_listener.service import Service

log = logging.getLogger(__name__)

#: a browser keeps a picture for some minutes, and never for another person of the same machine
_HEADERS: Final = {
    "cache-control": "private, max-age=300",
    "content-disposition": "inline",
    "cross-origin-resource-policy": "same-origin",
}


class Media:
    """Answers for pictures."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def get(self, request: Request) -> Response:
        """Return one picture as WebP; 404: no such picture, 403: not for this person, 502: why it cannot be shown."""
        staff = request.query_params.get("staff", "")
        return await run_in_threadpool(self._answer, request.path_params["name"], staff)

    def _answer(self, name: str, staff: str) -> Response:
        try:
            return Response(self._service.desk.media.picture(name, staff), media_type=TYPE, headers=_HEADERS)
        except NoPicture as error:
            return _told(502, str(error))
        except NotPermitted as error:
            return _told(403, str(error))
        except DeskError as error:
            return _told(404, str(error))
        except ListenerError:
            log.exception("dashboard: a picture could not be made")
            return _told(503, "it cannot be loaded just now")


def _told(status: int, words: str) -> Response:
    return JSONResponse({"error": words}, status_code=status, headers={"cache-control": "no-store"})
