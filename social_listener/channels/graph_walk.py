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
    most: int | None = None  #: comments to a page, where Meta gives no more at once; None: as many as usual


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """Where a walk stands. The defaults are its beginning."""

    polled: int | None = None  #: when the poll before this one listed the newest posts; None: this is the first
    listing: int | None = None  #: when this poll did; None: it has not yet
    slices: int = 0  #: older pages that this poll has read
    until: int | None = None  #: the older posts are read down to this time; None: not begun
    began: int | None = None  #: `until` as it was when this poll began to read older posts
    ended: bool = False  #: they are read down to the last one
    head: Mapping[str, str] = field(default_factory=dict)  #: on from an empty page where the newest posts should be
    way: Mapping[str, str] = field(default_factory=dict)  #: to the next page of older posts, within this poll
    todo: tuple[Todo, ...] = ()
    done: Mapping[str, int] = field(default_factory=dict)  #: comments counted on what this poll has read whole
    again: str = ""  #: the one that this poll reads though nothing seems to have moved
    refused: Mapping[str, str] = field(default_factory=dict)  #: post → why this walk could not read its comments
    heard: bool = False  #: Meta gave the comments of some post in this poll
    most: int | None = None  #: posts to a page of the list, where Meta gives no more at once; None: as many as usual
    other: str = ""  #: a listed post that does not wait: if Meta refuses its comments too, it refuses all

    @property
    def lists(self) -> bool:
        """Whether the next call of this poll is for the list of posts."""
        return self.listing is None or (not self.ended and self.slices < SLICES)

    @property
    def place(self) -> dict[str, str]:
        """Where the next page of the list begins, as parameters of the call."""
        if self.listing is None:
            return dict(self.head)
        if self.way or self.until is None:
            return dict(self.way)
        # Whether Meta counts the last second in is not told.
        return {"until": str(self.until + 1)}

    def rested(self) -> Rotation:
        """Return where the next poll begins: by time, since Meta's cursors do not last.

        Only where more posts than a poll reads were made in one second is there nothing but the cursor.
        """
        stuck = self.until == self.began
        return Rotation(
            polled=self.listing,
            until=self.until,
            ended=self.ended,
            way=self.way if stuck else {},
            refused=self.refused,
        )

    def listed(self, *, at: int, oldest: int | None, way: Mapping[str, str], todo: tuple[Todo, ...]) -> Rotation:
        """Return where it stands after a page of the list. `oldest`: when its last post was made; None: it is empty.

        `way` leads on from the page; empty: it was the last one. A page may be empty and yet lead on.
        """
        waiting = {one.node for one in self.todo}
        todo = (*self.todo, *(one for one in todo if one.node not in waiting))
        if self.listing is None and oldest is None and way:
            return replace(self, head=way)
        if self.listing is None:
            until = oldest if self.until is None else self.until
            # Where an earlier poll came to goes on from there, not from the newest posts.
            on = way if self.until is None else self.way
            ended = self.ended or not way
            return replace(self, listing=at, until=until, began=until, ended=ended, head={}, way=on, todo=todo)
        slices = self.slices + (oldest is not None)
        return replace(self, slices=slices, until=_lower(self.until, oldest), ended=not way, way=way, todo=todo)

    def read(self, way: Mapping[str, str], below: tuple[Todo, ...] = (), most: int | None = None) -> Rotation:
        """Return where it stands after a page of comments of the first post that waits; `below` waits from now on.

        `most`: so many came at once, for the next page of that post.
        """
        first, *rest = self.todo
        rest = [*rest, *below]
        if way:
            return replace(self, todo=(replace(first, way=way, most=most), *rest), heard=True)
        done = self.done if first.count is None else {**self.done, first.node: first.count}
        refused = {node: why for node, why in self.refused.items() if node != first.node}
        return replace(self, todo=tuple(rest), done=done, refused=refused, heard=True)

    def passed(self, why: str = "") -> Rotation:
        """Return where it stands when the first post that waits is left unread; `why` is told at the end of the poll.

        A medium counts as read only when all answers to its comments were: what it lacks is asked for again.
        """
        first, *rest = self.todo
        refused = {**self.refused, first.node: why} if why else self.refused
        done = {node: count for node, count in self.done.items() if node != first.of}
        return replace(self, todo=tuple(rest), done=done, refused=refused)

    def written(self) -> str:
        """Return the page token that stands for this."""
        state: dict[str, Any] = {
            "f": _FORM,
            "p": self.polled,
            "l": self.listing,
            "s": self.slices,
            "u": self.until,
            "b": self.began,
            "e": self.ended,
            "h": self.head,
            "w": self.way,
            "t": [[one.node, one.author, one.of, one.since, one.count, one.way, one.most] for one in self.todo],
            "d": self.done,
            "a": self.again,
            "r": self.refused,
            "g": self.heard,
            "o": self.other,
            "m": self.most,
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
            began=state.get("b"),
            ended=state.get("e", False),
            head=state.get("h", {}),
            way=state.get("w", {}),
            todo=tuple(
                Todo(node=node, author=author, of=of, since=since, count=count, way=way, most=most)
                for node, author, of, since, count, way, most in state.get("t", ())
            ),
            done=state.get("d", {}),
            again=state.get("a", ""),
            refused=dict(state.get("r", {})),
            heard=bool(state.get("g", False)),
            other=state.get("o", ""),
            most=state.get("m"),
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _lower(one: int | None, other: int | None) -> int | None:
    known = [value for value in (one, other) if value is not None]
    return min(known, default=None)
