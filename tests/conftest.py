"""What every test may ask for."""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent

sys.path.insert(0, str(Path(__file__).parent))
from thinning import spared  # noqa: E402 - lies beside this file

settings.register_profile("no deadline", deadline=None)  # a busy machine is slow, and no test is of absolute time
settings.load_profile("no deadline")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave most parameter sets of tests marked `thinned` to the long run."""
    thinned: dict[tuple[str, int], list[pytest.Item]] = defaultdict(list)
    for item in items:
        mark = item.get_closest_marker("thinned")
        if mark is not None and "[" in item.name:
            thinned[item.nodeid.partition("[")[0], mark.args[0]].append(item)
    for (name, every), those in thinned.items():
        left = spared(name, [item.nodeid for item in those], every)
        for item in those:
            if item.nodeid in left:
                item.add_marker(pytest.mark.long)


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
