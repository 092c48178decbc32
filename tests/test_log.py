"""Log lines: fields, UTC, one line, no secret."""

from __future__ import annotations

import logging
import re
import sys
from typing import TYPE_CHECKING

import pytest

from social_listener import log

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _own_root() -> Iterator[None]:
    """Leave the root logger as it was."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def line(message: str, *args: object, **fields: object) -> str:
    """Return the line that an event becomes."""
    record = logging.makeLogRecord(
        {"name": "social_listener.jobs", "levelname": "INFO", "msg": message, "args": args, **fields}
    )
    return log.LineFormatter().format(record)


def test_a_line_has_time_level_event_and_fields() -> None:
    """Machines can read a line, people too; the time is UTC."""
    written = line("poll done", stream="main/mentions", stored=12, words="two words", none=None)
    moment, rest = written.split(" ", 1)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", moment)
    assert rest == 'INFO poll done stream=main/mentions stored=12 words="two words" none=None'


def test_a_line_cannot_be_forged() -> None:
    """Line breaks and control characters in messages and fields are escaped: an event stays on its line."""
    written = line("said %s", "a\n2026-01-01T00:00:00.000Z ERROR forged\x1b[31m", field="b\r\nc\u202e")
    assert written.isprintable()


def test_a_secret_in_an_address_is_masked() -> None:
    """There its signs are escaped; what merely looks alike stays."""
    secrets = log.Secrets()
    secrets.add(["app|s3cret/key"])
    assert secrets.masked("GET /me?access_token=app%7Cs3cret%2Fkey&x=1") == "GET /me?access_token=[secret]&x=1"
    assert secrets.masked("app%7Cs3cret") == "app%7Cs3cret"


def test_secrets_are_masked_everywhere() -> None:
    """Message, field and traceback lose a known value; the longer secret goes first."""
    secrets = ["s3cret-token", "s3cret-token-longer"]
    log.SECRETS.add(secrets)
    try:
        int(secrets[1])
    except ValueError:
        written = line("call with s3cret-token", url="https://x/?k=s3cret-token", exc_info=sys.exc_info())
    assert "s3cret" not in written
    assert written.count(log.Secrets.MASK) == 3


def test_short_values_are_not_taken_for_secrets() -> None:
    """A credential such as "on" would mask half of every line."""
    secrets = log.Secrets()
    secrets.add(["on", "", "longer-value"])
    assert secrets.masked("on and longer-value") == "on and [secret]"


def test_noisy_libraries_are_capped(capsys: pytest.CaptureFixture[str]) -> None:
    """Libraries that log headers at DEBUG never do so here, whatever the level; our own lines follow it."""
    log.set_up("DEBUG")
    for name in ("tweepy.client", "urllib3.connectionpool", "requests_oauthlib", "oauthlib.oauth1"):
        logging.getLogger(name).debug("Authorization: Bearer canary")
    logging.getLogger("apscheduler.scheduler").warning("Execution of job canary skipped")
    logging.getLogger("social_listener.x").debug("our own")
    error = capsys.readouterr().err
    assert "canary" not in error
    assert "DEBUG our own" in error


def test_setting_up_twice_writes_once(capsys: pytest.CaptureFixture[str]) -> None:
    """A second set-up replaces the first."""
    log.set_up("INFO")
    log.set_up("INFO")
    logging.getLogger("social_listener.x").info("once")
    assert capsys.readouterr().err.count("once") == 1


def test_handlers_of_libraries_lose_secrets_too(capsys: pytest.CaptureFixture[str]) -> None:
    """A library that writes by itself writes our line."""
    logger = logging.getLogger("a_library_with_its_own_handler")
    logger.propagate = False
    logger.setLevel("INFO")
    logger.addHandler(logging.StreamHandler(sys.stderr))
    log.SECRETS.add(["library-canary"])
    log.adopt_foreign_handlers()
    logger.warning("it says library-canary")
    assert capsys.readouterr().err.endswith("WARNING it says [secret] logger=a_library_with_its_own_handler\n")
    logger.handlers.clear()
