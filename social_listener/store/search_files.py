"""The search index on the disk: the only place that knows tantivy. Texts are in it as words, never as they were said.

What it stands at is a document of its own, so that it changes with the same commit as everything else.
"""

from __future__ import annotations

import json
import shutil
import unicodedata
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Final

import tantivy
from tantivy import Occur, Query

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from social_listener.store.search_docs import Doc

#: raised when what is written changes, or how texts are taken apart: an index of another format is built anew
FORMAT: Final = f"3 {unicodedata.unidata_version}"
_STATE: Final = "\0state"
#: memory for what is written and not committed; the least that tantivy takes for one thread is 15 MB
_HEAP: Final = 32_000_000


class BrokenIndex(Exception):
    """The index cannot be read or written; it is a copy, so it is built anew."""


@dataclass(frozen=True, slots=True)
class State:
    """What an index stands at."""

    seq: int  #: number of the last change that it took up
    whole: bool = True  #: False: it is still being built
    stale: bool = False  #: words were deleted of which the files may still hold copies
    format: str = FORMAT


@dataclass(frozen=True, slots=True)
class Hits:
    """Documents that were found, newest first.

    Strings in two lists, for there are thousands: as objects they made the collector of garbage come, in the middle of
    every eighth search.
    """

    conversation_ids: list[str]
    item_ids: list[str]
    cut: bool  #: there are more

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Yield conversation and item of each."""
        return zip(self.conversation_ids, self.item_ids, strict=True)


@contextmanager
def _guarded() -> Iterator[None]:
    """Turn whatever the engine raises into `BrokenIndex`; damaged files make it panic, which is no `Exception`."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit, BrokenIndex):
        raise
    except BaseException as error:
        raise BrokenIndex(f"{type(error).__name__}: {error}") from error


