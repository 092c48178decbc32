"""What Meta pushes: only what it signed is read, and it gives what a poll gives."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from faces import NOW, stream, walk
from hypothesis import given
from hypothesis import strategies as st
from meta_answers import ACCOUNT, ANNA, BERT, PAGE, SECRETS, THEN, facebook, instagram
from meta_faces import FacebookFace, InstagramFace, MetaFace

from social_listener.channels import Channel, Pushed
from social_listener.errors import BadPayload, Forged
from social_listener.model import Interaction, Page, StreamKind
from social_listener.sandbox.webhooks import FORGERIES

BOTH = pytest.mark.parametrize("build", [facebook, instagram])


def pushing(face: MetaFace) -> Any:
    """Return a channel of a face, as one that is pushed to."""
    channel = face.channel()
    assert isinstance(channel, Pushed)
    return channel


def told(face: MetaFace, about: Any, verb: str | None = None, channel: Any = None) -> list[Page]:
    """Return what the channel makes of a delivery about something, after it has checked the signature."""
    channel = channel or pushing(face)
    delivery = face.sandbox.webhooks.build(face.name, about, verb)
    channel.verify(delivery.headers, delivery.body)
    return list(channel.receive(delivery.body, NOW))


def polled(channel: Channel, kind: StreamKind) -> dict[str, Interaction]:
    """Return what a walk brings."""
    return {item.id: item for page in walk(channel, stream(kind)) for item in page.interactions}


# -- handshake and signature -------------------------------------------------------------------------------------------


@BOTH
def test_the_handshake_answers_who_knows_our_word(build: Any) -> None:
    """The challenge comes back as it was told, to who knows the verify token, and to nobody else."""
    channel = build()
    query = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": SECRETS["verify_token"]}
    assert channel.handshake(query) == b"1158201444"
    for wrong in (
        {**query, "hub.verify_token": "our word "},
        {**query, "hub.verify_token": ""},
        {**query, "hub.mode": "unsubscribe"},
        {"hub.challenge": "1"},
        {},
    ):
        with pytest.raises(Forged):
            channel.handshake(wrong)


@BOTH
def test_without_a_verify_token_nobody_is_answered(build: Any) -> None:
    """An empty verify token is none: a question with an empty one is refused."""
    channel = build(credentials={name: value for name, value in SECRETS.items() if name != "verify_token"})
    with pytest.raises(Forged, match="no verify_token"):
        channel.handshake({"hub.mode": "subscribe", "hub.challenge": "1", "hub.verify_token": ""})


@BOTH
def test_without_a_secret_everything_is_refused(build: Any) -> None:
    """A channel that cannot check a signature takes nothing."""
    with pytest.raises(Forged, match="no app_secret"):
        build(credentials={}).verify({"x-hub-signature-256": "sha256="}, b"{}")


@pytest.mark.parametrize("forgery", FORGERIES)
def test_what_meta_did_not_sign_is_refused(meta: MetaFace, forgery: Any) -> None:
    """Another key, other bytes, no signature, half of one, another form: all are refused, and the good one is not."""
    made = meta.say(StreamKind.COMMENTS, "hello")
    channel = pushing(meta)
    about = meta.graph.find(made.id)
    good = meta.sandbox.webhooks.build(meta.name, about)
    channel.verify(good.headers, good.body)
    bad = meta.sandbox.webhooks.build(meta.name, about, forgery=forgery)
    with pytest.raises(Forged):
        channel.verify(bad.headers, bad.body)


def test_the_sandbox_shakes_hands_with_the_channel(meta: MetaFace) -> None:
    """The word that the sandbox's application was given is the one that the channel knows."""
    channel = pushing(meta)
    token = meta.credentials["verify_token"]
    query = {"hub.mode": "subscribe", "hub.challenge": "42", "hub.verify_token": token}
    assert channel.handshake(query) == b"42"


# -- what is told gives what is polled ---------------------------------------------------------------------------------


def alike(pushed: Interaction, read: Interaction) -> None:
    """Assert that a pushed item is the polled one, but for what pushing does not tell."""
    assert replace(pushed, url=read.url, likes=read.likes) == read


