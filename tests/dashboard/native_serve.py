"""Serve native_page.py as the dashboard is served: with our options, our guard and our headers."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import streamlit as st
import uvicorn
from streamlit.web import bootstrap

from social_listener.dashboard import asgi
from social_listener.settings import Settings


def main() -> None:
    """Listen, say where, and go on until the process is ended."""
    settings = Settings()
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    options = {"server.address": "127.0.0.1", "server.port": port, "server.headless": True, "logger.level": "warning"}
    bootstrap.load_config_options({**asgi.config(settings), **options})
    app = st.App(Path(__file__).with_name("native_page.py"), middleware=asgi.middleware(settings))
    sys.stdout.write(f"http://localhost:{port}\n")
    sys.stdout.flush()
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listening])


if __name__ == "__main__":
    main()
