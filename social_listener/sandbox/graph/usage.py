"""How much of its quota the application has used: percentages that rise with calls and fall with time."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from typing import Literal

from social_listener.sandbox.graph.policy import GraphPolicy

Family = Literal["pages", "messenger", "instagram"]
"""Whose quota a call counts against beside the application's: `type` in X-Business-Use-Case-Usage."""

CODES: dict[str, int] = {"application": 4, "pages": 80001, "instagram": 80002, "messenger": 80006}
"""The code that answers a call when a quota is used up."""
USER_CODES: dict[str, int] = {"application": 17, "pages": 32}
"""The code instead, where the token is a user's."""
_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS


@dataclass(slots=True)
class _Level:
    percent: float = 0.0
    at_ms: int = 0


class Usage:
    """One level for the application and one for each family, each draining evenly over its hour or day."""

    def __init__(self, policy: GraphPolicy) -> None:
        """Nothing is used yet."""
        self._policy = policy
        self._lock = threading.Lock()
        self._levels = {name: _Level() for name in CODES}
        self._told: dict[str, float] = {}
        self._blocked_until: dict[str, int] = {}
        self.enforced = False
        """Whether a quota that was used up by calls answers with its code; one that was `say`d always does."""

    def say(self, percent: float | None, family: str | None = None, now_ms: int = 0) -> None:
        """Tell this percentage from now on, for one family, "application" or all; None: what calls bring again."""
        if family is not None and family not in CODES:
            raise ValueError(f"usage is that of {', '.join(CODES)}, not of {family!r}")
        if percent is not None and percent < 0:
            raise ValueError("usage is a percentage from 0 on")
        with self._lock:
            for name in CODES if family is None else (family,):
                self._told.pop(name, None)
                self._blocked_until.pop(name, None)
                if percent is None:
                    self._levels[name] = _Level()
                    continue
                self._told[name] = percent
                if percent >= 100:
                    self._blocked_until[name] = now_ms + round(self._policy.regain_minutes * 60_000)

    def count(self, family: Family, calls: int, now_ms: int) -> str | None:
        """Count calls, and return whose quota refuses them: "application", the family, or None."""
        with self._lock:
            for name in ("application", family):
                until = self._blocked_until.get(name)
                if until is not None and now_ms < until:
                    self._blocked_until[name] = until + 60_000
                    return name
                if until is not None:
                    self._relax(name, now_ms)
                self._raise(name, calls, now_ms)
                if self.enforced and self._percent(name, now_ms) >= 100:
                    self._blocked_until[name] = now_ms + round(self._policy.regain_minutes * 60_000)
                    return name
            return None

    def headers(self, family: Family, owner: str, now_ms: int) -> dict[str, str]:
        """Return the two headers for a call that counts against a family, of the Page or account `owner`."""
        with self._lock:
            whole = round(self._percent("application", now_ms))
            used = round(self._percent(family, now_ms))
            until = max((self._blocked_until.get(name, 0) for name in ("application", family)), default=0)
        minutes = max(0, -((now_ms - until) // 60_000))
        business = {
            "type": family,
            "call_count": used,
            "total_cputime": used // 3,
            "total_time": used // 2,
            "estimated_time_to_regain_access": minutes,
        }
        return {
            "x-app-usage": _compact({"call_count": whole, "total_cputime": whole // 3, "total_time": whole // 2}),
            "x-business-use-case-usage": _compact({owner: [business]}),
        }

    def _percent(self, name: str, now_ms: int) -> float:
        if name in self._told:
            return self._told[name]
        level = self._levels[name]
        span = _HOUR_MS if name == "application" else _DAY_MS
        return max(0.0, level.percent - (now_ms - level.at_ms) / span * 100)

    def _raise(self, name: str, calls: int, now_ms: int) -> None:
        quota = self._policy.calls_an_hour if name == "application" else self._policy.calls_a_day
        level = self._percent(name, now_ms) if name not in self._told else 0.0
        self._levels[name] = _Level(level + calls / max(quota, 1) * 100, now_ms)

    def _relax(self, name: str, now_ms: int) -> None:
        """End a throttle whose time is over: three quarters of the quota are there again."""
        self._blocked_until.pop(name, None)
        self._told.pop(name, None)
        self._levels[name] = _Level(25.0, now_ms)


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
