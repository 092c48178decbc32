"""Schema versions: a new database gets schema.sql, an older one the steps it lacks, a newer one is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from social_listener.errors import StoreError

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from duckdb import DuckDBPyConnection

Migration = Callable[["DuckDBPyConnection"], None]


def _second(connection: DuckDBPyConnection) -> None:
    """Add what push, quotas and links between conversations need."""
    connection.execute("ALTER TABLE conversations ADD COLUMN elsewhere BOOLEAN DEFAULT FALSE")
    connection.execute("ALTER TABLE conversations ALTER COLUMN elsewhere SET NOT NULL")
    connection.execute("ALTER TABLE interactions ADD COLUMN told_at TIMESTAMPTZ")
    for column in ("not_before TIMESTAMPTZ", "used DOUBLE", "used_at TIMESTAMPTZ", "handshake_at TIMESTAMPTZ"):
        connection.execute(f"ALTER TABLE accounts ADD COLUMN {column}")
    for name in ("links", "gone", "deliveries", "spend"):
        connection.execute(next(one for one in statements() if f"CREATE TABLE {name} " in one))


#: columns that older tables get in the third version: table → definitions; NOT NULL where there is a default
THIRD: Final[Mapping[str, tuple[str, ...]]] = {
    "interactions": ("again_at TIMESTAMPTZ",),
    "conversations": (
        *("settled_at TIMESTAMPTZ", "settled_before TIMESTAMPTZ", "clock_from TIMESTAMPTZ"),
        *("clock_spent_s DOUBLE NOT NULL DEFAULT 0", "labels VARCHAR NOT NULL DEFAULT ''"),
    ),
    "queue": (
        *("due_at TIMESTAMPTZ", "due_what VARCHAR", "due_since TIMESTAMPTZ", "due_seen_at TIMESTAMPTZ"),
        *("warn_at TIMESTAMPTZ", "labels VARCHAR NOT NULL DEFAULT ''"),
    ),
}


def _third(connection: DuckDBPyConnection) -> None:
    """Add what a team needs: every table that is not there yet, and the columns of THIRD."""
    for table, definitions in THIRD.items():
        for definition in definitions:
            plain = definition.replace(" NOT NULL", "")
            connection.execute(f"ALTER TABLE {table} ADD COLUMN {plain}")
            if plain != definition:
                connection.execute(f"ALTER TABLE {table} ALTER COLUMN {definition.split()[0]} SET NOT NULL")
    _missing(connection)


def _missing(connection: DuckDBPyConnection) -> None:
    """Create every table and sequence of schema.sql that is not there."""
    known = "SELECT table_name FROM duckdb_tables() UNION ALL SELECT sequence_name FROM duckdb_sequences()"
    there = {row[0] for row in connection.execute(known).fetchall()}
    for statement in statements():
        made = re.search(r"^CREATE (TABLE|SEQUENCE) (\w+)", statement, re.MULTILINE)
        if made and made[2] not in there:
            connection.execute(statement)


def _fourth(connection: DuckDBPyConnection) -> None:
    """Let small tables be asked for a conversation's rows by an index: every page that is opened asks."""
    for statement in statements():
        if statement.lstrip().startswith("CREATE INDEX "):
            connection.execute(statement)


def _fifth(connection: DuckDBPyConnection) -> None:
    """Add what insights need: tables, and the reach of every item, by what is known of its author now."""
    _missing(connection)
    for statement in statements():
        if "CREATE INDEX sightings_of_item " in statement:
            connection.execute(statement.replace("CREATE INDEX", "CREATE INDEX IF NOT EXISTS"))
    connection.execute("ALTER TABLE interactions ADD COLUMN reach BIGINT")
    connection.execute(
        """UPDATE interactions SET reach = contacts.followers FROM contacts
           WHERE contacts.id = author_id AND NOT outbound AND followers IS NOT NULL"""
    )
    connection.execute(
        "INSERT INTO stats_dirty (bucket) SELECT DISTINCT time_bucket(INTERVAL 15 MINUTE, sent_at) FROM interactions"
    )


def _sixth(connection: DuckDBPyConnection) -> None:
    """Let what is to be counted anew tell which items changed; of what waits it is not known."""
    connection.execute("ALTER TABLE stats_dirty RENAME TO stats_dirty_before")
    _missing(connection)
    connection.execute("INSERT INTO stats_dirty (bucket) SELECT DISTINCT bucket FROM stats_dirty_before")
    connection.execute("DROP TABLE stats_dirty_before")


#: version a step leads to → the step. schema.sql always holds the newest version whole; a step brings an older database
#: to the same tables. Steps run in one transaction, in order, after a backup.
MIGRATIONS: Final[Mapping[int, Migration]] = {2: _second, 3: _third, 4: _fourth, 5: _fifth, 6: _sixth}


def latest(migrations: Mapping[int, Migration] = MIGRATIONS) -> int:
    """Return the schema version that this program writes."""
    return max(migrations, default=1)


def statements() -> list[str]:
    """Return the statements of schema.sql."""
    text = files("social_listener.store").joinpath("schema.sql").read_text(encoding="utf-8")
    return [part for part in text.split("\n--;\n") if part.strip()]


def version_of(connection: DuckDBPyConnection, path: Path) -> int:
    """Return the schema version of an open database, 0 for an empty one; `StoreError` for somebody else's tables."""
    names = {row[0] for row in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    if not names:
        return 0
    if "schema_versions" not in names:
        raise StoreError(
            f"{path}: this is a DuckDB database, but not one of ours (it holds {', '.join(sorted(names)[:3])}); "
            "name another data_dir in the settings"
        )
    # Read to the end: a result that is not exhausted keeps a transaction open, and no checkpoint would succeed again.
    rows = connection.execute("SELECT version FROM schema_versions").fetchall()
    return max((int(row[0]) for row in rows), default=0)


def check(version: int, path: Path, migrations: Mapping[int, Migration] = MIGRATIONS) -> None:
    """Raise `StoreError` when the database was written by a newer program."""
    if version > (known := latest(migrations)):
        raise StoreError(
            f"{path}: was written by a newer version of this program (schema {version}; this one knows {known}): "
            "install that version again, or restore a backup made before the upgrade"
        )


def create(connection: DuckDBPyConnection, now: datetime, migrations: Mapping[int, Migration] = MIGRATIONS) -> None:
    """Create every table in one transaction."""
    connection.execute("BEGIN")
    for statement in statements():
        connection.execute(statement)
    connection.execute("INSERT INTO schema_versions VALUES (?, ?)", [latest(migrations), now])
    connection.execute("COMMIT")


def upgrade(
    connection: DuckDBPyConnection, version: int, now: datetime, migrations: Mapping[int, Migration] = MIGRATIONS
) -> None:
    """Run the steps above `version` in one transaction; any fault leaves the database as it was."""
    connection.execute("BEGIN")
    try:
        for step in sorted(number for number in migrations if number > version):
            migrations[step](connection)
            connection.execute("INSERT INTO schema_versions VALUES (?, ?)", [step, now])
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
