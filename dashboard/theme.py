"""Colours and type of the pages, as Streamlit's options: a light and a dark theme, following the reader's system."""

from __future__ import annotations

from functools import cache

from streamlit import config
from streamlit.runtime import app_session

_SHARED: dict[str, object] = {
    "baseFontSize": 14,
    "baseRadius": "8px",
    "buttonRadius": "8px",
    "headingFontSizes": ["24px", "19px", "17px", "15px", "14px", "13px"],
    "headingFontWeights": [700, 700, 650, 650, 650, 650],
    "paddingTop": "0.5rem",
    "paddingBottom": "0.5rem",
    "linkUnderline": True,
}

_LIGHT: dict[str, object] = {
    "primaryColor": "#2A55C9",
    "backgroundColor": "#FFFFFF",
    "secondaryBackgroundColor": "#F4F5F8",
    "textColor": "#1B2233",
    "linkColor": "#1F4FBF",
    "borderColor": "#DFE2EA",
    "redTextColor": "#B3261E",
    "redBackgroundColor": "#FCEBE9",
    "orangeTextColor": "#8F4E00",
    "orangeBackgroundColor": "#FFF1DC",
    "yellowTextColor": "#735300",
    "yellowBackgroundColor": "#FFF8DB",
    "greenTextColor": "#17693A",
    "greenBackgroundColor": "#E4F5EA",
    "violetTextColor": "#6536B0",
    "violetBackgroundColor": "#F1EBFB",
}

_DARK: dict[str, object] = {
    "primaryColor": "#446BD6",
    "backgroundColor": "#12151C",
    "secondaryBackgroundColor": "#1C212B",
    "textColor": "#E7EAF1",
    "linkColor": "#8FB0FF",
    "borderColor": "#303746",
    "redTextColor": "#FF9C93",
    "redBackgroundColor": "#3B1E1E",
    "orangeTextColor": "#FFBE73",
    "orangeBackgroundColor": "#3A2A14",
    "yellowTextColor": "#F0D270",
    "yellowBackgroundColor": "#322B12",
    "greenTextColor": "#84D9A5",
    "greenBackgroundColor": "#16331F",
    "violetTextColor": "#C9ADFF",
    "violetBackgroundColor": "#2A2140",
}


def options() -> dict[str, object]:
    """Return the themes as Streamlit's options."""
    return {
        **{f"theme.{key}": value for key, value in _SHARED.items()},
        **{f"theme.light.{key}": value for key, value in _LIGHT.items()},
        **{f"theme.dark.{key}": value for key, value in _DARK.items()},
    }


def settle() -> None:
    """Have Streamlit work out its options' themes once, after they were set: they stay until the process ends.

    It does so for every run of every page, six times over, which was a tenth of what a run costs.
    """
    for module, name in ((config, "get_options_for_section"), (app_session, "to_snake_case")):
        known = getattr(module, name)
        if not hasattr(known, "cache_clear"):
            setattr(module, name, cache(known))
        else:
            known.cache_clear()
