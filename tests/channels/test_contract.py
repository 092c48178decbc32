"""What every channel promises, over real HTTP against its platform in the sandbox."""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from faces import FACES, NOW, Face, stream, walk

from social_listener.channels import REGISTRY, Channel, credential_names, option_names, stream_kinds
from social_listener.cursor import Cursor
from social_listener.errors import (
    BadPayload,
    ChannelError,
    OutOfCredit,
    PageExpired,
    RateLimited,
    Rejected,
    SettingsError,
    Unauthorized,
    Unavailable,
    Unsure,
)
from social_listener.model import Action, ActionKind, Allowed, Interaction, PrivateReply, PublicReply, StreamKind
from social_listener.sandbox.faults import KINDS

PUBLIC = [StreamKind.MENTIONS, StreamKind.REPLIES, StreamKind.SEARCH]
EXPECTED = [BadPayload, OutOfCredit, PageExpired, RateLimited, Rejected, Unauthorized, Unavailable, Unsure]


def public(item: str, text: str = "We are sorry, we look into it.") -> PublicReply:
    """Return a public reply to a native id."""
    return PublicReply(intent_id="i", account_id="main", item_id=f"x:{item}", item_native_id=item, text=text)


def private(person: str, thread: str | None, text: str = "Only for you.") -> PrivateReply:
    """Return a private reply."""
    return PrivateReply(
        intent_id="i",
        account_id="main",
        item_id="x:1",
        recipient_native_id=person,
        thread_native_id=thread,
        text=text,
    )


def action(kind: ActionKind, item: str) -> Action:
    """Return an action on a native id."""
    return Action(kind=kind, account_id="main", item_id=f"x:{item}", item_native_id=item)


def said(channel: Channel, kind: StreamKind) -> list[Interaction]:
    """Return what one walk brings for itself."""
    return [item for page in walk(channel, stream(kind)) for item in page.interactions if not item.context]


def test_every_channel_has_a_face_and_no_face_is_left_over() -> None:
    """Each registered channel can be tried in the sandbox."""
    assert set(FACES) == set(REGISTRY)


def test_every_fault_of_the_sandbox_has_an_expectation(face: Face) -> None:
    """A fault that the sandbox learns must be decided upon here."""
    assert set(face.faults) == set(KINDS)


def test_it_says_what_it_takes(face: Face) -> None:
    """Credentials and options are explained in words, and streams are named."""
    assert all(credential_names(face.name).values())
    assert all(option_names(face.name).values())
    assert stream_kinds(face.name) == face.channel().stream_kinds


@pytest.mark.parametrize("kind", list(StreamKind))
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


@pytest.mark.parametrize("kind", list(StreamKind))
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


@pytest.mark.parametrize("kind", list(StreamKind))
def test_what_was_kept_reads_as_it_was_fetched(face: Face, kind: StreamKind) -> None:
    """The raw answer gives the same page again without a call, but for the way on."""
    for number in range(110):
        face.say(kind, f"number {number} <b>&amp; 🎉", by=number % 3)
    channel = face.channel()
    for page in walk(channel, stream(kind)):
        before = face.calls()
        assert channel.parse(page.raw, stream(kind), page.server_time) == replace(page, next=None)
        assert face.calls() == before


def test_a_fresh_channel_reads_what_another_kept(face: Face) -> None:
    """What is ours and what names us is read the same way without asking who we are."""
    face.say(StreamKind.MENTIONS, "hello")
    page = face.channel().fetch(stream(StreamKind.MENTIONS), Cursor(), NOW)
    assert face.channel().parse(page.raw, stream(StreamKind.MENTIONS), page.server_time) == replace(page, next=None)


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


# -- faults ------------------------------------------------------------------------------------------------------------


