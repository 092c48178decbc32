"""Control over HTTP of the Graph world, under /_sandbox/graph/: truth, people's acts, policy, tokens, usage."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from social_listener.sandbox.graph.world import Graph

Handler = Callable[[dict[str, Any]], Any]
_WRITTEN = (
    "page_post",
    "visitor_post",
    "tagged_post",
    "comment",
    "app_comment",
    "media",
    "ig_comment",
    "app_ig_comment",
    "ig_mention",
    "message",
    "app_message",
)
"""Acts that write something: they answer with its id."""
_DONE = ("edit", "delete", "hide", "like", "unsend", "comments_enabled", "hold_thread", "usage")
"""Acts that answer with nothing."""


def handlers(graph: Graph) -> dict[tuple[str, str], Handler]:
    """Return method and name (below /_sandbox/) → what answers it. Arguments are those of the methods of `Graph`."""
    found: dict[tuple[str, str], Handler] = {
        ("GET", "graph/truth"): lambda _: graph.truth().as_json(),
        ("GET", "graph/credentials"): lambda _: _credentials(graph),
        ("GET", "graph/policy"): lambda _: graph.policy.as_json(),
        ("POST", "graph/policy"): lambda body: _policy(graph, body),
        ("POST", "graph/add_page"): lambda body: {"id": graph.tokens.add_page(**body).psid},
        ("POST", "graph/fill"): lambda body: _fill(graph, body),
        ("POST", "graph/person"): lambda body: _person(graph, body),
        ("POST", "graph/kill"): lambda body: graph.tokens.kill(**body),
        ("POST", "graph/revive"): lambda body: graph.tokens.revive(**body),
        ("POST", "graph/scopes"): lambda body: _scopes(graph, body),
    }
    for name in _WRITTEN:
        found["POST", f"graph/{name}"] = _written(getattr(graph, name))
    for name in _DONE:
        found["POST", f"graph/{name}"] = _done(getattr(graph, name))
    return found


def _written(act: Callable[..., Any]) -> Handler:
    return lambda body: {"id": act(**_moments(body)).id}


def _done(act: Callable[..., Any]) -> Handler:
    def handler(body: dict[str, Any]) -> None:
        act(**_moments(body))

    return handler


def _credentials(graph: Graph) -> dict[str, Any]:
    tokens = graph.tokens
    return {
        "page_id": graph.page_id,
        "instagram_id": graph.instagram_id,
        "app_id": tokens.app_id,
        "app_secret": tokens.app_secret,
        "verify_token": tokens.verify_token,
        "access_token": tokens.page_token,
        "user_access_token": tokens.user_token,
    }


def _policy(graph: Graph, body: dict[str, Any]) -> dict[str, Any]:
    graph.policy.change(**body)
    return graph.policy.as_json()


def _fill(graph: Graph, body: dict[str, Any]) -> dict[str, Any]:
    if "span_seconds" in body:
        body["span"] = timedelta(seconds=float(body.pop("span_seconds")))
    return {"posts": len(graph.fill(**body))}


def _person(graph: Graph, body: dict[str, Any]) -> dict[str, Any]:
    """Return somebody's ids, after changing what is given."""
    who = body.pop("who")
    person = graph.change_person(who, **body) if body else graph.person(who)
    return {name: getattr(person, name) for name in person.__slots__}


def _scopes(graph: Graph, body: dict[str, Any]) -> dict[str, Any]:
    """Take permissions back from all tokens, or give them back."""
    withdrawn = graph.tokens.withdrawn
    withdrawn |= set(body.get("withdraw", ()))
    withdrawn -= set(body.get("restore", ()))
    return {"withdrawn": sorted(withdrawn)}


def _moments(body: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of an act, with times read from ISO 8601."""
    return {
        name: datetime.fromisoformat(value) if name == "sent_at" and value is not None else value
        for name, value in body.items()
    }
