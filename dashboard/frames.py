"""Where a page asks for pictures: at this server, by signed names. Pure but for the seal."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from social_listener.desk.media import has_face, shown_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from social_listener.dashboard.component import Json
    from social_listener.desk.media import MediaDesk
    from social_listener.model import Attachment, Contact, Interaction

#: what pages ask for, before the signed name
PATH = "/pictures/"

_KINDS: Mapping[str, str] = {
    "photo": "Photo",
    "video": "Video",
    "gif": "Moving picture",
    "sticker": "Sticker",
    "audio": "Sound",
    "file": "File",
    "link": "Link",
    "post": "Shared post",
    "story": "Story",
    "other": "Attachment",
}


class Frames:
    """Gives addresses of pictures to whoever looks."""

    def __init__(self, media: MediaDesk, staff: str) -> None:
        self._media = media
        self._staff = staff

    def of(self, item: Interaction) -> list[Json]:
        """Return an item's attachments as the page draws them."""
        return [{**plain(one), **self._sources(item, number, one)} for number, one in enumerate(item.attachments)]

    def face(self, contact: Contact | None) -> str | None:
        """Return the address of a person's picture; None: initials stand there."""
        if contact is None or not has_face(contact):
            return None
        return self._address(self._media.face(contact.id))

    def _sources(self, item: Interaction, number: int, one: Attachment) -> Json:
        if shown_at(one) is None:
            return {}
        small, large = (self._media.attachment(item.id, number, size) for size in ("thread", "whole"))
        return {"src": self._address(small), "whole": self._address(large)}

    def _address(self, name: str) -> str:
        return f"{PATH}{name}?staff={quote(self._staff, safe='')}"


def plain(one: Attachment) -> Json:
    """Return an attachment in words, with the address that a click opens."""
    kind = _KINDS.get(one.kind, _KINDS["other"])
    host = (urlsplit(one.url).hostname or "") if one.url and one.kind == "link" and _fine(one.url) else ""
    said = f"{kind} to {host}" if host else kind
    return {
        "kind": one.kind,
        "words": f"{said}: {one.alt}" if one.alt else said,
        "alt": one.alt or f"{kind} without a description",
        "url": one.url,
        "open": "Open" if one.kind in {"link", "file", "audio"} else "Open at the platform",
    }


def _fine(url: str) -> bool:
    try:
        urlsplit(url)
    except ValueError:
        return False
    return True
