"""Running a macro from the inbox, and taking it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from social_listener.dashboard import inbox_actions, session, state, words
from social_listener.errors import ListenerError

if TYPE_CHECKING:
    from collections.abc import Mapping


def do() -> None:
    """Run, take back or close, as the component asks."""
    wish = session.told_by("macros", "do")
    if not isinstance(wish, dict):
        return
    try:
        if wish.get("what") == "run":
            _run(wish)
        elif wish.get("what") == "undo":
            take_back(str(wish.get("run")))
        else:
            session.inbox().macro = None
    except ListenerError as error:
        state.flash(words.sentence(str(error)), ":material/error:")
    inbox_actions.draw(*session.PANES)


def _run(wish: Mapping[str, Any]) -> None:
    version, seen = wish.get("version"), wish.get("seen")
    now = session.inbox()
    with state.DRAFTS:
        now.macro = state.desk().macros.run(
            str(wish.get("macro")),
            version if isinstance(version, int) else 0,
            str(wish.get("item")),
            state.staff(),
            seen if isinstance(seen, int) else 0,
        )
    away = {"resolve", "snooze"}
    if now.chosen == now.macro.conversation_id and any(
        step.kind in away and step.problem is None for step in now.macro.steps
    ):
        inbox_actions.put_away()


def take_back(run_id: str) -> None:
    """Take back all that a run did, and open its conversation; `DeskError` when it is too late."""
    now = session.inbox()
    with state.DRAFTS:
        undone = state.desk().macros.undo(run_id, state.staff())
    now.macro, now.shelf = None, None
    session.choose(undone.conversation_id)
    if undone.left:
        state.flash(f"“{undone.name}” was taken back, except: {'; '.join(undone.left)}.", ":material/error:")
    else:
        state.flash(f"“{undone.name}” was taken back.", ":material/undo:")
