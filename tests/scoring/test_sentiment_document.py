"""docs/sentiment.md and docs/scoring.md show what the commands print."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BLOCKS = [
    (page, command, printed)
    for page in ("sentiment.md", "scoring.md")
    for command, printed in re.findall(
        r"^    ((?:social-listener (?:evaluate|learn)|python scripts)[^\n]*)\n\n```text\n(.*?)\n```",
        (ROOT / "docs" / page).read_text(encoding="utf-8"),
        re.MULTILINE | re.DOTALL,
    )
]
SHORT = [block for block in BLOCKS if not re.search("airline|learn", block[1])]


def printed_by(command: str, shared_data: Path) -> str:
    """Return what a command of the documents prints, in the folder that it is for."""
    program, *arguments = command.split()
    ours = program == "social-listener"
    done = subprocess.run(
        [sys.executable, *(["-m", "social_listener"] if ours else []), *arguments],
        cwd=shared_data if ours else ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "SOCIAL_LISTENER_SHARED_DATA": str(shared_data)},
        check=True,
        capture_output=True,
        text=True,
    )
    return re.sub(r"^measured \d of \d parts\n", "", done.stdout + done.stderr, flags=re.MULTILINE).rstrip()


def test_the_pages_have_their_blocks() -> None:
    """Three sets, the grades derived from one set and measured on others, two models, what they gain, priority."""
    assert [page for page, _, _ in BLOCKS] == ["sentiment.md"] * 7 + ["scoring.md"]
    assert len(SHORT) == 3


@pytest.mark.parametrize(("page", "command", "printed"), SHORT, ids=[command for _, command, _ in SHORT])
def test_tables_are_as_printed(page: str, command: str, printed: str, shared_data: Path) -> None:
    """Every figure is that of the command above it; another figure would be seen."""
    found = printed_by(command, shared_data)
    assert found == printed, page
    assert found != printed.replace("0.5", "0.6", 1), "the negative control changed nothing"


@pytest.mark.long
@pytest.mark.parametrize(("page", "command", "printed"), BLOCKS, ids=[command for _, command, _ in BLOCKS])
def test_all_tables_are_as_printed(page: str, command: str, printed: str, shared_data: Path) -> None:
    """The same of the large set, and of models where the extra `learning` is installed."""
    if "learn" in command:
        pytest.importorskip("wordllama", reason="the extra `learning` is not installed")
    assert printed_by(command, shared_data) == printed, page
