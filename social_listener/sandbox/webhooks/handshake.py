"""The handshakes: Meta's hub.challenge and X's challenge-response check (CRC)."""

from __future__ import annotations

import json

from social_listener.sandbox.identity import same
from social_listener.sandbox.webhooks.signing import Channel, answer_to_crc
from social_listener.sandbox.webhooks.transport import NotVerified, Target

CRC_PERIOD_MS = 3_600_000
"""X checks about hourly."""


def shake_hands(channel: Channel, target: Target, token: str, secret: str, patience_s: float) -> None:
    """Ask a receiver whether it is the application's; `secret` is the verify token, or X's consumer secret.

    Raises:
        NotVerified: it has not answered in time, or not as the platform demands.
    """
    if channel != "x":
        asked = {"hub.mode": "subscribe", "hub.challenge": token, "hub.verify_token": secret}
        if target.get(asked, patience_s) != token.encode():
            raise NotVerified(f"{target.url} has not sent the challenge back as it came")
        return
    body = target.get({"crc_token": token}, patience_s)
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    found = answer.get("response_token") if isinstance(answer, dict) else None
    if not isinstance(found, str) or not same(found, answer_to_crc(token, secret)):
        raise NotVerified(f"{target.url} has not answered the check with the right response_token")
