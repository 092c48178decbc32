"""The health page as it is drawn: one sentence, the figures, and a section for everything that can go wrong. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, cast
from urllib.parse import urlencode

from social_listener import vault_ends
from social_listener.dashboard import words
from social_listener.model import ReplyState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from social_listener.dashboard.component import Json
    from social_listener.desk_types import (
        AccountHealth,
        DeadLetter,
        GapLine,
        HealthView,
        JobLine,
        PushHealth,
        ReplyLine,
        StreamHealth,
    )
    from social_listener.desk_types.levels import EscalationLine

_ACCOUNT_STATES: Mapping[str, tuple[str, str]] = {
    "ok": ("Connected", "green"),
    "unauthorized": ("Refused", "red"),
    "out_of_credit": ("Out of credit", "red"),
    "out_of_budget": ("Budget spent", "amber"),
    "unreachable": ("Not reachable", "amber"),
    "unknown": ("Not checked yet", ""),
}

_STREAM_STATES: Mapping[str, tuple[str, str]] = {
    "ok": ("Complete", "green"),
    "late": ("Late", "amber"),
    "failing": ("Failing", "red"),
    "waiting": ("Asked to wait", "amber"),
    "never": ("First reading", ""),
}

#: escalations that are shown before somebody asks for all: a bad day must not push the rest off the screen
_FEW = 8

_JOB_OUTCOMES: Mapping[str, tuple[str, str]] = {
    "ok": ("Went well", "green"),
    "failed": ("Failed", "red"),
    "missed": ("Missed", "amber"),
    "overrun": ("Took too long", "amber"),
    "cut_off": ("Cut off", "amber"),
}


def health(view: HealthView, names: Mapping[str, str]) -> Json:
    """Return the whole page; `names` are our accounts' names by id."""
    sections = [
        _in_doubt(view, names),
        _failed(view, names),
        _streams(view, names),
        _gaps(view, names),
        _dead_letters(view, names),
        _accounts(view),
        _escalations(view, names),
        _jobs(view),
    ]
    return {
        "banner": banner(view),
        "figures": _figures(view),
        "sections": [section for section in sections if section],
    }


def for_reader(board: Json, *, settles: bool, operates: bool) -> Json:
    """Return the page as somebody sees it: what they may not decide on or put away is told, without its buttons."""

    def cell(one: Json) -> Json:
        return one if operates else {key: value for key, value in one.items() if key != "buttons"}

    def section(one: Json) -> Json:
        shown = {key: value for key, value in one.items() if operates or key != "tool"}
        if "cards" in one:
            shown["cards"] = [{**card, "decide": card["decide"] and settles} for card in _parts(one, "cards")]
        if "rows" in one:
            shown["rows"] = [{**row, "cells": list(map(cell, _parts(row, "cells")))} for row in _parts(one, "rows")]
        return shown

    return {**board, "sections": [section(one) for one in _parts(board, "sections")]}


def _parts(whole: Json, name: str) -> list[Json]:
    return cast("list[Json]", whole[name])


def banner(view: HealthView) -> Json:
    """Return the sentence at the top: all is well, or what is wrong, the worst first."""
    if view.problems:
        sentence = view.problems[0]
    elif not view.ok:
        sentence = "Something is wrong; the sections below tell what."
    else:
        sentence = "All is well: everything is read, and no reply needs a decision."
    if view.ok and view.breached:
        late = f"{words.count(view.breached, 'promised time')} {'is' if view.breached == 1 else 'are'} breached"
        sentence = f"Everything is read and no reply needs a decision, but {late}."
    lead = "Looked at every few seconds."
    if len(view.problems) > 1:
        lead = f"{words.count(len(view.problems), 'problem')}, the worst first."
    return {"ok": view.ok, "sentence": sentence, "problems": list(view.problems), "lead": lead}


def _search(view: HealthView) -> list[Json]:
    """Return how far the search index is built, while it is."""
    if view.search_percent is None:
        return []
    return [_figure("search", f"{view.search_percent} %", "of the search index built", "amber")]


