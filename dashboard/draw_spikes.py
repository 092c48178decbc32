"""The Spikes page as it is drawn: what goes on, what was, and what is watched. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from social_listener.dashboard import words
from social_listener.desk_types.spikes import Basis, Severity, SpikeKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from social_listener.dashboard.component import Json
    from social_listener.desk_types.crisis import Watched, Watching
    from social_listener.desk_types.insights import ItemLine, ItemPage
    from social_listener.desk_types.spikes import Spike, SpikeItem

#: how grave → words, tone
SEVERITIES: Mapping[Severity, tuple[str, str]] = {
    Severity.CRISIS: ("Crisis", "red"),
    Severity.NOTABLE: ("Notable", "amber"),
    Severity.COPIES: ("Copies", "violet"),
}
KINDS: Mapping[SpikeKind, str] = {
    SpikeKind.MANY_VOICES: "many voices",
    SpikeKind.ONE_POST: "one post",
    SpikeKind.COPIES: "the same text again and again",
    SpikeKind.FEW_AUTHORS: "few people",
    SpikeKind.LULL: "far less than usual",
}
#: signs of a text that a list shows
LONGEST: Final = 600
#: of the past so many days are listed
PAST_DAYS = 28


def listing(
    current: Sequence[Spike], past: Sequence[Spike], watching: Watching, names: Mapping[str, str], now: datetime
) -> Json:
    """Return what goes on and what was; `names`: our accounts' names by id."""
    listed = {one.id for one in current}
    going = [card(one, names, now) for one in current]
    told = (
        f"{words.count(len(going), 'spike')} now, or just over and not acknowledged"
        if going
        else _calm(watching, names)
    )
    return {
        "calm": not any(one.kind is not SpikeKind.LULL for one in current),
        "sure": bool(watching.accounts) and watching.looked_at is not None and not _unsure(watching, names),
        "headline": told,
        "current": going,
        "past": [card(one, names, now) for one in past if one.id not in listed],
        "past_lead": f"What was in the last {PAST_DAYS} days.",
        "none": f"No spike was found in the last {PAST_DAYS} days, as far as we listened.",
        "watched": [_watched(one, names) for one in watching.accounts],
        "seen": words.iso(watching.looked_at),
    }


def _calm(watching: Watching, names: Mapping[str, str]) -> str:
    if not watching.accounts:
        return "Nothing is watched yet: no account of yours is listened to."
    if watching.looked_at is None:
        return "The first look has not been taken yet; it comes within a minute."
    if all(one.basis is Basis.NONE for one in watching.accounts):
        return "No spike was found, but what is usual is not known yet: only very many messages at once are told."
    unsure = _unsure(watching, names)
    if unsure:
        return f"Nothing out of the ordinary, as far as can be told: {', and '.join(unsure)}."
    return "Nothing out of the ordinary: no more is said than is usual."


def _unsure(watching: Watching, names: Mapping[str, str]) -> list[str]:
    """Return why silence of the watch does not mean that all is as usual; empty: it does."""

    def those(found: Sequence[Watched]) -> str:
        return ", ".join(names.get(one.account_id, one.account_id) for one in found)

    unknown = [one for one in watching.accounts if one.basis is Basis.NONE]
    unwell = [one for one in watching.accounts if not one.well]
    return [
        *([f"what is usual is not known yet of {those(unknown)}"] if unknown else []),
        *([f"{those(unwell)} {'is' if len(unwell) == 1 else 'are'} not polled well just now"] if unwell else []),
    ]


def _watched(one: Watched, names: Mapping[str, str]) -> Json:
    stands = {
        Basis.WEEK: f"Usual is the same time of the week, by {words.count(one.weeks, 'week')}.",
        Basis.DAY: f"Usual is the same time of the day, by {words.count(one.weeks, 'day')}; by the time of the week "
        "from two weeks on.",
        Basis.NONE: "What is usual is not known yet: that takes three days. Until then only very many messages at once "
        "are told.",
    }[one.basis]
    return {
        "key": one.account_id,
        "name": names.get(one.account_id, one.account_id),
        "since": words.iso(one.since),
        "stands": stands,
        "bad": "" if one.well else "Not polled well just now: see Health.",
    }


def card(one: Spike, names: Mapping[str, str], now: datetime) -> Json:
    """Return one spike as the list shows it."""
    return {
        "key": one.id,
        "url": f"/spikes?{urlencode({'spike': one.id})}",
        **label(one),
        "account": account(one, names),
        "words": one.words,
        "since": words.iso(one.began_at),
        "until": words.iso(one.ended_at),
        "lasted": words.lasting((one.ended_at or now) - one.began_at),
        "known": f"Acknowledged by {one.closed_by}" + (f": {one.note}" if one.note else "") if one.closed_by else "",
    }


def label(one: Spike) -> Json:
    """Return what a spike is in a word or two, and its colour."""
    if one.kind is SpikeKind.LULL:
        return {"label": "Lull", "tone": "accent", "shape": KINDS[one.kind]}
    told, tone = SEVERITIES[one.severity]
    return {"label": told, "tone": tone, "shape": KINDS[one.kind]}


def account(one: Spike, names: Mapping[str, str]) -> str:
    """Return on which account it is."""
    return "All accounts together" if one.account_id is None else names.get(one.account_id, one.account_id)


def sheet(page: ItemPage, title: str, names: Mapping[str, str], told: str = "") -> Json:
    """Return the items behind a number; `told`: what is to be known of the list."""
    return {
        "title": title,
        "told": told or f"{words.count(page.total, 'message')}, the newest first.",
        "lines": [line(one, names) for one in page.lines],
        "more": page.next is not None,
    }


def line(one: ItemLine, names: Mapping[str, str]) -> Json:
    """Return one item behind a number."""
    return {**said(one, names), "answered": "answered" if one.answered_at else ""}


def beginning(text: str) -> str:
    """Return as much of a text as a list of many can show; its conversation has the rest."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"


def said(one: ItemLine | SpikeItem, names: Mapping[str, str]) -> Json:
    """Return what is shown of an item wherever it stands; `names` are our accounts' names by id."""
    mood, tone = words.MOODS.get(one.sentiment_label, words.MOODS["none"])
    return {
        "key": one.id,
        "author": one.author,
        "account": names.get(one.account_id, one.account_id),
        "at": words.iso(one.sent_at),
        "text": beginning(one.text) or words.WORDLESS,
        "private": one.private,
        "mood": mood,
        "tone": tone,
        "reach": f"{words.short(one.reach)} followers" if one.reach else "",
        "url": f"/?{urlencode({'c': one.conversation_id})}",
    }
