"""Our own routes, answered before Streamlit's layers: an open page tells that it is there at every click."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.routing import Router

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp, Receive, Scope, Send


class Own:
    """Stands behind the gate and before Streamlit, which gets whatever is none of ours."""

    def __init__(self, app: ASGIApp, routes: Callable[[], Sequence[BaseRoute]]) -> None:
        self._app = app
        self._answered = ExceptionMiddleware(Router(routes(), redirect_slashes=False, default=app))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or socket."""
        await (self._answered if scope["type"] == "http" else self._app)(scope, receive, send)
