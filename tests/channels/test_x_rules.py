"""What X allows, for every kind of item."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import pytest

from social_listener.channels.x_rules import OPTIONS, allowed, read_options
from social_listener.model import Allowed, Interaction, Kind

ITEM = Interaction(
    id="x:5",
    channel="x",
    account_id="main",
    conversation_id="x:1:2",
    thread_id="x:1",
    author_id="x:2",
    kind=Kind.MENTION,
    private=False,
    outbound=False,
    text="hello",
    sent_at=datetime(2026, 3, 2, tzinfo=UTC),
    version_id="5",
)


def verdicts(options: dict[str, str], **fields: object) -> dict[str, Allowed]:
    """Return the verdicts on an item, by verb."""
    return {one.verb: one for one in allowed(replace(ITEM, **fields), read_options(options, "main"))}


def test_only_who_summoned_us_is_answered_in_public() -> None:
    """Self-serve access answers those who answered, named or quoted us; enterprise access everybody."""
    assert not verdicts({})["reply_public"].ok
    assert "x.com" in verdicts({})["reply_public"].because
    assert verdicts({}, addresses_us=True)["reply_public"].ok
    assert verdicts({"reply_rule": "any"})["reply_public"].ok
    assert verdicts({}, outbound=True, kind=Kind.POST)["reply_public"].ok


@pytest.mark.parametrize("options", [{}, {"reply_rule": "any", "likes": "on"}])
def test_what_is_private_stays_private(options: dict[str, str]) -> None:
    """To a direct message nothing public may be done, whatever our access; who wrote one may get one."""
    for outbound, addresses in product([True, False], repeat=2):
        found = verdicts(options, private=True, kind=Kind.MESSAGE, outbound=outbound, addresses_us=addresses)
        assert [verb for verb, one in found.items() if one.ok] == ([] if outbound else ["reply_private"])


def test_strangers_get_no_direct_message() -> None:
    """A public post does not show that its author ever wrote to us in private."""
    for addresses in (True, False):
        verdict = verdicts({}, addresses_us=addresses)["reply_private"]
        assert not verdict.ok
        assert "wrote us one first" in verdict.because
        assert "among the other conversations" in verdict.because


def test_only_answers_to_us_are_hidden_and_only_hidden_ones_shown_again() -> None:
    """Hide and unhide are never both possible; what is no answer below a post of ours is neither."""
    comment = {"kind": Kind.COMMENT, "addresses_us": True, "reply_to_id": "x:1"}
    assert verdicts({}, **comment)["hide"].ok
    assert not verdicts({}, **comment)["unhide"].ok
    assert verdicts({}, **comment, hidden=True)["unhide"].ok
    assert not verdicts({}, **comment, hidden=True)["hide"].ok
    for fields in ({}, {**comment, "outbound": True}, {**comment, "private": True}):
        found = verdicts({}, **fields)
        assert not found["hide"].ok
        assert not found["unhide"].ok
    deep = verdicts({}, kind=Kind.COMMENT, reply_to_id="x:3")["hide"]
    assert deep.ok
    assert "refuse" in deep.because


def test_likes_need_the_access_that_has_them() -> None:
    """Off unless the option says otherwise, and the sentence says why and since when."""
    assert not verdicts({})["like"].ok
    assert "20 April 2026" in verdicts({})["like"].because
    assert verdicts({"likes": "on"})["like"].ok
    assert verdicts({"likes": "on"})["unlike"].ok
    assert not verdicts({"likes": "on"}, outbound=True)["like"].ok


def test_only_our_own_public_words_are_deleted() -> None:
    """Nobody else's, and no direct message."""
    assert verdicts({}, outbound=True)["delete"].ok
    assert not verdicts({})["delete"].ok
    assert not verdicts({}, outbound=True, private=True)["delete"].ok


def test_replies_tell_their_longest_text() -> None:
    """280, or what the account may; 10,000 in private."""
    assert verdicts({})["reply_public"].max_length == 280
    assert verdicts({"max_length": "25000"})["reply_public"].max_length == 25_000
    assert verdicts({})["reply_private"].max_length == 10_000


def test_every_option_is_explained() -> None:
    """Each option is read, and told in words."""
    assert set(OPTIONS) == {"reply_rule", "likes", "webhooks", "max_length"}
    assert all(len(words) > 20 for words in OPTIONS.values())
