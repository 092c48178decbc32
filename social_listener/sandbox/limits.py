"""Rate limits: a window for every endpoint and user, and for every endpoint and application."""

from __future__ import annotations

import threading
from dataclasses import dataclass

WINDOW_MS = 15 * 60 * 1000
DAY_MS = 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True)
class Allowance:
    """Calls that an endpoint allows in 15 minutes: to one user, and to the application with its bearer token.

    `user_day` and `app_day` are for 24 hours; None means no such limit.
    """

    user: int | None = None
    app: int | None = None
    user_day: int | None = None
    app_day: int | None = None


@dataclass(slots=True)
class _Window:
    ends_ms: int
    used: int = 0


class Limits:
    """Counts calls. Switched off it refuses none, and the headers show a window that is always fresh."""

    def __init__(self, enabled: bool) -> None:
        """Start with no calls counted."""
        self.enabled = enabled
        self._changed: dict[str, Allowance] = {}
        self._windows: dict[tuple[str, str, int], _Window] = {}
        self._lock = threading.Lock()

    def set(self, endpoint: str, allowance: Allowance) -> None:
        """Give an endpoint other limits than the documented ones.

        It is named as in the call log: "GET /2/users/{id}/mentions".
        """
        with self._lock:
            self._changed[endpoint] = allowance

    def forget(self) -> None:
        """Forget the calls counted so far."""
        with self._lock:
            self._windows.clear()

    def take(
        self, endpoint: str, documented: Allowance, user: str | None, now_ms: int, *, count: bool = True
    ) -> tuple[bool, dict[str, str]]:
        """Count one call if it is allowed; returns that, and the headers to send. A refused call does not count.

        Without `count` the call is only looked at.
        """
        with self._lock:
            allowance = self._changed.get(endpoint, documented)
            short = allowance.user if user is not None else allowance.app
            checks = [("x-rate-limit", f"user:{user}" if user else "app", short, WINDOW_MS)]
            if user is not None:
                checks.append(("x-user-limit-24hour", f"user:{user}", allowance.user_day, DAY_MS))
            checks.append(("x-app-limit-24hour", "app", allowance.app_day, DAY_MS))
            bound = [(name, who, limit, span) for name, who, limit, span in checks if limit is not None]
            if not self.enabled:
                return True, _headers([(name, limit, limit - 1, now_ms + span) for name, _, limit, span in bound])
            windows = [(name, limit, self._window(endpoint, who, span, now_ms)) for name, who, limit, span in bound]
            allowed = all(window.used < limit for _, limit, window in windows)
            if allowed and count:
                for _, _, window in windows:
                    window.used += 1
            return allowed, _headers(
                [(name, limit, max(0, limit - window.used), window.ends_ms) for name, limit, window in windows]
            )

    def _window(self, endpoint: str, who: str, span: int, now_ms: int) -> _Window:
        window = self._windows.get((endpoint, who, span))
        if window is None or window.ends_ms <= now_ms:
            window = self._windows[endpoint, who, span] = _Window(now_ms + span)
        return window


def _headers(lines: list[tuple[str, int, int, int]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, limit, remaining, ends_ms in lines:
        headers[f"{name}-limit"] = str(limit)
        headers[f"{name}-remaining"] = str(remaining)
        headers[f"{name}-reset"] = str(-(-ends_ms // 1000))
    return headers
