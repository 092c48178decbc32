"""How every method of the desk is called, for the matrix of who may do what."""

# ruff: noqa: ARG005 - every entry of the matrix is called in the same way

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest
from desk_kit import START
from permits_insights import READINGS, around, remark
from staff_kit import PASSWORD

from social_listener.desk import Desk
from social_listener.desk.bulk import Change, Deed, Prepared
from social_listener.desk.library import Answering
from social_listener.desk.reply import PublicAndPrivate
from social_listener.desk_types import QueueFilter, View
from social_listener.desk_types.answering import MacroStep, SavedText
from social_listener.desk_types.contacts import Silencing
from social_listener.desk_types.crisis import Behind
from social_listener.desk_types.organising import SavedView
from social_listener.desk_types.reports import ChartKind, MailLine, MailState, ReportFormat, Snapshot
from social_listener.desk_types.words import TermKind
from social_listener.errors import DeskError, NoPicture, NotPermitted
from social_listener.model import ActionKind, SentimentLabel
from social_listener.reports.sheets import Figure
from social_listener.rights import SYSTEM, Right, Role
from social_listener.store import macros, mails, samples, undoing
from social_listener.store.drafts import Place
from social_listener.store.macros import StoredRun
from social_listener.store.samples import SampleRow
from social_listener.store.undoing import STATUS, Line

NOWHERE = "x:404"

_COUNT = iter(range(1_000_000))


class Scene(NamedTuple):
    """One account with something of everything in it, or ids of nothing."""

    account: str
    item: str
    conversation: str
    reply: str
    gap: str
    letter: str
    proposal: str
    spike: str


class Entry(NamedTuple):
    """How a method is asked: the right it needs, and a call about a scene in the name of somebody."""

    right: Right | None
    call: Callable[[Desk, Scene, str], Any]
    #: how its answer tells of an account, for methods that list; None: it raises about what is not there
    told: Callable[[Any, Scene], bool] | None = None
    #: one's own may be refused for a reason of its own; what counts is that the role did not stand in the way
    late: bool = False
    #: it concerns no account
    anywhere: bool = False
    #: it concerns all accounts: whoever may not see every one is refused
    everywhere: bool = False


def _version(desk: Desk, scene: Scene) -> int:
    try:
        return desk.conversation(scene.conversation, SYSTEM).version
    except DeskError:
        return 1


def _somewhere(desk: Desk) -> Path:
    """Return a name for a file beside the database that is not there yet."""
    return desk._office.store.path.parent / f"file{next(_COUNT)}.duckdb"


def _picture(desk: Desk, who: str) -> None:
    """Ask for a chart that nobody can draw, which takes no time: what counts is whether it is begun."""
    with pytest.raises(NoPicture):
        desk.reports.picture(Figure("no chart", {}, ""), who)


def _report_of(desk: Desk, scene: Scene) -> str:
    """Return the id of a kept report of the scene's account; of a scene of nothing, that of no report."""
    if scene.item == NOWHERE:
        return "none"
    return desk.reports.make(around(desk, scene.account), SYSTEM).id


def _mail_of(desk: Desk, scene: Scene) -> str:
    """Return the id of an e-mail that failed, with a report of the scene's account; of nothing, that of no e-mail."""
    if scene.item == NOWHERE:
        return "none"
    now = desk._office.clock()
    line = MailLine(
        id=f"mail {next(_COUNT)}", digest="d", period="p", recipient=f"{scene.account}@example.com", message_id="<m@x>",
        report_id=_report_of(desk, scene), formats=(), state=MailState.FAILED, attempts=1, answer="550 no",
        notice=False, not_before=now, deadline=now, created_at=now, ended_at=now, settled_by=None,
    )  # fmt: skip
    with desk._office.store.transaction() as cursor:
        mails.insert(cursor, line)
    return line.id


def _items_of(made: Snapshot) -> set[str]:
    """Return the accounts of which a snapshot holds items."""
    with duckdb.connect(str(made.file), read_only=True) as copy:
        return {row[0] for row in copy.execute("SELECT DISTINCT account_id FROM items").fetchall()}


#: words that no rule has yet
_NUMBERS = itertools.count()


def _corrected(desk: Desk, scene: Scene) -> str:
    """Have the machine's owner correct an item, once; return the correction's id."""
    try:
        held = desk.corrections.of_item(scene.item, SYSTEM)
        made = held or desk.corrections.correct(scene.item, SYSTEM, sentiment=SentimentLabel.NEUTRAL)
    except DeskError:
        return scene.item
    return made[0].id


def _take_correction_back(desk: Desk, scene: Scene, who: str) -> None:
    """Take a correction back; its id, which stands in no scene, is told as the item's."""
    one = _corrected(desk, scene)
    try:
        desk.corrections.take_back(one, who)
    except DeskError as error:
        raise type(error)(str(error).replace(one, scene.item)) from None


