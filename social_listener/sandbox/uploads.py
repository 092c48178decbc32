"""Pictures that are uploaded before they are said: POST /2/media/upload and POST /2/media/metadata."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from social_listener.sandbox import problems
from social_listener.sandbox.context import Context
from social_listener.sandbox.media import Attached
from social_listener.sandbox.wire import Answer

MOST_BYTES = 5_242_880
"""X: images up to 5 MB."""
MOST_ALT = 1_000
LASTS_S = 86_400
"""So long an upload waits to be used."""
CATEGORIES = {"tweet_image": 4, "dm_image": 1}
"""Category → how many go with one post or message."""
_SIGNS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


def upload(call: Context) -> Answer:
    """POST /2/media/upload: one picture in one request, its bytes in base64."""
    body = call.body()
    category = body.get("media_category")
    if category not in CATEGORIES:
        raise problems.invalid(("media_category", category, f"must be one of {', '.join(CATEGORIES)}"))
    try:
        data = base64.b64decode(str(body.get("media", "")), validate=True)
    except (ValueError, binascii.Error):
        raise problems.invalid(("media", "", "must be base64")) from None
    if not data or len(data) > MOST_BYTES:
        raise problems.invalid(("media", len(data), "Media size exceeds the limit, or there is none"))
    kind = next((name for sign, name in _SIGNS.items() if data.startswith(sign)), None)
    if kind is None or body.get("media_type", kind) != kind:
        raise problems.invalid(("media_type", body.get("media_type"), "Unsupported media type"))
    made = call.world.upload(call.me, category, data)
    answer = {"id": made, "media_key": f"3_{made}", "size": len(data), "expires_after_secs": LASTS_S}
    return Answer(200, {"data": answer})


def describe(call: Context) -> Answer:
    """POST /2/media/metadata: what a picture shows."""
    body = call.body()
    found = _usable(call, str(body.get("id", "")))
    try:
        alt = body["metadata"]["alt_text"]["text"]
    except (KeyError, TypeError):
        alt = None
    if not isinstance(alt, str) or not 0 < len(alt) <= MOST_ALT:
        raise problems.invalid(("metadata.alt_text.text", alt, f"must have 1 to {MOST_ALT} characters"))
    call.world.describe(found["id"], alt)
    return Answer(200, {"data": {"id": found["id"], "associated_metadata": {"alt_text": {"text": alt}}}})


def named(call: Context, ids: object, category: str) -> tuple[Attached, ...]:
    """Return what goes with a post or a message, by the ids of uploads.

    Raises:
        Problem: 400, there are too many, or one is not this account's, of another category, or has run out.
    """
    if ids is None:
        return ()
    wanted = [str(one) for one in ids] if isinstance(ids, list) else []
    if not 0 < len(wanted) <= CATEGORIES[category]:
        raise problems.invalid(("media.media_ids", ids, f"must be 1 to {CATEGORIES[category]} ids"))
    found = [_usable(call, one) for one in wanted]
    if any(one["category"] != category for one in found):
        raise problems.invalid(("media.media_ids", ids, "Your media IDs are invalid."))
    return tuple(Attached("photo", str(one["alt"]), str(one["id"])) for one in found)


def _usable(call: Context, media_id: str) -> dict[str, Any]:
    found = call.world.ledger.uploads.get(media_id)
    if found is None or found["account"] != call.me.id or call.now_ms - found["at"] > LASTS_S * 1000:
        raise problems.invalid(("media.media_ids", media_id, "Your media IDs are invalid."))
    return found
