"""Control over HTTP, under /_sandbox/: truth, calls, posting, faults, policy, time, crowd, for a sandbox elsewhere."""

from __future__ import annotations

import dataclasses
import html
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from social_listener.sandbox.clock import iso
from social_listener.sandbox.graph import control as graph_control
from social_listener.sandbox.limits import Allowance
from social_listener.sandbox.webhooks import control as webhook_control
from social_listener.sandbox.wire import Answer, Request

if TYPE_CHECKING:
    from social_listener.sandbox import Sandbox

PREFIX = "/_sandbox/"
_WHEN = ("sent_at",)


class Control:
    """Answers requests under /_sandbox/ and the page at /."""

    def __init__(self, sandbox: Sandbox) -> None:
        """Control this sandbox."""
        self._sandbox = sandbox
        self._handlers: dict[tuple[str, str], Callable[[dict[str, Any]], Any]] = {
            ("GET", "truth"): lambda _: sandbox.world.truth().as_json(),
            ("GET", "calls"): self._calls,
            ("GET", "users"): lambda _: [dataclasses.asdict(user) for user in sandbox.world.users.values()],
            ("GET", "clock"): lambda _: {"now": iso(sandbox.world.clock.now_ms()), "mode": sandbox.world.clock.mode},
            ("GET", "credentials"): lambda _: sandbox.accounts(),
            ("GET", "policy"): lambda _: sandbox.policy.as_json(),
            ("GET", "faults"): lambda _: [fault.as_json() for fault in sandbox.faults.active()],
            ("POST", "post"): self._post,
            ("POST", "dm"): self._dm,
            ("POST", "edit"): self._edit,
            ("POST", "delete"): self._delete,
            ("POST", "like"): self._like,
            ("POST", "user"): self._user,
            ("POST", "accounts"): lambda body: sandbox.add_account(**body),
            ("POST", "advance"): lambda body: {"now": sandbox.world.advance(float(body["seconds"])).isoformat()},
            ("POST", "policy"): self._policy,
            ("POST", "limits"): self._limits,
            ("POST", "faults"): lambda body: {"id": sandbox.faults.add(**body)},
            ("DELETE", "faults"): self._clear_faults,
            ("POST", "revoke"): lambda body: sandbox.revoke(body["account"]),
            ("POST", "restore"): lambda body: sandbox.restore(body["account"]),
            ("POST", "crowd"): self._crowd,
            ("POST", "crisis"): self._crisis,
            ("POST", "fill"): self._fill,
            **graph_control.handlers(sandbox.graph),
            **webhook_control.handlers(sandbox),
        }

    def answer(self, request: Request) -> Answer:
        """Answer one request; mistakes of the caller are 400 with a message in words."""
        if request.path == "/":
            return Answer(200, self._page().encode(), {"content-type": "text/html; charset=utf-8"})
        handler = self._handlers.get((request.method, request.path.removeprefix(PREFIX)))
        if handler is None:
            known = ", ".join(sorted(f"{method} {PREFIX}{name}" for method, name in self._handlers))
            return Answer(404, {"error": f"there is no {request.method} {request.path}; there are {known}"})
        if request.method != "GET" and not request.headers.get("content-type", "").startswith("application/json"):
            return Answer(415, {"error": "send JSON, with content-type application/json"})
        try:
            asked = {name: values[-1] for name, values in parse_qs(request.query).items()}
            result = handler(asked | request.json())
        except (KeyError, TypeError, ValueError) as error:
            message = error.args[0] if error.args else error
            return Answer(400, {"error": str(message)})
        return Answer(200, {} if result is None else result)

    def _calls(self, body: dict[str, Any]) -> Any:
        after = int(body.get("after", 0))
        return [call.as_json() for call in self._sandbox.calls if call.number > after]

    def _post(self, body: dict[str, Any]) -> Any:
        post = self._sandbox.world.post(**_moments(body))
        return {"id": post.id, "conversation_id": str(post.conversation)}

    def _dm(self, body: dict[str, Any]) -> Any:
        message = self._sandbox.world.dm(**_moments(body))
        return {"id": message.id, "conversation_id": message.conversation}

    def _edit(self, body: dict[str, Any]) -> Any:
        return {"id": str(self._sandbox.world.edit(body.pop("id"), **_moments(body)).id)}

    def _delete(self, body: dict[str, Any]) -> None:
        self._sandbox.world.delete(body["id"])

    def _like(self, body: dict[str, Any]) -> None:
        self._sandbox.world.like(body["who"], body["id"], bool(body.get("liked", True)))

    def _user(self, body: dict[str, Any]) -> Any:
        world = self._sandbox.world
        handle = body.pop("handle")
        known = handle in world.users or handle.lstrip("@").lower() in world.ledger.handles
        user = world.change_user(handle, **body) if known else world.add_user(handle, **body)
        return dataclasses.asdict(user)

    def _policy(self, body: dict[str, Any]) -> Any:
        self._sandbox.policy.change(**body)
        return self._sandbox.policy.as_json()

    def _limits(self, body: dict[str, Any]) -> None:
        limits = self._sandbox.limits
        if "enabled" in body:
            limits.enabled = bool(body["enabled"])
        for endpoint, allowance in body.get("set", {}).items():
            limits.set(endpoint, Allowance(**allowance))
        if body.get("forget"):
            limits.forget()

    def _clear_faults(self, body: dict[str, Any]) -> None:
        self._sandbox.faults.clear(int(body["id"]) if "id" in body else None)

    def _crowd(self, body: dict[str, Any]) -> Any:
        crowd = self._sandbox.crowd
        if "rate" in body:
            crowd.rate = float(body["rate"])
        for _ in range(int(body.get("steps", 0))):
            crowd.step()
        made = crowd.burst(int(body["burst"])) if "burst" in body else []
        return {"rate": crowd.rate, "made": len(made)}

    def _crisis(self, body: dict[str, Any]) -> Any:
        now = self._sandbox.world.clock.now()
        at = now + timedelta(minutes=float(body.get("in_minutes", 0)))
        minutes, count = float(body.get("minutes", 30)), int(body.get("count", 120))
        self._sandbox.crowd.crises.plan(body["name"], at, minutes, count)
        self._sandbox.crowd.wake()
        return {"begins": at.isoformat(), "ends": (at + timedelta(minutes=minutes)).isoformat()}

    def _fill(self, body: dict[str, Any]) -> Any:
        span = timedelta(seconds=float(body.get("span_seconds", 21_600)))
        made = self._sandbox.world.fill_mentions(int(body["count"]), body.get("account"), span)
        return {"made": len(made), "first": made[0].id if made else None, "last": made[-1].id if made else None}

    def _page(self) -> str:
        world, graph = self._sandbox.world, self._sandbox.graph
        with world.lock:
            posts, messages = len(world.ledger.order), len(world.ledger.messages)
        accounts = ", ".join(f"@{html.escape(user.handle)} ({user.id})" for user in world.accounts())
        return (
            '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Sandbox</title>'
            "<body style='font: 16px/1.5 sans-serif; max-width: 42rem; margin: 3rem auto; padding: 0 1rem'>"
            "<h1>Sandbox for X, Facebook and Instagram</h1>"
            "<p>This is a make-believe social network on your own machine. It speaks X API v2 and Meta's "
            "Graph API, so that "
            "Social Listener can be tried and tested without keys and without the internet. Everybody here is "
            "invented, and nothing leaves this computer.</p>"
            f"<p>Accounts of the brand: {accounts}. Up to now {posts:,} posts and {messages:,} direct messages. "
            f"On Facebook the brand's Page is {graph.page_id}, on Instagram its account is {graph.instagram_id}. "
            f"Its clock says {world.clock.now():%d %B %Y, %H:%M:%S} UTC.</p>"
            f"<p>Programs find the truth at <a href='{PREFIX}truth'>{PREFIX}truth</a> and "
            f"<a href='{PREFIX}graph/truth'>{PREFIX}graph/truth</a>, the calls made at "
            f"<a href='{PREFIX}calls'>{PREFIX}calls</a> and the keys at "
            f"<a href='{PREFIX}credentials'>{PREFIX}credentials</a>.</p></body></html>"
        )


def _moments(body: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a call of the world, with times read from ISO 8601."""
    return {
        name: datetime.fromisoformat(value) if name in _WHEN and value is not None else value
        for name, value in body.items()
    }
