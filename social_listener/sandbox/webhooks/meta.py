"""What Meta tells of changes on a Page, in Messenger and on Instagram: one entry of a delivery for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from social_listener.sandbox.graph.core import INBOX_APP_ID
from social_listener.sandbox.graph.nodes import time
from social_listener.sandbox.graph.records import Comment, IgComment, Item, Media, Message, Person, Post
from social_listener.sandbox.graph.world import Graph
from social_listener.sandbox.journal import Event
from social_listener.sandbox.media import Attached
from social_listener.sandbox.webhooks.mode import Mode

Verb = Literal["add", "edited", "remove", "hide", "unhide", "like", "unlike"]
VERBS: tuple[Verb, ...] = ("add", "edited", "remove", "hide", "unhide", "like", "unlike")
Told = Item | Message


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happened, and who did it where that is not the author."""

    about: Told
    verb: Verb = "add"
    who: Person | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A change as one channel is told of it; `field` is the subscription that it comes by."""

    channel: Literal["facebook", "instagram"]
    field: str
    body: dict[str, Any]


def change_of(event: Event, graph: Graph) -> Change | None:
    """Return what an event of the Graph world means to those who are told; None for what concerns nobody."""
    facts: dict[str, Any] = dict(event)
    kind = facts["kind"]
    if kind in ("message", "unsend"):
        return Change(graph.ledger.messages[facts["id"]], "add" if kind == "message" else "remove")
    verbs: dict[str, Verb] = dict.fromkeys(("post", "comment", "media", "ig_comment"), "add")
    verbs |= {"edit": "edited", "delete": "remove"}
    verbs["hide"] = "hide" if facts.get("hidden") else "unhide"
    verbs["like"] = "like" if facts.get("liked") else "unlike"
    if kind not in verbs:
        return None
    number = facts["ids"][0] if kind == "delete" else facts["id"]  # what hung below something deleted is not told of
    return Change(graph.ledger.items[number], verbs[kind], graph.ledger.contacts.get(facts.get("who", "")))


def entry_of(change: Change, graph: Graph, mode: Mode) -> Entry | None:
    """Return what is told of a change, at this moment; None when the platform does not tell of it.

    Not told of: unpublished posts (but of comments below them), comments below posts elsewhere that tag the Page,
    media of the brand, captions and comments of Instagram that change or go, messages that are unsent on Messenger.
    """
    about = change.about
    if isinstance(about, Message):
        return _message(about, change.verb, graph)
    actor = change.who if change.verb in ("like", "unlike") else about.author
    if not mode.own and actor is not None and actor.brand:
        return None
    if isinstance(about, Post):
        return _post(about, change, graph, mode)
    if isinstance(about, Comment):
        return _feed(_comment(about, change, graph, mode), graph) if about.post.kind != "tagged" else None
    return _instagram(about, graph) if isinstance(about, Media | IgComment) and change.verb == "add" else None


def _post(post: Post, change: Change, graph: Graph, mode: Mode) -> Entry | None:
    if post.kind == "tagged":
        return _mention(post, graph) if change.verb == "add" else None
    if not post.published:
        return None
    value = _common(post, change, mode) | {"item": "status" if post.author.brand else "post", "post_id": post.id}
    if change.verb in ("like", "unlike"):
        value |= _reaction(post.id)
    elif change.verb == "add":
        value["published"] = 1
    return _feed(value, graph)


def _comment(comment: Comment, change: Change, graph: Graph, mode: Mode) -> dict[str, Any]:
    post = comment.post
    value = _common(comment, change, mode) | {"item": "comment", "post_id": post.id, "comment_id": comment.id}
    value["post"] = {
        "status_type": "mobile_status_update",
        "is_published": post.published,
        "updated_time": time(post.updated_ms(graph.clock.now_ms())),
        "permalink_url": f"https://www.facebook.com/{post.id}",
        "promotion_status": "inactive" if post.published else "active",
        "id": post.id,
    }
    if change.verb in ("like", "unlike"):
        return value | _reaction(comment.id)
    if comment.attached and "message" in value:
        key = "video" if comment.attached[0].kind == "video" else "photo"
        value[key] = f"https://scontent.xx.fbcdn.net/v/t39.30808-6/{comment.attached[0].number}_n.png"
    if comment.parent is not None:
        value["parent_id"] = comment.parent.id
    elif mode.top_parent == "post":
        value["parent_id"] = post.id
    if change.verb in ("hide", "unhide"):
        value["is_hidden"] = comment.hidden
    return value


def _common(item: Item, change: Change, mode: Mode) -> dict[str, Any]:
    """Return what entries about posts and comments have in common; what was removed comes without its words."""
    who = change.who or item.author
    verb = {"edited": mode.edit_verb, "like": "add", "unlike": "remove"}.get(change.verb, change.verb)
    value: dict[str, Any] = {
        "from": {"id": who.psid, "name": who.name},
        "verb": verb,
        "created_time": item.created_ms // 1000,
    }
    if change.verb in ("add", "edited", "hide", "unhide"):
        value["message"] = item.text
    return value


def _reaction(parent: str) -> dict[str, Any]:
    return {"item": "reaction", "reaction_type": "like", "parent_id": parent}


def _mention(post: Post, graph: Graph) -> Entry:
    value = {
        "item": "post",
        "verb": "add",
        "post_id": post.id,
        "sender_id": post.author.profile,
        "sender_name": post.author.name,
        "created_time": post.created_ms // 1000,
        "message": post.text,
    }
    return Entry("facebook", "mention", _changed(graph.page_id, "mention", value, graph))


def _feed(value: dict[str, Any], graph: Graph) -> Entry:
    return Entry("facebook", "feed", _changed(graph.page_id, "feed", value, graph))


def _instagram(item: Media | IgComment, graph: Graph) -> Entry | None:
    """Return what is told of a comment below the brand's media, or of a mention elsewhere, which has ids only."""
    if isinstance(item, Media):
        return _ig_mention({"media_id": item.id}, graph) if item.mentions_brand else None
    if not item.media.author.brand:
        return _ig_mention({"comment_id": item.id, "media_id": item.media.id}, graph) if item.mentions_brand else None
    media: dict[str, Any] = {"id": item.media.id, "media_product_type": "AD" if item.media.ad else "FEED"}
    if item.media.ad:
        media |= {"ad_id": f"1202{item.media.number % 10**13:013d}", "ad_title": item.media.text[:40]}
    value: dict[str, Any] = {
        "from": {"id": item.author.igsid, "username": item.author.handle},
        "media": media,
        "id": item.id,
        "text": item.text,
    }
    if item.parent is not None:
        value["parent_id"] = item.parent.id
    return Entry("instagram", "comments", _changed(graph.instagram_id, "comments", value, graph))