def calls_of(face: Face) -> Iterator[tuple[str, int, Callable[[Channel], Any]]]:
    """Yield every method that calls the platform: its name, its column in the table of faults, the call."""
    mention = face.say(StreamKind.MENTIONS, "where is my order?")
    message = face.say(StreamKind.MESSAGES, "hello")
    reply = face.say(StreamKind.REPLIES, "nice")
    for kind in StreamKind:
        yield f"fetch {kind.value}", 0, lambda channel, kind=kind: channel.fetch(stream(kind), Cursor(), NOW)
    yield "lookup", 0, lambda channel: channel.lookup([mention.id, reply.id], NOW)
    yield "find public", 0, lambda channel: channel.find_own(public(mention.id), NOW)
    yield "find private", 0, lambda channel: channel.find_own(private(message.author, message.thread), NOW)
    yield "send public", 1, lambda channel: channel.send(public(mention.id))
    yield "send private", 1, lambda channel: channel.send(private(message.author, message.thread))
    yield "hide", 2, lambda channel: channel.act(action(ActionKind.HIDE, reply.id))
    yield "like", 2, lambda channel: channel.act(action(ActionKind.LIKE, mention.id))


def raised(call: Callable[[Channel], Any], channel: Channel) -> ChannelError | None:
    """Return the `ChannelError` that a call raises; None: none."""
    try:
        call(channel)
    except ChannelError as error:
        return error
    return None


def written(error: BaseException | None) -> str:
    """Return everything that a log, a page or a debugger could show of an error and of those behind it."""
    text = "".join(traceback.format_exception(error)) if error else ""
    while error is not None:
        text += f"{error} {error!r} {vars(error)}"
        error = error.__cause__ or error.__context__
    return text


@pytest.mark.parametrize("fault", [kind for kind in KINDS if kind != "expired_page_token"])
def test_every_fault_is_named_by_what_to_do_next(face: Face, fault: str, caplog: pytest.LogCaptureFixture) -> None:
    """Each fault raises its error from every method and no other; no credential is in errors, tracebacks or logs."""
    caplog.set_level(logging.DEBUG)
    for name in face.loggers:
        logging.getLogger(name).setLevel(logging.DEBUG)
    for what, column, call in calls_of(face):
        channel = face.channel(read_timeout=timedelta(seconds=0.2))
        channel.whoami()
        (face.break_reads if column == 0 else face.break_writes)(fault)
        expected = face.faults[fault][column]
        error = raised(call, channel)
        assert type(error) is (expected or type(None)), f"{what}: {error!r}"
        text = written(error)
        face.mend()
        for secret in face.secrets:
            assert secret not in text + caplog.text, what
        if error is not None:
            assert error.account_id == "main"
            assert str(error)
            assert "?" not in str(error)


def test_the_search_for_secrets_can_find_one(face: Face, caplog: pytest.LogCaptureFixture) -> None:
    """The SDK at DEBUG without our cap does print credentials, and they would be found."""
    caplog.set_level(logging.DEBUG)
    channel = face.channel()
    for name in face.loggers:
        logging.getLogger(name).setLevel(logging.DEBUG)
    channel.fetch(stream(StreamKind.MENTIONS), Cursor(), NOW)
    assert any(secret in caplog.text for secret in face.secrets)
    face.channel()  # caps it again


@pytest.mark.parametrize(
    ("fault", "seconds"), [("status_429", 900), ("status_429_no_reset", None), ("status_429_garbage_reset", None)]
)
def test_a_limit_tells_when_to_come_back_by_our_clock(face: Face, fault: str, seconds: int | None) -> None:
    """The reset counts from the platform's own clock, however far ours is from it; what is no time is None."""
    face.say(StreamKind.MENTIONS, "hello")
    face.break_reads(fault)
    ours = NOW + timedelta(hours=1)
    with pytest.raises(RateLimited) as caught:
        face.channel().fetch(stream(StreamKind.MENTIONS), Cursor(), ours)
    expected = None if seconds is None else ours + timedelta(seconds=seconds)
    assert caught.value.retry_at == expected


def test_a_limit_on_sending_uses_the_clock_seen_before(face: Face) -> None:
    """A send has no clock of its own: the difference measured while reading is used."""
    made = face.say(StreamKind.MENTIONS, "hello")
    channel = face.channel()
    ours = NOW - timedelta(hours=1)
    channel.fetch(stream(StreamKind.MENTIONS), Cursor(), ours)
    face.break_writes("status_429", reset_in=60.0)
    with pytest.raises(RateLimited) as caught:
        channel.send(public(made.id))
    assert caught.value.retry_at == ours + timedelta(seconds=60)


