"""The sandbox pushes as Meta and X do: shapes, signatures, handshakes, retries, and all that goes wrong on the way."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from push_receiver import Receiver

from social_listener.sandbox import Sandbox
from social_listener.sandbox.remote import RemoteSandbox, SandboxError
from social_listener.sandbox.webhooks import FORGERIES, NotVerified


@pytest.fixture
def receiver(sandbox: Sandbox) -> Iterator[Receiver]:
    """Return a receiver that knows the secrets of the sandbox's application."""
    keys = sandbox.graph_credentials("facebook")
    one = Receiver(keys["app_secret"], keys["verify_token"], sandbox.credentials["consumer_secret"])
    yield one
    one.close()


@pytest.fixture
def told(sandbox: Sandbox, receiver: Receiver) -> Receiver:
    """Return the same receiver, subscribed to all three channels."""
    for channel in ("facebook", "instagram", "x"):
        sandbox.webhooks.subscribe(channel, receiver.url)
    return receiver


# Handshakes


def test_meta_shakes_hands_first(sandbox: Sandbox, receiver: Receiver) -> None:
    """Subscribing asks with mode, challenge and verify token, and succeeds when the challenge comes back raw."""
    sandbox.webhooks.subscribe("facebook", f"{receiver.url}?x=1")
    (asked,) = receiver.handshakes
    assert asked["hub.mode"] == "subscribe"
    assert asked["hub.verify_token"] == sandbox.graph_credentials("facebook")["verify_token"]
    assert asked["hub.challenge"].isdecimal()
    assert asked["x"] == "1"


@pytest.mark.parametrize("channel", ["facebook", "instagram", "x"])
def test_who_does_not_know_the_handshake_is_told_nothing(sandbox: Sandbox, receiver: Receiver, channel: Any) -> None:
    """A receiver that refuses the handshake is no subscriber; without a handshake it can be made one."""
    receiver.knows_the_handshake = False
    with pytest.raises(NotVerified, match="403"):
        sandbox.webhooks.subscribe(channel, receiver.url)
    sandbox.graph.message("mara_lindt", "hello?")
    assert sandbox.webhooks.flush() == 0
    sandbox.webhooks.subscribe(channel, receiver.url, handshake=False)
    assert channel in sandbox.webhooks.status()["receivers"]


def test_wrong_answer_to_the_check_of_x_is_noticed(sandbox: Sandbox) -> None:
    """A receiver with another consumer secret fails the check."""
    stranger = Receiver("x", sandbox.graph_credentials("facebook")["verify_token"], "not the secret")
    try:
        with pytest.raises(NotVerified, match="response_token"):
            sandbox.webhooks.subscribe("x", stranger.url)
        sandbox.webhooks.subscribe("facebook", stranger.url)
    finally:
        stranger.close()


def test_x_checks_every_hour(sandbox: Sandbox, told: Receiver) -> None:
    """After an hour X asks again; a receiver that fails is told nothing until a check succeeds."""
    count = len(told.handshakes)
    sandbox.world.advance(3_599)
    sandbox.webhooks.flush()
    assert len(told.handshakes) == count
    sandbox.world.advance(1)
    sandbox.webhooks.flush()
    assert len(told.handshakes) == count + 1
    told.knows_the_handshake = False
    sandbox.world.advance(3_600)
    sandbox.webhooks.flush()
    sandbox.world.post("mara_lindt", "@fernhill anyone?")
    assert sandbox.webhooks.flush() == 0
    assert len(sandbox.webhooks.lost) == 1
    told.knows_the_handshake = True
    sandbox.webhooks.check("x")
    sandbox.world.post("mara_lindt", "@fernhill now?")
    assert sandbox.webhooks.flush() == 1


@pytest.mark.parametrize(
    "url", ["https://fernhill.example/", "http://10.0.0.1/", "https://127.0.0.1/", "ftp://127.0.0.1/", "127.0.0.1"]
)
def test_nothing_leaves_this_machine(sandbox: Sandbox, url: str) -> None:
    """Only plain http addresses on loopback can subscribe."""
    with pytest.raises(ValueError, match="on this machine"):
        sandbox.webhooks.subscribe("facebook", url, handshake=False)


# Signatures


