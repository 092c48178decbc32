"""What faults do to answers: instead of the call, or to its answer after it took effect."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from social_listener.sandbox import problems
from social_listener.sandbox.faults import PAGE_TOKENS, Fault
from social_listener.sandbox.wire import Answer, Request

_HTML_503 = (
    b"<!DOCTYPE html><html><head><title>X / Over capacity</title></head>"
    b"<body><h1>Over capacity</h1><p>Please try again in a moment.</p></body></html>"
)


def instead(fault: Fault, request: Request, now_ms: int) -> Answer:
    """Return the answer of a fault that keeps the call from taking effect."""
    refusal = _refusal(fault, request.parameters, now_ms)
    return altered(fault, Answer(200, {})) if refusal is None else refusal


def afterwards(fault: Fault, answer: Answer, now_ms: int) -> Answer:
    """Return what becomes of the answer to a call that took effect."""
    refusal = _refusal(fault, [], now_ms)
    return altered(fault, answer) if refusal is None else refusal


def altered(fault: Fault, answer: Answer) -> Answer:
    """Return the answer as it leaves when the fault is one of transport or content."""
    match fault.kind:
        case "lost":
            answer.manner = "silent"
        case "reset":
            answer.manner = "reset"
        case "cut":
            answer.manner = "cut"
        case "empty_200":
            return Answer(200, b"", answer.headers)
        case "invalid_json":
            whole = answer.encoded()
            return Answer(answer.status, whole[: max(1, len(whole) // 2)], answer.headers)
        case "partial_errors":
            _leave_out(answer, fault.item)
        case "wrong_types":
            _spoil(answer, fault.item)
    return answer


def _refusal(fault: Fault, parameters: list[tuple[str, str]], now_ms: int) -> Answer | None:
    """Return the answer of a fault that is a status of its own; None for other faults."""
    match fault.kind:
        case "html_503" | "status_503_after_effect":
            return _html()
        case "list_error":
            return Answer(500, [{"code": 131, "message": "Internal error"}])
        case "status_429" | "status_429_no_reset" | "status_429_garbage_reset":
            return _too_many(fault, now_ms)
        case "expired_page_token":
            problem = _expired(dict(parameters))
        case kind if kind in _PROBLEMS:
            problem = _PROBLEMS[kind](fault)
        case _:
            return None
    return Answer(problem.status, problem.body)


def _too_many(fault: Fault, now_ms: int) -> Answer:
    """Return 429 with the headers that the kind of fault has."""
    problem = problems.too_many()
    if fault.kind == "status_429_no_reset":
        return Answer(problem.status, problem.body)
    reset = str(round(now_ms / 1000 + fault.reset_in)) if fault.kind == "status_429" else "soon"
    headers = {"x-rate-limit-limit": "300", "x-rate-limit-remaining": "0", "x-rate-limit-reset": reset}
    return Answer(problem.status, problem.body, headers)


def _expired(given: dict[str, str]) -> problems.Problem:
    """Make the 400 for a page token that is not good any more."""
    name = next((one for one in PAGE_TOKENS if one in given), PAGE_TOKENS[0])
    value = given.get(name, "")
    return problems.invalid((name, value, f"The `{name}` query parameter value [{value}] is not valid"))


def _usage_capped() -> problems.Problem:
    """Make the 429 of a month that is used up."""
    capped = problems.plain(
        429, "UsageCapExceeded", "Usage cap exceeded: Monthly product cap", f"{problems.TYPES}usage-capped"
    )
    capped.body |= {"period": "Monthly", "scope": "Product", "account_id": 1}
    return capped


_PROBLEMS: dict[str, Callable[[Fault], problems.Problem]] = {
    "status_401": lambda _: problems.unauthorized(),
    "revoked_token": lambda _: problems.unauthorized(),
    "status_402": lambda _: problems.no_credits(),
    "status_403": lambda fault: problems.forbidden(fault.detail),
    "usage_capped": lambda _: _usage_capped(),
    "json_500": lambda _: problems.plain(500, "Internal Server Error", "Something is broken. Sorry."),
}


def _html() -> Answer:
    return Answer(503, _HTML_503, {"content-type": "text/html; charset=utf-8"})


def _leave_out(answer: Answer, item: int) -> None:
    """Take an item out of the data and name it in `errors`, as for something withheld meanwhile."""
    body = answer.body
    if not isinstance(body, dict):
        return
    data = body.get("data")
    if isinstance(data, list) and data:
        gone = data.pop(item % len(data))
        if not data:
            del body["data"]
        if "result_count" in body.get("meta", {}):
            body["meta"]["result_count"] -= 1
        value = str(gone.get("id", "0"))
    else:
        value = str(data.get("id", "0")) if isinstance(data, dict) else "0"
    body.setdefault("errors", []).append(problems.not_yours_to_see("id", value))


def _spoil(answer: Answer, item: int) -> None:
    """Give every field of one item a wrong type."""
    body = answer.body
    if not isinstance(body, dict) or "data" not in body:
        return
    body = answer.body = copy.deepcopy(body)
    data = body["data"]
    if isinstance(data, list):
        data[item % len(data)] = spoiled(data[item % len(data)])
    else:
        body["data"] = spoiled(data)


def spoiled(item: dict[str, Any]) -> dict[str, Any]:
    """Return an item with a wrong type in every field."""
    wrong: dict[str, Any] = {}
    for name, value in item.items():
        if isinstance(value, str):
            wrong[name] = {"unexpected": value} if name != "id" else int(value) / 3 if value.isdecimal() else None
        elif isinstance(value, bool | int | float):
            wrong[name] = "not a number"
        else:
            wrong[name] = 7
    return wrong
