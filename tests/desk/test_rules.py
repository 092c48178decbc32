"""Rules: proposed from labels of people, tried, let hold, withdrawn; and what is stored is scored anew."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from social_listener.desk_types import QueueFilter, View
from social_listener.desk_types.teaching import Renewal, Rule, RuleState
from social_listener.errors import Conflict, DeskError, NotPermitted
from social_listener.model import SentimentLabel
from social_listener.rights import SYSTEM, Role
from social_listener.scoring import Circumstances, Weights, score
from social_listener.store import facts

if TYPE_CHECKING:
    from desk_kit import Kit

NEGATIVE, NEUTRAL, POSITIVE, UNSURE = SentimentLabel
FOUR = (
    "the soup had gone cold when the box came",
    "my coffee was gone cold, again",
    "everything in it had gone cold",
    "half of the plate had gone cold",
)


def said(kit: Kit, text: str, author: str) -> str:
    """Store a mention with the score that the program makes of it."""
    item = kit.mention(text, author=author)
    made = score(text, Circumstances(), Weights(waiting_at_target=15, waiting_most=30))
    with kit.store.transaction() as cursor:
        cursor.execute(
            """UPDATE scores SET sentiment = ?, sentiment_label = ?, sentiment_reason = ?, language = ?, priority = ?,
               factors = ?, scorer = ? WHERE interaction_id = ?""",
            [
                made.sentiment,
                made.sentiment_label.value,
                made.sentiment_reason,
                made.language,
                made.priority,
                facts.factors_text(made.factors),
                made.scorer,
                item,
            ],
        )
    return item


def taught(kit: Kit) -> tuple[list[str], Rule]:
    """Let four customers say it, somebody correct three of them, and the rule be proposed."""
    items = [said(kit, text, f"guest{number}") for number, text in enumerate(FOUR)]
    for item in items[:3]:
        kit.desk.corrections.correct(item, "ana", sentiment=NEGATIVE)
    (rule,) = kit.desk.rules.propose(SYSTEM)
    return items, rule


def everything(kit: Kit) -> dict[str, list[Any]]:
    """Return what is stored of scores and rules."""
    with kit.store.read() as cursor:
        return {
            table: cursor.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()
            for table in ("scores", "machine_scores", "rules", "queue", "corrections")
        }


def test_what_corrections_speak_for_is_proposed_and_does_nothing(kit: Kit) -> None:
    """It has its evidence, and stays one proposal when looked for again; what nothing speaks for any more goes."""
    items, rule = taught(kit)
    assert (rule.phrase, rule.state, rule.speak_for, rule.against) == ("gone cold", RuleState.PROPOSED, 3, 0)
    assert rule.points < 0
    assert kit.desk.rules.propose(SYSTEM) == (rule,)
    assert kit.desk.item(items[3], "ana").sentiment_label is not NEGATIVE
    (one,) = kit.desk.corrections.of_item(items[0], "ana")
    kit.desk.corrections.take_back(one.id, "ana")
    assert kit.desk.rules.propose(SYSTEM) == () == kit.desk.rules.all("ana")


def test_a_trial_shows_what_would_change_and_changes_nothing(kit: Kit) -> None:
    """Labels before and after, the items by name, and agreement with people; corrected items are not told as moves."""
    items, rule = taught(kit)
    said(kit, "lovely beans, thank you", "zed")
    before = everything(kit)
    trial = kit.desk.rules.trial([rule.id], 30, "ana")
    assert everything(kit) == before
    was = kit.desk.item(items[3], "ana")
    told = "none" if was.sentiment is None else was.sentiment_label.value
    assert (trial.items, trial.changed, dict(trial.labels)) == (5, 1, {(told, "negative"): 1})
    assert [(one.item_id, one.before, one.after) for one in trial.moves] == [(items[3], told, "negative")]
    assert "taught on" in trial.moves[0].reason
    assert trial.corrected_before.value == 0
    assert trial.corrected_after.value == 1
    assert trial.corrected_after.low < 1


def test_a_rule_holds_for_new_items_at_once_and_for_stored_ones_after_a_rescoring(kit: Kit) -> None:
    """The running ingest reads by it; what is stored waits for `rescore`, which keeps what people say."""
    items, rule = taught(kit)
    ingest = kit.desk._ingest
    trial = kit.desk.rules.trial([rule.id], 30, "ana")
    assert kit.desk.rules.activate([rule.id], "ana") == 1
    assert [one.phrase for one in ingest.tuning.rules] == ["gone cold"]
    assert ingest.tuning.version == 1
    assert kit.desk.item(items[3], "ana").sentiment_label is not NEGATIVE
    difference = kit.desk.rules.difference(30, "ana")
    assert (difference.moves, difference.labels) == (trial.moves, trial.labels)
    assert kit.desk.rules.rescore(30, SYSTEM) == 4
    last = kit.desk.item(items[3], "ana")
    assert last.sentiment_label is NEGATIVE
    assert "“gone cold”" in last.sentiment_reason
    first = kit.desk.item(items[0], "ana")
    assert first.sentiment_reason.startswith("corrected by ana; was negative: ")
    listed = kit.desk.queue(QueueFilter(view=View.OPEN, sentiment=NEGATIVE), "ana").rows
    assert len(listed) == 4
    with kit.store.read() as cursor:
        scorers = cursor.execute("SELECT DISTINCT scorer FROM scores").fetchall()
    assert len(scorers) == 1
    assert scorers[0][0].endswith("+rules-1")
    assert kit.desk.rules.rescore(30, SYSTEM) == 0


def test_a_rule_that_is_withdrawn_leaves_no_trace_in_new_scores(kit: Kit) -> None:
    """After a rescoring every figure is what it was before, to the last one; it is not proposed again."""
    items, rule = taught(kit)
    before = kit.desk.item(items[3], "ana")
    kit.desk.rules.activate([rule.id], "ana")
    kit.desk.rules.rescore(30, SYSTEM)
    assert kit.desk.item(items[3], "ana") != before
    assert kit.desk.rules.withdraw([rule.id], "ana") == 2
    kit.desk.rules.rescore(30, SYSTEM)
    assert kit.desk.item(items[3], "ana") == before
    assert kit.desk.rules.propose(SYSTEM) == ()
    with pytest.raises(DeskError, match="is withdrawn already"):
        kit.desk.rules.withdraw([rule.id], "ana")


def test_rules_hold_after_a_restart(kit: Kit) -> None:
    """The next process reads by them from its first item on."""
    _, rule = taught(kit)
    kit.desk.rules.activate([rule.id], "ana")
    kit.again()
    assert kit.desk._ingest.tuning.rules == ()
    kit.desk.rules.tune()
    assert [one.phrase for one in kit.desk._ingest.tuning.rules] == ["gone cold"]


def test_who_may_not_teach_may_look(kit: Kit) -> None:
    """Letting a rule hold takes a right of its own; there is no rule that nobody proposed."""
    _, rule = taught(kit)
    kit.desk.people.set_rights(SYSTEM, "ben", Role.MARKETER, None, 1)
    assert kit.desk.rules.all("ben") == (rule,)
    with pytest.raises(NotPermitted):
        kit.desk.rules.activate([rule.id], "ben")
    kit.desk.people.set_rights(SYSTEM, "ben", Role.MANAGER, frozenset({"main"}), 2)
    with pytest.raises(NotPermitted, match="every account"):
        kit.desk.rules.activate([rule.id], "ben")
    with pytest.raises(DeskError, match="there is no rule 'none'"):
        kit.desk.rules.activate(["none"], "ana")


def test_an_item_that_is_edited_during_a_rescoring_is_left_alone(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its new words were scored when they came; the score of the old ones is not written over them."""
    items, rule = taught(kit)
    kit.desk.rules.activate([rule.id], "ana")
    made = kit.desk.rules._made

    def late(those: Any, tuning: Any) -> Any:
        found = made(those, tuning)
        with kit.store.transaction() as cursor:
            cursor.execute("UPDATE interactions SET version_id = 'later' WHERE id = ?", [items[3]])
        return found

    monkeypatch.setattr(kit.desk.rules, "_made", late)
    before = kit.desk.item(items[3], "ana").sentiment_label
    assert kit.desk.rules.rescore(30, SYSTEM) == 3
    assert kit.desk.item(items[3], "ana").sentiment_label is before