def test_signatures_are_over_the_bytes(sandbox: Sandbox, told: Receiver) -> None:
    """Every delivery is signed over its own bytes; Meta's escape everything but ASCII, and slashes."""
    text = "Wo ist meine Bestellung? 🙁 https://fernhill.example/ äöü"
    post = sandbox.graph.page_post("News")
    sandbox.graph.comment("mara_lindt", post, text)
    sandbox.world.post("mara_lindt", f"@fernhill {text}")
    sandbox.webhooks.flush()
    assert told.refused == []
    by_meta = next(body for body in told.bodies if b"Bestellung" in body and b'"object"' in body)
    assert b"\\u00e4\\u00f6\\u00fc" in by_meta
    assert b"https:\\/\\/fernhill" in by_meta
    assert told.values("feed")[-1]["message"] == text
    signed = next(sent for sent in sandbox.webhooks.sent if sent.body == by_meta)
    assert told.good(signed.headers, by_meta)
    assert not told.good(signed.headers, json.dumps(json.loads(by_meta)).encode())


@pytest.mark.parametrize("forgery", FORGERIES)
@pytest.mark.parametrize("channel", ["facebook", "instagram", "x"])
def test_forgeries_are_refused(sandbox: Sandbox, receiver: Receiver, channel: Any, forgery: Any) -> None:
    """Each kind of forged delivery fails a correct check of the signature; the same delivery unforged passes it."""
    records: dict[str, Any] = {
        "facebook": sandbox.graph.message("mara_lindt", "hello"),
        "instagram": sandbox.graph.message("mara_lindt", "hello", "instagram"),
        "x": sandbox.world.post("mara_lindt", "@fernhill hello"),
    }
    honest = sandbox.webhooks.build(channel, records[channel])
    bad = sandbox.webhooks.build(channel, records[channel], forgery=forgery)
    with requests.Session() as session:
        assert session.post(receiver.url, headers=honest.headers, data=honest.body, timeout=10).status_code == 200
        assert session.post(receiver.url, headers=bad.headers, data=bad.body, timeout=10).status_code == 401
    assert len(receiver.bodies) == len(receiver.refused) == 1
    assert sandbox.webhooks.sent == []


def test_any_payload_can_be_built(sandbox: Sandbox, receiver: Receiver) -> None:
    """A test's own payload or bytes are signed as they are; what a channel does not tell of is refused in words."""
    built = sandbox.webhooks.build("facebook", payload={"object": "page", "entry": []})
    assert receiver.good(built.headers, built.body)
    raw = sandbox.webhooks.build("x", payload=b"{not json")
    assert raw.body == b"{not json"
    assert receiver.good(raw.headers, raw.body)
    media = sandbox.graph.media("Morning")
    with pytest.raises(ValueError, match="does not tell"):
        sandbox.webhooks.build("instagram", media)
    with pytest.raises(ValueError, match="about something"):
        sandbox.webhooks.build("facebook")
    message = sandbox.graph.message("mara_lindt", "x")
    with pytest.raises(ValueError, match="does not tell"):
        sandbox.webhooks.build("instagram", message)
    with pytest.raises(ValueError, match="does not tell"):
        sandbox.webhooks.build("facebook", message, "remove")


# What is told


def test_comments_on_the_page(sandbox: Sandbox, told: Receiver) -> None:
    """Adding, editing, hiding, showing and removing a comment are told with the ids that the API gives."""
    graph = sandbox.graph
    post = graph.page_post("News")
    comment = graph.comment("mara_lindt", post, "First!")
    nested = graph.comment("tobyquill", comment, "Second.")
    graph.edit(comment, "First, edited")
    graph.hide(comment)
    graph.hide(comment, False)
    graph.like("tobyquill", comment)
    graph.delete(nested)
    sandbox.webhooks.flush()
    values = told.values("feed")
    assert [(value["item"], value["verb"]) for value in values] == [
        ("status", "add"),
        ("comment", "add"),
        ("comment", "add"),
        ("comment", "edited"),
        ("comment", "hide"),
        ("comment", "unhide"),
        ("reaction", "add"),
        ("comment", "remove"),
    ]
    first = values[1]
    assert first["post_id"] == first["parent_id"] == post.id
    assert first["comment_id"] == comment.id
    assert first["from"] == {"id": graph.person("mara_lindt").psid, "name": "Mara Lindt"}
    assert first["created_time"] == comment.created_ms // 1000
    assert values[2]["parent_id"] == comment.id
    assert values[3]["message"] == "First, edited"
    assert values[6]["from"]["id"] == graph.person("tobyquill").psid
    assert "message" not in values[7]
    (entry,) = told.payloads()[0]["entry"]
    assert entry["id"] == graph.page_id
    assert entry["time"] == sandbox.world.clock.now_ms() // 1000


