"""Where the credentials of an account come from: the environment where the settings name variables, else the vault."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from social_listener import channels as registry
from social_listener.errors import SettingsError
from social_listener.settings_secrets import credentials
from social_listener.vault import open_vault
from social_listener.vault_keeper import VaultKeeper, hide

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from social_listener.settings import AccountSettings, Settings
    from social_listener.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The credentials of an account, and who keeps them when it was connected."""

    values: Mapping[str, str] = field(repr=False)
    keeper: VaultKeeper | None = None


class KeyRing:
    """Finds credentials; the vault is opened when the first account asks for it."""

    def __init__(
        self, settings: Settings, *, clock: Callable[[], datetime], environment: Mapping[str, str] | None = None
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._environment = dict(os.environ if environment is None else environment)
        self._vault: Vault | None = None
        self._opened = False

    def keys(self, account: AccountSettings) -> Keys:
        """Return the credentials of an account; from now on no output shows them. `SettingsError` says what to do.

        What the settings name wins, and nothing is added to it from the vault.
        """
        if not account.credentials:
            return self._from_vault(account)
        try:
            values = credentials(account, self._environment)
        except SettingsError as error:
            hint = self._mixing(account)
            raise SettingsError(f"{error}{hint}") from None
        hide(values)
        return Keys(values=values)

    def keys_or_none(self, account: AccountSettings) -> Keys:
        """Return the credentials of an account, or none where they cannot be had: nothing will be asked of it."""
        try:
            return self.keys(account)
        except SettingsError:
            return Keys(values={})

    def _from_vault(self, account: AccountSettings) -> Keys:
        vault = self._open()
        entry = vault.get(account.id) if vault is not None else None
        if vault is None or entry is None:
            names = ", ".join(registry.credential_names(account.channel))
            raise SettingsError(
                f"account {account.id}: credentials: there are none, nor are there any in the vault: run "
                f"`social-listener connect {account.channel} --id {account.id}`, or name environment variables; "
                f"{account.channel} takes {names}"
            )
        if entry.channel != account.channel:
            raise SettingsError(
                f"account {account.id}: the vault holds an account of {entry.channel} under this id, not of "
                f"{account.channel}; connect it again, or give it another id"
            )
        keeper = VaultKeeper(vault, entry, self._clock)
        return Keys(values=entry.credentials, keeper=keeper)

    def _mixing(self, account: AccountSettings) -> str:
        """Return what to add when credentials are missing that the vault could seem to have."""
        try:
            vault = self._open()
            entry = vault.get(account.id) if vault is not None else None
        except SettingsError:
            return ""
        if entry is None:
            return ""
        return (
            "; the vault holds credentials of this account, but they are not mixed with the environment's: to use "
            "them, take `credentials` out of the settings"
        )

    def _open(self) -> Vault | None:
        if not self._opened:
            self._vault = open_vault(self._settings.data_dir, self._environment)
            self._opened = True
        return self._vault


def ends_of(keys: Mapping[str, Keys]) -> dict[str, tuple[str, datetime | None]]:
    """Return for every connected account its channel, and when somebody has to connect it again, as known by now."""
    kept = {account_id: one.keeper.entry for account_id, one in keys.items() if one.keeper is not None}
    return {account_id: (entry.channel, entry.expires_at) for account_id, entry in kept.items()}


def utcnow() -> datetime:
    """Return the time of this machine, aware, in UTC."""
    return datetime.now(UTC)
