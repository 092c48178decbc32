"""Meta's windows to the second, by Meta's clock: what is allowed, and what is called, just before, at and after."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from faces import NOW
from meta_answers import SECRETS
from meta_answers import facebook as offline_facebook
from meta_answers import instagram as offline_instagram
from meta_faces import FacebookFace, InstagramFace, MetaFace
from saying import private, public, said

from social_listener.channels import Channel
from social_listener.errors import RateLimited, Rejected, SettingsError
from social_listener.model import Allowed, Interaction, Kind, PrivateReply, Standing, StreamKind

SECOND = timedelta(seconds=1)
#: how far our deadlines lie inside Meta's
INSIDE = timedelta(seconds=5)
DAY, WEEK = timedelta(hours=24), timedelta(days=7)


def item(channel: str = "facebook", **changes: Any) -> Interaction:
    """Return a comment by a customer, said at `NOW`."""
    made = Interaction(
        id=f"{channel}:500_1",
        channel=channel,
        account_id="main",
        conversation_id=f"{channel}:1_500:2",
        thread_id=f"{channel}:1_500",
        author_id=f"{channel}:2",
        kind=Kind.COMMENT,
        private=False,
        outbound=False,
        text="hello",
        sent_at=NOW,
        version_id="500_1",
    )
    return replace(made, **changes)


def message(channel: str = "facebook") -> Interaction:
    """Return a direct message by a customer, said at `NOW`."""
    return item(channel, kind=Kind.MESSAGE, private=True, thread_id=f"{channel}:1-2", conversation_id=f"{channel}:1-2")


def verdict(channel: Channel, one: Interaction, verb: str, now: datetime, **standing: Any) -> Allowed:
    """Return what is said of one verb."""
    (found,) = [each for each in channel.allowed(one, Standing(**standing), now) if each.verb == verb]
    assert found.because.endswith(".")
    assert found.rule_url.startswith("https://developers.facebook.com/")
    return found


BOTH = pytest.mark.parametrize("name", ["facebook", "instagram"])


def offline(name: str, **options: str) -> Channel:
    """Return a channel that makes no call."""
    return offline_facebook(**options) if name == "facebook" else offline_instagram(**options)


@BOTH
@pytest.mark.parametrize(
    ("human_agent", "is_message", "heard", "lasts"),
    [
        ("off", True, True, DAY),
        ("on", True, True, WEEK),
        ("off", False, True, DAY),  # they wrote a message: an ordinary one may answer; then the comment's own window
        ("off", False, False, WEEK),
    ],
)
def test_each_window_closes_at_its_second(
    name: str, human_agent: str, is_message: bool, heard: bool, lasts: timedelta
) -> None:
    """One second before our deadline it is allowed, at it and one second later not; it lies 5 s inside Meta's own."""
    channel = offline(name, human_agent=human_agent)
    one = message(name) if is_message else item(name)
    standing = {"heard_at": NOW if heard else None, "private_replies": int(not is_message and heard)}
    end = NOW + lasts - INSIDE
    before = verdict(channel, one, "reply_private", end - SECOND, **standing)
    assert (before.ok, before.until) == (True, end)
    for late in (end, end + SECOND):
        after = verdict(channel, one, "reply_private", late, **standing)
        assert not after.ok
        assert "7 days" in after.because or "24 hours" in after.because or "one private reply" in after.because


def test_a_rule_without_the_margin_would_be_seen() -> None:
    """The deadline is not Meta's own: a deadline one second later would fail the test above."""
    channel = offline("facebook")
    until = verdict(channel, message(), "reply_private", NOW).until
    assert until == NOW + DAY - INSIDE
    assert not verdict(channel, message(), "reply_private", NOW + DAY - INSIDE, heard_at=NOW).ok


@BOTH
def test_human_agent_is_said_only_when_the_option_is_on(name: str) -> None:
    """After 24 hours a message is closed without the option, and with it open for what a person wrote."""
    later = NOW + DAY
    closed = verdict(offline(name), message(name), "reply_private", later, heard_at=NOW)
    assert not closed.ok
    open_ = verdict(offline(name, human_agent="on"), message(name), "reply_private", later, heard_at=NOW)
    assert open_.ok
    assert "person wrote" in open_.because


