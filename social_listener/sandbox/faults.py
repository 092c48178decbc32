"""Faults on demand: what a platform and a network can do to a call, switched on by endpoint."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

KINDS: dict[str, tuple[bool, str]] = {
    "status_401": (False, "401 Unauthorized"),
    "revoked_token": (False, "401 for as long as it is on: the token was taken back"),
    "status_402": (False, "402 CreditsDepleted"),
    "status_403": (False, "403 Forbidden (detail)"),
    "status_429": (False, "429 with x-rate-limit-reset (reset_in seconds, 900 unless given)"),
    "status_429_no_reset": (False, "429 without any rate-limit header"),
    "status_429_garbage_reset": (False, "429 with an x-rate-limit-reset that is no number"),
    "usage_capped": (False, "429 of the monthly cap, type usage-capped"),
    "html_503": (False, "503 with an HTML page"),
    "json_500": (False, "500 with a JSON problem"),
    "list_error": (False, "500 whose JSON body is a list"),
    "stall": (False, "no answer for so many seconds of real time, or until released; then the normal one"),
    "reset": (False, "the connection is reset before the body is read"),
    "expired_page_token": (False, "400 for the page token, only for calls that carry one"),
    "cut": (True, "Content-Length larger than the body, then the connection closes"),
    "empty_200": (True, "200 with an empty body"),
    "invalid_json": (True, "the right status with half a JSON document"),
    "lost": (True, "the connection closes without an answer, after the call took effect"),
    "status_503_after_effect": (True, "503 with an HTML page, after the call took effect"),
    "partial_errors": (True, "200 that lacks some of its items and names them in errors"),
    "wrong_types": (True, "200 with one item (item) whose fields have wrong types"),
}
"""Kind → whether the call takes effect first, and what the caller sees, of X or in Meta's words of the Graph API."""

GRAPH_KINDS: dict[str, tuple[bool, str]] = {
    "graph_error": (False, "an error of the Graph API (code, subcode; reset_in seconds for throttles)"),
    "html_502": (False, "502 with an HTML page"),
}
"""Kinds that only calls to the Graph API meet."""


@dataclass(slots=True)
class Fault:
    """One fault that is switched on."""

    id: int
    endpoint: str
    kind: str
    times: int | None = None
    """How many calls it still hits; None: until cleared."""
    probability: float = 1.0
    effect: bool = False
    """Whether the call takes effect before the fault."""
    seconds: float | None = None
    reset_in: float = 900.0
    detail: str = "Forbidden"
    item: int = 0
    code: int = 1
    subcode: int | None = None
    hits: int = 0
    released: threading.Event = field(default_factory=threading.Event)

    def as_json(self) -> dict[str, Any]:
        """Return what the control endpoint shows."""
        names = (
            "id",
            "endpoint",
            "kind",
            "times",
            "probability",
            "effect",
            "seconds",
            "reset_in",
            "detail",
            "item",
            "code",
            "subcode",
            "hits",
        )
        return {name: getattr(self, name) for name in names}


class Faults:
    """The faults that are on. Thread-safe; chance is drawn from a generator with the sandbox's seed."""

    def __init__(self, seed: int) -> None:
        """Start without faults."""
        self._rng = random.Random(f"faults:{seed}")
        self._faults: list[Fault] = []
        self._spent_stalls: list[Fault] = []
        self._last = 0
        self._lock = threading.Lock()

    def add(
        self,
        endpoint: str = "* /**",
        kind: str = "json_500",
        *,
        times: int | None = None,
        probability: float = 1.0,
        effect: bool | None = None,
        seconds: float | None = None,
        reset_in: float = 900.0,
        detail: str = "Forbidden",
        item: int = 0,
        code: int = 1,
        subcode: int | None = None,
    ) -> int:
        """Switch a fault on and return its id.

        `endpoint` is a method and a path, as in "GET /2/users/*/mentions": * stands for one segment, ** for any rest.
        For the Graph API the path may lack the version, or be the endpoint's name, as in "GET /{page}/feed".
        Without `times` it stays on until cleared. `effect` overrides whether the call takes effect first (see KINDS).

        Raises:
            ValueError: the kind is unknown, or the pattern has not two words.
        """
        known = KINDS | GRAPH_KINDS
        if kind not in known:
            raise ValueError(f"unknown fault {kind!r}; known are {', '.join(known)}")
        if len(endpoint.split()) != 2:
            raise ValueError(f"an endpoint is a method and a path, as in 'GET /2/users/*/mentions', not {endpoint!r}")
        if (times is not None and times < 1) or not 0 <= probability <= 1:
            raise ValueError("times starts at 1, and probability lies between 0 and 1")
        with self._lock:
            self._last += 1
            fault = Fault(
                self._last,
                endpoint,
                kind,
                times,
                probability,
                known[kind][0] if effect is None else effect,
                seconds,
                reset_in,
                detail,
                item,
                code,
                subcode,
            )
            self._faults.append(fault)
            return fault.id

    def take(
        self,
        method: str,
        path: str,
        parameters: list[tuple[str, str]],
        *,
        before_body: bool = False,
        also: Sequence[str] = (),
    ) -> Fault | None:
        """Return the fault that hits this call, if one does; its count goes down.

        `before_body` asks for connections to be reset before the body is read, and for nothing else. `also` are the
        further names of a path of the Graph API; X has none.
        """
        page_tokens = CURSORS if also else PAGE_TOKENS
        with self._lock:
            for fault in self._faults:
                if before_body != (fault.kind == "reset" and not fault.effect):
                    continue
                if not any(_matches(fault.endpoint, method, name) for name in (path, *also)):
                    continue
                if fault.kind in GRAPH_KINDS and not also:
                    continue
                if fault.kind == "expired_page_token" and not any(name in page_tokens for name, _ in parameters):
                    continue
                if fault.probability < 1 and self._rng.random() >= fault.probability:
                    continue
                fault.hits += 1
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times == 0:
                        self._faults.remove(fault)
                        if fault.kind == "stall":
                            self._spent_stalls.append(fault)
                return fault
        return None

    def clear(self, id: int | None = None) -> None:  # noqa: A002  # what `add` returned
        """Switch one fault off, or all of them; calls that stall go on."""
        with self._lock:
            for fault in [*self._faults, *self._spent_stalls]:
                if id in (None, fault.id):
                    fault.released.set()
            self._faults = [fault for fault in self._faults if id not in (None, fault.id)]
            self._spent_stalls = [fault for fault in self._spent_stalls if id not in (None, fault.id)]

    def active(self) -> list[Fault]:
        """Return the faults that are on."""
        with self._lock:
            return list(self._faults)


PAGE_TOKENS = ("pagination_token", "next_token")
CURSORS = ("after", "before", "__paging_token")
"""Parameters that ask for a further page: of X, and of the Graph API."""


def _matches(pattern: str, method: str, path: str) -> bool:
    wanted, _, rest = pattern.partition(" ")
    if wanted not in ("*", "**", method):
        return False
    expression = "".join(
        ".*" if part == "**" else "[^/]+" if part == "*" else re.escape(part)
        for part in re.split(r"(\*\*|\*)", rest.strip())
    )
    return re.fullmatch(expression, path) is not None
