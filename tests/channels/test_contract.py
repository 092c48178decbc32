"""What every channel promises, over real HTTP against its platform in the sandbox."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from faces import FACES, NOW, SAID, Face, stream, walk
from saying import public, said

from social_listener.channels import REGISTRY, credential_names, option_names, stream_kinds
from social_listener.cursor import Cursor
from social_listener.errors import (
    SettingsError,
    Unauthorized,
)
from social_listener.model import StreamKind

PUBLIC = [StreamKind.MENTIONS, StreamKind.REPLIES, StreamKind.SEARCH]


def test_every_channel_has_a_face_and_no_face_is_left_over() -> None:
    """Each registered channel can be tried in the sandbox."""
    assert set(FACES) == set(REGISTRY)


def test_it_says_what_it_takes(face: Face) -> None:
    """Credentials and options are explained in words, and streams are named."""
    assert all(credential_names(face.name).values())
    assert all(option_names(face.name).values())
    assert stream_kinds(face.name) == face.channel().stream_kinds


@pytest.mark.parametrize("kind", SAID)
def test_a_walk_brings_everything_once(face: Face, kind: StreamKind) -> None:
    """A walk of several pages ends, and brings each item that was said, whole."""
    made = [face.say(kind, f"number {number} of many", by=number % 7) for number in range(130)]
    pages = walk(face.channel(), stream(kind))
    assert len(pages) >= 2
    found = {item.id.partition(":")[2]: item for page in pages for item in page.interactions if not item.outbound}
    assert set(found) == {one.id for one in made}
    for number, one in enumerate(made):
        item = found[one.id]
        assert item.text.endswith(f"number {number} of many")
        assert item.author_id.endswith(one.author)
        assert item.private == (kind is StreamKind.MESSAGES)
        assert not item.context
        assert item.sent_at.utcoffset() == timedelta(0)
    assert {one.author for one in made} <= {one.id.partition(":")[2] for page in pages for one in page.contacts}


@pytest.mark.parametrize("kind", SAID)
def test_a_walk_stops_at_its_floor(face: Face, kind: StreamKind) -> None:
    """After a complete walk only the overlap is read again, however much lies below."""
    for number in range(230):
        face.say(kind, f"old number {number}", by=number % 7)
    channel = face.channel()
    since = walk(channel, stream(kind))[-1].server_time + timedelta(hours=2)
    face.advance(timedelta(hours=2))
    new = face.say(kind, "something new")
    pages = walk(channel, stream(kind), Cursor(since=since))
    fresh = [item for page in pages for item in page.interactions if item.sent_at >= since - timedelta(minutes=30)]
    assert [item.id.partition(":")[2] for item in fresh if not item.outbound] == [new.id]
    assert len(pages) <= 2


@pytest.mark.parametrize("kind", SAID)
def test_what_was_kept_reads_as_it_was_fetched(face: Face, kind: StreamKind) -> None:
    """The raw answer gives the same page again without a call, but for the way on."""
    for number in range(110):
        face.say(kind, f"number {number} <b>&amp; 🎉", by=number % 3)
    channel = face.channel()
    for page in walk(channel, stream(kind)):
        before = face.calls()
        assert channel.parse(page.raw, stream(kind), page.server_time) == replace(page, next=None, reads={})
        assert face.calls() == before


def test_a_fresh_channel_reads_what_another_kept(face: Face) -> None:
    """What is ours and what names us is read the same way without asking who we are."""
    face.say(StreamKind.MENTIONS, "hello")
    page = face.channel().fetch(stream(StreamKind.MENTIONS), Cursor(), NOW)
    assert face.channel().parse(page.raw, stream(StreamKind.MENTIONS), page.server_time) == replace(
        page, next=None, reads={}
    )


@pytest.mark.parametrize("kind", PUBLIC)
def test_an_edit_is_the_same_item(face: Face, kind: StreamKind) -> None:
    """After an edit the item keeps its id and first time, and has a new wording, version and time of edit."""
    made = face.say(kind, "my machine is broken")
    channel = face.channel()
    (before,) = [item for item in said(channel, kind) if not item.outbound]
    face.edit(made, f"{before.text} and now it smokes")
    (after,) = [item for item in said(channel, kind) if not item.outbound]
    assert (after.id, after.sent_at, after.conversation_id) == (before.id, before.sent_at, before.conversation_id)
    assert after.text == f"{before.text} and now it smokes"
    assert after.version_id != before.version_id
    assert before.edited_at is None
    assert after.edited_at is not None
    assert after.edited_at > before.sent_at


def test_a_look_up_follows_edits_and_deletions(face: Face) -> None:
    """A look-up tells the newest wording of what is there, and what is gone, and its kept answer tells the same."""
    edited, gone, same = (face.say(StreamKind.MENTIONS, text) for text in ("one", "two", "three"))
    face.edit(edited, "@fernhill one, and more")
    face.delete(gone)
    channel = face.channel()
    page = channel.lookup([edited.id, gone.id, same.id], NOW)
    assert [one.partition(":")[2] for one in page.deleted] == [gone.id]
    found = {item.id.partition(":")[2]: item.text for item in page.interactions if not item.context}
    assert set(found) == {edited.id, same.id}
    assert found[edited.id].endswith("one, and more")
    assert found[same.id].endswith("three")
    assert page.partial == ()
    assert channel.parse(page.raw, stream(StreamKind.MENTIONS), page.server_time).interactions == page.interactions


def test_a_look_up_of_nothing_but_deletions(face: Face) -> None:
    """When all that was looked up is gone, the page says so."""
    made = [face.say(StreamKind.MENTIONS, f"number {number}") for number in range(100)]
    for one in made:
        face.delete(one)
    page = face.channel().lookup([one.id for one in made], NOW)
    assert {one.partition(":")[2] for one in page.deleted} == {one.id for one in made}
    assert page.interactions == ()


@pytest.mark.parametrize("bad", [[], ["1"] * 101, ["x"], ["1/../2"], ["1?a=b"]])
def test_a_look_up_takes_ids_only(face: Face, bad: list[str]) -> None:
    """What is no id, and too many of them, never becomes a call."""
    with pytest.raises(ValueError, match="native ids"):
        face.channel().lookup(bad, NOW)
    assert face.calls() == 0


# -- threads, identity, settings ---------------------------------------------------------------------------------------


def test_threads_may_share_a_channel(face: Face) -> None:
    """Walks of all streams at the same time bring what they bring one after the other."""
    for kind in SAID:
        for number in range(120):
            face.say(kind, f"number {number}", by=number % 5)
    channel = face.channel()
    expected = {kind: {item.id for item in said(channel, kind)} for kind in SAID}
    found: dict[StreamKind, list[set[str]]] = {kind: [] for kind in SAID}
    barrier = threading.Barrier(2 * len(SAID))

    def work(kind: StreamKind) -> None:
        barrier.wait()
        found[kind].append({item.id for item in said(channel, kind)})

    threads = [threading.Thread(target=work, args=(kind,)) for kind in SAID for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {kind: [ids, ids] for kind, ids in expected.items()}


def test_whoami_asks_once(face: Face) -> None:
    """The owner is who the platform says, and is asked for once."""
    channel = face.channel()
    owner = channel.whoami()
    assert (owner.native_id, owner.handle) == face.owner()
    assert channel.whoami() is owner
    assert face.calls() == 1


def test_revoked_credentials_come_back_to_life(face: Face) -> None:
    """While the platform refuses our credentials everything is `Unauthorized`; afterwards nothing is lost."""
    made = face.say(StreamKind.MENTIONS, "hello")
    channel = face.channel()
    face.revoke()
    with pytest.raises(Unauthorized, match="main"):
        channel.fetch(stream(StreamKind.MENTIONS), Cursor(), NOW)
    with pytest.raises(Unauthorized):
        channel.send(public(made.id))
    face.restore()
    assert [item.id.partition(":")[2] for item in said(channel, StreamKind.MENTIONS)] == [made.id]


def test_without_credentials_nothing_is_called(face: Face) -> None:
    """A channel for work offline reads kept answers; whatever needs a call says that there are no credentials."""
    face.say(StreamKind.MENTIONS, "hello")
    page = face.channel().fetch(stream(StreamKind.MENTIONS), Cursor(), NOW)
    before = face.calls()
    offline = face.channel(credentials={})
    found = offline.parse(page.raw, stream(StreamKind.MENTIONS), NOW).interactions
    assert [item.id for item in found] == [item.id for item in page.interactions]
    with pytest.raises(Unauthorized, match="credentials"):
        offline.fetch(stream(StreamKind.MENTIONS), Cursor(), NOW)
    assert face.calls() == before


def test_wrong_settings_are_named(face: Face) -> None:
    """A missing or unknown credential, a bad address and a bad option each name the account and the key."""
    for changes, words in (
        ({"credentials": {"nonsense": "x"}}, "main: credentials.nonsense"),
        ({"credentials": dict(list(credential_names(face.name).items())[:1])}, "main: credentials"),
        ({"base_url": "ftp://127.0.0.1"}, "main: base_url"),
        ({"base_url": "http://user:pass@127.0.0.1"}, "main: base_url"),
        ({"base_url": "http://example.com"}, "https"),
        ({"options": {"nonsense": "1"}}, "main: options.nonsense"),
    ):
        with pytest.raises(SettingsError, match=words):
            face.channel(**changes)
