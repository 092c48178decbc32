"""Who a note names: "@" and a colleague's name. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def mentioned(text: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return which of `names` a text names after an "@", in the order in which it does; upper and lower case are one.

    The longest name counts: "@Ann Lee" is not also "@Ann". An "@" within a word, as in an address, names nobody.
    """
    by_folded = {name.casefold(): name for name in names if name}
    if not by_folded:
        return ()
    longest_first = "|".join(re.escape(name) for name in sorted(by_folded, key=len, reverse=True))
    pattern = re.compile(rf"(?<![\w@.])@({longest_first})(?!\w)")
    found = (by_folded[match.group(1)] for match in pattern.finditer(text.casefold()))
    return tuple(dict.fromkeys(found))