def test_posts_and_mentions_on_facebook(sandbox: Sandbox, told: Receiver) -> None:
    """Visitors' posts come as feed, tagged ones as mention; dark posts are not told of, comments below them are."""
    graph = sandbox.graph
    visitor = graph.visitor_post("mara_lindt", "Hello Page")
    tagged = graph.tagged_post("tobyquill", "Look at Fernhill")
    graph.comment("mara_lindt", tagged, "Not on the Page")
    dark = graph.page_post("Buy!", published=False)
    below = graph.comment("jessa_ort", dark, "How much?")
    sandbox.webhooks.flush()
    feed = told.values("feed")
    assert [value.get("comment_id", value["post_id"]) for value in feed] == [visitor.id, below.id]
    assert feed[0]["item"] == "post"
    (mention,) = told.values("mention")
    assert (mention["post_id"], mention["sender_name"], mention["verb"]) == (tagged.id, "Toby Quill", "add")


def test_messages_echoes_and_standby(sandbox: Sandbox, told: Receiver) -> None:
    """Messages, the brand's own as echoes with their application, and standby while another application has them."""
    graph = sandbox.graph
    psid = graph.person("mara_lindt").psid
    message = graph.message("mara_lindt", "Where is it?")
    graph.api_message("mara_lindt", "On its way", "messenger", graph.app_id)
    graph.app_message("mara_lindt", "From the app")
    graph.hold_thread("mara_lindt")
    graph.message("mara_lindt", "To somebody else")
    graph.hold_thread("mara_lindt", app_id=None)
    graph.message("mara_lindt", "Back")
    graph.unsend(message)
    sandbox.webhooks.flush()
    first, ours, app, back = told.messages()
    assert first == {
        "sender": {"id": psid},
        "recipient": {"id": graph.page_id},
        "timestamp": message.created_ms,
        "message": {"mid": message.id, "text": "Where is it?"},
    }
    assert (ours["sender"]["id"], ours["recipient"]["id"]) == (graph.page_id, psid)
    assert ours["message"]["is_echo"] is True
    assert ours["message"]["app_id"] == int(graph.app_id)
    assert app["message"]["app_id"] == 263902037430900
    assert back["message"]["text"] == "Back"
    (standby,) = told.messages("standby")
    assert standby["message"]["text"] == "To somebody else"


def test_comments_mentions_and_messages_on_instagram(sandbox: Sandbox, told: Receiver) -> None:
    """Comments on media and ads, mentions with ids only, messages, echoes and unsent messages come; edits do not."""
    graph = sandbox.graph
    media, ad = graph.media("Morning"), graph.media("Buy", ad=True)
    comment = graph.ig_comment("mara_lindt", media, "Lovely")
    reply = graph.ig_comment("tobyquill", comment, "True")
    below_ad = graph.ig_comment("jessa_ort", ad, "How much?")
    caption = graph.ig_mention("mara_lindt", "my cup")
    elsewhere: Any = graph.ig_mention("tobyquill", "see", in_comment=True)
    message = graph.message("mara_lindt", "Hi", "instagram")
    graph.app_message("mara_lindt", "Hello", "instagram")
    graph.unsend(message)
    graph.delete(reply)
    graph.edit(media, "Evening")
    sandbox.webhooks.flush()
    assert {payload["object"] for payload in told.payloads()} == {"instagram"}
    assert {entry["id"] for payload in told.payloads() for entry in payload["entry"]} == {graph.instagram_id}
    comments = told.values("comments")
    assert [value["id"] for value in comments] == [comment.id, reply.id, below_ad.id]
    assert comments[0]["from"] == {"id": graph.person("mara_lindt").igsid, "username": "mara_lindt"}
    assert "parent_id" not in comments[0]
    assert comments[1]["parent_id"] == comment.id
    assert (comments[0]["media"]["media_product_type"], comments[2]["media"]["media_product_type"]) == ("FEED", "AD")
    assert told.values("mentions") == [
        {"media_id": caption.id},
        {"comment_id": elsewhere.id, "media_id": elsewhere.media.id},
    ]
    hello, echo, gone = told.messages()
    assert hello["message"]["mid"] == message.id
    assert echo["message"]["is_echo"]
    assert gone["message"] == {"mid": message.id, "is_deleted": True}


