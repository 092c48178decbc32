"""Figures over time, for whoever may read: every number equals the count of the items that `items` lists."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from social_listener import channels
from social_listener.desk import insights_streams
from social_listener.desk.health import LATE_INTERVALS, LATE_LEAST
from social_listener.desk.insights_streams import theirs
from social_listener.desk_types.insights import (
    Annotation,
    Board,
    By,
    Chart,
    Choices,
    ItemPage,
    Line,
    Overview,
    Share,
    Standing,
    Tally,
    Voice,
    Waits,
)
from social_listener.errors import Conflict, DeskError
from social_listener.rights import Right
from social_listener.scoring.language_names import LANGUAGES
from social_listener.scoring.measures import wilson
from social_listener.store import annotated, audit, health, insights, stats, stats_days, stats_live

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office
    from social_listener.desk_types.insights import Slice
    from social_listener.desk_types.people import Accounts
    from social_listener.periods import Step

T = TypeVar("T")

_LONGEST: Final = 200
#: for so long a reading that tells as of when it is does while nothing is stored
_GOOD_FOR: Final = timedelta(minutes=1)
KINDS: Final = ("campaign", "outage", "other")
_SENTIMENTS: Final = {
    "negative": "Negative",
    "neutral": "Neutral",
    "positive": "Positive",
    "unsure": "Unsure",
    "none": "Not scored",
}


class Insights:
    """Reads; only remarks are written."""

    def __init__(self, office: Office) -> None:
        """Read nothing yet."""
        self._office = office
        self._lives = stats_live.Kept(office.store)

    # -- figures -------------------------------------------------------------------------------------------------------

    def overview(self, wanted: Slice, staff: str) -> Overview:
        """Return the figures of a slice beside those of the period before, and how far they can be trusted."""
        return self._kept(
            staff,
            ("overview", wanted),
            lambda cursor, within, live: _overview(self._office, cursor, theirs(wanted, within), within, live),
            timed=True,
        )

    def board(self, wanted: Slice, staff: str, by: By) -> Board:
        """Return what a page of figures shows, of one state of the store; `by`: how its lines are told apart."""
        found = self._kept(
            staff,
            ("board", wanted, by),
            lambda cursor, within, live: _board(self._office, cursor, theirs(wanted, within), within, by=by, live=live),
            timed=True,
        )
        return replace(
            found,
            lines=self._named(found.lines, by, staff),
            lines_before=self._named(found.lines_before, by, staff),
            annotations=self.annotations(wanted, staff),
        )

    def total(self, wanted: Slice, staff: str) -> Tally:
        """Return the figures of a slice."""
        return self._kept(
            staff,
            ("total", wanted),
            lambda cursor, within, live: insights.total(cursor, theirs(wanted, within), within, live=live),
        )

    def lines(self, wanted: Slice, staff: str, by: By) -> tuple[Line, ...]:
        """Return the figures told apart, the most items first."""
        found = self._kept(
            staff,
            ("lines", wanted, by),
            lambda cursor, within, live: insights_streams.lines(cursor, theirs(wanted, within), within, by, live=live),
        )
        return self._named(found, by, staff)

    def chart(self, wanted: Slice, staff: str, *, by: By | None = None, step: Step | None = None) -> Chart:
        """Return the figures step by step; steps in which nothing was said have no point (`Period.starts` has all)."""
        step = step or wanted.period.step()
        found = self._kept(
            staff,
            ("points", wanted, by, step),
            lambda cursor, within, live: insights_streams.points(
                cursor, theirs(wanted, within), within, step=step, by=by, live=live
            ),
        )
        return Chart(step=step, points=found)

    def week(self, wanted: Slice, staff: str) -> dict[int, Tally]:
        """Return the figures of all 168 hours of the week; 0 is Monday from midnight to one in the period's zone."""
        found = self._kept(
            staff,
            ("week", wanted),
            lambda cursor, within, live: insights.week(cursor, theirs(wanted, within), within, live=live),
        )
        return {hour: found.get(hour, Tally()) for hour in range(168)}

    def waits(self, wanted: Slice, staff: str, *, by: By | None = None, step: Step | None = None) -> tuple[Waits, ...]:
        """Return how long answered items waited: of all, told apart, or step by step."""
        return self._kept(
            staff,
            ("waits", wanted, by, step),
            lambda cursor, within, live: insights_streams.waits(
                cursor, theirs(wanted, within), within, by=by, step=step, live=live
            ),
        )

    def voice(self, wanted: Slice, staff: str) -> Voice:
        """Return the shares of voice of the streams that a slice names, or of all that it finds."""
        sets = self._kept(
            staff,
            ("voices", wanted),
            lambda cursor, within, live: insights.voices(cursor, theirs(wanted, within), within, live=live),
        )
        with self._reading(staff) as (cursor, within):
            name = names_of(self._office, cursor, By.STREAM)
        chosen = insights_streams.compared(wanted, within, [seen for seen, _ in sets])
        all_items = sum(number for _, number in sets)
        counts = {one: sum(number for seen, number in sets if one in seen) for one in chosen}
        shares = {one: wilson(number, all_items) for one, number in counts.items()}
        return Voice(
            lines=tuple(
                Share(
                    stream_id=one,
                    name=name(one),
                    items=number,
                    share=shares[one].value,
                    low=shares[one].low,
                    high=shares[one].high,
                )
                for one, number in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
            ),
            items=all_items,
            several=sum(number for seen, number in sets if len({*seen} & {*chosen}) > 1),
        )

    def items(
        self,
        wanted: Slice,
        staff: str,
        *,
        limit: int = 50,
        after: tuple[datetime, str] | None = None,
        answered: bool = False,
    ) -> ItemPage:
        """Return the items behind a number, newest first, behind `after`; `total` is that number.

        `answered`: those behind a number of answered items, and behind waiting times.
        """
        live = self._lives.since(self._office.store.commits)
        with self._reading(staff) as (cursor, within):
            wanted = theirs(wanted, within)
            tally = insights.total(cursor, wanted, within, live=live)  # with the list, of the same moment
            total = tally.answered if answered else tally.items
            found = insights.items(cursor, wanted, within, limit=limit + 1, after=after, answered=answered, live=live)
        shown = found[:limit]
        last = (shown[-1].sent_at, shown[-1].id) if len(found) > limit else None
        return ItemPage(total=total, lines=tuple(shown), next=last)

    def choices(self, staff: str) -> Choices:
        """Return what a slice can be narrowed to."""
        with self._reading(staff) as (cursor, within):
            found = insights.found(cursor, within)
            labels = self._office.roster.labels(cursor)
            name = {by: names_of(self._office, cursor, by) for by in (By.CHANNEL, By.ACCOUNT, By.STREAM, By.LANGUAGE)}
        streams = [one.id for one in self._office.streams.values() if within is None or one.account_id in within]
        return Choices(
            channels={one: name[By.CHANNEL](one) for one in found["channel"]},
            accounts={one: name[By.ACCOUNT](one) for one in found["account_id"]},
            streams={one: name[By.STREAM](one) for one in streams},
            languages={one: name[By.LANGUAGE](one) for one in found["language"]},
            labels={one.id: one.name for one in labels.values()},
        )

    def standing(self, wanted: Slice, staff: str) -> Standing:
        """Return how far the numbers of a slice can be trusted."""
        with self._reading(staff) as (cursor, within):
            return standing_of(self._office, cursor, wanted, within)

    # -- remarks -------------------------------------------------------------------------------------------------------

    def annotations(self, wanted: Slice, staff: str) -> tuple[Annotation, ...]:
        """Return the remarks that touch a slice's period."""
        with self._reading(staff) as (cursor, within):
            return tuple(annotated.between(cursor, wanted.since, wanted.until, within))

    def annotate(self, told: Annotation, staff: str) -> Annotation:
        """Store a remark, new when its id is "", else changed; `Conflict`: somebody changed it meanwhile.

        One of an account that is not theirs is as if it were not there, whichever account it shall be of from now on.
        """
        new = not told.id
        told = _checked(replace(told, id=told.id or secrets.token_hex(6), by_staff=staff), new=new)
        now = self._office.clock()
        with self._office.store.transaction() as cursor:
            self._office.permit(cursor, staff, Right.NOTE, told.account_id)
            self._office.store.narrow(())
            if new:
                told = replace(told, version=1)
                annotated.insert(cursor, told, now)
            elif not self._is_theirs(cursor, told.id, staff) or not annotated.change(cursor, told, now):
                raise Conflict("somebody changed this remark, or took it away; look at it again")
            audit.record(cursor, now, staff, "annotation.written", told.id, what=told.kind)
        return told

    def _is_theirs(self, cursor: DuckDBPyConnection, annotation_id: str, staff: str) -> bool:
        """Return whether a remark is there, of all accounts or of one that somebody may see."""
        one = annotated.by_id(cursor, annotation_id)
        within = self._office.accounts(cursor, staff, Right.NOTE)
        return one is not None and (within is None or one.account_id is None or one.account_id in within)

    def take_away(self, annotation_id: str, staff: str) -> None:
        """Take a remark away; one that is gone is no fault."""
        now = self._office.clock()
        with self._office.store.transaction() as cursor:
            self._office.permit(cursor, staff, Right.NOTE)
            one = annotated.by_id(cursor, annotation_id)
            if one is None:
                return
            self._office.permit(cursor, staff, Right.NOTE, one.account_id)
            self._office.store.narrow(())
            annotated.delete(cursor, annotation_id)
            audit.record(cursor, now, staff, "annotation.removed", annotation_id, what=one.kind)

    # -- upkeep --------------------------------------------------------------------------------------------------------

    def count(self) -> int:
        """Count dirty buckets anew, a week of them in one transaction, and add up days; return how many are left."""
        zone = self._office.settings.spikes.zone
        with self._office.store.read() as cursor:
            if not stats.waiting(cursor) and not stats_days.waiting(cursor, zone):
                return 0
        with self._office.store.transaction() as cursor:
            self._office.store.narrow(())
            left = stats.count(cursor)
            return left + stats_days.add_up(cursor, zone)

    # -- how -----------------------------------------------------------------------------------------------------------

    def _kept(
        self,
        staff: str,
        key: Hashable,
        read: Callable[[DuckDBPyConnection, Accounts, stats.Live], T],
        *,
        timed: bool = False,
    ) -> T:
        """Return a reading of somebody's accounts; it is made once a revision for all who ask the same.

        `timed`: it tells as of when it is, and is made anew after a minute though nothing was stored.
        """
        live = self._lives.since(self._office.store.commits)  # before the snapshots that are read with it are taken
        with self._office.store.read() as cursor:
            within = self._office.accounts(cursor, staff)
            return self._office.memo.get(
                cursor,
                ("insights", key, within),
                lambda own: read(own, within, live),
                at=self._office.clock() if timed else None,
                good_for=_GOOD_FOR if timed else None,
            )

    def _named(self, lines: tuple[Line, ...], by: By, staff: str) -> tuple[Line, ...]:
        """Return lines with the names that people call their keys now."""
        with self._reading(staff) as (cursor, _):
            name = names_of(self._office, cursor, by)
        return tuple(replace(one, name=name(one.key)) for one in lines)

    @contextmanager
    def _reading(self, staff: str) -> Iterator[tuple[DuckDBPyConnection, Accounts]]:
        with self._office.store.read() as cursor:
            yield cursor, self._office.accounts(cursor, staff)


