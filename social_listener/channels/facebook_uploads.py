"""Pictures that go along with what we say on Facebook and Messenger: handed over first, then named by their ids.

A comment names an unpublished photo of the Page: `attachment_id` of POST /{object}/comments
(developers.facebook.com/docs/graph-api/reference/object/comments). POST /{page}/photos takes it as multipart `source`,
of less than 10 MB, with `published=false`, `temporary=true` and `alt_text_custom` (…/reference/page/photos,
…/reference/photo); it demands the permission `pages_manage_posts` (…/docs/pages-api/posts). How long a description
may be, and how long a temporary photo lasts, is not documented.

A message is a picture or words, never both (…/docs/messenger-platform/reference/send-api). POST
/{page}/message_attachments takes the picture as multipart `filedata` (…/reference/attachment-upload-api), of up to 8 MB
by the stricter of its limits (…/send-messages/saving-assets); its id lasts for 90 days and goes into no comment.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from typing import Any, Final

from social_listener.channels.graph_client import Client
from social_listener.channels.graph_errors import Effect
from social_listener.channels.graph_found import Us
from social_listener.channels.graph_ids import is_number
from social_listener.channels.wire import WireError
from social_listener.errors import BadPayload
from social_listener.model import PictureRules, PrivateFile, PrivatePicture, PublicFile, PublicPicture

#: the permission that POST /{page}/photos demands
PHOTOS: Final = "pages_manage_posts"
PUBLIC: Final = PictureRules(
    most=1,
    most_bytes=9_999_999,
    most_alt=1_000,
    because="Facebook takes one picture of less than 10 MB with a comment",
)
PRIVATE: Final = PictureRules(
    most=1,
    most_bytes=8_000_000,
    alone=True,
    because="Messenger takes one picture, as a message of its own: send the words first, then the picture",
)
_ENDINGS: Final = {"image/jpeg": "jpg", "image/png": "png"}
_WHAT: Final = "handing over a picture"


def public_rules(account_id: str, granted: Collection[str] | None) -> PictureRules:
    """Return how pictures go with comments; `granted`: what the token may, None where Meta did not tell."""
    if granted is None or PHOTOS in granted:
        return PUBLIC
    words = (
        f"no picture can be sent with a comment: the permission {PHOTOS} is missing for account {account_id}; an "
        "operator has to connect it again, with that box ticked"
    )
    return PictureRules(because=words)


def upload_public(client: Client, us: Us, file: PublicFile) -> PublicPicture:
    """Hand a photo over for a comment; nobody sees it before, and Meta is told that it need not be kept."""
    described = {"alt_text_custom": file.alt} if file.alt else {}
    return PublicPicture(
        media_id=_made(
            client,
            lambda sdk: sdk.put_photo(
                _part(file), f"{us.page_id}/photos", published="false", temporary="true", **described
            ),
            "id",
        )
    )


def upload_private(client: Client, us: Us, file: PrivateFile) -> PrivatePicture:
    """Hand a picture over for a message."""
    message = {"attachment": {"type": "image", "payload": {"is_reusable": True}}}
    return PrivatePicture(
        media_id=_made(
            client,
            lambda sdk: sdk.request(
                f"{sdk.version}/{us.page_id}/message_attachments",
                post_args={"message": json.dumps(message)},
                files={"filedata": _part(file)},
            ),
            "attachment_id",
        )
    )


def _part(file: PublicFile | PrivateFile) -> tuple[str, bytes, str]:
    return f"picture.{_ENDINGS.get(file.type, 'jpg')}", file.data, file.type


def _made(client: Client, request: Callable[[Any], object], name: str) -> str:
    # Repeating it does no harm, so it is no `SEND`: what is lost is asked again.
    answer = client.call(request, what=_WHAT, effect=Effect.SET)
    try:
        native_id = answer.document.text(name) or ""
    except WireError:
        native_id = ""
    if not is_number(native_id):
        words = f"Meta's answer while {_WHAT} cannot be read: {name}: expected an id"
        raise BadPayload(words, account_id=client.account_id, raw=answer.body)
    return native_id
