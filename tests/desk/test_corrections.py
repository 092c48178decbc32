"""Corrections: what a person says an item is holds everywhere, until the item says something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from social_listener.desk_types import QueueFilter, View
from social_listener.desk_types.teaching import What
from social_listener.errors import DeskError, NotAllowed
from social_listener.levels import Band
from social_listener.model import SentimentLabel
from social_listener.store import exports

if TYPE_CHECKING:
    from desk_kit import Kit

    from social_listener.desk_types import ThreadItem

NEGATIVE, NEUTRAL, POSITIVE = SentimentLabel.NEGATIVE, SentimentLabel.NEUTRAL, SentimentLabel.POSITIVE


def item(kit: Kit, item_id: str) -> ThreadItem:
    """Return an item as staff see it."""
    return kit.desk.item(item_id, "ana")


def found(kit: Kit, label: SentimentLabel, search: str = "") -> list[str]:
    """Return the conversations that the inbox lists under a label."""
    wanted = QueueFilter(view=View.OPEN, sentiment=label, search=search)
    return [row.conversation_id for row in kit.desk.queue(wanted, "ana").rows]


def undo(kit: Kit, staff: str = "ana") -> tuple[int, list[str]]:
    """Take back what somebody did last; return how many things are as they were, and why others are not."""
    offer = kit.desk.undoing.latest(staff)
    assert offer is not None
    done = kit.desk.undoing.undo(offer.id, staff)
    return done.restored, [one.why for one in done.left]


def test_a_corrected_item_is_what_the_person_says_everywhere(kit: Kit) -> None:
    """It is shown, filtered, searched, counted and exported so, and its reason names the person and what it was."""
    one = kit.mention("@fernhill quokka delivered", author="mara")
    other = kit.mention("@fernhill quokka lost", author="ben")
    talk = kit.desk.conversation_of(one)
    assert found(kit, NEGATIVE) != [talk]
    (made,) = kit.desk.corrections.correct(one, "ana", sentiment=POSITIVE)
    assert (made.what, made.was, made.is_now, made.staff) == (What.SENTIMENT, "negative", "positive", "ana")
    shown = item(kit, one)
    assert (shown.sentiment_label, shown.sentiment) == (POSITIVE, 0.6)
    assert shown.sentiment_reason == "corrected by ana; was negative: negative words"
    assert found(kit, POSITIVE) == found(kit, POSITIVE, "quokka") == [talk]
    assert found(kit, NEGATIVE) == found(kit, NEGATIVE, "quokka") == [kit.desk.conversation_of(other)]
    card = kit.desk.conversation(talk, "ana").contact
    assert card is not None
    assert (card.sentiment[POSITIVE], card.sentiment[NEGATIVE]) == (1, 0)
    lines = b"".join(exports.write(kit.store, "jsonl")).decode().splitlines()
    assert sum('"sentiment_label":"positive"' in line for line in lines) == 1


def test_a_corrected_priority_moves_to_the_nearest_of_its_band_and_still_sums_up(kit: Kit) -> None:
    """The queue is sorted by it, and a factor names the person; a band that it is in already changes nothing."""
    low = kit.mention(author="mara")
    kit.mention(author="ben")
    assert kit.desk.corrections.correct(low, "ana", priority=Band.MIDDLE) == ()
    (made,) = kit.desk.corrections.correct(low, "ana", priority=Band.HIGH)
    assert (made.was, made.is_now) == ("middle", "high")
    shown = item(kit, low)
    assert shown.priority == 70 == sum(part.points for part in shown.factors)
    assert shown.factors[-1].because == "ana says that its priority is high"
    assert kit.waiting()[0] == kit.desk.conversation_of(low)
    kit.desk.corrections.correct(low, "ben", priority=Band.LOW)
    shown = item(kit, low)
    assert shown.priority == 39 == sum(part.points for part in shown.factors)
    assert kit.waiting()[-1] == kit.desk.conversation_of(low)


def test_it_is_taken_back_exactly_step_by_step(kit: Kit) -> None:
    """Undo brings back the correction before, and then what the program had made of it, to the last column."""
    one = kit.mention()
    before = item(kit, one)
    kit.desk.corrections.correct(one, "ana", sentiment=POSITIVE)
    first = item(kit, one)
    kit.desk.corrections.correct(one, "ana", sentiment=NEUTRAL, priority=Band.LOW)
    assert undo(kit) == (1, [])
    assert undo(kit) == (1, [])
    assert item(kit, one) == first
    assert undo(kit) == (1, [])
    assert item(kit, one) == before
    assert kit.desk.corrections.of_item(one, "ana") == ()
    assert kit.desk.undoing.latest("ana") is None


def test_what_a_colleague_said_since_stays(kit: Kit) -> None:
    """Undo leaves a colleague's later word, and names them; their own undo brings the earlier word back."""
    one = kit.mention()
    kit.desk.corrections.correct(one, "ana", sentiment=POSITIVE)
    kit.desk.corrections.correct(one, "ben", sentiment=NEUTRAL)
    assert undo(kit, "ana") == (0, ["ben changed it since"])
    assert item(kit, one).sentiment_label is NEUTRAL
    assert undo(kit, "ben") == (1, [])
    assert item(kit, one).sentiment_label is POSITIVE


