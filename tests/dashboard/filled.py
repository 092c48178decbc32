"""Desk types in which everything that there can be is there: components are fed what is drawn from them, poisoned."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

from making import BRAND, MARA, NOW, due, health, item, page, reply, row, rule, stream, view

from social_listener.dashboard.bench_data import Bench
from social_listener.dashboard.file_routes import pictures
from social_listener.dashboard.frames import Frames
from social_listener.desk.bulk import Change, Deed, Prepared
from social_listener.desk_types import (
    AccountHealth,
    ConversationView,
    DeadLetter,
    FoundLine,
    GapLine,
    HealthView,
    JobLine,
    LinkLine,
    NoteLine,
    PastConversation,
    PushHealth,
    QueueFilter,
    QueuePage,
    SearchNote,
    ThreadItem,
    Version,
    View,
)
from social_listener.desk_types.answering import (
    Fits,
    Macro,
    MacroPlan,
    MacroRun,
    MacroStep,
    Offer,
    Rendered,
    SavedReply,
    StepPlan,
)
from social_listener.desk_types.contacts import Likeness, Silence, Silencing
from social_listener.desk_types.files import FileLine, FilesView
from social_listener.desk_types.levels import EscalationLine
from social_listener.desk_types.organising import BulkRun, Label, Left, OpenCounts, SavedView, UndoOffer
from social_listener.desk_types.teaching import (
    Correction,
    CorrectionLine,
    Interval,
    Rule,
    RuleEvent,
    RuleMove,
    RuleState,
    RuleTrial,
    Sample,
    SampleAnswer,
    SampleFigures,
    SampleReport,
    What,
)
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
from social_listener.levels import Due
from social_listener.model import Attachment, Factor, ReplyState, SentimentLabel, Status, TextLength
from social_listener.scoring.models import Model

_VERBS = ("reply_public", "reply_private", "like", "unlike", "hide", "unhide")
_KINDS = ("photo", "video", "gif", "sticker", "audio", "file", "link", "post", "story", "other")
LABEL = Label(id="l", name="label", colour="red", archived=False, version=1)
SHARED = SavedView(id="v", owner=None, name="view", wanted=QueueFilter(view=View.OPEN), version=1)
OWN = SavedView(id="w", owner="Sam", name="view", wanted=QueueFilter(view=View.MINE), version=1)
TEAM = Team(id="t", name="team", members=("Kim", "Sam"), version=1, waiting=2)
OTHER = replace(MARA, id="instagram:8", channel="instagram")


class _Names:
    """Gives every picture the same signed name."""

    def face(self, _: str) -> str:
        return "none"

    def attachment(self, *_: object) -> str:
        return "none"


FRAMES = Frames(cast("Any", _Names()), "Sam")

# -- the queue ---------------------------------------------------------------------------------------------------------


def found_page() -> QueuePage:
    """Return a list in which something was found, with rows of every look."""
    found = FoundLine(by="note", excerpt="an excerpt", marks=((0, 2),), name_marks=((0, 4),), sent_at=NOW)
    looks = (
        {"found": found, "labels": (LABEL,), "assignee": "Kim", "language": "de", "unanswered": 2},
        {"sentiment": SentimentLabel.NEGATIVE, "pending": ReplyState.QUEUED, "status": Status.RESOLVED},
        {"private": True, "due": None, "waiting_since": None},
    )
    rows = (row(number, reasons=("a", "b"), **look) for number, look in enumerate(looks))
    note = SearchNote(spoken="what was understood", cut=True)
    return replace(page(*rows, total=9), search=note, counts=dict.fromkeys(View, 12))


# -- the conversation --------------------------------------------------------------------------------------------------


def _first() -> ThreadItem:
    preview = "https://a/p.png"
    return item(
        1,
        attachments=tuple(Attachment(kind=kind, url="https://a", alt="alt", preview=preview) for kind in _KINDS),
        url="https://a",
        versions=(Version(text="old", seen_at=NOW),),
        liked_by_us=True,
        hidden=True,
        answered_at=NOW,
        sentiment_label=SentimentLabel.NEGATIVE,
        sentiment_reason="why",
        language="de",
        factors=_factors(),
    )


def _factors() -> tuple[Factor, ...]:
    return (Factor(name="f", points=9, words=("w", "v"), because="because"),)


def _card() -> Any:
    base = view().contact
    assert base
    contact = replace(
        MARA,
        handle="h",
        name="n",
        description="d",
        location="l",
        url="https://a",
        verified=True,
        avatar_url="https://a/f.png",
        joined_at=NOW,
    )
    past = PastConversation(conversation_id="x:c2", private=True, status=Status.OPEN, last_at=NOW, excerpt="excerpt")
    return replace(
        base,
        contact=contact,
        sentiment={SentimentLabel.NEGATIVE: 2},
        history=(past,),
        others=(OTHER,),
        silence=Silence(kind=Silencing.MUTED, until=NOW, staff="Kim", since=NOW),
    )


def _replies() -> tuple[Any, ...]:
    states = (ReplyState.QUEUED, ReplyState.IN_DOUBT, ReplyState.REJECTED, ReplyState.EXPIRED)
    told = tuple(reply(state, id=state.value, reason="reason", url="https://a") for state in states)
    return (*told, reply(id="approved"), reply(id="alone", after=ReplyState.REJECTED))


def _proposals() -> tuple[Proposal, ...]:
    waiting = Proposal(
        id="p",
        conversation_id="x:c1",
        account_id="fernhill",
        item_id="x:1",
        private=False,
        text="text",
        author="Kim",
        state=ProposalState.WAITING,
        created_at=NOW,
        until=NOW,
        decided_by=None,
        decided_at=None,
        reason=None,
        reply_id=None,
        version=1,
        stale=True,
    )
    done = {"decided_by": "Sam", "decided_at": NOW, "reason": "reason"}
    return (
        waiting,
        replace(waiting, id="q", author="Sam", state=ProposalState.REFUSED, **done),
        replace(waiting, id="r", state=ProposalState.APPROVED, reply_id="approved", **done),
    )


def whole(**more: Any) -> ConversationView:
    """Return a conversation in which everything has happened."""
    links = tuple(
        LinkLine(conversation_id="x:c9", private=one, item_id="x:1", made_at=NOW, excerpt="e", known=True)
        for one in (True, False)
    )
    escalation = EscalationLine(
        conversation_id="x:c1", account_id="fernhill", step="late", what=Due.ANSWER, due_at=NOW, told=("Kim",),
        told_at=NOW,
    )  # fmt: skip
    changes: dict[str, Any] = {
        "assignee": "Kim",
        "context": (item(0),),
        "notes": (NoteLine(id="n", staff="Kim", text="note", created_at=NOW),),
        "replies": _replies(),
        "links": links,
        "labels": (LABEL,),
        "proposals": _proposals(),
        "factors": _factors(),
        "others_in_thread": 3,
        "elsewhere": True,
        "contact": _card(),
        "due": due(seen_at=NOW),
        "escalations": (escalation,),
        "allowed": tuple(rule(verb, ok=verb != "hide", until=NOW) for verb in _VERBS),
        **more,
    }
    return view(_first(), item(2, outbound=True, url="https://a"), item(3, deleted_at=NOW), **changes)


def tray() -> dict[str, Any]:
    """Return the pictures that go along, by mode."""
    file = FileLine(id="f", alt="alt", bytes=1, private=False)
    told = FilesView(files=(file,), most=4, most_alt=1000, alone=True, because="because")
    return {mode: pictures(told, "Sam", "x:c1", mode) for mode in ("public", "private")}


# -- what is saved, and what runs --------------------------------------------------------------------------------------


def saved_reply(**changes: Any) -> SavedReply:
    """Return one saved reply."""
    saved = SavedReply(
        id="s", owner="Sam", name="name", text="text", language="de", channels=("x",), fits=Fits.PRIVATE,
        folder="folder", tags=("tag",), version=1, archived_at=None, updated_by="Sam", updated_at=NOW,
    )  # fmt: skip
    return replace(saved, **changes)


def suggested() -> Offer:
    """Return a saved reply as it is offered in the composer, with everything that can be wrong with it."""
    rendered = Rendered(text="text", empty=("name",), unknown=("who",))
    return Offer(saved=saved_reply(), rendered=rendered, length=TextLength(used=9, limit=8), speaks=True, why="why")


def macro() -> Macro:
    """Return one macro."""
    steps = (MacroStep(kind="note", value="text"), MacroStep(kind="resolve"))
    return Macro(
        id="m", owner="Sam", name="macro", steps=steps, version=1, archived_at=None, updated_by="Sam", updated_at=NOW
    )


def _steps() -> tuple[StepPlan, ...]:
    return tuple(StepPlan(kind="note", words="words", text="text", problem=one) for one in (None, "problem"))


def plan() -> MacroPlan:
    """Return what a macro would do here."""
    return MacroPlan(macro=macro(), steps=_steps())


def ran() -> MacroRun:
    """Return what a macro did."""
    return MacroRun(id="m", name="macro", conversation_id="x:c1", steps=_steps())


# -- the bench ---------------------------------------------------------------------------------------------------------


def bench() -> Bench:
    """Return labels, views, what is open of each kind, what ran, and what can be taken back."""
    return Bench(
        labels=(LABEL,),
        offer=UndoOffer(id="u", words="Resolved", about="customer", done_at=NOW, expires_at=NOW + timedelta(days=1)),
        views=(SHARED, OWN),
        counts={"v": 1, "w": 2},
        run=BulkRun(
            id="b", words="Resolved", total=9, done=9, changed=8, failed=1, started_at=NOW, ended_at=NOW,
            failures=(Left(id="x:c1", name="name", why="why"),),
        ),
        open=OpenCounts(channels={"x": 1}, labels={"l": 1}, teams={"t": 1}),
        teams=(TEAM,),
        staff=("Kim", "Sam"),
    )  # fmt: skip


def prepared() -> Prepared:
    """Return a change of many that is asked about."""
    change = Change(deed=Deed.ASSIGN, value="Kim")
    return Prepared(change=change, staff="Sam", done="Assigned to Kim", versions={"x:c1": 1})


def alike() -> tuple[Likeness, ...]:
    """Return contacts that may be the same customer, and one that is."""
    return tuple(Likeness(contact=OTHER, why="why", together=one) for one in (False, True))


# -- the team ----------------------------------------------------------------------------------------------------------


def notices() -> Notifications:
    """Return a notification of every kind."""
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


def team(**changes: Any) -> TeamView:
    """Return people, teams, rules and what is wrong with them."""
    person = Workload(
        staff="Kim",
        capacity=5,
        own_capacity=None,
        load=2,
        away_from=NOW,
        away_until=NOW + timedelta(days=1),
        away=True,
        at_work=True,
        teams=("one", "two"),
        version=1,
    )
    base = TeamView(people=(person,), teams=(TEAM,), rules=("rule",), problems=("problem",), may_change=True, as_of=NOW)
    return replace(base, **changes)


# -- Sentiment ---------------------------------------------------------------------------------------------------------


def sample() -> Sample:
    """Return an item that asks for a label."""
    return Sample(
        id="s", week="w", item_id="x:1", conversation_id="x:c1", account_id="fernhill", channel="x", language="en",
        private=True, text="text", sent_at=NOW,
    )  # fmt: skip


def sample_answer() -> SampleAnswer:
    """Return an answer to one."""
    return SampleAnswer(
        id="s", week="w", item_id="x:1", conversation_id="x:c1", channel="x", language="en",
        told=SentimentLabel.NEGATIVE, label=SentimentLabel.POSITIVE, answered_by="Sam", answered_at=NOW, weight=1.0,
        excerpt="text",
    )  # fmt: skip


def sample_report() -> SampleReport:
    """Return figures of two channels and two languages: some that say something, and some of too few."""

    def figures(channel: str | None, language: str | None, count: int) -> SampleFigures:
        share = Interval(0.5, 0.25, 0.75)
        labels = [SentimentLabel.NEGATIVE, SentimentLabel.NEUTRAL, SentimentLabel.POSITIVE]
        return SampleFigures(
            channel=channel, language=language, drawn=40, answered=count, skipped=2,
            told=dict.fromkeys(labels, count), precision=dict.fromkeys(labels, share), accuracy=share, coverage=share,
        )  # fmt: skip

    cells = tuple(figures(*one, 5) for one in (("x", "en"), ("x", ""), ("facebook", "de")))
    channels = figures("x", None, 30), figures("facebook", None, 5)
    languages = figures(None, "en", 30), figures(None, "", 5)
    return SampleReport(whole=figures(None, None, 35), channels=channels, languages=languages, cells=cells)


def model() -> Model:
    """Return a model."""
    return Model("model-3fa2c1d0", 1_204, "3 May 2026", ())


def rules() -> tuple[Rule, ...]:
    """Return a rule of every state."""
    proposed = rule_proposed()
    active = replace(
        proposed, id="a", state=RuleState.ACTIVE, made_by="Kim", decided_by="Sam", decided_at=NOW, version=3
    )
    return (active, proposed, replace(active, id="w", state=RuleState.WITHDRAWN, points=1.5))


def rule_proposed() -> Rule:
    """Return a rule that labels speak for."""
    return Rule(
        id="r", phrase="gone cold", language="en", points=-1.5, state=RuleState.PROPOSED, speak_for=3, against=1,
        authors=2, made_at=NOW, made_by=None, decided_by=None, decided_at=None, version=0,
    )  # fmt: skip


def rule_events() -> tuple[RuleEvent, ...]:
    """Return what was done to rules."""
    return (RuleEvent(happened_at=NOW, staff="Sam", what="active", phrase="gone cold", points=-1.5, version=3),)


def rule_trial() -> RuleTrial:
    """Return what would change by a rule: more than is told by name."""
    move = RuleMove(
        item_id="x:1", account_id="fernhill", sent_at=NOW, before="unsure", after="negative", priority_before=30,
        priority_after=45, excerpt="text", reason="reason",
    )  # fmt: skip
    share = Interval(0.5, 0.25, 0.75)
    return RuleTrial(
        items=500, changed=300, scored=310, labels={("unsure", "negative"): 300}, bands={("low", "middle"): 5},
        moves=(move,), sampled_before=share, sampled_after=share, corrected_before=share, corrected_after=share,
    )  # fmt: skip


def correction() -> CorrectionLine:
    """Return a correction with its item."""
    one = Correction(
        id="c", item_id="x:1", account_id="fernhill", what=What.SENTIMENT, was="negative", is_now="positive",
        staff="Sam", made_at=NOW, sample_id="s", undone_at=None, undone_why=None,
    )  # fmt: skip
    return CorrectionLine(correction=one, conversation_id="x:c1", excerpt="text")


# -- Health ------------------------------------------------------------------------------------------------------------


def _accounts() -> tuple[AccountHealth, ...]:
    push = PushHealth(expected=True, handshake_at=None, last_at=NOW, waiting=2, failed=1, problem="problem")
    bad = AccountHealth(
        id="a", channel="x", name="name", handle="h", state="unauthorized", problem="problem", checked_at=NOW,
        used=9.0, spent_today=1.0, daily_budget=2.0, push=push,
    )  # fmt: skip
    return (bad, replace(bad, id="b", state="ok", problem=None, expires_at=NOW))


def unwell() -> HealthView:
    """Return the health of a service in which everything is wrong that can be."""
    letter = DeadLetter(
        id="d", stream_id="s", native_id="1", reason="reason", first_seen_at=NOW, seen=2, excerpt="excerpt"
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
    return health(
        ok=False,
        problems=("one", "two"),
        accounts=_accounts(),
        streams=(stream(state="failing", last_error="error", last_error_kind="Kind", errors=2),),
        gaps=(GapLine(id="g", stream_id="s", since=NOW, until=NOW, reason="reason", found_at=NOW),),
        dead_letters=(letter,),
        in_doubt=(reply(ReplyState.IN_DOUBT, reason="reason", url="https://a"),),
        failed_replies=(reply(ReplyState.REJECTED, reason="reason", author=BRAND.name),),
        jobs=(job,),
        escalations=whole().escalations,
    )
