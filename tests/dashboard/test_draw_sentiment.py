"""What the page Sentiment says of who reads."""

from __future__ import annotations

import filled

from social_listener.dashboard import draw_sentiment


def test_a_model_that_reads_is_told_beside_the_figures() -> None:
    """With its name, the labels and the day; without one nothing is said."""
    told = draw_sentiment.figures(filled.sample_report(), "13", None, filled.model())
    assert str(told["reader"]).startswith(
        "New items are read with model-3fa2c1d0, learned from 1,204 labels on 3 May 2026."
    )
    assert draw_sentiment.figures(filled.sample_report(), "13", None)["reader"] == ""
