from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from social_listener.witness import KEPT, Witness, WitnessLine

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def line(number: int, at: datetime = NOW) -> WitnessLine:
    """Return one attempt's line."""
    return WitnessLine(
        attempt_id=f"i/{number}", intent_id="i", account_id="main", boot_id="b", at=at, request_hash="abc"
    )


def test_lines_come_back(tmp_path: Path) -> None:
    """What was written is read again, in order, in a file that only its owner can read."""
    witness = Witness(tmp_path / "witness.jsonl")
    assert witness.lines() == ()
    witness.write(line(1))
    witness.write(line(2))
    assert Witness(witness.path).lines() == (line(1), line(2))
    assert witness.path.stat().st_mode & 0o077 == 0


def test_a_torn_line_spoils_no_other(tmp_path: Path) -> None:
    """A crash in the middle of a line loses that line only, and the next one stands by itself."""
    witness = Witness(tmp_path / "witness.jsonl")
    witness.write(line(1))
    whole = witness.path.read_bytes()
    with witness.path.open("ab") as file:
        file.write(whole[:25])
    witness.write(line(3))
    assert witness.lines() == (line(1), line(3))


@given(st.binary(max_size=200))
def test_rubbish_is_no_line(rubbish: bytes) -> None:
    """Whatever stands in the file, reading it never fails."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "witness.jsonl"
        path.write_bytes(rubbish)
        assert all(isinstance(one, WitnessLine) for one in Witness(path).lines())


def test_old_lines_go(tmp_path: Path) -> None:
    """Lines older than what could still be reconciled are dropped, newer ones stay."""
    witness = Witness(tmp_path / "witness.jsonl")
    witness.write(line(1, NOW - KEPT - timedelta(seconds=1)))
    witness.write(line(2, NOW - KEPT))
    witness.prune(NOW)
    assert witness.lines() == (line(2, NOW - KEPT),)


def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """The caller is told, so that nothing is sent."""
    with pytest.raises(OSError, match="nowhere"):
        Witness(tmp_path / "nowhere" / "witness.jsonl").write(line(1))
