"""Meta's error codes, usage headers and tokens, over the wire."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import facebook as sdk
import pytest
from faces import NOW, action, stream
from loopback import Loopback, answering, http
from meta_answers import PAGE, SECRETS, comment, facebook
from meta_faces import FacebookFace
from saying import private, public

from social_listener import log
from social_listener.channels import Channel
from social_listener.cursor import Cursor
from social_listener.errors import (
    ChannelError,
    PageExpired,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
    Unsure,
)
from social_listener.model import ActionKind, StreamKind
from social_listener.sandbox.faults import GRAPH_KINDS

_READ = stream(StreamKind.MENTIONS)


@pytest.mark.parametrize(
    ("code", "subcode", "expected"),
    [
        *((code, None, (RateLimited, RateLimited, RateLimited)) for code in (4, 17, 32, 341, 613, 80001, 80002, 80006)),
        *(
            (190, subcode, (Unauthorized, Unauthorized, Unauthorized))
            for subcode in (None, 458, 459, 460, 463, 467, 492)
        ),
        (102, None, (Unauthorized, Unauthorized, Unauthorized)),
        *((code, None, (Unauthorized, Rejected, Rejected)) for code in (3, 10, 200, 230, 299, 368)),
        *((1, None, (Unavailable, Unsure, Unavailable)), (2, None, (Unavailable, Unsure, Unavailable))),
        (506, None, (Rejected, Unsure, Rejected)),
        *((code, None, (Rejected, Rejected, Rejected)) for code in (12, 100, 1609005)),
        (100, 33, (Rejected, Rejected, Rejected)),
        *(
            (10, subcode, (Unauthorized, Rejected, Rejected))
            for subcode in (2018278, 2534022, 2018065, 2018108, 1893063)
        ),
        (551, 1545041, (Rejected, Rejected, Rejected)),
    ],
)
def test_every_code_is_named_by_what_to_do_next(
    facebook: FacebookFace,
    code: int,
    subcode: int | None,
    expected: tuple[type[ChannelError], type[ChannelError], type[ChannelError]],
) -> None:
    """Each of Meta's codes is its error, whatever status it comes with, and the words name the code."""
    made, message = facebook.say(StreamKind.COMMENTS, "hello"), facebook.say(StreamKind.MESSAGES, "hello")
    channel = facebook.channel()
    channel.whoami()
    reading, sending, acting = expected
    calls: list[tuple[type[ChannelError], Callable[[], Any]]] = [
        (reading, lambda: channel.fetch(_READ, Cursor(), NOW)),
        (sending, lambda: channel.send(public(made.id))),
        (sending, lambda: channel.send(private(message.author, message.thread))),
        (acting, lambda: channel.act(action(ActionKind.HIDE, made.id))),
    ]
    for method in ("GET", "POST"):
        facebook.sandbox.faults.add(f"{method} /**", "graph_error", code=code, subcode=subcode)
    for wanted, call in calls:
        with pytest.raises(ChannelError) as caught:
            call()
        assert type(caught.value) is wanted
        assert f"error {code}" + (f"/{subcode}" if subcode else "") in str(caught.value)


@pytest.mark.parametrize(("subcode", "told"), [(None, True), (2018278, False)])
def test_a_permission_that_is_missing_is_told_with_who_can_mend_it(
    facebook: FacebookFace, subcode: int | None, told: bool
) -> None:
    """Staff cannot mend it, and hear who can; a window that is over has the same code, and no such advice."""
    made = facebook.say(StreamKind.COMMENTS, "hello")
    channel = facebook.channel()
    channel.whoami()
    facebook.sandbox.faults.add("POST /**", "graph_error", code=10, subcode=subcode)
    for call in (lambda: channel.send(public(made.id)), lambda: channel.act(action(ActionKind.HIDE, made.id))):
        with pytest.raises(Rejected) as caught:
            call()
        assert ("an operator has to connect it again" in str(caught.value)) is told


