"""Saved replies: filled in, found, changed by compare-and-set, and suggested by what answered before."""

from __future__ import annotations

import csv
import io
import threading
import time

import pytest
from desk_kit import Kit
from hypothesis import given
from hypothesis import strategies as st

from social_listener.desk import library_csv
from social_listener.desk.library import Answering
from social_listener.desk.rendering import VARIABLES, render, unknown_in, values_for
from social_listener.desk.similar import edited, rank, telling
from social_listener.desk_types.answering import Fits, SavedReply, SavedText, Use
from social_listener.errors import Conflict, DeskError, NotPermitted
from social_listener.model import Contact

ANYTHING = st.text(max_size=60)
VALUES = st.fixed_dictionaries(dict.fromkeys(VARIABLES, ANYTHING))


def keep(kit: Kit, name: str, text: str = "Hello {contact.first_name|there}", **more: object) -> SavedReply:
    """Keep a saved reply of everybody's."""
    return kit.desk.library.save(SavedText(name=name, text=text, shared=True, **more), "ana")


def names(kit: Kit, item: str, words: str = "", *, private: bool = False, staff: str = "ana") -> list[str]:
    """Return the names that the composer would list."""
    offers = kit.desk.library.find(Answering(item_id=item, staff=staff, private=private), words)
    return [one.saved.name for one in offers]


# -- filling in --------------------------------------------------------------------------------------------------------


@given(text=ANYTHING | st.text(alphabet="{}|.abc contact name", max_size=80), values=VALUES)
def test_any_text_renders(text: str, values: dict[str, str]) -> None:
    """Whatever somebody saved, it renders, and what is no variable stays as it was written."""
    rendered = render(text, values)
    for name in rendered.unknown:
        assert name not in VARIABLES
        assert "{" + name in rendered.text


@given(value=st.text(max_size=40) | st.sampled_from(["{staff.name}", "{item.excerpt|x}", "\\1", "\\g<0>", "{", "%s"]))
def test_nothing_of_a_customers_words_is_interpreted(value: str) -> None:
    """A name that looks like a variable, or like a pattern of ours, is put in as it is, once."""
    values = dict.fromkeys(VARIABLES, "SECRET") | {"contact.name": value}
    rendered = render("<{contact.name|nobody}>", values)
    assert rendered.text == f"<{value or 'nobody'}>"


def test_filling_in_twice_would_interpret_them() -> None:
    """The control: a renderer that looks at its own result again gives away what the customer asks for."""
    values = {"contact.name": "{staff.name}", "staff.name": "Ana Private"}
    once = render("Hello {contact.name}", values).text
    assert "Ana Private" not in once
    assert "Ana Private" in render(once, values).text


@pytest.mark.parametrize(
    ("text", "shown", "empty", "unknown"),
    [
        ("Hi {contact.first_name|there}!", "Hi there!", (), ()),
        ("Hi {contact.first_name}!", "Hi !", ("contact.first_name",), ()),
        ("{staff.name} here", "Ana here", (), ()),
        ("{sale} off, {contact.fax|none}", "{sale} off, {contact.fax|none}", (), ("sale", "contact.fax")),
        ("{ staff.name } {} {{staff.name}}", "{ staff.name } {} {Ana}", (), ()),
    ],
)  # fmt: skip
def test_variables(text: str, shown: str, empty: tuple[str, ...], unknown: tuple[str, ...]) -> None:
    """A value, a default, nothing at all: each is told apart, and unknown names are named."""
    rendered = render(text, {"staff.name": "Ana"})
    assert (rendered.text, rendered.empty, rendered.unknown) == (shown, empty, unknown)


@pytest.mark.parametrize(
    ("name", "first"),
    [("Mara Koch", "Mara"), ("🌸 mara k.", "mara"), ("4ever_99", ""), ("", ""), ("O'Neil", "O'Neil"), ("José", "José")],
)
def test_first_names(name: str, first: str) -> None:
    """A first name is the first word that is one; what is none is empty, so that the default stands there."""
    contact = Contact(id="x:1", channel="x", handle="h", name=name)
    assert values_for(None, contact, staff="ana", account="F")["contact.first_name"] == first


