"""Pictures that came with items: shown through this server, by names it signed, and gone with the item."""

from __future__ import annotations

import base64
import io
import json
from typing import TYPE_CHECKING

import pytest
from http_kit import HttpKit
from meta_kit import MetaKit
from PIL import Image
from staff_kit import seed_staff

from social_listener.channels.pictures import X_HOSTS, PictureSource
from social_listener.dashboard.frames import Frames
from social_listener.errors import DeskError, NoPicture, NotPermitted
from social_listener.sandbox.media import drawn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from social_listener.desk_types import ThreadItem
    from social_listener.service import Service

STAFF = "staff"


@pytest.fixture(scope="module")
def x(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpKit]:
    """Return a service on X; the tests of this file use people of their own."""
    kit = HttpKit(tmp_path_factory.mktemp("x"))
    seed_staff(kit.service.desk, STAFF)
    yield kit
    kit.close()


@pytest.fixture(scope="module")
def meta(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MetaKit]:
    """Return a service on Facebook and Instagram."""
    kit = MetaKit(tmp_path_factory.mktemp("meta"))
    seed_staff(kit.service.desk, STAFF)
    yield kit
    kit.close()


def post(x: HttpKit, author: str, *media: tuple[str, str]) -> ThreadItem:
    """Let a customer post something with pictures, and poll; return the item."""
    x.sandbox.world.add_user(author)
    made = x.sandbox.world.post(author, "@fernhill look at this", media=media)
    x.poll()
    return x.service.desk.item(f"x:{made.id}")


def seen(service: Service, item: ThreadItem, number: int = 0, size: str = "thread") -> Image.Image:
    """Return a picture of an item as a page would get it."""
    media = service.desk.media
    data = media.picture(media.attachment(item.item.id, number, size), STAFF)
    assert data[8:12] == b"WEBP"
    with Image.open(io.BytesIO(data)) as found:
        return found.convert("RGB")


def same(made: Image.Image, path: str) -> bool:
    """Return whether a picture looks like the one that the sandbox serves at a path."""
    with Image.open(io.BytesIO(drawn(path))) as found:
        wanted = found.convert("RGB").resize(made.size).getpixel((5, 5))
    return all(abs(one - other) < 12 for one, other in zip(made.getpixel((5, 5)), wanted, strict=True))


def test_pictures_of_a_post_are_shown(x: HttpKit) -> None:
    """A photo and the still of a film, each its own; what they show is told in words; asked for once each."""
    item = post(x, "ann", ("photo", "a broken grinder"), ("video", ""))
    assert [(one.kind, one.alt) for one in item.item.attachments] == [("photo", "a broken grinder"), ("video", "")]
    before = len(x.sandbox.pictures.asked)
    for number in (0, 1, 0, 1):
        attachment = item.item.attachments[number]
        assert attachment.preview
        assert same(seen(x.service, item, number), attachment.preview.removeprefix("https://pbs.twimg.com"))
    assert len(x.sandbox.pictures.asked) == before + 2


def test_a_picture_of_a_direct_message_is_opened_with_the_accounts_keys(x: HttpKit) -> None:
    """X shows it to a signed request only; no other host ever gets the signature."""
    x.sandbox.world.add_user("bea")
    made = x.sandbox.world.dm("bea", x.sandbox.brand, "like so", media=[("photo", "")])
    x.poll()
    item = x.service.desk.item(f"x:{made.id}")
    assert seen(x.service, item).size == (320, 220)
    asked = x.sandbox.pictures.asked[-1]
    assert asked.headers["host"] == "ton.twitter.com"
    assert asked.headers["authorization"].startswith("OAuth ")
    seen(x.service, post(x, "bea2", ("photo", "")))
    assert "authorization" not in x.sandbox.pictures.asked[-1].headers


def test_without_the_accounts_keys_it_is_refused(x: HttpKit) -> None:
    """The control: the same picture, asked for without a signature, is not given."""
    x.sandbox.world.add_user("bob")
    made = x.sandbox.world.dm("bob", x.sandbox.brand, "like so", media=[("photo", "")])
    x.poll()
    url = x.service.desk.item(f"x:{made.id}").item.attachments[0].preview
    assert url
    with pytest.raises(NoPicture, match="gone at the platform"):
        x.service.desk.media._fetcher.get(url, PictureSource(hosts=X_HOSTS, stand_in=x.sandbox.base_url))


def test_a_deleted_item_has_no_pictures(x: HttpKit) -> None:
    """As soon as we learn of it the name opens nothing, and the file is gone from the disk."""
    item = post(x, "cleo", ("photo", ""))
    name = x.service.desk.media.attachment(item.item.id, 0)
    folder = x.folder / "media"
    before = set(folder.glob("*")) if folder.exists() else set()
    x.service.desk.media.picture(name, STAFF)
    (file,) = set(folder.glob("*")) - before
    x.sandbox.world.delete(item.item.id.partition(":")[2])
    x.sandbox.world.advance(3600 * 25)
    x.service.ingest.recheck("main")
    assert x.service.desk.item(item.item.id).deleted_at is not None
    assert not file.exists()
    with pytest.raises(DeskError, match="not there any more"):
        x.service.desk.media.picture(name, STAFF)


