"""What scoring costs, and how well its order finds the people who need an answer.

    python benchmarks/scoring.py              speed: ratios to vaderSentiment in one run, items/s, shares, memory
    python benchmarks/scoring.py --quality    how many complaints stand at the top, by our priority and by VADER alone
    python benchmarks/scoring.py --lines 1000000    the whole way of a million lines through `score_lines_to_json`

Texts: the labelled tweets and reviews of the shared data folder (SOCIAL_LISTENER_SHARED_DATA) where it is there,
else made-up ones; the first line of the output says which.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from pathlib import Path

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from social_listener.errors import SettingsError
from social_listener.scoring import (
    Circumstances,
    Weights,
    cues,
    language,
    score,
    score_all,
    score_lines_to_json,
    sentiment,
    vader_words,
)
from social_listener.scoring.care import Care
from social_listener.scoring.models import WIDTH, Model
from social_listener.scoring.plugs import Tuning, ours_by
from social_listener.scoring.scorer import heard

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("SOCIAL_LISTENER_SHARED_DATA", ROOT.parent / "shared" / "data")) / "sentiment"
ROUNDS = 5
WEIGHTS = Weights()
NOBODY = Circumstances()


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quality", action="store_true")
    parser.add_argument("--lines", type=int, default=0, metavar="N")
    parser.add_argument("--workers", type=int, default=None)
    chosen = parser.parse_args()
    if chosen.quality:
        quality()
    elif chosen.lines:
        lines(chosen.lines, chosen.workers)
    else:
        speed()


def texts() -> list[str]:
    """Return the texts to measure with."""
    if SHARED.is_dir():
        print("texts: real tweets and reviews of the shared data folder")
        return [row["text"] for row in airline()] + [text for _, text in rated()]
    print("texts: made up, because the shared data folder is not here")
    rng = random.Random(1)
    words = ("order", "late", "refund", "great", "thanks", "app", "broken", "where", "my", "not", "very", "love", "so")
    return [
        " ".join(rng.choices(words, k=rng.randint(4, 25))) + rng.choice(("", "!", "?", " 😀")) for _ in range(20_000)
    ]


def airline() -> list[dict[str, str]]:
    """Return the rows of the airline set."""
    with (SHARED / "airline" / "Tweets.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rated() -> list[tuple[float, str]]:
    """Return (human valence, text) of the ICWSM 2014 set."""
    found = []
    for path in sorted((SHARED / "vader_icwsm2014").glob("*_GroundTruth.tsv")):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            parts = line.split("\t", 2)
            if len(parts) == 3:
                found.append((float(parts[1]), parts[2]))
    return found


def cpu(work: Callable[[str], object], items: list[str], before: Callable[[], object] = lambda: None) -> float:
    """Return the CPU seconds for one pass over the items; `before` is not counted."""
    before()
    start = time.process_time()
    for item in items:
        work(item)
    return time.process_time() - start


def speed() -> None:
    """Print ratios to upstream, and what each part of scoring costs."""
    items = texts()[:8_000]
    upstream = SentimentIntensityAnalyzer().polarity_scores
    differing = sum(repr(upstream(item)) != repr(sentiment.polarity(item)._asdict()) for item in items)
    print(
        f"{len(items):,} texts; median of {ROUNDS} rounds of CPU time; scores that differ from upstream: {differing}\n"
    )
    rounds = []
    for _ in range(ROUNDS):
        base = cpu(upstream, items)
        cold = cpu(sentiment.polarity, items, vader_words.forget)
        rounds.append((base, cold, cpu(sentiment.polarity, items)))
    base, cold, warm = (statistics.median(column) for column in zip(*rounds, strict=True))
    print("sentiment                    texts/s     x upstream (median of the rounds' ratios)")
    for name, seconds, ratio in (
        ("vaderSentiment as shipped", base, 1.0),
        ("ours, cold cache", cold, statistics.median(b / c for b, c, _ in rounds)),
        ("ours, warm cache", warm, statistics.median(b / w for b, _, w in rounds)),
    ):
        print(f"{name:26} {len(items) / seconds:9,.0f} {ratio:10.2f}")
    parts(items, base)


def parts(items: list[str], base: float) -> None:
    """Print the cost of a whole score and of its parts."""
    whole = statistics.median(cpu(lambda item: score(item, NOBODY, WEIGHTS), items) for _ in range(ROUNDS))
    batches = [[(item, NOBODY) for item in items[at : at + 500]] for at in range(0, len(items), 500)]
    batched = statistics.median(in_batches(batches) for _ in range(ROUNDS))
    costs = {
        "language detection": statistics.median(cpu(language.detect, items) for _ in range(ROUNDS)),
        "cues": statistics.median(cpu(lambda item: cues.find(item, "en"), items) for _ in range(ROUNDS)),
        "sentiment": statistics.median(in_scorer(Care(), items) for _ in range(ROUNDS)),
    }
    costs["label, factors, the rest"] = batched - sum(costs.values())
    print("\nwhole score (sentiment, language, cues, label, priority), on one processor:")
    for name, seconds in (("one by one", whole), ("in batches of 500", batched)):
        print(
            f"  {name:26} {len(items) / seconds:9,.0f} items/s, {base / seconds:.2f} x vaderSentiment's sentiment alone"
        )
    print("parts of a score, each for itself, beside the batches:")
    for name, seconds in costs.items():
        print(f"  {name:26} {1e6 * seconds / len(items):6.1f} us  {100 * seconds / batched:4.0f} %")
    with_model(items, costs["sentiment"])
    print(f"\npeak memory of this process: {peak():,.0f} MB (upstream's tables and the language model included)")


def with_model(items: list[str], care: float) -> None:
    """Print what a model adds to the sentiment of a text, where the extra `learning` is installed."""
    rng = random.Random(1)
    model = Model("model-00000000", 0, "", tuple(rng.gauss(0, 0.3) for _ in range(3 * (WIDTH + 1))))
    before = peak()
    try:
        scorer = ours_by(Tuning(model=model))
    except SettingsError:
        print("\na model: not measured, because the extra `learning` is not installed")
        return
    in_scorer(scorer, items)
    seconds = statistics.median(in_scorer(scorer, items) for _ in range(ROUNDS))
    print(
        f"\nsentiment with a model: {1e6 * seconds / len(items):.1f} us, {seconds / care:.1f} x without; "
        f"peak memory {peak() - before:,.0f} MB more"
    )


def in_scorer(scorer: Care, items: list[str]) -> float:
    """Return the CPU seconds that a scorer of English takes, with language and cues at hand."""
    said = heard([(item, "en") for item in items])
    start = time.process_time()
    scorer.read(said)
    return time.process_time() - start


def in_batches(batches: list[list[tuple[str, Circumstances]]]) -> float:
    """Return the CPU seconds that scoring in batches takes."""
    start = time.process_time()
    for batch in batches:
        score_all(batch, WEIGHTS)
    return time.process_time() - start


def peak() -> float:
    """Return the peak memory of this process in MB."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / (1_048_576 if sys.platform == "darwin" else 1_024)


