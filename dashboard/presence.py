"""The route by which an open page tells that it is there, what it shows, and that somebody types: never what.

    POST /presence   {"page", "conversation", "typing", "closed"}

It writes nothing to the database. Others hear of it through /live.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from social_listener.dashboard.entrance import caller
from social_listener.errors import ListenerError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request

    from social_listener.desk.presence import Here
    from social_listener.service import Service

_LONGEST = 2_000


class _Beat(BaseModel):
    """The body of POST /presence."""

    model_config = ConfigDict(extra="forbid", strict=True)

    page: str = Field(pattern=r"^[A-Za-z0-9-]{8,64}$")
    conversation: str = Field(default="", max_length=300)
    typing: Literal["", "public", "private", "note"] = ""
    closed: bool = False


def presence_event(here: Sequence[Here]) -> str:
    """Return what /live tells of who else is there."""
    told = [{"staff": one.staff, "typing": one.typing, "conversation": one.conversation_id} for one in here]
    return f"event: presence\ndata: {json.dumps(told)}\n\n"


class Presence:
    """Hears from open pages."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def post(self, request: Request) -> Response:
        """Hear from one page."""
        if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
            return _refused(415, "Presence is sent as JSON.")
        staff = caller(request, self._service.desk.door)
        if staff is None:
            return _refused(401, "You are not signed in any more.")
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > _LONGEST:
                return _refused(413, "That is too long.")
        try:
            beat = _Beat.model_validate(json.loads(body))
        except (ValidationError, ValueError, RecursionError):
            return _refused(400, "This does not say which page is open.")
        try:
            await run_in_threadpool(self._heard, beat, staff)
        except ListenerError:
            return _refused(503, "It could not be noted just now.")
        return Response(status_code=204)

    def _heard(self, beat: _Beat, staff: str) -> None:
        team = self._service.desk.team
        if beat.closed:
            team.presence.leave(beat.page, staff)
        else:
            team.beat(beat.page, staff, beat.conversation, beat.typing)


def _refused(status: int, words: str) -> Response:
    return JSONResponse({"error": words}, status_code=status)
