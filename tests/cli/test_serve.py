"""The running service as a process: ready, asked by commands, stopped, killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from social_listener import terminal
from social_listener.cli.demo import free_port
from social_listener.resident import Resident
from social_listener.settings_file import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from social_listener.sandbox import Sandbox


@contextmanager
def process(*arguments: object, cwd: Path | None = None) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Run a command that stays, and hand it out with the address it printed."""
    command = [sys.executable, "-m", "social_listener", *map(str, arguments)]
    with subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        try:
            assert running.stdout
            address = running.stdout.readline().decode().strip()
            if not address:
                assert running.stderr
                raise AssertionError(running.stderr.read().decode())
            yield running, address
        finally:
            running.kill()


def get(address: str) -> tuple[int, bytes]:
    """Return status and body."""
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - our own address on loopback
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def eventually(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until `condition` holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def test_a_service_polls_answers_commands_and_ends_in_peace(run: Any, settings: Path, sandbox: Sandbox) -> None:
    """While it runs, commands are handed over to it; SIGTERM ends it with 0 and leaves one file, without a log."""
    post = sandbox.world.post("customer1", "@fernhill my machine is broken")
    with process("serve", "--headless", "--settings", settings) as (service, address):
        assert get(f"{address}/livez")[0] == 200

        def stored() -> bool:
            return bool(run("status", "--json", "--settings", settings).json["interactions"])

        eventually(stored)
        assert json.loads(get(f"{address}/readyz")[1]) == {"ready": True, "problems": []}
        (line,) = run("export", "--settings", settings).lines
        assert line["id"] == f"x:{post.id}"
        sent = run("reply", line["id"], "--public", "--text", "On it!", "--now", "--settings", settings)
        assert sent.code == terminal.OK, sent.err
        assert sent.json["state"] == "sent"
        refused = run("reply", "x:1", "--public", "--text", "hi", "--now", "--settings", settings)
        assert refused.code == terminal.FAILED
        assert "x:1" in refused.err
        checked = run("check", "--settings", settings)
        assert checked.code == terminal.OK, checked.err
        assert "held by the running service" in checked.err
        service.send_signal(signal.SIGTERM)
        assert service.wait(20) == 0
    data = settings.parent / "data"
    assert not (data / "social-listener.duckdb.wal").exists()
    assert not (data / "service.sock").exists()
    assert [path.name for path in data.rglob("*") if path.stat().st_mode & 0o077] == []


def test_a_command_without_keys_has_the_service_use_its_own(
    run: Any, settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shell without keys can still poll through the running service; without one it is told what is missing."""
    with process("serve", "--headless", "--settings", settings):
        for name in [name for name in os.environ if name.startswith("TEST_")]:
            monkeypatch.delenv(name)
        assert run("poll", "--once", "--settings", settings).code == terminal.OK
    alone = run("poll", "--once", "--settings", settings)
    assert alone.code == terminal.WRONG_USE
    assert "TEST_CONSUMER_KEY" in alone.err


def test_a_second_service_is_refused(run: Any, settings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database has one owner; the second one is told who it is."""
    with process("serve", "--headless", "--settings", settings) as (service, _):
        result = run("serve", "--headless", "--settings", settings)
        assert result.code == terminal.NOT_AVAILABLE
        assert str(service.pid) in result.err


@pytest.mark.long
def test_a_killed_service_starts_again(run: Any, settings: Path) -> None:
    """After kill -9 its socket is stale and its jobs are cut off: commands work, and so does the next service."""
    for _ in range(2):
        with process("serve", "--headless", "--settings", settings) as (service, _address):
            os.kill(service.pid, signal.SIGKILL)
            service.wait()
        assert run("status", "--settings", settings).code == terminal.OK


@pytest.mark.long
def test_a_stop_does_not_wait_for_a_platform_that_hangs(settings: Path, sandbox: Sandbox) -> None:
    """A call that never ends is given its ten seconds, then the service ends with 0 all the same."""
    sandbox.faults.add("GET /2/users/*/mentions", "stall", seconds=60)
    with process("serve", "--headless", "--settings", settings) as (service, _):
        eventually(lambda: any(fault.hits for fault in sandbox.faults.active()))
        began = time.monotonic()
        service.send_signal(signal.SIGTERM)
        assert service.wait(25) == 0
        assert time.monotonic() - began < 20


@pytest.mark.browser
def test_the_dashboard_answers(account: dict[str, Any], write: Callable[..., Path]) -> None:
    """Without --headless the page is served, with its headers, and a strange host name is refused."""
    file = write(account)
    with process("serve", "--settings", file) as (service, address):
        browser = urllib.request.Request(address, headers={"Accept": "text/html"})  # noqa: S310 - our own, on loopback
        with urllib.request.urlopen(browser, timeout=20) as answer:  # noqa: S310
            assert b"<html" in answer.read()
            assert "default-src 'self'" in answer.headers["content-security-policy"]
        strange = urllib.request.Request(address, headers={"Host": "evil.example"})  # noqa: S310
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(strange, timeout=20)  # noqa: S310
        service.send_signal(signal.SIGINT)
        assert service.wait(20) == 0


@pytest.mark.long
def test_the_demo_goes_on_after_a_kill(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo works in an empty folder, ends by itself with 0, and after kill -9 the same world is there again."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "social-listener-demo" / "settings.yaml"
    with process("demo", "--headless", cwd=tmp_path) as (demo, _):
        eventually(lambda: run("status", "--json", "--settings", file).json["interactions"] > 20)
        again = run("demo", "--headless")
        assert again.code == terminal.NOT_AVAILABLE
        assert "a demo runs in" in again.err
        os.kill(demo.pid, signal.SIGKILL)
        demo.wait()
    before = {line["id"] for line in run("export", "--settings", file).lines}
    with process("demo", "--headless", "--for", "4", cwd=tmp_path) as (demo, _):
        assert demo.wait(30) == 0
    lines = run("export", "--settings", file).lines
    ids = [line["id"] for line in lines]
    assert before <= set(ids)
    assert len(ids) == len(set(ids))
    status = run("status", "--json", "--settings", file).json
    assert all(stream["open_gaps"] == 0 for account in status["accounts"] for stream in account["streams"])


@pytest.mark.long
def test_the_demo_gives_way_on_the_port_that_was_asked_for(tmp_path: Path) -> None:
    """Who asks for a page on the port where machines ask gets it: the other one moves, and both answer."""
    port = free_port(0)
    named = tmp_path / "named.yaml"
    named.write_text(f"public: {{port: {port}}}\ndashboard: {{port: 0}}\n", encoding="utf-8")
    command = ("demo", "--settings", named, "--port", port)
    with process(*command, cwd=tmp_path) as (_, address):
        assert address == f"http://127.0.0.1:{port}"
        written = load(tmp_path / "social-listener-demo" / "settings.yaml")
        assert written.public.port != port
        assert get(f"http://127.0.0.1:{written.public.port}/livez")[0] == 200


def test_readiness_tells_what_is_wrong(settings: Path) -> None:
    """A scheduler that has stopped is not ready, while the process is alive; the words name the job."""
    loaded = load(settings)
    resident = Resident(loaded, headless=True)
    thread = threading.Thread(target=resident.run, args=(lambda: None,))
    thread.start()
    try:
        eventually(lambda: get(f"{resident.public_address}/readyz")[0] == 200)
        ahead = resident.service.clock() + timedelta(minutes=1)
        late = [line.split(" has")[0] for line in resident.crew.late(ahead)]
        assert late[:4] == ["the job poll", "the job receive", "the job index", "the job deliver"]
        resident.service.store.close()
        status, body = get(f"{resident.public_address}/readyz")
        assert status == 503
        assert "the database does not answer" in body.decode()
        assert get(f"{resident.public_address}/livez")[0] == 200
    finally:
        resident.stop()
        thread.join(30)
    assert not thread.is_alive()


@pytest.fixture
def _terminal() -> Iterator[None]:
    """Let what is started hear Ctrl+C, as from a terminal: what a script runs in the background inherits deaf ears."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.long
@pytest.mark.usefixtures("_terminal")
def test_ctrl_c_takes_a_reply_back(run: Any, settings: Path, sandbox: Sandbox) -> None:
    """While the undo window is open Ctrl+C undoes the reply, whoever holds the database."""
    posts = [sandbox.world.post("customer1", f"@fernhill hello {number}") for number in range(2)]
    assert run("poll", "--once", "--settings", settings).code == terminal.OK

    def interrupted(item: str) -> None:
        command = ["reply", item, "--public", "--text", "Never", "--settings", settings]
        with subprocess.Popen(
            [sys.executable, "-m", "social_listener", *map(str, command)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as asking:
            assert asking.stderr
            assert b"Ctrl+C takes it back" in asking.stderr.readline()
            asking.send_signal(signal.SIGINT)
            assert asking.wait(20) in {terminal.FAILED, terminal.INTERRUPTED}

    interrupted(f"x:{posts[0].id}")
    with process("serve", "--headless", "--settings", settings):
        interrupted(f"x:{posts[1].id}")

        def states() -> list[str]:
            return [line["state"] for line in run("outbox", "--all", "--json", "--settings", settings).json]

        eventually(lambda: states() == ["cancelled", "cancelled"])
    assert not [post for post in sandbox.world.truth().posts if post.author_id == sandbox.brand.id]
