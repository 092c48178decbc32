"""Whatever happens in whatever order, the index finds what a look at every text finds."""

from __future__ import annotations

import logging
import secrets
import shutil
import stat
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import tantivy
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from search_kit import scan
from test_ingest_machine import Machine, run

from social_listener import failpoints
from social_listener.desk_types import NoteLine
from social_listener.model import Status
from social_listener.search.parse import parse
from social_listener.store import conversations, search_log, staff_changes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

SEARCHES = (
    *(
        "refund ",
        "ref",
        "order ",
        '"my order"',
        "refund -please",
        "-refund",
        "mara ",
        "mara order ",
        "from:mara ",
        "edited",
    ),
    *(
        "from:us ",
        "looking into",
        "-from:us",
        '"where is my" 3',
        "burned hand ",
        "agreed",
        "sentiment:negative",
        "lang:en",
    ),
    *("is:private", "channel:x thanks ", "channel:facebook", "on:2026-11-02", "before:2020", "nobody says this"),
)


class Indexed(Machine):
    """The machine of ingest, with staff at work and an index that is asked at any moment."""

    def check(self) -> None:
        """Hold every search against a look at every text."""
        self.store.index.catch_up()
        now = self.clock()
        for text in SEARCHES:
            search = parse(text, now)
            for resolved in (None, False, True):
                found = self.store.index.find(search, resolved=resolved)
                assert not found.cut
                assert set(found.items) == scan(self.store, search, resolved=resolved), (text, resolved)

        self.check_lookups()

    def check_lookups(self) -> None:
        """Hold what the index finds by contact, conversation and thread against the tables, also while it is behind."""
        with self.store.read() as cursor:
            known = self.store.index.lookup(cursor)
            talks = cursor.execute("SELECT id, contact_id, thread_id FROM conversations ORDER BY id").fetchall()
            if known is None:
                return
            for conversation_id, contact_id, thread_id in talks:
                row = conversations.row(cursor, conversation_id)
                assert row is not None
                theirs = conversations.of_contacts(cursor, [contact_id])
                assert conversations.of_contacts(cursor, [contact_id], known) == theirs
                ids = [one.id for one in theirs]
                assert conversations.outlines(cursor, ids, known=known) == conversations.outlines(cursor, ids)
                newest = conversations.outlines(cursor, ids, 2, known=known)
                assert newest == conversations.outlines(cursor, ids, 2)
                others = conversations.others_in_thread(cursor, row)
                assert conversations.others_in_thread(cursor, row, known) == others
                assert conversation_id in (known.in_thread(thread_id) or [])

    @rule()
    def look_up(self) -> None:
        """Look rows up now, whatever the index has not taken up yet."""
        self.check_lookups()

    def compare(self) -> None:
        """Hold the index against the store; the store itself is held against the truth by the machine of ingest."""
        self.check()

    @rule()
    def search(self) -> None:
        """Ask now."""
        self.check()

    @rule(data=st.data(), status=st.sampled_from(list(Status)))
    def put_away(self, data: st.DataObject, status: Status) -> None:
        """Have staff resolve, snooze or reopen a conversation, and note something."""
        with self.store.transaction() as cursor:
            rows = cursor.execute("SELECT id, version FROM conversations ORDER BY id").fetchall()
            if not rows:
                return
            conversation_id, version = data.draw(st.sampled_from(rows))
            until = datetime(2030, 1, 1, tzinfo=UTC) if status is Status.SNOOZED else None
            staff_changes.set_status(cursor, conversation_id, version, self.clock(), status=status, snoozed_until=until)
            note = NoteLine(id=secrets.token_hex(8), staff="ana", text="refund agreed", created_at=self.clock())
            conversations.insert_note(cursor, conversation_id, note)

    @rule(place=st.sampled_from(["search.before_commit", "search.after_commit", "search.building"]))
    def crash_while_indexing(self, place: str) -> None:
        """Crash at a named place of the indexing, and start anew."""
        failpoints.arm(f"{place}=raise")
        try:
            self.store.index.catch_up()
        except failpoints.FailpointReached:
            pass
        finally:
            failpoints.disarm()
        self.store.close()
        self.open()

    @rule(how=st.sampled_from(["missing", "cut", "rubbish", "empty"]))
    def damage(self, how: str) -> None:
        """Damage the files of the index between two runs."""
        self.store.close()
        folder = self.store.path.with_name(f"{self.store.path.name}.search")
        files = sorted(one for one in folder.rglob("*") if one.is_file() and not one.name.startswith("."))
        if how == "missing":
            shutil.rmtree(folder, ignore_errors=True)
        for file in files if how != "missing" else []:
            file.write_bytes({"cut": file.read_bytes()[: file.stat().st_size // 2], "rubbish": b"x" * 50}.get(how, b""))
        self.open()

    @precondition(lambda self: self.posts)
    @rule()
    def restore(self) -> None:
        """Go back to a backup, as an operator does: the index beside it tells of what came later."""
        backup = self.store.backup(self.folder / "backups", self.clock())
        self.post("ben", "@fernhill refund", 0.0, 2)
        self.poll()
        self.check()
        self.store.close()
        shutil.copy(backup, self.store.path)
        self.open()
        self.check()

    @rule()
    def build_anew(self) -> None:
        """Build the index anew, as is done after deletions."""
        self.store.index.build()
        assert not self.store.index.stale


def test_the_index_finds_what_a_look_at_every_text_finds() -> None:
    """In every order of posts, edits, deletions, staff's work, crashes, damage and restores the two agree."""
    run(Indexed, 4, 12, find=True)


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_the_index_and_the_texts_agree_in_the_long_run() -> None:
    """The same over a thousand examples of forty steps."""
    run(Indexed, 1000, 40, find=True)


@pytest.fixture
def machine() -> Iterator[Indexed]:
    """Return a machine to be driven by hand, with three texts in it."""
    logging.disable(logging.CRITICAL)
    one = Indexed()
    one.first_poll()
    one.post("mara", "@fernhill refund please", 0.0, 3)
    one.poll()
    yield one
    one.store.close()
    shutil.rmtree(one.folder)
    logging.disable(logging.NOTSET)


def test_a_forgotten_change_is_found(machine: Indexed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: an index that leaves one conversation of a batch out is caught."""
    machine.check()

    def forgetful(cursor: DuckDBPyConnection, after: int, most: int) -> tuple[int, list[str], bool]:
        upto, ids, words_left = real(cursor, after, most)
        return upto, ids[:-1], words_left

    real = search_log.changed
    monkeypatch.setattr("social_listener.store.search_index.search_log.changed", forgetful)
    machine.post("ben", "@fernhill where is my order?", 0.0, 1)
    machine.poll()
    with pytest.raises(AssertionError):
        machine.check()


def test_an_index_of_another_history_is_not_trusted(machine: Indexed, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a restore the index is built anew; one that trusts its number alone would find what is not there."""
    machine.restore()
    monkeypatch.setattr("social_listener.store.search_index.search_log.belongs", lambda *_: True)
    with pytest.raises(AssertionError):
        machine.restore()


def test_a_lookup_that_trusts_the_index_alone_is_found(machine: Indexed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that the index has not taken up yet are found; negative control: without a look at the log they are not."""
    machine.check()
    machine.post("mara", "@fernhill and another thing", 0.0, 1)
    machine.poll()
    machine.check_lookups()
    monkeypatch.setattr("social_listener.store.search_lookup.search_log.changed", lambda _, seq, __: (seq, [], False))
    monkeypatch.setattr("social_listener.store.search_lookup.search_log.waiting", lambda *_: False)
    machine.post("mara", "@fernhill and a third one", 0.0, 1)
    machine.poll()
    with pytest.raises(AssertionError):
        machine.check_lookups()


def test_a_lookup_that_keeps_what_it_knew_too_long_is_found(machine: Indexed, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the log tells is read once a commit; negative control: kept beyond the next one, rows are missed."""
    machine.check()
    for text in ("another thing", "a third one"):
        machine.post("mara", f"@fernhill {text}", 0.0, 1)
        machine.poll()
        machine.check_lookups()
    monkeypatch.setattr(type(machine.store), "has_committed", lambda *_: True)
    machine.post("ben", "@fernhill where is my order?", 0.0, 1)
    machine.poll()
    with pytest.raises(AssertionError):
        machine.check_lookups()


def test_a_fresh_index_is_built_once(machine: Indexed) -> None:
    """After a clean end the next start goes on with the index that is there."""
    machine.check()
    folder = machine.store.path.with_name(f"{machine.store.path.name}.search")
    before = sorted(folder.iterdir())
    machine.store.close()
    machine.open()
    machine.check()
    assert sorted(folder.iterdir()) == before
    machine.build_anew()
    assert sorted(folder.iterdir()) != before


def test_deleted_words_leave_the_files(machine: Indexed) -> None:
    """Until the nightly build the files may hold a deleted word, afterwards none; whole texts are never in them."""
    machine.world.add_user("dora")
    secret = machine.world.post("dora", "@fernhill my pin is quetzalcoatl").id
    machine.poll()
    machine.check()
    index = machine.store.index
    folder = machine.store.path.with_name(f"{machine.store.path.name}.search")

    def searchers() -> list[tantivy.Searcher]:
        return [tantivy.Index.open(str(one)).searcher() for one in folder.iterdir()]

    def holds(word: str) -> bool:
        return any(one.terms_with_prefix("said", word) for one in searchers())

    assert holds("quetzalcoatl")
    for searcher in searchers():
        for _, address in searcher.search(tantivy.Query.all_query(), 100).hits:
            assert searcher.doc(address).to_dict().keys() <= {"conversation", "item"}
    assert not index.stale
    machine.world.delete(secret)
    machine.heal()
    machine.check()
    assert index.stale
    index.build()
    assert not index.stale
    assert not holds("quetzalcoatl")


def test_only_the_owner_may_look_into_the_files(machine: Indexed) -> None:
    """The index lies in a directory of mode 0700, and none of its files can be read by anybody else."""
    machine.check()
    folder = machine.store.path.with_name(f"{machine.store.path.name}.search")
    places = [folder, *folder.rglob("*")]
    assert len(places) > 3
    assert {stat.S_IMODE(one.stat().st_mode) & 0o077 for one in places} == {0}


def test_an_index_that_cannot_be_built_is_told(machine: Indexed) -> None:
    """Where the files cannot be written, a search finds nothing, says that it is not whole, and nothing else breaks."""
    machine.check()
    machine.store.close()
    folder = machine.store.path.with_name(f"{machine.store.path.name}.search")
    shutil.rmtree(folder)
    folder.write_text("in the way")
    machine.open()
    assert machine.store.index.find(parse("refund", machine.clock())).items == {}
    assert not machine.store.index.progress.whole
    assert machine.store.index.progress.problem
    folder.unlink()
    machine.check()
    assert machine.store.index.progress.whole
