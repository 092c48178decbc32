"""Spikes in words and numbers: what is not known is not told as nought, and every number opens its items."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import filled_spikes
import pytest
from making import NOW

from social_listener.dashboard import draw_spike, draw_spikes, draw_words, words_address
from social_listener.desk_types.crisis import Behind, Direction, Watching
from social_listener.desk_types.spikes import SpikeKind
from social_listener.desk_types.words import Against, TermKind
from social_listener.search.parse import parse

NAMES = {"fernhill": "@fernhill"}


def drawn(**changes: Any) -> Any:
    """Return a spike as it is drawn, its situation changed."""
    return draw_spike.spike(filled_spikes.view(), filled_spikes.situation(**changes), NAMES, may_acknowledge=True)


def test_every_number_opens_a_list_that_there_is() -> None:
    """Figures, words and carriers name a list of the desk's; a lull has two figures."""
    one = drawn()
    opens = [figure["behind"] for figure in one["figures"]]
    opens += [half["behind"] for half in one["direction"]["halves"]]
    opens += [row["behind"] for row in one["words_rose"]]
    opens += [row["behind"] for group in one["carriers"] for row in group["rows"]]
    assert {Behind(name) for name in opens} >= {Behind.HOUR, Behind.WAITING, Behind.WORD, Behind.PERSON, Behind.THREAD}
    lull = filled_spikes.view(filled_spikes.spike(kind=SpikeKind.LULL))
    assert len(draw_spike.spike(lull, filled_spikes.situation(), NAMES, may_acknowledge=False)["figures"]) == 2  # type: ignore[arg-type]


def test_what_is_not_known_is_not_told_as_nought() -> None:
    """Usual that is unknown is said to be; a course without any says why it has no line."""
    assert drawn(usual=None)["figures"][0]["small"] == "usual is not known yet"
    assert drawn()["figures"][0]["small"] == "20 is usual"
    view = filled_spikes.view()
    bare = replace(view, course=tuple(replace(one, usual=None, low=None, high=None) for one in view.course))
    told: Any = draw_spike.spike(bare, filled_spikes.situation(), NAMES, may_acknowledge=True)["course"]
    assert "not known yet" in told["told"]
    assert {point["usual"] for point in told["points"]} == {None}
    assert told["points"][0]["items"] is None


def test_the_inbox_opens_at_the_conversations_of_the_spike_that_wait() -> None:
    """Its search names the minute, and for one that has ended the end; nothing waits: no button."""
    query = parse_qs(urlsplit(drawn()["inbox"]["url"]).query)
    assert (query["account"], query["view"]) == (["fernhill"], ["open"])
    search = parse(query["q"][0], NOW)
    assert search.since == filled_spikes.spike().began_at.replace(second=0, microsecond=0)
    assert search.until is None
    assert search.talks[0].value == "waiting"
    ended = draw_spike.inbox(filled_spikes.ended(), filled_spikes.situation())
    assert parse(parse_qs(urlsplit(ended).query)["q"][0], NOW).until is not None
    none = replace(filled_spikes.situation().figures, waiting=0, talks=0)
    assert drawn(figures=none)["inbox"] is None


@pytest.mark.parametrize("direction", list(Direction))
def test_where_it_goes_is_told_in_a_word(direction: Direction) -> None:
    """With both half hours beside it."""
    told = drawn(direction=direction)["direction"]
    assert told["text"].lower() == direction.value
    assert [one["text"] for one in told["halves"]] == ["70 in the last half hour", "30 in the one before"]


