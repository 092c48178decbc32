"""The watch: looks whether far more is said than usual, keeps what it finds, and tells who should know."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from social_listener.desk.colleagues import able
from social_listener.desk.spike_usual import Usual, members
from social_listener.desk_types.spikes import Severity, Spike, SpikeKind, Why
from social_listener.desk_types.team import Kind
from social_listener.rights import SYSTEM, Right
from social_listener.store import audit, notifications, people, spike_items
from social_listener.store import spikes as table
from social_listener.store.spikes import StoredSpike
from social_listener.trends import spike_words
from social_listener.trends.baseline import floor
from social_listener.trends.spikes import (
    BACK,
    HOUR,
    LULL_AGAIN,
    MINUTE,
    Recent,
    Rules,
    Seen,
    State,
    look,
    stayed_quiet,
)
from social_listener.trends.why import Voice, why

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office
    from social_listener.desk_types.people import StaffLine
    from social_listener.store.due import PlatformTime
    from social_listener.store.spike_items import Counts, Line, Listening
    from social_listener.trends.baseline import Baseline
    from social_listener.trends.spikes import Looked

#: what was missed is looked at in these steps, no further back than this
_STEP, _FARTHEST = timedelta(minutes=5), timedelta(days=1)
#: why there is a spike is worked out at every look at first, then once in a while
_AT_FIRST, _ONCE_IN = timedelta(minutes=15), timedelta(minutes=5)
#: items that a why is worked out from, and items it is compared with
_MOST, _MOST_BEFORE = 2_000, 3_000
#: whoever was told of a spike within this time is not told of another at the same time, unless it is graver
_TOLD_FOR: Final = timedelta(hours=1)
_CHANCE: Final = {"low": 1e-8, "usual": 1e-6, "high": 1e-4}
_GRAVE: Final = (Severity.COPIES, Severity.NOTABLE, Severity.CRISIS)


class _Known(NamedTuple):
    """The newest spike and the newest lull of each account; what a look changes of them is changed here too."""

    spikes: dict[str | None, StoredSpike]
    lulls: dict[str | None, StoredSpike]


class _Around(NamedTuple):
    """What all moments of one look share."""

    now: datetime
    times: PlatformTime
    counts: Counts
    listening: Mapping[str, Listening]
    known: _Known


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """All that one look at one account works with."""

    account: str | None
    accounts: frozenset[str]  #: whose items count
    moment: datetime  #: by our clock
    baseline: Baseline
    recent: Recent


class Watch:
    """Looks at everything, again and again. One thread at a time."""

    def __init__(self, office: Office) -> None:
        settings = office.settings.spikes
        self._office = office
        self.zone = ZoneInfo(settings.zone)
        self.usual = Usual(self.zone)
        self._rules = Rules(
            chance=_CHANCE[settings.sensitivity],
            least=settings.least,
            times=settings.times,
            floor=settings.without_history,
        )

    def look(self, now: datetime) -> int:
        """Look at everything from the last look up to `now`; return how many spikes were found."""
        store = self._office.store
        with store.read() as cursor:
            moments = _moments(table.looked_at(cursor), now)
            listening = spike_items.listening(cursor, now)
            times = self._office.clocks.now(cursor, now)
            first = min(times.at(account) for account in [*listening, ""]) - (now - moments[0]) - BACK * MINUTE
            last = max(times.at(account) for account in [*listening, ""])
            counts = spike_items.minutes(cursor, first - MINUTE, last + MINUTE)
            known = _Known(table.newest(cursor, lulls=False), table.newest(cursor, lulls=True))
        around = _Around(now, times, counts, listening, known)
        found = sum(self._look_at(moment, around) for moment in moments)
        with store.transaction(quiet=True) as cursor:
            table.note_look(cursor, int(now.timestamp()))
        return found

    def _look_at(self, moment: datetime, around: _Around) -> int:
        """Look at one moment: each account by itself, then all of them."""
        now, times, counts, listening, known = around
        with self._office.store.read() as cursor:
            baselines = self.usual.at(cursor, moment, listening)
        last = known.spikes
        found = 0
        for account in sorted(baselines, key=lambda one: (one is None, one or "")):
            accounts = members(baselines) if account is None else [account]
            until = max(times.at(one) for one in accounts) - (now - moment)
            recent = _recent(counts, accounts, until)
            scene = _Scene(
                account=account,
                accounts=frozenset(accounts),
                moment=moment,
                baseline=baselines[account],
                recent=recent,
            )
            looked = look(_state(last.get(account)), recent, scene.baseline, self._rules)
            single = account is None and any(_goes_on(last.get(one)) for one in listening)
            if not (looked.began and single):
                found += self._follow(scene, looked, last)
            if account is not None:
                self._lull(scene, looked.lull if listening[account].well else None, known.lulls)
        return found

    def _follow(self, scene: _Scene, looked: Looked, last: dict[str | None, StoredSpike]) -> bool:
        """Keep what a look came to; return whether a spike was found."""
        state, before = looked.state, last.get(scene.account)
        if state is None or not (looked.began or looked.again or looked.ended or _goes_on(before)):
            return False
        known = None if looked.began else before
        kept = self._kept(scene, state, known)
        if known is None and scene.account is not None and _goes_on(last.get(None)):
            kept = replace(kept, spike=replace(kept.spike, part_of=(last[None]).spike.id))
        if kept == before:
            return False
        with self._office.store.transaction() as cursor:
            last[scene.account] = kept = self._tell(cursor, _as_closed(cursor, kept), scene)
            table.put(cursor, kept)
        return looked.began

    def _kept(self, scene: _Scene, state: State, known: StoredSpike | None) -> StoredSpike:
        """Return a spike as it stands now; why is worked out anew at first, once in a while, and when it has ended."""
        fresh = (
            known is None
            or state.ended_at is not None
            or scene.moment - known.spike.found_at <= _AT_FIRST
            or scene.moment - known.why_at >= _ONCE_IN
        )
        until = (state.ended_at or scene.recent.until) + MINUTE
        if known is not None and not fresh:
            return replace(known, spike=replace(known.spike, **_course(state)))
        reason, conversation_id = self._why(scene, state.began_at, until)
        usual = scene.baseline.expected(state.began_at, until)
        told = spike_words.Told(
            peak=state.peak.count,
            usual=state.peak.usual,
            peak_at=state.peak.until,
            basis=scene.baseline.basis if known is None else known.spike.basis,
            negative_only=state.negative,
            why=reason,
        )
        facts: dict[str, Any] = {
            **_course(state),
            "kind": reason.kind,
            "severity": spike_words.severity(told),
            "items": reason.items,
            "negative": reason.negative,
            "scored": reason.scored,
            "expected": usual.items if usual else 0.0,
            "words": spike_words.sentence(told, self.zone),
            "why": reason,
        }
        spike = replace(known.spike, **facts) if known else _new(scene, state.found_at, facts)
        return StoredSpike(
            spike=spike,
            window_s=round(state.window.total_seconds()),
            negative_only=state.negative,
            why_at=scene.moment,
            told_as=known.told_as if known else None,
            conversation_id=conversation_id or (known.conversation_id if known else None),
        )

    def _why(self, scene: _Scene, since: datetime, until: datetime) -> tuple[Why, str | None]:
        """Return why there is a spike, and the conversation of the message that says it best."""
        office = self._office
        only = None if scene.account is None and set(office.channels) <= scene.accounts else scene.accounts
        long = max(until - since, HOUR)
        weeks = [timedelta(days=days) for days in (7, 14, 21, 28)]
        before = [(since - long - back, until + HOUR - back) for back in weeks]
        with office.store.read() as cursor:
            lines = spike_items.said(cursor, [(since, until)], only, _MOST)
            compared = spike_items.said(cursor, [(since - timedelta(days=1), since), *before], only, _MOST_BEFORE)
            names = spike_items.our_names(cursor)
        names |= {account.name for account in office.settings.accounts}
        reason = why([_voice(one) for one in lines], [_voice(one) for one in compared], since, names)
        by_id = {one.id: one.conversation_id for one in lines}
        return reason, next((by_id[one.item_id] for one in reason.best), None)

    def _lull(self, scene: _Scene, seen: Seen | None, lulls: dict[str | None, StoredSpike]) -> None:
        """Keep that far less is said than usual, while it lasts. Nobody is told: pages show it."""
        known = lulls.get(scene.account)
        going = known if _goes_on(known) or (seen and known and self._stayed_quiet(scene, known.spike, seen)) else None
        if seen is None and going is None:
            return
        if seen is None and going is not None:
            kept = replace(going, spike=replace(going.spike, ended_at=going.spike.last_at))
        elif seen is not None and going is not None:
            if seen.until - going.spike.last_at < _STEP:
                return
            kept = replace(going, spike=replace(going.spike, last_at=seen.until, ended_at=None))
        elif seen is not None:
            kept = self._new_lull(scene, seen)
        lulls[scene.account] = kept
        with self._office.store.transaction(quiet=True) as cursor:
            table.put(cursor, _as_closed(cursor, kept))

    def _stayed_quiet(self, scene: _Scene, before: Spike, seen: Seen) -> bool:
        """Return whether a lull that ended is the one that is seen now: it was quiet all the while between."""
        since, until = floor(before.last_at), floor(seen.since)
        if until <= since:
            return True
        usual = scene.baseline.expected(since, until)
        if until - since > LULL_AGAIN or usual is None:
            return False
        with self._office.store.read() as cursor:
            counts = spike_items.quarters(cursor, since, until)
        said = sum(items for account in scene.accounts for items, _ in counts.get(account, {}).values())
        return stayed_quiet(said, usual.items)

    def _new_lull(self, scene: _Scene, seen: Seen) -> StoredSpike:
        reason = Why(kind=SpikeKind.LULL, items=seen.count, authors=0, scored=0, negative=0)
        told = spike_words.Told(
            peak=seen.count,
            usual=seen.usual,
            peak_at=seen.until,
            basis=scene.baseline.basis,
            negative_only=False,
            why=reason,
        )
        facts: dict[str, Any] = {
            "began_at": seen.since,
            "last_at": seen.until,
            "ended_at": None,
            "peak_at": seen.until,
            "peak": seen.count,
            "usual": seen.usual,
            "kind": SpikeKind.LULL,
            "severity": Severity.NOTABLE,
            "items": seen.count,
            "negative": 0,
            "scored": 0,
            "expected": seen.usual,
            "why": reason,
            "words": spike_words.sentence(told, self.zone),
        }
        return StoredSpike(
            spike=_new(scene, scene.moment, facts),
            window_s=3 * 3600,
            negative_only=False,
            why_at=scene.moment,
            told_as=None,
            conversation_id=None,
        )

    def _tell(self, cursor: DuckDBPyConnection, kept: StoredSpike, scene: _Scene) -> StoredSpike:
        """Tell whoever should know and was not told; return the spike with that noted."""
        spike = kept.spike
        if kept.told_as is not None and _GRAVE.index(kept.told_as) >= _GRAVE.index(spike.severity):
            return kept
        if spike.ended_at is not None or spike.closed_at is not None:
            return kept
        lately = [
            name
            for name, severity in table.told_lately(cursor, scene.moment - _TOLD_FOR)
            if _GRAVE.index(severity) >= _GRAVE.index(spike.severity)
        ]
        wanted = self._recipients(people.everybody(cursor), spike.account_id)
        told = [name for name in wanted if name not in lately]
        place = kept.conversation_id or ""
        waits = [notifications.Waits(to=name, conversation_id=place, about=spike.id) for name in told]
        if waits:
            notifications.withdraw(cursor, spike.id)  # who has not read the milder word needs only the graver one
            notifications.insert_many(cursor, waits, kind=Kind.SPIKE, by=SYSTEM, now=scene.moment)
        audit.record(
            cursor,
            scene.moment,
            SYSTEM,
            "spike.found" if kept.told_as is None else "spike.graver",
            spike.id,
            severity=spike.severity.value,
            told=", ".join(told),
        )
        told_at = scene.moment if told and spike.told_at is None else spike.told_at
        return replace(kept, told_as=spike.severity, spike=replace(spike, told_at=told_at))

    def _recipients(self, staff: Iterable[StaffLine], account: str | None) -> tuple[str, ...]:
        """Return whom the settings want told, of those who may see it: all accounts for a spike over all of them."""
        settings = self._office.settings.spikes
        everybody = [one for one in staff if account is not None or one.accounts is None]
        readers = able(everybody, Right.READ, account)
        leads = able(everybody, Right.TEAM, account)
        wanted = {"leads": leads, "everybody": readers, "nobody": ()}[settings.tell]
        return tuple(name for name in readers if name in wanted or name in settings.also)


def _moments(looked_at: int | None, now: datetime) -> list[datetime]:
    """Return the moments to look at: now, and before it what was missed since the last look."""
    found = [now]
    if looked_at is not None:
        last = max(datetime.fromtimestamp(looked_at, UTC), now - _FARTHEST)
        while found[-1] - _STEP > last:
            found.append(found[-1] - _STEP)
    return found[::-1]


def _recent(counts: Counts, accounts: Sequence[str], until: datetime) -> Recent:
    """Return the counts of the newest minutes, the one under way included."""
    end = until.astimezone(UTC).replace(second=0, microsecond=0) + MINUTE
    items, negative = [], []
    for back in range(BACK, 0, -1):
        both = [counts.get(account, {}).get(end - back * MINUTE, (0, 0)) for account in accounts]
        items.append(sum(one for one, _ in both))
        negative.append(sum(worse for _, worse in both))
    return Recent(end, items, negative)


def _as_closed(cursor: DuckDBPyConnection, kept: StoredSpike) -> StoredSpike:
    """Return a spike with what staff said of it meanwhile."""
    stored = table.one(cursor, kept.spike.id)
    if stored is None:
        return kept
    said = {name: getattr(stored.spike, name) for name in ("closed_by", "closed_at", "note")}
    return replace(kept, spike=replace(kept.spike, **said))


def _goes_on(stored: StoredSpike | None) -> bool:
    return stored is not None and stored.spike.ended_at is None


def _state(stored: StoredSpike | None) -> State | None:
    """Return what a look has to know of the newest spike."""
    if stored is None:
        return None
    spike, negative = stored.spike, stored.negative_only
    peak_at, count = spike.peak_at, spike.peak
    return State(
        began_at=spike.began_at,
        last_at=spike.last_at,
        window=timedelta(seconds=stored.window_s),
        peak=Seen(since=peak_at - HOUR, until=peak_at, count=count, usual=spike.usual, chance=0.0, negative=negative),
        found_at=spike.found_at,
        negative=negative,
        ended_at=spike.ended_at,
    )


def _course(state: State) -> dict[str, Any]:
    """Return what a look changes of a spike."""
    return {
        "began_at": state.began_at,
        "ended_at": state.ended_at,
        "last_at": state.last_at,
        "peak_at": state.peak.until,
        "peak": state.peak.count,
        "usual": state.peak.usual,
    }


def _new(scene: _Scene, found_at: datetime, facts: dict[str, Any]) -> Spike:
    fixed: dict[str, Any] = {
        "id": secrets.token_hex(12),
        "account_id": scene.account,
        "basis": scene.baseline.basis,
        "weeks": scene.baseline.weeks,
        "found_at": found_at,
        **dict.fromkeys(("part_of", "told_at", "closed_by", "closed_at")),
        "note": "",
    }
    return Spike(**fixed, **facts)


def _voice(line: Line) -> Voice:
    return Voice(
        id=line.id,
        author_id=line.author_id,
        text=line.text,
        account_id=line.account_id,
        thread_id=line.thread_id,
        quoted_id=line.quoted_id,
        private=line.private,
        sent_at=line.sent_at,
        sentiment=line.sentiment,
        label=line.label,
        reach=line.reach,
        joined_at=line.joined_at,
        met_at=line.met_at,
    )
