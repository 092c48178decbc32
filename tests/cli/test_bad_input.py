"""What a user sees when something is wrong, and that nothing else stops."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from social_listener import terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from social_listener.sandbox import Sandbox


def stream(result: Any, stream_id: str) -> Any:
    """Return one stream of `status --json`."""
    found = [entry for account in result.json["accounts"] for entry in account["streams"] if entry["id"] == stream_id]
    assert len(found) == 1
    return found[0]


# -- settings ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["status", "poll", "serve", "check", "export", "score", "outbox"])
def test_an_unknown_setting_stops_every_command(run: Any, write: Callable[..., Path], command: str) -> None:
    """One line names the file, the key and the nearest valid one; nothing is made."""
    file = write(polling={"thread": 2})
    result = run(command, "--settings", file)
    assert result.code == terminal.WRONG_USE
    assert result.err == f"social-listener: {file}: polling.thread: unknown setting; did you mean `threads`?\n"
    assert not (file.parent / "data").exists()


def test_bad_yaml_is_told_with_its_line(run: Any, tmp_path: Path) -> None:
    """A file that is not YAML gives the line, not a traceback."""
    file = tmp_path / "settings.yaml"
    file.write_text("accounts:\n  - id: a\n   channel: x\n", encoding="utf-8")
    result = run("status", "--settings", file)
    assert result.code == terminal.WRONG_USE
    assert "this is not YAML at line 3" in result.err
    assert len(result.err.splitlines()) == 1


def test_no_settings_file_says_how_to_get_one(run: Any, tmp_path: Path) -> None:
    """Without a file the command that writes one is named."""
    result = run("status", "--settings", tmp_path / "none.yaml")
    assert result.code == terminal.WRONG_USE
    assert "social-listener init" in result.err


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"channel": "y"}, "accounts[0].channel: there is no channel 'y'"),
        (
            {"credentials": {"bearer": "X"}},
            "accounts[0].credentials.bearer: unknown credential; did you mean `bearer_token`?",
        ),
        ({"options": {"like": "on"}}, "did you mean `likes`?"),
    ],
)
def test_names_that_only_a_channel_knows_are_checked(
    run: Any, account: dict[str, Any], write: Callable[..., Path], change: dict[str, Any], words: str
) -> None:
    """An unknown channel, credential or option is refused with the nearest valid one."""
    result = run("status", "--settings", write(account | change))
    assert result.code == terminal.WRONG_USE
    assert words in result.err


def test_an_unknown_weight_is_named(run: Any, write: Callable[..., Path]) -> None:
    """Weights are checked against the factors there are; bad values are told too."""
    result = run("score", "--settings", write(priority={"weights": {"refunds": 3}}))
    assert result.code == terminal.WRONG_USE
    assert "priority.weights.refunds: unknown weight; did you mean `refund`?" in result.err
    result = run("score", "--settings", write(priority={"weights": {"refund": -3}}))
    assert "priority.weights.refund: cannot be below 0" in result.err


@pytest.mark.secrets_on_purpose("somebody wrote a key into the settings, which is what is refused", "files")
def test_a_secret_in_the_settings_is_refused_unseen(
    run: Any, account: dict[str, Any], write: Callable[..., Path], sandbox: Sandbox
) -> None:
    """A key pasted where its variable's name belongs stops every command, and no command shows it."""
    secret = sandbox.credentials["consumer_key"]
    file = write(account | {"credentials": account["credentials"] | {"consumer_key": secret}})
    for command in (["poll", "--once"], ["check"], ["status"], ["score"]):
        result = run(*command, "--settings", file)
        assert result.code == terminal.WRONG_USE
        assert "accounts[0].credentials.consumer_key: write the NAME of an environment variable" in result.err
        assert secret not in result.out + result.err