def _ig_mention(value: dict[str, Any], graph: Graph) -> Entry:
    return Entry("instagram", "mentions", _changed(graph.instagram_id, "mentions", value, graph))


def _message(message: Message, verb: Verb, graph: Graph) -> Entry | None:
    thread = message.thread
    on_instagram = thread.platform == "instagram"
    if verb not in ("add", "remove") or (verb == "remove" and not on_instagram):
        return None
    owner = graph.instagram_id if on_instagram else graph.page_id
    ends = (owner, thread.contact) if message.ours else (thread.contact, owner)
    content: dict[str, Any] = {"mid": message.id}
    if verb == "remove":
        content["is_deleted"] = True
    elif message.text or not message.attached:
        content["text"] = message.text
    if message.attached and verb != "remove":
        content["attachments"] = [_attachment(one) for one in message.attached]
    if message.ours:
        content["is_echo"] = True
        if not on_instagram:
            content["app_id"] = int(message.via_api or INBOX_APP_ID)
    now_ms = graph.clock.now_ms()
    told = {
        "sender": {"id": ends[0]},
        "recipient": {"id": ends[1]},
        "timestamp": message.created_ms if verb == "add" else now_ms,
        "message": content,
    }
    elsewhere = thread.holder not in (None, graph.app_id)
    field = "standby" if elsewhere else "message_echoes" if message.ours else "messages"
    body = {"id": owner, "time": now_ms, "standby" if elsewhere else "messaging": [told]}
    return Entry("instagram" if on_instagram else "facebook", field, body)


def _changed(owner: str, field: str, value: dict[str, Any], graph: Graph) -> dict[str, Any]:
    """Return an entry with one change; its time is when it was told, not when it happened."""
    return {"id": owner, "time": graph.clock.now_ms() // 1000, "changes": [{"field": field, "value": value}]}


def _attachment(one: Attached) -> dict[str, Any]:
    kind = {"photo": "image", "gif": "image", "sticker": "image"}.get(one.kind, one.kind)
    ending = {"image": ".png", "video": ".mp4"}.get(kind, "")
    payload: dict[str, Any] = {"url": f"https://scontent.xx.fbcdn.net/v/t1.15752-9/{one.number}_n{ending}"}
    if one.kind == "sticker":
        payload["sticker_id"] = 369239263222822
    return {"type": kind, "payload": payload}
