"""Direct messages of Messenger and Instagram, as conversations tell them, as interactions. Pure.

Meta gives the words of the newest 20 messages of a conversation and no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from social_listener.channels.graph_found import Asked, Found, Us, entries, following, moment, person
from social_listener.channels.graph_ids import (
    is_conversation,
    is_message,
    is_number,
    thread_of,
    unknown_author,
)
from social_listener.channels.wire import Wire, WireError, web_address, wire
from social_listener.model import Attachment, Interaction, Kind

#: of so many newest messages of a conversation Meta tells more than id and time
MOST_MESSAGES: Final = 20
MESSAGE_FIELDS: Final = "id,created_time,from,to,message,attachments"


def conversation_fields(most: int = MOST_MESSAGES) -> str:
    """Return what is asked for of a conversation with its `most` newest messages."""
    return f"id,updated_time,message_count,participants,messages.limit({most}){{{MESSAGE_FIELDS}}}"


CONVERSATION_FIELDS: Final = conversation_fields()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A direct message."""

    id: str
    text: str
    created_at: datetime
    sender: Mapping[str, str | None]  #: id, name, username
    recipients: tuple[str, ...]
    attachments: tuple[Attachment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A direct thread, as Meta's list of them tells it."""

    id: str
    updated_at: datetime | None
    people: tuple[Mapping[str, str | None], ...]
    messages: tuple[Any, ...]  #: those of which there is more than id and time, as they came
    more: bool  #: there are older messages


def read_conversation(data: Wire) -> Conversation:
    """Return a conversation; `WireError` when a field is wrong or the id is missing."""
    native_id = data.need(data.text("id"), "id")
    if not is_conversation(native_id):
        raise WireError("id: expected the id of a conversation")
    listed = data.object("messages")
    came = listed.raw_items("data")
    told = tuple(one for one in came if not _is_thin(one))
    count = data.number("message_count")
    paged = bool(listed.object("paging").text("next"))
    return Conversation(
        id=native_id,
        updated_at=data.moment("updated_time"),
        people=tuple(read_person(one) for one in data.object("participants", "senders").objects("data")),
        messages=told,
        more=paged or len(told) < len(came) or (count is not None and count > len(told)),
    )


def read_person(data: Wire) -> dict[str, str | None]:
    """Return id, name and username of somebody."""
    native_id = data.text("id")
    if native_id is not None and not is_number(native_id):
        raise WireError("id: expected the id of a person")
    return {"id": native_id, "name": data.text("name"), "username": data.text("username")}


def read_message(data: Wire) -> Message:
    """Return a message; `WireError` when a field is wrong, or id or time is missing."""
    native_id = data.need(data.text("id"), "id")
    if not is_message(native_id):
        raise WireError("id: expected the id of a message")
    created_at = data.moment("created_time")
    if created_at is None:
        raise WireError("created_time: it is missing")
    recipients = [read_person(one)["id"] for one in data.object("to").objects("data")]
    return Message(
        id=native_id,
        text=data.text("message") or "",
        created_at=created_at,
        sender=read_person(data.object("from")),
        recipients=tuple(one for one in recipients if one),
        attachments=tuple(_attachment(one) for one in data.object("attachments").objects("data")),
    )


def read_conversations(answer: Wire, us: Us, asked: Asked) -> tuple[Found, list[Conversation], list[str]]:
    """Return what stands in a list of conversations, the list itself, and which of them have to be read apart.

    That is the case where the newest 20 do not reach down to what was read before: a page of its own then tells how
    far down it comes.
    """
    found = Found()
    listed, apart = [], []
    for one in found.each(entries(answer, found), read_conversation):
        listed.append(one)
        if _is_cut(one, asked.since):
            apart.append(one.id)
        else:
            _take(found, us, one)
    return found, listed, apart


def read_one(answer: Wire, us: Us) -> Found:
    """Return what stands in the answer for one conversation; `cut` tells how far down that comes, if not to its end."""
    found = Found()
    one = read_conversation(answer)
    _take(found, us, one)
    times = [item.sent_at for item in found.interactions.values()]
    found.cut = min(times) if times and one.more else None
    return found


def read_list(answer: Wire, us: Us) -> Found:
    """Return the further messages of one conversation; `cut` as above."""
    found = Found()
    came = entries(answer, found)
    told = [one for one in came if not _is_thin(one)]
    for message in found.each(told, read_message):
        add_message(found, us, message, None)
    times = [item.sent_at for item in found.interactions.values()]
    found.cut = min(times) if times and (len(told) < len(came) or following(answer)) else None
    return found


def _is_thin(raw: Any) -> bool:
    """Return whether there is nothing of a message but id and time."""
    return isinstance(raw, dict) and not raw.keys() - {"id", "created_time"}


def _is_cut(one: Conversation, since: int | None) -> bool:
    if since is None or not one.more:
        return False
    times = []
    for raw in one.messages:
        try:
            times.append(wire(raw, "message").moment("created_time"))
        except WireError:
            continue
    known = [time for time in times if time is not None]
    return bool(known) and min(known) > moment(since)


def _take(found: Found, us: Us, one: Conversation) -> None:
    others = [told for told in one.people if not us.is_author(told["id"])]
    partner = others[0]["id"] if len(others) == 1 else None
    for told in others:
        _introduce(found, us, told)
    for message in found.each(list(one.messages), read_message):
        add_message(found, us, message, partner)


def add_message(found: Found, us: Us, message: Message, partner: str | None) -> None:
    """Take in a message; `partner` is the other side of its thread, None where that is not told."""
    ours = us.is_author(message.sender["id"])
    if partner is None:
        sides = message.recipients if ours else (message.sender["id"],)
        partner = next((one for one in sides if one and not us.is_author(one)), None)
    # When nobody tells whose thread it is, the message stands alone: no two people's may come together.
    thread = us.own(thread_of(us.native_id, partner) if partner else f"message-{message.id}")
    author = message.sender["id"] or partner or unknown_author(message.id)
    found.add(
        Interaction(
            id=us.own(message.id),
            channel=us.channel,
            account_id=us.account_id,
            conversation_id=thread,
            thread_id=thread,
            author_id=us.own(author),
            kind=Kind.MESSAGE,
            private=True,
            outbound=ours,
            text=message.text,
            # Lists tell whole seconds and webhooks milliseconds; both must give the same item.
            sent_at=message.created_at.replace(microsecond=0),
            version_id=message.id,
            addresses_us=not ours,
            attachments=message.attachments,
        )
    )
    if not ours:
        _introduce(found, us, message.sender)


def _introduce(found: Found, us: Us, told: Mapping[str, str | None]) -> None:
    contact = person(us, told)
    if contact is not None and contact.id not in found.contacts:
        found.contacts[contact.id] = contact


#: first part of a MIME type → what we call it
_KINDS: Final = {"image": "photo", "video": "video", "audio": "audio"}


def _attachment(data: Wire) -> Attachment:
    """Return what came with a message, as lists of messages tell it."""
    kind = (data.text("mime_type") or "").partition("/")[0]
    picture, film = data.object("image_data"), data.object("video_data")
    shape = _KINDS.get(kind, "file" if data.has("file_url") else "other")
    if data.has("image_data"):
        shape = "photo"
        if picture.has("animated_gif_url"):
            shape = "gif"
        if picture.truth("render_as_sticker"):
            shape = "sticker"
    elif data.has("video_data"):
        shape = "video"
    url = picture.text("url") or film.text("url") or data.text("file_url", "image_url")
    still = picture.text("url", "preview_url") or film.text("preview_url") or data.text("image_url")
    return Attachment(kind=shape, url=web_address(url), alt=data.text("name") or "", preview=web_address(still))
