"""What is installed works without the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.long
@pytest.mark.timeout(900)
def test_the_wheel_works_in_an_empty_folder() -> None:
    """Built, installed into a new environment and run from an empty folder: one package, and the demo works."""
    done = subprocess.run(
        [ROOT / "scripts" / "wheel-smoke"],
        env={**os.environ, "PYTHON": sys.executable},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the wheel works from an empty folder" in done.stdout


def test_links_lead_to_the_top_level_folders() -> None:
    """In the checkout, jobs and dashboard and the default settings are reached through links."""
    for link, target in {"jobs": "jobs", "dashboard": "dashboard", "settings.default.yaml": "settings.yaml"}.items():
        path = ROOT / "social_listener" / link
        assert path.is_symlink()
        assert path.resolve() == ROOT / target
