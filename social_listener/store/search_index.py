"""The search index beside the database: it follows what the store commits, and is built anew when it cannot.

It is a copy. Nothing waits for it, a backup does without it, and whatever is wrong with it costs minutes, not words.
"""

from __future__ import annotations

import logging
import shutil
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from social_listener.failpoints import failpoint
from social_listener.store import search_docs, search_find, search_log
from social_listener.store.search_files import BrokenIndex, IndexFiles
from social_listener.store.search_lookup import Lookup, behind

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from duckdb import DuckDBPyConnection

    from social_listener.search.parse import Search
    from social_listener.store import Store

_log = logging.getLogger(__name__)

#: changes that are taken up with one commit
_AT_ONCE: Final = 2_000
#: changes that were taken up are removed from the log when there are so many
_TIDY: Final = 5_000
#: seconds that a search waits for whoever brings the index up to date
_PATIENCE: Final = 0.5
#: a search looks at no more items than so many, the newest
MOST_FOUND: Final = 2_000


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the index stands."""

    whole: bool  #: everything can be found
    done: int = 0  #: items that were taken up while it is built
    total: int = 0
    problem: str = ""  #: why it cannot be built, in words


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found."""

    #: conversation → its newest item or note that was found; newest first
    items: dict[str, str] = field(default_factory=dict)
    cut: bool = False  #: there is more, and older


