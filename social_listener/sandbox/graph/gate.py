"""Who is calling: the token, what it is good for, whether it is dead, and the proof that goes with it."""

from __future__ import annotations

from social_listener.sandbox.graph import problems
from social_listener.sandbox.graph.tokens import Grant
from social_listener.sandbox.graph.world import Graph
from social_listener.sandbox.identity import same
from social_listener.sandbox.wire import Request


def token_of(request: Request, parameters: dict[str, str]) -> str:
    """Return the access token of a request: a parameter, or a header.

    Raises:
        GraphError: 104, there is none.
    """
    token = parameters.get("access_token", "")
    if not token:
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        token = value.strip() if scheme.lower() in ("bearer", "oauth") else ""
    if not token:
        raise problems.no_token()
    return token


def identify(graph: Graph, token: str, parameters: dict[str, str]) -> Grant:
    """Return what a token is good for now.

    Raises:
        GraphError: 190 with the subcode of what is wrong with it, or 100 for its proof.
    """
    grant = alive(graph, token)
    if grant.kind == "app":
        return grant  # the secret is in it: no proof is demanded, and one that is sent is not looked at
    proof = parameters.get("appsecret_proof")
    if proof is None and graph.policy.proof_required:
        raise problems.proof(present=False)
    if proof is not None and not same(proof, graph.tokens.proof(token)):
        raise problems.proof(present=True)
    return grant


def alive(graph: Graph, token: str) -> Grant:
    """Return what a token is good for now; no proof is looked at.

    Raises:
        GraphError: 190 with the subcode of what is wrong with it.
    """
    tokens = graph.tokens
    grant = tokens.find(token)
    if grant is None:
        raise problems.of_code(190)
    if token in tokens.dead:
        raise problems.of_code(190, tokens.dead[token], graph.app_id)
    if "*" in tokens.dead and grant.kind != "app":
        raise problems.of_code(190, tokens.dead["*"], graph.app_id)
    if grant.expires and graph.clock.now_ms() >= grant.expires * 1000:
        raise problems.of_code(190, 463)
    return grant


def demand(graph: Graph, grant: Grant, scope: str, *, reading: bool) -> None:
    """Let a call pass whose token has a permission.

    Raises:
        GraphError: 10 or 200, it has not.
    """
    if scope not in grant.scopes or scope in graph.tokens.withdrawn:
        raise problems.needs(scope, reading=reading)