def _drawn(desk: Desk, scene: Scene) -> str:
    """Have an item drawn that nobody has said anything of; return the sample's id."""
    if scene.item == NOWHERE:
        return NOWHERE
    with desk._office.store.transaction() as cursor:
        samples.ask_again(cursor, f"w {scene.item}")
        cursor.execute("UPDATE samples SET skipped_at = NULL")
        ((version,),) = cursor.execute("SELECT version_id FROM interactions WHERE id = ?", [scene.item]).fetchall()
        if samples.by_id(cursor, f"w {scene.item}") is None:
            row = SampleRow(
                id=f"w {scene.item}",
                week="w",
                item_id=scene.item,
                account_id=scene.account,
                channel="x",
                language="en",
                version_id=version,
                told="negative",
                scorer="test",
                weight=1.0,
                drawn_at=desk._office.clock(),
            )
            samples.add(cursor, [row])
    return f"w {scene.item}"


def _answer(desk: Desk, scene: Scene, who: str, *, skip: bool = False) -> None:
    """Answer a sample; its id, which stands in no scene, is told as the item's."""
    one = _drawn(desk, scene)
    try:
        if skip:
            desk.samples.skip(one, who)
        else:
            desk.samples.answer(one, SentimentLabel.NEUTRAL, who)
    except DeskError as error:
        raise type(error)(str(error).replace(one, scene.item)) from None


def _answered(desk: Desk, scene: Scene) -> None:
    """Have the machine's owner answer the sample of an item."""
    if scene.item != NOWHERE:
        desk.samples.answer(f"w {scene.item}", SentimentLabel.NEGATIVE, SYSTEM)


def _ask_again(desk: Desk, scene: Scene, who: str) -> None:
    """Take an answer of one's own back; the sample's id, which stands in no scene, is told as the item's."""
    one = _drawn(desk, scene)
    if scene.item != NOWHERE:
        with desk._office.store.transaction() as cursor:
            samples.skip(cursor, one, who, desk._office.clock())
    try:
        desk.samples.ask_again(one, who)
    except DeskError as error:
        raise type(error)(str(error).replace(one, scene.item)) from None


def _around_now(desk: Desk) -> tuple[datetime, datetime]:
    now = desk._office.clock()
    return now - timedelta(days=1), now + timedelta(days=1)


