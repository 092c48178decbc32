"""What a commit had to do with: who shows a conversation learns of every change to it, and of few others."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from social_listener.store import Store
from social_listener.store.touched import Touched

if TYPE_CHECKING:
    from pathlib import Path

NAMES = [f"x:{number}" for number in range(6)]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return an empty store."""
    return Store.open(tmp_path / "test.duckdb")


def test_a_commit_that_says_nothing_concerns_everything(store: Store) -> None:
    """Whoever does not narrow a transaction makes every page read its conversation again."""
    before = store.revision
    with store.transaction():
        pass
    assert store.touched_since(before, ["x:1"])
    assert not store.touched_since(store.revision, ["x:1"])


def test_a_narrowed_commit_concerns_what_it_names(store: Store) -> None:
    """Only those who show what was named read again; everybody hears that the lists may differ."""
    before = store.revision
    with store.transaction():
        store.narrow(["x:1", "x:2"])
    assert store.revision == before + 1
    assert store.touched_since(before, ["x:2"])
    assert not store.touched_since(before, ["x:3"])


def test_a_commit_of_nothing_is_quiet(store: Store) -> None:
    """A poll that brings nothing makes nobody read, but counts as a commit for who decides on what was read."""
    before = store.revision, store.commits
    with store.transaction():
        store.narrow([])
    with store.transaction(quiet=True):
        pass
    assert (store.revision, store.commits) == (before[0], before[1] + 2)


def test_a_narrowing_ends_with_its_transaction(store: Store) -> None:
    """What one transaction said does not hold for the next, whether it was committed or not."""
    with suppress(ZeroDivisionError), store.transaction():
        store.narrow([])
        raise ZeroDivisionError
    before = store.revision
    with store.transaction():
        pass
    assert store.touched_since(before, ["x:1"])


def test_nobody_is_at_a_revision_while_it_is_written(store: Store) -> None:
    """A snapshot taken beside an open transaction may be newer than the revision tells."""
    at = store.revision
    assert store.is_still_at(at)
    with store.transaction():
        assert not store.is_still_at(at)
    assert not store.is_still_at(at)
    assert store.is_still_at(store.revision)


@given(st.lists(st.one_of(st.none(), st.sets(st.sampled_from(NAMES))), max_size=12), st.sets(st.sampled_from(NAMES)))
def test_no_change_is_missed(commits: list[set[str] | None], shown: set[str]) -> None:
    """Whatever was committed after a revision, it is told that something shown changed exactly when it did."""
    touched = Touched()
    for revision, concern in enumerate(commits, 1):
        touched.note(revision, concern)
    for at in range(len(commits) + 1):
        changed = any(concern is None or concern & shown for concern in commits[at:])
        assert touched.since(at, shown) == changed
