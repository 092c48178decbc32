"""An account is put into settings.yaml, and every other line stays as somebody wrote it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from social_listener.errors import SettingsError
from social_listener.settings_block import Block, added, write
from social_listener.settings_file import load, parse

BLOCK = Block(
    id="new",
    channel="x",
    name='@a "quoted": # name',
    base_url="http://127.0.0.1:1",
    options={"page_id": "0123"},
    streams=("mentions", "messages"),
)
ONE = "  - id: one\n    channel: x\n    name: one\n"

LAYOUTS = {
    "empty file": "",
    "comments only": "# nothing yet\n",
    "no accounts": "public:\n  port: 1  # one\n",
    "empty list": "# top\naccounts: []   # none yet\npublic: {port: 1}\n",
    "empty value": "accounts: []",
    "one account": f"accounts:\n{ONE}",
    "comment behind": f"accounts:\n{ONE}# about the port\npublic: {{port: 1}}\n",
    "not indented": "accounts:\n- id: one\n  channel: x\n  name: one\npublic: {port: 1}\n",
    "deep": f"accounts:\n{ONE}    streams:\n      - kind: search\n        query: |\n          a\n          b\n\n# x\n",
    "flow inside": f"accounts:\n{ONE}    streams: [{{kind: mentions}}]  # all\n\npublic: {{port: 1}}\n",
    "without a last line end": f"public: {{port: 1}}\naccounts:\n{ONE.rstrip()}",
    "folded": "accounts:\n  - id: one\n    channel: x\n    name: >\n      long\n      name\ndata_dir: d\n",
}


@pytest.mark.parametrize("text", LAYOUTS.values(), ids=LAYOUTS)
def test_the_account_is_added_and_nothing_else_changes(text: str, tmp_path: Path) -> None:
    """The new account comes last; every line that was there is still there, in its order, comments included."""
    path = tmp_path / "settings.yaml"
    before = parse(text, path)
    made = added(text, BLOCK, path)
    after = parse(made, path)
    assert after.accounts[:-1] == before.accounts
    assert after.model_copy(update={"accounts": before.accounts}) == before
    new = after.accounts[-1]
    assert (new.id, new.name, new.options) == ("new", BLOCK.name, {"page_id": "0123"})
    assert [stream.label for stream in new.streams] == ["mentions", "messages"]
    rest = iter(made.splitlines())
    for line in text.splitlines():
        wanted = line.replace("accounts: []", "accounts:")
        assert any(found == wanted for found in rest), line
    again = added(made, Block(id="more", channel="x", name="more", streams=("mentions",)), path)
    assert [account.id for account in parse(again, path).accounts][-2:] == ["new", "more"]


@pytest.mark.parametrize(
    "text",
    [
        "accounts: [{id: one, channel: x, name: one}]\n",
        "accounts: [\n]\n",
        f"accounts: &all\n{ONE}  - &b {{id: two, channel: x, name: two}}\n...\n",
        "{accounts: []}\n",
    ],
)
def test_what_cannot_be_kept_is_left_alone(text: str, tmp_path: Path) -> None:
    """A file in another form is either added to rightly or refused with words; it is never spoilt."""
    path = tmp_path / "settings.yaml"
    before = parse(text, path)
    try:
        made = added(text, BLOCK, path)
    except SettingsError as error:
        assert "by hand" in str(error)  # noqa: PT017 - both ends are right
        return
    assert parse(made, path).accounts[:-1] == before.accounts


def test_an_id_that_is_there_is_not_added_twice(tmp_path: Path) -> None:
    """Adding the same id again is refused."""
    path = tmp_path / "settings.yaml"
    with pytest.raises(SettingsError, match="stands twice"):
        added(added("", BLOCK, path), BLOCK, path)


@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_writing_keeps_permissions_and_links(tmp_path: Path, mask: int) -> None:
    """The file behind a link is replaced, with its own mode, whatever the umask; nothing is left beside it."""
    real, link = tmp_path / "real.yaml", tmp_path / "settings.yaml"
    real.write_text("")
    real.chmod(0o640)
    link.symlink_to(real)
    before = os.umask(mask)
    try:
        write(link, added("", BLOCK, link))
    finally:
        os.umask(before)
    assert link.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert load(link).accounts[0].id == "new"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["real.yaml", "settings.yaml"]
