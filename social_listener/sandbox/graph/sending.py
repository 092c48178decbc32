"""POST /{page}/messages: ordinary messages, messages by a person within 7 days, and private replies to comments."""

from __future__ import annotations

import json
from typing import Any

from social_listener.sandbox.graph import problems
from social_listener.sandbox.graph.call import Call
from social_listener.sandbox.graph.facebook_nodes import reply_deadline_ms
from social_listener.sandbox.graph.message_nodes import last_heard_ms
from social_listener.sandbox.graph.records import Comment, IgComment, Item, MessagePlatform, Person, Post
from social_listener.sandbox.graph.uploads import attachment_of
from social_listener.sandbox.graph.world import Graph
from social_listener.sandbox.media import Attached

_TYPES = ("RESPONSE", "UPDATE", "MESSAGE_TAG", "UTILITY")
_HOUR_MS = 3_600_000


def send(call: Call) -> dict[str, Any]:
    """Send a message and return the ids of recipient and message; the order of checks is not documented."""
    recipient = call.structure("recipient")
    text, attached = _content(call, call.structure("message"))
    target = {name for name in ("id", "comment_id", "post_id") if recipient.get(name)}
    if len(target) != 1 or not isinstance(recipient[next(iter(target))], str):
        raise problems.invalid("param recipient must hold exactly one of: id, comment_id, post_id")
    tag = _tag(call)
    if "id" in target:
        person, platform = _person(call, recipient["id"])
        answered = None
    else:
        answered, person, platform = _answered(call, recipient)
    if attached and platform == "instagram":
        raise problems.invalid("Possible invalid ID or you do not own the attachment.", 2018074)
    _refuse_length(call, text, platform)
    _refuse_person(call, person, platform)
    if answered is None:
        _refuse_window(call, person, platform, tag)
    message = call.graph.api_message(
        person,
        text,
        platform,
        call.graph.app_id,
        private_reply_to=answered,
        tag=tag,
        visible_after=call.policy.own_visible_after,
        media=attached,
    )
    return {"recipient_id": message.thread.contact, "message_id": message.id}


def platform_of(graph: Graph, path: str, parameters: dict[str, str]) -> MessagePlatform:
    """Return the platform that a message goes out on, as far as its recipient tells; it decides whose quota it uses."""
    if path.partition("/")[0] == graph.brand.igsid:
        return "instagram"
    try:
        recipient = json.loads(parameters.get("recipient", ""))
    except ValueError:
        return "messenger"
    if not isinstance(recipient, dict):
        return "messenger"
    wanted, below = str(recipient.get("id", "")), str(recipient.get("comment_id", ""))
    contact = graph.ledger.contacts.get(wanted)
    item = graph.ledger.items.get(int(below)) if below.isascii() and below.isdecimal() else None
    to_instagram = (contact is not None and wanted == contact.igsid) or isinstance(item, IgComment)
    return "instagram" if to_instagram else "messenger"


def _content(call: Call, message: dict[str, Any]) -> tuple[str, tuple[Attached, ...]]:
    """Return the text of a message, or its picture: it has one of them. Templates and the like stand in words."""
    text, attachment = message.get("text"), message.get("attachment")
    if text is not None and attachment is not None:
        raise problems.invalid("param message must hold either text or attachment, not both")
    if isinstance(text, str) and text.strip():
        return text, ()
    if isinstance(attachment, dict):
        attached = attachment_of(call, attachment)
        return ("", attached) if attached else (f"[{attachment.get('type', 'attachment')}]", ())
    raise problems.invalid("param message must be non-empty.", 2018034)


