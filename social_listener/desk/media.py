"""Pictures of items and people, as pages show them: by a signed name, through this server, never from elsewhere.

The name that a page asks for says which attachment of which item, and is signed with a key of this process: it holds no
address. What may be shown is decided when it is asked for: an item that was deleted meanwhile has no pictures any more.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from typing import TYPE_CHECKING, Final

from social_listener.channels.pictures import Pictured
from social_listener.errors import DeskError, NoPicture
from social_listener.media.album import Album
from social_listener.media.fetch import Fetcher
from social_listener.media.pictures import drawn_anew
from social_listener.rights import Right
from social_listener.store import conversations

if TYPE_CHECKING:
    from collections.abc import Iterable

    from social_listener.desk.office import Office
    from social_listener.model import Attachment, Contact

#: below data_dir
FOLDER: Final = "media"
#: name of a size → the most points a side
SIZES: Final = {"thread": 720, "whole": 1_920, "face": 96}
#: kinds whose own address is a picture, for what was stored before previews were told apart
_PICTURES: Final = frozenset({"photo", "gif", "sticker"})
_SEAL: Final = 16


class MediaDesk:
    """What pages may show of pictures. Thread-safe."""

    def __init__(self, office: Office, fetcher: Fetcher | None = None) -> None:
        self._office = office
        self._fetcher = fetcher or Fetcher()
        self._album = Album(office.settings.data_dir / FOLDER)
        self._key = secrets.token_bytes(32)

    def attachment(self, item_id: str, number: int, size: str = "thread") -> str:
        """Return the name under which pages ask for the picture of an item's attachment."""
        return self._signed([item_id, number, size])

    def face(self, contact_id: str) -> str:
        """Return the name under which pages ask for a person's picture."""
        return self._signed([contact_id, -1, "face"])

    def picture(self, name: str, staff: str) -> bytes:
        """Return a picture as WebP. `DeskError`: there is none of that name; `NoPicture`: it cannot be shown, and why.

        The item and its account are looked up anew, and `staff` must be allowed to read there.
        """
        thing, number, size = self._opened(name)
        account_id, url = self._face(thing, staff) if number < 0 else self._attached(thing, number, staff)
        channel = self._office.channel(account_id)
        if not isinstance(channel, Pictured):
            raise NoPicture("its platform has no pictures")
        source = channel.pictures()
        most = SIZES[size]
        return self._album.get(thing, f"{size} {url}", lambda: drawn_anew(self._fetcher.get(url, source), most))

    def forget(self, item_ids: Iterable[str]) -> None:
        """Erase the pictures of items that were deleted."""
        self._album.forget(item_ids)

    def sweep(self) -> int:
        """Erase pictures that have had their time; return how many."""
        return self._album.sweep()

    # -- what it is ----------------------------------------------------------------------------------------------------

    def _attached(self, item_id: str, number: int, staff: str) -> tuple[str, str]:
        with self._office.store.read() as cursor:
            found = self._office.item(cursor, staff, Right.READ, item_id)
        if found.deleted_at is not None or number >= len(found.item.attachments):
            raise DeskError("this picture is not there any more")
        url = shown_at(found.item.attachments[number])
        if url is None:
            raise NoPicture("the platform told no address of it")
        return found.item.account_id, url

    def _face(self, contact_id: str, staff: str) -> tuple[str, str]:
        with self._office.store.read() as cursor:
            contact = conversations.contacts(cursor, [contact_id]).get(contact_id)
            within = self._office.accounts(cursor, staff)
            met = conversations.of_contacts(cursor, [contact_id])
            account_id = next((one.account_id for one in met if within is None or one.account_id in within), None)
        if contact is None or account_id is None or not has_face(contact):
            raise DeskError("this picture is not there any more")
        return account_id, contact.avatar_url or ""

    # -- names ---------------------------------------------------------------------------------------------------------

    def _signed(self, what: list[str | int]) -> str:
        body = json.dumps(what, separators=(",", ":")).encode()
        return f"{_text(body)}.{_text(self._seal(body))}"

    def _opened(self, name: str) -> tuple[str, int, str]:
        try:
            body, seal = (base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in name.split("."))
        except (ValueError, binascii.Error):
            raise DeskError("there is no such picture") from None
        if not hmac.compare_digest(seal, self._seal(body)):
            raise DeskError("there is no such picture")
        thing, number, size = json.loads(body)  # it is ours: the seal says so
        return str(thing), int(number), str(size)

    def _seal(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, hashlib.sha256)[:_SEAL]


def shown_at(attachment: Attachment) -> str | None:
    """Return the address of the picture that shows an attachment; None: there is none."""
    return attachment.preview or (attachment.url if attachment.kind in _PICTURES else None)


def has_face(contact: Contact) -> bool:
    """Return whether a person has a picture of their own; what a platform gives to everybody is none."""
    return bool(contact.avatar_url) and "default_profile" not in (contact.avatar_url or "")


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
