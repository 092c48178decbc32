"""The crowd: invented customers who post, complain, thank, forget and come back."""

from __future__ import annotations

from social_listener.sandbox.crowd.crisis import CRISES, CrisisName, season
from social_listener.sandbox.crowd.engine import PLATFORMS, Crowd, PlatformName

__all__ = ["CRISES", "PLATFORMS", "CrisisName", "Crowd", "PlatformName", "season"]
