from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from social_listener.search import days, words
from social_listener.search.parse import IS, Search, parse
from social_listener.search.spoken import spoken

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
TODAY = NOW.date()

#: texts as people type them: our own signs and keys far more often than chance would have it
PIECES = st.sampled_from(
    [
        *(
            '"',
            "-",
            ":",
            " ",
            "from:",
            "before:",
            "on:",
            "is:",
            "label:",
            "lang:",
            "channel:",
            "sentiment:",
            "account:",
        ),
        *(
            "3",
            "May",
            "2026-05-03",
            "2026-05-03T14:30Z",
            "refund",
            "mara",
            "退款",
            "für",
            "*",
            "…",
            "yesterday",
            "private",
            "neg",
            "us",
            "“",
            "”",
        ),
        *(
            " ",
            " ",
            "\0",
            "\n",
            "assigned:",
            "after:",
            "since:",
            "until:",
            "é",
            "e\u0301",
            "İ",
            "ß",
            "㎅",
            "한",
            "が",
            "😡",
        ),
    ]
)
TEXTS = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=12).map("".join))


def told(text: str) -> str:
    """Return what is understood of a text, in words."""
    return spoken(parse(text, NOW))


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("", ""),
        ("   ", ""),
        ("%", ""),
        ("refund ", "messages that say refund"),
        ("refund", "messages that say refund…"),
        ("a", "messages that say a"),
        ("refund* late ", "messages that say refund… and late"),
        ("from:mara before:3 May refund ", "messages from mara before 3 May that say refund"),
        ("from:@Mara_K ", "messages from “Mara_K”"),
        ("from:us thanks ", "messages from us that say thanks"),
        ("-from:us thanks ", "messages not from us that say thanks"),
        ('"late parcel" -voucher', "messages that say “late parcel” but not voucher"),
        ("-voucher", "messages that do not say voucher"),
        ("is:private channel:ig refund ", "private messages on instagram that say refund"),
        ("is:public", "public messages"),
        ("-is:private", "public messages"),
        ("lang:de sentiment:neg", "DE negative messages"),
        ("-sentiment:positive", "not positive messages"),
        ("account:shop2", "messages at account shop2"),
        ("is:open label:VIP", "conversations that are open and are labelled vip"),
        ("-is:assigned", "conversations that nobody has taken"),
        ("refund is:unread", "messages that say refund in conversations that wait for an answer"),
        ("assigned:ana", "conversations that are assigned to ana"),
        ("on:yesterday", "messages on 24 November"),
        ("after:2024-02", "messages after February 2024"),
        ("before:2023", "messages before 2023"),
        ("since:7d", "messages since 18 November"),
        ("since:2026-11-25T09:15 before:2026-11-25T10:00z", "messages since 09:15 before 10:00"),
        ("on:2026-05-03T14:30", "messages on 14:30 on 3 May"),
        ("since:2026-02-30T09:15", "messages that say “since:2026-02-30T09:15…”"),
        ("before:31 feb ", "messages that say “before:31” and feb"),
        ("colour:red ", "messages that say “colour:red”"),
        ("is:purple ", "messages that say “is:purple”"),
        ("lang:german ", "messages that say “lang:german”"),
        ("from: mara ", "messages that say from: and mara"),
        ("“spät” ", "messages that say “spät”"),
    ],
)
def test_what_is_understood_is_told_in_words(text: str, understood: str) -> None:
    """Each part of the language reads back as a phrase; what is none of it is looked for as words."""
    assert told(text) == understood


def test_minutes_are_those_of_the_searchers_zone_unless_they_say_utc() -> None:
    """What UTC tells is told by the searcher's clock; the minute itself counts but for before and after."""
    berlin = ZoneInfo("Europe/Berlin")
    search = parse("since:2026-11-25T10:00 until:2026-11-25T10:00Z", NOW, berlin)
    assert search.since == datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
    assert search.until == datetime(2026, 11, 25, 10, 1, tzinfo=UTC)
    assert spoken(search) == "messages since 10:00 until 11:00"
    after = parse("after:2026-11-25T10:00", NOW, berlin)
    assert after.since == datetime(2026, 11, 25, 9, 1, tzinfo=UTC)


@given(TEXTS)
@example("before:9999-12-31")
@example("after:0001-01-01 x")
@example("on:1 jan 0001")
def test_any_text_has_a_meaning(text: str) -> None:
    """Nothing that can be typed raises, what is looked for has words, and what was understood can be told."""
    for zone in (UTC, ZoneInfo("Pacific/Kiritimati"), ZoneInfo("America/Anchorage")):
        search = parse(text, NOW, zone)
        assert all(one.words and all(one.words) for one in (*search.words, *search.authors))
        assert bool(spoken(search)) == bool(search)


