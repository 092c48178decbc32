"""What every channel promises, over real HTTP against its platform in the sandbox."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from faces import NOW, Face, stream, walk
from meta_faces import FACES
from saying import public, said

from social_listener.channels import REGISTRY, credential_names, option_names, stream_kinds
from social_listener.cursor import Cursor
from social_listener.errors import (
    SettingsError,
    Unauthorized,
)
from social_listener.model import Page, StreamKind

pytestmark = pytest.mark.thinned(2)


def test_every_channel_has_a_face_and_no_face_is_left_over() -> None:
    """Each registered channel can be tried in the sandbox."""
    assert set(FACES) == set(REGISTRY)


def test_it_says_what_it_takes(face: Face) -> None:
    """Credentials and options are explained in words, and streams are named."""
    assert all(credential_names(face.name).values())
    assert all(option_names(face.name).values())
    assert stream_kinds(face.name) == face.channel().stream_kinds


def test_a_walk_brings_everything_once(face: Face, kind: StreamKind) -> None:
    """A walk of several pages ends, and brings each item that was said, whole."""
    made = [face.say(kind, f"number {number} of many", by=number % face.crowd) for number in range(130)]
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


def test_a_walk_stops_at_its_floor(face: Face, kind: StreamKind) -> None:
    """After a complete walk only the overlap is read again, however much lies below."""
    for number in range(230):
        face.say(kind, f"old number {number}", by=number % face.crowd)
    channel = face.channel()
    since = walk(channel, stream(kind))[-1].server_time + timedelta(hours=2)
    face.advance(timedelta(hours=2))
    new = face.say(kind, "something new")
    pages = walk(channel, stream(kind), Cursor(since=since))
    fresh = [item for page in pages for item in page.interactions if item.sent_at >= since - timedelta(minutes=30)]
    assert [item.id.partition(":")[2] for item in fresh if not item.outbound] == [new.id]
    assert len(pages) <= face.rereads.get(kind, 2)


def test_what_was_kept_reads_as_it_was_fetched(face: Face, kind: StreamKind) -> None:
    """The raw answer gives the same page again without a call, but for the way on."""
    for number in range(110):
        face.say(kind, f"number {number} <b>&amp; 🎉", by=number % 3)
    channel = face.channel()
    for page in walk(channel, stream(kind)):
        before = face.calls()
        assert channel.parse(page.raw, stream(kind), page.server_time) == kept(page)
        assert face.calls() == before


def kept(page: Page) -> Page:
    """Return a page without what only the call that brought it knows."""
    return replace(page, next=None, rests=False, usage=None, reads={})


def test_a_fresh_channel_reads_what_another_kept(face: Face) -> None:
    """What is ours and what names us is read the same way without asking who we are."""
    kind = face.public[-1]
    face.say(kind, "hello")
    page = face.channel().fetch(stream(kind), Cursor(), NOW)
    assert face.channel().parse(page.raw, stream(kind), page.server_time) == kept(page)


def test_an_edit_is_the_same_item(face: Face, public_kind: StreamKind) -> None:
    """After an edit the item keeps its id and first time, and has a new wording.

    Where the platform tells edits it has a new version and a time of edit too; where it does not, the page says so.
    """
    if not face.edits:
        pytest.skip("this platform lets nobody edit what is said in public")
    made = face.say(public_kind, "my machine is broken")
    channel = face.channel()
    (before,) = [item for item in said(channel, public_kind) if not item.outbound]
    face.edit(made, f"{before.text} and now it smokes")
    (after,) = [item for item in said(channel, public_kind) if not item.outbound]
    assert (after.id, after.sent_at, after.conversation_id) == (before.id, before.sent_at, before.conversation_id)
    assert after.text == f"{before.text} and now it smokes"
    assert before.edited_at is None
    if not face.versions:
        assert all(page.unversioned for page in walk(channel, stream(public_kind)))
        return
    assert after.version_id != before.version_id
    assert after.edited_at is not None
    assert after.edited_at > before.sent_at


def test_a_look_up_follows_edits_and_deletions(face: Face) -> None:
    """A look-up tells the newest wording of what is there, and what is gone, and its kept answer tells the same."""
    kind = face.public[0]
    edited, gone, same = (face.say(kind, text) for text in ("one", "two", "three"))
    channel = face.channel()
    threads = threads_of(walk(channel, stream(kind)))
    words = "one, and more" if face.edits else "one"
    if face.edits:
        face.edit(edited, words)
    face.delete(gone)
    page = channel.lookup({one.id: threads[one.id] for one in (edited, gone, same)}, NOW)
    assert [one.partition(":")[2] for one in page.deleted] == [gone.id]
    found = {item.id.partition(":")[2]: item.text for item in page.interactions if not item.context}
    assert set(found) == {edited.id, same.id}
    assert found[edited.id].endswith(words)
    assert found[same.id].endswith("three")
    assert page.partial == ()
    again = channel.parse(page.raw, stream(kind), page.server_time)
    assert (again.interactions, again.deleted) == (page.interactions, page.deleted)


def test_a_look_up_of_nothing_but_deletions(face: Face) -> None:
    """When all that was looked up is gone, the page says so."""
    kind = face.public[0]
    made = [face.say(kind, f"number {number}") for number in range(100)]
    channel = face.channel()
    threads = threads_of(walk(channel, stream(kind)))
    for one in made:
        face.delete(one)
    page = face.channel().lookup({one.id: threads[one.id] for one in made}, NOW)
    assert {one.partition(":")[2] for one in page.deleted} == {one.id for one in made}
    assert page.interactions == ()


def threads_of(pages: Sequence[Page]) -> dict[str, str]:
    """Return which thread each item of those pages is in, both as native ids."""
    items = [item for page in pages for item in page.interactions]
    return {item.id.partition(":")[2]: item.thread_id.partition(":")[2] for item in items}


@pytest.mark.parametrize("bad", [[], [str(number) for number in range(1, 102)], ["x"], ["1/../2"], ["1?a=b"]])
def test_a_look_up_takes_ids_only(face: Face, bad: list[str]) -> None:
    """What is no id, and too many of them, never becomes a call."""
    with pytest.raises(ValueError, match="native ids"):
        face.channel().lookup(dict.fromkeys(bad), NOW)
    assert face.calls() == 0


# -- threads, identity, settings ---------------------------------------------------------------------------------------


def test_threads_may_share_a_channel(face: Face) -> None:
    """Walks of all streams at the same time bring what they bring one after the other."""
    for kind in face.said:
        for number in range(120):
            face.say(kind, f"number {number}", by=number % 5)
    channel = face.channel()
    expected = {kind: {item.id for item in said(channel, kind)} for kind in face.said}
    found: dict[StreamKind, list[set[str]]] = {kind: [] for kind in face.said}
    barrier = threading.Barrier(2 * len(face.said))

    def work(kind: StreamKind) -> None:
        barrier.wait()
        found[kind].append({item.id for item in said(channel, kind)})

    threads = [threading.Thread(target=work, args=(kind,)) for kind in face.said for _ in range(2)]
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
    before = face.calls()
    assert channel.whoami() is owner
    assert face.calls() == before


def test_revoked_credentials_come_back_to_life(face: Face) -> None:
    """While the platform refuses our credentials everything is `Unauthorized`; afterwards nothing is lost."""
    kind = face.public[0]
    made = face.say(kind, "hello")
    channel = face.channel()
    face.revoke()
    with pytest.raises(Unauthorized, match="main"):
        channel.fetch(stream(kind), Cursor(), NOW)
    with pytest.raises(Unauthorized):
        channel.send(public(made.id))
    face.restore()
    heard = [item.id.partition(":")[2] for item in said(channel, kind) if not item.outbound]
    assert heard == [made.id]


def test_without_credentials_nothing_is_called(face: Face) -> None:
    """A channel for work offline reads kept answers; whatever needs a call says that there are no credentials."""
    kind = face.public[-1]
    face.say(kind, "hello")
    page = face.channel().fetch(stream(kind), Cursor(), NOW)
    before = face.calls()
    offline = face.channel(credentials={})
    found = offline.parse(page.raw, stream(kind), NOW).interactions
    assert [item.id for item in found] == [item.id for item in page.interactions]
    with pytest.raises(Unauthorized, match="credentials"):
        offline.fetch(stream(kind), Cursor(), NOW)
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
