"""Pictures that go out with replies: uploaded as often as need be, said once, and never in public what is private."""

from __future__ import annotations

import io
import stat
import typing
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from http_kit import HttpKit
from meta_kit import MetaKit
from PIL import Image
from staff_kit import seed_staff

from social_listener import failpoints
from social_listener.errors import Conflict, DeskError, NotAllowed, NotPermitted
from social_listener.failpoints import FailpointReached
from social_listener.media.tray import Prepared, Tray
from social_listener.model import (
    PrivateFile,
    PrivatePicture,
    PrivateReply,
    PublicFile,
    PublicPicture,
    PublicReply,
    ReplyState,
)
from social_listener.outbox_files import private_pictures, public_pictures
from social_listener.store import reply_files
from social_listener.store.drafts import Place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from social_listener.desk_types import ReplyLine

STAFF = "staff"
SECRET = b"taken at 48.1374N 11.5755E"


@pytest.fixture
def x(tmp_path: Path) -> Iterator[HttpKit]:
    """Return a service on X."""
    kit = HttpKit(tmp_path)
    seed_staff(kit.service.desk, STAFF)
    yield kit
    failpoints.disarm()
    kit.close()


def picture(colour: str = "red", kind: str = "JPEG", size: tuple[int, int] = (60, 40), mode: str = "RGB") -> bytes:
    """Return a picture that tells where it was taken."""
    file = io.BytesIO()
    more: dict[str, Any] = {"comment": SECRET} if kind == "JPEG" else {}
    Image.new(mode, size, colour).save(file, kind, **more)
    return file.getvalue()


def place(x: HttpKit | MetaKit, item: str, mode: str = "public") -> Place:
    """Return where an answer to an item is typed."""
    return Place(STAFF, x.service.desk.conversation_of(item), mode)


def add(x: HttpKit | MetaKit, where: Place, data: bytes) -> str:
    """Put a picture with the text being typed; return the text's nonce."""
    nonce = x.service.desk.draft(where.conversation_id, where.staff, where.mode).nonce
    x.service.desk.files.add(where, nonce, data)
    return nonce


def files(x: HttpKit) -> set[str]:
    """Return the names of the files that wait to go out."""
    return {file.name for file in (x.folder / "outgoing").glob("*")}


def line(x: HttpKit, intent: str) -> ReplyLine:
    """Return a reply as it is now."""
    return x.service.desk.reply_line(intent)


def said(x: HttpKit, text: str) -> list[Any]:
    """Return what stands on the platform with these words of ours."""
    ledger = x.sandbox.world.ledger
    posts = [one for one in {id(post): post for post in ledger.posts.values()}.values() if one.text == text]
    return [*posts, *(one for one in ledger.messages.values() if one.text == text)]


def uploads(x: HttpKit) -> int:
    """Return how often a picture was handed over."""
    return len(x.sandbox.calls.to("POST /2/media/upload"))


def test_pictures_go_with_a_public_reply(x: HttpKit) -> None:
    """Two pictures with their descriptions, in order; nothing of the files but pixels; afterwards nothing is left."""
    item = x.mention()
    where = place(x, item)
    add(x, where, picture("red"))
    nonce = add(x, where, picture("blue"))
    view = x.service.desk.files.view(where)
    x.service.desk.files.describe(where, view.files[0].id, "  a red\n cup ")
    assert stat.S_IMODE((x.folder / "outgoing").stat().st_mode) == 0o700
    intent = x.service.desk.reply_public(item, "Like these?", STAFF, nonce).id
    x.work()
    assert line(x, intent).state is ReplyState.SENT
    (post,) = said(x, "Like these?")
    assert [one.alt for one in post.media] == ["a red cup", ""]
    assert {x.sandbox.world.ledger.uploads[one.number]["category"] for one in post.media} == {"tweet_image"}
    for one, red in zip(post.media, (True, False), strict=True):
        data = x.sandbox.world.blobs[one.number]
        assert SECRET not in data
        with Image.open(io.BytesIO(data)) as found:
            pixel = found.convert("RGB").getpixel((5, 5))
        assert (pixel[0] > 200) is red
    assert files(x) == set()
    assert x.service.desk.files.view(where).files == ()


