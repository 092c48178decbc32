"""Rising words at the desk: of a slice and no other, as plain Python counts; where there is much, of some people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from desk_kit import START, Kit, make_kit
from spike_kit import Post, count_all, ordinary, store_posts
from staff_kit import seed_staff

from social_listener.desk import words as desk_words
from social_listener.desk_types.insights import Slice
from social_listener.desk_types.words import Against, RisingWords, TermKind
from social_listener.periods import Period

#: the Monday of the week in which the word is new
FIRST = date(2026, 10, 26)
WEEK = Slice(period=Period(FIRST, FIRST + timedelta(days=6), "Europe/Berlin"))
RECALL = 40


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kit]:
    """Return a desk with six weeks of traffic; in the last one forty people speak of a recall, on one account."""
    made = make_kit(tmp_path_factory.mktemp("words"), accounts=("main", "other"))
    since = WEEK.since
    store_posts(made, ordinary(since - timedelta(weeks=5), since + timedelta(days=7), 5))
    store_posts(made, ordinary(since - timedelta(weeks=5), since + timedelta(days=7), 5, 9), "other")
    told = [
        Post(since + timedelta(hours=3 * at), f"r{at}", f"is the recall real {at} #Recall2026", "negative")
        for at in range(RECALL)
    ]
    store_posts(made, told)
    with made.store.transaction() as cursor:
        cursor.execute("UPDATE interactions SET private = true WHERE author_id = 'x:r0'")
        cursor.execute("INSERT INTO labels VALUES ('aaaaaaaaaaaa', 'Recall', 'blue', FALSE, 'ana', ?, 1)", [START])
        cursor.execute("UPDATE conversations SET labels = 'aaaaaaaaaaaa' WHERE contact_id LIKE 'x:r%'")
    count_all(made)
    yield made
    made.close()


def term(found: RisingWords, kind: TermKind, text: str) -> object:
    """Return how many say a term now and before; None: it is not told."""
    return next(
        ((one.authors, one.authors_before) for one in found.terms if (one.kind, one.term) == (kind, text)), None
    )


@pytest.mark.parametrize("against", [Against.BEFORE, pytest.param(Against.USUAL, marks=pytest.mark.long)])
def test_a_new_word_is_told_with_its_people_and_items(kit: Kit, against: Against) -> None:
    """The hashtag stands for the word, the label rose with it; the sum of people is that of a plain count."""
    found = kit.desk.words.rising(WEEK, "ana", against)
    assert term(found, TermKind.HASHTAG, "#recall2026") == (RECALL, 0)
    assert term(found, TermKind.LABEL, "Recall") == (RECALL, 0)
    assert found.share == 1.0
    with kit.store.read() as cursor:
        row = cursor.execute(
            "SELECT count(*), count(DISTINCT author_id) FROM interactions WHERE sent_at >= ? AND sent_at < ?",
            [WEEK.since, WEEK.until],
        ).fetchone()
    assert (found.now.items, found.now.people) == row
    assert found.now.read == found.now.items
    first = found.terms[0]
    assert first.times is None
    assert first.times_low > 5
    assert len(first.samples) == 3
    page = kit.desk.words.saying(WEEK, "ana", (TermKind.HASHTAG, "#recall2026"), against, limit=15)
    assert (page.total, len(page.lines)) == (RECALL, 15)
    rest = kit.desk.words.saying(WEEK, "ana", (TermKind.HASHTAG, "#recall2026"), against, skip=15)
    assert len({one.id for one in (*page.lines, *rest.lines)}) == RECALL
    assert kit.desk.words.saying(WEEK, "ana", (TermKind.LABEL, "Recall"), against).total == RECALL


@pytest.mark.long
def test_an_ordinary_week_tells_of_nothing(kit: Kit) -> None:
    """Negative control: the week before, beside the one before it."""
    before = replace(WEEK, period=Period(FIRST - timedelta(days=7), FIRST - timedelta(days=1), "Europe/Berlin"))
    assert kit.desk.words.rising(before, "ana").terms == ()


@pytest.mark.long
def test_filters_and_access_hold_for_words_too(kit: Kit) -> None:
    """Another account or sentiment, and who may not see the account, hear nothing of it; public ones are one less."""
    seed_staff(kit.desk, "elsewhere", accounts=frozenset({"other"}))
    rose = "#recall2026"
    for cut, who in (
        (replace(WEEK, accounts=("other",)), "ana"),
        (replace(WEEK, sentiments=("neutral",)), "ana"),
        (WEEK, "elsewhere"),
    ):
        assert term(kit.desk.words.rising(cut, who), TermKind.HASHTAG, rose) is None
        assert kit.desk.words.saying(cut, who, (TermKind.HASHTAG, rose)).total == 0
    assert term(kit.desk.words.rising(replace(WEEK, private=False), "ana"), TermKind.HASHTAG, rose) == (RECALL - 1, 0)
    labelled = replace(WEEK, labels=("aaaaaaaaaaaa",))
    assert kit.desk.words.rising(labelled, "ana").now.items == RECALL
    hours = replace(WEEK, within=(WEEK.since, WEEK.since + timedelta(hours=24)))
    assert term(kit.desk.words.rising(hours, "ana", Against.USUAL), TermKind.HASHTAG, rose) == (8, 0)
    assert len(desk_words.compared(hours, Against.USUAL)) == 4
    (just_before,) = desk_words.compared(hours, Against.BEFORE)
    assert (just_before.until, just_before.since) == (hours.since, hours.since - timedelta(hours=24))


@pytest.mark.long
def test_of_much_a_share_of_the_people_is_read_and_that_is_said(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """A smaller room: fewer are read, the same people in both periods, and the answer tells which share."""
    monkeypatch.setattr(desk_words, "MOST", 300)
    cut = replace(WEEK, private=None, channels=("x",))
    found = kit.desk.words.rising(cut, "ana")
    assert 0 < found.share < 0.6
    assert found.now.read == pytest.approx(found.share * found.now.items, rel=0.3)
    told = term(found, TermKind.HASHTAG, "#recall2026")
    assert isinstance(told, tuple)
    assert 0 < told[0] < RECALL
    assert kit.desk.words.saying(cut, "ana", (TermKind.HASHTAG, "#recall2026")).total == told[0]


def test_the_same_time_before_the_clocks_were_changed_is_that_of_the_clock() -> None:
    """Three hours from nine on a Monday in winter are compared with those from nine on Mondays in summer."""
    zone, monday = ZoneInfo("Europe/Berlin"), date(2026, 10, 26)
    since = datetime(2026, 10, 26, 9, tzinfo=zone).astimezone(UTC)
    cut = Slice(period=Period(monday, monday, zone.key), within=(since, since + timedelta(hours=3)))
    earlier = [one.within for one in desk_words.compared(cut, Against.USUAL)]
    assert [one and one[0].astimezone(zone).hour for one in earlier] == [9] * 4
    assert [one and one[1] - one[0] for one in earlier] == [timedelta(hours=3)] * 4
