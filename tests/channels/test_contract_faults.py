"""What every channel makes of its platform's and the network's faults."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from faces import NOW, Face, stream, walk
from saying import action, private, public

from social_listener import log
from social_listener.channels import Channel
from social_listener.cursor import Cursor, advance
from social_listener.errors import (
    ChannelError,
    PageExpired,
    RateLimited,
    Unavailable,
)
from social_listener.model import StreamKind
from social_listener.sandbox.faults import KINDS


def test_every_fault_of_the_sandbox_has_an_expectation(face: Face) -> None:
    """A fault that the sandbox learns must be decided upon here."""
    assert set(face.faults) == set(KINDS)


def calls_of(face: Face) -> Iterator[tuple[str, int, Callable[[Channel], Any]]]:
    """Yield every method that calls the platform: its name, its column in the table of faults, the call."""
    item, other = (face.say(face.public[0], text) for text in ("where is my order?", "nice"))
    message = face.say(StreamKind.MESSAGES, "hello")
    for kind in face.said:
        yield f"fetch {kind.value}", 0, lambda channel, kind=kind: channel.fetch(stream(kind), Cursor(), NOW)
    yield "lookup", 0, lambda channel: channel.lookup({item.id: None, other.id: None}, NOW)
    yield "find public", 0, lambda channel: channel.find_own(public(item.id), NOW)
    yield "find private", 0, lambda channel: channel.find_own(private(message.author, message.thread), NOW)
    yield "send public", 1, lambda channel: channel.send(public(item.id))
    yield "send private", 1, lambda channel: channel.send(private(message.author, message.thread))
    for kind in face.acts:
        yield kind.value, 2, lambda channel, kind=kind: channel.act(action(kind, item.id))


def raised(call: Callable[[Channel], Any], channel: Channel) -> ChannelError | None:
    """Return the `ChannelError` that a call raises; None: none."""
    try:
        call(channel)
    except ChannelError as error:
        return error
    return None


def written(error: BaseException | None) -> str:
    """Return everything that a log, a page or a debugger could show of an error and of those behind it."""
    text = "".join(traceback.format_exception(error)) if error else ""
    while error is not None:
        text += f"{error} {error!r} {vars(error)}"
        error = error.__cause__ or error.__context__
    return text


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """Return what was logged as the libraries said it: `caplog.text` may have gone through our mask of secrets."""
    lines = logging.Formatter("%(levelname)s %(name)s %(message)s")
    records = [logging.makeLogRecord(vars(record) | {"exc_text": None}) for record in caplog.records]
    return "\n".join(map(lines.format, records))


@pytest.fixture
def _masking(face: Face, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mask the sandbox's secrets in what pytest captures, as a service in this process does."""
    secrets = log.Secrets()
    secrets.add(face.secrets)
    monkeypatch.setattr(log, "SECRETS", secrets)
    caplog.handler.setFormatter(log.LineFormatter())


#: of each that asks for something else to be done; every fault goes through a dozen calls
EVERYDAY = {"revoked_token", "status_402", "status_403", "status_429", "json_500", "cut", "lost", "wrong_types"}


@pytest.mark.thinned(2)
@pytest.mark.usefixtures("_masking")
@pytest.mark.parametrize(
    "fault",
    [
        kind if kind in EVERYDAY else pytest.param(kind, marks=pytest.mark.long)
        for kind in KINDS
        if kind != "expired_page_token"
    ],
)
def test_every_fault_is_named_by_what_to_do_next(face: Face, fault: str, caplog: pytest.LogCaptureFixture) -> None:
    """Each fault raises its error from every method and no other; no credential is in errors, tracebacks or logs."""
    caplog.set_level(logging.DEBUG)
    for name in face.loggers:
        logging.getLogger(name).setLevel(logging.DEBUG)
    # Only what is never answered has to be given up soon; a busy machine answers nothing in no time.
    patience = timedelta(seconds=1 if fault == "stall" else 10)
    for what, column, call in calls_of(face):
        channel = face.channel(read_timeout=patience)
        channel.whoami()
        (face.break_reads if column == 0 else face.break_writes)(fault)
        expected = face.faults[fault][column]
        error = raised(call, channel)
        assert type(error) is (expected or type(None)), f"{what}: {error!r}"
        text = written(error) + logged(caplog)
        face.mend()
        for secret in face.secrets:
            assert secret not in text, what
        if error is not None:
            assert error.account_id == "main"
            assert str(error)
            assert "?" not in str(error)


