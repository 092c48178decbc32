"""What a Page does in public through the Graph API: comment, edit, hide, like, delete; and the same on Instagram."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from social_listener.sandbox.graph import problems, uploads
from social_listener.sandbox.graph.call import Call
from social_listener.sandbox.graph.facebook_nodes import COMMENT, POST, comment_id
from social_listener.sandbox.graph.instagram_nodes import IG_COMMENT, names_brand
from social_listener.sandbox.graph.nodes import render
from social_listener.sandbox.graph.records import Comment, IgComment, Item, Media, Post

_DONE = {"success": True}
_LONGEST = 8_000
"""Characters of a comment on Facebook."""


def create_post(call: Call) -> dict[str, Any]:
    """POST /{page}/feed: post as the Page."""
    published = call.flag("published")
    post = call.graph.page_post(
        _text(call, "message"),
        published=published is not False,
        via_api=call.graph.app_id,
        visible_after=call.policy.own_visible_after,
    )
    fields = call.fields()
    return {"id": post.id} if fields is None else render(call, POST, post, fields)


def create_comment(call: Call) -> dict[str, Any]:
    """POST /{post or comment}/comments: comment as the Page; an answer to a nested comment lands beside it."""
    target: Post | Comment = call.node
    attached = uploads.photo(call)
    text = call.parameters.get("message", "") if attached else _text(call, "message")
    if len(text) > _LONGEST:
        raise problems.invalid(f"Param message must be at most {_LONGEST} characters long")
    post = target if isinstance(target, Post) else target.post
    top = None if isinstance(target, Post) else target.parent or target
    _refuse_duplicate(call, post.comments, text, top)
    comment = call.graph.comment(
        call.brand, target, text, visible_after=_delay(call), via_api=call.graph.app_id, media=attached
    )
    fields = call.fields()
    return {"id": comment_id(call, comment)} if fields is None else render(call, COMMENT, comment, fields)


def update_item(call: Call) -> dict[str, Any]:
    """POST /{post or comment}: `is_hidden` hides or shows, `message` words the Page's own anew."""
    item: Post | Comment = call.node
    hidden = call.flag("is_hidden")
    if hidden is None and "message" not in call.parameters:
        raise problems.invalid("You must specify at least one of: message, is_hidden")
    if hidden is not None:
        if item.author.brand and isinstance(item, Comment):
            raise problems.invalid("A Page cannot hide its own comment")
        call.graph.hide(item, hidden, via_api=call.graph.app_id)
    if "message" in call.parameters:
        if not item.author.brand:
            raise problems.of_code(200)
        call.graph.edit(item, _text(call, "message"))
    return dict(_DONE)


def delete_item(call: Call) -> dict[str, Any]:
    """DELETE /{post or comment}: the Page's own, and what others wrote on the Page."""
    item: Post | Comment = call.node
    post = item if isinstance(item, Post) else item.post
    if not item.author.brand and post.kind == "tagged":
        raise problems.of_code(200)
    call.graph.delete(item)
    return dict(_DONE)


def like(call: Call) -> dict[str, Any]:
    """POST /{post or comment}/likes."""
    call.graph.like(call.brand, call.node, via_api=call.graph.app_id)
    return dict(_DONE)


def unlike(call: Call) -> dict[str, Any]:
    """DELETE /{post or comment}/likes."""
    call.graph.like(call.brand, call.node, liked=False, via_api=call.graph.app_id)
    return dict(_DONE)


def subscribe(call: Call) -> dict[str, Any]:
    """POST /{page}/subscribed_apps: have changes of these fields sent to the application."""
    fields = [name.strip() for name in call.text("subscribed_fields").split(",") if name.strip()]
    unknown = [name for name in fields if name not in SUBSCRIBABLE]
    if unknown or not fields:
        raise problems.invalid(f"Param subscribed_fields[0] must be one of {{{', '.join(SUBSCRIBABLE)}}}")
    return _subscription(call, fields)


def unsubscribe(call: Call) -> dict[str, Any]:
    """DELETE /{page}/subscribed_apps."""
    return _subscription(call, [])