def _overview(
    office: Office, cursor: DuckDBPyConnection, wanted: Slice, within: Accounts, live: stats.Live
) -> Overview:
    before = wanted.before()
    return Overview(
        now=insights.total(cursor, wanted, within, live=live),
        before=insights.total(cursor, before, within, live=live),
        waits=_one(insights.waits(cursor, wanted, within, live=live)),
        waits_before=_one(insights.waits(cursor, before, within, live=live)),
        standing=standing_of(office, cursor, wanted, within),
        first=insights.first(cursor, accounts_of(wanted, within)),
    )


def _board(
    office: Office, cursor: DuckDBPyConnection, wanted: Slice, within: Accounts, *, by: By, live: stats.Live
) -> Board:
    step, before = wanted.period.step(), wanted.before()
    week = insights.week(cursor, wanted, within, live=live)
    return Board(
        overview=_overview(office, cursor, wanted, within, live),
        step=step,
        points=tuple(insights.points(cursor, wanted, within, step, None, live=live)),
        points_before=tuple(insights.points(cursor, before, within, step, None, live=live)),
        waits=tuple(insights.waits(cursor, wanted, within, step=step, live=live)),
        by=by,
        lines=insights_streams.lines(cursor, wanted, within, by, live=live),
        lines_before=insights_streams.lines(cursor, before, within, by, live=live),
        lines_waits=insights_streams.waits(cursor, wanted, within, by=by, live=live),
        apart=insights_streams.points(cursor, wanted, within, step=step, by=by, live=live),
        week={hour: week.get(hour, Tally()) for hour in range(168)},
        annotations=(),
    )