def test_a_customers_name_is_one_short_line() -> None:
    """Line breaks, direction marks and a novel in a name do not come into our answer."""
    contact = Contact(id="x:1", channel="x", handle="@h", name="Ma\u202era\n\nKoch " + "x" * 500)
    values = values_for(None, contact, staff="ana", account="F")
    assert values["contact.name"].startswith("Mara Koch")
    assert len(values["contact.name"]) <= 60
    assert values["contact.handle"] == "h"


# -- keeping -----------------------------------------------------------------------------------------------------------


def test_a_saved_reply_is_offered_filled_in(kit: Kit) -> None:
    """The composer gets the text as the customer would read it, with its length by the channel's rules."""
    item = kit.mention("@fernhill my grinder is broken", author="mara")
    keep(kit, "Broken", "Sorry {contact.first_name|there}, {staff.name} of {account.name}: {item.excerpt}")
    offer = kit.desk.library.find(Answering(item_id=item, staff="ana", private=False))[0]
    assert offer.rendered.text == "Sorry Mara, ana of main: my grinder is broken"
    assert offer.length.used == len(offer.rendered.text)
    assert offer.length.limit == 280


def test_an_older_view_is_refused_and_the_wording_before_is_kept(kit: Kit) -> None:
    """Of two who change a saved reply one is told; what it said before can be read."""
    first = keep(kit, "Late", "It is late.")
    changed = SavedText(name="Late", text="It is on its way.", shared=True)
    second = kit.desk.library.save(changed, "ben", first.id, first.version)
    assert second.version == first.version + 1
    with pytest.raises(Conflict, match="ben changed"):
        kit.desk.library.save(SavedText(name="Late", text="mine", shared=True), "ana", first.id, first.version)
    assert kit.desk.library.all("ana")[0].text == "It is on its way."
    assert [(one.text, one.changed_by) for one in kit.desk.library.wordings(first.id, "ana")] == [
        ("It is late.", "ana")
    ]


def test_somebody_elses_own_is_as_if_it_were_not_there(kit: Kit) -> None:
    """Own saved replies are seen, found and changed by their owner alone."""
    item = kit.mention()
    own = kit.desk.library.save(SavedText(name="Mine", text="Bye"), "ana")
    assert names(kit, item) == ["Mine"]
    assert names(kit, item, staff="ben") == []
    with pytest.raises(DeskError, match="no saved reply"):
        kit.desk.library.save(SavedText(name="Mine", text="x"), "ben", own.id, own.version)
    with pytest.raises(NotPermitted):
        kit.desk.library.all("a stranger")


def test_an_archived_one_is_not_offered_and_comes_back(kit: Kit) -> None:
    """Archiving takes it out of the composer, not out of the house."""
    item = kit.mention()
    saved = keep(kit, "Old")
    away = kit.desk.library.archive(saved.id, "ana", saved.version)
    assert names(kit, item) == []
    assert [one.name for one in kit.desk.library.all("ana", archived=True)] == ["Old"]
    kit.desk.library.archive(saved.id, "ana", away.version, back=True)
    assert names(kit, item) == ["Old"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (SavedText(name=" ", text="x"), "a name"),
        (SavedText(name="n", text=" "), "write the text"),
        (SavedText(name="n", text="{discount} off"), "no variable discount"),
        (SavedText(name="n", text="x", channels=("telegraph",)), "telegraph"),
        (SavedText(name="n" * 81, text="x"), "80"),
    ],
)
def test_what_is_wrong_is_named(kit: Kit, text: SavedText, words: str) -> None:
    """A saved reply that cannot be kept says why, and nothing is written."""
    with pytest.raises(DeskError, match=words):
        kit.desk.library.save(text, "ana")
    assert kit.desk.library.all("ana") == ()


# -- finding -----------------------------------------------------------------------------------------------------------


