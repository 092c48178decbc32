"""Pages of listings: by cursor, or by time. Cursors are opaque, sealed, and carry where a page starts."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from social_listener.sandbox.graph import problems
from social_listener.sandbox.graph.call import Call, second, whole_number
from social_listener.sandbox.graph.fields import Field, write

_LAYOUT = struct.Struct(">QQQB")
Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place beside an item: its key, the moment of issue, and whether an empty page was given before."""

    key: Key
    issued_ms: int
    passed: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """What is listed. `items` lie in the order of their keys, oldest first."""

    path: str
    """Node and edge: what a link to a further page leads to."""
    items: Sequence[Any]
    render: Callable[[Any], dict[str, Any]]
    seen: Callable[[Any], bool]
    fields: tuple[Field, ...] | None = None
    """What is asked for of each item; links to further pages ask for the same."""
    newest_first: bool = True
    default: int = 25
    most: int = 100
    times: bool = False
    """Whether since and until apply."""
    by_time: bool = False
    """Pages by time instead of by cursor."""
    bare: bool = False
    """Cursors as Instagram gives them below media: only where another page follows."""
    key: Callable[[Any], Key] = lambda item: item.key


def page(call: Call, listing: Listing, arguments: dict[str, str]) -> dict[str, Any]:
    """Return one page of a listing as the arguments (limit, after, before, since, until …) want it."""
    limit = whole_number(arguments, "limit", listing.default, listing.most)
    heavy = call.graph.heavy
    if limit > heavy.get(listing.path, heavy.get(listing.path.rpartition("/")[2], limit)):
        raise problems.too_much()
    if limit == 0:
        return {"data": []}
    if call.policy.short_pages:
        limit = max(1, limit // 2)
    after, before = (_given(call, arguments, name) for name in ("after", "before"))
    if listing.by_time and arguments.get("__paging_token"):
        token = _given(call, arguments, "__paging_token")
        after, before = (None, token) if arguments.get("__previous") else (token, None)
    if after is not None and call.policy.empty_pages and not after.passed:
        link = _link(call, listing, arguments, after=_seal_up(call, Cursor(after.key, call.now_ms, passed=True)))
        return {"data": [], "paging": {"next": link}}
    chosen, more_after, more_before = _choose(call, listing, arguments, limit, after, before)
    body: dict[str, Any] = {"data": [listing.render(item) for item in chosen]}
    if chosen:
        paging = _paging(call, listing, arguments, chosen, more_after=more_after, more_before=more_before)
        if paging:
            body["paging"] = paging
    return body


def _choose(  # noqa: PLR0917  # one call, the arguments of `page` and what was read from them
    call: Call,
    listing: Listing,
    arguments: dict[str, str],
    limit: int,
    after: Cursor | None,
    before: Cursor | None,
) -> tuple[list[Any], bool, bool]:
    """Return the items of a page in the order of the listing, and whether there are more behind and in front."""
    low, high = _bounds(call, listing, arguments)
    backwards = before is not None and after is None
    start = before if backwards else after
    downwards = listing.newest_first != backwards
    if start is not None:
        place = bisect_left(listing.items, start.key, key=listing.key)
        if downwards:
            high = min(high, place)
        else:
            same = place < len(listing.items) and listing.key(listing.items[place]) == start.key
            low = max(low, place + same)
    order = range(high - 1, low - 1, -1) if downwards else range(low, high)
    chosen: list[Any] = []
    more = False
    for index in order:
        item = listing.items[index]
        if not listing.seen(item):
            continue
        if len(chosen) == limit:
            more = True
            break
        chosen.append(item)
    if backwards:
        return chosen[::-1], True, more
    return chosen, more, start is not None


def _bounds(call: Call, listing: Listing, arguments: dict[str, str]) -> tuple[int, int]:
    """Return the slice of the items that since and until leave."""
    low, high = 0, len(listing.items)
    if not listing.times:
        return low, high
    included = call.policy.bounds_included
    since, until = second(arguments, "since"), second(arguments, "until")
    if since is not None:
        low = bisect_left(listing.items, ((since if included else since + 1) * 1000, 0), key=listing.key)
    if until is not None:
        exact = listing.by_time and arguments.get("__paging_token")
        high = bisect_left(listing.items, ((until + 1 if included or exact else until) * 1000, 0), key=listing.key)
    return low, high


def _paging(
    call: Call,
    listing: Listing,
    arguments: dict[str, str],
    chosen: list[Any],
    *,
    more_after: bool,
    more_before: bool,
) -> dict[str, Any]:
    first, last = (Cursor(listing.key(chosen[place]), call.now_ms) for place in (0, -1))
    if listing.by_time:
        return _times(call, listing, arguments, first, last)
    cursors = {"before": _seal_up(call, first), "after": _seal_up(call, last)}
    if listing.bare:
        if not more_after:
            return {}
        cursors.pop("before")
    found: dict[str, Any] = {"cursors": cursors}
    if more_after:
        found["next"] = _link(call, listing, arguments, after=cursors["after"])
    if more_before and not listing.bare:
        found["previous"] = _link(call, listing, arguments, before=cursors["before"])
    return found


def _times(call: Call, listing: Listing, arguments: dict[str, str], first: Cursor, last: Cursor) -> dict[str, Any]:
    """Return links by time. There is a next for as long as a page has anything: the last page is an empty one."""
    newest, oldest = first.key[0] // 1000, last.key[0] // 1000
    kept = {name: value for name, value in arguments.items() if name not in ("__previous", "since", "until")}
    back = {"__previous": "1", "since": str(newest), "until": "", "__paging_token": _seal_up(call, first)}
    on = {"until": str(oldest), "since": arguments.get("since", ""), "__paging_token": _seal_up(call, last)}
    return {"previous": _link(call, listing, kept | back), "next": _link(call, listing, kept | on)}


def _link(call: Call, listing: Listing, arguments: dict[str, str], **place: str) -> str:
    """Return the absolute address of another page. It carries the token, but not the proof."""
    kept = {name: value for name, value in arguments.items() if name not in ("after", "before")}
    fields = {} if listing.fields is None else {"fields": write(listing.fields)}
    query = {"access_token": call.token, "pretty": "0", **fields, **kept, **place}
    return f"{call.origin}/{call.version}/{listing.path}?{urlencode(query)}"


def _given(call: Call, arguments: dict[str, str], name: str) -> Cursor | None:
    """Return the cursor in an argument.

    Raises:
        GraphError: 100, it is not one of ours, or too old.
    """
    text = arguments.get(name)
    if not text:
        return None
    cursor = _read(call, text)
    life = call.policy.cursor_life
    if cursor is None or (life is not None and call.now_ms - cursor.issued_ms > life * 1000):
        raise refused_cursor(name)
    return cursor


def refused_cursor(name: str) -> problems.GraphError:
    """Make the error for a cursor that is not good any more."""
    return problems.invalid(f"Invalid parameter: the {name} cursor specified is invalid or has expired")


def _seal_up(call: Call, cursor: Cursor) -> str:
    packed = _LAYOUT.pack(*cursor.key, cursor.issued_ms, cursor.passed)
    return "QVFI" + base64.urlsafe_b64encode(packed + _seal(call, packed)).decode().rstrip("=")


def _read(call: Call, text: str) -> Cursor | None:
    body = text.removeprefix("QVFI")
    try:
        raw = base64.urlsafe_b64decode(body.encode() + b"=" * (-len(body) % 4))
    except ValueError:
        return None
    packed, seal = raw[: _LAYOUT.size], raw[_LAYOUT.size :]
    if len(packed) < _LAYOUT.size or not hmac.compare_digest(seal, _seal(call, packed)):
        return None
    made, number, issued, passed = _LAYOUT.unpack(packed)
    return Cursor((made, number), issued, bool(passed))


def _seal(call: Call, packed: bytes) -> bytes:
    return hmac.new(f"cursors:{call.graph.seed}".encode(), packed, hashlib.sha256).digest()[:6]
