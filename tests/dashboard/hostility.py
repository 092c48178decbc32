"""What a page with hostile texts must not do: become something, ask elsewhere, open a dialog."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from feeding import FORBIDDEN

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Page, Request

_COUNT = """selector => {
  const roots = [document.body];
  const hosts = [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')];
  roots.push(...hosts.map(host => host.shadowRoot).filter(Boolean));
  // Streamlit's lists keep a copy of their entries in templates of their own.
  const bare = node => node.getAttributeNames().every(name => name === 'aria-hidden');
  const ours = node => bare(node) && !node.content.querySelector(selector);
  return roots.flatMap(root => [...root.querySelectorAll(selector)])
    .filter(node => !node.closest('[data-testid=stHeader], [data-testid=stLogo], noscript'))
    .filter(node => !(node.tagName === 'TEMPLATE' && ours(node)))
    .filter(node => !(node.tagName === 'IMG' && node.src.startsWith(location.origin + '/pictures/')))
    .map(node => node.outerHTML.slice(0, 200));
}"""

#: every component has got its root; one without would be passed over unseen
_DRAWN = """() => {
  const hosts = [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')];
  return hosts.every(host => host.shadowRoot);
}"""

CSP = pytest.mark.parametrize("bypass", [False, True], ids=["policy on", "policy off"])


#: of pages that are made of forms; their script is ours
FORBIDDEN_IN_FORMS = FORBIDDEN.replace(" form,", "").replace("[src^='./static']", "[src^='/sign/']")


def strangers(page: Page, forbidden: str = FORBIDDEN) -> list[str]:
    """Return the elements of a page, of all of its components too, that platform text must never become."""
    page.wait_for_function(_DRAWN)
    found: list[str] = page.evaluate(_COUNT, forbidden)
    return found


def watched(page: Page, address: str) -> tuple[list[str], list[str]]:
    """Return two lists that fill up: requests that went elsewhere (not those the policy stopped), and dialogs."""
    own = urlsplit(address).netloc
    foreign: list[str] = []
    dialogs: list[str] = []

    def went(request: Request) -> None:
        place = urlsplit(request.url)
        blocked = request.failure is not None and "csp" in request.failure
        if place.scheme in {"http", "https", "ws"} and place.netloc != own and not blocked:
            foreign.append(request.url)

    page.on("requestfinished", went)
    page.on("requestfailed", went)

    def shown(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", shown)
    return foreign, dialogs
