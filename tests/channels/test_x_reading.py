"""How X is read: complete replies, floors and windows, spellings, and the meaning of each refusal."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest
from faces import NOW, XFace, stream, walk
from hypothesis import given
from hypothesis import strategies as st
from loopback import Loopback, answering, http

from social_listener.channels import Channel, factory
from social_listener.channels.x_access import respelt
from social_listener.channels.x_queries import LONGEST_QUERY, ReplyWalk, read_walk, reply_queries
from social_listener.cursor import Cursor, advance
from social_listener.errors import (
    ChannelError,
    OutOfCredit,
    PageExpired,
    RateLimited,
    Rejected,
    SettingsError,
    Unauthorized,
    Unavailable,
    Unsure,
)
from social_listener.model import Kind, PublicReply, StreamKind

ids = st.integers(1, 2**63 - 1).map(str)


# -- replies -----------------------------------------------------------------------------------------------------------


@given(st.from_regex(r"[A-Za-z0-9_]{1,15}", fullmatch=True), st.lists(ids, max_size=100, unique=True))
def test_reply_queries_fit_and_leave_no_thread_out(handle: str, threads: list[str]) -> None:
    """Each query has 512 characters at most, every thread stands in exactly one, and the first finds what is to us."""
    queries = reply_queries(handle, threads)
    assert all(len(query) <= LONGEST_QUERY for query in queries)
    asked = " ".join(queries).replace("(", " ").replace(")", " ").split()
    assert sorted(one.removeprefix("conversation_id:") for one in asked if one.startswith("conv")) == sorted(threads)
    assert f"to:{handle}" in queries[0]
    assert f"from:{handle}" in queries[0]
    assert all(f"-to:{handle} -from:{handle}" in query for query in queries[1:])


@given(st.lists(ids, max_size=100), st.integers(0, 50), st.none() | st.text("abc0129/.-_=", min_size=1))
def test_a_reply_walk_survives_being_written(threads: list[str], query: int, token: str | None) -> None:
    """Where a walk stands is in its page token, whatever X's own token looks like."""
    at = ReplyWalk(threads=tuple(threads), query=query, token=token)
    assert read_walk(at.written()) == at


@pytest.mark.parametrize("token", ["", "x", "1", "-1//", "1//a.b", "１//", "1//1.."])
def test_a_token_that_is_none_of_ours_is_known(x: XFace, token: str) -> None:
    """A token from another time means: again from the top."""
    with pytest.raises(PageExpired):
        x.channel().fetch(stream(StreamKind.REPLIES), Cursor(resume=token, started=NOW), NOW)


def test_all_replies_in_our_conversations_are_found(x: XFace) -> None:
    """Direct answers, answers to answers that name nobody, below any of forty posts; and what we said ourselves."""
    world, brand, (anna, bert, caro, *_) = x.sandbox.world, x.sandbox.brand, x.people
    expected, others = {}, set()
    for number in range(40):
        root = world.post(brand, f"Post number {number}")
        direct = world.post(anna, "direct", reply_to=root)
        nested = world.post(bert, "nested", reply_to=direct)
        # X puts @brand before it; the customer takes it away.
        quiet = world.post(caro, "quiet", reply_to=nested, without=[brand.id])
        ours = world.post(brand, "thanks", reply_to=direct)
        expected |= {root.id: Kind.POST, ours.id: Kind.POST, direct.id: Kind.COMMENT}
        expected |= {nested.id: Kind.MENTION, quiet.id: Kind.COMMENT}
        others.add(world.post(anna, f"something else {number}").id)
        world.advance(600)
    pages = walk(x.channel(), stream(StreamKind.REPLIES))
    found = {item.id[2:]: item for page in pages for item in page.interactions if not item.context}
    assert {native: found[native].kind for native in expected} == expected
    assert not others & set(found)
    assert not any(item.addresses_us for item in found.values() if item.text == "quiet")
    searches = [call for call in x.sandbox.calls if call.path.endswith("/search/recent")]
    assert len({parse_qs(call.query)["query"][0] for call in searches}) == 4, "41 threads take four queries"


def test_a_thread_whose_first_post_was_edited_is_asked_for(x: XFace) -> None:
    """A conversation keeps its name when its first post gets a new version."""
    world, brand, (anna, bert, *_) = x.sandbox.world, x.sandbox.brand, x.people
    direct = world.post(anna, "direct", reply_to=x.root)
    world.advance(60)
    world.edit(x.root, "New beans are here, with a typo less")
    quiet = world.post(bert, "quiet", reply_to=direct, without=[brand.id])
    found = {item.id for page in walk(x.channel(), stream(StreamKind.REPLIES)) for item in page.interactions}
    assert f"x:{quiet.id}" in found


