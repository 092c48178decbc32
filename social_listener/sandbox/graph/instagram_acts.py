"""What people, the brand and its staff do on Instagram."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

from social_listener.sandbox.graph.core import Making, Who
from social_listener.sandbox.graph.facebook_acts import FacebookActs, On
from social_listener.sandbox.graph.records import IgComment, Media


class InstagramActs(FacebookActs):
    """Media, comments and mentions."""

    def media(
        self,
        caption: str,
        sent_at: datetime | None = None,
        *,
        ad: bool = False,
        visible_after: float | timedelta = 0.0,
    ) -> Media:
        """Let the brand's account publish a picture; advertisements are in no list, but can be commented on."""
        return self._media(self.brand.handle, caption, Making(sent_at, visible_after), ad=ad)

    def ig_comment(
        self,
        who: Who,
        on: On,
        text: str,
        sent_at: datetime | None = None,
        *,
        visible_after: float | timedelta = 0.0,
        via_api: str | None = None,
        mentions_brand: bool = False,
    ) -> IgComment:
        """Comment on a medium or on a comment; what answers a reply lands under the top-level comment."""
        with self.lock:
            target = self.find(on)
            if not isinstance(target, Media | IgComment):
                raise TypeError(f"{target.id} is no medium and no comment on Instagram")
            media = target if isinstance(target, Media) else target.media
            top = None if isinstance(target, Media) else target.parent or target
            number = self._write(
                "ig_comment",
                self.person(who),
                text,
                Making(sent_at, visible_after, via_api),
                "media",
                media=media.number,
                parent=None if top is None else top.number,
                answered=None if top is None else target.number,
                mentions=mentions_brand,
            )
            return cast("IgComment", self.ledger.items[number])

    def app_ig_comment(
        self, on: On, text: str, sent_at: datetime | None = None, *, visible_after: float | timedelta = 0.0
    ) -> IgComment:
        """Let staff comment as the brand, in Instagram's own app."""
        return self.ig_comment(self.brand, on, text, sent_at, visible_after=visible_after)

    def ig_mention(
        self,
        who: Who,
        text: str,
        *,
        in_comment: bool = False,
        sent_at: datetime | None = None,
        visible_after: float | timedelta = 0.0,
    ) -> Media | IgComment:
        """Let somebody name the brand in the caption of their own medium, or in a comment below somebody's."""
        named = text if f"@{self.brand.handle}" in text else f"@{self.brand.handle} {text}"
        with self.lock:
            if not in_comment:
                return self._media(who, named, Making(sent_at, visible_after), mentions=True)
            owner = self.person("slow_light_studio")
            media = self._media(owner.handle, "Morning light.", Making(sent_at, visible_after))
            return self.ig_comment(who, media, named, sent_at, visible_after=visible_after, mentions_brand=True)

    def comments_enabled(self, which: On, enabled: bool) -> None:
        """Open a medium of the brand for comments or close it."""
        media = self.find(which)
        if not isinstance(media, Media):
            raise TypeError(f"{media.id} is no medium on Instagram")
        event = {"kind": "comments_enabled", "id": media.number, "enabled": enabled, "at": self.clock.now_ms()}
        self.record(event)

    def _media(self, who: Who, caption: str, made: Making, *, ad: bool = False, mentions: bool = False) -> Media:
        with self.lock:
            number = self._write("media", self.person(who), caption, made, "media", ad=ad, mentions=mentions)
            return cast("Media", self.ledger.items[number])
