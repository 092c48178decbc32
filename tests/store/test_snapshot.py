from __future__ import annotations

import re
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from reading_kit import NOW, Clock, ours, page, person, reading, said, tell

from social_listener.errors import StoreError
from social_listener.ingest import Ingest
from social_listener.model import Kind
from social_listener.store import Store, snapshot
from social_listener.store.snapshot import Wanted
from social_listener.store.snapshot_tables import EVERYTHING

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "snapshot.md"
SECRETS = {
    "deleted": "TEXTOFADELETEDITEM",
    "earlier": "EARLIERWORDINGOFIT",
    "note": "NOTEFORCOLLEAGUES",
    "draft": "DRAFTBEINGTYPED",
    "session": "SESSIONHASHOFABROWSER",
    "password": "ARGONHASHOFAPASSWORD",
    "ours": "WORDSOFOURANSWER",
    "staff": "ZENOBIAWORKSHERE",
}
PRIVATE = "WORDSFORONEPERSONALONE"
PUBLIC = "WORDSFOREVERYBODY"
HERMIT = "HERMITWHOWRITESINPRIVATE"


@pytest.fixture
def ingest(tmp_path: Path) -> Iterator[Ingest]:
    """Return a store with something of everything: public, private, deleted, context, answered, labelled, secrets."""
    made = reading(tmp_path / "store.duckdb", clock=Clock())
    people = (person(followers=1200), person(8, name=HERMIT))
    first = said(1, f"{PUBLIC} where is my refund, this is terrible?", url="https://x.com/i/1", likes=3)
    private = said(3, f"{PRIVATE} please help", private=True, author=8, kind=Kind.MESSAGE, url="https://x.com/dm/3")
    tell(
        made,
        page(
            first, said(2, SECRETS["deleted"]), private, said(4, "parent", context=True), said(5, SECRETS["earlier"]),
            contacts=people,
        ),
    )  # fmt: skip
    tell(made, page(ours(6, to=first, text=SECRETS["ours"]), contacts=people))
    edited = replace(said(5, "other words"), version_id="5b", edited_at=NOW)
    tell(made, page(edited, contacts=people, deleted=("x:2",)))
    with made.store.transaction() as cursor:
        cursor.execute("INSERT INTO labels VALUES ('aaaaaaaaaaaa', 'Refund', 'blue', FALSE, 'ana', ?, 1)", [NOW])
        cursor.execute("UPDATE conversations SET labels = 'aaaaaaaaaaaa' WHERE id = ?", [first.conversation_id])
        cursor.execute("INSERT INTO notes VALUES ('n', 'x:1:7', ?, ?, ?)", [SECRETS["staff"], SECRETS["note"], NOW])
        cursor.execute("INSERT INTO drafts VALUES ('d', 'ana', 'x:1:7', 'public', ?, 'n', ?)", [SECRETS["draft"], NOW])
        cursor.execute("INSERT INTO staff_keys VALUES ('ana', ?, NULL, NULL, 0, '')", [SECRETS["password"]])
        cursor.execute(
            "INSERT INTO sessions VALUES (?, 'ana', FALSE, ?, ?, ?, '', '')", [SECRETS["session"], NOW, NOW, NOW]
        )
    yield made
    made.store.close()


def rows(file: Path, sql: str) -> list[dict[str, Any]]:
    """Return what a notebook reads from a snapshot, opened read-only."""
    with duckdb.connect(str(file), read_only=True) as copy:
        found = copy.execute(sql)
        names = [column[0] for column in found.description or []]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def made(store: Store, file: Path, **wanted: Any) -> Path:
    """Write a snapshot; return its file."""
    snapshot.write(store, file, Wanted(**wanted), NOW)
    return file


def test_it_holds_what_is_counted(ingest: Ingest, tmp_path: Path) -> None:
    """Inbound items that are neither context nor deleted, with what is known of each."""
    file = made(ingest.store, tmp_path / "copy.duckdb")
    items = {one["id"]: one for one in rows(file, "SELECT * FROM items ORDER BY id")}
    assert list(items) == ["x:1", "x:3", "x:5"]
    first = items["x:1"]
    assert first["stream_ids"] == ["fernhill/mentions"]
    assert (first["labels"], first["likes"], first["reach"]) == (["Refund"], 3, 1200)
    assert first["waited_s"] == 5 * 60
    assert first["sentiment_label"] == "negative"
    assert items["x:5"]["text"] == "other words"
    assert (items["x:5"]["waited_s"], items["x:5"]["answered_at"]) == (None, None)
    assert rows(file, "SELECT item_id, waited_s FROM answers") == [{"item_id": "x:1", "waited_s": 300}]
    assert {one["id"] for one in rows(file, "SELECT id FROM conversations")} == {"x:1:7", "x:3:8", "x:5:7"}


