"""A program of its own that polls every stream of a sandbox once, checkpoints and backs up; a test kills it."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from test_ingest_x import open_ingest, streams

from social_listener.sandbox import Sandbox


@dataclass
class There:
    """A sandbox in another process: its address, its keys, its time."""

    base_url: str
    now: datetime

    @property
    def credentials(self) -> dict[str, str]:
        """Return the keys that the environment holds."""
        return {name[4:].lower(): value for name, value in os.environ.items() if name.startswith("KEY_")}

    @property
    def world(self) -> Any:
        """Return something with the clock."""
        return SimpleNamespace(clock=SimpleNamespace(now=lambda: self.now))


def main() -> None:
    """Live once."""
    database, base_url, now = sys.argv[1:]
    path, there = Path(database), There(base_url, datetime.fromisoformat(now))
    ingest = open_ingest(cast("Sandbox", there), path)
    for stream in streams():
        result = ingest.poll(stream, until_end=True)
        if result.error:
            sys.exit(f"{stream.id}: {result.error}")
    ingest.store.checkpoint()
    ingest.store.backup(path.parent / "backups", there.now)
    ingest.store.close()


if __name__ == "__main__":
    main()
