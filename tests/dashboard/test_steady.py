"""What is drawn anew under a reader's eyes: nothing typed goes, the focus stays, no list tells one thing twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import filled
import filled_spikes
import pytest
from feeding import script_of
from making import NOW
from playwright.sync_api import Browser, Page, expect

from social_listener.dashboard import draw_insights, draw_sentiment, draw_spike, draw_spikes
from social_listener.desk_types.insights import Annotation

pytestmark = pytest.mark.browser

NAMES = {"fernhill": "@fernhill"}
#: draws a component in this page; `show` draws it anew, and what it asks for is kept
_MOUNT = """async ({ script, data }) => {
  const { default: draw } = await import(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
  const shadow = document.body.appendChild(document.createElement("div")).attachShadow({ mode: "open" });
  const root = document.createElement("div");
  root.className = "root";
  shadow.append(root);
  window.asked = [];
  const setTriggerValue = (event, value) => window.asked.push([event, value]);
  window.show = (data) => draw({ data, parentElement: shadow, setTriggerValue });
  window.show(data);
}"""


@pytest.fixture
def bare(chromium: Browser) -> Iterator[Page]:
    """Return a page with nothing on it."""
    context = chromium.new_context()
    page = context.new_page()
    page.route("**/*", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
    page.goto("http://localhost/")
    yield page
    context.close()


def mount(page: Page, name: str, parts: tuple[str, ...], data: Any) -> None:
    """Draw a component."""
    page.evaluate(_MOUNT, {"script": script_of(name, parts), "data": data})


def show(page: Page, data: Any) -> None:
    """Draw it anew."""
    page.evaluate("(data) => window.show(data)", data)


def asked(page: Page) -> list[Any]:
    """Return what it asked for."""
    told: list[Any] = page.evaluate("window.asked.map(([event, value]) => value)")
    return told


def one(*, sheet: Any = None, known: Any = None, **changes: Any) -> Any:
    """Return one spike as the page draws it; `known`: who said what of it."""
    view = filled_spikes.view(filled_spikes.spike(**known or {}))
    drawn = draw_spike.spike(view, filled_spikes.situation(**changes), NAMES, may_acknowledge=True)
    return {"list": None, "one": drawn, "gone": "", "calm": False, "problem": None, "sheet": sheet}


def test_a_note_that_was_not_taken_stays_and_can_be_handed_over_again(bare: Page) -> None:
    """Until the page tells that it was taken it stands where it was typed; then the field is free."""
    mount(bare, "spikes", ("sheet", "course"), one())
    bare.locator(".known-box summary").click()
    bare.get_by_label("What it is").fill("the provider is down")
    send = bare.get_by_role("button", name="I know of it")
    send.dblclick(force=True)  # pressed twice is handed over once
    assert [ask["name"] for ask in asked(bare)] == ["acknowledge"]
    show(bare, one())  # nobody took it
    expect(bare.get_by_label("What it is")).to_have_value("the provider is down")
    send.click()
    assert [ask["value"] for ask in asked(bare)] == ["the provider is down"] * 2
    show(bare, one(half=71))
    taken = {"closed_by": "Sam", "closed_at": NOW, "note": "the provider is down"}
    show(bare, one(known=taken))
    expect(bare.locator(".known-box .note")).to_have_text("the provider is down")
    expect(bare.get_by_label("What it is")).to_have_value("")


def test_a_link_keeps_the_focus_while_what_stands_beside_it_changes(bare: Page) -> None:
    """A minute more on a spike that goes on, an answer less to give: whoever is on the link stays there."""
    mount(bare, "spikes", ("sheet", "course"), one())
    link = bare.locator(".inbox a")
    link.focus()
    figures = replace(filled_spikes.situation().figures, talks=69)
    show(bare, one(figures=figures))
    expect(link).to_have_text("Answer 69 conversations in the inbox")
    expect(link).to_be_focused()

    def listed(later: int) -> Any:
        now = NOW + timedelta(minutes=later)
        told = draw_spikes.listing([filled_spikes.spike()], [], filled_spikes.watching(), NAMES, now)
        return {"list": told, "one": None, "gone": "", "calm": False, "problem": None, "sheet": None}

    show(bare, listed(0))
    way = bare.locator(".card a.way")
    way.focus()
    show(bare, listed(61))
    expect(bare.locator(".card header")).to_contain_text("going on for 2 h")
    expect(way).to_be_focused()


def test_a_list_that_grew_meanwhile_tells_each_message_once(bare: Page) -> None:
    """More is asked for while new ones come: the new ones have their places, none is there twice, none is missing."""
    lines = [replace(filled_spikes.ITEM, id=f"x:{at}", text=f"message {at}") for at in range(9)]

    def sheet(newest: int, number: int) -> Any:
        shown = tuple(reversed(lines[newest - number : newest]))
        page = replace(filled_spikes.page(), total=newest, lines=shown, next=(NOW, "x") if number < newest else None)
        return draw_spikes.sheet(page, "everything", NAMES)

    mount(bare, "spikes", ("sheet", "course"), one(sheet=sheet(6, 3)))
    more = bare.get_by_role("button", name="Show more")
    more.focus()
    more.click()
    more.click()
    assert [ask["name"] for ask in asked(bare)] == ["more"]
    expect(more).to_be_focused()
    show(bare, one(sheet=sheet(8, 6)))
    assert bare.locator(".sheet .said-line blockquote").all_inner_texts() == [f"message {at}" for at in range(7, 1, -1)]
    more.click()
    show(bare, one(sheet=sheet(8, 6)))  # it came to nothing
    more.click()
    assert len(asked(bare)) == 3


def test_who_reads_again_by_keyboard_stays_where_they_are(bare: Page) -> None:
    """On Insights, and where words rise: the button is another one then, and has the focus."""
    head: Any = {"tiles": [], "empty": None, "problem": None}
    standing = {"complete": "", "lagging": "", "counting": ""}
    mount(bare, "insights", (), head | {"standing": standing | {"asOf": "As of nine"}})
    bare.get_by_role("button", name="Read again").focus()
    show(bare, head | {"standing": standing | {"asOf": "As of ten"}})
    expect(bare.get_by_text("As of ten")).to_be_visible()
    expect(bare.get_by_role("button", name="Read again")).to_be_focused()


def test_a_double_click_does_not_take_a_remark_away(bare: Page) -> None:
    """The first press asks whether one is sure; the second of the same double click is no answer to that."""
    one = Annotation(
        id="r", kind="other", text="a campaign", since=NOW, until=None, account_id=None, by_staff="Sam", version=1
    )
    mount(bare, "insights_remarks", (), draw_insights.remarks([one], ZoneInfo("UTC"), {}, may_write=True))
    bare.get_by_role("button", name="Take away").dblclick()
    assert asked(bare) == []
    bare.wait_for_timeout(700)
    bare.get_by_role("button", name="Really take it away").click()
    assert asked(bare) == ["r"]


def test_a_double_click_takes_a_correction_back_once(bare: Page) -> None:
    """The second would be refused, and told as a fault of what was done."""
    told: Any = draw_sentiment.corrections([filled.correction()])
    data = {"mode": "corrections", "parts": draw_sentiment.parts("corrections"), "problem": "", "corrections": told}
    mount(bare, "sentiment", ("sample", "figures", "rules"), data)
    bare.get_by_role("button", name="Take back").first.dblclick()
    assert len(asked(bare)) == 1
    bare.wait_for_timeout(800)
    bare.get_by_role("button", name="Take back").first.click()
    assert len(asked(bare)) == 2


def test_what_is_pressed_as_another_text_takes_the_place_is_not_heard(bare: Page) -> None:
    """A colleague answered what one was reading: the key that was meant for it says nothing of the next."""

    def part(*keys: str) -> Any:
        items = [replace(filled.sample(), id=key, text=f"text {key}") for key in keys]
        told = draw_sentiment.sample(items, {}, filled.sample_report().whole, wanted=20)
        return {"mode": "sample", "parts": draw_sentiment.parts("sample"), "problem": "", "sample": told}

    mount(bare, "sentiment", ("sample", "figures", "rules"), part("a", "b"))
    expect(bare.locator(".body")).to_have_text("text a")
    show(bare, part("b"))
    bare.keyboard.press("1")
    assert asked(bare) == []
    expect(bare.locator(".told")).to_contain_text("this is another")
    bare.wait_for_timeout(1300)
    bare.keyboard.press("1")
    assert asked(bare) == [{"id": "b", "verb": "negative"}]
