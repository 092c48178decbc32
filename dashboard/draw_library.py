"""The list of the Library page as it is drawn: saved replies or macros. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from social_listener.dashboard import words
from social_listener.desk.macro_steps import STEPS
from social_listener.desk_types.answering import Fits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from social_listener.dashboard.component import Json
    from social_listener.desk_types.answering import Macro, SavedReply

FITS: Mapping[Fits, str] = {Fits.ANY: "Public and private", Fits.PUBLIC: "Public only", Fits.PRIVATE: "Private only"}


def saved_replies(saved: Sequence[SavedReply], uses: Mapping[str, int], chosen: str | None) -> Json:
    """Return the list of saved replies, by folder."""
    ordered = sorted(saved, key=lambda one: (one.archived_at is not None, one.folder.casefold(), one.name.casefold()))
    return {
        "chosen": chosen,
        "label": "Search saved replies",
        "entries": [_saved(one, uses.get(one.id, 0)) for one in ordered],
        "empty": {
            "title": "No saved replies yet",
            "text": "Write what you answer again and again once, with variables such as {contact.first_name|there}. "
            "In the composer it is found by pressing I, or by typing ; at the start of a word.",
        },
    }


def _saved(one: SavedReply, uses: int) -> Json:
    chips = [words.language(one.language)] if one.language else []
    chips += [FITS[one.fits]] if one.fits is not Fits.ANY else []
    chips += [words.channel(channel) for channel in one.channels]
    chips += list(one.tags)
    return {
        "id": one.id,
        "group": "Archived" if one.archived_at else one.folder or "Without a folder",
        "name": one.name,
        "text": one.text,
        "chips": chips if one.owner is None else ["Yours", *chips],
        "count": words.count(uses, "use") if uses else "",
    }


def macros(found: Sequence[Macro], chosen: str | None) -> Json:
    """Return the list of macros."""
    ordered = sorted(found, key=lambda one: (one.archived_at is not None, one.name.casefold()))
    return {
        "chosen": chosen,
        "label": "Search macros",
        "entries": [
            {
                "id": one.id,
                "group": "Archived" if one.archived_at else "Macros",
                "name": one.name,
                "text": " · ".join(STEPS[step.kind].label if step.kind in STEPS else step.kind for step in one.steps),
                "chips": ["Yours"] if one.owner is not None else [],
                "count": "",
            }
            for one in ordered
        ],
        "empty": {
            "title": "No macros yet",
            "text": "A macro does several things at once: answer with a saved reply, assign, resolve. In the inbox it "
            "is run by pressing M, which shows first what will happen.",
        },
    }
