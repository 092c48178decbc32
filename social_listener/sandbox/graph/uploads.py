"""Pictures that are handed over before they are said: POST /{page}/photos and POST /{page}/message_attachments.

Sources: developers.facebook.com/docs/graph-api/reference/page/photos (Creating; error 324),
…/docs/graph-api/reference/photo (limits), …/docs/graph-api/reference/object/comments (`attachment_id`: an unpublished
photo), …/docs/messenger-platform/reference/attachment-upload-api, …/send-messages/saving-assets (limits, 90 days) and
…/docs/messenger-platform/error-codes (2018047, 2018074, 2018109). What becomes of a photo that was commented with
already, and how long a temporary one lasts, is not documented; here it is used up, and lasts a day.
"""

from __future__ import annotations

from typing import Any

from social_listener.sandbox.graph import problems
from social_listener.sandbox.graph.call import Call
from social_listener.sandbox.graph.records import Upload
from social_listener.sandbox.media import Attached
from social_listener.sandbox.multipart import Part

MOST_PHOTO = 10_000_000
"""Facebook: photos of less than 10 MB."""
MOST_ATTACHMENT = 25_000_000
"""Messenger: files up to 25 MB."""
_DAY_MS = 86_400_000
_TEMPORARY_MS = _DAY_MS
_ATTACHMENT_MS = 90 * _DAY_MS
_SIGNS = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF8": "image/gif",
    b"BM": "image/bmp",
    b"II*\0": "image/tiff",
    b"MM\0*": "image/tiff",
}


def create_photo(call: Call) -> dict[str, Any]:
    """POST /{page}/photos: keep a photo; `published=false` shows it to nobody, `temporary` keeps it for a day."""
    published, temporary = call.flag("published"), call.flag("temporary")
    if published is not False:
        raise problems.invalid("The sandbox keeps photos for comments only: published must be false")
    file = call.request.file("source")
    if file is None or _kind_of(file) is None or len(file.data) >= MOST_PHOTO:
        raise problems.no_image()
    alt = call.parameters.get("alt_text_custom", "")
    life = _TEMPORARY_MS if temporary else None
    return {"id": call.graph.upload("photo", file.data, owner=call.node.psid, alt=alt, life_ms=life)}


def create_attachment(call: Call) -> dict[str, Any]:
    """POST /{page}/message_attachments: keep a picture for messages, for 90 days."""
    attachment = call.structure("message").get("attachment")
    payload = attachment.get("payload", {}) if isinstance(attachment, dict) else None
    if not isinstance(attachment, dict) or attachment.get("type") != "image" or not isinstance(payload, dict):
        raise problems.invalid("param message[attachment] must be an image; the sandbox keeps no others")
    file = call.request.file("filedata")
    if file is None or (kind := _kind_of(file)) is None or file.type not in ("", kind):
        raise problems.invalid("Upload attachment failure.", 2018047)
    if len(file.data) > MOST_ATTACHMENT:
        raise problems.invalid("Attachment size exceeds allowable limit", 2018109)
    reusable = payload.get("is_reusable") is True
    made = call.graph.upload("attachment", file.data, owner=call.node.psid, reusable=reusable, life_ms=_ATTACHMENT_MS)
    return {"attachment_id": made}


def photo(call: Call) -> tuple[Attached, ...]:
    """Return what goes with a comment, by `attachment_id`.

    Raises:
        GraphError: 100, it is no photo that this Page may comment with: unknown, another's, said already, run out.
    """
    wanted = call.parameters.get("attachment_id")
    if wanted is None:
        return ()
    found = _usable(call, wanted, "photo")
    if found is None:
        raise problems.invalid("Param attachment_id must be the id of an unpublished photo of the Page")
    return (Attached("photo", found.alt, found.id),)


def attachment_of(call: Call, attachment: dict[str, Any]) -> tuple[Attached, ...]:
    """Return what a message of an attachment that was uploaded holds; nothing for one that is described otherwise.

    Raises:
        GraphError: 100/2018074, the id is unknown, another's, or was sent already and is not reusable.
    """
    payload = attachment.get("payload")
    wanted = payload.get("attachment_id") if isinstance(payload, dict) else None
    if wanted is None:
        return ()
    found = _usable(call, str(wanted), "attachment")
    if found is None or attachment.get("type") != "image":
        raise problems.invalid("Possible invalid ID or you do not own the attachment.", 2018074)
    return (Attached("photo", "", found.id),)


def _usable(call: Call, wanted: str, family: str) -> Upload | None:
    found = call.ledger.uploads.get(wanted)
    if found is None or found.family != family or found.owner != call.brand.psid:
        return None
    old = found.life_ms is not None and call.now_ms - found.made_ms > found.life_ms
    spent = found.used and not found.reusable
    return None if old or spent else found


def _kind_of(file: Part) -> str | None:
    """Return what a file is, by its first bytes; None: no picture."""
    return next((kind for sign, kind in _SIGNS.items() if file.data.startswith(sign)), None)
