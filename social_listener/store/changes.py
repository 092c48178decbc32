"""What one transaction of reading writes: rows by table. Made by `ingest`, which decides; written by `pages`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from social_listener.levels import Due
    from social_listener.model import Kind, Score, SentimentLabel, Status
    from social_listener.store.facts import StoredContact, StoredConversation, StoredItem


@dataclass(frozen=True, slots=True, kw_only=True)
class RawPage:
    """An answer of a platform as it came."""

    id: str
    stream_id: str
    fetched_at: datetime
    server_time: datetime
    seq: int
    item_ids: tuple[str, ...]
    body: bytes  #: zstd


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """One wording of an item."""

    id: str
    interaction_id: str
    version_id: str
    text: str
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """That an item was seen in a further stream than the one that brought it first."""

    id: str  #: "<stream id> <interaction id>"
    stream_id: str
    interaction_id: str
    page_id: str
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetterRow:
    """A raw item that could not be read."""

    id: str
    stream_id: str
    native_id: str | None
    reason: str
    raw: bytes  #: zstd
    page_id: str
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """That a direct conversation goes on from a public item."""

    id: str  #: "<item id> <private conversation id>"
    item_id: str
    public_conversation_id: str
    private_conversation_id: str
    made_at: datetime
    reply_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """One row of `queue`."""

    conversation_id: str
    channel: str
    account_id: str
    stream_id: str
    kind: Kind
    private: bool
    status: Status
    snoozed_until: datetime | None
    assignee: str | None
    item_id: str
    priority: int
    waiting_since: datetime | None
    sentiment_label: SentimentLabel
    language: str | None
    contact_id: str
    contact_name: str
    contact_handle: str
    excerpt: str
    last_at: datetime
    unanswered: int
    version: int
    labels: str  #: "id id"
    due_at: datetime | None
    due_what: Due | None
    due_since: datetime | None
    due_seen_at: datetime | None
    warn_at: datetime | None


@dataclass(slots=True, kw_only=True)
class Changes:
    """Rows by table; `new_…` are inserted, `changed_…` replaced by key."""

    raw_pages: list[RawPage] = field(default_factory=list)
    new_items: dict[str, StoredItem] = field(default_factory=dict)
    changed_items: dict[str, StoredItem] = field(default_factory=dict)
    checked_ids: list[str] = field(default_factory=list)  #: nothing changed, but the platform told us of them again
    deleted_ids: list[str] = field(default_factory=list)  #: known items whose texts must go everywhere
    new_versions: dict[str, VersionRow] = field(default_factory=dict)
    changed_versions: dict[str, VersionRow] = field(default_factory=dict)
    worded: set[str] = field(default_factory=set)  #: conversations of which a wording was told, however late
    new_contacts: dict[str, StoredContact] = field(default_factory=dict)
    changed_contacts: dict[str, StoredContact] = field(default_factory=dict)
    renamed_ids: list[str] = field(default_factory=list)  #: known contacts of whom more was told: name, handle …
    new_conversations: dict[str, StoredConversation] = field(default_factory=dict)
    changed_conversations: dict[str, StoredConversation] = field(default_factory=dict)
    said: dict[str, datetime] = field(default_factory=dict)  #: conversation → when we last said something in it
    answered: dict[str, datetime] = field(default_factory=dict)  #: known item → when we first answered it
    again: dict[str, datetime] = field(default_factory=dict)  #: known item → since when it waits anew
    sightings: list[Sighting] = field(default_factory=list)
    met: int = 0  #: items that their stream brought for the first time
    scores: dict[str, Score] = field(default_factory=dict)
    dead_letters: dict[str, DeadLetterRow] = field(default_factory=dict)
    links: dict[str, LinkRow] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)  #: deleted items of which nothing else was told so far
    settled_letters: list[str] = field(default_factory=list)  #: open dead letters whose items could be read by now
    #: conversations whose queue row is decided anew; None: they have none
    queue: dict[str, QueueRow | None] = field(default_factory=dict)

    @property
    def told_something(self) -> bool:
        """Return whether there is anything a later rebuild would need the raw page for."""
        return bool(
            self.new_items
            or self.changed_items
            or self.deleted_ids
            or self.new_versions
            or self.changed_versions
            or self.new_contacts
            or self.changed_contacts
            or self.sightings
            or self.links
            or self.gone
            or self.dead_letters
        )

    @property
    def concern(self) -> set[str]:
        """Return what it has to do with: conversations, contacts and threads, by their ids; see `Store.narrow`."""
        talks = (*self.new_conversations.values(), *self.changed_conversations.values())
        items = [one.item for one in (*self.new_items.values(), *self.changed_items.values())]
        found = {*self.queue, *self.said, *self.worded, *self.new_contacts, *self.changed_contacts, *self.renamed_ids}
        found |= {*self.gone, *self.answered, *self.again, *self.scores, *self.dead_letters}
        for talk in talks:
            found |= {talk.id, talk.contact_id, talk.thread_id}
        for item in items:
            found |= {item.conversation_id, item.author_id, item.thread_id}
        for link in self.links.values():
            found |= {link.public_conversation_id, link.private_conversation_id}
        return found
