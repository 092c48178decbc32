"""Pages say who asks; what works without a name is for the machine's owner alone."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

from social_listener.desk import Desk

#: methods that work for the machine's owner when nobody is named: a page must name somebody
NAMELESS = {*("item", "conversation_of", "allowed", "length", "outbox", "reply_line", "health", "replay_dead_letters")}
DASHBOARD = Path(inspect.getfile(Desk)).resolve().parents[2] / "dashboard"


def nameless_calls(source: str) -> list[str]:
    """Return the calls of such methods on a desk that name nobody."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in NAMELESS):
            continue
        on = ast.unparse(node.func.value)
        named = [ast.unparse(one) for one in [*node.args[-1:], *(key.value for key in node.keywords)]]
        if on.endswith(("desk()", "desk")) and not any(
            one in {"me", "staff", "state.staff()", "who.id"} for one in named
        ):
            found.append(ast.unparse(node))
    return found


@pytest.mark.parametrize("path", sorted(DASHBOARD.glob("*.py")), ids=lambda path: path.name)
def test_pages_name_who_asks(path: Path) -> None:
    """No page reads in the name of the machine's owner."""
    assert nameless_calls(path.read_text(encoding="utf-8")) == []


def test_a_page_that_names_nobody_is_found() -> None:
    """The check is able to fail."""
    assert nameless_calls("state.desk().item(item)\nstate.desk().health()") == [
        "state.desk().item(item)",
        "state.desk().health()",
    ]
    assert nameless_calls("state.desk().item(item, state.staff())\ndesk.length(a, b, c, me)") == []
