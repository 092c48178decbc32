"""Finding rows by a contact, a conversation or a thread, for which the tables have no index.

It is exact although the index follows behind: what changed since is in the log of changes, and the tables are asked
about that, by key. Where that does not do, None is returned, and the caller reads the whole table as it would without.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from social_listener.store import search_log
from social_listener.store.search_files import BrokenIndex, all_of, flagged, holding
from social_listener.store.staging import select

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection
    from tantivy import Query

    from social_listener.store.search_files import IndexFiles

#: with more changes than these the tables are read whole
_MOST_CHANGED: Final = 500
#: with more hits than these too
_MOST_FOUND: Final = 5_000


@dataclass(frozen=True, slots=True)
class Lookup:
    """The index as one reader may use it: with what changed in its snapshot since."""

    cursor: DuckDBPyConnection
    files: IndexFiles
    changed: frozenset[str]  #: conversations of which the index is behind

    def items(self, conversation_ids: Sequence[str]) -> list[str] | None:
        """Return the ids of all items of those conversations, context included, in no order."""
        if not self.changed.isdisjoint(conversation_ids):
            return None
        found = self._hits(all_of([flagged("item"), holding("conversation", conversation_ids)]))
        return None if found is None else [item_id for _, item_id in found]

    def of_contact(self, contact_id: str) -> list[str] | None:
        """Return the ids of all conversations with a contact, in no order."""
        return self._conversations("contact", "contact_id", contact_id)

    def in_thread(self, thread_id: str) -> list[str] | None:
        """Return the ids of all conversations in a thread, in no order."""
        return self._conversations("thread", "thread_id", thread_id)

    def _conversations(self, field: str, column: str, value: str) -> list[str] | None:
        found = self._hits(holding(field, [value]))
        if found is None:
            return None
        ids = {conversation_id for conversation_id, _ in found}
        if self.changed:
            rows = select(self.cursor, "conversations", "id", ("id", column), sorted(self.changed))
            ids |= {one for one, here in rows if here == value}
        return sorted(ids)

    def _hits(self, query: Query) -> list[tuple[str, str]] | None:
        try:
            hits = self.files.search(query, _MOST_FOUND)
        except BrokenIndex:
            return None
        return None if hits.cut else list(hits.pairs())


def behind(cursor: DuckDBPyConnection, files: IndexFiles) -> frozenset[str] | None:
    """Return the conversations of which the index is behind what a reader sees; None: it is too far behind."""
    upto, changed, _ = search_log.changed(cursor, files.state.seq, _MOST_CHANGED)
    if len(changed) > _MOST_CHANGED or search_log.waiting(cursor, upto):
        return None
    return frozenset(changed)
