"""Macros as they are drawn: what each would do here, and what the last one did. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from social_listener.dashboard import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from social_listener.dashboard.component import Json
    from social_listener.desk_types import ConversationView
    from social_listener.desk_types.answering import MacroPlan, MacroRun, StepPlan


def macros(view: ConversationView | None, staff: str, run: MacroRun | None) -> Json:
    """Return what the list of macros needs: where it would run, and what was run last."""
    return {
        "conversation": view.conversation_id if view else None,
        "item": view.focus_id if view else None,
        "version": view.version if view else None,
        "staff": staff,
        "ran": ran(run) if run else None,
    }


def plan(one: MacroPlan) -> Json:
    """Return one macro with exactly what it would do."""
    return {
        "id": one.macro.id,
        "version": one.macro.version,
        "name": one.macro.name,
        "own": one.macro.owner is not None,
        "possible": one.possible,
        "steps": steps(one.steps),
    }


def ran(run: MacroRun) -> Json:
    """Return what a macro did, in a line, and what it could not do."""
    done = [step.words[:1].lower() + step.words[1:] for step in run.steps if step.problem is None]
    return {
        "id": run.id,
        "name": run.name,
        "words": words.sentence(", ".join(done)) if done else "Nothing of it could be done.",
        "undo": bool(done),
        "failed": [f"{step.words}: {step.problem}" for step in run.steps if step.problem is not None],
    }


def steps(planned: Sequence[StepPlan]) -> list[Json]:
    """Return steps with their texts, and why some are not possible."""
    return [{"words": step.words, "text": step.text, "problem": words.sentence(step.problem or "")} for step in planned]
