"""Muting contacts, and saying which of them are one customer."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from desk_kit import make_kit
from staff_kit import seed_staff

from social_listener.desk.bulk import Change, Deed
from social_listener.desk_types import QueueFilter, View
from social_listener.desk_types.contacts import Silencing
from social_listener.errors import DeskError, NotAllowed, NotPermitted
from social_listener.model import Status
from social_listener.rights import Role
from social_listener.store import exports

if TYPE_CHECKING:
    from pathlib import Path

    from desk_kit import Kit


def listed(kit: Kit, view: View) -> list[str]:
    """Return the conversations of a view."""
    page = kit.desk.queue(QueueFilter(view=view), "ana")
    assert page.total == page.counts[view] == len(page.rows)
    return [row.conversation_id for row in page.rows]


def again(kit: Kit, item: str, text: str = "hello?") -> str:
    """Let the author of an item write again in the same thread."""
    post = kit.sandbox.world.find(int(item.partition(":")[2]))
    return kit.hear(kit.sandbox.world.post(post.author, text, reply_to=post))


# -- mute and spam -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", Silencing)
def test_a_silenced_contact_raises_no_queue_row(kit: Kit, kind: Silencing) -> None:
    """What a muted contact or spammer says is stored and scored, stands in no view but their own, and comes back."""
    item, other = kit.mention(), kit.mention(author="ben")
    talk, calm = kit.desk.conversation_of(item), kit.desk.conversation_of(other)
    kit.desk.contacts.silence(talk, kind, "ana")
    assert (listed(kit, View.WAITING), listed(kit, View.SPAM)) == ([calm], [talk])
    new = again(kit, item)
    assert kit.desk.item(new).priority == 40
    elsewhere = kit.desk.conversation_of(kit.mention("@fernhill something else"))
    assert (listed(kit, View.OPEN), set(listed(kit, View.SPAM))) == ([calm], {talk, elsewhere})
    view = kit.desk.conversation(talk, "ben")
    assert view.contact is not None
    assert view.contact.silence is not None
    assert (view.contact.silence.kind, view.contact.silence.staff, view.status) == (kind, "ana", Status.OPEN)
    kit.desk.contacts.hear(talk, "ben")
    assert set(listed(kit, View.WAITING)) == {talk, elsewhere, calm}
    assert listed(kit, View.SPAM) == []


def test_who_also_writes_to_foreign_accounts_is_not_silenced(tmp_path: Path) -> None:
    """It would take them out of other people's queues: it is refused, one by one and in a change of many."""
    kit = make_kit(tmp_path, accounts=("main", "other"))
    try:
        seed_staff(kit.desk, "lim", role=Role.MANAGER, accounts=frozenset({"main"}))
        here = kit.desk.conversation_of(kit.mention(author="mara", account="main"))
        kit.desk.contacts.silence(here, Silencing.SPAM, "lim")
        kit.desk.contacts.hear(here, "lim")
        there = kit.desk.conversation_of(kit.mention(author="mara", account="other"))
        with pytest.raises(NotPermitted, match="accounts that you have no access to"):
            kit.desk.contacts.silence(here, Silencing.SPAM, "lim")
        prepared = kit.desk.bulk.prepare(Change(deed=Deed.MUTE), "lim", ids=[here])
        run = kit.desk.bulk.begin(prepared)
        kit.desk.bulk.work(run)
        assert {here, there} <= set(listed(kit, View.WAITING))
        kit.desk.contacts.silence(here, Silencing.SPAM, "ana")
        with pytest.raises(NotPermitted, match="accounts that you have no access to"):
            kit.desk.contacts.hear(here, "lim")
    finally:
        kit.close()


