"""The weekly sample: drawn once, answered blind, and the only thing that precision is counted from."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from social_listener.errors import Conflict, DeskError, NotPermitted
from social_listener.model import SentimentLabel
from social_listener.rights import SYSTEM
from social_listener.scoring.measures import wilson

if TYPE_CHECKING:
    from desk_kit import Kit

    from social_listener.desk_types.teaching import SampleReport

NEGATIVE, NEUTRAL, POSITIVE, UNSURE = SentimentLabel


def drawn(kit: Kit, count: int = 6) -> list[str]:
    """Let customers write, and draw the sample of that week a week later; return the samples."""
    for number in range(count):
        kit.mention(f"@fernhill number {number}", author=f"guest{number}")
    kit.pass_time(days=7)
    kit.desk.samples.draw(SYSTEM)
    return [one.id for one in kit.desk.samples.open("ana")]


def figures(kit: Kit) -> SampleReport:
    """Return what all samples say."""
    return kit.desk.samples.figures(kit.now() - timedelta(days=90), kit.now() + timedelta(days=1), "ana")


def test_a_week_is_drawn_once_when_it_is_over(kit: Kit) -> None:
    """Nothing of a week that still runs; all items of one that had few; a second look draws nothing."""
    kit.mention()
    assert kit.desk.samples.draw(SYSTEM) == 0
    assert len(drawn(kit)) == 7
    assert kit.desk.samples.draw(SYSTEM) == 0
    kit.pass_time(days=7)
    assert kit.desk.samples.draw(SYSTEM) == 0


def test_of_many_twenty_are_drawn_and_nobody_is_told_the_label(kit: Kit) -> None:
    """Staff get the words and where they were said; what the program made of them is in no field."""
    assert len(drawn(kit, 30)) == 20
    one = kit.desk.samples.open("ana")[0]
    assert one.text.startswith("@fernhill number")
    assert (one.channel, one.language, one.week) == ("x", "en", "2026-W45")
    assert "negative" not in repr(one)
    assert kit.desk.samples.draw(SYSTEM) == 0


def test_an_answer_corrects_the_item_where_it_differs(kit: Kit) -> None:
    """One that agrees leaves the item as it is; one that differs corrects it, and taking that back asks again."""
    agreed, differs, *_ = drawn(kit)
    kit.desk.samples.answer(agreed, NEGATIVE, "ana")
    assert kit.desk.corrections.of_item(agreed.split()[1], "ana") == ()
    kit.desk.samples.answer(differs, POSITIVE, "ben")
    (made,) = kit.desk.corrections.of_item(differs.split()[1], "ana")
    assert (made.staff, made.is_now, made.sample_id) == ("ben", "positive", differs)
    waiting = [one.id for one in kit.desk.samples.open("ana")]
    assert len(waiting) == 4
    offer = kit.desk.undoing.latest("ben")
    assert offer is not None
    kit.desk.undoing.undo(offer.id, "ben")
    assert differs in [one.id for one in kit.desk.samples.open("ana")]
    assert figures(kit).whole.answered == 1


def test_who_comes_second_is_told(kit: Kit) -> None:
    """An answered or skipped sample, one that was reworded, deleted or never drawn, takes no answer."""
    first, second, third, *_ = drawn(kit)
    kit.desk.samples.answer(first, NEGATIVE, "ana")
    kit.desk.samples.skip(second, "ana")
    for one in (first, second):
        with pytest.raises(Conflict, match="ana has answered this already"):
            kit.desk.samples.answer(one, NEGATIVE, "ben")
    with kit.store.transaction() as cursor:
        cursor.execute("UPDATE interactions SET version_id = 'other' WHERE id = ?", [third.split()[1]])
    with pytest.raises(Conflict, match="says something else now"):
        kit.desk.samples.skip(third, "ben")
    assert not {first, second, third} & {one.id for one in kit.desk.samples.open("ana")}
    with pytest.raises(DeskError, match="there is no sample 'none'"):
        kit.desk.samples.answer("none", NEGATIVE, "ben")
    with pytest.raises(DeskError, match="skip it when you cannot tell"):
        kit.desk.samples.answer(first, UNSURE, "ben")
    with pytest.raises(NotPermitted):
        kit.desk.samples.answer(first, NEGATIVE, "nobody")


def test_precision_is_counted_from_samples_alone(kit: Kit) -> None:
    """Volunteered corrections change no figure, and neither does what is not answered; each has its interval."""
    volunteered = kit.mention(author="zed")
    one, two, three, four, *_ = [id_ for id_ in drawn(kit) if id_.split()[1] != volunteered]
    assert math.isnan(figures(kit).whole.accuracy.value)
    for sample, label in ((one, NEGATIVE), (two, NEGATIVE), (three, POSITIVE)):
        kit.desk.samples.answer(sample, label, "ana")
    kit.desk.samples.skip(four, "ana")
    before = figures(kit)
    assert (before.whole.drawn, before.whole.answered, before.whole.skipped) == (7, 3, 1)
    assert before.whole.precision[NEGATIVE] == pytest.approx(tuple(wilson(2, 3)))
    assert before.whole.coverage == pytest.approx(tuple(wilson(3, 3)))
    assert [(one.channel, one.language) for one in before.cells] == [("x", "en")]
    kit.desk.corrections.correct(volunteered, "ben", sentiment=POSITIVE)
    assert figures(kit) == before


def test_an_item_that_was_corrected_before_counts_as_the_program_made_it(kit: Kit) -> None:
    """What somebody volunteered in the week does not make the program look better in the sample."""
    item = kit.mention(author="zed")
    kit.desk.corrections.correct(item, "ben", sentiment=POSITIVE)
    (sample,) = drawn(kit, 0)
    kit.desk.samples.answer(sample, POSITIVE, "ana")
    assert figures(kit).whole.precision[NEGATIVE].value == 0


def test_nobody_is_asked_after_four_weeks(kit: Kit) -> None:
    """What nobody has answered by then goes by itself."""
    assert drawn(kit)
    kit.pass_time(days=28)
    assert kit.desk.samples.open("ana")
    kit.pass_time(seconds=1)
    assert kit.desk.samples.open("ana") == ()


def test_one_takes_one_s_own_answer_back(kit: Kit) -> None:
    """It is asked again, and what it corrected is as before; a colleague's answer stays, and one that was not given."""
    first, second, third, *_ = drawn(kit)
    kit.desk.samples.answer(first, POSITIVE, "ana")
    kit.desk.samples.skip(second, "ana")
    for one in (first, second):
        with pytest.raises(Conflict, match="ana has answered this"):
            kit.desk.samples.ask_again(one, "ben")
        kit.desk.samples.ask_again(one, "ana")
    with pytest.raises(Conflict, match="nobody has answered this"):
        kit.desk.samples.ask_again(third, "ana")
    assert {first, second} <= {one.id for one in kit.desk.samples.open("ana")}
    assert kit.desk.corrections.of_item(first.split()[1], "ana") == ()
    assert figures(kit).whole.skipped == 0
    kit.desk.samples.answer(first, NEGATIVE, "ben")


def test_every_number_has_its_answers_behind_it(kit: Kit) -> None:
    """They tell what was told and what was said, newest first; a skipped one and one that waits are not there."""
    one, two, three, *_ = drawn(kit)
    kit.desk.samples.answer(one, NEGATIVE, "ana")
    kit.pass_time(minutes=1)
    kit.desk.samples.answer(two, POSITIVE, "ben")
    kit.desk.samples.skip(three, "ana")
    found = kit.desk.samples.behind(kit.now() - timedelta(days=90), kit.now() + timedelta(days=1), "ana")
    assert [(each.id, each.told, each.label, each.answered_by) for each in found] == [
        (two, NEGATIVE, POSITIVE, "ben"),
        (one, NEGATIVE, NEGATIVE, "ana"),
    ]
    assert found[0].excerpt.startswith("@fernhill number")
    assert len(found) == figures(kit).whole.answered
    assert figures(kit).whole.told == {NEGATIVE: 2}
