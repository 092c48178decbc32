"""Direct messages of X as interactions. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from social_listener.channels.wire import Wire
from social_listener.channels.x_ids import CHANNEL, own, thread_between, time_of
from social_listener.channels.x_parse import UNKNOWN, Found, Includes, Us, attachments, read_items
from social_listener.channels.x_wire import Message, read_message
from social_listener.model import Interaction, Kind


def read_messages(answers: Sequence[Wire], us: Us) -> Found:
    """Return what stands in answers with direct message events; who joined or left a group is no message."""
    found = Found()
    for answer in answers:
        messages, includes = read_items(answer, found, read_message)
        for message in messages:
            if message.is_message:
                found.add(message_item(message, us, includes))
    return found


def message_item(message: Message, us: Us, includes: Includes) -> Interaction:
    """Return a direct message as the house knows it."""
    thread = own(_thread(message, us))
    return Interaction(
        id=own(message.id),
        channel=CHANNEL,
        account_id=us.account_id,
        conversation_id=thread,
        thread_id=thread,
        author_id=own(message.sender_id or UNKNOWN),
        kind=Kind.MESSAGE,
        private=True,
        outbound=us.is_author(message.sender_id),
        text=message.text,
        sent_at=message.created_at or time_of(message.id),
        version_id=message.id,
        quoted_id=own(message.quoted) if message.quoted else None,
        addresses_us=not us.is_author(message.sender_id),
        attachments=attachments(message.links, message.media_keys, includes),
    )


def _thread(message: Message, us: Us) -> str:
    """Return the native id of the direct thread.

    When X does not tell it, the message stands alone: two people's messages must never come into one conversation.
    """
    if message.thread is not None:
        return message.thread
    if message.sender_id and us.native_id and message.sender_id != us.native_id:
        return thread_between(message.sender_id, us.native_id)
    return f"message-{message.id}"
