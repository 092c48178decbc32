"""Posts and comments of Facebook as the Graph API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from social_listener.sandbox.graph.call import Call
from social_listener.sandbox.graph.fields import Field
from social_listener.sandbox.graph.nodes import ABSENT, Kind, absent, pick, plain, render, time
from social_listener.sandbox.graph.paging import Listing, page
from social_listener.sandbox.graph.records import Comment, Item, Person, Post

DAY_MS = 86_400_000


def comment_id(call: Call, comment: Comment) -> str:
    """Return the id of a comment in the form that the policy wants."""
    return comment.id if call.policy.comment_ids == "joined" else str(comment.number)


def reply_deadline_ms(call: Call, item: Item) -> int:
    """Return until when a private reply to a comment or a visitor's post is taken."""
    return item.created_ms + round(call.policy.private_reply_days * DAY_MS)


def can_reply_privately(call: Call, item: Item) -> bool:
    """Whether a private reply is still to be had; what lies elsewhere takes none."""
    if isinstance(item, Comment) and item.post.kind == "tagged":
        return False
    return not item.author.brand and item.private_reply is None and call.now_ms <= reply_deadline_ms(call, item)


def _author(_: Call, item: Post | Comment, field: Field) -> Any:
    """Who wrote it; the platform keeps the authors of posts elsewhere to itself."""
    if isinstance(item, Post) and item.kind == "tagged":
        return ABSENT
    return pick(profile(item.author), field, "User")


def profile(person: Person) -> dict[str, Any]:
    """Return a person as `from` has them."""
    return {"name": person.name, "id": person.psid}


def _tags(_: Call, item: Item, __: Field) -> Any:
    found = [
        {"id": tagged, "name": name, "type": "user", "offset": offset, "length": length}
        for tagged, name, offset, length in item.versions[-1].tags
    ]
    return found or ABSENT


def _link(_: Call, item: Post | Comment, __: Field) -> str:
    if isinstance(item, Post):
        owner, _slash, part = item.id.partition("_")
        return f"https://www.facebook.com/{owner}/posts/{part}"
    owner, _slash, part = item.post.id.partition("_")
    top = item if item.parent is None else item.parent
    address = f"https://www.facebook.com/{owner}/posts/{part}/?comment_id={top.number}"
    return address if item.parent is None else f"{address}&reply_comment_id={item.number}"


def _parent(call: Call, comment: Comment, field: Field) -> Any:
    if comment.parent is None:
        return ABSENT
    return render(call, COMMENT, comment.parent, field.fields)


def _attachment(_: Call, comment: Comment, __: Field) -> Any:
    """Return what hangs on a comment: one picture, film or sticker."""
    if not comment.attached:
        return ABSENT
    one = comment.attached[0]
    kind = {"video": "video_inline", "gif": "animated_image_share"}.get(one.kind, one.kind)
    page = f"https://www.facebook.com/photo.php?fbid={one.number}"
    return {
        "media": {
            "image": {
                "height": 220,
                "src": f"https://scontent.xx.fbcdn.net/v/t39.30808-6/{one.number}_n.png",
                "width": 320,
            }
        },
        "target": {"id": one.number, "url": page},
        "type": kind,
        "url": page,
        **({"title": one.alt} if one.alt else {}),
    }


def _conversation(call: Call, comment: Comment, field: Field) -> Any:
    message = None if comment.private_reply is None else call.ledger.messages[comment.private_reply]
    if message is None:
        return ABSENT
    people = [profile(message.thread.person), profile(call.brand)]
    updated = time(message.thread.messages[-1].created_ms)
    whole = {"id": message.thread.id, "updated_time": updated, "participants": {"data": people}}
    return pick(whole, Field(field.name, fields=field.fields or (Field("id"), Field("updated_time"))), "Conversation")


def _comments(
    call: Call, node: Post | Comment, arguments: Mapping[str, str], fields: tuple[Field, ...] | None
) -> dict[str, Any]:
    """List comments: `filter` toplevel or stream, `order`, `since`, `until`, `summary`."""
    given = dict(arguments)
    below = node.comments if isinstance(node, Post) else node.replies
    flat = given.get("filter") == "stream" or isinstance(node, Comment)
    newest_first = given.get("order") == "reverse_chronological"

    def seen(comment: Comment) -> bool:
        return comment.seen(call.now_ms) and (flat or comment.parent is None)

    listing = Listing(
        path=f"{node.id}/comments",
        fields=fields,
        items=below,
        render=lambda comment: render(call, COMMENT, comment, fields),
        seen=seen,
        newest_first=newest_first,
        times=True,
    )
    body = page(call, listing, given)
    if _wants_summary(given):
        order = "reverse_chronological" if newest_first else "chronological"
        body["summary"] = {"order": order, "total_count": sum(map(seen, below)), "can_comment": True}
    return body


