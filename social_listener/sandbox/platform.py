"""The platform: from a request to an answer. Faults, credentials, limits, handler and headers, in that order."""

from __future__ import annotations

import hashlib
import time

from social_listener.sandbox import authorize, breakage, oauth, problems, routes
from social_listener.sandbox.calls import CallLog
from social_listener.sandbox.clock import from_ms
from social_listener.sandbox.context import Context
from social_listener.sandbox.faults import Faults
from social_listener.sandbox.gate import Caller, Gate
from social_listener.sandbox.limits import Limits
from social_listener.sandbox.paging import Pager
from social_listener.sandbox.policy import Policy
from social_listener.sandbox.wire import Answer, Request
from social_listener.sandbox.world import World

_WITHOUT_LIMITS = frozenset(("status_429_no_reset", "status_429_garbage_reset", "html_503", "status_503_after_effect"))
"""Faults whose answers lack the rate-limit headers, or bring odd ones."""

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Platform:
    """X as the sandbox plays it. Thread-safe."""

    def __init__(self, world: World, policy: Policy, faults: Faults, limits: Limits) -> None:
        """Answer for this world."""
        self.world = world
        self.policy = policy
        self.faults = faults
        self.limits = limits
        self.calls = CallLog()
        self.gate = Gate(world, policy)
        self._pager = Pager(world.seed)
        self._codes = authorize.Codes(world.seed)

    def answer(self, request: Request) -> Answer:
        """Answer one request and write it into the call log."""
        began = time.perf_counter()
        now = self.world.clock.now()
        found = routes.find(request.method, request.path)
        endpoint = f"{request.method} {request.path}" if found is None else found[0].endpoint
        fault = self.faults.take(request.method, request.path, request.parameters)
        if fault is not None and fault.kind == "stall" and not fault.effect:
            fault.released.wait(fault.seconds)
        caller: list[Caller] = []
        if fault is not None and not fault.effect and fault.kind != "stall":
            answer = breakage.instead(fault, request, self.world.clock.now_ms())
        else:
            answer = self._try(request, found, caller)
            if fault is not None and fault.kind == "stall" and fault.effect:
                fault.released.wait(fault.seconds)
            elif fault is not None and fault.kind != "stall":
                answer = breakage.afterwards(fault, answer, self.world.clock.now_ms())
        if found is not None and (fault is None or fault.kind not in _WITHOUT_LIMITS):
            self._tell_limits(answer, found[0], caller[0] if caller else None)
        took_ms = (time.perf_counter() - began) * 1000
        self._dress(answer, request, caller[0] if caller else None, took_ms)
        self.calls.add(
            at=now,
            method=request.method,
            path=request.path,
            query=request.query,
            endpoint=endpoint,
            status=answer.status if answer.manner in ("whole", "cut") else None,
            account=caller[0].account if caller else None,
            took_ms=round(took_ms, 3),
            fault=None if fault is None else fault.kind,
        )
        return answer

    def refuses_to_read(self, method: str, path: str) -> bool:
        """Whether the connection of this call is to be reset before its body is read."""
        if self.faults.take(method, path, [], before_body=True) is None:
            return False
        self.calls.add(
            at=self.world.clock.now(),
            method=method,
            path=path,
            query="",
            endpoint=f"{method} {path}",
            status=None,
            account=None,
            took_ms=0.0,
            fault="reset",
        )
        return True

    def _try(self, request: Request, found: tuple[routes.Route, dict[str, str]] | None, caller: list[Caller]) -> Answer:
        headers: dict[str, str] = {}
        try:
            answer = self._call(request, found, caller, headers)
        except problems.Problem as problem:
            answer = Answer(problem.status, problem.body, dict(problem.headers))
        answer.headers.update(headers)
        return answer

    def _call(
        self,
        request: Request,
        found: tuple[routes.Route, dict[str, str]] | None,
        caller: list[Caller],
        headers: dict[str, str],
    ) -> Answer:
        if request.method == "GET" and request.path == authorize.PATH:
            return authorize.page(request, self.world, self.policy, self._codes)
        if request.method == "POST" and request.path == "/2/oauth2/token":
            return oauth.token(request, self.world, self.policy, self._codes)
        if request.method == "POST" and request.path == "/2/oauth2/revoke":
            return oauth.revoke(request, self.world)
        if found is None:
            raise problems.not_found_page()
        route, path = found
        caller.append(self.gate.identify(request))
        if route.access == "user" and caller[0].account is None:
            raise problems.unsupported_authentication(
                "OAuth 2.0 Application-Only", "OAuth 1.0a User Context, OAuth 2.0 User Context"
            )
        if caller[0].scopes is not None and not caller[0].scopes.issuperset(route.scopes.split()):
            raise problems.forbidden()
        with self.world.lock:
            now_ms = self.world.clock.now_ms()
            allowed, limit_headers = self.limits.take(route.endpoint, route.allowance, caller[0].account, now_ms)
            headers.update(limit_headers)
            if not allowed:
                raise problems.too_many()
            call = Context(request, route.endpoint, self.world, self.policy, self._pager, caller[0], path, now_ms)
            return route.handler(call)

    def _tell_limits(self, answer: Answer, route: routes.Route, caller: Caller | None) -> None:
        """Add the rate-limit headers to an answer that was given before a call was counted, such as a 401."""
        account = caller.account if caller is not None else None
        user = account or ("nobody" if route.access == "user" else None)
        _, headers = self.limits.take(route.endpoint, route.allowance, user, self.world.clock.now_ms(), count=False)
        answer.headers = headers | answer.headers

    def _dress(self, answer: Answer, request: Request, caller: Caller | None, took_ms: float) -> None:
        """Add the headers that every answer of the platform has."""
        headers = {
            "date": _date(self.world.clock.now_ms()),
            "perf": "7626143928",
            "server": "tsa_b",
            "api-version": "2.167",
            "content-type": "application/json; charset=utf-8",
            "cache-control": "no-cache, no-store, max-age=0",
            "content-disposition": "attachment; filename=json.json",
            "strict-transport-security": "max-age=631138519",
            "x-access-level": caller.access_level if caller is not None else "read",
            "x-connection-hash": hashlib.sha256(request.path.encode()).hexdigest(),
            "x-content-type-options": "nosniff",
            "x-frame-options": "SAMEORIGIN",
            "x-response-time": str(round(took_ms)),
            "x-transaction-id": hashlib.blake2b(f"{request.path}{took_ms}".encode(), digest_size=8).hexdigest(),
            "x-xss-protection": "0",
        }
        answer.headers = headers | answer.headers


def _date(now_ms: int) -> str:
    """Return the Date header of the sandbox's clock. The recorded answers say UTC where the standard says GMT."""
    moment = from_ms(now_ms)
    day, month = _DAYS[moment.weekday()], _MONTHS[moment.month - 1]
    return f"{day}, {moment.day:02d} {month} {moment.year} {moment:%H:%M:%S} UTC"