class IndexFiles:
    """One index in a directory. One thread at a time writes; any number search."""

    def __init__(self, folder: Path, index: tantivy.Index, state: State) -> None:
        self.folder = folder
        self._index = index
        self._writer: tantivy.IndexWriter | None = None
        self._state = state
        self._searcher = index.searcher()

    @classmethod
    def create(cls, folder: Path, seq: int) -> IndexFiles:
        """Make an empty index in a directory of that name; what was there before is gone."""
        with _guarded():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True, mode=0o700)
            made = cls(folder, _registered(tantivy.Index(_schema(), path=str(folder))), State(seq, whole=False))
            made.commit(made.state)
        return made

    @classmethod
    def open(cls, folder: Path) -> IndexFiles:
        """Open an index; `BrokenIndex` when there is none, when it is damaged, or of another format."""
        with _guarded():
            if not folder.is_dir() or not tantivy.Index.exists(str(folder)):
                raise BrokenIndex("there is none")
            index = _registered(tantivy.Index.open(str(folder)))
            searcher = index.searcher()
            hits = searcher.search(Query.term_query(_schema(), "conversation", _STATE), 2).hits
            if len(hits) != 1:
                raise BrokenIndex("nothing tells what it stands at")
            state = State(**json.loads(str(searcher.doc(hits[0][1]).get_first("item"))))
            if state.format != FORMAT:
                raise BrokenIndex("another version of the program wrote it")
            return cls(folder, index, state)

    @property
    def state(self) -> State:
        """Return what the index stands at, as of the last commit."""
        return self._state

    def add(self, docs: Iterable[Doc]) -> int:
        """Add documents that are not there yet; return how many. They are found after `commit`."""
        number = 0
        with _guarded():
            writer = self._writing()
            for doc in docs:
                writer.add_document(_document(doc))
                number += 1
        return number

    def replace(self, conversation_ids: Iterable[str], docs: Iterable[Doc]) -> int:
        """Put documents in the place of all that the index has of those conversations; return how many."""
        with _guarded():
            writer = self._writing()
            for conversation_id in conversation_ids:
                writer.delete_documents_by_term("conversation", conversation_id)
        return self.add(self._moved(docs))

    def _moved(self, docs: Iterable[Doc]) -> Iterator[Doc]:
        """Yield documents, each after what the index may have of it under another conversation was deleted."""
        for doc in docs:
            self._writing().delete_documents_by_term("item", doc.item_id)
            yield doc

    def commit(self, state: State) -> None:
        """Make what was added and deleted lasting, and found, together with what the index stands at now."""
        with _guarded():
            writer = self._writing()
            writer.delete_documents_by_term("conversation", _STATE)
            writer.add_document(tantivy.Document(conversation=_STATE, item=json.dumps(asdict(state))))
            writer.commit()
            self._index.reload()
            self._searcher = self._index.searcher()
            self._state = replace(state)

    def search(self, query: Query, most: int) -> Hits:
        """Return what a query finds, newest first, at most so many."""
        with _guarded():
            searcher = self._searcher
            hits = searcher.search(query, most + 1, count=False, order_by_field="sent").hits
            docs = [searcher.doc(address) for _, address in hits[:most]]
            conversation_ids = [str(doc.get_first("conversation")) for doc in docs]
            item_ids = [str(doc.get_first("item")) for doc in docs]
        return Hits(conversation_ids, item_ids, cut=len(hits) > most)

    def close(self) -> None:
        """Let go of the files; what was not committed is lost. Damage shows at the next opening."""
        writer, self._writer = self._writer, None
        if writer is not None:
            try:
                with _guarded():
                    writer.rollback()
                    writer.wait_merging_threads()
            except BrokenIndex:
                return

    def _writing(self) -> tantivy.IndexWriter:
        if self._writer is None:
            self._writer = self._index.writer(_HEAP, 1)
        return self._writer


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("conversation", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("item", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("contact", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("thread", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("said", tokenizer_name="words", index_option="position")
    builder.add_text_field("who", tokenizer_name="words", index_option="position")
    builder.add_text_field("flags", tokenizer_name="words", index_option="basic")
    builder.add_integer_field("sent", indexed=True, fast=True)
    return builder.build()


def _registered(index: tantivy.Index) -> tantivy.Index:
    """Return the index with the way it takes texts apart: at spaces, for the words were made before."""
    words = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    index.register_tokenizer("words", words)
    return index


def _document(doc: Doc) -> tantivy.Document:
    return tantivy.Document(
        conversation=doc.conversation_id,
        item=doc.item_id,
        contact=doc.contact_id,
        thread=doc.thread_id,
        said=" ".join(doc.said),
        who=" ".join(doc.who),
        flags=" ".join(doc.flags),
        sent=doc.sent,
    )


# -- queries -----------------------------------------------------------------------------------------------------------

SCHEMA: Final = _schema()


def flagged(flag: str) -> Query:
    """Return the query for documents with a flag."""
    return Query.term_query(SCHEMA, "flags", flag, "basic")


def holding(field: str, values: Sequence[str]) -> Query:
    """Return the query for documents of which one of the values is the id in that field."""
    if len(values) == 1:  # a set is made into an automaton first, which takes ten times as long
        return Query.term_query(SCHEMA, field, values[0], "basic")
    return Query.term_set_query(SCHEMA, field, list(values))


def sent(since: int | None, until: int | None) -> Query:
    """Return the query for documents sent at `since` or later and before `until`, in µs since 1970."""
    open_end = until is None  # tantivy takes a side without a bound as an inclusive one only
    return Query.range_query(
        SCHEMA, "sent", tantivy.FieldType.Integer, since, until, include_lower=True, include_upper=open_end
    )


def saying(field: str, words: Sequence[str], *, begun: bool) -> Query:
    """Return the query for documents whose field has the words one after the other; `begun`: the last begins so."""
    *before, last = words
    if not before:
        return Query.regex_query(SCHEMA, field, f"{last}.*") if begun else Query.term_query(SCHEMA, field, last)
    if begun:
        return Query.regex_phrase_query(SCHEMA, field, [*before, f"{last}.*"])
    return Query.phrase_query(SCHEMA, field, list(words))


def all_of(queries: Sequence[Query], none_of: Sequence[Query] = ()) -> Query:
    """Return the query for what all queries find, and none of the others."""
    return Query.boolean_query([*((Occur.Must, one) for one in queries), *((Occur.MustNot, one) for one in none_of)])


def any_of(queries: Sequence[Query]) -> Query:
    """Return the query for what one of the queries finds."""
    return Query.boolean_query([(Occur.Should, one) for one in queries])
