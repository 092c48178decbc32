"""Is anything missed? What Health and `status` show, and the problems in words, the worst first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from social_listener import channels as registry
from social_listener.channels import Billed, Pushed
from social_listener.desk.office import span
from social_listener.desk.push import is_expected, never_told
from social_listener.desk_types import AccountHealth, HealthView, JobLine, PushHealth, StreamHealth
from social_listener.desk_types.reports import MailState
from social_listener.ingest import schedule
from social_listener.model import ReplyState
from social_listener.store import backup, escalations, health, mails, spend
from social_listener.store import outbox as replies
from social_listener.vault_ends import step, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office
    from social_listener.desk_types import ReplyLine
    from social_listener.desk_types.people import Accounts
    from social_listener.settings import AccountSettings
    from social_listener.store.health import StreamRow

#: states of an account in which none of its streams is polled: one sentence says it for all of them
_STOPPED = {"unauthorized", "out_of_credit", "out_of_budget"}
#: a delivery that waits to be read for longer is a problem
DELIVERY_AGE = timedelta(minutes=2)
#: no backup for so long is a problem
BACKUP_AGE = timedelta(days=2)
#: e-mails are told of for so long
_MAIL_AGE = timedelta(days=7)
#: clocks further apart than this are a problem
CLOCK_APART = timedelta(seconds=30)
#: a stream without a complete walk for so many intervals is late; never sooner than two minutes
LATE_INTERVALS = 3
LATE_LEAST = timedelta(minutes=2)


class Planned(NamedTuple):
    """A job as its scheduler knows it."""

    trigger: str  #: in words
    next_run_at: datetime | None


def read_health(office: Office, planned: Mapping[str, Planned], staff: str) -> HealthView:
    """Return everything an operator must see at a glance, of the accounts that `staff` has access to."""
    now = office.clock()
    with office.store.read() as cursor:
        within = office.accounts(cursor, staff)
        everywhere = _accounts(office, health.accounts(cursor), spend.totals(cursor, now.date()), now)
        accounts = tuple(account for account in everywhere if within is None or account.id in within)
        used = {account.id: account.used for account in accounts}
        rows = [row for row in health.streams(cursor) if within is None or row.account_id in within]
        streams = tuple(_stream(office, row, used.get(row.account_id), now) for row in rows)
        unsettled = replies.lines(cursor, now, settled=False, limit=500, within=within)
        in_doubt = tuple(line for line in unsettled if _doubtful(line))
        jobs = _jobs(cursor, planned, now)
        last_backup = _last_backup(office)
        view = HealthView(
            ok=True,
            problems=(),
            accounts=accounts,
            streams=streams,
            gaps=tuple(gap for gap in health.gaps(cursor) if _theirs(gap.stream_id, within)),
            dead_letters=tuple(one for one in health.dead_letters(cursor) if _theirs(one.stream_id, within)),
            outbox=replies.states(cursor, within),
            in_doubt=in_doubt,
            failed_replies=tuple(replies.failed_since(cursor, now - timedelta(days=7), now, within)),
            jobs=jobs,
            interactions=health.interactions(cursor, within),
            database_bytes=office.store.size,
            search_percent=_search_percent(office),
            last_backup_at=last_backup,
            as_of=now,
            breached=escalations.breached(cursor, office.times(cursor), within),
            escalations=escalations.since(cursor, now - timedelta(days=1), office.times(cursor), within),
        )
        problems = (*_of_disk(office), *_problems(office, cursor, view, now, within), *_of_search(office))
    return _with_problems(view, problems)


def _theirs(stream_id: str, within: Accounts) -> bool:
    return within is None or health.account_of(stream_id) in within


def _search_percent(office: Office) -> int | None:
    progress = office.store.index.progress
    if progress.whole or not progress.total:
        return None
    return min(99, 100 * progress.done // progress.total)


def _of_mails(cursor: DuckDBPyConnection, now: datetime, within: Accounts) -> Iterator[str]:
    """Yield what is wrong with e-mails of the last days, in the server's words, to whoever may see all accounts."""
    for mail in mails.troubled(cursor, now - _MAIL_AGE) if within is None else ():
        what = f"The e-mail {mail.digest} to {mail.recipient}"
        if mail.state is MailState.IN_DOUBT:
            yield f"{what} may or may not have gone out ({mail.answer}): ask there, and settle it."
        elif mail.state is MailState.FAILED:
            yield f"{what} was not sent: {mail.answer}. Settle it, or have it sent again."
        else:
            yield f"{what} waits for another attempt: {mail.answer}."


