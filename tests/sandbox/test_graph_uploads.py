"""Pictures through the Graph API: handed over first, then said once; every refusal that is documented."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import facebook
import pytest

from social_listener.sandbox import Sandbox
from social_listener.sandbox.multipart import parts

GraphConnect = Callable[..., facebook.GraphAPI]

JPEG = b"\xff\xd8\xff\xe0 a picture \r\n--not the end\r\n\x00\xff"
PNG = b"\x89PNG\r\n\x1a\n another"
DAY = 86_400


def refused(call: Callable[[], object]) -> tuple[int, int | None]:
    """Return code and subcode of a refusal."""
    with pytest.raises(facebook.GraphAPIError) as caught:
        call()
    return caught.value.code, caught.value.result["error"].get("error_subcode")


def photo(page: facebook.GraphAPI, data: bytes = JPEG, **more: str) -> str:
    """Hand a photo over for a comment."""
    asked = {"published": "false", **more}
    answer = page.put_photo(("picture.jpg", data, "image/jpeg"), "me/photos", **asked)
    return str(answer["id"])


def attachment(
    page: facebook.GraphAPI,
    data: bytes = JPEG,
    kind: str = "image/jpeg",
    *,
    reusable: bool = True,
    shape: str = "image",
) -> str:
    """Hand a picture over for messages."""
    message = {"attachment": {"type": shape, "payload": {"is_reusable": reusable}}}
    answer = page.request(
        "v26.0/me/message_attachments",
        post_args={"message": json.dumps(message)},
        files={"filedata": ("picture.jpg", data, kind)},
    )
    return str(answer["attachment_id"])


def send(page: facebook.GraphAPI, to: str, attachment_id: str, **more: str) -> Any:
    """Send a picture to somebody."""
    message = {"attachment": {"type": "image", "payload": {"attachment_id": attachment_id}}, **more}
    return page.put_object("me", "messages", recipient=json.dumps({"id": to}), message=json.dumps(message))


def test_a_comment_with_a_photo(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """The very bytes go where they were put, with their description; reads show a photo, and the words."""
    post = sandbox.graph.page_post("News")
    one = photo(page, temporary="true", alt_text_custom="a red cup")
    assert sandbox.graph.truth().comments == ()
    made = page.put_object(post.id, "comments", message="Here", attachment_id=one)["id"]
    (comment,) = sandbox.graph.truth().comments
    assert (comment.text, [sandbox.graph.blobs[name] for name in comment.pictures]) == ("Here", [JPEG])
    shown = page.get_object(made, fields="message,attachment")
    assert (shown["message"], shown["attachment"]["type"], shown["attachment"]["title"]) == (
        "Here",
        "photo",
        "a red cup",
    )
    assert type(sandbox.graph.truth()).from_json(sandbox.graph.truth().as_json()) == sandbox.graph.truth()


def test_a_photo_is_said_once_and_not_for_ever(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """Unknown, another Page's, said already, of a message, or older than a day: none of them goes, and nothing does."""
    graph = sandbox.graph
    post = graph.page_post("News")

    def comment(photo_id: str) -> object:
        return page.put_object(post.id, "comments", message=f"with {photo_id}", attachment_id=photo_id)

    used, old, kept = photo(page), photo(page, temporary="true"), photo(page)
    comment(used)
    graph.advance(DAY + 1)
    foreign = graph.upload("photo", JPEG, owner="123")
    for wrong in ("999", foreign, used, old, attachment(page)):
        assert refused(lambda wrong=wrong: comment(wrong)) == (100, None)  # type: ignore[misc]
    assert len(graph.truth().comments) == 1
    comment(kept)
    assert len(graph.truth().comments) == 2


