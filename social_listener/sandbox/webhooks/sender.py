"""The thread that sends: who has subscribed, what waits, what was sent, and the checks of X."""

from __future__ import annotations

import contextlib
import random
import threading
from collections import deque
from dataclasses import dataclass
from typing import Any, NamedTuple

from social_listener.sandbox.clock import Clock
from social_listener.sandbox.webhooks.handshake import CRC_PERIOD_MS, shake_hands
from social_listener.sandbox.webhooks.mode import Mode
from social_listener.sandbox.webhooks.signing import Channel, enveloped, signed, written
from social_listener.sandbox.webhooks.transport import NotVerified, Target
from social_listener.sandbox.webhooks.waiting import Line, Waiting

_LONGEST_WAIT_S = 1.0
_KEPT = 20_000
_PATIENCE_WITH_FAILURES_MS = 3_600_000


class Sent(NamedTuple):
    """A delivery that was made: `status` is that of the answer, None when there was none in time."""

    headers: dict[str, str]
    body: bytes
    status: int | None


@dataclass(slots=True)
class Subscription:
    """A receiver and what it is told of."""

    target: Target
    events: frozenset[str]
    next_check_ms: int = 0
    valid: bool = True
    """False: X has stopped telling, because its check failed."""
    failing_since_ms: int | None = None
    """Since when no delivery has succeeded."""
    messages: bool = True
    """False: Meta has stopped telling of messages, after about an hour of failures."""

    def tells(self, payload: dict[str, Any]) -> bool:
        """Whether a receiver is still told of such a change."""
        return self.valid and (self.messages or not ("messaging" in payload or "standby" in payload))

    def note(self, status: int | None, now_ms: int) -> None:
        """Take note of how a delivery went."""
        if status == 200:
            self.failing_since_ms = None
        elif self.failing_since_ms is None:
            self.failing_since_ms = now_ms
        elif now_ms - self.failing_since_ms >= _PATIENCE_WITH_FAILURES_MS:
            self.messages = False


