"""What faults do to answers: instead of the call, or to its answer after it took effect."""

from __future__ import annotations

import copy
from typing import Any

from social_listener.sandbox import problems
from social_listener.sandbox.faults import PAGE_TOKENS, Fault
from social_listener.sandbox.wire import Answer, Request

_HTML_503 = (
    b"<!DOCTYPE html><html><head><title>X / Over capacity</title></head>"
    b"<body><h1>Over capacity</h1><p>Please try again in a moment.</p></body></html>"
)


def instead(fault: Fault, request: Request, now_ms: int) -> Answer:
    """The answer of a fault that keeps the call from taking effect."""
    problem = _problem(fault, request)
    if problem is not None:
        answer = Answer(problem.status, problem.body)
    elif fault.kind == "html_503":
        answer = _html()
    elif fault.kind == "list_error":
        answer = Answer(500, [{"code": 131, "message": "Internal error"}])
    else:
        answer = afterwards(fault, Answer(200, {}), now_ms)
    if not fault.kind.startswith("status_429"):
        return answer
    reset = str(round(now_ms / 1000 + fault.reset_in)) if fault.kind == "status_429" else "soon"
    if fault.kind != "status_429_no_reset":
        answer.headers.update({
            "x-rate-limit-limit": "300", "x-rate-limit-remaining": "0", "x-rate-limit-reset": reset,
        })
    return answer


def afterwards(fault: Fault, answer: Answer, now_ms: int) -> Answer:
    """What becomes of the answer to a call that took effect."""
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
        case "status_503_after_effect" | "html_503":
            return _html()
        case kind if kind not in ("stall",):
            problem = _problem(fault, None)
            if problem is not None:
                return Answer(problem.status, problem.body)
    return answer


def _problem(fault: Fault, request: Request | None) -> problems.Problem | None:
    match fault.kind:
        case "status_401" | "revoked_token":
            return problems.unauthorized()
        case "status_402":
            return problems.no_credits()
        case "status_403":
            return problems.forbidden(fault.detail)
        case "status_429" | "status_429_no_reset" | "status_429_garbage_reset":
            return problems.too_many()
        case "usage_capped":
            capped = problems.plain(429, "UsageCapExceeded", "Usage cap exceeded: Monthly product cap",
                                    f"{problems.TYPES}usage-capped")
            capped.body |= {"period": "Monthly", "scope": "Product", "account_id": 1}
            return capped
        case "json_500":
            return problems.plain(500, "Internal Server Error", "Something is broken. Sorry.")
        case "expired_page_token":
            given = {name: value for name, value in (request.parameters if request else [])}
            name = next((one for one in PAGE_TOKENS if one in given), "pagination_token")
            value = given.get(name, "")
            return problems.invalid((name, value, f"The `{name}` query parameter value [{value}] is not valid"))
    return None


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
        data[item % len(data)] = _spoiled(data[item % len(data)])
    else:
        body["data"] = _spoiled(data)


def _spoiled(item: dict[str, Any]) -> dict[str, Any]:
    wrong: dict[str, Any] = {}
    for name, value in item.items():
        if isinstance(value, str):
            wrong[name] = {"unexpected": value} if name != "id" else int(value) / 3 if value.isdecimal() else None
        elif isinstance(value, bool | int | float):
            wrong[name] = "not a number"
        else:
            wrong[name] = 7
    return wrong