MATRIX: dict[str, Entry] = {
    "spikes.current": Entry(
        Right.READ,
        lambda desk, scene, who: desk.spikes.current(who),
        lambda found, scene: any(one.account_id == scene.account for one in found),
    ),
    "spikes.past": Entry(
        Right.READ,
        lambda desk, scene, who: desk.spikes.past(START - timedelta(days=9), START + timedelta(days=9), who),
        lambda found, scene: any(one.account_id == scene.account for one in found),
    ),
    "spikes.one": Entry(Right.READ, lambda desk, scene, who: desk.spikes.one(scene.spike, who)),
    "words.rising": Entry(
        Right.READ,
        lambda desk, scene, who: desk.words.rising(around(desk, scene.account), who),
        lambda found, scene: found.now.items > 0,
    ),
    "words.saying": Entry(
        Right.READ,
        lambda desk, scene, who: desk.words.saying(
            around(desk, scene.account), who, (TermKind.WORD, "question" if scene.item != NOWHERE else "nothing")
        ),
        lambda found, scene: found.total > 0,
    ),
    "spikes.situation": Entry(Right.READ, lambda desk, scene, who: desk.spikes.situation(scene.spike, who)),
    "spikes.behind": Entry(Right.READ, lambda desk, scene, who: desk.spikes.behind(scene.spike, who, (Behind.ALL, ""))),
    "spikes.watching": Entry(
        Right.READ,
        lambda desk, scene, who: desk.spikes.watching(who),
        lambda found, scene: any(one.account_id == scene.account for one in found.accounts),
    ),
    "spikes.acknowledge": Entry(
        Right.ORGANISE, lambda desk, scene, who: desk.spikes.acknowledge(scene.spike, who, "we know")
    ),
    "queue": Entry(
        Right.READ,
        lambda desk, scene, who: desk.queue(QueueFilter(view=View.OPEN), who),
        lambda page, scene: any(row.account_id == scene.account for row in page.rows),
    ),
    "conversation": Entry(Right.READ, lambda desk, scene, who: desk.conversation(scene.conversation, who)),
    "opened": Entry(Right.READ, lambda desk, scene, who: desk.opened(scene.conversation, who)),
    "item": Entry(Right.READ, lambda desk, scene, who: desk.item(scene.item, who)),
    "conversation_of": Entry(Right.READ, lambda desk, scene, who: desk.conversation_of(scene.item, who)),
    "allowed": Entry(Right.READ, lambda desk, scene, who: desk.allowed(scene.item, who)),
    "length": Entry(Right.READ, lambda desk, scene, who: desk.length(scene.account, "hello", False, who)),
    "outbox": Entry(
        Right.READ,
        lambda desk, scene, who: desk.outbox(True, staff=who),
        lambda lines, scene: any(line.account_id == scene.account for line in lines),
    ),
    "reply_line": Entry(Right.READ, lambda desk, scene, who: desk.reply_line(scene.reply, who)),
    "health": Entry(
        Right.READ,
        lambda desk, scene, who: desk.health(who),
        lambda view, scene: (
            any(one.id == scene.account for one in view.accounts)
            or any(gap.stream_id.startswith(f"{scene.account}/") for gap in view.gaps)
            or any(one.stream_id.startswith(f"{scene.account}/") for one in view.dead_letters)
            or any(line.account_id == scene.account for line in view.in_doubt)
            or any(f"{scene.account}/" in problem for problem in view.problems)
        ),
    ),
    "reply_public": Entry(Right.REPLY, lambda desk, scene, who: desk.reply_public(scene.item, "hello", who, f"n{who}")),
    "reply_private": Entry(
        Right.REPLY, lambda desk, scene, who: desk.reply_private(scene.item, "hello", who, f"p{who}"), late=True
    ),
    "undo": Entry(Right.REPLY, lambda desk, scene, who: desk.undo(scene.reply, who)),
    "settle": Entry(Right.SETTLE, lambda desk, scene, who: desk.settle(scene.reply, who, None)),
    "send_again": Entry(Right.SETTLE, lambda desk, scene, who: desk.send_again(scene.reply, who)),
    "note": Entry(Right.NOTE, lambda desk, scene, who: desk.note(scene.conversation, "for us", who)),
    "assign": Entry(
        Right.ASSIGN, lambda desk, scene, who: desk.assign(scene.conversation, who, who, _version(desk, scene))
    ),
    "snooze": Entry(
        Right.ORGANISE,
        lambda desk, scene, who: desk.snooze(
            scene.conversation, who, desk._office.clock() + timedelta(hours=1), _version(desk, scene)
        ),
    ),
    "resolve": Entry(
        Right.ORGANISE, lambda desk, scene, who: desk.resolve(scene.conversation, who, _version(desk, scene))
    ),
    "reopen": Entry(
        Right.ORGANISE, lambda desk, scene, who: desk.reopen(scene.conversation, who, _version(desk, scene))
    ),
    "draft": Entry(Right.READ, lambda desk, scene, who: desk.draft(scene.conversation, who, "note")),
    "save_draft": Entry(Right.NOTE, lambda desk, scene, who: desk.save_draft(scene.conversation, who, "note", "hm")),
    "close_gap": Entry(Right.OPERATE, lambda desk, scene, who: desk.close_gap(scene.gap, who)),
    "dismiss_dead_letter": Entry(Right.OPERATE, lambda desk, scene, who: desk.dismiss_dead_letter(scene.letter, who)),
    "replay_dead_letters": Entry(
        Right.OPERATE,
        lambda desk, scene, who: desk.replay_dead_letters(f"{scene.account}/mentions", who),
        lambda count, scene: count > 0,
    ),
    "people.colleagues": Entry(Right.READ, lambda desk, scene, who: desk.people.colleagues(who), lambda *_: True),
    "people.list": Entry(Right.STAFF, lambda desk, scene, who: desk.people.list(who), lambda *_: True),
    "people.sessions": Entry(Right.STAFF, lambda desk, scene, who: desk.people.sessions(who, who), lambda *_: True),
    "people.invitations": Entry(Right.STAFF, lambda desk, scene, who: desk.people.invitations(who), lambda *_: True),
    "people.invite": Entry(
        Right.STAFF,
        lambda desk, scene, who: desk.people.invite(who, "new", None, Role.MARKETER, frozenset({scene.account})),
    ),
    "people.add": Entry(
        Right.STAFF,
        lambda desk, scene, who: desk.people.add(who, "new", role=Role.MARKETER, accounts=frozenset({scene.account})),
    ),
    "people.reset_link": Entry(
        Right.STAFF, lambda desk, scene, who: desk.people.reset_link(who, f"of {scene.account}")
    ),
    "people.take_back": Entry(
        Right.STAFF, lambda desk, scene, who: desk.people.take_back(who, "no such link"), late=True
    ),
    "people.set_rights": Entry(
        Right.STAFF,
        lambda desk, scene, who: desk.people.set_rights(
            who, f"of {scene.account}", Role.MARKETER, frozenset({scene.account}), 1
        ),
    ),
    "people.set_active": Entry(
        Right.STAFF, lambda desk, scene, who: desk.people.set_active(who, f"of {scene.account}", False, 1)
    ),
    "people.set_email": Entry(
        Right.STAFF, lambda desk, scene, who: desk.people.set_email(who, f"of {scene.account}", "a@b.example", 1)
    ),
    "people.end_sessions": Entry(
        Right.STAFF, lambda desk, scene, who: desk.people.end_sessions(who, f"of {scene.account}")
    ),
    "people.drop_factor": Entry(
        Right.STAFF, lambda desk, scene, who: desk.people.drop_factor(who, f"of {scene.account}")
    ),
}
MATRIX |= {
    "reply_both": Entry(
        Right.REPLY,
        lambda desk, scene, who: desk.reply_both(
            scene.item, PublicAndPrivate(public="a", public_nonce=f"a{who}", private="b", private_nonce=f"b{who}"), who
        ),
        late=True,
    ),
    "send_alone": Entry(Right.REPLY, lambda desk, scene, who: desk.send_alone(scene.reply, who), late=True),
    "contacts.find": Entry(Right.READ, lambda desk, scene, who: desk.contacts.find(scene.conversation, "x", who)),
    "contacts.suggest": Entry(Right.READ, lambda desk, scene, who: desk.contacts.suggest(scene.conversation, who)),
    "contacts.hear": Entry(
        Right.BLOCK, lambda desk, scene, who: desk.contacts.hear(scene.conversation, who), late=True
    ),
    "contacts.silence": Entry(
        Right.BLOCK, lambda desk, scene, who: desk.contacts.silence(scene.conversation, Silencing.SPAM, who)
    ),
    "contacts.merge": Entry(
        Right.MERGE, lambda desk, scene, who: desk.contacts.merge(scene.conversation, "x:1", who), late=True
    ),
    "contacts.split": Entry(
        Right.MERGE, lambda desk, scene, who: desk.contacts.split(scene.conversation, "x:1", who), late=True
    ),
    "labels.all": Entry(Right.READ, lambda desk, scene, who: desk.labels.all(who), anywhere=True),
    "labels.define": Entry(
        Right.LIBRARY, lambda desk, scene, who: desk.labels.define("new", "odd", who), late=True, anywhere=True
    ),
    "labels.change": Entry(
        Right.LIBRARY, lambda desk, scene, who: desk.labels.change("none", who, 1, name="n"), late=True, anywhere=True
    ),
    "labels.put": Entry(
        Right.ORGANISE, lambda desk, scene, who: desk.labels.put(scene.conversation, "none", who), late=True
    ),
    "levels.answered": Entry(
        Right.READ,
        lambda desk, scene, who: desk.levels.answered(desk._office.clock().date(), desk._office.clock().date(), who),
        anywhere=True,
    ),
    "hindsight.chosen": Entry(Right.READ, lambda desk, scene, who: desk.hindsight.chosen(30, who), anywhere=True),
    "hindsight.escalated": Entry(Right.READ, lambda desk, scene, who: desk.hindsight.escalated(30, who), anywhere=True),
    "hindsight.tried": Entry(
        Right.READ, lambda desk, scene, who: desk.hindsight.tried(desk._office.weights, 30, who), anywhere=True
    ),
    "library.all": Entry(Right.READ, lambda desk, scene, who: desk.library.all(who), anywhere=True),
    "library.use_counts": Entry(Right.READ, lambda desk, scene, who: desk.library.use_counts(who), anywhere=True),
    "library.wordings": Entry(
        Right.READ, lambda desk, scene, who: desk.library.wordings("none", who), late=True, anywhere=True
    ),
    "library.archive": Entry(
        Right.PROPOSE, lambda desk, scene, who: desk.library.archive("none", who, 1), late=True, anywhere=True
    ),
    "library.save": Entry(
        Right.LIBRARY,
        lambda desk, scene, who: desk.library.save(SavedText(name=f"n{who}", text="hello", shared=True), who),
        anywhere=True,
    ),
    "library.find": Entry(
        Right.READ,
        lambda desk, scene, who: desk.library.find(Answering(item_id=scene.item, staff=who, private=False)),
    ),
    "library.offer": Entry(
        Right.READ,
        lambda desk, scene, who: desk.library.offer("none", Answering(item_id=scene.item, staff=who, private=False)),
        late=True,
    ),
    "macros.all": Entry(Right.READ, lambda desk, scene, who: desk.macros.all(who), anywhere=True),
    "macros.archive": Entry(
        Right.READ, lambda desk, scene, who: desk.macros.archive("none", who, 1), late=True, anywhere=True
    ),
    "macros.save": Entry(
        Right.LIBRARY,
        lambda desk, scene, who: desk.macros.save(f"m{who}", [MacroStep(kind="resolve")], who, shared=True),
        late=True,
        anywhere=True,
    ),
    "macros.latest": Entry(Right.READ, lambda desk, scene, who: desk.macros.latest(who), anywhere=True),
    "macros.plans": Entry(Right.READ, lambda desk, scene, who: desk.macros.plans(scene.item, who)),
    "macros.run": Entry(Right.READ, lambda desk, scene, who: desk.macros.run("none", 1, scene.item, who, 1), late=True),
    "team.around": Entry(Right.READ, lambda desk, scene, who: desk.team.around(scene.conversation, who)),
    "team.hand_over": Entry(
        Right.ASSIGN, lambda desk, scene, who: desk.team.hand_over(scene.conversation, who, "none", 1), late=True
    ),
    "team.propose": Entry(
        Right.PROPOSE,
        lambda desk, scene, who: desk.team.propose(scene.item, "hello", who, f"t{who}", private=False),
        late=True,
    ),
    "team.approve": Entry(Right.APPROVE, lambda desk, scene, who: desk.team.approve(scene.proposal, who, 1), late=True),
    "team.refuse": Entry(
        Right.APPROVE, lambda desk, scene, who: desk.team.refuse(scene.proposal, who, "no", 1), late=True
    ),
    "team.withdraw": Entry(
        Right.PROPOSE, lambda desk, scene, who: desk.team.withdraw(scene.proposal, who, 1), late=True
    ),
    "team.revise": Entry(
        Right.PROPOSE, lambda desk, scene, who: desk.team.revise(scene.proposal, who, "other words", 1), late=True
    ),
    "team.teams": Entry(Right.READ, lambda desk, scene, who: desk.team.teams(who), anywhere=True),
    "team.view": Entry(Right.READ, lambda desk, scene, who: desk.team.view(who), anywhere=True),
    "team.save_team": Entry(
        Right.TEAM, lambda desk, scene, who: desk.team.save_team(who, f"of {who}", ["ana"]), late=True, anywhere=True
    ),
    "team.remove_team": Entry(
        Right.TEAM, lambda desk, scene, who: desk.team.remove_team(who, "none", 1), late=True, anywhere=True
    ),
    "team.set_workload": Entry(
        Right.TEAM,
        lambda desk, scene, who: desk.team.set_workload(who, "ana", 0, capacity=3, away_from=None, away_until=None),
        late=True,
        anywhere=True,
    ),
}


