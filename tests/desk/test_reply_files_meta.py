"""Pictures with comments on Facebook and in place of words on Messenger: handed over as often as need be, said once."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from meta_kit import MetaKit
from PIL import Image
from staff_kit import seed_staff

from social_listener import failpoints
from social_listener.errors import NotAllowed
from social_listener.failpoints import FailpointReached
from social_listener.model import ReplyState
from social_listener.store.drafts import Place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from social_listener.desk_types import ReplyLine

pytestmark = pytest.mark.thinned(2)

STAFF = "staff"
SECRET = b"taken at 48.1374N 11.5755E"
PHOTOS, FILES = "POST /{page}/photos", "POST /{page}/message_attachments"
#: private → where a picture is handed over
HANDED = {False: PHOTOS, True: FILES}
SAID = {False: "POST /{post}/comments", True: "POST /{page}/messages"}


@pytest.fixture
def meta(tmp_path: Path) -> Iterator[MetaKit]:
    """Return a service on Facebook and Instagram."""
    kit = MetaKit(tmp_path)
    seed_staff(kit.service.desk, STAFF)
    yield kit
    failpoints.disarm()
    kit.close()


def picture(colour: str = "red") -> bytes:
    """Return a picture that tells where it was taken."""
    file = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(file, "JPEG", comment=SECRET)
    return file.getvalue()


def asked(kit: MetaKit, *, private: bool) -> str:
    """Let a customer write, in public or directly, and poll; return the item's id."""
    if private:
        item = kit.message("facebook", "jo", "show me the cup")
    else:
        item = f"facebook:{kit.graph.visitor_post('jo', 'show me the cup').id}"
    kit.sandbox.world.advance(1)
    kit.poll()
    return item


def place(kit: MetaKit, item: str, *, private: bool) -> Place:
    """Return where an answer is typed."""
    return Place(STAFF, kit.service.desk.conversation_of(item), "private" if private else "public")


def add(kit: MetaKit, where: Place, data: bytes) -> str:
    """Put a picture with the text being typed; return the text's nonce."""
    nonce = kit.service.desk.draft(where.conversation_id, where.staff, where.mode).nonce
    kit.service.desk.files.add(where, nonce, data)
    return nonce


def send(kit: MetaKit, item: str, *, private: bool, text: str | None = None, undo: float = 0) -> str:
    """Send a picture, with words in public and without them directly; return the intent's id."""
    nonce = add(kit, place(kit, item, private=private), picture())
    words = ("" if private else "Here it is") if text is None else text
    say = kit.service.desk.reply_private if private else kit.service.desk.reply_public
    return say(item, words, STAFF, nonce, undo=timedelta(seconds=undo)).id


def line(kit: MetaKit, intent: str) -> ReplyLine:
    """Return a reply as it is now."""
    return kit.service.desk.reply_line(intent)


def said(kit: MetaKit, *, private: bool) -> list[Any]:
    """Return what we said through the API, by the platform's truth."""
    truth = kit.graph.truth()
    return [one for one in (truth.messages if private else truth.comments) if one.via_api]


def handed(kit: MetaKit, *, private: bool) -> int:
    """Return how often a picture was handed over."""
    return len(kit.sandbox.calls.to("POST .*/message_attachments" if private else "POST .*/photos"))


def calls(kit: MetaKit, *, private: bool) -> int:
    """Return how often something was said, or tried to be."""
    return len(kit.sandbox.calls.to("POST .*/messages" if private else "POST .*/comments"))


def shown(kit: MetaKit, one: Any) -> list[bytes]:
    """Return the very bytes that stand with something we said."""
    return [kit.graph.blobs[name] for name in one.pictures]


def is_red(data: bytes) -> bool:
    """Return whether those bytes are our picture, and nothing of its file but pixels."""
    with Image.open(io.BytesIO(data)) as found:
        pixel = found.convert("RGB").getpixel((5, 5))
    return isinstance(pixel, tuple) and pixel[0] > 200 and pixel[2] < 60 and SECRET not in data


def kept(kit: MetaKit) -> list[bytes]:
    """Return the files that wait to go out."""
    return [file.read_bytes() for file in (kit.folder / "outgoing").glob("*")]


BOTH = pytest.mark.parametrize("private", [False, True], ids=["comment", "message"])