def _figures(view: HealthView) -> list[Json]:
    on_the_way = view.outbox.get(ReplyState.QUEUED, 0) + view.outbox.get(ReplyState.SENDING, 0)
    doubt = view.outbox.get(ReplyState.IN_DOUBT, 0)
    backup = f"{words.lasting(view.as_of - view.last_backup_at)} ago" if view.last_backup_at else "none yet"
    return [
        _figure("breached", str(view.breached), "promised times breached", "red" if view.breached else ""),
        _figure("interactions", f"{view.interactions:,}", "interactions stored"),
        _figure("size", _bytes(view.database_bytes), "database"),
        *_search(view),
        _figure("backup", backup, "last backup"),
        _figure("way", str(on_the_way), "replies on their way"),
        _figure("doubt", str(doubt), "replies in doubt", "amber" if doubt else ""),
        _figure(
            "failed", str(len(view.failed_replies)), "replies not sent, 7 days", "red" if view.failed_replies else ""
        ),
    ]


def _figure(key: str, value: str, name: str, tone: str = "") -> Json:
    return {"key": key, "value": value, "name": name, "tone": tone}


def _bytes(size: int) -> str:
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} B"


# -- replies -----------------------------------------------------------------------------------------------------------


def _in_doubt(view: HealthView, names: Mapping[str, str]) -> Json | None:
    if not view.in_doubt:
        return None
    return {
        "key": "in-doubt",
        "title": "Replies in doubt",
        "lead": "The platform did not say whether these were posted. Nothing is sent again by itself: "
        "look on the platform, then decide.",
        "cards": [reply_card(reply, names, view.as_of) for reply in view.in_doubt],
    }


def _failed(view: HealthView, names: Mapping[str, str]) -> Json | None:
    if not view.failed_replies:
        return None
    return {
        "key": "failed",
        "title": "Replies that did not go out",
        "lead": "Of the last 7 days. Their texts are back in the composers of those who wrote them.",
        "cards": [reply_card(reply, names, view.as_of) for reply in view.failed_replies],
    }


def reply_card(reply: ReplyLine, names: Mapping[str, str], now: datetime) -> Json:
    """Return one reply with what is known of it, and the decision when one is needed."""
    doubt = reply.state is ReplyState.IN_DOUBT
    reason = words.sentence(reply.reason or "")
    if doubt and reply.reconcile_at is not None:
        wait = words.lasting(reply.reconcile_at - now)
        reason = f"{reason} It is being looked for; the next look is in {wait}.".strip()
    links = [
        {"label": "Open the conversation", "url": f"/?{urlencode({'c': reply.conversation_id})}", "same": True},
        *([{"label": "Look on the platform ↗", "url": reply.url, "same": False}] if reply.url else []),
    ]
    return {
        "key": reply.id,
        "intent": reply.id,
        "tone": "doubt" if doubt else "failed",
        "title": ("Private reply" if reply.private else "Public reply")
        + ("" if doubt else f": {words.REPLY_STATES[reply.state].lower()}"),
        "private": reply.private,
        "who": f"by {reply.author}, from {names.get(reply.account_id, reply.account_id)}",
        "at": words.iso(reply.created_at),
        "text": reply.text or words.WORDLESS,
        "reason": reason,
        "links": links,
        "decide": reply.asks_for_a_person,
    }


def _escalations(view: HealthView, names: Mapping[str, str]) -> Json | None:
    if not view.escalations:
        return None
    newest = sorted(view.escalations, key=lambda line: (line.told_at, line.due_at), reverse=True)
    return {
        "key": "escalations",
        "title": "Escalations",
        "lead": "Who was told, in the last 24 hours, that a promised time ends soon or has passed.",
        "columns": ["What", "Account", "Due", "Told", "When", ""],
        "rows": [_escalation(line, names) for line in newest],
        "few": _FEW,
        "none": "",
    }


def _escalation(line: EscalationLine, names: Mapping[str, str]) -> Json:
    late = line.step == "late"
    return {
        "key": f"{line.conversation_id} {line.what} {line.due_at} {line.step}",
        "cells": [
            {
                "text": f"{line.what.capitalize()} {'breached' if late else 'due soon'}",
                "tone": "red" if late else "amber",
            },
            {"text": names.get(line.account_id, line.account_id)},
            {"at": words.iso(line.due_at)},
            {"text": ", ".join(line.told) or "nobody"},
            {"at": words.iso(line.told_at)},
            {"link": {"label": "Open", "url": f"/?{urlencode({'c': line.conversation_id})}"}},
        ],
    }


# -- reading -----------------------------------------------------------------------------------------------------------


