"""The same crowd on X, on Facebook with Messenger, and on Instagram: repeatable, varied, with a memory on each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import facebook
import pytest
from push_receiver import Receiver

from social_listener.sandbox import Sandbox
from social_listener.sandbox.crowd import PLATFORMS
from social_listener.sandbox.crowd.people import PEOPLE
from social_listener.sandbox.graph import GraphTruth

GraphConnect = Callable[..., facebook.GraphAPI]


def world(seed: int = 7, hours: float = 30, then: float = 3_600, **changes: Any) -> Sandbox:
    """Return a sandbox with a past on all platforms, some time later."""
    facts: dict[str, Any] = {"crowd_rate": 6, "prehistory": timedelta(hours=hours), "platforms": PLATFORMS}
    sandbox = Sandbox(seed=seed, clock="manual", **(facts | changes))
    sandbox.world.advance(then)
    return sandbox


@pytest.fixture(scope="module")
def truth() -> GraphTruth:
    """Return the truth of Facebook and Instagram after a long past."""
    return world(hours=72, then=7_200).graph.truth()


@pytest.fixture
def listening() -> Iterator[Sandbox]:
    """Run a sandbox in which people react to answers, and begin next to nothing by themselves."""
    with Sandbox(seed=7, clock="manual", crowd_rate=0.0001, platforms=PLATFORMS) as sandbox:
        yield sandbox


def test_x_alone_is_as_it_always_was() -> None:
    """By default the crowd lives on X, and a seed gives the same world that it gave before there were other platforms.

    Whoever changes what people say on X renews the digest.
    """
    sandbox = world(platforms=("x",))
    plain = Sandbox(seed=7, clock="manual", crowd_rate=6, prehistory=timedelta(hours=30))
    plain.world.advance(3_600)
    assert plain.world.truth() == sandbox.world.truth()
    written = json.dumps(plain.world.truth().as_json(), sort_keys=True).encode()
    assert hashlib.sha256(written).hexdigest()[:24] == "2f427956c8db657b4aef75bc"
    nothing = plain.graph.truth()
    assert (nothing.posts, nothing.media, nothing.messages) == ((), (), ())


def test_same_seed_same_truth_everywhere() -> None:
    """Two worlds with one seed are the same on every platform; another seed gives another world."""
    first, second, other = world(), world(), world(8)
    assert first.graph.truth() == second.graph.truth()
    assert first.world.truth() == second.world.truth()
    assert first.graph.truth() != other.graph.truth()


def test_stories_are_spread_over_the_platforms() -> None:
    """Each platform gets its share of what is told, and where nobody lives nothing is said."""
    sandbox = world(then=0)
    graph = sandbox.graph.truth()
    shares = [len(sandbox.world.truth().posts), len(graph.comments) + len(graph.posts), len(graph.ig_comments)]
    assert min(shares) > sum(shares) / 6
    meta = world(platforms=("facebook",), then=0)
    assert meta.world.truth().posts == ()
    assert meta.graph.truth().media == ()
    assert len(meta.graph.truth().comments) > 200


def test_facebook_is_rich(truth: GraphTruth) -> None:
    """Posts of the Page and of visitors, tags, dark posts, nested comments, edits, deletions, likes and answers."""
    assert {post.kind for post in truth.posts} == {"page", "visitor", "tagged"}
    assert any(not post.published for post in truth.posts)
    assert len({comment.author for comment in truth.comments}) > 45
    assert any(comment.parent_id for comment in truth.comments)
    assert any(len(comment.versions) > 1 for comment in truth.comments)
    assert any(comment.deleted for comment in truth.comments)
    assert any(comment.likes for comment in truth.comments)
    assert any(comment.author == "fernhill" for comment in truth.comments)
    assert any("third time" in comment.text for comment in truth.comments)
    assert not any("@fernhill" in item.text for item in (*truth.posts, *truth.comments))


def test_instagram_is_rich(truth: GraphTruth) -> None:
    """Media and advertisements, nested comments, mentions in captions and in comments, corrections as people can."""
    assert any(media.ad for media in truth.media)
    assert any(comment.parent_id for comment in truth.ig_comments)
    assert {mention.comment_id is None for mention in truth.mentions} == {True, False}
    assert all("@fernhill" in mention.text for mention in truth.mentions)
    assert not any(len(comment.versions) > 1 for comment in truth.ig_comments)
    gone = [comment for comment in truth.ig_comments if comment.deleted]
    again = {comment.text for comment in truth.ig_comments if not comment.deleted}
    assert any(text.startswith(comment.text) for comment in gone for text in again if comment.text)


def test_messages_are_exchanged_on_both(truth: GraphTruth) -> None:
    """People write on Messenger and on Instagram, and colleagues have answered some of them in the platforms' apps."""
    for platform in ("messenger", "instagram"):
        messages = [message for message in truth.messages if message.platform == platform]
        assert {message.ours for message in messages} == {True, False}
    assert truth.made_by_api() == ()