@BOTH
def test_a_comment_gets_one_private_reply(name: str) -> None:
    """A second private reply is not allowed, unless the person has written since."""
    channel = offline(name)
    assert verdict(channel, item(name), "reply_private", NOW).ok
    assert not verdict(channel, item(name), "reply_private", NOW, private_replies=1).ok
    assert verdict(channel, item(name), "reply_private", NOW, private_replies=1, heard_at=NOW).ok


@BOTH
def test_another_app_is_named(name: str) -> None:
    """That another app has the conversation is said, and is no reason against answering."""
    found = verdict(offline(name), message(name), "reply_private", NOW, heard_at=NOW, elsewhere=True)
    assert found.ok
    assert "Another app" in found.because


def test_what_each_platform_lets_do() -> None:
    """Hide, like, delete and edit go by whose words they are, and Instagram has fewer of them."""
    theirs, ours = item(), item(outbound=True)
    left_here = replace(ours, kind=Kind.POST, reply_to_id=theirs.id)
    facebook, instagram = offline("facebook"), offline("instagram")
    for channel, one, allowed in (
        (facebook, theirs, {"reply_public", "reply_private", "hide", "like", "unlike"}),
        (facebook, replace(theirs, hidden=True), {"reply_public", "reply_private", "unhide", "like", "unlike"}),
        (facebook, ours, {"reply_public", "delete", "edit"}),
        (facebook, left_here, {"reply_public", "delete", "edit"}),
        (facebook, replace(ours, kind=Kind.POST), {"reply_public"}),
        (facebook, message(), {"reply_private"}),
        (facebook, replace(theirs, kind=Kind.MENTION), {"reply_public", "reply_private", "like", "unlike"}),
        (
            facebook,
            replace(theirs, kind=Kind.MENTION, author_id="facebook:unknown-1"),
            {"reply_public", "like", "unlike"},
        ),
        (instagram, theirs, {"reply_public", "reply_private", "hide"}),
        (instagram, replace(theirs, hidden=True), {"reply_private", "unhide"}),
        (instagram, ours, {"reply_public", "delete"}),
        (instagram, left_here, {"reply_public", "delete"}),
        (instagram, message(), {"reply_private"}),
        (instagram, replace(theirs, kind=Kind.MENTION), {"reply_public"}),
    ):
        found = channel.allowed(one, Standing(), NOW)
        assert {each.verb for each in found if each.ok} == allowed
        assert all(each.because.endswith(".") for each in found)


# -- over the wire, with clocks that disagree --------------------------------------------------------------------------


def reply(one: Interaction, standing: Standing, *, by_person: bool = True, text: str = "Hello again.") -> PrivateReply:
    """Return a private reply to an item, as the outbox builds it."""
    made = private(
        one.author_id.partition(":")[2],
        one.thread_id.partition(":")[2] if one.private else None,
        text,
        answers=None if one.private else one.id.partition(":")[2],
    )
    return replace(made, heard_at=standing.heard_at, by_person=by_person)


def written(face: MetaFace) -> int:
    """Return how many calls were made that write."""
    return sum(call.method != "GET" for call in face.sandbox.calls)


@pytest.mark.parametrize("human", [False, True])
def test_outside_a_window_nothing_is_called(meta: MetaFace, human: bool) -> None:
    """Up to a second before our deadline Meta takes a message; from then on none is even tried."""
    meta.say(StreamKind.MESSAGES, "hi")
    channel = meta.channel(
        options=meta.sandbox.graph_options(meta.name) | ({"human_agent": "on"} if human else {}),
    )
    (one,) = said(channel, StreamKind.MESSAGES)
    standing = Standing(heard_at=one.sent_at)
    length = (WEEK if human else DAY) - INSIDE
    meta.advance(length - SECOND)
    said(channel, StreamKind.MESSAGES)  # now it knows Meta's clock
    channel.send(reply(one, standing))
    (sent,) = [each for each in meta.truth().messages if each.via_api]
    assert sent.tag == ("HUMAN_AGENT" if human else None)
    before = written(meta)
    for _ in range(3):
        meta.advance(SECOND)
        said(channel, StreamKind.MESSAGES)
        with pytest.raises(Rejected, match=r"are over"):
            channel.send(reply(one, standing))
    assert written(meta) == before


