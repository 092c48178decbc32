"""What Meta pushes to our webhook, for Facebook and Instagram alike: handshake, signature, envelope. Pure."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from social_listener.channels.graph_found import Found, Us, can_be, moment, reject, seconds
from social_listener.channels.graph_ids import is_message, is_number, thread_of
from social_listener.channels.graph_messages import Message, add_message
from social_listener.channels.wire import Wire, WireError, documents, web_address, wire
from social_listener.errors import BadPayload, Forged
from social_listener.model import Attachment, Page

_SIGNATURE: Final = "x-hub-signature-256"
#: what says nothing of its own: read and delivered receipts, reactions, typing
_SILENT: Final = frozenset({"read", "delivery", "reaction", "message_edit", "optin", "referral", "account_linking"})
#: what Meta calls what comes with a message → what we do
_SHAPES: Final = {
    "image": "photo",
    "video": "video",
    "ig_reel": "video",
    "reel": "video",
    "audio": "audio",
    "file": "file",
    "fallback": "link",
    "share": "post",
    "ig_post": "post",
    "post": "post",
    "story_mention": "story",
}

#: reads one change of a subscribed field: what it told goes into `Found`; `WireError`: it cannot be read
Reader = Callable[[Found, Us, Wire, datetime], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that a delivery tells, and a delivery that tells it alone."""

    kind: str  #: change | messaging | standby
    raw: Any
    at: datetime
    entry: Mapping[str, Any]  #: the entry it came in, without its events
    fault: str = ""  #: why it cannot be ours


def handshake(query: Mapping[str, str], verify_token: str, account_id: str) -> bytes:
    """Return what answers Meta's question whether this webhook is ours; `Forged` when the question is not Meta's."""
    if not verify_token:
        words = f"account {account_id} has no verify_token, so its webhook cannot be confirmed"
        raise Forged(words, account_id=account_id)
    told = query.get("hub.verify_token", "")
    known = hmac.compare_digest(told.encode(errors="replace"), verify_token.encode())
    if query.get("hub.mode") != "subscribe" or not known:
        raise Forged("this question does not know our verify_token", account_id=account_id)
    return query.get("hub.challenge", "").encode(errors="replace")


def verify(headers: Mapping[str, str], body: bytes, app_secret: str, account_id: str) -> None:
    """Raise `Forged` unless `body`, as it came, is signed with the app's secret."""
    if not app_secret:
        raise Forged(f"account {account_id} has no app_secret to check deliveries with", account_id=account_id)
    wanted = "sha256=" + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()
    told = headers.get(_SIGNATURE, "")
    if not hmac.compare_digest(told.encode(errors="replace"), wanted.encode()):
        raise Forged("the delivery is not signed with the app's secret", account_id=account_id)


def parts(body: bytes) -> dict[str, bytes]:
    """Return a delivery by whose its entries are, as "object id"; whole under "" when it cannot be read."""
    try:
        envelope = documents(body)[0]
        about, entries = envelope.text("object") or "", envelope.raw_items("entry")
    except WireError:
        return {"": body}
    by_owner: dict[str, list[Any]] = {}
    for raw in entries:
        owner = raw.get("id") if isinstance(raw, dict) else None
        by_owner.setdefault(addressed(about, owner if isinstance(owner, str) else ""), []).append(raw)
    if len(by_owner) < 2:
        return dict.fromkeys(by_owner or [""], body)
    rest = {name: value for name, value in envelope.plain().items() if name != "entry"}
    return {
        owner: json.dumps({**rest, "entry": some}, separators=(",", ":")).encode() for owner, some in by_owner.items()
    }


def addressed(kind: str, native_id: str) -> str:
    """Return under what name the entries of an account are."""
    return f"{kind} {native_id}"


def receive(body: bytes, received_at: datetime, us: Us, kind: str, readers: Mapping[str, Reader]) -> Sequence[Page]:
    """Return what a delivery tells: a page for each run of events of one moment.

    `kind` is what Meta calls our sort of account; `readers` are the fields we understand.
    """
    try:
        envelope = documents(body)[0]
        events = list(_events(envelope, us, kind, received_at))
    except WireError as error:
        words = f"a delivery of Meta cannot be read: {error}"
        raise BadPayload(words, account_id=us.account_id, raw=body) from None
    told = envelope.plain().get("object")
    return [_page(run, told, us, readers) for run in _runs(events)]


def _events(envelope: Wire, us: Us, kind: str, received_at: datetime) -> Iterator[Event]:
    about = envelope.text("object") or ""
    if not envelope.has("entry"):
        raise WireError("entry: it is missing")
    for raw in envelope.raw_items("entry"):
        try:
            entry = wire(raw, "entry")
            owner = entry.text("id") or ""
            at = _when(
                entry.moment("time") if (entry.figure("time") or 0) < 10**11 else _ms(entry, "time"), received_at
            )
            lists = {name: entry.raw_items(name) for name in ("changes", "messaging", "standby")}
        except WireError as error:
            yield Event(kind="entry", raw=raw, at=received_at, entry={}, fault=str(error))
            continue
        fault = "" if about == kind and owner == us.native_id else f"it is about another account ({about} {owner[:40]})"
        bare = {name: value for name, value in entry.plain().items() if name not in lists}
        for name, came in lists.items():
            for one in came:
                yield Event(kind=name, raw=one, at=_said_at(name, one, at), entry=bare, fault=fault)