@given(TEXTS)
def test_no_word_of_a_text_is_lost(text: str) -> None:
    """Every word typed is looked for, unless it was understood as something else: nothing is dropped in silence."""
    search = parse(text, NOW)
    looked_for = {word for one in (*search.words, *search.authors) for word in one.words}
    understood = bool(search.marks or search.talks or search.days or search.moments or search.ours is not None)
    if not understood and len(text.split()) < 20:
        assert looked_for == set(words.tokens(text.replace('"', " "))) or ":" in text


def test_a_word_that_is_dropped_would_be_noticed() -> None:
    """Negative control: a parser that forgets what it does not understand fails the check above."""
    assert {word for one in parse("colour:red hello ", NOW).words for word in one.words} == {"colour", "red", "hello"}
    assert parse("hello", NOW) != Search(today=TODAY)


@pytest.mark.parametrize("name", sorted(IS))
def test_every_state_can_be_asked_for(name: str) -> None:
    """Each value of is: is told in words, also when it is not wanted."""
    assert told(f"is:{name}").startswith("conversations that ")
    assert told(f"-is:{name}") != told(f"is:{name}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-05-03", (date(2026, 5, 3), date(2026, 5, 4))),
        ("3 may", (date(2026, 5, 3), date(2026, 5, 4))),
        ("3rd May 2024", (date(2024, 5, 3), date(2024, 5, 4))),
        ("May 3", (date(2026, 5, 3), date(2026, 5, 4))),
        ("3.5.2024", (date(2024, 5, 3), date(2024, 5, 4))),
        ("24.12.", (date(2025, 12, 24), date(2025, 12, 25))),
        ("december", (date(2025, 12, 1), date(2026, 1, 1))),
        ("nov", (date(2026, 11, 1), date(2026, 12, 1))),
        ("2024", (date(2024, 1, 1), date(2025, 1, 1))),
        ("2024-12", (date(2024, 12, 1), date(2025, 1, 1))),
        ("today", (TODAY, date(2026, 11, 26))),
        ("wednesday", (TODAY, date(2026, 11, 26))),
        ("thu", (date(2026, 11, 19), date(2026, 11, 20))),
        ("2w", (date(2026, 11, 11), date(2026, 11, 12))),
        ("29 feb", None),
        ("29 feb 2024", (date(2024, 2, 29), date(2024, 3, 1))),
        ("5/3", None),
        ("31 june", None),
        ("mayor", None),
        ("9999d", (date(1999, 7, 11), date(1999, 7, 12))),
    ],
)
def test_days_as_people_write_them(text: str, expected: days.Days | None) -> None:
    """A day without a year is the last one that was; what is read differently in two countries is left alone."""
    assert days.days(text, TODAY) == expected


def test_days_are_those_of_the_reader() -> None:
    """A day begins at the reader's midnight, and before, on and after a day leave no second out and share none."""
    zone = ZoneInfo("America/New_York")
    before, on, after = (parse(f"{key}:2026-05-03", NOW, zone) for key in ("before", "on", "after"))
    assert before.until == on.since == datetime(2026, 5, 3, 4, 0, tzinfo=UTC)
    assert on.until == after.since == datetime(2026, 5, 4, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don't STOP", ("don", "t", "stop")),
        ("Café e\u0301t\u00e9", ("cafe", "ete")),
        ("Straße", ("strasse",)),
        ("@mara_k #Refund", ("mara", "k", "refund")),
        ("退款了", ("退", "款", "了")),
        ("so 😡!", ("so", "😡")),
        ("x" * 100, ("x" * 64,)),
        ("… !", ()),
    ],
)
def test_words_are_folded(text: str, expected: tuple[str, ...]) -> None:
    """Upper case and accents make no difference, and writing without spaces is taken apart by characters."""
    assert words.tokens(text) == expected


@given(st.text(max_size=40))
def test_marks_stand_where_the_words_stand(text: str) -> None:
    """What is marked in a text are the very words that the index has of it, in their order."""
    here = list(words.places(text))
    assert tuple(word for _, _, word in here) == words.tokens(text)
    assert all(0 <= start < end <= len(text) for start, end, _ in here)
    assert all(words.tokens(text[start:end])[:1] for start, end, _ in here if len(words.fold(text)) == len(text))


def test_what_was_looked_for_is_marked() -> None:
    """Each stretch that was looked for is marked once, and what overlaps becomes one."""
    text = "My refund, the REFUNDS and a späte Rückgabe"
    marks = words.marked(text, [(("refund",), True), (("spate", "ruckgabe"), False), (("my", "refund"), False)])
    assert [text[start:end] for start, end in marks] == ["My refund", "REFUNDS", "späte Rückgabe"]
    assert words.marked(text, [(("fund",), True)]) == ()
