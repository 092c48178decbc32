"""What the contract suite says and asks."""

from __future__ import annotations

from faces import NOW, stream, walk

from social_listener.channels import Channel
from social_listener.model import (
    Action,
    ActionKind,
    Allowed,
    Interaction,
    PrivateReply,
    PublicReply,
    Standing,
    StreamKind,
)


def public(item: str, text: str = "We are sorry, we look into it.") -> PublicReply:
    """Return a public reply to a native id."""
    return PublicReply(intent_id="i", account_id="main", item_id=f"x:{item}", item_native_id=item, text=text)


def private(person: str, thread: str | None, text: str = "Only for you.") -> PrivateReply:
    """Return a private reply."""
    return PrivateReply(
        intent_id="i",
        account_id="main",
        item_id="x:1",
        item_native_id="1",
        to_public=False,
        recipient_native_id=person,
        thread_native_id=thread,
        heard_at=None,
        by_person=True,
        text=text,
    )


def action(kind: ActionKind, item: str) -> Action:
    """Return an action on a native id."""
    return Action(kind=kind, account_id="main", item_id=f"x:{item}", item_native_id=item)


def said(channel: Channel, kind: StreamKind) -> list[Interaction]:
    """Return what one walk brings for itself."""
    return [item for page in walk(channel, stream(kind)) for item in page.interactions if not item.context]


def verdicts(channel: Channel, item: Interaction) -> dict[str, Allowed]:
    """Return what is allowed, by verb."""
    return {one.verb: one for one in channel.allowed(item, Standing(), NOW)}
