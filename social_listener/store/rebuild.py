"""Carrying what was read again from the raw pages over into the database, in one transaction.

`replayed` is the scratch database, attached. Only what platforms say is carried over: status, assignee, notes, replies,
answers, tombstones and first sightings stay as they are, and so do items that no raw page of ours can tell of any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from social_listener.store import queue_upkeep, redaction, search_log, stats
from social_listener.store.facts import CONTACT, ITEM
from social_listener.store.staging import chunks, delete

if TYPE_CHECKING:
    from datetime import datetime

    from duckdb import DuckDBPyConnection

#: name under which the scratch database is attached
REPLAYED: Final = "replayed"
#: what a platform says of an item; hidden is also our own hand's
_TOLD: Final = tuple(name for name in ITEM if name not in {"id", "hidden"})
_PERSON: Final = tuple(name for name in CONTACT if name != "id")
#: items that a raw page we still have told of, that nothing tells of any more, and that no forgotten page can have
#: told. A tombstone is never one: its words were taken out of the pages, so they may tell less than they did, and
#: without it a late delivery would bring the deleted words back
_GONE: Final = """
    SELECT id FROM interactions
    WHERE id IN (SELECT DISTINCT unnest(string_split(trim(item_ids), ' ')) FROM raw_pages)
      AND id NOT IN (SELECT id FROM replayed.interactions)
      AND deleted_at IS NULL AND stream_id IS NOT NULL
      AND first_seen_at >= (SELECT min(fetched_at) FROM raw_pages)"""


def carry_over(cursor: DuckDBPyConnection, now: datetime) -> None:
    """Bring every table of platform facts in step with the attached scratch database."""
    stats.touch_all(cursor)
    _items(cursor, now)
    _wordings(cursor)
    _contacts(cursor)
    _scores(cursor)
    _missing(cursor, "sightings", "id")
    _missing(cursor, "conversations", "id")
    _dead_letters(cursor, now)
    _derived(cursor)
    rows = cursor.execute("SELECT id FROM conversations ORDER BY id").fetchall()
    for part in chunks([row[0] for row in rows]):
        queue_upkeep.refresh(cursor, part, now)
    search_log.forget_all(cursor)
    stats.touch_all(cursor)


def _items(cursor: DuckDBPyConnection, now: datetime) -> None:
    _changed(cursor, "interactions", _TOLD, "t.deleted_at IS NULL AND r.deleted_at IS NULL")
    cursor.execute(
        """UPDATE interactions SET hidden = TRUE FROM replayed.interactions r
           WHERE interactions.id = r.id AND r.hidden AND NOT interactions.hidden"""
    )
    lost = cursor.execute(
        """UPDATE interactions SET text = '', attachments = '[]', deleted_at = ? FROM replayed.interactions r
           WHERE interactions.id = r.id AND r.deleted_at IS NOT NULL AND interactions.deleted_at IS NULL
           RETURNING interactions.id""",
        [now],
    ).fetchall()
    if lost:
        redaction.purge(cursor, [row[0] for row in lost])
    _missing(cursor, "interactions", "id")
    _missing(cursor, "gone", "id", "id NOT IN (SELECT id FROM interactions)")
    gone = [row[0] for row in cursor.execute(_GONE).fetchall()]
    for table, key in (("interactions", "id"), ("scores", "interaction_id")):
        delete(cursor, table, key, gone)
    for table in ("interaction_versions", "sightings"):
        for part in chunks(gone):
            cursor.execute(f"DELETE FROM {table} WHERE list_contains(?, interaction_id)", [part])


def _wordings(cursor: DuckDBPyConnection) -> None:
    """Carry over the wordings of living items; a tombstone's stay empty."""
    dead = "SELECT id FROM interactions WHERE deleted_at IS NOT NULL"
    _changed(cursor, "interaction_versions", ("interaction_id", "text"), f"t.interaction_id NOT IN ({dead})")
    _missing(cursor, "interaction_versions", "id", f"interaction_id NOT IN ({dead})")


def _contacts(cursor: DuckDBPyConnection) -> None:
    _changed(cursor, "contacts", _PERSON, "TRUE")
    _missing(cursor, "contacts", "id")


def _scores(cursor: DuckDBPyConnection) -> None:
    """Carry over scores of items whose words changed, and where other rules made the old ones."""
    stale = """
        SELECT r.interaction_id FROM replayed.scores r JOIN replayed.interactions n ON n.id = r.interaction_id
        JOIN interactions i ON i.id = r.interaction_id LEFT JOIN scores s ON s.interaction_id = r.interaction_id
        WHERE i.deleted_at IS NULL AND (s.interaction_id IS NULL OR s.scorer <> r.scorer OR r.interaction_id IN
              (SELECT interaction_id FROM reworded))"""
    ids = [row[0] for row in cursor.execute(stale).fetchall()]
    delete(cursor, "scores", "interaction_id", ids)
    for part in chunks(ids):
        cursor.execute(
            "INSERT INTO scores BY NAME SELECT * FROM replayed.scores WHERE list_contains(?, interaction_id)", [part]
        )


