"""An open page reads its conversation again only when it may have changed: no change may be missed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from social_listener.desk.opened import read_opened
from social_listener.desk_types.contacts import Silencing

if TYPE_CHECKING:
    from collections.abc import Callable

    from desk_kit import Kit

    from social_listener.desk_types import ConversationView
    from social_listener.desk_types.opened import Opened


class Office:
    """Two customers, four conversations, each open on a page."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit
        self.items = {
            "mara": kit.mention(),
            "mara again": kit.mention("@fernhill and the other one?"),
            "ola": kit.mention(author="ola"),
            "ola in private": kit.message(author="ola"),
        }
        post = kit.sandbox.world.find(int(self.items["mara"].partition(":")[2]))
        kit.sandbox.world.add_user("kim")
        self.items["kim below mara"] = kit.hear(kit.sandbox.world.post("kim", "same here @fernhill", reply_to=post))
        self.talks = {name: kit.desk.conversation_of(item) for name, item in self.items.items()}
        self.label = kit.desk.labels.define("Refund", "blue", "ana")
        self.pages: dict[str, Opened] = {}
        self.open()

    def open(self) -> None:
        """Have every page read its conversation."""
        self.pages = {name: self.kit.desk.opened(talk, "ana") for name, talk in self.talks.items()}

    def version(self, name: str) -> int:
        """Return the version that a page would hand back."""
        return self.kit.desk.conversation(self.talks[name], "ana").version

    def outdated(self) -> set[str]:
        """Return the pages that would read again."""
        return {name for name, page in self.pages.items() if self.kit.desk.is_outdated(page.view, page.read_at)}

    def read(self) -> dict[str, ConversationView]:
        """Return every conversation as an office reads it that kept nothing of before."""
        anew = replace(self.kit.desk._office)
        return {name: read_opened(anew, talk, "ana", None).view for name, talk in self.talks.items()}

    def changed(self) -> set[str]:
        """Return the pages whose conversation is another one now."""
        now = self.read()
        return {name for name, page in self.pages.items() if page.view != now[name]}


def _write_again(office: Office) -> None:
    post = office.kit.sandbox.world.find(int(office.items["mara"].partition(":")[2]))
    office.kit.hear(office.kit.sandbox.world.post(post.author, "hello?", reply_to=post))


def _deliver(office: Office) -> None:
    office.kit.outbox.deliver()


def _answer(office: Office) -> None:
    office.kit.reply(office.items["mara"])


def _rename(office: Office) -> None:
    """Have the platform tell another name of the author of a post that another customer's conversation hangs on."""
    page = office.pages["kim below mara"].view
    author = page.context[0].item.author_id
    with office.kit.store.transaction() as cursor:
        cursor.execute("UPDATE contacts SET name = 'Mara K.' WHERE id = ?", [author])
        office.kit.store.narrow({author})


DEEDS: dict[str, Callable[[Office], object]] = {
    "assign": lambda one: one.kit.desk.assign(one.talks["mara"], "ana", "ben", one.version("mara")),
    "snooze": lambda one: one.kit.desk.snooze(
        one.talks["mara"], "ana", one.kit.now() + timedelta(hours=1), one.version("mara")
    ),
    "resolve": lambda one: one.kit.desk.resolve(one.talks["mara again"], "ana", one.version("mara again")),
    "note": lambda one: one.kit.desk.note(one.talks["ola"], "@ben look", "ana"),
    "label": lambda one: one.kit.desk.labels.put(one.talks["ola"], one.label.id, "ana"),
    "rename the label": lambda one: one.kit.desk.labels.change(one.label.id, "ana", 1, name="Money"),
    "answer": _answer,
    "deliver": _deliver,
    "write again": _write_again,
    "rename": _rename,
    "merge": lambda one: one.kit.desk.contacts.merge(
        one.talks["mara"], one.kit.desk.conversation(one.talks["ola"], "ana").contact.contact.id, "ana"
    ),
    "resolve a merged one": lambda one: one.kit.desk.resolve(one.talks["ola"], "ana", one.version("ola")),
    "mute": lambda one: one.kit.desk.contacts.silence(one.talks["kim below mara"], Silencing.MUTED, "ana"),
    "take back": lambda one: one.kit.desk.undoing.undo(one.kit.desk.undoing.latest("ana").id, "ana"),
}


@pytest.mark.long
def test_no_change_is_missed(kit: Kit) -> None:
    """Whatever staff and customers do, a page whose conversation changed is told to read again."""
    office = Office(kit)
    for name, deed in DEEDS.items():
        deed(office)
        assert office.changed() <= office.outdated(), name
        office.open()
        assert office.outdated() == set(), name


def test_what_was_read_lately_is_what_would_be_read_now(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever staff and customers do, who opens a conversation sees it as it is; kept regardless, it is not."""
    office = Office(kit)
    for name, deed in DEEDS.items():
        deed(office)
        office.open()
        assert office.changed() == set(), name
    monkeypatch.setattr(type(kit.store), "touched_since", lambda *_: False)
    _write_again(office)
    office.open()
    assert "mara again" in office.changed(), "her card tells of what she wrote elsewhere"
    assert "mara" not in office.changed(), "whose own row is another one is read anew whatever was forgotten"


@pytest.mark.parametrize(
    ("deed", "pages"),
    [
        ("assign", {"mara", "mara again", "kim below mara"}),
        ("label", {"ola", "ola in private"}),
        ("answer", {"mara", "mara again", "kim below mara"}),
    ],
)
def test_others_are_left_alone(kit: Kit, deed: str, pages: set[str]) -> None:
    """What is done to one conversation makes only those read again that show it or its customer."""
    office = Office(kit)
    DEEDS[deed](office)
    assert office.outdated() == pages
