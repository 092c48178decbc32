"""Commands that look: status, outbox and levels."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from social_listener import terminal
from social_listener.cli import shapes
from social_listener.cli.session import Session, with_service
from social_listener.rights import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from social_listener.desk_types import AccountHealth, HealthView


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
@with_service(online=False)
def status(session: Session, *, as_json: bool) -> int:
    """Tell whether anything is missed: accounts, streams, gaps, dead letters, the outbox, jobs."""
    health = session.service.desk.health()
    if as_json:
        session.screen.json(shapes.status(health))
    else:
        for line in _words(health):
            session.screen.say(line)
    return terminal.OK


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list on standard output.")
@click.option("--all", "settled", is_flag=True, help="Also those that were sent, refused, taken back or expired.")
@with_service(online=False)
def outbox(session: Session, *, as_json: bool, settled: bool) -> int:
    """List the replies that are not settled yet."""
    lines = session.service.desk.outbox(include_settled=settled)
    if as_json:
        session.screen.json([shapes.reply(line) for line in lines])
        return terminal.OK
    if not lines:
        session.screen.say("no reply is on its way" if not settled else "there are no replies")
    for line in lines:
        kind = "private" if line.private else "public"
        session.screen.say(
            f"{line.id}  {line.state:<9} {kind:<8} to {line.item_id} by {line.author}: {_short(line.text)}"
        )
        if line.reason:
            session.screen.say(f"    {line.reason}")
    return terminal.OK


@click.command()
@click.option("--days", type=click.IntRange(1, 366), default=7, show_default=True, help="So many days, today the last.")
@click.option("--zone", default="UTC", show_default=True, help="The time zone whose days are meant.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list on standard output.")
@with_service(online=False)
def levels(session: Session, *, days: int, zone: str, as_json: bool) -> int:
    """Tell how many first answers of each day were in time, late, or are missing."""
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        session.screen.say(f"--zone: there is no time zone {zone!r}; names look like Europe/Berlin")
        return terminal.WRONG_USE
    until = session.service.clock().astimezone(place).date()
    figures = session.service.desk.levels.answered(until - timedelta(days=days - 1), until, SYSTEM, zone)
    if as_json:
        session.screen.json([shapes.answers(one) for one in figures])
        return terminal.OK
    rows = [
        (
            str(one.day),
            str(one.within),
            str(one.late),
            str(one.missing),
            "" if one.share is None else f"{one.share:.0%}",
        )
        for one in figures
    ]
    for line in table(("day", "in time", "late", "missing", "share in time"), rows):
        session.screen.say(line)
    return terminal.OK


def _words(health: HealthView) -> Iterator[str]:
    """Yield what `status` says to people."""
    yield "All is well." if health.ok else "Needs attention:"
    yield from (f"  - {problem}" for problem in health.problems)
    for account in health.accounts:
        yield ""
        owner = f" (@{account.handle})" if account.handle else ""
        yield f"{account.id}  {account.channel}  {account.name}{owner}: {account.problem or account.state}"
        yield from (f"  {line}" for line in around(account))
        rows = [
            (
                stream.name,
                f"{stream.state}, by webhook only" if stream.pushed_only else stream.state,
                str(stream.interactions),
                "no list tells" if stream.pushed_only else _moment(stream.complete_up_to),
                str(stream.open_gaps),
                str(stream.dead_letters),
                stream.last_error or "",
            )
            for stream in health.streams
            if stream.account_id == account.id
        ]
        yield from table(("stream", "state", "items", "complete up to", "gaps", "dead", "last error"), rows)
    yield ""
    counted = ", ".join(f"{count} {state.value.replace('_', ' ')}" for state, count in health.outbox.items() if count)
    yield f"outbox: {counted or 'empty'}"
    yield f"stored: {health.interactions} interactions, {health.database_bytes / 1e6:.1f} MB"
    yield f"last backup: {_moment(health.last_backup_at)}"


def around(account: AccountHealth) -> Iterator[str]:
    """Yield what is told of an account's allowance, money and webhook."""
    if account.used is not None:
        yield f"allowance: {account.used:.0f} % used"
    if account.spent_today is not None:
        limit = f" of ${account.daily_budget:,.2f}" if account.daily_budget is not None else ""
        yield f"spent today: ${account.spent_today:,.2f}{limit}"
    push = account.push
    if push is not None and (push.expected or push.handshake_at is not None or push.last_at is not None):
        asked = f"asked for at {_moment(push.handshake_at)}" if push.handshake_at else "never asked for"
        yield (f"webhook: {asked}, last delivery {_moment(push.last_at)}, {push.waiting} waiting, {push.failed} failed")


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Yield the lines of a table for people."""
    widths = [max(len(cell) for cell in column) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _moment(moment: datetime | None) -> str:
    return "never" if moment is None else moment.strftime("%Y-%m-%d %H:%M:%S UTC")


def _short(text: str) -> str:
    line = " ".join(text.split()) or "a picture"
    return line if len(line) <= 60 else f"{line[:59]}…"
