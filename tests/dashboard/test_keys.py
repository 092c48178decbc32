"""The sheet of keys and the keys that are heard are the same, and none is heard while somebody types."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from feeding import script_of
from playwright.sync_api import Browser, Page
from poisoned import components

from social_listener.dashboard.inbox_replies import KEYS

pytestmark = pytest.mark.browser

_HEAR = Path(__file__).with_name("keys.js").read_text(encoding="utf-8")
#: what of Streamlit's own the keys reach for
_PAGE = (
    "<!doctype html><div class='st-key-search'><input></div><div class='st-key-filters'><button>Filters</button></div>"
)
_NAMED = (
    "Enter",
    "Delete",
    "Backspace",
    "Home",
    "End",
    "PageUp",
    "PageDown",
    "ArrowUp",
    "ArrowDown",
    "ArrowLeft",
    "F2",
)
PLAIN = [
    {"key": key, "shiftKey": key.isupper()} for key in (*string.ascii_letters, *string.digits, *string.punctuation)
]
PLAIN += [{"key": key} for key in _NAMED]
CHORDS = [
    {"key": key, "ctrlKey": "Ctrl" in held, "altKey": "Alt" in held, "shiftKey": "Shift" in held}
    for key in (*string.ascii_lowercase, *string.punctuation, "Enter", "Escape", "ArrowUp", "ArrowDown")
    for held in ("Ctrl", "Ctrl Shift", "Alt", "Alt Shift")
    if key not in string.punctuation or "Shift" not in held  # some keyboards have a full stop with Shift only
]


@pytest.fixture(scope="module")
def bare(chromium: Browser) -> Iterator[Page]:
    """Return a page with nothing on it but what the keys reach for."""
    context = chromium.new_context()
    page = context.new_page()
    page.route("**/*", lambda route: route.fulfill(body=_PAGE, content_type="text/html"))
    page.goto("http://localhost/")
    yield page
    context.close()


def all_of_them() -> list[tuple[str, str, Any]]:
    """Return every component with its script, in a state in which everything that has a key is there."""
    return [
        (name, script_of(name, one.parts), {**one.states[0].data, **({"confirm": None} if name == "bench" else {})})
        for name, one in components().items()
        if name not in {"health", "library", "rising", "sentiment", "spikes", "team"}  # pages of their own
    ]


def heard(page: Page, keys: list[dict[str, Any]], where: str = "body", *more: tuple[str, str, Any]) -> set[str]:
    """Return the keys that some component hears, as a browser names them."""
    among = [one for one in all_of_them() if where != "composer" or one[0] == "composer"]
    told: dict[str, list[dict[str, Any]]] = page.evaluate(
        _HEAR, {"components": [*among, *more], "keys": keys, "where": where}
    )
    return {_named(key) for found in told.values() for key in found}


def _named(key: dict[str, Any]) -> str:
    held = [name for name, code in (("Ctrl", "ctrlKey"), ("Alt", "altKey"), ("Shift", "shiftKey")) if key.get(code)]
    name = str(key["key"])
    return name if name.isalpha() and len(name) == 1 and not key.get("ctrlKey") else " + ".join([*held, name])


def listed() -> set[str]:
    """Return every key that the sheet names: a capital letter is one that is pressed with Shift."""
    found: set[str] = set()
    for key, meaning in KEYS.items():
        for one in key.split(" / "):
            plain = one.removeprefix("Shift + ")
            found.add((plain if plain != one else plain.lower()) if len(plain) == 1 else one)
        found |= set(re.findall(r"Shift \+ ([A-Z])\b", meaning))
        found |= {f"{key.removesuffix(' Enter')} Shift + Enter"} if "with Shift:" in meaning else set()
        found |= set(re.findall(r"while writing: (\S)", meaning))
    return found


#: of the sheet, those that mean something only while one writes; two more are typed, and heard as text
WRITING = {"Ctrl + Enter", "Ctrl + Shift + Enter", "Alt + Enter", "Ctrl + ."}
TYPED = {"@", ";"}


def test_the_sheet_names_every_key_and_no_other(bare: Page) -> None:
    """Each key that is named is heard, and each that is heard is named."""
    assert heard(bare, PLAIN) == listed() - WRITING - TYPED - {"Esc"}
    assert heard(bare, CHORDS, "composer") == WRITING


def test_no_key_is_heard_while_somebody_types(bare: Page) -> None:
    """What stands in a field, or in front of the page, gets every key; our chords are for the composer alone."""
    assert heard(bare, [*PLAIN, *CHORDS], "typing") == set()
    assert heard(bare, CHORDS) == set()
    bare.evaluate("document.body.append(Object.assign(document.createElement('div'), {role: 'dialog', id: 'front'}))")
    try:
        assert heard(bare, PLAIN) == set()
    finally:
        bare.evaluate("document.querySelector('#front').remove()")


def test_a_key_that_nobody_told_of_would_be_noticed(bare: Page) -> None:
    """Negative control: a component that hears one more key, also while somebody types."""
    careless = """export default () => {
      const hear = (event) => { if (event.key === 'q') event.preventDefault(); };
      addEventListener('keydown', hear);
      return () => removeEventListener('keydown', hear);
    };"""
    assert "q" in heard(bare, PLAIN, "body", ("careless", careless, {}))
    assert "q" in heard(bare, PLAIN, "typing", ("careless", careless, {}))
