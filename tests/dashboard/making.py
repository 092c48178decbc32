"""Desk types for the tests of the pure parts, with everything filled in that a test does not care about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from social_listener.desk_types import (
    ContactCard,
    ConversationView,
    HealthView,
    QueuePage,
    QueueRow,
    ReplyLine,
    StreamHealth,
    ThreadItem,
    View,
)
from social_listener.desk_types.levels import DueLine
from social_listener.desk_types.opened import Opened
from social_listener.desk_types.team import Around
from social_listener.levels import Due
from social_listener.model import (
    Allowed,
    Contact,
    Interaction,
    Kind,
    ReplyState,
    SentimentLabel,
    Status,
)

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
MARA = Contact(id="x:7", channel="x", handle="mara", name="Mara Lindt", followers=1200)
BRAND = Contact(id="x:1", channel="x", handle="fernhill", name="Fernhill")


def due(**changes: Any) -> DueLine:
    """Return that an answer to what was sent half an hour ago is due in half an hour."""
    base = DueLine(
        what=Due.ANSWER,
        at=NOW + timedelta(minutes=30),
        since=NOW - timedelta(minutes=30),
        seen_at=NOW - timedelta(minutes=30),
        target=timedelta(hours=1),
    )
    return replace(base, **changes)


def row(number: int, **changes: Any) -> QueueRow:
    """Return a conversation in the queue."""
    base = QueueRow(
        conversation_id=f"x:c{number}",
        channel="x",
        account_id="fernhill",
        stream_id="fernhill/mentions",
        kind=Kind.MENTION,
        private=False,
        status=Status.OPEN,
        assignee=None,
        snoozed_until=None,
        item_id=f"x:{number}",
        priority=50,
        reasons=("asks for a refund",),
        waiting_since=NOW - timedelta(minutes=30),
        due=due(),
        sentiment=SentimentLabel.NEUTRAL,
        language="en",
        name="Mara Lindt",
        handle="mara",
        excerpt="Where is my order?",
        last_at=NOW - timedelta(minutes=30),
        unanswered=1,
        pending=None,
    )
    return replace(base, **changes)


def page(*rows: QueueRow, total: int | None = None) -> QueuePage:
    """Return a stretch of the queue."""
    return QueuePage(
        rows=rows, total=len(rows) if total is None else total, counts=dict.fromkeys(View, len(rows)), as_of=NOW
    )


def item(number: int, text: str = "Where is my order?", *, outbound: bool = False, **changes: Any) -> ThreadItem:
    """Return something Mara said, or we did, `number` minutes into the hour before NOW."""
    private = changes.pop("private", False)
    said = Interaction(
        id=f"x:{number}",
        channel="x",
        account_id="fernhill",
        conversation_id="x:c1",
        thread_id="x:t1",
        author_id="x:1" if outbound else "x:7",
        kind=Kind.MESSAGE if private else Kind.MENTION,
        private=private,
        outbound=outbound,
        text=text,
        sent_at=NOW - timedelta(minutes=60 - number),
        version_id=str(number),
        **{key: changes.pop(key) for key in ("hidden", "attachments", "url") if key in changes},
    )
    base = ThreadItem(
        item=said,
        author=BRAND if outbound else MARA,
        first_seen_at=said.sent_at,
        deleted_at=None,
        answered_at=None,
        liked_by_us=False,
        versions=(),
        sentiment=None,
        sentiment_label=None,
        sentiment_reason="",
        language=None,
        priority=None,
        factors=(),
    )
    return replace(base, **changes)


def reply(state: ReplyState = ReplyState.QUEUED, **changes: Any) -> ReplyLine:
    """Return a reply of Sam's."""
    base = ReplyLine(
        id="r1",
        conversation_id="x:c1",
        item_id="x:1",
        account_id="fernhill",
        private=False,
        text="We are on it.",
        author="Sam",
        state=state,
        created_at=NOW,
        not_before=NOW + timedelta(seconds=10),
        deadline=NOW + timedelta(minutes=30),
        attempts=0,
        platform_id=None,
        url=None,
        reason=None,
        reconcile_at=None,
        settled_by=None,
    )
    return replace(base, **changes)


def rule(verb: str, *, ok: bool = True, because: str = "they wrote to us", **changes: Any) -> Allowed:
    """Return what may be done, or may not."""
    return Allowed(verb=verb, ok=ok, because=because, **changes)


def view(*items: ThreadItem, private: bool = False, **changes: Any) -> ConversationView:
    """Return a conversation with Mara."""
    items = items or (item(1, private=private),)
    base = ConversationView(
        conversation_id="x:c1",
        channel="x",
        account_id="fernhill",
        account_name="@fernhill",
        thread_id="x:t1",
        private=private,
        status=Status.OPEN,
        snoozed_until=None,
        assignee=None,
        version=3,
        waiting_since=NOW - timedelta(minutes=59),
        due=due(),
        context=(),
        items=items,
        notes=(),
        replies=(),
        focus_id=items[0].item.id,
        allowed=(rule("reply_private"),) if private else (rule("reply_public"), rule("reply_private", ok=False)),
        contact=ContactCard(
            contact=MARA,
            first_seen_at=NOW - timedelta(days=30),
            inbound=2,
            outbound=1,
            in_7_days=1,
            unanswered=1,
            sentiment={},
            history=(),
        ),
        priority=50,
        factors=(),
        others_in_thread=0,
    )
    return replace(base, **changes)


def stream(**changes: Any) -> StreamHealth:
    """Return a stream that is well."""
    base = StreamHealth(
        id="fernhill/mentions",
        account_id="fernhill",
        kind="mentions",
        name="mentions",
        interactions=10,
        complete_from=NOW - timedelta(days=1),
        complete_up_to=NOW - timedelta(seconds=40),
        walking=False,
        next_due_at=NOW + timedelta(seconds=20),
        not_before=None,
        last_poll_at=NOW,
        last_ok_at=NOW,
        errors=0,
        last_error=None,
        last_error_kind=None,
        open_gaps=0,
        dead_letters=0,
        worst_lag=timedelta(0),
        overlap=timedelta(minutes=30),
        state="ok",
        active=True,
    )
    return replace(base, **changes)


def health(**changes: Any) -> HealthView:
    """Return the health of a service without anything in it."""
    base = HealthView(
        ok=True,
        problems=(),
        accounts=(),
        streams=(),
        gaps=(),
        dead_letters=(),
        outbox={},
        in_doubt=(),
        failed_replies=(),
        jobs=(),
        interactions=0,
        database_bytes=0,
        last_backup_at=None,
        as_of=NOW,
    )
    return replace(base, **changes)


def opened(view: ConversationView) -> Opened:
    """Return a conversation as a page holds it, with nothing typed."""
    return Opened(view=view, around=Around(), typing={}, read_at=0, commits=0)
