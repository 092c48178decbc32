"""What everything that happens in the Graph world rests on: people, numbers, finding things, recording events."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from social_listener.sandbox.clock import Clock, to_ms
from social_listener.sandbox.graph import ids
from social_listener.sandbox.graph.ledger import Ledger
from social_listener.sandbox.graph.records import Item, Message, Person
from social_listener.sandbox.journal import Event, Journal
from social_listener.sandbox.world import World

Who = Person | str
APP_ID = "2410550812345678"
"""The application of which Social Listener is a user; the sandbox knows one more, the platform's own inbox."""
INBOX_APP_ID = "263902037430900"
"""The application id that messages from the platform's own Page inbox carry (as documented for echoes)."""


class Making(NamedTuple):
    """When something is written, how long nobody sees it through the API, and the application that writes it."""

    sent_at: datetime | None = None
    visible_after: float | timedelta = 0.0
    via_api: str | None = None

    @property
    def delay_ms(self) -> int:
        """How long nobody sees it, in milliseconds."""
        after = self.visible_after
        return round((after.total_seconds() if isinstance(after, timedelta) else after) * 1000)


class Core:
    """The Graph world's ledger and journal, on the clock and under the lock of the world of X."""

    def __init__(self, world: World, brand: str, state: Path | None = None) -> None:
        """Read the journal at `state`, if there is one, and go on from it.

        Raises:
            JournalError: the file is damaged.
        """
        self._world = world
        self.clock: Clock = world.clock
        self.seed = world.seed
        self.lock = world.lock
        self.ledger = Ledger(world.seed)
        self._journal = Journal(state)
        self._listeners: list[Callable[[Event], None]] = []
        self.blobs: dict[str, bytes] = {}
        """What was uploaded to this process, by the hash of its bytes; in no journal."""
        self.restored = 0
        """How many events an earlier run left in the journal."""
        self._restore()
        if brand.lower() not in self.ledger.people:
            page, account, profile = ids.brand_ids(self.seed, brand)
            self._bring(Person(brand, self._name_of(brand), page, account, profile, brand=True))

    def _restore(self) -> None:
        newest = 0
        for event in self._journal.read():
            self.restored += 1
            try:
                self.ledger.apply(event)
            except (KeyError, TypeError, AttributeError, ValueError) as error:
                raise self._journal.damaged(self.restored) from error
            at = event.get("at")
            newest = max(newest, at if isinstance(at, int) else 0)
        self.clock.at_least(newest)

    # Who is here

    @property
    def brand(self) -> Person:
        """The brand: its Page on Facebook, its professional account on Instagram."""
        return self.ledger.brand

    @property
    def page_id(self) -> str:
        """Id of the brand's Page."""
        return self.brand.psid

    @property
    def instagram_id(self) -> str:
        """Id of the brand's professional account on Instagram."""
        return self.brand.igsid

    def person(self, who: Who) -> Person:
        """Return the person with this handle, or page- or Instagram-scoped id; an unknown handle is a new person.

        Raises:
            KeyError: no handle is given and nobody has this id.
        """
        if isinstance(who, Person):
            return who
        handle = who.lstrip("@")
        with self.lock:
            found = self.ledger.people.get(handle.lower()) or self.ledger.contacts.get(handle)
            if found is not None:
                return found
            if not handle or handle.isdecimal():
                raise KeyError(f"nobody on Facebook or Instagram in the sandbox has the id {who!r}")
            return self._bring(Person(handle, self._name_of(handle), *ids.person_ids(self.seed, handle)))

    def change_person(self, who: Who, **changes: Any) -> Person:
        """Change facts of somebody: name, reachable."""
        with self.lock:
            person = self.person(who)
            if not changes.keys() <= {"name", "reachable"}:
                raise ValueError(f"of a person name and reachable can be changed, not {', '.join(sorted(changes))}")
            self.record(
                {"kind": "person_changed", "handle": person.handle, "changes": changes, "at": self.clock.now_ms()}
            )
            return person

    def _bring(self, person: Person) -> Person:
        facts = {name: getattr(person, name) for name in person.__slots__}
        self.record({"kind": "person", "person": facts, "at": self.clock.now_ms()})
        return self.ledger.people[person.handle.lower()]

    def _name_of(self, handle: str) -> str:
        known = self._world.ledger.handles.get(handle.lower())
        return known.name if known is not None else handle.replace("_", " ").strip().title()

    # What there is

    def find(self, which: Item | Message | str | int) -> Item | Message:
        """Return what has this id: a message, or a post, comment or medium; comments are found by each form of id.

        Raises:
            KeyError: there is none.
        """
        if isinstance(which, Item | Message):
            return which
        text = str(which)
        if text in self.ledger.messages:
            return self.ledger.messages[text]
        last = text.rsplit("_", 1)[-1]
        found = self.ledger.items.get(int(last)) if last.isascii() and last.isdecimal() else None
        if found is None:
            raise KeyError(f"nothing in the Graph sandbox has the id {text}")
        return found

    # What happens

    def record(self, event: Event) -> None:
        """Make an event true: journal first, then state, then those who listen."""
        with self.lock:
            self._journal.write(event)
            self.ledger.apply(event)
            for listener in self._listeners:
                listener(event)

    def upload(
        self,
        family: str,
        data: bytes,
        *,
        owner: str | None = None,
        alt: str = "",
        reusable: bool = False,
        life_ms: int | None = None,
    ) -> str:
        """Keep a picture until it is said; returns its id. `family`: photo or attachment; `owner`: whose Page."""
        with self.lock:
            digest, count = hashlib.sha256(data).hexdigest(), self.ledger.made + 1
            number = str(ids.number_for(self.seed, count))
            self.blobs[digest] = data
            facts = {
                "id": number,
                "family": family,
                "owner": owner or self.page_id,
                "hash": digest,
                "alt": alt,
                "made_ms": self.clock.now_ms(),
                "life_ms": life_ms,
                "reusable": reusable,
            }
            self.record({"kind": "upload", "count": count, "upload": facts, "at": self.clock.now_ms()})
            return number

    def listen(self, listener: Callable[[Event], None], on_advance: Callable[[], None] | None = None) -> None:
        """Tell `listener` of every event from now on, under the world's lock, and `on_advance` when time was moved."""
        self._listeners.append(listener)
        if on_advance is not None:
            self._world.listen(_deaf, on_advance)

    def advance(self, seconds: float) -> datetime:
        """Let time pass, for X and Graph alike. Returns the new moment."""
        return self._world.advance(seconds)

    def close(self) -> None:
        """Close the journal."""
        with self.lock:
            self._journal.close()

    def _write(self, kind: str, author: Person, text: str, made: Making, family: str = "post", **facts: Any) -> int:
        """Record that somebody wrote something and return its number; `family` as for `number_for`."""
        at = self.clock.now_ms() if made.sent_at is None else to_ms(made.sent_at)
        count = self.ledger.made + 1
        number = ids.number_for(self.seed, count, family)
        self.record(
            {
                "kind": kind,
                "id": number,
                "count": count,
                "author": author.handle.lower(),
                "text": text,
                "at": at,
                "visible": at + made.delay_ms,
                "api": made.via_api,
                **facts,
            }
        )
        return number


def _deaf(_: Event) -> None:
    """Hear nothing: what X's world tells is none of Graph's."""
