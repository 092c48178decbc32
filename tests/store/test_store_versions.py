"""Schema versions: older ones are upgraded, newer ones refused."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from store_kit import NOW, names, put

from social_listener.errors import StoreError
from social_listener.store import Store, migrations
from social_listener.store.migrations import MIGRATIONS

#: a schema version that is still to come
NEXT = max(MIGRATIONS) + 1


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a test's database goes: a directory that is not there yet."""
    return tmp_path / "data" / "social-listener.duckdb"


def _add_column(cursor: duckdb.DuckDBPyConnection) -> None:
    cursor.execute("ALTER TABLE counters ADD COLUMN unit VARCHAR")


def _break(cursor: duckdb.DuckDBPyConnection) -> None:
    cursor.execute("DROP TABLE counters")
    raise RuntimeError("the step failed")


def _old(path: Path, version: int) -> None:
    """Make a database as the first release with that schema left it, with one row in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = Path(__file__).with_name(f"schema_{version}.sql").read_text(encoding="utf-8")
    with duckdb.connect(str(path)) as connection:
        for statement in text.split("\n--;\n"):
            connection.execute(statement)
        connection.execute("INSERT INTO schema_versions VALUES (?, now())", [version])
        connection.execute("INSERT INTO counters VALUES ('a', 1)")


def test_a_newer_schema_is_refused(path: Path) -> None:
    """A database written by a newer program is left alone, in words."""
    Store.open(path, steps={**MIGRATIONS, NEXT: _add_column}).close()
    with pytest.raises(StoreError, match="newer version of this program"):
        Store.open(path)


def test_an_older_schema_is_backed_up_and_upgraded_once(path: Path) -> None:
    """The steps run once, rows stay, and a copy from before the upgrade lies in the backups."""
    with Store.open(path) as store:
        put(store, "a")
    for _ in range(2):
        with Store.open(path, now=NOW, steps={**MIGRATIONS, NEXT: _add_column}) as store, store.read() as cursor:
            assert cursor.execute("SELECT name, unit FROM counters").fetchall() == [("a", None)]
    saved = list((path.parent / "backups").iterdir())
    assert len(saved) == 1
    with Store.open(saved[0]) as before:
        assert names(before) == {"a"}


def test_a_step_that_fails_leaves_the_old_schema(path: Path) -> None:
    """An upgrade is all or nothing: after a failing step the old program opens the file as before."""
    with Store.open(path) as store:
        put(store, "a")
    with pytest.raises(RuntimeError, match="the step failed"):
        Store.open(path, steps={**MIGRATIONS, NEXT: _add_column, NEXT + 1: _break})
    with Store.open(path) as store:
        assert names(store) == {"a"}


def _columns(store: Store) -> set[tuple[object, ...]]:
    with store.read() as cursor:
        columns = cursor.execute(
            "SELECT table_name, column_name, data_type, is_nullable, column_default FROM duckdb_columns()"
        ).fetchall()
        indexes = cursor.execute("SELECT table_name, index_name, expressions FROM duckdb_indexes()").fetchall()
    return {*columns, *indexes}


@pytest.mark.parametrize("version", range(1, max(MIGRATIONS)))
def test_a_database_of_an_older_schema_becomes_like_a_new_one(path: Path, tmp_path: Path, version: int) -> None:
    """A database of any earlier schema is brought to the very tables, columns and indexes of a new one, rows kept."""
    _old(path, version)
    with Store.open(path) as upgraded, Store.open(tmp_path / "new" / "new.duckdb") as new:
        assert _columns(upgraded) == _columns(new)
        assert names(upgraded) == {"a"}


def test_looking_changes_nothing(path: Path) -> None:
    """A look tells how far a database is behind, and leaves it as it is; opening brings it up."""
    _old(path, 1)
    before = path.read_bytes()
    assert Store.look(path) == max(MIGRATIONS) - 1
    assert path.read_bytes() == before
    assert not (path.parent / "backups").exists()
    Store.open(path).close()
    assert Store.look(path) == 0


def test_a_forgotten_step_would_be_seen(path: Path, tmp_path: Path) -> None:
    """Without its steps an old database lacks what a new one has."""
    _old(path, 1)
    forgotten = {step: lambda _: None for step in MIGRATIONS}
    with Store.open(path, steps=forgotten) as upgraded, Store.open(tmp_path / "new" / "new.duckdb") as new:
        assert _columns(upgraded) != _columns(new)


#: counted per bucket and remade whole: nothing looks one of their rows up
KEYLESS = {"stats", "stats_plain", "stats_days", "day_stats", "day_plain", "counted_items", "stats_dirty"}


def test_the_schema_is_the_newest_version() -> None:
    """schema.sql has no two tables of one name, and every table but roll-ups has one text or number key."""
    with duckdb.connect() as connection:
        for statement in migrations.statements():
            connection.execute(statement)
        tables = {row[0] for row in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        keys = connection.execute(
            "SELECT table_name FROM duckdb_constraints() WHERE constraint_type = 'PRIMARY KEY'"
            " AND len(constraint_column_names) = 1"
        ).fetchall()
    assert tables - {row[0] for row in keys} == KEYLESS
