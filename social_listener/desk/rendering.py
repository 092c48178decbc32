"""Saved replies filled in for one customer. Pure: what a customer calls themselves or wrote is only ever put in."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from social_listener.desk_types.answering import Rendered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from social_listener.model import Contact, Interaction

#: variable → what stands in its place, in words for whoever writes a saved reply
VARIABLES: Final[Mapping[str, str]] = {
    "contact.name": "the customer's name, as the platform tells it",
    "contact.first_name": "its first word, where that is one",
    "contact.handle": "the customer's handle, without @",
    "staff.name": "who answers",
    "account.name": "our account, as the settings call it",
    "channel.name": "the platform",
    "item.excerpt": "the beginning of what the customer wrote",
}

#: {name} or {name|what stands there when it is empty}
_VARIABLE = re.compile(r"\{([A-Za-z][A-Za-z0-9_.]{0,60})(?:\|([^{}\n]{0,200}))?\}")
_MOST_NAME = 60
_MOST_EXCERPT = 80
_NOT_EXCERPT = re.compile(r"https?://\S+|^(?:\s*@\w+)+")
_CHANNELS: Final[Mapping[str, str]] = {"x": "X"}


def render(text: str, values: Mapping[str, str]) -> Rendered:
    """Return `text` with its variables filled in, once: what a value holds is not looked at again."""
    empty: dict[str, None] = {}
    unknown: dict[str, None] = {}

    def filled(found: re.Match[str]) -> str:
        name, default = found[1], found[2]
        if name not in VARIABLES:
            unknown[name] = None
            return found[0]
        value = values.get(name, "")
        if not value and not default:
            empty[name] = None
        return value or default or ""

    return Rendered(text=_VARIABLE.sub(filled, text), empty=tuple(empty), unknown=tuple(unknown))


def unknown_in(text: str) -> tuple[str, ...]:
    """Return the names in a text that are written like variables and are none."""
    return render(text, {}).unknown


def values_for(item: Interaction | None, contact: Contact | None, *, staff: str, account: str) -> dict[str, str]:
    """Return what stands in place of each variable; "" where nothing is known."""
    name = _one_line(contact.name if contact else "", _MOST_NAME)
    return {
        "contact.name": name,
        "contact.first_name": _first_name(name),
        "contact.handle": _one_line(contact.handle if contact else "", _MOST_NAME).lstrip("@"),
        "staff.name": staff,
        "account.name": account,
        "channel.name": _CHANNELS.get(item.channel, item.channel.capitalize()) if item else "",
        "item.excerpt": _one_line(_NOT_EXCERPT.sub(" ", item.text if item else ""), _MOST_EXCERPT),
    }


def _first_name(name: str) -> str:
    """Return the first word of a name, where it is one: "Mara" of "🌸 Mara K.", nothing of "4ever_99"."""
    for word in name.split():
        bare = word.strip(".,!?~*-_•|")
        if len(bare) > 1 and all(char.isalpha() or char in "'’-" or unicodedata.combining(char) for char in bare):
            return bare
    return ""


def _one_line(text: str, most: int) -> str:
    """Return a text of somebody else as one line of at most `most` characters, without marks that cannot be seen."""
    seen = "".join(" " if unicodedata.category(char) in {"Cc", "Zl", "Zp"} else char for char in text)
    seen = "".join(char for char in seen if unicodedata.category(char) not in {"Cf", "Cs", "Co"} or char == "\u200d")
    words = " ".join(seen.split())
    if len(words) <= most:
        return words
    cut = words[: most - 1]
    return (cut.rpartition(" ")[0] or cut).rstrip(" ,.;:") + "…"
