"""The dashboard as an ASGI application: Streamlit, with our own routes, headers and options."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.web import bootstrap

from social_listener.dashboard import asgi, state, theme
from social_listener.dashboard.entrance import Entrance

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp

    from social_listener.service import Service


def make(service: Service, demo: str | None = None, ending: Callable[[], bool] = lambda: False) -> ASGIApp:
    """Return the dashboard, whose pages work on `service`. One process can have one.

    `demo`: who comes in by itself from this machine, in the demo; None: nobody does. `ending`: whether the service
    is being ended.
    """
    entrance = Entrance(service, demo, ending)
    settings = service.settings.dashboard
    bootstrap.load_config_options(
        {
            **asgi.config(service.settings),
            "server.address": settings.host,
            "server.port": settings.port,
            "server.headless": True,  # it opens no browser; `demo` does that itself
            "logger.level": "warning",
        }
    )
    theme.settle()
    state.set_service(service, demo=demo is not None)
    script = Path(asgi.__file__).resolve().parent / "app.py"
    app: ASGIApp = st.App(script, middleware=asgi.middleware(service.settings, entrance))
    return app
