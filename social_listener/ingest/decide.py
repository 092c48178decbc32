"""What a few pages change, decided from what is stored. Pure: the same input gives the same rows."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import zstandard

from social_listener.ingest.merge import conflict, merge, merge_contact, storable_contact, unstorable, worded_then
from social_listener.ingest.talk import Scorer, follow
from social_listener.model import Contact, Interaction, Link, Page, Reject
from social_listener.store.changes import Changes, DeadLetterRow, LinkRow, RawPage, Sighting, VersionRow
from social_listener.store.facts import Known, StoredContact, StoredItem, version_key
from social_listener.store.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Sequence

#: an unchanged item's `checked_at` is written only when it is older than this: most of an overlap changes nothing
CHECK_AGAIN: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A page with where it came from."""

    page: Page
    stream_id: str
    fetched_at: datetime
    id: str  #: of its raw page
    seq: int
    body: bytes  #: the raw answer, zstd
    sighted: bool = True  #: False: looked up again, which is no sighting in a stream
    pushed: bool = False  #: it is of a webhook: what it tells may be older than what is known


@dataclass(slots=True, kw_only=True)
class Work:
    """The state of one decision."""

    known: Known
    now: datetime
    changes: Changes = field(default_factory=Changes)
    fresh: list[str] = field(default_factory=list)  #: items met for themselves for the first time
    edited: list[str] = field(default_factory=list)  #: items with a new wording
    earlier: dict[str, datetime] = field(default_factory=dict)  #: items said earlier than it seemed → when it seemed
    deleted: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)  #: sightings made here
    linked: list[Link] = field(default_factory=list)  #: links made here
    moved: list[str] = field(default_factory=list)  #: conversations that another program took, or gave back
    elsewhere: dict[str, bool] = field(default_factory=dict)  #: the same of conversations that may begin here

    def item(self, item_id: str) -> StoredItem | None:
        """Return an item as it is by now."""
        changes = self.changes
        return changes.new_items.get(item_id) or changes.changed_items.get(item_id) or self.known.items.get(item_id)

    def contact(self, contact_id: str) -> StoredContact | None:
        """Return a contact as it is by now."""
        changes = self.changes
        return (
            changes.new_contacts.get(contact_id)
            or changes.changed_contacts.get(contact_id)
            or self.known.contacts.get(contact_id)
        )


def decide(fetched: Sequence[Fetched], known: Known, scorer: Scorer, now: datetime) -> Changes:
    """Return every row that changes when `fetched`, in the order they came, meet what is `known`, which is used up."""
    work = Work(known=known, now=now)
    for one in fetched:
        _meet_page(work, one)
    follow(work, scorer)
    for one in fetched:
        if work.changes.told_something and _matters(work, one):
            work.changes.raw_pages.append(_raw_page(work, one))
    return work.changes


def _meet_page(work: Work, one: Fetched) -> None:
    """Take in one page: contacts, items, deletions, rejects."""
    for contact in one.page.contacts:
        _meet_contact(work, contact)
    for item in one.page.interactions:
        _meet(work, one, item)
    for item_id in one.page.deleted:
        _delete(work, work.known.chains.get(item_id, item_id), early=one.pushed or one.page.unversioned)
    for item_id, hidden in one.page.hidden.items():
        _hide(work, item_id, hidden=hidden)
    for link in one.page.links:
        _link(work, link)
    for conversation_id, elsewhere in one.page.elsewhere.items():
        _hand(work, conversation_id, elsewhere=elsewhere)
    for reject in one.page.rejects:
        _set_aside(work, one, reject)


def _meet(work: Work, one: Fetched, item: Interaction) -> None:
    stored = work.item(item.id)
    if stored is None and not work.known.gone.isdisjoint({item.id, version_key(item)}):
        return
    if one.pushed and stored is not None:
        item = replace(item, likes=stored.item.likes)  # a poll's count is never older than that of a delivery
    if one.page.unversioned and stored is not None:
        item = worded_then(stored.item, stored.told_at, item, one.page.server_time)
    fault = unstorable(item) or (conflict(stored.item, item) if stored else None)
    if fault:
        # Without a native id, so that the item's usual telling does not settle it: somebody has to see this.
        _set_aside(work, one, Reject(native_id=None, reason=f"{item.id} {fault}", raw=_outline(item)))
        return
    work.changes.settled_letters += work.known.letters.pop(item.id.partition(":")[2], ())
    if one.sighted and not item.context:
        _sight(work, one, item.id, stored)
    told_at = one.page.server_time if one.page.unversioned else None
    if stored is None:
        _add(work, one, item, told_at)
    elif stored.deleted_at is None:
        _change(work, stored, item, told_at)


