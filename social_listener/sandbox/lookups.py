"""Single posts and users: by id, the caller itself."""

from __future__ import annotations

from typing import Any

from social_listener.sandbox import problems
from social_listener.sandbox.context import FIELDS, Context
from social_listener.sandbox.fields import POST_EXPANSIONS, USER_EXPANSIONS
from social_listener.sandbox.records import User
from social_listener.sandbox.wire import Answer


def me(call: Context) -> Answer:
    """GET /2/users/me."""
    return _user(call, call.me)


def user(call: Context) -> Answer:
    """GET /2/users/{id}."""
    found = call.world.users.get(call.path["id"])
    if found is None:
        return Answer(200, {"errors": [problems.missing("id", call.path["id"], "user")]})
    if found.suspended:
        return Answer(200, {"errors": [problems.suspended("id", found.id)]})
    return _user(call, found)


def user_by_handle(call: Context) -> Answer:
    """GET /2/users/by/username/{username}."""
    found = call.world.ledger.handles.get(call.path["username"].lower())
    if found is None:
        return Answer(200, {"errors": [problems.missing("username", call.path["username"], "user")]})
    if found.suspended:
        return Answer(200, {"errors": [problems.suspended("username", found.handle)]})
    return _user(call, found)


def posts(call: Context) -> Answer:
    """GET /2/tweets?ids=: up to 100, those that cannot be seen are named in `errors`."""
    parameters = call.parameters(*FIELDS, "ids")
    ids = [entry for entry in parameters.get("ids", "").split(",") if entry]
    if not 1 <= len(ids) <= 100:
        raise problems.invalid(
            (
                "ids",
                len(ids),
                f"The number of values in the `ids` query parameter list [{len(ids)}] is not between 1 and 100",
            )
        )
    numbers = [call.number({"ids": entry}, "ids") or 0 for entry in ids]
    body = _posts(call, parameters, numbers, "ids")
    return call.answer(body, call.selection(parameters, POST_EXPANSIONS))


def post(call: Context) -> Answer:
    """GET /2/tweets/{id}."""
    parameters = call.parameters(*FIELDS)
    number = call.number({"id": call.path["id"]}, "id") or 0
    body = _posts(call, parameters, [number], "id")
    if "data" in body:
        body["data"] = body["data"][0]
    return call.answer(body, call.selection(parameters, POST_EXPANSIONS))


def _posts(call: Context, parameters: dict[str, str], numbers: list[int], parameter: str) -> dict[str, Any]:
    renderer = call.renderer(call.selection(parameters, POST_EXPANSIONS))
    found, errors = [], []
    for number in dict.fromkeys(numbers):
        seen, error = renderer.lookup(number, parameter)
        if seen is None:
            errors.append(error)
        else:
            found.append(seen)
    body: dict[str, Any] = {}
    if found:
        body["data"] = renderer.posts(found)
    if renderer.includes():
        body["includes"] = renderer.includes()
    if errors or renderer.errors:
        body["errors"] = errors + renderer.errors
    return body


def _user(call: Context, found: User) -> Answer:
    parameters = call.parameters("expansions", "post.fields", "tweet.fields", "user.fields")
    selection = call.selection(parameters, USER_EXPANSIONS)
    return call.answer({"data": call.renderer(selection).user(found)}, selection)