def test_words_search_everywhere_and_the_items_language_comes_first(kit: Kit) -> None:
    """Name, text, folder and tags are searched; English items list English before any, and other languages last."""
    item = kit.mention("@fernhill where is my parcel?")
    keep(kit, "C any", "parcel", folder="Delivery")
    keep(kit, "A deutsch", "Paket parcel", language="de")
    keep(kit, "B english", "parcel", language="en", tags=("delivery",))
    keep(kit, "D other", "refund")
    assert names(kit, item, "PARCEL") == ["B english", "C any", "A deutsch"]
    assert names(kit, item, "delivery") == ["B english", "C any"]
    assert names(kit, item, "parcel nothing") == []


def test_only_what_is_meant_for_here_is_offered(kit: Kit) -> None:
    """A private text is not offered in public, nor one for another channel."""
    item = kit.mention()
    keep(kit, "Private", fits=Fits.PRIVATE)
    keep(kit, "Public", fits=Fits.PUBLIC)
    keep(kit, "Both", channels=("x",))
    assert names(kit, item) == ["Both", "Public"]
    assert names(kit, item, private=True) == ["Both", "Private"]


# -- suggesting --------------------------------------------------------------------------------------------------------


def answer(kit: Kit, saved: SavedReply, text: str, author: str) -> str:
    """Answer a mention with a saved reply; return the intent."""
    item = kit.mention(f"@fernhill {text}", author=author)
    intent = kit.reply(item, saved.text)
    kit.desk.library.used(intent, saved.id, saved.text, "ana")
    return intent


def test_what_answered_similar_items_is_suggested_and_says_why(kit: Kit) -> None:
    """After three refunds a fourth one suggests what answered them, with the count and the word."""
    refund, other = keep(kit, "Z refund", "We refund it today."), keep(kit, "A thanks", "Thank you so much!")
    for number in range(3):
        answer(kit, refund, f"I want a refund for order {number}", f"asker{number}")
        answer(kit, other, f"lovely espresso number {number}", f"fan{number}")
    kit.outbox.deliver()
    item = kit.mention("@fernhill refund me please", author="new")
    offers = kit.desk.library.find(Answering(item_id=item, staff="ana", private=False))
    assert offers[0].saved.name == "Z refund"
    assert offers[0].why == "used 3 times for messages about “refund”"
    assert kit.desk.library.use_counts("ana") == {refund.id: 3, other.id: 3}


def test_what_was_taken_back_suggests_nothing(kit: Kit) -> None:
    """A reply that never went out is no example."""
    refund = keep(kit, "Refund", "We refund it today.")
    intent = answer(kit, refund, "refund please", "mara")
    assert kit.desk.undo(intent, "ana")
    kit.outbox.deliver()
    item = kit.mention("@fernhill refund", author="ole")
    assert [one.why for one in kit.desk.library.find(Answering(item_id=item, staff="ana", private=False))] == [""]


def test_a_deleted_item_leaves_no_words_to_suggest_by(kit: Kit) -> None:
    """The words of what was deleted count no more: none of them is kept for suggestions."""
    refund = keep(kit, "Refund", "We do.")
    answer(kit, refund, "zwieback please", "mara")
    kit.outbox.deliver()
    item = kit.mention("@fernhill zwieback", author="ole")
    answering = Answering(item_id=item, staff="ana", private=False)
    assert "zwieback" in kit.desk.library.find(answering)[0].why
    with kit.store.transaction() as cursor:
        cursor.execute("UPDATE interactions SET text = '' WHERE text LIKE '%zwieback please%'")
        assert not [
            row for row in cursor.execute("SELECT * FROM saved_reply_uses").fetchall() if "zwieback" in str(row)
        ]
    assert "zwieback" not in kit.desk.library.find(answering)[0].why


def test_how_much_was_rewritten_counts() -> None:
    """A text of which nothing was left counts half of one that was sent as it was."""
    assert edited("a b c d", "a b c d") == 0
    assert edited("a b c d", "a b x y") == 0.5
    assert edited("a b", "x") == 1
    kept = Use(saved_reply_id="kept", text="refund", language="en", sentiment="negative", edited=0)
    lost = Use(saved_reply_id="lost", text="refund", language="en", sentiment="negative", edited=1)
    assert [one.saved_reply_id for one in rank("refund now", "en", "negative", [lost, kept])] == ["kept", "lost"]