def _tag(call: Call) -> str | None:
    """Return the tag that widens the window, checked against what the application may do."""
    kind = call.parameters.get("messaging_type", "RESPONSE")
    tag = call.parameters.get("tag")
    if kind not in _TYPES:
        raise problems.invalid(f"Param messaging_type must be one of {{{', '.join(_TYPES)}}}")
    if kind == "UTILITY":
        raise problems.needs("pages_utility_messaging", reading=False)
    if kind != "MESSAGE_TAG":
        return None
    if tag != "HUMAN_AGENT":
        raise problems.invalid("Param tag must be one of {HUMAN_AGENT}: this message tag is no longer supported")
    if not call.policy.human_agent:
        raise problems.GraphError(10, "(#10) This action requires the Human Agent permission")
    return tag


def _person(call: Call, wanted: str) -> tuple[Person, MessagePlatform]:
    person = call.ledger.contacts.get(wanted)
    if person is None or person.brand:
        raise problems.GraphError(100, "(#100) No matching user found", subcode=2018001)
    platform: MessagePlatform = "messenger" if wanted == person.psid else "instagram"
    if call.brand.igsid == call.path.partition("/")[0] and platform == "messenger":
        raise problems.GraphError(100, "(#100) No matching user found", subcode=2018001)
    return person, platform


def _answered(call: Call, recipient: dict[str, Any]) -> tuple[Item, Person, MessagePlatform]:
    """Return the comment or post that a private reply is to, and who wrote it."""
    wanted = str(recipient.get("comment_id") or recipient.get("post_id"))
    last = wanted.rsplit("_", 1)[-1]
    item = call.ledger.items.get(int(last)) if last.isascii() and last.isdecimal() else None
    kinds = (Comment, IgComment) if recipient.get("comment_id") else (Post,)
    if not isinstance(item, kinds) or not item.seen(call.now_ms):
        raise problems.missing(wanted, "post")
    if item.author.brand or _lies_elsewhere(item):
        raise problems.GraphError(10903, "(#10903) This user can't reply to this activity")
    if item.private_reply is not None:
        raise problems.GraphError(10900, "(#10900) Activity already replied to")
    if call.now_ms > reply_deadline_ms(call, item):
        raise problems.GraphError(10902, "(#10902) Time limit exceeded: the activity is too old to be replied to")
    return item, item.author, "instagram" if isinstance(item, IgComment) else "messenger"


def _lies_elsewhere(item: Item) -> bool:
    """Whether something was not written on the Page or below what the brand published."""
    if isinstance(item, IgComment):
        return not item.media.author.brand
    post = item.post if isinstance(item, Comment) else item
    return isinstance(post, Post) and (post.kind == "tagged" or (post is item and post.kind != "visitor"))


def _refuse_length(call: Call, text: str, platform: MessagePlatform) -> None:
    most = call.policy.messenger_text if platform == "messenger" else call.policy.instagram_text
    length = len(text) if platform == "messenger" else len(text.encode("utf-8", "surrogatepass"))
    if length > most:
        raise problems.invalid(f"Length of param message[text] must be less than or equal to {most}")


def _refuse_person(call: Call, person: Person, platform: MessagePlatform) -> None:
    """Refuse what the person, the Page's standing or another application does not allow."""
    if call.policy.page_restricted:
        words = "(#10) This Page is temporarily restricted from sending messages"
        raise problems.GraphError(10, words, subcode=1893063)
    if not person.reachable:
        raise problems.GraphError(551, "(#551) This person isn't available right now.", subcode=1545041)
    thread = call.graph.thread(person, platform)
    if call.policy.other_app_blocks and thread is not None and thread.holder is not None:
        words = "(#10) Message failed to send because another app is controlling this thread now."
        raise problems.GraphError(10, words, subcode=2018300)


def _refuse_window(call: Call, person: Person, platform: MessagePlatform, tag: str | None) -> None:
    """Refuse a message to somebody who has not written for 24 hours, or 7 days with HUMAN_AGENT."""
    heard = last_heard_ms(call.graph.thread(person, platform))
    hours = call.policy.window_hours if tag is None else call.policy.human_agent_days * 24
    if heard is None or call.now_ms - heard > hours * _HOUR_MS:
        raise problems.window_closed(platform)
