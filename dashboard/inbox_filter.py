"""What part of the queue is shown, and how that stands in the page's address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from social_listener.desk_types import QueueFilter, View
from social_listener.model import SentimentLabel

if TYPE_CHECKING:
    from collections.abc import Iterable
    from enum import StrEnum

    from social_listener.settings import AccountSettings

Code = TypeVar("Code", bound="StrEnum")

#: the filter's names in the address
KEYS = ("view", "channel", "account", "stream", "sentiment", "who", "assigned", "team", "label", "due", "q")

#: code in the address → time in which something is due, what is late included
DUE: Mapping[str, timedelta] = {
    "15m": timedelta(minutes=15),
    "1h": timedelta(hours=1),
    "4h": timedelta(hours=4),
    "1d": timedelta(days=1),
}


def _code(kind: type[Code], value: str | None, default: Code | None) -> Code | None:
    try:
        return kind(value) if value else default
    except ValueError:
        return default


def channels(accounts: Iterable[AccountSettings]) -> list[str]:
    """Return the channels of accounts, each once."""
    return sorted({account.channel for account in accounts})


def option(name: str, code: str, counts: Mapping[str, int] | None) -> str:
    """Return an option's words, with its count where that is told."""
    return name if counts is None else f"{name} ({counts.get(code, 0):,})"


def picked(told: str, names: Mapping[str, str]) -> str:
    """Return the code of an option that was picked; by its words when the page showed an older count; "": none."""
    if told in names:
        return told
    return next((code for code, name in names.items() if _bare(name) == _bare(told)), "")


def _bare(name: str) -> str:
    return re.sub(r" \([\d,]+\)$", "", name)


def from_query(query: Mapping[str, str]) -> QueueFilter:
    """Return the filter that an address holds; what it holds wrongly is left out, so an old link still opens."""
    who = query.get("who")
    return QueueFilter(
        view=_code(View, query.get("view"), View.WAITING) or View.WAITING,
        channel=query.get("channel") or None,
        account_id=query.get("account") or None,
        stream_id=query.get("stream") or None,
        sentiment=_code(SentimentLabel, query.get("sentiment"), None),
        private={"private": True, "public": False}.get(who or ""),
        assignee=query.get("assigned") or None,
        team_id=query.get("team") or None,
        label=query.get("label") or None,
        due_within=DUE.get(query.get("due") or ""),
        search=(query.get("q") or "").lstrip()[:200],
    )


def to_query(wanted: QueueFilter) -> dict[str, str]:
    """Return the address's part for a filter: raw codes, and nothing for what is not set."""
    private = {True: "private", False: "public", None: ""}[wanted.private]
    pairs = {
        "view": "" if wanted.view is View.WAITING else wanted.view.value,
        "channel": wanted.channel or "",
        "account": wanted.account_id or "",
        "stream": wanted.stream_id or "",
        "sentiment": wanted.sentiment.value if wanted.sentiment else "",
        "who": private,
        "assigned": wanted.assignee or "",
        "team": wanted.team_id or "",
        "label": wanted.label or "",
        "due": due_code(wanted) or "",
        "q": wanted.search,
    }
    return {key: value for key, value in pairs.items() if value}


def due_code(wanted: QueueFilter) -> str | None:
    """Return the code of the time in which something is due; None: any."""
    return next((code for code, time in DUE.items() if time == wanted.due_within), None)


def narrowed(wanted: QueueFilter) -> int:
    """Return how many filters besides view and search are set."""
    return sum(key not in {"view", "q"} for key in to_query(wanted))


def cleared(wanted: QueueFilter) -> QueueFilter:
    """Return the filter with its view only."""
    return QueueFilter(view=wanted.view)


def searching(wanted: QueueFilter, text: str) -> QueueFilter:
    """Return the filter with other search words."""
    return replace(wanted, search=text.lstrip()[:200])


def streams(accounts: Iterable[AccountSettings]) -> dict[str, str]:
    """Return stream id → how staff know it, for every stream of those accounts."""
    return {
        f"{account.id}/{stream.label}": f"{account.name} · {stream.label}"
        for account in accounts
        for stream in account.streams
    }
