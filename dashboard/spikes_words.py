"""The words that rise, of any period. A section of the Spikes page."""

from __future__ import annotations


def show() -> None:
    """Draw the section."""
