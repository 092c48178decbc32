"""The command that makes reports, and hands out kept ones."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from social_listener import terminal
from social_listener.channels import TITLES
from social_listener.cli.files import whole_file
from social_listener.cli.session import Session, with_service
from social_listener.desk_types.insights import Slice
from social_listener.desk_types.reports import ReportFormat
from social_listener.errors import DeskError
from social_listener.periods import Period, last_days
from social_listener.rights import SYSTEM
from social_listener.settings_file import nearest

if TYPE_CHECKING:
    from social_listener.desk_types.reports import KeptReport

#: nothing was said before on any platform, and calendars end somewhere
_EARLIEST, _LATEST = date(2000, 1, 1), date(2200, 12, 31)


def _day(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    try:
        return date.fromisoformat(value).isoformat() if value else None
    except ValueError:
        raise click.BadParameter(f"{value!r} is no day; write 2026-05-01") from None


def _zone(_: click.Context, __: click.Parameter, value: str) -> str:
    try:
        return ZoneInfo(value).key
    except (KeyError, ValueError, OSError):
        raise click.BadParameter(f"{value!r} is no time zone; write Europe/Berlin") from None


@click.command()
@click.option("--from", "first", callback=_day, default=None, metavar="DAY", help="First day; else seven days ago.")
@click.option("--to", "last", callback=_day, default=None, metavar="DAY", help="Last day, included; else yesterday.")
@click.option("--zone", callback=_zone, default="UTC", show_default=True, help="Time zone of the days.")
@click.option("--compare", is_flag=True, help="With the period before.")
@click.option("--account", "accounts", multiple=True, metavar="ID", help="Only this account. May be repeated.")
@click.option("--channel", "channels", multiple=True, help="Only this channel. May be repeated.")
@click.option(
    "--format", "form", type=click.Choice([one.value for one in ReportFormat]), default="pdf", show_default=True,
    help="In which form.",
)  # fmt: skip
@click.option("--as-of", "report_id", default=None, metavar="ID", help="The kept report ID, instead of a new one.")
@click.option("--again", is_flag=True, help="With --as-of: tell as JSON what differs from now, instead of the file.")
@click.option("--list", "listed", is_flag=True, help="List kept reports as JSON.")
@click.option(
    "--output", type=click.Path(dir_okay=False, resolve_path=True), default=None, metavar="FILE",
    help="Into this file, which appears when it is whole; else to standard output.",
)  # fmt: skip
@with_service(online=False)
def report(
    session: Session,
    *,
    first: str | None,
    last: str | None,
    zone: str,
    compare: bool,
    accounts: list[str],
    channels: list[str],
    form: str,
    report_id: str | None,
    again: bool,
    listed: bool,
    output: str | None,
) -> int:
    """Keep the figures of a period as they are now, and write them as a file.

    The same kept report gives the same file for ever; the id that is printed brings it back.
    """
    reports = session.service.desk.reports
    if listed:
        session.screen.json([_shape(one) for one in reports.all(SYSTEM)])
        return terminal.OK
    if again:
        return _again(session, report_id)
    if report_id is None:
        period = _period(first, last, zone, session)
        _check(session, accounts, channels)
        wanted = Slice(period=period, accounts=tuple(accounts), channels=tuple(channels))
        report_id = reports.make(wanted, SYSTEM, compare=compare).id
    kept = reports.one(report_id, SYSTEM)
    _write(session, output, reports.file(kept.id, ReportFormat(form), SYSTEM))
    session.screen.say(f"report {kept.id}, as of {kept.as_of:%Y-%m-%d %H:%M:%S} UTC, digest {kept.short_digest}")
    return terminal.OK


def _again(session: Session, report_id: str | None) -> int:
    if report_id is None:
        session.screen.say("social-listener: --again needs --as-of ID, the report to compare with")
        return terminal.WRONG_USE
    found = session.service.desk.reports.again(report_id, SYSTEM)
    session.screen.json(
        {
            "report": found.report.id,
            "then": found.report.as_of.isoformat(),
            "now": found.as_of.isoformat(),
            "differences": [{"what": one.what, "then": one.then, "now": one.now} for one in found.differences],
        }
    )
    return terminal.OK


def _period(first: str | None, last: str | None, zone: str, session: Session) -> Period:
    """Return the period that was named; the last seven whole days where nothing was."""
    usual = last_days(7, session.service.clock(), zone)
    begin = date.fromisoformat(first) if first else usual.first
    end = date.fromisoformat(last) if last else usual.last
    if end < begin:
        raise DeskError(f"a report cannot end on {end} when it begins on {begin}: look at --from and --to")
    if begin < _EARLIEST or end > _LATEST:
        raise DeskError(f"a report is of days between {_EARLIEST} and {_LATEST}: look at --from and --to")
    return Period(begin, end, zone)


def _check(session: Session, accounts: list[str], channels: list[str]) -> None:
    """Refuse accounts and channels that are not there: a report of none of them would tell noughts."""
    there, settings = session.service.desk.insights.choices(SYSTEM), session.service.settings
    known = {
        "account": {*there.accounts, *(one.id for one in settings.accounts)},
        "channel": {*there.channels, *TITLES},
    }
    for what, asked in (("account", accounts), ("channel", channels)):
        for one in asked:
            if one not in known[what]:
                raise DeskError(f"there is no {what} {one!r}{nearest(one, sorted(known[what]))}")


def _shape(kept: KeptReport) -> dict[str, object]:
    return {
        "id": kept.id,
        "title": kept.title,
        "as_of": kept.as_of.isoformat(),
        "made_by": kept.made_by,
        "complete_up_to": kept.complete_up_to.isoformat() if kept.complete_up_to else None,
        "digest": kept.digest,
    }


def _write(session: Session, output: str | None, body: bytes) -> None:
    if output is None:
        session.screen.data(body)
        return
    with whole_file(output) as file:
        file.write(body)
    session.screen.say(f"{output} written")
