"""The words of the house as types. Standard library only; every time is aware and in UTC.

What a platform says (`Contact`, `Interaction`) and what we say (`Score`, `Reply`, `Note` …) are separate types:
a poll may write the first kind only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class Kind(StrEnum):
    """What sort of thing was said."""

    MENTION = "mention"  #: names or quotes our account in public, or was found by a search
    COMMENT = "comment"  #: a public answer below one of our own posts
    MESSAGE = "message"  #: a direct message
    REVIEW = "review"  #: a rating or recommendation
    POST = "post"  #: our own post, or the post somebody else's remark hangs on


class StreamKind(StrEnum):
    """What a stream brings."""

    MENTIONS = "mentions"
    MESSAGES = "messages"
    SEARCH = "search"
    REPLIES = "replies"
    COMMENTS = "comments"


class SentimentLabel(StrEnum):
    """What we believe the writer feels."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"
    UNSURE = "unsure"  #: we cannot tell, and say why


class Status(StrEnum):
    """Where a conversation stands at our desk."""

    OPEN = "open"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


class ReplyState(StrEnum):
    """Where a reply stands on its way out. Only `in_doubt` needs a person; the last four are final."""

    QUEUED = "queued"  #: waits for its undo window, a rate limit or a retry
    SENDING = "sending"  #: claimed; an attempt row exists; found at start it becomes in_doubt
    IN_DOUBT = "in_doubt"  #: it may have gone out; reconciled by reading, settled by a person where that does not tell
    SENT = "sent"  #: the platform's id is known
    REJECTED = "rejected"  #: the platform refused it for good
    CANCELLED = "cancelled"  #: undone by staff before it was claimed
    EXPIRED = "expired"  #: its deadline passed before it could go


class ActionKind(StrEnum):
    """What can be done to an item besides answering it."""

    HIDE = "hide"
    UNHIDE = "unhide"
    LIKE = "like"
    UNLIKE = "unlike"
    DELETE = "delete"  #: our own words only
    EDIT = "edit"  #: our own words only, where the platform lets words be changed


# -- the platform says -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person outside, as one channel knows them."""

    id: str  #: "<channel>:<native id>"
    channel: str
    handle: str  #: without the leading @; "" when the platform gives none
    name: str
    followers: int | None = None  #: None: the platform did not say
    verified: bool = False
    description: str = ""
    location: str = ""
    url: str | None = None  #: the profile page
    avatar_url: str | None = None  #: kept, never fetched by a browser
    joined_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A picture, film, file or link that came with an item; never fetched by a browser."""

    kind: str  #: photo | video | gif | sticker | audio | file | link | post | story | other
    url: str | None = None  #: where it is, for whoever wants to open it
    alt: str = ""  #: what it shows, or how it is called
    preview: str | None = None  #: a picture of it, which our server may fetch


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """One thing somebody said in a conversation, as the platform tells it."""

    id: str  #: "<channel>:<native id>", stable; X: the first id of the edit chain
    channel: str
    account_id: str
    #: public: "<channel>:<thread>:<contact>", one contact's part of a thread, since several customers may talk under
    #: one post; direct: "<channel>:<thread>"
    conversation_id: str
    thread_id: str  #: "<channel>:<native conversation id>": everybody below one root post, or the direct thread
    author_id: str
    kind: Kind
    private: bool  #: a direct message: it can never be answered in public
    outbound: bool  #: ours, including echoes of replies sent elsewhere
    text: str
    sent_at: datetime  #: the platform's clock; our own first_seen_at stands beside it in the store
    version_id: str  #: native id of the version told here; equals the native part of `id` until it is edited
    edited_at: datetime | None = None  #: None: never edited, as far as the platform tells
    reply_to_id: str | None = None  #: None: it answers nothing, or the platform did not say
    quoted_id: str | None = None
    url: str | None = None
    language: str | None = None  #: the platform's guess, BCP 47; None: none given
    addresses_us: bool = False  #: the author named, answered or quoted our account
    hidden: bool = False
    likes: int = 0
    attachments: tuple[Attachment, ...] = ()
    context: bool = False  #: fetched only because another item hangs on it; never in the queue, never in exports


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """One raw item of a page that could not be understood; it becomes a dead letter."""

    native_id: str | None  #: None: not even an id could be read
    reason: str
    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One thing polled on an account, as settings define it."""

    id: str  #: "<account id>/<name>"
    account_id: str
    channel: str
    kind: StreamKind
    name: str
    interval: timedelta
    overlap: timedelta  #: how far behind `since` every walk reads again; at least as long as items are late in showing
    query: str | None = None  #: searches only


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """That a direct conversation goes on from a public item."""

    item_id: str  #: the public one
    conversation_id: str  #: the direct one


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """How much of its allowance an account has used, as the platform told with its last answer."""

    percent: float  #: the highest of the figures it tells; above 100 calls are refused
    regain_at: datetime | None = None  #: by the platform's clock: nothing is answered before; None: not refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What one fetch, or one delivery of a webhook, brought."""

    raw: bytes  #: the answer's body as it came
    interactions: tuple[Interaction, ...] = ()
    contacts: tuple[Contact, ...] = ()
    deleted: tuple[str, ...] = ()  #: interaction ids that the platform says are gone
    rejects: tuple[Reject, ...] = ()
    partial: tuple[str, ...] = ()  #: errors that the platform reported inside a good answer, in words
    #: what the platform refuses to give while it gives the rest: in words that name it, and after ": " why
    refused: tuple[str, ...] = ()
    next: str | None = None  #: page token; None: the walk is at its end
    server_time: datetime  #: the platform's clock when it answered (Date header)
    #: None: the platform gives everything back to the floor; else the oldest moment it can still give
    horizon: datetime | None = None
    #: None: no such limit; else how many items a whole walk can bring at most (X mentions: 800)
    horizon_items: int | None = None
    #: the poll ends with this page, the walk does not: it goes on at the stream's next turn
    rests: bool = False
    #: this page is about one direct thread, of which the platform gives nothing older than this, though there is more
    cut: datetime | None = None
    #: the platform tells no time and no id of an edit: of two wordings the one told later, by `server_time`, holds
    unversioned: bool = False
    #: item id → whether it is hidden now, where the platform tells that
    hidden: Mapping[str, bool] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    #: direct conversation → whether another program or the platform's own app holds it now
    elsewhere: Mapping[str, bool] = field(default_factory=dict)
    #: native ids of public items of which a delivery tells that they are there, and not what they say: whoever stores
    #: it looks them up before it counts as read
    unread: tuple[str, ...] = ()
    usage: Usage | None = None  #: None: the platform did not tell
    #: what was billed for: name of the price → how many
    reads: Mapping[str, int] = field(default_factory=dict)