def test_a_picture_goes_with_a_direct_message(x: HttpKit) -> None:
    """One, uploaded as private; X would let it into no post."""
    item = x.message()
    where = place(x, item, "private")
    nonce = add(x, where, picture())
    with pytest.raises(NotAllowed, match="one picture"):
        add(x, where, picture("blue"))
    intent = x.service.desk.reply_private(item, "Like this?", STAFF, nonce).id
    x.work()
    assert line(x, intent).state is ReplyState.SENT
    (message,) = said(x, "Like this?")
    assert x.sandbox.world.ledger.uploads[message.media[0].number]["category"] == "dm_image"


@pytest.mark.thinned(2)
@pytest.mark.parametrize("kind", ["lost", "cut", "json_500", "html_503", "status_429", "reset"])
def test_an_upload_may_be_repeated_and_the_send_is_not(x: HttpKit, kind: str) -> None:
    """Whatever befalls an upload, it is made again, and the reply is there once with its picture."""
    item = x.mention()
    nonce = add(x, place(x, item), picture())
    x.sandbox.faults.add("POST /2/media/upload", kind, times=1, reset_in=30)
    intent = x.service.desk.reply_public(item, f"After {kind}", STAFF, nonce).id
    x.work()
    assert line(x, intent).state is ReplyState.SENT
    (post,) = said(x, f"After {kind}")
    assert len(post.media) == 1
    assert uploads(x) == 2


def test_a_lost_answer_to_the_send_is_found_with_its_picture(x: HttpKit) -> None:
    """X puts an address behind the words of a post with pictures; the reply is known again all the same."""
    item = x.mention()
    nonce = add(x, place(x, item), picture())
    x.sandbox.faults.add("POST /2/tweets", "lost", times=1)
    intent = x.service.desk.reply_public(item, "Is it there?", STAFF, nonce).id
    x.work()
    assert line(x, intent).state is ReplyState.SENT
    assert len(said(x, "Is it there?")) == 1
    assert files(x) == set() or x.service.outbox.tidy(x.sandbox.world.clock.now()) >= 0


@pytest.mark.parametrize("point", ["upload.before_call", "upload.after_call", "outbox.after_claim"])
def test_a_crash_around_an_upload_loses_and_doubles_nothing(x: HttpKit, point: str) -> None:
    """Before and after an upload the next process goes on; once claimed, nobody sends it again by themselves."""
    item = x.mention()
    nonce = add(x, place(x, item), picture())
    intent = x.service.desk.reply_public(item, f"Crash at {point}", STAFF, nonce).id
    failpoints.arm(f"{point}=raise")
    with pytest.raises(FailpointReached):
        x.service.outbox.deliver()
    failpoints.disarm()
    x.again()
    x.work()
    there = said(x, f"Crash at {point}")
    if point == "outbox.after_claim":
        assert (line(x, intent).state, there) == (ReplyState.IN_DOUBT, [])
    else:
        assert line(x, intent).state is ReplyState.SENT
        assert [len(post.media) for post in there] == [1]


def test_a_picture_that_x_refuses_comes_back_with_the_text(x: HttpKit) -> None:
    """The reply does not go without it; text and picture are in the composer again, and can be sent once more."""
    item = x.mention()
    where = place(x, item)
    nonce = add(x, where, picture())
    x.sandbox.faults.add("POST /2/media/upload", "status_403", times=1, detail="Media type unrecognized")
    intent = x.service.desk.reply_public(item, "Look", STAFF, nonce).id
    x.work()
    told = line(x, intent)
    assert told.state is ReplyState.REJECTED
    assert "a picture was not taken" in (told.reason or "")
    assert said(x, "Look") == []
    draft = x.service.desk.draft(where.conversation_id, STAFF, "public")
    assert (draft.text, len(x.service.desk.files.view(where).files)) == ("Look", 1)
    x.service.desk.reply_public(item, "Look", STAFF, draft.nonce)
    x.work()
    assert [len(post.media) for post in said(x, "Look")] == [1]