def test_meta_itself_closes_five_seconds_later(meta: MetaFace) -> None:
    """The sandbox's windows are Meta's: a channel without our margin would still be let through, and then refused."""
    made = meta.say(StreamKind.MESSAGES, "hi")
    channel = meta.channel()
    careless = replace(private(made.author, made.thread), heard_at=None)
    meta.advance(DAY)
    channel.send(careless)
    meta.advance(SECOND)
    with pytest.raises(Rejected, match="outside of allowed window"):
        channel.send(careless)


def test_words_of_a_program_do_not_go_as_those_of_a_person(meta: MetaFace) -> None:
    """After 24 hours only what a person wrote goes out, though the option is on."""
    meta.say(StreamKind.MESSAGES, "hi")
    channel = meta.channel(options=meta.sandbox.graph_options(meta.name) | {"human_agent": "on"})
    (one,) = said(channel, StreamKind.MESSAGES)
    standing = Standing(heard_at=one.sent_at)
    meta.advance(timedelta(hours=30))
    said(channel, StreamKind.MESSAGES)
    with pytest.raises(Rejected, match="only what a person wrote"):
        channel.send(reply(one, standing, by_person=False))
    assert written(meta) == 0
    channel.send(reply(one, standing, by_person=True))
    assert written(meta) == 1


@pytest.mark.parametrize("minutes", [-10, 10])
@pytest.mark.parametrize("seconds_left", [1, 0, -1])
def test_a_clock_that_is_wrong_changes_nothing(meta: MetaFace, minutes: int, seconds_left: int) -> None:
    """A fresh process whose clock is ten minutes off asks for Meta's before it sends by a window."""
    meta.sandbox.world.advance((datetime.now(UTC) - NOW + timedelta(minutes=minutes)).total_seconds())
    meta.say(StreamKind.MESSAGES, "hi")
    (one,) = said(meta.channel(), StreamKind.MESSAGES)
    meta.advance(DAY - INSIDE - seconds_left * SECOND)
    # The machine's own clock is a whole day and ten minutes away from Meta's by now.
    fresh = meta.channel()
    words = reply(one, Standing(heard_at=one.sent_at))
    if seconds_left > 0:
        fresh.send(words)
        assert written(meta) == 1
    else:
        with pytest.raises(Rejected, match="are over"):
            fresh.send(words)
        assert written(meta) == 0


@pytest.mark.parametrize("minutes", [-10, 10])
def test_the_end_of_a_throttle_is_told_by_our_own_clock(meta: MetaFace, minutes: int) -> None:
    """A fresh process whose first call is a send knows the end, too, though its clock is ten minutes off."""
    meta.say(StreamKind.MESSAGES, "hi")
    (one,) = said(meta.channel(), StreamKind.MESSAGES)
    meta.sandbox.world.advance((datetime.now(UTC) - NOW + timedelta(minutes=minutes)).total_seconds())
    meta.break_writes("status_429")
    fresh = meta.channel()
    with pytest.raises(RateLimited) as caught:
        fresh.send(reply(one, Standing(heard_at=None)))
    told = meta.graph.policy.regain_minutes * 60
    assert caught.value.retry_at is not None
    assert abs((caught.value.retry_at - datetime.now(UTC)).total_seconds() - told) < 60


