"""The JSON that commands print. Names here are promised: docs/commands.md lists them, a test holds them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, cast

from social_listener.model import ReplyState

if TYPE_CHECKING:
    from social_listener.desk_types import AccountHealth, HealthView, ReplyLine, StreamHealth
    from social_listener.desk_types.levels import AnswerFigures

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def plain(value: object) -> Json:
    """Return `value` as JSON values: times as ISO 8601 in UTC, spans in seconds, dataclasses as objects."""
    simple = _simple(value)
    if simple is not None or value is None:
        return simple
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(entry) for entry in value]
    return str(value)


def _simple(value: object) -> Json:
    """Return a value without parts as JSON; None when it has parts."""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.total_seconds() if isinstance(value, timedelta) else None


def status(health: HealthView) -> dict[str, Json]:
    """Return what `status --json` prints."""
    return {
        "ok": health.ok,
        "problems": list(health.problems),
        "accounts": [
            _account(account, [stream for stream in health.streams if stream.account_id == account.id])
            for account in health.accounts
        ],
        "outbox": {state.value: health.outbox.get(state, 0) for state in ReplyState},
        "in_doubt": [reply(line) for line in health.in_doubt],
        "gaps": plain(health.gaps),
        "dead_letters": plain(health.dead_letters),
        "jobs": plain(health.jobs),
        "interactions": health.interactions,
        "database_bytes": health.database_bytes,
        "last_backup_at": plain(health.last_backup_at),
        "as_of": plain(health.as_of),
    }


def _account(account: AccountHealth, streams: list[StreamHealth]) -> dict[str, Json]:
    return {
        "id": account.id,
        "channel": account.channel,
        "name": account.name,
        "handle": account.handle,
        "state": account.state,
        "problem": account.problem,
        "checked_at": plain(account.checked_at),
        "not_before": plain(account.not_before),
        "used": account.used,
        "used_at": plain(account.used_at),
        "spent_today": None if account.spent_today is None else round(account.spent_today, 4),
        "daily_budget": account.daily_budget,
        "push": plain(account.push),
        "expires_at": plain(account.expires_at),
        "streams": [_stream(stream) for stream in streams],
    }


def _stream(stream: StreamHealth) -> dict[str, Json]:
    return {
        "id": stream.id,
        "kind": stream.kind,
        "name": stream.name,
        "state": stream.state,
        "interactions": stream.interactions,
        "complete_from": plain(stream.complete_from),
        "complete_up_to": plain(stream.complete_up_to),
        "open_gaps": stream.open_gaps,
        "dead_letters": stream.dead_letters,
        "last_error": stream.last_error,
        "last_error_kind": stream.last_error_kind,
        "errors": stream.errors,
        "last_poll_at": plain(stream.last_poll_at),
        "last_ok_at": plain(stream.last_ok_at),
        "next_due_at": plain(stream.next_due_at),
        "not_before": plain(stream.not_before),
        "walking": stream.walking,
        "worst_lag": plain(stream.worst_lag),
        "active": stream.active,
        "pushed_only": stream.pushed_only,
    }


def reply(line: ReplyLine) -> dict[str, Json]:
    """Return a reply as `reply`, `outbox --json` and `settle` print it."""
    return cast("dict[str, Json]", plain(line))


def answers(day: AnswerFigures) -> dict[str, Json]:
    """Return a line of `levels --json`."""
    return {
        "day": day.day.isoformat(),
        "within": day.within,
        "late": day.late,
        "missing": day.missing,
        "share": None if day.share is None else round(day.share, 4),
    }
