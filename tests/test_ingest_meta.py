"""Reading a Page and an Instagram account whole, polled and pushed: real facebook-sdk, real HTTP, the truth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import zstandard
from push_kit import Door
from reading_kit import reading, row, rows

from social_listener.channels import factory, stream_kinds
from social_listener.ingest import Ingest
from social_listener.model import Stream, StreamKind
from social_listener.sandbox import Sandbox
from social_listener.settings import PollingSettings

pytestmark = pytest.mark.thinned(2)

ACCOUNT = "brand"
BOTH = pytest.mark.parametrize("channel", ["facebook", "instagram"])


@dataclass
class House:
    """A sandbox, and a program that reads it."""

    sandbox: Sandbox
    ingest: Ingest
    channel: str

    @property
    def graph(self) -> Any:
        """The world that is read."""
        return self.sandbox.graph

    def stream(self, kind: StreamKind) -> Stream:
        """Return a stream."""
        return next(one for one in streams(self.channel) if one.kind is kind)

    def poll(self) -> None:
        """Poll every stream to its end."""
        for one in streams(self.channel):
            result = self.ingest.poll(one, until_end=True)
            assert result.error is None

    def say(self, text: str, *, who: str = "mara") -> Any:
        """Let a customer comment below a post of ours."""
        if self.channel == "facebook":
            return self.graph.comment(who, self.root, text)
        return self.graph.ig_comment(who, self.root, text)

    def own(self, on: Any, text: str) -> Any:
        """Let staff answer in the platform's own app."""
        return (self.graph.app_comment if self.channel == "facebook" else self.graph.app_ig_comment)(on, text)

    def write(self, text: str, *, who: str = "mara") -> Any:
        """Let a customer write a message."""
        return self.graph.message(who, text, self.place)

    @property
    def place(self) -> str:
        """Where messages are."""
        return "messenger" if self.channel == "facebook" else "instagram"

    @property
    def root(self) -> Any:
        """Our own post."""
        truth = self.graph.truth()
        return self.graph.find((truth.posts if self.channel == "facebook" else truth.media)[0].id)

    def stored(self, native_id: str) -> dict[str, Any]:
        """Return a stored item."""
        return row(self.ingest.store, "SELECT * FROM interactions WHERE id = ?", f"{self.channel}:{native_id}")


def streams(channel: str) -> tuple[Stream, ...]:
    """Return a stream of every kind."""
    return tuple(
        Stream(
            id=f"{ACCOUNT}/{kind}",
            account_id=ACCOUNT,
            channel=channel,
            kind=kind,
            name=kind,
            interval=timedelta(minutes=1),
            overlap=timedelta(minutes=30),
        )
        for kind in stream_kinds(channel)
    )


def open_house(channel: str, folder: Path) -> House:
    """Return a house with an empty store, and one post of our own."""
    sandbox = Sandbox(seed=3, clock="manual")
    sandbox.start()
    if channel == "facebook":
        sandbox.graph.page_post("New beans are here")
    else:
        sandbox.graph.media("New beans are here")
    made = factory(channel)(
        account_id=ACCOUNT,
        credentials=sandbox.graph_credentials(channel),
        base_url=sandbox.base_url,
        options=sandbox.graph_options(channel),
        connect_timeout=timedelta(seconds=5),
        read_timeout=timedelta(seconds=10),
    )
    polling = PollingSettings(recheck_every=timedelta(hours=1))
    ingest = reading(
        folder / f"{channel}.duckdb", made, clock=sandbox.world.clock.now, streams=streams(channel), polling=polling
    )
    return House(sandbox, ingest, channel)


@pytest.fixture
def house(channel: str, tmp_path: Path) -> Iterator[House]:
    """Return a house."""
    made = open_house(channel, tmp_path)
    yield made
    made.ingest.store.close()
    made.sandbox.stop()


@pytest.fixture
def door(house: House) -> Iterator[Door]:
    """Return the public port of the program, to which the sandbox pushes."""
    with Door(house.ingest) as made:
        house.sandbox.webhooks.subscribe(house.channel, made.webhook(ACCOUNT))
        yield made


def told(house: House) -> None:
    """Let the sandbox push what it has, and read it."""
    house.sandbox.webhooks.flush()
    house.ingest.receive(ACCOUNT)