def test_asking_only_for_answers_to_us_would_miss_some(x: XFace) -> None:
    """The naive query `to:us` does not find an answer to an answer that names nobody."""
    world, brand, (anna, bert, *_) = x.sandbox.world, x.sandbox.brand, x.people
    direct = world.post(anna, "direct", reply_to=x.root)
    quiet = world.post(bert, "quiet", reply_to=direct, without=[brand.id])
    channel = x.channel()
    naive = walk(channel, stream(StreamKind.SEARCH, query="to:fernhill"))
    whole = walk(channel, stream(StreamKind.REPLIES))
    assert f"x:{quiet.id}" not in {item.id for page in naive for item in page.interactions}
    assert f"x:{quiet.id}" in {item.id for page in whole for item in page.interactions}


def test_threads_are_fixed_when_a_walk_begins(x: XFace) -> None:
    """A post of ours in the middle of a walk changes none of its queries: X's page tokens stay good."""
    world, brand, anna = x.sandbox.world, x.sandbox.brand, x.people[0]
    for number in range(220):
        world.post(anna, f"answer {number}", reply_to=x.root)
    channel, one = x.channel(), stream(StreamKind.REPLIES)
    first = channel.fetch(one, Cursor(), NOW)
    cursor, _ = advance(Cursor(), first, known=False, overlap=one.overlap)
    world.post(anna, "late answer", reply_to=world.post(brand, "Another post"))
    rest = walk(channel, one, cursor)
    found = {item.text for page in [first, *rest] for item in page.interactions}
    assert {f"@fernhill answer {number}" for number in range(220)} <= found
    assert "@fernhill late answer" in {item.text for page in walk(channel, one) for item in page.interactions}, (
        "the next walk has it"
    )


# -- floors, windows, gaps ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [StreamKind.SEARCH, StreamKind.REPLIES, StreamKind.MENTIONS, StreamKind.MESSAGES])
@pytest.mark.parametrize("days", [3, 6.9, 7.01, 10, 40])
def test_an_outage_is_bounded_by_what_x_still_gives(x: XFace, kind: StreamKind, days: float) -> None:
    """After an outage the walk works, brings what is inside X's window, and tells a gap only beyond it."""
    channel, one = x.channel(), stream(kind)
    since = walk(channel, one)[-1].server_time
    x.say(kind, "early in the outage")
    x.sandbox.world.advance(timedelta(days=days).total_seconds() - 60)
    late = x.say(kind, "late in the outage", by=1)
    x.sandbox.world.advance(60)
    cursor, gap, found = Cursor(since=since), None, set()
    while True:
        page = channel.fetch(one, cursor, NOW)
        found |= {item.id[2:] for item in page.interactions}
        cursor, gap = advance(cursor, page, known=False, overlap=one.overlap)
        if not cursor.walking:
            break
    window = {StreamKind.MENTIONS: 10_000, StreamKind.MESSAGES: 30}.get(kind, 7)
    assert late.id in found
    assert (gap is not None) is (days > window)
    if gap is not None:
        assert gap.since == since - one.overlap
        assert abs((x.sandbox.world.clock.now() - gap.until) - timedelta(days=window)) <= timedelta(minutes=5)


def test_a_window_that_moves_under_a_long_walk(x: XFace) -> None:
    """When X takes the walk's start for too old in mid-walk, it is chosen anew once, and the walk goes on."""
    channel, one = x.channel(), stream(StreamKind.SEARCH)
    since = NOW
    x.sandbox.world.advance(timedelta(days=8).total_seconds())
    for number in range(250):
        x.say(StreamKind.SEARCH, f"number {number}")
    first = channel.fetch(one, Cursor(since=since), NOW)
    cursor, _ = advance(Cursor(since=since), first, known=False, overlap=one.overlap)
    x.sandbox.world.advance(timedelta(minutes=30).total_seconds())
    with pytest.raises(PageExpired):  # a page token is good for the search that it was given for
        channel.fetch(one, cursor, NOW)
    assert sum(len(page.interactions) for page in walk(channel, one, Cursor(since=since))) == 250


def test_the_first_search_of_a_process_that_has_no_clock_yet(x: XFace) -> None:
    """Our clock may be days behind X's: the window is chosen anew by X's own Date."""
    x.sandbox.world.advance(timedelta(days=9).total_seconds())
    made = x.say(StreamKind.SEARCH, "hello")
    page = x.channel().fetch(stream(StreamKind.SEARCH), Cursor(since=NOW), NOW)
    assert [item.id[2:] for item in page.interactions] == [made.id]
    assert [call.status for call in x.sandbox.calls] == [400, 200]


