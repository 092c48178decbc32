"""What the authorize pages of the platforms have in common: the page that asks, and the way back to who sent one."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from typing import Literal
from urllib.parse import urlencode, urlsplit

from social_listener.sandbox.wire import Answer

Decision = Literal["ask", "approve", "deny"]
DECISIONS = ("ask", "approve", "deny")
_LOOPBACK = frozenset(("127.0.0.1", "localhost", "::1"))
_HTML = {"content-type": "text/html; charset=utf-8"}
_STYLE = "font: 16px/1.5 sans-serif; max-width: 34rem; margin: 3rem auto; padding: 0 1rem"


def leads_back_here(address: str) -> bool:
    """Whether an address is on this machine: the sandbox sends nobody, and no code, anywhere else."""
    try:
        parts = urlsplit(address)
        port_is_a_number = parts.port is None or parts.port >= 0
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.hostname in _LOOPBACK and port_is_a_number and not parts.fragment


def send_back(address: str, parameters: Mapping[str, str], tail: str = "") -> Answer:
    """Send the browser back with these parameters; `tail` comes behind them."""
    joint = "&" if urlsplit(address).query else "?"
    return Answer(302, b"", {"location": f"{address}{joint}{urlencode(parameters)}{tail}", **_HTML})


def refusal(status: int, message: str) -> Answer:
    """Return the page for somebody who cannot be sent back."""
    return _page(status, "Something went wrong", f"<p>{html.escape(message)}</p>")


def question(
    platform: str, wishes: Iterable[str], choices: Mapping[str, str], kept: Mapping[str, str], chosen: str = "account"
) -> Answer:
    """Return the page that asks whether the application may.

    `wishes` are what it wants to do, `choices` whose account it may be (value → words), `kept` the parameters that come
    back with the decision; the choice comes back as `chosen`.
    """
    hidden = "".join(
        f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">' for name, value in kept.items()
    )
    radios = "".join(
        f'<p><label><input type="radio" name="{chosen}" value="{html.escape(value)}"{" checked" if not index else ""}>'
        f" {html.escape(words)}</label></p>"
        for index, (value, words) in enumerate(choices.items())
    )
    wanted = "".join(f"<li>{html.escape(wish)}</li>" for wish in wishes)
    return _page(
        200,
        f"Social Listener wants to use your account on {platform}",
        f"<form method='get'>{hidden}{radios}<p>It asks for:</p><ul>{wanted}</ul>"
        "<p><button name='decision' value='approve'>Authorise</button> "
        "<button name='decision' value='deny'>Cancel</button></p></form>"
        "<p>This is the sandbox on your own machine; no real account is touched.</p>",
    )


def _page(status: int, title: str, body: str) -> Answer:
    text = (
        f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f'<body style="{_STYLE}"><h1>{html.escape(title)}</h1>{body}</body></html>'
    )
    return Answer(status, text.encode(), dict(_HTML))
