"""Commands that the running service runs for another process, over a real socket."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
import struct
import threading
from typing import TYPE_CHECKING

import pytest

from social_listener import remote, terminal
from social_listener.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Paper:
    """Keeps what is written to a terminal."""

    def __init__(self, *, interactive: bool = False) -> None:
        self.out = bytearray()
        self.err = bytearray()
        self.terminal = Terminal(self.out.extend, self.err.extend, interactive=interactive)


def echo(command: str, params: Mapping[str, object], screen: Terminal) -> int:
    """Run a make-believe command."""
    screen.json({"command": command, "params": dict(params)})
    screen.say(f"interactive {screen.interactive}")
    return 4


def test_output_and_exit_code_come_back(tmp_path: Path) -> None:
    """What the command writes on each stream, and its exit code, arrive where it was typed."""
    listener = remote.Listener(tmp_path, echo)
    paper = Paper(interactive=True)
    code = remote.ask(tmp_path, "status", {"as_json": True, "text": "grüße 🎉"}, paper.terminal)
    listener.close()
    assert code == 4
    assert paper.out.decode() == '{"command": "status", "params": {"as_json": true, "text": "grüße 🎉"}}\n'
    assert paper.err == b"interactive True\n"


def test_the_socket_is_for_its_owner_only(tmp_path: Path) -> None:
    """Nobody else on the machine may hand commands over."""
    listener = remote.Listener(tmp_path, echo)
    mode = stat.S_IMODE(listener.path.stat().st_mode)
    listener.close()
    assert mode == 0o600


def test_a_large_output_comes_whole(tmp_path: Path) -> None:
    """Megabytes in many pieces are put together again."""
    chunk = os.urandom(300_000)

    def run(_: str, __: Mapping[str, object], screen: Terminal) -> int:
        for _number in range(10):
            screen.data(chunk)
        return 0

    listener = remote.Listener(tmp_path, run)
    paper = Paper()
    assert remote.ask(tmp_path, "export", {}, paper.terminal) == 0
    listener.close()
    assert bytes(paper.out) == chunk * 10


def test_without_a_service_nobody_answers(tmp_path: Path) -> None:
    """No socket, and a socket that a killed service left, are told apart from an answer."""
    with pytest.raises(remote.NobodyAnswers):
        remote.ask(tmp_path, "status", {}, Paper().terminal)
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(tmp_path / remote.SOCKET))
    left.close()
    with pytest.raises(remote.NobodyAnswers):
        remote.ask(tmp_path, "status", {}, Paper().terminal)


def test_a_stale_socket_is_replaced(tmp_path: Path) -> None:
    """A service starts although a killed one left its socket."""
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(tmp_path / remote.SOCKET))
    left.close()
    listener = remote.Listener(tmp_path, echo)
    assert remote.ask(tmp_path, "x", {}, Paper().terminal) == 4
    listener.close()
    assert not (tmp_path / remote.SOCKET).exists()


def test_a_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    """A data folder too deep for a socket address works: the socket lies elsewhere, its place is written down."""
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    first = remote.Listener(deep, echo)  # killed: never closed, so that its traces stay
    second = remote.Listener(deep, echo)
    assert second.path.parent != deep
    assert stat.S_IMODE(second.path.parent.stat().st_mode) == 0o700
    assert remote.ask(deep, "x", {}, Paper().terminal) == 4
    assert not first.path.exists()
    second.close()
    assert not second.path.parent.exists()
    assert not (deep / remote.POINTER).exists()
    first.close()


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"",
        b"J",
        b"J\x00\x00\x00\x02{}",
        b"J\x00\x00\x00\x05hello",
        b"X\x00\x00\x00\x00",
        b"J\xff\xff\xff\xff",
        b"\x00" * 99,
    ],
)
def test_rubbish_stops_nothing(tmp_path: Path, request_bytes: bytes) -> None:
    """Whatever is sent to the socket, the next command is answered."""
    listener = remote.Listener(tmp_path, echo)
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(str(listener.path))
        link.sendall(request_bytes)
        link.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):
            assert link.recv(1) == b""
    assert remote.ask(tmp_path, "x", {}, Paper().terminal) == 4
    listener.close()


@pytest.mark.parametrize(
    ("params", "code", "advice"),
    [({}, terminal.NOT_AVAILABLE, b"run the command again"), ({"nonce": "n1"}, terminal.UNDECIDED, b"--nonce n1")],
)
def test_a_service_that_dies_in_mid_answer_is_told(
    tmp_path: Path, params: dict[str, object], code: int, advice: bytes
) -> None:
    """A half answer is not taken for a whole one, and what may have been taken is repeated under its own name only."""
    door = socket.socket(socket.AF_UNIX)
    door.bind(str(tmp_path / remote.SOCKET))
    door.listen()

    def die() -> None:
        link, _ = door.accept()
        link.recv(4096)
        link.sendall(struct.pack(">cI", b"O", 100) + b"half")
        link.close()

    thread = threading.Thread(target=die)
    thread.start()
    paper = Paper()
    assert remote.ask(tmp_path, "x", params, paper.terminal) == code
    thread.join()
    door.close()
    assert b"ended before it had answered" in paper.err
    assert advice in paper.err


@pytest.mark.parametrize(
    ("params", "code", "words"),
    [
        ({}, terminal.FAILED, "broke in the running service"),
        ({"nonce": "n1"}, terminal.UNDECIDED, "--nonce n1"),
    ],
)
@pytest.mark.parametrize("fault", [ZeroDivisionError, OSError])
def test_a_command_that_breaks_is_told_as_a_fault(
    tmp_path: Path, params: dict[str, object], code: int, words: str, fault: type[Exception]
) -> None:
    """Nobody is told that the service has ended when it goes on; a reply may have been taken all the same."""

    def run(_: str, __: Mapping[str, object], ___: Terminal) -> int:
        raise fault

    listener = remote.Listener(tmp_path, run)
    paper = Paper()
    assert remote.ask(tmp_path, "reply", params, paper.terminal) == code
    listener.close()
    assert words in paper.err.decode()
    assert "the running service ended" not in paper.err.decode()


def test_a_reader_who_leaves_ends_the_command(tmp_path: Path) -> None:
    """When the one who asked is gone, the command's next write fails and it ends; the service goes on."""
    ended = threading.Event()
    started = threading.Event()

    def run(command: str, _: Mapping[str, object], screen: Terminal) -> int:
        if command == "short":
            return 0
        started.set()
        try:
            while True:
                screen.data(b"x" * 100_000)
        finally:
            ended.set()

    listener = remote.Listener(tmp_path, run)
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(str(listener.path))
        body = b'{"command": "long", "params": {}, "interactive": false}'
        link.sendall(struct.pack(">cI", b"J", len(body)) + body)
        assert started.wait(10)
    assert ended.wait(10)
    assert remote.ask(tmp_path, "short", {}, Paper().terminal) == 0
    listener.close()


def test_progress_stays_on_its_line_on_a_terminal() -> None:
    """On a terminal a message wipes the progress before it; elsewhere progress is rare lines."""
    watched, unwatched = Paper(interactive=True), Paper()
    for paper in (watched, unwatched):
        paper.terminal._shown = -1e9
        paper.terminal.progress("10 of 20")
        paper.terminal.progress("11 of 20")
        paper.terminal.say("done")
    assert watched.err == b"10 of 20\r" + b" " * 8 + b"\rdone\n"
    assert unwatched.err == b"10 of 20\ndone\n"


def test_a_customers_text_cannot_steer_the_terminal() -> None:
    """Escape sequences in a line for people are made visible."""
    paper = Paper()
    paper.terminal.say("\x1b]0;owned\x07 hi\r")
    assert b"\x1b" not in paper.err
    assert b"\x07" not in paper.err
    assert b"\r" not in paper.err