def _said_at(name: str, raw: Any, entry_at: datetime) -> datetime:
    """Return when something was said: messages tell it themselves, in milliseconds."""
    if name == "changes" or not isinstance(raw, dict):
        return entry_at
    try:
        return _when(_ms(wire(raw, name), "timestamp"), entry_at)
    except WireError:
        return entry_at


def _ms(data: Wire, name: str) -> datetime | None:
    value = data.figure(name)
    return None if value is None or not 0 <= value < 10**14 else datetime.fromtimestamp(value / 1000, UTC)


def _when(told: datetime | None, otherwise: datetime) -> datetime:
    """Return a moment in whole seconds, as all lists of Meta tell it; `otherwise` in place of one that cannot be."""
    known = told if told is not None and can_be(told, otherwise) else otherwise
    return known.replace(microsecond=0)


def _runs(events: Sequence[Event]) -> Iterator[list[Event]]:
    """Yield the events of one entry and one moment that stand side by side."""
    run: list[Event] = []
    for event in events:
        if run and (event.at, event.entry, event.kind) != (run[-1].at, run[-1].entry, run[-1].kind):
            yield run
            run = []
        run.append(event)
    if run:
        yield run


def _page(run: Sequence[Event], about: Any, us: Us, readers: Mapping[str, Reader]) -> Page:
    found = Found()
    for event in run:
        part = Found()
        try:
            _read(part, us, event, readers)
        except WireError as error:
            found.rejects.append(reject(event.raw, str(error)))
        else:
            found.absorb(part)
    first = run[0]
    if first.kind == "entry":
        entries = [event.raw for event in run]
    else:
        entries = [{**first.entry, first.kind: [event.raw for event in run]}]
    raw = json.dumps({"object": about, "entry": entries}, separators=(",", ":")).encode()
    return found.page(raw, first.at)


def _read(found: Found, us: Us, event: Event, readers: Mapping[str, Reader]) -> None:
    if event.fault:
        raise WireError(event.fault)
    data = wire(event.raw, event.kind)
    if event.kind == "changes":
        field = data.text("field") or ""
        if field not in readers:
            raise WireError(f"{field[:40] or 'a change without a field'}: not a field that is understood")
        readers[field](found, us, data.object("value"), event.at)
    else:
        _read_messaging(found, us, data, event)


def _read_messaging(found: Found, us: Us, data: Wire, event: Event) -> None:
    """Take in a message, an echo of our own, or that one was taken back."""
    if not data.has("message"):
        if any(data.has(name) for name in _SILENT):
            return
        raise WireError("messaging: it is neither a message nor anything else that is understood")
    message = data.object("message")
    sender, recipient = (data.object(name).text("id") for name in ("sender", "recipient"))
    native_id = message.need(message.text("mid"), "mid")
    if not is_message(native_id):
        raise WireError("mid: expected the id of a message")
    if not all(one and is_number(one) for one in (sender, recipient)):
        raise WireError("sender.id, recipient.id: expected the ids of two accounts")
    ours = bool(message.truth("is_echo")) or us.is_author(sender)
    partner = recipient if ours else sender
    if us.is_author(partner) or not us.is_author(sender if ours else recipient):
        raise WireError("sender.id, recipient.id: neither is our account, or both are")
    if partner is not None:
        found.elsewhere[us.own(thread_of(us.native_id, partner))] = event.kind == "standby"
    if message.truth("is_deleted"):
        found.deleted.append(us.own(native_id))
        return
    told = Message(
        id=native_id,
        text=message.text("text") or "",
        created_at=event.at,
        sender={"id": us.native_id if ours else sender, "name": None, "username": None},
        recipients=(recipient or "",),
        attachments=tuple(_attachment(one) for one in message.objects("attachments")),
    )
    add_message(found, us, told, partner)


def _attachment(data: Wire) -> Attachment:
    payload = data.object("payload")
    shape = _SHAPES.get(data.text("type") or "", "other")
    if payload.has("sticker_id"):
        shape = "sticker"
    url = web_address(payload.text("url"))
    # Films, sounds and files are no pictures, and what is shared may be one: only its bytes tell.
    still = url if shape in {"photo", "sticker", "post", "story"} else None
    return Attachment(kind=shape, url=url, alt=payload.text("title") or "", preview=still)


def moment_of(value: Wire, name: str, otherwise: datetime) -> datetime:
    """Return when something was made, in whole seconds; the delivery's own moment when none that can be is told."""
    told = value.moment(name)
    known = seconds(told) if told is not None and can_be(told, otherwise) else None
    return otherwise if known is None else moment(known)
