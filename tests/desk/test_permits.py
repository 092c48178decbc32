"""Who may do what, for every method of the desk: role x own, foreign or missing account. Made from the desk itself."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from dataclasses import asdict

import pytest
from desk_kit import Kit, make_kit
from permits_matrix import DOORS, INSIDE, MATRIX, NOWHERE, OWN, Entry, Scene
from staff_kit import HERE, seed_staff

from social_listener.desk import Desk
from social_listener.desk_types import QueueFilter, View
from social_listener.desk_types.spikes import SpikeKind, Why
from social_listener.errors import DeskError, NotPermitted
from social_listener.model import ReplyState
from social_listener.rights import ROLES, SYSTEM, Right, Role
from social_listener.store import sought


def methods(desk: object, prefix: str = "") -> Iterator[str]:
    """Yield the public names of a desk, and of every desk that it holds."""
    for name in sorted({*dir(type(desk)), *vars(desk)}):
        if name.startswith("_"):
            continue
        value = inspect.getattr_static(desk, name)
        if callable(value) or isinstance(value, property):
            yield prefix + name
        elif type(value).__module__.startswith("social_listener.desk"):
            yield from methods(value, f"{prefix}{name}.")


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kit]:
    """Return a desk with two accounts, and people of every role, who have access to the first only or to both."""
    made = make_kit(tmp_path_factory.mktemp("permits"), accounts=("main", "other"))
    object.__setattr__(made.desk, "_ingest", _Reader())
    for role in Role:
        seed_staff(made.desk, role.value, role=role, accounts=frozenset({"main"}))
        seed_staff(made.desk, f"{role.value} everywhere", role=role)
    seed_staff(made.desk, "left")
    made.desk.people.set_active(SYSTEM, "left", False, 1)
    yield made
    made.close()


class _Reader:
    """Stands for reading dead letters again: every stream it is asked for has one."""

    def replay_dead_letters(self, _: str | None) -> int:
        return 1


_COUNT = iter(range(1_000_000))


def scene(kit: Kit, account: str) -> Scene:
    """Return an account with something new of everything: a question, a reply in doubt, a gap, a dead letter."""
    number = next(_COUNT)
    item = kit.mention(f"@fernhill question {number}", author=f"guest{number}", account=account)
    reply = kit.reply(kit.mention(f"@fernhill doubt {number}", author=f"other{number}", account=account))
    gap, letter = f"gap{number}", f"letter{number}"
    now = kit.now()
    with kit.store.transaction() as cursor:
        cursor.execute("UPDATE replies SET state = ? WHERE id = ?", [ReplyState.IN_DOUBT.value, reply])
        cursor.execute(
            "INSERT INTO gaps VALUES (?, ?, ?, ?, 'too old', ?, NULL, NULL)",
            [gap, f"{account}/mentions", now, now, now],
        )
        cursor.execute(
            "INSERT INTO dead_letters VALUES (?, ?, NULL, 'odd', ''::BLOB, 'p', ?, 1, NULL)",
            [letter, f"{account}/mentions", now],
        )
        cursor.execute(
            """INSERT OR IGNORE INTO streams (id, account_id, channel, kind, name, cursor_items, cursor_joined, errors,
                   items_stored, worst_lag_s, active, next_due_at)
               VALUES (?, ?, 'x', 'mentions', 'mentions', 0, true, 0, 0, 0, true, ?)""",
            [f"{account}/mentions", account, now],
        )
        cursor.execute("DELETE FROM staff WHERE id IN ('new', ?)", [f"of {account}"])
        cursor.execute("DELETE FROM staff_keys WHERE staff IN ('new', ?)", [f"of {account}"])
    seed_staff(kit.desk, f"of {account}", role=Role.MARKETER, accounts=frozenset({account}))
    asked = kit.mention(f"@fernhill proposal {number}", author=f"third{number}", account=account)
    proposal = kit.desk.team.propose(asked, "May I say this?", "ana", f"proposal{number}", private=False).id
    spike = f"spike{number}"
    with kit.store.transaction() as cursor:
        cursor.execute(
            """INSERT INTO spikes (id, account_id, kind, severity, began_at, last_at, peak_at, found_at, window_s,
                   negative_only, peak, usual, items, expected, negative, scored, basis, weeks, words, why, why_at)
               VALUES (?, ?, 'many_voices', 'crisis', ?, ?, ?, ?, 900, false, 50, 5, 50, 5, 0, 0, 'week', 8, 'Much.',
                   ?, ?)""",
            [spike, account, *[now] * 4, NO_WHY, now],
        )
    return Scene(account, item, kit.desk.conversation_of(item), reply, gap, letter, proposal, spike)


MISSING = Scene("nowhere", NOWHERE, "x:404:404", "reply-404", "gap-404", "letter-404", "proposal-404", "spike-404")
NO_WHY = json.dumps(asdict(Why(kind=SpikeKind.MANY_VOICES, items=0, authors=0, scored=0, negative=0)))
_KEPT: dict[tuple[int, str], Scene] = {}


def kept(kit: Kit, account: str) -> Scene:
    """Return a scene that nothing changes: what is only read, or refused."""
    if (id(kit), account) not in _KEPT:
        _KEPT[id(kit), account] = scene(kit, account)
    return _KEPT[id(kit), account]


def outcome(entry: Entry, desk: Desk, about: Scene, who: str) -> str:
    """Return what comes of a call, in words in which the ids do not stand."""
    try:
        answer = entry.call(desk, about, who)
    except DeskError as error:
        told = f"{type(error).__name__}: {error}"
        for name, value in sorted(about._asdict().items(), key=lambda one: -len(one[1])):
            told = told.replace(value, f"<{name}>")
        return told
    return "done" if entry.told is None or entry.told(answer, about) else "nothing"


def test_every_method_of_the_desk_has_an_entry(kit: Kit) -> None:
    """A new method without an entry fails here: nobody can forget to say who may call it."""
    assert set(methods(kit.desk)) == {*(name.partition(" ")[0] for name in MATRIX), *OWN, *DOORS, *INSIDE}


#: the other roles are asked about in the long run
ASKED = [
    pytest.param(role, marks=[] if role in {Role.COMMUNITY_MANAGER, Role.MARKETER} else [pytest.mark.long])
    for role in Role
]


#: makes a report first, which takes seconds: all but one of a kind are asked in the long run
SLOW = {name for name in MATRIX if name.startswith(("reports.", "digests."))} - {"reports.make", "digests.settle"}
ROLE_BY_METHOD = [
    pytest.param(name, role.values[0], marks=[pytest.mark.long])
    if name in SLOW
    else pytest.param(name, *role.values, marks=role.marks)
    for name in MATRIX
    for role in ASKED
]


@pytest.mark.parametrize(("name", "role"), ROLE_BY_METHOD)
def test_role_and_account_decide(kit: Kit, name: str, role: Role) -> None:
    """A role gives a method or it does not; an account that is not theirs is one that does not exist."""
    entry = MATRIX[name]
    assert entry.right is not None
    reads = entry.right is Right.READ or entry.right not in ROLES[role]
    own = outcome(entry, kit.desk, kept(kit, "main") if reads else scene(kit, "main"), role.value)
    foreign = outcome(entry, kit.desk, kept(kit, "other"), role.value)
    missing = outcome(entry, kit.desk, MISSING, role.value)
    if entry.right not in ROLES[role]:
        assert own.startswith("NotPermitted: your role")
        assert own == foreign == missing
    elif entry.everywhere:
        assert own == foreign == missing
        assert own.startswith("NotPermitted"), own
        assert own.endswith("you have access to some of them only"), own
        theirs = outcome(entry, kit.desk, kept(kit, "main"), f"{role.value} everywhere")
        assert theirs == "done" or (entry.late and "NotPermitted" not in theirs), theirs
    else:
        assert own == "done" or (entry.late and "NotPermitted" not in own), own
        if name.startswith("people."):
            assert foreign != "done" or entry.told is not None
        elif not entry.anywhere:
            assert foreign == missing
            assert foreign != "done"


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.long] if name in SLOW else []) for name in MATRIX]
)
def test_who_left_and_who_never_came_may_do_nothing(kit: Kit, name: str) -> None:
    """Neither reads nor writes; the answer does not tell which of the two they are, but for the name."""
    for who in ("left", "nobody"):
        told = outcome(MATRIX[name], kit.desk, kept(kit, "main"), who)
        assert told.startswith(f"NotPermitted: '{who}' does not work here")


@pytest.mark.parametrize("name", list(OWN))
def test_who_left_may_not_even_look_after_themselves(kit: Kit, name: str) -> None:
    """Their account is closed to them too."""
    with pytest.raises(NotPermitted):
        OWN[name](kit.desk, "left")


def test_counts_and_search_know_nothing_of_a_foreign_account(kit: Kit) -> None:
    """Neither the number at a view, nor a search, nor a filter tells that there is something elsewhere."""
    theirs, foreign = scene(kit, "main"), scene(kit, "other")
    kit.mention("@fernhill a very rare word: quokka", author="zed", account="other")
    who = Role.COMMUNITY_MANAGER.value
    whole = kit.desk.queue(QueueFilter(view=View.OPEN), SYSTEM)
    part = kit.desk.queue(QueueFilter(view=View.OPEN), who)
    assert whole.total > part.total
    assert part.total == kit.desk.queue(QueueFilter(view=View.OPEN, account_id="main"), SYSTEM).total
    assert kit.desk.queue(QueueFilter(view=View.OPEN, search="quokka"), SYSTEM).total == 1
    assert kit.desk.queue(QueueFilter(view=View.OPEN, search="quokka"), who).total == 0
    assert kit.desk.queue(QueueFilter(view=View.OPEN, account_id="other"), who).counts == dict.fromkeys(View, 0)
    forged = QueueFilter(view=View.OPEN, within=None, account_id="other")
    assert kit.desk.queue(forged, who).rows == ()
    assert kit.desk.health(who).interactions < kit.desk.health(SYSTEM).interactions
    assert kit.desk.conversation(theirs.conversation, who).account_id == "main"
    assert foreign.account not in str(kit.desk.health(who))


def test_what_is_found_elsewhere_crowds_nothing_out(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """A search looks at so many items of the accounts that one may see, however many newer ones others have."""
    monkeypatch.setattr(sought, "MOST_FOUND", 3)
    kit.mention("@fernhill an old wombat", author="mara", account="main")
    for number in range(5):
        kit.mention("@fernhill a new wombat", author=f"guest{number}", account="other")
    who, asked = Role.COMMUNITY_MANAGER.value, QueueFilter(view=View.OPEN, search="wombat")
    found = kit.desk.queue(asked, who)
    assert [row.account_id for row in found.rows] == ["main"]
    assert found.search is not None
    assert not found.search.cut
    everything = kit.desk.queue(asked, SYSTEM)
    assert len(everything.rows) == 3
    assert everything.search is not None
    assert everything.search.cut


def test_nobody_is_given_what_they_cannot_see(kit: Kit) -> None:
    """A conversation is assigned to people who have access to its account only."""
    about = scene(kit, "other")
    with pytest.raises(DeskError, match="may not see the account 'other'"):
        kit.desk.assign(about.conversation, "ana", Role.MANAGER.value, 1)


def test_a_change_of_rights_holds_at_once(kit: Kit) -> None:
    """The next call after an administrator took a role or an account away is refused, without a new session."""
    about = scene(kit, "main")
    seed_staff(kit.desk, "changing", role=Role.COMMUNITY_MANAGER)
    kit.desk.note(about.conversation, "one", "changing")
    kit.desk.people.set_rights("ana", "changing", Role.COMMUNITY_MANAGER, frozenset({"other"}), 1)
    with pytest.raises(DeskError, match="there is no conversation"):
        kit.desk.note(about.conversation, "two", "changing")
    kit.desk.people.set_active("ana", "changing", False, 2)
    with pytest.raises(NotPermitted):
        kit.desk.queue(QueueFilter(), "changing")


def test_the_matrix_notices_a_method_that_asks_nobody(kit: Kit) -> None:
    """A reading that forgets who asks gives itself away: own, foreign and missing do not come out as they must."""
    careless = Entry(Right.READ, lambda desk, scene, _: desk.item(scene.item))
    who = Role.MARKETER.value
    assert outcome(careless, kit.desk, scene(kit, "other"), who) == "done"
    assert outcome(careless, kit.desk, MISSING, who) != "done"


def test_a_visitor_has_an_address(kit: Kit) -> None:
    """Where somebody came from is told to them, so that they can see a session that is not theirs."""
    seed_staff(kit.desk, "traveller")
    kit.desk.door.by_itself("traveller", HERE)
    assert [one.address for one in kit.desk.own.sessions("traveller")] == ["127.0.0.1"]
