"""Which words rise, which texts are copies, and what makes a spike."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from social_listener.desk_types.spikes import Best, SpikeKind
from social_listener.trends import copies
from social_listener.trends.why import Voice, why
from social_listener.trends.words import rising, terms_of, topics, words_of

NOW = datetime(2026, 11, 6, 10, tzinfo=UTC)
_SUBJECTS = ("grinder", "delivery", "parcel", "machine", "beans", "filter", "invoice", "courier", "kettle", "mug")
_VERBS = ("arrived late", "broke again", "smells odd", "looks lovely", "needs cleaning", "makes noise", "got lost")
_ENDINGS = ("since monday", "in my kitchen", "as promised", "for a friend", "at last", "after lunch", "near home")


def chatter(count: int, seed: int = 1, prefix: str = "c") -> list[Voice]:
    """Return ordinary things that ordinary people said."""
    rng = random.Random(seed)
    return [
        voice(
            f"{prefix}{at}",
            f"@fernhill my {rng.choice(_SUBJECTS)} {rng.choice(_VERBS)} {rng.choice(_ENDINGS)}",
            author=f"{prefix}author{rng.randrange(count)}",
        )
        for at in range(count)
    ]


def voice(id_: str, text: str, author: str | None = None, **more: object) -> Voice:
    """Return something that somebody said."""
    given = {"account_id": "main", "thread_id": f"t{id_}", "private": False, "sent_at": NOW, **more}
    return Voice(id=id_, author_id=author or f"a{id_}", text=text, **given)


def outage(count: int, seed: int = 2) -> list[Voice]:
    """Return what people say when a payment fails, each in words of their own."""
    rng = random.Random(seed)
    ways = ("payment declined at {}", "card declined, payment {} impossible", "why is my payment declined {}?")
    return [
        voice(
            f"o{at}",
            f"{rng.choice(_SUBJECTS)} order: " + rng.choice(ways).format(rng.choice(_ENDINGS)),
            sentiment=-0.5 - at / 1000,
            label="negative",
            reach=at,
        )
        for at in range(count)
    ]


# -- words -------------------------------------------------------------------------------------------------------------


def test_words_that_say_nothing_are_no_words() -> None:
    """Stop words, handles, addresses, numbers and our own names are left out; what they part is no pair."""
    assert words_of("I can't pay @fernhill at https://x.example/pay 404 with Fernhill", {"fernhill"}).count("pay") == 1
    assert terms_of("The payment was declined", ()) == {"payment", "declined"}
    assert "payment declined" in terms_of("Payment declined!", ())
    assert terms_of("支払い", ()) >= {"支払"}


def test_the_words_of_an_outage_rise() -> None:
    """What all say and nobody said before comes first, as a pair, with its numbers and its interval."""
    found = rising([*chatter(40), *outage(30)], chatter(200, 5, "b"))
    assert {"payment", "declined"} <= set(" ".join(one.word for one in found[:2]).split())
    first = found[0]
    assert first.items_before == 0
    assert first.times_low > 1
    assert first.times_low < first.times < first.times_high
    assert not {"grinder", "parcel", "courier"} & {one.word for one in found}


def test_one_who_shouts_makes_no_topic() -> None:
    """Fifty posts of one person count as one voice; fifty people with the same words count as fifty."""
    one = [voice(f"s{at}", "boycott this swindle now", author="shouter") for at in range(50)]
    many = [voice(f"s{at}", "boycott this swindle now") for at in range(50)]
    assert "swindle" not in {
        part for found in rising([*chatter(40), *one], chatter(200, 5)) for part in found.word.split()
    }
    assert "swindle" in {
        part for found in rising([*chatter(40), *many], chatter(200, 5)) for part in found.word.split()
    }


def test_ordinary_days_have_hardly_a_rising_word() -> None:
    """Two draws of the same chatter differ by chance only: of some hundred words one is told in every other draw."""
    told = [len(rising(chatter(60, seed), chatter(300, seed + 1, "b"))) for seed in range(100)]
    assert sum(told) / len(told) < 0.5
    assert max(told) <= 4


def test_words_that_occur_together_are_one_topic() -> None:
    """Two things that people talk of at once are two topics, and each holds its own items."""
    recall = [voice(f"r{at}", f"recall of the kettle lid, {ending} burns") for at, ending in enumerate(_ENDINGS * 3)]
    _, groups = topics([*outage(30), *recall], chatter(300))
    assert len(groups) >= 2
    by_word = {word: one for one in groups for word in " ".join(one.words).split()}
    assert by_word["declined"] is not by_word["recall"]
    assert {id_[0] for id_ in by_word["recall"].item_ids} == {"r"}


# -- copies ------------------------------------------------------------------------------------------------------------


def test_copies_are_found_through_small_changes() -> None:
    """Another handle, number, address or sign makes no other text; short agreement and other words do."""
    spam = [
        f"@user{at} Fernhill is a scam they stole {at} dollars from my sister https://t.co/{at} {'!' * (at % 4)}"
        for at in range(30)
    ]
    texts = [*spam, "same here", "same here", *(one.text for one in chatter(30))]
    found = copies.groups(texts)
    assert found[0] == list(range(30))
    assert all(30 not in one and 31 not in one for one in found)


@settings(deadline=None)
@given(st.lists(st.text(max_size=60), max_size=30))
def test_groups_of_copies_never_share_a_text(texts: list[str]) -> None:
    """Each text stands in one group at most, whatever was written; the same long text always shares a group."""
    places = [at for group in copies.groups([*texts, *["one two three four five six"] * 2]) for at in group]
    assert len(places) == len(set(places))
    assert {len(texts), len(texts) + 1} <= set(places)


# -- why ---------------------------------------------------------------------------------------------------------------


def wave(count: int) -> list[Voice]:
    """Return a wave of copies from accounts that joined yesterday."""
    return [
        voice(
            f"w{at}",
            f"Fernhill is a scam they stole {at} dollars from my own sister",
            label="negative",
            sentiment=-0.8,
            reach=at % 4,
            joined_at=NOW - timedelta(days=1),
        )
        for at in range(count)
    ]


def below(count: int) -> list[Voice]:
    """Return what many say below one post, or quoting it."""
    return [
        voice(
            f"v{at}",
            f"{one.text} and shame on you",
            label="negative",
            sentiment=-0.6,
            **({"thread_id": "x:900"} if at % 2 else {"quoted_id": "x:900"}),
        )
        for at, one in enumerate(chatter(count, 11))
    ]


@pytest.mark.parametrize(
    ("items", "kind"),
    [
        (outage(40), SpikeKind.MANY_VOICES),
        (below(40), SpikeKind.ONE_POST),
        (wave(40), SpikeKind.COPIES),
        ([voice(f"f{at}", one.text, author=f"f{at % 2}") for at, one in enumerate(chatter(40))], SpikeKind.FEW_AUTHORS),
    ],
)
def test_each_kind_is_told_from_the_others_amid_ordinary_chatter(items: list[Voice], kind: SpikeKind) -> None:
    """A few ordinary messages among them change nothing."""
    assert why([*items, *chatter(8, 3, "x")], chatter(200, 5, "b"), NOW).kind is kind


def test_what_made_a_spike_is_told_in_numbers() -> None:
    """Shares, negative part, young and thin authors, and where it hangs, add up from the items."""
    told = why([*wave(30), *chatter(10)], chatter(100, 5, "b"), NOW)
    assert (told.items, told.scored, told.negative) == (40, 30, 30)
    assert told.copies == pytest.approx(0.75)
    assert told.thin >= 0.7
    assert told.young >= 0.7
    hung = why(below(20), chatter(100), NOW)
    assert (hung.threads[0].id, hung.threads[0].share) == ("x:900", 1.0)
    assert hung.young == 0


def test_the_messages_that_say_it_best() -> None:
    """The closest to what all say, the most followed, the most negative; none is told twice."""
    told = why([*outage(30), *chatter(20)], chatter(200, 5, "b"), NOW)
    by_best = {best: [one.item_id for one in told.best if one.best is best] for best in Best}
    assert all(one.startswith("o") for one in by_best[Best.CENTRAL])
    ids = [one.item_id for one in told.best]
    assert len(ids) == len(set(ids))
    rest = [f"o{at}" for at in range(29, 0, -1) if f"o{at}" not in by_best[Best.CENTRAL]]
    assert by_best[Best.FOLLOWED] == rest[:3]


def test_nothing_said_is_no_reason_to_fail() -> None:
    """An empty spike has an empty why."""
    assert why([], [], NOW).items == 0
