"""Real recorded bodies of the Graph API go through the channels: through `parse`, and over loopback too."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from faces import NOW, action, stream
from loopback import Loopback, http
from meta_answers import ACCOUNT, ANNA, PAGE, facebook, instagram, one, read
from saying import private, public

from social_listener.channels.facebook import Facebook
from social_listener.channels.instagram import Instagram
from social_listener.cursor import Cursor, advance
from social_listener.errors import BadPayload, ChannelError, Rejected, Unauthorized
from social_listener.model import ActionKind, Attachment, Kind, StreamKind

KINDS = (StreamKind.COMMENTS, StreamKind.MENTIONS, StreamKind.MESSAGES)


@pytest.fixture(scope="module")
def bodies(shared_data: Path) -> dict[str, bytes]:
    """Return all recorded bodies by their path."""
    folder = shared_data / "meta" / "pyfacebook"
    found = {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.json"))}
    assert len(found) >= 160
    return found


@pytest.mark.parametrize("build", [facebook, instagram])
@pytest.mark.parametrize("kind", KINDS)
def test_every_body_is_read_or_refused_as_a_whole(
    bodies: dict[str, bytes], build: Callable[[], Facebook | Instagram], kind: StreamKind
) -> None:
    """Whatever Meta once answered gives a page or a `BadPayload`, from every stream, and nothing else."""
    channel, read_ones = build(), 0
    for path, body in bodies.items():
        try:
            page = channel.parse(body, stream(kind), NOW)
        except BadPayload:
            continue
        read_ones += 1
        assert all(item.account_id == "main" and item.sent_at.tzinfo for item in page.interactions), path
        assert all(reject.reason for reject in page.rejects), path
    assert read_ones > 100


@pytest.mark.parametrize(
    ("build", "folder", "kind", "items"),
    [
        (facebook, "facebook/apidata/comments/comment_info", StreamKind.COMMENTS, 1),
        (facebook, "facebook/apidata/comments/comments_info", StreamKind.COMMENTS, 2),
        (facebook, "facebook/apidata/comments/comments_p", StreamKind.COMMENTS, 0),  # recorded without ids
        (facebook, "facebook/apidata/messages", StreamKind.MESSAGES, 3),
        (facebook, "facebook/apidata/posts/feed", StreamKind.MENTIONS, 20),
        (facebook, "facebook/apidata/posts/multi", StreamKind.MENTIONS, 4),
        (facebook, "facebook/apidata/conversations", StreamKind.MESSAGES, 0),  # recorded without messages
        (instagram, "instagram/apidata/comments", StreamKind.COMMENTS, 4),
        (instagram, "instagram/apidata/medias/comments", StreamKind.COMMENTS, 4),
        (instagram, "instagram/apidata/users/medias", StreamKind.COMMENTS, 4),
        (instagram, "instagram/apidata/users/mentioned", StreamKind.COMMENTS, 2),
    ],
)
def test_nothing_that_can_be_read_is_left_out(
    bodies: dict[str, bytes], build: Callable[[], Facebook | Instagram], folder: str, kind: StreamKind, items: int
) -> None:
    """Of each sort of body every node becomes an item or is set aside."""
    channel = build()
    pages = [read(channel, body, kind) for path, body in bodies.items() if path.startswith(folder)]
    assert pages
    nodes = sum(len(page.interactions) + len(page.rejects) for page in pages)
    assert nodes >= items
    assert sum(len(page.interactions) for page in pages) >= items
    if items:
        assert all(page.rejects == () for page in pages)


def test_comments_without_an_id_are_set_aside_one_by_one(bodies: dict[str, bytes]) -> None:
    """The recorded list of comments has no ids: each is a reject that holds what came, and none is lost."""
    page = read(facebook(), bodies["facebook/apidata/comments/comments_p1.json"])
    assert len(page.rejects) == len(json.loads(bodies["facebook/apidata/comments/comments_p1.json"])["data"])
    assert {reject.reason for reject in page.rejects} == {"id: it is missing"}
    assert all(json.loads(reject.raw)["message"] for reject in page.rejects)


def test_a_comment_on_facebook(bodies: dict[str, bytes]) -> None:
    """Author, words, times, picture and address of a recorded comment."""
    item = one(read(facebook(), bodies["facebook/models/comment.json"]))
    assert item.id == "facebook:2954961744718970_2966313500250461"
    assert item.thread_id == f"facebook:{PAGE}_2954961744718970"
    assert item.conversation_id == f"facebook:{PAGE}_2954961744718970:{ANNA}"
    assert (item.author_id, item.text, item.kind) == (f"facebook:{ANNA}", "My Nice Car ", Kind.COMMENT)
    assert item.sent_at == datetime(2021, 7, 23, 8, 35, 18, tzinfo=UTC)
    assert item.reply_to_id == f"facebook:{PAGE}_2954961744718970"
    assert (item.private, item.outbound, item.hidden, item.addresses_us) == (False, False, False, True)
    assert item.url == f"https://www.facebook.com/{PAGE}/posts/2954961744718970/?comment_id=2966313500250461"
    (picture,) = item.attachments
    assert picture.kind == "photo"
    assert picture.url is not None
    assert picture.url.startswith("https://scontent-gmp1-1.xx.fbcdn.net/")


def test_a_message_on_messenger(bodies: dict[str, bytes]) -> None:
    """Both sides, words, time and picture of a recorded message; its thread is named by the two sides."""
    page = read(facebook(), bodies["facebook/models/message.json"], StreamKind.MESSAGES)
    item = one(page)
    assert item.id.startswith("facebook:m_ToF35NI1OImBjyUIgplSaBMylUFmkYY4bHogy9C1otLISU6")
    assert item.thread_id == item.conversation_id == f"facebook:{PAGE}-{ANNA}"
    assert (item.kind, item.private, item.outbound) == (Kind.MESSAGE, True, False)
    assert item.text == "Love is peace!😏"
    assert item.sent_at == datetime(2021, 7, 23, 9, 50, 48, tzinfo=UTC)
    assert [one.kind for one in item.attachments] == ["photo"]
    (contact,) = page.contacts
    assert (contact.id, contact.name) == (f"facebook:{ANNA}", "Kun Liu")


def test_a_message_of_our_own(bodies: dict[str, bytes]) -> None:
    """A message that the Page sent is ours, and stands in the thread of whom it was sent to."""
    told = json.loads(bodies["facebook/models/message.json"])
    told["from"], told["to"]["data"][0] = told["to"]["data"][0], told["from"]
    item = one(read(facebook(), told, StreamKind.MESSAGES))
    assert item.outbound
    assert item.thread_id == f"facebook:{PAGE}-{ANNA}"


def test_a_comment_on_instagram_with_an_answer(bodies: dict[str, bytes]) -> None:
    """A recorded comment and the answer below it, of which not even the author is told."""
    page = read(instagram(), bodies["instagram/models/ig_comment.json"])
    top, answer = page.interactions
    assert (top.id, top.text, top.likes) == ("instagram:17892250648466172", "@ikroskun  Hey, guys", 1)
    assert top.thread_id == "instagram:17846368219941692"
    assert top.sent_at == datetime(2020, 2, 24, 9, 15, 16, tzinfo=UTC)
    assert top.author_id == "instagram:name-ikroskun"
    assert (answer.id, answer.reply_to_id) == ("instagram:17845747489952795", "instagram:17892250648466172")
    assert answer.thread_id == top.thread_id
    assert answer.author_id == "instagram:unknown-17892250648466172"
    assert page.hidden == {top.id: False}


def test_mentions_on_instagram(bodies: dict[str, bytes]) -> None:
    """A recorded mention in a comment, and one in a caption."""
    named = one(read(instagram(), bodies["instagram/apidata/users/mentioned_comment.json"]))
    assert (named.id, named.kind, named.text) == ("instagram:17967008497439572", Kind.MENTION, "@ikroskun good")
    assert named.author_id == "instagram:name-ikroskun"
    caption = one(read(instagram(), bodies["instagram/apidata/users/mentioned_media.json"]))
    assert (caption.id, caption.kind, caption.text) == ("instagram:17889114512354744", Kind.MENTION, "@ikroskun hey")
    assert caption.sent_at == datetime(2021, 8, 19, 9, 0, 22, tzinfo=UTC)


def test_posts_on_a_page(bodies: dict[str, bytes]) -> None:
    """A recorded post of a Page: words, times and picture; as no author is told, it is somebody's own."""
    page = read(facebook(), bodies["facebook/apidata/posts/multi_posts_data_fields.json"], StreamKind.MENTIONS)
    first = page.interactions[0]
    assert first.id == "facebook:19292868552_10158347294088553"
    assert first.text.startswith("Despite reliable peering")
    assert first.sent_at == datetime(2021, 7, 8, 15, 30, 19, tzinfo=UTC)
    assert first.author_id == "facebook:unknown-19292868552_10158347294088553"
    pictures = read(facebook(), bodies["facebook/apidata/posts/feeds_default_fields_p1.json"], StreamKind.MENTIONS)
    assert any(
        Attachment(kind="photo", url=one.url) == replace_alt(one) for one in pictures.interactions[0].attachments
    )


