"""The world behind the sandbox's Graph API: one truth, changed only by events, safe to use from several threads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from social_listener.sandbox.graph.message_acts import MessageActs
from social_listener.sandbox.graph.policy import GraphPolicy
from social_listener.sandbox.graph.tokens import Tokens
from social_listener.sandbox.graph.truth import GraphTruth, truth_of
from social_listener.sandbox.graph.usage import Usage
from social_listener.sandbox.world import World


class Graph(MessageActs):
    """A Page with Messenger and a professional account on Instagram, of one brand, and the people around them.

    People are given as `Person`, handle or id, what they wrote as the record or its id. A handle nobody has yet is a
    new person. Clock and lock are those of the world of X; the journal is its own.
    """

    def __init__(self, world: World, brand: str, state: Path | None = None) -> None:
        """Read the journal at `state`, if there is one, and go on from it.

        Raises:
            JournalError: the file is damaged.
        """
        super().__init__(world, brand, state)
        self.policy = GraphPolicy()
        self.tokens = Tokens(self)
        self.meter = Usage(self.policy)
        self.barred: dict[str, tuple[int, int | None]] = {}
        """Ids whose reading is refused, by themselves and in a lookup of several → code, subcode."""
        self.heavy: dict[str, int] = {}
        """Lists, by path or name of the edge, and "ids" → most entries at once; more are answered with code 1."""

    @property
    def app_id(self) -> str:
        """Id of the application whose tokens these are: what `via_api` says of what it wrote."""
        return self.tokens.app_id

    def subscribe_app(self, fields: Sequence[str]) -> None:
        """Have the Page subscribe the application to these fields, and to no others; () ends it.

        While it never did, everything is told, so that a test need not set it up.
        """
        self.record({"kind": "subscribed", "app": self.app_id, "fields": [*fields], "at": self.clock.now_ms()})

    def truth(self) -> GraphTruth:
        """Everything that was written, and what became of it."""
        with self.lock:
            return truth_of(self.ledger)

    def usage(self, percent: float | None, family: str | None = None) -> None:
        """Set what the usage headers say: of "pages", "messenger", "instagram", "application", or of all.

        From 100 on calls are refused for the minutes that the header names (policy `regain_minutes`). None: the
        percentage rises with calls and falls with time again.
        """
        self.meter.say(percent, family, self.clock.now_ms())
