"""A platform in the sandbox for every registered channel."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from social_listener.channels import REGISTRY

sys.path.insert(0, str(Path(__file__).parent))

from faces import FACES, Face, XFace


@pytest.fixture(params=list(REGISTRY))
def face(request: pytest.FixtureRequest) -> Iterator[Face]:
    """Run the platform of each registered channel; a channel without a face fails here."""
    assert request.param in FACES, f"the channel {request.param} has no face in the sandbox: tests/channels/faces.py"
    with FACES[request.param]() as running:
        yield running


@pytest.fixture
def x() -> Iterator[XFace]:
    """Run X in the sandbox."""
    with XFace() as running:
        yield running
