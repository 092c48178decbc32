"""A platform in the sandbox for every registered channel."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from social_listener.channels import REGISTRY

sys.path.insert(0, str(Path(__file__).parent))

from connected_face import ConnectedXFace
from faces import Face, XFace
from meta_faces import FACES, FacebookFace, InstagramFace, MetaFace

#: every channel, and X once more with an account that was connected: the contract holds for it too
_NAMES = [*REGISTRY, "x connected"]
_ALL = {**FACES, "x connected": ConnectedXFace}
#: parameter of a test → which kinds of stream of a face it is
_KINDS = {"kind": "said", "public_kind": "public"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test of the contract over every registered channel, and over its kinds of stream where it asks for one."""
    if "face" not in metafunc.fixturenames:
        return
    for parameter, kinds in _KINDS.items():
        if parameter in metafunc.fixturenames:
            pairs = [(name, kind) for name in _NAMES for kind in getattr(_ALL.get(name), kinds, ())]
            metafunc.parametrize(("face", parameter), pairs, indirect=["face"])
            return
    metafunc.parametrize("face", _NAMES, indirect=True)


@pytest.fixture
def face(request: pytest.FixtureRequest) -> Iterator[Face]:
    """Run the platform of each registered channel; a channel without a face fails here."""
    assert request.param in _ALL, f"the channel {request.param} has no face in the sandbox: tests/channels/faces.py"
    with _ALL[request.param]() as running:
        yield running


@pytest.fixture
def x() -> Iterator[XFace]:
    """Run X in the sandbox."""
    with XFace() as running:
        yield running


@pytest.fixture
def facebook() -> Iterator[FacebookFace]:
    """Run Facebook in the sandbox."""
    with FacebookFace() as running:
        yield running


@pytest.fixture
def instagram() -> Iterator[InstagramFace]:
    """Run Instagram in the sandbox."""
    with InstagramFace() as running:
        yield running


@pytest.fixture(params=[FacebookFace, InstagramFace])
def meta(request: pytest.FixtureRequest) -> Iterator[MetaFace]:
    """Run Facebook, and Instagram, in the sandbox."""
    with request.param() as running:
        yield running