@BOTH
def test_what_is_pushed_and_polled_is_stored_once(house: House, door: Door) -> None:
    """Whichever way an item comes first, there is one of it, and the second telling changes nothing of it."""
    first, message = house.say("is it open?"), house.write("hello")
    told(house)
    before = {native: house.stored(native) for native in (first.id, message.id)}
    second = house.say("and on sundays?", who="bert")
    house.poll()
    told(house)
    for native, was in before.items():
        now = house.stored(native)
        told_once = {"url", "checked_at", "attachments", "likes"}
        assert {name: value for name, value in now.items() if name not in told_once} == {
            name: value for name, value in was.items() if name not in told_once
        }
    assert house.stored(second.id)["text"] == "and on sundays?"
    count = row(house.ingest.store, "SELECT count(*) AS n FROM interactions WHERE NOT context")["n"]
    assert count == 3
    assert rows(house.ingest.store, "SELECT * FROM dead_letters") == []


@BOTH
def test_who_was_pushed_without_a_name_gets_it_in_the_queue_too(house: House, door: Door) -> None:
    """A pushed message tells a number only; the poll tells who it is, and the list says so without a new message."""
    house.write("hello")
    told(house)
    shown = "SELECT contact_name || contact_handle AS name FROM queue"
    assert row(house.ingest.store, shown)["name"] == ""
    house.poll()
    assert "mara" in row(house.ingest.store, shown)["name"].lower()


@BOTH
def test_staff_who_answer_in_the_platforms_own_app_settle_the_item(house: House, door: Door) -> None:
    """Their comment is looked up, stands in the conversation of whom it answers, and settles what waited there."""
    asked = house.say("is it open?")
    told(house)
    assert house.stored(asked.id)["answered_at"] is None
    house.sandbox.world.advance(60)
    own = house.own(asked, "From nine on!")
    told(house)
    answer = house.stored(own.id)
    assert answer["outbound"]
    assert answer["conversation_id"] == house.stored(asked.id)["conversation_id"]
    assert house.stored(asked.id)["answered_at"] is not None


@BOTH
def test_without_the_look_up_it_would_stay_open(house: House, door: Door) -> None:
    """The negative control: a delivery about our own comment does not tell whom it answers."""
    asked = house.say("is it open?")
    own = house.own(asked, "From nine on!")
    delivery = house.sandbox.webhooks.build(house.channel, own)
    (page,) = house.ingest.channels[ACCOUNT].receive(delivery.body, house.ingest.clock())  # type: ignore[attr-defined]
    assert page.interactions == ()
    assert page.unread == (own.id,)


@pytest.mark.parametrize("channel", ["instagram"])
@pytest.mark.parametrize("in_comment", [True, False])
def test_a_mention_on_instagram_comes_by_webhook_only(house: House, door: Door, in_comment: bool) -> None:
    """No poll finds it; pushed it is looked up, and stands in the queue with its words and its author."""
    quiet = house.graph.ig_mention("mara", "is this yours?", in_comment=in_comment)
    told(house)
    item = house.stored(quiet.id)
    assert "is this yours?" in item["text"]
    assert (item["kind"], item["author_id"], item["context"]) == ("mention", "instagram:name-mara", False)
    queue = rows(house.ingest.store, "SELECT * FROM queue")
    assert [one["conversation_id"] for one in queue] == [item["conversation_id"]]


@pytest.mark.parametrize("channel", ["instagram"])
def test_a_mention_waits_while_meta_does_not_answer(house: House, door: Door) -> None:
    """While it cannot be looked up the delivery waits, without a call for each try, and nothing is lost."""
    house.poll()
    made = house.graph.ig_mention("mara", "is this yours?")
    house.sandbox.faults.add("GET /**", "html_503")
    told(house)
    calls = len(house.sandbox.calls)
    for _ in range(5):
        house.ingest.receive(ACCOUNT)
    assert len(house.sandbox.calls) == calls
    assert rows(house.ingest.store, "SELECT state FROM deliveries WHERE state = 'waiting'") != []
    house.sandbox.faults.clear()
    house.sandbox.world.advance(120)
    house.ingest.receive(ACCOUNT)
    assert "is this yours?" in house.stored(made.id)["text"]


@pytest.mark.parametrize("channel", ["facebook"])
def test_what_a_read_does_not_show_yet_is_not_taken_for_gone(house: House, door: Door) -> None:
    """A delivery may come before a read shows the item: then a poll brings it, and nothing says that it is gone."""
    asked = house.say("is it open?")
    told(house)
    own = house.graph.app_comment(asked, "From nine on!", visible_after=600)
    told(house)
    assert rows(house.ingest.store, "SELECT * FROM interactions WHERE id = ?", f"facebook:{own.id}") == []
    assert rows(house.ingest.store, "SELECT * FROM gone") == []
    assert len(rows(house.ingest.store, "SELECT * FROM deliveries WHERE state = 'waiting'")) == 1
    house.sandbox.world.advance(700)
    told(house)
    assert house.stored(own.id)["text"] == "From nine on!"
    assert rows(house.ingest.store, "SELECT * FROM deliveries WHERE state = 'waiting'") == []


