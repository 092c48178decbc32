"""Which node a path names, and what may be done to it: method and edge → handler, permission and quota."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from social_listener.sandbox.graph import sending, uploads, writes
from social_listener.sandbox.graph.call import Call
from social_listener.sandbox.graph.facebook_nodes import COMMENT, POST
from social_listener.sandbox.graph.instagram_nodes import IG_COMMENT, INSTAGRAM, MEDIA
from social_listener.sandbox.graph.message_nodes import CONVERSATION, MESSAGE
from social_listener.sandbox.graph.nodes import Kind
from social_listener.sandbox.graph.page_nodes import (
    APPLICATION,
    CONTACT,
    OTHER_PAGE,
    PAGE,
    USER,
    Account,
    Application,
    Contact,
)
from social_listener.sandbox.graph.records import Comment, IgComment, Media, Message, Person, Post, Thread
from social_listener.sandbox.graph.tokens import Grant
from social_listener.sandbox.graph.world import Graph

Handler = Callable[[Call], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Write:
    """A change that can be made to a kind of node."""

    handler: Handler
    scope: str


WRITES: dict[tuple[str, str, str], Write] = {
    ("POST", "page", "feed"): Write(writes.create_post, "pages_manage_posts"),
    ("POST", "page", "photos"): Write(uploads.create_photo, "pages_manage_posts"),
    ("POST", "page", "message_attachments"): Write(uploads.create_attachment, "pages_messaging"),
    ("POST", "page", "messages"): Write(sending.send, "pages_messaging"),
    ("POST", "page", "subscribed_apps"): Write(writes.subscribe, "pages_manage_metadata"),
    ("DELETE", "page", "subscribed_apps"): Write(writes.unsubscribe, "pages_manage_metadata"),
    ("POST", "instagram", "messages"): Write(sending.send, "instagram_manage_messages"),
    ("POST", "instagram", "mentions"): Write(writes.answer_mention, "instagram_manage_comments"),
    ("POST", "media", "comments"): Write(writes.create_ig_comment, "instagram_manage_comments"),
    ("POST", "media", ""): Write(writes.update_media, "instagram_manage_comments"),
    ("POST", "ig_comment", "replies"): Write(writes.create_ig_comment, "instagram_manage_comments"),
    ("POST", "ig_comment", ""): Write(writes.update_ig_comment, "instagram_manage_comments"),
    ("DELETE", "ig_comment", ""): Write(writes.delete_ig_comment, "instagram_manage_comments"),
}
for _kind in ("post", "comment"):
    WRITES |= {
        ("POST", _kind, "comments"): Write(writes.create_comment, "pages_manage_engagement"),
        ("POST", _kind, "likes"): Write(writes.like, "pages_manage_engagement"),
        ("DELETE", _kind, "likes"): Write(writes.unlike, "pages_manage_engagement"),
        ("POST", _kind, ""): Write(writes.update_item, "pages_manage_engagement"),
        ("DELETE", _kind, ""): Write(writes.delete_item, "pages_manage_engagement"),
    }

READ_SCOPES: dict[str, str] = {
    "post": "pages_read_engagement",
    "comment": "pages_read_user_content",
    "instagram": "instagram_basic",
    "media": "instagram_basic",
    "ig_comment": "instagram_manage_comments",
    "conversation": "pages_messaging",
    "message": "pages_messaging",
    "feed": "pages_read_user_content",
    "visitor_posts": "pages_read_user_content",
    "tagged": "pages_read_user_content",
    "posts": "pages_read_engagement",
    "published_posts": "pages_read_engagement",
    "conversations": "pages_messaging",
    "comments": "pages_read_user_content",
    "subscribed_apps": "pages_manage_metadata",
}
"""Kind of node, or edge below Page, post and comment → permission to read it."""

CONTENT_EDGES = frozenset(
    ("feed", "posts", "published_posts", "visitor_posts", "tagged", "comments", "likes", "reactions")
)
"""Edges of Facebook that are empty for a user token."""


def kind_of(node: Any) -> Kind:
    """Return the kind of a node that `find` gave."""
    if isinstance(node, Instagram):
        return INSTAGRAM
    if isinstance(node, Person) and not node.brand:
        return OTHER_PAGE
    return _KINDS[type(node)]


@dataclass(frozen=True, slots=True)
class Instagram:
    """The brand as its Instagram account, where `Person` is its Page."""

    person: Person


_KINDS: dict[type[Any], Kind] = {
    Person: PAGE,
    Account: USER,
    Application: APPLICATION,
    Contact: CONTACT,
    Post: POST,
    Comment: COMMENT,
    Media: MEDIA,
    IgComment: IG_COMMENT,
    Thread: CONVERSATION,
    Message: MESSAGE,
}


def find(graph: Graph, grant: Grant | None, name: str, now_ms: int) -> Any:
    """Return the node that the first part of a path names, as far as a Page may know it; None when there is none."""
    brand = graph.brand
    if name == "me" and grant is not None:
        page = graph.tokens.other_pages.get(grant.page_id or "", brand)
        return page if grant.kind == "page" else Account(grant.user_id) if grant.kind == "user" else None
    if name == brand.psid:
        return brand
    if name == brand.igsid:
        return Instagram(brand)
    if grant is not None and name == grant.user_id and name:
        return Account(name)
    if name in (graph.app_id, "app"):
        return Application(graph.app_id)
    return graph.tokens.other_pages.get(name) or _contact(graph, name) or _written(graph, name, now_ms)


def _contact(graph: Graph, name: str) -> Contact | None:
    """Return somebody who has written to the brand directly: only they have a profile for it."""
    person = graph.ledger.contacts.get(name)
    if person is None:
        return None
    thread = graph.ledger.threads.get(("messenger" if name == person.psid else "instagram", name))
    written = thread is not None and any(not message.ours for message in thread.messages)
    return Contact(person, name) if written else None


def _written(graph: Graph, name: str, now_ms: int) -> Any:
    """Return a conversation, message, post, comment or medium; posts of others are known by their whole id only."""
    ledger = graph.ledger
    thread = ledger.thread_ids.get(name)
    if thread is not None:
        return thread
    message = ledger.messages.get(name)
    if message is not None:
        return message if message.seen(now_ms) else None
    parts = name.split("_")
    if len(parts) > 3 or not all(part.isascii() and part.isdecimal() and len(part) < 20 for part in parts):
        return None
    item = ledger.items.get(int(parts[-1]))
    if item is None or not item.seen(now_ms) or not _named(item, name, parts):
        return None
    if isinstance(item, Media | IgComment):
        media = item if isinstance(item, Media) else item.media
        return item if media.author.brand else None
    return item


def _named(item: Any, name: str, parts: list[str]) -> bool:
    """Whether this is one of the forms of an item's id: comments have three."""
    if isinstance(item, Comment):
        forms = ([str(item.number)], [item.post.part, str(item.number)], [*item.post.id.split("_"), str(item.number)])
        return parts in forms
    return bool(item.id == name)