def test_a_picture_comes_back_without_words(sandbox: Sandbox, told: Receiver) -> None:
    """The echo of a message that is a picture has attachments and no text; a comment's has its photo."""
    graph = sandbox.graph
    person = graph.message("mara_lindt", "Show me").thread.person
    graph.api_message(person, "", "messenger", graph.app_id, media=(("photo", "", graph.upload("attachment", b"x")),))
    graph.comment(graph.brand, graph.page_post("News"), "Here", media=(("photo", "", graph.upload("photo", b"y")),))
    sandbox.webhooks.flush()
    _, echo = told.messages()
    assert "text" not in echo["message"]
    assert [one["type"] for one in echo["message"]["attachments"]] == ["image"]
    assert [value["photo"].endswith(".png") for value in told.values("feed") if value.get("comment_id")] == [True]


def test_activities_of_x(sandbox: Sandbox, told: Receiver) -> None:
    """Explicit mentions, direct replies, messages in both directions, and deletions of the account's own posts."""
    world, brand = sandbox.world, sandbox.brand
    mention = world.post("mara_lindt", "@fernhill where is it?")
    own = world.post("fernhill", "Soon!", reply_to=mention)
    reply = world.post("tobyquill", "me too", reply_to=own)
    world.post("jessa_ort", "and me", reply_to=reply)
    world.post("jessa_ort", "I like Fernhill")
    received = world.dm("mara_lindt", "fernhill", "a < b")
    world.dm("fernhill", "mara_lindt", "yes")
    world.delete(reply)
    world.delete(own)
    sandbox.webhooks.flush()
    told_of = told.activities()
    assert [one["event_type"] for one in told_of] == [
        "post.mention.create",
        "post.reply.create",
        "dm.received",
        "dm.sent",
        "post.delete",
    ]
    assert all(one["filter"] == {"user_id": brand.id} for one in told_of)
    assert len({one["event_uuid"] for one in told_of}) == 5
    assert told_of[0]["payload"]["id"] == mention.id
    assert told_of[0]["payload"]["text"] == "@fernhill where is it?"
    assert mention.author.id in {user["id"] for user in told_of[0]["includes"]["users"]}
    assert told_of[1]["payload"]["referenced_tweets"][0]["id"] == own.id
    (event,) = told_of[2]["payload"]["direct_message_events"]
    assert event["message_create"]["message_data"]["text"] == "a &lt; b"
    assert event["message_create"]["target"] == {"recipient_id": brand.id}
    assert event["created_timestamp"] == str(received.sent_ms)
    assert told_of[4]["payload"] == {"id": own.id, "author_id": brand.id}


def test_x_tells_each_account_of_its_own(sandbox: Sandbox, receiver: Receiver) -> None:
    """Two accounts of the brand are told apart by the filter; protected authors are never told of."""
    sandbox.add_account("fernhill_help")
    sandbox.webhooks.subscribe("x", receiver.url, events=["post.mention.create", "post.create", "post.quote.create"])
    post = sandbox.world.post("mara_lindt", "@fernhill_help @fernhill hello")
    sandbox.world.change_user("tobyquill", protected=True)
    sandbox.world.post("tobyquill", "@fernhill secret")
    own = sandbox.world.post("fernhill", "News")
    sandbox.world.post("jessa_ort", "look", quote_of=own)
    sandbox.world.edit(post, "@fernhill hello again")
    sandbox.webhooks.flush()
    ids = {user.handle: user.id for user in sandbox.world.accounts()}
    kinds = [(one["event_type"], one["filter"]["user_id"]) for one in receiver.activities()]
    assert kinds == [
        ("post.mention.create", ids["fernhill"]),
        ("post.mention.create", ids["fernhill_help"]),
        ("post.create", ids["fernhill"]),
        ("post.quote.create", ids["fernhill"]),
        ("post.mention.create", ids["fernhill"]),
    ]
    assert receiver.activities()[-1]["payload"]["edit_history_tweet_ids"] == [post.id, post.latest_id]


