"""A conversation as a page opens it, with all that whoever looks can do there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from social_listener.desk_types import ConversationView, Draft
    from social_listener.desk_types.files import FilesView
    from social_listener.desk_types.team import Around
    from social_listener.model import TextLength

#: an address longer than any that people type, to ask a channel how it counts links
LINK: Final = "https://example.org/" + "a" * 180


@dataclass(frozen=True, slots=True, kw_only=True)
class Typing:
    """A text that somebody types, in one mode."""

    draft: Draft
    length: TextLength | None = None  #: by the channel's rules; None: of a note, or of an account that is gone
    link: int | None = None  #: how many characters LINK counts; None: as `length`
    files: FilesView | None = None  #: the pictures that go along; None: as `length`


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What a page reads to show a conversation and its composer."""

    view: ConversationView
    around: Around
    typing: Mapping[str, Typing]  #: by mode: public, private, note
    read_at: int  #: revision of the store that it was read at
    commits: int  #: commits of this process before it was read; see `Desk.commits`