@pytest.mark.parametrize("search", ["", "order"])
def test_what_a_colleague_must_decide_is_found_though_its_contact_is_muted(kit: Kit, search: str) -> None:
    """A reply that waits for approval, or is in doubt, stands in its view and count, and is there for many at once."""
    proposed, doubtful, calm = kit.mention(), kit.mention(author="cleo"), kit.mention(author="dora")
    talks = [kit.desk.conversation_of(item) for item in (proposed, doubtful)]
    kit.desk.team.propose(proposed, "We are on it.", "ana", "one", private=False)
    kit.channels["main"].behaviours.append("unsure_taken")
    kit.reply(doubtful, "On its way.")
    kit.outbox.deliver()
    for view, talk in zip((View.TO_APPROVE, View.IN_DOUBT), talks, strict=True):
        kit.desk.contacts.silence(talk, Silencing.MUTED, "ana")
        wanted = QueueFilter(view=view, search=search)
        page = kit.desk.queue(wanted, "ana")
        assert ([row.conversation_id for row in page.rows], page.counts[view], page.total) == ([talk], 1, 1)
        change = Change(deed=Deed.LABEL, value=kit.desk.labels.define(f"VIP {view}", "sky", "ana").id)
        assert list(kit.desk.bulk.prepare(change, "ana", wanted=wanted).versions) == [talk]
        assert kit.desk.queue(QueueFilter(view=view, search="nowhere"), "ana").total == 0
    assert listed(kit, View.WAITING) == [kit.desk.conversation_of(calm)]


def test_a_mute_ends_at_its_time(kit: Kit) -> None:
    """Until then nothing comes back, whatever is said; then everything does, and one without an end stays."""
    item, other = kit.mention(), kit.mention(author="ben")
    talk, spam = kit.desk.conversation_of(item), kit.desk.conversation_of(other)
    kit.desk.contacts.silence(talk, Silencing.MUTED, "ana", kit.now() + timedelta(days=1))
    kit.desk.contacts.silence(spam, Silencing.SPAM, "ana")
    kit.pass_time(hours=23)
    again(kit, item)
    assert (kit.desk.contacts.wake(), listed(kit, View.WAITING)) == (0, [])
    kit.pass_time(hours=1)
    assert (kit.desk.contacts.wake(), listed(kit, View.WAITING)) == (1, [talk])
    assert kit.desk.contacts.wake() == 0
    assert listed(kit, View.SPAM) == [spam]
    with pytest.raises(DeskError, match="still to come"):
        kit.desk.contacts.silence(talk, Silencing.MUTED, "ana", kit.now())


def test_muting_is_taken_back(kit: Kit) -> None:
    """Undo brings the conversations back; a colleague's decision since stays."""
    talk = kit.desk.conversation_of(kit.mention())
    kit.desk.contacts.silence(talk, Silencing.SPAM, "ana")
    offer = kit.desk.undoing.latest("ana")
    assert offer is not None
    assert (offer.words, offer.about) == ("Called spam", "Mara")
    kit.desk.undoing.undo(offer.id, "ana")
    assert listed(kit, View.WAITING) == [talk]
    kit.desk.contacts.silence(talk, Silencing.MUTED, "ana")
    mine = kit.desk.undoing.latest("ana")
    assert mine is not None
    kit.desk.contacts.silence(talk, Silencing.SPAM, "ben")
    assert [one.why for one in kit.desk.undoing.undo(mine.id, "ana").left] == ["ben changed it since"]
    assert listed(kit, View.SPAM) == [talk]


# -- customers ---------------------------------------------------------------------------------------------------------


def facts(kit: Kit) -> list[object]:
    """Return everything that platforms said, as programs get it, and the contacts."""
    with kit.store.read() as cursor:
        contacts = cursor.execute("SELECT * EXCLUDE (updated_at) FROM contacts ORDER BY id").fetchall()
    lines = [json.loads(line) for line in b"".join(exports.write(kit.store, "jsonl")).splitlines()]
    return [contacts, lines]


def others(kit: Kit, talk: str) -> set[str]:
    """Return the handles that stand on a conversation's card beside its own."""
    view = kit.desk.conversation(talk, "ana")
    assert view.contact is not None
    return {contact.handle for contact in view.contact.others}


