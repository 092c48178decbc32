"""What X pushes, event by event, and what its signature is worth."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from social_listener.channels import Pushed, factory
from social_listener.channels.x import X
from social_listener.errors import BadPayload, Forged, SettingsError
from social_listener.model import Attachment, Kind, Page, PrivateReply, PublicReply

NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)
SECRET = "a-consumer-secret"
US, MARA = "1000", "2000"
KEYS = {
    "consumer_key": "key",
    "consumer_secret": SECRET,
    "access_token": f"{US}-token",
    "access_token_secret": "token-secret",
}
POST = {
    "id": "1900000000000000001",
    "text": "@fernhill where is my order?",
    "author_id": MARA,
    "conversation_id": "1900000000000000001",
    "created_at": "2026-08-20T11:59:00.000Z",
    "edit_history_tweet_ids": ["1900000000000000001"],
    "entities": {"mentions": [{"username": "fernhill", "id": US}]},
    "public_metrics": {"like_count": 3, "like_count_str": "3"},
}
USERS = {"users": [{"id": MARA, "username": "mara", "name": "Mara"}]}


def channel(credentials: dict[str, str] | None = None, **options: str) -> X:
    """Return the brand's channel; it calls nobody."""
    made = factory("x")(
        account_id="main",
        credentials=KEYS if credentials is None else credentials,
        base_url=None,
        options=options,
        connect_timeout=timedelta(seconds=1),
        read_timeout=timedelta(seconds=1),
    )
    assert isinstance(made, X)
    assert isinstance(made, Pushed)
    return made


def event(kind: str, payload: Any, **more: Any) -> bytes:
    """Return a delivery of one event, as X's own pages show it."""
    data = {"event_uuid": "-12", "filter": {"user_id": US}, "event_type": kind, "tag": "t", "payload": payload}
    return json.dumps({"data": data | more}).encode()


def read(body: bytes) -> Page:
    """Return the one page of a delivery."""
    (page,) = channel().receive(body, NOW)
    return page


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    """Return the header that X sends with a body."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return {"x-twitter-webhooks-signature": "sha256=" + base64.b64encode(digest).decode()}


def test_the_check_is_answered_as_x_documents_it() -> None:
    """The token's HMAC with the consumer secret, in base64, behind sha256=."""
    answer = json.loads(channel().handshake({"crc_token": "9b4507b3-9040-4669-9ca3-6b94edb50553"}))
    wanted = hmac.new(SECRET.encode(), b"9b4507b3-9040-4669-9ca3-6b94edb50553", hashlib.sha256).digest()
    assert answer == {"response_token": f"sha256={base64.b64encode(wanted).decode()}"}


@given(st.binary(max_size=200), st.binary(max_size=60))
def test_only_the_signature_of_the_bytes_opens(body: bytes, other: bytes) -> None:
    """Whatever stands in the header, only the signature of these bytes is taken."""
    body = b"{" + body
    channel().verify(signed(body), body)
    told = other.decode("latin-1")
    for headers in ({}, {"x-twitter-webhooks-signature": told}, signed(body + b" "), signed(body, "another")):
        with pytest.raises(Forged):
            channel().verify(headers, body)


def test_without_a_secret_nothing_is_taken() -> None:
    """An account without credentials answers no question, and an empty key signs nothing."""
    bare = channel({})
    with pytest.raises(Forged, match="consumer_secret"):
        bare.handshake({"crc_token": "1"})
    with pytest.raises(Forged, match="consumer_secret"):
        bare.verify(signed(b"{}", ""), b"{}")


def test_webhooks_without_a_secret_are_refused_at_the_start() -> None:
    """Settings that expect deliveries nobody could check name the key that is missing."""
    without = {name: value for name, value in KEYS.items() if name != "consumer_secret"}
    with pytest.raises(SettingsError, match=r"credentials\.consumer_secret"):
        channel(without, webhooks="on")
    with pytest.raises(SettingsError, match=r"options\.webhooks"):
        channel(webhooks="maybe")
    channel(webhooks="on")


@pytest.mark.parametrize("beside", ["within", "outside"])
def test_a_mention_is_read(beside: str) -> None:
    """A post that names us, with its author, wherever X puts what comes beside it."""
    body = event("post.mention.create", POST, **({"includes": USERS} if beside == "within" else {}))
    if beside == "outside":
        body = json.dumps({**json.loads(body), "includes": USERS}).encode()
    page = read(body)
    (item,) = page.interactions
    assert (item.id, item.kind, item.text, item.author_id) == (
        "x:1900000000000000001",
        Kind.MENTION,
        POST["text"],
        "x:2000",
    )
    assert item.addresses_us
    assert not item.outbound
    assert [one.handle for one in page.contacts] == ["mara"]
    assert page.server_time == NOW
    assert channel().receive(page.raw, NOW) == [page]


def test_an_answer_and_a_quote_speak_to_us_though_nothing_in_them_says_so() -> None:
    """That X pushes them as answers to us is enough; our own posts speak to nobody."""
    bare = {**POST, "entities": {}}
    for kind in ("post.reply.create", "post.quote.create"):
        assert read(event(kind, bare)).interactions[0].addresses_us
    ours = read(event("post.create", {**bare, "author_id": US})).interactions[0]
    assert ours.outbound
    assert not ours.addresses_us


