"""What the store must hold of what really happened on Facebook and Instagram, within what their API gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from graph_kit import CHANNELS, GRAM, PAGE, House
from reading_kit import rows

from social_listener.sandbox.graph.truth import (
    GraphTruth,
    TrueComment,
    TrueIgComment,
    TrueMention,
    TrueMessage,
    TruePost,
)

True_ = TruePost | TrueComment | TrueIgComment | TrueMention | TrueMessage
INSTAGRAM_CHANNEL = CHANNELS[GRAM]


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What is true of one item, and what the API may keep to itself of it."""

    id: str
    told: True_
    deleted: bool
    facts: dict[str, Any]
    conversations: frozenset[str]  #: one of them
    pushed_only: bool = False  #: no list tells of it
    tells_deletion: bool = True  #: looking it up proves that it is gone


@dataclass(kw_only=True)
class Known:
    """What the history makes excusable."""

    unheard: set[str] = field(default_factory=set)  #: native ids of which a push was lost
    taken_back: set[str] = field(default_factory=set)  #: messages of which a push told that they were taken back
    cut: set[str] = field(default_factory=set)  #: threads of which more was written than the platform gives
    may_be_cut: set[str] = field(default_factory=set)  #: the same, in polls that failed


class Expectations:
    """Everything that there is, as it should stand in the store."""

    def __init__(self, house: House) -> None:
        self.graph = house.sandbox.graph
        self.truth: GraphTruth = self.graph.truth()
        self.posts = {one.id: one for one in self.truth.posts}
        self.media = {one.id: one for one in self.truth.media}

    def all(self) -> Iterator[Expected]:
        """Return all items but what they hang on."""
        yield from map(self._post, (one for one in self.truth.posts if one.kind != "page"))
        yield from map(self._comment, self.truth.comments)
        yield from map(self._ig_comment, (one for one in self.truth.ig_comments if self.media[one.media_id].ours))
        yield from map(self._mention, self.truth.mentions)
        yield from map(self._message, self.truth.messages)

    def above(self) -> set[str]:
        """Return the ids of our own posts and media, on which others hang."""
        return {f"facebook:{one.id}" for one in self.truth.posts if one.kind == "page"} | {
            f"instagram:{one.id}" for one in self.truth.media if one.ours
        }

    def links(self) -> dict[str, bool]:
        """Return the links that Meta tells of, and whether they must be known: it tells them with living comments."""
        contacts = {one.private_reply_to: one.contact_id for one in self.truth.messages if one.private_reply_to}
        return {
            f"facebook:{one.id} facebook:{self.graph.page_id}-{contacts[one.id]}": not one.deleted
            for one in self.truth.comments
            if one.id in contacts
        }

    def _post(self, post: TruePost) -> Expected:
        author = f"unknown-{post.id}" if post.kind == "tagged" else post.author_id
        thread = f"facebook:{post.id}"
        return Expected(
            id=thread,
            told=post,
            deleted=post.deleted,
            facts=_public(post, "facebook", author, thread, parent=None, kind="mention") | {"hidden": post.hidden},
            conversations=frozenset({f"{thread}:{author}"}),
            tells_deletion=post.kind == "visitor",
        )

    def _comment(self, comment: TrueComment) -> Expected:
        post = self.posts[comment.post_id]
        ours = comment.author_id == self.graph.page_id
        thread = f"facebook:{post.id}"
        parent = comment.parent_id or post.id
        facts = _public(comment, "facebook", comment.author_id, thread, parent=f"facebook:{parent}", kind="comment")
        return Expected(
            id=f"facebook:{comment.id}",
            told=comment,
            deleted=comment.deleted,
            facts=facts | {"hidden": comment.hidden, "outbound": ours},
            conversations=frozenset({f"{thread}:{self._answered(comment, post) if ours else comment.author_id}"}),
            tells_deletion=post.kind != "tagged",
        )

    def _answered(self, comment: TrueComment, post: TruePost) -> str:
        """Return whom our own comment answers; who wrote a post elsewhere is not told, also where a tag names them."""
        if comment.parent_id is None and post.kind == "tagged":
            return f"unknown-{post.id}"
        if comment.tagged:
            return comment.tagged[0]
        if comment.parent_id is not None:
            above = self.truth.comment(comment.parent_id).author_id
            if above != self.graph.page_id:
                return above
        return f"unknown-{post.id}" if post.kind == "tagged" else post.author_id

    def _ig_comment(self, comment: TrueIgComment) -> Expected:
        media = self.media[comment.media_id]
        ours = comment.author_id == self.graph.instagram_id
        thread = f"instagram:{media.id}"
        parent = f"instagram:{comment.parent_id or media.id}"
        facts = _public(comment, "instagram", comment.author_id, thread, parent=parent, kind="comment")
        contacts = self._ig_answered(comment) if ours else {comment.author_id}
        return Expected(
            id=f"instagram:{comment.id}",
            told=comment,
            deleted=comment.deleted,
            facts=facts | {"hidden": comment.hidden, "outbound": ours},
            conversations=frozenset(f"{thread}:{one}" for one in contacts),
            pushed_only=media.ad,
            tells_deletion=not media.deleted,
        )

    def _ig_answered(self, comment: TrueIgComment) -> set[str]:
        """Return whom our own comment may answer: whom it names, for as long as they are seen below that comment."""
        if comment.parent_id is None:
            return {self.graph.instagram_id}
        top = self.truth.ig_comment(comment.parent_id)
        answered = self.truth.ig_comment(comment.answered_id or top.id)
        if not comment.text.startswith(f"@{answered.author}"):
            return {top.author_id}
        return {answered.author_id} | ({top.author_id} if answered.deleted else set())

    def _mention(self, mention: TrueMention) -> Expected:
        thread = f"instagram:{mention.media_id}"
        author = f"name-{mention.author}"
        return Expected(
            id=f"instagram:{mention.id}",
            told=mention,
            deleted=mention.deleted,
            facts={"text": mention.text, "author_id": f"instagram:{author}", "private": False, "kind": "mention"},
            conversations=frozenset({f"{thread}:{author}"}),
            pushed_only=True,
            tells_deletion=False,
        )

    def _message(self, message: TrueMessage) -> Expected:
        channel = "facebook" if message.platform == "messenger" else "instagram"
        us = self.graph.page_id if channel == "facebook" else self.graph.instagram_id
        thread = f"{channel}:{us}-{message.contact_id}"
        facts = {
            "text": message.text,
            "author_id": f"{channel}:{us if message.ours else message.contact_id}",
            "outbound": message.ours,
            "private": True,
            "kind": "message",
            "thread_id": thread,
            "sent_at": message.created_at.replace(microsecond=0),
        }
        return Expected(
            id=f"{channel}:{message.id}",
            told=message,
            deleted=message.deleted,
            facts=facts,
            conversations=frozenset({thread}),
            tells_deletion=False,
        )


