"""Answering comments and mentions on Instagram, and finding our own answer again; hiding and deleting."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from social_listener.channels.graph_client import Client
from social_listener.channels.graph_errors import Effect, Missing
from social_listener.channels.graph_found import Found, Us, entries
from social_listener.channels.graph_ids import is_number
from social_listener.channels.graph_sending import acted, made_id, whole, witness
from social_listener.channels.instagram_lookup import mentioned
from social_listener.channels.instagram_parse import is_ours
from social_listener.channels.instagram_wire import read_comment
from social_listener.channels.wire import Wire, WireError
from social_listener.errors import BadPayload, Rejected, Unavailable
from social_listener.model import Action, ActionKind, Kind, PublicReply, Sent

_FIELDS = "id,text,timestamp,username,from,parent_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a public answer to an item stands."""

    kind: str  #: comment | media | mention
    node: str  #: the comment, or the medium
    top: str  #: the comment below which Instagram puts the answer; the medium where there is none
    media: str | None = None  #: of a mention


def place_of(client: Client, us: Us, native_id: str) -> Place:
    """Ask Meta what an item is, since its id does not tell; `Rejected` when it is not there or not for us."""
    what = "asking what is answered"
    try:
        answer = client.get(native_id, {"fields": "id,text,parent_id"}, what=what, apart=(Missing,))
        return Place(kind="comment", node=native_id, top=answer.document.text("parent_id") or native_id)
    except Missing:
        pass
    except Rejected:
        # It has no text and no parent: it is a medium of our own.
        return Place(kind="media", node=native_id, top=native_id)
    except WireError as error:
        raise BadPayload(f"Meta's answer while {what} cannot be read: {error}", account_id=client.account_id) from None
    return _mention(client, us, native_id)


def _mention(client: Client, us: Us, native_id: str) -> Place:
    answer = mentioned(client, us, native_id, None)
    if answer is None:
        words = "what is answered is not there any more, or Instagram does not show it to us"
        raise Rejected(words, account_id=client.account_id)
    try:
        media = answer.document.object("mentioned_comment").object("media").text("id")
    except WireError as error:
        words = f"Meta's answer while reading a mention cannot be read: {error}"
        raise BadPayload(words, account_id=client.account_id) from None
    return Place(kind="mention", node=native_id, top=native_id, media=media or native_id)


def send_public(client: Client, us: Us, reply: PublicReply) -> Sent:
    """Answer a comment on our media, comment on our own medium, or answer who named us elsewhere."""
    native_id = checked(client, reply.item_native_id)
    try:
        place = place_of(client, us, native_id)
    except BadPayload as error:
        raise Unavailable(str(error), account_id=client.account_id) from None  # nothing was said yet
    answer = client.call(_request(us, place, reply.text), what="sending a public reply", effect=Effect.SEND)
    native_id = made_id(client, answer, "id", is_number)
    return Sent(native_id=native_id, sent_at=whole(answer.server_time), kind=Kind.COMMENT)


def _request(us: Us, place: Place, text: str) -> Callable[[Any], object]:
    if place.kind != "mention":
        edge = "replies" if place.kind == "comment" else "comments"
        return lambda sdk: sdk.put_object(place.node, edge, message=text)
    below = {"media_id": place.media or place.node}
    if place.media != place.node:
        below["comment_id"] = place.node
    return lambda sdk: sdk.put_object(us.native_id, "mentions", message=text, **below)


def find_public(client: Client, us: Us, reply: PublicReply, since: datetime, others: Collection[str]) -> Sent | None:
    """Return our own answer at that place with the same words, not older than `since`, the oldest but for `others`."""
    native_id = checked(client, reply.item_native_id)
    what = "looking for our own reply"
    try:
        place = place_of(client, us, native_id)
        told = _answers(client, us, place, what)
    except Rejected:
        return None
    if told is None:
        return None
    wanted, found = witness(reply.text), Found()
    try:
        ours = [
            one
            for one in found.each(entries(told, found), read_comment)
            if is_ours(us, one) and one.id not in others and one.made_at >= whole(since) and witness(one.text) == wanted
        ]
    except WireError as error:
        raise BadPayload(f"Meta's answer while {what} cannot be read: {error}", account_id=client.account_id) from None
    oldest = min(ours, key=lambda one: one.made_at, default=None)
    return None if oldest is None else Sent(native_id=oldest.id, sent_at=oldest.made_at, kind=Kind.COMMENT)


def _answers(client: Client, us: Us, place: Place, what: str) -> Wire | None:
    """Return the list in which our answer stands, newest first; None: Instagram shows none."""
    if place.kind == "comment":
        return client.get(f"{place.top}/replies", {"fields": _FIELDS, "limit": "50"}, what=what).document
    if place.kind == "media":
        return client.get(f"{place.node}/comments", {"fields": _FIELDS, "limit": "50"}, what=what).document
    if place.media != place.node:
        return None  # answers to a comment on somebody else's medium are not shown
    query = {"fields": f"mentioned_media.media_id({place.node}){{comments.limit(50){{id,text,timestamp,username}}}}"}
    answer = client.get(us.native_id, query, what=what)
    return answer.document.object("mentioned_media").object("comments")


def act(client: Client, action: Action) -> None:
    """Hide, unhide or delete. Made twice it changes nothing more."""
    native_id = checked(client, action.item_native_id)
    hidden = {ActionKind.HIDE: "true", ActionKind.UNHIDE: "false"}.get(action.kind)
    if hidden is not None:
        try:
            acted(client, action, lambda sdk: sdk.request(f"{sdk.version}/{native_id}", post_args={"hide": hidden}))
        except Missing as error:
            raise Rejected(str(error), account_id=client.account_id) from None
        return
    if action.kind is not ActionKind.DELETE:
        words = f"Instagram lets no program {action.kind.value} a comment"
        raise Rejected(words, account_id=client.account_id)
    try:
        acted(client, action, lambda sdk: sdk.delete_object(native_id))
    except Missing:
        return  # it is gone already


def checked(client: Client, native_id: str) -> str:
    """Return `native_id` when it is an id, since it becomes part of an address; `Rejected` otherwise."""
    if not is_number(native_id):
        raise Rejected("this item has no id that Instagram knows", account_id=client.account_id)
    return native_id
