"""How two tellings of one item, or of one contact, become one. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime

from social_listener.model import Contact, Interaction, Kind

_MOST = 2**63 - 1


def conflict(stored: Interaction, told: Interaction) -> str | None:
    """Return in words what can never change and yet is told differently; None: nothing.

    An item that another of our accounts brought first is that account's: from the other one's side the same words may
    be inbound, and that is no conflict.
    """
    if told.private != stored.private:
        return f"was {_privacy(stored)} and is told as {_privacy(told)}; what was said to one person stays private"
    if told.channel != stored.channel:
        return f"belongs to channel {stored.channel} and is told as {told.channel}"
    if told.outbound != stored.outbound and told.account_id == stored.account_id:
        return f"was {_side(stored)} and is told as {_side(told)}"
    return None


def unstorable(item: Interaction) -> str | None:
    """Return in words why an item cannot be stored; None: it can."""
    if item.sent_at.tzinfo is None or (item.edited_at is not None and item.edited_at.tzinfo is None):
        return "its time has no time zone"
    if not 0 <= item.likes <= _MOST:
        return f"{item.likes} likes are no count"
    if not item.id or " " in item.id:
        return f"its id {item.id!r} cannot be used"
    try:
        "".join(_texts(item)).encode()
    except UnicodeEncodeError:
        return "its text holds halves of characters"
    return None


def _texts(item: Interaction) -> list[str]:
    some = (item.reply_to_id, item.quoted_id, item.url, item.language)
    attached = [text for one in item.attachments for text in (one.kind, one.url, one.alt)]
    return [item.id, item.text, item.version_id, item.author_id, *(text for text in (*some, *attached) if text)]


def worded_then(stored: Interaction, since: datetime | None, told: Interaction, told_at: datetime) -> Interaction:
    """Return `told` with the version that its wording is, for a platform that tells no time and no id of an edit.

    `since`: when the stored words were first told. The same words are the same version. Other words are a new one when
    they were told later; else they are an older telling, and the stored ones hold.
    """
    if told.text == stored.text:
        return replace(told, version_id=stored.version_id, edited_at=stored.edited_at)
    if told_at < (since or stored.edited_at or stored.sent_at):
        return replace(told, text=stored.text, version_id=stored.version_id, edited_at=stored.edited_at, attachments=())
    digest = hashlib.sha256(f"{told_at.isoformat()} {told.text}".encode(errors="replace")).hexdigest()[:12]
    return replace(told, version_id=f"{told.id.partition(':')[2]}~{digest}", edited_at=told_at)


def merge(stored: Interaction, told: Interaction) -> Interaction:
    """Return what is true after `told`, the later telling of the two; `stored` itself when nothing changed.

    Context never overwrites what was met for itself. Where an item belongs (account, conversation, thread, kind) stays
    as it was first told, so that two streams that see it differently do not take turns; only context that is now met
    for itself takes everything anew. An older wording never replaces a newer one. It was said when the earlier telling
    says: a platform that pushes without the time of saying is taken at the time of pushing.
    """
    if told == stored or (told.context and not stored.context):
        return stored
    promoted = stored.context and not told.context
    before, said_at = stored, min(stored.sent_at, told.sent_at)
    stored, told = replace(stored, sent_at=said_at), replace(told, sent_at=said_at)
    if age(told) < age(stored):
        return _worded(told, stored) if promoted else (before if stored == before else stored)
    if promoted:
        return replace(told, hidden=told.hidden or stored.hidden)
    merged = replace(
        stored,
        kind=Kind.COMMENT if stored.outbound and told.kind is Kind.COMMENT else stored.kind,  # ours, before it was told
        text=told.text,
        version_id=told.version_id,
        edited_at=told.edited_at or stored.edited_at,
        language=told.language or stored.language,
        likes=told.likes,
        # A platform that does not tell says False: only our own hand takes it back.
        hidden=stored.hidden or told.hidden,
        addresses_us=stored.addresses_us or told.addresses_us,
        attachments=told.attachments or (stored.attachments if told.version_id == stored.version_id else ()),
        reply_to_id=stored.reply_to_id or told.reply_to_id,
        quoted_id=stored.quoted_id or told.quoted_id,
        url=stored.url or told.url,
    )
    return before if merged == before else merged


def _worded(item: Interaction, wording: Interaction) -> Interaction:
    """Return `item` with the words of `wording`."""
    return replace(
        item,
        text=wording.text,
        version_id=wording.version_id,
        edited_at=wording.edited_at,
        language=wording.language,
        attachments=wording.attachments,
    )


def age(item: Interaction) -> tuple[datetime, int, str]:
    """Return what orders the versions of one item: the later, the newer."""
    return item.edited_at or item.sent_at, len(item.version_id), item.version_id


def merge_contact(stored: Contact, told: Contact) -> Contact:
    """Return what is true of a contact after `told`; what the platform did not tell this time stays."""
    if told == stored:
        return stored
    return replace(
        told,
        handle=told.handle or stored.handle,
        name=told.name or stored.name,
        followers=stored.followers if told.followers is None else told.followers,
        description=told.description or stored.description,
        location=told.location or stored.location,
        url=told.url or stored.url,
        avatar_url=told.avatar_url or stored.avatar_url,
        joined_at=told.joined_at or stored.joined_at,
    )


def storable_contact(told: Contact) -> Contact:
    """Return a contact whose texts and figures can be stored: halves of characters become question marks."""
    followers = told.followers if told.followers is None or 0 <= told.followers <= _MOST else None
    plain = (told.handle, told.name, told.description, told.location, told.url or "", told.avatar_url or "")
    if followers == told.followers and _whole("".join(plain)):
        return told
    texts = {
        name: value.encode(errors="replace").decode()
        for name in ("handle", "name", "description", "location", "url", "avatar_url")
        if (value := getattr(told, name)) and not _whole(value)
    }
    return replace(told, **texts, followers=followers)


def _whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _privacy(item: Interaction) -> str:
    return "private" if item.private else "public"


def _side(item: Interaction) -> str:
    return "ours" if item.outbound else "somebody else's"
