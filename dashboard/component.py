"""Components of the pages: each is drawn from data by one script in assets/, all text through `textContent`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

ASSETS = Path(__file__).resolve().parent / "assets"

#: What a component is given: JSON.
Json = dict[str, object]


def asset(name: str) -> str:
    """Return the text of a file in assets/."""
    return (ASSETS / name).read_text(encoding="utf-8")


def component(name: str, *parts: str) -> Any:
    """Register the component `name`: assets/<name>.js and .css, behind the script `parts` it needs and what all share.

    Return how it is drawn.

    Streamlit types its result as a callable with open keywords, hence Any.
    """
    return st.components.v2.component(
        f"social_listener_{name}",
        html="<div class='root'></div>\n<span></span>",
        css="\n".join(asset(f"{part}.css") for part in ("common", *parts, name) if (ASSETS / f"{part}.css").exists()),
        js="\n".join(asset(f"{part}.js") for part in ("common", *parts, name)),
    )
