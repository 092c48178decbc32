"""Everything that our components are given, with one hostile text in every place where a text can stand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from making import MARA, NOW, health, item, opened, page, reply, row, rule, stream, view

from social_listener.dashboard import (
    draw_bell,
    draw_bench,
    draw_composer,
    draw_conversation,
    draw_health,
    draw_library,
    draw_macros,
    draw_queue,
    draw_team,
)
from social_listener.dashboard.bench_data import Bench
from social_listener.dashboard.draw_composer import Outcome
from social_listener.dashboard.file_routes import pictures
from social_listener.dashboard.session import Inbox
from social_listener.dashboard.shelf import lay_out
from social_listener.desk_types import (
    AccountHealth,
    DeadLetter,
    Draft,
    GapLine,
    JobLine,
    LinkLine,
    NoteLine,
    PastConversation,
    QueueFilter,
    Version,
)
from social_listener.desk_types.answering import Fits, MacroRun, SavedReply, StepPlan
from social_listener.desk_types.files import FileLine, FilesView
from social_listener.desk_types.organising import Label, UndoOffer
from social_listener.desk_types.team import (
    Kind,
    Notification,
    Notifications,
    Proposal,
    ProposalState,
    Team,
    TeamView,
    Workload,
)
from social_listener.model import Attachment, Factor, ReplyState, SentimentLabel, Status, TextLength

#: names of what is ours alone: what decides how something is drawn, times, and addresses that we made
OURS = frozenset(
    ("at", "colour", "colours", "face", "hex", "icon", "key", "mode", "now", "src", "tone", "type", "until", "verb")
) | {"waiting", "whole"}
COMPOSER = ("session", "drafts", "mention", "finder", "emoji", "insert", "followup", "attach")
_VERBS = ("reply_public", "reply_private", "like", "unlike", "hide", "unhide")
LABEL = Label(id="l", name="label", colour="red", archived=False, version=1)
KINDS = ("photo", "video", "gif", "sticker", "audio", "file", "link", "post", "story", "other")


def poisoned(value: Any, text: str, name: str = "") -> Any:
    """Return a component's data with `text` in place of every other text."""
    if isinstance(value, dict):
        return {key: poisoned(inner, text, key) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [poisoned(inner, text, name) for inner in value]
    return text if isinstance(value, str) and name not in OURS else value


def components() -> dict[str, tuple[tuple[str, ...], Any]]:
    """Return for every component its script's parts, and data in which everything that there can be is there."""
    whole, menu = _whole(), ("x:1", (rule("like"), rule("hide")))
    rows = page(*(row(number, reasons=("a", "b")) for number in range(2)), total=9)
    drafts = {mode: Draft(text="a", nonce=mode) for mode in draw_composer.MODES}
    lengths = {mode: TextLength(used=1, limit=280) for mode in ("public", "private")}
    more: dict[str, Any] = {"colleagues": ("Kim",), "pictures": _pictures()}
    outcome = Outcome(nonce="n", at="1", mode="public", refused="no", conflict=True)
    queue = draw_queue.queue(
        lay_out(rows, 50),
        rows,
        QueueFilter(search="words"),
        chosen="x:c1",
        staff="Sam",
        several_channels=True,
        health=draw_queue.health_line(_health()),
        now=NOW,
    )
    return {
        "queue": (("marked", "selection"), {**queue, "problem": "p"}),
        "headline": (("presence", "pictures"), draw_conversation.headline(whole, "Sam", NOW)),
        "thread": (
            ("pictures",),
            draw_conversation.thread(whole, NOW, menu, "problem"),
        ),
        "composer": (COMPOSER, draw_composer.composer(whole, drafts, lengths, "Sam", outcome, **more)),
        "library": ((), _library()),
        "context": (("pictures",), draw_conversation.context(whole, NOW)),
        "views": ((), draw_queue.views(rows, QueueFilter(), (), {})),
        "health": ((), {**draw_health.health(_health(), {"fernhill": "name"}), "problem": "p"}),
        "bell": ((), draw_bell.bell(_notices(), NOW)),
        "team": ((), draw_team.board(_team(), "Sam")),
        "signed_in": (("session",), {"name": "Sam", "role": "role", "staff": True, "demo": True}),
        "macros": (("finder",), draw_macros.macros(whole, "Sam", _run())),
        "bench": (
            ("selection", "picker", "organise"),
            draw_bench.bench(
                Inbox(wanted=QueueFilter(), opened=opened(whole), bench=Bench(labels=(LABEL,), offer=_offer())),
                staff=("Kim", "Sam"),
                me="Sam",
                snoozes=("For 1 hour",),
                time=NOW,
            ),
        ),
    }


def _pictures() -> dict[str, Any]:
    view = FilesView(
        files=(FileLine(id="f", alt="alt", bytes=1, private=False),), most=4, most_alt=1000, because="because"
    )
    return {mode: pictures(view, "Sam", "x:c1", mode) for mode in ("public", "private")}


def _notices() -> Notifications:
    lines = tuple(
        Notification(
            id=kind.value,
            kind=kind,
            conversation_id="x:c1",
            account_id="fernhill",
            by="Kim",
            about="n",
            created_at=NOW,
            read_at=None,
            contact="contact",
            excerpt="excerpt",
        )
        for kind in Kind
    )
    return Notifications(lines=lines, unread=len(lines))


def _team() -> TeamView:
    person = Workload(
        staff="Kim",
        capacity=5,
        own_capacity=None,
        load=2,
        away_from=None,
        away_until=None,
        away=False,
        at_work=True,
        teams=("one", "two"),
        version=1,
    )
    team = Team(id="t", name="team", members=("Kim", "Sam"), version=1, waiting=2)
    return TeamView(people=(person,), teams=(team,), rules=("rule",), problems=("problem",), may_change=True, as_of=NOW)


def _run() -> MacroRun:
    steps = tuple(StepPlan(kind="note", words="words", text="text", problem=one) for one in (None, "problem"))
    return MacroRun(id="m", name="macro", conversation_id="x:c1", steps=steps)


def _offer() -> UndoOffer:
    return UndoOffer(id="u", words="Resolved", about="customer", done_at=NOW, expires_at=NOW + timedelta(days=1))


def _proposal() -> Proposal:
    return Proposal(
        id="p",
        conversation_id="x:c1",
        account_id="fernhill",
        item_id="x:1",
        private=False,
        text="text",
        author="Kim",
        state=ProposalState.REFUSED,
        created_at=NOW,
        until=NOW,
        decided_by="Sam",
        decided_at=NOW,
        reason="reason",
        reply_id=None,
        version=1,
    )


def _library() -> Any:
    saved = SavedReply(
        id="s", owner="Sam", name="name", text="text", language="de", channels=("x",), fits=Fits.PRIVATE,
        folder="folder", tags=("tag",), version=1, archived_at=None, updated_by="Sam", updated_at=NOW,
    )  # fmt: skip
    return {**draw_library.saved_replies([saved], {"s": 2}, None), "problem": None}


def _whole() -> Any:
    attachments = tuple(Attachment(kind=kind, url="https://a", alt="alt") for kind in KINDS)
    factors = (Factor(name="f", points=9, words=("w", "v"), because="because"),)
    first = item(
        1,
        attachments=attachments,
        url="https://a",
        versions=(Version(text="old", seen_at=NOW),),
        liked_by_us=True,
        hidden=True,
        sentiment_label=SentimentLabel.NEGATIVE,
        sentiment_reason="why",
        language="de",
        factors=factors,
    )
    states = (ReplyState.QUEUED, ReplyState.IN_DOUBT, ReplyState.REJECTED, ReplyState.EXPIRED)
    base = view(first, item(2, outbound=True, url="https://a"), item(3, deleted_at=NOW))
    assert base.contact
    contact = base.contact.contact.__class__(
        id=MARA.id, channel="x", handle="h", name="n", description="d", location="l", url="https://a", verified=True
    )
    past = PastConversation(conversation_id="x:c2", private=True, status=Status.OPEN, last_at=NOW, excerpt="excerpt")
    card = base.contact.__class__(
        contact=contact,
        first_seen_at=NOW - timedelta(days=30),
        inbound=2,
        outbound=1,
        in_7_days=1,
        unanswered=1,
        sentiment={SentimentLabel.NEGATIVE: 2},
        history=(past,),
    )
    links = tuple(
        LinkLine(conversation_id="x:c9", private=one, item_id="x:1", made_at=NOW, excerpt="e", known=True)
        for one in (True, False)
    )
    changes: dict[str, Any] = {
        "assignee": "Kim",
        "context": (item(0),),
        "notes": (NoteLine(id="n", staff="Kim", text="note", created_at=NOW),),
        "replies": tuple(reply(state, id=state.value, reason="reason", url="https://a") for state in states),
        "links": links,
        "labels": (LABEL,),
        "proposals": (_proposal(),),
        "factors": factors,
        "others_in_thread": 3,
        "elsewhere": True,
        "contact": card,
        "allowed": tuple(rule(verb, ok=verb != "hide") for verb in _VERBS),
    }
    return view(*base.items, **changes)


def _health() -> Any:
    letter = DeadLetter(
        id="d", stream_id="s", native_id="1", reason="reason", first_seen_at=NOW, seen=2, excerpt="excerpt"
    )
    gap = GapLine(id="g", stream_id="s", since=NOW, until=NOW, reason="reason", found_at=NOW)
    account = AccountHealth(
        id="a", channel="x", name="name", handle="h", state="unauthorized", problem="problem", checked_at=NOW
    )
    job = JobLine(
        job="poll",
        trigger="every",
        last_started_at=NOW,
        last_ended_at=NOW,
        outcome="failed",
        detail="detail",
        failures_24h=1,
        missed_24h=0,
        next_run_at=NOW,
    )
    doubt = reply(ReplyState.IN_DOUBT, reason="reason", url="https://a")
    return health(
        ok=False,
        problems=("one", "two"),
        accounts=(account,),
        streams=(stream(state="failing", last_error="error", last_error_kind="Kind", errors=2),),
        gaps=(gap,),
        dead_letters=(letter,),
        in_doubt=(doubt,),
        failed_replies=(reply(ReplyState.REJECTED, reason="reason"),),
        jobs=(job,),
    )
