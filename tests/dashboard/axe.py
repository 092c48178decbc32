"""What axe-core finds wrong on a page for people who cannot see it well, or use no mouse. It runs without a network."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

_SCRIPT = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
#: impacts that no page may have
GRAVE = ("serious", "critical")
#: a transition that is under way has colours of its own, and so has what is drawn again just now: Streamlit dims it
_STILL = """
    *, *::before, *::after { transition: none !important; animation: none !important; }
    [data-stale=true] { opacity: 1 !important; }
"""


def faults(page: Page) -> list[str]:
    """Return in words what is serious or critical on a page as it is now, shadow trees included."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(_SCRIPT)
    found: dict[str, Any] = page.evaluate(
        """async (still) => {
            const sheet = new CSSStyleSheet();
            sheet.replaceSync(still);
            document.adoptedStyleSheets = [sheet];
            return await axe.run(document, { resultTypes: ['violations'] });
        }""",
        _STILL,
    )
    return [
        f"{one['id']} ({one['impact']}): {node['target']} {node['failureSummary']} {node['html'][:200]}"
        for one in found["violations"]
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]
