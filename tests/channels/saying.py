"""What the contract suite says and asks."""

from __future__ import annotations

from faces import NOW, action, stream, walk

from social_listener.channels import Channel
from social_listener.model import (
    Allowed,
    Interaction,
    PrivateReply,
    PublicReply,
    Standing,
    StreamKind,
)

__all__ = ["action", "private", "public", "said", "verdicts"]


def public(item: str, text: str = "We are sorry, we look into it.") -> PublicReply:
    """Return a public reply to a native id."""
    return PublicReply(intent_id="i", account_id="main", item_id=f"any:{item}", item_native_id=item, text=text)


def private(
    person: str, thread: str | None, text: str = "Only for you.", *, answers: str | None = None
) -> PrivateReply:
    """Return a private reply, to the public item `answers` where that is given."""
    return PrivateReply(
        intent_id="i",
        account_id="main",
        item_id=f"any:{answers or 1}",
        item_native_id=answers or "1",
        to_public=answers is not None,
        recipient_native_id=person,
        thread_native_id=thread,
        heard_at=None,
        by_person=True,
        text=text,
    )


def said(channel: Channel, kind: StreamKind) -> list[Interaction]:
    """Return what one walk brings for itself."""
    return [item for page in walk(channel, stream(kind)) for item in page.interactions if not item.context]


def verdicts(channel: Channel, item: Interaction) -> dict[str, Allowed]:
    """Return what is allowed, by verb."""
    return {one.verb: one for one in channel.allowed(item, Standing(), NOW)}
