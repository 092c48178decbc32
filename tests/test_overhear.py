"""scripts/canary searches everything that a run of tests leaves for secrets: it finds what is there, and only that."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SPEAKS = """
import pytest
from social_listener.sandbox import Sandbox

{mark}
def test_it():
    print(Sandbox(seed=55, clock="manual").graph_credentials("facebook")["app_secret"])
"""
MARK = "@pytest.mark.secrets_on_purpose('it is a test', 'reports')"


@pytest.mark.long
@pytest.mark.parametrize(("mark", "code"), [(None, 0), ("", 1), (MARK, 0), (MARK.replace("reports", "log"), 1)])
def test_a_secret_that_gets_out_is_found(tmp_path: Path, mark: str | None, code: int) -> None:
    """A leak fails the run and is named; a reason holds for its place only; all secrets planted are found each time."""
    named = ["tests/test_cursor.py"]
    if mark is not None:
        (tmp_path / "test_speaks.py").write_text(SPEAKS.format(mark=mark))
        named = [str(tmp_path / "test_speaks.py"), "--rootdir", str(ROOT), "-c", str(ROOT / "pyproject.toml")]
    command = [sys.executable, str(ROOT / "scripts" / "canary"), *named]
    done = subprocess.run(command, env=environment(tmp_path), capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    assert ("LEAK reports" in done.stdout) is bool(code)
    assert "15 secrets planted, 0 not found" in done.stdout


def environment(folder: Path) -> dict[str, str]:
    """Return the environment without what belongs to the tests that run now."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "OVERHEAR"))}
    return kept | {"TMPDIR": str(folder)}