def test_what_is_no_photo_is_refused(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """No file, one that is no picture, one that is too large, one to be published, and no permission for it."""
    assert refused(lambda: photo(page, b"<svg/>")) == (324, None)
    assert refused(lambda: photo(page, JPEG + b"\0" * 10_000_000)) == (324, None)
    assert refused(lambda: page.put_object("me", "photos", published="false")) == (324, None)
    assert refused(lambda: photo(page, published="true")) == (100, None)
    sandbox.graph.tokens.withdrawn.add("pages_manage_posts")
    assert refused(lambda: photo(page)) == (200, None)
    assert sandbox.graph.blobs == {}


def test_a_message_that_is_a_picture(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """It has no words; the conversation shows its attachment; a reusable one may be sent again."""
    graph = sandbox.graph
    person = graph.message("mara_lindt", "Show me").thread.person
    made = attachment(page, PNG, "image/png")
    answer = send(page, person.psid, made)
    send(page, person.psid, made)
    first, second = graph.truth().messages[1:]
    assert (first.id, first.text, [graph.blobs[name] for name in first.pictures]) == (answer["message_id"], "", [PNG])
    assert second.pictures == first.pictures
    listed = page.get_connections("me", "conversations", fields="messages{id,message,attachments}")
    shown = {one["id"]: one for one in listed["data"][0]["messages"]["data"]}[first.id]
    assert (shown["message"], shown["attachments"]["data"][0]["mime_type"]) == ("", "image/png")


def test_what_is_no_attachment_is_refused(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """Each with its documented code, and nothing is sent."""
    graph = sandbox.graph
    person = graph.message("mara_lindt", "Show me").thread.person
    assert refused(lambda: attachment(page, b"<svg/>")) == (100, 2018047)
    assert refused(lambda: attachment(page, JPEG, "image/png")) == (100, 2018047)
    assert refused(lambda: attachment(page, JPEG + b"\0" * 25_000_000)) == (100, 2018109)
    assert refused(lambda: attachment(page, shape="hologram")) == (100, None)
    once = attachment(page, reusable=False)
    send(page, person.psid, once)
    old = attachment(page)
    graph.advance(91 * DAY)
    graph.message("mara_lindt", "Show me again")
    for wrong in ("999", once, old, photo(page), graph.upload("attachment", JPEG, owner="123")):
        assert refused(lambda wrong=wrong: send(page, person.psid, wrong)) == (100, 2018074)  # type: ignore[misc]
    both = attachment(page)
    assert refused(lambda: send(page, person.psid, both, text="and words")) == (100, None)
    assert sum(one.ours for one in graph.truth().messages) == 1
    graph.tokens.withdrawn.add("pages_messaging")
    assert refused(lambda: attachment(page)) == (200, None)


def test_a_private_reply_may_be_a_picture(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """All kinds of messages may answer a comment in private, once."""
    graph = sandbox.graph
    comment = graph.comment("mara_lindt", graph.page_post("News"), "How does it look?")
    message = {"attachment": {"type": "image", "payload": {"attachment_id": attachment(page)}}}
    sent = {"recipient": json.dumps({"comment_id": comment.id}), "message": json.dumps(message)}
    page.put_object("me", "messages", **sent)
    assert refused(lambda: page.put_object("me", "messages", **sent)) == (10900, None)
    (told,) = graph.truth().messages
    assert (told.private_reply_to, [graph.blobs[name] for name in told.pictures]) == (comment.id, [JPEG])


def test_parts_of_a_form() -> None:
    """Bytes come as they were, line ends and lines that look like an end included; another body has no parts."""
    body = (
        b'--b\r\ncontent-disposition: form-data; name="a"\r\n\r\none\r\n'
        b'--b\r\nContent-Disposition: form-data; name="f"; filename="x"\r\nContent-Type: Image/PNG; q=1\r\n\r\n'
        b"\r\n--c\r\n\x00\r\n--b--\r\n"
    )
    made = parts("multipart/form-data; boundary=b", body)
    assert {name: (one.data, one.type, one.file) for name, one in made.items()} == {
        "a": (b"one", "", False),
        "f": (b"\r\n--c\r\n\x00", "image/png", True),
    }
    assert parts("application/x-www-form-urlencoded; boundary=b", body) == {}
    assert parts("multipart/form-data", body) == {}


def test_a_journal_keeps_what_was_handed_over(tmp_path: Any) -> None:
    """The next run knows an upload, and that it was said; the bytes are in no file."""
    state = tmp_path / "journal"
    with Sandbox(seed=7, clock="manual", state=state) as first:
        used, free = (first.graph.upload("photo", JPEG) for _ in range(2))
        first.graph.comment(first.graph.brand, first.graph.page_post("News"), "x", media=(("photo", "", used),))
    with Sandbox(seed=7, clock="manual", state=state) as second:
        assert [second.graph.ledger.uploads[one].used for one in (used, free)] == [True, False]
        assert second.graph.blobs == {}
    assert all(JPEG not in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
