"""Macros: shown before they are done, done as one, taken back as one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from desk_kit import Kit, make_kit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from staff_kit import seed_staff

from social_listener.desk.macro_steps import STEPS
from social_listener.desk_types.answering import Fits, Macro, MacroStep, SavedText
from social_listener.desk_types.team import Kind
from social_listener.errors import Conflict, DeskError, NotPermitted
from social_listener.model import ReplyState, Status
from social_listener.rights import Role

UNDO = timedelta(seconds=30)


def saved(kit: Kit, text: str = "We refund it, {contact.first_name|dear customer}.") -> str:
    """Keep a saved reply; return its id."""
    number = len(kit.desk.library.all("ana"))
    return kit.desk.library.save(SavedText(name=f"Saved {number}", text=text, shared=True), "ana").id


def macro(kit: Kit, *steps: tuple[str, str], name: str = "Refund") -> Macro:
    """Keep a macro of everybody's."""
    return kit.desk.macros.save(name, [MacroStep(kind=kind, value=value) for kind, value in steps], "ana", shared=True)


def refund(kit: Kit) -> Macro:
    """Return a macro with a step of nearly every kind."""
    words = saved(kit)
    kinds = [
        ("reply_public", words),
        ("reply_private", words),
        ("note", "Refund to {contact.name|?}"),
        ("assign", "me"),
    ]
    return macro(kit, *kinds, ("resolve", ""))


def run(kit: Kit, one: Macro, item: str) -> tuple[str, list[str | None]]:
    """Run a macro on what is there now; return the run, and what stood against each step."""
    view = kit.desk.conversation(kit.desk.conversation_of(item), "ana")
    ran = kit.desk.macros.run(one.id, one.version, item, "ana", view.version)
    return ran.id, [step.problem for step in ran.steps]


def picture(kit: Kit, item: str) -> tuple[object, ...]:
    """Return everything that a macro can change, as staff see it."""
    view = kit.desk.conversation(kit.desk.conversation_of(item), "ana")
    pending = [line.text for line in view.replies if line.state is ReplyState.QUEUED]
    return view.assignee, view.status, view.labels, view.snoozed_until, [note.text for note in view.notes], pending


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Kit]:
    """Return a desk whose replies can be taken back for half a minute."""
    kit = make_kit(tmp_path, undo=UNDO)
    yield kit
    kit.close()


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Kit]:
    """Return a desk with two accounts."""
    kit = make_kit(tmp_path, accounts=("main", "other"))
    yield kit
    kit.close()


def test_it_shows_exactly_what_it_does(slow: Kit) -> None:
    """The preview holds the very texts that are queued, and changes nothing; the run does just that."""
    item = slow.mention(author="mara")
    one = refund(slow)
    before = picture(slow, item)
    (plan,) = slow.desk.macros.plans(item, "ana")
    assert picture(slow, item) == before
    assert [step.words for step in plan.steps] == [
        "Post in public", "Send privately", "Note for the team", "Assign to ana", "Resolve",
    ]  # fmt: skip
    _, problems = run(slow, one, item)
    assert problems == [None] * 5
    assert picture(slow, item) == ("ana", Status.RESOLVED, (), None, ["Refund to Mara"], ["We refund it, Mara."] * 2)
    texts = [step.text for step in plan.steps if step.text]
    assert texts == ["We refund it, Mara.", "We refund it, Mara.", "Refund to Mara"]


def test_the_last_run_is_known_until_it_is_taken_back_or_old(slow: Kit) -> None:
    """It is one's own, the newest of several, and gone after ten minutes."""
    one = refund(slow)
    assert slow.desk.macros.latest("ana") is None
    first, _ = run(slow, one, slow.mention(author="mara"))
    slow.pass_time(seconds=1)
    second, _ = run(slow, one, slow.mention(author="ben"))
    last = slow.desk.macros.latest("ana")
    assert last is not None
    assert (last.id, last.done_at, last.words) == (second, slow.now(), f"Ran “{one.name}”")
    assert last.about == "Ben"
    assert slow.desk.macros.latest("ben") is None
    slow.desk.macros.undo(second, "ana")
    last = slow.desk.macros.latest("ana")
    assert last is not None
    assert (last.id, last.done_at) == (first, slow.now() - timedelta(seconds=1))
    slow.pass_time(minutes=10)
    assert slow.desk.macros.latest("ana") is None


