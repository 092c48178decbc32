"""Which conversations changed since the search index took them up: written in the transaction that changes them.

Every row has a number, by the clock and rising. The row of the newest number that the index has taken up stays:
it is the proof that the index belongs to this very history of the database, and not to one that a backup replaced.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from social_listener.store.rows import marks
from social_listener.store.staging import chunks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from duckdb import DuckDBPyConnection

#: stands before the id of a contact, all of whose conversations changed; no conversation's id begins so
CONTACT: Final = "@"
#: says that words were deleted, of which the files of the index may hold copies until it is built anew
_WORDS_LEFT: Final = "!"
#: transactions that are read at a time
_ROWS: Final = 200


def touch(cursor: DuckDBPyConnection, conversation_ids: Iterable[str]) -> None:
    """Note that what the index has of those conversations is out of date; it needs a transaction."""
    ids = sorted(set(conversation_ids))
    if ids:
        _write(cursor, ids)


def touch_contacts(cursor: DuckDBPyConnection, contact_ids: Iterable[str]) -> None:
    """Note that those contacts have another name or handle."""
    touch(cursor, [CONTACT + one for one in contact_ids])


def words_left(cursor: DuckDBPyConnection) -> None:
    """Note that words were deleted, so that no copy of them stays in the files of the index for long."""
    touch(cursor, [_WORDS_LEFT])


def mark(cursor: DuckDBPyConnection) -> int:
    """Note the moment from which on an index that is built anew needs the changes; return its number."""
    return _write(cursor, [])


def forget_all(cursor: DuckDBPyConnection) -> None:
    """Forget every change: the index does not belong to this database any more, and is built anew."""
    cursor.execute("DELETE FROM search_log")


def forget(cursor: DuckDBPyConnection, before: int) -> None:
    """Remove what the index took up; the row of number `before` itself stays."""
    cursor.execute("DELETE FROM search_log WHERE seq < ?", [before])


def belongs(cursor: DuckDBPyConnection, seq: int) -> bool:
    """Return whether the database knows the number that an index stands at: else the index is of another history."""
    return bool(cursor.execute("SELECT 1 FROM search_log WHERE seq = ?", [seq]).fetchall())


def taken_up(cursor: DuckDBPyConnection, before: int) -> int:
    """Return how many transactions are kept although the index took them up."""
    ((number,),) = cursor.execute("SELECT count(*) FROM search_log WHERE seq < ?", [before]).fetchall()
    return int(number)


def changed(cursor: DuckDBPyConnection, after: int, most: int) -> tuple[int, list[str], bool]:
    """Return the oldest changes after a number, of at least one transaction and about `most` conversations.

    Up to which number, of which conversations, and whether words were deleted.
    """
    rows = cursor.execute(
        "SELECT seq, ids FROM search_log WHERE seq > ? ORDER BY seq LIMIT ?", [after, _ROWS]
    ).fetchall()
    upto, named = after, set[str]()
    for seq, ids in rows:
        upto = seq
        named.update(ids.split("\n") if ids else ())
        if len(named) >= most:
            break
    contacts = [one.removeprefix(CONTACT) for one in named if one.startswith(CONTACT)]
    found = {one for one in named if one != _WORDS_LEFT and not one.startswith(CONTACT)}
    for part in chunks(contacts):
        sql = f"SELECT id FROM conversations WHERE contact_id IN ({marks(part)})"
        found |= {row[0] for row in cursor.execute(sql, part).fetchall()}
    return upto, sorted(found), _WORDS_LEFT in named


def _write(cursor: DuckDBPyConnection, ids: Sequence[str]) -> int:
    """Write a row under the next number: the time in ns, or more when the clock went back; return the number."""
    ((last,),) = cursor.execute("SELECT coalesce(max(seq), 0) FROM search_log").fetchall()
    seq = max(time.time_ns(), int(last) + 1)
    cursor.execute("INSERT INTO search_log (seq, ids) VALUES (?, ?)", [seq, "\n".join(ids)])
    return seq
