"""Connecting an account once more: nothing that was there is lost, and no other account is put in its place."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from social_listener.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Collection

    from social_listener.cli.connect_ways import Found
    from social_listener.settings import AccountSettings
    from social_listener.vault import Entry

#: channel → the option of its block that says whose account it is; X's has none, its id stands in the vault
_OPTION = {"facebook": "page_id", "instagram": "instagram_id"}


def check_same(
    account_id: str, known: AccountSettings | None, kept: Entry | None, found: Found, *, named: bool
) -> None:
    """Raise `SettingsError` when another account than before was approved under an id.

    `known`: the account in the settings; `kept`: its entry in the vault; `named`: the id was asked for with --id, so
    that an entry which no settings tell of may be replaced.
    """
    if known is None and named:
        return
    before = _told(known) or _kept(kept)
    if not before or before == found.native_id:
        return
    where = "in the settings" if _told(known) else "in the vault"
    words = (
        f"{account_id} is the account {before} {where}, and {found.owner} ({found.native_id}) is another one: nothing "
        "was changed; say --id with a new name to connect it beside the first"
    )
    if known is not None:
        words += f", or take the block of {account_id} out of the settings when it is to take its place"
    raise SettingsError(words)


def carried_over(kept: Entry | None, found: Found, more: Collection[str]) -> tuple[Found, list[str]]:
    """Return what was found with the further secrets that were not given anew, and the names of those.

    `more`: credentials that `connect` takes from the environment only when they are there. A secret of X's app is kept
    for the same app only.
    """
    if kept is None or kept.credentials.get("client_id") != found.credentials.get("client_id"):
        return found, []
    names = [name for name in more if name in kept.credentials and name not in found.credentials]
    old = {name: kept.credentials[name] for name in names}
    return replace(found, credentials={**found.credentials, **old}), names


def _told(known: AccountSettings | None) -> str:
    if known is None or known.channel not in _OPTION:
        return ""
    return known.options.get(_OPTION[known.channel], "")


def _kept(kept: Entry | None) -> str:
    """Return whose the entry is; entries of X that an older version made tell it among the credentials."""
    return "" if kept is None else kept.native_id or kept.credentials.get("user_id", "")