def test_somebody_writes_a_rule_of_their_own(kit: Kit) -> None:
    """It is proposed under their name, tried like any other, and no look at the labels takes it away."""
    items = [said(kit, text, f"guest{number}") for number, text in enumerate(FOUR)]
    rule = kit.desk.rules.write("  Gone COLD! ", -2.0, "ana")
    assert (rule.phrase, rule.state, rule.made_by, rule.speak_for) == ("gone cold", RuleState.PROPOSED, "ana", 0)
    assert kit.desk.rules.propose(SYSTEM) == (rule,)
    assert {one.item_id for one in kit.desk.rules.trial([rule.id], 30, "ana").moves} <= {*items}
    assert kit.desk.rules.trial([rule.id], 30, "ana").changed > 0
    for item in items:
        kit.desk.corrections.correct(item, "ben", sentiment=NEGATIVE)
    assert kit.desk.rules.propose(SYSTEM) == (rule,)


@pytest.mark.parametrize(
    ("phrase", "points", "match"),
    [
        ("one two three four", -1.0, "one to 3 words"),
        ("@fernhill !!", -1.0, "one to 3 words"),
        ("cold", 0.0, "points are 0.5 to 4"),
        ("cold", 0.7, "points are 0.5 to 4"),
        ("cold", -4.5, "points are 0.5 to 4"),
        ("gone cold", 1.0, "there is a rule 'gone cold' already: it is proposed"),
    ],
)
def test_what_is_no_rule_is_refused(kit: Kit, phrase: str, points: float, match: str) -> None:
    """Words, points and what is there already are looked at."""
    kit.desk.rules.write("gone cold", -1.0, "ana")
    with pytest.raises(DeskError, match=match):
        kit.desk.rules.write(phrase, points, "ana")
    assert len(kit.desk.rules.all("ana")) == 1