class Sender:
    """Thread-safe. It may be told things under the world's lock, and never takes that itself."""

    def __init__(self, clock: Clock, seed: int, secrets: dict[Channel, str], verify_token: str) -> None:
        """Sign with these secrets; nothing runs yet."""
        self._clock = clock
        self._rng = random.Random(f"webhooks:{seed}")
        self._secrets = secrets
        self._verify_token = verify_token
        self._line = Line()
        self._changed = threading.Condition()
        self._busy = False
        self._thread: threading.Thread | None = None
        self._ending = False
        self._made = 0
        self._sent: deque[Sent] = deque(maxlen=_KEPT)
        self._lost: deque[dict[str, Any]] = deque(maxlen=_KEPT)
        self.mode = Mode()
        self.subscriptions: dict[Channel, Subscription] = {}

    def shake_hands(self, channel: Channel, target: Target) -> None:
        """Ask a receiver whether it is the application's.

        Raises:
            NotVerified: it has not answered as it should.
        """
        with self._changed:
            token = str(self._rng.randrange(10**9, 10**10))
        secret = self._secrets["x"] if channel == "x" else self._verify_token
        shake_hands(channel, target, token, secret, self.mode.patience)

    def subscribe(self, channel: Channel, subscription: Subscription) -> None:
        """Tell a receiver from now on, and begin to send."""
        with self._changed:
            subscription.next_check_ms = self._clock.now_ms() + CRC_PERIOD_MS
            self.subscriptions[channel] = subscription
            if self._thread is None:
                self._ending = False
                self._thread = threading.Thread(target=self._run, name="sandbox-webhooks", daemon=True)
                self._thread.start()

    def unsubscribe(self, channel: Channel) -> None:
        """Tell nobody any more; what waits is forgotten."""
        with self._changed:
            self.subscriptions.pop(channel, None)
            self._line.drop(channel)
            self._changed.notify_all()

    def check(self, channel: Channel) -> None:
        """Shake hands with a receiver again: then it is told everything again. At X failing ends what it is told.

        Raises:
            NotVerified: it has failed.
        """
        with self._changed:
            subscription = self.subscriptions[channel]
            subscription.next_check_ms = self._clock.now_ms() + CRC_PERIOD_MS
        try:
            self.shake_hands(channel, subscription.target)
        except NotVerified:
            subscription.valid = channel != "x"
            raise
        subscription.valid = subscription.messages = True
        subscription.failing_since_ms = None

    def change(self, mode: Mode) -> None:
        """Go on in another manner."""
        with self._changed:
            self.mode = mode
            self._changed.notify_all()

    def tell(self, channel: Channel, payload: dict[str, Any]) -> None:
        """Let a change wait to be told, or get lost, or both wait and come twice, as the mode has it."""
        now_ms = self._clock.now_ms()
        with self._changed:
            mode = self.mode
            if not self.subscriptions[channel].tells(payload) or (mode.lost and self._rng.random() < mode.lost):
                self._lost.append(payload)
                return
            first = self._line.add(channel, payload, now_ms + self._lag())
            if mode.doubled and self._rng.random() < mode.doubled:
                second = self._line.add(channel, payload, now_ms + self._lag())
                if channel == "x" or self._rng.random() < 0.5:
                    first.body = second.body = written(channel, enveloped(channel, [payload]))
                else:
                    second.payloads = [payload | {"time": payload["time"] + 1}]
            self._changed.notify_all()

    def wait(self, timeout: float, *, release: bool) -> int:
        """Wait until nothing is due and return how many deliveries were made; `release`: of all that waits, once.

        Raises:
            TimeoutError: it has not come to an end in so many seconds of real time.
        """
        with self._changed:
            before = self._made
            if release:
                self._line.release()
                self._changed.notify_all()
            if not self._changed.wait_for(self._idle, timeout):
                raise TimeoutError(f"{len(self._line)} deliveries still wait after {timeout:g} s")
            return self._made - before

    def sent(self) -> list[Sent]:
        """Return the last 20,000 deliveries that were made, oldest first."""
        with self._changed:
            return list(self._sent)

    def lost(self) -> list[dict[str, Any]]:
        """Return the changes that nobody was told of, or that were given up."""
        with self._changed:
            return list(self._lost)

    def waiting(self) -> int:
        """Return how many deliveries wait or are being made."""
        with self._changed:
            return len(self._line) + self._busy

    def wake(self) -> None:
        """Look again at what is due: time was moved."""
        with self._changed:
            self._changed.notify_all()

    def stop(self) -> None:
        """Send nothing any more."""
        with self._changed:
            self._ending = True
            self._changed.notify_all()
            thread, self._thread = self._thread, None
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._ending:
                    return
                now_ms = self._clock.now_ms()
                checks = self._check_is_due(now_ms)
                one = None if checks else self._line.take(now_ms, hold=self.mode.hold, batch=self.mode.batch)
                if one is None and not checks:
                    self._changed.wait(self._pause_s(now_ms))
                    continue
                self._busy = True
            if one is not None:
                self._deliver(one)
            else:
                with contextlib.suppress(NotVerified, KeyError):
                    self.check("x")
            with self._changed:
                self._busy = False
                self._changed.notify_all()

    def _deliver(self, one: Waiting) -> None:
        subscription = self.subscriptions.get(one.channel)
        if subscription is None:
            return
        one.body = one.body or written(one.channel, enveloped(one.channel, one.payloads))
        delivery = signed(one.channel, one.body, self._secrets[one.channel])
        status = subscription.target.post(delivery, self.mode.patience)
        with self._changed:
            self._made += 1
            self._sent.append(Sent(delivery.headers, delivery.body, status))
            subscription.note(status, self._clock.now_ms())
            if status == 200 or self.subscriptions.get(one.channel) is not subscription:
                return
            if one.put_off(self._clock.now_ms()):
                self._line.back(one)
            else:
                self._lost += one.payloads

    def _idle(self) -> bool:
        now_ms = self._clock.now_ms()
        due = self._busy or self._line.ready(now_ms, hold=self.mode.hold) or self._check_is_due(now_ms)
        return self._thread is None or not due

    def _check_is_due(self, now_ms: int) -> bool:
        subscription = self.subscriptions.get("x")
        return subscription is not None and subscription.valid and now_ms >= subscription.next_check_ms

    def _pause_s(self, now_ms: int) -> float:
        due = self._line.next_due()
        if due is None or self.mode.hold:
            return _LONGEST_WAIT_S
        return min(max((due - now_ms) / 1000, 0.01), _LONGEST_WAIT_S)

    def _lag(self) -> int:
        return round(self._rng.uniform(0, self.mode.spread) * 1000) if self.mode.shuffled else 0
