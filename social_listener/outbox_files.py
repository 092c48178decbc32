"""Pictures of a reply on its way: uploaded before it is claimed, which may be repeated; the send itself is not.

Nothing that fails or crashes here can make a reply go out, or go out twice: the platform shows an upload to nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from social_listener.channels import Uploads
from social_listener.errors import NoPicture, Rejected
from social_listener.failpoints import failpoint
from social_listener.model import PrivateFile, PrivatePicture, PublicFile, PublicPicture
from social_listener.store import reply_files

if TYPE_CHECKING:
    from collections.abc import Iterable

    from social_listener.channels import Channel
    from social_listener.media.tray import Tray
    from social_listener.store import Store
    from social_listener.store.outbox import StoredReply
    from social_listener.store.reply_files import StoredFile


def upload(store: Store, channel: Channel, tray: Tray, reply: StoredReply) -> None:
    """Upload the pictures of a reply that the platform does not hold yet.

    `Rejected`: one will never be taken, so the reply does not go. Every other `ChannelError`: try again later.
    """
    with store.read() as cursor:
        files = reply_files.of(cursor, reply.nonce)
    for file in files:
        if file.media_id is not None:
            continue
        failpoint("upload.before_call")
        media_id = _handed_over(channel, tray, reply, file)
        failpoint("upload.after_call")
        with store.transaction() as cursor:
            reply_files.uploaded(cursor, file.id, media_id)


def _handed_over(channel: Channel, tray: Tray, reply: StoredReply, file: StoredFile) -> str:
    """Upload one picture by the way that the reply's own `private`, which never changes, picks."""
    if not isinstance(channel, Uploads):
        raise Rejected("this channel takes no pictures along with a reply", account_id=reply.account_id)
    if file.private != reply.private:
        raise Rejected("a picture for one person only never goes out in public", account_id=reply.account_id)
    try:
        data = tray.read(file.hash)
    except NoPicture as error:
        raise Rejected(str(error), account_id=reply.account_id) from None
    if reply.private:
        return channel.upload_private(PrivateFile(data=data, type=file.type, alt=file.alt)).media_id
    return channel.upload_public(PublicFile(data=data, type=file.type, alt=file.alt)).media_id


def public_pictures(files: tuple[StoredFile, ...]) -> tuple[PublicPicture, ...]:
    """Return what goes with a public reply; a private picture is never among it."""
    return tuple(PublicPicture(media_id=one.media_id) for one in files if one.media_id and not one.private)


def private_pictures(files: tuple[StoredFile, ...]) -> tuple[PrivatePicture, ...]:
    """Return what goes with a private reply."""
    return tuple(PrivatePicture(media_id=one.media_id) for one in files if one.media_id and one.private)


def discard(store: Store, tray: Tray, files: Iterable[StoredFile]) -> None:
    """Erase pictures that were let go, but for those that another text needs too.

    It is done in a transaction of its own: nobody adds the same picture between the look and the erasing.
    """
    with store.transaction() as cursor:
        needed = reply_files.hashes(cursor)
        for file in files:
            if file.hash not in needed:
                tray.drop(file.hash)
