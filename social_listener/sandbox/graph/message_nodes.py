"""Direct conversations and messages as the Graph API shows them, on Messenger and Instagram."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from typing import Any

from social_listener.sandbox.graph import problems
from social_listener.sandbox.graph.call import Call
from social_listener.sandbox.graph.fields import Field
from social_listener.sandbox.graph.nodes import ABSENT, Kind, absent, pick, plain, render, time
from social_listener.sandbox.graph.paging import Listing, page
from social_listener.sandbox.graph.records import Message, MessagePlatform, Person, Thread

_THIN = frozenset(("id", "created_time"))
"""What there is of a message that is not among the newest of its conversation."""


def participant(person: Person, platform: MessagePlatform) -> dict[str, Any]:
    """Return somebody as the participants of a conversation have them."""
    if platform == "messenger":
        return {"name": person.name, "email": f"{person.psid}@facebook.com", "id": person.psid}
    return {"username": person.handle, "id": person.igsid}


def visible(thread: Thread, now_ms: int) -> list[Message]:
    """Return the messages of a conversation that can be seen, oldest first."""
    return [message for message in thread.messages if message.seen(now_ms)]


def updated_ms(thread: Thread, now_ms: int) -> int:
    """Return when the newest message came, unsent ones included."""
    return max((one.created_ms for one in thread.messages if one.visible_ms <= now_ms), default=0)


def last_heard_ms(thread: Thread | None) -> int | None:
    """Return when the person last wrote; None when they never did."""
    if thread is None:
        return None
    return max((message.created_ms for message in thread.messages if not message.ours), default=None)


def is_open(call: Call, thread: Thread) -> bool:
    """Whether an ordinary message to the person is taken now."""
    heard = last_heard_ms(thread)
    return heard is not None and call.now_ms - heard <= call.policy.window_hours * 3_600_000


def is_thin(call: Call, message: Message) -> bool:
    """Whether there is nothing of a message but id and time: it is too old."""
    shown = visible(message.thread, call.now_ms)
    place = bisect_left(shown, message.key, key=lambda one: one.key)
    return len(shown) - place > call.policy.message_details


def conversations(call: Call, _: Any, arguments: Mapping[str, str], fields: tuple[Field, ...] | None) -> dict[str, Any]:
    """List the conversations of a platform, newest first."""
    given = dict(arguments)
    by_account = call.path.partition("/")[0] == call.brand.igsid
    platform = "instagram" if by_account else given.get("platform", "messenger").lower()
    if platform not in ("messenger", "instagram"):
        raise problems.invalid("Param platform must be one of {MESSENGER, INSTAGRAM}")
    now = call.now_ms
    only = given.get("user_id")
    threads = [
        thread
        for (where, contact), thread in call.ledger.threads.items()
        if where == platform and only in (None, "", contact) and any(one.visible_ms <= now for one in thread.messages)
    ]

    def key(thread: Thread) -> tuple[int, int]:
        return updated_ms(thread, now), thread.number

    listing = Listing(
        path=f"{call.brand.igsid if by_account else call.brand.psid}/conversations",
        fields=fields,
        items=sorted(threads, key=key),
        render=lambda thread: render(call, CONVERSATION, thread, fields),
        seen=lambda _: True,
        key=key,
    )
    return page(call, listing, given)


def _messages(
    call: Call, thread: Thread, arguments: Mapping[str, str], fields: tuple[Field, ...] | None
) -> dict[str, Any]:
    """List the messages of a conversation, newest first; there is more than id and time of the newest 20 only."""
    shown = visible(thread, call.now_ms)
    thin = {message.id for message in shown[: max(0, len(shown) - call.policy.message_details)]}

    def one(message: Message) -> dict[str, Any]:
        whole = render(call, MESSAGE, message, fields)
        return {name: value for name, value in whole.items() if name in _THIN} if message.id in thin else whole

    listing = Listing(path=f"{thread.id}/messages", fields=fields, items=shown, render=one, seen=lambda _: True)
    return page(call, listing, dict(arguments))


def _participants(call: Call, thread: Thread, field: Field) -> dict[str, Any]:
    both = [participant(person, thread.platform) for person in (thread.person, call.brand)]
    return {"data": [pick(one, field, "User") for one in both]}


def _sender(call: Call, message: Message, field: Field) -> Any:
    person = call.brand if message.ours else message.thread.person
    return pick(participant(person, message.thread.platform), field, "User")


def _recipients(call: Call, message: Message, field: Field) -> Any:
    person = message.thread.person if message.ours else call.brand
    return {"data": [pick(participant(person, message.thread.platform), field, "User")]}


def _snippet(call: Call, thread: Thread, _: Field) -> Any:
    shown = visible(thread, call.now_ms)
    return shown[-1].text[:80] if shown else ABSENT


def _unread(call: Call, thread: Thread, _: Field) -> int:
    """Count what came since the brand last wrote."""
    count = 0
    for message in reversed(visible(thread, call.now_ms)):
        if message.ours:
            break
        count += 1
    return count


def _tags(_: Call, message: Message, __: Field) -> Any:
    if message.thread.platform == "instagram":
        return ABSENT
    source = "source:generic" if message.via_api else "source:mobile" if not message.ours else "source:web"
    return {"data": [{"name": "inbox"}, {"name": source}]}


def _attachments(_: Call, message: Message, __: Field) -> Any:
    """Return what came with a message, as lists of messages tell it."""
    if not message.attached:
        return ABSENT
    host = "scontent.xx.fbcdn.net" if message.thread.platform == "messenger" else "scontent.cdninstagram.com"
    found: list[dict[str, Any]] = []
    for one in message.attached:
        at = f"https://{host}/v/t1.15752-9/{one.number}_n"
        entry: dict[str, Any] = {"id": one.number, "name": one.alt or one.kind, "size": 20_480}
        if one.kind in ("photo", "gif", "sticker"):
            image = {"width": 320, "height": 220, "url": f"{at}.png", "preview_url": f"{at}.png"}
            image |= {"render_as_sticker": True} if one.kind == "sticker" else {}
            entry |= {"mime_type": "image/png", "image_data": image}
        elif one.kind == "video":
            film = {"width": 320, "height": 220, "url": f"{at}.mp4", "preview_url": f"{at}.png"}
            entry |= {"mime_type": "video/mp4", "video_data": film}
        else:
            mime = "audio/mpeg" if one.kind == "audio" else "application/pdf"
            entry |= {"mime_type": mime, "file_url": f"https://cdn.fbsbx.com/v/t59.2708-21/{one.number}"}
        found.append(entry)
    return {"data": found}


CONVERSATION = Kind(
    "conversation",
    "UnifiedThread",
    {
        "id": plain(lambda thread: thread.id),
        "link": lambda call, thread, _: f"/{call.brand.psid}/inbox/{thread.number}/",
        "updated_time": lambda call, thread, _: time(updated_ms(thread, call.now_ms)),
        "participants": _participants,
        "senders": _participants,
        "former_participants": plain(lambda _: {"data": []}),
        "message_count": lambda call, thread, _: len(visible(thread, call.now_ms)),
        "unread_count": _unread,
        "snippet": _snippet,
        "can_reply": lambda call, thread, _: is_open(call, thread),
        "is_subscribed": plain(lambda _: True),
        "scoped_thread_key": plain(lambda thread: thread.id),
        "subject": absent,
        "name": absent,
        "wallpaper": absent,
    },
    {"messages": _messages},
    ("id", "link", "updated_time"),
)

MESSAGE = Kind(
    "message",
    "Message",
    {
        "id": plain(lambda message: message.id),
        "created_time": plain(lambda message: time(message.created_ms)),
        "from": _sender,
        "to": _recipients,
        "message": plain(lambda message: message.text),
        "tags": _tags,
        "attachments": _attachments,
        "shares": absent,
        "sticker": absent,
        "story": absent,
        "reactions": absent,
        "reply_to": absent,
        "is_unsupported": absent,
        "thread_id": plain(lambda message: message.thread.id),
    },
    {},
    ("id", "created_time"),
)