def _streams(view: HealthView, names: Mapping[str, str]) -> Json:
    return {
        "key": "streams",
        "title": "Streams",
        "lead": "What is polled, and up to when everything is here.",
        "columns": ["Stream", "State", "Complete up to", "Stored", "Next poll", "Gaps", "Unread items"],
        "rows": [_stream(stream, names, view.as_of) for stream in view.streams],
        "none": "No streams are set up: add some to an account in the settings.",
    }


def _stream(stream: StreamHealth, names: Mapping[str, str], now: datetime) -> Json:
    label, tone = _STREAM_STATES.get(stream.state, (stream.state, ""))
    if not stream.active:
        label, tone = "Not polled any more", ""
    error = f"{stream.last_error} ({words.count(stream.errors, 'time')} in a row)" if stream.last_error else ""
    state: Json = {"text": label, "tone": tone, "small": error, "bad": True}
    if stream.pushed_only and not error:
        state |= {"small": "by webhook only", "bad": False}
        if stream.active and stream.state == "ok":  # nothing tells whether it is complete
            state |= {"text": "Listening", "tone": ""}
    end: Json = {"text": "no list tells" if stream.pushed_only else "no complete reading yet"}
    if stream.complete_up_to is not None:
        end = {"at": words.iso(stream.complete_up_to)}
        if stream.complete_from is not None:
            end["small"] = f"from {stream.complete_from:%Y-%m-%d %H:%M} UTC"
    if stream.walking:
        end["small"] = "reading on"
    return {
        "key": stream.id,
        "cells": [
            {"text": names.get(stream.account_id, stream.account_id), "small": _stream_name(stream)},
            state,
            end,
            {"text": f"{stream.interactions:,}", "number": True},
            {"text": _next(stream, now)},
            {"text": str(stream.open_gaps), "number": True},
            {"text": str(stream.dead_letters), "number": True},
        ],
    }


def _stream_name(stream: StreamHealth) -> str:
    return stream.name if stream.name == stream.kind else f"{stream.name} ({stream.kind})"


def _next(stream: StreamHealth, now: datetime) -> str:
    if not stream.active:
        return "–"
    due = max(stream.next_due_at, stream.not_before) if stream.not_before else stream.next_due_at
    if due - now < timedelta(seconds=1):
        return "now"
    wait = f"in {words.lasting(due - now)}"
    return f"{wait}, as it has to wait" if stream.not_before and stream.not_before >= due else wait


def _stream_cell(stream_id: str, view: HealthView, names: Mapping[str, str], small: str = "") -> Json:
    """Return a stream named as in the table of streams; by its id alone when it is in no table any more."""
    stream = next((one for one in view.streams if one.id == stream_id), None)
    if stream is None:
        return {"text": stream_id, "small": small}
    parts = (_stream_name(stream), small)
    return {"text": names.get(stream.account_id, stream.account_id), "small": ", ".join(part for part in parts if part)}


def _gaps(view: HealthView, names: Mapping[str, str]) -> Json | None:
    if not view.gaps:
        return None
    return {
        "key": "gaps",
        "title": "Gaps",
        "lead": "Spans that a platform can no longer give us. Acknowledge what you have taken note of.",
        "columns": ["Stream", "From", "To", "Why", ""],
        "rows": [_gap(gap, _stream_cell(gap.stream_id, view, names)) for gap in view.gaps],
        "none": "",
    }


def _gap(gap: GapLine, stream: Json) -> Json:
    return {
        "key": gap.id,
        "cells": [
            stream,
            {"at": words.iso(gap.since)},
            {"at": words.iso(gap.until)},
            {"text": gap.reason},
            {"buttons": [{"name": "gap", "id": gap.id, "label": "Acknowledge"}]},
        ],
    }


def _dead_letters(view: HealthView, names: Mapping[str, str]) -> Json | None:
    if not view.dead_letters:
        return None
    return {
        "key": "dead-letters",
        "title": "Items that could not be read",
        "lead": "Kept as they came. After an update they can be read again; what is of no use can be dismissed.",
        "columns": ["Stream", "Why", "First seen", "Seen", ""],
        "rows": [_dead_letter(letter, view, names) for letter in view.dead_letters],
        "none": "",
        "tool": {"name": "replay", "label": "Read all of them again"},
    }


