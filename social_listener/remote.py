"""A command asks the running service: over a Unix socket in the data folder, which only its owner can open.

One request and its answer:

    command → service   J {"command": "status", "params": {…}, "interactive": true}
    service → command   O bytes for standard output · E bytes for standard error · X exit code

Every frame is one letter, four bytes of length (big-endian) and the content. The service runs the same function that
the command would have run, with its own `Service`.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import socket
import struct
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from social_listener import terminal
from social_listener.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    #: runs the named command: (command, params, terminal) → exit code
    Runner = Callable[[str, Mapping[str, object], Terminal], int]

SOCKET = "service.sock"
#: holds the socket's real path where the data folder's is too long for a socket address
POINTER = "service.sock.path"
#: a socket address holds 108 bytes on Linux, 104 on macOS, with a zero at the end
LONGEST = 100
#: a request is a few options and at most one reply's text
LARGEST_REQUEST = 1_000_000

_FOLDER = "social-listener-"
_HEAD = struct.Struct(">cI")
_log = logging.getLogger(__name__)


class NobodyAnswers(Exception):
    """No service listens in this data folder."""


def ask(
    data_dir: Path, command: str, params: Mapping[str, object], screen: Terminal, *, connect_timeout: float = 5.0
) -> int:
    """Have the service that holds `data_dir` run `command`, show its output on `screen`, return the exit code.

    `NobodyAnswers` when none listens. A service that ends in mid-answer gives `terminal.NOT_AVAILABLE` and a line.
    """
    request = {"command": command, "params": dict(params), "interactive": screen.interactive}
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(connect_timeout)
        try:
            link.connect(str(_address(data_dir)))
            _send(link, b"J", json.dumps(request).encode())
        except OSError as error:
            raise NobodyAnswers from error
        link.settimeout(None)
        try:
            while True:
                letter, content = _receive(link)
                if letter == b"X":
                    return int(content)
                (screen.data if letter == b"O" else screen.error)(content)
        except (ConnectionError, EOFError):
            return _unanswered(params, screen)


def _unanswered(params: Mapping[str, object], screen: Terminal) -> int:
    """Say what to do when the service ended in mid-answer."""
    ended = "social-listener: the running service ended before it had answered"
    if params.get("nonce") is not None:
        return _unknown(ended, params, screen)
    screen.say(f"{ended}; run the command again")
    return terminal.NOT_AVAILABLE


def _broke(params: Mapping[str, object], screen: Terminal) -> int:
    """Say that the service could not do what was asked, by a fault of its own."""
    broke = "social-listener: the command broke in the running service, whose log tells more; please report it"
    if params.get("nonce") is not None:
        return _unknown(broke, params, screen)
    screen.say(broke)
    return terminal.FAILED


def _unknown(ended: str, params: Mapping[str, object], screen: Terminal) -> int:
    """Say what to do about a reply that may have been taken."""
    nonce = params["nonce"]
    screen.say(f"{ended}, so it is not known whether it took the reply; look at `social-listener outbox --all`,")
    screen.say(f"or run the same command with `--nonce {nonce}`: that is the same reply, never a second one")
    return terminal.UNDECIDED


class Listener:
    """The service's end: takes requests until it is closed, each in a thread of its own."""

    def __init__(self, data_dir: Path, run: Runner) -> None:
        self._data_dir = data_dir
        self._run = run
        self._folder: Path | None = None
        self.path = self._place()
        # Whoever listens holds the database too, so a socket that lies here is of a service that was killed.
        self.path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        mask = os.umask(0o177)
        try:
            self._socket.bind(str(self.path))
        finally:
            os.umask(mask)
        self._socket.listen(16)
        self._thread = threading.Thread(target=self._accept, name="commands", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Take no more requests and remove the socket."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(timeout=2)
        self.path.unlink(missing_ok=True)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            (self._data_dir / POINTER).unlink(missing_ok=True)

    def _place(self) -> Path:
        """Return where the socket goes; a path too long for an address gets a short one, written down beside."""
        pointer = self._data_dir / POINTER
        if pointer.exists():  # of a service that was killed
            old = Path(pointer.read_text(encoding="utf-8")).parent
            if old.name.startswith(_FOLDER) and old.parent == Path(tempfile.gettempdir()):
                shutil.rmtree(old, ignore_errors=True)
            pointer.unlink()
        path = self._data_dir / SOCKET
        if len(os.fsencode(path)) <= LONGEST:
            return path
        self._folder = Path(tempfile.mkdtemp(prefix=_FOLDER))  # made with mode 0700
        pointer.write_text(str(self._folder / SOCKET), encoding="utf-8")
        return self._folder / SOCKET

    def _accept(self) -> None:
        while True:
            try:
                link, _ = self._socket.accept()
            except OSError:  # closed
                return
            threading.Thread(target=self._answer, args=(link,), name="command", daemon=True).start()

    def _answer(self, link: socket.socket) -> None:
        """Run one request. Whatever happens here stays here: the service goes on."""
        with link:
            try:
                link.settimeout(5)
                command, params, interactive = _request(*_receive(link, LARGEST_REQUEST))
                link.settimeout(None)
            except (OSError, EOFError, ValueError, KeyError, TypeError):
                _log.warning("command not understood")
                return
            screen = Terminal(
                lambda chunk: _send(link, b"O", chunk), lambda chunk: _send(link, b"E", chunk), interactive=interactive
            )
            try:
                code = self._outcome(command, params, screen)
                _send(link, b"X", str(code).encode())
            except OSError:  # the one who asked is gone
                _log.info("command left", extra={"command": command})

    def _outcome(self, command: str, params: dict[str, object], screen: Terminal) -> int:
        """Return the exit code. A fault of ours is told as one: nobody must think that the service has ended."""
        try:
            return self._run(command, params, screen)
        except Exception as error:
            if isinstance(error, OSError) and not screen.has_reader():
                raise
            _log.exception("a command broke", extra={"command": command})
            return _broke(params, screen)


def _address(data_dir: Path) -> Path:
    with contextlib.suppress(OSError):
        return Path((data_dir / POINTER).read_text(encoding="utf-8"))
    return data_dir / SOCKET


def _request(letter: bytes, content: bytes) -> tuple[str, dict[str, object], bool]:
    """Return command, parameters and whether somebody watches; ValueError, KeyError or TypeError when it is none."""
    request = json.loads(content)
    command, params = request["command"], request["params"]
    if letter != b"J" or not isinstance(command, str) or not isinstance(params, dict):
        raise ValueError
    return command, params, bool(request["interactive"])


def _send(link: socket.socket, letter: bytes, content: bytes) -> None:
    link.sendall(_HEAD.pack(letter, len(content)) + content)


def _receive(link: socket.socket, most: int | None = None) -> tuple[bytes, bytes]:
    """Return the next frame; EOFError when the other side has hung up, ValueError when it is longer than `most`."""
    letter, length = _HEAD.unpack(_exactly(link, _HEAD.size))
    if most is not None and length > most:
        raise ValueError(length)
    return letter, _exactly(link, length)


def _exactly(link: socket.socket, size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        part = link.recv(min(size - len(parts), 1 << 20))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)
