from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from desk_kit import Kit, make_kit
from staff_kit import seed_staff

from social_listener.errors import NotPermitted
from social_listener.rights import Role


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[Kit]:
    """Return a desk with one public item."""
    made = make_kit(tmp_path)
    made.mention()
    seed_staff(made.desk, "mona", role=Role.MARKETER)
    yield made
    made.close()


def test_private_texts_take_the_right_to_answer(kit: Kit, tmp_path: Path) -> None:
    """A marketer takes out what is public; private texts only somebody who may answer in private."""
    assert kit.desk.reports.snapshot(tmp_path / "a.duckdb", "mona").rows["items"] == 1
    with pytest.raises(NotPermitted, match="answer customers"):
        kit.desk.reports.snapshot(tmp_path / "b.duckdb", "mona", private=True)
    assert not (tmp_path / "b.duckdb").exists()
    assert kit.desk.reports.snapshot(tmp_path / "b.duckdb", "ana", private=True).private_texts


def test_a_snapshot_is_of_the_accounts_that_one_may_see(kit: Kit, tmp_path: Path) -> None:
    """Somebody with another account takes out nothing of this one."""
    seed_staff(kit.desk, "otto", role=Role.MANAGER, accounts=frozenset({"elsewhere"}))
    made = kit.desk.reports.snapshot(tmp_path / "a.duckdb", "otto")
    assert made.rows["items"] == 0
    with duckdb.connect(str(made.file), read_only=True) as copy:
        assert copy.execute("SELECT accounts FROM about").fetchall() == [(["elsewhere"],)]


def test_it_is_written_down_who_took_what(kit: Kit, tmp_path: Path) -> None:
    """Each snapshot is an audit event: who, how much, with or without private texts."""
    kit.desk.reports.snapshot(tmp_path / "a.duckdb", "ana", private=True)
    with kit.store.read() as cursor:
        found = cursor.execute(
            "SELECT staff, object_id, details FROM audit_events WHERE verb = 'snapshot.made'"
        ).fetchall()
    assert [(staff, name, json.loads(details)) for staff, name, details in found] == [
        ("ana", "a.duckdb", {"items": 1, "private": "yes"})
    ]
