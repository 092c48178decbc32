"""Texts to score: the labelled ones of the shared data, and seeded random ones that lean on the scorer's rules."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from pathlib import Path

from vaderSentiment.vaderSentiment import (
    BOOSTER_DICT,
    NEGATE,
    SPECIAL_CASES,
    SentimentIntensityAnalyzer,
)

UPSTREAM = SentimentIntensityAnalyzer()


def airline(folder: Path) -> list[dict[str, str]]:
    """Return the rows of the airline set: text, airline_sentiment … It is for measuring only."""
    with (folder / "sentiment" / "airline" / "Tweets.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rated(folder: Path) -> list[tuple[float, str]]:
    """Return (mean human valence of -4 to 4, text) of the tweets and reviews of the ICWSM 2014 set."""
    found = []
    for name in ("tweets_GroundTruth.tsv", "amazonReviewSnippets_GroundTruth.tsv"):
        path = folder / "sentiment" / "vader_icwsm2014" / name
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            parts = line.split("\t", 2)
            if len(parts) == 3:
                found.append((float(parts[1]), parts[2]))
    return found


def real(folder: Path) -> list[str]:
    """Return every text of the shared data (more than 22,000)."""
    return [row["text"] for row in airline(folder)] + [text for _, text in rated(folder)]


_SPLIT = str.split  # word lists are easier to read as one string
_PLAIN = _SPLIT("the a of in to it was is i we they order train flight room and which then never_mind at very")
_RULES = _SPLIT(
    "but least at very never so this without doubt no or nor kind of sort just enough not isn't can't don't "
    "least, But BUT, no. No NO kind KIND Kind-of kindof so, this! shit bomb bad ass stop bus yeah right kiss death die "
    "for beating heart badass the in on"
)
_EMOTICONS = _SPLIT(":) :( :D :-/ <3 ;) ^_^ D: :') 8) xD >:( :P o.O (': ( '}{'")
_SPACES = (" ", " ", " ", " ", "  ", "\n", "\t", "\u00a0", "\u2003", "\u200b", "\x1c")
_ENDS = ("", "", "", "", "!", "!!", "?", "??", "?!?!", "...", ",", '"', "'", ")", "!!!!!", "????", "\ufe0f", "\u2019")
_ODD = ("İstanbul", "ß", "STRASSE", "ǅ", "ﬁne", "naïve", "Ünlü", "日本語", "مرحبا", "\u0301", "\ud83d", "1st", "24/7")


def fuzzed(count: int, seed: int) -> Iterator[str]:
    """Yield `count` random texts made of the words, idioms, emoji and signs that the rules are about."""
    rng = random.Random(seed)
    lexicon = sorted(UPSTREAM.lexicon)
    emoji = sorted(UPSTREAM.emojis)
    pools: list[tuple[list[str], int]] = [
        (lexicon, 30),
        (_PLAIN, 22),
        (_RULES, 25),
        (sorted(BOOSTER_DICT), 12),
        (sorted(NEGATE), 10),
        (sorted(SPECIAL_CASES), 5),
        (_EMOTICONS, 4),
        (emoji, 6),
        (list(_ODD), 2),
    ]
    weights = [weight for _, weight in pools]
    for _ in range(count):
        parts = []
        for pool, _weight in rng.choices(pools, weights, k=rng.choice((0, 1, 2, 3, 4, 5, 6, 8, 11, 16, 24))):
            word = rng.choice(pool)
            case = rng.random()
            word = word.upper() if case < 0.15 else word.title() if case < 0.25 else word
            parts.append(rng.choice(("", "", "", "", "#", "@", '"', "(")) + word + rng.choice(_ENDS))
            parts.append("" if rng.random() < 0.03 else rng.choice(_SPACES))
        yield "".join(parts)