def _add(work: Work, one: Fetched, item: Interaction, told_at: datetime | None) -> None:
    work.changes.new_items[item.id] = StoredItem(
        item=item, first_seen_at=work.now, checked_at=work.now, stream_id=one.stream_id, told_at=told_at
    )
    if not item.context or item.outbound:
        work.fresh.append(item.id)


def _change(work: Work, stored: StoredItem, told: Interaction, told_at: datetime | None) -> None:
    """Store what is told anew of a known item, or that it was told again."""
    before = stored.item
    merged = merge(before, told)
    # What is told only because another item hangs on it says nothing new of one that was met for itself.
    if told.version_id != before.version_id and (before.context or not told.context):
        _keep_wording(work, before, stored.first_seen_at)
        _keep_wording(work, told, work.now)
    elif merged.text != before.text:
        _correct_wording(work, merged)
    if merged is before:
        if stored.checked_at <= work.now - CHECK_AGAIN:
            stored.checked_at = work.now
            work.changes.checked_ids.append(before.id)
        return
    stored.item, stored.checked_at = merged, work.now
    if merged.text != before.text:
        stored.told_at = told_at
    if before.id not in work.changes.new_items:
        work.changes.changed_items[before.id] = stored
    if merged.text != before.text or merged.version_id != before.version_id:
        work.edited.append(before.id)
    if before.context and not merged.context:
        work.fresh.append(before.id)
    elif merged.sent_at < before.sent_at:
        work.earlier.setdefault(before.id, before.sent_at)


def _keep_wording(work: Work, item: Interaction, seen_at: datetime) -> None:
    """Keep a wording of an item that has more than one."""
    key = version_key(item)
    if key not in work.known.versions and key not in work.changes.new_versions:
        work.changes.worded.add(item.conversation_id)
        work.changes.new_versions[key] = VersionRow(
            id=key, interaction_id=item.id, version_id=item.version_id, text=item.text, seen_at=seen_at
        )


def _correct_wording(work: Work, item: Interaction) -> None:
    """Correct a wording: the same version with other words (a text that was cut before) is one wording still."""
    key = version_key(item)
    if key in work.changes.new_versions:
        work.changes.new_versions[key] = replace(work.changes.new_versions[key], text=item.text)
    elif key in work.known.versions:
        work.changes.worded.add(item.conversation_id)
        work.changes.changed_versions[key] = VersionRow(
            id=key, interaction_id=item.id, version_id=item.version_id, text=item.text, seen_at=work.now
        )


def _delete(work: Work, item_id: str, *, early: bool) -> None:
    """Leave a tombstone: that there was something, when and by whom, and not a word of it.

    `early`: the deletion may come before the item itself, and is remembered then.
    """
    stored = work.item(item_id)
    if stored is None:
        if early and item_id not in work.known.gone:
            work.known.gone.add(item_id)
            work.changes.gone.append(item_id)
        return
    if stored.deleted_at is not None:
        return
    stored.item = replace(stored.item, text="", attachments=())
    stored.deleted_at = stored.checked_at = work.now
    if item_id not in work.changes.new_items:
        work.changes.changed_items[item_id] = stored
    for rows in (work.changes.new_versions, work.changes.changed_versions):
        for key, row in rows.items():
            if row.interaction_id == item_id:
                rows[key] = replace(row, text="")
    work.changes.deleted_ids.append(item_id)
    work.deleted.append(item_id)


def _hide(work: Work, item_id: str, *, hidden: bool) -> None:
    """Take in whether an item is hidden at the platform."""
    stored = work.item(item_id)
    if stored is not None and stored.deleted_at is None and stored.item.hidden is not hidden:
        stored.item = replace(stored.item, hidden=hidden)
        if item_id not in work.changes.new_items:
            work.changes.changed_items[item_id] = stored


def _link(work: Work, link: Link) -> None:
    """Take in that a direct conversation goes on from a public item."""
    stored = work.item(link.item_id)
    key = f"{link.item_id} {link.conversation_id}"
    if stored is None or key in work.known.links or key in work.changes.links:
        return
    work.changes.links[key] = LinkRow(
        id=key,
        item_id=link.item_id,
        public_conversation_id=stored.item.conversation_id,
        private_conversation_id=link.conversation_id,
        made_at=work.now,
        reply_id=None,
    )
    work.linked.append(link)


def _hand(work: Work, conversation_id: str, *, elsewhere: bool) -> None:
    """Take in who holds a direct thread: another program, or we."""
    talk = work.changes.new_conversations.get(conversation_id) or work.known.conversations.get(conversation_id)
    if talk is None:
        work.elsewhere[conversation_id] = elsewhere
    elif talk.elsewhere is not elsewhere:
        talk.elsewhere = elsewhere
        work.moved.append(conversation_id)


