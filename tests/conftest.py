"""What every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent

settings.register_profile("no deadline", deadline=None)  # a busy machine is slow, and no test is of absolute time
settings.load_profile("no deadline")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of recorded answers and labelled texts, or skip: it is not part of the project."""
    folder = Path(os.environ.get("SOCIAL_LISTENER_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("the folder of recorded API answers and labelled texts is not here (SOCIAL_LISTENER_SHARED_DATA)")
    return folder


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a developer's own settings out of the tests."""
    for name in list(os.environ):
        if name.startswith("SOCIAL_LISTENER_") and name != "SOCIAL_LISTENER_SHARED_DATA":
            monkeypatch.delenv(name)
