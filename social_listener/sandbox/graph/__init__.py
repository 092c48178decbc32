"""A make-believe Graph API: a Page with Messenger and an Instagram account, their people, and the truth."""

from __future__ import annotations

from social_listener.sandbox.graph.truth import GraphTruth
from social_listener.sandbox.graph.world import Graph

__all__ = ["Graph", "GraphTruth"]
