"""What X allows to be done to an item now, by which rule. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from social_listener.channels.x_text import LONGEST_MESSAGE
from social_listener.errors import SettingsError
from social_listener.model import Allowed, Interaction, Kind

REPLY_RULE: Final = "https://docs.x.com/changelog"
AUTOMATION_RULE: Final = "https://docs.x.com/developer-guidelines"
HIDE_RULE: Final = "https://docs.x.com/x-api/posts/hide-replies/introduction"
LIKE_RULE: Final = "https://docs.x.com/changelog"
EDIT_RULE: Final = "https://docs.x.com/x-api/fundamentals/edit-posts"
DELETE_RULE: Final = "https://docs.x.com/x-api/posts/delete-post"
MESSAGE_RULE: Final = "https://docs.x.com/x-api/direct-messages/manage/introduction"

#: what an account's `options` may hold: name → what it means, in words
OPTIONS: Final[Mapping[str, str]] = {
    "reply_rule": "summoned (default): replies only to posts that answer, name or quote us, as self-serve access "
    "demands since 23 February 2026; any: replies to every post, for enterprise access",
    "likes": "off (default): self-serve access lost likes on 20 April 2026; on: for access that still has them",
    "webhooks": "off (default): polling only; on: X's Activity API pushes to our webhook as well, and Health says "
    "when nothing comes",
    "max_length": "weighted length of a public reply: 280 (default), up to 25000 for premium accounts",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What our access to X may do."""

    summoned_only: bool
    likes: bool
    max_length: int
    webhooks: bool


def read_options(options: Mapping[str, str], account_id: str) -> Rules:
    """Return the rules that an account's options set; `SettingsError` names the option that cannot be."""
    where = f"account {account_id}: options"
    for name in options:
        if name not in OPTIONS:
            raise SettingsError(f"{where}.{name}: unknown option; the channel x knows {', '.join(OPTIONS)}")
    reply_rule = options.get("reply_rule", "summoned")
    if reply_rule not in {"summoned", "any"}:
        raise SettingsError(f"{where}.reply_rule: must be summoned or any (found {reply_rule!r})")
    switches = {name: options.get(name, "off") for name in ("likes", "webhooks")}
    for name, value in switches.items():
        if value not in {"on", "off"}:
            raise SettingsError(f'{where}.{name}: must be "on" or "off", with the quotes (found {value!r})')
    length = options.get("max_length", "280")
    if not length.isascii() or not length.isdigit() or not 1 <= int(length) <= 25_000:
        raise SettingsError(f"{where}.max_length: must be a number from 1 to 25000, in quotes (found {length!r})")
    return Rules(
        summoned_only=reply_rule == "summoned",
        likes=switches["likes"] == "on",
        max_length=int(length),
        webhooks=switches["webhooks"] == "on",
    )


def allowed(item: Interaction, rules: Rules) -> Sequence[Allowed]:
    """Return for each verb whether it may be done to `item`, and the rule in a sentence. Nothing here has a deadline.

    Whether an item was deleted is not part of it: who asks knows the tombstones, and then allows nothing.
    """
    return (
        _reply_public(item, rules),
        _reply_private(item),
        *_hide(item),
        *_like(item, rules),
        _delete(item),
        Allowed(verb="edit", ok=False, because="X lets nobody change words through its API.", rule_url=EDIT_RULE),
    )


def _reply_public(item: Interaction, rules: Rules) -> Allowed:
    if item.private:
        ok, because, url = False, "A direct message is answered in private, never in public.", MESSAGE_RULE
    elif item.outbound:
        ok, because, url = True, "We may always continue our own posts.", REPLY_RULE
    elif not rules.summoned_only:
        ok, because, url = True, "Our access to X may answer every post.", REPLY_RULE
    elif item.addresses_us:
        ok, because, url = True, "The author answered, named or quoted us, so X lets us answer.", REPLY_RULE
    else:
        because = "X lets programs answer only those who named or quoted us; this post does not. Answer it on x.com."
        ok, url = False, REPLY_RULE
    limit = rules.max_length if not item.private else None
    return Allowed(verb="reply_public", ok=ok, because=because, rule_url=url, max_length=limit)


def _reply_private(item: Interaction) -> Allowed:
    """Direct messages go only to people who wrote one first: X's automation rules.

    A public post does not show whether its author did, and many accounts take no messages from strangers. So it is
    answered in public, with the request to write a direct message; the direct thread that follows can be answered.
    """
    if item.private and not item.outbound:
        ok, because = True, "They wrote us a direct message, so we may answer with one."
    elif item.private:
        ok, because = False, "This is our own message: answer the one of the other person."
    else:
        ok = False
        because = (
            "X allows direct messages only to people who wrote us one first. Where they did, answer there: it stands "
            "among the other conversations with them. Else ask them in public to do so."
        )
    return Allowed(verb="reply_private", ok=ok, because=because, rule_url=AUTOMATION_RULE, max_length=LONGEST_MESSAGE)


def _hide(item: Interaction) -> tuple[Allowed, Allowed]:
    ours = item.reply_to_id is not None and item.reply_to_id == item.thread_id and item.addresses_us
    if item.private or item.outbound or item.kind is not Kind.COMMENT:
        can, because = False, "Only other people's answers below our own posts can be hidden."
    elif ours:
        can, because = True, "It answers the first post of a thread of ours."
    else:
        because = "Answers can be hidden in threads that one of our posts began; X will refuse it in any other."
        can = True
    if can and item.hidden:
        return _verdict("hide", ok=False, because="It is hidden already."), _verdict("unhide", ok=True, because=because)
    unhide = because if not can else "It is not hidden."
    return _verdict("hide", ok=can, because=because), _verdict("unhide", ok=False, because=unhide)


def _verdict(verb: str, *, ok: bool, because: str) -> Allowed:
    return Allowed(verb=verb, ok=ok, because=because, rule_url=HIDE_RULE)


def _like(item: Interaction, rules: Rules) -> tuple[Allowed, Allowed]:
    if item.private or item.outbound:
        ok, because = False, "Only other people's public posts can be liked."
    elif not rules.likes:
        ok = False
        because = "X took likes from self-serve access on 20 April 2026; where they are left, set the option likes: on."
    else:
        ok, because = True, "Our access to X may like posts, by the hand of a person."
    return (
        Allowed(verb="like", ok=ok, because=because, rule_url=LIKE_RULE),
        Allowed(verb="unlike", ok=ok, because=because, rule_url=LIKE_RULE),
    )


def _delete(item: Interaction) -> Allowed:
    if item.outbound and not item.private:
        ok, because = True, "It is our own post."
    elif item.private:
        ok, because = False, "Direct messages cannot be taken back by a program."
    else:
        ok, because = False, "Only our own posts can be deleted."
    return Allowed(verb="delete", ok=ok, because=because, rule_url=DELETE_RULE)