@pytest.mark.parametrize("channel", ["instagram"])
def test_what_is_never_shown_is_set_aside(house: House, door: Door) -> None:
    """What a read does not show within an hour is a dead letter, and the delivery does not wait for ever."""
    mention = house.graph.ig_mention("mara", "have you seen?", visible_after=7200)
    told(house)
    assert rows(house.ingest.store, "SELECT * FROM dead_letters") == []
    house.sandbox.world.advance(3700)
    told(house)
    (letter,) = rows(house.ingest.store, "SELECT * FROM dead_letters WHERE settled_at IS NULL")
    assert letter["native_id"] == mention.id
    assert rows(house.ingest.store, "SELECT * FROM deliveries WHERE state = 'waiting'") == []


@pytest.mark.parametrize("channel", ["facebook"])
def test_an_edit_is_a_version_and_a_removal_a_tombstone(house: House, door: Door) -> None:
    """Polled, pushed or looked up: the wordings are kept in order, and what is gone keeps no word."""
    made = house.say("my machine is broken")
    house.poll()
    house.sandbox.world.advance(60)
    house.graph.edit(made, "my machine is fine")
    told(house)
    item = house.stored(made.id)
    assert item["text"] == "my machine is fine"
    assert item["edited_at"] is not None
    versions = rows(house.ingest.store, "SELECT text FROM interaction_versions ORDER BY seen_at")
    assert [one["text"] for one in versions] == ["my machine is broken", "my machine is fine"]
    house.sandbox.world.advance(60)
    house.poll()
    assert house.stored(made.id)["version_id"] == item["version_id"]
    house.graph.delete(made)
    told(house)
    gone = house.stored(made.id)
    assert (gone["text"], gone["deleted_at"] is not None) == ("", True)
    assert "broken" not in str(rows(house.ingest.store, "SELECT text FROM interaction_versions"))


def kept_words(house: House) -> str:
    """Return everything that platforms told and that is kept as it came."""
    plain = zstandard.ZstdDecompressor()
    kept = rows(house.ingest.store, "SELECT body FROM raw_pages")
    return " ".join(plain.decompress(one["body"]).decode() for one in kept)


@pytest.mark.parametrize("channel", ["facebook"])
def test_a_late_telling_brings_no_words_back(house: House, door: Door) -> None:
    """What is told of a comment after it was removed is kept without its words."""
    house.sandbox.webhooks.mode(lost=1.0)
    made = house.say("oops")
    add = house.sandbox.webhooks.build("facebook", made)
    house.poll()
    assert "oops" in kept_words(house)
    house.graph.delete(made)
    for late in (house.sandbox.webhooks.build("facebook", made, "remove"), add):
        house.ingest.accept(ACCOUNT, *late)
        house.ingest.receive(ACCOUNT)
    assert house.stored(made.id)["deleted_at"] is not None
    assert "oops" not in kept_words(house)


@pytest.mark.parametrize("channel", ["facebook"])
def test_a_removal_that_comes_first_stays(house: House, door: Door) -> None:
    """Deliveries come in any order: what was removed before it was told does not come to life."""
    house.sandbox.webhooks.mode(lost=1.0)
    made = house.say("oops")
    add = house.sandbox.webhooks.build("facebook", made)
    house.graph.delete(made)
    remove = house.sandbox.webhooks.build("facebook", made, "remove")
    house.ingest.accept(ACCOUNT, remove.headers, remove.body)
    house.ingest.accept(ACCOUNT, add.headers, add.body)
    house.ingest.receive(ACCOUNT)
    assert rows(house.ingest.store, "SELECT * FROM interactions WHERE id = ?", f"facebook:{made.id}") == []
    assert "oops" not in kept_words(house)


@BOTH
def test_more_messages_than_are_given_leave_a_gap(house: House) -> None:
    """Of 30 messages that came between two polls 20 are given: the span of the others is told, and only once."""
    house.write("hello")
    house.poll()
    house.sandbox.world.advance(7200)
    house.poll()
    for number in range(30):
        house.write(f"message {number}")
        house.sandbox.world.advance(1)
    house.poll()
    (gap,) = rows(house.ingest.store, "SELECT * FROM gaps")
    assert "newest messages of the thread" in gap["reason"]
    house.poll()
    assert len(rows(house.ingest.store, "SELECT * FROM gaps")) == 1


