"""Moments as they are typed: a day, or a day and a time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable


def moment(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """Return a moment in ISO 8601 with its zone; without one it is UTC, and a day is its beginning."""
    if value is None:
        return None
    try:
        told = datetime.fromisoformat(value)
        if told.tzinfo:
            told.astimezone(UTC)  # of the first and the last day of the calendar not every moment is one of UTC
    except (ValueError, OverflowError):
        raise click.BadParameter(
            f"{value!r} is no moment; write a day, 2026-05-01, or a time, 2026-05-01T08:00+02:00"
        ) from None
    return (told if told.tzinfo else told.replace(tzinfo=UTC)).isoformat()


def parsed(value: str | None) -> datetime | None:
    """Return what `moment` gave, in UTC."""
    return datetime.fromisoformat(value).astimezone(UTC) if value else None


def option(name: str, help_: str) -> Callable[[click.decorators.FC], click.decorators.FC]:
    """Return an option that takes a moment."""
    return click.option(name, callback=moment, default=None, metavar="MOMENT", help=help_)