def _wants_summary(given: Mapping[str, str]) -> bool:
    return given.get("summary", "false").lower() not in ("false", "0", "")


def _likes(call: Call, node: Item, arguments: Mapping[str, str], fields: tuple[Field, ...] | None) -> dict[str, Any]:
    """List who likes something; the platform names only the Page and those who use the application."""
    limit = arguments.get("limit")
    people = [person for person in (call.ledger.contacts.get(who) for who in node.likes) if person is not None]
    data = [pick({"id": one.psid, "name": one.name}, Field("likes", fields=fields), "Profile") for one in people]
    body: dict[str, Any] = {"data": [] if limit == "0" else data[:100]}
    if _wants_summary(arguments):
        liked = call.brand.psid in node.likes
        body["summary"] = {"total_count": len(node.likes), "can_like": True, "has_liked": liked}
    return body


def _reactions(
    call: Call, node: Item, arguments: Mapping[str, str], fields: tuple[Field, ...] | None
) -> dict[str, Any]:
    """List reactions: every one in the sandbox is a like."""
    likes = arguments.get("type", "LIKE").upper() in ("LIKE", "NONE")
    body = _likes(call, node, {**arguments, "summary": ""}, fields) if likes else {"data": []}
    summary = arguments.get("summary", "")
    if _wants_summary(arguments):
        body["summary"] = {"total_count": len(node.likes) if likes else 0}
        if summary != "total_count":
            viewer = "LIKE" if call.brand.psid in node.likes else "NONE"
            body["summary"]["viewer_reaction"] = viewer
    return body


def _message(_: Call, item: Item, __: Field) -> Any:
    return item.text or ABSENT


EDGES: dict[str, Any] = {"comments": _comments, "likes": _likes, "reactions": _reactions}

COMMENT = Kind(
    "comment",
    "Comment",
    {
        "id": lambda call, comment, _: comment_id(call, comment),
        "message": _message,
        "from": _author,
        "created_time": plain(lambda comment: time(comment.created_ms)),
        "parent": _parent,
        "comment_count": lambda call, comment, _: sum(reply.seen(call.now_ms) for reply in comment.replies),
        "like_count": plain(lambda comment: len(comment.likes)),
        "user_likes": lambda call, comment, _: call.brand.psid in comment.likes,
        "is_hidden": plain(lambda comment: comment.hidden),
        "is_private": plain(lambda _: False),
        "can_hide": plain(lambda comment: not comment.author.brand),
        "can_remove": plain(lambda comment: comment.post.kind != "tagged" or comment.author.brand),
        "can_comment": plain(lambda _: True),
        "can_like": plain(lambda _: True),
        "can_reply_privately": lambda call, comment, _: can_reply_privately(call, comment),
        "private_reply_conversation": _conversation,
        "message_tags": _tags,
        "permalink_url": _link,
        "attachment": _attachment,
        "object": absent,
        "live_broadcast_timestamp": absent,
    },
    EDGES,
    ("created_time", "from", "message", "id"),
)

POST = Kind(
    "post",
    "Post",
    {
        "id": plain(lambda post: post.id),
        "message": _message,
        "created_time": plain(lambda post: time(post.created_ms)),
        "updated_time": lambda call, post, _: time(post.updated_ms(call.now_ms)),
        "from": _author,
        "permalink_url": _link,
        "message_tags": _tags,
        "is_hidden": plain(lambda post: post.hidden),
        "is_published": plain(lambda post: post.published),
        "is_expired": plain(lambda _: False),
        "is_popular": plain(lambda _: False),
        "can_reply_privately": lambda call, post, _: post.kind == "visitor" and can_reply_privately(call, post),
        "status_type": plain(lambda _: "mobile_status_update"),
        "icon": absent,
        "story": absent,
        "attachments": absent,
        "full_picture": absent,
        "picture": absent,
        "shares": absent,
        "properties": absent,
        "place": absent,
        "to": absent,
        "parent_id": absent,
        "promotable_id": plain(lambda post: post.id),
    },
    EDGES,
    ("created_time", "message", "id"),
)