@BOTH
def test_a_recheck_finds_what_was_removed(house: House) -> None:
    """What the platform no longer gives, while it gives what it stood below, is a tombstone after the next recheck."""
    gone, kept = house.say("one"), house.say("two", who="bert")
    house.poll()
    house.graph.delete(gone)
    house.sandbox.world.advance(7200)
    assert house.ingest.recheck(ACCOUNT) >= 2
    assert house.stored(gone.id)["deleted_at"] is not None
    assert house.stored(kept.id)["deleted_at"] is None


@pytest.mark.parametrize("channel", ["facebook"])
def test_a_token_that_lost_its_rights_removes_nothing(house: House) -> None:
    """While the Page itself cannot be read, no refusal is taken for a removal."""
    made = house.say("one")
    house.poll()
    house.sandbox.world.advance(7200)
    for path in ("/?ids", "/{page}", "/{post}"):
        house.sandbox.faults.add(f"GET {path}", "graph_error", code=100, subcode=33)
    house.ingest.recheck(ACCOUNT)
    assert house.stored(made.id)["deleted_at"] is None
    house.sandbox.faults.clear()


@pytest.mark.parametrize("channel", ["facebook"])
def test_a_private_reply_links_both_sides(house: House) -> None:
    """A private reply that staff made in the app links the comment's conversation with the direct one."""
    made = house.say("where is my order?")
    house.graph.app_message("mara", "Tell us your number, please.", "messenger", private_reply_to=made)
    house.poll()
    (link,) = rows(house.ingest.store, "SELECT * FROM links")
    psid = house.graph.person("mara").psid
    assert link["item_id"] == f"facebook:{made.id}"
    assert link["private_conversation_id"] == f"facebook:{house.graph.page_id}-{psid}"
    assert link["public_conversation_id"] == house.stored(made.id)["conversation_id"]


@BOTH
def test_replay_gives_the_same_items(house: House, door: Door) -> None:
    """Everything that was kept, polled, pushed and looked up, gives the same items again."""
    asked = house.say("is it open?")
    house.write("hello")
    told(house)
    house.own(asked, "From nine on!")
    if house.channel == "instagram":
        house.graph.ig_mention("mara", "look")
    told(house)
    house.poll()
    before = rows(
        house.ingest.store, "SELECT id, text, conversation_id, outbound, context FROM interactions ORDER BY id"
    )
    house.ingest.replay()
    after = rows(
        house.ingest.store, "SELECT id, text, conversation_id, outbound, context FROM interactions ORDER BY id"
    )
    assert after == before


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("channel", ["facebook"])
def test_a_replay_keeps_the_tombstone_of_what_was_pushed(house: House, door: Door, together: bool) -> None:
    """What was pushed and removed stays a tombstone, is no dead letter, and a late duplicate brings no word back."""
    house.sandbox.webhooks.mode(lost=1.0)
    made = house.say("oops")
    add = house.sandbox.webhooks.build("facebook", made)
    late = house.sandbox.webhooks.build("facebook", payload=add.body + b" ")
    house.ingest.accept(ACCOUNT, *add)
    if not together:
        house.ingest.receive(ACCOUNT)
    house.graph.delete(made)
    house.ingest.accept(ACCOUNT, *house.sandbox.webhooks.build("facebook", made, "remove"))
    house.ingest.receive(ACCOUNT)
    before = house.stored(made.id)
    assert (before["text"], before["deleted_at"] is None) == ("", False)
    house.ingest.replay()
    assert house.stored(made.id) == before
    assert rows(house.ingest.store, "SELECT reason FROM dead_letters") == []
    house.ingest.accept(ACCOUNT, *late)
    house.ingest.receive(ACCOUNT)
    assert house.stored(made.id)["text"] == ""
    assert "oops" not in kept_words(house)


@pytest.mark.parametrize("channel", ["facebook"])
def test_a_replay_remembers_a_removal_that_came_first(house: House, door: Door) -> None:
    """That something was removed before it was told is read again from the raw pages like everything else."""
    house.sandbox.webhooks.mode(lost=1.0)
    made = house.say("oops")
    house.graph.delete(made)
    house.ingest.accept(ACCOUNT, *house.sandbox.webhooks.build("facebook", made, "remove"))
    house.ingest.receive(ACCOUNT)
    with house.ingest.store.transaction() as cursor:
        cursor.execute("DELETE FROM gone")
    house.ingest.replay()
    assert [one["id"] for one in rows(house.ingest.store, "SELECT id FROM gone")] == [f"facebook:{made.id}"]