def test_roll_ups_add_up_to_the_items(ingest: Ingest, tmp_path: Path) -> None:
    """Counting items in plain Python gives what `stats` adds up to."""
    file = made(ingest.store, tmp_path / "copy.duckdb")
    counted: Counter[tuple[Any, ...]] = Counter()
    for one in rows(file, "SELECT * FROM items"):
        sent = one["sent_at"]
        bucket = sent.replace(minute=sent.minute - sent.minute % 15, second=0, microsecond=0)
        counted[bucket, one["private"], one["sentiment_label"], tuple(one["labels"])] += 1
    told = {
        (one["bucket"], one["private"], one["sentiment_label"], tuple(one["labels"])): one["items"]
        for one in rows(file, "SELECT * FROM stats")
    }
    assert told == counted


def test_private_texts_stay_unless_they_are_asked_for(ingest: Ingest, tmp_path: Path) -> None:
    """Without the option neither text nor address nor name of a private item is in the file's bytes; with it they are.

    That they are found then shows that the search would find them.
    """
    without = made(ingest.store, tmp_path / "without.duckdb").read_bytes()
    assert PUBLIC.encode() in without
    assert [word for word in (PRIVATE, HERMIT, "x.com/dm/3") if word.encode() in without] == []
    file = made(ingest.store, tmp_path / "with.duckdb", private=True)
    assert [word for word in (PRIVATE, HERMIT, "x.com/dm/3") if word.encode() not in file.read_bytes()] == []
    (hidden,) = rows(tmp_path / "without.duckdb", "SELECT text, url, private FROM items WHERE id = 'x:3'")
    assert hidden == {"text": None, "url": None, "private": True}


@pytest.mark.parametrize("private", [False, True])
def test_no_secret_is_in_its_bytes(ingest: Ingest, tmp_path: Path, private: bool) -> None:
    """Neither deleted texts nor notes, drafts, keys, sessions, our words or staff; the database itself has them."""
    file = made(ingest.store, tmp_path / "copy.duckdb", private=private)
    body = file.read_bytes()
    assert [name for name, word in SECRETS.items() if word.encode() in body] == []
    ingest.store.checkpoint()
    stored = ingest.store.path.read_bytes()
    assert [name for name, word in SECRETS.items() if word.encode() in stored] != []


def test_file_dictionary_and_document_say_the_same(ingest: Ingest, tmp_path: Path) -> None:
    """Every table and column of the file is in its dictionary and in docs/snapshot.md, with one meaning."""
    file = made(ingest.store, tmp_path / "copy.duckdb")
    there = {
        (one["table_name"], one["column_name"], one["data_type"])
        for one in rows(file, "SELECT * FROM duckdb_columns() WHERE NOT internal")
    }
    told = rows(file, "SELECT * FROM dictionary WHERE column_name <> ''")
    assert {(one["table_name"], one["column_name"], one["data_type"]) for one in told} == there
    assert documented(DOCUMENT.read_text(encoding="utf-8")) == {
        (one["table_name"], one["column_name"], one["data_type"], one["meaning"]) for one in told
    }
    assert {table.name for table in EVERYTHING} == {table for table, _, _ in there}


def documented(text: str) -> set[tuple[str, str, str, str]]:
    """Return table, column, type and meaning of every row of the document."""
    found = set()
    for section in text.partition("## Tables")[2].split("\n### ")[1:]:
        name = section.split("\n", 1)[0].strip()
        for column, kind, meaning in re.findall(r"^\| `(\w+)` \| (.+?) \| (.+) \|$", section, re.MULTILINE):
            found.add((name, column, kind, meaning))
    return found


def test_a_document_that_lacks_a_column_is_noticed() -> None:
    """The comparison is able to fail."""
    text = DOCUMENT.read_text(encoding="utf-8")
    assert len(documented(text.replace("| `waited_s` | BIGINT |", "| `waits` |", 1))) == len(documented(text)) - 1


