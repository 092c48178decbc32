"""Having the platform push to an account that is being connected, and what the person has to do for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from social_listener import channels as registry
from social_listener.channels import Subscribing
from social_listener.errors import ChannelError
from social_listener.model import StreamKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from social_listener.cli.connect_ways import Found, Wish
    from social_listener.settings import AccountSettings


def is_pushed(channel: str, found: Found) -> bool:
    """Return whether the account is to have a webhook: Meta's handshake needs a word, and it was given."""
    return channel != "x" and "verify_token" in found.credentials


def streams(channel: str, found: Found, usual: Collection[str]) -> tuple[str, ...]:
    """Return the streams of a new account: without a webhook those that come by nothing else would be silent."""
    only = () if is_pushed(channel, found) else registry.pushed_only(channel)
    return tuple(kind for kind in usual if StreamKind(kind) not in only)


def subscribe(wish: Wish, known: AccountSettings | None, found: Found, kinds: Collection[StreamKind]) -> Iterator[str]:
    """Subscribe the Page to what the streams need; yield what came of it and what is left to do."""
    if not is_pushed(wish.channel, found):
        for kind in registry.pushed_only(wish.channel):
            yield (
                f"{kind.value} on {wish.channel.capitalize()} come by webhook only, which this account has not: set "
                "META_VERIFY_TOKEN to a word of your choice and run this again (docs/operating.md, Webhooks)"
            )
        return
    channel = registry.factory(wish.channel)(
        account_id=wish.account_id,
        credentials=found.credentials,
        base_url=wish.base_url,
        options=found.options,
        connect_timeout=wish.polling.connect_timeout,
        read_timeout=wish.polling.read_timeout,
    )
    if not isinstance(channel, Subscribing):
        return
    try:
        new = channel.subscribe(kinds)
    except ChannelError as error:
        yield f"the Page could not be subscribed, so Meta pushes nothing of it: {error}; run this again"
        return
    yield f"Meta pushes of the Page {', '.join(new) or 'what is needed already'}"
    path = f"/webhooks/{wish.account_id}"
    what = "page" if wish.channel == "facebook" else "instagram"
    yield f"in the app's dashboard at Meta, under Webhooks, object {what}, its address must be one that leads to {path}"
    if known is not None and known.options.get("webhooks") != "on":
        yield f'set options: {{webhooks: "on"}} at account {wish.account_id} in the settings'
        only = set(registry.pushed_only(wish.channel)) - {stream.kind for stream in known.streams}
        yield from (f"and add the stream {kind.value}, which comes by webhook only" for kind in sorted(only))
