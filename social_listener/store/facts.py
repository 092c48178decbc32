"""What is stored of the items, contacts and conversations that a page tells of, read by lists of ids."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from social_listener.levels import Levels
from social_listener.model import Attachment, Contact, Factor, Interaction, Kind, SentimentLabel, Status
from social_listener.store.staging import select

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(slots=True, kw_only=True)
class StoredItem:
    """An item with what we know of it besides."""

    item: Interaction
    first_seen_at: datetime
    checked_at: datetime
    deleted_at: datetime | None = None
    answered_at: datetime | None = None
    liked_by_us: bool = False
    stream_id: str | None = None
    told_at: datetime | None = None  #: when these words were first told, where the platform tells no time of an edit
    again_at: datetime | None = None  #: when it was reworded after our answer
    reach: int | None = None  #: its author's followers when it was first stored


@dataclass(slots=True, kw_only=True)
class StoredContact:
    """A contact with what we know of them besides."""

    contact: Contact
    first_seen_at: datetime
    updated_at: datetime
    recent_ids: tuple[str, ...] = ()  #: their newest inbound items, newest first


@dataclass(slots=True, kw_only=True)
class StoredConversation:
    """One row of `conversations`."""

    id: str
    channel: str
    account_id: str
    thread_id: str
    contact_id: str
    private: bool
    first_at: datetime
    last_at: datetime
    status: Status
    snoozed_until: datetime | None
    assignee: str | None
    version: int
    said_version: int
    updated_at: datetime
    waiting_ids: tuple[str, ...]
    newest_id: str | None
    elsewhere: bool = False
    labels: str = ""  #: "id id"
    settled_at: datetime | None = None  #: when it was last resolved, and not reopened by staff
    settled_before: datetime | None = None  #: what stood there before that
    clock_from: datetime | None = None  #: since when a resolution is due, or from when on; None: it is resolved
    clock_spent_s: float = 0.0  #: opening time used before that


@dataclass(slots=True, kw_only=True)
class Inbound:
    """What the queue and a score need to know of an inbound item."""

    id: str
    author_id: str
    kind: Kind
    sent_at: datetime
    first_seen_at: datetime
    answered_at: datetime | None
    deleted: bool
    stream_id: str
    text: str
    edited_at: datetime | None = None  #: None too where the platform does not tell when
    again_at: datetime | None = None
    priority: int = 0
    sentiment_label: SentimentLabel = SentimentLabel.UNSURE
    language: str | None = None

    @property
    def since(self) -> datetime:
        """Return since when it waits, while nobody has answered it."""
        return self.again_at or self.sent_at


@dataclass(slots=True, kw_only=True)
class Known:
    """Everything stored that some pages may touch."""

    items: dict[str, StoredItem] = field(default_factory=dict)
    contacts: dict[str, StoredContact] = field(default_factory=dict)
    conversations: dict[str, StoredConversation] = field(default_factory=dict)
    inbound: dict[str, Inbound] = field(default_factory=dict)  #: what waits or came lately in those conversations
    levels: Levels = field(default_factory=Levels)  #: what is promised
    said: dict[str, datetime] = field(default_factory=dict)  #: conversation → when we last said something in it
    said_at: dict[str, list[datetime]] = field(default_factory=dict)  #: all those times, where a late item needs them
    #: conversation → what was answered in it, where earlier words of ours come late
    answered: dict[str, list[str]] = field(default_factory=dict)
    sightings: set[str] = field(default_factory=set)  #: "<stream id> <interaction id>"
    versions: dict[str, str] = field(default_factory=dict)  #: id of a version → its text
    letters: dict[str, list[str]] = field(default_factory=dict)  #: native id of an item → its open dead letters
    gone: set[str] = field(default_factory=set)  #: items that were deleted before they were told of
    links: set[str] = field(default_factory=set)  #: "<item id> <private conversation id>"
    silenced: set[str] = field(default_factory=set)  #: contacts whose conversations raise no queue row
    #: id of a version, as if it were an item → the item it is a version of
    chains: dict[str, str] = field(default_factory=dict)


ITEM: Final = tuple(each.name for each in fields(Interaction))
OURS: Final = (
    "first_seen_at",
    "checked_at",
    "deleted_at",
    "answered_at",
    "liked_by_us",
    "stream_id",
    "told_at",
    "again_at",
    "reach",
)
CONTACT: Final = tuple(each.name for each in fields(Contact))
CONTACT_OURS: Final = ("first_seen_at", "updated_at", "recent_ids")
CONVERSATION: Final = tuple(each.name for each in fields(StoredConversation))
_INBOUND: Final = (
    *("id", "author_id", "kind", "sent_at", "first_seen_at", "answered_at", "deleted_at", "stream_id", "text"),
    *("edited_at", "again_at", "told_at"),
)
_JSON = json.JSONEncoder(ensure_ascii=False).encode  # made once: `dumps` makes one a call
_FACTS = attrgetter(*ITEM)
_OURS = attrgetter(*OURS)
_CONTACT = attrgetter(*CONTACT)
_CONVERSATION = attrgetter(*CONVERSATION)
_WAITING = CONVERSATION.index("waiting_ids")
_KIND, _ATTACHMENTS = ITEM.index("kind"), ITEM.index("attachments")


def version_key(item: Interaction) -> str:
    """Return the key of an item's present wording."""
    return f"{item.channel}:{item.version_id}"