@pytest.mark.parametrize(
    ("who", "status", "body", "words"),
    [
        ("dan", 404, b"", "gone at the platform"),
        ("dee", 403, b"", "address has run out"),
        ("dia", 200, b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "no JPEG"),
        ("don", 200, b"<!doctype html><script>alert(1)</script>", "no JPEG"),
    ],
)
def test_what_cannot_be_shown_is_told_in_words(x: HttpKit, who: str, status: int, body: bytes, words: str) -> None:
    """Gone, run out, no picture whatever its name and type: the words hold no address."""
    item = post(x, who, ("photo", ""))
    path = (item.item.attachments[0].preview or "").removeprefix("https://pbs.twimg.com")
    x.sandbox.pictures.put(path, body, status, "image/png")
    with pytest.raises(NoPicture, match=words) as told:
        seen(x.service, item)
    assert "twimg" not in str(told.value)


def test_a_name_that_was_not_signed_here_opens_nothing(x: HttpKit) -> None:
    """Another item, another number, another key, no name at all."""
    media = x.service.desk.media
    item = post(x, "eve", ("photo", ""))
    good = media.attachment(item.item.id, 0)
    body, _, seal = good.partition(".")
    other = base64.urlsafe_b64encode(json.dumps(["x:1", 0, "thread"]).encode()).rstrip(b"=").decode()
    asked = len(x.sandbox.pictures.asked)
    bad = (f"{other}.{seal}", f"{body}.{seal[:-2]}AA", f"{body}.", body, "", ".", "a.b.c", "é.é", f"{good}.x", "%00.a")
    for name in bad:
        with pytest.raises(DeskError, match="no such picture"):
            media.picture(name, STAFF)
    with pytest.raises(DeskError, match="not there any more"):
        media.picture(media.attachment(item.item.id, 7), STAFF)
    assert len(x.sandbox.pictures.asked) == asked
    media.picture(good, STAFF)


def test_nobody_but_staff_gets_a_picture(x: HttpKit) -> None:
    """Whoever may not read the conversation may not see its pictures, however they came by the name."""
    media = x.service.desk.media
    name = media.attachment(post(x, "fay", ("photo", "")).item.id, 0)
    for stranger in ("", "stranger", "Staff"):
        with pytest.raises(NotPermitted):
            media.picture(name, stranger)


def test_people_have_faces_or_initials(x: HttpKit) -> None:
    """A picture of one's own is shown; the one that X gives to everybody is none."""
    found = {}
    for number in range(8):
        item = post(x, f"face{number}")
        assert item.author
        found[number] = Frames(x.service.desk.media, STAFF).face(item.author)
    assert any(found.values())
    assert not all(found.values())
    address = next(one for one in found.values() if one)
    name = address.removeprefix("/pictures/").removesuffix(f"?staff={STAFF}")
    with Image.open(io.BytesIO(x.service.desk.media.picture(name, STAFF))) as face:
        assert max(face.size) <= 96


def test_a_comments_photo_and_sticker_are_shown(meta: MetaKit) -> None:
    """Facebook: what hangs on a comment; the address that a click opens is the photo's page, not the file."""
    photo = meta.graph.comment("gil", meta.post, "see", media=[("photo", "")])
    sticker = meta.graph.comment("gil", meta.post, "", media=[("sticker", "thumbs up")])
    meta.sandbox.world.advance(1)
    meta.poll()
    for comment, kind in ((photo, "photo"), (sticker, "sticker")):
        item = meta.service.desk.item(f"facebook:{comment.id}")
        assert [one.kind for one in item.item.attachments] == [kind]
        assert seen(meta.service, item).size == (320, 220)
    assert "authorization" not in meta.sandbox.pictures.asked[-1].headers


@pytest.mark.parametrize(("name", "platform"), [("facebook", "messenger"), ("instagram", "instagram")])
def test_what_comes_with_a_message_is_shown_or_named(meta: MetaKit, name: str, platform: str) -> None:
    """Pictures and stills are shown; sounds and files are named and fetched by nobody."""
    kinds = ("photo", "video", "sticker", "audio", "file")
    made = meta.graph.message("hugo", "look", platform, media=[(kind, f"{kind} of mine") for kind in kinds])
    meta.sandbox.world.advance(1)
    meta.poll()
    item = meta.service.desk.item(f"{name}:{made.id}")
    assert [one.kind for one in item.item.attachments] == list(kinds)
    drawn_ = Frames(meta.service.desk.media, STAFF).of(item.item)
    assert ["src" in one for one in drawn_] == [True, True, True, False, False]
    asked = len(meta.sandbox.pictures.asked)
    for number in range(3):
        seen(meta.service, item, number)
    for number in (3, 4):
        with pytest.raises(NoPicture, match="no address"):
            seen(meta.service, item, number)
    assert len(meta.sandbox.pictures.asked) == asked + 3


def test_the_picture_that_comments_hang_on_is_shown(meta: MetaKit) -> None:
    """Instagram: the medium above a comment, in its context."""
    item_id = meta.comment("instagram", "ida")
    meta.sandbox.world.advance(1)
    meta.poll()
    view = meta.service.desk.conversation(meta.service.desk.conversation_of(item_id), STAFF)
    (above,) = view.context
    assert seen(meta.service, above).size == (320, 220)
