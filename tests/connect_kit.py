"""Vaults, accounts in them, and a process that uses one: what the tests of connected accounts share."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet

from social_listener.channels import factory
from social_listener.vault import FILE, Entry, Vault
from social_listener.vault_keeper import VaultKeeper

if TYPE_CHECKING:
    from social_listener.channels import Channel
    from social_listener.sandbox import Sandbox

NAMES = ("client_id", "client_secret", "refresh_token")


def utcnow() -> datetime:
    """Return this machine's time."""
    return datetime.now(UTC)


def new_vault(folder: Path) -> tuple[Vault, str]:
    """Return an empty vault in a folder, and its key."""
    key = Fernet.generate_key().decode()
    return Vault(folder / FILE, key), key


def connect(vault: Vault, sandbox: Sandbox, *, ends_in: timedelta = timedelta(hours=2), **changes: str) -> Entry:
    """Put the brand's account into the vault, as `social-listener connect` does."""
    keys = sandbox.credentials
    credentials = {name: keys[name] for name in NAMES} | {
        "access_token": keys["oauth2_access_token"],
        "user_id": sandbox.brand.id,
    }
    now = utcnow()
    return vault.put(
        Entry(
            account_id="main",
            channel="x",
            credentials=credentials | changes,
            obtained_at=now,
            renew_at=now + ends_in * 0.9,
            scopes=("tweet.read",),
            owner="@fernhill",
        )
    )


def connected(vault: Vault, base_url: str) -> tuple[Channel, VaultKeeper]:
    """Return the channel of the account in the vault, as the service builds it, and what keeps its tokens."""
    entry = vault.get("main")
    assert entry is not None
    keeper = VaultKeeper(vault, entry, utcnow)
    channel = factory("x")(
        account_id="main",
        credentials=entry.credentials,
        base_url=base_url,
        options={"likes": "on"},
        connect_timeout=timedelta(seconds=5),
        read_timeout=timedelta(seconds=10),
        keeper=keeper,
    )
    return channel, keeper


def main(path: str, key: str, base_url: str) -> None:
    """Ask X who we are when told so: one line in, one line out, until the input ends."""
    channel, _ = connected(Vault(Path(path), key), base_url)
    for _ in sys.stdin:
        channel._owner = None  # type: ignore[attr-defined]  # else X is asked once only
        try:
            words = channel.whoami().handle
        except Exception as error:  # noqa: BLE001 - the test reads it
            words = f"{type(error).__name__}: {error}"
        print(words, flush=True)  # noqa: T201 - the test reads it


if __name__ == "__main__":
    main(*sys.argv[1:])
