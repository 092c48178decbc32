"""The world behind the sandbox: one truth, changed only by events, safe to use from several threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from social_listener.sandbox.bulk import mention_texts
from social_listener.sandbox.clock import Clock, from_ms, to_ms
from social_listener.sandbox.journal import Event, Journal
from social_listener.sandbox.ledger import Ledger, user_event
from social_listener.sandbox.media import told
from social_listener.sandbox.records import Message, Post, User, Version, conversation_of
from social_listener.sandbox.snowflake import IdMaker, user_id
from social_listener.sandbox.truth import Truth, truth_of
from social_listener.sandbox.words import guess_language, handles_in, shorten_links

Who = User | str
Which = Post | str | int


class World:
    """Posts, messages and people. Users are given as `User`, id or handle; posts as `Post` or the id of any version."""

    def __init__(self, clock: Clock, seed: int = 0, state: Path | None = None) -> None:
        """Read the journal at `state`, if there is one, and go on from it.

        Raises:
            JournalError: the file is damaged.
        """
        self.clock = clock
        self.seed = seed
        self.lock = threading.RLock()
        self.ledger = Ledger()
        self._ids = IdMaker(self.ledger.taken)
        self._journal = Journal(state)
        self._listeners: list[Callable[[Event], None]] = []
        self._on_advance: list[Callable[[], None]] = []
        self.restored = 0
        """How many events an earlier run left in the journal."""
        newest = 0
        for event in self._journal.read():
            self.restored += 1
            try:
                self.ledger.apply(event)
            except (KeyError, TypeError, AttributeError, ValueError) as error:
                raise self._journal.damaged(self.restored) from error
            at = event.get("at")
            newest = max(newest, at if isinstance(at, int) else 0)
        clock.at_least(newest)

    # Who is here

    @property
    def users(self) -> dict[str, User]:
        """All users by id."""
        return self.ledger.users

    def user(self, who: Who) -> User:
        """Return the user with this id or handle (with or without @).

        Raises:
            KeyError: nobody has it.
        """
        if isinstance(who, User):
            return who
        found = self.ledger.users.get(who) or self.ledger.handles.get(who.lstrip("@").lower())
        if found is None:
            raise KeyError(f"nobody in the sandbox is called {who!r}")
        return found

    def add_user(self, handle: str, **facts: Any) -> User:
        """Bring somebody into the world, or return them if they are there. `facts` are fields of `User`."""
        with self.lock:
            known = self.ledger.handles.get(handle.lower())
            if known is not None:
                return known
            user = User(id=user_id(self.seed, handle), handle=handle, **{"name": handle, **facts})
            self.record(user_event(user))
            return self.ledger.users[user.id]

    def change_user(self, who: Who, **changes: Any) -> User:
        """Change facts of a user: protected, suspended, open_dms, followers, name …"""
        with self.lock:
            user = self.user(who)
            for name in changes:
                if name in ("id", "handle") or not hasattr(user, name):
                    raise ValueError(f"{name!r} of a user cannot be changed")
            self.record({"kind": "user_changed", "id": user.id, "changes": changes, "at": self.clock.now_ms()})
            return user

    # What they do

    def find(self, which: Which) -> Post:
        """Return the post that this id is a version of.

        Raises:
            KeyError: there is none.
        """
        return which if isinstance(which, Post) else self.ledger.posts[int(which)]

    def post(
        self,
        author: Who,
        text: str,
        *,
        reply_to: Which | None = None,
        quote_of: Which | None = None,
        repost_of: Which | None = None,
        sent_at: datetime | None = None,
        visible_after: float | timedelta = 0.0,
        lang: str | None = None,
        via_api: str | None = None,
        without: Iterable[str] = (),
        media: Iterable[tuple[str, str]] = (),
    ) -> Post:
        """Say something in public, now or at `sent_at` (backdated items get the id of their time).

        Until `visible_after` (seconds) has passed since `sent_at`, no answer of the API contains it. A reply gets the
        handles of those it answers in front, as on X, except those whose ids are in `without`. `media` are pictures
        and films that hang on it: kind and what they show.
        """
        with self.lock:
            writer = self.user(author)
            at = self.clock.now_ms() if sent_at is None else to_ms(sent_at)
            parent = None if reply_to is None else self._version_id(reply_to)
            number = self._ids.make(at)
            shown = text if parent is None else self._addressed(writer, text, parent, set(without))
            if repost_of is not None:
                original = self.find(repost_of)
                shown = f"RT @{original.author.handle}: {original.versions[-1].shown}"
            shown, links = shorten_links(shown, str(number))
            event: Event = {
                "kind": "post",
                "id": number,
                "author": writer.id,
                "text": text,
                "shown": shown,
                "at": at,
                "visible": at + _milliseconds(visible_after),
                "links": links,
                "lang": lang or guess_language(text, writer.lang),
                "conversation": number if parent is None else self.ledger.posts[parent].conversation,
                "parent": parent,
                "api": via_api,
                "quoted": None if quote_of is None else self._version_id(quote_of),
                "reposted": None if repost_of is None else self._version_id(repost_of),
                **_media(media),
            }
            self.record(event)
            return self.ledger.posts[number]

    def edit(
        self, which: Which, text: str, *, sent_at: datetime | None = None, visible_after: float | timedelta = 0.0
    ) -> Version:
        """Word a post anew: a new version with a new id. Rules about who may edit and how often are not checked."""
        with self.lock:
            post = self.find(which)
            at = max(self.clock.now_ms() if sent_at is None else to_ms(sent_at), post.versions[-1].sent_ms)
            number = self._ids.make(at)
            shown = text if post.parent is None else self._addressed(post.author, text, post.parent, set())
            shown, links = shorten_links(shown, str(number))
            self.record(
                {
                    "kind": "edit",
                    "post": post.root,
                    "id": number,
                    "text": text,
                    "shown": shown,
                    "at": at,
                    # A later wording never shows before the one that it changes: every version names all before it.
                    "visible": max(at + _milliseconds(visible_after), post.versions[-1].visible_ms),
                    "links": links,
                }
            )
            return post.versions[-1]

    def delete(self, which: Which, via_api: str | None = None) -> None:
        """Take a post away with all its versions."""
        with self.lock:
            post = self.find(which)
            self.record({"kind": "delete", "post": post.root, "at": self.clock.now_ms(), "api": via_api})

    def hide(self, which: Which, hidden: bool = True, via_api: str | None = None) -> None:
        """Hide a reply, or show it again."""
        with self.lock:
            post = self.find(which)
            self.record(
                {"kind": "hide", "post": post.root, "hidden": hidden, "at": self.clock.now_ms(), "api": via_api}
            )

    def like(self, who: Who, which: Which, liked: bool = True, via_api: str | None = None) -> None:
        """Like a post, or take the like back."""
        with self.lock:
            self.record(
                {
                    "kind": "like",
                    "post": self.find(which).root,
                    "user": self.user(who).id,
                    "liked": liked,
                    "at": self.clock.now_ms(),
                    "api": via_api,
                }
            )

    def dm(
        self,
        sender: Who,
        recipient: Who,
        text: str,
        *,
        sent_at: datetime | None = None,
        visible_after: float | timedelta = 0.0,
        via_api: str | None = None,
        media: Iterable[tuple[str, str]] = (),
    ) -> Message:
        """Send a direct message from one user to another."""
        first, second = self.user(sender), self.user(recipient)
        if first.id == second.id:
            raise ValueError("nobody can send a direct message to themselves")
        return self.message(
            first,
            conversation_of(first.id, second.id),
            (first.id, second.id),
            text,
            sent_at=sent_at,
            visible_after=visible_after,
            via_api=via_api,
            media=media,
        )

    def message(
        self,
        sender: Who,
        conversation: str | None,
        participants: tuple[str, ...],
        text: str,
        *,
        sent_at: datetime | None = None,
        visible_after: float | timedelta = 0.0,
        via_api: str | None = None,
        media: Iterable[tuple[str, str]] = (),
    ) -> Message:
        """Send a message into a conversation; without its id, into a new group of the participants."""
        with self.lock:
            at = self.clock.now_ms() if sent_at is None else to_ms(sent_at)
            group = str(self._ids.make(at)) if conversation is None else conversation
            number = self._ids.make(at)
            shown, links = shorten_links(text, str(number))
            self.record(
                {
                    "kind": "message",
                    "id": number,
                    "conversation": group,
                    "sender": self.user(sender).id,
                    "participants": list(participants),
                    "text": text,
                    "shown": shown,
                    "links": links,
                    "at": at,
                    "visible": at + _milliseconds(visible_after),
                    "api": via_api,
                    **_media(media),
                }
            )
            return self.ledger.messages[number]

    def fill_mentions(self, count: int, account: Who | None = None, span: timedelta = timedelta(hours=6)) -> list[Post]:
        """Post `count` plain mentions of an account, spread evenly over the `span` before now. Fast; for measuring."""
        with self.lock:
            target = self.user(account) if account is not None else self.accounts()[0]
            now, step = self.clock.now_ms(), span.total_seconds() * 1000 / max(count, 1)
            writers = [user for user in self.users.values() if not user.account] or [self.add_user("passer_by")]
            return [
                self.post(
                    writers[index % len(writers)],
                    text,
                    sent_at=from_ms(now - round((count - index) * step)),
                    lang="en",
                )
                for index, text in enumerate(mention_texts(count, target.handle))
            ]

    # What is true

    def accounts(self) -> list[User]:
        """Return the brand's own accounts, first added first."""
        return [user for user in self.users.values() if user.account]

    def truth(self) -> Truth:
        """Everything that was posted and sent, and what became of it."""
        with self.lock:
            return truth_of(self.ledger)

    def advance(self, seconds: float) -> datetime:
        """Let time pass; the crowd does meanwhile what it would have done. Returns the new moment."""
        moment = self.clock.advance(seconds)
        for listener in self._on_advance:
            listener()
        return moment

    def record(self, event: Event) -> None:
        """Make an event true: journal first, then state, then those who listen."""
        with self.lock:
            self._journal.write(event)
            self.ledger.apply(event)
            for listener in self._listeners:
                listener(event)

    def listen(self, listener: Callable[[Event], None], on_advance: Callable[[], None] | None = None) -> None:
        """Tell `listener` of every event from now on, under the world's lock, and `on_advance` when time was moved."""
        self._listeners.append(listener)
        if on_advance is not None:
            self._on_advance.append(on_advance)

    def close(self) -> None:
        """Close the journal."""
        with self.lock:
            self._journal.close()

    def _version_id(self, which: Which) -> int:
        if isinstance(which, Post):
            return which.versions[-1].id
        if int(which) not in self.ledger.posts:
            raise KeyError(f"no post in the sandbox has the id {which}")
        return int(which)

    def _addressed(self, writer: User, text: str, parent: int, without: set[str]) -> str:
        """Return the text with the handles in front that X adds: the parent's author and those named there."""
        answered = self.ledger.posts[parent]
        named = [answered.author.id, *answered.versions[-1].mentions]
        present = {handle.lower() for handle in handles_in(text)}
        added = [
            f"@{self.users[user].handle}"
            for user in dict.fromkeys(named)
            if user != writer.id and user not in without and self.users[user].handle.lower() not in present
        ]
        return " ".join([*added, text])


def _milliseconds(seconds: float | timedelta) -> int:
    return round((seconds.total_seconds() if isinstance(seconds, timedelta) else seconds) * 1000)


def _media(media: Iterable[tuple[str, str]]) -> Event:
    """Return what an event tells of attachments; nothing when there are none."""
    found = told(media)
    return {"attached": found} if found else {}
