"""What rises, against plain counts; texts of any kind become terms."""

from __future__ import annotations

import random
from collections import defaultdict

from hypothesis import example, given
from hypothesis import strategies as st

from social_listener.desk_types.words import TermKind
from social_listener.trends.rising import Heard, hashtags, rise, tally, terms

THINGS = ("grinder", "parcel", "kettle", "beans", "invoice", "courier", "filter", "mug")
DOING = ("arrived", "broke", "smells", "leaks", "works", "waits", "shines")


def said(people: range, rng: random.Random, extra: str = "", labels: tuple[str, ...] = ()) -> list[Heard]:
    """Return one sentence of each of some people."""
    return [
        Heard(
            id=f"i{one}",
            author_id=f"p{one}",
            text=f"my {rng.choice(THINGS)} {rng.choice(DOING)} {extra}",
            labels=labels,
        )
        for one in people
    ]


def test_what_more_people_say_is_told_surest_first_and_nothing_else() -> None:
    """A word, a pair, a hashtag and a label that are new are told; the words that everybody said before are not."""
    rng = random.Random(1)
    before = said(range(1000, 1400), rng)
    now = [
        *said(range(100), rng),
        *said(range(100, 130), rng, "recall notice", ("l1",)),
        *said(range(130, 150), rng, "#shame"),
    ]
    found = rise(now, before)
    told = {one.term: one for one in found.terms}
    assert {*told} == {(TermKind.PAIR, "recall notice"), (TermKind.LABEL, "l1"), (TermKind.HASHTAG, "#shame")}
    assert (told[TermKind.PAIR, "recall notice"].authors, told[TermKind.PAIR, "recall notice"].authors_before) == (
        30,
        0,
    )
    assert (found.people, found.people_before) == (150, 400)
    assert [one.chance for one in found.terms] == sorted(one.chance for one in found.terms)
    assert rise(before[:200], before[200:]).terms == ()


def test_one_who_shouts_raises_nothing() -> None:
    """Two hundred messages of one person are one person; of nothing before nothing can have risen."""
    rng = random.Random(2)
    before = said(range(1000, 1300), rng)
    shouting = [Heard(id=f"s{one}", author_id="shouter", text="boycott them") for one in range(200)]
    assert rise([*said(range(100), rng), *shouting], before).terms == ()
    assert rise(said(range(50), rng), []).terms == ()
    assert rise([], before).terms == ()


def test_words_that_occur_together_are_a_topic() -> None:
    """Payment and checkout are said in the same messages, thunder in others."""
    rng = random.Random(3)
    before = said(range(1000, 1500), rng)
    now = [*said(range(80), rng), *said(range(80, 120), rng, "payment fails, checkout")]
    now += said(range(120, 150), rng, "thunder")
    assert any({"thunder"}.isdisjoint(topic) and len(topic) > 1 for topic in rise(now, before).topics)


def test_people_are_counted_as_plain_python_counts_them() -> None:
    """By going through all texts for every term."""
    rng = random.Random(4)
    every = [*said(range(60), rng, "#Über café"), *said(range(40, 90), rng, "again and again")]
    plain: dict[tuple[TermKind, str], set[str]] = defaultdict(set)
    for one in every:
        for term in {*terms(one)}:
            plain[term].add(one.author_id)
    counted = tally(every, ())
    assert dict(counted.authors) == plain
    assert plain[TermKind.HASHTAG, "#uber"] == {f"p{one}" for one in range(60)}


@given(st.text(max_size=200))
@example("#")
@example("##a #a#b a#c #1 #_ &#38; https://x.example/#part #ÜBER #日本 #a\u0301")
def test_any_text_has_hashtags_as_the_index_would_fold_them(text: str) -> None:
    """No text raises; every hashtag is folded, has a letter, and stands in the folded text; each term comes once."""
    found = hashtags(text)
    assert all(one.startswith("#") and len(one) > 1 and not one[1:].isdecimal() for one in found)
    every = list(terms(Heard(id="1", author_id="1", text=text)))
    assert len(every) == len({*every})
    assert all(term.strip() for _, term in every)


def test_addresses_entities_and_figures_are_no_hashtags() -> None:
    """Negative control to the above: what only looks like one is left out."""
    assert hashtags("see https://x.example/#part &#38; room#4 #1 #2024 #Sale_now #sale_now") == {"#sale_now"}
