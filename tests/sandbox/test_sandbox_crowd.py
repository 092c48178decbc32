"""The crowd: repeatable, varied, in several languages, with a memory."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
import tweepy

from social_listener.sandbox import Sandbox
from social_listener.sandbox.crowd.grammar import expand
from social_listener.sandbox.crowd.people import PEOPLE
from social_listener.sandbox.crowd.stories import KINDS
from social_listener.sandbox.crowd.texts import BRAND, GRAMMARS
from social_listener.sandbox.truth import Truth


def lived(seed: int = 7, hours: float = 30, then: float = 3_600) -> Truth:
    """Return the truth of a world with a past, some time later."""
    sandbox = Sandbox(seed=seed, clock="manual", crowd_rate=6, prehistory=timedelta(hours=hours))
    sandbox.world.advance(then)
    return sandbox.world.truth()


def test_same_seed_same_truth() -> None:
    """Two worlds with one seed are the same in every word and id; another seed gives another world."""
    assert lived() == lived()
    assert [post.text for post in lived(8).posts] != [post.text for post in lived().posts]


def test_past_is_rich() -> None:
    """A day of past has posts of many people in many languages, edits, deletions, likes, threads and messages."""
    truth = lived()
    assert len(truth.posts) > 400
    assert len({post.text for post in truth.posts}) > 400
    assert len({post.author for post in truth.posts}) > 45
    assert {"en", "de", "fr", "es", "pt", "it", "nl", "ja", "ar"} <= {post.lang for post in truth.posts}
    assert any(len(post.versions) > 1 for post in truth.posts)
    assert any(post.deleted for post in truth.posts)
    assert any(post.likes for post in truth.posts)
    assert any("third time" in post.text for post in truth.posts)
    assert any("@fernhill" not in post.shown_text for post in truth.posts)
    assert any(post.quoted_id for post in truth.posts)
    assert any("Oakline" in post.text for post in truth.posts)
    assert len(truth.messages) > 20
    assert truth.made_by_api() == ()


def test_past_lies_in_its_span() -> None:
    """Backdated items carry ids and times of the past, none later than now."""
    sandbox = Sandbox(seed=7, clock="manual", prehistory=timedelta(hours=6))
    now = sandbox.world.clock.now()
    times = [post.sent_at for post in sandbox.world.truth().posts]
    assert now - timedelta(hours=7) < min(times) < now - timedelta(hours=3)
    assert max(times) <= now


def test_texts_are_varied() -> None:
    """A burst of 2,000 mentions has more than a thousand different texts, all naming the brand."""
    sandbox = Sandbox(seed=7, clock="manual")
    posts = sandbox.crowd.burst(2_000)
    assert len(posts) > 1_900
    assert len({post.text for post in posts}) > 1_000
    assert all("@fernhill" in post.text for post in posts)


def test_every_template_can_be_filled() -> None:
    """No template of any language has a slot that nothing fills."""
    for grammar in (*GRAMMARS.values(), BRAND):
        for start, templates in grammar.items():
            for template in templates:
                given = {"b": "@fernhill", "name": "Ann", "first": "Ann"}
                text = expand({**grammar, "only": [template]}, "only", random.Random(1), given)
                assert "{" not in text, f"{start}: {text}"


def test_everybody_can_speak() -> None:
    """Each person has a language of the grammars and at least one kind of story that suits them."""
    assert len(PEOPLE) >= 60
    assert len({person.handle for person in PEOPLE}) == len(PEOPLE)
    for person in PEOPLE:
        assert any(person.temper in kind.tempers and kind.name in GRAMMARS[person.lang] for kind in KINDS), person


def test_answer_brings_a_reaction(sandbox: Sandbox, client: tweepy.Client) -> None:
    """People react within minutes to what the brand answers through the API: in public, in private, or with a like."""
    sandbox.crowd.rate = 0.0001
    ids = []
    for person in PEOPLE[:12]:
        mention = sandbox.world.post(person.handle, "@fernhill where is my order?")
        ids.append(client.create_tweet(text=f"Sorry, {person.name}!", in_reply_to_tweet_id=mention.id)["data"]["id"])
    sandbox.world.advance(600)
    truth = sandbox.world.truth()
    reactions = [reply for made in ids for reply in truth.replies_to(made)]
    assert len(reactions) >= 8
    assert any(truth.post(made).likes for made in ids)


def test_ignored_people_come_back() -> None:
    """Somebody whose complaint is not answered asks again, and then a third time; answered, they do not."""
    truth = lived(hours=12, then=7_200)
    nudged = [post for post in truth.posts if post.parent_id and truth.post(post.parent_id).author == post.author]
    assert len(nudged) > 5
    for nudge in nudged:
        assert nudge.parent_id is not None
        answers = [reply for reply in truth.replies_to(nudge.parent_id) if reply.author == "fernhill"]
        assert all(answer.sent_at >= nudge.sent_at for answer in answers)


def test_rate_zero_is_silence() -> None:
    """Without a rate nothing happens by itself, not even what was planned; a single step can be ordered."""
    sandbox = Sandbox(seed=7, clock="manual", prehistory=timedelta(hours=6))
    before = sandbox.world.truth()
    sandbox.world.advance(7_200)
    assert sandbox.world.truth() == before
    for _ in range(5):
        sandbox.crowd.step()
    after = sandbox.world.truth()
    assert len(after.posts) + len(after.messages) > len(before.posts) + len(before.messages)
    with pytest.raises(ValueError, match="rate"):
        sandbox.crowd.rate = -1


def test_crowd_acts_by_itself_in_real_time() -> None:
    """With the real clock a running crowd posts without being told, and stops with the sandbox."""
    with Sandbox(seed=7, clock="real", crowd_rate=3_000) as sandbox:
        arrived = _Arrivals(sandbox, 5)
        assert arrived.wait(20)
    count = len(sandbox.world.truth().posts)
    sandbox.world.advance(0)
    assert len(sandbox.world.truth().posts) - count < 100


class _Arrivals:
    """Waits for so many posts."""

    def __init__(self, sandbox: Sandbox, count: int) -> None:
        import threading  # noqa: PLC0415  # used here only

        self._left = count
        self._done = threading.Event()
        sandbox.world.listen(self._heard)

    def _heard(self, event: dict[str, object]) -> None:
        if event["kind"] == "post":
            self._left -= 1
            if self._left <= 0:
                self._done.set()

    def wait(self, seconds: float) -> bool:
        return self._done.wait(seconds)