# -- to rows -----------------------------------------------------------------------------------------------------------


def item_row(stored: StoredItem) -> list[Any]:
    """Return an item's values in the order of `ITEM`, then `OURS`."""
    values = [*_FACTS(stored.item), *_OURS(stored)]
    attachments = values[_ATTACHMENTS]
    values[_ATTACHMENTS] = json.dumps([asdict(one) for one in attachments]) if attachments else "[]"
    return values


def contact_row(stored: StoredContact) -> list[Any]:
    """Return a contact's values in the order of `CONTACT`, then `CONTACT_OURS`."""
    return [*_CONTACT(stored.contact), stored.first_seen_at, stored.updated_at, " ".join(stored.recent_ids)]


def conversation_row(stored: StoredConversation) -> list[Any]:
    """Return a conversation's values in the order of `CONVERSATION`."""
    values = list(_CONVERSATION(stored))
    values[_WAITING] = " ".join(stored.waiting_ids)
    return values


def factors_text(factors: Iterable[Factor]) -> str:
    """Return factors as the JSON list that is stored."""
    return f"[{', '.join(_factor_text(one.name, one.points, one.words, one.because) for one in factors)}]"


@lru_cache(1 << 12, typed=True)  # many items have the same few factors; 12 and 12.0 are written differently
def _factor_text(name: str, points: float, words: tuple[str, ...], because: str) -> str:
    return _JSON({"name": name, "points": points, "words": words, "because": because})


# -- from rows ---------------------------------------------------------------------------------------------------------


def items(cursor: DuckDBPyConnection, ids: Collection[str]) -> dict[str, StoredItem]:
    """Return the stored items of those ids."""
    found = {}
    for row in select(cursor, "interactions", "id", (*ITEM, *OURS), sorted(ids)):
        values = [_utc(value) for value in row]
        values[_KIND] = Kind(values[_KIND])
        values[_ATTACHMENTS] = attachments_of(values[_ATTACHMENTS])
        facts = Interaction(**dict(zip(ITEM, values, strict=False)))
        found[facts.id] = StoredItem(item=facts, **dict(zip(OURS, values[len(ITEM) :], strict=True)))
    return found


def attachments_of(text: str) -> tuple[Attachment, ...]:
    """Return the attachments that a stored JSON list holds."""
    return () if text == "[]" else tuple(Attachment(**one) for one in json.loads(text))


def contacts(cursor: DuckDBPyConnection, ids: Collection[str]) -> dict[str, StoredContact]:
    """Return the stored contacts of those ids."""
    found = {}
    for row in select(cursor, "contacts", "id", (*CONTACT, *CONTACT_OURS), sorted(ids)):
        values = [_utc(value) for value in row]
        first_seen_at, updated_at, recent = values[len(CONTACT) :]
        found[values[0]] = StoredContact(
            contact=Contact(**dict(zip(CONTACT, values, strict=False))),
            first_seen_at=first_seen_at,
            updated_at=updated_at,
            recent_ids=tuple(recent.split()),
        )
    return found


def conversations(cursor: DuckDBPyConnection, ids: Collection[str]) -> dict[str, StoredConversation]:
    """Return the stored conversations of those ids."""
    found = {}
    for row in select(cursor, "conversations", "id", CONVERSATION, sorted(ids)):
        values = {name: _utc(value) for name, value in zip(CONVERSATION, row, strict=True)}
        values["status"] = Status(values["status"])
        values["waiting_ids"] = tuple(values["waiting_ids"].split())
        found[values["id"]] = StoredConversation(**values)
    return found


