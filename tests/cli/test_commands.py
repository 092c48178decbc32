"""Every command does what docs/commands.md says, against a real sandbox."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from mail_kit import PASSWORD, USER, Server

from social_listener import __version__, remote, terminal
from social_listener.cli import answer
from social_listener.store import exports

if TYPE_CHECKING:
    from collections.abc import Callable

    from social_listener.sandbox import Sandbox

ROOT = Path(__file__).resolve().parent.parent.parent


def said(sandbox: Sandbox, number: int = 3) -> list[str]:
    """Let customers write, and return the ids of what they wrote, as items."""
    posts = [
        sandbox.world.post(f"customer{index}", f"@fernhill where is my order? Number {index}")
        for index in range(number)
    ]
    return [f"x:{post.id}" for post in posts]


# -- the beginning -----------------------------------------------------------------------------------------------------


def test_init_writes_settings_that_work(run: Any, tmp_path: Path) -> None:
    """The file has every key and can be used as it is; it is not overwritten without being told."""
    file = tmp_path / "mine.yaml"
    assert run("init", "--settings", file).code == terminal.OK
    assert file.read_text(encoding="utf-8") == (ROOT / "settings.yaml").read_text(encoding="utf-8")
    assert run("status", "--settings", file).code == terminal.OK
    again = run("init", "--settings", file)
    assert again.code == terminal.WRONG_USE
    assert "--force" in again.err
    assert run("init", "--force", "--settings", file).code == terminal.OK


def test_settings_are_found_by_option_variable_or_place(
    run: Any, settings: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """--settings works before and behind the command, then comes the variable, then the file in the folder."""
    assert run("status", "--settings", settings).code == terminal.OK
    assert run("--settings", settings, "status").code == terminal.OK
    empty = tmp_path / "elsewhere"
    empty.mkdir()
    monkeypatch.chdir(empty)
    assert run("status").code == terminal.WRONG_USE
    monkeypatch.setenv("SOCIAL_LISTENER_SETTINGS", str(settings))
    assert run("status").code == terminal.OK
    monkeypatch.delenv("SOCIAL_LISTENER_SETTINGS")
    monkeypatch.chdir(settings.parent)
    assert run("status").code == terminal.OK


def test_check_tells_each_thing_in_words(run: Any, settings: Path, sandbox: Sandbox) -> None:
    """Keys, whose they are, database, ports and disk; nothing is made by looking."""
    result = run("check", "--settings", settings)
    assert result.code == terminal.OK, result.err
    assert f"the keys belong to @{sandbox.brand.handle}" in result.err
    assert "the first poll shows whether X takes it" in result.err, "it was not tried, so it is not called good"
    for subject in ("settings", "account main", "database", "dashboard", "public", "disk"):
        assert f"ok    {subject}: " in result.err
    assert not (settings.parent / "data").exists()
    listed = run("check", "--json", "--settings", settings).json
    assert all(line["ok"] for line in listed)
    assert {"subject", "ok", "words"} == set(listed[0])


def test_check_finds_what_is_wrong(
    run: Any, account: dict[str, Any], write: Callable[..., Path], sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing key, refused keys and an address where nobody is: each has its line, all are told at once."""
    refused = account | {"id": "refused"}
    gone = account | {"id": "gone", "base_url": "http://127.0.0.1:9"}
    keyless = account | {"id": "keyless", "credentials": account["credentials"] | {"bearer_token": "NOT_THERE"}}
    sandbox.faults.add("GET /2/users/me", "status_401")
    result = run("check", "--settings", write(refused, gone, keyless))
    assert result.code == terminal.FAILED
    assert "FAIL  account refused: x says no (Unauthorized)" in result.err
    assert "FAIL  account gone: x says no (Unavailable)" in result.err
    assert "FAIL  account keyless: account keyless: set the environment variable NOT_THERE" in result.err


