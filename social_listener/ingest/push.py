"""What platforms push: taken in, kept as it came, answered, and then read by the same way as what is polled.

    POST → verify over the raw bytes → one small transaction: the delivery's row → 200
    then, in the order in which they came: receive → decide → one transaction: what is told, and "done"

A crash in between leaves a row that waits; nothing that was answered with 200 is lost.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from social_listener.channels import Pushed, Shared
from social_listener.errors import BadPayload, ChannelError, StoreError, Unavailable
from social_listener.failpoints import failpoint
from social_listener.ingest.decide import dead_letter
from social_listener.ingest.told import Told, webhook_stream
from social_listener.ingest.unread import look_up
from social_listener.ingest.walk import introduce
from social_listener.model import Reject
from social_listener.store import deliveries, pages, streams

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.ingest import Ingest
    from social_listener.model import Page
    from social_listener.store.changes import Changes
    from social_listener.store.deliveries import Delivery
    from social_listener.store.facts import Known

_log = logging.getLogger(__name__)

#: deliveries that are read in one transaction
TOGETHER: Final = 20
#: pause between two questions who we are, while the platform does not tell
ASK_AGAIN: Final = timedelta(minutes=1)


def handshake(ingest: Ingest, account_id: str, query: Mapping[str, str]) -> bytes:
    """Return what answers a platform that asks whether this webhook is ours; KeyError, `Forged`."""
    channel = pushed(ingest, account_id)
    answer = channel.handshake(query)
    with ingest.store.transaction() as cursor:
        for one, other in _of_one_app(ingest, account_id).items():
            if one == account_id or type(other) is type(channel):
                streams.set_handshake(cursor, one, ingest.clock())
    return answer


def accept(ingest: Ingest, account_id: str, headers: Mapping[str, str], body: bytes) -> tuple[str, ...]:
    """Keep a delivery, after a look at its signature; return the accounts that have something new to be read.

    The signature is that of the whole, with the secret of the account whose address it came to. What it tells of other
    accounts of the same app is theirs. KeyError, `Forged`, `StoreError`.
    """
    pushed(ingest, account_id).verify(headers, body)
    parts = _parts(ingest, account_id, body)
    with ingest.store.read() as cursor:
        new = [(one, part) for one, part in parts if not deliveries.is_known(cursor, one, part)]
    if not new:
        return ()
    with ingest.store.transaction() as cursor:
        fresh = [one for one, part in new if deliveries.insert(cursor, one, part, _arrival(ingest, cursor, one))]
        failpoint("push.in_accept")
    failpoint("push.after_accept")
    return tuple(dict.fromkeys(fresh))


def _of_one_app(ingest: Ingest, account_id: str) -> dict[str, Pushed]:
    """Return the accounts that are pushed to as one with an account, itself first."""
    channel = pushed(ingest, account_id)
    others = {
        one: other
        for one, other in ingest.channels.items()
        if one != account_id and isinstance(channel, Shared) and isinstance(other, Shared) and channel.shares(other)
    }
    return {account_id: channel, **others}


def _parts(ingest: Ingest, account_id: str, body: bytes) -> list[tuple[str, bytes]]:
    """Return what of a verified delivery is whose; what is for none of our accounts stays where it came."""
    channel = pushed(ingest, account_id)
    app = _of_one_app(ingest, account_id)
    if len(app) < 2 or not isinstance(channel, Shared):
        return [(account_id, body)]
    owners = {other.addressed: one for one, other in app.items() if isinstance(other, Shared)}
    owners[channel.addressed] = account_id  # two blocks of one account: it is read where it came
    return [(owners.get(owner, account_id), part) for owner, part in channel.parts(body).items()]


def _arrival(ingest: Ingest, cursor: DuckDBPyConnection, account_id: str) -> datetime:
    """Return the time of a delivery: now, and after the one before, whatever the clock says.

    It is called within the transaction, so the order of times is the order of commits.
    """
    last = ingest.arrived.get(account_id) or deliveries.last_received(cursor, account_id)
    now = ingest.clock()
    ingest.arrived[account_id] = moment = max(now, last + timedelta(microseconds=1)) if last is not None else now
    return moment


def pushed(ingest: Ingest, account_id: str) -> Pushed:
    """Return the channel of an account that can be pushed to; KeyError: there is none."""
    channel = ingest.channels[account_id]
    if not isinstance(channel, Pushed):
        raise KeyError(account_id)
    return channel


def receive(ingest: Ingest, account_id: str, stop: Callable[[], bool] | None) -> int:
    """Read the deliveries of an account that wait, oldest first; return how many were read or set aside."""
    channel = pushed(ingest, account_id)
    count, last = 0, None
    while not (stop is not None and stop()):
        with ingest.store.read() as cursor:
            waiting = deliveries.waiting(cursor, account_id, TOGETHER, after=last)
        failpoint("push.before_reading")
        if not waiting or not _introduced(ingest, account_id):
            break
        last, now = waiting[-1], ingest.clock()
        due = [one for one in waiting if ingest.put_off.get(one.id, now) <= now]
        read = _read(ingest, account_id, channel, due) if due else 0
        count += read
        if read < len(due):
            break
    return count


def _introduced(ingest: Ingest, account_id: str) -> bool:
    """Return whether it is known who we are; the platform is asked for it at most once in `ASK_AGAIN`."""
    if account_id in ingest.introduced:
        return True
    now = ingest.clock()
    with ingest.store.read() as cursor:
        known = streams.account(cursor, account_id)
    held = [ingest.asked.get(account_id), known.not_before if known else None, known.retry_at if known else None]
    if not any(moment is not None and moment > now for moment in held):
        ingest.asked[account_id] = now + ASK_AGAIN
        try:
            introduce(ingest, account_id)
        except ChannelError as error:
            _log.warning("deliveries wait", extra={"account": account_id, "error": str(error)})
            return False
        return True
    return known is not None and known.owner_id is not None


@dataclass(slots=True, kw_only=True)
class _Batch:
    """What some deliveries came to."""

    told: list[Told] = field(default_factory=list)
    read: list[str] = field(default_factory=list)  #: ids of deliveries that could be read
    later: int = 0  #: how many were read as far as they told something, and are read again
    bad: list[tuple[Delivery, str]] = field(default_factory=list)  #: and those that could not, with the reason


def _read(ingest: Ingest, account_id: str, channel: Pushed, waiting: Sequence[Delivery]) -> int:
    """Read deliveries in one transaction, and one by one when that breaks: one that is bad holds up no other."""
    try:
        return _take_in(ingest, account_id, _parse(ingest, account_id, channel, waiting))
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001 - a channel's bug must be seen, and must not stop the others
        if len(waiting) == 1:
            _log.exception("delivery broke", extra={"account": account_id, "delivery": waiting[0].id})
            words = f"the channel broke: {type(error).__name__}; see the log"
            return _take_in(ingest, account_id, _Batch(bad=[(waiting[0], words)]))
    return sum(1 for _ in takewhile(bool, (_read(ingest, account_id, channel, [one]) for one in waiting)))


def _parse(ingest: Ingest, account_id: str, channel: Pushed, waiting: Sequence[Delivery]) -> _Batch:
    batch = _Batch()
    found: dict[Delivery, Sequence[Page]] = {}
    for one in waiting:
        try:
            found[one] = channel.receive(one.body, one.received_at)
        except BadPayload as error:
            batch.bad.append((one, str(error)))
        except Unavailable:
            break  # it is asked again, and what came later waits with it
    looked_up = look_up(ingest, account_id, found)
    batch.read = [one.id for one in found if one.id not in looked_up.later]
    batch.later = len(looked_up.later)
    stream_id = webhook_stream(account_id)
    for one, told in found.items():
        batch.told += [Told(page=page, stream_id=stream_id, fetched_at=one.received_at) for page in told]
        if lost := looked_up.lost.get(one.id):
            batch.told[-1] = replace(batch.told[-1], page=replace(told[-1], rejects=(*told[-1].rejects, *lost)))
    batch.told += looked_up.told
    return batch


def _take_in(ingest: Ingest, account_id: str, batch: _Batch) -> int:
    """Write what deliveries told, and that they were read, in one transaction."""
    now = ingest.clock()

    def also(cursor: DuckDBPyConnection, _known: Known | None = None, _changes: Changes | None = None) -> None:
        if batch.read:
            deliveries.done(cursor, batch.read, now)
        for one, words in batch.bad:
            _set_aside(cursor, account_id, one, words, now)
        failpoint("push.in_reading")

    if batch.told:
        changes = ingest.store_pages(batch.told, also)
        if changes.dead_letters:
            _log.warning("items could not be read", extra={"account": account_id, "count": len(changes.dead_letters)})
    elif batch.read or batch.bad:
        with ingest.store.transaction() as cursor:
            also(cursor)
    return len(batch.read) + len(batch.bad) + batch.later


def _set_aside(cursor: DuckDBPyConnection, account_id: str, delivery: Delivery, words: str, now: datetime) -> None:
    """Keep a delivery that cannot be read as a dead letter, whole."""
    letter = Reject(native_id=None, reason=words, raw=delivery.body)
    pages.set_aside(cursor, [dead_letter(webhook_stream(account_id), letter, "", now)])
    deliveries.failed(cursor, delivery.id, words, now)
    _log.warning("delivery could not be read", extra={"account": account_id, "error": words})