def test_a_missing_key_is_named(run: Any, settings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A credential that is not in the environment stops what calls platforms, and only that."""
    monkeypatch.delenv("TEST_ACCESS_TOKEN")
    for command in (["poll", "--once"], ["deliver"], ["serve", "--headless"]):
        result = run(*command, "--settings", settings)
        assert result.code == terminal.WRONG_USE
        assert "set the environment variable TEST_ACCESS_TOKEN (for access_token)" in result.err
    for command in (["status", "--json"], ["outbox", "--json"], ["export"]):
        assert run(*command, "--settings", settings).code == terminal.OK


def test_a_damaged_key_file_is_named(run: Any, settings: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A variable with _FILE that points to nothing is told by its name."""
    monkeypatch.delenv("TEST_ACCESS_TOKEN")
    monkeypatch.setenv("TEST_ACCESS_TOKEN_FILE", str(tmp_path / "none"))
    result = run("poll", "--once", "--settings", settings)
    assert result.code == terminal.WRONG_USE
    assert "TEST_ACCESS_TOKEN_FILE: the file it names cannot be read" in result.err


# -- ports and files ---------------------------------------------------------------------------------------------------


def test_a_port_in_use_is_named_with_its_setting(run: Any, account: dict[str, Any], write: Callable[..., Path]) -> None:
    """`serve` says which port, and which key to change; the database is given back."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        file = write(account, public={"port": port})
        result = run("serve", "--headless", "--settings", file)
        assert result.code == terminal.NOT_AVAILABLE
        assert f"port {port} on 127.0.0.1 is in use by another program" in result.err
        assert "set public.port to a free one" in result.err
        result = run("serve", "--settings", write(account, dashboard={"port": port}))
        assert result.code == terminal.NOT_AVAILABLE
        assert "set dashboard.port to a free one" in result.err
    assert run("status", "--settings", file).code == terminal.OK


@pytest.mark.parametrize(
    ("host", "words"),
    [("no.such.host.invalid", "is no address of this machine"), ("192.0.2.1", "cannot listen on 192.0.2.1")],
)
def test_an_address_of_another_machine_is_told(run: Any, write: Callable[..., Path], host: str, words: str) -> None:
    """A host name that is not this machine's is named with its setting."""
    result = run("serve", "--headless", "--settings", write(public={"host": host, "port": 0}))
    assert result.code == terminal.NOT_AVAILABLE
    assert "public.host" in result.err
    assert words in result.err


@pytest.mark.thinned(2)
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device on this machine")
@pytest.mark.parametrize("command", ["export --format csv", "status --json", "outbox --json", "score"])
def test_a_full_disk_under_the_output_is_told(settings: Path, command: str) -> None:
    """What cannot be written is told in one line that blames the output, and the exit code is not 0."""
    with Path("/dev/full").open("wb") as full:
        result = subprocess.run(
            [sys.executable, "-m", "social_listener", *command.split(), "--settings", str(settings)],
            input=b"hello\n",
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert result.stderr == b"social-listener: standard output cannot be written: No space left on device\n"
    assert result.returncode == terminal.FAILED


def test_the_demo_tells_that_it_has_no_place(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where its folder cannot be made a newcomer is told what to do, not shown a fault of the program."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "social-listener-demo").write_text("")
    result = run("demo", "--headless", "--for", 1)
    assert result.code == terminal.NOT_AVAILABLE
    (line,) = result.err.splitlines()
    assert line.endswith("run the demo in a folder that you can write to")


def test_check_tells_that_the_database_has_no_place(run: Any, settings: Path) -> None:
    """A file where the data folder should be is found by `check`, before `serve` stumbles over it."""
    (settings.parent / "data").write_text("")
    result = run("check", "--settings", settings)
    assert result.code == terminal.FAILED
    assert "FAIL  database: " in result.err
    assert "see data_dir" in result.err
    assert run("status", "--settings", settings).code == terminal.NOT_AVAILABLE


HOLD = """
import sys, time
from pathlib import Path
from social_listener.store import Store
store = Store.open(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def held(settings: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Hold the database in another process that answers no command."""
    database = settings.parent / "data" / "social-listener.duckdb"
    with subprocess.Popen([sys.executable, "-c", HOLD, str(database)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def test_a_busy_database_names_its_holder(
    run: Any, settings: Path, held: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a process that is no service holds the file, its number is told after a short wait."""
    monkeypatch.setattr("social_listener.cli.session.PATIENCE", 0.3)
    result = run("status", "--settings", settings)
    assert result.code == terminal.NOT_AVAILABLE
    assert str(held.pid) in result.err
    assert "no service answers" in result.err


def test_a_short_hold_is_waited_for(run: Any, settings: Path, held: subprocess.Popen[bytes]) -> None:
    """Two commands at a time both work: the second waits for the first."""
    os.kill(held.pid, signal.SIGSTOP)
    os.kill(held.pid, signal.SIGKILL)  # the file is free as soon as the process is gone
    assert run("status", "--settings", settings).code == terminal.OK


@pytest.mark.parametrize(
    "rubbish", [b"this is not a database" * 500, b"", b"\x00" * 10_000], ids=["text", "empty", "zero"]
)
def test_a_rubbish_database_is_left_alone(run: Any, settings: Path, rubbish: bytes) -> None:
    """A file that is no database is refused with what to do, and not one byte of it changes."""
    assert run("status", "--settings", settings).code == terminal.OK
    database = settings.parent / "data" / "social-listener.duckdb"
    database.write_bytes(rubbish)
    result = run("status", "--settings", settings)
    assert result.code == terminal.NOT_AVAILABLE
    assert str(database) in result.err
    assert "backup" in result.err
    assert "Traceback" not in result.err
    assert run("check", "--settings", settings).code == terminal.FAILED
    assert hashlib.sha256(database.read_bytes()).digest() == hashlib.sha256(rubbish).digest()


# -- platforms ---------------------------------------------------------------------------------------------------------

FAULTS = {
    "status_401": "Unauthorized",
    "status_402": "OutOfCredit",
    "status_403": "Unauthorized",
    "status_429": "RateLimited",
    "status_429_no_reset": "RateLimited",
    "status_429_garbage_reset": "RateLimited",
    "html_503": "Unavailable",
    "cut": "Unavailable",
    "json_500": "Unavailable",
    "empty_200": "Unavailable",
    "invalid_json": "BadPayload",
}


@pytest.mark.thinned(3)
@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_of_a_platform_is_shown_and_stops_nothing_else(
    run: Any, settings: Path, sandbox: Sandbox, kind: str
) -> None:
    """The stream that failed has its line and its state; the other stream is read to its end."""
    sandbox.world.dm("customer1", sandbox.brand, "are you there?")
    sandbox.faults.add("GET /2/users/*/mentions", kind)
    result = run("poll", "--once", "--settings", settings)
    assert result.code == terminal.FAILED
    failed = [line for line in result.err.splitlines() if line.startswith("social-listener: main/mentions: ")]
    assert len(failed) == 1, result.err
    after = run("status", "--json", "--settings", settings)
    mentions, messages = stream(after, "main/mentions"), stream(after, "main/messages")
    assert mentions["last_error_kind"] == FAULTS[kind]
    assert mentions["last_error"] in failed[0]
    assert mentions["complete_up_to"] is None
    assert messages["interactions"] == 1
    assert messages["complete_up_to"] is not None
    assert not after.json["ok"]


def test_a_platform_that_is_down_is_unavailable(run: Any, settings: Path, sandbox: Sandbox) -> None:
    """Nobody at the address: each stream fails with a line, the database stays in order."""
    sandbox.stop()
    result = run("poll", "--once", "--settings", settings)
    assert result.code == terminal.FAILED
    assert [line.split(": ")[1] for line in result.err.splitlines()] == ["main/mentions", "main/messages"]
    assert stream(run("status", "--json", "--settings", settings), "main/mentions")["last_error_kind"] == "Unavailable"


def test_an_item_with_wrong_types_becomes_a_dead_letter(run: Any, settings: Path, sandbox: Sandbox) -> None:
    """The others of its page are stored, the walk is complete, and the bad one is counted."""
    for number in range(5):
        sandbox.world.post(f"customer{number}", "@fernhill hello")
    sandbox.faults.add("GET /2/users/*/mentions", "wrong_types")
    polled = run("poll", "--once", "--settings", settings)
    assert polled.code == terminal.OK
    assert polled.err.startswith("main/mentions: 1 dead letter more: ")
    assert len(polled.err.splitlines()) == 1
    again = run("poll", "--once", "--stream", "main/mentions", "--settings", settings)
    assert (again.code, again.err) == (terminal.OK, "")
    mentions = stream(run("status", "--json", "--settings", settings), "main/mentions")
    assert mentions["interactions"] == 4
    assert mentions["dead_letters"] == 1
    assert mentions["complete_up_to"] is not None


def unread(result: Any) -> list[str]:
    """Return the streams that a poll had to leave unread, each with its line."""
    assert result.code == (terminal.FAILED if result.err else terminal.OK)
    lines = result.err.splitlines()
    assert all(line.startswith("social-listener: main/") for line in lines), result.err
    return [line.split(": ")[1] for line in lines]


@pytest.fixture
def rare(account: dict[str, Any], write: Callable[..., Path]) -> Path:
    """Return settings whose streams are due once an hour."""
    return write(account | {"streams": [{"kind": kind, "interval": "1h"} for kind in ("mentions", "messages")]})


@pytest.mark.parametrize("only", [[], ["--stream", "main/mentions"]])
def test_a_stream_that_has_to_wait_is_told_in_every_run(
    run: Any, rare: Path, sandbox: Sandbox, only: list[str]
) -> None:
    """Until the platform may be asked again, no run ends with 0; nothing is asked, and streams not due are no news."""
    sandbox.faults.add("GET /2/users/*/mentions", "status_429")
    assert unread(run("poll", "--once", "--settings", rare)) == ["main/mentions"]
    sandbox.faults.clear()
    asked = len(sandbox.calls.to("/mentions$"))
    result = run("poll", "--once", *only, "--settings", rare)
    assert unread(result) == ["main/mentions"]
    until = stream(run("status", "--json", "--settings", rare), "main/mentions")["not_before"]
    assert f"left alone until {until[:10]} {until[11:19]} UTC, as the platform asked: " in result.err
    assert len(sandbox.calls.to("/mentions$")) == asked


def test_a_stream_in_backoff_is_told(run: Any, rare: Path, sandbox: Sandbox) -> None:
    """A pause after a failure is none that was planned; asked for by name, the stream is read."""
    sandbox.faults.add("GET /2/users/*/mentions", "html_503")
    assert unread(run("poll", "--once", "--settings", rare)) == ["main/mentions"]
    sandbox.faults.clear()
    result = run("poll", "--once", "--settings", rare)
    assert unread(result) == ["main/mentions"]
    assert "after a failure: " in result.err
    assert unread(run("poll", "--once", "--stream", "main/mentions", "--settings", rare)) == []
    assert unread(run("poll", "--once", "--settings", rare)) == []


@pytest.mark.parametrize("read_before", [False, True])
def test_each_stream_of_a_refused_account_is_told_in_every_run(
    run: Any, rare: Path, sandbox: Sandbox, read_before: bool
) -> None:
    """Whether a stream was refused itself or is not due: nothing is read until somebody mends the keys."""
    both = ["main/mentions", "main/messages"]
    if read_before:
        assert unread(run("poll", "--once", "--settings", rare)) == []
    sandbox.revoke("fernhill")
    sandbox.revoke("app")
    if read_before:
        assert unread(run("poll", "--once", "--stream", "main/mentions", "--settings", rare)) == ["main/mentions"]
    for _ in range(3):
        assert sorted(unread(run("poll", "--once", "--settings", rare))) == both
    assert unread(run("poll", "--once", "--stream", "main/messages", "--settings", rare)) == ["main/messages"]


def test_no_secret_is_shown(run: Any, settings: Path, sandbox: Sandbox) -> None:
    """Whatever fails, no key appears in any output."""
    sandbox.faults.add("** /**", "status_401")
    for command in (["poll", "--once"], ["check"], ["status"], ["status", "--json"]):
        result = run(*command, "--settings", settings)
        for value in sandbox.credentials.values():
            assert value not in result.out + result.err
