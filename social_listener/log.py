"""Log lines: one line an event, with fields, in UTC, on standard error, and never a secret.

    2026-11-22T21:40:03.120Z INFO poll done stream=main/mentions stored=12

Modules write `logging.getLogger(__name__).info("poll done", extra={"stream": stream.id, "stored": 12})`; the formatter
adds whatever stands in `extra` as fields. Values that `Secrets` knows are replaced before a line leaves, in messages,
fields and tracebacks alike.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable

#: what every record has; everything else came in `extra`
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}

#: libraries that log headers, tokens or URLs with queries at DEBUG
_CAPPED_AT_INFO = ("tweepy", "urllib3", "requests", "oauthlib", "requests_oauthlib", "facebook")

#: libraries that say at INFO what our own lines say better
_CAPPED_AT_WARNING = ("apscheduler", "uvicorn", "websockets", "asyncio", "watchdog")

#: libraries whose warnings our own lines say better: the scheduler names a skipped run by its function, we by its job
_CAPPED_AT_ERROR = ("apscheduler.scheduler",)


class Secrets:
    """Values that must not appear in any output."""

    MASK = "[secret]"

    def __init__(self) -> None:
        self._values: list[str] = []
        self._adding = threading.Lock()

    def add(self, values: Iterable[str]) -> None:
        """Remember `values`, also as they stand in addresses; those shorter than 6 characters would mask words."""
        with self._adding:
            plain = {value for value in values if len(value) >= 6}
            known = set(self._values) | plain | {quote(value, safe="") for value in plain}
            # The longest first: a secret may be a part of another one.
            self._values = sorted(known, key=len, reverse=True)

    def masked(self, text: str) -> str:
        """Return `text` without any of the values."""
        for value in self._values:
            text = text.replace(value, self.MASK)
        return text


#: what this process must not print
SECRETS = Secrets()


class LineFormatter(logging.Formatter):
    """Writes a record as one line: time, level, event, fields; a traceback follows as one field."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without secrets."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        words = [moment, record.levelname, _one_line(record.getMessage())]
        words += [f"{key}={_value(value)}" for key, value in vars(record).items() if key not in _STANDARD]
        if not record.name.startswith("social_listener"):
            words.append(f"logger={record.name}")
        if record.exc_info:
            words.append(f"traceback={_value(self.formatException(record.exc_info))}")
        return SECRETS.masked(" ".join(words))


def set_up(level: str) -> None:
    """Send every log line of this process to standard error; `level` is one of the names of `logging`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LineFormatter())
    root = logging.getLogger()
    for old in list(root.handlers):
        if isinstance(old.formatter, LineFormatter):
            root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    for name in _CAPPED_AT_INFO:
        logging.getLogger(name).setLevel(max(logging.INFO, logging.getLevelName(level)))
    for name in _CAPPED_AT_WARNING:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    for name in _CAPPED_AT_ERROR:
        logging.getLogger(name).setLevel(logging.ERROR)


def adopt_foreign_handlers() -> None:
    """Give handlers that libraries made for themselves our line, so that they too lose secrets."""
    for logger in list(logging.root.manager.loggerDict.values()):
        if isinstance(logger, logging.Logger):
            for handler in logger.handlers:
                handler.setFormatter(LineFormatter())


def _one_line(text: str) -> str:
    """Return `text` with line breaks and other control characters escaped: a log line cannot be forged."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def _value(value: object) -> str:
    """Return a field's value, quoted when it holds anything but plain characters."""
    if isinstance(value, datetime):
        value = value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    text = str(value)
    plain = text and all(char.isalnum() or char in "-_.:/@+%" for char in text)
    return text if plain else json.dumps(text)
