"""Service levels at the desk: what is due, who is told before it is late, and how well we kept what we promised."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from social_listener.desk.colleagues import able
from social_listener.desk_types.levels import AnswerFigures, DueLine
from social_listener.desk_types.team import Kind
from social_listener.hours import LONGEST, due, worked
from social_listener.rights import SYSTEM, Right
from social_listener.store import audit, escalations, figures, notifications, people, teams
from social_listener.store import levels as table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office
    from social_listener.desk_types.people import StaffLine
    from social_listener.store.due import PlatformTime, StoredDue
    from social_listener.store.escalations import Owed
    from social_listener.store.figures import Asked


class LevelsDesk:
    """What we promised, and whether we keep it."""

    def __init__(self, office: Office) -> None:
        """Let the settings' service levels hold, for what waits already too."""
        self._office = office
        table.apply(office.store, office.levels, office.clock())

    def escalate(self) -> int:
        """Tell somebody of everything that is due soon, or late, and that nobody was told of; return how much that was.

        Each conversation once a waiting period and step, whatever happens in between: that somebody was told is written
        in the transaction that tells them.
        """
        office = self._office
        with office.store.read() as cursor:
            if not escalations.owed(cursor, office.times(cursor), limit=1):
                return 0
        with office.store.transaction() as cursor:
            times = office.times(cursor)
            staff = people.everybody(cursor)
            found = [(one, recipients(cursor, one, staff)) for one in escalations.owed(cursor, times)]
            tell(cursor, found, times.ours)
        return len(found)

    def answered(self, since: date, until: date, staff: str, zone: str = "UTC") -> tuple[AnswerFigures, ...]:
        """Return the first answers of every day from `since` to `until`, both included, days of `zone`."""
        office = self._office
        with office.store.read() as cursor:
            within = office.accounts(cursor, staff)
            everywhere = figures.asked(cursor, *_span(since, until, ZoneInfo(zone)))
            asked = [one for one in everywhere if within is None or one.account_id in within]
            return _figures(office, asked, office.times(cursor), (since, until), ZoneInfo(zone))


def _span(since: date, until: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return from when on items can count on those days: one that is due then was sent long before, with few hours."""
    first, last = (datetime.combine(day, time(), zone) for day in (since, until))
    return first - LONGEST, last + timedelta(days=1)


def due_line(office: Office, stored: StoredDue | None, account_id: str, now: PlatformTime) -> DueLine | None:
    """Return what is due as staff see it: by our own clock."""
    if stored is None:
        return None
    ahead = now.at(account_id) - now.ours
    target = worked(stored.since, stored.at, office.levels.calendar(account_id))
    return DueLine(
        what=stored.what, at=stored.at - ahead, since=stored.since - ahead, seen_at=stored.seen_at, target=target
    )


def recipients(cursor: DuckDBPyConnection, one: Owed, staff: Sequence[StaffLine]) -> tuple[str, ...]:
    """Return whom of the staff to tell: of what is due soon who has it, else its team; of what is late also who leads.

    Where nobody has it and no team, everybody who may answer.
    """
    has_it = [one.assignee] if one.assignee else []
    team = teams.members_of(cursor, one.conversation_id)
    if one.step == escalations.SOON:
        wanted = has_it or team
    else:
        wanted = [*has_it, *team, *able(staff, Right.TEAM, one.account_id)]
    allowed = able(staff, Right.READ, one.account_id)
    found = tuple(dict.fromkeys(name for name in wanted if name in allowed))
    return found or able(staff, Right.REPLY, one.account_id)


def tell(cursor: DuckDBPyConnection, found: Sequence[tuple[Owed, Sequence[str]]], now: datetime) -> None:
    """Tell them: it stands in the conversation, in Health, and behind the bell of everybody who is told.

    All of it in a few statements: after a night there may be hundreds at once.
    """
    escalations.insert(cursor, found, now)
    waits = [
        notifications.Waits(to=name, conversation_id=one.conversation_id, about=f"{one.due.what} {one.step}")
        for one, told in found
        for name in told
    ]
    notifications.insert_many(cursor, waits, kind=Kind.ESCALATION, by=SYSTEM, now=now)
    audit.record_each(
        cursor,
        now,
        SYSTEM,
        [(f"escalation.{one.step}", one.conversation_id, {"told": ", ".join(told)}) for one, told in found],
    )


def _figures(
    office: Office, asked: Sequence[Asked], now: PlatformTime, days: tuple[date, date], zone: ZoneInfo
) -> tuple[AnswerFigures, ...]:
    """Count items by the day on which they were answered in time, or on which their answer was due."""
    counts: Counter[tuple[date, str]] = Counter()
    for one in asked:
        level = office.levels.level(one.channel, one.priority, private=one.private)
        until = due(one.sent_at, level.first_answer, office.levels.calendar(one.account_id))
        if one.answered_at is not None and one.answered_at <= until:
            counts[one.answered_at.astimezone(zone).date(), "within"] += 1
        elif one.answered_at is not None:
            counts[until.astimezone(zone).date(), "late"] += 1
        elif until < now.at(one.account_id) and (one.settled_at is None or one.settled_at > until):
            counts[until.astimezone(zone).date(), "missing"] += 1
    first, last = days
    every = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return tuple(
        AnswerFigures(day=day, **{name: counts[day, name] for name in ("within", "late", "missing")}) for day in every
    )
