"""Saying something to one person on Messenger or Instagram, and finding our own message again when its answer was lost.

Nothing here can speak in public: the only address that is written to is the Page's messages.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, Final

from social_listener.channels import graph_rules
from social_listener.channels.graph_client import Answer, Client
from social_listener.channels.graph_errors import Effect, Missing
from social_listener.channels.graph_found import Found, Us, entries
from social_listener.channels.graph_ids import UNKNOWN, is_message, is_number, person_in, thread_of
from social_listener.channels.graph_messages import (
    CONVERSATION_FIELDS,
    Message,
    read_conversation,
    read_message,
)
from social_listener.channels.graph_talks import platform_of
from social_listener.channels.wire import Wire, WireError
from social_listener.errors import BadPayload, Rejected, Unavailable, Unsure
from social_listener.model import Action, PrivateReply, Sent

#: how the id of an author begins whose number Meta did not tell
_NO_NUMBER: Final = (UNKNOWN, "name-")
_SPACE: Final = re.compile(r"\s+")


def send_private(
    client: Client,
    us: Us,
    reply: PrivateReply,
    options: graph_rules.Options,
    target: dict[str, str],
) -> Sent:
    """Send a message to a person; `target` is how Meta names the public item that may be answered in private."""
    person, message = recipient(client, reply), _message(client, reply)
    way = graph_rules.way_of(reply, options, client.platform_now(None))
    if isinstance(way, str):
        raise Rejected(f"it was not sent: {way}", account_id=client.account_id)
    to = target if way.to == "comment" else {"id": person}
    kind = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"} if way.tagged else {"messaging_type": "RESPONSE"}
    answer = client.call(
        # The SDK would send a dict as the bare word "id".
        lambda sdk: sdk.put_object(
            us.page_id, "messages", recipient=json.dumps(to), message=json.dumps(message), **kind
        ),
        what="sending a direct message",
        effect=Effect.SEND,
    )
    native_id = made_id(client, answer, "message_id", is_message)
    them = _told_person(answer.document) or person
    return Sent(native_id=native_id, sent_at=whole(answer.server_time), thread_native_id=thread_of(us.native_id, them))


def find_private(client: Client, us: Us, reply: PrivateReply, since: datetime, others: Collection[str]) -> Sent | None:
    """Return our own message to the person with the same words, not older than `since`, the oldest but for `others`.

    A picture has no words to be known by: it is found only when no other picture of ours can be meant.
    """
    person = recipient(client, reply)
    query = {"platform": platform_of(us), "user_id": person, "fields": CONVERSATION_FIELDS}
    answer = client.get(f"{us.page_id}/conversations", query, what="looking for our own message")
    wanted, found = witness(reply.text), Found()
    matches: list[Message] = []
    whole_window = True
    try:
        for one in found.each(entries(answer.document, found), read_conversation):
            theirs = {told["id"] for told in one.people if not us.is_author(told["id"])}
            told = list(found.each(list(one.messages), read_message))
            late = [message for message in told if message.created_at >= whole(since)]
            whole_window = whole_window and (not one.more or len(late) < len(told))
            ours = [message for message in late if us.is_author(message.sender["id"]) and theirs <= {person}]
            matches += [message for message in ours if message.id not in others and _is_it(message, wanted)]
    except WireError as error:
        words = f"Meta's answer while looking for our own message cannot be read: {error}"
        raise BadPayload(words, account_id=client.account_id, raw=answer.body) from None
    certain = bool(wanted) or (whole_window and len(matches) == 1 and not found.rejects)
    oldest = min(matches, key=lambda message: message.created_at, default=None)
    if oldest is None or not certain:
        return None
    thread = thread_of(us.native_id, person)
    return Sent(native_id=oldest.id, sent_at=whole(oldest.created_at), thread_native_id=thread)


def _is_it(message: Message, wanted: str) -> bool:
    """Return whether a message has the words that are looked for; no words: whether it is a picture without any."""
    pictures = any(one.kind == "photo" for one in message.attachments)
    return witness(message.text) == wanted and (bool(wanted) or pictures)


def _message(client: Client, reply: PrivateReply) -> dict[str, object]:
    """Return what is said: words, or one picture; `Rejected` for both and for neither."""
    if bool(reply.text) == bool(reply.pictures) or len(reply.pictures) > 1:
        words = "a message holds words or one picture: send them one after the other"
        raise Rejected(words, account_id=client.account_id)
    if reply.text:
        return {"text": reply.text}
    (picture,) = reply.pictures
    return {"attachment": {"type": "image", "payload": {"attachment_id": picture.media_id}}}


def recipient(client: Client, reply: PrivateReply) -> str:
    """Return the person a private reply is for; `Rejected` when that, or its thread, is no id."""
    person = reply.recipient_native_id
    thread = reply.thread_native_id
    if reply.to_public and person.startswith(_NO_NUMBER) and thread is None:
        # Meta does not always tell who commented, or tells the name only; it knows itself, and is told the comment.
        return person
    other = person_in(thread) if thread is not None else person
    if not is_number(person) or other != person:
        raise Rejected("this person or thread has no id that Meta knows", account_id=client.account_id)
    return person


def acted(client: Client, action: Action, request: Callable[[Any], object]) -> None:
    """Make a call that changes a state, and hold Meta to its answer; `Missing`: there is nothing to change."""
    answer = client.call(request, what=f"asking to {action.kind.value} it", effect=Effect.SET, apart=(Missing,))
    try:
        done = answer.document.truth("success")
    except WireError as error:
        raise Unavailable(f"Meta's answer cannot be read: {error}", account_id=client.account_id) from None
    if done is None:
        words = f"Meta did not say whether it did {action.kind.value} it"
        raise Unavailable(words, account_id=client.account_id)
    if not done:
        raise Rejected(f"Meta did not {action.kind.value} it and gave no reason", account_id=client.account_id)


def made_id(client: Client, answer: Answer, name: str, is_id: Callable[[str], bool]) -> str:
    """Return the id of what was made; without one nobody knows whether it was."""
    try:
        native_id = answer.document.need(answer.document.text(name), name)
    except WireError as error:
        raise Unsure(f"Meta did not tell the id of what it took: {error}", account_id=client.account_id) from None
    if not is_id(native_id):
        raise Unsure("Meta told an id that is none for what it took", account_id=client.account_id)
    return native_id


def witness(text: str) -> str:
    """Return what stays of a text on its way through Meta, to compare what was sent with what is there."""
    return _SPACE.sub(" ", unicodedata.normalize("NFC", text)).strip().casefold()


def whole(moment: datetime) -> datetime:
    """Return a moment in whole seconds, as Meta tells all times."""
    return moment.replace(microsecond=0)


def _told_person(answer: Wire) -> str | None:
    try:
        told = answer.text("recipient_id")
    except WireError:
        return None
    return told if told and is_number(told) else None
