"""The sandbox's pushing: every change is told to the receivers that have subscribed, signed as the platforms sign."""

from __future__ import annotations

from social_listener.sandbox.webhooks.hub import Webhooks
from social_listener.sandbox.webhooks.mode import Mode
from social_listener.sandbox.webhooks.sender import Sent
from social_listener.sandbox.webhooks.signing import FORGERIES, Delivery
from social_listener.sandbox.webhooks.transport import NotVerified

__all__ = ["FORGERIES", "Delivery", "Mode", "NotVerified", "Sent", "Webhooks"]
