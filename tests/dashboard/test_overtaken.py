"""Components whose drawing is overtaken: Streamlit ends what another drawing has taken the place of."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from poisoned import components
from stage import sign_in

from social_listener.dashboard import component

if TYPE_CHECKING:
    from conftest import MakeStage
    from playwright.sync_api import Page

#: those that are panes are ended by panes.js; see dashboard/component.py
NAMES = sorted({*components()} - {"headline", "thread", "composer", "macros", "context", "bench"})

#: draws with a component's loader in a place of its own, in the order told, and returns what stands there then
_DRAW = """async ({ script, data, order }) => {
  const { default: draw } = await import(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
  const shadow = document.body.appendChild(document.createElement("div")).attachShadow({ mode: "open" });
  const parentElement = shadow.appendChild(document.createElement("div"));
  const place = parentElement.appendChild(document.createElement("div"));
  place.className = "root";
  const ends = [];
  for (const what of order) {
    if (what === "draw") {
      const told = new TextEncoder().encode(data);
      ends.push(draw({ parentElement, data: told, setTriggerValue: () => {}, key: "k", name: "n" }));
    } else ends[what]?.();
  }
  const stands = [...place.children].map((node) => node.tagName + "." + node.className);
  ends.at(-1)?.();
  return stands;
}"""


def told_twice(page: Page, order: list[object], change: tuple[str, str] | None = None) -> set[str]:
    """Return the components of which another thing stands there than after one drawing."""
    found = set()
    for name in NAMES:
        one = components()[name]
        script = component.loader(name, one.parts)
        if change is not None:
            assert change[0] in script
            script = script.replace(*change)
        asked = {"script": script, "data": json.dumps(one.states[0].data)}
        once = page.evaluate(_DRAW, {**asked, "order": ["draw"]})
        assert once, name
        if page.evaluate(_DRAW, {**asked, "order": order}) != once:
            found.add(name)
    return found


@pytest.mark.long
def test_nothing_stands_there_twice(page: Page, make_stage: MakeStage) -> None:
    """An overtaken drawing that is ended late ends nothing; what was left and comes back begins anew, once.

    Negative control: without a look at who draws there, and without an empty place, some stand there twice.
    """
    stage = make_stage().serve()
    sign_in(page.context, stage.address)
    page.goto(f"{stage.address}/health")
    expect(page.locator(".figure").first).to_be_visible()
    page.route("**/sign-in?*", lambda route: route.fulfill(status=204))
    overtaken, left = ["draw", "draw", 0, "draw"], ["draw", 0, "draw"]
    assert told_twice(page, overtaken) == set()
    assert told_twice(page, left) == set()
    late = ("if (mine.ended || drawings.get(place) !== mine) return;", "")
    kept = ("if (drawings.get(place)?.ended) place.replaceChildren();", "")
    assert "spikes" in told_twice(page, overtaken, late) & told_twice(page, left, kept)