# -- what may be done --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What else a platform's rules ask for, besides the item itself."""

    heard_at: datetime | None = None  #: when its author last wrote to us in their direct thread; None: not known
    private_replies: int = 0  #: private replies to this public item that went out, or may have
    elsewhere: bool = False  #: another program holds the direct thread


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """Whether one thing may be done to one item now, until when, and by which rule."""

    verb: str  #: reply_public | reply_private | hide | unhide | like | unlike | delete | edit
    ok: bool
    because: str  #: the rule in one sentence for staff, whether it allows or forbids
    rule_url: str = ""  #: the platform's page that states the rule
    until: datetime | None = None  #: None: no deadline
    max_length: int | None = None  #: for replies; in the channel's own counting; None: no limit known


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLength:
    """How long a text is by the channel's own rules."""

    used: int
    limit: int

    @property
    def left(self) -> int:
        """Return how much may still be written; negative when the text is too long."""
        return self.limit - self.used


# -- what we say -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """One explained part of a priority."""

    name: str  #: stable key: sentiment, complaint, refund, legal, safety …
    points: float
    words: tuple[str, ...] = ()  #: the very words of the text that matched
    because: str = ""  #: a sentence for people


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What we make of a text: sentiment, language and priority, each with its reason."""

    sentiment: float | None  #: -1 to 1; None: not scored (a language that no scorer reads, no words), which is never 0
    sentiment_label: SentimentLabel
    sentiment_reason: str
    language: str | None  #: ISO 639-1; None: could not be told
    priority: int  #: 0–100 without waiting time, which is added when it is read
    factors: tuple[Factor, ...]
    scorer: str  #: name and version of the rules that made this


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicFile:
    """A picture of ours that everybody will be able to see. Only `upload_public` takes it."""

    data: bytes
    type: str  #: image/jpeg | image/png
    alt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateFile:
    """A picture of ours for one person only. Only `upload_private` takes it; no public call accepts this type."""

    data: bytes
    type: str  #: image/jpeg | image/png
    alt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicPicture:
    """A picture that the platform holds ready for a public reply."""

    media_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivatePicture:
    """A picture that the platform holds ready for a private reply. No public reply accepts this type."""

    media_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureRules:
    """Whether and how pictures go along with a reply."""

    most: int = 0  #: how many; 0: none
    most_bytes: int = 0  #: of one
    most_alt: int = 0  #: characters of a description; 0: the platform has none
    alone: bool = False  #: it is said without words, and words are said without it
    because: str = ""  #: the rule in one sentence for staff


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicReply:
    """Words that everybody will be able to read, under the item they answer."""

    intent_id: str
    account_id: str
    item_id: str
    item_native_id: str
    text: str
    pictures: tuple[PublicPicture, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateReply:
    """Words for one person only. No public call accepts this type."""

    intent_id: str
    account_id: str
    item_id: str
    item_native_id: str  #: what it answers
    to_public: bool  #: it answers a public item: it opens, or goes on in, a direct thread
    recipient_native_id: str  #: the person
    thread_native_id: str | None  #: the direct thread; None: there is none yet
    heard_at: (
        datetime | None
    )  #: when the person last wrote to us in their direct thread; None: never, as far as we know
    by_person: bool  #: a person of our staff wrote it, not a program
    text: str
    said_at: datetime | None = None  #: when the public item was said that it answers, by the platform's clock
    again: bool = False  #: another private reply to the same public item went out, or may have
    pictures: tuple[PrivatePicture, ...] = ()


Reply = PublicReply | PrivateReply


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The platform accepted a reply under this id."""

    native_id: str
    sent_at: datetime
    url: str | None = None
    thread_native_id: str | None = None  #: the direct thread it stands in, where the platform told; public: None
    kind: Kind = Kind.POST  #: what a public reply is there


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something to do to an item besides answering it."""

    kind: ActionKind
    account_id: str
    item_id: str
    item_native_id: str
    text: str = ""  #: the new wording; edits only


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Who the platform says our credentials belong to."""

    native_id: str
    handle: str
    name: str
    notes: tuple[str, ...] = field(default=())  #: what else `check` should say: scopes, expiry