def test_mentions_tell_their_limit(x: XFace) -> None:
    """Of 900 mentions X gives 800, and the page says that this is the most."""
    x.sandbox.world.fill_mentions(900)
    pages = walk(x.channel(), stream(StreamKind.MENTIONS))
    assert sum(len(page.interactions) for page in pages) == 800
    assert {page.horizon_items for page in pages} == {800}


@pytest.mark.parametrize("kind", XFace.said)
def test_either_spelling_is_spoken(x: XFace, kind: StreamKind) -> None:
    """Where X knows `post.fields` only, that is found out once, and everything is read as before."""
    made = x.say(kind, "hello " + "long " * 80)
    before = walk(x.channel(), stream(kind))
    x.sandbox.policy.change(spelling="post")
    channel = x.channel()
    after = walk(channel, stream(kind))
    assert {item.id: item for page in after for item in page.interactions} == {
        item.id: item for page in before for item in page.interactions
    }
    assert made.id in {item.id[2:] for page in after for item in page.interactions}
    refused = [call for call in x.sandbox.calls if call.status == 400]
    assert len(refused) <= 1
    x.sandbox.policy.change(spelling="tweet")
    assert walk(channel, stream(kind)), "and back"


def test_only_field_names_are_respelt() -> None:
    """A customer's query about a tweet is asked as it stands."""
    asked = {
        "tweet.fields": "note_tweet,lang",
        "expansions": "referenced_tweets.id",
        "query": "tweet",
        "max_results": 5,
    }
    assert respelt(asked) == {
        "post.fields": "note_post,lang",
        "expansions": "referenced_posts.id",
        "query": "tweet",
        "max_results": 5,
    }


def test_a_bad_query_is_told_in_x_own_words(x: XFace) -> None:
    """A search that X cannot understand is rejected with X's reason; nobody's credentials are to blame."""
    with pytest.raises(Rejected, match="at least one positive"):
        x.channel().fetch(stream(StreamKind.SEARCH, query="is:reply"), Cursor(), NOW)


def test_suspended_is_not_quiet(x: XFace) -> None:
    """An error in the place of mentions is no empty page."""
    channel = x.channel()
    x.sandbox.world.change_user(x.sandbox.brand, suspended=True)
    with pytest.raises(ChannelError):
        channel.fetch(stream(StreamKind.MENTIONS), Cursor(), NOW)


def test_reads_use_the_bearer_token_where_there_is_one(x: XFace) -> None:
    """Public reads go by the app; without a bearer token, and for private reads, the user signs."""
    x.say(StreamKind.MENTIONS, "hello")
    keys = {name: value for name, value in x.credentials.items() if name != "bearer_token"}
    for credentials, account in ((x.credentials, None), (keys, x.sandbox.brand.id)):
        channel = x.channel(credentials=credentials)
        assert len(channel.fetch(stream(StreamKind.MENTIONS), Cursor(), NOW).interactions) == 1
        assert list(x.sandbox.calls)[-1].account == account
        channel.fetch(stream(StreamKind.MESSAGES), Cursor(), NOW)
        assert list(x.sandbox.calls)[-1].account == x.sandbox.brand.id


def test_we_are_known_whatever_our_token_looks_like(x: XFace) -> None:
    """The id of the user stands in the token; the platform is asked only where a handle is needed."""
    x.say(StreamKind.MENTIONS, "hello")
    channel = x.channel()
    channel.fetch(stream(StreamKind.MENTIONS), Cursor(), NOW)
    assert [call.path for call in x.sandbox.calls] == [f"/2/users/{x.sandbox.brand.id}/mentions"]


# -- what each refusal means -------------------------------------------------------------------------------------------


