"""Posts and comments of Facebook as interactions. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from social_listener.channels.facebook_wire import Person, Said, read_said
from social_listener.channels.graph_found import Asked, Found, Us, entries, moment, person
from social_listener.channels.graph_ids import comment_id, is_post, part_of, thread_of, unknown_author
from social_listener.channels.wire import Wire
from social_listener.model import Interaction, Kind, Link


def read_listing(answer: Wire, us: Us, asked: Asked) -> Found:
    """Return the posts of a listing on which something moved since then, as what comments hang on.

    Visitors' own posts count for themselves: when they are hidden, the list of them leaves them out, and this one not.
    """
    found = Found()
    for post in found.each(entries(answer, found), read_said):
        if has_moved(post, asked.since):
            visitor = is_post(us.page_id, post.id) and post.author.id is not None
            add_post(found, us, post, context=not visitor)
    return found


def has_moved(post: Said, since: int | None) -> bool:
    """Return whether something was said below a post since then."""
    return since is None or (post.updated_at or post.created_at) >= moment(since)


def read_posts(answer: Wire, us: Us, told: Sequence[Any] | None = None) -> Found:
    """Return the posts of visitors, and those that tag us."""
    found = Found()
    for post in found.each(list(told) if told is not None else entries(answer, found), read_said):
        add_post(found, us, post, context=us.is_author(post.author.id))
    return found


def read_comments(answer: Wire, us: Us, asked: Asked, told: Sequence[Any] | None = None) -> Found:
    """Return the comments of one post, flat."""
    found = Found()
    said = list(found.each(list(told) if told is not None else entries(answer, found), read_said))
    writers = _writers(said, us, asked)
    for comment in said:
        add_comment(found, us, comment, asked, writers)
    return found


def add_post(found: Found, us: Us, post: Said, *, context: bool) -> None:
    """Take in a post: ours, a visitor's on our Page, or somebody's that tags us."""
    ours = us.is_author(post.author.id)
    author = post.author.id or unknown_author(post.id)
    item = Interaction(
        id=us.own(post.id),
        channel=us.channel,
        account_id=us.account_id,
        conversation_id=f"{us.own(post.id)}:{author}",
        thread_id=us.own(post.id),
        author_id=us.own(author),
        kind=Kind.POST if ours else Kind.MENTION,
        private=False,
        outbound=ours,
        text=post.text,
        sent_at=post.created_at,
        version_id=post.id,
        url=post.url,
        addresses_us=not ours,
        hidden=bool(post.hidden),
        likes=post.likes,
        attachments=post.attachments,
        context=context or ours,
    )
    _keep(found, us, item, post)


def add_comment(found: Found, us: Us, comment: Said, asked: Asked, writers: dict[str, set[str]]) -> None:
    """Take in a comment, and the direct conversation that a private reply to it began."""
    part = part_of(asked.node) if asked.node else None
    native_id = comment_id(comment.id, part)
    parent = comment_id(comment.parent_id, part) if comment.parent_id else None
    post = asked.node or f"{us.page_id}_{native_id.partition('_')[0]}"
    ours = us.is_author(comment.author.id)
    author = comment.author.id or unknown_author(parent or native_id)
    contact = _partner(us, comment, asked, parent, writers) if ours else author
    item = Interaction(
        id=us.own(native_id),
        channel=us.channel,
        account_id=us.account_id,
        conversation_id=f"{us.own(post)}:{contact}",
        thread_id=us.own(post),
        author_id=us.own(author),
        kind=Kind.COMMENT,
        private=False,
        outbound=ours,
        text=comment.text,
        sent_at=comment.created_at,
        version_id=native_id,
        reply_to_id=us.own(parent or post),
        url=comment.url,
        addresses_us=not ours,
        hidden=bool(comment.hidden),
        likes=comment.likes,
        attachments=comment.attachments,
    )
    _keep(found, us, item, comment)
    others = [one for one in comment.talk if not us.is_author(one)]
    if len(others) == 1:
        found.links.append(Link(item_id=item.id, conversation_id=us.own(thread_of(us.page_id, others[0]))))


def _keep(found: Found, us: Us, item: Interaction, said: Said) -> None:
    found.add(item)
    if said.hidden is not None:
        found.hidden[item.id] = said.hidden
    contact = None if item.outbound else person(us, asdict(said.author))
    if contact is not None:
        found.contacts[contact.id] = contact


def _writers(said: Sequence[Said], us: Us, asked: Asked) -> dict[str, set[str]]:
    """Return who wrote below which top-level comment, as far as this page shows."""
    part = part_of(asked.node) if asked.node else None
    found: dict[str, set[str]] = {}
    for one in said:
        top = comment_id(one.parent_id or one.id, part)
        for author in (one.author.id, one.parent_author.id):
            if author and not us.is_author(author):
                found.setdefault(top, set()).add(author)
    return found


def _partner(us: Us, comment: Said, asked: Asked, parent: str | None, writers: dict[str, set[str]]) -> str:
    """Return whom our own comment talks to.

    That is whoever wrote what it hangs on, unless it tags another person who wrote below the same top-level comment:
    answers to answers hang on the top-level one, and begin with the name of the person they are for.
    """
    if parent is None:
        return asked.author or us.page_id
    for tag in comment.tags:
        if not us.is_author(tag.id) and (tag.offset == 0 or tag.id in writers.get(parent, ())):
            return tag.id
    above: Person = comment.parent_author
    if us.is_author(above.id):
        return asked.author or us.page_id
    return above.id or unknown_author(parent)
