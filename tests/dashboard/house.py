"""A stage with every platform of one brand on it: X, a Page with Messenger, and an Instagram account."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from stage import PREFIX, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_STREAMS = ("comments", "mentions", "messages")


class House(Stage):
    """The service on all platforms; the sandbox pushes to its webhooks once it runs."""

    def _settings(self, changes: dict[str, Any]) -> dict[str, Any]:
        settings = super()._settings(changes)
        for channel in ("facebook", "instagram"):
            keys = self.sandbox.graph_credentials(channel)
            self.environment |= {f"{PREFIX}_{channel}_{key}".upper(): value for key, value in keys.items()}
            settings["accounts"].append(
                {
                    "id": channel,
                    "channel": channel,
                    "name": f"Fernhill on {channel.capitalize()}",
                    "base_url": self.sandbox.base_url,
                    "credentials": {key: f"{PREFIX}_{channel}_{key}".upper() for key in keys},
                    "streams": [{"kind": kind, "interval": "1s"} for kind in _STREAMS],
                    "options": {**self.sandbox.graph_options(channel), "webhooks": "on"},
                }
            )
        return settings

    def subscribe(self, public: str) -> None:
        """Have the sandbox push what happens on Facebook and Instagram."""
        self.sandbox.graph.subscribe_app(("feed", "mention", "messages", "message_echoes"))
        for channel in ("facebook", "instagram"):
            self.sandbox.webhooks.subscribe(channel, f"{public}/webhooks/{channel}")


@contextmanager
def housed(folder: Path, port: int) -> Iterator[House]:
    """Give a house that serves, its webhooks at a port, and where the sandbox pushes."""
    house = House(folder, public={"port": port})
    try:
        house.serve()
        house.subscribe(f"http://127.0.0.1:{port}")
        yield house
    finally:
        house.close()