def test_a_private_reply_to_a_comment(meta: MetaFace) -> None:
    """It goes to the comment when the person never wrote, opens the thread of the two, and is found again."""
    made = meta.say(StreamKind.COMMENTS, "where is my order?")
    channel = meta.channel()
    (one,) = [each for each in said(channel, StreamKind.COMMENTS) if not each.outbound]
    words = reply(one, Standing(), text="Tell us your number, please.")
    sent = channel.send(words)
    us = meta.owner()[0]
    assert sent.thread_native_id == f"{us}-{made.author}"
    (stored,) = [each for each in meta.truth().messages if each.via_api]
    assert (stored.private_reply_to, stored.text) == (made.id, "Tell us your number, please.")
    assert channel.find_own(words, NOW - SECOND) == sent
    assert meta.said_in_public() == []
    with pytest.raises(Rejected, match="already replied"):
        channel.send(replace(words, text="And another."))


def test_a_private_reply_in_an_open_window_is_a_message(meta: MetaFace) -> None:
    """Where the person wrote a short time ago it goes to the person, and the comment keeps its one private reply."""
    made = meta.say(StreamKind.COMMENTS, "where is my order?")
    meta.say(StreamKind.MESSAGES, "hello?")
    channel = meta.channel()
    (one,) = [each for each in said(channel, StreamKind.COMMENTS) if not each.outbound]
    channel.send(reply(one, Standing(heard_at=NOW)))
    (stored,) = [each for each in meta.truth().messages if each.via_api]
    assert stored.private_reply_to is None
    assert stored.contact_id == made.author


def test_a_private_reply_closes_after_seven_days(meta: MetaFace) -> None:
    """Meta takes it until the last second of our window and well after; then it refuses."""
    meta.say(StreamKind.COMMENTS, "one")
    channel = meta.channel()
    (one,) = [each for each in said(channel, StreamKind.COMMENTS) if not each.outbound]
    end = verdict(channel, one, "reply_private", NOW).until
    assert end == NOW + WEEK - INSIDE
    meta.advance(WEEK + SECOND)
    with pytest.raises(Rejected, match="too old"):
        channel.send(reply(one, Standing()))


def test_a_hidden_comment_on_instagram_cannot_be_answered(instagram: InstagramFace) -> None:
    """Neither the channel allows it nor does the platform take it."""
    made = instagram.say(StreamKind.COMMENTS, "rude")
    instagram.graph.hide(made.id, True)
    channel = instagram.channel()
    (one,) = [each for each in said(channel, StreamKind.COMMENTS) if not each.outbound]
    assert one.hidden
    assert not verdict(channel, one, "reply_public", NOW).ok
    with pytest.raises(Rejected, match="hidden"):
        channel.send(public(made.id))


def test_a_visitors_post_is_answered_in_private_by_its_own_name(facebook: FacebookFace) -> None:
    """A post is named otherwise than a comment when it is answered in private."""
    made = facebook.say(StreamKind.MENTIONS, "nobody answers")
    channel = facebook.channel()
    (one,) = said(channel, StreamKind.MENTIONS)
    channel.send(reply(one, Standing()))
    (stored,) = [each for each in facebook.truth().messages if each.via_api]
    assert stored.private_reply_to == made.id


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"page_id": ""}, "options.page_id"),
        ({"page_id": "fernhill"}, "options.page_id"),
        ({"page_id": "1/../2"}, "options.page_id"),
        ({"version": "26"}, "options.version"),
        ({"version": "v26.0/x"}, "options.version"),
        ({"human_agent": "yes"}, "options.human_agent"),
        ({"webhooks": "true"}, "options.webhooks"),
    ],
)
@BOTH
def test_options_that_cannot_be_are_named(name: str, options: dict[str, str], words: str) -> None:
    """A missing or odd number, version or switch is told with its key: none of them becomes part of an address."""
    with pytest.raises(SettingsError, match=words):
        offline(name, **options)


@BOTH
def test_a_webhook_needs_the_word_that_meta_repeats(name: str) -> None:
    """With push expected, a missing verify token or app secret is found at the start."""
    build = offline_facebook if name == "facebook" else offline_instagram
    for missing in ("verify_token", "app_secret"):
        some = {key: value for key, value in SECRETS.items() if key != missing}
        with pytest.raises(SettingsError, match=f"credentials.{missing} is missing"):
            build(credentials=some, webhooks="on")
    build(credentials=SECRETS, webhooks="on")
