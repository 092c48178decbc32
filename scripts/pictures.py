"""Take the pictures of the pages with figures that docs/ shows: of a house with nine weeks and an outage behind it.

python scripts/pictures.py                      # into docs/
python scripts/pictures.py --out /tmp/pictures  # elsewhere

People, words and waits are made up by the kits of the tests; what is counted of them is counted by the real service.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "dashboard")]

from spike_stage import plant  # noqa: E402 - behind the path to it
from stage import sign_in, staged  # noqa: E402

from social_listener.store import Store, stats, stats_days  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from stage import Stage

#: answers after a quarter of an hour to eleven hours to three of five items, and the queries that saw the others
MADE_UP: Final = """
    UPDATE interactions SET
        answered_at = CASE WHEN hash(id) % 5 < 3 THEN sent_at + to_seconds((900 + hash(id || 'w') % 40000)::BIGINT) END,
        stream_id = 'fernhill/' || ['mentions', 'mentions', 'brand', 'rival'][1 + (hash(id || 's') % 4)::INTEGER]
    WHERE sent_at < now() - INTERVAL 12 HOUR"""
WIDE: Final = (1440, 900, "light")
PHONE: Final = (390, 844, "dark")


class Picture(NamedTuple):
    """What is taken, and what has to stand there first."""

    name: str
    path: str
    shown: str
    size: tuple[int, int, str] = WIDE


def pictures(spike: str) -> list[Picture]:
    """Return what is taken."""
    return [
        Picture("insights", "/insights?period=28d", ".tile"),
        Picture("insights-response", "/insights?section=response&period=28d", ".tile"),
        Picture("insights-voice", "/insights?section=voice&period=28d", ".tile"),
        Picture("spikes", f"/spikes?spike={spike}", ".chart .usual"),
        Picture("spikes-list", "/spikes", ".card"),
        Picture("spikes-crisis-phone", f"/spikes?spike={spike}&view=crisis", ".one.calm", PHONE),
        Picture("spikes-words", "/spikes?view=words&period=24h", ".rising"),
    ]


def house(stage: Stage) -> str:
    """Let there be a past, and serve it; return the spike in it."""
    spike = plant(stage)
    with Store.open(stage.settings.database) as store:
        with store.transaction() as cursor:
            cursor.execute(MADE_UP)
            stats.touch_all(cursor)
        left = 1
        while left:
            with store.transaction() as cursor:
                left = stats.count(cursor) + stats_days.add_up(cursor, "Europe/Berlin")
    stage.serve()
    return spike


def take(browser: Browser, stage: Stage, one: Picture, out: Path) -> None:
    """Take one picture."""
    width, height, scheme = one.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        device_scale_factor=1.5,
    )
    sign_in(context, stage.address)
    page = context.new_page()
    page.goto(stage.address + one.path)
    page.locator(one.shown).first.wait_for()
    page.wait_for_timeout(4_000)  # charts are drawn one after the other
    page.screenshot(path=str(out / f"{one.name}.png"))
    context.close()


def main() -> None:
    """Take all of them."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--out", type=Path, default=ROOT / "docs")
    options.add_argument("--chromium", default=shutil.which("chromium"))
    wanted = options.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        staged(Path(folder), spikes={"zone": "Europe/Berlin"}) as stage,
        sync_playwright() as playwright,
    ):
        spike = house(stage)
        browser = playwright.chromium.launch(executable_path=wanted.chromium, args=["--headless", "--no-sandbox"])
        for one in pictures(spike):
            take(browser, stage, one, wanted.out)
            print(wanted.out / f"{one.name}.png")
        browser.close()


if __name__ == "__main__":
    main()
