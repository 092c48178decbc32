from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import zstandard
from reading_kit import everything, reading, row, rows
from world_channel import ACCOUNT, WorldChannel, stream_of

from social_listener import failpoints
from social_listener.errors import BadPayload
from social_listener.ingest import Ingest
from social_listener.model import Page, Stream
from social_listener.sandbox import Sandbox
from social_listener.settings import PollingSettings

STREAM, OTHER = stream_of(), stream_of("other")


class House:
    """A store with a past: posts, edits, deletions, answers, bad items, look-ups."""

    def __init__(self, folder: Path) -> None:
        self.sandbox = Sandbox(seed=1, clock="manual")
        self.world = self.sandbox.world
        for name in ("mara", "ben"):
            self.world.add_user(name)
        self.channel = WorldChannel(self.sandbox)
        polling = PollingSettings(recheck_every=timedelta(hours=1))
        self.ingest: Ingest = reading(
            folder / "store.duckdb",
            self.channel,
            clock=self.world.clock.now,
            streams=(STREAM, OTHER),
            polling=polling,
        )
        self._live()

    def _live(self) -> None:
        world, poll = self.world, self.ingest.poll
        posts = [world.post("mara" if n % 3 else "ben", f"@fernhill where is my order {n}?") for n in range(17)]
        world.advance(60)
        poll(STREAM)
        world.edit(posts[2], "@fernhill it burned my hand")
        world.post(self.sandbox.brand, "We are sorry.", reply_to=posts[3])
        self.channel.bad = {world.post("ben", "@fernhill odd one").id}
        world.advance(60)
        poll(STREAM)
        poll(OTHER)
        world.delete(posts[4])
        world.edit(posts[5], "@fernhill second wording")
        world.post("mara", "@fernhill thanks", reply_to=posts[3])
        world.advance(7200)
        poll(STREAM)
        while self.ingest.recheck(ACCOUNT):
            pass
        with self.ingest.store.transaction() as cursor:
            cursor.execute("UPDATE conversations SET assignee = 'ada' WHERE thread_id = ?", [f"x:{posts[6].id}"])
            cursor.execute("UPDATE queue SET assignee = 'ada' WHERE item_id = ?", [f"x:{posts[6].id}"])
            cursor.execute("UPDATE interactions SET liked_by_us = TRUE WHERE id = ?", [f"x:{posts[7].id}"])


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Return a store with a past."""
    made = House(tmp_path)
    yield made
    made.ingest.store.close()


def test_a_replay_gives_what_was_there(house: House) -> None:
    """Building everything anew from the raw pages changes not one row, and tells how far it is."""
    before = everything(house.ingest.store)
    told: list[tuple[int, int]] = []
    pages = house.ingest.replay(lambda done, total: told.append((done, total)))
    assert everything(house.ingest.store) == before
    assert pages == len(before["raw_pages"]) == told[-1][0] == told[-1][1]
    assert before["dead_letters"]
    assert any(one["deleted_at"] for one in before["interactions"])
    assert len(before["interaction_versions"]) >= 4


def test_a_replay_mends_what_was_spoilt(house: House) -> None:
    """Platform facts that were lost or changed come back; what staff did stays."""
    before = everything(house.ingest.store)
    lost = next(one["id"] for one in before["interactions"] if not one["outbound"] and not one["deleted_at"])
    with house.ingest.store.transaction() as cursor:
        cursor.execute(
            "UPDATE interactions SET text = 'spoilt', likes = 99 WHERE deleted_at IS NULL AND id <> ?", [lost]
        )
        cursor.execute("DELETE FROM interactions WHERE id = ?", [lost])
        cursor.execute("DELETE FROM scores WHERE interaction_id = ?", [lost])
        cursor.execute("UPDATE contacts SET name = 'spoilt'")
        cursor.execute("DELETE FROM sightings")
        cursor.execute("DELETE FROM queue")
        cursor.execute("DELETE FROM our_words")
    house.ingest.replay()
    after = everything(house.ingest.store)
    # When an item that was lost had been seen first, no raw page tells exactly.
    seen = {"first_seen_at", "due_seen_at", "seen_at"}
    skip = {"scored_at", "checked_at", "updated_at", "priority", "factors", *seen}
    for table in before:
        assert _without(after[table], skip) == _without(before[table], skip), table
    assert "ada" in {one["assignee"] for one in after["conversations"]}


def _without(found: list[dict[str, object]], names: set[str]) -> list[dict[str, object]]:
    return [{name: value for name, value in one.items() if name not in names} for one in found]


def test_a_replay_reads_what_the_channel_understands_by_now(house: House) -> None:
    """A channel that reads more than before gives new items, and takes back what was misread."""
    house.channel.bad = set()
    real = house.channel.parse

    def better(raw: bytes, stream: Stream, server_time: object) -> Page:
        data = json.loads(raw)
        for one in data["posts"]:
            one.pop("bad", None)
        made = real(json.dumps(data).encode(), stream, server_time)  # type: ignore[arg-type]
        items = tuple(replace(item, text=item.text.upper()) for item in made.interactions)
        return replace(made, interactions=items)

    house.channel.parse = better  # type: ignore[method-assign, assignment]
    house.ingest.replay()
    texts = [one["text"] for one in rows(house.ingest.store, "SELECT text FROM interactions WHERE deleted_at IS NULL")]
    assert all(text == text.upper() for text in texts)
    assert "@FERNHILL ODD ONE" in texts
    assert rows(house.ingest.store, "SELECT * FROM dead_letters WHERE settled_at IS NULL") == []
    queued = rows(house.ingest.store, "SELECT excerpt FROM queue")
    assert all(one["excerpt"] == one["excerpt"].upper() for one in queued)


def test_items_of_forgotten_pages_stay(house: House) -> None:
    """What no raw page tells of any more is kept as it is."""
    before = everything(house.ingest.store)
    with house.ingest.store.transaction() as cursor:
        cursor.execute("DELETE FROM raw_pages WHERE seq < (SELECT max(seq) FROM raw_pages)")
    house.ingest.replay()
    after = everything(house.ingest.store)
    assert [one["id"] for one in after["interactions"]] == [one["id"] for one in before["interactions"]]


def test_tombstones_stay_whatever_the_pages_still_tell(house: House) -> None:
    """Words of deleted items were taken out of the raw pages: where that left nothing to read, the tombstone stays.

    Living items that nothing tells of any more go: that shows that the pages were read, and told nothing.
    """
    sql = "SELECT id, deleted_at FROM interactions WHERE deleted_at IS NOT NULL ORDER BY id"
    before = rows(house.ingest.store, sql)
    assert before
    with house.ingest.store.transaction() as cursor:
        nothing = zstandard.ZstdCompressor().compress(b'{"posts":[],"gone":[]}')
        cursor.execute("UPDATE raw_pages SET body = ?", [nothing])
    house.ingest.replay()
    assert rows(house.ingest.store, sql) == before
    alive = "SELECT id FROM interactions WHERE deleted_at IS NULL AND stream_id IS NOT NULL"
    assert rows(house.ingest.store, alive) == []


def test_a_replay_cut_off_changes_nothing(house: House) -> None:
    """A crash in mid-replay leaves the database as it was, and no scratch files."""
    before = everything(house.ingest.store)
    failpoints.arm("ingest.before_commit=raise")
    try:
        with pytest.raises(failpoints.FailpointReached):
            house.ingest.replay()
    finally:
        failpoints.disarm()
    assert everything(house.ingest.store) == before
    assert not list(house.ingest.store.path.parent.glob("replay-*"))


def test_a_replay_needs_no_raw_pages(tmp_path: Path) -> None:
    """On an empty store there is nothing to do."""
    sandbox = Sandbox(seed=1, clock="manual")
    made = reading(tmp_path / "store.duckdb", WorldChannel(sandbox), clock=sandbox.world.clock.now)
    assert made.replay() == 0
    made.store.close()


# -- dead letters ------------------------------------------------------------------------------------------------------


def test_a_dead_letter_is_read_after_all(house: House) -> None:
    """Once the channel understands the item it is stored and queued, and the letter is settled."""
    assert house.ingest.replay_dead_letters() == 0
    real = house.channel.parse

    def better(raw: bytes, stream: Stream, server_time: object) -> Page:
        return real(raw.replace(b'"bad": true', b'"bad": false'), stream, server_time)  # type: ignore[arg-type]

    house.channel.parse = better  # type: ignore[method-assign, assignment]
    assert house.ingest.replay_dead_letters(OTHER.id) == 1
    assert rows(house.ingest.store, "SELECT * FROM dead_letters WHERE settled_at IS NULL") == []
    assert house.ingest.replay_dead_letters() == 0
    found = row(house.ingest.store, "SELECT * FROM queue WHERE excerpt LIKE '%odd one%'")
    assert found["status"] == "open"


def test_a_whole_answer_that_could_not_be_read_is_read_after_all(house: House) -> None:
    """An answer kept as a dead letter becomes the page it is, once the channel can read it."""
    post = house.world.post("mara", "@fernhill hidden in an answer")
    body = json.dumps({"posts": [house.channel._wire(post, house.world.clock.now_ms())], "gone": []}).encode()
    house.channel.faults = [BadPayload("unknown form", account_id=ACCOUNT, raw=body)]
    house.ingest.poll(STREAM)
    assert house.ingest.replay_dead_letters(STREAM.id) == 1
    assert row(house.ingest.store, "SELECT * FROM interactions WHERE id = ?", f"x:{post.id}")


# -- retention ---------------------------------------------------------------------------------------------------------


def test_old_raw_pages_are_forgotten_but_for_what_is_needed(house: House) -> None:
    """Retention keeps the newest page, whose number the next one follows, and pages of open dead letters."""
    needed = {one["page_id"] for one in rows(house.ingest.store, "SELECT page_id FROM dead_letters")}
    newest = row(house.ingest.store, "SELECT max(id) AS id FROM raw_pages")["id"]
    gone = house.ingest.forget_raw_pages(house.world.clock.now() + timedelta(days=1))
    left = {one["id"] for one in rows(house.ingest.store, "SELECT id FROM raw_pages")}
    assert gone > 0
    assert left == {*needed, newest}
    assert house.ingest.forget_raw_pages(house.world.clock.now() + timedelta(days=1)) == 0
