"""Media, comments and mentions of Instagram as interactions. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from social_listener.channels.graph_found import Found, Us, entries, person
from social_listener.channels.graph_ids import unknown_author
from social_listener.channels.instagram_wire import Comment, Media, below, read_comment, read_media
from social_listener.channels.wire import Wire
from social_listener.model import Interaction, Kind

_NAMED: Final = re.compile(r"\s*@([A-Za-z0-9._]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What is known of the place where comments stand."""

    media: str | None = None
    kind: Kind = Kind.COMMENT
    top_author: str | None = None  #: native id of who wrote the comment that they answer
    writers: dict[str, str] = field(default_factory=dict)  #: who wrote below that comment: name → native id


def read_media_list(answer: Wire) -> tuple[Found, list[Media]]:
    """Return the media of a list, and what could not be read."""
    found = Found()
    return found, list(found.each(entries(answer, found), read_media))


def add_media(found: Found, us: Us, media: Media, *, ours: bool) -> None:
    """Take in a medium: our own, as what comments hang on, or somebody's whose caption names us."""
    author = us.native_id if ours else named(media.username) or unknown_author(media.id)
    found.add(
        Interaction(
            id=us.own(media.id),
            channel=us.channel,
            account_id=us.account_id,
            conversation_id=f"{us.own(media.id)}:{author}",
            thread_id=us.own(media.id),
            author_id=us.own(author),
            kind=Kind.POST if ours else Kind.MENTION,
            private=False,
            outbound=ours,
            text=media.caption,
            sent_at=media.made_at,
            version_id=media.id,
            url=media.url,
            addresses_us=not ours,
            likes=media.likes,
            attachments=media.attachments,
            context=ours,
        )
    )
    contact = None if ours else person(us, {"id": named(media.username), "username": media.username})
    if contact is not None:
        found.contacts[contact.id] = contact


def read_comments(us: Us, told: Sequence[Any], media: str | None, found: Found) -> list[Comment]:
    """Take in top-level comments with the answers that came with them; return the top-level ones."""
    tops = list(found.each(list(told), read_comment))
    for top in tops:
        add_comment(found, us, top, Around(media=media))
        read_replies(us, top.replies, Around(media=media or top.media_id, top_author=author_of(us, top)), found, top)
    return tops


def read_replies(us: Us, told: Sequence[Any], around: Around, found: Found, top: Comment | None = None) -> None:
    """Take in answers to one comment."""
    replies = [below(one, top) for one in found.each(list(told), read_comment)]
    writers = {one.username.lower(): author_of(us, one) for one in replies if one.username and not is_ours(us, one)}
    if top is not None and top.username:
        writers[top.username.lower()] = author_of(us, top)
    for one in replies:
        add_comment(
            found, us, one, Around(media=around.media, kind=around.kind, top_author=around.top_author, writers=writers)
        )


def add_comment(found: Found, us: Us, comment: Comment, around: Around) -> None:
    """Take in a comment."""
    media = around.media or comment.media_id
    ours = is_ours(us, comment)
    author = us.native_id if ours else author_of(us, comment)
    thread = us.own(media or f"comment-{comment.parent_id or comment.id}")
    item = Interaction(
        id=us.own(comment.id),
        channel=us.channel,
        account_id=us.account_id,
        conversation_id=f"{thread}:{_partner(us, comment, around) if ours else author}",
        thread_id=thread,
        author_id=us.own(author),
        kind=around.kind,
        private=False,
        outbound=ours,
        text=comment.text,
        sent_at=comment.made_at,
        version_id=comment.id,
        reply_to_id=us.own(comment.parent_id) if comment.parent_id else us.own(media) if media else None,
        addresses_us=not ours,
        hidden=bool(comment.hidden),
        likes=comment.likes,
    )
    found.add(item)
    if comment.hidden is not None:
        found.hidden[item.id] = comment.hidden
    known = comment.author_id or named(comment.username)
    contact = None if ours else person(us, {"id": known, "username": comment.username})
    if contact is not None:
        found.contacts[contact.id] = contact


def is_ours(us: Us, comment: Comment) -> bool:
    """Return whether we wrote it."""
    if comment.author_id is not None:
        return us.is_author(comment.author_id)
    return bool(comment.username) and us.handle is not None and comment.username.lower() == us.handle.lower()


def author_of(us: Us, comment: Comment) -> str:
    """Return the native id of who wrote it: a number where Meta tells it, else one made of the name."""
    if is_ours(us, comment):
        return us.native_id
    return comment.author_id or named(comment.username) or unknown_author(comment.parent_id or comment.id)


def named(username: str) -> str | None:
    """Return what stands for the id of somebody of whom only the name is told."""
    return f"name-{username}" if username else None


def _partner(us: Us, comment: Comment, around: Around) -> str:
    """Return whom our own comment talks to.

    That is whoever wrote the comment that it answers, unless it begins with the name of another who wrote below it.
    """
    found = _NAMED.match(comment.text)
    tagged = around.writers.get(found[1].lower().rstrip(".")) if found else None
    if comment.parent_id is None:
        return us.native_id
    return tagged or around.top_author or unknown_author(comment.parent_id)
