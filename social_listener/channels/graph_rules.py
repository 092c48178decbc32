"""What Meta lets programs do on Facebook and Instagram: each rule in words, with Meta's page. Pure.

Meta's clock is known to the second only, and a call takes its time: our deadlines lie `MARGIN` inside Meta's own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from social_listener.channels.graph_ids import is_number
from social_listener.errors import SettingsError
from social_listener.model import Allowed, Interaction, Kind, PrivateReply, Standing, TextLength

MARGIN: Final = timedelta(seconds=5)
WINDOW: Final = timedelta(hours=24) - MARGIN
HUMAN_WINDOW: Final = timedelta(days=7) - MARGIN
PRIVATE_REPLY_FOR: Final = timedelta(days=7) - MARGIN

LATEST_VERSION: Final = "v26.0"
LONGEST_FACEBOOK: Final = 8_000  #: characters of a comment
LONGEST_INSTAGRAM: Final = 2_200  #: characters of a comment
LONGEST_MESSENGER: Final = 2_000  #: characters of a message
LONGEST_DIRECT: Final = 1_000  #: bytes of UTF-8 of a message on Instagram

_DOCS: Final = "https://developers.facebook.com/docs"
COMMENT_RULE: Final = f"{_DOCS}/graph-api/reference/comment"
WINDOW_RULE: Final = f"{_DOCS}/messenger-platform/policy/policy-overview"
HUMAN_RULE: Final = f"{_DOCS}/messenger-platform/send-messages/message-tags"
PRIVATE_RULE: Final = f"{_DOCS}/messenger-platform/discovery/private-replies"
DIRECT_PRIVATE_RULE: Final = f"{_DOCS}/instagram-platform/private-replies"
IG_REPLY_RULE: Final = f"{_DOCS}/instagram-platform/instagram-graph-api/reference/ig-comment/replies"
IG_MENTION_RULE: Final = f"{_DOCS}/instagram-platform/instagram-graph-api/reference/ig-user/mentions"
IG_COMMENT_RULE: Final = f"{_DOCS}/instagram-platform/instagram-graph-api/reference/ig-comment"
_VERSION: Final = re.compile(r"v\d{1,3}\.\d{1,2}")

_SHARED: Final[Mapping[str, str]] = {
    "page_id": "the number of the Facebook Page, also for Instagram, whose messages go through the Page it belongs to",
    "version": f"version of the Graph API ({LATEST_VERSION} unless given)",
    "human_agent": "off (default): messages go within 24 hours of the person's last; on: the app has the permission "
    "human_agent, and what a person of staff wrote may go within 7 days",
    "webhooks": "off (default); on: Meta is expected to push to /webhooks/<account id>, and Health tells when it does "
    "not",
}
FACEBOOK_OPTIONS: Final = _SHARED
INSTAGRAM_OPTIONS: Final[Mapping[str, str]] = {
    **_SHARED,
    "instagram_id": "the number of the professional account on Instagram",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What an account's options say."""

    page_id: str
    instagram_id: str | None
    version: str
    human_agent: bool
    webhooks: bool


def read_options(options: Mapping[str, str], known: Mapping[str, str], account_id: str) -> Options:
    """Return an account's options; `SettingsError` names the one that is missing, unknown or wrong."""
    where = f"account {account_id}: options"
    for name in options:
        if name not in known:
            raise SettingsError(f"{where}.{name}: unknown option; this channel knows {', '.join(known)}")
    numbers = {name: options.get(name, "") for name in ("page_id", "instagram_id") if name in known}
    for name, value in numbers.items():
        if not is_number(value):
            found = f" (found {value!r})" if value else ""
            raise SettingsError(f"{where}.{name}: must be {known[name]}, in quotes{found}")
    for name in ("human_agent", "webhooks"):
        if options.get(name, "off") not in {"on", "off"}:
            raise SettingsError(f'{where}.{name}: must be "on" or "off", with the quotes (found {options[name]!r})')
    version = options.get("version", LATEST_VERSION)
    if not _VERSION.fullmatch(version):
        raise SettingsError(f"{where}.version: must be such as {LATEST_VERSION} (found {version!r})")
    return Options(
        page_id=numbers["page_id"],
        instagram_id=numbers.get("instagram_id"),
        version=version,
        human_agent=options.get("human_agent", "off") == "on",
        webhooks=options.get("webhooks", "off") == "on",
    )