def contact_of(kit: Kit, talk: str) -> str:
    """Return the contact of a conversation."""
    view = kit.desk.conversation(talk, "ana")
    assert view.contact is not None
    return view.contact.contact.id


def test_two_contacts_become_one_customer_and_two_again(kit: Kit) -> None:
    """Either card shows the other contact and its conversations; nothing that platforms said changes, either way."""
    talk, direct = kit.desk.conversation_of(kit.mention()), kit.desk.conversation_of(kit.message(author="mara2"))
    third = kit.desk.conversation_of(kit.mention(author="mara3"))
    before = facts(kit)
    kit.desk.contacts.merge(talk, contact_of(kit, direct), "ana")
    kit.desk.contacts.merge(direct, contact_of(kit, third), "ben")
    assert others(kit, talk) == {"mara2", "mara3"}
    assert others(kit, third) == {"mara", "mara2"}
    view = kit.desk.conversation(talk, "ana")
    assert view.contact is not None
    assert {past.conversation_id for past in view.contact.history} == {direct, third}
    assert (view.contact.inbound, view.contact.unanswered) == (3, 3)
    kit.desk.contacts.split(talk, contact_of(kit, third), "ana")
    assert (others(kit, talk), others(kit, third)) == ({"mara2"}, set())
    kit.desk.contacts.split(direct, contact_of(kit, direct), "ana")
    assert (others(kit, talk), others(kit, direct)) == (set(), set())
    with pytest.raises(DeskError, match="not one customer"):
        kit.desk.contacts.split(direct, contact_of(kit, talk), "ana")
    assert facts(kit) == before


def test_private_words_stay_private_when_contacts_are_merged(kit: Kit) -> None:
    """A customer's direct message is answered in private, to that contact alone, whatever it was merged with."""
    public, direct = kit.mention(author="loud"), kit.message(author="quiet")
    talk, thread = kit.desk.conversation_of(public), kit.desk.conversation_of(direct)
    rules = [kit.desk.allowed(item) for item in (public, direct)]
    kit.desk.contacts.merge(talk, contact_of(kit, thread), "ana")
    assert [kit.desk.allowed(item) for item in (public, direct)] == rules
    with pytest.raises(NotAllowed):
        kit.reply(direct, "your number is 1234")
    kit.reply(direct, "your number is 1234", private=True)
    kit.outbox.deliver()
    assert kit.messages() == ["your number is 1234"]
    assert kit.posted(public) == 0
    assert kit.desk.conversation(talk, "ana").items[-1].item.id == public
    shown = [line.item.text for line in kit.desk.conversation(talk, "ana").items]
    assert "your number is 1234" not in shown


def test_a_merge_is_taken_back(kit: Kit) -> None:
    """Undo makes two contacts of a customer again, and restores the customers that a merge had joined."""
    talks = [kit.desk.conversation_of(kit.mention(author=name)) for name in ("a1", "a2", "b1", "b2")]
    kit.desk.contacts.merge(talks[0], contact_of(kit, talks[1]), "ana")
    kit.desk.contacts.merge(talks[2], contact_of(kit, talks[3]), "ana")
    kit.desk.contacts.merge(talks[0], contact_of(kit, talks[3]), "ana")
    assert others(kit, talks[0]) == {"a2", "b1", "b2"}
    offer = kit.desk.undoing.latest("ana")
    assert offer is not None
    kit.desk.undoing.undo(offer.id, "ana")
    assert [others(kit, talk) for talk in talks] == [{"a2"}, {"a1"}, {"b2"}, {"b1"}]


