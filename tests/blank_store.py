"""A database without a row, made once a process by the store itself and copied: cheaper than making it each time."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from social_listener.store import Store


@cache
def _blank() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "blank.duckdb"
        Store.open(path).close()
        return path.read_bytes()


def laid(path: Path) -> Path:
    """Lay a blank database at `path` unless one is there; return `path`. Tests about making one do without."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_blank())
        path.chmod(0o600)
    return path
