"""Saved replies, their earlier wordings and their uses. Every function takes a cursor; writers need a transaction."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from social_listener.desk_types.answering import Fits, SavedReply, SavedWording, Use
from social_listener.store.rows import marks, named

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

_SAVED = tuple(field.name for field in fields(SavedReply))
_NAMES = ", ".join(_SAVED)
#: what is kept of the past for suggestions: the newest so many uses
MOST_USES = 1_000


def _saved(row: Sequence[Any]) -> SavedReply:
    data = named(_SAVED, row)
    data["channels"] = tuple(data["channels"].split())
    data["tags"] = tuple(tag for tag in data["tags"].split(",") if tag)
    return SavedReply(**{**data, "fits": Fits(data["fits"])})


def _values(saved: SavedReply) -> list[object]:
    plain: dict[str, object] = {name: getattr(saved, name) for name in _SAVED}
    plain |= {"channels": " ".join(saved.channels), "tags": ",".join(saved.tags), "fits": saved.fits.value}
    return list(plain.values())


def by_id(cursor: DuckDBPyConnection, saved_reply_id: str) -> SavedReply | None:
    """Return a saved reply; None when there is none of that id."""
    row = cursor.execute(f"SELECT {_NAMES} FROM saved_replies WHERE id = ?", [saved_reply_id]).fetchone()
    return _saved(row) if row else None


def for_staff(cursor: DuckDBPyConnection, staff: str, *, archived: bool = False) -> list[SavedReply]:
    """Return what somebody may use, by name: the shared ones and their own; archived ones only if asked."""
    rows = cursor.execute(
        f"""SELECT {_NAMES} FROM saved_replies WHERE (owner IS NULL OR owner = ?) AND (? OR archived_at IS NULL)
            ORDER BY lower(name), id""",
        [staff, archived],
    ).fetchall()
    return [_saved(row) for row in rows]


def insert(cursor: DuckDBPyConnection, saved: SavedReply) -> None:
    """Write a new saved reply."""
    cursor.execute(f"INSERT INTO saved_replies ({_NAMES}) VALUES ({', '.join('?' for _ in _SAVED)})", _values(saved))


def change(cursor: DuckDBPyConnection, before: SavedReply, after: SavedReply) -> bool:
    """Write `after` if the row still has the version of `before`, whose wording is kept; False: somebody was faster."""
    row = cursor.execute(
        f"""UPDATE saved_replies SET {", ".join(f"{name} = ?" for name in _SAVED)}
            WHERE id = ? AND version = ? RETURNING id""",
        [*_values(after), before.id, before.version],
    ).fetchone()
    if row is None:
        return False
    if (before.name, before.text) != (after.name, after.text):
        cursor.execute(
            """INSERT INTO saved_reply_versions (id, saved_reply_id, version, name, text, changed_by, changed_at)
               VALUES (?, ?, ?, ?, ?, ?, ?)""",
            [
                f"{before.id}/{before.version}",
                before.id,
                before.version,
                before.name,
                before.text,
                before.updated_by,
                before.updated_at,
            ],
        )
    return True


def wordings(cursor: DuckDBPyConnection, saved_reply_id: str) -> list[SavedWording]:
    """Return the earlier wordings of a saved reply, the newest first."""
    names = tuple(field.name for field in fields(SavedWording))
    rows = cursor.execute(
        f"SELECT {', '.join(names)} FROM saved_reply_versions WHERE saved_reply_id = ? ORDER BY version DESC",
        [saved_reply_id],
    ).fetchall()
    return [SavedWording(**named(names, row)) for row in rows]


def use(
    cursor: DuckDBPyConnection, *, reply_id: str, saved_reply_id: str, item_id: str, edited: float, now: datetime
) -> None:
    """Write down that a reply began from a saved one; a second time changes nothing."""
    cursor.execute(
        """INSERT INTO saved_reply_uses (id, saved_reply_id, item_id, edited, used_at) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (id) DO NOTHING""",
        [reply_id, saved_reply_id, item_id, edited, now],
    )


def uses(cursor: DuckDBPyConnection, most: int = MOST_USES) -> list[Use]:
    """Return the newest uses whose reply went out, with what they answered. Deleted items have no words any more."""
    rows = cursor.execute(
        """SELECT u.saved_reply_id, u.item_id, u.edited FROM saved_reply_uses u JOIN replies r ON r.id = u.id
           WHERE r.state = 'sent' ORDER BY u.used_at DESC, u.id LIMIT ?""",
        [most],
    ).fetchall()
    ids = sorted({row[1] for row in rows})
    texts = dict(cursor.execute(f"SELECT id, text FROM interactions WHERE id IN ({marks(ids)})", ids).fetchall())
    scores = {
        row[0]: row[1:]
        for row in cursor.execute(
            f"SELECT interaction_id, language, sentiment_label FROM scores WHERE interaction_id IN ({marks(ids)})", ids
        ).fetchall()
    }
    return [
        Use(
            saved_reply_id=saved,
            text=texts.get(item, ""),
            language=scores.get(item, (None, None))[0],
            sentiment=scores.get(item, (None, None))[1],
            edited=edited,
        )
        for saved, item, edited in rows
    ]


def use_counts(cursor: DuckDBPyConnection) -> dict[str, int]:
    """Return how many replies that went out began from each saved reply."""
    rows = cursor.execute(
        """SELECT u.saved_reply_id, count(*) FROM saved_reply_uses u JOIN replies r ON r.id = u.id
           WHERE r.state = 'sent' GROUP BY ALL"""
    ).fetchall()
    return {row[0]: int(row[1]) for row in rows}