def test_one_undo_takes_everything_back(slow: Kit) -> None:
    """Replies, note, assignment and status are what they were, and nothing goes out."""
    item = slow.mention(author="mara")
    one = refund(slow)
    before = picture(slow, item)
    ran, _ = run(slow, one, item)
    undone = slow.desk.macros.undo(ran, "ana")
    assert undone.left == ()
    assert picture(slow, item) == before
    slow.pass_time(minutes=5)
    slow.outbox.deliver()
    assert slow.channels["main"].calls == []
    with pytest.raises(DeskError, match="already"):
        slow.desk.macros.undo(ran, "ana")


def test_what_has_left_or_was_changed_since_stays_and_is_told(slow: Kit) -> None:
    """A colleague's later assignment is not overwritten, a reply that went out is not denied."""
    item = slow.mention(author="mara")
    ran, _ = run(slow, refund(slow), item)
    conversation = slow.desk.conversation(slow.desk.conversation_of(item), "ben")
    slow.desk.assign(conversation.conversation_id, "ben", "ben", conversation.version)
    slow.pass_time(minutes=1)
    slow.outbox.deliver()
    undone = slow.desk.macros.undo(ran, "ana")
    assert set(undone.left) == {
        "ben has it since", "the public reply was on its way already", "the private reply was on its way already",
    }  # fmt: skip
    assert picture(slow, item)[:2] == ("ben", Status.OPEN)


def test_the_private_step_waits_for_the_public_one(kit: Kit) -> None:
    """Both replies of a macro are one answer: the private one follows the public one."""
    item = kit.mention(author="mara")
    kit.channels["main"].behaviours.append("rejected")
    run(kit, refund(kit), item)
    kit.outbox.deliver()
    assert kit.messages() == []


def test_nobody_is_put_away_without_the_reply(kit: Kit) -> None:
    """When the reply cannot go, the customer stays in the queue; the other steps are done, and the rest is told."""
    item = kit.message(author="mara")
    one = macro(kit, ("reply_public", saved(kit)), ("note", "tried"), ("resolve", ""))
    (plan,) = kit.desk.macros.plans(item, "ana")
    _, problems = run(kit, one, item)
    assert problems == [step.problem for step in plan.steps]
    assert problems == [
        "a direct message is never answered in public", None, "the reply cannot go, and nobody is put away without it",
    ]  # fmt: skip
    assert picture(kit, item)[1] is Status.OPEN


@pytest.mark.parametrize(
    ("text", "why"),
    [("{contact.first_name}!", "nothing is known here for contact.first_name"), ("x" * 281, "too long")],
)
def test_what_does_not_fit_here_is_not_sent(kit: Kit, text: str, why: str) -> None:
    """A gap where a name should be, or a text that is too long, is for a person to mend."""
    item = kit.mention(author="4ever99")
    _, problems = run(kit, macro(kit, ("reply_public", saved(kit, text))), item)
    assert problems[0] is not None
    assert why in problems[0]
    assert kit.desk.outbox() == ()


def test_a_changed_macro_or_conversation_is_shown_again_first(kit: Kit) -> None:
    """Nothing is done that was not shown: an older macro or an older view is a conflict, and nothing changes."""
    item = kit.mention(author="mara")
    one = macro(kit, ("assign", "me"))
    view = kit.desk.conversation(kit.desk.conversation_of(item), "ana")
    kit.desk.macros.save("Refund", [MacroStep(kind="resolve")], "ana", shared=True, macro_id=one.id, version=1)
    with pytest.raises(Conflict, match="was changed meanwhile"):
        kit.desk.macros.run(one.id, one.version, item, "ana", view.version)
    with pytest.raises(Conflict, match="conversation was changed"):
        kit.desk.macros.run(one.id, 2, item, "ana", view.version - 1)
    assert picture(kit, item)[:2] == (None, Status.OPEN)


def test_a_macro_that_is_pressed_twice_runs_once(kit: Kit) -> None:
    """A second run a moment after leaves one note; a later one, or one after the first was taken back, is meant."""
    item = kit.mention()
    one = macro(kit, ("note", "Refund"))
    first, _ = run(kit, one, item)
    talk = kit.desk.conversation_of(item)
    with pytest.raises(Conflict, match="a moment ago"):
        run(kit, one, item)
    assert len(kit.desk.conversation(talk, "ana").notes) == 1
    kit.desk.macros.undo(first, "ana")
    run(kit, one, item)
    kit.pass_time(seconds=4)
    run(kit, one, item)
    assert [note.text for note in kit.desk.conversation(talk, "ana").notes] == ["Refund", "Refund"]


