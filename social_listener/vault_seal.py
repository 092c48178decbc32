"""What seals the second factors of staff: a key that is not in the database.

It comes from the environment (`SOCIAL_LISTENER_STAFF_KEY`, or a file that `SOCIAL_LISTENER_STAFF_KEY_FILE` names), or
else from `staff.key` in the data directory, which is made at the first start and is in no backup of ours.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import TYPE_CHECKING, Final

from cryptography.fernet import Fernet, InvalidToken

from social_listener.errors import SettingsError
from social_listener.settings_secrets import secret

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

KEY: Final = "SOCIAL_LISTENER_STAFF_KEY"
#: name of the file, in the data directory
FILE: Final = "staff.key"


class Seal:
    """A key, and what is done with it."""

    def __init__(self, key: str | None = None) -> None:
        """Take a key; None: one that nobody else knows, and that is forgotten. `SettingsError`: it is none."""
        made = key or Fernet.generate_key().decode()
        try:
            self._fernet = Fernet(made)
        except ValueError:
            raise SettingsError(f"{KEY}: is no key: it must be 32 bytes in URL-safe base64, as in {FILE}") from None
        self._mac = hashlib.sha256(b"stamp " + made.encode()).digest()

    def seal(self, plain: str) -> str:
        """Return a text that only this key opens."""
        return self._fernet.encrypt(plain.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """Return what was sealed; None: with another key."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            return None

    def stamp(self, text: str) -> str:
        """Return a stamp on a text that nobody can make without the key."""
        return hmac.new(self._mac, text.encode(), hashlib.sha256).hexdigest()


def open_seal(folder: Path, environment: Mapping[str, str] | None = None) -> Seal:
    """Return the seal of a data directory; its key file is made when there is no key.

    `SettingsError`: a key that cannot be read, or is none.
    """
    key = secret(KEY, dict(os.environ if environment is None else environment))
    if key is not None:
        return Seal(key)
    path = folder / FILE
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return Seal(_read(path))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be written: {error.strerror}; make the folder writable") from None
    made = Fernet.generate_key().decode()
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(made + "\n")
        file.flush()
        os.fsync(file.fileno())
    return Seal(made)


def _read(path: Path) -> str:
    try:
        if path.stat().st_mode & 0o077:
            raise SettingsError(f"{path}: others may read it; run `chmod 600 {path}`")
        return path.read_text(encoding="utf-8").strip() or "empty"
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"{path}: cannot be read; it seals the second factors of staff") from None
