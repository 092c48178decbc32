"""A client for the control endpoints of a sandbox that runs in another process."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from datetime import datetime
from typing import Any

from social_listener.sandbox.graph import GraphTruth
from social_listener.sandbox.truth import Truth

_TIMEOUT_S = 30.0


class SandboxError(Exception):
    """The sandbox refused a control request; the message says why."""


class RemoteSandbox:
    """The sandbox at `base_url`, as far as it can be steered from outside."""

    def __init__(self, base_url: str) -> None:
        """Talk to the sandbox at this address, as in http://127.0.0.1:8600."""
        self.base_url = base_url.rstrip("/")
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def truth(self) -> Truth:
        """Return everything that was posted and sent."""
        return Truth.from_json(self.ask("GET", "truth"))

    def calls(self, after: int = 0) -> list[dict[str, Any]]:
        """Return the calls made to the platform with a number above `after`, oldest first."""
        found: list[dict[str, Any]] = self.ask("GET", f"calls?after={after}")
        return found

    def users(self) -> list[dict[str, Any]]:
        """Return everybody in the world."""
        found: list[dict[str, Any]] = self.ask("GET", "users")
        return found

    def credentials(self, handle: str = "fernhill") -> dict[str, str]:
        """Return the keys of an account of the brand."""
        found: dict[str, str] = self.ask("GET", "credentials")[handle]
        return found

    def add_account(self, handle: str) -> dict[str, str]:
        """Give the brand another account and return its keys."""
        found: dict[str, str] = self.ask("POST", "accounts", handle=handle)
        return found

    def now(self) -> datetime:
        """Return the sandbox's moment."""
        return datetime.fromisoformat(self.ask("GET", "clock")["now"])

    def crisis(
        self, name: str, *, in_minutes: float = 0, minutes: float = 30, count: int = 120
    ) -> tuple[datetime, datetime]:
        """Plant a crisis (outage, viral, bots, quiet) and return when it begins and ends."""
        told = self.ask("POST", "crisis", name=name, in_minutes=in_minutes, minutes=minutes, count=count)
        return datetime.fromisoformat(told["begins"]), datetime.fromisoformat(told["ends"])

    def advance(self, seconds: float) -> datetime:
        """Let time pass in the sandbox and return its new moment."""
        return datetime.fromisoformat(self.ask("POST", "advance", seconds=seconds)["now"])

    def post(self, author: str, text: str, *, sent_at: datetime | None = None, **facts: Any) -> str:
        """Let somebody post (facts as for `World.post`) and return the id."""
        return str(self.ask("POST", "post", author=author, text=text, **_moment(sent_at), **facts)["id"])

    def dm(self, sender: str, recipient: str, text: str, *, sent_at: datetime | None = None, **facts: Any) -> str:
        """Let somebody send a direct message and return the id."""
        moment = _moment(sent_at)
        return str(self.ask("POST", "dm", sender=sender, recipient=recipient, text=text, **moment, **facts)["id"])

    def edit(self, id: str, text: str) -> str:  # noqa: A002  # the platform's word
        """Let a post be edited and return the id of the new version."""
        return str(self.ask("POST", "edit", id=id, text=text)["id"])

    def delete(self, id: str) -> None:  # noqa: A002  # the platform's word
        """Let a post be deleted by its author."""
        self.ask("POST", "delete", id=id)

    def like(self, who: str, id: str) -> None:  # noqa: A002  # the platform's word
        """Let somebody like a post."""
        self.ask("POST", "like", who=who, id=id)

    def user(self, handle: str, **facts: Any) -> dict[str, Any]:
        """Add a user, or change one: protected, suspended, open_dms, followers …"""
        found: dict[str, Any] = self.ask("POST", "user", handle=handle, **facts)
        return found

    def policy(self, **switches: Any) -> dict[str, Any]:
        """Set switches of the policy and return all of them."""
        found: dict[str, Any] = self.ask("POST", "policy", **switches)
        return found

    def limits(self, **settings: Any) -> None:
        """Set rate limits: enabled=True, set={endpoint: {user: 3}}, forget=True."""
        self.ask("POST", "limits", **settings)

    def add_fault(self, endpoint: str, kind: str, **details: Any) -> int:
        """Switch a fault on (details as for `Faults.add`) and return its id."""
        return int(self.ask("POST", "faults", endpoint=endpoint, kind=kind, **details)["id"])

    def clear_faults(self) -> None:
        """Switch all faults off."""
        self.ask("DELETE", "faults")

    def revoke(self, account: str) -> None:
        """Take the tokens of an account back."""
        self.ask("POST", "revoke", account=account)

    def restore(self, account: str) -> None:
        """Undo `revoke`."""
        self.ask("POST", "restore", account=account)

    def crowd(self, **orders: float) -> dict[str, Any]:
        """Order the crowd: rate (stories a minute), steps, burst."""
        found: dict[str, Any] = self.ask("POST", "crowd", **orders)
        return found

    def fill(self, count: int, span_seconds: float = 21_600) -> dict[str, Any]:
        """Make that many plain mentions, fast."""
        found: dict[str, Any] = self.ask("POST", "fill", count=count, span_seconds=span_seconds)
        return found

    def graph_truth(self) -> GraphTruth:
        """Return everything that was written on Facebook and Instagram."""
        return GraphTruth.from_json(self.ask("GET", "graph/truth"))

    def graph_credentials(self) -> dict[str, str]:
        """Return the tokens, secrets and ids of the brand's Page and its Instagram account."""
        found: dict[str, str] = self.ask("GET", "graph/credentials")
        return found

    def graph(self, act: str, *, sent_at: datetime | None = None, **facts: Any) -> Any:
        """Let something happen on Facebook or Instagram (acts and facts as the methods of `Graph`): comment, edit …

        Returns the id of what an act wrote, and for other acts what the sandbox answers.
        """
        answer = self.ask("POST", f"graph/{act}", **_moment(sent_at), **facts)
        return answer["id"] if isinstance(answer, dict) and answer.keys() == {"id"} else answer

    def subscribe(self, channel: str, url: str, **details: Any) -> None:
        """Tell a receiver of every change of a channel from now on (details as for `Webhooks.subscribe`)."""
        self.ask("POST", "webhooks/subscribe", channel=channel, url=url, **details)

    def unsubscribe(self, channel: str) -> None:
        """Tell nobody of a channel any more."""
        self.ask("POST", "webhooks/unsubscribe", channel=channel)

    def webhooks(self) -> dict[str, Any]:
        """Return who is told, and how many deliveries were sent, are lost and wait."""
        found: dict[str, Any] = self.ask("GET", "webhooks")
        return found

    def webhook_mode(self, **manner: Any) -> dict[str, Any]:
        """Set the whole manner of pushing (see `webhooks.Mode`) and return it."""
        found: dict[str, Any] = self.ask("POST", "webhooks/mode", **manner)
        return found

    def flush(self) -> int:
        """Send everything that waits to be pushed and return how many deliveries were made."""
        return int(self.ask("POST", "webhooks/flush")["made"])

    def sent(self, after: int = 0) -> list[tuple[dict[str, str], bytes, int | None]]:
        """Return the deliveries made, but for the first `after`: headers, body and status of each."""
        found = self.ask("GET", f"webhooks/sent?after={after}")
        return [(one["headers"], _bytes(one["body"]), one["status"]) for one in found]

    def build_delivery(self, channel: str, about: str | None = None, **details: Any) -> tuple[dict[str, str], bytes]:
        """Return headers and body of a delivery about what has this id (details as for `Webhooks.build`)."""
        found = self.ask("POST", "webhooks/build", channel=channel, about=about, **details)
        return found["headers"], _bytes(found["body"])

    def ask(self, method: str, name: str, /, **body: Any) -> Any:
        """Send a control request and return the JSON of the answer.

        Raises:
            SandboxError: the sandbox refused it, or is not there.
        """
        request = urllib.request.Request(  # noqa: S310  # the address is the test's own
            f"{self.base_url}/_sandbox/{name}",
            data=None if method == "GET" else json.dumps(body).encode(),
            headers={"content-type": "application/json"},
            method=method,
        )
        try:
            with self._opener.open(request, timeout=_TIMEOUT_S) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise SandboxError(json.load(error).get("error", "refused")) from None
        except OSError as error:
            raise SandboxError(f"no sandbox answers at {self.base_url}: {error}") from None


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _moment(sent_at: datetime | None) -> dict[str, str]:
    return {} if sent_at is None else {"sent_at": sent_at.isoformat()}