def test_what_is_pushed_of_a_page_is_what_is_polled(facebook: FacebookFace) -> None:
    """Comments, nested ones, posts of visitors and messages are the same items, whichever way they come."""
    graph = facebook.graph
    top = graph.comment("mara", facebook.root, "is it open?")
    nested = graph.comment("bert", top, "yes <3 ü 🎉")
    visit = graph.visitor_post("mara", "where is my order?")
    message = graph.message("mara", "hi there")
    channel = pushing(facebook)
    for kind, abouts in (
        (StreamKind.COMMENTS, (top, nested)),
        (StreamKind.MENTIONS, (visit,)),
        (StreamKind.MESSAGES, (message,)),
    ):
        items = polled(channel, kind)
        for about in abouts:
            (page,) = told(facebook, about)
            (item,) = page.interactions
            alike(item, items[f"facebook:{about.id}"])
            assert page.rejects == ()
            assert page.unversioned


def test_what_is_pushed_of_instagram_is_what_is_polled(instagram: InstagramFace) -> None:
    """Comments, answers to them, and messages; comments on advertisements come this way only."""
    graph = instagram.graph
    top = graph.ig_comment("mara", instagram.root, "nice")
    nested = graph.ig_comment("bert", top, "very")
    message = graph.message("mara", "hi", "instagram")
    channel = pushing(instagram)
    comments, messages = (polled(channel, kind) for kind in (StreamKind.COMMENTS, StreamKind.MESSAGES))
    for about, items in ((top, comments), (nested, comments), (message, messages)):
        (page,) = told(instagram, about)
        (item,) = page.interactions
        alike(item, items[f"instagram:{about.id}"])
    ad = graph.media("Buy now", ad=True)
    on_ad = graph.ig_comment("mara", ad, "too dear")
    (page,) = told(instagram, on_ad)
    (item,) = page.interactions
    assert (item.text, item.thread_id) == ("too dear", f"instagram:{ad.id}")
    assert item.id not in polled(channel, StreamKind.COMMENTS)


def test_edits_hides_and_removals(facebook: FacebookFace) -> None:
    """An edit is the item with its new words, hiding is told of the item, and a removal names it."""
    made = facebook.graph.comment("mara", facebook.root, "my machine is broken")
    facebook.graph.edit(made, "my machine is fine")
    (page,) = told(facebook, made, "edited")
    (item,) = page.interactions
    assert (item.id, item.text) == (f"facebook:{made.id}", "my machine is fine")
    assert told(facebook, made, "hide")[0].hidden == {item.id: True}
    assert told(facebook, made, "unhide")[0].hidden == {item.id: False}
    gone = told(facebook, made, "remove")[0]
    assert gone.deleted == (item.id,)
    assert gone.interactions == ()
    for verb in ("like", "unlike"):
        (page,) = told(facebook, made, verb)
        assert (page.interactions, page.deleted, page.rejects) == ((), (), ())


def test_a_message_that_is_taken_back(instagram: InstagramFace) -> None:
    """It names the message, so that its words are erased."""
    message = instagram.graph.message("mara", "oops", "instagram")
    instagram.graph.unsend(message)
    (page,) = told(instagram, message, "remove")
    assert page.deleted == (f"instagram:{message.id}",)
    assert page.interactions == ()


def test_our_own_words_come_as_echoes(meta: MetaFace) -> None:
    """A message that staff wrote in the platform's own app is ours, in the thread of the customer."""
    made = meta.say(StreamKind.MESSAGES, "hello")
    platform: Any = "messenger" if meta.name == "facebook" else "instagram"
    own = meta.graph.app_message("customer_0", "We are on it.", platform)
    (page,) = told(meta, own)
    (item,) = page.interactions
    assert item.outbound
    assert item.thread_id == f"{meta.name}:{made.thread}"
    alike(item, polled(pushing(meta), StreamKind.MESSAGES)[item.id])


def test_own_comments_are_looked_up_since_whom_they_answer_is_not_told(meta: MetaFace) -> None:
    """Staff's comment in the app is told by its id only, and a look-up puts it where it belongs."""
    made = meta.say(StreamKind.COMMENTS, "hello")
    graph = meta.graph
    own = graph.app_comment(made.id, "Hi!") if meta.name == "facebook" else graph.app_ig_comment(made.id, "Hi!")
    channel = pushing(meta)
    (page,) = told(meta, own)
    assert page.interactions == ()
    assert page.unread == (own.id,)
    (item,) = [
        one for one in channel.lookup(dict.fromkeys(page.unread), NOW).interactions if one.outbound and not one.context
    ]
    assert item.outbound
    assert item.text == "Hi!"
    alike(item, polled(channel, StreamKind.COMMENTS)[item.id])