def _meet_contact(work: Work, told: Contact) -> None:
    told = storable_contact(told)
    stored = work.contact(told.id)
    if stored is None:
        work.changes.new_contacts[told.id] = StoredContact(contact=told, first_seen_at=work.now, updated_at=work.now)
    elif (merged := merge_contact(stored.contact, told)) != stored.contact:
        stored.contact, stored.updated_at = merged, work.now
        work.changes.renamed_ids.append(told.id)
        if told.id not in work.changes.new_contacts:
            work.changes.changed_contacts[told.id] = stored


def _sight(work: Work, one: Fetched, item_id: str, stored: StoredItem | None) -> None:
    """Note that a stream brought an item: with the item when it is the first to do so, in a row of its own else."""
    if stored is not None and stored.item.context:
        stored.stream_id = one.stream_id
        work.changes.met += 1
        return
    key = f"{one.stream_id} {item_id}"
    if stored is not None and (stored.stream_id == one.stream_id or key in work.known.sightings or key in work.seen):
        return
    work.changes.met += 1
    if stored is None:
        return
    work.seen.add(key)
    work.changes.sightings.append(
        Sighting(id=key, stream_id=one.stream_id, interaction_id=item_id, page_id=one.id, seen_at=work.now)
    )


def _set_aside(work: Work, one: Fetched, reject: Reject) -> None:
    row = dead_letter(one.stream_id, reject, one.id, work.now)
    work.changes.dead_letters[row.id] = row


def dead_letter(stream_id: str, reject: Reject, page_id: str, now: datetime) -> DeadLetterRow:
    """Return the dead letter of something that could not be read; the same bad item always gets the same id."""
    digest = hashlib.sha256(b"\0".join((stream_id.encode(), reject.raw))).hexdigest()[:32]
    native = reject.native_id.encode(errors="replace").decode() if reject.native_id else None
    return DeadLetterRow(
        id=digest,
        stream_id=stream_id,
        native_id=native,
        reason=reject.reason.encode(errors="replace").decode(),
        raw=zstandard.ZstdCompressor().compress(reject.raw),
        page_id=page_id,
        seen_at=now,
    )


def _matters(work: Work, one: Fetched) -> bool:
    """Return whether a page told anything that is written; the rest need not be kept."""
    changes, page = work.changes, one.page
    ids = set(_told_of(work, page))
    return bool(
        page.rejects
        or not changes.links.keys().isdisjoint(f"{link.item_id} {link.conversation_id}" for link in page.links)
        or not ids.isdisjoint(changes.gone)
        or any(row.page_id == one.id for row in changes.sightings)
        or any(row.page_id == one.id for row in changes.dead_letters.values())
        or not ids.isdisjoint(changes.new_items)
        or not ids.isdisjoint(changes.changed_items)
        or any(
            contact.id in changes.new_contacts or contact.id in changes.changed_contacts for contact in page.contacts
        )
    )


def _told_of(work: Work, page: Page) -> list[str]:
    """Return the items that a page tells of; a deletion may name a version of one."""
    deleted = [name for one in page.deleted for name in (one, work.known.chains.get(one, one))]
    return list(dict.fromkeys([*(item.id for item in page.interactions), *deleted, *page.hidden]))


def _raw_page(work: Work, one: Fetched) -> RawPage:
    return RawPage(
        id=one.id,
        stream_id=one.stream_id,
        fetched_at=one.fetched_at,
        server_time=one.page.server_time,
        seq=one.seq,
        item_ids=tuple(_told_of(work, one.page)),
        body=_without_the_dead(work, one),
    )


def _without_the_dead(work: Work, one: Fetched) -> bytes:
    """Return a page's answer without the words of items that were deleted before it came: a late delivery has them."""
    dead = [item for item in one.page.interactions if _is_dead(work, item)]
    if not dead:
        return one.body
    natives = {name for item in dead for name in (item.id.partition(":")[2], item.version_id)}
    natives |= {name.rpartition("_")[2] for name in natives}
    plain = zstandard.ZstdDecompressor().decompress(one.body)
    return zstandard.ZstdCompressor().compress(redact(plain, natives))


def _is_dead(work: Work, item: Interaction) -> bool:
    stored = work.item(item.id)
    if stored is None:
        return not work.known.gone.isdisjoint({item.id, version_key(item)})
    return stored.deleted_at is not None


def _outline(item: Interaction) -> bytes:
    """Return an item that was read well and yet cannot be stored, as JSON: its platform's words are in the raw page."""
    shown = {name: getattr(item, name) for name in ("id", "kind", "private", "outbound", "author_id", "version_id")}
    return json.dumps(shown, default=str).encode()
