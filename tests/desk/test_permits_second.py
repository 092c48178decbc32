"""What is named beside the first thing of a call: an object of a foreign account there is one that does not exist."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import pytest
from desk_kit import Kit, make_kit
from permits_insights import remark
from staff_kit import seed_staff
from test_permits import methods

from social_listener.desk import Desk
from social_listener.desk.bulk import Change, Deed
from social_listener.desk_types.answering import MacroStep
from social_listener.desk_types.contacts import Silencing
from social_listener.desk_types.insights import Annotation
from social_listener.errors import DeskError
from social_listener.rights import Role

ME = "lim"  #: a manager of the account `main` only


class Place(NamedTuple):
    """An account's objects."""

    conversation: str
    item: str
    contact: str
    remark: Annotation
    macro: str
    step: str


class Second(NamedTuple):
    """A call about something of one's own that names a second object."""

    call: Callable[[Desk, Place, Place], Any]  #: with one's own place, and that of the second object
    told: Callable[[Any, Place], bool] | None = None  #: whether an answer without an error shows the second object
    inner: bool = False  #: it has to be within the first one


def _picks(desk: Desk, conversation_id: str) -> Any:
    return desk.bulk.prepare(Change(deed=Deed.RESOLVE), ME, ids=[conversation_id]).versions


SECOND: dict[str, Second] = {
    "conversation": Second(
        lambda desk, own, other: desk.conversation(own.conversation, ME, other.item),
        lambda view, other: other.item in repr(view),
        inner=True,
    ),
    "opened": Second(
        lambda desk, own, other: desk.opened(own.conversation, ME, other.item),
        lambda found, other: other.item in repr(found),
        inner=True,
    ),
    "contacts.merge": Second(lambda desk, own, other: desk.contacts.merge(own.conversation, other.contact, ME)),
    "contacts.split": Second(lambda desk, own, other: desk.contacts.split(own.conversation, other.contact, ME)),
    "macros.run": Second(
        lambda desk, own, other: desk.macros.run(
            other.macro, 1, own.item, ME, desk.conversation(own.conversation, ME).version
        )
    ),
    "bulk.prepare": Second(
        lambda desk, _, other: _picks(desk, other.conversation), lambda found, other: other.conversation in found
    ),
    "insights.annotate": Second(
        lambda desk, _, other: desk.insights.annotate(replace(other.remark, account_id="main", text="mine now"), ME)
    ),
    "undoing.undo": Second(lambda desk, _, other: desk.undoing.undo(other.step, ME)),
}
#: what names a second thing that belongs to no account, or to nobody but who asks → why
ELSEWHERE = {
    "labels.put": "labels are everybody's",
    "library.used": "it only counts how often a saved reply was taken",
    "settle": "the second is the platform's own name of a post",
    "team.hand_over": "teams are everybody's; whom they may give it to is tested with assignment",
}


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kit]:
    """Return a desk with two accounts, and a manager who has access to the first only."""
    made = make_kit(tmp_path_factory.mktemp("second"), accounts=("main", "other"))
    seed_staff(made.desk, ME, role=Role.MANAGER, accounts=frozenset({"main"}))
    yield made
    made.close()


def place(kit: Kit, account: str, author: str, by: str) -> Place:
    """Return something of everything on an account; macro, remark and deed are of whoever it is said."""
    desk = kit.desk
    item = kit.mention(author=author, account=account)
    conversation = desk.conversation_of(item)
    kept = desk.insights.annotate(remark(desk, account), by)
    macro = desk.macros.save(f"Of {author}", [MacroStep(kind="note", value="x")], by, shared=False)
    desk.contacts.silence(conversation, Silencing.MUTED, by)
    step, contact = desk.undoing.latest(by), desk.conversation(conversation, by).contact
    assert step is not None
    assert contact is not None
    return Place(conversation, item, contact.contact.id, kept, macro.id, step.id)


def outcome(second: Second, desk: Desk, own: Place, other: Place) -> str:
    """Return what comes of a call, without the ids in it."""
    try:
        answer = second.call(desk, own, other)
    except DeskError as error:
        told = f"{type(error).__name__}: {error}"
        for value in (*(one for one in other if isinstance(one, str)), other.remark.id):
            told = told.replace(value, "<id>")
        return told
    return "shown" if second.told is None or second.told(answer, other) else "not shown"


@pytest.mark.parametrize("name", list(SECOND))
def test_a_foreign_second_object_is_as_if_it_were_not_there(kit: Kit, name: str) -> None:
    """It is told apart from one's own, and not from one that does not exist; nothing of it is shown or changed."""
    own = place(kit, "main", f"mara {name}", ME)
    twin = place(kit, "main", f"bella {name}", ME)
    foreign = place(kit, "other", f"secretguest {name}", "ana")
    missing = Place("x:404:404", "x:404", "x:nobody", replace(foreign.remark, id="remark-404"), "macro-404", "step-404")
    before = [kit.desk.conversation(foreign.conversation, "ana"), kit.desk.undoing.latest("ana")]
    told = outcome(SECOND[name], kit.desk, own, foreign)
    assert told == outcome(SECOND[name], kit.desk, own, missing)
    assert told != "shown"
    assert "secretguest" not in told
    assert [kit.desk.conversation(foreign.conversation, "ana"), kit.desk.undoing.latest("ana")] == before
    # the other way round: something that may be named is told
    assert outcome(SECOND[name], kit.desk, own, own if SECOND[name].inner else twin) != told


def test_every_call_that_names_two_things_is_among_them(kit: Kit) -> None:
    """A new method that takes two ids fails here until it is said what comes of a foreign second one."""
    found = set()
    for name in methods(kit.desk):
        value: Any = kit.desk
        for part in name.split("."):
            value = inspect.getattr_static(value, part)
        if not callable(value):
            continue
        names = inspect.signature(value).parameters
        if "staff" in names and sum(one.endswith("_id") for one in names) > 1:
            found.add(name)
    assert found
    assert found <= {*SECOND, *ELSEWHERE}