def test_the_same_person_is_suggested_and_never_merged_by_itself(kit: Kit) -> None:
    """Contacts with the same handle, name, link or address are offered, with the reason; nothing happens unasked."""
    talk = kit.desk.conversation_of(kit.mention())
    for name in ("mara2", "mara3", "mara4", "stranger"):
        kit.mention(author=name)
    with kit.store.transaction() as cursor:
        told = {
            "mara": ("mara", "Mara", "Baker. mara@bread.example, https://www.bread.example/"),
            "mara2": ("mara2", "MARA", ""),
            "mara3": ("mara3", "M. L.", "write to Mara@bread.example"),
            "mara4": ("Mara", "Somebody", "see http://bread.example"),
            "stranger": ("stranger", "Stranger", "I like bread."),
        }
        for handle, (shown, name, description) in told.items():
            cursor.execute(
                "UPDATE contacts SET handle = ?, name = ?, description = ? WHERE handle = ?",
                [shown, name, description, handle],
            )
    found = {one.contact.name: one.why for one in kit.desk.contacts.suggest(talk, "ana")}
    assert found == {
        "MARA": "the same name",
        "M. L.": "the e-mail address mara@bread.example",
        "Somebody": "the same handle, the link bread.example",
    }
    assert others(kit, talk) == set()
    assert [one.contact.name for one in kit.desk.contacts.find(talk, "strang", "ana")] == ["Stranger"]


def test_who_may_not_does_not(kit: Kit) -> None:
    """A stranger neither mutes nor merges, and a contact that is not there is not merged with."""
    talk = kit.desk.conversation_of(kit.mention())
    other = contact_of(kit, kit.desk.conversation_of(kit.mention(author="ben")))
    with pytest.raises(NotPermitted):
        kit.desk.contacts.silence(talk, Silencing.SPAM, "mallory")
    with pytest.raises(NotPermitted):
        kit.desk.contacts.merge(talk, other, "mallory")
    with pytest.raises(DeskError, match="no contact 'x:404'"):
        kit.desk.contacts.merge(talk, "x:404", "ana")
    assert (listed(kit, View.SPAM), others(kit, talk)) == ([], set())


def test_a_contact_of_a_foreign_account_stands_on_no_card(tmp_path: Path) -> None:
    """Merged by whoever sees both, a contact of an account that somebody may not see is not shown to them."""
    kit = make_kit(tmp_path, accounts=("main", "other"))
    seed_staff(kit.desk, "dora", role=Role.MANAGER, accounts=frozenset({"main"}))
    talk = kit.desk.conversation_of(kit.mention())
    near = kit.desk.conversation_of(kit.message(author="mara2"))
    far = kit.desk.conversation_of(kit.mention(author="mara3", account="other"))
    for one in (near, far):
        kit.desk.contacts.merge(talk, contact_of(kit, one), "ana")
    assert others(kit, talk) == {"mara2", "mara3"}
    seen = kit.desk.conversation(talk, "dora").contact
    assert seen is not None
    assert {one.handle for one in seen.others} == {"mara2"}
    kit.close()


def test_who_lost_the_account_takes_nothing_back_there(tmp_path: Path) -> None:
    """Neither a mute nor a status on an account that was taken away comes back by Z; both are told as not there."""
    kit = make_kit(tmp_path, accounts=("main", "other"))
    seed_staff(kit.desk, "dora", role=Role.MANAGER)
    talk = kit.desk.conversation_of(kit.mention(account="other"))
    kit.desk.contacts.silence(talk, Silencing.SPAM, "dora")
    kit.desk.resolve(talk, "dora", kit.desk.conversation(talk, "dora").version)
    kit.desk.people.set_rights("ana", "dora", Role.MANAGER, frozenset({"main"}), 1)
    for _ in range(2):
        offer = kit.desk.undoing.latest("dora")
        assert offer is not None
        assert [one.why for one in kit.desk.undoing.undo(offer.id, "dora").left] == ["it is not there any more"]
    view = kit.desk.conversation(talk, "ana")
    assert view.contact is not None
    assert (view.status, view.contact.silence is not None) == (Status.RESOLVED, True)
    kit.close()