def test_a_reply_taken_back_brings_its_picture_back(x: HttpKit) -> None:
    """It stands before what was added meanwhile, and is uploaded anew when it goes."""
    item = x.mention()
    where = place(x, item)
    nonce = add(x, where, picture("red"))
    first = x.service.desk.files.view(where).files[0].bytes
    intent = x.service.desk.reply_public(item, "Wait", STAFF, nonce, undo=timedelta(minutes=5)).id
    assert x.service.desk.files.view(where).files == ()
    add(x, where, picture("blue", size=(90, 90)))
    assert x.service.desk.undo(intent, STAFF)
    assert [one.bytes == first for one in x.service.desk.files.view(where).files] == [True, False]


def test_what_is_handed_over_cannot_be_changed_any_more(x: HttpKit) -> None:
    """Neither added to, nor taken from, nor described; the next text has pictures of its own."""
    item = x.mention()
    where = place(x, item)
    nonce = add(x, where, picture())
    file = x.service.desk.files.view(where).files[0].id
    x.service.desk.reply_public(item, "Gone", STAFF, nonce, undo=timedelta(minutes=5))
    with pytest.raises(Conflict):
        x.service.desk.files.add(where, nonce, picture())
    for change in (
        lambda: x.service.desk.files.remove(where, file),
        lambda: x.service.desk.files.describe(where, file, "x"),
        lambda: x.service.desk.files.preview(where, file),
    ):
        with pytest.raises(DeskError, match="not there any more"):
            change()


