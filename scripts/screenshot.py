"""Take the picture of the inbox that the README shows, from the demo, in a headless Chromium.

python scripts/screenshot.py                                  docs/inbox.png
python scripts/screenshot.py --page insights --out docs/insights.png
python scripts/screenshot.py --page health --out health.png
python scripts/screenshot.py --width 390 --height 844 --theme dark --out phone.png
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parent.parent
#: milliseconds that the demo is given to fill its inbox
PATIENCE = 90_000


@contextmanager
def demo() -> Iterator[str]:
    """Run the demo in a folder of its own; give its address."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "social_listener", "demo", "--port", "0"]
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
        try:
            if process.stdout is None or not (address := process.stdout.readline().strip()):
                sys.exit("the demo did not start; what it said stands above")
            yield address
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


#: what is being written in the picture; it fits whatever the crowd complains about
ANSWER = (
    "Thank you for your patience, and sorry for the trouble. Your case is on my desk now, "
    "and I will write to you again before six today."
)


def prepare(page: Page, row: int | None) -> None:
    """Open a conversation and begin an answer, as somebody at work would."""
    page.wait_for_selector(".row", timeout=PATIENCE)
    page.wait_for_timeout(8_000)  # the demo's first polls bring the past; the picture wants a full list
    page.reload()
    page.wait_for_selector(".row", timeout=PATIENCE)
    public = page.locator(".row").filter(has_text="Public")
    for number in range(5) if row is None else (row,):
        (public if row is None else page.locator(".row")).nth(number).click()
        page.wait_for_timeout(700)
        if page.locator(".said.ours").count():
            break
    page.wait_for_selector(".said.focus")
    page.locator(".scroller").evaluate("list => { list.scrollTop = 0 }")
    page.locator(".st-key-composer .box > textarea").fill(ANSWER)
    page.wait_for_timeout(2_500)  # the draft is saved; fonts and scroll positions settle


def figures(page: Page) -> None:
    """Wait until there is something to count."""
    page.wait_for_selector("[data-testid=stApp]", timeout=PATIENCE)
    page.wait_for_timeout(20_000)  # the demo's first polls bring the past
    page.reload()
    page.wait_for_selector(".tile", timeout=PATIENCE)
    page.wait_for_timeout(5_000)  # charts are drawn one after the other


def main() -> None:
    """Take one picture."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--out", type=Path, default=ROOT / "docs" / "inbox.png")
    options.add_argument("--width", type=int, default=1440)
    options.add_argument("--height", type=int, default=900)
    options.add_argument("--theme", choices=["light", "dark"], default="light")
    options.add_argument("--page", choices=["inbox", "health", "insights"], default="inbox")
    options.add_argument("--row", type=int, help="which conversation is open, from 0; else one that we answered before")
    options.add_argument("--address", help="photograph a running service instead of a demo")
    options.add_argument("--chromium", default=os.environ.get("CHROMIUM") or shutil.which("chromium"))
    wanted = options.parse_args()
    if not wanted.chromium:
        sys.exit("there is no chromium on this machine; name it with --chromium")
    with demo_or(wanted.address) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=wanted.chromium, args=["--headless", "--no-sandbox"])
        size = {"width": wanted.width, "height": wanted.height}
        context = browser.new_context(viewport=size, color_scheme=wanted.theme, device_scale_factor=2)
        page = context.new_page()
        page.goto(address + {"inbox": "/", "health": "/health", "insights": "/insights?period=today"}[wanted.page])
        if wanted.page == "inbox":
            prepare(page, wanted.row)
        elif wanted.page == "insights":
            figures(page)
        else:
            page.wait_for_selector(".banner h1", timeout=PATIENCE)
            page.wait_for_timeout(8_000)  # the streams' first readings end
        page.screenshot(path=str(wanted.out))
        browser.close()
    print(wanted.out)


@contextmanager
def demo_or(address: str | None) -> Iterator[str]:
    """Give the address of a service that runs, or that of a demo."""
    if address:
        yield address
        return
    with demo() as made:
        yield made


if __name__ == "__main__":
    main()
