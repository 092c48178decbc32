"""Going through the pages from state to state, with axe-core looking at each, in the light and in the dark."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from axe import faults
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from stage import Stage


class Walk:
    """Goes from state to state, and keeps what is wrong with each."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.found: dict[str, list[str]] = {}

    def look(self, state: str) -> None:
        """Look at the page as it is now; what is being drawn again is dimmed until it is, and not looked at."""
        expect(self.page.locator("[data-stale=true]")).to_have_count(0)
        expect(self.page.locator("[data-testid=stStatusWidget]")).to_have_count(0)
        if wrong := [*faults(self.page), *self.in_the_dark()]:
            self.found[state] = wrong

    def in_the_dark(self) -> list[str]:
        """Return what is wrong once the reader's system turns to dark colours; then turn it back."""
        turn(self.page, "dark")
        wrong = [f"dark: {one}" for one in faults(self.page, colours_only=True)]
        turn(self.page, "light")
        return wrong

    def done(self) -> None:
        """Fail with everything that is wrong."""
        assert not self.found, "\n".join(f"{state}: {one}" for state, wrong in self.found.items() for one in wrong)

    def phone(self) -> bool:
        """Return whether one pane is shown at a time."""
        return (self.page.viewport_size or {})["width"] < 760


def turn(page: Page, scheme: Literal["light", "dark"]) -> None:
    """Have the reader's system ask for other colours, and wait until the page wears them."""
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function(
        """(scheme) => {
            const app = document.querySelector('[data-testid=stApp]');
            if (!app) return matchMedia(`(prefers-color-scheme: ${scheme})`).matches;  // a page of forms has no script
            return getComputedStyle(app).colorScheme.startsWith(scheme);
        }""",
        arg=scheme,
    )


def crowd(stage: Stage) -> dict[str, str]:
    """Let customers write what makes rows of every look; return posts by what they are."""
    long_ago = datetime.now(UTC) - timedelta(hours=3)
    soon = datetime.now(UTC) - timedelta(minutes=50)
    world = stage.sandbox.world
    refund = "@fernhill 3 weeks, no refund, a lawyer is next"
    posts = {
        "late": str(world.post(stage.somebody("Lena Late"), refund, sent_at=long_ago).root),
        "soon": str(world.post(stage.somebody("Sven Soon"), "@fernhill is it dishwasher safe?", sent_at=soon).root),
        "fresh": stage.mention("lovely beans, thank you https://fernhill.example/beans", verified=True),
        "spanish": stage.mention("¿Dónde está mi pedido? Llevo esperando dos semanas, es una vergüenza"),
    }
    stage.message("Can you tell me where my parcel is?")
    for number in range(8):
        stage.mention(f"question {number}: how do I descale it?")
    return posts
