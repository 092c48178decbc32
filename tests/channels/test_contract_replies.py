"""What every channel promises about saying and doing something."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from faces import NOW, Face
from saying import action, private, public, said, verdicts

from social_listener.errors import (
    ChannelError,
    Rejected,
    Unsure,
)
from social_listener.model import ActionKind, Standing, StreamKind


def test_a_public_reply_stands_once_under_its_item(face: Face) -> None:
    """Sent is what the platform has: the same id, the right parent, the very words; and it can be found again."""
    made = face.say(face.public[0], "where is my order?")
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
    made, other = face.say(face.public[0], "one"), face.say(face.public[0], "two", by=1)
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
    made = face.say(face.public[0], "where?")
    text = "Look here:  https://fernhill.example/orders?id=1&x=2 <3 & more \n"
    reply = public(made.id, text)
    channel = face.channel()
    sent = channel.send(reply)
    assert channel.find_own(reply, NOW) == sent


def test_a_reply_for_another_account_is_refused_before_any_call(face: Face) -> None:
    """Nothing is sent with the wrong voice."""
    made = face.say(face.public[0], "hello")
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
    made = {kind: face.say(kind, "hello") for kind in face.said}
    channel = face.channel()
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
    made = face.say(face.public[0], "hello")
    careless = private(made.author, None, "canary 7f3a")
    face.channel().send(public(made.id, careless.text))
    assert leaks(face, "canary 7f3a") == ["canary 7f3a"]


# -- acting, and what is allowed ---------------------------------------------------------------------------------------


def test_acting_twice_is_acting_once(face: Face) -> None:
    """What can be done does what it says, and again does no harm; our own words can be deleted."""
    made = face.say(face.public[0], "nice")
    channel = face.channel()
    states = {
        ActionKind.HIDE: (True, 0, False),
        ActionKind.UNHIDE: (False, 0, False),
        ActionKind.LIKE: (False, 1, False),
        ActionKind.UNLIKE: (False, 0, False),
    }
    assert set(face.acts) <= set(states)
    for kind in face.acts:
        for _ in range(2):
            channel.act(action(kind, made.id))
            assert face.state(made.id) == states[kind], kind
    own = channel.send(public(made.id))
    for _ in range(2):
        channel.act(action(ActionKind.DELETE, own.native_id))
        assert face.state(own.native_id)[2]


def test_what_the_platform_refuses_is_told_with_its_reason(face: Face) -> None:
    """What the platform refuses to do is rejected, and the message holds the platform's own reason."""
    refused, reason = face.refused()
    with pytest.raises(Rejected, match=reason):
        face.channel().act(refused)


def test_allowed_gives_each_verb_a_verdict_and_a_rule(face: Face) -> None:
    """For every kind of item every verb is decided, in a sentence, with the platform's page."""
    channel = face.channel()
    for kind in face.said:
        face.say(kind, "hello")
        for item in said(channel, kind):
            found = verdicts(channel, item)
            assert len(found) == len(channel.allowed(item, Standing(), NOW))
            assert set(found) == {"reply_public", "reply_private", *ActionKind}
            assert all(one.because.endswith(".") and one.rule_url.startswith("https://") for one in found.values())
            assert not (item.private and found["reply_public"].ok)


def test_what_is_allowed_the_platform_takes(face: Face) -> None:
    """For every item each verb that is allowed goes through, and replies that are forbidden do not."""
    for kind in face.said:
        for by in range(2):
            face.say(kind, "hello", by=by)
    channel = face.channel()
    items = {item.id: item for kind in face.said for item in said(channel, kind)}
    assert len(items) >= 2 * len(face.said)
    for number, item in enumerate(items.values()):
        native, found = item.id.partition(":")[2], verdicts(channel, item)
        author, thread = item.author_id.partition(":")[2], item.thread_id.partition(":")[2]
        if found["reply_public"].ok:
            channel.send(public(native, f"Answer {number}"))
        elif not item.private:
            with pytest.raises(Rejected):
                channel.send(public(native, f"Answer {number}"))
        if found["reply_private"].ok and item.private:
            channel.send(private(author, thread, f"Private answer {number}"))
        elif found["reply_private"].ok:
            channel.send(private(author, None, f"Private answer {number}", answers=native))
        for kind in (ActionKind.HIDE, ActionKind.LIKE):
            if found[kind].ok:
                channel.act(action(kind, native))


def test_length_is_the_platforms_own(face: Face) -> None:
    """What counts as just fitting is taken, and one more is refused."""
    channel = face.channel()
    for is_private in face.limits:
        made = face.say(StreamKind.MESSAGES if is_private else face.public[0], "hello")
        one, limit = (getattr(channel.length("é", private=is_private), name) for name in ("used", "limit"))
        fits = "é" * (limit // one)
        assert channel.length(fits, private=is_private).left == 0
        assert channel.length(fits + "é", private=is_private).left == -one
        channel.send(private(made.author, made.thread, fits) if is_private else public(made.id, fits))
        with pytest.raises(Rejected):
            channel.send(private(made.author, made.thread, fits + "é") if is_private else public(made.id, fits + "é"))
