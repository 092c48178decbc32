"""What leaves the house: snapshots and reports, as plain frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A read-only copy for notebooks that was made."""

    file: Path
    made_at: datetime
    rows: Mapping[str, int]  #: by table
    private_texts: bool
