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


#: the rules whose answer depends on colours; the others see the same page in the light and in the dark
_OF_COLOURS = ["color-contrast", "link-in-text-block"]


def faults(page: Page, *, colours_only: bool = False) -> list[str]:
    """Return in words what is serious or critical on a page as it is now, shadow trees included."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(_SCRIPT)
    found: dict[str, Any] = page.evaluate(
        """async ([still, rules]) => {
            const sheet = new CSSStyleSheet();
            sheet.replaceSync(still);
            document.adoptedStyleSheets = [sheet];
            const only = rules ? { runOnly: { type: 'rule', values: rules } } : {};
            return await axe.run(document, { resultTypes: ['violations'], ...only });
        }""",
        [_STILL, _OF_COLOURS if colours_only else None],
    )
    return [
        f"{one['id']} ({one['impact']}): {node['target']} {node['failureSummary']} {node['html'][:200]}"
        for one in found["violations"]
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]