def _renewed(desk: Any, who: str) -> Any:
    """Have everything scored anew, and wait for its end."""
    begun = desk.rules.renew(1, who)
    desk.rules._renewing._thread.join()
    return begun


MATRIX |= {
    "rules.all": Entry(Right.READ, lambda desk, scene, who: desk.rules.all(who), anywhere=True),
    "rules.propose": Entry(Right.TEACH, lambda desk, scene, who: desk.rules.propose(who), anywhere=True),
    "rules.write": Entry(
        Right.TEACH,
        lambda desk, scene, who: desk.rules.write(f"gone {next(_NUMBERS)}", -1.0, who),
        anywhere=True,
    ),
    "rules.history": Entry(Right.READ, lambda desk, scene, who: desk.rules.history(who), anywhere=True),
    "rules.trial": Entry(
        Right.READ, lambda desk, scene, who: desk.rules.trial(["none"], 1, who), late=True, anywhere=True
    ),
    "rules.activate": Entry(
        Right.TEACH, lambda desk, scene, who: desk.rules.activate(["none"], who), late=True, everywhere=True
    ),
    "rules.withdraw": Entry(
        Right.TEACH, lambda desk, scene, who: desk.rules.withdraw(["none"], who), late=True, everywhere=True
    ),
    "rules.difference": Entry(
        Right.READ,
        lambda desk, scene, who: (desk.rules.difference(1, who).items, desk.rules.difference(1, SYSTEM).items),
        lambda counts, scene: counts[0] > 0 if scene.account == "main" else counts[0] == counts[1],
    ),
    "rules.rescore": Entry(Right.TEACH, lambda desk, scene, who: desk.rules.rescore(1, who), anywhere=True),
    "rules.renew": Entry(Right.TEACH, lambda desk, scene, who: _renewed(desk, who), anywhere=True),
    "rules.renewal": Entry(Right.READ, lambda desk, scene, who: desk.rules.renewal(who), anywhere=True),
    "lessons.model": Entry(Right.READ, lambda desk, scene, who: desk.lessons.model(who), anywhere=True),
    "lessons.learn": Entry(
        Right.TEACH,
        lambda desk, scene, who: desk.lessons.learn(who, lambda _: None),
        late=True,
        everywhere=True,
    ),
    "samples.draw": Entry(Right.TEACH, lambda desk, scene, who: desk.samples.draw(who), anywhere=True),
    "samples.open": Entry(
        Right.CORRECT,
        lambda desk, scene, who: (_drawn(desk, scene), desk.samples.open(who))[1],
        lambda found, scene: any(one.account_id == scene.account for one in found),
    ),
    "samples.answer": Entry(Right.CORRECT, _answer),
    "samples.skip": Entry(Right.CORRECT, lambda desk, scene, who: _answer(desk, scene, who, skip=True)),
    "samples.ask_again": Entry(Right.CORRECT, _ask_again),
    "samples.behind": Entry(
        Right.READ,
        lambda desk, scene, who: (
            _drawn(desk, scene),
            _answered(desk, scene),
            desk.samples.behind(*_around_now(desk), who),
        )[2],
        lambda found, scene: any(one.item_id == scene.item for one in found),
    ),
    "samples.figures": Entry(
        Right.READ,
        lambda desk, scene, who: (
            _drawn(desk, scene),
            desk.samples.figures(*_around_now(desk), who),
            desk.samples.figures(*_around_now(desk), SYSTEM),
        )[1:],
        lambda found, scene: found[0].whole.drawn > 0 if scene.account == "main" else found[0] == found[1],
    ),
    "corrections.correct": Entry(
        Right.CORRECT,
        lambda desk, scene, who: desk.corrections.correct(scene.item, who, sentiment=SentimentLabel.POSITIVE),
    ),
    "corrections.take_back": Entry(Right.CORRECT, _take_correction_back),
    "corrections.of_item": Entry(Right.READ, lambda desk, scene, who: desk.corrections.of_item(scene.item, who)),
    "corrections.newest": Entry(
        Right.READ,
        lambda desk, scene, who: (_corrected(desk, scene), desk.corrections.newest(who))[1],
        lambda found, scene: any(one.correction.account_id == scene.account for one in found),
    ),
    "corrections.made": Entry(
        Right.READ,
        lambda desk, scene, who: (
            _corrected(desk, scene),
            desk.corrections.made(*_around_now(desk), who),
        )[1],
        lambda found, scene: any(one.account_id == scene.account for one in found),
    ),
}
MATRIX |= {
    "bulk.prepare": Entry(
        Right.ORGANISE,
        lambda desk, scene, who: desk.bulk.prepare(
            Change(deed=Deed.RESOLVE), who, wanted=QueueFilter(view=View.OPEN, account_id=scene.account)
        ),
        lambda prepared, _: prepared.total > 0,
    ),
    "files.view": Entry(Right.READ, lambda desk, scene, who: desk.files.view(Place(who, scene.conversation, "public"))),
    "files.add": Entry(
        Right.REPLY,
        lambda desk, scene, who: desk.files.add(Place(who, scene.conversation, "public"), "none", b"none"),
        late=True,
    ),
    "files.remove": Entry(
        Right.REPLY,
        lambda desk, scene, who: desk.files.remove(Place(who, scene.conversation, "public"), "none"),
        late=True,
    ),
    "files.describe": Entry(
        Right.REPLY,
        lambda desk, scene, who: desk.files.describe(Place(who, scene.conversation, "public"), "none", "words"),
        late=True,
    ),
    "files.preview": Entry(
        Right.REPLY,
        lambda desk, scene, who: desk.files.preview(Place(who, scene.conversation, "public"), "none"),
        late=True,
    ),
    "media.picture": Entry(
        Right.READ,
        lambda desk, scene, who: desk.media.picture(desk.media.attachment(scene.item, 0), who),
        late=True,
    ),
    "reports.make": Entry(
        Right.EXPORT,
        lambda desk, scene, who: desk.reports.make(around(desk, scene.account), who),
        lambda made, scene: (made.figures["now"]["tally"] or {}).get("items", 0) > 0,
    ),
    "reports.one": Entry(Right.EXPORT, lambda desk, scene, who: desk.reports.one(_report_of(desk, scene), who)),
    "reports.all": Entry(
        Right.EXPORT,
        lambda desk, scene, who: (_report_of(desk, scene), desk.reports.all(who))[1],
        lambda found, scene: any(one.accounts == {scene.account} for one in found),
    ),
    "reports.again": Entry(Right.EXPORT, lambda desk, scene, who: desk.reports.again(_report_of(desk, scene), who)),
    "reports.file": Entry(
        Right.EXPORT, lambda desk, scene, who: desk.reports.file(_report_of(desk, scene), ReportFormat.CSV, who)
    ),
    "reports.picture": Entry(Right.EXPORT, lambda desk, scene, who: _picture(desk, who), anywhere=True),
    "reports.sql": Entry(
        Right.READ, lambda desk, scene, who: desk.reports.sql(ChartKind.TOTAL, around(desk), who), anywhere=True
    ),
    "digests.mails": Entry(
        Right.EXPORT,
        lambda desk, scene, who: (_mail_of(desk, scene), desk.digests.mails(who))[1],
        lambda found, scene: any(one.recipient == f"{scene.account}@example.com" for one in found),
    ),
    "digests.trial": Entry(
        Right.EXPORT, lambda desk, scene, who: desk.digests.trial("none", who), late=True, anywhere=True
    ),
    "digests.settle": Entry(
        Right.EXPORT, lambda desk, scene, who: desk.digests.settle(_mail_of(desk, scene), who, "bounced")
    ),
    "reports.snapshot": Entry(
        Right.EXPORT,
        lambda desk, scene, who: _items_of(desk.reports.snapshot(_somewhere(desk), who)),
        lambda accounts, scene: scene.account in accounts,
    ),
    "library.export_csv": Entry(Right.EXPORT, lambda desk, scene, who: desk.library.export_csv(who), anywhere=True),
    "library.import_csv": Entry(
        Right.PROPOSE, lambda desk, scene, who: desk.library.import_csv("name,text\n", who), late=True, anywhere=True
    ),
    "views.all": Entry(Right.READ, lambda desk, scene, who: desk.views.all(who), anywhere=True),
    "views.counts": Entry(
        Right.READ,
        lambda desk, scene, who: desk.views.counts(
            [
                SavedView(
                    id="v",
                    owner=None,
                    name="v",
                    wanted=QueueFilter(view=View.OPEN, account_id=scene.account),
                    version=1,
                )
            ],
            who,
        ),
        lambda counts, _: counts["v"] > 0,
    ),
    "views.open_counts": Entry(
        Right.READ,
        lambda desk, scene, who: (
            desk.views.open_counts(who).channels.get("x", 0),
            desk.queue(QueueFilter(view=View.OPEN, account_id="main"), SYSTEM).total,
        ),
        lambda numbers, scene: numbers[0] > (0 if scene.account == "main" else numbers[1]),
    ),
    "views.save": Entry(
        Right.LIBRARY,
        lambda desk, scene, who: desk.views.save(f"v{next(_COUNT)}", QueueFilter(), who, shared=True),
        late=True,
        anywhere=True,
    ),
    "views.change": Entry(
        Right.READ, lambda desk, scene, who: desk.views.change("none", who, 1, name="n"), late=True, anywhere=True
    ),
    "views.move": Entry(Right.READ, lambda desk, scene, who: desk.views.move("none", who, 1), late=True, anywhere=True),
    "views.delete": Entry(
        Right.READ, lambda desk, scene, who: desk.views.delete("none", who, 1), late=True, anywhere=True
    ),
}
MATRIX |= {
    f"insights.{name}": Entry(
        Right.READ,
        lambda desk, scene, who, ask=ask: ask(desk.insights, around(desk, scene.account), who),
        lambda found, _, told=told: told(found),
    )
    for name, (ask, told) in READINGS.items()
}
MATRIX |= {
    "insights.waits": Entry(Right.READ, lambda desk, scene, who: desk.insights.waits(around(desk), who), anywhere=True),
    "insights.standing": Entry(
        Right.READ, lambda desk, scene, who: desk.insights.standing(around(desk), who), anywhere=True
    ),
    "insights.choices": Entry(Right.READ, lambda desk, scene, who: desk.insights.choices(who), anywhere=True),
    "insights.annotations": Entry(
        Right.READ, lambda desk, scene, who: desk.insights.annotations(around(desk), who), anywhere=True
    ),
    "insights.annotate": Entry(
        Right.NOTE, lambda desk, scene, who: desk.insights.annotate(remark(desk, scene.account), who)
    ),
    "insights.take_away": Entry(
        Right.NOTE, lambda desk, scene, who: desk.insights.take_away("none", who), anywhere=True
    ),
}
MATRIX |= {
    f"act {kind}": Entry(
        Right.ACT, lambda desk, scene, who, kind=kind: desk.act(scene.item, kind, who, "other words"), late=True
    )
    for kind in ActionKind
}


