"""X as a stage for the crowd."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from social_listener.sandbox.crowd.people import Person
from social_listener.sandbox.crowd.stage import Heard
from social_listener.sandbox.crowd.stories import Way
from social_listener.sandbox.journal import Event
from social_listener.sandbox.media import crowd_media
from social_listener.sandbox.records import Post, User, conversation_of
from social_listener.sandbox.world import World


class XStage:
    """Posts that name the handle, replies, quotes and direct messages. It draws nothing by chance."""

    name = "x"
    calls_by_handle = True

    def __init__(self, world: World, brand: User) -> None:
        """Speak about and to this account of the brand."""
        self._world = world
        self._brand = brand

    def has_history(self) -> bool:
        """Whether anything was posted."""
        return bool(self._world.ledger.order)

    def hangs_below(self, way: Way) -> bool:
        """Whether a story replies to a post of the brand, or quotes one."""
        return way in ("under", "quote")

    def names_handle(self, way: Way) -> bool:
        """Whether it is a mention."""
        return way == "mention"

    def posts_of_brand(self, before_ms: int) -> list[Post]:
        """Return the brand's last four posts that are no replies."""
        ledger = self._world.ledger
        found: list[Post] = []
        for number in reversed(ledger.by_author.get(self._brand.id, [])):
            post = ledger.posts[number]
            if post.parent is None and post.deleted_ms is None and post.versions[0].sent_ms < before_ms:
                found.append(post)
            if len(found) == 4:
                break
        return found

    def announce(self, text: str, moment: datetime) -> Post:
        """Post as the brand."""
        return self._world.post(self._brand, text, sent_at=moment, lang="en")

    def tell(self, person: Person, text: str, way: Way, below: Post | None, moment: datetime) -> Post:
        """Post."""
        return self._world.post(
            person.handle,
            text,
            lang=person.lang,
            sent_at=moment,
            reply_to=below if way == "under" else None,
            quote_of=below if way == "quote" else None,
            media=crowd_media(text),
        )

    def reply(self, person: Person, to: Post, text: str, moment: datetime) -> None:
        """Reply."""
        self._world.post(person.handle, text, reply_to=to, lang=person.lang, sent_at=moment)

    def answer(self, person: Person, to: Post, text: str, moment: datetime) -> Post:
        """Reply as the brand, in the language of the person."""
        return self._world.post(self._brand, text, reply_to=to, lang=person.lang, sent_at=moment)

    def write(self, person: Person, text: str, moment: datetime) -> None:
        """Send a direct message to the brand."""
        self._world.dm(person.handle, self._brand, text, sent_at=moment, media=crowd_media(text))

    def write_back(self, person: Person, text: str, moment: datetime) -> None:
        """Send a direct message as the brand."""
        self._world.dm(self._brand, person.handle, text, sent_at=moment)

    def like(self, person: Person, said: Post) -> None:
        """Like."""
        self._world.like(person.handle, said)

    def reword(self, person: Person, said: Post, text: str, moment: datetime) -> None:  # noqa: ARG002  # others need who
        """Edit."""
        self._world.edit(said, text, sent_at=moment)

    def delete(self, said: Post) -> None:
        """Delete."""
        self._world.delete(said)

    def text_of(self, said: Post) -> str:
        """Return the last wording."""
        return said.text

    def author_of(self, said: Post) -> str:
        """Return the author's handle."""
        return said.author.handle

    def is_gone(self, said: Post) -> bool:
        """Whether it was deleted."""
        return said.deleted_ms is not None

    def has_replies(self, said: Post) -> bool:
        """Whether there are replies."""
        return said.replies > 0

    def is_answered(self, said: Post) -> bool:
        """Whether an account of the brand has replied to any version of it."""
        versions = {version.id for version in said.versions}
        ledger = self._world.ledger
        return any(
            ledger.posts[number].parent in versions and ledger.posts[number].deleted_ms is None
            for account in self._world.accounts()
            for number in reversed(ledger.by_author.get(account.id, [])[-500:])
        )

    def has_written_back(self, person: Person) -> bool:
        """Whether an account of the brand has written in the person's conversation with its first one."""
        ledger = self._world.ledger
        thread = conversation_of(self._world.user(person.handle).id, self._brand.id)
        return any(ledger.messages[number].sender.account for number in ledger.threads.get(thread, ()))

    def place_of(self, said: Post) -> str:
        """Return the conversation."""
        return str(said.conversation)

    def heard(self, event: Event) -> list[Heard]:
        """Return whom a reply or a message made through the API answers."""
        facts: dict[str, Any] = dict(event)
        if facts.get("api") is None:
            return []
        if facts["kind"] == "post" and facts.get("parent") is not None:
            handle = self._world.find(facts["parent"]).author.handle
            return [Heard(handle, self._world.find(facts["id"]), "")]
        if facts["kind"] == "message":
            members = self._world.ledger.messages[facts["id"]].participants
            return [Heard(self._world.users[member].handle, None, f"dm:{member}") for member in members]
        return []