def test_past_lies_in_its_span_everywhere() -> None:
    """Nothing of the past, edits included, is later than now or older than asked for."""
    sandbox = world(hours=6, then=0, crowd_rate=0)
    now, found = sandbox.world.clock.now(), sandbox.graph.truth()
    items = (*found.posts, *found.comments, *found.media, *found.ig_comments)
    times = [version.sent_at for item in items for version in item.versions]
    times += [message.created_at for message in found.messages]
    assert now - timedelta(hours=7) < min(times)
    assert max(times) <= now


def test_ignored_people_come_back_everywhere(truth: GraphTruth) -> None:
    """Who is not answered asks again below their own words; whom the brand has answered does not."""
    for comments in (truth.comments, truth.ig_comments):
        by_id = {comment.id: comment for comment in comments}
        nudges = [
            comment
            for comment in comments
            if comment.answered_id and by_id[comment.answered_id].author == comment.author != "fernhill"
        ]
        assert len(nudges) > 5
        for nudge in nudges:
            answers = [one for one in comments if one.author == "fernhill" and one.answered_id == nudge.answered_id]
            assert all(answer.created_at >= nudge.created_at for answer in answers)


def test_answer_on_facebook_brings_a_reaction(listening: Sandbox, graph_client_for: GraphConnect) -> None:
    """People react within minutes to what the Page comments through the API, below the same top-level comment."""
    graph, client = listening.graph, graph_client_for(listening)
    post = graph.page_post("News")
    answers = []
    for person in PEOPLE[:12]:
        comment = graph.comment(person.handle, post, "Where is my order?")
        answers.append(client.put_comment(comment.id, f"Sorry, {person.name}!")["id"])
    listening.world.advance(600)
    found = graph.truth()
    reactions = [comment for comment in found.comments if comment.answered_id in answers]
    assert len(reactions) >= 8
    parents = {comment.id: comment.parent_id for comment in found.comments}
    assert all(parents[comment.answered_id or ""] == comment.parent_id for comment in reactions)
    assert any(found.comment(answer).likes for answer in answers)
    assert listening.world.truth().posts == ()


def test_answer_on_instagram_brings_a_reaction(listening: Sandbox, graph_client_for: GraphConnect) -> None:
    """The same on Instagram."""
    graph, client = listening.graph, graph_client_for(listening)
    media = graph.media("Morning")
    answers = []
    for person in PEOPLE[:12]:
        comment = graph.ig_comment(person.handle, media, "Where is my order?")
        answers.append(client.put_object(comment.id, "replies", message=f"Sorry, {person.name}!")["id"])
    listening.world.advance(600)
    reactions = [comment for comment in graph.truth().ig_comments if comment.answered_id in answers]
    assert len(reactions) >= 8


@pytest.mark.parametrize("platform", ["messenger", "instagram"])
def test_message_brings_a_message(listening: Sandbox, graph_client_for: GraphConnect, platform: Any) -> None:
    """Whom the brand writes to through the API writes back there; what colleagues write in the app brings nothing."""
    graph, client = listening.graph, graph_client_for(listening)
    graph.message("jessa_ort", "Hello?", platform)
    graph.app_message("jessa_ort", "Hello from the app", platform)
    listening.world.advance(600)
    assert len(graph.truth().messages) == 2
    person = graph.person("jessa_ort")
    recipient = {"id": person.psid if platform == "messenger" else person.igsid}
    client.put_object(
        graph.page_id,
        "messages",
        recipient=json.dumps(recipient),
        message=json.dumps({"text": "Hello!"}),
        messaging_type="RESPONSE",
    )
    listening.world.advance(600)
    *_, last = graph.truth().messages
    assert (last.contact, last.platform, last.ours) == ("jessa_ort", platform, False)
    assert len(graph.truth().messages) == 4


