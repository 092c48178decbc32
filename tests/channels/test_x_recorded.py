"""Real recorded answers of X API v2 go through the channel: reads through `parse`, everything over loopback too."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from faces import stream
from loopback import Loopback, http

from social_listener.channels import Channel, factory
from social_listener.channels.transport import read_date
from social_listener.cursor import Cursor
from social_listener.model import Action, ActionKind, Kind, Page, PrivateReply, PublicReply, StreamKind

NOW = datetime(2022, 10, 28, 1, 8, 24, tzinfo=UTC)
OWNER = "1072250532645998596"
KEYS = {
    "consumer_key": "ck",
    "consumer_secret": "cs",
    "access_token": f"{OWNER}-token",
    "access_token_secret": "ts",
    "bearer_token": "bt",
}

Recorded = Mapping[str, Any]


@pytest.fixture(scope="module")
def recordings(shared_data: Path) -> list[Recorded]:
    """Return all recorded calls of the v2 API that we use or could be given."""
    folder = shared_data / "x" / "tweepy_recordings"
    calls = [call for path in sorted(folder.glob("*.json")) for call in json.loads(path.read_text(encoding="utf-8"))]
    for call in calls:
        call["response_headers"] = {name.lower(): values for name, values in call["response_headers"].items()}
    return calls


def channel(base_url: str | None = None) -> Channel:
    """Return a channel whose owner is that of the recordings."""
    seconds = timedelta(seconds=5)
    return factory("x")(
        account_id="main",
        credentials=KEYS,
        base_url=base_url,
        options={"likes": "on"},
        connect_timeout=seconds,
        read_timeout=seconds,
    )


def of(recordings: list[Recorded], method: str, end: str) -> list[Recorded]:
    """Return the recorded calls of a method whose path ends so."""
    return [
        call
        for call in recordings
        if call["method"] == method
        and urlsplit(call["uri"]).path.startswith("/2/")
        and urlsplit(call["uri"]).path.endswith(end)
    ]


def at(recordings: list[Recorded], method: str, end: str, date: str) -> Recorded:
    """Return the call that was answered then."""
    return next(call for call in of(recordings, method, end) if call["response_headers"]["date"] == [date])


def body(call: Recorded) -> bytes:
    """Return a recorded body as bytes."""
    return json.dumps(call["response_body"]).encode()


def headers(call: Recorded) -> list[str]:
    """Return the recorded headers that do not describe the packing."""
    dropped = {"content-length", "content-encoding", "transfer-encoding"}
    return [
        f"{name}: {value}"
        for name, values in call["response_headers"].items()
        for value in values
        if name not in dropped
    ]


def parsed(call: Recorded, kind: StreamKind) -> Page:
    """Return what the channel makes of a recorded read."""
    date = read_date(call["response_headers"]["date"][0])
    assert date is not None
    return channel().parse(body(call), stream(kind), date)


@pytest.fixture
def replay(recordings: list[Recorded]) -> Iterator[Loopback]:
    """Serve the recorded answers: to each method and path the recorded ones in turn, again and again."""
    turns: dict[str, int] = {}

    def answer(connection, request: bytes) -> None:
        method, target, _ = request.split(b"\r\n")[0].decode().split(" ")
        path = urlsplit(target).path
        known = [call for call in recordings if call["method"] == method and urlsplit(call["uri"]).path == path]
        assert known, f"nothing was recorded for {method} {path}"
        turn = turns.get(method + path, 0)
        turns[method + path] = turn + 1
        call = known[turn % len(known)]
        connection.sendall(http(f"{call['status']} Recorded", body(call), *headers(call)))

    with Loopback(answer) as server:
        yield server


def test_all_kinds_of_recorded_reads_are_there(recordings: list[Recorded]) -> None:
    """The folder holds what these tests are about."""
    for method, end in (
        ("GET", "/mentions"),
        ("GET", "/search/recent"),
        ("GET", "/dm_events"),
        ("GET", "/2/tweets"),
        ("GET", "/tweets"),
        ("GET", "/users/me"),
        ("POST", "/2/tweets"),
        ("POST", "/messages"),
        ("POST", "/likes"),
        ("PUT", "/hidden"),
    ):
        assert of(recordings, method, end), f"{method} …{end}"


@pytest.mark.parametrize(
    ("end", "kind"),
    [
        ("/mentions", StreamKind.MENTIONS),
        ("/search/recent", StreamKind.SEARCH),
        ("/search/all", StreamKind.SEARCH),
        ("/tweets", StreamKind.MENTIONS),
        ("/quote_tweets", StreamKind.MENTIONS),
        ("/timelines/reverse_chronological", StreamKind.MENTIONS),
        ("/liked_tweets", StreamKind.MENTIONS),
        ("/dm_events", StreamKind.MESSAGES),
    ],
)
def test_every_recorded_list_is_read_whole(recordings: list[Recorded], end: str, kind: StreamKind) -> None:
    """Each recorded item becomes one interaction with its own id, text and time; none is set aside."""
    calls = of(recordings, "GET", end)
    assert calls
    for call in calls:
        page = parsed(call, kind)
        data = call["response_body"].get("data", [])
        assert page.rejects == ()
        assert page.partial == ()
        assert page.deleted == ()
        found = {item.version_id: item for item in page.interactions}
        assert list(found) == [item["id"] for item in data]
        for item in data:
            one = found[item["id"]]
            history = item.get("edit_history_tweet_ids", [item["id"]])
            assert one.id == f"x:{history[0]}"
            assert (one.edited_at is not None) is (len(history) > 1)
            assert one.text == item["text"].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
            assert one.sent_at < page.server_time
            assert one.private is (kind is StreamKind.MESSAGES)


def test_a_recorded_mention_field_by_field(recordings: list[Recorded]) -> None:
    """Without optional fields: the id tells the time and stands for the thread, and the author is not known."""
    page = parsed(at(recordings, "GET", "/mentions", "Fri, 07 Oct 2022 22:43:18 UTC"), StreamKind.MENTIONS)
    assert (page.next, page.horizon, page.horizon_items) == (None, None, 800)
    assert page.server_time == datetime(2022, 10, 7, 22, 43, 18, tzinfo=UTC)
    assert len(page.interactions) == 10
    item = page.interactions[3]
    assert item.id == "x:1578516242867945475"
    assert item.version_id == "1578516242867945475"
    assert item.channel == "x"
    assert item.account_id == "main"
    assert item.conversation_id == "x:1578516242867945475:unknown"
    assert item.thread_id == "x:1578516242867945475"
    assert item.author_id == "x:unknown"
    assert item.kind is Kind.MENTION
    assert item.text == "@MercyKnifed @Twitter what the fuck???"
    assert item.sent_at == datetime(2022, 10, 7, 22, 42, 54, 370000, tzinfo=UTC)
    assert item.edited_at is item.reply_to_id is item.quoted_id is item.language is None
    assert item.url == "https://x.com/i/status/1578516242867945475"
    assert not any((item.outbound, item.private, item.context, item.hidden, item.addresses_us))
    assert (item.likes, item.attachments) == (0, ())


def test_a_recorded_edit_is_one_item(recordings: list[Recorded]) -> None:
    """The one recorded post with three versions is named after its first and tells its last."""
    call = of(recordings, "GET", "/timelines/reverse_chronological")[0]
    (item,) = [one for one in parsed(call, StreamKind.MENTIONS).interactions if one.edited_at]
    assert (item.id, item.version_id) == ("x:1577158996984987648", "1577162244978139137")
    assert item.text.startswith("I hope I’m not mistaken. Fixed it.")
    assert item.sent_at < item.edited_at < item.sent_at + timedelta(minutes=30)


def test_a_recorded_search_field_by_field(recordings: list[Recorded]) -> None:
    """The posts of a search, newest first, with the horizon of seven days."""
    page = parsed(at(recordings, "GET", "/search/recent", "Fri, 07 Oct 2022 22:43:19 UTC"), StreamKind.SEARCH)
    assert page.horizon is not None
    assert timedelta(days=6, hours=23) < page.server_time - page.horizon <= timedelta(days=7)
    assert [item.sent_at for item in page.interactions] == sorted((i.sent_at for i in page.interactions), reverse=True)
    assert all("tweepy" in item.text.lower() for item in page.interactions)


def test_recorded_messages_field_by_field(recordings: list[Recorded]) -> None:
    """A message without sender and thread stands alone: two people's words never come into one conversation."""
    when = "Fri, 28 Oct 2022 01:08:24 UTC"
    assert parsed(at(recordings, "GET", "/2/dm_events", when), StreamKind.MESSAGES).interactions == ()
    with_person = at(recordings, "GET", "/with/750362064426721281/dm_events", when)
    first, second = parsed(with_person, StreamKind.MESSAGES).interactions
    assert (first.text, second.text) == ("Testing 2", "Testing 1")
    assert first.id == "x:1585800613752881156"
    assert first.private
    assert first.kind is Kind.MESSAGE
    assert first.sent_at == datetime(2022, 10, 28, 1, 8, 23, 726000, tzinfo=UTC)
    assert first.conversation_id == first.thread_id == "x:message-1585800613752881156"
    assert second.conversation_id != first.conversation_id


