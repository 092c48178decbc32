"""What X pushes to our webhook: its question whether it is ours, its signature, the events of its Activity API. Pure.

https://docs.x.com/x-api/webhooks/introduction and https://docs.x.com/x-api/activity/introduction. Events about posts
hold a post as X API v2 tells it; events about direct messages hold them in the older shape of API 1.1.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from social_listener.channels.wire import Wire, WireError, documents, web_address, wire
from social_listener.channels.x_ids import own, thread_between, time_of
from social_listener.channels.x_messages import message_item
from social_listener.channels.x_parse import Found, Includes, Us, contact, reject
from social_listener.channels.x_posts import read_posts
from social_listener.channels.x_reading import page_of
from social_listener.channels.x_wire import Media, Message, User, links_of, read_user, unescape
from social_listener.errors import BadPayload, Forged
from social_listener.model import Page

_SIGNATURE: Final = "x-twitter-webhooks-signature"
#: X signs the token of its question with the very key that signs deliveries, so whoever asks gets a signature for the
#: text they ask with. A token is base64; a delivery is a JSON object. What could be both is neither answered nor taken.
_TOKEN: Final = re.compile(r"[A-Za-z0-9_.=+/-]{1,300}")
#: events that tell a post → whether its author spoke to us
_POSTS: Final = {
    "post.create": False,
    "post.mention.create": True,
    "post.reply.create": True,
    "post.quote.create": True,
}
_MESSAGES: Final = frozenset({"dm.received", "dm.sent"})
_DELETED: Final = "post.delete"
#: what says nothing of its own
_SILENT: Final = frozenset({"dm.read", "dm.indicate_typing", "like.create", "post.repost.create"})
_SHAPES: Final = {"photo": "photo", "video": "video", "animated_gif": "gif"}


def handshake(query: Mapping[str, str], secret: str, account_id: str) -> bytes:
    """Return what answers X's question whether this webhook is ours; `Forged` when the question is not X's."""
    token = query.get("crc_token", "")
    if not secret:
        raise Forged(f"account {account_id} has no consumer_secret to answer with", account_id=account_id)
    if not _TOKEN.fullmatch(token):
        raise Forged("this is not the question that X asks of a webhook", account_id=account_id)
    return json.dumps({"response_token": _signed(secret, token.encode())}).encode()


def verify(headers: Mapping[str, str], body: bytes, secret: str, account_id: str) -> None:
    """Raise `Forged` unless `body`, as it came, is signed with the app's secret."""
    if not secret:
        raise Forged(f"account {account_id} has no consumer_secret to check deliveries with", account_id=account_id)
    told = headers.get(_SIGNATURE, "").encode(errors="replace")
    if not hmac.compare_digest(told, _signed(secret, body).encode()) or not body.lstrip().startswith(b"{"):
        raise Forged("the delivery is not signed with the app's secret", account_id=account_id)


def _signed(secret: str, text: bytes) -> str:
    return "sha256=" + base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest()).decode()


def receive(body: bytes, received_at: datetime, us: Us) -> Sequence[Page]:
    """Return a page for each event of a delivery; `BadPayload`: not even the envelope can be read."""
    try:
        envelope = documents(body)[0].plain()
        data = envelope.get("data")
        events = data if isinstance(data, list) else [wire(data, "data").plain()]
    except WireError as error:
        words = f"a delivery of X cannot be read: {error}"
        raise BadPayload(words, account_id=us.account_id, raw=body) from None
    # X's pages show what comes beside the items within the event, deliveries that were seen have it beside the event.
    beside = {"includes": envelope["includes"]} if "includes" in envelope else {}
    return [_page({"data": raw, **beside}, received_at, us) for raw in events]


def _page(event: Mapping[str, Any], received_at: datetime, us: Us) -> Page:
    """Return the page that one event is; what is kept of it is a delivery that tells it alone."""
    found = Found()
    body = json.dumps(event, separators=(",", ":")).encode()
    try:
        told = wire(event["data"], "data")
        _read(found, told, told if told.has("includes") else Wire(event), us)
    except WireError as error:
        payload = event["data"].get("payload") if isinstance(event["data"], dict) else None
        found = Found(rejects=[replace(reject(payload, str(error)), raw=body)])
    return page_of(found, body, received_at, None, next_token=None)


