"""The documents tell the truth: every setting, command, option, exit code, job and public name is in them."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import get_args, get_origin

import click
import pytest
from pydantic import BaseModel

from social_listener import channels, terminal
from social_listener.cli import cli
from social_listener.jobs import JOBS
from social_listener.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"

_spec = importlib.util.spec_from_file_location("reference", ROOT / "scripts" / "reference.py")
assert _spec is not None
assert _spec.loader is not None
reference = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(reference)


def read(name: str) -> str:
    """Return a document."""
    return (DOCS / name).read_text(encoding="utf-8")


def keys(block: type[BaseModel], prefix: str = "") -> list[str]:
    """Return every key of the settings as it is written in the document: `accounts[].streams[].kind`."""
    found = []
    for name, field in block.model_fields.items():
        inner = [
            part
            for part in (field.annotation, *get_args(field.annotation))
            if isinstance(part, type) and issubclass(part, BaseModel)
        ]
        listed = get_origin(field.annotation) is tuple
        if field.annotation not in inner:
            found.append(prefix + name)
        for part in inner:
            found += keys(part, f"{prefix}{name}{'[]' if listed else ''}.")
    return found


KEYS = keys(Settings)


def missing_settings(document: str) -> list[str]:
    """Return the settings that have no row in `document`."""
    return [key for key in KEYS if f"\n| `{key}` |" not in document]


def test_every_setting_has_its_row() -> None:
    """docs/settings.md lists every key, and no key that there is not."""
    document = read("settings.md")
    assert missing_settings(document) == []
    rows = re.findall(r"^\| `([a-z_]+(?:\[\]|\.|[a-z_])*)` \|", document, re.MULTILINE)
    names = {name for channel in channels.REGISTRY for name in _names(channel)}
    assert set(rows) - set(KEYS) - names == set()


def test_every_default_is_the_real_one() -> None:
    """Plain defaults in docs/settings.md are those of the program."""
    shipped = (ROOT / "settings.yaml").read_text(encoding="utf-8")
    for key, default in re.findall(r"^\| `([a-z_.]+)` \| `([^`]+)` \|", read("settings.md"), re.MULTILINE):
        if key in KEYS:
            name = key.rsplit(".", maxsplit=1)[-1]
            assert re.search(rf"^\s*(?:# *)?{name}: {re.escape(default)}(\s|$)", shipped, re.MULTILINE), (key, default)


def test_every_setting_is_in_the_default_file() -> None:
    """settings.yaml shows every key, be it in a comment."""
    shipped = (ROOT / "settings.yaml").read_text(encoding="utf-8")
    assert [key for key in KEYS if f"{key.rsplit('.', maxsplit=1)[-1]}:" not in shipped] == []


def test_a_missing_setting_would_be_found() -> None:
    """The check is able to fail: without its row, a key is reported."""
    document = read("settings.md").replace("| `outbox.undo` |", "| `outbox.undone` |")
    assert missing_settings(document) == ["outbox.undo"]


def _names(channel: str) -> list[str]:
    module = importlib.import_module(channels.REGISTRY[channel])
    return [*module.CREDENTIALS, *module.OPTIONS]


@pytest.mark.parametrize("channel", channels.REGISTRY)
def test_every_credential_and_option_of_a_channel_is_told(channel: str) -> None:
    """What goes into `credentials` and `options` is in docs/settings.md, channel by channel."""
    document = read("settings.md")
    start = document.index(f"### Channel {channel}")
    section = document[start : document.index("\n## ", start)]
    assert [name for name in _names(channel) if f"| `{name}` |" not in section] == []


def commands() -> dict[str, click.Command]:
    """Return every command by name."""
    context = click.Context(cli)
    found = {name: cli.get_command(context, name) for name in cli.list_commands(context)}
    return {name: command for name, command in found.items() if command is not None}


@pytest.mark.parametrize(("name", "command"), commands().items())
def test_every_command_and_option_is_told(name: str, command: click.Command) -> None:
    """docs/commands.md has a section for every command with every option of it, and each has help."""
    sections = dict(re.findall(r"^### ([\w-]+)\n(.*?)(?=^##|\Z)", read("commands.md"), re.MULTILINE | re.DOTALL))
    assert name in sections
    assert f"`social-listener {name}" in sections[name]
    assert command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.name != "settings_file":
            assert parameter.help, f"{name}: {parameter.name} has no help"
            for option in (*parameter.opts, *parameter.secondary_opts):
                assert f"`{option}" in sections[name] or f" {option}" in sections[name], f"{name} {option}"


@pytest.mark.parametrize(("name", "command"), commands().items())
def test_every_command_takes_settings(name: str, command: click.Command) -> None:
    """`--settings FILE` works behind every command."""
    assert any("--settings" in parameter.opts for parameter in command.params), name


def test_no_command_is_told_that_there_is_not() -> None:
    """Each section of docs/commands.md is a command."""
    told = re.findall(r"^### ([\w-]+)$", read("commands.md"), re.MULTILINE)
    assert sorted(told) == sorted(commands())


def test_every_exit_code_is_told() -> None:
    """The table in docs/commands.md has the codes of the program, and no other."""
    codes = {value for name, value in vars(terminal).items() if name.isupper() and isinstance(value, int)}
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", read("commands.md"), re.MULTILINE)}
    assert told == codes


def test_every_job_is_a_word_of_the_house() -> None:
    """The jobs are those that the glossary lists."""
    line = next(line for line in read("glossary.md").splitlines() if line.startswith("**Job**"))
    assert sorted(JOBS) == sorted(re.findall(r"\w+", line.split(": ", 1)[1]))


@pytest.mark.parametrize("module", reference.PUBLIC)
def test_the_public_names_are_the_documented_ones(module: str) -> None:
    """docs/reference.md lists exactly the names that each public module offers; scripts/reference.py writes it."""
    document = read("reference.md")
    start = document.index(f"## {module}\n")
    end = document.find("\n## ", start + 1)
    section = document[start : end if end > 0 else None]
    told = re.findall(r"^- `([A-Za-z_][\w.]*)", section, re.MULTILINE)
    assert sorted(told) == reference.public_names(module)


def test_links_between_documents_lead_somewhere() -> None:
    """A link to another file of the project names a file that is there."""
    for document in [ROOT / "README.md", *DOCS.glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"