def test_only_subscribed_fields_are_told(sandbox: Sandbox, told: Receiver) -> None:
    """A Page that has subscribed the application to messages only tells of these."""
    token = sandbox.graph.tokens.page_token
    with requests.Session() as session:
        answer = session.post(
            f"{sandbox.base_url}/v26.0/{sandbox.graph.page_id}/subscribed_apps",
            data={
                "access_token": token,
                "appsecret_proof": sandbox.graph.tokens.proof(token),
                "subscribed_fields": "messages",
            },
            timeout=10,
        )
    assert answer.json() == {"success": True}
    sandbox.graph.page_post("News")
    sandbox.graph.message("mara_lindt", "Hi")
    sandbox.graph.app_message("mara_lindt", "Hello")
    assert sandbox.webhooks.flush() == 1
    assert told.messages()[0]["message"]["text"] == "Hi"


def test_what_is_not_known_can_be_had_either_way(sandbox: Sandbox, told: Receiver) -> None:
    """Own comments untold, no parent_id at the top, and the other word for an edit are modes."""
    graph = sandbox.graph
    post = graph.page_post("News")
    sandbox.webhooks.flush()
    sandbox.webhooks.mode(own=False, top_parent="absent", edit_verb="edit")
    comment = graph.comment("mara_lindt", post, "Hello")
    graph.app_comment(comment, "Hello yourself")
    graph.like(graph.brand, comment)
    graph.edit(comment, "Hello!")
    sandbox.webhooks.flush()
    added, edited = told.values("feed")[1:]
    assert "parent_id" not in added
    assert edited["verb"] == "edit"


# What goes wrong on the way


def chatter(sandbox: Sandbox, count: int) -> list[str]:
    """Let somebody write so many messages and return their ids."""
    return [sandbox.graph.message("mara_lindt", f"Message {number}").id for number in range(count)]


def mids(receiver: Receiver) -> list[str]:
    """Return the ids of the messages that arrived, in order."""
    return [told["message"]["mid"] for told in receiver.messages()]


def test_in_order_once_each(sandbox: Sandbox, told: Receiver) -> None:
    """Without a mode everything arrives once, in the order in which it happened."""
    made = chatter(sandbox, 40)
    sandbox.webhooks.flush()
    assert mids(told) == made
    assert [sent.status for sent in sandbox.webhooks.sent] == [200] * 40


def test_lost(sandbox: Sandbox, told: Receiver) -> None:
    """A share of the changes never arrives; which ones is known afterwards."""
    sandbox.webhooks.mode(lost=0.5)
    made = chatter(sandbox, 60)
    sandbox.webhooks.flush()
    lost = [entry["messaging"][0]["message"]["mid"] for entry in sandbox.webhooks.lost]
    assert 15 < len(lost) < 45
    assert sorted(mids(told) + lost) == sorted(made)


def test_doubled(sandbox: Sandbox, told: Receiver) -> None:
    """Everything arrives twice: some in the same bytes, some in another delivery."""
    sandbox.webhooks.mode(doubled=1.0)
    made = chatter(sandbox, 30)
    sandbox.webhooks.flush()
    assert sorted(mids(told)) == sorted(made * 2)
    assert 30 < len(set(told.bodies)) < 60


def test_shuffled(sandbox: Sandbox, told: Receiver) -> None:
    """Changes overtake each other by the sandbox's clock, and all of them arrive."""
    sandbox.webhooks.mode(shuffled=True)
    made = chatter(sandbox, 40)
    sandbox.world.advance(5)
    sandbox.webhooks.wait()
    assert mids(told) != made
    assert sorted(mids(told)) == sorted(made)


