"""Saved views: filter and search under a name, for oneself or for everybody."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from social_listener.desk_types import QueueFilter, View
from social_listener.desk_types.organising import SavedView
from social_listener.errors import Conflict, DeskError
from social_listener.rights import Right
from social_listener.store import audit, queue, views
from social_listener.store.sought import BOTH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office
    from social_listener.desk_types.organising import OpenCounts

_LONGEST = 40
#: what was counted so long ago does for another page
_GOOD_ENOUGH = timedelta(seconds=2)
#: views of one owner; more would not be looked through
_MOST = 50


class ViewDesk:
    """Save views, rename, order and delete them."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def all(self, staff: str) -> tuple[SavedView, ...]:
        """Return the shared views, then somebody's own."""
        with self._office.store.read() as cursor:
            self._office.permit(cursor, staff, Right.READ)
            return tuple(views.of(cursor, staff))

    def counts(self, saved: Sequence[SavedView], staff: str) -> Mapping[str, int]:
        """Return by id how many conversations views hold, in one pass; those that would be slow to count are absent."""
        plain = [view for view in saved if is_counted(view.wanted)]
        with self._office.store.read() as cursor:
            within = self._office.accounts(cursor, staff)
            wanted = [replace(view.wanted, within=within) for view in plain]
            numbers = queue.count_each(cursor, wanted, staff, self._office.times(cursor))
        return dict(zip((view.id for view in plain), numbers, strict=True))

    def open_counts(self, staff: str) -> OpenCounts:
        """Return how many open conversations each channel, label and team has, on the accounts of somebody."""
        office = self._office
        with office.store.read() as cursor:
            within = office.accounts(cursor, staff)
            return office.memo.get(
                cursor,
                ("open counts", within),
                lambda own: queue.open_counts(own, within, office.times(own)),
                at=office.clock(),
                good_for=_GOOD_ENOUGH,
            )

    def save(self, name: str, wanted: QueueFilter, staff: str, *, shared: bool = False) -> SavedView:
        """Keep a filter under a name; `shared`: for everybody."""
        now = self._office.clock()
        view = SavedView(id=secrets.token_hex(6), owner=None if shared else staff, name=name, wanted=wanted, version=1)
        with self._office.store.transaction() as cursor:
            self._permit(cursor, staff, view.owner)
            view = _checked(cursor, view, staff)
            if sum(one.owner == view.owner for one in views.of(cursor, staff)) >= _MOST:
                raise DeskError(f"there are {_MOST} views already; delete one that nobody needs")
            views.insert(cursor, view, staff, now)
            audit.record(cursor, now, staff, "view.saved", view.id, name=view.name)
        return view

    def change(
        self, view_id: str, staff: str, version: int, *, name: str | None = None, wanted: QueueFilter | None = None
    ) -> SavedView:
        """Rename a view, or have it hold another filter; `Conflict` for an old version."""
        now = self._office.clock()
        with self._office.store.transaction() as cursor:
            view = self._known(cursor, view_id, staff)
            view = replace(view, version=version, name=name or view.name, wanted=wanted or view.wanted)
            view = _checked(cursor, view, staff)
            if not views.change(cursor, view):
                raise Conflict(f"the view {view.name!r} was changed meanwhile; look at it again")
            audit.record(cursor, now, staff, "view.changed", view_id, name=view.name)
        return replace(view, version=version + 1)

    def move(self, view_id: str, staff: str, by: int) -> None:
        """Move a view among its owner's: −1 is one place forward."""
        now = self._office.clock()
        with self._office.store.transaction() as cursor:
            view = self._known(cursor, view_id, staff)
            ids = [one.id for one in views.of(cursor, staff) if one.owner == view.owner]
            at = ids.index(view_id)
            to = max(0, min(len(ids) - 1, at + by))
            ids.insert(to, ids.pop(at))
            views.order(cursor, ids)
            audit.record(cursor, now, staff, "view.moved", view_id, place=to + 1)

    def delete(self, view_id: str, staff: str, version: int) -> None:
        """Delete a view; `Conflict` for an old version."""
        now = self._office.clock()
        with self._office.store.transaction() as cursor:
            view = self._known(cursor, view_id, staff)
            if not views.delete(cursor, view_id, version):
                raise Conflict(f"the view {view.name!r} was changed meanwhile; look at it again")
            audit.record(cursor, now, staff, "view.deleted", view_id, name=view.name)

    def _permit(self, cursor: DuckDBPyConnection, staff: str, owner: str | None) -> None:
        self._office.permit(cursor, staff, Right.LIBRARY if owner is None else Right.READ)

    def _known(self, cursor: DuckDBPyConnection, view_id: str, staff: str) -> SavedView:
        """Return a view that somebody may change; another's own is as if it were not there."""
        self._office.permit(cursor, staff, Right.READ)
        view = views.one(cursor, view_id)
        if view is None or view.owner not in {None, staff}:
            raise DeskError(f"there is no saved view {view_id!r}")
        self._permit(cursor, staff, view.owner)
        return view


def is_counted(wanted: QueueFilter) -> bool:
    """Return whether one pass over the queue counts what a filter finds."""
    return not wanted.search and wanted.view not in {View.RESOLVED, View.SPAM, *BOTH}


def _checked(cursor: DuckDBPyConnection, view: SavedView, staff: str) -> SavedView:
    """Return a view with its name tidied; `DeskError` when it cannot be kept so."""
    name = " ".join(view.name.split())
    if not name or len(name) > _LONGEST or not name.isprintable():
        raise DeskError(f"a view has a name of 1 to {_LONGEST} characters, not {view.name!r}")
    for other in views.of(cursor, staff):
        if other.id != view.id and other.name.casefold() == name.casefold():
            raise DeskError(f"there is a view {other.name!r} already")
    return replace(view, name=name)
