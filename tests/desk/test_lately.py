"""What was read of conversations lately: kept until a commit has to do with it, never mixed with what came since."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from blank_store import laid

from social_listener.desk.lately import Lately
from social_listener.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return an empty store."""
    return Store.open(laid(tmp_path / "test.duckdb"))


def commit(store: Store, *concern: str) -> None:
    """Commit something that has to do with this; with nothing named, it may have to do with everything."""
    with store.transaction() as cursor:
        cursor.execute("UPDATE counters SET value = value")
        if concern:
            store.narrow(concern)


class Counted:
    """Readings that tell which they are."""

    def __init__(self, store: Store, meanwhile: Callable[[], object] = lambda: None) -> None:
        self.store, self.number, self.meanwhile = store, 0, meanwhile
        self.lately: Lately[int] = Lately(store)
        self.size, self.newest = 1, 0

    def read(self) -> int:
        """Read anew."""
        self.number += 1
        return self.number

    def get(self, key: str = "talk") -> int:
        """Return what a reader is handed who asks for a conversation and its contact."""
        revision = self.store.revision
        self.meanwhile()
        return self.lately.get(
            key,
            revision,
            self.read,
            concern=lambda _: {key, "contact"},
            size=lambda _: self.size,
            fits=lambda number: number >= self.newest,
        )


def test_it_is_kept_until_a_commit_has_to_do_with_it(store: Store) -> None:
    """Other conversations may change meanwhile; its own, its contact, or everything makes it read again."""
    one = Counted(store)
    assert [one.get(), one.get()] == [1, 1]
    commit(store, "another")
    assert one.get() == 1
    for concern in (("talk",), ("contact", "another"), ()):
        before = one.get()
        commit(store, *concern)
        assert one.get() == before + 1


def test_a_reader_that_a_commit_overtook_reads_itself_and_leaves_nothing(store: Store) -> None:
    """Its snapshot may be older than what is kept, and what it reads is not the newest."""
    one = Counted(store)
    assert one.get() == 1
    one.meanwhile = lambda: commit(store, "another")
    assert [one.get(), one.get()] == [2, 3]
    one.meanwhile = lambda: None
    assert one.get() == 1, "what the two read was kept, or what was kept before was lost"


def test_within_a_transaction_everybody_reads_themselves(store: Store) -> None:
    """What is being written may be committed already, and not yet be told."""
    one = Counted(store)
    assert one.get() == 1
    with store.transaction():
        assert one.get() == 2
    commit(store, "another")
    assert one.get() == 3, "a commit that names nothing may have changed it"


def test_what_does_not_fit_is_read_anew(store: Store) -> None:
    """Whatever a commit forgot to name: with a newer row nobody is handed the older text."""
    one = Counted(store)
    assert one.get() == 1
    one.newest = 2
    assert [one.get(), one.get()] == [2, 2]


def test_a_later_reading_is_not_of_an_earlier_reader(store: Store) -> None:
    """Another may read what was committed after one's snapshot, between one's look at the store and at what is kept."""
    one, before = Counted(store), store.revision
    commit(store, "talk")
    assert one.get() == 1
    store.is_still_at = lambda _: True  # type: ignore[method-assign]  # the moment between two looks
    asked = {"concern": lambda _: {"talk"}, "size": lambda _: 1, "fits": lambda _: True}
    assert one.lately.get("talk", before, one.read, **asked) == 2  # type: ignore[arg-type]
    assert one.get() == 1, "the earlier reading took the place of the later one"


def test_those_asked_for_last_are_kept(store: Store) -> None:
    """Of more than five thousand items those that nobody asked for longest go first; a long thread is not kept."""
    one = Counted(store)
    one.size = 25
    first = [one.get(f"talk {number}") for number in range(200)]
    assert one.get("talk 0") == first[0]
    one.get("one more")
    assert one.get("talk 0") == first[0]
    assert one.get("talk 1") > 200
    one.size = 301
    assert one.get("long") != one.get("long")


def test_a_commit_that_names_nothing_empties_it(store: Store) -> None:
    """Deleted words do not stay in memory until somebody opens the same conversation again."""
    one = Counted(store)
    for number in range(5):
        one.get(f"talk {number}")
    commit(store)
    one.get("another")
    assert list(one.lately._kept) == ["another"]
