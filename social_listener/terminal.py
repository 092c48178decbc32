"""Where a command's output goes: to this process's own streams, or over a socket to a command that asked us.

Data for programs goes to standard output; words for people go to standard error.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import TYPE_CHECKING

from social_listener.errors import ListenerError

if TYPE_CHECKING:
    from collections.abc import Callable

#: exit codes of every command; docs/commands.md tells them
OK = 0
FAILED = 1  #: something did not work, one line each on standard error
WRONG_USE = 2  #: wrong options or settings; nothing was done
NOT_AVAILABLE = 3  #: the database or a port is held by somebody else, or the database is damaged
UNDECIDED = 4  #: it is not known (yet) what became of a reply
INTERRUPTED = 130  #: ended by Ctrl+C
READER_GONE = 141  #: nobody reads our output any more

#: seconds between two lines of progress where no terminal can show it in place
QUIET = 5.0


class ReaderGone(Exception):
    """Nobody reads our output any more."""


class Terminal:
    """The two streams of a command. `interactive`: somebody watches, so progress may overwrite its own line."""

    def __init__(self, out: Callable[[bytes], object], err: Callable[[bytes], object], *, interactive: bool) -> None:
        self._out = out
        self._err = err
        self.interactive = interactive
        self._shown = time.monotonic()
        self._width = 0

    def data(self, chunk: bytes) -> None:
        """Write bytes for a program."""
        self._clear()
        self._out(chunk)

    def json(self, value: object) -> None:
        """Write one JSON value on a line of its own; times are ISO 8601 in UTC."""
        self.data(json.dumps(value, ensure_ascii=False, separators=(", ", ": ")).encode() + b"\n")

    def say(self, line: str = "") -> None:
        """Write one line for people."""
        self._clear()
        self._err(printable(line).encode(errors="backslashreplace") + b"\n")

    def error(self, chunk: bytes) -> None:
        """Hand on bytes that already are lines for people."""
        self._err(chunk)

    def has_reader(self) -> bool:
        """Return whether the command that asked us is still there."""
        try:
            self._err(b"")
        except OSError:
            return False
        return True

    def progress(self, line: str) -> None:
        """Show how far long work is: in place on a terminal, as a line every few seconds elsewhere."""
        pause = 0.1 if self.interactive else QUIET
        if time.monotonic() - self._shown < pause:
            return
        self._shown = time.monotonic()
        if self.interactive:
            self._clear()
            self._width = len(line)
            self._err(printable(line).encode(errors="backslashreplace"))
        else:
            self.say(line)

    def _clear(self) -> None:
        if self._width:
            self._err(b"\r" + b" " * self._width + b"\r")
            self._width = 0


def printable(text: str) -> str:
    """Return `text` without control characters: what a customer wrote must not steer somebody's terminal."""
    return "".join(char if char.isprintable() or char == "\n" else "\N{REPLACEMENT CHARACTER}" for char in text)


def own() -> Terminal:
    """Return the terminal of this process's own standard streams."""

    def write(stream_number: int) -> Callable[[bytes], None]:
        stream = (sys.stdout, sys.stderr)[stream_number - 1]

        def put(chunk: bytes) -> None:
            try:
                stream.buffer.write(chunk)
                stream.buffer.flush()
            except BrokenPipeError:
                raise ReaderGone from None
            except OSError as error:
                if stream_number == 1:
                    abandon_output()
                    raise ListenerError(f"standard output cannot be written: {error.strerror}") from None

        return put

    return Terminal(write(1), write(2), interactive=sys.stderr.isatty())


def abandon_output() -> None:
    """Point standard output at nothing, so that the interpreter's last flush does not complain about a closed pipe."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def nowhere() -> Terminal:
    """Return a terminal that nobody reads."""
    return Terminal(lambda _: None, lambda _: None, interactive=False)