def test_check_greets_the_mail_server(
    run: Any, account: dict[str, Any], write: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has a line of its own where the settings name one: it answers, or what stands against it; nothing is sent."""
    monkeypatch.setenv("TEST_MAIL_PASSWORD", PASSWORD)
    with Server(tmp_path) as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "mail.crt"))
        mail = {"host": "127.0.0.1", "port": server.port, "user": USER, "password": "TEST_MAIL_PASSWORD"}
        settings = write(account, mail=mail | {"sender": "desk@example.com"})
        result = run("check", "--settings", settings)
        assert result.code == terminal.OK, result.err
        assert f"ok    mail: 127.0.0.1 port {server.port} answers with TLS and lets desk in" in result.err
        monkeypatch.setenv("TEST_MAIL_PASSWORD", "wrong")
        result = run("check", "--settings", settings)
        assert result.code == terminal.FAILED
        assert f"FAIL  mail: 127.0.0.1 port {server.port}: the server refused user and password" in result.err
        assert server.handler.taken == []


# -- work --------------------------------------------------------------------------------------------------------------


def test_poll_once_reads_every_due_stream_to_its_end(run: Any, settings: Path, sandbox: Sandbox) -> None:
    """Pages are walked to the end; `status --json` has the figures that scripts look at."""
    sandbox.world.fill_mentions(250)
    result = run("poll", "--once", "--settings", settings)
    assert result.code == terminal.OK, result.err
    assert result.out == ""
    status = run("status", "--json", "--settings", settings)
    (account,) = status.json["accounts"]
    assert account["id"] == "main"
    streams = {stream["name"]: stream for stream in account["streams"]}
    assert streams["mentions"]["interactions"] == 250
    for stream in streams.values():
        assert stream["complete_up_to"].endswith("Z")
        assert (stream["open_gaps"], stream["dead_letters"], stream["last_error"]) == (0, 0, None)
    assert status.json["outbox"] == dict.fromkeys(
        ["queued", "sending", "in_doubt", "sent", "rejected", "cancelled", "expired"], 0
    )


def test_poll_of_one_stream_leaves_the_others(run: Any, settings: Path, sandbox: Sandbox) -> None:
    """--stream names what is polled, due or not; an unknown one is answered with those there are."""
    said(sandbox)
    assert run("poll", "--once", "--stream", "main/mentions", "--settings", settings).code == terminal.OK
    assert sandbox.calls.to("/mentions$")
    assert not sandbox.calls.to("dm_events")
    wrong = run("poll", "--once", "--stream", "main/likes", "--settings", settings)
    assert wrong.code == terminal.WRONG_USE
    assert "main/mentions" in wrong.err


COLUMNS = [
    "id",
    "channel",
    "account_id",
    "conversation_id",
    "kind",
    "private",
    "outbound",
    "author_id",
    "author_name",
    "text",
    "sent_at",
    "first_seen_at",
    "reply_to_id",
    "deleted",
    "language",
    "sentiment",
    "sentiment_label",
    "priority",
    "priority_factors",
]


def test_export_has_the_promised_columns_in_every_form(
    run: Any, settings: Path, sandbox: Sandbox, tmp_path: Path
) -> None:
    """The three forms hold the same items; columns come in the promised order; formulas are made harmless."""
    ids = said(sandbox)
    sandbox.world.post("customer9", "@fernhill =cmd()")
    evil = sandbox.world.dm("customer9", sandbox.brand, '=HYPERLINK("http://evil","x")')
    run("poll", "--once", "--settings", settings)
    lines = run("export", "--format", "jsonl", "--settings", settings).lines
    assert list(lines[0])[: len(COLUMNS)] == COLUMNS
    assert {*ids, f"x:{evil.id}"} <= {line["id"] for line in lines}
    table = list(csv.DictReader(io.StringIO(run("export", "--format", "csv", "--settings", settings).out)))
    assert list(table[0])[: len(COLUMNS)] == COLUMNS
    assert [row["id"] for row in table] == [line["id"] for line in lines]
    assert next(row for row in table if row["id"] == f"x:{evil.id}")["text"].startswith("'=")
    file = tmp_path / "out.parquet"
    assert run("export", "--format", "parquet", "--output", file, "--settings", settings).code == terminal.OK
    from pyarrow import parquet  # noqa: PLC0415 - only this test reads it

    assert parquet.read_table(file).column("id").to_pylist() == [line["id"] for line in lines]


def test_every_column_is_documented_in_its_order() -> None:
    """docs/commands.md lists the columns of an export as they come, the promised ones first."""
    document = (Path(__file__).resolve().parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")
    listed = document.partition("Columns, in this order:")[2].partition(". Times are UTC")[0]
    assert re.findall(r"`(\w+)`", listed) == list(exports.COLUMNS)
    assert list(exports.COLUMNS[: len(COLUMNS)]) == COLUMNS


def test_export_into_a_place_that_cannot_be_written(run: Any, settings: Path) -> None:
    """A wrong place for the file is told in one line."""
    result = run("export", "--output", "/nowhere/at/all.jsonl", "--settings", settings)
    assert result.code == terminal.FAILED
    assert "/nowhere/at/all.jsonl: cannot be written" in result.err


@pytest.mark.parametrize("command", ["export", "report"])
def test_only_a_file_is_replaced(run: Any, settings: Path, tmp_path: Path, command: str) -> None:
    """A pipe, a folder or a device of that name stays what it is, and nothing is left beside it."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for target in (pipe, Path("/dev/null"), tmp_path):
        form = ("--format", "csv")
        before = target.stat().st_mode
        result = run(command, *form, "--output", target, "--settings", settings)
        assert result.code != terminal.OK
        assert target.stat().st_mode == before
    assert "is no file, and would be replaced by one" in run(
        command, "--format", "csv", "--output", pipe, "--settings", settings
    ).err  # fmt: skip
    assert not list(tmp_path.glob("*.partial"))
    written = tmp_path / "written"
    written.write_bytes(b"old")
    assert run(command, "--format", "csv", "--output", written, "--settings", settings).code == terminal.OK
    assert written.read_bytes() != b"old"


def test_backup_can_be_opened(run: Any, settings: Path, sandbox: Sandbox, tmp_path: Path) -> None:
    """A backup in the place that was named holds what was stored."""
    said(sandbox)
    run("poll", "--once", "--settings", settings)
    made = run("backup", "--to", tmp_path / "copies", "--settings", settings).json
    copy = Path(made["backup"])
    assert copy.parent == tmp_path / "copies"
    database = settings.parent / "data" / "social-listener.duckdb"
    for leftover in database.parent.glob("social-listener.duckdb*"):
        leftover.unlink()
    database.write_bytes(copy.read_bytes())
    assert run("status", "--json", "--settings", settings).json["interactions"] == 3


def test_replay_gives_the_same_again(run: Any, settings: Path, sandbox: Sandbox) -> None:
    """Rebuilding from raw pages changes nothing that is exported."""
    said(sandbox)
    run("poll", "--once", "--settings", settings)
    before = run("export", "--settings", settings).lines
    assert run("replay", "--settings", settings).code == terminal.OK
    assert run("export", "--settings", settings).lines == before


# -- scores ------------------------------------------------------------------------------------------------------------


def score(text: bytes, *options: str) -> subprocess.CompletedProcess[bytes]:
    """Run `score` on `text` as a process of its own."""
    command = [sys.executable, "-m", "social_listener", "score", *options]
    return subprocess.run(command, input=text, capture_output=True, check=False)


def test_score_answers_every_line_in_order() -> None:
    """Texts and JSON objects may be mixed; a bad line has its place, and the exit code tells."""
    done = score(
        b"Where is my order? Been waiting 3 weeks\n"
        b'{"text": "I love it", "private": true}\n{"text": 3}\n\nDanke, super!\n'
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) == 5
    for name in ("sentiment", "sentiment_label", "language", "priority", "priority_factors"):
        assert name in lines[0]
    assert lines[0]["priority"] > lines[1]["priority"]
    assert lines[2]["line"] == 3
    assert done.returncode == terminal.FAILED
    assert b"1 of 5 lines" in done.stderr


@pytest.mark.long
def test_score_answers_many_lines_in_order() -> None:
    """Worker processes change nothing: the same lines give the same answers as one by one."""
    texts = "".join(f"order {number} is broken, refund me\n" if number % 3 else "thanks!\n" for number in range(3000))
    alone, together = score(texts.encode(), "--workers", "1"), score(texts.encode(), "--workers", "2")
    assert alone.returncode == together.returncode == terminal.OK
    assert alone.stdout == together.stdout
    assert alone.stdout.count(b"\n") == 3000


def test_nobody_reads_to_the_end() -> None:
    """`score | head` ends quietly with the code for it."""
    command = [sys.executable, "-m", "social_listener", "score", "--workers", "1"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        process.stdin.write(b"hello there\n" * 1000)
        process.stdin.close()
        assert process.wait(30) == terminal.READER_GONE
        assert process.stderr.read() == b""


# -- answers -----------------------------------------------------------------------------------------------------------


def test_a_public_reply_goes_out_once(run: Any, settings: Path, sandbox: Sandbox) -> None:
    """`reply --now` prints id and state; the platform has exactly one post, under the right parent."""
    (item, *_) = said(sandbox)
    run("poll", "--once", "--settings", settings)
    result = run("reply", item, "--public", "--text", "On it!", "--now", "--settings", settings)
    assert result.code == terminal.OK, result.err
    assert result.json["state"] == "sent"
    ours = [post for post in sandbox.world.truth().posts if post.author_id == sandbox.brand.id]
    assert [(post.id, f"x:{post.parent_id}") for post in ours] == [(result.json["platform_id"], item)]
    assert run("outbox", "--json", "--settings", settings).json == []
    (line,) = run("outbox", "--json", "--all", "--settings", settings).json
    assert (line["id"], line["state"], line["private"]) == (result.json["id"], "sent", False)


def test_a_private_reply_reaches_one_person_only(run: Any, settings: Path, sandbox: Sandbox) -> None:
    """A direct message is answered in private; in public it is refused, whatever is asked."""
    message = sandbox.world.dm("customer1", sandbox.brand, "my address is 1 High Street")
    run("poll", "--once", "--settings", settings)
    item = f"x:{message.id}"
    refused = run("reply", item, "--public", "--text", "Noted", "--now", "--settings", settings)
    assert refused.code == terminal.FAILED
    assert refused.out == ""
    result = run("reply", item, "--private", "--text", "Noted", "--now", "--settings", settings)
    assert result.json["state"] == "sent", result.err
    truth = sandbox.world.truth()
    assert [post for post in truth.posts if post.author_id == sandbox.brand.id] == []
    assert [sent.text for sent in truth.messages if sent.sender_id == sandbox.brand.id] == ["Noted"]


@pytest.mark.parametrize("flags", [(), ("--public", "--private"), ("--private", "--public")])
def test_a_reply_needs_its_visibility(run: Any, settings: Path, sandbox: Sandbox, flags: tuple[str, ...]) -> None:
    """Neither --public nor --private is a default, and no order of the two makes words public."""
    (item, *_) = said(sandbox, 1)
    run("poll", "--once", "--settings", settings)
    result = run("reply", item, *flags, "--text", "hi", "--now", "--settings", settings)
    assert result.code == terminal.WRONG_USE
    assert "--public or --private" in result.err
    assert not sandbox.world.truth().made_by_api()


def test_the_same_nonce_is_the_same_reply(run: Any, settings: Path, sandbox: Sandbox) -> None:
    """A command that is repeated with its nonce tells of the first reply and sends no second one."""
    (item, *_) = said(sandbox, 1)
    run("poll", "--once", "--settings", settings)
    command = ("reply", item, "--public", "--now", "--nonce", "n1", "--settings", settings)
    first = run(*command, "--text", "On it!")
    again = run(*command, "--text", "On it!")
    assert (first.json["state"], again.json["id"]) == ("sent", first.json["id"])
    other = run(*command, "--text", "On it, again!")
    assert (other.code, other.out) == (terminal.FAILED, "")
    assert len(sandbox.world.truth().made_by_api()) == 1


def test_an_unknown_item_is_told(run: Any, settings: Path) -> None:
    """Nothing is queued for an item that there is not."""
    result = run("reply", "x:1", "--public", "--text", "hi", "--now", "--settings", settings)
    assert result.code == terminal.FAILED
    assert "x:1" in result.err


def test_a_reply_in_doubt_is_settled_by_a_person(run: Any, settings: Path, sandbox: Sandbox) -> None:
    """The answer was lost and the platform hides the post: exit code 4, then `settle` decides."""
    (item, *_) = said(sandbox, 1)
    run("poll", "--once", "--settings", settings)
    sandbox.faults.add("POST /2/tweets", "lost", times=1)
    sandbox.faults.add("GET /2/users/*/tweets", "html_503")
    queued = run("reply", item, "--public", "--text", "On it!", "--now", "--no-wait", "--settings", settings)
    assert queued.code == terminal.OK
    assert queued.json["state"] == "queued"
    assert run("deliver", "--settings", settings).json["in_doubt"] == 1
    (line,) = run("outbox", "--json", "--settings", settings).json
    assert line["state"] == "in_doubt"
    wrong = run("settle", line["id"], "--settings", settings)
    assert wrong.code == terminal.WRONG_USE
    (post,) = [post for post in sandbox.world.truth().posts if post.author_id == sandbox.brand.id]
    settled = run("settle", line["id"], "--sent", post.id, "--settings", settings)
    assert settled.code == terminal.OK, settled.err
    assert settled.json["state"] == "sent"
    assert settled.json["platform_id"] == post.id
    assert run("outbox", "--json", "--settings", settings).json == []


def test_levels_tell_how_promised_times_were_kept(run: Any, settings: Path, sandbox: Sandbox) -> None:
    """A line a day, today the last; an answer in time counts on its day; a day without any has no share."""
    item, *_ = said(sandbox, 2)
    assert run("poll", "--once", "--settings", settings).code == terminal.OK
    assert run("reply", item, "--public", "--text", "On it!", "--now", "--settings", settings).code == terminal.OK
    before, today = run("levels", "--days", "2", "--json", "--settings", settings).json
    assert (today["within"], today["late"], today["missing"], today["share"]) == (1, 0, 0, 1.0)
    assert (before["within"], before["share"]) == (0, None)
    assert before["day"] < today["day"]
    words = run("levels", "--days", "1", "--settings", settings)
    assert words.code == terminal.OK
    assert re.search(rf"{today['day']} +1 +0 +0 +100%", words.out + words.err)
    wrong = run("levels", "--zone", "Atlantis/Centre", "--settings", settings)
    assert wrong.code == terminal.WRONG_USE
    assert "there is no time zone 'Atlantis/Centre'" in wrong.err


def test_text_can_come_from_standard_input(
    run: Any, settings: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--text -` keeps a long text off the command line."""
    (item, *_) = said(sandbox, 1)
    run("poll", "--once", "--settings", settings)
    monkeypatch.setattr("sys.stdin", io.StringIO("Two\nlines\n"))
    result = run("reply", item, "--public", "--text", "-", "--now", "--settings", settings)
    assert result.json["text"] == "Two\nlines"


def test_words_that_are_no_text_are_refused(
    run: Any, settings: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bytes of another encoding, on the command line or from a file, stop the command before anything is queued."""
    (item, *_) = said(sandbox, 1)
    run("poll", "--once", "--settings", settings)
    bad = os.fsdecode(b"gr\xfc\xdfe")
    reply = ("reply", item, "--public", "--now", "--settings", settings)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"gr\xfc\xdfe"), encoding="utf-8"))
    for command in (
        (*reply, "--text", bad),
        (*reply, "--text", "-"),
        (*reply, "--text", "hi", "--nonce", bad),
        (*reply, "--text", "hi", "--staff", bad),
        ("settle", bad, "--not-sent", "--settings", settings),
    ):
        result = run(*command)
        assert (result.code, result.out) == (terminal.WRONG_USE, "")
        assert "no text in UTF-8" in result.err
    assert run("outbox", "--all", "--json", "--settings", settings).json == []


def test_a_text_beyond_every_platform_is_refused_at_once(
    run: Any, settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file handed over by mistake gets a line about its length, with a service or without; the longest text fits."""
    monkeypatch.setattr("sys.stdin", io.StringIO("🎉" * (answer.MOST + 1)))
    result = run("reply", "x:1", "--public", "--text", "-", "--settings", settings)
    assert result.code == terminal.WRONG_USE
    assert "longer than 50,000 characters" in result.err
    assert len(json.dumps({"text": "🎉" * answer.MOST})) < remote.LARGEST_REQUEST / 1.5


# -- the command itself ------------------------------------------------------------------------------------------------


def test_version_help_and_wrong_use(run: Any) -> None:
    """The usual options work; wrong use ends with its code and a hint."""
    assert __version__ in run("--version").out
    help_text = run("--help")
    assert help_text.code == terminal.OK
    assert re.search(r"demo\s+Show everything at work", help_text.out)
    wrong = run("poll", "--twice")
    assert wrong.code == terminal.WRONG_USE
    assert "No such option" in wrong.err
    assert run("pol").code == terminal.WRONG_USE


# -- snapshot ----------------------------------------------------------------------------------------------------------


def test_a_snapshot_is_a_file_that_others_can_read(
    run: Any, settings: Path, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`snapshot` writes what was polled; a name is relative to where it was typed, and a bad moment is refused."""
    ids = said(sandbox)
    assert run("poll", "--once", "--settings", settings).code == terminal.OK
    monkeypatch.chdir(tmp_path)
    done = run("snapshot", "copy.duckdb", "--until", "2200-01-01", "--settings", settings)
    assert (done.code, done.out) == (terminal.OK, "")
    assert "3 items, without private texts" in done.err
    with duckdb.connect(str(tmp_path / "copy.duckdb"), read_only=True) as copy:
        assert {row[0] for row in copy.execute("SELECT id FROM items").fetchall()} == set(ids)
    for never in ("yesterday", "0001-01-01T00:00:00+05:00"):
        assert run("snapshot", "copy.duckdb", "--since", never, "--settings", settings).code == terminal.WRONG_USE
    wrong = run("snapshot", "copy.duckdb", "--since", "2026-05-02", "--until", "2026-05-01", "--settings", settings)
    assert wrong.code == terminal.FAILED
    assert "--until must be later" in wrong.err


# -- report ------------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_a_report_is_kept_and_comes_back(run: Any, settings: Path, sandbox: Sandbox, tmp_path: Path) -> None:
    """`report` writes a file and names its id; --as-of gives the same bytes, --again what differs, --list all."""
    said(sandbox)
    assert run("poll", "--once", "--settings", settings).code == terminal.OK
    days = ("--from", "2026-01-01", "--to", "2199-01-01", "--compare")
    first, second = tmp_path / "a.zip", tmp_path / "b.zip"
    done = run("report", *days, "--format", "csv", "--output", first, "--settings", settings)
    assert done.code == terminal.OK
    found = re.search(r"report ([0-9a-f]{12}),", done.err)
    assert found
    again = run("report", "--as-of", found[1], "--format", "csv", "--output", second, "--settings", settings)
    assert again.code == terminal.OK
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        overview = list(csv.DictReader(io.StringIO(archive.read("overview.csv").decode(), newline="")))
    assert (overview[0]["figure"], overview[0]["value"]) == ("items", "3")
    said(sandbox, 1)
    assert run("poll", "--once", "--settings", settings).code == terminal.OK
    told = run("report", "--as-of", found[1], "--again", "--settings", settings).json
    assert {"what": "now · tally · items", "then": 3, "now": 4} in told["differences"]
    assert [one["id"] for one in run("report", "--list", "--settings", settings).json] == [found[1]]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--from", "yesterday"), terminal.WRONG_USE),
        (("--zone", "Mars/Olympus"), terminal.WRONG_USE),
        (("--again",), terminal.WRONG_USE),
        (("--from", "2026-05-02", "--to", "2026-05-01"), terminal.FAILED),
        (("--as-of", "none"), terminal.FAILED),
        (("--output", "/nowhere/at/all.pdf", "--format", "csv"), terminal.FAILED),
        (("--account", "mian"), terminal.FAILED),
        (("--channel", "twitter"), terminal.FAILED),
        (("--from", "0001-01-01"), terminal.FAILED),
        (("--to", "9999-12-31"), terminal.FAILED),
    ],
)
def test_a_report_that_cannot_be_says_why(run: Any, settings: Path, arguments: tuple[str, ...], code: int) -> None:
    """What was typed wrongly is told in words, and nothing is written to standard output."""
    done = run("report", *arguments, "--settings", settings)
    assert (done.code, done.out) == (code, "")
    assert done.err


# -- digest ------------------------------------------------------------------------------------------------------------


def test_a_digest_can_be_tried(
    run: Any, write: Callable[..., Path], account: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`digest --now` sends a trial through the server of the settings, over TLS, and prints the server's answer."""
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    with Server(tmp_path) as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "mail.crt"))
        mail = {"host": "127.0.0.1", "port": server.port, "user": USER, "password": "MAIL_PASSWORD"}
        digests = [{"name": "weekly", "to": ["ana@example.com"], "formats": ["csv"]}]
        file = write(account, mail={**mail, "sender": "desk@example.com"}, digests=digests)
        done = run("digest", "--now", "weekly", "--to", "me@example.com", "--settings", file)
        assert (done.code, done.json["state"], done.json["answer"]) == (
            terminal.OK, "accepted", "250 2.0.0 queued as 4711",
        )  # fmt: skip
        assert [one.to for one in server.handler.taken] == ["me@example.com"]
        server.handler.data.append("cut")
        doubtful = run("digest", "--now", "weekly", "--settings", file)
        assert (doubtful.code, doubtful.json["state"]) == (terminal.UNDECIDED, "in_doubt")
    gone = run("digest", "--now", "weekly", "--settings", file)  # nobody listens there any more
    assert (gone.code, gone.json["state"]) == (terminal.UNDECIDED, "queued")
    assert gone.json["next_attempt_at"]
    settled = run("digest", "--settle", doubtful.json["id"], "--as", "bounced", "--settings", file)
    assert (settled.code, settled.json["state"]) == (terminal.OK, "bounced")
    listed = run("digest", "--list", "--settings", file).json
    assert {one["state"] for one in listed} == {"accepted", "bounced", "queued"}
    assert PASSWORD not in done.out + done.err + doubtful.err
    assert run("digest", "--settings", file).code == terminal.WRONG_USE
    assert run("digest", "--now", "none", "--settings", file).code == terminal.FAILED


def test_a_digest_needs_a_server(run: Any, settings: Path) -> None:
    """Without a mail server in the settings it says so."""
    done = run("digest", "--now", "weekly", "--settings", settings)
    assert done.code == terminal.FAILED
    assert "mail" in done.err