def test_rules_are_checked_before_anything_is_sent(x: HttpKit) -> None:
    """Count, kind, description and who asks, each told in words."""
    item = x.mention()
    where = place(x, item)
    nonce = ""
    for colour in ("red", "blue", "green", "white"):
        nonce = add(x, where, picture(colour))
    with pytest.raises(NotAllowed, match="up to four"):
        add(x, where, picture("black"))
    for data, words in (
        (picture(kind="GIF"), "moving pictures"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no JPEG"),
        (picture()[:100], "damaged"),
    ):
        x.service.desk.files.remove(where, x.service.desk.files.view(where).files[-1].id)
        with pytest.raises(DeskError, match=words):
            x.service.desk.files.add(where, nonce, data)
    file = x.service.desk.files.view(where).files[0].id
    with pytest.raises(NotAllowed, match="room for 1000"):
        x.service.desk.files.describe(where, file, "x" * 1001)
    with pytest.raises(NotPermitted):
        x.service.desk.files.add(where._replace(staff="stranger"), nonce, picture())
    with pytest.raises(NotAllowed, match="note"):
        x.service.desk.files.add(where._replace(mode="note"), "n", picture())
    assert uploads(x) == 0


def test_a_clear_picture_stays_one_and_a_large_one_becomes_small_enough(x: HttpKit) -> None:
    """What is clear goes as PNG; no side is longer than 4,096 points."""
    item = x.mention()
    where = place(x, item)
    add(x, where, picture("#0000", "PNG", mode="RGBA"))
    add(x, where, picture("red", "PNG", size=(6000, 30)))
    with x.service.store.read() as cursor:
        nonce = x.service.desk.draft(where.conversation_id, STAFF, "public").nonce
        kinds = [one.type for one in reply_files.of(cursor, nonce)]
    assert kinds == ["image/png", "image/jpeg"]
    shown = x.service.desk.files.preview(where, x.service.desk.files.view(where).files[1].id)
    with Image.open(io.BytesIO(shown)) as small:
        assert max(small.size) == 360


def test_what_is_left_in_a_composer_is_swept_away(x: HttpKit) -> None:
    """After a week the picture is forgotten, and its file erased; one that waits to be sent stays."""
    item = x.mention()
    where = place(x, item)
    nonce = add(x, where, picture("red"))
    x.service.desk.reply_public(item, "Later", STAFF, nonce, undo=timedelta(days=30))
    add(x, where, picture("blue"))
    now = x.sandbox.world.clock.now()
    x.service.outbox.tidy(now + timedelta(days=6))
    assert len(x.service.desk.files.view(where).files) == 1
    x.service.outbox.tidy(now + timedelta(days=8))
    assert x.service.desk.files.view(where).files == ()
    with x.service.store.read() as cursor:
        assert len(reply_files.of(cursor, nonce)) == 1


def test_a_channel_without_pictures_says_why(tmp_path: Path) -> None:
    """On Instagram neither a comment nor a message takes one here, and the reason names the platform's rule."""
    kit = MetaKit(tmp_path)
    seed_staff(kit.service.desk, STAFF)
    try:
        item = kit.comment("instagram", "jo")
        kit.sandbox.world.advance(1)
        kit.poll()
        for mode in ("public", "private"):
            view = kit.service.desk.files.view(place(kit, item, mode))
            assert (view.most, bool(view.because)) == (0, True)
            with pytest.raises(NotAllowed, match="Instagram"):
                add(kit, place(kit, item, mode), picture())
    finally:
        kit.close()


def test_a_private_picture_has_no_way_into_a_public_call(x: HttpKit) -> None:
    """By types and by values: whatever a row says, a public reply is built without private pictures."""
    item = x.message()
    where = place(x, item, "private")
    nonce = add(x, where, picture())
    with x.service.store.transaction() as cursor:
        (file,) = reply_files.of(cursor, nonce)
        reply_files.uploaded(cursor, file.id, "123")
        (file,) = reply_files.of(cursor, nonce)
    assert public_pictures((file,)) == ()
    assert private_pictures((file,)) == (PrivatePicture(media_id="123"),)
    hints = {kind: typing.get_type_hints(kind)["pictures"] for kind in (PublicReply, PrivateReply)}
    assert hints == {PublicReply: tuple[PublicPicture, ...], PrivateReply: tuple[PrivatePicture, ...]}
    channel = x.service.channels["main"]
    takes = {name: typing.get_type_hints(getattr(type(channel), name)) for name in ("upload_public", "upload_private")}
    assert takes["upload_public"] == {"file": PublicFile, "return": PublicPicture}
    assert takes["upload_private"] == {"file": PrivateFile, "return": PrivatePicture}


def test_a_picture_of_the_other_kind_is_refused_on_the_way(x: HttpKit) -> None:
    """A row that was made to say so by hand: the reply does not go, and no public upload is made of it."""
    item = x.mention()
    nonce = add(x, place(x, item), picture())
    intent = x.service.desk.reply_public(item, "Mixed up", STAFF, nonce).id
    with x.service.store.transaction() as cursor:
        cursor.execute("UPDATE reply_files SET private = TRUE WHERE nonce = ?", [nonce])
    x.work()
    told = line(x, intent)
    assert (told.state, uploads(x), said(x, "Mixed up")) == (ReplyState.REJECTED, 0, [])
    assert "never goes out in public" in (told.reason or "")


def test_the_same_picture_taken_away_elsewhere_is_not_lost_unnoticed(
    x: HttpKit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever adds a picture in the moment in which its file is erased for another text is told; the next try holds."""
    where, other = (place(x, x.mention(author)) for author in ("mara", "jo"))
    nonce = x.service.desk.draft(where.conversation_id, STAFF, "public").nonce
    add(x, other, picture())
    put = Tray.put

    def overtaken(self: Tray, data: bytes, most: int) -> Prepared:
        made = put(self, data, most)
        monkeypatch.undo()
        x.service.desk.files.remove(other, x.service.desk.files.view(other).files[0].id)
        return made

    monkeypatch.setattr(Tray, "put", overtaken)
    with pytest.raises(Conflict, match="add it again"):
        x.service.desk.files.add(where, nonce, picture())
    (kept,) = x.service.desk.files.add(where, nonce, picture()).files
    assert x.service.desk.files.preview(where, kept.id)
