"""Keeps the credentials of connected accounts for their channels: one refresh at a time, on the disk before its use.

A refresh token is good once. It is marked as spent, on the disk, before it is used; the mark goes with the new pair, or
when the platform surely did not take it. So neither another process nor a later start uses it a second time.
"""

from __future__ import annotations

import logging
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from social_listener import log
from social_listener.channels import Held
from social_listener.errors import RateLimited, SettingsError, Unauthorized, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from social_listener.vault import Entry, Vault

_log = logging.getLogger(__name__)

#: parts of an entry's credentials that everybody may know
PUBLIC: Final = frozenset({"user_id"})


class VaultKeeper:
    """Keeps one account's entry in the vault; see `Keeper`. Threads may share it, processes may have one each."""

    def __init__(self, vault: Vault, entry: Entry, clock: Callable[[], datetime]) -> None:
        self._vault = vault
        self._clock = clock
        self._entry = entry
        hide(entry.credentials)

    @property
    def entry(self) -> Entry:
        """Return the entry as this process last saw it."""
        return self._entry

    def held(self) -> Held:
        """Return what is held; see `Keeper`."""
        return _held(self._entry)

    def renew(self, stale: Held, refresh: Callable[[Mapping[str, str]], Held]) -> Held:
        """Return credentials that are not `stale`; see `Keeper`."""
        account_id = self._entry.account_id
        with ExitStack() as locked:
            try:
                locked.enter_context(self._vault.lock(account_id))
            except OSError as error:
                words = f"the vault cannot be locked: {error.strerror}"
                raise Unavailable(words, account_id=account_id) from None
            return self._renew(stale, refresh)

    def _renew(self, stale: Held, refresh: Callable[[Mapping[str, str]], Held]) -> Held:
        """Renew, unless somebody else did while this one waited for the lock."""
        account_id = self._entry.account_id
        entry = self._read(account_id)
        if entry.credentials != stale.credentials:
            return _held(entry)
        if entry.spent:
            raise Unauthorized(again(account_id), account_id=account_id)
        self._write(replace(entry, spent=True), lost=False)
        try:
            fresh = refresh(entry.credentials)
        except (RateLimited, Unavailable):
            self._write(entry, lost=False)  # it surely did not happen
            raise
        hide(fresh.credentials)
        self._write(
            replace(entry, credentials=fresh.credentials, renew_at=fresh.renew_at, obtained_at=self._clock()),
            lost=True,
        )
        _log.info("credentials renewed", extra={"account": account_id})
        return _held(self._entry)

    def _read(self, account_id: str) -> Entry:
        """Return the entry on the disk. `Unauthorized`: it is gone, or the vault cannot be read any more."""
        try:
            entry = self._vault.get(account_id)
        except SettingsError as error:
            raise Unauthorized(str(error), account_id=account_id) from None
        if entry is None:
            raise Unauthorized(again(account_id), account_id=account_id)
        hide(entry.credentials)
        self._entry = entry
        return entry

    def _write(self, entry: Entry, *, lost: bool) -> None:
        """Put an entry on the disk; `lost`: when that fails, what it holds is lost, and with it the account."""
        account_id = entry.account_id
        try:
            with self._vault.lock():
                self._entry = self._vault.put(entry)
        except (OSError, SettingsError) as error:
            why = f"the vault cannot be written: {error.strerror if isinstance(error, OSError) else error}"
            if lost:
                raise Unauthorized(f"{why}; {again(account_id)}", account_id=account_id) from None
            raise Unavailable(why, account_id=account_id) from None


def hide(credentials: Mapping[str, str]) -> None:
    """Keep the secrets among `credentials` out of whatever this process prints."""
    log.SECRETS.add(value for name, value in credentials.items() if name not in PUBLIC)


def again(account_id: str) -> str:
    """Return what a person has to do about an account whose refresh token is spent; only X gives such tokens."""
    return (
        f"the refresh token of account {account_id} is used up and no new one is known: connect it again with "
        f"`social-listener connect x --id {account_id}`"
    )


def connected_words(entry: Entry) -> list[str]:
    """Return what the vault tells about an account, a line each: whose it is, what it may do, until when."""
    until = f"until {entry.expires_at:%Y-%m-%d %H:%M} UTC" if entry.expires_at else "no end is known"
    return [
        (
            f"it is connected, as {entry.owner or 'somebody unknown'}; its tokens are in the vault, got on "
            f"{entry.obtained_at:%Y-%m-%d %H:%M} UTC; {until}"
        ),
        f"it may: {', '.join(entry.scopes) or 'what it may was not told'}",
    ]


def _held(entry: Entry) -> Held:
    return Held(credentials=entry.credentials, renew_at=entry.renew_at)
