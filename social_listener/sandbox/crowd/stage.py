"""What the crowd needs of a platform to live on it. Each platform is one stage; the people and their ways are the same.

A stage that draws by chance does so with the crowd's own generator, so that one seed decides everything.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, Protocol, TypeVar

from social_listener.sandbox.crowd.people import Person
from social_listener.sandbox.crowd.stories import Way
from social_listener.sandbox.journal import Event

Said = TypeVar("Said")
"""Something said in public, as its stage knows it."""


class Heard(NamedTuple):
    """That an account of the brand answered somebody through the API."""

    handle: str
    said: object | None
    """The public answer; None for one in private."""
    key: str
    """What the person's reactions are counted by in private."""


class Stage(Protocol[Said]):
    """A platform. Everything happens under the world's lock."""

    name: str
    calls_by_handle: bool
    """Whether people call the brand by its handle in what they say after a story."""

    def has_history(self) -> bool:
        """Whether anything was said here before the crowd came."""

    def hangs_below(self, way: Way) -> bool:
        """Whether a story is told below something that the brand has said."""

    def names_handle(self, way: Way) -> bool:
        """Whether a story that hangs below nothing calls the brand by its handle; all others call it by its name."""

    def posts_of_brand(self, before_ms: int) -> list[Said]:
        """Return the last four things that the brand said by itself before a moment, newest first."""

    def announce(self, text: str, moment: datetime) -> Said:
        """Let the brand say something by itself."""

    def tell(self, person: Person, text: str, way: Way, below: Said | None, moment: datetime) -> Said:
        """Let somebody tell a story in public."""

    def reply(self, person: Person, to: Said, text: str, moment: datetime) -> None:
        """Let somebody answer something."""

    def answer(self, person: Person, to: Said, text: str, moment: datetime) -> Said:
        """Let a colleague of the brand answer what a person has said, in the platform's own app."""

    def write(self, person: Person, text: str, moment: datetime) -> None:
        """Let somebody write to the brand in private."""

    def write_back(self, person: Person, text: str, moment: datetime) -> None:
        """Let a colleague of the brand write to somebody in private, in the platform's own app."""

    def like(self, person: Person, said: Said) -> None:
        """Let somebody like something."""

    def reword(self, person: Person, said: Said, text: str, moment: datetime) -> None:
        """Let somebody correct what they said, the way people do it here."""

    def delete(self, said: Said) -> None:
        """Let somebody take back what they said."""

    def text_of(self, said: Said) -> str:
        """Return the last wording."""

    def author_of(self, said: Said) -> str:
        """Return the handle of whoever said it."""

    def is_gone(self, said: Said) -> bool:
        """Whether it was deleted."""

    def has_replies(self, said: Said) -> bool:
        """Whether anybody has answered."""

    def is_answered(self, said: Said) -> bool:
        """Whether the brand has answered, in public or in private."""

    def has_written_back(self, person: Person) -> bool:
        """Whether the brand has written to somebody in private."""

    def place_of(self, said: Said) -> str:
        """Return what the reactions of people in one conversation are counted by."""

    def heard(self, event: Event) -> list[Heard]:
        """Return whom an event of the platform's world answers, through the API."""