def test_unknown_names_and_telling_words() -> None:
    """Handles, addresses and words that everybody uses say nothing about an item."""
    assert telling("@fernhill The REFUND for https://a.example/refunds please") == {"refund"}
    assert unknown_in("{staff.name} {x.y}") == ("x.y",)


# -- files -------------------------------------------------------------------------------------------------------------

FORMULAS = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "'quoted'", "'=x", "plain"]


def test_a_file_goes_out_and_comes_back_as_it_was(kit: Kit) -> None:
    """Export and import are each other's opposite, for texts too that look like formulas; the same names are told."""
    for number, text in enumerate(FORMULAS):
        keep(kit, f"={number}", text, folder="=folder", tags=("a", "b"), language="en", channels=("x",))
    before = {
        (one.name, one.text, one.folder, one.tags, one.language, one.channels) for one in kit.desk.library.all("ana")
    }
    exported = kit.desk.library.export_csv("ana")
    result = kit.desk.library.import_csv(exported, "ana")
    assert result.added == 0
    assert len(result.problems) == len(FORMULAS)
    with kit.store.transaction() as cursor:
        cursor.execute("DELETE FROM saved_replies")
    assert kit.desk.library.import_csv("\ufeff" + exported, "ana").problems == ()
    after = {
        (one.name, one.text, one.folder, one.tags, one.language, one.channels) for one in kit.desk.library.all("ana")
    }
    assert after == before


def test_a_spreadsheet_runs_nothing_of_it(kit: Kit) -> None:
    """No cell of the file begins as a formula does; the plain text would."""
    for number, text in enumerate(FORMULAS):
        keep(kit, f"n{number}", text)
    rows = list(csv.reader(io.StringIO(kit.desk.library.export_csv("ana"))))
    begins = tuple("=+-@\t\r")
    assert not [value for row in rows for value in row if value.startswith(begins)]
    assert [one for one in kit.desk.library.all("ana") if one.text.startswith(begins)]


@pytest.mark.parametrize(
    ("text", "words"),
    [("a,b\n1,2\n", "name and text are needed"), ("", "name and text are needed"), ('name,text\n"x\x00', "")],
)
def test_a_file_that_is_none_is_refused_whole(kit: Kit, text: str, words: str) -> None:
    """What is no such file is told in words, and nothing is kept."""
    if words:
        with pytest.raises(DeskError, match=words):
            kit.desk.library.import_csv(text, "ana")
    else:
        assert kit.desk.library.import_csv(text, "ana").added in {0, 1}


def test_lines_that_cannot_be_kept_are_told(kit: Kit) -> None:
    """Good lines are kept, bad ones are told with their number and reason."""
    text = "name,text,fits\nGood,Hello,public\nBad,{nonsense},\nOdd,Hi,sideways\n,Hi,\n"
    result = kit.desk.library.import_csv(text, "ana")
    assert result.added == 1
    assert [problem.split(":")[0] for problem in result.problems] == ["line 3", "line 4", "line 5"]
    assert "sideways" in result.problems[1]
    (kept,) = kit.desk.library.all("ana")
    assert (kept.name, kept.fits, kept.owner) == ("Good", Fits.PUBLIC, "ana")


@pytest.mark.long
def test_the_longest_file_holds_nobody_up_for_long(kit: Kit) -> None:
    """Colleagues write while two thousand lines are taken in; a name that stands there twice is still told."""
    conversation = kit.desk.conversation_of(kit.mention())
    rows = "\n".join(f"name {number},text {number}" for number in range(library_csv.MOST_ROWS - 1))
    results = []
    importing = threading.Thread(
        target=lambda: results.append(kit.desk.library.import_csv(f"name,text\n{rows}\nNAME 7,again", "ana"))
    )
    importing.start()
    waits = []
    while importing.is_alive():
        began = time.monotonic()
        kit.desk.note(conversation, "meanwhile", "ben")
        waits.append(time.monotonic() - began)
        importing.join(0.5)
    assert results[0].added == library_csv.MOST_ROWS - 1
    assert [problem.partition(":")[0] for problem in results[0].problems] == [f"line {library_csv.MOST_ROWS + 1}"]
    assert max(waits) < 15  # it took minutes