def _public(
    item: TruePost | TrueComment | TrueIgComment,
    channel: str,
    author: str,
    thread: str,
    *,
    parent: str | None,
    kind: str,
) -> dict[str, Any]:
    return {
        "text": item.text,
        "author_id": f"{channel}:{author}",
        "thread_id": thread,
        "reply_to_id": parent,
        "private": False,
        "kind": kind,
        "sent_at": item.created_at.replace(microsecond=0),
    }


def compare(house: House, known: Known) -> None:
    """Hold the store against the truth."""
    store, expectations = house.ingest.store, Expectations(house)
    found = rows(store, "SELECT * FROM interactions")
    stored = {one["id"]: one for one in found}
    assert len(stored) == len(found)
    gaps = rows(store, "SELECT * FROM gaps")
    for expected in expectations.all():
        _compare_item(expected, stored.pop(expected.id, None), known, gaps)
    assert stored.keys() <= expectations.above(), "something was made up"
    assert all(one["context"] and one["outbound"] for one in stored.values())
    _compare_gaps(expectations, known, gaps)
    _compare_links(expectations, house)
    _compare_wordings(expectations, house)
    letters = rows(
        store,
        """SELECT native_id, reason FROM dead_letters WHERE settled_at IS NULL AND (native_id IS NOT NULL
           OR stream_id LIKE '%/webhook' OR reason LIKE 'facebook:%' OR reason LIKE 'instagram:%')""",
    )
    deleted = {expected.id.partition(":")[2] for expected in expectations.all() if expected.deleted}
    # Of what was pushed without its words, and deleted before anybody could look, nothing proves that it is gone.
    assert [one for one in letters if one["native_id"] not in deleted] == [], letters
    talks = {one["conversation_id"] for one in rows(store, "SELECT conversation_id FROM queue")}
    alive = {
        one["conversation_id"]
        for one in found
        if not one["outbound"] and not one["context"] and one["deleted_at"] is None
    }
    assert talks == alive