@pytest.mark.parametrize("kind", list(StreamKind))
def test_one_bad_item_is_set_aside_and_the_others_live(face: Face, kind: StreamKind) -> None:
    """An item with wrong types becomes a reject with what came; the rest of the page is read."""
    made = [face.say(kind, f"number {number}") for number in range(5)]
    channel = face.channel()
    channel.whoami()
    face.spoil(kind, 1)
    page = channel.fetch(stream(kind), Cursor(), NOW)
    (bad,) = page.rejects
    assert bad.reason
    assert b"unexpected" in bad.raw
    found = {item.id.partition(":")[2] for item in page.interactions}
    assert len({one.id for one in made} & found) == 4
    assert channel.parse(page.raw, stream(kind), page.server_time).rejects == (bad,)


@pytest.mark.parametrize("kind", list(StreamKind))
def test_what_the_platform_withholds_is_told(face: Face, kind: StreamKind) -> None:
    """Errors inside a good answer stand in `partial`, in words."""
    for number in range(3):
        face.say(kind, f"number {number}")
    channel = face.channel()
    assert channel.fetch(stream(kind), Cursor(), NOW).partial == ()
    face.break_reads("partial_errors")
    (words,) = channel.fetch(stream(kind), Cursor(), NOW).partial
    assert "not authorized" in words


@pytest.mark.parametrize("kind", list(StreamKind))
def test_a_forgotten_page_token_means_again_from_the_top(face: Face, kind: StreamKind) -> None:
    """A page token that the platform does not know any more is `PageExpired`, and a new walk works."""
    for number in range(110):
        face.say(kind, f"number {number}")
    channel = face.channel()
    first = channel.fetch(stream(kind), Cursor(), NOW)
    assert first.next is not None
    face.break_reads("expired_page_token")
    with pytest.raises(PageExpired):
        channel.fetch(stream(kind), Cursor(resume=first.next, started=first.server_time), NOW)
    assert channel.fetch(stream(kind), Cursor(), NOW).interactions == first.interactions


def test_a_platform_that_is_not_there(face: Face) -> None:
    """When nobody listens, reading, sending and acting are all `Unavailable`: surely nothing was sent."""
    made = face.say(StreamKind.MENTIONS, "hello")
    channel = face.channel(base_url="http://127.0.0.1:9")
    for call in (
        lambda: channel.fetch(stream(StreamKind.MENTIONS), Cursor(), NOW),
        lambda: channel.send(public(made.id)),
        lambda: channel.send(private(made.author, None)),
        lambda: channel.act(action(ActionKind.LIKE, made.id)),
        channel.whoami,
    ):
        with pytest.raises(Unavailable, match="refuses connections"):
            call()


# -- sending -----------------------------------------------------------------------------------------------------------


def test_a_public_reply_stands_once_under_its_item(face: Face) -> None:
    """Sent is what the platform has: the same id, the right parent, the very words; and it can be found again."""
    made = face.say(StreamKind.MENTIONS, "where is my order?")
    channel = face.channel()
    sent = channel.send(public(made.id))
    assert face.said_in_public() == [("We are sorry, we look into it.", made.id)]
    assert channel.find_own(public(made.id), NOW - timedelta(seconds=60)) == sent
    assert face.said_in_private() == []


def test_a_private_reply_stands_once_in_its_thread(face: Face) -> None:
    """Into the thread, and to the person when no thread is known: the same thread, and never in public."""
    made = face.say(StreamKind.MESSAGES, "hello")
    channel = face.channel()
    into_thread = channel.send(private(made.author, made.thread, "First."))
    to_person = channel.send(private(made.author, None, "Second."))
    assert face.said_in_private() == [("First.", made.thread), ("Second.", made.thread)]
    assert face.said_in_public() == []
    since = NOW - timedelta(seconds=60)
    assert channel.find_own(private(made.author, made.thread, "First."), since) == into_thread
    assert channel.find_own(private(made.author, None, "Second."), since) == to_person


LOSING = ["lost", "cut", "empty_200", "invalid_json", "status_503_after_effect"]