@BOTH
def test_a_picture_goes_out(meta: MetaKit, private: bool) -> None:
    """With a comment and its words, or as a message without any: the very bytes that were kept, to that item alone."""
    item = asked(meta, private=private)
    where = place(meta, item, private=private)
    intent = send(meta, item, private=private, undo=60)
    (waiting,) = kept(meta)
    meta.sandbox.world.advance(60)
    meta.work()
    assert line(meta, intent).state is ReplyState.SENT
    (one,) = said(meta, private=private)
    assert (one.text, shown(meta, one), is_red(waiting)) == ("" if private else "Here it is", [waiting], True)
    assert (handed(meta, private=private), handed(meta, private=not private)) == (1, 0)
    assert said(meta, private=not private) == []
    assert (kept(meta), meta.service.desk.files.view(where).files) == ([], ())


def test_a_comment_tells_what_its_picture_shows(meta: MetaKit) -> None:
    """Facebook has descriptions, Messenger has none."""
    item = asked(meta, private=False)
    where = place(meta, item, private=False)
    nonce = add(meta, where, picture())
    file = meta.service.desk.files.view(where).files[0].id
    meta.service.desk.files.describe(where, file, "a red\n cup")
    meta.service.desk.reply_public(item, "Here", STAFF, nonce)
    meta.work()
    assert [one.alt for one in meta.graph.ledger.uploads.values()] == ["a red cup"]
    message = asked(meta, private=True)
    directly = place(meta, message, private=True)
    add(meta, directly, picture())
    with pytest.raises(NotAllowed, match="no descriptions"):
        meta.service.desk.files.describe(directly, meta.service.desk.files.view(directly).files[0].id, "a cup")


def test_our_picture_stands_in_the_conversation(meta: MetaKit) -> None:
    """At once as a photo without words, and with its address when a poll has told it; it is one item."""
    item = asked(meta, private=True)
    conversation = meta.service.desk.conversation_of(item)
    meta.service.outbox.tidy(meta.now())
    send(meta, item, private=True)
    meta.work()

    def ours() -> list[Any]:
        lines = meta.service.desk.conversation(conversation, STAFF).items
        return [one.item for one in lines if one.item.outbound]

    (before,) = ours()
    assert (before.text, [one.kind for one in before.attachments]) == ("", ["photo"])
    meta.sandbox.world.advance(5)
    meta.poll()
    (after,) = ours()
    assert after.id == before.id
    assert [bool(one.url) for one in after.attachments] == [True]


def test_words_and_a_picture_are_two_messages(meta: MetaKit) -> None:
    """Together they are refused before anything is lost, with what to do; one after the other they go, in order."""
    item = asked(meta, private=True)
    where = place(meta, item, private=True)
    desk = meta.service.desk
    desk.save_draft(where.conversation_id, STAFF, "private", "Here it is")
    nonce = add(meta, where, picture())
    with pytest.raises(NotAllowed, match="send the words first, then the picture"):
        desk.reply_private(item, "Here it is", STAFF, nonce)
    assert desk.draft(where.conversation_id, STAFF, "private").text == "Here it is"
    (file,) = desk.files.view(where).files
    assert handed(meta, private=True) == 0
    desk.files.remove(where, file.id)
    desk.reply_private(item, "Here it is", STAFF, nonce)
    meta.work()
    send(meta, item, private=True)
    meta.work()
    meta.sandbox.world.advance(1)
    assert [(one.text, len(one.pictures)) for one in said(meta, private=True)] == [("Here it is", 0), ("", 1)]


def test_only_where_the_platform_takes_it_a_picture_goes_without_words(meta: MetaKit) -> None:
    """A comment needs words, by which it would be found again; a message without words needs a picture."""
    public, direct = asked(meta, private=False), asked(meta, private=True)
    with pytest.raises(NotAllowed, match="no text"):
        send(meta, public, private=False, text="  ")
    where = place(meta, direct, private=True)
    with pytest.raises(NotAllowed, match="no text"):
        meta.service.desk.reply_private(
            direct, "", STAFF, meta.service.desk.draft(where.conversation_id, STAFF, "private").nonce
        )
    for item, private in ((public, False), (direct, True)):
        if private:
            add(meta, where, picture())
        with pytest.raises(NotAllowed, match="one picture"):
            add(meta, place(meta, item, private=private), picture("blue"))