def inbound(cursor: DuckDBPyConnection, ids: Iterable[str]) -> dict[str, Inbound]:
    """Return what the queue needs to know of those items."""
    wanted = sorted(set(ids))
    found = {}
    for row in select(cursor, "interactions", "id", _INBOUND, wanted):
        item_id, author_id, kind, sent_at, first_seen_at, answered_at, deleted_at, stream_id, text, *again = row
        edited_at, again_at, told_at = again
        found[item_id] = Inbound(
            id=item_id,
            author_id=author_id,
            kind=Kind(kind),
            sent_at=_utc(sent_at),
            first_seen_at=_utc(first_seen_at),
            answered_at=_utc(answered_at),
            deleted=deleted_at is not None,
            stream_id=stream_id or "",
            text=text,
            edited_at=_utc(edited_at) if told_at is None else None,
            again_at=_utc(again_at),
        )
    scores = ("interaction_id", "priority", "sentiment_label", "language")
    for item_id, priority, label, language in select(cursor, "scores", "interaction_id", scores, list(found)):
        one = found[item_id]
        one.priority, one.sentiment_label, one.language = priority, SentimentLabel(label), language
    return found


def our_words(cursor: DuckDBPyConnection, conversation_ids: Collection[str]) -> dict[str, datetime]:
    """Return when we last said something in each of those conversations, other than at this desk; absent: never."""
    names = ("conversation_id", "said_at")
    rows = select(cursor, "our_words", "conversation_id", names, sorted(conversation_ids))
    return {conversation_id: _utc(said_at) for conversation_id, said_at in rows}


def our_times(cursor: DuckDBPyConnection, conversation_ids: Collection[str]) -> dict[str, list[datetime]]:
    """Return when we said something in each of those conversations, oldest first. It reads the whole table.

    Not at this desk, though: whoever writes here answers what is in view, and an item that shows late was not.
    """
    found: dict[str, list[datetime]] = {}
    rows = cursor.execute(
        "SELECT conversation_id, sent_at FROM interactions WHERE outbound AND stream_id IS NOT NULL"
        " AND list_contains(?, conversation_id) ORDER BY sent_at",
        [sorted(conversation_ids)],
    ).fetchall()
    for conversation_id, sent_at in rows:
        found.setdefault(conversation_id, []).append(_utc(sent_at))
    return found


def answered(cursor: DuckDBPyConnection, since: Mapping[str, datetime]) -> dict[str, list[str]]:
    """Return what was said to us in each conversation and answered after that moment. It reads the whole table."""
    found: dict[str, list[str]] = {}
    rows = cursor.execute(
        "SELECT conversation_id, id, answered_at FROM interactions WHERE answered_at > ? AND NOT outbound"
        " AND list_contains(?, conversation_id) ORDER BY id",
        [min(since.values()), sorted(since)],
    ).fetchall()
    for conversation_id, item_id, answered_at in rows:
        if answered_at > since[conversation_id]:
            found.setdefault(conversation_id, []).append(item_id)
    return found


def newest_inbound(cursor: DuckDBPyConnection, conversation_id: str, but: Collection[str] = ()) -> Inbound | None:
    """Return a conversation's newest inbound item that is not deleted and not in `but`. It reads the whole table."""
    row = cursor.execute(
        "SELECT id FROM interactions WHERE conversation_id = ? AND NOT outbound AND NOT context AND deleted_at IS NULL"
        " AND NOT list_contains(?, id) ORDER BY sent_at DESC, id DESC LIMIT 1",
        [conversation_id, sorted(but)],
    ).fetchone()
    return inbound(cursor, [row[0]]).get(row[0]) if row else None


def sightings(cursor: DuckDBPyConnection, ids: Collection[str]) -> set[str]:
    """Return which of those sightings are known."""
    return {row[0] for row in select(cursor, "sightings", "id", ("id",), sorted(ids))}


def versions(cursor: DuckDBPyConnection, ids: Collection[str]) -> dict[str, str]:
    """Return the texts of those versions."""
    return dict(select(cursor, "interaction_versions", "id", ("id", "text"), sorted(ids)))


def chains(cursor: DuckDBPyConnection, ids: Collection[str]) -> dict[str, str]:
    """Return which of those ids name a wording of a reworded item: id → the item."""
    return dict(select(cursor, "interaction_versions", "id", ("id", "interaction_id"), sorted(ids)))


def gone(cursor: DuckDBPyConnection, ids: Collection[str]) -> set[str]:
    """Return which of those items were deleted before they were told of."""
    return {row[0] for row in select(cursor, "gone", "id", ("id",), sorted(ids))}


def links(cursor: DuckDBPyConnection, ids: Collection[str]) -> set[str]:
    """Return which of those links are known."""
    return {row[0] for row in select(cursor, "links", "id", ("id",), sorted(ids))}


def silenced(cursor: DuckDBPyConnection, contact_ids: Collection[str]) -> set[str]:
    """Return which of those contacts are muted or spam."""
    return {row[0] for row in select(cursor, "silences", "contact_id", ("contact_id",), sorted(contact_ids))}


def _utc(value: Any) -> Any:
    return value.astimezone(UTC) if isinstance(value, datetime) else value
