"""The crowd: invented customers who post, complain, thank, forget and come back."""

from __future__ import annotations

from social_listener.sandbox.crowd.engine import PLATFORMS, Crowd, PlatformName

__all__ = ["PLATFORMS", "Crowd", "PlatformName"]
