"""Where a walk through everything that people may comment on stands.

Meta has no list of all comments of a Page or an account: there is a list of posts, and the comments of each. One poll
reads the newest posts, a slice of the older ones, and the comments of those on which something moved; then the walk
rests. After some polls the slices have come to the last post: then the walk is at its end. So the calls of a poll do
not grow with the number of posts on which nothing happens, and none is forgotten because it is old.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

#: older pages of the list of posts that one poll reads
SLICES: Final = 2
_FORM: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Todo:
    """A post whose comments are still to be read."""

    node: str
    author: str = ""  #: of the node, where it is not ours
    of: str = ""  #: Instagram: the medium that the node, a comment whose answers are to be read, stands below
    since: int | None = None  #: comments from then on, seconds since 1970; None: all
    count: int | None = None  #: how many comments it had when it was listed, where that is what tells of news
    way: Mapping[str, str] = field(default_factory=dict)  #: to the next page of its comments


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """Where a walk stands. The defaults are its beginning."""

    polled: int | None = None  #: when the poll before this one listed the newest posts; None: this is the first
    listing: int | None = None  #: when this poll did; None: it has not yet
    slices: int = 0  #: older pages that this poll has read
    until: int | None = None  #: the older posts are read down to this time; None: not begun
    ended: bool = False  #: they are read down to the last one
    way: Mapping[str, str] = field(default_factory=dict)  #: on from an empty page of the list
    todo: tuple[Todo, ...] = ()
    done: Mapping[str, int] = field(default_factory=dict)  #: comments counted on what this poll has read whole
    again: str = ""  #: the one that this poll reads though nothing seems to have moved

    @property
    def lists(self) -> bool:
        """Whether the next call of this poll is for the list of posts."""
        return self.listing is None or bool(self.way) or (not self.ended and self.slices < SLICES)

    def rested(self) -> Rotation:
        """Return where the next poll begins."""
        return Rotation(polled=self.listing, until=self.until, ended=self.ended)

    def listed(self, *, at: int, oldest: int | None, way: Mapping[str, str], todo: tuple[Todo, ...]) -> Rotation:
        """Return where it stands after a page of the list. `oldest`: when its last post was made; None: it is empty.

        `way` leads on from the page; empty: it was the last one. It is followed only where time does not lead on: after
        an empty page, and where more posts than a page holds were made in one second.
        """
        newest = self.listing is None
        stuck = bool(way) and (oldest is None or (not newest and self.until is not None and oldest >= self.until))
        waiting = {one.node for one in self.todo}
        return replace(
            self,
            listing=self.listing if self.listing is not None else None if oldest is None and way else at,
            slices=self.slices if newest else self.slices + (not stuck),
            until=_lower(self.until, oldest) if not newest or self.until is None else self.until,
            ended=self.ended or not way,
            way=way if stuck else {},
            todo=(*self.todo, *(one for one in todo if one.node not in waiting)),
        )

    def read(self, way: Mapping[str, str], below: tuple[Todo, ...] = ()) -> Rotation:
        """Return where it stands after a page of comments of the first post that waits; `below` waits from now on."""
        first, *rest = self.todo
        rest = [*rest, *below]
        if way:
            return replace(self, todo=(replace(first, way=way), *rest))
        done = self.done if first.count is None else {**self.done, first.node: first.count}
        return replace(self, todo=tuple(rest), done=done)

    def written(self) -> str:
        """Return the page token that stands for this."""
        state: dict[str, Any] = {
            "f": _FORM,
            "p": self.polled,
            "l": self.listing,
            "s": self.slices,
            "u": self.until,
            "e": self.ended,
            "w": self.way,
            "t": [[one.node, one.author, one.of, one.since, one.count, one.way] for one in self.todo],
            "d": self.done,
            "a": self.again,
        }
        return json.dumps({key: value for key, value in state.items() if value}, separators=(",", ":"))


def read_rotation(token: str) -> Rotation | None:
    """Return what a page token of ours stands for; None: it is none."""
    try:
        state = json.loads(token)
        if state["f"] != _FORM:
            return None
        return Rotation(
            polled=state.get("p"),
            listing=state.get("l"),
            slices=state.get("s", 0),
            until=state.get("u"),
            ended=state.get("e", False),
            way=state.get("w", {}),
            todo=tuple(
                Todo(node=node, author=author, of=of, since=since, count=count, way=way)
                for node, author, of, since, count, way in state.get("t", ())
            ),
            done=state.get("d", {}),
            again=state.get("a", ""),
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _lower(one: int | None, other: int | None) -> int | None:
    known = [value for value in (one, other) if value is not None]
    return min(known, default=None)
