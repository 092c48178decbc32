"""X's ways of saying no: each function makes the exception whose body and status the client gets.

Bodies follow the vendor's documentation and the answers reported by clients' users (status in brackets of each).
"""

from __future__ import annotations

from typing import Any

TYPES = "https://api.twitter.com/2/problems/"


class Problem(Exception):
    """An answer other than success."""

    def __init__(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        """Answer with this status and JSON body."""
        super().__init__(f"{status}")
        self.status = status
        self.body = body
        self.headers = headers or {}


def invalid(*complaints: tuple[str, object, str]) -> Problem:
    """400 for parameters: each complaint is (parameter, its value, message)."""
    errors = [{"parameters": {name: [str(value)]}, "message": message} for name, value, message in complaints]
    return Problem(
        400,
        {
            "errors": errors,
            "title": "Invalid Request",
            "detail": "One or more parameters to your request was invalid.",
            "type": f"{TYPES}invalid-request",
        },
    )


def plain(status: int, title: str, detail: str, kind: str = "about:blank") -> Problem:
    """Return a problem of title, type, status and detail."""
    return Problem(status, {"title": title, "type": kind, "status": status, "detail": detail})


def unauthorized() -> Problem:
    """401 for missing, wrong, expired and revoked credentials alike."""
    return plain(401, "Unauthorized", "Unauthorized")


def forbidden(detail: str = "Forbidden") -> Problem:
    """403 with a detail."""
    return plain(403, "Forbidden", detail)


def unsupported_authentication(used: str, supported: str) -> Problem:
    """403 for credentials of the wrong kind."""
    return plain(
        403,
        "Unsupported Authentication",
        f"Authenticating with {used} is forbidden for this endpoint.  "
        f"Supported authentication types are [{supported}].",
        f"{TYPES}unsupported-authentication",
    )


def no_credits() -> Problem:
    """402: the account has no credits left."""
    return plain(
        402,
        "CreditsDepleted",
        "Your enrolled account does not have any credits to fulfill this request.",
        f"{TYPES}credits",
    )


def too_many() -> Problem:
    """429."""
    return plain(429, "Too Many Requests", "Too Many Requests")


def not_found_page() -> Problem:
    """404 for a path that does not exist."""
    return plain(404, "Not Found", "Not Found")


def missing(parameter: str, value: str, kind: str = "tweet") -> dict[str, Any]:
    """Return the entry of `errors` for something deleted or never there."""
    bracket = f"{parameter}: [{value}]"
    return {
        "value": value,
        "detail": f"Could not find {kind} with {bracket}.",
        "title": "Not Found Error",
        "resource_type": kind,
        "parameter": parameter,
        "resource_id": value,
        "type": f"{TYPES}resource-not-found",
    }


def not_yours_to_see(parameter: str, value: str, kind: str = "tweet") -> dict[str, Any]:
    """Return the entry of `errors` for something of a protected author."""
    return {
        "value": value,
        "detail": f"Sorry, you are not authorized to see the {kind.capitalize()} with {parameter}: [{value}].",
        "title": "Authorization Error",
        "resource_type": kind,
        "parameter": parameter,
        "resource_id": value,
        "type": f"{TYPES}not-authorized-for-resource",
    }


def suspended(parameter: str, value: str) -> dict[str, Any]:
    """Return the entry of `errors` for a suspended user."""
    return {
        "value": value,
        "detail": f"User has been suspended: [{value}].",
        "title": "Forbidden",
        "resource_type": "user",
        "parameter": parameter,
        "resource_id": value,
        "type": f"{TYPES}resource-not-found",
    }