def test_an_empty_page_says_what_is_watched_and_that_all_is_calm() -> None:
    """Nothing unusual, nothing looked at yet, nothing to watch; a lull alone keeps the page calm."""
    told: Any = draw_spikes.listing([], [], filled_spikes.watching(), NAMES, NOW)
    assert (told["calm"], told["sure"]) == (True, False)
    assert told["headline"] == (
        "Nothing out of the ordinary, as far as can be told: what is usual is not known yet of new, and other is not "
        "polled well just now."
    )
    first, _, new = filled_spikes.watching().accounts
    usual: Any = draw_spikes.listing([], [], Watching(looked_at=NOW, accounts=(first,)), NAMES, NOW)
    assert (usual["calm"], usual["sure"]) == (True, True)
    assert usual["headline"] == "Nothing out of the ordinary: no more is said than is usual."
    early: Any = draw_spikes.listing([], [], Watching(looked_at=NOW, accounts=(new,)), NAMES, NOW)
    assert (early["calm"], early["sure"]) == (True, False)
    assert early["headline"].startswith("No spike was found, but what is usual is not known yet")
    assert [one["name"] for one in told["watched"]] == ["@fernhill", "other", "new"]
    fresh: Any = draw_spikes.listing([], [], replace(filled_spikes.watching(), looked_at=None), NAMES, NOW)
    assert "within a minute" in fresh["headline"]
    none: Any = draw_spikes.listing([], [], Watching(looked_at=NOW, accounts=()), NAMES, NOW)
    assert "Nothing is watched" in none["headline"]
    lull = filled_spikes.spike(kind=SpikeKind.LULL)
    assert draw_spikes.listing([lull], [], filled_spikes.watching(), NAMES, NOW)["calm"]
    assert not draw_spikes.listing([filled_spikes.spike()], [], filled_spikes.watching(), NAMES, NOW)["calm"]


def test_a_share_that_was_read_is_never_told_in_silence() -> None:
    """How many of how many; where everything was read nothing is said. New and rarer words have their intervals."""
    told: Any = draw_words.rising(filled_spikes.rising(), NAMES)
    assert "40.0% of the people" in told["sample"]
    assert draw_words.rising(filled_spikes.rising(share=1.0), NAMES)["sample"] == ""
    assert [row["times"] for row in told["rows"]] == ["× 40", "new"]
    assert [row["interval"] for row in told["rows"]] == ["× 11 to 300", "× 4.2 or more"]
    none: Any = draw_words.rising(filled_spikes.rising(terms=()), NAMES)
    assert none["none"].startswith("No word is said by clearly more")
    usual: Any = draw_words.rising(filled_spikes.rising(against=Against.USUAL), NAMES)
    assert "the same times" in usual["told"]
    assert told["rows"][1]["kind"] == TermKind.LABEL.value
    narrowed: Any = draw_words.rising(filled_spikes.rising(), NAMES, asked("account=a&query=a/brand").of_inbox())
    assert parse_qs(urlsplit(narrowed["rows"][0]["inbox"]).query)["stream"] == ["a/brand"]


def asked(told: str) -> words_address.Asked:
    """Return what an address says on 26 November 2026."""
    return words_address.asked_of(dict(parse_qsl(told, keep_blank_values=True)), date(2026, 11, 26))


def test_the_address_says_which_period_is_read() -> None:
    """Hours end at the next quarter, days are whole ones of the house's zone, nonsense is the last seven days."""
    zone = ZoneInfo("Europe/Berlin")
    now = datetime(2026, 11, 26, 16, 7, 30, tzinfo=UTC)
    hours = asked("period=3h&account=a&label=l&language=unknown").slice(now, zone)
    assert hours.until == datetime(2026, 11, 26, 16, 15, tzinfo=UTC)
    assert hours.until - hours.since == timedelta(hours=3)
    assert (hours.accounts, hours.labels, hours.languages, hours.channels) == (("a",), ("l",), ("",), ())
    week = asked("period=nonsense&sentiment=angry&who=private&against=nobody").slice(now, zone)
    assert (week.period.first, week.period.last) == (date(2026, 11, 19), date(2026, 11, 25))
    assert (week.sentiments, week.private) == ((), True)
    own = asked("period=own&since=2026-01-05&until=2026-01-01").slice(now, zone)
    assert (own.period.first, own.period.last) == (date(2026, 1, 1), date(2026, 1, 5))
    assert asked("period=yesterday").slice(now, zone).period.days == 1


def test_days_of_an_address_are_such_as_the_field_can_show() -> None:
    """None before 2000, none to come, not too many: what is shown is what is read."""
    for told in (
        "", "&since=2026-11-01&until=2027-05-01", "&since=0001-01-01&until=0001-01-02", "&since=9999-12-31",
        "&since=2026-11-30&until=2026-12-30", "&since=1999-01-01&until=2026-11-20", "&since=x&until=2026-11-20",
    ):  # fmt: skip
        found = asked(f"period=own{told}").days
        assert found is not None
        assert date(2000, 1, 1) <= found[0] <= found[1] <= date(2026, 11, 26), told
        assert (found[1] - found[0]).days < words_address.MOST_DAYS, told
    assert asked("period=own&since=2026-11-01&until=2027-05-01").days == (date(2026, 11, 1), date(2026, 11, 26))