def test_recorded_answers_over_http(replay: Loopback) -> None:
    """Who we are, mentions, search, messages, and a look-up, through tweepy from the recorded answers."""
    one = channel(replay.url)
    owner = one.whoami()
    assert (owner.native_id, owner.handle, owner.name) == (OWNER, "TweepyDev", "Tweepy Testing")
    messages = one.fetch(stream(StreamKind.MESSAGES), Cursor(), NOW)
    assert messages.interactions == ()
    assert messages.horizon == messages.server_time - timedelta(days=30)
    found = one.fetch(stream(StreamKind.SEARCH, query="Tweepy"), Cursor(), NOW)
    assert len(found.interactions) == 10
    assert found.next == json.loads(found.raw)["meta"]["next_token"]
    looked_up = one.lookup(dict.fromkeys(["1293593516040269825", "1293595870563381249"]), NOW)
    assert [item.id for item in looked_up.interactions] == ["x:1293593516040269825", "x:1293595870563381249"]


def test_recorded_sends_over_http(replay: Loopback, recordings: list[Recorded]) -> None:
    """The recorded post and direct messages give the ids that X gave, and the times in them."""
    one = channel(replay.url)
    sent = one.send(PublicReply(intent_id="i", account_id="main", item_id="x:1", item_native_id="1", text="Test Tweet"))
    assert sent.native_id in {call["response_body"]["data"]["id"] for call in of(recordings, "POST", "/2/tweets")}
    dm = PrivateReply(
        intent_id="i",
        account_id="main",
        item_id="x:1",
        item_native_id="1",
        to_public=False,
        recipient_native_id="750362064426721281",
        thread_native_id=None,
        heard_at=None,
        by_person=True,
        text="Testing 1",
    )
    answer = one.send(dm)
    made = {call["response_body"]["data"]["dm_event_id"] for call in of(recordings, "POST", "/messages")}
    assert answer.native_id in made
    assert answer.sent_at.date() == NOW.date()
    # The recorded reading of the thread names no senders: nothing proves that the words are ours.
    assert one.find_own(dm, NOW - timedelta(minutes=1)) is None


def test_recorded_actions_over_http(replay: Loopback) -> None:
    """Hide and unhide, like and unlike, and delete are done as recorded."""
    one = channel(replay.url)
    for kind, native in (
        (ActionKind.HIDE, "1344794616005066752"),
        (ActionKind.UNHIDE, "1344794616005066752"),
        (ActionKind.LIKE, "1293593516040269825"),
        (ActionKind.UNLIKE, "1293593516040269825"),
        (ActionKind.DELETE, "1456012973835788293"),
    ):
        one.act(Action(kind=kind, account_id="main", item_id=f"x:{native}", item_native_id=native))
    assert [request.split(b" ")[0] for request in replay.requests] == [b"PUT", b"PUT", b"POST", b"DELETE", b"DELETE"]
