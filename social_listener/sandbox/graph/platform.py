"""The Graph API: from a request to an answer. Faults, token, quota, handler and headers, in that order."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode

from social_listener.sandbox.calls import CallLog
from social_listener.sandbox.clock import from_ms
from social_listener.sandbox.faults import Fault, Faults
from social_listener.sandbox.graph import breakage, gate, problems, routes
from social_listener.sandbox.graph.call import Call, parameters_of, split_version
from social_listener.sandbox.graph.dispatch import dispatch, endpoint_of, family_of
from social_listener.sandbox.graph.usage import CODES, USER_CODES
from social_listener.sandbox.graph.world import Graph
from social_listener.sandbox.limits import Limits
from social_listener.sandbox.wire import Answer, Request

_OLDEST = "v21.0"
"""Calls of an older version are answered in this one."""
_SECRETS = frozenset(("access_token", "appsecret_proof", "input_token", "client_secret", "fb_exchange_token", "code"))
_SILENT_ABOUT_QUOTA = frozenset(("html_503", "html_502", "json_500", "list_error", "status_503_after_effect"))
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

Open = Callable[[Request, str], Answer]
"""A handler that needs no access token; it gets the version too."""


class _Asked:
    """What is known of a request before anybody looks at its token."""

    def __init__(self, request: Request, graph: Graph) -> None:
        asked, self.path = split_version(request.path)
        version = asked or graph.policy.version
        self.version = max(version, _OLDEST, key=lambda one: float(one[1:]))
        self.parameters: dict[str, str] = {}
        self.refusal: problems.GraphError | None = None
        try:
            self.parameters = parameters_of(request)
        except problems.GraphError as error:
            self.refusal = error
        grant = graph.tokens.find(self.parameters.get("access_token", ""))
        first = self.path.partition("/")[0]
        with graph.lock:
            self.node = routes.find(graph, grant, first, graph.clock.now_ms()) if first else None
            self.family = family_of(graph, self.node, self.path, self.parameters)
        several = bool(self.parameters.get("ids"))
        self.endpoint = endpoint_of(self.node, request.method, self.path, several=several)
        self.owner = graph.instagram_id if self.family == "instagram" else graph.page_id
        self.account: str | None = None


class GraphPlatform:
    """The Graph API as the sandbox plays it. Thread-safe."""

    def __init__(self, graph: Graph, faults: Faults, limits: Limits, calls: CallLog) -> None:
        """Answer for this world; faults and call log are those of X too, and so is whether limits are enforced."""
        self._limits = limits
        self.graph = graph
        self.faults = faults
        self.calls = calls
        self.open: dict[tuple[str, str], Open] = {}
        """Method and path without version → who answers it without a token, such as the pages of OAuth."""

    def answer(self, request: Request) -> Answer:
        """Answer one request and write it into the call log."""
        began = time.perf_counter()
        now = self.graph.clock.now()
        asked = _Asked(request, self.graph)
        names = (f"/{asked.path}", asked.endpoint.partition(" ")[2])
        fault = self.faults.take(request.method, request.path, request.parameters, also=names)
        answer = self._broken(fault, request, asked)
        if fault is None or fault.kind not in _SILENT_ABOUT_QUOTA:
            self._tell_usage(answer, asked)
        self._dress(answer, asked, request)
        self.calls.add(
            at=now,
            method=request.method,
            path=request.path,
            query=_without_secrets(request.query),
            endpoint=asked.endpoint,
            status=answer.status if answer.manner in ("whole", "cut") else None,
            account=asked.account,
            took_ms=round((time.perf_counter() - began) * 1000, 3),
            fault=None if fault is None else fault.kind,
        )
        return answer

    def refuses_to_read(self, method: str, path: str) -> bool:
        """Whether the connection of this call is to be reset before its body is read."""
        _, rest = split_version(path)
        first = rest.partition("/")[0]
        with self.graph.lock:
            node = routes.find(self.graph, None, first, self.graph.clock.now_ms()) if first else None
        if first == "me":  # whose token it is has not been read; nearly always the Page's
            node = self.graph.brand
        endpoint = endpoint_of(node, method, rest, several=False)
        names = (f"/{rest}", endpoint.partition(" ")[2])
        if self.faults.take(method, path, [], before_body=True, also=names) is None:
            return False
        self.calls.add(
            at=self.graph.clock.now(),
            method=method,
            path=path,
            query="",
            endpoint=endpoint,
            status=None,
            account=None,
            took_ms=0.0,
            fault="reset",
        )
        return True

    def _broken(self, fault: Fault | None, request: Request, asked: _Asked) -> Answer:
        """Return the answer to a call, with a fault before or after it, if there is one."""
        if fault is None:
            return self._try(request, asked)
        if fault.kind == "stall":
            if not fault.effect:
                fault.released.wait(fault.seconds)
            answer = self._try(request, asked)
            if fault.effect:
                fault.released.wait(fault.seconds)
            return answer
        if not fault.effect:
            return breakage.instead(fault, request, asked.owner)
        return breakage.afterwards(fault, self._try(request, asked), request, asked.owner)

    def _try(self, request: Request, asked: _Asked) -> Answer:
        handler = self.open.get((request.method, asked.path))
        if handler is not None:
            return handler(request, asked.version)
        try:
            return Answer(200, self._call(request, asked))
        except problems.GraphError as error:
            return breakage.error_answer(error)

    def _call(self, request: Request, asked: _Asked) -> dict[str, Any]:
        if asked.refusal is not None:
            raise asked.refusal
        token = gate.token_of(request, asked.parameters)
        with self.graph.lock:
            grant = gate.identify(self.graph, token, asked.parameters)
            asked.account = grant.page_id or grant.user_id or self.graph.app_id
            now_ms = self.graph.clock.now_ms()
            count = len(asked.parameters.get("ids", "").split(",")) if asked.parameters.get("ids") else 1
            self.graph.meter.enforced = self._limits.enabled
            full = self.graph.meter.count(asked.family, count, now_ms)
            if full is not None:
                raise problems.throttled((USER_CODES if grant.kind == "user" else CODES).get(full, CODES[full]))
            first = asked.path.partition("/")[0]
            node = routes.find(self.graph, grant, first, now_ms) if first else None
            return dispatch(
                Call(
                    request=request,
                    graph=self.graph,
                    version=asked.version,
                    path=asked.path,
                    parameters=asked.parameters,
                    token=token,
                    grant=grant,
                    node=node,
                    now_ms=now_ms,
                )
            )

    def _tell_usage(self, answer: Answer, asked: _Asked) -> None:
        """Add the usage headers to the answer of a call whose token was good."""
        if asked.account is None:
            return
        headers = self.graph.meter.headers(asked.family, asked.owner, self.graph.clock.now_ms())
        answer.headers = headers | answer.headers

    def _dress(self, answer: Answer, asked: _Asked, request: Request) -> None:
        """Add the headers that every answer of the platform has, and the trace id that every error has."""
        trace = hashlib.blake2b(f"{request.path}{len(self.calls)}".encode(), digest_size=8).hexdigest()
        if isinstance(answer.body, dict) and isinstance(answer.body.get("error"), dict):
            answer.body["error"]["fbtrace_id"] = f"A{trace}"
        headers = {
            "date": _date(self.graph.clock.now_ms()),
            "content-type": "application/json; charset=UTF-8",
            "facebook-api-version": asked.version,
            "cache-control": "private, no-cache, no-store, must-revalidate",
            "pragma": "no-cache",
            "expires": "Sat, 01 Jan 2000 00:00:00 GMT",
            "vary": "Origin, Accept-Encoding",
            "strict-transport-security": "max-age=15552000; preload",
            "access-control-allow-origin": "*",
            "x-fb-request-id": f"A{trace}",
            "x-fb-trace-id": trace[:11],
            "x-fb-rev": "1030000000",
        }
        answer.headers = headers | answer.headers


def _without_secrets(query: str) -> str:
    """Return a query as the call log keeps it: values that would open a door are left out."""
    pairs = parse_qsl(query, keep_blank_values=True, errors="replace")
    return urlencode([(name, "..." if name in _SECRETS else value) for name, value in pairs])


def _date(now_ms: int) -> str:
    """Return the Date header of the sandbox's clock."""
    moment = from_ms(now_ms)
    day, month = _DAYS[moment.weekday()], _MONTHS[moment.month - 1]
    return f"{day}, {moment.day:02d} {month} {moment.year} {moment:%H:%M:%S} GMT"
