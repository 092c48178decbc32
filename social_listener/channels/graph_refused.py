"""One post or conversation that Meta refuses, while it gives the others: it is told, and the rest is read.

Meta says "not there" of what is not for us too, and a permission that lapsed is a refusal of every single post. So a
refused post counts as one of its kind only when Meta gives something like it in the same poll; when it refuses
everything, that is a fault of the account, and the walk stands still until it is mended.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from social_listener.channels.graph_client import Client
from social_listener.channels.graph_errors import Forbidden, Missing, TooMuch
from social_listener.channels.graph_found import Asked, Found
from social_listener.channels.graph_walk import Rotation, Todo
from social_listener.errors import ChannelError, PageExpired, Rejected, Unauthorized, Unavailable
from social_listener.model import Page

#: refusals that a reader tells from those which concern the whole account
APART: Final = (Missing, Forbidden)
#: what those, and every other refusal of one node, are
REFUSALS: Final = (Rejected, Forbidden)
#: those, and a fault that one node may have by itself: it is too large
BY_ITSELF: Final = (*REFUSALS, TooMuch)
#: when so many were refused and none given, the others are not asked for any more
_ENOUGH: Final = 10
#: the same of those that are too large, which take several calls each; mostly it is Meta that is broken
_ENOUGH_TOO_LARGE: Final = 2
#: so many posts that were given up are asked for again
_MOST_OWED: Final = 20
#: after this a walk that stood still begins anew: there may be news to try
_STANDS: Final = timedelta(minutes=2)


def going_on(client: Client, walk: Rotation, now: datetime) -> Rotation:
    """Return the walk; `PageExpired` when it stood still for so long that it had better begin from the top."""
    still = bool(walk.refused) and not walk.heard and walk.listing is not None
    if still and client.theirs(now).timestamp() - (walk.listing or 0) > _STANDS.total_seconds():
        raise PageExpired("the walk stood still: Meta refused everything", account_id=client.account_id)
    return walk


def after_refusal(client: Client, walk: Rotation, error: ChannelError, what: str, listing: str) -> Rotation:
    """Return the walk without the post that Meta refused with `error`; `what` names what cannot be read.

    When Meta gives the comments of no post at all, it is the account's fault: raises what that means. So one that has
    nothing new is tried, too; where none is known, a single refused post is one of its kind if `listing`, the path of
    the list of posts, is given.
    """
    after = walk.passed(in_words(what, error))
    enough = _ENOUGH_TOO_LARGE if isinstance(error, TooMuch) else _ENOUGH
    if after.heard or (after.todo and len(after.refused) < enough):
        return after
    other = walk.other if walk.other not in after.refused else ""
    if not other and len(after.refused) > 1:
        raise of_account(error, client.account_id)
    path, query = f"{other}/comments" if other else listing, {"fields": "id", "limit": "1"}
    try:
        client.get(path, query, what="looking whether it refuses more", apart=APART)
    except REFUSALS:
        raise of_account(error, client.account_id) from None
    return replace(after, heard=True)


def in_words(what: str, error: ChannelError) -> str:
    """Return what cannot be read, and why: Meta's own sentence may end with a full stop, and this goes into one."""
    return f"{what} cannot be read: {str(error).rstrip('.')}"


def nothing(client: Client, asked: Asked, now: datetime) -> Page:
    """Return the page of what Meta refuses: it brings nothing but how much of the allowance is used."""
    page = Found().page(asked.before(b'{"data":[]}'), client.platform_now(now))
    told = client.usage
    over = told is None or (told.regain_at is not None and told.regain_at <= client.theirs(now))
    return page if over else replace(page, usage=told)


class Owed:
    """Posts whose comments Meta refused and that were given up: each poll asks for them again, until Meta gives them.

    A post that is quiet since is on no list of what moved. The process remembers them and not the store: what was given
    up stands as a gap in Health. One poll of a stream runs at a time, so nothing is locked.
    """

    def __init__(self) -> None:
        self._todo: dict[str, Todo] = {}

    def add(self, client: Client, one: Todo, error: ChannelError, now: datetime, *, sure: bool) -> None:
        """Remember a post, unless too many are; one that is refused again may have gone, and is forgotten if it has.

        `sure`: Meta gives other posts, so that a refusal is about this one.
        """
        known = self._todo.pop(one.node, None)
        if known is not None and sure and isinstance(error, Missing) and not _is_there(client, one.node, now):
            return
        if known is not None or len(self._todo) < _MOST_OWED:
            self._todo[one.node] = replace(_earlier(one, known), way={})

    def __contains__(self, node: str) -> bool:
        """Return whether a post is remembered."""
        return node in self._todo

    def settle(self, node: str) -> None:
        """Forget a post whose comments were read."""
        self._todo.pop(node, None)

    def with_them(self, walk: Rotation) -> Rotation:
        """Return a walk in which they wait too."""
        waiting = [_earlier(one, self._todo.get(one.node)) for one in walk.todo]
        names = {one.node for one in waiting}
        return replace(walk, todo=(*waiting, *(one for node, one in self._todo.items() if node not in names)))


def _earlier(one: Todo, other: Todo | None) -> Todo:
    """Return a post that waits with the earlier of two moments from which its comments are wanted."""
    since = None if other is None or None in {one.since, other.since} else min(one.since or 0, other.since or 0)
    return one if other is None else replace(one, since=since)


def _is_there(client: Client, node: str, now: datetime) -> bool:
    """Return whether Meta knows of a node, be it that it only refuses it."""
    try:
        client.get(node, {"fields": "id"}, what="looking whether it is there", now=now, apart=APART)
    except Missing:
        return False
    except REFUSALS:
        return True
    return True


def of_account(error: ChannelError, account_id: str) -> ChannelError:
    """Return what a refusal means when everything is refused."""
    if isinstance(error, Forbidden):
        return Unauthorized(str(error), account_id=account_id)
    if isinstance(error, Missing):
        words = f"{error}. It refuses everything that was asked for: check what the app may do for account {account_id}"
        return Unauthorized(f"{words}, and connect it again", account_id=account_id)
    return Unavailable(str(error), account_id=account_id) if isinstance(error, TooMuch) else error