def test_inserting_keeps_what_was_typed_and_undo_gives_it_back(kit: Kit) -> None:
    """A macro that only prepares a text puts it below the draft; taken back, the draft is as it was."""
    item = kit.mention(author="mara")
    conversation = kit.desk.conversation_of(item)
    kit.desk.save_draft(conversation, "ana", "public", "half a thought")
    ran, _ = run(kit, macro(kit, ("insert_public", saved(kit))), item)
    assert kit.desk.draft(conversation, "ana", "public").text == "half a thought\n\nWe refund it, Mara."
    kit.desk.macros.undo(ran, "ana")
    assert kit.desk.draft(conversation, "ana", "public").text == "half a thought"


def test_others_do_not_take_it_back_and_strangers_run_nothing(kit: Kit) -> None:
    """A run is taken back by who ran it; who does not work here runs nothing."""
    item = kit.mention(author="mara")
    one = macro(kit, ("assign", "me"))
    ran, _ = run(kit, one, item)
    with pytest.raises(DeskError, match="any more"):
        kit.desk.macros.undo(ran, "ben")
    with pytest.raises(NotPermitted):
        kit.desk.macros.run(one.id, 1, item, "a stranger", 1)


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([], "1 to 10"),
        ([("dance", "")], "no step 'dance'"),
        ([("snooze", "0")], "1 to 2160 hours"),
        ([("snooze", "2"), ("resolve", "")], "twice"),
        ([("assign", "me"), ("assign", "ben")], "twice"),
        ([("note", "{nonsense}")], "no variable nonsense"),
        ([("reply_public", "")], "choose the saved reply"),
    ],
)
def test_what_is_wrong_with_a_macro_is_named(kit: Kit, steps: list[tuple[str, str]], words: str) -> None:
    """A macro that cannot be kept says why."""
    with pytest.raises(DeskError, match=words):
        macro(kit, *steps)


@given(kinds=st.lists(st.sampled_from([kind for kind in STEPS if kind != "snooze"]), min_size=1, unique=True))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_undo_is_the_opposite_whatever_the_macro(slow: Kit, kinds: list[str]) -> None:
    """For any macro: run and undo leave everything that staff see as it was."""
    text = saved(slow, "Hello")
    known = slow.desk.labels.all("ana") or (slow.desk.labels.define("money", "blue", "ana"),)
    values = {"label": known[0].id, "saved_reply": text, "staff": "ben", "text": "note", "none": ""}
    one = macro(slow, *((kind, values[STEPS[kind].value]) for kind in kinds), name="Any")
    item = slow.mention(author=f"u{slow.boots}{len(slow.desk.macros.all('ana'))}")
    before = picture(slow, item)
    ran, _ = run(slow, one, item)
    assert slow.desk.macros.undo(ran, "ana").left == ()
    assert picture(slow, item) == before


def test_a_private_saved_reply_is_not_posted(kit: Kit) -> None:
    """A saved reply that is meant for private eyes is not posted in public by a macro."""
    item = kit.mention(author="mara")
    text = SavedText(name="Secret", text="your card", shared=True, fits=Fits.PRIVATE)
    one = macro(kit, ("reply_public", kit.desk.library.save(text, "ana").id))
    _, problems = run(kit, one, item)
    assert problems == ["the saved reply “Secret” is not meant for here; choose another for the macro"]


def test_it_resolves_nothing_where_a_proposal_waits(kit: Kit) -> None:
    """The step says so before it is run, is left out then, and goes through once nothing waits."""
    item = kit.mention()
    proposal = kit.desk.team.propose(item, "We are on it.", "ben", nonce="one", private=False)
    one = macro(kit, ("note", "Refund"), ("resolve", ""))
    because = "a proposal of ben waits here: approve, refuse or withdraw it first"
    assert [step.problem for step in kit.desk.macros.plans(item, "ana")[0].steps] == [None, because]
    assert run(kit, one, item)[1] == [None, because]
    assert kit.waiting() == [kit.desk.conversation_of(item)]
    kit.desk.team.withdraw(proposal.id, "ben", proposal.version)
    kit.pass_time(seconds=4)
    assert run(kit, one, item)[1] == [None, None]
    assert kit.waiting() == []