class SearchIndex:
    """The index of one store. Thread-safe: one thread at a time brings it up to date, any number search."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._folder = store.path.with_name(f"{store.path.name}.search")
        self._lock = threading.RLock()
        self._files: IndexFiles | None = None
        self._fresh: IndexFiles | None = None  # being built
        self._progress = Progress(whole=False)
        self._seen = -1  # revision of the store that was looked at last
        self._behind: tuple[IndexFiles, int, int, frozenset[str] | None] | None = None  # see `_changed_since`
        self._closed = False
        self.kept = False  #: somebody brings it up to date unasked, so that no search has to

    @property
    def progress(self) -> Progress:
        """Return where the index stands."""
        return self._progress

    @property
    def stale(self) -> bool:
        """Return whether its files may still hold copies of deleted words; `build` makes an end of that."""
        return self._files is not None and self._files.state.stale

    def find(
        self,
        search: Search,
        *,
        resolved: bool | None = None,
        flags: Sequence[str] = (),
        within: Collection[str] | None = None,
        most: int = MOST_FOUND,
    ) -> Found:
        """Return in which conversations items are found; see `search_find.query`. While it is built: so far.

        `most`: items that are looked at, the newest.
        """
        self._come_up()
        files = self._files or self._fresh
        if files is None or (within is not None and not within):
            return Found()
        try:
            hits = files.search(search_find.query(search, resolved=resolved, flags=flags, within=within), most)
        except BrokenIndex as error:
            self._give_up(files, error)
            return Found()
        items: dict[str, str] = {}
        for conversation_id, item_id in hits.pairs():
            items.setdefault(conversation_id, item_id)
        return Found(items, hits.cut)

    def _come_up(self) -> None:
        """Take up what was committed, so that a search finds what its page was just told of.

        Somebody may be at it; a search waits for a moment, and for no index that is being built.
        """
        if not self.kept:
            self.catch_up()
        elif self._progress.whole and self._seen != self._store.revision and self._lock.acquire(timeout=_PATIENCE):
            try:
                self.catch_up()
            finally:
                self._lock.release()

    def lookup(self, cursor: DuckDBPyConnection) -> Lookup | None:
        """Return how to find rows by other columns than their keys; None: they must be looked for in the tables."""
        files = self._files
        if files is None or not files.state.whole:
            return None
        if self._store.is_still_at(self._seen):
            return Lookup(cursor, files, frozenset())
        changed = behind(cursor, files) if self._store.writes(cursor) else self._changed_since(files)
        return None if changed is None else Lookup(cursor, files, changed)

    def _changed_since(self, files: IndexFiles) -> frozenset[str] | None:
        """Return what `behind` tells, read once a commit: all who open something in that second ask the same.

        It may tell of more than a reader sees, never of less.
        """
        known, seq = self._behind, files.state.seq
        if known is not None and known[:2] == (files, seq) and self._store.has_committed(known[2]):
            return known[3]
        commits = self._store.commits  # before the snapshot, which may be newer than it tells, never older
        with self._store.read() as own:
            changed = behind(own, files)
        if files.state.seq == seq:
            self._behind = (files, seq, commits, changed)
        return changed

    def catch_up(self, stop: Callable[[], bool] = lambda: False) -> int:
        """Take up every change that was committed; build the index when there is none. Return how many conversations.

        `StoreError` of the database is raised; what is wrong with the index is told by `progress`.
        """
        with self._lock:
            revision = self._store.revision
            if self._closed or (self._files is not None and revision == self._seen):
                return 0
            try:
                number = self._follow(stop)
            except (BrokenIndex, OSError) as error:
                self._give_up(self._files, error)
                return 0
            self._seen = revision
            return number

    def build(self, stop: Callable[[], bool] = lambda: False) -> None:
        """Build the index anew; the present one serves until the new one is whole."""
        with self._lock:
            try:
                self._build(stop)
            except (BrokenIndex, OSError) as error:
                self._give_up(self._fresh, error)

    def close(self) -> None:
        """Let go of the files."""
        with self._lock:
            self._closed = True
            for files in (self._files, self._fresh):
                if files is not None:
                    files.close()
            self._files = self._fresh = None

    # -- following -----------------------------------------------------------------------------------------------------

    def _follow(self, stop: Callable[[], bool]) -> int:
        if self._files is None:
            self._files = self._opened()
        if self._files is None or not self._belongs(self._files):
            self._build(stop)
        taken = 0
        while self._files is not None and not stop():
            number = self._step(self._files)
            if not number:
                break
            taken += number
        if self._files is not None:
            self._tidy(self._files.state.seq)
        return taken

    def _step(self, files: IndexFiles) -> int:
        """Take up the next changes; return how many conversations they concern, 0: there are none."""
        state = files.state
        with self._store.read() as cursor:
            upto, ids, words_left = search_log.changed(cursor, state.seq, _AT_ONCE)
            docs = list(search_docs.of(cursor, ids)) if ids else []
        if upto == state.seq:
            return 0
        failpoint("search.before_commit")
        files.replace(ids, docs)
        files.commit(replace(state, seq=upto, stale=state.stale or words_left))
        failpoint("search.after_commit")
        return max(1, len(ids))

    def _belongs(self, files: IndexFiles) -> bool:
        with self._store.read() as cursor:
            return search_log.belongs(cursor, files.state.seq)

    def _tidy(self, seq: int) -> None:
        with self._store.read() as cursor:
            many = search_log.taken_up(cursor, seq) >= _TIDY
        if many:
            with self._store.transaction(quiet=True) as cursor:
                search_log.forget(cursor, seq)

    # -- opening and building ------------------------------------------------------------------------------------------

    def _opened(self) -> IndexFiles | None:
        """Return the newest index on the disk that is whole and belongs to the database; the others are removed."""
        found: IndexFiles | None = None
        for folder in sorted(self._generations(), reverse=True):
            if found is None:
                try:
                    found = IndexFiles.open(self._folder / str(folder))
                except BrokenIndex as error:
                    _log.warning("a search index cannot be used", extra={"reason": str(error)})
                if found is not None and found.state.whole and self._belongs(found):
                    self._progress = Progress(whole=True)
                    continue
                if found is not None:
                    found.close()
                    found = None
            shutil.rmtree(self._folder / str(folder), ignore_errors=True)
        return found

    def _generations(self) -> list[int]:
        if not self._folder.is_dir():
            return []
        return [int(one.name) for one in self._folder.iterdir() if one.name.isdigit()]

    def _build(self, stop: Callable[[], bool]) -> None:
        """Build an index of everything, and put it in the place of the present one."""
        with self._store.transaction(quiet=True) as cursor:
            seq = search_log.mark(cursor)
        with self._store.read() as cursor:
            total = search_docs.count(cursor)
        serving = self._files is not None
        self._progress = Progress(whole=serving, total=total)  # what was wrong before is being mended
        self._folder.mkdir(mode=0o700, exist_ok=True)
        folder = self._folder / str(max(self._generations(), default=0) + 1)
        self._fresh = fresh = IndexFiles.create(folder, seq)
        if not self._fill(fresh, total, stop):
            fresh.close()
            self._fresh = None
            return
        old, self._files, self._fresh = self._files, fresh, None
        self._progress = Progress(whole=True)
        self._store.wake()  # searches find more than they did
        if old is not None:
            old.close()
            shutil.rmtree(old.folder, ignore_errors=True)

    def _fill(self, fresh: IndexFiles, total: int, stop: Callable[[], bool]) -> bool:
        """Take up everything there is; False: it was stopped."""
        done = first = 0
        # One snapshot for all: row numbers hold in it. What is committed meanwhile stands in the log.
        with self._store.read() as cursor:
            fresh.add(search_docs.notes(cursor))
            while (docs := search_docs.items(cursor, first)) is not None:
                if stop():
                    return False
                first += search_docs.BATCH
                done += fresh.add(docs)
                fresh.commit(fresh.state)
                self._progress = replace(self._progress, done=done, total=max(total, done))
                failpoint("search.building")
        fresh.commit(replace(fresh.state, whole=True))
        return True

    def _give_up(self, files: IndexFiles | None, error: Exception) -> None:
        """Put an index aside that cannot be used; the next `catch_up` builds another."""
        reason = str(error) or type(error).__name__
        _log.error("the search index cannot be used and is built anew", extra={"reason": reason})
        self._seen = -1
        self._progress = Progress(whole=False, problem=reason)
        with self._lock:
            if self._fresh is not None:
                self._fresh.close()
            self._fresh = None
            if files is not None and files is self._files:
                self._files = None
                files.close()
                shutil.rmtree(files.folder, ignore_errors=True)