def test_a_period_and_accounts_can_be_chosen(ingest: Ingest, tmp_path: Path) -> None:
    """`since` is included and `until` is not; another account's items, streams and authors are not there."""
    third = said(3).sent_at
    file = made(ingest.store, tmp_path / "copy.duckdb", since=third, until=third + timedelta(minutes=2))
    assert [one["id"] for one in rows(file, "SELECT id FROM items")] == ["x:3"]
    (about,) = rows(file, "SELECT * FROM about")
    assert (about["since"], about["made_at"], about["private_texts"], about["accounts"]) == (third, NOW, False, None)
    other = made(ingest.store, tmp_path / "other.duckdb", accounts=frozenset({"elsewhere"}))
    for table in ("items", "streams", "authors", "conversations", "stats"):
        assert rows(other, f"SELECT * FROM {table}") == []


def test_only_its_owner_can_read_it_and_only_whole(ingest: Ingest, tmp_path: Path) -> None:
    """Mode 0600; nothing is left beside it, and a second one takes the place of the first."""
    folder = tmp_path / "out"
    folder.mkdir()
    for _ in range(2):
        file = made(ingest.store, folder / "copy.duckdb")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert list(folder.iterdir()) == [file]


def test_nothing_else_is_overwritten(ingest: Ingest, tmp_path: Path) -> None:
    """Neither a document, nor a link, nor the database itself, nor another database is replaced."""
    letter = tmp_path / "letter.txt"
    letter.write_text("dear all", encoding="utf-8")
    link = tmp_path / "link.duckdb"
    link.symlink_to(letter)
    other = tmp_path / "other.duckdb"
    with duckdb.connect(str(other)) as connection:
        connection.execute("CREATE TABLE mine (a INTEGER)")
    before = other.read_bytes()
    for target in (letter, link, other, ingest.store.path):
        with pytest.raises(StoreError, match="something else stands there"):
            made(ingest.store, target)
    assert letter.read_text(encoding="utf-8") == "dear all"
    assert other.read_bytes() == before
    with ingest.store.read() as cursor:
        assert cursor.execute("SELECT count(*) FROM interactions").fetchone() == (6,)


def test_a_folder_that_is_not_there_is_named(ingest: Ingest, tmp_path: Path) -> None:
    """What cannot be written says where and why, and leaves nothing behind."""
    with pytest.raises(StoreError, match="nowhere"):
        made(ingest.store, tmp_path / "nowhere" / "copy.duckdb")
    assert not (tmp_path / "nowhere").exists()


def test_an_empty_house_gives_a_whole_file(tmp_path: Path) -> None:
    """With nothing stored every table is there, and empty."""
    with Store.open(tmp_path / "store.duckdb") as store:
        file = made(store, tmp_path / "copy.duckdb")
    assert rows(file, "SELECT * FROM items") == []
    assert len(rows(file, "SELECT * FROM dictionary")) > 50


def test_writers_go_on_meanwhile(ingest: Ingest, tmp_path: Path) -> None:
    """What is stored while the snapshot is written is not in it, and is not held up by it."""
    with ingest.store.beside(tmp_path / "beside.duckdb", "copy") as cursor:
        cursor.execute("CREATE TABLE copy.one AS SELECT count(*) AS n FROM interactions")
        tell(ingest, page(said(40, "meanwhile")))
        cursor.execute("CREATE TABLE copy.two AS SELECT count(*) AS n FROM interactions")
    assert rows(tmp_path / "beside.duckdb", "SELECT one.n = two.n AS same FROM one, two") == [{"same": True}]


def test_remarks_come_along(ingest: Ingest, tmp_path: Path) -> None:
    """Remarks of the period, and of the accounts that are chosen, stand in it without who wrote them."""
    with ingest.store.transaction() as cursor:
        for name, account in (("a", None), ("b", "fernhill"), ("c", "elsewhere")):
            cursor.execute(
                "INSERT INTO annotations VALUES (?, 'outage', 'Down', ?, NULL, ?, ?, 1, ?)",
                [name, NOW, account, SECRETS["staff"], NOW],
            )
    file = made(ingest.store, tmp_path / "copy.duckdb", accounts=frozenset({"fernhill"}))
    assert [one["id"] for one in rows(file, "SELECT id FROM annotations ORDER BY id")] == ["a", "b"]
    assert SECRETS["staff"].encode() not in file.read_bytes()
    early = made(ingest.store, tmp_path / "early.duckdb", until=NOW)
    assert rows(early, "SELECT * FROM annotations") == []