SUBSCRIBABLE = (
    "feed",
    "mention",
    "messages",
    "message_echoes",
    "messaging_postbacks",
    "message_reads",
    "message_deliveries",
    "message_reactions",
    "message_edits",
    "messaging_handovers",
    "standby",
    "ratings",
    "name",
    "picture",
)


def _subscription(call: Call, fields: list[str]) -> dict[str, Any]:
    call.graph.subscribe_app(fields)
    return dict(_DONE)


# Instagram


def create_ig_comment(call: Call) -> dict[str, Any]:
    """POST /{media}/comments and POST /{comment}/replies: comment as the brand's account."""
    target: Media | IgComment = call.node
    text = _text(call, "message")
    media = target if isinstance(target, Media) else target.media
    if isinstance(target, IgComment) and (target.hidden or (target.parent is not None and target.parent.hidden)):
        raise problems.invalid("The comment is hidden, so it cannot be replied to")
    if not media.comments_enabled:
        raise problems.invalid("Comments are turned off for this media")
    top = None if isinstance(target, Media) else target.parent or target
    _refuse_duplicate(call, media.comments if top is None else top.replies, text, top)
    comment = call.graph.ig_comment(call.brand, target, text, visible_after=_delay(call), via_api=call.graph.app_id)
    fields = call.fields()
    return {"id": comment.id} if fields is None else render(call, IG_COMMENT, comment, fields)


def update_ig_comment(call: Call) -> dict[str, Any]:
    """POST /{comment}: `hide`, not `hidden`, hides or shows it."""
    hide = call.flag("hide")
    if hide is None:
        raise problems.invalid("The parameter hide is required.")
    if call.node.author.brand:
        raise problems.invalid("The account's own comments cannot be hidden")
    call.graph.hide(call.node, hide, via_api=call.graph.app_id)
    return dict(_DONE)


def update_media(call: Call) -> dict[str, Any]:
    """POST /{media}: `comment_enabled` opens or closes it for comments."""
    enabled = call.flag("comment_enabled")
    if enabled is None:
        raise problems.invalid("The parameter comment_enabled is required.")
    call.graph.comments_enabled(call.node, enabled)
    return dict(_DONE)


def delete_ig_comment(call: Call) -> dict[str, Any]:
    """DELETE /{comment}: the account's own, and others' below its media."""
    call.graph.delete(call.node)
    return dict(_DONE)


def answer_mention(call: Call) -> dict[str, Any]:
    """POST /{instagram}/mentions: comment below a caption, or answer a comment, that mentions the brand."""
    media_id, comment_id_ = call.text("media_id"), call.parameters.get("comment_id")
    target = _foreign(call, media_id, Media)
    if comment_id_:
        comment = _foreign(call, comment_id_, IgComment)
        if comment.media is not target:
            raise problems.missing(comment_id_, "post")
        target = comment
    made = call.graph.ig_comment(
        call.brand, target, _text(call, "message"), visible_after=_delay(call), via_api=call.graph.app_id
    )
    return {"id": made.id}


def _foreign(call: Call, wanted: str, kind: type[Any]) -> Any:
    item = call.ledger.items.get(int(wanted)) if wanted.isascii() and wanted.isdecimal() else None
    if not isinstance(item, kind) or not item.seen(call.now_ms) or not names_brand(item):
        raise problems.missing(wanted, "post")
    return item


def _text(call: Call, name: str) -> str:
    text = call.text(name)
    if not text.strip():
        raise problems.invalid(f"Param {name} must be non-empty")
    return text


def _delay(call: Call) -> timedelta:
    return timedelta(seconds=call.policy.own_visible_after)


def _refuse_duplicate(call: Call, around: list[Any], text: str, top: Item | None) -> None:
    """Refuse what the Page wrote at the same place a short time ago.

    Raises:
        GraphError: 506.
    """
    window = call.policy.duplicate_window
    if window is None:
        return
    for other in reversed(around):
        if call.now_ms - other.created_ms > window * 1000:
            return
        if other.author.brand and other.deleted_ms is None and other.parent is top and other.text == text:
            raise problems.of_code(506)