def _takes_back(desk: Desk, scene: Scene, who: str, *, field: str, before: Any, after: Any) -> None:
    """Take back a deed of somebody, of when they could do it; why it was left is raised."""
    with desk._office.store.transaction() as cursor:
        line = Line(field=field, object_id=scene.conversation, before=before, after=after)
        step = undoing.record(cursor, desk._office.clock(), who, "Something", [line])
    assert step is not None
    for one in desk.undoing.undo(step, who).left:
        raise (NotPermitted if one.why.startswith("your role") else DeskError)(one.why)


def _reopens(desk: Desk, scene: Scene, who: str) -> None:
    said = {"until": None, "said": _version(desk, scene)}
    opened, away = {"status": "open", **said}, {"status": "resolved", **said}
    _takes_back(desk, scene, who, field=STATUS, before=away, after=opened)


def _takes_a_macro_back(desk: Desk, scene: Scene, who: str) -> None:
    done = {"kind": "note", "note": "none", "item": scene.item}
    run = StoredRun(
        id=f"run{next(_COUNT)}",
        macro_id="none",
        name="Something",
        conversation_id=scene.conversation,
        staff=who,
        ran_at=desk._office.clock(),
        done=(done,),
        undone_at=None,
    )
    with desk._office.store.transaction() as cursor:
        macros.insert_run(cursor, run)
    desk.macros.undo(run.id, who)


