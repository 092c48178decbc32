"""The Graph API's ways of saying no: each function makes the exception whose body and status the client gets.

Codes and subcodes follow the vendor's documentation; wordings follow it where it gives one, and else what users of
clients report. The status of each code is not documented: clients are meant to go by the code.
"""

from __future__ import annotations

from typing import Any

_DOCS = "https://developers.facebook.com/docs/graph-api"
_TRANSIENT = frozenset((1, 2))
THROTTLES = frozenset((4, 17, 32, 341, 613))
_DEAD: dict[int | None, str] = {
    458: "Error validating access token: The user has not authorized application {app}.",
    459: "Error validating access token: The user is enrolled in a blocking, logged-in checkpoint",
    460: "Error validating access token: The session has been invalidated because the user changed their password or "
    "Facebook has changed the session for security reasons.",
    463: "Error validating access token: Session has expired.",
    464: "Error validating access token: Sessions for the user are not allowed because the user is not a confirmed "
    "user.",
    467: "Error validating access token: The session is invalid because the user logged out.",
    492: "Error validating access token: The user must be an administrator of the page in order to impersonate it.",
    None: "Invalid OAuth access token - Cannot parse access token",
}
_THROTTLED = {
    4: "Application request limit reached",
    17: "User request limit reached",
    32: "Page request limit reached",
    341: "Application limit reached",
    613: "Calls to this api have exceeded the rate limit.",
}


class GraphError(Exception):
    """An answer other than success."""

    def __init__(self, code: int, message: str, *, subcode: int | None = None, **facts: Any) -> None:
        """Answer with this code. `facts`: type, status, title, user_message (what a person is to be shown)."""
        super().__init__(f"{code}/{subcode}")
        self.code = code
        self.subcode = subcode
        transient = code in _TRANSIENT
        self.status: int = facts.get("status") or (500 if transient else 403 if code in THROTTLES else 400)
        self.error: dict[str, Any] = {"message": message, "type": facts.get("type", "OAuthException"), "code": code}
        if transient:
            self.error["is_transient"] = True
        if subcode is not None:
            self.error["error_subcode"] = subcode
        if "title" in facts:
            self.error["error_user_title"] = facts["title"]
            self.error["error_user_msg"] = facts["user_message"]


def of_code(code: int, subcode: int | None = None, app: str = "") -> GraphError:
    """Make the error that a code stands for, in its usual words."""
    if code == 190:
        return GraphError(190, _DEAD.get(subcode, _DEAD[None]).format(app=app), subcode=subcode)
    words = {
        1: "An unknown error has occurred.",
        2: "Service temporarily unavailable",
        3: "Application does not have the capability to make this API call.",
        10: "Application does not have permission for this action",
        12: "This endpoint is deprecated",
        100: "Invalid parameter",
        102: "Session key invalid or no longer valid",
        200: "Permissions error",
        230: "User has not given consent to share their profile",
        368: "The action attempted has been deemed abusive or is otherwise disallowed",
        506: "Duplicate status message",
        551: "This person isn't available right now.",
        1609005: "There was an issue posting the link",
    }
    if code in _THROTTLED or 80_000 <= code < 80_100:
        return throttled(code)
    prefix = "" if code in _TRANSIENT else f"(#{code}) "
    return GraphError(code, prefix + words.get(code, "An error occurred"), subcode=subcode)


def throttled(code: int) -> GraphError:
    """Make the error for a quota that is used up; when it is there again stands in a header only."""
    words = _THROTTLED.get(code)
    if words is None:
        words = (
            "There have been too many calls from this ad-account/page/user. Wait a bit and try again. For more info, "
            "please refer to https://developers.facebook.com/docs/graph-api/overview/rate-limiting."
        )
    return GraphError(code, f"(#{code}) {words}")


def too_much() -> GraphError:
    """1: an answer that would be too large, in the words that clients report."""
    return GraphError(1, "Please reduce the amount of data you're asking for, then retry your request")


def invalid(message: str, subcode: int | None = None) -> GraphError:
    """100: a parameter is wrong."""
    return GraphError(100, f"(#100) {message}", subcode=subcode)


def no_image() -> GraphError:
    """324: what was handed over is no photo, or too large a one."""
    return GraphError(324, "(#324) Missing or invalid image file")


def missing(wanted: str, verb: str) -> GraphError:
    """100/33: not there, or not for this token, or not for this verb; the platform tells them not apart."""
    return GraphError(
        100,
        f"Unsupported {verb.lower()} request. Object with ID '{wanted}' does not exist, cannot be loaded due to "
        f"missing permissions, or does not support this operation. Please read the Graph API documentation at {_DOCS}",
        subcode=33,
        type="GraphMethodException",
    )


def unknown_field(name: str, label: str) -> GraphError:
    """100: a field that this kind of node does not have."""
    return invalid(f"Tried accessing nonexisting field ({name}) on node type ({label})")


def unknown_edge(path: str) -> GraphError:
    """2500: a path that leads nowhere."""
    return GraphError(2500, f"Unknown path components: /{path}")


def no_token() -> GraphError:
    """104: no access token at all."""
    return GraphError(104, "An access token is required to request this resource.")


def no_session() -> GraphError:
    """2500: /me with a token that is nobody's."""
    return GraphError(2500, "An active access token must be used to query information about the current user.")


def proof(present: bool) -> GraphError:
    """100: appsecret_proof is missing, or wrong."""
    words = (
        "Invalid appsecret_proof provided in the API argument"
        if present
        else "API calls from the server require an appsecret_proof argument"
    )
    return GraphError(100, words, type="GraphMethodException")


def needs(scope: str, *, reading: bool) -> GraphError:
    """10 or 200: the token lacks a permission."""
    if reading:
        return GraphError(
            10,
            f"(#10) This endpoint requires the '{scope}' permission or the 'Page Public Content Access' feature. Refer "
            "to https://developers.facebook.com/docs/apps/review/login-permissions#manage-pages for details.",
        )
    return GraphError(200, f"(#200) Requires {scope} permission to manage the object")


def page_token_wanted() -> GraphError:
    """210: a user token where only that of the Page will do."""
    return GraphError(210, "(#210) A page access token is required to request this resource.")


def window_closed(platform: str) -> GraphError:
    """10: the person has not written for too long."""
    subcode = 2018278 if platform == "messenger" else 2534022
    words = (
        "(#10) This message is sent outside of allowed window. Learn more about the new policy here: "
        "https://developers.facebook.com/docs/messenger-platform/policy-overview"
    )
    return GraphError(10, words, subcode=subcode)