def test_private_reply_is_answered_in_private(listening: Sandbox, graph_client_for: GraphConnect) -> None:
    """Whoever gets a private reply to a comment goes on there, and does not complain in public any more."""
    graph, client = listening.graph, graph_client_for(listening)
    comment = graph.comment("jessa_ort", graph.page_post("News"), "Where is my order?")
    client.put_object(
        graph.page_id,
        "messages",
        recipient=json.dumps({"comment_id": comment.id}),
        message=json.dumps({"text": "Which number?"}),
    )
    listening.world.advance(3_600)
    found = graph.truth()
    assert [message.ours for message in found.messages] == [True, False]
    assert len(found.comments) == 1


@pytest.mark.parametrize("platform", ["facebook", "instagram"])
@pytest.mark.parametrize("answered", [False, True])
def test_a_private_reply_calms(platform: Any, answered: bool) -> None:
    """Whose comment got a private reply does not ask again in public; without it, some do."""
    sandbox = Sandbox(seed=7, clock="manual", crowd_rate=0.0001, platforms=(platform,))
    graph = sandbox.graph
    channel: Any = "messenger" if platform == "facebook" else "instagram"
    for _ in range(60):
        sandbox.crowd.step()
    written = [*graph.ledger.comments, *graph.ledger.ig_comments, *graph.ledger.posts["visitor"]]
    written += [*graph.ledger.posts["tagged"], *graph.ledger.foreign_media]
    for item in written if answered else ():
        graph.app_message(item.author, "We write to you", channel, private_reply_to=item)
    known = {item.id for item in written}
    sandbox.world.advance(7_200)
    later = [*graph.ledger.comments, *graph.ledger.ig_comments]
    corrected = {item.text for item in written if item.deleted_ms is not None}
    again = [one for one in later if one.id not in known and not one.text.startswith(tuple(corrected))]
    assert bool(again) is not answered


def test_rate_zero_is_silence_everywhere() -> None:
    """Without a rate nothing happens by itself on any platform; stories can be ordered one by one, or in a burst."""
    sandbox = world(hours=6, then=0)
    sandbox.crowd.rate = 0
    before = sandbox.graph.truth()
    sandbox.world.advance(7_200)
    assert sandbox.graph.truth() == before
    made = sandbox.crowd.burst(300)
    assert len(made) > 280
    after = sandbox.graph.truth()
    assert len(after.posts) > len(before.posts)
    assert len(after.mentions) > len(before.mentions)


def test_what_the_crowd_says_is_pushed() -> None:
    """Everything that people say in public below the brand's things, and in private, is told as it happens."""
    with Sandbox(seed=7, clock="manual", platforms=("facebook", "instagram")) as sandbox:
        keys = sandbox.graph_credentials("facebook")
        receiver = Receiver(keys["app_secret"], keys["verify_token"], "")
        for channel in ("facebook", "instagram"):
            sandbox.webhooks.subscribe(channel, receiver.url)
        sandbox.crowd.rate = 6
        sandbox.world.advance(1_800)
        sandbox.webhooks.flush()
        receiver.close()
        found = sandbox.graph.truth()
        own_media = {media.id for media in found.media if media.ours}
        on_page = {post.id for post in found.posts if post.kind != "tagged"}
        added = {
            value["comment_id"] for value in receiver.values("feed") if value["verb"] == "add" and _is_comment(value)
        }
        assert added == {comment.id for comment in found.comments if comment.post_id in on_page}
        assert {value["id"] for value in receiver.values("comments")} == {
            comment.id for comment in found.ig_comments if comment.media_id in own_media
        }
        assert {told["message"]["mid"] for told in receiver.messages()} == {message.id for message in found.messages}
        assert len(added) > 20


def _is_comment(value: dict[str, Any]) -> bool:
    return bool(value["item"] == "comment")


def test_a_restarted_world_goes_on(tmp_path: Any) -> None:
    """With state files a second run has the past of the first one, makes no other, and goes on from it."""
    first = world(hours=6, then=0, state=tmp_path / "state")
    before = first.graph.truth()
    first.stop()
    second = world(hours=6, then=0, state=tmp_path / "state")
    assert second.graph.truth() == before
    second.world.advance(1_800)
    assert len(second.graph.truth().comments) > len(before.comments)
    second.stop()


@pytest.mark.parametrize("platforms", [(), ("linkedin",), ("x", "x")], ids=str)
def test_platforms_are_checked(platforms: Any) -> None:
    """A crowd lives somewhere, on platforms that there are, on each of them once."""
    with pytest.raises(ValueError, match="the crowd lives on"):
        Sandbox(clock="manual", platforms=platforms)
