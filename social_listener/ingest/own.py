"""Our own comments as platforms tell them: which item they answer, where the platform itself does not say it.

Facebook and Instagram put an answer to a nested comment below the top-level one, and tell only that. Who is answered by
what this desk sent is known here; taken by the platform's word it would settle what somebody else waits for.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from social_listener.model import Kind
from social_listener.outbox_rules import LOOKBACK, witness_text
from social_listener.store import answers

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from social_listener.model import Interaction, Page
    from social_listener.store.answers import SentTo


def at_home(cursor: DuckDBPyConnection, page: Page) -> Page:
    """Return a page with our own comments below the item that a reply of this desk answered with them."""
    own = [item for item in page.interactions if _is_own_comment(item)]
    if not own:
        return page
    sent = answers.sent_to(cursor, own[0].account_id, [item.id.partition(":")[2] for item in own])
    if not sent:
        return page
    items = tuple(_home(item, sent) if _is_own_comment(item) else item for item in page.interactions)
    return replace(page, interactions=items)


def _is_own_comment(item: Interaction) -> bool:
    return item.outbound and not item.private and item.kind is Kind.COMMENT and item.reply_to_id is not None


def _home(item: Interaction, sent: list[SentTo]) -> Interaction:
    """Return our own comment below what it answers: by its id, or, while a reply's id is not known, by its words."""
    native_id = item.id.partition(":")[2]
    made = next((one for one in sent if one.platform_id == native_id), None) or next(
        (one for one in sent if one.platform_id is None and _fits(item, one)), None
    )
    return item if made is None else replace(item, conversation_id=made.conversation_id, reply_to_id=made.item_id)


def _fits(item: Interaction, sent: SentTo) -> bool:
    return (
        item.reply_to_id in {sent.item_id, sent.parent_id}
        and item.sent_at >= sent.created_at - LOOKBACK
        and witness_text(item.text) == witness_text(sent.text)
    )
