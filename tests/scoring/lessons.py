"""Texts of invented customers whose words our own scorer knows nothing of, labelled by what they are about."""

from __future__ import annotations

import random

from social_listener.model import SentimentLabel
from social_listener.scoring.moods import LABELS

ABOUT = {
    SentimentLabel.NEGATIVE: ("depot", "voicemail", "queue", "courier", "warehouse", "hotline", "escalator", "invoice"),
    SentimentLabel.NEUTRAL: ("opening hours", "colour", "parking", "size", "menu", "voltage", "postcode", "catalogue"),
    SentimentLabel.POSITIVE: ("barista", "roast", "crumb", "playlist", "window seat", "birthday", "garden", "pastry"),
}
FRAMES = ("It was the {} on Tuesday", "About the {} near us, table {}", "The {} and then the {}", "We talked of the {}")


def labelled(count: int, seed: int = 1) -> list[tuple[str, str, SentimentLabel]]:
    """Return (author, text, label); every author writes two texts."""
    rng = random.Random(seed)
    found = []
    for number in range(count):
        label = LABELS[number % 3]
        words = rng.sample(ABOUT[label], 2)
        found.append((f"guest{number // 2}", f"{rng.choice(FRAMES).format(*words)}, {rng.randint(2, 60)}", label))
    return found
