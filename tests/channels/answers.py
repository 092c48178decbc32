"""Answers of X, made up for tests."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from faces import stream

from social_listener.channels.x import X, build
from social_listener.model import Interaction, Page, StreamKind

US, ANNA, BERT, CARO = "1001", "2001", "2002", "2003"
THEN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def id_at(seconds: float, low: int = 1) -> str:
    """Return an id that was made so many seconds after `THEN`."""
    return str((int((THEN.timestamp() + seconds) * 1000) - 1288834974657) << 22 | low)


def x() -> X:
    """Return a channel of the account with the id `US`."""
    keys = {"consumer_key": "k", "consumer_secret": "s", "access_token": f"{US}-t", "access_token_secret": "s"}
    limit = timedelta(seconds=1)
    return build(
        account_id="main", credentials=keys, base_url=None, options={}, connect_timeout=limit, read_timeout=limit
    )


def read(answer: Any, kind: StreamKind = StreamKind.MENTIONS) -> Page:
    """Return the page in an answer."""
    raw = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return x().parse(raw, stream(kind), THEN)


def post(seconds: float = 0, **fields: Any) -> dict[str, Any]:
    """Return a post by Anna that names us."""
    made = {
        "id": id_at(seconds),
        "text": "@us hello",
        "author_id": ANNA,
        "created_at": "2026-03-02T09:00:00.000Z",
        "conversation_id": id_at(seconds),
        "entities": {"mentions": [{"start": 0, "end": 3, "username": "us", "id": US}]},
    }
    made |= fields
    made.setdefault("edit_history_tweet_ids", [made["id"]])
    return {name: value for name, value in made.items() if value is not None}


def page_of(*posts: Any, **more: Any) -> dict[str, Any]:
    """Return an answer with these posts."""
    return {"data": list(posts), "meta": {"result_count": len(posts)}, **more}


def one(answer: Any, kind: StreamKind = StreamKind.MENTIONS) -> Interaction:
    """Return the only item that is no context."""
    page = read(answer, kind)
    assert page.rejects == ()
    (item,) = [item for item in page.interactions if not item.context]
    return item


def message(**fields: Any) -> dict[str, Any]:
    """Return a direct message from Anna."""
    made = {
        "id": id_at(0),
        "event_type": "MessageCreate",
        "text": "hello &amp; help",
        "sender_id": ANNA,
        "dm_conversation_id": f"{US}-{ANNA}",
        "created_at": "2026-03-02T09:00:00.000Z",
    }
    return {name: value for name, value in (made | fields).items() if value is not None}


def problem(kind: str, parameter: str, value: str, host: str = "api.twitter.com") -> dict[str, str]:
    """Return an entry of `errors`."""
    return {
        "type": f"https://{host}/2/problems/{kind}",
        "title": "Some Error",
        "detail": f"Something about {parameter}.",
        "parameter": parameter,
        "value": value,
        "resource_id": value,
    }
