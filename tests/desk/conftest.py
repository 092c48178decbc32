"""A desk for every test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from desk_kit import Kit, make_kit

from social_listener import failpoints

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[Kit]:
    """Return a desk with one account, whose replies may leave at once."""
    kit = make_kit(tmp_path)
    yield kit
    failpoints.disarm()
    kit.close()
