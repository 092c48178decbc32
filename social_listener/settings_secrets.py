"""Secrets stand in the environment, or in files that it names; settings hold their names only."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from social_listener.errors import SettingsError

if TYPE_CHECKING:
    from social_listener.settings import AccountSettings


def secret(name: str, environment: dict[str, str] | None = None) -> str | None:
    """Return the secret that the environment variable `name` holds, or the file that `name`_FILE names; None: neither.

    `SettingsError` when the file cannot be read. The value is never part of a message.
    """
    env = os.environ if environment is None else environment
    value = env.get(name, "").strip()
    if value:
        return value
    file = env.get(f"{name}_FILE", "").strip()
    if not file:
        return None
    try:
        return Path(file).read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise SettingsError(f"{name}_FILE: the file it names cannot be read: {reason}") from None


def credentials(account: AccountSettings, environment: dict[str, str] | None = None) -> dict[str, str]:
    """Return an account's credentials by name; `SettingsError` names each missing environment variable."""
    values = {key: secret(variable, environment) for key, variable in account.credentials.items()}
    missing = [f"{account.credentials[key]} (for {key})" for key, value in values.items() if value is None]
    if missing:
        raise SettingsError(
            f"account {account.id}: set the environment variable {', '.join(missing)}, or the same name with _FILE"
        )
    return {key: value for key, value in values.items() if value is not None}