def test_what_is_gone_needs_no_deletion(facebook: FacebookFace) -> None:
    """Deleting and unliking what is not there is done; hiding it is not."""
    made = facebook.say(StreamKind.COMMENTS, "hello")
    facebook.delete(made)
    channel = facebook.channel()
    channel.act(action(ActionKind.DELETE, made.id))
    channel.act(action(ActionKind.UNLIKE, made.id))
    with pytest.raises(Rejected) as caught:
        channel.act(action(ActionKind.HIDE, made.id))
    assert type(caught.value) is Rejected


def test_a_log_hides_what_a_channel_was_given(facebook: FacebookFace, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever sets the HTTP library to DEBUG afterwards gets addresses without token and proof from our lines."""
    channel = facebook.channel()
    token = facebook.graph.tokens.page_token
    with caplog.at_level(logging.DEBUG, "urllib3"):
        channel.whoami()
    said = [record.getMessage() for record in caplog.records]
    hidden = [token, facebook.graph.tokens.proof(token)]
    assert all(any(secret in line for line in said) for secret in hidden), "the library does log them"
    lines = [log.LineFormatter().format(record) for record in caplog.records]
    assert not any(secret in line for line in lines for secret in hidden)


def test_a_proxy_s_page_is_no_answer(facebook: FacebookFace) -> None:
    """HTML with 502 is `Unavailable` for reads and `Unsure` for sends."""
    assert set(GRAPH_KINDS) == {"graph_error", "html_502"}
    made = facebook.say(StreamKind.COMMENTS, "hello")
    channel = facebook.channel()
    channel.whoami()
    for method in ("GET", "POST"):
        facebook.sandbox.faults.add(f"{method} /**", "html_502")
    with pytest.raises(Unavailable):
        channel.fetch(_READ, Cursor(), NOW)
    with pytest.raises(Unsure):
        channel.send(public(made.id))


def test_a_dead_token_is_told_in_whole_sentences(facebook: FacebookFace) -> None:
    """Health shows these words: Meta's own sentence with one full stop, what it means, and what to do."""
    facebook.graph.tokens.kill(subcode=463)
    with pytest.raises(Unauthorized) as caught:
        facebook.channel().fetch(_READ, Cursor(), NOW)
    assert "expired. So the access token has expired. Connect account" in str(caught.value)


def test_a_throttle_stops_the_whole_account_until_meta_says(facebook: FacebookFace) -> None:
    """The minutes until access is regained count from our own clock, and every call of the account has to wait."""
    facebook.break_reads("graph_error", code=80001, reset_in=1200.0)
    ours = NOW + timedelta(hours=2)
    with pytest.raises(RateLimited) as caught:
        facebook.channel().fetch(_READ, Cursor(), ours)
    assert caught.value.whole_account
    assert caught.value.retry_at == ours + timedelta(minutes=20)


def test_usage_is_told(facebook: FacebookFace) -> None:
    """The highest figure of the usage headers is the usage; used up, it says when calls are answered again."""
    channel = facebook.channel()
    assert channel.usage() is None
    facebook.graph.usage(77)
    page = channel.fetch(_READ, Cursor(), NOW)
    told = channel.usage()
    assert told is not None
    assert page.usage == told
    assert (told.percent, told.regain_at) == (77, None)
    facebook.graph.usage(100)
    with pytest.raises(RateLimited) as caught:
        channel.fetch(_READ, Cursor(), NOW)
    told = channel.usage()
    assert told is not None
    assert told.percent == 100
    assert told.regain_at is not None
    assert told.regain_at == caught.value.retry_at
    facebook.advance(timedelta(minutes=40))
    channel.fetch(_READ, Cursor(), NOW)


@pytest.mark.parametrize(
    "header",
    [
        "nonsense",
        "[]",
        "null",
        '{"1":7}',
        '{"1":[7]}',
        '{"1":[{"call_count":"many","estimated_time_to_regain_access":-5}]}',
        '{"1":[{"call_count":1e400,"estimated_time_to_regain_access":99999999}]}',
        "[" * 5000,
    ],
)
def test_odd_usage_headers_are_no_usage(header: str) -> None:
    """A header that cannot be read says nothing, and harms no answer."""
    body = json.dumps({"id": PAGE, "name": "MyLife"}).encode()
    answer = http("200 OK", body, "Content-Type: application/json", f"X-Business-Use-Case-Usage: {header}")
    with Loopback(answering(answer)) as server:
        channel = facebook_at(server.url)
        assert channel.whoami().native_id == PAGE
        assert channel.usage() is None


def facebook_at(url: str, **credentials: str) -> Channel:
    """Return a channel that speaks to `url`."""
    return facebook(url, credentials=SECRETS | credentials)


def test_success_in_which_an_error_stands_is_an_error() -> None:
    """An error with the status 200, and a failure without an error, are both told."""
    error = {"error": {"message": "(#4) Application request limit reached", "code": 4}}
    told = http("200 OK", json.dumps(error).encode(), "Content-Type: application/json")
    with Loopback(answering(told)) as server, pytest.raises(RateLimited):
        facebook_at(server.url).whoami()
    with Loopback(answering(http("500 Oops", b'{"success":true}', "Content-Type: application/json"))) as server:
        with pytest.raises(Unsure):
            facebook_at(server.url).send(public("1_2"))
        with pytest.raises(Unavailable):
            facebook_at(server.url).act(action(ActionKind.LIKE, "1_2"))


@pytest.mark.parametrize(
    ("answer", "expected"), [({"success": False}, Rejected), ({}, Unavailable), ({"id": "1"}, Unavailable)]
)
def test_an_action_counts_only_when_meta_says_so(answer: dict[str, Any], expected: type[ChannelError]) -> None:
    """`success: false` is a refusal, and no word about it is not knowing."""
    body = json.dumps(answer).encode()
    with (
        Loopback(answering(http("200 OK", body, "Content-Type: application/json"))) as server,
        pytest.raises(expected),
    ):
        facebook_at(server.url).act(action(ActionKind.HIDE, "1_2"))


@pytest.mark.parametrize("answer", [{}, {"id": 7}, {"id": "../x"}, {"id": None}, {"success": True}])
def test_a_send_without_an_id_is_unsure(answer: dict[str, Any]) -> None:
    """Meta took something, and nobody knows what: it is looked for, not sent again."""
    body = json.dumps(answer).encode()
    with (
        Loopback(answering(http("200 OK", body, "Content-Type: application/json"))) as server,
        pytest.raises(Unsure),
    ):
        facebook_at(server.url).send(public("1_2"))


def test_a_persons_token_is_found_out(facebook: FacebookFace) -> None:
    """With a person's token lists are empty and look quiet: the first call says so instead."""
    tokens = facebook.graph.tokens
    mine = {**facebook.credentials, "access_token": tokens.user_token}
    facebook.say(StreamKind.MENTIONS, "hello?")
    channel = facebook.channel(credentials=mine)
    for call in (channel.whoami, lambda: channel.fetch(_READ, Cursor(), NOW)):
        with pytest.raises(Unauthorized, match="not that of its Page"):
            call()


@pytest.mark.parametrize("secret", ["wrong-secret-00", "x" * 32])
def test_a_wrong_app_secret_is_named(facebook: FacebookFace, secret: str) -> None:
    """Meta refuses the proof, and the words name the key to look at."""
    channel = facebook.channel(credentials={**facebook.credentials, "app_secret": secret})
    with pytest.raises(Unauthorized, match="Check the app_secret of account main"):
        channel.whoami()


def test_whoami_tells_about_the_token(facebook: FacebookFace) -> None:
    """Whose token it is, when it ends and what it may do; and without that, who we are all the same."""
    notes = facebook.channel().whoami().notes
    assert any("Fernhill" in note for note in notes)
    assert any("does not expire" in note for note in notes)
    assert any("pages_messaging" in note for note in notes)
    facebook.sandbox.faults.add("GET /debug_token", "graph_error", code=100)
    owner = facebook.channel().whoami()
    assert owner.native_id == facebook.graph.page_id
    assert "Meta does not tell when the token expires" in owner.notes


def test_a_token_from_before_pictures_is_told_what_it_lacks(facebook: FacebookFace) -> None:
    """Without the permission for photos `check` says what does not work; with it, and when Meta is silent, nothing."""
    words = "pages_manage_posts is missing: pictures cannot be sent with comments"
    channel = facebook.channel()
    assert words not in channel.whoami().notes
    assert channel.picture_rules(private=False).most == 1
    facebook.graph.tokens.withdrawn.add("pages_manage_posts")
    channel = facebook.channel()
    assert channel.picture_rules(private=False).most == 1  # nobody asked yet: Meta itself would say no
    assert words in channel.whoami().notes
    assert [channel.picture_rules(private=private).most for private in (False, True)] == [0, 1]
    facebook.sandbox.faults.add("GET /debug_token", "graph_error", code=100)
    channel = facebook.channel()
    assert words not in channel.whoami().notes
    assert channel.picture_rules(private=False).most == 1


def test_kept_answers_hold_no_token(facebook: FacebookFace) -> None:
    """Meta's addresses of further pages carry the token; no page that is kept does, and neither do errors."""
    for number in range(130):
        facebook.say(StreamKind.MENTIONS, f"number {number}")
    channel = facebook.channel()
    page = channel.fetch(_READ, Cursor(), NOW)
    assert page.next is not None
    assert b"/visitor_posts" in page.raw  # the address is there …
    for secret in facebook.secrets:
        assert secret.encode() not in page.raw
        assert secret not in page.next
    assert b"access_token=%5Bsecret%5D" in page.raw or b"access_token=[secret]" in page.raw  # … without the token


def test_an_escaped_token_is_found_too() -> None:
    """However an address writes the token's own signs, it is taken out."""
    token = "app|secret+token/=="
    told = {
        "data": [comment(1, message="mail me")],
        "paging": {"next": "https://graph.facebook.com/x?access_token=app%7Csecret%2Btoken%2F%3D%3D&after=z"},
    }
    answer = http("200 OK", json.dumps(told).encode(), "Content-Type: application/json")
    with Loopback(answering(answer)) as server:
        channel = facebook(server.url, credentials=SECRETS | {"access_token": token})
        got = channel.client.get("1_2/comments", {}, what="trying")
    assert b"secret%2Btoken" not in got.body
    assert b"mail me" in got.body


def test_no_address_stands_in_a_connection_s_error(caplog: pytest.LogCaptureFixture) -> None:
    """facebook-sdk puts the whole address with the token into the error when nobody answers; ours holds neither."""
    caplog.set_level(logging.DEBUG)
    channel = facebook("http://127.0.0.1:9")
    with pytest.raises(Unavailable, match="refuses connections") as caught:
        channel.whoami()
    assert "http" not in str(caught.value)
    assert SECRETS["access_token"] not in caplog.text + repr(caught.value)


def test_the_sdk_alone_does_leak_the_token() -> None:
    """The negative control: without our transport the token stands in the error."""
    graph = sdk.GraphAPI(access_token=SECRETS["access_token"], timeout=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sdk, "FACEBOOK_GRAPH_URL", "http://127.0.0.1:9/")
        with pytest.raises(OSError, match=SECRETS["access_token"]):
            graph.get_object("me")


def test_a_cursor_that_is_too_old_begins_again(facebook: FacebookFace) -> None:
    """Meta answers an old cursor with a plain 100: only for a call that carries one is that `PageExpired`."""
    for number in range(130):
        facebook.say(StreamKind.MENTIONS, f"number {number}")
    facebook.graph.policy.change(cursor_life=60)
    channel = facebook.channel()
    page = channel.fetch(_READ, Cursor(), NOW)
    facebook.advance(timedelta(minutes=2))
    with pytest.raises(PageExpired):
        channel.fetch(_READ, Cursor(resume=page.next, started=NOW), NOW)