def length(text: str, *, instagram: bool, private: bool) -> TextLength:
    """Return how long a text is by Meta's own counting."""
    if private and instagram:
        return TextLength(used=len(text.encode(errors="replace")), limit=LONGEST_DIRECT)
    if private:
        return TextLength(used=len(text), limit=LONGEST_MESSENGER)
    return TextLength(used=len(text), limit=LONGEST_INSTAGRAM if instagram else LONGEST_FACEBOOK)


def window_end(heard_at: datetime | None, *, human: bool) -> datetime | None:
    """Return until when a message may go to somebody who last wrote then; None: they never wrote."""
    return None if heard_at is None else heard_at + (HUMAN_WINDOW if human else WINDOW)


@dataclass(frozen=True, slots=True)
class Way:
    """How a private reply goes out."""

    to: str  #: comment | person
    tagged: bool = False  #: with the tag HUMAN_AGENT


def way_of(reply: PrivateReply, options: Options, now: datetime) -> Way | str:
    """Return how a private reply goes out at this moment of Meta's clock, or in words why it must not."""
    heard = reply.heard_at
    # What it answers was not stored where there is nothing heard: then Meta knows.
    if heard is None and not reply.to_public:
        return Way("person")
    if heard is not None and now < heard + WINDOW:
        return Way("person")
    if reply.to_public:
        return _to_comment(reply, now)
    if options.human_agent and reply.by_person and heard is not None and now < heard + HUMAN_WINDOW:
        return Way("person", tagged=True)
    if options.human_agent and not reply.by_person:
        return "after 24 hours Meta takes only what a person wrote"
    days = "7 days" if options.human_agent else "24 hours"
    return f"Meta lets messages go within {days} of the person's last one, and these are over"


def _to_comment(reply: PrivateReply, now: datetime) -> Way | str:
    """Return whether a public item may get its private reply: it was asked when claimed, but not by Meta's clock."""
    if reply.again:
        return "a comment gets one private reply, and it had that"
    if reply.said_at is not None and now >= reply.said_at + PRIVATE_REPLY_FOR:
        return "Meta takes a private reply within 7 days of the comment, and these are over"
    return Way("comment")


def reply_private(item: Interaction, standing: Standing, now: datetime, options: Options) -> Allowed:
    """Return whether `item` may be answered in private."""
    instagram = options.instagram_id is not None
    limit = LONGEST_DIRECT if instagram else LONGEST_MESSENGER
    if item.outbound:
        words = "This is our own: answer what the other person said."
        return Allowed(verb="reply_private", ok=False, because=words, rule_url=WINDOW_RULE, max_length=limit)
    elsewhere = " Another app has this conversation at the moment." if standing.elsewhere else ""
    heard = standing.heard_at or (item.sent_at if item.private else None)
    end = window_end(heard, human=False)
    if end is not None and now < end:
        words = f"They wrote to us in the last 24 hours.{elsewhere}"
        return Allowed(verb="reply_private", ok=True, because=words, rule_url=WINDOW_RULE, until=end, max_length=limit)
    if not item.private:
        return _private_reply(item, standing, now, limit, instagram=instagram)
    return _late(heard, now, options, limit, elsewhere)


def _late(heard: datetime | None, now: datetime, options: Options, limit: int, elsewhere: str) -> Allowed:
    """Return whether a direct message may be answered after 24 hours."""
    end = window_end(heard, human=True)
    if options.human_agent and end is not None and now < end:
        words = f"After 24 hours Meta takes only words that a person wrote, for up to 7 days.{elsewhere}"
        return Allowed(verb="reply_private", ok=True, because=words, rule_url=HUMAN_RULE, until=end, max_length=limit)
    if options.human_agent:
        words = "Their last message is more than 7 days old: Meta lets no message through until they write again."
        return Allowed(verb="reply_private", ok=False, because=words, rule_url=HUMAN_RULE, until=end, max_length=limit)
    words = "Their last message is more than 24 hours old: Meta lets no message through until they write again."
    end = window_end(heard, human=False)
    return Allowed(verb="reply_private", ok=False, because=words, rule_url=WINDOW_RULE, until=end, max_length=limit)


