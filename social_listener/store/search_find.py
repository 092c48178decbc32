"""From what is looked for to a query of the index. The naive scan of tests/store reads the same `Search`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from social_listener.store import search_files as files
from social_listener.store.search_docs import flag, micros

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tantivy import Query

    from social_listener.search.parse import Search, Wanted


def query(
    search: Search,
    *,
    resolved: bool | None = None,
    flags: Sequence[str] = (),
    within: Collection[str] | None = None,
) -> Query:
    """Return the query for the items and notes that a search finds.

    `resolved`: in conversations that are resolved, or that are not; None: in all. `flags`: what they must have besides.
    `within`: the accounts, at least one, of which they must be; None: of any.
    """
    # what is context only has none of the three, and each further flag of every document costs 6 ms in a million
    where = "doc" if resolved is None else ("shut" if resolved else "open")
    yes = [files.flagged(one) for one in (where, *flags)]
    if within is not None:
        yes.append(files.any_of([files.flagged(flag("account", one)) for one in sorted(within)]))
    no: list[Query] = []
    for one in search.words:
        (no if one.no else yes).append(files.any_of([_saying("said", one), _saying("who", one)]))
    for one in search.authors:
        (no if one.no else yes).append(files.all_of([files.flagged("theirs"), _saying("who", one)]))
    if search.ours is not None:
        yes.append(files.flagged("ours" if search.ours else "theirs"))
    for mark in search.marks:
        (no if mark.no else yes).append(files.flagged(flag(mark.name, mark.value)))
    if search.since or search.until:
        yes.append(
            files.sent(micros(search.since) if search.since else None, micros(search.until) if search.until else None)
        )
    return files.all_of(yes, no)


def _saying(field: str, one: Wanted) -> Query:
    return files.saying(field, one.words, begun=one.begun)