def test_pictures_that_only_have_a_key_are_left_to_the_poll() -> None:
    """A key tells nothing, and must not overwrite what a poll told of the picture."""
    with_picture = {**POST, "attachments": {"media_keys": ["3_1"]}}
    assert read(event("post.mention.create", with_picture)).interactions[0].attachments == ()
    media = {"media": [{"media_key": "3_1", "type": "photo", "url": "https://pbs.twimg.com/a.jpg"}]}
    told = read(event("post.mention.create", with_picture, includes=media)).interactions[0]
    where = "https://pbs.twimg.com/a.jpg"
    assert told.attachments == (Attachment(kind="photo", url=where, preview=where),)


def test_a_deletion_is_read() -> None:
    """A post that is gone is told by its id."""
    assert read(event("post.delete", {"id": "1900000000000000001", "author_id": US})).deleted == (
        "x:1900000000000000001",
    )


def _message(sender: str, recipient: str, **more: Any) -> dict[str, Any]:
    data = {"text": "psst &amp; more https://t.co/a", "entities": {"urls": []}} | more
    created = {"target": {"recipient_id": recipient}, "sender_id": sender, "message_data": data}
    return {
        "direct_message_events": [
            {
                "type": "message_create",
                "id": "1900000000000000009",
                "created_timestamp": "1787227199000",
                "message_create": created,
            }
        ],
        "users": {MARA: {"id": MARA, "screen_name": "mara", "name": "Mara", "followers_count": 7}},
    }


def test_messages_of_both_sides_stand_in_one_thread() -> None:
    """The older shape of API 1.1 gives the same thread as a poll: both ids, the smaller one first."""
    told = read(event("dm.received", _message(MARA, US)))
    (item,) = told.interactions
    assert (item.private, item.outbound, item.thread_id, item.text) == (
        True,
        False,
        "x:1000-2000",
        "psst & more https://t.co/a",
    )
    assert item.sent_at == datetime(2026, 8, 20, 11, 59, 59, tzinfo=UTC)
    assert told.contacts[0].followers == 7
    (ours,) = read(event("dm.sent", _message(US, MARA))).interactions
    assert (ours.outbound, ours.thread_id) == (True, item.thread_id)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (event("spaces.start", {"id": "5"}), "spaces.start"),
        (event("post.create", {"text": "no id"}), "id: it is missing"),
        (event("post.delete", {}), "id: it is missing"),
        (event("dm.received", _message(MARA, "3000")), "neither"),
        (event("dm.received", {"direct_message_events": []}), "missing"),
        (json.dumps({"data": {"event_type": "post.create", "filter": {"user_id": "3000"}}}).encode(), "3000"),
        (json.dumps({"data": {"event_type": 7}}).encode(), "event_type"),
        (json.dumps({"data": [5]}).encode(), "data"),
    ],
)
def test_what_is_not_understood_is_set_aside(body: bytes, words: str) -> None:
    """An event of another kind, shape or account is a dead letter with the whole event, and nothing else."""
    page = read(body)
    assert page.interactions == page.deleted == ()
    (reject,) = page.rejects
    assert words in reject.reason
    assert json.loads(reject.raw)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"data":5}', b"\xff"])
def test_what_is_no_envelope_is_told_as_such(body: bytes) -> None:
    """A delivery in which nothing can be found is kept whole."""
    with pytest.raises(BadPayload) as caught:
        channel().receive(body, NOW)
    assert caught.value.raw == body


def test_silent_events_tell_nothing() -> None:
    """That somebody read a message or liked a post is no item and no dead letter."""
    page = read(event("dm.read", {}))
    assert (page.interactions, page.rejects, page.deleted) == ((), (), ())


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
        max_leaves=12,
    ),
    st.sampled_from(["post.create", "post.mention.create", "post.delete", "dm.received", "x"]),
)
def test_no_payload_breaks_the_reader(payload: Any, kind: str) -> None:
    """Whatever X sends, it is read, set aside, or told to be no delivery; nothing else is raised."""
    for body in (event(kind, payload), json.dumps({"data": payload}).encode(), json.dumps(payload).encode()):
        try:
            channel().receive(body, NOW)
        except BadPayload:
            continue


def test_what_is_sent_is_billed_by_what_it_is() -> None:
    """A post with an address costs more than one without; a message is a message."""
    public = PublicReply(intent_id="i", account_id="main", item_id="x:1", item_native_id="1", text="On it.")
    private = PrivateReply(
        intent_id="i",
        account_id="main",
        item_id="x:1",
        item_native_id="1",
        to_public=False,
        recipient_native_id=MARA,
        thread_native_id=None,
        heard_at=None,
        by_person=True,
        text="see https://example.org",
    )
    x = channel()
    assert x.charges(public) == {"post_create": 1}
    linked = PublicReply(
        intent_id="i", account_id="main", item_id="x:1", item_native_id="1", text="See fernhill.example/help"
    )
    assert x.charges(linked) == {"post_create_url": 1}
    assert x.charges(private) == {"dm_create": 1}
