"""Who is told of what, how, and what a delivery looks like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from social_listener.sandbox.graph.world import Graph
from social_listener.sandbox.identity import credentials_for
from social_listener.sandbox.journal import Event
from social_listener.sandbox.policy import Policy
from social_listener.sandbox.records import Message, Post
from social_listener.sandbox.webhooks.activity import EVERY, USUAL, Activity, ActivityType
from social_listener.sandbox.webhooks.meta import VERBS, Change, Told, change_of, entry_of
from social_listener.sandbox.webhooks.mode import Mode
from social_listener.sandbox.webhooks.sender import Sender, Sent, Subscription
from social_listener.sandbox.webhooks.signing import (
    CHANNELS,
    FORGERIES,
    Channel,
    Delivery,
    Forgery,
    enveloped,
    forged,
    signed,
    written,
)
from social_listener.sandbox.webhooks.transport import Target
from social_listener.sandbox.world import World

_Word = TypeVar("_Word", bound=str)


class Webhooks:
    """The pushing of all three channels. Thread-safe.

    A thread sends in the order in which things happened, unless the mode says otherwise, and tries again what was not
    answered with 200. Changes are told at once, also those that reads show only later (`visible_after`).
    """

    def __init__(self, world: World, graph: Graph, policy: Policy) -> None:
        """Listen to both worlds; nobody is told anything yet."""
        self._world = world
        self._graph = graph
        self._activity = Activity(world, policy)
        self._secrets: dict[Channel, str] = dict.fromkeys(CHANNELS, graph.tokens.app_secret)
        self._secrets["x"] = credentials_for(world.seed)["consumer_secret"]
        self._sender = Sender(world.clock, world.seed, self._secrets, graph.tokens.verify_token)
        world.listen(self._heard_x, self._sender.wake)
        graph.listen(self._heard_graph)

    def subscribe(
        self, channel: Channel, url: str, *, handshake: bool = True, events: Iterable[ActivityType] = USUAL
    ) -> None:
        """Tell a receiver of every change from now on, after the platform's handshake with it.

        "facebook" are the Page and Messenger, "instagram" the account and its messages, "x" all accounts of the brand;
        `events` says which activities of X. A Page that has subscribed the application to some fields only
        (`subscribed_apps`) tells of these.

        Raises:
            NotVerified: the receiver does not know the handshake.
            ValueError: the channel or an event is unknown, or the address is not on this machine.
        """
        known = _one_of(channel, CHANNELS)
        target = Target(url)
        wanted = frozenset(_one_of(event, EVERY) for event in events)
        if handshake:
            self._sender.shake_hands(known, target)
        self._sender.subscribe(known, Subscription(target, wanted))

    def unsubscribe(self, channel: Channel) -> None:
        """Tell nobody of a channel any more; what waits is forgotten."""
        self._sender.unsubscribe(_one_of(channel, CHANNELS))

    def check(self, channel: Channel = "x") -> None:
        """Shake hands again now, as X does every hour; a failed check of X ends what it tells until one succeeds.

        At Meta it stands for subscribing anew, after an hour of failures has ended what is told of messages.

        Raises:
            NotVerified: the receiver does not know the handshake.
            KeyError: nobody has subscribed to the channel.
        """
        self._sender.check(_one_of(channel, CHANNELS))

    def mode(self, **manner: Any) -> Mode:
        """Set the whole manner of pushing (see `Mode`): lost, doubled, shuffled, hold … What is not named is normal.

        Raises:
            ValueError: a value makes no sense; nothing has been changed then.
            TypeError: a name is unknown.
        """
        mode = Mode(**manner)
        self._sender.change(mode)
        return mode

    def flush(self, timeout: float = 30.0) -> int:
        """Send everything that waits, once, and return how many deliveries were made until nothing is due.

        Raises:
            TimeoutError: it has not come to an end in so many seconds of real time.
        """
        return self._sender.wait(timeout, release=True)

    def wait(self, timeout: float = 30.0) -> int:
        """Wait until nothing is due by the sandbox's clock, and return how many deliveries were made meanwhile.

        Raises:
            TimeoutError: it has not come to an end in so many seconds of real time.
        """
        return self._sender.wait(timeout, release=False)

    def stop(self) -> None:
        """Send nothing any more. Stopping twice is harmless."""
        self._sender.stop()

    @property
    def sent(self) -> list[Sent]:
        """The last 20,000 deliveries made, oldest first; after `flush` nothing that is due is missing."""
        return self._sender.sent()

    @property
    def lost(self) -> list[dict[str, Any]]:
        """The changes that nobody was told of, or that were given up after the last try."""
        return self._sender.lost()

    @property
    def waiting(self) -> int:
        """How many deliveries wait: held back, late, or to be tried again."""
        return self._sender.waiting()

    def status(self) -> dict[str, Any]:
        """Return who is told, and how much was sent, is lost and waits."""
        receivers = {
            channel: {
                "url": one.target.url,
                "valid": one.valid,
                "messages": one.messages,
                "events": sorted(one.events) if channel == "x" else [],
            }
            for channel, one in self._sender.subscriptions.items()
        }
        return {"receivers": receivers, "sent": len(self.sent), "lost": len(self.lost), "waiting": self.waiting}

    def build(
        self,
        channel: Channel,
        about: Told | Post | Message | None = None,
        verb: str | None = None,
        *,
        payload: Mapping[str, Any] | bytes | None = None,
        forgery: Forgery | None = None,
    ) -> Delivery:
        """Return headers and body of one delivery without sending it.

        It tells of `about`, a record of one of the worlds, by a verb (Meta: add, edited, remove, hide, unhide, like,
        unlike) or an activity of X; or it has this payload, or these bytes. `forgery` makes it one that a receiver must
        refuse: see `FORGERIES`.

        Raises:
            ValueError: the platform does not tell of this.
        """
        known = _one_of(channel, CHANNELS)
        if payload is None:
            payload = self._payload(known, about, verb)
        body = payload if isinstance(payload, bytes) else written(known, payload)
        secret = self._secrets[known]
        if forgery is None:
            return signed(known, body, secret)
        return forged(known, body, secret, _one_of(forgery, FORGERIES))

    def _payload(self, channel: Channel, about: Told | Post | Message | None, verb: str | None) -> dict[str, Any]:
        if about is None:
            raise ValueError("a delivery is about something, or has a payload")
        with self._world.lock:
            if isinstance(about, Post | Message):
                told = verb or ("dm.received" if isinstance(about, Message) else "post.mention.create")
                if channel != "x":
                    raise ValueError(f"{channel} does not tell of what is said on X")
                return self._activity.envelope(_one_of(told, EVERY), self._world.accounts()[0], about)
            entry = entry_of(Change(about, _one_of(verb or "add", VERBS)), self._graph, self._sender.mode)
        if entry is None or entry.channel != channel:
            raise ValueError(f"{channel} does not tell of this: {verb or 'add'} of a {type(about).__name__}")
        return enveloped(channel, [entry.body])

    def _heard_x(self, event: Event) -> None:
        """Take note of an event of X's world; called under the world's lock."""
        subscription = self._sender.subscriptions.get("x")
        if subscription is None:
            return
        for kind, envelope in self._activity.of_event(event):
            if kind in subscription.events:
                self._sender.tell("x", envelope)

    def _heard_graph(self, event: Event) -> None:
        """Take note of an event of the Graph world; called under the world's lock."""
        told = self._sender.subscriptions
        if "facebook" not in told and "instagram" not in told:
            return
        change = change_of(event, self._graph)
        entry = None if change is None else entry_of(change, self._graph, self._sender.mode)
        if entry is None or entry.channel not in told:
            return
        fields = self._graph.ledger.subscriptions.get(self._graph.app_id)
        if entry.channel == "instagram" or fields is None or entry.field in fields:
            self._sender.tell(entry.channel, entry.body)


def _one_of(word: str, known: tuple[_Word, ...]) -> _Word:
    """Return a word as one of those that are known.

    Raises:
        ValueError: it is none of them.
    """
    for one in known:
        if one == word:
            return one
    raise ValueError(f"there are {', '.join(known)}, but no {word!r}")
