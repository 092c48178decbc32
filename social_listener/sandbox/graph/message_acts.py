"""What people and the brand write to each other directly, on Messenger and Instagram."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from social_listener.sandbox.clock import to_ms
from social_listener.sandbox.graph import ids
from social_listener.sandbox.graph.core import INBOX_APP_ID, Making, Who
from social_listener.sandbox.graph.facebook_acts import On
from social_listener.sandbox.graph.instagram_acts import InstagramActs
from social_listener.sandbox.graph.records import Message, MessagePlatform, Thread
from social_listener.sandbox.media import told


class MessageActs(InstagramActs):
    """Direct messages."""

    def message(
        self,
        who: Who,
        text: str,
        platform: MessagePlatform = "messenger",
        sent_at: datetime | None = None,
        *,
        visible_after: float | timedelta = 0.0,
        media: Iterable[tuple[str, str]] = (),
    ) -> Message:
        """Let somebody write to the brand; `media` is what comes along: kind and name."""
        return self._message(who, text, platform, Making(sent_at, visible_after), ours=False, media=media)

    def app_message(
        self,
        who: Who,
        text: str,
        platform: MessagePlatform = "messenger",
        sent_at: datetime | None = None,
        *,
        private_reply_to: On | None = None,
        visible_after: float | timedelta = 0.0,
        media: Iterable[tuple[str, str]] = (),
    ) -> Message:
        """Let staff write to somebody in the platform's own inbox; rules about windows are not checked."""
        return self._message(
            who,
            text,
            platform,
            Making(sent_at, visible_after),
            ours=True,
            private_reply_to=private_reply_to,
            media=media,
        )

    def api_message(
        self,
        who: Who,
        text: str,
        platform: MessagePlatform,
        via_api: str,
        *,
        private_reply_to: On | None = None,
        tag: str | None = None,
        visible_after: float | timedelta = 0.0,
        media: Iterable[tuple[str, ...]] = (),
    ) -> Message:
        """Let the brand write through the API; rules about windows are not checked."""
        return self._message(
            who,
            text,
            platform,
            Making(None, visible_after, via_api),
            ours=True,
            private_reply_to=private_reply_to,
            tag=tag,
            media=media,
        )

    def unsend(self, which: Message | str) -> None:
        """Let a message be taken back by whoever sent it."""
        message = self.find(which)
        if not isinstance(message, Message):
            raise TypeError(f"{message.id} is no message")
        if message.deleted_ms is None:
            self.record({"kind": "unsend", "id": message.id, "at": self.clock.now_ms()})

    def hold_thread(
        self, who: Who, platform: MessagePlatform = "messenger", app_id: str | None = INBOX_APP_ID
    ) -> Thread:
        """Give a conversation to another application, or with None back to whoever writes."""
        with self.lock:
            contact = self._contact(who, platform)
            self.record(
                {
                    "kind": "holder",
                    "platform": platform,
                    "contact": contact,
                    "holder": app_id,
                    "at": self.clock.now_ms(),
                }
            )
            return self.ledger.threads[platform, contact]

    def thread(self, who: Who, platform: MessagePlatform = "messenger") -> Thread | None:
        """Return the conversation with somebody, if there is one."""
        return self.ledger.threads.get((platform, self._contact(who, platform)))

    def _message(
        self,
        who: Who,
        text: str,
        platform: MessagePlatform,
        made: Making,
        *,
        ours: bool,
        private_reply_to: On | None = None,
        tag: str | None = None,
        media: Iterable[tuple[str, ...]] = (),
    ) -> Message:
        with self.lock:
            contact = self._contact(who, platform)
            answered = None if private_reply_to is None else self._public(private_reply_to)
            at = self.clock.now_ms() if made.sent_at is None else to_ms(made.sent_at)
            count = self.ledger.made + 1
            message_id = ids.message_id(self.seed, platform, count)
            self.record(
                {
                    "kind": "message",
                    "id": message_id,
                    "number": ids.number_for(self.seed, count),
                    "count": count,
                    "platform": platform,
                    "contact": contact,
                    "ours": ours,
                    "text": text,
                    "at": at,
                    "visible": at + made.delay_ms,
                    "api": made.via_api,
                    "private_reply_to": None if answered is None else answered.id,
                    "answers": None if answered is None else answered.number,
                    "tag": tag,
                    "attached": told(media),
                }
            )
            return self.ledger.messages[message_id]

    def _contact(self, who: Who, platform: MessagePlatform) -> str:
        if platform not in ("messenger", "instagram"):
            raise ValueError(f"messages are sent on 'messenger' or 'instagram', not {platform!r}")
        person = self.person(who)
        if person.brand:
            raise ValueError("the brand cannot write to itself")
        return person.psid if platform == "messenger" else person.igsid