def _read(found: Found, event: Wire, beside: Wire, us: Us) -> None:
    """Take in one event; `beside` holds what comes with it. `WireError`: it is not understood."""
    kind = event.need(event.text("event_type"), "event_type")
    about = event.object("filter").id("user_id")
    if about is not None and us.native_id is not None and about != us.native_id:
        raise WireError(f"it is about user {about}, which is not this account: subscribe that account's own webhook")
    payload = _need(event, "payload")
    if kind in _POSTS:
        _read_post(found, payload, beside, us, to_us=_POSTS[kind] and about is not None)
    elif kind == _DELETED:
        found.deleted.append(own(payload.need(payload.id("id"), "id")))
    elif kind in _MESSAGES:
        _read_messages(found, payload, us)
    elif kind not in _SILENT:
        raise WireError(f"event_type: {kind[:60]!r} is not an event that is understood")


def _read_post(found: Found, payload: Wire, beside: Wire, us: Us, *, to_us: bool) -> None:
    """Take in a post, with what hangs on it. That X pushes it as said to us is told by the event alone."""
    answer = Wire({"data": [payload.plain()], "includes": beside.object("includes").plain()})
    told = read_posts([answer], us, None)
    if told.rejects:
        raise WireError(told.rejects[0].reason)
    found.contacts.update(told.contacts)
    for item in told.interactions.values():
        spoken = to_us and not item.context and not item.outbound
        # Pictures that only have a key here: what a poll knows of them must not be overwritten.
        unknown = any(one.kind == "other" and one.url is None for one in item.attachments)
        known = replace(item, attachments=()) if unknown else item
        found.add(replace(known, addresses_us=True) if spoken else known)


# -- direct messages, in the shape of API 1.1 --------------------------------------------------------------------------


def _read_messages(found: Found, payload: Wire, us: Us) -> None:
    if us.native_id is None:
        raise WireError("it is not known yet which account is ours")
    people = payload.object("users").plain()
    for raw in people.values():
        person = wire(raw, "users")
        user = _user(person.object("data") if person.has("data") else person)
        found.contacts[own(user.id)] = contact(user)
    events = payload.objects("direct_message_events")
    if not events:
        raise WireError("payload.direct_message_events: it is missing")
    for event in events:
        if (event.text("type") or "message_create") == "message_create":
            message, media = _message(event, us)
            found.add(message_item(message, us, Includes(users={}, posts={}, media=media)))


def _message(event: Wire, us: Us) -> tuple[Message, dict[str, Media]]:
    native_id = event.need(event.id("id"), "id")
    created = _need(event, "message_create")
    data = created.object("message_data")
    sender = created.need(created.id("sender_id"), "message_create.sender_id")
    recipient = created.object("target").id("recipient_id")
    thread = event.text("dm_conversation_id")
    if thread is None and recipient is not None:
        thread = thread_between(sender, recipient)
    if us.native_id not in {sender, recipient} and event.text("dm_conversation_id") is None:
        raise WireError("message_create: neither its sender nor its recipient is this account")
    media = _media(data.object("attachment").object("media"))
    message = Message(
        id=native_id,
        is_message=True,
        text=unescape(data.text("text") or ""),
        sender_id=sender,
        thread=thread,
        created_at=_milliseconds(event.text("created_timestamp")) or time_of(native_id),
        quoted=None,
        links=links_of(data.object("entities")),
        media_keys=tuple(media),
    )
    return message, media


def _media(data: Wire) -> dict[str, Media]:
    key = data.text("id_str") or ""
    if not key:
        return {}
    kind = _SHAPES.get(data.text("type") or "", "other")
    picture = web_address(data.text("media_url_https"))
    return {key: Media(key=key, kind=kind, url=picture, alt="", preview=picture)}


def _user(data: Wire) -> User:
    """Return a person as API 1.1 tells them."""
    if data.has("username"):
        return read_user(data)
    return User(
        id=data.need(data.id("id"), "id"),
        handle=data.text("screen_name") or "",
        name=data.text("name") or "",
        description=unescape(data.text("description") or ""),
        location=data.text("location") or "",
        followers=data.number("followers_count"),
        verified=bool(data.truth("verified")),
        avatar_url=web_address(data.text("profile_image_url_https")),
        created_at=_milliseconds(data.text("created_timestamp")),
    )


def _need(data: Wire, name: str) -> Wire:
    if not data.has(name):
        raise WireError(f"{name}: it is missing")
    return data.object(name)


def _milliseconds(value: str | None) -> datetime | None:
    if value is None:
        return None
    if not value.isascii() or not value.isdigit() or len(value) > 14:
        raise WireError("created_timestamp: expected milliseconds since 1970")
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=int(value))