def _of_search(office: Office) -> Iterator[str]:
    """Yield why nothing can be searched; that the index is being built is no problem, it is a figure."""
    if problem := office.store.index.progress.problem:
        yield (
            f"The search index cannot be used: {problem}. It is built anew by itself; when it stays so, look at the "
            f"owner, the mode and the room of {office.store.path.name}.search beside the database."
        )


def _with_problems(view: HealthView, problems: tuple[str, ...]) -> HealthView:
    fields = {name: getattr(view, name) for name in view.__slots__}
    return HealthView(**{**fields, "ok": not problems, "problems": problems})


def _doubtful(line: ReplyLine) -> bool:
    return line.state is ReplyState.IN_DOUBT


def _accounts(
    office: Office, known: Sequence[AccountHealth], spent: Mapping[str, float], now: datetime
) -> tuple[AccountHealth, ...]:
    """Return the accounts in the settings, those that were never asked included; `spent` is today's, in USD."""
    by_id = {account.id: account for account in known}
    ends = office.ends()
    found = []
    for wanted in office.settings.accounts:
        never = AccountHealth(
            id=wanted.id,
            channel=wanted.channel,
            name=wanted.name,
            handle=None,
            state="unknown",
            problem=None,
            checked_at=None,
            push=PushHealth(),
        )
        account = by_id.get(wanted.id, never)
        channel = office.channels.get(wanted.id)
        push = account.push if isinstance(channel, Pushed) else None
        found.append(
            replace(
                account,
                channel=wanted.channel,
                name=wanted.name,
                not_before=account.not_before if account.not_before and account.not_before > now else None,
                used=schedule.believed(account.used, account.used_at, now),
                spent_today=spent.get(wanted.id, 0.0) if isinstance(channel, Billed) else None,
                daily_budget=office.settings.budget.daily.get(wanted.id),
                push=_push(office, push, wanted) if push else None,
                expires_at=ends[wanted.id][1] if wanted.id in ends else None,
            )
        )
    return tuple(found)


def _push(office: Office, push: PushHealth, wanted: AccountSettings) -> PushHealth:
    expected = is_expected(wanted)
    return replace(push, expected=expected, problem=office.unpushed.get(wanted.id) if expected else None)


def _stream(office: Office, row: StreamRow, used: float | None, now: datetime) -> StreamHealth:
    wanted = office.streams.get(row.id)
    active = row.active and wanted is not None
    interval = schedule.steered(wanted.interval, wanted.kind, used) if wanted else timedelta(0)
    fields = {name: getattr(row, name) for name in row.__slots__ if name != "active"}
    only = wanted is not None and wanted.kind in registry.pushed_only(wanted.channel)
    if only:
        fields |= {"complete_from": None, "complete_up_to": None}  # a poll that tells nothing makes nothing complete
    return StreamHealth(
        **fields,
        overlap=wanted.overlap if wanted else timedelta(0),
        state=stream_state(row, interval, now) if active else "ok",
        active=active,
        pushed_only=only,
    )


def stream_state(row: StreamRow, interval: timedelta, now: datetime) -> str:
    """Return ok, waiting, failing, never or late, for a stream that is polled every `interval`."""
    if row.not_before is not None and row.not_before > now:
        return "waiting"
    if row.errors:
        return "failing"
    if row.complete_up_to is None:
        return "never"
    patience = max(interval * LATE_INTERVALS, LATE_LEAST)
    if now - (row.last_ok_at or row.complete_up_to) > patience:
        return "late"
    return "ok"


