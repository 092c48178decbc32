"""The vault: tokens that `social-listener connect` got for us, encrypted, in a file beside the database.

The key is not beside it: it comes from the environment (`SOCIAL_LISTENER_VAULT_KEY`, or a file that
`SOCIAL_LISTENER_VAULT_KEY_FILE` names) or from the operating system's keyring. Every entry is sealed whole with Fernet
(package `cryptography`); the file tells no more than which accounts there are.
"""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from cryptography.fernet import Fernet, InvalidToken

from social_listener.errors import SettingsError
from social_listener.settings_secrets import secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

KEY: Final = "SOCIAL_LISTENER_VAULT_KEY"
#: name of the file, in the data directory
FILE: Final = "vault.json"
#: under this name the key stands in the operating system's keyring
_KEYRING: Final = ("social-listener", "vault")
_TIMES: Final = ("obtained_at", "expires_at", "renew_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What we hold for one account. Times are aware UTC, by our own clock."""

    account_id: str
    channel: str
    credentials: Mapping[str, str] = field(repr=False)
    obtained_at: datetime
    expires_at: datetime | None = None  #: when somebody has to connect the account again; None: never, as far as told
    native_id: str = ""  #: whose it is at the platform; empty: an older version wrote the entry
    renew_at: datetime | None = None  #: from then on the credentials are to be renewed; None: they are not, or unknown
    spent: bool = False  #: the refresh token was used, and nobody knows of a new one: connect the account again
    scopes: tuple[str, ...] = ()
    owner: str = ""  #: who it belongs to, in words
    generation: int = 0  #: raised with every change


class Vault:
    """The file, opened with its key. Several processes may: changes are made under `lock`."""

    def __init__(self, path: Path, key: str) -> None:
        """Make the vault at `path`; nothing is read yet. `SettingsError`: the key is none."""
        self.path = path
        try:
            self._seal = Fernet(key)
        except ValueError:
            raise SettingsError(
                f"{KEY}: is no key for the vault: it must be 32 bytes in URL-safe base64, as `social-listener connect` "
                "makes it"
            ) from None

    def entries(self) -> dict[str, Entry]:
        """Return every entry by account; {} when there is no file. `SettingsError`: damaged, or another key's."""
        return {account_id: self._opened(account_id, sealed) for account_id, sealed in self._sealed().items()}

    def get(self, account_id: str) -> Entry | None:
        """Return an account's entry; None: there is none. `SettingsError` as for `entries`."""
        sealed = self._sealed().get(account_id)
        return None if sealed is None else self._opened(account_id, sealed)

    def put(self, entry: Entry) -> Entry:
        """Write an entry, synced to the disk before it returns; return it with its new generation.

        Call it under `lock` when it depends on what was read before.
        """
        sealed = self._sealed()
        before = self.get(entry.account_id)
        made = replace(entry, generation=(before.generation if before else 0) + 1)
        plain = asdict(made) | {name: moment.isoformat() for name in _TIMES if (moment := getattr(made, name))}
        sealed[entry.account_id] = self._seal.encrypt(json.dumps(plain).encode()).decode()
        self._write(sealed)
        return made

    def remove(self, account_id: str) -> bool:
        """Forget an account; False when it is not there."""
        sealed = self._sealed()
        if sealed.pop(account_id, None) is None:
            return False
        self._write(sealed)
        return True

    @contextmanager
    def lock(self, account_id: str | None = None) -> Iterator[None]:
        """Keep every other process and thread from changing the vault until the end of the block.

        With an `account_id`: from changing this account's entry. Calls to a platform may take place in it; the lock of
        the whole vault, which every change takes inside it, is for moments.
        """
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = "vault.lock" if account_id is None else f"vault.{account_id}.lock"
        descriptor = os.open(self.path.with_name(name), os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _sealed(self) -> dict[str, str]:
        try:
            text = self.path.read_text(encoding="utf-8")
            if self.path.stat().st_mode & 0o077:
                raise SettingsError(f"{self.path}: others may read it; run `chmod 600 {self.path}`")
            entries = json.loads(text)["entries"]
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is damaged"
            raise SettingsError(f"{self.path}: cannot be read: {reason}; connect the accounts again") from None
        if not isinstance(entries, dict) or not all(isinstance(value, str) for value in entries.values()):
            raise SettingsError(f"{self.path}: cannot be read: it is damaged; connect the accounts again")
        return entries

    def _opened(self, account_id: str, sealed: str) -> Entry:
        try:
            plain: dict[str, Any] = json.loads(self._seal.decrypt(sealed.encode()))
            plain |= {name: datetime.fromisoformat(plain[name]) for name in _TIMES if plain.get(name)}
            entry = Entry(**plain | {"scopes": tuple(plain["scopes"])})
        except (InvalidToken, ValueError, KeyError, TypeError):
            raise SettingsError(
                f"{self.path}: the entry of account {account_id} cannot be opened with this {KEY}: give the key that "
                "it was made with, or connect the account again"
            ) from None
        if entry.account_id != account_id:
            raise SettingsError(f"{self.path}: the entry of account {account_id} is another one's; connect it again")
        return entry

    def _write(self, sealed: Mapping[str, str]) -> None:
        """Replace the file whole: a crash leaves the old one or the new one."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = self.path.with_suffix(".new")
        fresh.unlink(missing_ok=True)  # what a crash left behind may have other permissions
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump({"version": 1, "entries": dict(sealed)}, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def find_key(environment: Mapping[str, str] | None = None) -> str | None:
    """Return the vault's key, from the environment or from the system's keyring; None: there is none.

    `SettingsError` when the file that the environment names cannot be read.
    """
    found = secret(KEY, dict(os.environ if environment is None else environment))
    if found is not None:
        return found
    keyring = _keyring()
    kept = keyring.get_password(*_KEYRING) if keyring is not None else None
    return kept or None


def make_key() -> tuple[str, bool]:
    """Make a key; return it, and whether the system's keyring took it. Where it did not, somebody has to keep it."""
    key = Fernet.generate_key().decode()
    keyring = _keyring()
    if keyring is None:
        return key, False
    keyring.set_password(*_KEYRING, key)
    return key, True


def _keyring() -> Any:
    """Return the package `keyring`, when it is installed and has a backend that keeps secrets; None else."""
    try:
        keyring = import_module("keyring")
        usable = keyring.get_keyring().priority >= 1
    except Exception:  # noqa: BLE001 - a system without a keyring fails in many ways, and all mean the same
        return None
    return keyring if usable else None


def open_vault(folder: Path, environment: Mapping[str, str] | None = None) -> Vault | None:
    """Return the vault in a data directory; None: there is no file and no key, so nothing was ever connected.

    `SettingsError`: there is a file, and no key for it.
    """
    key, path = find_key(environment), folder / FILE
    if key is not None:
        return Vault(path, key)
    if not path.exists():
        return None
    raise SettingsError(f"{path}: holds the tokens of connected accounts; set {KEY} (or {KEY}_FILE) to its key")
