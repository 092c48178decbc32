"""Derives the grades of our own scorer from people's labels, and shows how they do on a set they were not derived from.

    python scripts/grades.py            print the table that social_listener/scoring/grades.py holds
    python scripts/grades.py --check    end with 1 when it holds another one
    python scripts/grades.py --without  derive from one set, measure on the others: the table in docs/sentiment.md

The sets lie in the shared data folder (SOCIAL_LISTENER_SHARED_DATA). What ships is derived from the tweets and reviews
of the ICWSM 2014 set (MIT licence) alone; the tweets to airlines are measured, and nothing of theirs is taken over.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
from pathlib import Path

from social_listener.model import SentimentLabel
from social_listener.scoring import cues, grades, language
from social_listener.scoring.care import Care
from social_listener.scoring.labelled import label_of_number
from social_listener.scoring.measures import macro_f1
from social_listener.scoring.moods import LABELS, Chances, Said
from social_listener.scoring.plain import Plain

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("SOCIAL_LISTENER_SHARED_DATA", ROOT.parent / "shared" / "data")) / "sentiment"
NEUTRAL_WITHIN = 0.5
"""A mean rating of -4 to 4 nearer to 0 than this is 0 when it is rounded: people call the text neutral."""
SMOOTHING = 5.0
"""So many texts of each label, of a thousand, count as seen in every grade: one with few texts claims little."""
SHIPPED = ("tweets", "reviews")

Labelled = list[tuple[str, SentimentLabel]]


def main() -> int:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--without", action="store_true")
    chosen = parser.parse_args()
    if not SHARED.is_dir():
        raise SystemExit("the labelled texts of the shared data folder are not here (SOCIAL_LISTENER_SHARED_DATA)")
    if chosen.without:
        without()
        return 0
    table = derive([places(rated(name)) for name in SHIPPED])
    if chosen.check:
        same = table == list(grades.TABLE)
        print("the table is the derived one" if same else "the table is another one; print it without --check")
        return 0 if same else 1
    for row in table:
        print(f"    Chances({', '.join(map(str, row))}),")
    return 0


def rated(name: str) -> Labelled:
    """Return (text, label) of a set with mean ratings."""
    file = {"tweets": "tweets_GroundTruth.tsv", "reviews": "amazonReviewSnippets_GroundTruth.tsv"}[name]
    found = []
    for line in (SHARED / "vader_icwsm2014" / file).read_text(encoding="utf-8").splitlines():
        _, mean, text = line.split("\t", 2)
        found.append((text, label_of_number(float(mean), NEUTRAL_WITHIN)))
    return found


def airline() -> Labelled:
    """Return (text, label) of the tweets to airlines."""
    with (SHARED / "airline" / "Tweets.csv").open(encoding="utf-8", newline="") as file:
        return [(row["text"], SentimentLabel(row["airline_sentiment"])) for row in csv.DictReader(file)]


def said(text: str) -> Said:
    """Return a text as our scorer gets it; these sets are English."""
    return Said(text, "en", cues.find(text, "en"), lettered=language.words_only(text) != "")


def places(texts: Labelled) -> list[tuple[int, SentimentLabel]]:
    """Return the grade of every text, with its label."""
    scorer = Care()
    return [(scorer.place(said(text)), label) for text, label in texts]


def derive(sets: list[list[tuple[int, SentimentLabel]]]) -> list[Chances]:
    """Return the chances of every grade: each set counts the same, and each label in it."""
    weights = [[SMOOTHING] * 3 for _ in range(grades.CONTRARY + 1)]
    for one in sets:
        counts = {label: sum(other is label for _, other in one) for label in LABELS}
        for place, label in one:
            weights[place][LABELS.index(label)] += 1_000 / counts[label]
    return [Chances(*(round(part, 3) for part in _shares(row))) for row in weights]


def _shares(row: list[float]) -> tuple[float, float, float]:
    negative, positive = (round(row[at] / sum(row), 3) for at in (0, 2))
    return negative, 1 - negative - positive, positive


def without() -> None:
    """Print macro-F1 of grades derived from some sets, on every set."""
    sets = {"tweets": rated("tweets"), "reviews": rated("reviews"), "airline": airline()}
    placed = {name: places(texts) for name, texts in sets.items()}
    plain = Plain()
    print(f"{'grades derived from':22}" + "".join(f"{name:>22}" for name in sets))
    print(f"{'':22}" + f"{'forced decided told':>22}" * len(sets))
    for chosen in (("tweets",), ("reviews",), ("airline",), SHIPPED, ("tweets", "airline"), ("reviews", "airline")):
        table = derive([placed[name] for name in chosen])
        cells = [_cell(table, placed[name], seen=name in chosen) for name in sets]
        print(f"{' + '.join(chosen):22}" + "".join(f"{cell:>22}" for cell in cells))
    upstream = [
        macro_f1([label for _, label in texts], [mood.label for mood in plain.read([said(text) for text, _ in texts])])
        for texts in sets.values()
    ]
    print(f"{'plain VADER':22}" + "".join(f"{f'{value:.3f}      –      –':>22}" for value in upstream))
    print("* measured on a set that the grades were derived from")


def _cell(table: list[Chances], placed: list[tuple[int, SentimentLabel]], *, seen: bool) -> str:
    best = [LABELS[max(range(3), key=row.__getitem__)] for row in table]
    told = [(label, best[place]) for place, label in placed]
    sure = [pair for pair, (place, _) in zip(told, placed, strict=True) if max(table[place]) >= grades.DECIDED]
    mark = "*" if seen else " "
    return f"{_macro(told):.3f}{mark} {_macro(sure):.3f}  {len(sure) / len(told):4.0%}"


def _macro(pairs: list[tuple[SentimentLabel, SentimentLabel]]) -> float:
    return macro_f1([label for label, _ in pairs], [told for _, told in pairs])


if __name__ == "__main__":
    sys.exit(main())
