"""How a spike stands at this moment, and the items behind each of its numbers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from social_listener.desk_types.crisis import Behind, Direction, Situation
from social_listener.desk_types.insights import ItemPage
from social_listener.errors import DeskError
from social_listener.store import spike_items, spike_now
from social_listener.trends.direction import direction
from social_listener.trends.words import terms_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office
    from social_listener.desk.spike_course import Courses
    from social_listener.desk_types.spikes import Spike

_HALF: Final = timedelta(minutes=30)
_MINUTE: Final = timedelta(minutes=1)
#: from when to when, in half hours back from the end
_BACK: Final = {Behind.HOUR: (2, 0), Behind.HALF: (1, 0), Behind.HALF_BEFORE: (2, 1)}
#: of what we said so many are told
_OURS: Final = 5
#: items in which a word is looked for, the newest
_READ: Final = 20_000
_NEEDS_KEY: Final = frozenset((Behind.ACCOUNT, Behind.PERSON, Behind.THREAD, Behind.WORD, Behind.QUARTER))


def situation(office: Office, cursor: DuckDBPyConnection, spike: Spike, courses: Courses) -> Situation:
    """Return how a spike stands; once it has ended, how it stood then, and what is still unanswered of it."""
    now = office.clock()
    accounts, (since, until) = theirs(spike), span(office, cursor, spike)
    halves = spike_now.counts(cursor, (until - 2 * _HALF, until - _HALF, until), accounts)
    number, ours = spike_now.listed(cursor, (since, until), accounts, (Behind.OURS, ""), limit=_OURS)
    return Situation(
        as_of=now,
        until=until,
        figures=spike_now.figures(cursor, since, until, accounts),
        hour=sum(halves),
        usual=courses.usual(cursor, spike, until - 2 * _HALF, until, now),
        half=halves[1],
        half_before=halves[0],
        direction=Direction.OVER if spike.ended_at else direction(halves[1], halves[0]),
        ours=tuple(ours),
        ours_number=number,
        accounts=tuple(sorted(accounts or spike_items.listening(cursor, now))),
    )


def behind(
    office: Office,
    cursor: DuckDBPyConnection,
    spike: Spike,
    which: tuple[Behind, str],
    *,
    limit: int,
    after: tuple[datetime, str] | None,
) -> ItemPage:
    """Return the items behind a number of a spike, newest first; `DeskError` when the number's key is none."""
    kind, key = which
    if kind in _NEEDS_KEY and not key:
        raise DeskError("which items are to be listed was not said")
    between, accounts = span(office, cursor, spike), theirs(spike)
    if kind in _BACK:
        since, until = (between[1] - back * _HALF for back in _BACK[kind])
        between, which = (since, until), (Behind.ALL, "")
    if kind is Behind.WORD:
        return _saying(cursor, between, accounts, key, limit=limit, after=after)
    try:
        total, lines = spike_now.listed(cursor, between, accounts, which, limit=limit + 1, after=after)
    except ValueError as error:
        raise DeskError(f"{key!r} is no quarter of an hour") from error
    shown = lines[:limit]
    last = (shown[-1].sent_at, shown[-1].id) if len(lines) > limit else None
    return ItemPage(total=total, lines=tuple(shown), next=last)


def _saying(
    cursor: DuckDBPyConnection,
    between: tuple[datetime, datetime],
    accounts: Collection[str] | None,
    word: str,
    *,
    limit: int,
    after: tuple[datetime, str] | None,
) -> ItemPage:
    """Return the items that say a word, told apart as the words of a spike are."""
    said = [one for one in spike_items.texts(cursor, between, accounts, _READ) if word in terms_of(one.text)]
    left = [one for one in said if after is None or (one.sent_at, one.id) < after]
    lines = spike_now.by_ids(cursor, [one.id for one in left[:limit]], accounts)
    last = (left[limit - 1].sent_at, left[limit - 1].id) if len(left) > limit else None
    return ItemPage(total=len(said), lines=tuple(lines), next=last)


def span(office: Office, cursor: DuckDBPyConnection, spike: Spike) -> tuple[datetime, datetime]:
    """Return from when to when the items of a spike count, [since, until): up to now while it goes on."""
    if spike.ended_at is not None:
        return spike.began_at, spike.ended_at + _MINUTE
    now = office.clock()
    times = office.clocks.now(cursor, now)
    names = [spike.account_id] if spike.account_id else list(spike_items.listening(cursor, now))
    return spike.began_at, max([spike.last_at, *(times.at(one) for one in names)]) + timedelta(seconds=1)


def theirs(spike: Spike) -> frozenset[str] | None:
    """Return the accounts whose items count; None: all."""
    return None if spike.account_id is None else frozenset({spike.account_id})