def refused_by(status: str, body: object, *headers: str) -> tuple[ChannelError, ChannelError]:
    """Return what reading and sending raise when X answers so."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    with Loopback(answering(http(status, raw, "Date: Mon, 02 Mar 2026 09:00:00 GMT", *headers))) as server:
        seconds = timedelta(seconds=5)
        channel: Channel = factory("x")(
            account_id="main",
            credentials={
                "consumer_key": "canary-key",
                "consumer_secret": "canary-secret",
                "access_token": "5-canary-token",
                "access_token_secret": "canary-secret-2",
            },
            base_url=server.url,
            options={},
            connect_timeout=seconds,
            read_timeout=seconds,
        )
        with pytest.raises(ChannelError) as reading:
            channel.fetch(stream(StreamKind.MENTIONS), Cursor(), NOW)
        with pytest.raises(ChannelError) as sending:
            channel.send(PublicReply(intent_id="i", account_id="main", item_id="x:1", item_native_id="1", text="hi"))
    for error in (reading.value, sending.value):
        assert "canary" not in str(error)
        assert "?" not in str(error)
    return reading.value, sending.value


def problem(status: int, detail: str, kind: str = "about:blank", **more: object) -> dict[str, object]:
    """Return a problem as X writes it."""
    return {"title": "A title", "detail": detail, "type": kind, "status": status, **more}


CAPPED = "https://api.x.com/2/problems/usage-capped"


@pytest.mark.parametrize(
    ("status", "body", "reading", "sending"),
    [
        ("400 Bad Request", problem(400, "no"), Rejected, Rejected),
        ("401 Unauthorized", problem(401, "Unauthorized"), Unauthorized, Unauthorized),
        ("402 Payment Required", problem(402, "There are no credits."), OutOfCredit, OutOfCredit),
        ("403 Forbidden", problem(403, "client-not-enrolled"), Unauthorized, Rejected),
        ("403 Forbidden", b"<html>blocked</html>", Unauthorized, Rejected),
        (
            "403 Forbidden",
            problem(403, "You are not allowed to create a Tweet with duplicate content."),
            Unauthorized,
            Unsure,
        ),
        ("404 Not Found", problem(404, "gone"), Rejected, Rejected),
        ("408 Request Timeout", b"", Unavailable, Unsure),
        ("409 Conflict", b"[]", Rejected, Rejected),
        ("302 Found", b"", Unavailable, Unsure),
        (
            "429 Too Many Requests",
            {"errors": [{"code": 88, "message": "Rate limit exceeded"}]},
            RateLimited,
            RateLimited,
        ),
        ("429 Too Many Requests", b"<html>", RateLimited, RateLimited),
        ("429 Too Many Requests", problem(429, "cap", CAPPED, period="Monthly"), OutOfCredit, OutOfCredit),
        ("429 Too Many Requests", problem(429, "cap", CAPPED, period="Daily"), RateLimited, RateLimited),
        ("500 Oops", [{"message": "x"}], Unavailable, Unsure),
        ("503 Unavailable", b"<html>Over capacity</html>", Unavailable, Unsure),
        ("299 Odd", b"", Unavailable, Unsure),
        ("200 OK", b'{"data": {"id": 7.5}}', ChannelError, Unsure),
    ],
)
def test_each_refusal_is_named(
    status: str, body: object, reading: type[ChannelError], sending: type[ChannelError]
) -> None:
    """Every status and body is one error for reading and one for sending, with a sentence that names the status."""
    read, sent = refused_by(status, body)
    assert isinstance(read, reading)
    assert type(sent) is sending
    assert status[:3] in str(sent) or "cannot be read" in str(sent)
    assert ".." not in str(read) + str(sent)


def test_no_message_holds_what_x_echoes() -> None:
    """Credentials, addresses with queries and control characters that X repeats do not get through."""
    echo = "token 5-canary-token at https://api.x.com/2/x?query=canary-query \x1b[31m" + "long " * 200
    for error in refused_by("403 Forbidden", problem(403, echo)):
        assert "\x1b" not in str(error)
        assert len(str(error)) < 600


SOON = int((NOW + timedelta(minutes=7)).timestamp())
DAY = int((NOW + timedelta(hours=20)).timestamp())


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ([f"x-rate-limit-reset: {SOON}"], 420),
        (
            [f"x-rate-limit-reset: {SOON}", "x-user-limit-24hour-remaining: 0", f"x-user-limit-24hour-reset: {DAY}"],
            72_000,
        ),
        ([f"x-rate-limit-reset: {SOON}", "x-app-limit-24hour-remaining: 3", f"x-app-limit-24hour-reset: {DAY}"], 420),
        (["x-rate-limit-reset: soon"], None),
        (["x-rate-limit-reset: -5"], None),
        (["x-rate-limit-reset: 99999999999999999999"], None),
        (["x-rate-limit-reset: 9999999999"], None),
        ([f"x-rate-limit-reset: {SOON - 500}"], None),
        ([], None),
    ],
)
def test_when_to_come_back(headers: list[str], seconds: int | None) -> None:
    """A reset within a day of X's own clock is believed; past, far and garbled ones are not."""
    read, _ = refused_by("429 Too Many Requests", b"{}", *headers)
    assert isinstance(read, RateLimited)
    assert read.retry_at == (None if seconds is None else NOW + timedelta(seconds=seconds))
    assert datetime(2026, 3, 2, 9, 0, tzinfo=UTC) == NOW


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"reply_rule": "all"}, "reply_rule"),
        ({"likes": "True"}, "likes"),
        ({"max_length": "0"}, "max_length"),
        ({"max_length": "many"}, "max_length"),
        ({"max_length": "99999"}, "max_length"),
    ],
)
def test_a_wrong_option_is_named(x: XFace, options: dict[str, str], words: str) -> None:
    """An option that cannot be is a settings error with the account and the key."""
    with pytest.raises(SettingsError, match=f"main: options.{words}"):
        x.channel(options=options)
