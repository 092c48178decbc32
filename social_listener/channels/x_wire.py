"""What X API v2 sends, read into types: posts, people, media, direct messages, problems.

Both spellings are read: X's specification of 5 August 2026 says `note_tweet`, `referenced_tweets`,
`edit_history_tweet_ids`, the one of 7 August says `note_post`, `referenced_posts`, `edit_history_post_ids`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from social_listener.channels.wire import Wire, WireError, web_address
from social_listener.channels.x_ids import is_thread

#: X's words for "no language": undetermined, only media, only links, only hashtags …
_NO_LANGUAGE: Final = frozenset({"und", "zxx", "art", "qam", "qct", "qht", "qme", "qst"})
#: old codes that X still gives → BCP 47
_RENAMED: Final = {"in": "id", "iw": "he", "ji": "yi"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A web address in a text: as it stands there, where it leads, and the picture it stands for, if any."""

    url: str
    expanded: str | None
    media_key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """An @name in a text."""

    user_id: str | None
    handle: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A public post in one version."""

    id: str
    history: tuple[str, ...]  #: ids of all versions, oldest first; at least the own one
    text: str  #: in full, unescaped
    author_id: str | None
    conversation_id: str | None
    created_at: datetime | None
    reply_to_user_id: str | None
    replied_to: str | None
    quoted: str | None
    retweeted: str | None
    language: str | None
    likes: int
    replies: int
    mentions: tuple[Mention, ...]
    links: tuple[Link, ...]
    media_keys: tuple[str, ...]

    @property
    def first_id(self) -> str:
        """Return the id of the first version: it names the item."""
        return self.history[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person or brand."""

    id: str
    handle: str
    name: str
    description: str
    location: str
    followers: int | None
    verified: bool
    avatar_url: str | None
    created_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A picture or film."""

    key: str
    kind: str
    url: str | None
    alt: str
    preview: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A direct message."""

    id: str
    is_message: bool  #: False: somebody joined or left
    text: str
    sender_id: str | None
    thread: str | None
    created_at: datetime | None
    quoted: str | None
    links: tuple[Link, ...]
    media_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An error that X reports, inside a good answer or instead of one."""

    kind: str  #: the end of its `type`: resource-not-found, not-authorized-for-resource …
    title: str
    detail: str
    parameter: str
    value: str  #: the id it is about, where it is about one


def read_post(data: Wire) -> Post:
    """Return a post; `WireError` when a field is wrong or the id is missing."""
    native_id = data.need(data.id("id"), "id")
    note = data.object("note_tweet", "note_post")
    entities = note.object("entities") if note.has("entities") else data.object("entities")
    references = {one.text("type"): one.id("id") for one in data.objects("referenced_tweets", "referenced_posts")}
    metrics = data.object("public_metrics")
    return Post(
        id=native_id,
        history=data.ids("edit_history_tweet_ids", "edit_history_post_ids") or (native_id,),
        text=unescape(note.text("text") or data.text("text") or ""),
        author_id=data.id("author_id"),
        conversation_id=data.id("conversation_id"),
        created_at=data.time("created_at"),
        reply_to_user_id=data.id("in_reply_to_user_id"),
        replied_to=references.get("replied_to"),
        quoted=references.get("quoted"),
        retweeted=references.get("retweeted") or references.get("reposted"),
        language=_language(data.text("lang")),
        likes=metrics.number("like_count") or 0,
        replies=metrics.number("reply_count") or 0,
        mentions=tuple(
            Mention(user_id=one.id("id"), handle=one.text("username") or "") for one in entities.objects("mentions")
        ),
        links=links_of(entities),
        media_keys=data.object("attachments").texts("media_keys"),
    )


def read_user(data: Wire) -> User:
    """Return a user; `WireError` when a field is wrong or the id is missing."""
    verified_type = data.text("verified_type") or "none"
    return User(
        id=data.need(data.id("id"), "id"),
        handle=data.text("username") or "",
        name=data.text("name") or "",
        description=unescape(data.text("description") or ""),
        location=data.text("location") or "",
        followers=data.object("public_metrics").number("followers_count"),
        verified=bool(data.truth("verified")) or verified_type != "none",
        avatar_url=web_address(data.text("profile_image_url")),
        created_at=data.time("created_at"),
    )


def read_media(data: Wire) -> Media:
    """Return a picture or film; `WireError` when a field is wrong or the key is missing."""
    kind = data.text("type") or "other"
    return Media(
        key=data.need(data.text("media_key"), "media_key"),
        kind={"photo": "photo", "video": "video", "animated_gif": "gif"}.get(kind, "other"),
        url=web_address(data.text("url", "preview_image_url")),
        preview=web_address(data.text("url", "preview_image_url")),
        alt=data.text("alt_text") or "",
    )


def read_message(data: Wire) -> Message:
    """Return a direct message event; `WireError` when a field is wrong or the id is missing."""
    references = data.objects("referenced_tweets", "referenced_posts")
    thread = data.text("dm_conversation_id")
    if thread is not None and not is_thread(thread):
        raise WireError("dm_conversation_id: expected one id, or two with a dash between")
    return Message(
        id=data.need(data.id("id"), "id"),
        is_message=(data.text("event_type") or "MessageCreate") == "MessageCreate",
        text=unescape(data.text("text") or ""),
        sender_id=data.id("sender_id"),
        thread=thread,
        created_at=data.time("created_at"),
        quoted=references[0].id("id") if references else None,
        links=links_of(data.object("entities")),
        media_keys=data.object("attachments").texts("media_keys"),
    )


def read_problem(data: Wire) -> Problem:
    """Return an error object; `WireError` when a field is wrong."""
    value = data.text("value") if not data.has("resource_id") else data.text("resource_id")
    return Problem(
        # The host of the address differs between versions of the specification; its end does not.
        kind=(data.text("type") or "").rstrip("/").rsplit("/", 1)[-1],
        title=data.text("title") or "",
        detail=data.text("detail", "message") or "",
        parameter=data.text("parameter") or "",
        value=value or "",
    )


def unescape(text: str) -> str:
    """Return `text` with the characters back that X escapes in every text, and only those: < > &."""
    if "&" not in text:
        return text
    # & comes last: "&amp;lt;" is what X makes of a customer's "&lt;".
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _language(code: str | None) -> str | None:
    if not code or code in _NO_LANGUAGE:
        return None
    return _RENAMED.get(code, code)


def links_of(entities: Wire) -> tuple[Link, ...]:
    """Return the web addresses in a text."""
    return tuple(
        Link(
            url=one.text("url") or "",
            expanded=web_address(one.text("unwound_url", "expanded_url")),
            media_key=one.text("media_key"),
        )
        for one in entities.objects("urls")
    )
