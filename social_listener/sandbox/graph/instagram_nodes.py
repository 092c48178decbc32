"""The professional account, media and comments of Instagram as the Graph API shows them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from social_listener.sandbox.graph import problems
from social_listener.sandbox.graph.call import Call
from social_listener.sandbox.graph.fields import Field
from social_listener.sandbox.graph.message_nodes import conversations
from social_listener.sandbox.graph.nodes import ABSENT, Kind, absent, pick, plain, render, time
from social_listener.sandbox.graph.paging import Listing, page
from social_listener.sandbox.graph.records import IgComment, Media, Person

MOST_COMMENTS = 50
"""A query below media gives no more."""


def _media(call: Call, _: Person, arguments: Mapping[str, str], fields: tuple[Field, ...] | None) -> dict[str, Any]:
    """List the account's media, newest first."""
    listing = Listing(
        path=f"{call.brand.igsid}/media",
        fields=fields,
        items=call.ledger.media,
        render=lambda media: render(call, MEDIA, media, fields),
        seen=lambda media: media.seen(call.now_ms) and (not media.ad or call.policy.ads_in_media),
        times=True,
    )
    return page(call, listing, dict(arguments))


def _nothing(*_: Any) -> dict[str, Any]:
    return {"data": []}


def _comments(
    call: Call, node: Media | IgComment, arguments: Mapping[str, str], fields: tuple[Field, ...] | None
) -> dict[str, Any]:
    """List top-level comments of a medium or replies to a comment, newest first, without a choice by time."""
    edge, items = ("comments", node.comments) if isinstance(node, Media) else ("replies", node.replies)
    listing = Listing(
        path=f"{node.id}/{edge}",
        fields=fields,
        items=items,
        render=lambda comment: render(call, IG_COMMENT, comment, fields),
        seen=lambda comment: comment.seen(call.now_ms),
        most=MOST_COMMENTS,
        bare=True,
    )
    return page(call, listing, dict(arguments))


def _shortcode(media: Media) -> str:
    return "C" + hashlib.blake2b(media.id.encode(), digest_size=5).hexdigest()


def _url(media: Media) -> str:
    return f"https://scontent.cdninstagram.com/v/t51.29350-15/{media.number}_n.png"


def _from(call: Call, comment: IgComment, field: Field) -> Any:
    if call.policy.names_only:
        return ABSENT
    return pick({"id": comment.author.igsid, "username": comment.author.handle}, field, "IGCommentFromUser")


def _of_media(_: Call, comment: IgComment, field: Field) -> dict[str, Any]:
    product = "AD" if comment.media.ad else "FEED"
    whole = {"id": comment.media.id, "media_product_type": product}
    return pick(whole, Field("media", fields=field.fields or (Field("id"),)), "IGMedia")


def _mentioned_comment(call: Call, _: Person, field: Field) -> Any:
    comment = _mentioned(call, field, "comment_id", IgComment)
    return render(call, MENTIONED_COMMENT, comment, field.fields)


def _mentioned_media(call: Call, _: Person, field: Field) -> Any:
    media = _mentioned(call, field, "media_id", Media)
    return render(call, MENTIONED_MEDIA, media, field.fields)


def _mentioned(call: Call, field: Field, argument: str, kind: type[Any]) -> Any:
    """Return the comment or medium of somebody else whose id is given and which names the brand.

    Raises:
        GraphError: 100, there is no such thing, or not for this token.
    """
    wanted = field.arguments.get(argument, "")
    if not wanted:
        raise problems.invalid(f"The parameter {argument} is required.")
    if call.policy.mentions_by_user_token and call.grant.kind != "user":
        raise problems.needs("instagram_manage_comments", reading=True)
    item = call.ledger.items.get(int(wanted)) if wanted.isascii() and wanted.isdecimal() else None
    if not isinstance(item, kind) or not item.seen(call.now_ms) or not names_brand(item):
        raise problems.missing(wanted, "get")
    return item


def names_brand(item: Any) -> bool:
    """Whether a comment or medium, or something below the medium, mentions the brand."""
    if isinstance(item, IgComment):
        return item.mentions_brand
    return bool(item.mentions_brand or any(comment.mentions_brand for comment in item.comments))


_COMMENT_FIELDS: dict[str, Any] = {
    "id": plain(lambda comment: comment.id),
    "text": plain(lambda comment: comment.text),
    "timestamp": plain(lambda comment: time(comment.created_ms)),
    "username": plain(lambda comment: comment.author.handle),
    "from": _from,
    "like_count": plain(lambda comment: len(comment.likes)),
    "hidden": plain(lambda comment: comment.hidden),
    "parent_id": plain(lambda comment: ABSENT if comment.parent is None else comment.parent.id),
    "media": _of_media,
    "user": plain(lambda comment: {"id": comment.author.igsid} if comment.author.brand else ABSENT),
}
IG_COMMENT = Kind("ig_comment", "IGComment", _COMMENT_FIELDS, {"replies": _comments}, ("timestamp", "text", "id"))
MENTIONED_COMMENT = Kind("ig_comment", "IGComment", _COMMENT_FIELDS, {}, ("timestamp", "text", "id"))

_MEDIA_FIELDS: dict[str, Any] = {
    "id": plain(lambda media: media.id),
    "caption": plain(lambda media: media.text or ABSENT),
    "comments_count": lambda call, media, _: media.count(call.now_ms),
    "like_count": plain(lambda media: len(media.likes)),
    "media_type": plain(lambda _: "IMAGE"),
    "media_product_type": plain(lambda media: "AD" if media.ad else "FEED"),
    "media_url": plain(_url),
    "permalink": plain(lambda media: f"https://www.instagram.com/p/{_shortcode(media)}/"),
    "shortcode": plain(_shortcode),
    "timestamp": plain(lambda media: time(media.created_ms)),
    "username": plain(lambda media: media.author.handle),
    "owner": lambda _, media, field: pick({"id": media.author.igsid}, field, "IGUser"),
    "is_comment_enabled": plain(lambda media: media.comments_enabled),
    "children": absent,
    "thumbnail_url": absent,
}
MEDIA = Kind("media", "IGMedia", _MEDIA_FIELDS, {"comments": _comments}, ("id",))
MENTIONED_MEDIA = Kind("media", "IGMedia", _MEDIA_FIELDS, {"comments": _comments}, ("id",))

INSTAGRAM = Kind(
    "instagram",
    "IGUser",
    {
        "id": plain(lambda person: person.igsid),
        "username": lambda call, node, _: 7 if call.policy.odd_usernames else node.handle,
        "name": plain(lambda person: person.name),
        "biography": plain(lambda _: "Coffee machines, beans and help with both."),
        "followers_count": plain(lambda _: 23_410),
        "follows_count": plain(lambda _: 312),
        "media_count": lambda call, _, __: sum(one.seen(call.now_ms) and not one.ad for one in call.ledger.media),
        "profile_picture_url": plain(lambda _: "https://scontent.cdninstagram.com/v/t51.2885-15/brand_n.png"),
        "website": absent,
        "mentioned_comment": _mentioned_comment,
        "mentioned_media": _mentioned_media,
    },
    {
        "media": _media,
        "tags": _nothing,
        "stories": _nothing,
        "live_media": _nothing,
        "conversations": conversations,
    },
    ("id",),
)
