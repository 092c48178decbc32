"""Feeds components with payloads in a real browser, and tells what came of it, and which fields they read."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from payloads import PAYLOADS
from poisoned import OURS, State, poisoned

from social_listener.dashboard.component import asset

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Page

_FEED = Path(__file__).with_name("feed.js").read_text(encoding="utf-8")
#: elements that platform text must never become, in the document or in a component
FORBIDDEN = (
    "script:not([src^='./static'], [src^='/static']), img:not([src*='/pictures/']), iframe, object, embed, video,"
    " audio, base, form, math, template, link[href*=tracker], [onerror], [onload], [onfocus], [style*=tracker]"
)


@dataclass(kw_only=True)
class Fed:
    """What came of it."""

    bad: list[str] = field(default_factory=list)  #: elements that a payload became
    unread: dict[int, int] = field(default_factory=dict)  #: state → payloads that could not be read there
    fields: dict[str, set[str]] = field(default_factory=dict)  #: what the script read → what stood there

    def empty(self) -> set[str]:
        """Return the fields that a script read, and in which nothing ever stood."""
        return {path for path, kinds in self.fields.items() if kinds == {"empty"} and not _ours(path)}

    def harmless(self) -> set[str]:
        """Return the texts that a script read, and that were none of the payloads."""
        return {
            path
            for path, kinds in self.fields.items()
            if "other" in kinds and "payload" not in kinds and not _ours(path)
        }


def _ours(path: str) -> bool:
    return path.rpartition(".")[2].rstrip("[]") in OURS


def script_of(name: str, parts: tuple[str, ...]) -> str:
    """Return a component's whole script, as Streamlit is given it."""
    return "\n".join(asset(f"{part}.js") for part in ("common", *parts, name))


def feed(page: Page, script: str, *states: State, share: int = 1) -> Fed:
    """Draw a component in each state for one of `share` payloads; each state gets other ones."""
    told = Fed()
    for number, state in enumerate(states):
        texts = PAYLOADS[number % share :: share]
        one = page.evaluate(
            _FEED,
            {
                "script": script,
                "datas": [poisoned(state.data, text) for text in texts],
                "texts": list(texts),
                "steps": [_step(texts, *step) for step in state.steps],
                "within": state.within,
                "answers": {path: [poisoned(data, text) for text in texts] for path, data in state.answers.items()},
                "forbidden": FORBIDDEN,
            },
        )
        told.bad += one["bad"]
        if one["read"] < len(texts):
            told.unread[number] = len(texts) - one["read"]
        for path, kinds in one["fields"]:
            told.fields.setdefault(path, set()).update(kinds)
    return told


def _step(texts: Sequence[str], name: str, *more: Any) -> list[Any]:
    """Return a step as the page takes it: what it brings along is poisoned too."""
    return [name, *([poisoned(one, text) for text in texts] if name in {"hear", "again"} else one for one in more)]
