"""GET /debug_token: what a token is good for, and until when."""

from __future__ import annotations

from typing import Any

from social_listener.sandbox.graph import gate, problems
from social_listener.sandbox.graph.call import Call

_DATA_ACCESS_DAYS = 90


def debug_token(call: Call) -> dict[str, Any]:
    """Tell what `input_token` is good for; the caller's token is the application's, or one of its own users."""
    token = call.text("input_token")
    known = call.graph.tokens.find(token)
    if known is None:
        return {"data": {"error": _error(problems.of_code(190)), "is_valid": False, "scopes": []}}
    grant = known
    data: dict[str, Any] = {
        "app_id": call.graph.app_id,
        "type": grant.kind.upper(),
        "application": "Social Listener",
        "expires_at": grant.expires,
        "is_valid": True,
        "issued_at": grant.issued or call.now_ms // 1000 - 3600,
        "scopes": [scope for scope in grant.scopes if scope not in call.graph.tokens.withdrawn],
    }
    if grant.kind == "app":
        del data["issued_at"], data["expires_at"], data["scopes"]
        return {"data": data}
    data |= {"data_access_expires_at": call.now_ms // 1000 + _DATA_ACCESS_DAYS * 86_400, "user_id": grant.user_id}
    if call.policy.token_ends is not None:
        data |= {"expires_at": call.policy.token_ends, "data_access_expires_at": call.policy.token_ends}
    data["granular_scopes"] = [{"scope": scope} for scope in data["scopes"]]
    if grant.page_id is not None:
        data["profile_id"] = grant.page_id
    try:
        gate.alive(call.graph, token)
    except problems.GraphError as error:
        data |= {"error": _error(error), "is_valid": False}
    return {"data": data}


def _error(error: problems.GraphError) -> dict[str, Any]:
    body = {"code": error.code, "message": error.error["message"]}
    return body if error.subcode is None else {**body, "subcode": error.subcode}
