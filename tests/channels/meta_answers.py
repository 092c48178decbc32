"""Channels for Facebook and Instagram that make no call, and answers of the Graph API made up for tests."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from faces import stream

from social_listener.channels.facebook import Facebook
from social_listener.channels.facebook import build as build_facebook
from social_listener.channels.instagram import Instagram
from social_listener.channels.instagram import build as build_instagram
from social_listener.model import Interaction, Page, StreamKind

PAGE, ACCOUNT = "2121008874780932", "17841406338772941"
ANNA, BERT = "2711636948859886", "2711636948859887"
THEN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECRETS = {"access_token": "EAAJtoken-of-the-page", "app_secret": "app-secret-0123456789", "verify_token": "our word"}


def facebook(base_url: str | None = None, credentials: dict[str, str] | None = None, **options: str) -> Facebook:
    """Return a channel for the Page `PAGE`."""
    seconds = timedelta(seconds=5)
    return build_facebook(
        account_id="main",
        credentials=SECRETS if credentials is None else credentials,
        base_url=base_url,
        options={"page_id": PAGE, **options},
        connect_timeout=seconds,
        read_timeout=seconds,
    )


def instagram(base_url: str | None = None, credentials: dict[str, str] | None = None, **options: str) -> Instagram:
    """Return a channel for the account `ACCOUNT`."""
    seconds = timedelta(seconds=5)
    return build_instagram(
        account_id="main",
        credentials=SECRETS if credentials is None else credentials,
        base_url=base_url,
        options={"page_id": PAGE, "instagram_id": ACCOUNT, **options},
        connect_timeout=seconds,
        read_timeout=seconds,
    )


def read(channel: Facebook | Instagram, answer: Any, kind: StreamKind = StreamKind.COMMENTS) -> Page:
    """Return the page in an answer."""
    raw = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return channel.parse(raw, stream(kind), THEN)


def asked(answer: Any, **what: Any) -> bytes:
    """Return an answer as it is kept, with what was asked in front of it."""
    return json.dumps({"asked": what}).encode() + b"\n" + json.dumps(answer).encode()


def one(page: Page) -> Interaction:
    """Return the only item that is no context."""
    assert page.rejects == ()
    (item,) = [item for item in page.interactions if not item.context]
    return item


def comment(number: int, **fields: Any) -> dict[str, Any]:
    """Return a comment by Anna below the post 500."""
    made = {
        "id": f"500_{number}",
        "message": "Where is my order?",
        "from": {"id": ANNA, "name": "Anna"},
        "created_time": "2026-03-02T09:00:00+0000",
    }
    return {name: value for name, value in (made | fields).items() if value is not None}
