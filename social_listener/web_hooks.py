"""Where platforms push to: `/webhooks/{account id}` on the public port.

Nothing of a request is believed, logged or stored before its signature was checked over the bytes as they came. The
answer leaves after the delivery is committed and before it is read.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse, Response

from social_listener.errors import Forged, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request

    from social_listener.ingest import Ingest

_log = logging.getLogger(__name__)

#: a batch of Meta holds up to 1,000 changes, of which each holds a comment of up to 8,000 characters at most
MOST_BYTES: Final = 10_000_000
#: platforms end a delivery that takes 5 to 20 seconds themselves; a door held open longer is nobody's we know
LONGEST: Final = timedelta(seconds=30)
_PLAIN: Final = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}


class Webhooks:
    """The webhooks of all accounts. `wake` is told each account to which something new was pushed."""

    def __init__(self, ingest: Ingest, wake: Callable[[str], None]) -> None:
        self._ingest = ingest
        self._wake = wake

    async def question(self, request: Request) -> Response:
        """Answer a platform that asks whether this webhook is ours: 200, 403, 404."""
        account_id = request.path_params["account_id"]
        try:
            answer = await run_in_threadpool(self._ingest.handshake, account_id, dict(request.query_params))
        except KeyError:
            return _said(404, "there is no such webhook")
        except Forged as error:
            _log.warning("webhook question refused", extra={"account": account_id, "reason": str(error)})
            return _said(403, "refused")
        except StoreError:
            _log.exception("webhook question not answered", extra={"account": account_id})
            return _said(503, "not now")
        _log.info("webhook confirmed", extra={"account": account_id})
        media_type = "application/json" if answer.startswith(b"{") else "text/plain"
        return Response(answer, media_type=media_type, headers=_PLAIN)

    async def delivery(self, request: Request) -> Response:
        """Take in what a platform pushes: 200 once it is kept; 503: it should be pushed again; else 400 to 413."""
        account_id = request.path_params["account_id"]
        if account_id not in self._ingest.channels:
            return _said(404, "there is no such webhook")
        body = await _whole(request)
        if isinstance(body, Response):
            return body
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            fresh = await run_in_threadpool(self._ingest.accept, account_id, headers, body)
        except KeyError:
            return _said(404, "there is no such webhook")
        except Forged as error:
            _log.warning("delivery refused", extra={"account": account_id, "reason": str(error)})
            return _said(401, "refused")
        except StoreError:
            _log.exception("delivery not kept", extra={"account": account_id})
            return _said(503, "not now")
        for one in fresh:
            self._wake(one)
        return _said(200, "thank you")


async def _whole(request: Request) -> bytes | Response:
    """Return the body as it came, or what is answered where it does not come whole."""
    try:
        async with asyncio.timeout(LONGEST.total_seconds()):
            body = await _body(request)
    except TimeoutError:
        return _said(408, "the delivery took too long", {"Connection": "close"})
    except ClientDisconnect:
        return _said(400, "the delivery was broken off")  # nobody hears it; anybody could fill the log with it
    return _said(413, f"a delivery is {MOST_BYTES:,} bytes at most") if body is None else body


async def _body(request: Request) -> bytes | None:
    """Return the body as it came; None: it is longer than a delivery can be."""
    told = request.headers.get("content-length", "")
    if told.isdecimal() and int(told) > MOST_BYTES:
        return None
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MOST_BYTES:
            return None
        parts.append(part)
    return b"".join(parts)


def _said(status: int, words: str, also: Mapping[str, str] | None = None) -> Response:
    return PlainTextResponse(f"{words}\n", status_code=status, headers={**_PLAIN, **(also or {})})
