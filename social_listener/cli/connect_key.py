"""The vault that `connect` writes into: opened with its key, which is made where there is none."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from social_listener.errors import SettingsError
from social_listener.vault import FILE, KEY, Vault, find_key, make_key, open_vault

if TYPE_CHECKING:
    from social_listener.terminal import Terminal


def key_file() -> Path:
    """Return where a new key goes when the system has no keyring: the person's own configuration, not the data."""
    base = os.environ.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "social-listener" / "vault.key"


def open_or_make(folder: Path, screen: Terminal) -> Vault:
    """Return the vault of a data directory, able to be read; a key is made, kept and told of where there is none."""
    if folder.exists() and folder.stat().st_uid != os.geteuid():
        raise SettingsError(f"{folder}: belongs to another user, and the vault must too: run this as that user")
    key = find_key()
    if key is None:
        place = key_file()
        if place.exists():
            key = find_key({f"{KEY}_FILE": str(place)})
            screen.say(f"the vault's key is in {place}")
        elif (folder / FILE).exists():
            open_vault(folder)  # says that its key is missing
        else:
            key = _made(place, screen)
        if find_key() is None:
            screen.say(f"give the service the key too: {KEY}_FILE={place}")
    if key is None:
        raise SettingsError(f"{key_file()}: is empty; put the vault's key into it, or take it away")
    vault = Vault(folder / FILE, key)
    vault.entries()  # a wrong key or damage is told before anybody approves anything
    return vault


def _made(place: Path, screen: Terminal) -> str:
    key, kept = make_key()
    if kept:
        screen.say("a key for the vault was made; it is in the system's keyring, under social-listener")
        return key
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(key + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise SettingsError(
            f"{place}: a key for the vault cannot be written: {error.strerror}; set {KEY} to one of your own"
        ) from None
    screen.say(
        f"a key for the vault was made, in {place}; keep a copy: without it the accounts must be connected again"
    )
    return key
