"""The command `staff`, and the first start."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from staff_kit import PASSWORD, hire

from social_listener import remote, resident_first, terminal
from social_listener.cli.session import run_for_another
from social_listener.desk.people_door import Visitor
from social_listener.resident import Resident
from social_listener.service import build
from social_listener.settings_file import load
from social_listener.terminal import Terminal

HERE = Visitor("127.0.0.1", "A test")


def people(run: Callable[..., Any], settings: Path) -> dict[str, dict[str, Any]]:
    """Return who works here, by name."""
    return {one["name"]: one for one in json.loads(run("staff", "list", "--json", "--settings", settings).out)}


def test_staff_are_added_changed_and_kept_out(run: Callable[..., Any], settings: Path) -> None:
    """Each command does what it says, and the list tells it."""
    added = run("staff", "add", "Root", "--role", "administrator", "--settings", settings)
    assert added.code == terminal.OK
    assert re.fullmatch(r"http://127\.0\.0\.1:0/join#[\w-]{43}\n", added.out)
    assert run("staff", "add", "Mia", "--account", "main", "--email", "Mia@B.example", "--settings", settings).code == 0
    mia = people(run, settings)["Mia"]
    assert (mia["role"], mia["accounts"], mia["email"]) == ("community_manager", ["main"], "mia@b.example")
    assert run("staff", "role", "Mia", "manager", "--settings", settings).code == terminal.OK
    assert run("staff", "access", "Mia", "--all", "--settings", settings).code == terminal.OK
    assert run("staff", "leave", "Mia", "--settings", settings).code == terminal.OK
    mia = people(run, settings)["Mia"]
    assert (mia["role"], mia["accounts"], mia["active"]) == ("manager", None, False)
    assert run("staff", "return", "Mia", "--settings", settings).code == terminal.OK
    assert people(run, settings)["Mia"]["active"]
    assert "Mia  Manager, all accounts" in run("staff", "list", "--settings", settings).err


@pytest.mark.thinned(3)
@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("role", "Nobody", "manager"), terminal.FAILED, "nobody of the name 'Nobody' works here; these do: Sam"),
        (("role", "Sam", "king"), terminal.WRONG_USE, "'king'"),
        (("role", "Sam", "marketer"), terminal.FAILED, "somebody has to stay administrator of all accounts"),
        (("access", "Sam"), terminal.WRONG_USE, "say either --all, --account ID"),
        (("access", "Sam", "--account", "mian"), terminal.FAILED, "there is no account 'mian'"),
        (("add", "sam"), terminal.FAILED, "somebody has the name 'sam' already"),
        (("add", "system"), terminal.FAILED, "a sign-in name has"),
        (("leave", "Sam"), terminal.FAILED, "somebody has to stay administrator"),
    ],
)
def test_what_cannot_be_is_told(
    run: Callable[..., Any], settings: Path, arguments: tuple[str, ...], code: int, told: str
) -> None:
    """A slip is named with what there is; nothing is changed."""
    hire(load(settings), "Sam")
    result = run("staff", *arguments, "--settings", settings)
    assert result.code == code
    assert told in result.err
    assert people(run, settings)["Sam"]["role"] == "administrator"


def test_a_password_link_opens_and_a_session_ends_by_command(run: Callable[..., Any], settings: Path) -> None:
    """The link that is printed is the one that works; `sign-out` ends what it opened."""
    hire(load(settings), "Sam")
    secret = run("staff", "password", "Sam", "--settings", settings).out.strip().partition("#")[2]
    service = build(load(settings), offline=True)
    session = service.desk.own.join(secret, "", "", PASSWORD, HERE).line.id
    service.close()
    assert "signed out in 1 browser" in run("staff", "sign-out", "Sam", "--settings", settings).err
    service = build(load(settings), offline=True)
    assert service.desk.door.who(session) is None
    service.close()


def test_the_command_works_while_the_service_runs(settings: Path) -> None:
    """It is done by the service itself, which hears of it at once."""
    hire(load(settings), "Sam")
    resident = Resident(load(settings), headless=True, commands=run_for_another)
    try:
        door = resident.service.desk.door
        session = door.by_itself("Sam", HERE).line.id
        assert door.who(session)
        told: list[bytes] = []
        screen = Terminal(told.append, told.append, interactive=False)
        assert remote.ask(load(settings).data_dir, "staff_sign_out", {"name": "Sam"}, screen) == terminal.OK
        assert b"Sam is signed out in 2 browsers" in b"".join(told)
        assert door.who(session) is None
    finally:
        resident.run(resident.stop)


def test_replies_by_command_are_of_the_first_administrator(settings: Path) -> None:
    """Whoever came first and is administrator; somebody who left is not."""
    hire(load(settings), "Sam", "Kim")
    service = build(load(settings), offline=True)
    assert service.desk.people.first_administrator() == "Sam"
    service.desk.people.set_active("Kim", "Sam", False, 1)
    assert service.desk.people.first_administrator() == "Kim"
    service.close()


@pytest.mark.parametrize("interactive", [True, False])
def test_the_first_start_gives_a_link_to_its_owner_only(settings: Path, interactive: bool) -> None:
    """It is shown on a terminal and in no log, stands in a file of mode 0600, and is gone once somebody works here."""
    told: list[bytes] = []
    screen = Terminal(told.append, told.append, interactive=interactive)
    service = build(load(settings), offline=True)
    file = service.settings.data_dir / resident_first.FILE
    resident_first.announce(service, "http://127.0.0.1:8501", screen)
    link = file.read_text(encoding="utf-8").splitlines()[1]
    assert file.stat().st_mode & 0o777 == 0o600
    assert (link.encode() in b"".join(told)) is interactive
    assert (str(file).encode() in b"".join(told)) is not interactive
    service.desk.own.join(link.partition("#")[2], "root", "Root", PASSWORD, HERE)
    resident_first.announce(service, "http://127.0.0.1:8501", screen)
    assert not file.exists()
    service.close()


def test_the_key_of_second_factors_is_for_its_owner_only(settings: Path) -> None:
    """It is made once, and a file that others may read is refused."""
    build(load(settings), offline=True).close()
    key = load(settings).data_dir / "staff.key"
    assert key.stat().st_mode & 0o777 == 0o600
    made = key.read_text(encoding="utf-8")
    build(load(settings), offline=True).close()
    assert key.read_text(encoding="utf-8") == made
    key.chmod(0o644)
    with pytest.raises(Exception, match="chmod 600"):
        build(load(settings), offline=True)
