"""Looking many nodes up with few calls, though one that is missing makes Meta refuse a whole call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from social_listener.channels.graph_client import Answer, Client
from social_listener.channels.graph_errors import Missing

WHAT: Final = "looking items up again"


def halved(ids: Sequence[str], ask: Callable[[Sequence[str]], Answer]) -> tuple[list[Answer], list[str]]:
    """Return the answers about all ids that Meta gives, and the ids that it refuses: a refused call is halved."""
    if not ids:
        return [], []
    try:
        answer = ask(ids)
    except Missing:
        if len(ids) == 1:
            return [], list(ids)
    else:
        return _withheld(ids, answer, ask)
    middle = len(ids) // 2
    first, second = halved(ids[:middle], ask), halved(ids[middle:], ask)
    return [*first[0], *second[0]], [*first[1], *second[1]]


def _withheld(
    ids: Sequence[str], answer: Answer, ask: Callable[[Sequence[str]], Answer]
) -> tuple[list[Answer], list[str]]:
    """Return an answer, and what is told of the ids that it leaves out when they are asked for one by one."""
    told = answer.document.plain()
    left_out = [native_id for native_id in ids if native_id not in told]
    if len(ids) == 1:
        return ([], left_out) if left_out else ([answer], [])
    answers, refused = [answer], list[str]()
    for native_id in left_out:
        got = halved([native_id], ask)
        answers += got[0]
        refused += got[1]
    return answers, refused


def readable(client: Client, native_id: str, now: datetime) -> bool:
    """Return whether our token can read a node now."""
    try:
        client.get(native_id, {"fields": "id"}, what=WHAT, now=now, apart=(Missing,))
    except Missing:
        return False
    return True