def _dead_letter(letter: DeadLetter, view: HealthView, names: Mapping[str, str]) -> Json:
    known = f"id {letter.native_id}" if letter.native_id else "no id"
    return {
        "key": letter.id,
        "cells": [
            _stream_cell(letter.stream_id, view, names, known),
            {"text": letter.reason, "raw": letter.excerpt},
            {"at": words.iso(letter.first_seen_at)},
            {"text": words.count(letter.seen, "time"), "number": True},
            {"buttons": [{"name": "dismiss", "id": letter.id, "label": "Dismiss", "ask": "It goes for good."}]},
        ],
    }


# -- accounts and jobs -------------------------------------------------------------------------------------------------


def _accounts(view: HealthView) -> Json:
    return {
        "key": "accounts",
        "title": "Accounts",
        "lead": "Our own accounts, and whether the platforms let us in.",
        "columns": ["Account", "Channel", "State", "Webhook", "Allowance used", "Spent today", "Last checked"],
        "rows": [_account(account, view.as_of) for account in view.accounts],
        "none": "No accounts are set up: add one to the settings.",
    }


def _account(account: AccountHealth, now: datetime) -> Json:
    label, tone = _ACCOUNT_STATES.get(account.state, (account.state, ""))
    handle = f"@{account.handle}" if account.handle else ""
    return {
        "key": account.id,
        "cells": [
            {"text": account.name, "small": "" if handle == account.name else handle},
            {"text": words.channel(account.channel)},
            {"text": label, "tone": tone, **_why(account, now)},
            _webhook(account.push, now),
            {"text": f"{account.used:.0f} %" if account.used is not None else "–", "number": True},
            _money(account),
            {"at": words.iso(account.checked_at)} if account.checked_at else {"text": "–"},
        ],
    }


def _why(account: AccountHealth, now: datetime) -> Json:
    """Return what there is to say of an account's state: what is wrong, or until when its access lasts."""
    if account.problem or account.expires_at is None:
        return {"small": account.problem or "", "bad": True}
    verb = "ended" if account.expires_at <= now else "ends"
    near = vault_ends.step(account.expires_at, now) is not None
    return {"small": f"access {verb} {account.expires_at:%d %b %Y %H:%M} UTC", "bad": near}


def _webhook(push: PushHealth | None, now: datetime) -> Json:
    """Return how an account's webhook stands."""
    if push is None or not (push.expected or push.handshake_at or push.last_at):
        return {"text": "–"}
    parts = [f"{push.waiting} waiting" if push.waiting else "", f"{push.failed} not readable" if push.failed else ""]
    if push.handshake_at is None:
        parts.append("the platform never asked for it")
    small = ", ".join(part for part in parts if part)
    text = f"{words.lasting(now - push.last_at)} ago" if push.last_at else "nothing yet"
    return {"text": text, "small": small, "bad": bool(push.failed)}


def _money(account: AccountHealth) -> Json:
    """Return what an account cost today, and what it may cost."""
    if account.spent_today is None:
        return {"text": "–", "number": True}
    limit = f"of ${account.daily_budget:,.2f}" if account.daily_budget is not None else ""
    return {"text": f"${account.spent_today:,.2f}", "small": limit, "number": True}


def _jobs(view: HealthView) -> Json:
    return {
        "key": "jobs",
        "title": "Jobs",
        "lead": "What runs unattended.",
        "columns": ["Job", "When", "Last run", "How it went", "Failed, 24 h", "Missed, 24 h", "Next run"],
        "rows": [_job(job) for job in view.jobs],
        "none": "No job has run yet.",
    }


def _job(job: JobLine) -> Json:
    label, tone = _JOB_OUTCOMES.get(job.outcome or "", (job.outcome or "Not yet", ""))
    if job.outcome is None and job.last_started_at is not None:
        label, tone = "Running", "accent"
    return {
        "key": job.job,
        "cells": [
            {"text": job.job.capitalize()},
            {"text": job.trigger},
            {"at": words.iso(job.last_started_at)} if job.last_started_at else {"text": "–"},
            {"text": label, "tone": tone, "small": job.detail or "", "bad": job.outcome == "failed"},
            {"text": str(job.failures_24h), "number": True},
            {"text": str(job.missed_24h), "number": True},
            {"at": words.iso(job.next_run_at)} if job.next_run_at else {"text": "–"},
        ],
    }