def test_a_comment_may_be_answered_with_a_private_picture(meta: MetaKit) -> None:
    """It is the one private reply that Meta takes, and nothing of it is public."""
    item = asked(meta, private=False)
    intent = send(meta, item, private=True)
    meta.work()
    assert line(meta, intent).state is ReplyState.SENT
    (one,) = said(meta, private=True)
    assert (one.private_reply_to, len(one.pictures)) == (item.partition(":")[2], 1)
    assert (said(meta, private=False), handed(meta, private=False)) == ([], 0)


@BOTH
@pytest.mark.parametrize(
    "kind",
    [
        *("lost", "wrong_types"),
        *(
            pytest.param(kind, marks=pytest.mark.long)
            for kind in ("cut", "json_500", "html_503", "empty_200", "reset", "613")
        ),
    ],
)
def test_an_upload_may_be_repeated_and_the_send_is_not(meta: MetaKit, private: bool, kind: str) -> None:
    """Whatever befalls an upload, it is made again, and the reply is there once with its picture."""
    item = asked(meta, private=private)
    if kind.isdecimal():
        meta.sandbox.faults.add(HANDED[private], "graph_error", times=1, code=int(kind), reset_in=60)
    else:
        meta.sandbox.faults.add(HANDED[private], kind, times=1)
    intent = send(meta, item, private=private)
    meta.work()
    assert line(meta, intent).state is ReplyState.SENT
    (one,) = said(meta, private=private)
    assert len(one.pictures) == 1
    assert (handed(meta, private=private), calls(meta, private=private)) == (2, 1)


@BOTH
def test_a_lost_answer_is_found_with_its_picture(meta: MetaKit, private: bool) -> None:
    """The comment by its words, the message as the only picture without words; neither is sent again."""
    item = asked(meta, private=private)
    meta.sandbox.faults.add(SAID[private], "lost", times=1)
    intent = send(meta, item, private=private)
    meta.work()
    (one,) = said(meta, private=private)
    told = line(meta, intent)
    assert (told.state, told.platform_id) == (ReplyState.SENT, native(one.id))
    assert calls(meta, private=private) == 1


def native(told: str) -> str:
    """Return an id as it is kept."""
    return "_".join(told.split("_")[-2:]) if told[0].isdecimal() else told


@BOTH
def test_what_did_not_go_stays_in_doubt_for_a_person(meta: MetaKit, private: bool) -> None:
    """Not found is no proof: nobody sends it again by themselves, and its picture is kept for who does."""
    item = asked(meta, private=private)
    meta.sandbox.faults.add(SAID[private], "html_503", times=1)
    intent = send(meta, item, private=private)
    meta.work()
    told = line(meta, intent)
    assert (told.state, told.reconcile_at) == (ReplyState.IN_DOUBT, None)
    assert (said(meta, private=private), len(kept(meta))) == ([], 1)


def test_of_two_pictures_nobody_tells_which_is_ours(meta: MetaKit) -> None:
    """A colleague sends one in Meta's own inbox after ours was lost: a person has to look."""
    item = asked(meta, private=True)
    meta.sandbox.faults.add(SAID[True], "lost", times=1)
    intent = send(meta, item, private=True)
    meta.service.outbox.deliver()
    meta.graph.app_message("jo", "", media=(("photo", ""),))
    meta.work()
    assert line(meta, intent).state is ReplyState.IN_DOUBT


def test_a_picture_that_was_there_before_is_not_ours(meta: MetaKit) -> None:
    """A colleague's picture of some seconds before the call is no sign that ours went; one after it is told by none."""
    item = asked(meta, private=True)
    meta.graph.app_message("jo", "", media=(("photo", ""),))
    meta.sandbox.world.advance(2)
    meta.poll()
    meta.sandbox.world.advance(2)
    meta.sandbox.faults.add(SAID[True], "html_503", times=1)
    intent = send(meta, item, private=True)
    meta.work()
    assert line(meta, intent).state is ReplyState.IN_DOUBT


