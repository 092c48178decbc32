"""Commenting as the Page, and finding our own comment again; hiding, liking, deleting, wording anew."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, Final

from social_listener.channels.facebook_wire import Said, read_said
from social_listener.channels.graph_client import Client
from social_listener.channels.graph_errors import Effect, Missing
from social_listener.channels.graph_found import Found, Us, entries, following
from social_listener.channels.graph_ids import comment_id, is_node, is_post, part_of
from social_listener.channels.graph_sending import acted, made_id, whole, witness
from social_listener.channels.wire import WireError
from social_listener.errors import BadPayload, Rejected
from social_listener.model import Action, ActionKind, Kind, PublicReply, Sent

#: pages of our own words that are read for one reply in doubt; `since` is minutes ago, so one is the rule
_MOST_PAGES: Final = 5
_FIELDS: Final = "id,message,created_time,from{id},parent{id}"
_GONE_IS_DONE: Final = frozenset({ActionKind.DELETE, ActionKind.UNLIKE})


def send_public(client: Client, us: Us, reply: PublicReply) -> Sent:
    """Comment below a post, or answer a comment: an answer to a nested one lands beside it, as the platform nests."""
    parent = checked(client, reply.item_native_id)
    if len(reply.pictures) > 1:
        raise Rejected("Facebook takes one picture with a comment", account_id=client.account_id)
    with_it = {"attachment_id": reply.pictures[0].media_id} if reply.pictures else {}
    answer = client.call(
        lambda sdk: sdk.put_object(parent, "comments", message=reply.text, **with_it),
        what="sending a public reply",
        effect=Effect.SEND,
    )
    native_id = comment_id(made_id(client, answer, "id", is_node), post_part(us, parent))
    return Sent(native_id=native_id, sent_at=whole(answer.server_time), url=comment_url(native_id), kind=Kind.COMMENT)


def find_public(client: Client, us: Us, reply: PublicReply, since: datetime, others: Collection[str]) -> Sent | None:
    """Return our own comment at that place with the same words, not older than `since`, the oldest but for `others`."""
    item = checked(client, reply.item_native_id)
    what, part = "looking for our own reply", post_part(us, item)
    try:
        above = client.get(
            item, {"fields": "id" if is_post(us.page_id, item) else "id,parent{id}"}, what=what, apart=(Missing,)
        )
        top = above.document.object("parent").text("id") or item
        matches: list[Said] = []
        way: dict[str, str] = {}
        for _ in range(_MOST_PAGES):
            query = {
                "since": str(max(0, int(since.timestamp()) - 1)),
                "order": "reverse_chronological",
                "filter": "toplevel",
                "fields": _FIELDS,
                "limit": "100",
            }
            answer = client.get(f"{top}/comments", {**query, **way}, what=what, apart=(Missing,))
            found = Found()
            matches += found.each(entries(answer.document, found), read_said)
            way = following(answer.document)
            if not way:
                break
    except Missing:
        return None
    except WireError as error:
        raise BadPayload(f"Meta's answer while {what} cannot be read: {error}", account_id=client.account_id) from None
    wanted = witness(reply.text)
    below_post = top == item and is_post(us.page_id, item)
    ours = [
        one
        for one in matches
        if us.is_author(one.author.id)
        and comment_id(one.id, part) not in others
        and one.created_at >= whole(since)
        and witness(one.text) == wanted
        and (below_post or comment_id(one.parent_id or "", part) == comment_id(top, part))
    ]
    oldest = min(ours, key=lambda one: one.created_at, default=None)
    if oldest is None:
        return None
    native_id = comment_id(oldest.id, part)
    return Sent(native_id=native_id, sent_at=oldest.created_at, url=comment_url(native_id), kind=Kind.COMMENT)


def act(client: Client, action: Action) -> None:
    """Hide, unhide, like, unlike, delete or word anew. Made twice it changes nothing more."""
    native_id = checked(client, action.item_native_id)
    try:
        acted(client, action, _requests(native_id, action)[action.kind])
    except Missing as error:
        if action.kind not in _GONE_IS_DONE:
            raise Rejected(str(error), account_id=client.account_id) from None


def _requests(native_id: str, action: Action) -> Mapping[ActionKind, Callable[[Any], object]]:
    def post(**changes: str) -> Callable[[Any], object]:
        return lambda sdk: sdk.request(f"{sdk.version}/{native_id}", post_args=dict(changes))

    return {
        ActionKind.HIDE: post(is_hidden="true"),
        ActionKind.UNHIDE: post(is_hidden="false"),
        ActionKind.EDIT: post(message=action.text),
        ActionKind.LIKE: lambda sdk: sdk.put_like(native_id),
        ActionKind.UNLIKE: lambda sdk: sdk.delete_object(f"{native_id}/likes"),
        ActionKind.DELETE: lambda sdk: sdk.delete_object(native_id),
    }


def private_target(us: Us, native_id: str) -> dict[str, str]:
    """Return how Meta names an item that a private reply answers."""
    return {"post_id" if is_post(us.page_id, native_id) else "comment_id": native_id}


def post_part(us: Us, native_id: str) -> str | None:
    """Return what the ids of comments below the same post begin with; None: the id does not tell."""
    if is_post(us.page_id, native_id):
        return part_of(native_id)
    first, dash, _ = native_id.partition("_")
    return first if dash else None


def comment_url(native_id: str) -> str:
    """Return where a comment can be seen."""
    return f"https://www.facebook.com/{native_id}"


def checked(client: Client, native_id: str) -> str:
    """Return `native_id` when it is an id, since it becomes part of an address; `Rejected` otherwise."""
    if not is_node(native_id):
        raise Rejected("this item has no id that Facebook knows", account_id=client.account_id)
    return native_id