def _jobs(cursor: DuckDBPyConnection, planned: Mapping[str, Planned], now: datetime) -> tuple[JobLine, ...]:
    """Return a line for every job that is planned or ever ran."""
    rows = {row.job: row for row in health.jobs(cursor, now)}
    lines = []
    for name in [*planned, *(name for name in rows if name not in planned)]:
        row, plan = rows.get(name), planned.get(name)
        lines.append(
            JobLine(
                job=name,
                trigger=plan.trigger if plan else "",
                last_started_at=row.last_started_at if row else None,
                last_ended_at=row.last_ended_at if row else None,
                outcome=row.outcome if row else None,
                detail=row.detail if row else None,
                failures_24h=row.failures_24h if row else 0,
                missed_24h=row.missed_24h if row else 0,
                next_run_at=plan.next_run_at if plan else None,
            )
        )
    return tuple(lines)


def _last_backup(office: Office) -> datetime | None:
    newest = backup.newest(office.store.backup_directory)
    return backup.taken_at(newest) if newest else None


# -- problems ----------------------------------------------------------------------------------------------------------


def _problems(
    office: Office, cursor: DuckDBPyConnection, view: HealthView, now: datetime, within: Accounts
) -> Iterator[str]:
    """Yield what is wrong in one sentence each, the worst first: words lost, words twice, then what may be missed."""
    if forgotten := replies.forgotten(cursor):
        yield (
            f"The database does not know {_many(forgotten, 'call', 'calls')} that its witness file tells of: an older "
            "copy was put back. Look at the platform for replies that are missing here, then move the file away."
        )
    decide = sum(line.asks_for_a_person for line in view.in_doubt)
    if decide:
        yield (
            f"{_many(decide, 'reply', 'replies')} may or may not have gone out, and the platform does not tell: "
            "look there and decide."
        )
    yield from _of_accounts(view)
    yield from _of_ends(view, now, pressing=True)
    if looking := len(view.in_doubt) - decide:
        yield f"{_many(looking, 'reply', 'replies')} may or may not have gone out; the platform is being asked."
    theirs = [one for one in office.settings.accounts if within is None or one.id in within]
    yield from (f"{words}." for account in theirs for words in never_told(account))
    yield from _of_push(view, now)
    for gap in view.gaps:
        yield f"{gap.stream_id}: nothing can be had {_between(gap.since, gap.until)}: {gap.reason}."
    yield from _of_streams(view, now)
    if view.dead_letters:
        count = max(len(view.dead_letters), sum(stream.dead_letters for stream in view.streams))
        yield (
            f"{_many(count, 'item', 'items')} could not be read and {'is' if count == 1 else 'are'} kept aside: "
            f"{view.dead_letters[0].reason}."
        )
    for job in view.jobs:
        if job.outcome in {"failed", "missed", "overrun", "cut_off"}:
            yield f"The job {job.job} {_JOB_WORDS[job.outcome]}: {job.detail or 'no detail was given'}."
    yield from _of_mails(cursor, now, within)
    yield from _of_backups(cursor, view, now)
    yield from _of_ends(view, now, pressing=False)
    for stream_id, offset in sorted(health.clock_offsets(cursor).items()):
        if abs(offset) > CLOCK_APART and _theirs(stream_id, within):
            ahead = "behind" if offset > timedelta(0) else "ahead of"
            yield f"Our clock is {span(abs(offset))} {ahead} the platform's ({stream_id}): set this machine's time."


def _of_disk(office: Office) -> Iterator[str]:
    """Yield that the disk is full: then no fault can be written down either, and everything else would look well."""
    if office.store.low_on_space:
        yield f"The disk is nearly full: nothing more may be stored or sent. Make room in {office.store.path.parent}."


_JOB_WORDS = {
    "failed": "failed when it last ran",
    "missed": "did not run when it should have",
    "overrun": "takes longer than it should",
    "cut_off": "was cut off when it last ran",
}


def _of_accounts(view: HealthView) -> Iterator[str]:
    states = {
        "unauthorized": "the platform refuses its credentials",
        "out_of_credit": "it has no credit left at the platform; top it up",
        "out_of_budget": "its budget for today is spent, so nothing is read; replies still go out",
        "unreachable": "the platform cannot be reached",
    }
    for account in view.accounts:
        if account.state in states:
            detail = f" ({account.problem})" if account.problem else ""
            # A refusal mostly says itself what to do, and more exactly.
            told = any(words in (account.problem or "").lower() for words in ("connect ", "check "))
            todo = "; connect it again" if account.state == "unauthorized" and not told else ""
            yield f"Account {account.name}: {states[account.state]}{todo}{detail}."