def test_it_assigns_to_nobody_who_may_not_see_the_account(kit: Kit) -> None:
    """A colleague of another account is not given the conversation; the step says why."""
    seed_staff(kit.desk, "dora", role=Role.MARKETER, accounts=frozenset({"other"}))
    item = kit.mention()
    because = "dora may not see the account 'main', and so cannot answer there"
    assert run(kit, macro(kit, ("assign", "dora")), item)[1] == [because]
    assert picture(kit, item)[0] is None


def test_whoever_it_assigns_to_is_told(kit: Kit) -> None:
    """A colleague finds the conversation behind the bell; whoever runs it for themselves does not."""
    item = kit.mention()
    run(kit, macro(kit, ("assign", "ben")), item)
    assert [(one.kind, one.by) for one in kit.desk.team.notifications("ben").lines] == [(Kind.ASSIGNED, "ana")]
    run(kit, macro(kit, ("assign", "me"), name="Mine"), item)
    assert kit.desk.team.notifications("ana").lines == ()


def test_whom_its_note_names_is_told_until_it_is_taken_back(kit: Kit) -> None:
    """A macro's note tells those it names as one that is typed does; taken back, it waits for nobody any more."""
    item = kit.mention()
    ran, _ = run(kit, macro(kit, ("note", "@ben: refund to {contact.name|?}, tell @nobody")), item)
    (line,) = kit.desk.team.notifications("ben").lines
    assert (line.kind, line.by, line.excerpt) == (Kind.MENTION, "ana", "@ben: refund to Mara, tell @nobody")
    assert kit.desk.team.notifications("ana").lines == ()
    kit.desk.macros.undo(ran, "ana")
    assert kit.desk.team.notifications("ben").lines == ()


def test_taking_back_takes_the_rights_of_what_is_taken_back(kit: Kit) -> None:
    """Whoever may do a step no more does not take it back either; what they may still do is taken back."""
    item = kit.mention()
    ran, _ = run(kit, macro(kit, ("note", "Refund"), ("assign", "ben"), ("resolve", "")), item)
    kit.desk.people.set_rights("ben", "ana", Role.MARKETER, None, 1)
    left = kit.desk.macros.undo(ran, "ana").left
    assert [one.partition(", may not ")[2].partition(";")[0] for one in left] == [
        "resolve, snooze, reopen or label conversations",
        "assign conversations",
    ]
    assert picture(kit, item)[:2] == ("ben", Status.RESOLVED)
    assert picture(kit, item)[4] == []


def test_taking_back_resolves_nothing_where_a_proposal_waits(kit: Kit) -> None:
    """A conversation that was resolved before stays as it is while somebody's words in it wait for approval."""
    item = kit.mention()
    talk = kit.desk.conversation_of(item)
    kit.desk.resolve(talk, "ana", kit.desk.conversation(talk, "ana").version)
    ran, _ = run(kit, macro(kit, ("snooze", "2")), item)
    kit.desk.team.propose(item, "We are on it.", "ben", nonce="one", private=False)
    view = kit.desk.conversation(talk, "ana")
    kit.desk.snooze(talk, "ana", kit.now() + timedelta(hours=2), view.version)
    assert kit.desk.macros.undo(ran, "ana").left == (
        "a proposal of ben waits here: approve, refuse or withdraw it first",
    )
    assert picture(kit, item)[1] is Status.SNOOZED


@pytest.mark.parametrize("by_macro", [True, False])
def test_nobody_is_given_back_what_they_may_not_see(two: Kit, by_macro: bool) -> None:
    """Taking back an assignment gives the conversation to nobody who lost its account since."""
    kit = two
    item = kit.mention()
    talk = kit.desk.conversation_of(item)
    seed_staff(kit.desk, "dora", role=Role.COMMUNITY_MANAGER)
    kit.desk.assign(talk, "ana", "dora", kit.desk.conversation(talk, "ana").version)
    if by_macro:
        ran, _ = run(kit, macro(kit, ("assign", "ben")), item)
    else:
        kit.desk.assign(talk, "ana", "ben", kit.desk.conversation(talk, "ana").version)
    kit.desk.people.set_rights("ana", "dora", Role.COMMUNITY_MANAGER, frozenset({"other"}), 1)
    because = "dora may not see the account 'main', and so cannot answer there"
    if by_macro:
        assert kit.desk.macros.undo(ran, "ana").left == (because,)
    else:
        offer = kit.desk.undoing.latest("ana")
        assert offer is not None
        assert [one.why for one in kit.desk.undoing.undo(offer.id, "ana").left] == [because]
    assert picture(kit, item)[0] == "ben"