@pytest.mark.parametrize("in_comment", [True, False])
def test_mentions_are_told_by_their_id_only(instagram: InstagramFace, in_comment: bool) -> None:
    """Neither words nor author are told: what is there to be looked up is named."""
    made = instagram.graph.ig_mention("mara", "look", in_comment=in_comment)
    (page,) = told(instagram, made)
    assert page.interactions == ()
    assert page.unread == (made.id,)


def test_a_post_that_tags_us(facebook: FacebookFace) -> None:
    """A mention is looked up, and is the item that the list of tagged posts gives."""
    made = facebook.graph.tagged_post("mara", "I love it")
    channel = pushing(facebook)
    (page,) = told(facebook, made)
    assert page.unread == (made.id,)
    (item,) = channel.lookup(dict.fromkeys(page.unread), NOW).interactions
    alike(item, polled(channel, StreamKind.MENTIONS)[f"facebook:{made.id}"])


def test_another_app_that_takes_a_conversation(meta: MetaFace) -> None:
    """What comes as standby says that another app holds the thread; an ordinary event takes that back."""
    meta.say(StreamKind.MESSAGES, "hello")
    platform: Any = "messenger" if meta.name == "facebook" else "instagram"
    thread = f"{meta.name}:{meta.owner()[0]}-{meta.graph.thread('customer_0', platform).contact}"
    meta.graph.hold_thread("customer_0", platform)
    held = meta.graph.message("customer_0", "are you there?", platform)
    (page,) = told(meta, held)
    assert page.elsewhere == {thread: True}
    assert [item.text for item in page.interactions] == ["are you there?"]
    meta.graph.hold_thread("customer_0", platform, None)
    free = meta.graph.message("customer_0", "thanks", platform)
    (page,) = told(meta, free)
    assert page.elsewhere == {thread: False}


# -- envelopes ---------------------------------------------------------------------------------------------------------


def delivery(*entries: Mapping[str, Any], about: str = "page") -> bytes:
    """Return the body of a delivery."""
    return json.dumps({"object": about, "entry": list(entries)}).encode()


def changed(
    *values: Mapping[str, Any], owner: str = PAGE, time: int = 1772442000, field: str = "feed"
) -> dict[str, Any]:
    """Return an entry with changes."""
    return {"id": owner, "time": time, "changes": [{"field": field, "value": value} for value in values]}


def said(number: int, **fields: Any) -> dict[str, Any]:
    """Return the value of a change: Anna commented."""
    return {
        "item": "comment",
        "verb": "add",
        "post_id": f"{PAGE}_500",
        "comment_id": f"500_{number}",
        "parent_id": f"{PAGE}_500",
        "from": {"id": ANNA, "name": "Anna"},
        "message": f"number {number}",
        "created_time": 1772441990,
        **fields,
    }


def text(number: int, **fields: Any) -> dict[str, Any]:
    """Return a messaging event: Anna wrote."""
    return {
        "sender": {"id": ANNA},
        "recipient": {"id": PAGE},
        "timestamp": 1772442000123 + 1000 * number,
        "message": {"mid": f"m_{number}", "text": f"number {number}"},
        **fields,
    }


def test_each_page_of_a_delivery_is_one_moment_and_reads_again_as_itself() -> None:
    """A batch gives a page for each moment, in order; what is kept of each is a delivery that gives that page."""
    body = delivery(
        changed(said(1), said(2)),
        changed(said(3, verb="bend"), said(4), time=1772442007),
        {"id": PAGE, "time": 1772442010000, "messaging": [text(1), text(2)], "standby": [text(3)]},
        changed(said(5), owner="999"),
    )
    pages = facebook().receive(body, THEN)
    assert [len(page.interactions) for page in pages] == [2, 1, 1, 1, 1, 0]
    assert [len(page.rejects) for page in pages] == [0, 1, 0, 0, 0, 1]
    assert [int((page.server_time - THEN).total_seconds()) for page in pages] == [0, 7, 1, 2, 3, 0]
    for page in pages:
        (again,) = facebook().receive(page.raw, THEN)
        assert again == page
        assert facebook().parse(page.raw, stream(StreamKind.COMMENTS), THEN) == page


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (said(1, verb="bend"), "verb: bend"),
        (said(1, item="parade"), "item: parade"),
        (said(1, comment_id=None), "comment_id: it is missing"),
        (said(1, comment_id="../x"), "comment_id: expected an id"),
        (said(1, message=7), "message: expected text"),
        (said(1, created_time="soon"), "created_time: expected a time"),
        (said(1, **{"from": "Anna"}), "from: expected an object"),
    ],
)
def test_what_is_not_understood_is_set_aside(value: dict[str, Any], reason: str) -> None:
    """Unknown verbs and items, and fields of wrong types, are rejects with what came; what stands beside them lives."""
    (page,) = facebook().receive(delivery(changed(value, said(2))), THEN)
    (bad,) = page.rejects
    assert reason in bad.reason
    assert json.loads(bad.raw)["value"] == value
    assert [item.text for item in page.interactions] == ["number 2"]


