"""A browser without a screen: it keeps cookies, sends what a browser sends, and fills in our forms."""

from __future__ import annotations

import html
import re
from typing import Any

import requests


class Browser:
    """One browser at one house."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.jar = requests.Session()
        self.jar.headers["accept"] = "text/html"

    def get(self, path: str, **more: Any) -> requests.Response:
        """Open a page; redirects are not followed."""
        return self.jar.get(self.address + path, allow_redirects=False, timeout=30, **more)

    def post(self, path: str, fields: dict[str, Any], **headers: str) -> requests.Response:
        """Send a form as our own page would; redirects are not followed."""
        told = {"origin": self.address, **headers}
        return self.jar.post(self.address + path, data=fields, headers=told, allow_redirects=False, timeout=30)

    def fill(self, path: str, do_at: str | None = None, **fields: Any) -> requests.Response:
        """Open a page and send its form, with the stamp that it holds."""
        stamp = stamp_of(self.get(path).text)
        return self.post(do_at or path.partition("?")[0], {"stamp": stamp, **fields})

    def sign_in(self, name: str, password: str, path: str = "/sign-in") -> requests.Response:
        """Sign in with a password."""
        return self.fill(path, next="/", name=name, password=password)

    def signed_in(self) -> bool:
        """Return whether the inbox opens."""
        return self.get("/").status_code == 200

    def plant(self, cookies: dict[str, str]) -> None:
        """Put cookies into the browser, as one that it was given by the house."""
        for name, value in cookies.items():
            self.jar.cookies.set(name, value, domain="localhost.local", path="/")

    def cookie(self, kind: str = "session") -> str | None:
        """Return one of our cookies."""
        return next((one.value for one in self.jar.cookies if one.name.startswith(f"social_listener_{kind}")), None)


def stamp_of(page: str) -> str:
    """Return the stamp of a page's forms."""
    found = re.search(r'name="stamp" value="([^"]+)"', page)
    assert found, page
    return found[1]


def link_of(page: str) -> str:
    """Return the secret of the link that a page shows."""
    found = re.search(r'<code id="link">([^<]+)</code>', page)
    assert found, page
    return html.unescape(found[1]).partition("#")[2]


def problem_of(page: str) -> str:
    """Return what a page says stands against it."""
    found = re.search(r'role="alert">([^<]+)<', page)
    return html.unescape(found[1]) if found else ""