@pytest.mark.secrets_on_purpose(
    "an SDK without our cap, to show that the search finds what it prints", "reports", "log"
)
@pytest.mark.usefixtures("_masking")
def test_the_search_for_secrets_can_find_one(face: Face, caplog: pytest.LogCaptureFixture) -> None:
    """The SDK at DEBUG without our cap does print credentials, and they would be found."""
    caplog.set_level(logging.DEBUG)
    channel = face.channel()
    for name in face.loggers:
        logging.getLogger(name).setLevel(logging.DEBUG)
    channel.fetch(stream(face.said[0]), Cursor(), NOW)
    assert any(secret in logged(caplog) for secret in face.secrets)
    assert not any(secret in caplog.text for secret in face.secrets), "the mask is not on: this test shows nothing"
    face.channel()  # caps it again


@pytest.mark.parametrize(
    ("fault", "seconds"), [("status_429", 900), ("status_429_no_reset", None), ("status_429_garbage_reset", None)]
)
def test_a_limit_tells_when_to_come_back_by_our_clock(face: Face, fault: str, seconds: int | None) -> None:
    """The reset counts from the platform's own clock, however far ours is from it; what is no time is None."""
    face.say(face.said[0], "hello")
    face.break_reads(fault)
    ours = NOW + timedelta(hours=1)
    with pytest.raises(RateLimited) as caught:
        face.channel().fetch(stream(face.said[0]), Cursor(), ours)
    expected = None if seconds is None else ours + timedelta(seconds=seconds)
    assert caught.value.retry_at == expected


def test_a_limit_on_sending_uses_the_clock_seen_before(face: Face) -> None:
    """A send has no clock of its own: the difference measured while reading is used."""
    made = face.say(face.public[0], "hello")
    channel = face.channel()
    ours = NOW - timedelta(hours=1)
    channel.fetch(stream(face.public[0]), Cursor(), ours)
    face.break_writes("status_429", reset_in=60.0)
    with pytest.raises(RateLimited) as caught:
        channel.send(public(made.id))
    assert caught.value.retry_at == ours + timedelta(seconds=60)


def test_one_bad_item_is_set_aside_and_the_others_live(face: Face, kind: StreamKind) -> None:
    """An item with wrong types becomes a reject with what came; the rest of the page is read."""
    made = [face.say(kind, f"number {number}", by=number) for number in range(5)]
    channel = face.channel()
    channel.whoami()
    face.spoil(kind, 1)
    pages = walk(channel, stream(kind))
    ((page, bad),) = [(page, bad) for page in pages for bad in page.rejects]
    assert bad.reason
    assert b"unexpected" in bad.raw
    found = {item.id.partition(":")[2] for page in pages for item in page.interactions}
    assert len({one.id for one in made} & found) == 4
    assert channel.parse(page.raw, stream(kind), page.server_time).rejects == (bad,)


def test_what_the_platform_withholds_is_told(face: Face, kind: StreamKind) -> None:
    """Errors inside a good answer stand in `partial`, in words."""
    if not face.withholds:
        pytest.skip("this platform leaves things out and says nothing of it")
    for number in range(3):
        face.say(kind, f"number {number}")
    channel = face.channel()
    assert channel.fetch(stream(kind), Cursor(), NOW).partial == ()
    face.break_reads("partial_errors")
    (words,) = channel.fetch(stream(kind), Cursor(), NOW).partial
    assert "not authorized" in words


def test_a_forgotten_page_token_means_again_from_the_top(face: Face, kind: StreamKind) -> None:
    """A page token that the platform does not know any more is `PageExpired`, and a new walk works."""
    for number in range(110):
        face.say(kind, f"number {number}", by=number % face.crowd)
    channel = face.channel()
    first = channel.fetch(stream(kind), Cursor(), NOW)
    at, _ = advance(Cursor(), first, known=False, overlap=timedelta(0))
    face.break_reads("expired_page_token")
    while True:
        assert at.walking, "the walk never came to a page token of the platform"
        try:
            page = channel.fetch(stream(kind), at, NOW)
        except PageExpired:
            break
        at, _ = advance(at, page, known=False, overlap=timedelta(0))
    assert channel.fetch(stream(kind), Cursor(), NOW).interactions == first.interactions


def test_a_platform_that_is_not_there(face: Face) -> None:
    """When nobody listens, reading, sending and acting are all `Unavailable`: surely nothing was sent."""
    made = face.say(face.public[0], "hello")
    channel = face.channel(base_url="http://127.0.0.1:9")
    for call in (
        lambda: channel.fetch(stream(face.public[0]), Cursor(), NOW),
        lambda: channel.send(public(made.id)),
        lambda: channel.send(private(made.author, None)),
        lambda: channel.act(action(face.acts[0], made.id)),
        channel.whoami,
    ):
        with pytest.raises(Unavailable, match="refuses connections"):
            call()
