"""Pictures that go along with what we say on X: uploaded first, then named by their ids.

X API v2: POST /2/media/upload (one request; images up to 5 MB), POST /2/media/metadata for the description. tweepy has
neither; its client signs the requests all the same.
"""

from __future__ import annotations

import base64
from typing import Any, Final

from social_listener.channels.wire import WireError
from social_listener.channels.x_client import Client
from social_listener.channels.x_errors import Effect
from social_listener.errors import BadPayload
from social_listener.model import PictureRules, PrivateFile, PrivatePicture, PublicFile, PublicPicture

#: X: images up to 5 MB, four in a post, one in a message, descriptions up to 1,000 characters
_MOST_BYTES: Final = 5_000_000
PUBLIC: Final = PictureRules(
    most=4, most_bytes=_MOST_BYTES, most_alt=1_000, because="X takes up to four pictures of 5 MB with a post"
)
PRIVATE: Final = PictureRules(
    most=1, most_bytes=_MOST_BYTES, most_alt=1_000, because="X takes one picture of 5 MB with a direct message"
)


def upload_public(client: Client, file: PublicFile) -> PublicPicture:
    """Upload a picture for a post."""
    return PublicPicture(media_id=_uploaded(client, file.data, file.type, file.alt, "tweet_image"))


def upload_private(client: Client, file: PrivateFile) -> PrivatePicture:
    """Upload a picture for a direct message; X lets it into no post."""
    return PrivatePicture(media_id=_uploaded(client, file.data, file.type, file.alt, "dm_image"))


def _uploaded(client: Client, data: bytes, kind: str, alt: str, category: str) -> str:
    body = {"media": base64.b64encode(data).decode(), "media_category": category, "media_type": kind}
    media_id = _post(client, "/2/media/upload", body, "uploading a picture")
    if alt:
        described = {"id": media_id, "metadata": {"alt_text": {"text": alt}}}
        _post(client, "/2/media/metadata", described, "describing a picture")
    return media_id


def _post(client: Client, path: str, body: dict[str, Any], what: str) -> str:
    # Repeating it does no harm, so it is no `SEND`: what is lost is asked again.
    answer = client.call(lambda sdk: sdk.request("POST", path, json=body, user_auth=True), what=what, effect=Effect.SET)
    data = answer.documents[0]
    try:
        return data.need(data.object("data").id("id"), "id")
    except WireError as error:
        words = f"X's answer cannot be read: {error}"
        raise BadPayload(words, account_id=client.account_id, raw=answer.body) from None
