"""What a handler gets: the request, who calls, the world, and helpers to read parameters the way X does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from social_listener.sandbox import problems
from social_listener.sandbox.clock import to_ms
from social_listener.sandbox.fields import OTHER_FIELDS, Selection, respell, select
from social_listener.sandbox.gate import Caller
from social_listener.sandbox.paging import Pager, Position
from social_listener.sandbox.policy import Policy
from social_listener.sandbox.records import User
from social_listener.sandbox.render import Renderer
from social_listener.sandbox.snowflake import first_id
from social_listener.sandbox.wire import Answer, Request
from social_listener.sandbox.world import World

FIELDS = ("expansions", "post.fields", "tweet.fields", "user.fields", *OTHER_FIELDS)
TIMES = ("since_id", "until_id", "start_time", "end_time")


@dataclass(slots=True)
class Context:
    """One call to one endpoint."""

    request: Request
    endpoint: str
    world: World
    policy: Policy
    pager: Pager
    caller: Caller
    path: dict[str, str]
    now_ms: int

    @property
    def me(self) -> User:
        """The account that calls; only for endpoints that demand user credentials."""
        if self.caller.account is None:
            raise problems.unauthorized()
        return self.world.users[self.caller.account]

    def parameters(self, *known: str) -> dict[str, str]:
        """Return the query's parameters.

        Raises:
            Problem: 400, one is unknown or given twice.
        """
        found: dict[str, str] = {}
        for name, value in self.request.parameters:
            if name not in known:
                raise problems.invalid(
                    (name, value, f"The query parameter [{name}] is not one of [{','.join(sorted(known))}]")
                )
            if name in found:
                raise problems.invalid((name, value, f"The query parameter [{name}] was given more than once"))
            found[name] = value
        return found

    def body(self) -> dict[str, Any]:
        """Return the JSON object of the body.

        Raises:
            Problem: 400, it is not one.
        """
        try:
            return self.request.json()
        except ValueError:
            raise problems.invalid(("body", "", "Invalid JSON in the body of the request")) from None

    def selection(self, parameters: dict[str, str], expansions: frozenset[str]) -> Selection:
        """Return the fields and expansions asked for."""
        return select(parameters, expansions, self.policy.spelling)

    def renderer(self, selection: Selection) -> Renderer:
        """Return a renderer for this call."""
        return Renderer(self.world.ledger, self.policy, selection, self.now_ms, self.caller.account)

    def answer(self, body: dict[str, Any], selection: Selection | None = None, status: int = 200) -> Answer:
        """Return a JSON answer, in the spelling that was asked for."""
        as_posts = selection.as_posts if selection is not None else self.policy.spelling == "post"
        return Answer(status, respell(body) if as_posts else body)

    def count(self, parameters: dict[str, str], low: int, high: int, default: int) -> int:
        """Return the value of max_results."""
        text = parameters.get("max_results")
        if text is None:
            return default
        if not text.isascii() or not text.isdecimal() or not low <= int(text) <= high:
            raise problems.invalid(
                (
                    "max_results",
                    text,
                    f"The `max_results` query parameter value [{text}] is not between {low} and {high}",
                )
            )
        return int(text)

    def span(self, parameters: dict[str, str]) -> tuple[int | None, int | None]:
        """Return the ids that bound the answer, both excluded: (above, below), from ids or from times.

        start_time is inclusive and end_time exclusive, as documented.
        """
        times = [name for name in ("start_time", "end_time") if name in parameters]
        if times and any(name in parameters for name in ("since_id", "until_id")):
            message = "Invalid use of 'since_id' or 'until_id' in conjunction with 'start_time' or 'end_time'."
            raise problems.invalid(*((name, parameters[name], message) for name in times))
        above = self.number(parameters, "since_id")
        below = self.number(parameters, "until_id")
        if "start_time" in parameters:
            above = first_id(self.moment(parameters, "start_time")) - 1
        if "end_time" in parameters:
            below = first_id(self.moment(parameters, "end_time"))
        return above, below

    def number(self, parameters: dict[str, str], name: str) -> int | None:
        """Return a parameter that is an id."""
        text = parameters.get(name)
        if text is None:
            return None
        if not text.isascii() or not text.isdecimal() or len(text) > 19:
            raise problems.invalid((name, text, f"The `{name}` query parameter value [{text}] is not valid"))
        return int(text)

    def moment(self, parameters: dict[str, str], name: str) -> int:
        """Return a parameter that is a time (ISO 8601 with Z), in milliseconds since 1970."""
        text = parameters[name]
        try:
            moment = datetime.fromisoformat(text)
            return to_ms(moment)
        except ValueError:
            raise problems.invalid(
                (name, text, f"The `{name}` query parameter value [{text}] is not a valid ISO 8601 date time")
            ) from None

    def position(self, parameters: dict[str, str], *names: str) -> Position | None:
        """Return the page that a token asks for; None for the first one.

        Raises:
            Problem: 400, the token is unknown or has expired.
        """
        for name in names:
            if name in parameters:
                token = parameters[name]
                found = self.pager.read(token, self.scope(parameters), self.now_ms, self.policy.page_token_life)
                if found is None:
                    raise problems.invalid((name, token, f"The `{name}` query parameter value [{token}] is not valid"))
                return found
        return None

    def token(self, parameters: dict[str, str], position: Position) -> str:
        """Return the page token for a position in the answer to these parameters."""
        return self.pager.token(position, self.scope(parameters), self.now_ms)

    def scope(self, parameters: dict[str, str]) -> str:
        """Return what a page token belongs to: the path and everything that decides which items are listed."""
        deciding = ("query", "since_id", "until_id", "start_time", "end_time", "event_types", "exclude")
        return "|".join([self.request.path, *(f"{name}={parameters.get(name, '')}" for name in deciding)])
