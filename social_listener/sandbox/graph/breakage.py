"""What faults do to answers of the Graph API: the same switches as for X, in Meta's words."""

from __future__ import annotations

import copy

from social_listener.sandbox import breakage as x
from social_listener.sandbox.faults import CURSORS, Fault
from social_listener.sandbox.graph import problems
from social_listener.sandbox.graph.paging import refused_cursor
from social_listener.sandbox.graph.problems import THROTTLES
from social_listener.sandbox.wire import Answer, Request

_HTML = (
    b'<!DOCTYPE html><html lang="en"><head><title>Error</title></head><body><h1>Sorry, something went wrong.</h1>'
    b"<p>We're working on it and we'll get it fixed as soon as we can.</p></body></html>"
)
_CODES: dict[str, tuple[int, int | None]] = {
    "status_401": (190, None),
    "revoked_token": (190, 460),
    "status_402": (368, None),
    "status_403": (200, None),
    "status_429": (80001, None),
    "status_429_no_reset": (4, None),
    "status_429_garbage_reset": (80001, None),
    "usage_capped": (32, None),
}
"""Faults that are one of Meta's codes: code, subcode."""


def instead(fault: Fault, request: Request, owner: str) -> Answer:
    """Return the answer of a fault that keeps the call from taking effect."""
    refusal = _refusal(fault, request, owner)
    return x.altered(fault, Answer(200, {})) if refusal is None else refusal


def afterwards(fault: Fault, answer: Answer, request: Request, owner: str) -> Answer:
    """Return what becomes of the answer to a call that took effect."""
    if fault.kind == "partial_errors":
        return _without_one(answer, fault.item)
    if fault.kind == "wrong_types":
        return _spoiled(answer, fault.item)
    refusal = _refusal(fault, request, owner)
    return x.altered(fault, answer) if refusal is None else refusal


def error_answer(error: problems.GraphError) -> Answer:
    """Return the answer that an error is."""
    answer = Answer(error.status, {"error": dict(error.error)})
    if error.code == 190:
        answer.headers["www-authenticate"] = f'OAuth "Facebook Platform" "invalid_token" "{error.error["message"]}"'
    return answer


def _refusal(fault: Fault, request: Request, owner: str) -> Answer | None:
    """Return the answer of a fault that is a status of its own; None for other faults."""
    answer: Answer | None = None
    match fault.kind:
        case "html_503" | "status_503_after_effect":
            answer = Answer(503, _HTML, {"content-type": "text/html; charset=utf-8"})
        case "html_502":
            answer = Answer(502, _HTML, {"content-type": "text/html; charset=utf-8"})
        case "list_error":
            answer = Answer(500, [{"code": 1, "message": "An unknown error occurred"}])
        case "json_500":
            answer = Answer(500, {"message": "Sorry, this content isn't available right now", "success": False})
        case "expired_page_token":
            name = next((name for name, value in request.parameters if name in CURSORS and value), CURSORS[0])
            answer = error_answer(refused_cursor(name))
        case "graph_error":
            answer = _of_code(fault, fault.code, fault.subcode, owner)
        case kind if kind in _CODES:
            answer = _of_code(fault, *_CODES[kind], owner)
    return answer


def _of_code(fault: Fault, code: int, subcode: int | None, owner: str) -> Answer:
    """Return the answer of an error, with the header that says when a quota is there again."""
    answer = error_answer(problems.of_code(code, subcode))
    if fault.kind != "status_429_no_reset" and (code in THROTTLES or 80_000 <= code < 80_100):
        answer.headers["x-business-use-case-usage"] = _usage(fault, owner)
    return answer


def _usage(fault: Fault, owner: str) -> str:
    """Return the header that says when the quota is there again, in minutes, rounded up."""
    if fault.kind == "status_429_garbage_reset":
        return "soon"
    minutes = -int(-fault.reset_in // 60)
    return (
        f'{{"{owner}":[{{"type":"pages","call_count":100,"total_cputime":33,"total_time":50,'
        f'"estimated_time_to_regain_access":{minutes}}}]}}'
    )


def _without_one(answer: Answer, item: int) -> Answer:
    """Leave an item out of a list or lookup, as for something that is not for this token; nothing is said of it."""
    body = answer.body
    if isinstance(body, dict) and isinstance(body.get("data"), list) and body["data"]:
        body["data"].pop(item % len(body["data"]))
    elif isinstance(body, dict) and len(body) > 1 and all(isinstance(one, dict) for one in body.values()):
        body.pop(list(body)[item % len(body)])
    return answer


def _spoiled(answer: Answer, item: int) -> Answer:
    """Give every field of one item, or of the node that is the answer, a wrong type."""
    body = copy.deepcopy(answer.body)
    if isinstance(body, dict) and "error" not in body:
        data = body.get("data")
        if isinstance(data, list) and data:
            data[item % len(data)] = x.spoiled(data[item % len(data)])
        elif data is None:
            body = x.spoiled(body)
        answer.body = body
    return answer
