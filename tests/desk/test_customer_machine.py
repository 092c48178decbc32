"""Merging and splitting in any order, by two people who also take back what they did."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from desk_kit import Kit, make_kit
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from test_contacts import contact_of, facts

from social_listener.desk import contacts as desk_contacts
from social_listener.errors import DeskError
from social_listener.store import customers

PEOPLE = range(5)


class Merging(RuleBasedStateMachine):
    """Five contacts, some of them in private. The model is a partition; an undo restores the one before, or nothing."""

    @initialize()
    def open(self) -> None:
        """Begin with five contacts that nobody has merged."""
        self.folder = Path(tempfile.mkdtemp())
        self.kit: Kit = make_kit(self.folder)
        say = (self.kit.mention, self.kit.message)
        self.items = [say[number % 2](author=f"c{number}") for number in PEOPLE]
        self.talks = [self.kit.desk.conversation_of(item) for item in self.items]
        self.contacts = [contact_of(self.kit, talk) for talk in self.talks]
        self.said = facts(self.kit)
        self.rules = [self.kit.desk.allowed(item) for item in self.items]
        self.groups = {frozenset({number}) for number in PEOPLE}
        self.before: list[set[frozenset[int]]] = []

    def teardown(self) -> None:
        """Leave nothing."""
        if hasattr(self, "kit"):
            self.kit.close()
            shutil.rmtree(self.folder)

    def group(self, number: int) -> frozenset[int]:
        """Return those who are one customer with somebody, by the model."""
        return next(group for group in self.groups if number in group)

    def regroup(self, *groups: frozenset[int]) -> None:
        """Note what a deed made of the groups that it touched."""
        self.before.append(self.groups)
        touched = frozenset().union(*groups)
        self.groups = {group for group in self.groups if not group & touched} | {group for group in groups if group}

    @rule(one=st.sampled_from(PEOPLE), other=st.sampled_from(PEOPLE))
    def merge(self, one: int, other: int) -> None:
        """Say that two are one customer."""
        self.kit.desk.contacts.merge(self.talks[one], self.contacts[other], "ana")
        if one != other and self.group(one) != self.group(other):
            self.regroup(self.group(one) | self.group(other))

    @rule(one=st.sampled_from(PEOPLE), other=st.sampled_from(PEOPLE))
    def split(self, one: int, other: int) -> None:
        """Say that one is another customer after all."""
        whole = self.group(one)
        if other not in whole or len(whole) == 1:
            with pytest.raises(DeskError):
                self.kit.desk.contacts.split(self.talks[one], self.contacts[other], "ana")
            return
        self.kit.desk.contacts.split(self.talks[one], self.contacts[other], "ana")
        self.regroup(frozenset({other}), whole - {other})

    @rule()
    def undo(self) -> None:
        """Take the last deed back."""
        offer = self.kit.desk.undoing.latest("ana")
        assert (offer is not None) == bool(self.before)
        if offer is not None:
            done = self.kit.desk.undoing.undo(offer.id, "ana")
            assert done.left == ()
            self.groups = self.before.pop()

    @invariant()
    def as_the_model_says(self) -> None:
        """Every card shows the model's group; nothing that was said, and nothing that may be done, has changed."""
        if not hasattr(self, "kit"):
            return
        with self.kit.store.read() as cursor:
            for number in PEOPLE:
                together = customers.together(cursor, self.contacts[number])
                assert set(together) == {self.contacts[each] for each in self.group(number)}
        assert facts(self.kit) == self.said
        assert [self.kit.desk.allowed(item) for item in self.items] == self.rules


_SETTINGS = settings(
    max_examples=6,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)


@pytest.mark.parametrize("examples", [3, pytest.param(150, marks=[pytest.mark.long, pytest.mark.timeout(1800)])])
def test_merging_is_a_partition_that_is_taken_back_exactly(examples: int) -> None:
    """In any order of merging, splitting and undoing, cards show who belongs together, and nothing else changes."""
    run_state_machine_as_test(Merging, settings=settings(_SETTINGS, max_examples=examples))


@pytest.mark.long
def test_a_merge_that_forgets_somebody_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: a merge that takes the two alone, and not those who belong to them, does not pass."""
    forgetful = SimpleNamespace(**{**vars(customers), "together": lambda _, contact_id: (contact_id,)})
    monkeypatch.setattr(desk_contacts, "customers", forgetful)
    with pytest.raises((AssertionError, DeskError)):
        run_state_machine_as_test(Merging, settings=settings(_SETTINGS, max_examples=30, phases=[Phase.generate]))