def replace_alt(one: Attachment) -> Attachment:
    """Return an attachment without its words."""
    return Attachment(kind=one.kind, url=one.url)


@pytest.mark.parametrize(("path", "expected"), [("error.json", Unauthorized), ("base/error_data.json", Rejected)])
@pytest.mark.parametrize("build", [facebook, instagram])
def test_recorded_errors(
    bodies: dict[str, bytes],
    path: str,
    expected: type[ChannelError],
    build: Callable[[str], Facebook | Instagram],
) -> None:
    """A recorded error is told as what it means, from every method; 'app secret proof' is a matter of credentials."""
    answer = http("400 Bad Request", bodies[path], "Content-Type: application/json; charset=UTF-8")
    with Loopback(lambda connection, _: connection.sendall(answer)) as server:
        channel = build(server.url)
        calls: list[Callable[[], Any]] = [
            channel.whoami,
            lambda: channel.lookup({"1": None}, NOW),
            lambda: channel.send(private(ANNA, None)),
            lambda: channel.act(action(ActionKind.HIDE, "1")),
        ]
        for call in calls:
            with pytest.raises(ChannelError) as caught:
                call()
            assert type(caught.value) is expected
        with pytest.raises(ChannelError):
            channel.send(public("1"))


@pytest.mark.parametrize("build", [facebook, instagram])
def test_every_body_over_the_wire(bodies: dict[str, bytes], build: Callable[[str], Facebook | Instagram]) -> None:
    """Whatever answers a read, a walk ends, and fails with nothing but a `ChannelError`."""
    served = [b""]
    us = json.dumps({"id": PAGE, "name": "MyLife"}).encode()
    account = json.dumps({"id": ACCOUNT, "username": "ikroskun"}).encode()

    def answering(connection: Any, request: bytes) -> None:
        path = request.split(b" ")[1].split(b"?")[0]
        known = {b"/v26.0/me": us, f"/v26.0/{PAGE}".encode(): us, f"/v26.0/{ACCOUNT}".encode(): account}
        body = known.get(path, served[0])
        connection.sendall(http("200 OK", body, "Content-Type: application/json; charset=UTF-8"))

    with Loopback(answering) as server:
        channel = build(server.url)
        channel.whoami()
        for body in bodies.values():
            served[0] = body
            for kind in KINDS:
                at = Cursor()
                for _ in range(12):
                    try:
                        page = channel.fetch(stream(kind), at, NOW)
                    except ChannelError:
                        break
                    at, _gap = advance(at, page, known=False, overlap=stream(kind).overlap)
                    if not at.walking:
                        break
