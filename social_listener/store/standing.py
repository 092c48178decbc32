"""What a platform's rules ask for besides the item itself: when its author last wrote in private, private replies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from social_listener.model import Standing
from social_listener.store.rows import aware

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.model import Interaction
    from social_listener.store.conversations import ConversationRow, Outline


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What was read already of the customer who wrote an item."""

    talks: Sequence[ConversationRow]  #: every conversation with them that can be seen, newest first
    said: Sequence[Outline]  #: in all of those, oldest first
    answered: bool  #: private replies, ours or told of, may hang on items of the conversation that is shown

    def direct(self, item: Interaction) -> ConversationRow | None:
        """Return the direct conversation with the author of an item."""
        for talk in self.talks:
            same = talk.contact_id == item.author_id and talk.account_id == item.account_id and talk.private
            if talk.id == item.conversation_id if item.private else same:
                return talk
        return None

    def heard(self, conversation_id: str) -> datetime | None:
        """Return when the customer last wrote in a conversation."""
        times = (one.sent_at for one in self.said if one.conversation_id == conversation_id and one.inbound)
        return max(times, default=None)


def standing_in(cursor: DuckDBPyConnection, item: Interaction, around: Around) -> Standing:
    """Return how things stand around an item of one of the customers whose conversations were read."""
    talk = around.direct(item)
    asked = not item.private and around.answered
    return Standing(
        heard_at=around.heard(talk.id) if talk is not None else None,
        private_replies=_private_replies(cursor, item.id, None) if asked else 0,
        elsewhere=talk is not None and talk.elsewhere,
    )


def standing(cursor: DuckDBPyConnection, item: Interaction, *, but: str | None = None) -> Standing:
    """Return how things stand around `item`; the reply with the id `but` is not counted."""
    talk = _direct(cursor, item)
    heard = None
    if talk is not None:
        found = cursor.execute(
            "SELECT max(sent_at) FROM interactions WHERE conversation_id = ? AND NOT outbound AND NOT context",
            [talk[0]],
        ).fetchone()
        heard = aware(found[0]) if found else None
    return Standing(
        heard_at=heard,
        private_replies=0 if item.private else _private_replies(cursor, item.id, but),
        elsewhere=talk is not None and talk[1],
    )


def _direct(cursor: DuckDBPyConnection, item: Interaction) -> tuple[str, bool] | None:
    """Return the direct conversation with the author of an item, and whether another program holds it."""
    if item.private:
        sql, values = "SELECT id, elsewhere FROM conversations WHERE id = ?", [item.conversation_id]
    else:
        sql = """SELECT id, elsewhere FROM conversations WHERE contact_id = ? AND account_id = ? AND private
                 ORDER BY last_at DESC LIMIT 1"""
        values = [item.author_id, item.account_id]
    found = cursor.execute(sql, values).fetchone()
    return (found[0], bool(found[1])) if found else None


def _private_replies(cursor: DuckDBPyConnection, item_id: str, but: str | None) -> int:
    """Return how many private replies to a public item went out, or may have: through this desk and past it."""
    ours = cursor.execute(
        """SELECT count(*) FROM replies WHERE item_id = ? AND private AND state IN ('sending', 'in_doubt', 'sent')
           AND id IS DISTINCT FROM ?""",
        [item_id, but],
    ).fetchone()
    told = cursor.execute("SELECT count(*) FROM links WHERE item_id = ? AND reply_id IS NULL", [item_id]).fetchone()
    return (int(ours[0]) if ours else 0) + (int(told[0]) if told else 0)