def _private_reply(item: Interaction, standing: Standing, now: datetime, limit: int, *, instagram: bool) -> Allowed:
    """Return whether a public item may get its one private reply."""
    end = item.sent_at + PRIVATE_REPLY_FOR
    ok = False
    if item.kind is Kind.MENTION and (instagram or not on_page(item)):
        until, words = None, "Meta takes private replies to what was said on our own posts and Page, not elsewhere."
    elif standing.private_replies:
        until, words = end, "A comment gets one private reply; then we wait until the person writes."
    elif now >= end:
        until, words = end, "Meta takes a private reply within 7 days of the comment, and these are over."
    else:
        ok, until = True, end
        words = "A comment may be answered in private once, within 7 days."
    url = DIRECT_PRIVATE_RULE if instagram else PRIVATE_RULE
    return Allowed(verb="reply_private", ok=ok, because=words, rule_url=url, until=until, max_length=limit)


def on_page(item: Interaction) -> bool:
    """Return whether a post of somebody else stands on our own Page: its author is told then."""
    return not item.author_id.partition(":")[2].startswith("unknown")


def facebook(item: Interaction, standing: Standing, now: datetime, options: Options) -> Sequence[Allowed]:
    """Return for each verb on Facebook whether it may be done to `item`, until when, by which rule."""
    public, theirs = not item.private, not item.outbound
    own_comment = _own_comment(item)
    return (
        _allowed(
            "reply_public",
            public,
            "Everything said in public on Facebook can be answered by a comment.",
            "A direct message is answered in private, never in public.",
            max_length=LONGEST_FACEBOOK if public else None,
        ),
        reply_private(item, standing, now, options),
        *_hide(item),
        _allowed("like", public and theirs, "A Page may like what others say.", "Only what others said in public."),
        _allowed("unlike", public and theirs, "A Page may take its like back.", "Only what others said in public."),
        _allowed("delete", own_comment, "It is our own comment.", "Only our own comments can be deleted."),
        _allowed("edit", own_comment, "It is our own comment.", "Only our own comments can be worded anew."),
    )


def instagram(item: Interaction, standing: Standing, now: datetime, options: Options) -> Sequence[Allowed]:
    """Return for each verb on Instagram whether it may be done to `item`, until when, by which rule."""
    own_comment = _own_comment(item)
    no_likes = "Instagram lets no program like a comment."
    return (
        _ig_reply(item),
        reply_private(item, standing, now, options),
        *_hide(item, IG_COMMENT_RULE),
        _allowed("like", False, "", no_likes, IG_COMMENT_RULE),
        _allowed("unlike", False, "", no_likes, IG_COMMENT_RULE),
        _allowed("delete", own_comment, "It is our own.", "Only our own comments can be deleted.", IG_COMMENT_RULE),
        _allowed("edit", False, "", "Instagram lets nobody change the words of a comment.", IG_COMMENT_RULE),
    )


def _own_comment(item: Interaction) -> bool:
    """Return whether it is a comment of ours; one that left from here is stored as a post that answers something."""
    answers = item.kind is Kind.COMMENT or (item.kind is Kind.POST and item.reply_to_id is not None)
    return not item.private and item.outbound and answers


def _ig_reply(item: Interaction) -> Allowed:
    if item.private:
        ok, words, url = False, "A direct message is answered in private, never in public.", IG_REPLY_RULE
    elif item.kind is Kind.MENTION:
        ok, words, url = True, "Who names us on Instagram can be answered with a comment there.", IG_MENTION_RULE
    elif item.hidden:
        ok, words, url = False, "A hidden comment cannot be answered: show it again first.", IG_REPLY_RULE
    else:
        ok, words, url = True, "Comments on our own media can be answered.", IG_REPLY_RULE
    limit = None if item.private else LONGEST_INSTAGRAM
    return Allowed(verb="reply_public", ok=ok, because=words, rule_url=url, max_length=limit)


def _hide(item: Interaction, rule: str = COMMENT_RULE) -> tuple[Allowed, Allowed]:
    can = not item.private and not item.outbound and item.kind is Kind.COMMENT
    refused = "Only other people's comments below our own posts can be hidden."
    hide = refused if not can else "It is hidden already." if item.hidden else "It stands below a post of ours."
    unhide = refused if not can else "It is hidden, and can be shown again." if item.hidden else "It is not hidden."
    return (
        Allowed(verb="hide", ok=can and not item.hidden, because=hide, rule_url=rule),
        Allowed(verb="unhide", ok=can and item.hidden, because=unhide, rule_url=rule),
    )


def _allowed(
    verb: str,
    ok: bool,
    yes: str,
    no: str,
    rule: str = COMMENT_RULE,
    *,
    max_length: int | None = None,
) -> Allowed:
    return Allowed(verb=verb, ok=ok, because=yes if ok else no, rule_url=rule, max_length=max_length)