def test_a_field_that_nobody_subscribed_to_is_set_aside() -> None:
    """New fields are kept until they are understood."""
    (page,) = facebook().receive(delivery(changed({"rating": 5}, field="ratings")), THEN)
    assert "ratings" in page.rejects[0].reason


@pytest.mark.parametrize("verb", ["add", "edit", "edited"])
def test_all_spellings_of_a_new_wording(verb: str) -> None:
    """`edit` and `edited` are both seen; both are the item with these words."""
    (page,) = facebook().receive(delivery(changed(said(1, verb=verb))), THEN)
    assert [item.id for item in page.interactions] == ["facebook:500_1"]


@pytest.mark.parametrize(
    ("told_id", "parent", "answers"),
    [
        ("500_1", f"{PAGE}_500", f"{PAGE}_500"),
        ("1", f"{PAGE}_500", f"{PAGE}_500"),
        (f"{PAGE}_500_1", "500_7", "500_7"),
        ("500_1", "7", "500_7"),
        ("500_1", None, f"{PAGE}_500"),
    ],
)
def test_every_form_of_an_id_is_one_item(told_id: str, parent: str | None, answers: str) -> None:
    """Ids come bare, with their post, and with Page and post; ours has one form."""
    (page,) = facebook().receive(delivery(changed(said(1, comment_id=told_id, parent_id=parent))), THEN)
    (item,) = page.interactions
    assert item.id == "facebook:500_1"
    assert item.reply_to_id == f"facebook:{answers}"


def test_what_is_about_another_account_is_not_ours() -> None:
    """One app serves several accounts: entries are taken by their id, and never by what they hold."""
    theirs = delivery(changed(said(1), owner="999"))
    assert facebook().receive(theirs, THEN)[0].rejects != ()
    assert facebook().receive(theirs, THEN)[0].interactions == ()
    instagrams = delivery(changed(said(1), owner=ACCOUNT), about="instagram")
    assert facebook().receive(instagrams, THEN)[0].interactions == ()
    stranger = {"id": PAGE, "time": 1, "messaging": [text(1, recipient={"id": BERT})]}
    (page,) = facebook().receive(delivery(stranger), THEN)
    assert (page.interactions, len(page.rejects)) == ((), 1)


@BOTH
@pytest.mark.parametrize("body", [b"", b"[]", b"7", b"{", b'{"object":"page"}', b'{"entry":{}}', b"\xff\xfe"])
def test_what_is_no_delivery(build: Any, body: bytes) -> None:
    """Where not even the envelope can be read, all of it is set aside."""
    with pytest.raises(BadPayload) as caught:
        build().receive(body, THEN)
    assert caught.value.raw == body


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
_SOUND = delivery(
    changed(said(1), said(2, verb="remove")),
    {"id": PAGE, "time": 1772442010000, "messaging": [text(1), {**text(2), "read": {"watermark": 7}}]},
)


@given(path=st.lists(st.integers(0, 5), min_size=1, max_size=7), value=_JSON)
def test_a_bent_delivery_never_breaks_the_channel(path: list[int], value: Any) -> None:
    """Whatever stands wherever in a delivery, it is read, set aside or `BadPayload`, and reads again as itself."""
    bent = json.loads(_SOUND)
    here = bent
    for step in path[:-1]:
        keys = list(here) if isinstance(here, dict) else range(len(here)) if isinstance(here, list) else []
        if not keys or not isinstance(here[list(keys)[step % len(keys)]], dict | list):
            break
        here = here[list(keys)[step % len(keys)]]
    keys = list(here) if isinstance(here, dict) else list(range(len(here)))
    if keys:
        here[keys[path[-1] % len(keys)]] = value
    channel = facebook()
    try:
        pages = channel.receive(json.dumps(bent).encode(), THEN)
    except BadPayload:
        return
    for page in pages:
        assert all(item.id.isprintable() and " " not in item.id for item in page.interactions)
        again = channel.receive(page.raw, THEN)
        assert [one.interactions for one in again] == [page.interactions]
        assert [one.deleted for one in again] == [page.deleted]
