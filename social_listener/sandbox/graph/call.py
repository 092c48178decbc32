"""One call to the Graph API: the request, the token's grant, the world, and parameters read the way Meta does."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from social_listener.sandbox.graph import problems
from social_listener.sandbox.graph.fields import Field, parse
from social_listener.sandbox.graph.ledger import Ledger
from social_listener.sandbox.graph.policy import GraphPolicy
from social_listener.sandbox.graph.records import Person
from social_listener.sandbox.graph.tokens import Grant
from social_listener.sandbox.graph.world import Graph
from social_listener.sandbox.wire import Request

_VERSION = re.compile(r"/(v\d+\.\d+)(?=/|$)")
_YES = {"true": True, "1": True, "false": False, "0": False}


@dataclass(slots=True)
class Call:
    """What a handler gets."""

    request: Request
    graph: Graph
    version: str
    path: str
    """Without the version, without slashes at its ends."""
    parameters: dict[str, str]
    """Of the query and of the body; the body's win."""
    token: str
    grant: Grant
    node: Any
    """What the first part of the path names."""
    now_ms: int

    @property
    def policy(self) -> GraphPolicy:
        """The switches."""
        return self.graph.policy

    @property
    def ledger(self) -> Ledger:
        """The state of the world."""
        return self.graph.ledger

    @property
    def brand(self) -> Person:
        """The brand: Page and account."""
        return self.graph.brand

    @property
    def origin(self) -> str:
        """Scheme and host for links to further pages."""
        return self.policy.paging_host.rstrip("/") or f"http://{self.request.headers.get('host', '127.0.0.1')}"

    def fields(self) -> tuple[Field, ...] | None:
        """Return what is asked for; None: nothing in particular."""
        text = self.parameters.get("fields")
        return parse(text) if text else None

    def text(self, name: str) -> str:
        """Return a parameter that must not be empty.

        Raises:
            GraphError: 100, it is missing or empty.
        """
        value = self.parameters.get(name, "")
        if not value:
            raise problems.invalid(f"The parameter {name} is required.")
        return value

    def flag(self, name: str) -> bool | None:
        """Return a parameter that is true or false; None when it is not given.

        Raises:
            GraphError: 100, it is something else.
        """
        value = self.parameters.get(name)
        if value is None:
            return None
        if value.lower() not in _YES:
            raise problems.invalid(f"Param {name} must be a boolean")
        return _YES[value.lower()]

    def structure(self, name: str) -> dict[str, Any]:
        """Return a parameter that is a JSON object.

        Raises:
            GraphError: 100, it is missing, or no object: `recipient=id` is what a client sends that forgot to encode.
        """
        try:
            value = json.loads(self.text(name))
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise problems.invalid(f"Param {name} must be a JSON object")
        return value


def split_version(path: str) -> tuple[str | None, str]:
    """Return the version in front of a path, if there is one, and the rest without slashes at its ends."""
    found = _VERSION.match(path)
    if found is None:
        return None, path.strip("/")
    return found[1], path[found.end() :].strip("/")


def parameters_of(request: Request) -> dict[str, str]:
    """Return all parameters: those of the query, and those of a form or JSON body.

    Raises:
        GraphError: 100, the body says that it is JSON and is none.
    """
    found = dict(request.parameters)
    if not request.body:
        return found
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            body = request.json()
        except ValueError:
            raise problems.invalid("The body of the request is not a JSON object") from None
        return found | {name: value if isinstance(value, str) else json.dumps(value) for name, value in body.items()}
    return found | request.form()


def whole_number(values: dict[str, str], name: str, default: int, most: int) -> int:
    """Return a parameter that is a number from 0 on, at most `most`.

    Raises:
        GraphError: 100, it is something else.
    """
    text = values.get(name)
    if text is None or text == "":
        return default
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise problems.invalid(f"Param {name} must be an integer greater than or equal to 0")
    return min(int(text), most)


def second(values: dict[str, str], name: str) -> int | None:
    """Return a parameter that is a time, in seconds since 1970: a number of them, or a date.

    Raises:
        GraphError: 100, it is something else.
    """
    text = values.get(name)
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        return _second_of_date(name, text)
    if not math.isfinite(number) or abs(number) > 10**11:
        raise problems.invalid(f"Param {name} must be a valid timestamp")
    return int(number)


def _second_of_date(name: str, text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
        return int((moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        raise problems.invalid(f"Param {name} must be a valid timestamp") from None