def names_of(office: Office, cursor: DuckDBPyConnection, by: By) -> Callable[[str], str]:
    """Return how a key is called."""
    if by is By.LABEL:
        labels = office.roster.labels(cursor)
        return lambda key: labels[key].name if key in labels else key
    accounts = {one.id: one.name or one.id for one in office.settings.accounts}
    streams = {
        one.id: f"{accounts.get(one.account_id, one.account_id)} · {one.name}" for one in office.streams.values()
    }
    if by is By.STREAM:
        return lambda key: streams.get(key) or _named(key, accounts)
    known = {
        By.CHANNEL: channels.TITLES,
        By.ACCOUNT: accounts,
        By.LANGUAGE: {"": "Language not known", **LANGUAGES},
        By.SENTIMENT: _SENTIMENTS,
        By.VISIBILITY: {"public": "Public", "private": "Private"},
    }[by]
    return lambda key: known.get(key, key)


def _named(stream_id: str, accounts: Mapping[str, str]) -> str:
    """Return what a stream is called that no settings name: what a platform pushed, or an older one."""
    account, slash, label = stream_id.partition("/")
    return f"{accounts[account]} · {label}" if slash and account in accounts else stream_id


def accounts_of(wanted: Slice, within: Accounts) -> Accounts:
    """Return the accounts that a slice is of: those that it names, as far as somebody may see them."""
    if not wanted.accounts:
        return within
    return frozenset(wanted.accounts) if within is None else frozenset(wanted.accounts) & within


