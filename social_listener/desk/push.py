"""What keeps a platform from pushing to us, in words for Health and for `check`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from social_listener import channels as registry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from social_listener.settings import AccountSettings


def is_expected(account: AccountSettings) -> bool:
    """Return whether an account's platform is to push to our webhook."""
    return account.options.get("webhooks") == "on"


def never_told(account: AccountSettings) -> Iterator[str]:
    """Yield a sentence for each stream of an account that can bring nothing: it comes by webhook only, and that is off.

    Polls of such a stream go well and tell nothing, so nobody else would say it.
    """
    if is_expected(account):
        return
    only = registry.pushed_only(account.channel)
    for stream in account.streams:
        if stream.kind in only:
            yield (
                f"{account.id}/{stream.label}: nothing comes: {account.channel} tells of {stream.kind.value} by "
                f"webhook only, and options.webhooks of account {account.id} is off: set its webhook up and switch "
                "it on, or take the stream out of the settings"
            )
