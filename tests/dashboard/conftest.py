"""A browser, and the service it looks at."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from stage import Stage, sign_in, staged

#: what Playwright turns off of what a page could notice (a second list takes the place of its own), and the pages with
#: which the address bar suggests things: every context has a window, and loads them though nobody sees them
OFF = (
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "PaintHolding", "OptimizationHints"),
    *("HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable", "ThirdPartyStoragePartitioning", "MediaRouter"),
    *("AvoidCorsURLLoaderRestartOnRedirect", "NetworkTimeServiceQuerying", "PreconnectToSearch", "LensOverlay"),
    *("AimEnabled", "WebUIOmniboxPopup", "WebUIOmniboxAimPopup"),
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Return a headless Chromium, or skip: the tests do not install one.

    For a module, not for the session: while it is there an event loop runs in this thread, which others may need.
    """
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not path:
        pytest.skip("there is no chromium on this machine (set CHROMIUM to its path)")
    with sync_playwright() as playwright:
        expect.set_options(timeout=20_000)  # far more than anything takes, on a machine that does much else
        arguments = ["--headless", "--no-sandbox", f"--disable-features={','.join(OFF)}"]
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Return the service that most tests share; every test brings customers of its own.

    For a module, not for the session: a service that nobody looks at polls on, for as long as the whole run takes.
    """
    with staged(tmp_path_factory.mktemp("stage")) as shared:
        yield shared.serve()


MakeStage = Callable[..., Stage]


@pytest.fixture
def make_stage(tmp_path: Path) -> Iterator[MakeStage]:
    """Make a stage of the test's own; its service is not started yet."""
    with ExitStack() as made:
        yield lambda **changes: made.enter_context(staged(tmp_path, **changes))


Open = Callable[..., Page]


@pytest.fixture
def open_page(chromium: Browser, make_stage: MakeStage) -> Iterator[Open]:
    """Open pages in browser contexts of the test's own; they are closed before the service ends.

    Each context is signed in: as `staff`, as the `staff` of the address's query, or as the first of the stage's people;
    not at all when `staff` is "".
    """
    contexts = []

    def open_at(
        address: str, *, width: int = 1280, height: int = 900, bypass_csp: bool = False, staff: str | None = None
    ) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": height}, bypass_csp=bypass_csp)
        context.set_default_timeout(30_000)
        contexts.append(context)
        sign_in(context, address, staff)
        page = context.new_page()
        page.goto(address)
        return page

    yield open_at
    for context in contexts:
        context.close()


#: width and height of a window; the everyday run looks at the first alone
SIZES = {"1280": (1280, 900), "phone": (390, 844), "1920": (1920, 1080)}


@pytest.fixture(
    params=[pytest.param(size, id=name, marks=[pytest.mark.long] * (name != "1280")) for name, size in SIZES.items()]
)
def page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Return a page at that size, in the light until somebody turns it."""
    width, height = request.param
    context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme="light")
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()