def _dead_letters(cursor: DuckDBPyConnection, now: datetime) -> None:
    """Settle what can be read by now; set aside what can no longer be read."""
    cursor.execute(
        """UPDATE dead_letters SET settled_at = ? WHERE settled_at IS NULL
           AND page_id IN (SELECT id FROM raw_pages) AND id NOT IN (SELECT id FROM replayed.dead_letters)""",
        [now],
    )
    _missing(cursor, "dead_letters", "id")


def _derived(cursor: DuckDBPyConnection) -> None:
    """Make anew what is kept beside items and conversations so that no page has to search for it."""
    cursor.execute("DELETE FROM our_words")
    cursor.execute(
        """INSERT INTO our_words (conversation_id, said_at)
           SELECT conversation_id, max(sent_at) FROM interactions
           WHERE outbound AND stream_id IS NOT NULL GROUP BY conversation_id"""
    )
    cursor.execute(
        """UPDATE interactions SET answered_at = said.first_at FROM (
               SELECT i.id, min(o.sent_at) AS first_at FROM interactions i
               JOIN interactions o ON o.conversation_id = i.conversation_id AND o.outbound
                    AND o.sent_at >= coalesce(i.again_at, i.sent_at)
               LEFT JOIN replies r ON r.channel || ':' || r.platform_id = o.id
               WHERE NOT i.outbound AND NOT i.context AND i.answered_at IS NULL
               AND (o.stream_id IS NOT NULL OR r.item_id = i.id OR i.first_seen_at <= r.created_at) GROUP BY i.id) said
           WHERE interactions.id = said.id"""
    )
    cursor.execute(
        """UPDATE conversations SET first_at = now_is.first_at, last_at = now_is.last_at,
               waiting_ids = coalesce(now_is.waiting, ''), newest_id = now_is.newest
           FROM (SELECT conversation_id, min(sent_at) AS first_at, max(sent_at) AS last_at,
                        string_agg(id, ' ' ORDER BY sent_at, id)
                            FILTER (answered_at IS NULL AND deleted_at IS NULL) AS waiting,
                        max_by(id, (sent_at, id)) FILTER (deleted_at IS NULL) AS newest
                 FROM interactions WHERE NOT outbound AND NOT context GROUP BY conversation_id) now_is
           WHERE conversations.id = now_is.conversation_id"""
    )
    cursor.execute(
        """UPDATE contacts SET recent_ids = coalesce(latest.ids, '')
           FROM (SELECT author_id, string_agg(id, ' ' ORDER BY sent_at DESC, id DESC) AS ids FROM (
                     SELECT author_id, id, sent_at FROM interactions
                     WHERE NOT outbound AND NOT context
                     QUALIFY row_number() OVER (PARTITION BY author_id ORDER BY sent_at DESC, id DESC) <= 10)
                 GROUP BY author_id) latest
           WHERE contacts.id = latest.author_id"""
    )


def _changed(cursor: DuckDBPyConnection, table: str, names: tuple[str, ...], condition: str) -> None:
    """Overwrite those columns where the scratch database tells something else."""
    different = " OR ".join(f"t.{name} IS DISTINCT FROM r.{name}" for name in names)
    columns = ", ".join(f"{name} = r.{name}" for name in names)
    ids = cursor.execute(
        f"SELECT t.id FROM {table} t JOIN {REPLAYED}.{table} r ON r.id = t.id WHERE {condition} AND ({different})"
    ).fetchall()
    if table == "interactions":
        cursor.execute("CREATE OR REPLACE TEMP TABLE reworded (interaction_id VARCHAR)")
    for part in chunks([row[0] for row in ids]):
        cursor.execute(
            f"UPDATE {table} SET {columns} FROM {REPLAYED}.{table} r"
            f" WHERE {table}.id = r.id AND list_contains(?, r.id)",
            [part],
        )
        if table == "interactions":
            cursor.execute("INSERT INTO reworded SELECT unnest(?)", [part])


def _missing(cursor: DuckDBPyConnection, table: str, key: str, condition: str = "TRUE") -> None:
    """Insert the rows that only the scratch database has."""
    cursor.execute(
        f"INSERT INTO {table} BY NAME SELECT * FROM {REPLAYED}.{table}"
        f" WHERE {key} NOT IN (SELECT {key} FROM {table}) AND {condition}"
    )
