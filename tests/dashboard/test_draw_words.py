"""What pages say in words: who reads, and how much of a text a list shows."""

from __future__ import annotations

import filled

from social_listener.dashboard import draw_sentiment, draw_spikes


def test_a_model_that_reads_is_told_beside_the_figures() -> None:
    """With its name, the labels and the day; without one nothing is said."""
    told = draw_sentiment.figures(filled.sample_report(), "13", None, filled.model())
    assert str(told["reader"]).startswith(
        "New items are read with model-3fa2c1d0, learned from 1,204 labels on 3 May 2026."
    )
    assert draw_sentiment.figures(filled.sample_report(), "13", None)["reader"] == ""


def test_a_list_shows_the_beginning_of_a_long_text() -> None:
    """Six hundred signs; a shorter one is whole."""
    assert draw_spikes.beginning("x" * 600) == "x" * 600
    assert draw_spikes.beginning("word " * 1_000) == ("word " * 120)[:599].rstrip() + "…"