@pytest.mark.parametrize("media", [(), (("sticker", ""),), (("file", "bill.pdf"),)])
def test_what_is_no_picture_is_not_ours(meta: MetaKit, media: tuple[tuple[str, str], ...]) -> None:
    """Neither a colleague's words nor their sticker or file is taken for the picture."""
    item = asked(meta, private=True)
    meta.sandbox.faults.add(SAID[True], "html_503", times=1)
    intent = send(meta, item, private=True)
    meta.service.outbox.deliver()
    meta.graph.app_message("jo", "" if media else "Hello", media=media)
    meta.work()
    assert line(meta, intent).state is ReplyState.IN_DOUBT


def test_two_pictures_in_doubt_are_told_by_nobody(meta: MetaKit) -> None:
    """One to a comment and one to a message of the same person, of which one went: both wait for a person."""
    public, direct = asked(meta, private=False), asked(meta, private=True)
    meta.sandbox.faults.add(SAID[True], "html_503", times=1)
    first = send(meta, public, private=True)
    meta.service.outbox.deliver()
    meta.sandbox.faults.add(SAID[True], "lost", times=1)
    second = send(meta, direct, private=True)
    meta.work()
    assert len(said(meta, private=True)) == 1
    assert {line(meta, intent).state for intent in (first, second)} == {ReplyState.IN_DOUBT}


def test_a_picture_among_more_messages_than_meta_tells_is_not_certain(meta: MetaKit) -> None:
    """Meta gives the newest 20: when they do not reach down to the call, there may be another."""
    item = asked(meta, private=True)
    meta.sandbox.faults.add(SAID[True], "lost", times=1)
    intent = send(meta, item, private=True)
    meta.service.outbox.deliver()
    for number in range(19):
        meta.graph.message("jo", f"and {number}?")
    meta.work()
    assert line(meta, intent).state is ReplyState.IN_DOUBT


@pytest.mark.thinned(3)
@BOTH
@pytest.mark.parametrize(
    "point", ["upload.before_call", "upload.after_call", "outbox.after_claim", "outbox.after_send"]
)
def test_a_crash_around_an_upload_loses_and_doubles_nothing(meta: MetaKit, private: bool, point: str) -> None:
    """Before and after an upload the next process goes on; once claimed, nobody sends it again by themselves."""
    item = asked(meta, private=private)
    intent = send(meta, item, private=private)
    failpoints.arm(f"{point}=raise")
    with pytest.raises(FailpointReached):
        meta.service.outbox.deliver()
    failpoints.disarm()
    meta.again()
    meta.service.outbox.recover()
    meta.work()
    there = said(meta, private=private)
    if point == "outbox.after_claim":
        assert (line(meta, intent).state, there) == (ReplyState.IN_DOUBT, [])
    else:
        assert line(meta, intent).state is ReplyState.SENT
        assert [len(one.pictures) for one in there] == [1]
    uploads = {"upload.before_call": 1, "upload.after_call": 2}.get(point, 1)
    assert handed(meta, private=private) == uploads


@BOTH
def test_a_picture_that_meta_refuses_comes_back(meta: MetaKit, private: bool) -> None:
    """The reply does not go without it; text and picture are in the composer again, and can be sent once more."""
    item = asked(meta, private=private)
    where = place(meta, item, private=private)
    meta.sandbox.faults.add(HANDED[private], "graph_error", times=1, code=324)
    intent = send(meta, item, private=private)
    meta.work()
    told = line(meta, intent)
    assert (told.state, said(meta, private=private)) == (ReplyState.REJECTED, [])
    assert "a picture was not taken" in (told.reason or "")
    draft = meta.service.desk.draft(where.conversation_id, STAFF, where.mode)
    assert (draft.text, len(meta.service.desk.files.view(where).files)) == ("" if private else "Here it is", 1)
    say = meta.service.desk.reply_private if private else meta.service.desk.reply_public
    say(item, draft.text, STAFF, draft.nonce, undo=timedelta(0))
    meta.work()
    assert [len(one.pictures) for one in said(meta, private=private)] == [1]


