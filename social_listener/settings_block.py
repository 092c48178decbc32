"""An account's block in settings.yaml: written out, and put into the file without touching anything else of it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import yaml
from pydantic import ValidationError

from social_listener.errors import SettingsError
from social_listener.settings import AccountSettings
from social_listener.settings_file import parse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """An account as it will stand in the settings."""

    id: str
    channel: str
    name: str
    base_url: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    streams: Sequence[str] = ()

    def checked(self) -> Block:
        """Return it when its id can stand in the settings; `SettingsError` says how to write one."""
        try:
            AccountSettings(id=self.id, channel=self.channel, name=self.name)
        except ValidationError:
            words = "write letters, digits, `.`, `_` and `-`, at most 64, a letter or digit first"
            raise SettingsError(f"--id {self.id[:80]!r}: {words}") from None
        return self

    def lines(self) -> list[str]:
        """Return the block, an entry of the list `accounts`, without indentation."""
        found = [f"- id: {_text(self.id)}", f"  channel: {self.channel}", f"  name: {_text(self.name)}"]
        if self.base_url:
            found.append(f"  base_url: {_text(self.base_url)}")
        if self.options:
            found += ["  options:", *(f"    {name}: {_text(value)}" for name, value in self.options.items())]
        return [*found, "  streams:", *(f"    - kind: {kind}" for kind in self.streams)]


def added(text: str, block: Block, path: Path) -> str:
    """Return the text of a settings file with `block` at the end of its accounts; every other line stays as it is.

    `SettingsError`: the file is written in a way that this cannot keep, so a person has to add the block.
    """
    before = parse(text, path)
    lines = text.splitlines()
    place = _place(text)
    if place is None:
        made = [*lines, "", "accounts:", *_indented(block, 2)]
    else:
        at, indent, replaced = place
        if replaced is not None:
            lines[at - 1] = replaced
        made = [*lines[:at], *_indented(block, indent), *lines[at:]]
    whole = "\n".join(made) + "\n"
    after = None
    try:
        after = parse(whole, path)
    except SettingsError as error:
        raise SettingsError(f"{path}: the account cannot be added by itself ({error}); add the block by hand") from None
    kept = {name: getattr(before, name) for name in type(before).model_fields if name != "accounts"}
    same = all(getattr(after, name) == value for name, value in kept.items())
    if not same or after.accounts[:-1] != before.accounts or after.accounts[-1].id != block.id:
        raise SettingsError(f"{path}: the account cannot be added by itself; add the block by hand")
    return whole


def write(path: Path, text: str) -> None:
    """Replace a settings file whole; owner, permissions and links stay as they are. `SettingsError`."""
    real = path.resolve()
    fresh = real.with_name(f".{real.name}.new")
    try:
        before = real.stat()
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            if (before.st_uid, before.st_gid) != (os.geteuid(), os.getegid()):
                os.fchown(descriptor, before.st_uid, before.st_gid)
            os.fchmod(descriptor, before.st_mode & 0o777)  # the mode at opening would lose what the umask takes
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(real)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be written: {error.strerror}; add the block by hand") from None


def _place(text: str) -> tuple[int, int, str | None] | None:
    """Return behind which line a block belongs, how far it is indented, and what that line becomes; None: the end."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    for key, value in pairs:
        if key.value != "accounts":
            continue
        if isinstance(value, yaml.SequenceNode) and value.value and not value.flow_style:
            return _last_line(value.value[-1]), value.start_mark.column, None
        line = key.start_mark.line
        if isinstance(value, yaml.SequenceNode) and not value.value and value.end_mark.line == line:
            whole = text.splitlines()[line]
            return line + 1, 2, whole[: value.start_mark.column].rstrip() + whole[value.end_mark.column :]
        raise SettingsError("`accounts` is written in one line; add the block by hand")
    return None


def _last_line(node: yaml.Node) -> int:
    """Return the number, from 1, of the last line that a block's own text stands in: comments behind it are not its."""
    if isinstance(node, yaml.MappingNode) and node.value and not node.flow_style:
        return max(_last_line(node.value[-1][0]), _last_line(node.value[-1][1]))
    if isinstance(node, yaml.SequenceNode) and node.value and not node.flow_style:
        return _last_line(node.value[-1])
    ends_before = node.end_mark.column == 0 and node.end_mark.line > node.start_mark.line
    return int(node.end_mark.line + (0 if ends_before else 1))


def _indented(block: Block, indent: int) -> list[str]:
    return [" " * indent + line for line in block.lines()]


def _text(value: str) -> str:
    """Return a text as YAML writes it, in quotes: JSON's are understood."""
    return json.dumps(value, ensure_ascii=False)
