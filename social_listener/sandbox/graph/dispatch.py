"""From a call to its handler: nodes, edges and changes, with the permissions they demand."""

from __future__ import annotations

import dataclasses
from typing import Any

from social_listener.sandbox.graph import gate, inspection, problems, routes
from social_listener.sandbox.graph.call import Call
from social_listener.sandbox.graph.message_nodes import is_thin
from social_listener.sandbox.graph.nodes import render
from social_listener.sandbox.graph.page_nodes import Application
from social_listener.sandbox.graph.records import Message, Person, Thread
from social_listener.sandbox.graph.routes import Instagram, kind_of
from social_listener.sandbox.graph.sending import platform_of
from social_listener.sandbox.graph.usage import Family
from social_listener.sandbox.graph.world import Graph

_MOST_IDS = 50


def dispatch(call: Call) -> dict[str, Any]:
    """Carry a call out.

    Raises:
        GraphError: the platform says no.
    """
    method, parts = call.request.method, call.path.split("/")
    if call.path == "debug_token" and method == "GET":
        return inspection.debug_token(call)
    if call.parameters.get("ids") and method == "GET" and (not call.path or (len(parts) == 1 and call.node is None)):
        return _lookup(call, call.path)
    if call.grant.kind == "app" and not isinstance(call.node, Application):
        raise problems.no_session() if parts[0] == "me" else problems.needs("pages_read_engagement", reading=True)
    if len(parts) > 2 or not call.path:
        raise problems.unknown_edge(call.path)
    if call.node is None:
        raise problems.missing(parts[0], method)
    if call.grant.page_id not in (None, call.brand.psid) and kind_of(call.node).name not in (
        "other_page",
        "application",
    ):
        raise problems.needs("pages_read_engagement", reading=True)
    edge = parts[1] if len(parts) == 2 else ""
    if method == "GET":
        _not_barred(call, parts[0])
    return _read(call, edge) if method == "GET" else _change(call, edge)


def family_of(graph: Graph, node: Any, path: str, parameters: dict[str, str]) -> Family:
    """Return whose quota a call counts against."""
    edge = path.partition("/")[2]
    if isinstance(node, Thread | Message):
        thread = node if isinstance(node, Thread) else node.thread
        return "messenger" if thread.platform == "messenger" else "instagram"
    if isinstance(node, Person) and edge == "conversations":
        return "instagram" if parameters.get("platform", "").lower() == "instagram" else "messenger"
    if edge == "message_attachments":
        return "messenger"
    if edge == "messages":
        return platform_of(graph, path, parameters)
    if node is not None and kind_of(node).name in ("instagram", "media", "ig_comment"):
        return "instagram"
    return "pages"


def endpoint_of(node: Any, method: str, path: str, *, several: bool) -> str:
    """Return the name of an endpoint in the call log and for faults: GET /{page}/feed."""
    if not path:
        return f"{method} /?ids" if several else f"{method} /"
    first, slash, rest = path.partition("/")
    kind = f"{{{kind_of(node).name}}}" if node is not None else first if not first[:1].isdecimal() else "{id}"
    return f"{method} /{kind}{slash}{rest}"


def _read(call: Call, edge: str) -> dict[str, Any]:
    kind = kind_of(call.node)
    node = call.node.person if isinstance(call.node, Instagram) else call.node
    _may_read(call, kind.name, edge)
    if isinstance(node, Message) and is_thin(call, node):
        raise problems.missing(node.id, "get")
    if not edge:
        return render(call, kind, node, call.fields())
    maker = kind.edges.get(edge)
    if maker is None:
        raise problems.unknown_edge(edge)
    if call.grant.kind == "user" and not call.policy.user_token_data:
        if edge in routes.CONTENT_EDGES and kind.name in ("page", "post", "comment"):
            return {"data": []}
        if edge == "conversations":
            raise problems.page_token_wanted()
    apart = ("access_token", "appsecret_proof", "pretty", "fields", "ids")
    arguments = {name: value for name, value in call.parameters.items() if name not in apart}
    return maker(call, node, arguments, call.fields())


def _not_barred(call: Call, name: str) -> None:
    """Let a read pass whose node is not refused to this application.

    Raises:
        GraphError: it is, with the code that was set.
    """
    if name in call.graph.barred:
        raise problems.of_code(*call.graph.barred[name])


def _may_read(call: Call, kind: str, edge: str) -> None:
    scope = routes.READ_SCOPES.get(edge if kind in ("page", "post", "comment") and edge else kind)
    if scope is None:
        return
    if scope == "pages_messaging" and family_of(call.graph, call.node, call.path, call.parameters) == "instagram":
        scope = "instagram_manage_messages"
    also = [routes.READ_SCOPES["ig_comment"]] if (kind, edge) == ("media", "comments") else []
    try:
        for one in (scope, *also):
            gate.demand(call.graph, call.grant, one, reading=True)
    except problems.GraphError:
        if call.policy.unpermitted == "missing":
            raise problems.missing(call.path.partition("/")[0], "get") from None
        raise


def _change(call: Call, edge: str) -> dict[str, Any]:
    kind = kind_of(call.node).name
    write = routes.WRITES.get((call.request.method, kind, edge))
    if write is None:
        raise problems.missing(call.path.partition("/")[0], call.request.method)
    if call.grant.kind == "user" and kind in ("page", "post", "comment"):
        raise problems.page_token_wanted()
    gate.demand(call.graph, call.grant, write.scope, reading=False)
    return write.handler(call)


def _lookup(call: Call, edge: str) -> dict[str, Any]:
    """Return several nodes, or one edge of each, by id.

    Raises:
        GraphError: 100/33 when one of them is not there, unless the policy says otherwise.
    """
    wanted = [part.strip() for part in call.parameters["ids"].split(",") if part.strip()]
    if not wanted or len(wanted) > _MOST_IDS:
        raise problems.invalid(f"Too many IDs were requested, or none. Maximum: {_MOST_IDS}. Provided: {len(wanted)}.")
    if len(wanted) > call.graph.heavy.get("ids", _MOST_IDS):
        raise problems.too_much()
    found: dict[str, Any] = {}
    for one in dict.fromkeys(wanted):
        _not_barred(call, one)
        node = routes.find(call.graph, call.grant, one, call.now_ms)
        if node is not None:
            found[one] = _read(dataclasses.replace(call, node=node, path=one), edge)
        elif call.policy.missing_ids == "fail":
            raise problems.missing(one, "get")
    return found