@BOTH
def test_an_upload_that_ran_out_is_made_anew(meta: MetaKit, private: bool) -> None:
    """Meta knows the id no more: the reply comes back, and sent once more it goes with a new upload."""
    item = asked(meta, private=private)
    where = place(meta, item, private=private)
    intent = send(meta, item, private=private)
    failpoints.arm("outbox.before_claim=raise")
    with pytest.raises(FailpointReached):
        meta.service.outbox.deliver()
    failpoints.disarm()
    for one in meta.graph.ledger.uploads.values():
        one.life_ms = -1
    meta.work()
    assert (line(meta, intent).state, said(meta, private=private)) == (ReplyState.REJECTED, [])
    draft = meta.service.desk.draft(where.conversation_id, STAFF, where.mode)
    say = meta.service.desk.reply_private if private else meta.service.desk.reply_public
    say(item, draft.text, STAFF, draft.nonce, undo=timedelta(0))
    meta.work()
    assert [len(one.pictures) for one in said(meta, private=private)] == [1]
    assert handed(meta, private=private) == 2


def test_a_picture_taken_back_leaves_the_words_typed_meanwhile_alone(meta: MetaKit) -> None:
    """It stands beside them again, as both cannot go; nothing is put before the words."""
    item = asked(meta, private=True)
    where = place(meta, item, private=True)
    intent = send(meta, item, private=True, undo=60)
    meta.service.desk.save_draft(where.conversation_id, STAFF, "private", "Wait")
    assert meta.service.desk.undo(intent, STAFF)
    assert meta.service.desk.draft(where.conversation_id, STAFF, "private").text == "Wait"
    assert len(meta.service.desk.files.view(where).files) == 1


def test_comments_with_pictures_need_a_permission_of_their_own(meta: MetaKit) -> None:
    """Once it is known that the token lacks it, the composer says so and takes none; messages do not need it."""
    item, direct = asked(meta, private=False), asked(meta, private=True)
    meta.graph.tokens.withdrawn.add("pages_manage_posts")
    intent = send(meta, item, private=False)
    meta.work()
    told = line(meta, intent)
    assert (told.state, said(meta, private=False)) == (ReplyState.REJECTED, [])
    assert "pages_manage_posts" in (told.reason or "")
    meta.again()
    meta.poll()
    view = meta.service.desk.files.view(place(meta, item, private=False))
    assert (view.most, "pages_manage_posts" in view.because) == (0, True)
    with pytest.raises(NotAllowed, match="connect it again"):
        add(meta, place(meta, item, private=False), picture())
    send(meta, direct, private=True)
    meta.work()
    assert [len(one.pictures) for one in said(meta, private=True)] == [1]


def test_when_the_window_has_closed_nothing_is_handed_over(meta: MetaKit) -> None:
    """The time to answer ends before the reply may leave: the picture comes back, and Meta never had it."""
    item = asked(meta, private=True)
    meta.sandbox.world.advance(24 * 3600 - 120)
    intent = send(meta, item, private=True, undo=300)
    meta.sandbox.world.advance(300)
    meta.work()
    assert line(meta, intent).state in {ReplyState.REJECTED, ReplyState.EXPIRED}
    assert (handed(meta, private=True), said(meta, private=True)) == (0, [])
    assert len(meta.service.desk.files.view(place(meta, item, private=True)).files) == 1


def test_a_picture_of_the_other_kind_is_refused_on_the_way(meta: MetaKit) -> None:
    """A row that was made to say so by hand: the reply does not go, and no public upload is made of it."""
    item = asked(meta, private=False)
    intent = send(meta, item, private=False)
    with meta.service.store.transaction() as cursor:
        cursor.execute("UPDATE reply_files SET private = TRUE")
    meta.work()
    told = line(meta, intent)
    assert (told.state, meta.graph.blobs, said(meta, private=False)) == (ReplyState.REJECTED, {}, [])
    assert "never goes out in public" in (told.reason or "")


def test_what_was_handed_over_for_a_message_goes_into_no_comment(meta: MetaKit) -> None:
    """A row whose id was made that of a message's picture: Meta refuses it, and nothing is said."""
    private, public = asked(meta, private=True), asked(meta, private=False)
    send(meta, private, private=True)
    meta.work()
    (secret,) = meta.graph.ledger.uploads
    intent = send(meta, public, private=False, undo=60)
    with meta.service.store.transaction() as cursor:
        cursor.execute("UPDATE reply_files SET media_id = ?", [secret])
    meta.sandbox.world.advance(60)
    meta.work()
    assert (line(meta, intent).state, said(meta, private=False)) == (ReplyState.REJECTED, [])
