"""What macros would do, beside the pages.

GET /macros?item=…   each macro with exactly what it would do in answer to an item now
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from social_listener.dashboard import draw_macros, words
from social_listener.errors import DeskError, ListenerError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from social_listener.service import Service

log = logging.getLogger(__name__)


class MacroPlans:
    """Shows what macros would do."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def get(self, request: Request) -> Response:
        """Answer with every macro's plan."""
        staff, item = request.query_params.get("staff", ""), request.query_params.get("item", "")
        if staff not in self._service.settings.dashboard.staff:
            return JSONResponse({"error": "There is nothing to do there."}, 404)
        return await run_in_threadpool(self._plans, item, staff)

    def _plans(self, item: str, staff: str) -> Response:
        try:
            plans = self._service.desk.macros.plans(item, staff)
        except DeskError as error:
            return JSONResponse({"error": words.sentence(str(error))}, 404)
        except ListenerError:
            log.exception("dashboard: macros could not be read")
            return JSONResponse({"error": "Macros could not be read just now. Try again in a moment."}, 503)
        return JSONResponse({"plans": [draw_macros.plan(one) for one in plans]}, headers={"cache-control": "no-store"})
