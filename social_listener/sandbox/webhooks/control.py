"""Control of the pushing over HTTP, under /_sandbox/webhooks/."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from social_listener.sandbox.webhooks.signing import Delivery
from social_listener.sandbox.webhooks.transport import NotVerified

if TYPE_CHECKING:
    from social_listener.sandbox import Sandbox

Handler = Callable[[dict[str, Any]], Any]


def handlers(sandbox: Sandbox) -> dict[tuple[str, str], Handler]:
    """Return what can be asked and ordered."""
    webhooks = sandbox.webhooks
    return {
        ("GET", "webhooks"): lambda _: webhooks.status(),
        ("GET", "webhooks/sent"): lambda body: [
            {**_plain(Delivery(one.headers, one.body)), "status": one.status}
            for one in webhooks.sent[int(body.get("after", 0)) :]
        ],
        ("POST", "webhooks/subscribe"): _in_words(lambda body: webhooks.subscribe(**body)),
        ("POST", "webhooks/unsubscribe"): lambda body: webhooks.unsubscribe(**body),
        ("POST", "webhooks/check"): _in_words(lambda body: webhooks.check(**body)),
        ("POST", "webhooks/mode"): lambda body: dataclasses.asdict(webhooks.mode(**body)),
        ("POST", "webhooks/flush"): lambda body: {"made": webhooks.flush(**body)},
        ("POST", "webhooks/build"): lambda body: _plain(_build(sandbox, body)),
    }


def _build(sandbox: Sandbox, body: dict[str, Any]) -> Delivery:
    """Build a delivery about what has the id `about`: of X's worlds a post or message, of Meta's anything."""
    about = body.pop("about", None)
    if about is None:
        return sandbox.webhooks.build(**body)
    if body.get("channel") != "x":
        return sandbox.webhooks.build(about=sandbox.graph.find(about), **body)
    ledger, number = sandbox.world.ledger, int(about)
    return sandbox.webhooks.build(about=ledger.messages.get(number) or ledger.posts[number], **body)


def _in_words(handler: Handler) -> Handler:
    """Make a failed handshake a mistake of the caller."""

    def careful(body: dict[str, Any]) -> Any:
        try:
            return handler(body)
        except NotVerified as error:
            raise ValueError(str(error)) from None

    return careful


def _plain(delivery: Delivery) -> dict[str, Any]:
    return {"headers": delivery.headers, "body": delivery.body.decode("utf-8", "surrogateescape")}