def _compare_item(expected: Expected, row: dict[str, Any] | None, known: Known, gaps: list[dict[str, Any]]) -> None:
    told = expected.told
    native_id = expected.id.partition(":")[2]
    if row is None:
        excused = (
            expected.deleted
            or (expected.pushed_only and native_id in known.unheard)
            or (isinstance(told, TrueMessage) and _in_a_gap(expected, gaps))
        )
        assert excused, f"{told.text!r} of {told.created_at} was lost"
        return
    assert not row["context"], f"{told.text!r} is kept as what others hang on"
    if row["deleted_at"] is not None:
        assert expected.deleted, f"{told.text!r} is told as deleted and is not"
        assert row["text"] == ""
        return
    if expected.deleted:
        assert not expected.tells_deletion, f"{told.text!r} was deleted, and nobody noticed"
        assert native_id not in known.taken_back, f"{told.text!r} was taken back, and is still there"
        return
    wrong = {name: (row[name], value) for name, value in expected.facts.items() if row[name] != value}
    assert wrong == {}, f"{told.text!r} is not as it should be: {wrong}"
    assert row["conversation_id"] in expected.conversations, f"{told.text!r} stands in another conversation"


def _in_a_gap(expected: Expected, gaps: list[dict[str, Any]]) -> bool:
    (thread,) = expected.conversations
    sent_at = expected.facts["sent_at"]
    return any(gap["reason"].endswith(f" {thread}") and gap["since"] <= sent_at <= gap["until"] for gap in gaps)


def _compare_gaps(expectations: Expectations, known: Known, gaps: list[dict[str, Any]]) -> None:
    """There is a gap for each thread of which more was written than the platform gives, and for no other."""
    assert all(gap["stream_id"] in {f"{PAGE}/messages", f"{GRAM}/messages"} for gap in gaps), "a gap without a reason"
    threads = {gap["reason"].rpartition(" ")[2] for gap in gaps}
    assert known.cut <= threads, "more was written than the platform gives, and no gap tells it"
    assert threads <= known.cut | known.may_be_cut, "a gap where nothing is missing"


def _compare_links(expectations: Expectations, house: House) -> None:
    """There is a link for each comment that was answered in private, and no other."""
    found = {one["id"] for one in rows(house.ingest.store, "SELECT id FROM links")}
    links = expectations.links()
    assert found <= links.keys()
    assert {link for link, must in links.items() if must} <= found, "a private answer to a comment is not linked"


def _compare_wordings(expectations: Expectations, house: House) -> None:
    """No wording is kept twice, and none that was never there."""
    versions: dict[str, list[str]] = {}
    for one in rows(house.ingest.store, "SELECT interaction_id, text FROM interaction_versions WHERE text <> ''"):
        versions.setdefault(one["interaction_id"], []).append(one["text"])
    true = {
        expected.id: [one.text for one in expected.told.versions]
        for expected in expectations.all()
        if isinstance(expected.told, TruePost | TrueComment | TrueIgComment)
    }
    for item_id, texts in versions.items():
        assert len(set(texts)) == len(texts), f"a wording of {item_id} came back: {texts}"
        assert set(texts) <= set(true.get(item_id, texts))