@pytest.mark.parametrize("fault", LOSING)
def test_a_lost_answer_is_found_again(face: Face, fault: str) -> None:
    """After an answer was lost the words are found; before they were said, and in other places, they are not."""
    made, other = face.say(StreamKind.MENTIONS, "one"), face.say(StreamKind.MENTIONS, "two", by=1)
    message, stranger = face.say(StreamKind.MESSAGES, "hi"), face.say(StreamKind.MESSAGES, "hi", by=1)
    channel, since = face.channel(), NOW - timedelta(seconds=60)
    replies = [public(made.id), private(message.author, message.thread)]
    for reply in replies:
        assert channel.find_own(reply, since) is None
        face.break_writes(fault, times=1)
        with pytest.raises(Unsure):
            channel.send(reply)
        face.mend()
        found = channel.find_own(reply, since)
        assert found is not None
        assert found.sent_at == NOW
        assert channel.find_own(replace(reply, text="Other words"), since) is None
        assert channel.find_own(reply, NOW + timedelta(seconds=1)) is None
    assert channel.find_own(public(other.id), since) is None
    assert channel.find_own(private(stranger.author, stranger.thread), since) is None


def test_our_words_are_known_again_though_the_platform_changed_them(face: Face) -> None:
    """Shortened addresses, added names, escapes and spaces do not hide our own reply."""
    made = face.say(StreamKind.MENTIONS, "where?")
    text = "Look here:  https://fernhill.example/orders?id=1&x=2 <3 & more \n"
    reply = public(made.id, text)
    channel = face.channel()
    sent = channel.send(reply)
    assert channel.find_own(reply, NOW) == sent


def test_a_reply_for_another_account_is_refused_before_any_call(face: Face) -> None:
    """Nothing is sent with the wrong voice."""
    made = face.say(StreamKind.MENTIONS, "hello")
    channel = face.channel()
    for bad in (replace(public(made.id), account_id="other"), replace(private("1", None), account_id="other")):
        with pytest.raises(Rejected, match="other"):
            channel.send(bad)
    with pytest.raises(Rejected):
        channel.act(replace(action(ActionKind.LIKE, made.id), account_id="other"))
    assert face.calls() == 0


@pytest.mark.parametrize("bad", ["", "1/../users", "1?x=y", "abc", "1" * 40, "１２"])
def test_what_is_no_id_never_becomes_an_address(face: Face, bad: str) -> None:
    """An id that is none is refused before any call."""
    channel = face.channel()
    for call in (
        lambda: channel.send(public(bad)),
        lambda: channel.send(private(bad, None)),
        lambda: channel.send(private("1", f"{bad}-x")),
        lambda: channel.act(action(ActionKind.HIDE, bad)),
        lambda: channel.find_own(public(bad), NOW),
    ):
        with pytest.raises(Rejected):
            call()
    assert face.calls() == 0


def test_private_words_cannot_reach_a_public_call(face: Face) -> None:
    """Whatever item a private reply answers, and whatever goes wrong, its words are nowhere in public."""
    canary = "canary 7f3a"
    made = {kind: face.say(kind, "hello") for kind in StreamKind}
    channel = face.channel(read_timeout=timedelta(seconds=0.2))
    for one in made.values():
        for fault in (None, "lost", "status_403", "status_429", "html_503", "reset"):
            if fault is not None:
                face.break_writes(fault)
            try:
                channel.send(private(one.author, one.thread, canary))
            except ChannelError:
                assert fault is not None or one.thread is None
            face.mend()
    assert leaks(face, canary) == []
    assert face.said_in_public() == []
    assert any(canary in text for text, _ in face.said_in_private())


def leaks(face: Face, canary: str) -> list[str]:
    """Return the public posts that hold the canary."""
    return [text for text, _ in face.said_in_public() if canary in text]


def test_the_search_for_leaks_can_find_one(face: Face) -> None:
    """Private words put into a public reply, as a careless channel would, are found."""
    made = face.say(StreamKind.MENTIONS, "hello")
    careless = private(made.author, None, "canary 7f3a")
    face.channel().send(public(made.id, careless.text))
    assert leaks(face, "canary 7f3a") == ["canary 7f3a"]


# -- acting, and what is allowed ---------------------------------------------------------------------------------------