def lines(count: int, workers: int | None) -> None:
    """Print how long that many lines take, with peak memory."""
    some = texts()

    def source() -> Iterator[str]:
        for number, text in enumerate(islice(cycle(some), count)):
            yield f"{text.replace(chr(10), ' ')} {number}"

    start = time.perf_counter()
    size = sum(len(line) for line in score_lines_to_json(source(), WEIGHTS, workers, form="text"))
    seconds = time.perf_counter() - start
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1_024
    print(f"{count:,} lines in {seconds:,.1f} s: {count / seconds:,.0f} lines/s, {size / 1e6:,.0f} MB of JSON")
    print(f"peak memory: {peak():,.0f} MB here, {children:,.0f} MB in the largest worker")


def quality() -> None:
    """Print how well priority and labels do on labelled texts, which nothing of ours was derived from."""
    if not SHARED.is_dir():
        raise SystemExit("--quality needs the labelled texts of the shared data folder (SOCIAL_LISTENER_SHARED_DATA)")
    rows = airline()
    scores = [score(row["text"], NOBODY, WEIGHTS) for row in rows]
    negative = [row["airline_sentiment"] == "negative" for row in rows]
    compound = [sentiment.polarity(row["text"]).compound for row in rows]
    print(f"{len(rows):,} tweets to airlines, {sum(negative):,} of them complaints in the eyes of people\n")
    print("share of complaints among the first …   by priority   by VADER's negativity")
    orders = [
        sorted(range(len(rows)), key=lambda i: (-scores[i].priority, i)),
        sorted(range(len(rows)), key=lambda i: (compound[i], i)),
    ]
    for count in (200, 1_000, 3_000, 6_000, sum(negative)):
        ours, vader = (sum(negative[i] for i in order[:count]) / count for order in orders)
        print(f"{count:36,} {ours:13.3f} {vader:17.3f}")
    ours, vader = (sum(negative[i] for i in order[-2_000:]) / 2_000 for order in orders)
    print(f"{'last 2,000 (lower is better)':>36} {ours:13.3f} {vader:17.3f}\n")
    missed = [s.priority >= 25 for s, bad, c in zip(scores, negative, compound, strict=True) if bad and c > -0.05]
    print(
        f"complaints that VADER calls neutral or positive: {len(missed):,}; with priority 25 or more: {share(missed)}"
    )
    kind = [s.priority >= 25 for s, row in zip(scores, rows, strict=True) if row["airline_sentiment"] == "positive"]
    print(f"praise in the eyes of people: {len(kind):,}; with priority 25 or more: {share(kind)}\n")
    labels(rows, [each.sentiment_label.value for each in scores], compound)


def share(found: list[bool]) -> str:
    """Return how many of them are true, in per cent."""
    return f"{100 * sum(found) / len(found):.1f} %"


def labels(rows: list[dict[str, str]], told: list[str], compound: list[float]) -> None:
    """Print how often the labels are right, beside VADER's without an `unsure`."""
    plain = ["positive" if c >= 0.05 else "negative" if c <= -0.05 else "neutral" for c in compound]
    human = [row["airline_sentiment"] for row in rows]
    print("labels right (tweets to airlines)       ours       VADER's")
    for label in ("negative", "positive"):
        ours = [h == label for h, t in zip(human, told, strict=True) if t == label]
        vader = [h == label for h, t in zip(human, plain, strict=True) if t == label]
        print(f"  of those called {label:18} {share(ours):>9} {share(vader):>13}")
    print(f"  called unsure                    {share([t == 'unsure' for t in told]):>9}            -\n")
    valences = rated()
    ours_right, vader_right = [], []
    for valence, text in valences:
        label = score(text, NOBODY, WEIGHTS).sentiment_label.value
        value = sentiment.polarity(text).compound
        if label in ("negative", "positive"):
            ours_right.append((valence > 0) == (label == "positive"))
        if abs(value) >= 0.05:
            vader_right.append((valence > 0) == (value > 0))
    print(f"side right where one was told ({len(valences):,} texts rated by 20 people each)")
    print(f"  ours {share(ours_right)} of {len(ours_right):,}; VADER's {share(vader_right)} of {len(vader_right):,}")


if __name__ == "__main__":
    main()