def _changes_many(desk: Desk, scene: Scene, who: str) -> None:
    """Begin a change that was counted when somebody could do it; why it was left is raised."""
    versions = {scene.conversation: _version(desk, scene)}
    run = desk.bulk.begin(Prepared(change=Change(deed=Deed.RESOLVE), staff=who, done="Resolved", versions=versions))
    desk.bulk.work(run)
    with desk._office.store.read() as cursor:
        ((told,),) = cursor.execute("SELECT failures FROM bulk_runs WHERE id = ?", [run]).fetchall()
    for _, why in json.loads(told):
        raise DeskError(why)


def _is_seen(desk: Desk, scene: Scene, who: str) -> bool:
    """Say that somebody has a conversation open; return whether a colleague there sees them."""
    desk.team.beat("their page", who, scene.conversation, "")
    desk.team.beat("my page", "ana", scene.conversation, "")
    return any(one.staff == who for one in desk.team.presence.others("my page", "ana", desk._office.clock()))


MATRIX |= {
    "undoing.undo": Entry(Right.ORGANISE, _reopens),
    "macros.undo": Entry(Right.READ, _takes_a_macro_back),
    "bulk.begin": Entry(Right.ORGANISE, _changes_many),
    "library.used": Entry(
        Right.REPLY,
        lambda desk, scene, who: desk.library.used(scene.reply, "none", "hello", who),
        lambda written, _: written,
        late=True,
    ),
    "team.beat": Entry(Right.READ, _is_seen, lambda seen, _: seen),
}
#: about oneself, or before anybody is known: no account and no role is in question; who left may do none of the first
OWN: dict[str, Callable[[Desk, str], Any]] = {
    "own.me": lambda desk, who: desk.own.me(who),
    "own.sessions": lambda desk, who: desk.own.sessions(who),
    "own.end_session": lambda desk, who: desk.own.end_session(who, None),
    "own.rename": lambda desk, who: desk.own.rename(who, "Another"),
    "own.set_password": lambda desk, who: desk.own.set_password(who, "", PASSWORD),
    "own.begin_factor": lambda desk, who: desk.own.begin_factor(who, ""),
    "own.confirm_factor": lambda desk, who: desk.own.confirm_factor(who, "000000"),
    "own.drop_factor": lambda desk, who: desk.own.drop_factor(who, ""),
    "team.notifications": lambda desk, who: desk.team.notifications(who),
    "team.read": lambda desk, who: desk.team.read(who),
    "undoing.latest": lambda desk, who: desk.undoing.latest(who),
    "bulk.latest": lambda desk, who: desk.bulk.latest(who),
}
#: done by jobs, by the desk itself, or about what somebody did and nobody else can name
INSIDE = {
    *("contacts.wake", "levels.escalate", "spikes.watch", "team.tend", "team.notify", "library.write"),
    *("team.presence.at_work", "team.presence.beat", "team.presence.leave", "team.presence.others"),
    *("team.presence.forget", "bulk.work"),
    *("digests.recover", "digests.queue", "digests.send", "insights.count"),
    *("rules.tune", "rules.close"),
    *("files.at", "media.attachment", "media.face", "media.forget", "media.sweep"),
}
DOORS = {
    *(
        "revision",
        "commits",
        "is_outdated",
        "is_own_outdated",
        "plan_jobs",
        "people.anybody",
        "people.first_administrator",
        "people.first_link",
    ),
    *("own.link", "own.join", "own.by_provider"),
    *("door.session_id", "door.who", "door.used", "door.sign_out", "door.watch", "door.ended", "door.forget"),
    *(
        "door.at_hand",
        "door.knock",
        "door.came",
        "door.stamp",
        "door.sign_in",
        "door.second",
        "door.by_itself",
        "door.players",
        "door.open",
        "door.prove",
    ),
}