def test_the_program_s_word_can_be_had_again(kit: Kit) -> None:
    """A correction that is taken back, by whomever, holds no more; twice is told."""
    one = kit.mention()
    before = item(kit, one)
    (made,) = kit.desk.corrections.correct(one, "ana", sentiment=POSITIVE)
    kit.desk.corrections.take_back(made.id, "ben")
    assert item(kit, one) == before
    with pytest.raises(DeskError, match="does not hold any more"):
        kit.desk.corrections.take_back(made.id, "ben")
    assert undo(kit, "ana") == (0, ["it was changed since"])


def test_only_what_was_scored_can_be_corrected(kit: Kit) -> None:
    """Nobody corrects what we said or what is deleted, and nobody calls an item unsure."""
    one = kit.mention()
    with pytest.raises(DeskError, match="an item is negative, neutral, positive, not 'unsure'"):
        kit.desk.corrections.correct(one, "ana", sentiment=SentimentLabel.UNSURE)
    kit.reply(one)
    kit.outbox.deliver(kit.now())
    ours = next(line.item.id for line in kit.desk.conversation(kit.desk.conversation_of(one), "ana").items[1:])
    with pytest.raises(NotAllowed, match="only what somebody said to us"):
        kit.desk.corrections.correct(ours, "ana", sentiment=POSITIVE)
    assert kit.desk.corrections.correct(one, "ana", sentiment=NEGATIVE) == ()
    assert kit.desk.undoing.latest("ana") is None


def test_the_audit_holds_labels_and_no_words(kit: Kit) -> None:
    """What was corrected is written down without a word of the customer."""
    one = kit.mention("@fernhill quokka lost")
    kit.desk.corrections.correct(one, "ana", sentiment=POSITIVE)
    with kit.store.read() as cursor:
        events = cursor.execute("SELECT verb, object_id, details FROM audit_events WHERE verb = 'item.corrected'")
        assert events.fetchall() == [
            ("item.corrected", one, '{"what": "sentiment", "was": "negative", "is_now": "positive"}')
        ]
        assert "quokka" not in str(cursor.execute("SELECT * FROM corrections").fetchall())


def test_the_newest_corrections_come_with_their_words(kit: Kit) -> None:
    """Newest first, those taken back too, and no words of an item that is deleted."""
    one, other = kit.mention("@fernhill quokka lost", author="mara"), kit.mention("@fernhill late", author="ben")
    (made,) = kit.desk.corrections.correct(one, "ana", sentiment=POSITIVE)
    kit.desk.corrections.take_back(made.id, "ana")
    kit.pass_time(minutes=1)
    kit.desk.corrections.correct(other, "ana", priority=Band.HIGH)
    found = kit.desk.corrections.newest("ben")
    assert [(line.correction.item_id, line.excerpt) for line in found] == [
        (other, "@fernhill late"),
        (one, "@fernhill quokka lost"),
    ]
    assert found[1].correction.undone_why == "taken_back"
    assert found[1].conversation_id == kit.desk.conversation_of(one)
    with kit.store.transaction() as cursor:
        cursor.execute("UPDATE interactions SET deleted_at = ? WHERE id = ?", [kit.now(), one])
    assert [line.excerpt for line in kit.desk.corrections.newest("ben")] == ["@fernhill late", ""]
