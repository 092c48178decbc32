"""The Graph world by its Python API: what happens, what is true, and that a restart loses nothing."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from social_listener.sandbox import JournalError, Sandbox
from social_listener.sandbox.graph import GraphTruth
from social_listener.sandbox.remote import RemoteSandbox, SandboxError


def live(sandbox: Sandbox) -> dict[str, Any]:
    """Let one of everything happen."""
    graph = sandbox.graph
    post = graph.page_post("New beans are here")
    comment = graph.comment("mara_lindt", post, "Decaf too?")
    nested = graph.comment("tobyquill", on=comment, text="@[mara_lindt] yes!")
    own = graph.app_comment(on=nested, text="Yes, decaf too")
    media = graph.media("Sunday")
    ad = graph.media("Buy now", ad=True)
    below = graph.ig_comment("mara_lindt", on=media, text="Lovely")
    mention = graph.ig_mention("mara_lindt", "you must try this", in_comment=True)
    message = graph.message("mara_lindt", "Hello?")
    answer = graph.app_message("mara_lindt", "About the decaf", private_reply_to=comment)
    graph.edit(comment, "Decaf as well?")
    graph.hide(nested)
    graph.like("mara_lindt", own)
    graph.unsend(message)
    return {
        "post": post,
        "comment": comment,
        "nested": nested,
        "own": own,
        "media": media,
        "ad": ad,
        "below": below,
        "mention": mention,
        "message": message,
        "answer": answer,
    }


def test_what_happens_is_true(sandbox: Sandbox) -> None:
    """The truth has every act: wordings, parents, tags, hiding, likes, unsent messages, private replies, mentions."""
    made = live(sandbox)
    truth = sandbox.graph.truth()
    comment = truth.comment(made["comment"].id)
    assert [version.text for version in comment.versions] == ["Decaf too?", "Decaf as well?"]
    assert comment.private_reply == made["answer"].id
    nested = truth.comment(made["nested"].id)
    assert (nested.parent_id, nested.hidden, nested.text) == (comment.id, True, "Mara Lindt yes!")
    assert nested.tagged == (sandbox.graph.person("mara_lindt").psid,)
    own = truth.comment(made["own"].id)
    assert (own.parent_id, own.answered_id, own.via_api) == (comment.id, nested.id, None)
    assert own.likes == (sandbox.graph.person("mara_lindt").psid,)
    assert own.author_id == sandbox.graph.page_id
    assert [media.ad for media in truth.media] == [False, True, False]
    assert truth.medium(made["ad"].id).ours
    (mention,) = truth.mentions
    assert (mention.comment_id, mention.text) == (made["mention"].id, "@fernhill you must try this")
    assert truth.message(made["message"].id).deleted
    assert truth.message(made["answer"].id).private_reply_to == comment.id
    assert truth.made_by_api() == ()


def test_one_seed_gives_one_world() -> None:
    """The same seed and calls give the same ids and truth; another seed gives others."""
    truths = []
    for seed in (7, 7, 8):
        sandbox = Sandbox(seed=seed, clock="manual")
        live(sandbox)
        truths.append((sandbox.graph.truth(), sandbox.graph_credentials("facebook")))
        sandbox.stop()
    assert truths[0] == truths[1]
    assert truths[0] != truths[2]
    assert truths[0][1] != truths[2][1]


def test_restart_goes_on_with_the_same_truth(tmp_path: Path) -> None:
    """A sandbox started with the state of another has its truth, gives new ids, and keeps the tokens it gave out."""
    first = Sandbox(seed=7, clock="manual", state=tmp_path / "world")
    live(first)
    first.graph.advance(3600)
    token = first.graph.tokens.issue("user", expires=4_000_000_000)
    truth = first.graph.truth()
    first.stop()
    assert (tmp_path / "world.graph").exists()

    second = Sandbox(seed=7, clock="manual", state=tmp_path / "world")
    assert second.graph.truth() == truth
    grant = second.graph.tokens.find(token)
    assert grant is not None
    assert grant.expires == 4_000_000_000
    assert second.graph.page_post("One more").id not in {post.id for post in truth.posts}
    second.stop()


def test_damaged_journal_is_named(tmp_path: Path) -> None:
    """A line that is no event is told with its number; a last line cut by a crash is dropped."""
    first = Sandbox(seed=7, clock="manual", state=tmp_path / "world")
    first.graph.page_post("Hello")
    first.stop()
    journal = tmp_path / "world.graph"
    whole = journal.read_bytes()
    journal.write_bytes(whole + b'{"kind":"post","id"')
    again = Sandbox(seed=7, clock="manual", state=tmp_path / "world")
    assert len(again.graph.truth().posts) == 1
    again.stop()
    journal.write_bytes(b'{"kind":"post"}\n' + whole)
    with pytest.raises(JournalError, match="line 1"):
        Sandbox(seed=7, clock="manual", state=tmp_path / "world")


def test_truth_survives_json(sandbox: Sandbox) -> None:
    """The truth over HTTP is the truth."""
    live(sandbox)
    truth = sandbox.graph.truth()
    assert GraphTruth.from_json(json.loads(json.dumps(truth.as_json()))) == truth
    assert RemoteSandbox(sandbox.base_url).graph_truth() == truth


def test_deleting_takes_what_lies_below(sandbox: Sandbox) -> None:
    """A deleted comment takes its replies, a deleted post its comments; the rest stays. Twice is as good as once."""
    graph = sandbox.graph
    post = graph.page_post("News")
    first, second = graph.comment("mara_lindt", post, "One"), graph.comment("mara_lindt", post, "Two")
    reply = graph.comment("tobyquill", first, "Below one")
    graph.delete(first)
    graph.delete(first)
    gone = {comment.id: comment.deleted for comment in graph.truth().comments}
    assert gone == {first.id: True, second.id: False, reply.id: True}
    graph.delete(post)
    assert all(comment.deleted for comment in graph.truth().comments)


def test_what_cannot_be_is_refused(sandbox: Sandbox) -> None:
    """Mistakes in a test are told, not played: comments of Instagram are not edited, nor messages liked."""
    made = live(sandbox)
    graph = sandbox.graph
    with pytest.raises(TypeError, match="cannot be edited"):
        graph.edit(made["below"], "Other")
    with pytest.raises(TypeError, match="is a message"):
        graph.like("mara_lindt", made["message"])
    with pytest.raises(TypeError, match="no post and no comment"):
        graph.comment("mara_lindt", made["media"], "Hello")
    with pytest.raises(KeyError, match="nothing in the Graph sandbox"):
        graph.delete("12345")
    with pytest.raises(ValueError, match="'messenger' or 'instagram'"):
        graph.message("mara_lindt", "Hello", platform="whatsapp")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="channels facebook and instagram"):
        sandbox.graph_credentials("x")  # type: ignore[arg-type]


def test_listeners_hear_every_event(sandbox: Sandbox) -> None:
    """Whoever listens hears events after they became true, and of time that was moved by either world."""
    heard: list[str] = []
    moved: list[int] = []
    graph = sandbox.graph
    graph.listen(lambda event: heard.append(str(event["kind"])), lambda: moved.append(graph.clock.now_ms()))
    post = graph.page_post("News")
    graph.comment("jessa_ort", post, "Oh")
    sandbox.world.post("mara_lindt", "on X")
    sandbox.world.advance(5)
    graph.advance(5)
    assert heard == ["post", "person", "comment"]
    assert moved[1] - moved[0] == 5000


def test_world_is_filled_fast_and_evenly(sandbox: Sandbox) -> None:
    """`fill` spreads posts and comments over the years before now, no comment before its post."""
    graph = sandbox.graph
    made = graph.fill(posts=40, comments=200, span=timedelta(days=400))
    truth = graph.truth()
    born = {post.id: post.created_at for post in truth.posts}
    assert (len(made), len(truth.comments)) == (40, 200)
    assert all(comment.created_at >= born[comment.post_id] for comment in truth.comments)
    assert max(born.values()) - min(born.values()) > timedelta(days=350)
    assert max(born.values()) <= graph.clock.now()


def test_acts_over_http(sandbox: Sandbox) -> None:
    """A sandbox in another process can be played over the control endpoints; mistakes are told in words."""
    remote = RemoteSandbox(sandbox.base_url)
    post = remote.graph("page_post", text="News", sent_at=sandbox.graph.clock.now() - timedelta(hours=1))
    comment = remote.graph("comment", who="mara_lindt", on=post, text="Hello")
    remote.graph("edit", which=comment, text="Hello!")
    remote.graph("hide", which=comment)
    remote.graph("message", who="mara_lindt", text="Hello", platform="instagram")
    truth = remote.graph_truth()
    assert truth.post(post).created_at == sandbox.graph.clock.now() - timedelta(hours=1)
    assert (truth.comment(comment).text, truth.comment(comment).hidden) == ("Hello!", True)
    assert truth.messages[0].contact_id == remote.graph("person", who="mara_lindt")["igsid"]
    assert remote.graph("policy", empty_pages=True)["empty_pages"] is True
    assert remote.graph_credentials()["access_token"] == sandbox.graph_credentials("instagram")["access_token"]
    with pytest.raises(SandboxError, match="unknown policy"):
        remote.graph("policy", nonsense=True)
    with pytest.raises(SandboxError, match="nothing in the Graph sandbox"):
        remote.graph("delete", which="1")