def test_acting_twice_is_acting_once(face: Face) -> None:
    """Hide, unhide, like, unlike and delete do what they say, and again do no harm."""
    reply = face.say(StreamKind.REPLIES, "nice")
    channel = face.channel()
    for kind, state in (
        (ActionKind.HIDE, (True, 0, False)),
        (ActionKind.UNHIDE, (False, 0, False)),
        (ActionKind.LIKE, (False, 1, False)),
        (ActionKind.UNLIKE, (False, 0, False)),
    ):
        for _ in range(2):
            channel.act(action(kind, reply.id))
            assert face.state(reply.id) == state, kind
    own = channel.send(public(reply.id))
    for _ in range(2):
        channel.act(action(ActionKind.DELETE, own.native_id))
        assert face.state(own.native_id)[2]


def test_what_the_platform_refuses_is_told_with_its_reason(face: Face) -> None:
    """Deleting somebody else's words is rejected, and the message holds the platform's own reason."""
    made = face.say(StreamKind.MENTIONS, "hello")
    with pytest.raises(Rejected, match="delete"):
        face.channel().act(action(ActionKind.DELETE, made.id))


def verdicts(channel: Channel, item: Interaction) -> dict[str, Allowed]:
    """Return what is allowed, by verb."""
    return {one.verb: one for one in channel.allowed(item, NOW)}


def test_allowed_gives_each_verb_a_verdict_and_a_rule(face: Face) -> None:
    """For every kind of item every verb is decided, in a sentence, with the platform's page."""
    channel = face.channel()
    for kind in StreamKind:
        face.say(kind, "hello")
        for item in said(channel, kind):
            found = verdicts(channel, item)
            assert len(found) == len(channel.allowed(item, NOW))
            assert set(found) == {"reply_public", "reply_private", *ActionKind}
            assert all(one.because.endswith(".") and one.rule_url.startswith("https://") for one in found.values())
            assert not (item.private and found["reply_public"].ok)


def test_what_is_allowed_the_platform_takes(face: Face) -> None:
    """For every item each verb that is allowed goes through, and replies that are forbidden do not."""
    for kind in StreamKind:
        for by in range(2):
            face.say(kind, "hello", by=by)
    channel = face.channel()
    items = {item.id: item for kind in StreamKind for item in said(channel, kind)}
    assert len(items) >= 8
    for number, item in enumerate(items.values()):
        native, found = item.id.partition(":")[2], verdicts(channel, item)
        author, thread = item.author_id.partition(":")[2], item.thread_id.partition(":")[2]
        if found["reply_public"].ok:
            channel.send(public(native, f"Answer {number}"))
        elif not item.private:
            with pytest.raises(Rejected):
                channel.send(public(native, f"Answer {number}"))
        if found["reply_private"].ok:
            channel.send(private(author, thread, f"Private answer {number}"))
        for kind in (ActionKind.HIDE, ActionKind.LIKE):
            if found[kind].ok:
                channel.act(action(kind, native))


def test_length_is_the_platforms_own(face: Face) -> None:
    """What counts as just fitting is taken, and one more is refused."""
    made = face.say(StreamKind.MENTIONS, "hello")
    channel = face.channel()
    limit = channel.length("", private=False).limit
    fits = "é" * limit
    assert channel.length(fits, private=False).left == 0
    channel.send(public(made.id, fits))
    assert channel.length(fits + "é", private=False).left == -1
    with pytest.raises(Rejected):
        channel.send(public(made.id, fits + "é"))


# -- threads, identity, settings ---------------------------------------------------------------------------------------


def test_threads_may_share_a_channel(face: Face) -> None:
    """Walks of all streams at the same time bring what they bring one after the other."""
    for kind in StreamKind:
        for number in range(120):
            face.say(kind, f"number {number}", by=number % 5)
    channel = face.channel()
    expected = {kind: {item.id for item in said(channel, kind)} for kind in StreamKind}
    found: dict[StreamKind, list[set[str]]] = {kind: [] for kind in StreamKind}
    barrier = threading.Barrier(2 * len(StreamKind))

    def work(kind: StreamKind) -> None:
        barrier.wait()
        found[kind].append({item.id for item in said(channel, kind)})

    threads = [threading.Thread(target=work, args=(kind,)) for kind in StreamKind for _ in range(2)]
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