def test_the_history_tells_who_did_what_to_a_rule(kit: Kit) -> None:
    """Newest first, with the version of the rules that came of it."""
    rule = kit.desk.rules.write("gone cold", -2.0, "ana")
    kit.pass_time(hours=1)
    kit.desk.rules.activate([rule.id], "ben")
    kit.pass_time(hours=1)
    kit.desk.rules.withdraw([rule.id], "ana")
    told = [(one.staff, one.what, one.phrase, one.points, one.version) for one in kit.desk.rules.history("ben")]
    assert told == [
        ("ana", "withdrawn", "gone cold", -2.0, 2),
        ("ben", "active", "gone cold", -2.0, 1),
        ("ana", "written", "gone cold", -2.0, 0),
    ]


def renewed(kit: Kit) -> Renewal:
    """Wait until the scoring anew that is at work has ended, and return how it did."""
    thread = kit.desk.rules._renewing._thread
    assert thread is not None
    thread.join(60)
    told = kit.desk.rules.renewal("ana")
    assert told is not None
    return told


def test_what_is_stored_is_scored_anew_in_the_background_one_at_a_time(kit: Kit) -> None:
    """All see how far it is; a second one is refused while it is at work; how it ended is told."""
    items, rule = taught(kit)
    kit.desk.rules.activate([rule.id], "ana")
    assert kit.desk.rules.renewal("ana") is None
    go = threading.Event()
    held = Renewal(days=1, staff="zoe", began_at=kit.now(), items=9)
    kit.desk.rules._renewing.begin(held, lambda progress, _: (progress(4, 1), go.wait(60)))
    with pytest.raises(Conflict, match="zoe is having it scored anew already"):
        kit.desk.rules.renew(30, "ana")
    go.set()
    told = renewed(kit)
    assert (told.done, told.written, told.ended, told.failed) == (4, 1, True, False)
    assert kit.desk.rules.renew(30, "ana").items == 4
    told = renewed(kit)
    assert (told.staff, told.done, told.written, told.ended, told.failed) == ("ana", 4, 4, True, False)
    assert kit.desk.item(items[3], "ana").sentiment_label is NEGATIVE


def test_scoring_anew_stops_between_two_steps_when_the_service_ends(kit: Kit) -> None:
    """What it had not come to is as it was, and it is told as not done."""
    _, rule = taught(kit)
    kit.desk.rules.activate([rule.id], "ana")
    kit.desk.rules.close()
    kit.desk.rules.renew(30, "ana")
    told = renewed(kit)
    assert (told.written, told.ended, told.failed) == (0, True, True)
