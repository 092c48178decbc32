"""What stands in an answer of the Graph API, and what was asked for with it: an answer alone does not tell. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl, urlsplit

from social_listener.channels.graph_client import Answer
from social_listener.channels.graph_ids import is_conversation, is_message
from social_listener.channels.wire import Wire, WireError, documents, storable, wire
from social_listener.errors import BadPayload
from social_listener.model import Contact, Interaction, Link, Page, Reject

_T = TypeVar("_T")
_ASKED: Final = "asked"
#: nothing was said on Facebook before there was one
FIRST: Final = datetime(2004, 1, 1, tzinfo=UTC)
#: clocks differ, but not by more
AHEAD: Final = timedelta(days=1)
#: what Meta's address of a further page adds to the question
_PLACES: Final = ("after", "until", "since", "__paging_token")


@dataclass(frozen=True, slots=True, kw_only=True)
class Us:
    """Our own account."""

    channel: str
    account_id: str
    page_id: str
    instagram_id: str | None = None  #: Instagram only
    handle: str | None = None  #: as far as it is known

    @property
    def native_id(self) -> str:
        """Our id on this platform."""
        return self.instagram_id or self.page_id

    def own(self, native_id: str) -> str:
        """Return our id for one of Meta's."""
        return f"{self.channel}:{native_id}"

    def is_author(self, native_id: str | None) -> bool:
        """Return whether we are the author."""
        return native_id is not None and native_id in {self.page_id, self.instagram_id}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an answer answers. It is kept in front of the answer, as a line of JSON of our own."""

    edge: str  #: feed, comments, conversations, lookup …
    node: str = ""  #: what the edge hangs on, where the answer itself does not tell
    author: str = ""  #: native id of who wrote what the edge hangs on
    of: str = ""  #: Instagram: the medium, where the edge hangs on a comment
    since: int | None = None  #: nothing that moved or was said before this is wanted; seconds since 1970
    only: tuple[str, ...] = ()  #: of a list only these are wanted
    gone: tuple[str, ...] = ()  #: of what was looked up: what is proved to be gone

    def before(self, *bodies: bytes) -> bytes:
        """Return those answers with this in front of them."""
        told = {name: value for name in self.__slots__ if (value := getattr(self, name))}
        line = json.dumps({_ASKED: told}, separators=(",", ":"))
        return b"\n".join((line.encode(), *bodies))


def read_raw(raw: bytes) -> tuple[Asked, list[Wire]]:
    """Return what was asked and the answers to it; an answer without that was found elsewhere, and tells for itself.

    `WireError` when it is no JSON.
    """
    first, *rest = documents(raw)
    if not first.has(_ASKED):
        return Asked(edge=""), [first, *rest]
    told = first.object(_ASKED)
    asked = Asked(
        edge=told.text("edge") or "",
        node=told.text("node") or "",
        author=told.text("author") or "",
        of=told.text("of") or "",
        since=told.number("since"),
        only=told.texts("only"),
        gone=told.texts("gone"),
    )
    return asked, rest


@dataclass(slots=True, kw_only=True)
class Found:
    """What stands in one answer."""

    interactions: dict[str, Interaction] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    partial: list[str] = field(default_factory=list)
    hidden: dict[str, bool] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    elsewhere: dict[str, bool] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)  #: native ids of what is told to be there, and no more
    cut: datetime | None = None

    def add(self, item: Interaction) -> None:
        """Keep `item`; what was asked for beats context, and else the first telling holds."""
        known = self.interactions.get(item.id)
        if known is None or (known.context and not item.context):
            self.interactions[item.id] = item

    def absorb(self, other: Found) -> None:
        """Take in what stands in another answer."""
        for item in other.interactions.values():
            self.add(item)
        self.contacts |= other.contacts
        self.deleted += other.deleted
        self.rejects += other.rejects
        self.partial += other.partial
        self.hidden |= other.hidden
        self.links += other.links
        self.elsewhere |= other.elsewhere
        self.unread += other.unread

    def each(self, entries: list[Any], read: Callable[[Wire], _T]) -> Iterator[_T]:
        """Yield the entries that can be read; the others are set aside."""
        for raw in entries:
            try:
                yield read(wire(raw, "item"))
            except WireError as error:
                self.rejects.append(reject(raw, str(error)))

    def page(self, raw: bytes, server_time: datetime) -> Page:
        """Return this as a page. Meta tells no edits, so two wordings are told apart by when they were told.

        What is said to have been said at a moment that cannot be is set aside: a window would stand open for years.
        """
        for item in [one for one in self.interactions.values() if not can_be(one.sent_at, server_time)]:
            del self.interactions[item.id]
            told = {"id": item.id.partition(":")[2], "sent_at": item.sent_at.isoformat()}
            self.rejects.append(reject(told, f"its time cannot be: {item.sent_at:%Y-%m-%d %H:%M} UTC"))
        return Page(
            raw=raw,
            interactions=tuple(self.interactions.values()),
            contacts=tuple(self.contacts.values()),
            deleted=tuple(dict.fromkeys(self.deleted)),
            rejects=tuple(self.rejects),
            partial=tuple(dict.fromkeys(self.partial)),
            server_time=server_time,
            cut=self.cut,
            unversioned=True,
            hidden=dict(self.hidden),
            links=tuple(dict.fromkeys(self.links)),
            elsewhere=dict(self.elsewhere),
            unread=tuple(dict.fromkeys(self.unread)),
        )


def entries(answer: Wire, found: Found, name: str = "data") -> list[Any]:
    """Return the entries of a listing; `WireError` when it is none: an error in its place is no empty page."""
    if answer.has("error") or answer.plain().get(name) is None:
        raise WireError(f"the answer is no page: it holds {'an error' if answer.has('error') else f'no {name}'}")
    for raw in answer.raw_items("errors"):
        found.partial.append(_in_words(raw))
    return answer.raw_items(name)


def following(answer: Wire) -> dict[str, str]:
    """Return the parameters that lead to the next page; empty: there is none.

    Meta gives a whole address, with the token in it. Only the parameters are used, and of those only places.
    """
    paging = answer.object("paging")
    address = paging.text("next")
    if not address:
        return {}
    given = dict(parse_qsl(urlsplit(address).query))
    places = {name: given[name] for name in _PLACES if given.get(name)}
    after = paging.object("cursors").text("after")
    if "after" not in places and after and "__paging_token" not in places:
        places["after"] = after
    return places


def bad(error: WireError, answer: Answer, what: str, account_id: str) -> BadPayload:
    """Return the error for an answer that cannot be read as a whole."""
    return BadPayload(f"Meta's answer while {what} cannot be read: {error}", account_id=account_id, raw=answer.body)


def reject(raw: Any, reason: str, native_id: str | None = None) -> Reject:
    """Return the dead letter for an entry that cannot be read."""
    told = raw.get("id") if isinstance(raw, dict) else None
    known = isinstance(told, str) and (is_message(told) or is_conversation(told))
    return Reject(native_id=native_id or (told if known else None), reason=reason, raw=json.dumps(raw).encode())


def person(us: Us, told: Mapping[str, str | None]) -> Contact | None:
    """Return a person as the house knows them, of their id, name and username; None: Meta does not say who."""
    native_id = told.get("id")
    if not native_id:
        return None
    handle = told.get("username") or ""
    url = f"https://www.instagram.com/{handle}" if handle and us.instagram_id else None
    return Contact(id=us.own(native_id), channel=us.channel, handle=handle, name=told.get("name") or "", url=url)


def can_be(moment: datetime, now: datetime) -> bool:
    """Return whether something can have been said at a moment, when the platform's clock, or ours, shows `now`."""
    return FIRST <= moment <= now + AHEAD


def seconds(moment: datetime | None) -> int | None:
    """Return a moment as seconds since 1970, rounded down: Meta's clock has no finer ones."""
    return None if moment is None else int(moment.timestamp())


def moment(value: int) -> datetime:
    """Return seconds since 1970 as a moment."""
    return datetime.fromtimestamp(value, UTC)


def _in_words(raw: Any) -> str:
    text = raw.get("message") or raw.get("detail") or raw.get("title") if isinstance(raw, dict) else None
    return " ".join(storable(text).split())[:300] if isinstance(text, str) else "an error that cannot be read"