def standing_of(office: Office, cursor: DuckDBPyConnection, wanted: Slice, within: Accounts) -> Standing:
    """Return how far the numbers of a slice can be trusted, of accounts in `within`."""
    now = office.clock()
    end = min(wanted.until, now)
    rows = [
        row
        for row in health.streams(cursor)
        if row.active
        and not _only_pushed(office, row.id)
        and (within is None or row.account_id in within)
        and (not wanted.accounts or row.account_id in wanted.accounts)
        and (not wanted.streams or row.id in wanted.streams)
    ]
    name = names_of(office, cursor, By.STREAM)
    reached = [row.complete_up_to for row in rows]
    late = [
        name(row.id)
        for row in rows
        if row.complete_up_to is None or row.complete_up_to < end - _patience(office, row.id)
    ]
    return Standing(
        as_of=now,
        complete_up_to=None if None in reached else min((one for one in reached if one), default=None),
        lagging=tuple(late),
        counting=stats.waiting(cursor),
        begun={
            row.id: row.complete_from for row in rows if row.complete_from and wanted.since < row.complete_from < end
        },
    )


def _only_pushed(office: Office, stream_id: str) -> bool:
    """Return whether a stream comes by webhook only, and so tells of no moment up to which it is complete."""
    stream = office.streams.get(stream_id)
    return stream is not None and stream.kind in channels.pushed_only(stream.channel)


def _patience(office: Office, stream_id: str) -> timedelta:
    """Return how far a stream may lie behind before it is late."""
    stream = office.streams.get(stream_id)
    return max(stream.interval * LATE_INTERVALS, LATE_LEAST) if stream else LATE_LEAST


def _one(found: list[Waits]) -> Waits:
    return found[0] if found else Waits()


def _checked(told: Annotation, *, new: bool) -> Annotation:
    text = " ".join(told.text.split())
    if not text or len(text) > _LONGEST:
        raise DeskError(f"a remark has 1 to {_LONGEST} characters")
    if told.kind not in KINDS:
        raise DeskError(f"{told.kind!r} is no kind of remark: {', '.join(KINDS)}")
    if told.until is not None and told.until < told.since:
        raise DeskError("a remark cannot end before it begins")
    return replace(told, text=text, version=0 if new else told.version)
