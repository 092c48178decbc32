"""The negative control of `scripts/canary`: tests that let a secret out, one into each kind of place.

Not collected by itself: its name does not begin with test_.
"""

from __future__ import annotations

import base64
import logging
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.parse import quote

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from streamlit.testing.v1 import AppTest

from social_listener.log import SECRETS
from social_listener.sandbox import Sandbox

#: a seed that no other test has
SEED = 987_654_321
SECRET = Sandbox(seed=SEED, clock="manual").credentials["consumer_secret"]

SERVE = """
import sys, threading, socket, uvicorn
async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": sys.argv[1].encode()})
door = socket.create_server(("127.0.0.1", 0))
server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None))
threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True).start()
print(door.getsockname()[1], flush=True)
sys.stdin.read()
"""


def test_a_log_of_a_child() -> None:
    """A library logs it at DEBUG in a process that a test starts; our mask does not know it there."""
    say = "import logging, sys; logging.getLogger('urllib3').debug('GET /?key=%s', sys.argv[1])"
    subprocess.run([sys.executable, "-c", say, quote(f"|{SECRET}|", safe="")], check=True)


def test_a_log_that_is_masked() -> None:
    """It is logged where our mask knows it: the line as the library said it shows it."""
    SECRETS.add([SECRET])
    logging.getLogger("tweepy").debug("signed with %s", SECRET)


def test_an_error_that_is_caught() -> None:
    """An error names it, and the test waits for that error."""
    with pytest.raises(ValueError, match="bad key"):
        raise ValueError("bad key " + SECRET)


def test_output(capsys: pytest.CaptureFixture[str]) -> None:
    """It is printed, and the test takes the output."""
    print(SECRET)  # noqa: T201
    assert capsys.readouterr().out


def test_output_of_a_command() -> None:
    """A command prints it."""
    subprocess.run([sys.executable, "-c", f"print({SECRET!r})"], capture_output=True, check=True)


def test_a_report() -> None:
    """It is printed, and only the report has it."""
    print(SECRET)  # noqa: T201


def test_a_page_that_is_served() -> None:
    """A server sends it."""
    with subprocess.Popen([sys.executable, "-c", SERVE, SECRET], stdin=-1, stdout=-1, text=True) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as answer:  # loopback
            assert answer.read()
        server.terminate()


def test_a_page_that_is_drawn(tmp_path: Path) -> None:
    """A page shows it."""
    (tmp_path / "page.py").write_text(f"import streamlit as st; st.text({SECRET!r})")
    assert AppTest.from_file(tmp_path / "page.py").run(timeout=60).text


def test_a_file(tmp_path: Path) -> None:
    """It is in a file, and in base64 in the middle of something."""
    (tmp_path / "kept").write_bytes(base64.b64encode(f"id:{SECRET}!".encode()))


def test_a_file_that_is_deleted(tmp_path: Path) -> None:
    """It is in a file that is gone at the end."""
    (tmp_path / "brief").write_text(SECRET)
    (tmp_path / "brief").unlink()


def test_a_column(tmp_path: Path) -> None:
    """It is in a column, where the database packs it."""
    with duckdb.connect(tmp_path / "packed.duckdb") as database:
        database.execute("CREATE TABLE notes AS SELECT ? || i AS note FROM range(10000) AS numbers(i)", [SECRET])


def test_a_log_of_the_database(tmp_path: Path) -> None:
    """The process dies before the database's log is taken in."""
    write = (
        "import duckdb, os, sys; base = duckdb.connect(sys.argv[1]); base.execute('CREATE TABLE t (v VARCHAR)');"
        "base.execute('INSERT INTO t VALUES (?)', [sys.argv[2]]); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", write, str(tmp_path / "dead.duckdb"), SECRET], check=True)


def test_a_packed_body(tmp_path: Path) -> None:
    """It is in a body that we packed."""
    body = zstandard.ZstdCompressor().compress(f"{SECRET}".encode() * 3)
    with duckdb.connect(tmp_path / "bodies.duckdb") as database:
        database.execute("CREATE TABLE raw_pages (body BLOB)")
        database.execute("INSERT INTO raw_pages VALUES (?)", [body])


def test_an_export(tmp_path: Path) -> None:
    """It is in an export that is packed."""
    pq.write_table(
        pa.table({"text": [SECRET + str(n) for n in range(1000)]}), tmp_path / "e.parquet", compression="zstd"
    )


def test_a_packed_file(tmp_path: Path) -> None:
    """It is in a file that is packed."""
    (tmp_path / "e.zst").write_bytes(zstandard.ZstdCompressor().compress(f"{SECRET}".encode() * 3))


#: test → where its secret has to be found
WHERE = {
    "test_a_log_of_a_child": {"log", "log, before our mask"},
    "test_a_log_that_is_masked": {"log, before our mask"},
    "test_an_error_that_is_caught": {"errors"},
    "test_output": {"output"},
    "test_output_of_a_command": {"output"},
    "test_a_report": {"reports"},
    "test_a_page_that_is_served": {"pages served"},
    "test_a_page_that_is_drawn": {"pages drawn"},
    "test_a_file": {"files"},
    "test_a_file_that_is_deleted": {"files"},
    "test_a_column": {"database columns"},
    "test_a_log_of_the_database": {"files", "database columns"},
    "test_a_packed_body": {"packed bodies"},
    "test_an_export": {"exports in parquet"},
    "test_a_packed_file": {"packed files"},
}
