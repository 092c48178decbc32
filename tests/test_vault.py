"""The vault: sealed, owned, whole, and in words when it cannot be opened."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from cryptography.fernet import Fernet

from social_listener.errors import SettingsError
from social_listener.vault import FILE, KEY, Entry, Vault, find_key, make_key, open_vault

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
CANARY = "canary-access-token"


def entry(account: str = "main", **facts: object) -> Entry:
    """Return an entry."""
    made = Entry(account_id=account, channel="x", credentials={"access_token": CANARY}, obtained_at=NOW)
    return replace(made, **facts)  # type: ignore[arg-type]


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """Return a new vault."""
    return Vault(tmp_path / "data" / FILE, Fernet.generate_key().decode())


def test_what_was_put_in_comes_out(vault: Vault) -> None:
    """An entry comes back whole, with a generation that every change raises; others stay as they are."""
    other = vault.put(entry("other"))
    put = vault.put(entry(expires_at=NOW + timedelta(days=60), scopes=("tweet.read",), owner="@fernhill"))
    again = vault.put(replace(put, owner="@fernhill_help"))
    assert (put.generation, again.generation) == (1, 2)
    assert vault.entries() == {"main": again, "other": other}
    assert vault.get("main") == again
    assert vault.remove("main")
    assert not vault.remove("main")
    assert vault.entries() == {"other": other}


def test_the_file_tells_no_secret_and_is_its_owners_alone(vault: Vault) -> None:
    """Neither token nor owner stands in the file, in its repr or in an error; nobody else may read it."""
    put = vault.put(entry(owner="@fernhill"))
    text = vault.path.read_text()
    assert CANARY not in text
    assert "@fernhill" not in text
    assert CANARY not in repr(put)
    assert stat.S_IMODE(vault.path.stat().st_mode) == 0o600
    assert CANARY in str(vault.get("main").credentials)  # type: ignore[union-attr]  # and yet it is there


def test_a_file_that_others_may_read_is_refused(vault: Vault) -> None:
    """Loose permissions are told with the command that mends them."""
    vault.put(entry())
    vault.path.chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        vault.entries()


def test_another_key_is_told_in_words(vault: Vault) -> None:
    """A wrong key names the account and what to do, and no key at all is told from a wrong one."""
    vault.put(entry())
    with pytest.raises(SettingsError, match="account main cannot be opened"):
        Vault(vault.path, Fernet.generate_key().decode()).entries()
    with pytest.raises(SettingsError, match="32 bytes in URL-safe base64"):
        Vault(vault.path, "not a key")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"entries": 1}', '{"entries": {"a": 1}}', "\x00\x01"])
def test_a_damaged_file_is_told_in_words(vault: Vault, text: str) -> None:
    """Rubbish in the file is one line that says what to do."""
    vault.put(entry())
    vault.path.write_text(text)
    with pytest.raises(SettingsError, match="damaged; connect the accounts again"):
        vault.entries()


def test_an_entry_moved_to_another_account_is_refused(vault: Vault) -> None:
    """An entry opens under its own account only."""
    vault.put(entry("main"))
    vault.path.write_text(vault.path.read_text().replace('"main"', '"evil"'))
    with pytest.raises(SettingsError, match="another one's"):
        vault.entries()


def test_a_crash_while_writing_leaves_the_old_file(vault: Vault) -> None:
    """What a broken write left beside the file does not count."""
    put = vault.put(entry())
    vault.path.with_suffix(".new").write_text('{"version": 1, "entr')
    assert vault.entries() == {"main": put}
    vault.put(entry("other"))
    assert set(vault.entries()) == {"main", "other"}


RAISE_OFTEN = """
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from social_listener.vault import Vault

one = Vault(Path(sys.argv[1]), sys.argv[2])
sys.stdin.readline()
for _ in range(20):
    with one.lock():
        one.put(one.get("main"))
"""


def test_two_processes_do_not_lose_each_others_changes(tmp_path: Path) -> None:
    """Changes under the lock come one after the other, between processes and between threads."""
    key = Fernet.generate_key().decode()
    one = Vault(tmp_path / FILE, key)
    one.put(entry())
    command = [sys.executable, "-c", RAISE_OFTEN, str(one.path), key]
    workers = [subprocess.Popen(command, stdin=subprocess.PIPE) for _ in range(2)]
    start = threading.Event()
    threads = [threading.Thread(target=_raise_often, args=(one, start)) for _ in range(2)]
    for thread in threads:
        thread.start()
    start.set()
    for worker in workers:
        worker.communicate(b"go\n", timeout=60)
    for thread in threads:
        thread.join()
    assert one.get("main").generation == 81  # type: ignore[union-attr]


def _raise_often(one: Vault, start: threading.Event) -> None:
    start.wait()
    for _ in range(20):
        with one.lock():
            found = one.get("main")
            assert found is not None
            one.put(found)


def test_the_key_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    """The variable wins over the file; without either there is no key."""
    file = tmp_path / "key"
    file.write_text("from-the-file\n")
    assert find_key({KEY: "from-the-variable", f"{KEY}_FILE": str(file)}) == "from-the-variable"
    assert find_key({f"{KEY}_FILE": str(file)}) == "from-the-file"
    assert find_key({}) is None


def test_a_vault_without_its_key_is_told(vault: Vault) -> None:
    """Where nothing was connected no key is asked for; where something was, its lack is one line."""
    folder = vault.path.parent
    assert open_vault(folder, {}) is None
    vault.put(entry())
    with pytest.raises(SettingsError, match=f"set {KEY}"):
        open_vault(folder, {})
    assert os.fspath(folder) in str(vault.path)


class Ring(ModuleType):
    """Stands for the package `keyring`, which is optional: one backend, of a given priority."""

    def __init__(self, priority: float) -> None:
        super().__init__("keyring")
        self._priority = priority
        self._kept: dict[tuple[str, str], str] = {}

    def get_keyring(self) -> SimpleNamespace:
        """Return the backend."""
        return SimpleNamespace(priority=self._priority)

    def get_password(self, service: str, name: str) -> str | None:
        """Return what is kept."""
        return self._kept.get((service, name))

    def set_password(self, service: str, name: str, value: str) -> None:
        """Keep it."""
        self._kept[service, name] = value


@pytest.mark.parametrize(("priority", "kept"), [(5, True), (0, False)])
def test_a_new_key_goes_into_the_systems_keyring(monkeypatch: pytest.MonkeyPatch, priority: float, kept: bool) -> None:
    """Where there is one that keeps secrets the key is found there again; a backend that keeps nothing is not used."""
    monkeypatch.setitem(sys.modules, "keyring", Ring(priority))
    assert find_key({}) is None
    key, taken = make_key()
    assert taken is kept
    assert find_key({}) == (key if kept else None)
    assert Fernet(key)
    assert find_key({KEY: "own"}) == "own"