def test_held_until_flush(sandbox: Sandbox, told: Receiver) -> None:
    """Held changes wait, also when time passes; a flush sends them, and so does the end of holding."""
    sandbox.webhooks.mode(hold=True)
    made = chatter(sandbox, 3)
    sandbox.world.advance(3_000)
    assert (sandbox.webhooks.waiting, told.bodies) == (3, [])
    assert sandbox.webhooks.flush() == 3
    chatter(sandbox, 2)
    sandbox.webhooks.mode()
    sandbox.webhooks.flush()
    assert mids(told)[:3] == made
    assert len(mids(told)) == 5


def test_batches(sandbox: Sandbox, told: Receiver) -> None:
    """Changes of one channel that wait together go out in one delivery; those of X one by one."""
    sandbox.webhooks.mode(hold=True, batch=25)
    made = chatter(sandbox, 60)
    sandbox.graph.message("mara_lindt", "elsewhere", "instagram")
    sandbox.world.post("mara_lindt", "@fernhill one")
    sandbox.world.post("mara_lindt", "@fernhill two")
    assert sandbox.webhooks.flush() == 6
    pages = [body for body in told.payloads() if body.get("object") == "page"]
    assert [len(body["entry"]) for body in pages] == [25, 25, 10]
    assert [entry["messaging"][0]["message"]["mid"] for body in pages for entry in body["entry"]] == made


def test_failed_deliveries_are_tried_again(sandbox: Sandbox, told: Receiver) -> None:
    """What is not answered with 200 comes again in the same bytes: at once, then less and less often, for 36 hours."""
    told.status = 500
    chatter(sandbox, 1)
    sandbox.webhooks.flush()
    assert [sent.status for sent in sandbox.webhooks.sent] == [500, 500]
    sandbox.world.advance(9.999)
    assert sandbox.webhooks.wait() == 0
    sandbox.world.advance(0.001)
    assert sandbox.webhooks.wait() == 1
    told.status = 200
    assert sandbox.webhooks.flush() == 1
    assert len(told.bodies) == 1
    assert {sent.body for sent in sandbox.webhooks.sent} == {told.bodies[0]}
    assert sandbox.webhooks.waiting == 0


def test_given_up_after_36_hours(sandbox: Sandbox, told: Receiver) -> None:
    """A receiver that stays away for longer has lost the change."""
    told.status = 503
    chatter(sandbox, 1)
    for _ in range(37):
        sandbox.world.advance(3_600)
        sandbox.webhooks.wait()
    assert len(sandbox.webhooks.lost) == 1
    assert len(sandbox.webhooks.sent) == 9
    told.status = 200
    assert sandbox.webhooks.flush() == 0


@pytest.mark.parametrize(("seconds", "arrive"), [(3_599, True), (3_600, False)])
def test_an_hour_of_failures_ends_messages(sandbox: Sandbox, told: Receiver, seconds: float, arrive: bool) -> None:
    """After an hour without a success Meta tells of messages no more, but still of comments, until it is asked to."""
    post = sandbox.graph.page_post("News")
    sandbox.webhooks.flush()
    told.status = 500
    chatter(sandbox, 1)
    sandbox.webhooks.wait()
    sandbox.world.advance(seconds)
    sandbox.webhooks.flush()
    told.status = 200
    sandbox.graph.comment("mara_lindt", post, "Hello?")
    later = sandbox.graph.message("tobyquill", "Anybody?").id
    sandbox.webhooks.flush()
    assert told.values("feed")[-1]["message"] == "Hello?"
    assert (later in mids(told)) is arrive
    sandbox.webhooks.check("facebook")
    assert chatter(sandbox, 1)[0]
    sandbox.webhooks.flush()
    assert mids(told)[-1] != later


def test_nobody_there(sandbox: Sandbox, told: Receiver) -> None:
    """A receiver that does not answer at all gives no status, and the sandbox goes on."""
    told.close()
    chatter(sandbox, 1)
    sandbox.webhooks.flush()
    assert {sent.status for sent in sandbox.webhooks.sent} == {None}
    sandbox.webhooks.unsubscribe("facebook")
    assert sandbox.webhooks.waiting == 0


