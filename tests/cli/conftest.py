"""A sandbox, a settings file and commands that are really run."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from social_listener.cli import _main
from social_listener.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

KEYS = ("consumer_key", "consumer_secret", "access_token", "access_token_secret", "bearer_token")


@dataclass(frozen=True, slots=True)
class Result:
    """What a command left."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Return standard output as JSON."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """Return standard output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Return a running sandbox without a crowd, with the users customer0 to customer9."""
    with Sandbox(seed=7, clock="real") as running:
        for number in range(10):
            running.world.add_user(f"customer{number}", name=f"Customer {number}")
        yield running


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    """Leave logging as it was: a command sets it up for its whole process, which here is that of the tests."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def account(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the settings of the brand's account; its keys are in the environment."""
    for key in KEYS:
        monkeypatch.setenv(f"TEST_{key.upper()}", sandbox.credentials[key])
    return {
        "id": "main",
        "channel": "x",
        "name": "@fernhill",
        "base_url": sandbox.base_url,
        "credentials": {key: f"TEST_{key.upper()}" for key in KEYS},
        "streams": [{"kind": "mentions", "interval": "1s"}, {"kind": "messages", "interval": "1s"}],
    }


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes settings and returns their file."""

    def write_settings(*accounts: dict[str, Any], **blocks: Any) -> Path:
        file = tmp_path / "settings.yaml"
        data = {"accounts": list(accounts), "dashboard": {"port": 0}, "public": {"port": 0}, **blocks}
        file.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
        return file

    return write_settings


@pytest.fixture
def settings(account: dict[str, Any], write: Callable[..., Path]) -> Path:
    """Return a settings file with one account."""
    return write(account)


@pytest.fixture
def run(capfdbinary: pytest.CaptureFixture[bytes]) -> Callable[..., Result]:
    """Return a function that runs a command in this process, as the console script does."""

    def run_command(*arguments: object) -> Result:
        capfdbinary.readouterr()
        code = _main([str(argument) for argument in arguments])
        captured = capfdbinary.readouterr()
        return Result(code, captured.out.decode(), captured.err.decode())

    return run_command