def _of_ends(view: HealthView, now: datetime, *, pressing: bool) -> Iterator[str]:
    """Yield which accounts have to be connected again, the first to end first; a refused one has its line already.

    `pressing`: those that ended or do within a day; else those that have days left, which is worse than nothing only.
    """
    ending = [
        (account.expires_at, account)
        for account in view.accounts
        if account.expires_at is not None and account.state != "unauthorized"
    ]
    for ends, account in sorted(ending, key=lambda one: one[0]):
        due = step(ends, now)
        if due is not None and (due <= 1) is pressing:
            yield f"Account {account.name}: {words(account.channel, account.id, ends, now)}."


def _polled(account: AccountHealth, now: datetime) -> str:
    """Return in words what is polled of an account that has little left of its allowance."""
    if account.not_before is not None and account.not_before > now:
        return f"the platform refuses all calls, so none is made for {span(account.not_before - now)}"
    return f"messages are still polled, everything else every {span(schedule.SELDOM)} at most"


def _of_push(view: HealthView, now: datetime) -> Iterator[str]:
    """Yield what is wrong with allowances and webhooks."""
    for account in view.accounts:
        if account.used is not None and account.used >= schedule.URGENT_ONLY:
            yield f"Account {account.name} has used {account.used:.0f} % of its allowance: {_polled(account, now)}."
        push = account.push
        if push is None:
            continue
        if push.expected and push.handshake_at is None and push.last_at is None:
            yield (
                f"Account {account.name}: nothing is pushed, the platform never asked for its webhook: subscribe "
                f"/webhooks/{account.id} there, or set options.webhooks to off."
            )
        if push.problem is not None:
            yield f"Account {account.name}: {push.problem}."
        if push.waiting_since is not None and now - push.waiting_since > DELIVERY_AGE:
            yield (
                f"Account {account.name}: {_many(push.waiting, 'delivery', 'deliveries')} of its webhook "
                f"{'waits' if push.waiting == 1 else 'wait'} to be read, for {span(now - push.waiting_since)}."
            )


def _of_streams(view: HealthView, now: datetime) -> Iterator[str]:
    stopped = {account.id for account in view.accounts if account.state in _STOPPED}
    for stream in view.streams:
        if not stream.active or stream.account_id in stopped:
            continue
        since = f"complete up to {_moment(stream.complete_up_to)}" if stream.complete_up_to else "never complete yet"
        if stream.state == "failing":
            yield f"{stream.id} fails, {_many(stream.errors, 'time', 'times')} in a row, {since}: {stream.last_error}."
        elif stream.state == "waiting" and stream.not_before is not None:
            yield f"{stream.id} waits {span(stream.not_before - now)}, because the platform asked for it; {since}."
        elif stream.state == "late":
            yield f"{stream.id} is late: {since}."
        if stream.worst_lag > stream.overlap:
            yield (
                f"{stream.id}: items turned up {span(stream.worst_lag)} late, and only {span(stream.overlap)} are read "
                "again: raise its overlap in the settings."
            )


def _of_backups(cursor: DuckDBPyConnection, view: HealthView, now: datetime) -> Iterator[str]:
    began = view.last_backup_at or health.created_at(cursor)
    if began is not None and now - began > BACKUP_AGE:
        yield f"There was no backup for {span(now - began)}: run `social-listener backup`."


def _many(count: int, one: str, more: str) -> str:
    return f"1 {one}" if count == 1 else f"{count:,} {more}"


def _between(since: datetime, until: datetime) -> str:
    """Return a span in words, to the minute; to the second when it begins and ends within one minute."""
    if _moment(since) != _moment(until):
        return f"between {_moment(since)} and {_moment(until)}"
    return f"between {since:%Y-%m-%d %H:%M:%S} UTC and {until:%Y-%m-%d %H:%M:%S} UTC"


def _moment(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC"
