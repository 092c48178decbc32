"""Public posts of X as interactions. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from social_listener.channels.wire import Wire
from social_listener.channels.x_ids import CHANNEL, own, time_of
from social_listener.channels.x_parse import UNKNOWN, Found, Includes, Us, attachments, read_items
from social_listener.channels.x_wire import Post, read_post
from social_listener.model import Interaction, Kind, StreamKind


def read_posts(answers: Sequence[Wire], us: Us, kind: StreamKind | None) -> Found:
    """Return what stands in answers with posts; `kind` is None for a look-up.

    Posts that others hang on come as context, our own among them: they are older than the walk that met them and must
    not tell it how far it has come. A bare repost says nothing of its own and is left out.
    """
    found = Found()
    for answer in answers:
        posts, includes = read_items(answer, found, read_post)
        brought = {post.id for post in posts}
        found.later = [post.history[-1] for post in posts if post.history[-1] not in brought]
        hung_on = [post for post in _unique(includes) if post.id not in brought]
        for post, context in [*((one, False) for one in posts), *((one, True) for one in hung_on)]:
            if post.retweeted is None:
                found.add(_interaction(post, us, kind, includes, context=context))
    return found


def _unique(includes: Includes) -> list[Post]:
    return list({post.id: post for post in includes.posts.values()}.values())


def _interaction(post: Post, us: Us, kind: StreamKind | None, includes: Includes, *, context: bool) -> Interaction:
    outbound = us.is_author(post.author_id)
    thread = post.conversation_id or post.first_id
    partner = _partner(post, us, includes) if outbound else post.author_id
    edited = len(post.history) > 1
    replied_to = includes.first_id(post.replied_to) if post.replied_to else None
    addressed = not outbound and _addresses(post, us, includes)
    return Interaction(
        id=own(post.first_id),
        channel=CHANNEL,
        account_id=us.account_id,
        conversation_id=f"{own(thread)}:{partner or UNKNOWN}",
        thread_id=own(thread),
        author_id=own(post.author_id or UNKNOWN),
        kind=Kind.POST if outbound or context else _kind(post, us, kind, addressed=addressed),
        private=False,
        outbound=outbound,
        text=post.text,
        # Every version has a time of its own; what was said stays where it was first said.
        sent_at=time_of(post.first_id) if edited else post.created_at or time_of(post.id),
        version_id=post.id,
        edited_at=(post.created_at or time_of(post.id)) if edited else None,
        reply_to_id=own(replied_to) if replied_to else None,
        quoted_id=own(includes.first_id(post.quoted)) if post.quoted else None,
        url=_url(post, includes),
        language=post.language,
        addresses_us=addressed,
        likes=post.likes,
        attachments=attachments(post.links, post.media_keys, includes),
        context=context,
    )


def _kind(post: Post, us: Us, kind: StreamKind | None, *, addressed: bool) -> Kind:
    """Return what it is, from the post alone as far as that goes: two streams that bring it must agree."""
    if us.is_author(post.reply_to_user_id):
        return Kind.COMMENT
    if addressed:
        return Kind.MENTION
    return Kind.COMMENT if kind is StreamKind.REPLIES else Kind.MENTION


def _addresses(post: Post, us: Us, includes: Includes) -> bool:
    """Return whether the author answered, named or quoted us."""
    if us.is_author(post.reply_to_user_id) or us.is_author(includes.author(post.quoted)):
        return True
    return any(
        us.is_author(one.user_id) or (us.handle is not None and one.handle.lower() == us.handle.lower())
        for one in post.mentions
    )


def _partner(post: Post, us: Us, includes: Includes) -> str | None:
    """Return whom our own post talks to: the person it answers; ourselves when it answers nobody else."""
    seen = {post.id}
    current: Post | None = post
    while current is not None:
        if current.reply_to_user_id and not us.is_author(current.reply_to_user_id):
            return current.reply_to_user_id
        current = includes.posts.get(current.replied_to or "")
        if current is None or current.id in seen or not us.is_author(current.author_id):
            break
        seen.add(current.id)
    if post.replied_to:
        # We answered ourselves further down a talk with somebody: X puts the names of who takes part first.
        named = [one.user_id for one in post.mentions if one.user_id and not us.is_author(one.user_id)]
        if named:
            return named[0]
    return us.native_id


def _url(post: Post, includes: Includes) -> str:
    user = includes.users.get(post.author_id or "")
    return f"https://x.com/{user.handle if user and user.handle else 'i'}/status/{post.id}"