def test_slow_receivers_are_not_waited_for(sandbox: Sandbox, told: Receiver) -> None:
    """An answer that takes longer than the platform's patience counts as none."""
    gate = threading.Event()

    def dawdle() -> None:
        gate.wait(10)

    told.on_arrival = dawdle
    sandbox.webhooks.mode(patience=0.05)
    chatter(sandbox, 1)
    try:
        sandbox.webhooks.flush()
    finally:
        gate.set()
    assert [sent.status for sent in sandbox.webhooks.sent] == [None, None]


def test_a_receiver_may_ask_the_sandbox_back(sandbox: Sandbox, told: Receiver) -> None:
    """Deliveries are made outside the world's lock: a receiver can read the API before it answers."""
    answers: list[int] = []

    def ask() -> None:
        with requests.Session() as session:
            answers.append(session.get(f"{sandbox.base_url}/_sandbox/clock", timeout=10).status_code)
            sandbox.graph.truth()

    told.on_arrival = ask
    chatter(sandbox, 2)
    sandbox.webhooks.flush()
    assert answers == [200, 200]


def test_pushes_by_itself_in_real_time() -> None:
    """With the real clock nobody has to flush: changes arrive, late ones too when their time has come."""
    with Sandbox(seed=7, clock="real") as sandbox:
        keys = sandbox.graph_credentials("facebook")
        receiver = Receiver(keys["app_secret"], keys["verify_token"], "")
        sandbox.webhooks.subscribe("facebook", receiver.url)
        sandbox.webhooks.mode(shuffled=True, spread=0.2)
        arrived = threading.Semaphore(0)
        receiver.on_arrival = arrived.release
        made = chatter(sandbox, 10)
        for _ in made:
            assert arrived.acquire(timeout=20)
        sandbox.webhooks.wait()
        receiver.close()
    assert sorted(mids(receiver)) == sorted(made)


def test_same_seed_same_luck() -> None:
    """What is lost and doubled follows from the seed."""

    def history() -> list[str]:
        with Sandbox(seed=7, clock="manual") as sandbox:
            keys = sandbox.graph_credentials("facebook")
            receiver = Receiver(keys["app_secret"], keys["verify_token"], "")
            sandbox.webhooks.subscribe("facebook", receiver.url)
            sandbox.webhooks.mode(lost=0.3, doubled=0.3, shuffled=True)
            chatter(sandbox, 30)
            sandbox.webhooks.flush()
            receiver.close()
            return mids(receiver)

    assert history() == history()


@pytest.mark.parametrize(
    "wrong",
    [{"lost": 2}, {"doubled": -1}, {"batch": 0}, {"batch": 1_001}, {"patience": 0}, {"edit_verb": "changed"}],
    ids=str,
)
def test_mode_is_checked(sandbox: Sandbox, wrong: dict[str, Any]) -> None:
    """A mode that makes no sense is refused in words."""
    with pytest.raises(ValueError):
        sandbox.webhooks.mode(**wrong)


def test_steered_from_another_process(sandbox: Sandbox, receiver: Receiver) -> None:
    """All of it can be had over HTTP: subscribe, mode, flush, what was sent, and deliveries built for a test."""
    remote = RemoteSandbox(sandbox.base_url)
    remote.subscribe("facebook", receiver.url)
    assert remote.webhook_mode(hold=True)["hold"] is True
    message = sandbox.graph.message("mara_lindt", "Hi")
    assert remote.webhooks()["waiting"] == 1
    assert remote.flush() == 1
    ((headers, body, status),) = remote.sent()
    assert status == 200
    assert receiver.good(headers, body)
    headers, body = remote.build_delivery("facebook", message.id)
    assert receiver.good(headers, body)
    headers, body = remote.build_delivery("facebook", message.id, forgery="key")
    assert not receiver.good(headers, body)
    headers, body = remote.build_delivery("x", payload={"data": {}})
    assert json.loads(body) == {"data": {}}
    remote.unsubscribe("facebook")
    assert remote.webhooks()["receivers"] == {}
    receiver.knows_the_handshake = False
    for refused in (
        lambda: remote.subscribe("facebook", receiver.url),
        lambda: remote.subscribe("linkedin", receiver.url),
        lambda: remote.webhook_mode(speed=1),
        lambda: remote.build_delivery("facebook", "1_1"),
    ):
        with pytest.raises(SandboxError):
            refused()
