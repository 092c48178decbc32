"""Whether a conversation still is what somebody saw of it when they decided. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from social_listener.desk_types import ConversationView


def unchanged(before: ConversationView, now: ConversationView, said: Sequence[str] = ()) -> bool:
    """Return whether nothing differs that one would decide by: what was said, where it stands, who has it.

    `said`: what whoever decides has just answered themselves.

    A reply that was in sight and leaves, or arrives at the platform, is no news: who answers and puts away in one go
    means both. One that was not in sight is news.
    """
    ours = _ours(before) | {text.strip() for text in said}
    return _standing(before) == _standing(now) and _theirs(before) == _theirs(now) and _ours(now) <= ours


def _standing(view: ConversationView) -> tuple[object, ...]:
    return view.conversation_id, view.status, view.snoozed_until, view.assignee, view.team, view.notes, view.proposals


def _theirs(view: ConversationView) -> Mapping[str, tuple[str, bool]]:
    return {
        line.item.id: (line.item.text, line.deleted_at is not None) for line in view.items if not line.item.outbound
    }


def _ours(view: ConversationView) -> set[str]:
    said = {line.item.text.strip() for line in view.items if line.item.outbound}
    return said | {reply.text.strip() for reply in view.replies}
