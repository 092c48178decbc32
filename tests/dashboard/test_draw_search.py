"""What the list says about a search."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import NOW, page, row

from social_listener.dashboard import draw_queue, draw_search
from social_listener.desk.find import cut
from social_listener.desk_types import FoundLine, QueueFilter, SearchNote, View
from social_listener.search.parse import parse
from social_listener.search.words import marked

WANTED = QueueFilter(search="refund")


def found(note: SearchNote | None, **counts: int):
    """Return a page of a search."""
    views = {View(name): number for name, number in counts.items()}
    return replace(page(total=views.get(View.WAITING, 0)), search=note, counts=views)


def test_what_was_understood_is_said() -> None:
    """The line above the list is a sentence, and leads to the views that hold something else."""
    told = draw_search.told(found(SearchNote(spoken="messages that say refund"), waiting=1, open=3, resolved=2), WANTED)
    assert told == {
        "text": "Messages that say refund.",
        "warn": "",
        "elsewhere": [{"view": "open", "text": "All open 3"}, {"view": "resolved", "text": "Resolved 2"}],
    }


def test_what_was_not_counted_to_the_end_has_a_plus() -> None:
    """Where only the newest of what is not listed were counted, the number says that there is more."""
    note = SearchNote(spoken="messages that say refund", cut_elsewhere=True)
    told = draw_search.told(found(note, waiting=1, open=3, resolved=2), WANTED)
    assert told is not None
    assert [one["text"] for one in told["elsewhere"]] == ["All open 3", "Resolved 2+"]
    there = QueueFilter(view=View.RESOLVED, search="refund")
    told = draw_search.told(found(note, open=3, resolved=2), there)
    assert told is not None
    assert [one["text"] for one in told["elsewhere"]] == ["All open 3+"]


def test_a_list_without_a_search_says_nothing() -> None:
    """Nothing stands above the list when nothing is looked for."""
    assert draw_search.told(page(), QueueFilter()) is None


@pytest.mark.parametrize(
    ("note", "words"),
    [
        (SearchNote(spoken="messages", whole=False, percent=40), "40 %"),
        (SearchNote(spoken="messages", cut=True), "Add a word or a date"),
    ],
)
def test_what_is_not_all_is_told(note: SearchNote, words: str) -> None:
    """An index that is being built, and a search that finds too much, are named."""
    told = draw_search.told(found(note), WANTED)
    assert told is not None
    assert words in str(told["warn"])


def test_signs_alone_are_told_to_be_none() -> None:
    """Where nothing is looked for the line says so, and the list is whole."""
    told = draw_search.told(found(None), QueueFilter(search="%"))
    assert told is not None
    assert "signs alone" in str(told["text"])


def test_found_words_are_pieces_of_the_text() -> None:
    """The excerpt is drawn in pieces; put together they are the excerpt, and who said it stands before it."""
    line = FoundLine(by="us", excerpt="a refund today", marks=((2, 8),), name_marks=(), sent_at=NOW)
    drawn = draw_queue.row(row(1, found=line), "Sam", gone=False, name_channel=False)
    assert drawn["by"] == "We: "
    assert drawn["found"] == [
        {"text": "a ", "mark": False},
        {"text": "refund", "mark": True},
        {"text": " today", "mark": False},
    ]
    assert "found" not in draw_queue.row(row(1), "Sam", gone=False, name_channel=False)


@given(st.text(max_size=400), st.integers(0, 400))
def test_the_first_word_found_is_in_the_excerpt(around: str, at: int) -> None:
    """However long a text is, the part that is shown holds the first word that was looked for, marked as it stands."""
    text = f"{around[:at]} quetzal {around[at:]}"
    excerpt, marks = cut(text, marked(text, [(("quetzal",), False)]))
    assert marks
    start, end = marks[0]
    assert excerpt[start:end] == "quetzal"
    assert len(excerpt) <= 202


def test_every_example_is_understood() -> None:
    """What the help offers is a part of the language, and none of it is looked for as bare words by mistake."""
    for text, _ in draw_search.EXAMPLES:
        search = parse(text + " ", NOW)
        assert search
        assert ":" not in text or not search.words, text
