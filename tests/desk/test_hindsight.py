"""Priority in hindsight: what staff put first, what was escalated, and what other weights would have done."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from desk_kit import make_kit
from staff_kit import seed_staff

from social_listener.errors import NotPermitted
from social_listener.levels import Band
from social_listener.rights import SYSTEM, Role
from social_listener.scoring import Weights

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from desk_kit import Kit


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Kit]:
    """Return a desk with two accounts."""
    kit = make_kit(tmp_path, accounts=("main", "second"))
    yield kit
    kit.close()


def answer(kit: Kit, item: str) -> None:
    """Answer an item, as the platform will tell."""
    kit.reply(item)
    kit.outbox.deliver(kit.now())


def test_what_was_answered_past_an_older_one_was_put_first(kit: Kit) -> None:
    """Only items between which staff had to choose count; what is answered in turn tells nothing."""
    kit.mention("first", "mara")
    kit.pass_time(minutes=1)
    urgent = kit.mention("second", "jon")
    assert kit.desk.hindsight.chosen(30, SYSTEM).count == 0
    kit.pass_time(minutes=1)
    answer(kit, urgent)
    found = kit.desk.hindsight.chosen(30, SYSTEM)
    assert (found.count, found.first) == (2, 1)
    kit.pass_time(minutes=1)
    answer(kit, kit.mention("third", "lee"))
    assert kit.desk.hindsight.chosen(30, SYSTEM).first == 2


def test_other_accounts_are_no_choice(two: Kit) -> None:
    """An older item of another account was not passed over."""
    two.mention("first", "mara", "second")
    two.pass_time(minutes=1)
    item = two.mention("second", "jon")
    answer(two, item)
    assert two.desk.hindsight.chosen(30, SYSTEM).count == 0
    assert two.desk.hindsight.escalated(30, SYSTEM).count == 2
    seed_staff(two.desk, "dora", role=Role.COMMUNITY_MANAGER, accounts=frozenset({"main"}))
    assert two.desk.hindsight.escalated(30, "dora").count == 1
    with pytest.raises(NotPermitted):
        two.desk.hindsight.escalated(30, "nobody")


def test_what_was_escalated_counts(kit: Kit) -> None:
    """An item whose answer was told to be due soon or late is found, whatever became of it; others are not."""
    kit.mention("first", "mara")
    kit.pass_time(minutes=50)
    kit.mention("second", "jon")
    assert kit.desk.hindsight.escalated(30, SYSTEM).first == 0
    assert kit.desk.levels.escalate() == 1
    found = kit.desk.hindsight.escalated(30, SYSTEM)
    assert (found.count, found.first) == (2, 1)


def test_only_the_last_days_count(kit: Kit) -> None:
    """What was said before is left out."""
    kit.mention("first", "mara")
    kit.pass_time(days=3)
    kit.mention("second", "jon")
    assert kit.desk.hindsight.escalated(2, SYSTEM).count == 1
    assert kit.desk.hindsight.escalated(30, SYSTEM).count == 2


def test_other_weights_are_tried_on_the_same_circumstances(kit: Kit) -> None:
    """What would move is due to the weights alone, also for what depends on who wrote and how often before."""
    held = Weights(waiting_at_target=15, waiting_most=30)
    for _ in range(3):
        kit.mention("just saw your advert on the bus", "mara")
        kit.pass_time(minutes=1)
    same = kit.desk.hindsight.tried(held, 30, SYSTEM)
    assert (same.items, same.changed, same.moves) == (3, 0, ())
    louder = kit.desk.hindsight.tried(replace(held, repeat=20.0), 30, SYSTEM)
    assert [(one.after - one.before, one.factors) for one in louder.moves] == [(34, ("repeat",)), (17, ("repeat",))]
    assert [(one.band_before, one.band_after) for one in louder.moves] == [
        (Band.LOW, Band.MIDDLE),
        (Band.LOW, Band.LOW),
    ]
    assert all(one.waits for one in louder.moves)


def test_agreement_is_measured_with_both_weights(kit: Kit) -> None:
    """Staff put a refund before older chatter that asks: weights that see it so agree, others do not."""
    kit.mention("which of your shops is open on Sunday?", "mara")
    kit.pass_time(minutes=1)
    answer(kit, kit.mention("refund", "jon"))
    held = Weights()
    trial = kit.desk.hindsight.tried(replace(held, refund=0.0, sentiment=0.0), 30, SYSTEM)
    assert (trial.chosen, trial.agreement_before, trial.agreement_after) == (2, 1.0, 0.0)
