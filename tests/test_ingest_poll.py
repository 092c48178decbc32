from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from reading_kit import reading, row, rows
from world_channel import ACCOUNT, WorldChannel, stream_of

from social_listener.cursor import Gap
from social_listener.errors import (
    BadPayload,
    ChannelError,
    OutOfCredit,
    PageExpired,
    RateLimited,
    Rejected,
    StoreError,
    Unauthorized,
    Unavailable,
)
from social_listener.ingest import Ingest
from social_listener.ingest.walk import MOST_PAGES, TURN
from social_listener.model import Owner, Page
from social_listener.sandbox import Sandbox
from social_listener.sandbox.world import World
from social_listener.settings import PollingSettings
from social_listener.store import streams

STREAM, OTHER = stream_of(), stream_of("other")


class House:
    """A world, a channel that reads it, and an `Ingest`."""

    def __init__(self, folder: Path) -> None:
        self.sandbox = Sandbox(seed=1, clock="manual")
        self.world: World = self.sandbox.world
        self.world.add_user("mara")
        self.channel = WorldChannel(self.sandbox)
        self.path = folder / "store.duckdb"
        self.ingest = self.start()

    def start(self) -> Ingest:
        """Start the program on its file."""
        polling = PollingSettings(recheck_every=timedelta(hours=1))
        return reading(self.path, self.channel, clock=self.world.clock.now, streams=(STREAM, OTHER), polling=polling)

    def restart(self) -> None:
        """End the program and start it again."""
        self.ingest.store.close()
        self.ingest = self.start()

    def post(self, count: int) -> list[str]:
        """Have people write so many mentions, one a second."""
        made = []
        for number in range(count):
            made.append(self.world.post("mara", f"@fernhill where is my order {number}?").id)
            self.world.advance(1)
        return made

    def stream(self, stream_id: str = STREAM.id) -> dict[str, object]:
        """Return a stream's row."""
        return row(self.ingest.store, "SELECT * FROM streams WHERE id = ?", stream_id)

    def account(self) -> dict[str, object]:
        """Return the account's row."""
        return row(self.ingest.store, "SELECT * FROM accounts")

    @property
    def now(self) -> datetime:
        """Return the time."""
        return self.world.clock.now()

    def stored(self) -> int:
        """Return how many items are stored."""
        return len(rows(self.ingest.store, "SELECT id FROM interactions"))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Return a house with an empty store."""
    made = House(tmp_path)
    yield made
    made.ingest.store.close()


# -- a good walk -------------------------------------------------------------------------------------------------------


def test_a_walk_reads_everything_and_moves_the_mark(house: House) -> None:
    """A poll goes page by page to the end; then the stream is complete up to when it began, and due again."""
    house.post(23)
    began = house.now
    told: list[int] = []
    result = house.ingest.poll(STREAM, progress=told.append)
    stream = house.stream()
    assert (result.pages, result.stored, result.complete, result.error) == (5, 23, True, None)
    assert sum(told) == 23
    assert stream["cursor_since"] == stream["last_ok_at"] == began
    assert began < stream["next_due_at"] <= began + timedelta(minutes=1, seconds=2)  # type: ignore[operator]
    assert (stream["items_stored"], stream["errors"], stream["last_error"]) == (23, 0, None)
    assert stream["complete_from"] == house.now - timedelta(seconds=23)
    assert (house.account()["state"], house.account()["handle"]) == ("ok", "fernhill")


def test_an_interrupted_walk_goes_on_where_it_stood(house: House) -> None:
    """Asked to stop, a poll ends at a page boundary; the next one, even of another process, reads on from there."""
    house.post(20)
    result = house.ingest.poll(STREAM, stop=lambda: True)
    assert (result.pages, result.stored, result.complete) == (1, 5, False)
    assert house.stream()["cursor_since"] is None
    assert STREAM.id in house.ingest.due(house.now)
    house.restart()
    assert house.ingest.poll(STREAM).stored == 15
    assert house.stream()["cursor_since"] is not None
    assert house.channel.calls == 4


def test_a_long_walk_makes_way_for_others(house: House) -> None:
    """After its turn a poll stops and is due at once; asked to go to the end it does not."""
    house.channel.page_size = 1
    house.post(TURN + 5)
    assert (house.ingest.poll(STREAM).pages, house.ingest.poll(STREAM).pages) == (TURN, 5)
    assert house.ingest.poll(OTHER, until_end=True).complete


def test_several_pages_go_into_one_transaction(house: House) -> None:
    """A walk over many fast pages commits every ten of them, not every one."""
    house.post(5 * MOST_PAGES * 2)
    before = house.ingest.store.revision
    assert house.ingest.poll(STREAM).complete
    assert house.ingest.store.revision - before < 2 * MOST_PAGES


def test_what_turned_up_below_the_mark_is_measured(house: House) -> None:
    """Health shows how late items were, against the overlap."""
    house.world.post("mara", "@fernhill late", visible_after=600)
    house.world.advance(60)
    house.ingest.poll(STREAM)
    assert house.stream()["worst_lag_s"] == 0
    house.world.advance(700)
    house.ingest.poll(STREAM)
    assert house.stream()["worst_lag_s"] == 60


def test_one_stream_is_polled_once_at_a_time(house: House) -> None:
    """A second poll of a stream that is being polled makes no call."""
    inside, leave = threading.Event(), threading.Event()

    def wait() -> None:
        inside.set()
        leave.wait(10)

    house.channel.before_page = wait
    thread = threading.Thread(target=house.ingest.poll, args=(STREAM,))
    thread.start()
    assert inside.wait(10)
    house.channel.before_page = lambda: None
    calls = house.channel.calls
    assert not house.ingest.poll(STREAM).complete
    assert house.channel.calls == calls
    assert house.ingest.poll(OTHER).complete
    leave.set()
    thread.join()
    assert house.ingest.poll(STREAM).complete


def test_streams_that_left_the_settings_are_no_longer_due(house: House) -> None:
    """Their rows and items stay; they are not polled."""
    house.ingest.poll(OTHER)
    house.ingest.store.close()
    house.ingest = reading(house.path, house.channel, clock=house.world.clock.now, streams=(STREAM,))
    house.world.advance(3600)
    assert house.ingest.due(house.now) == [STREAM.id]
    assert house.stream(OTHER.id)["active"] is False


def test_the_most_overdue_stream_comes_first(house: House) -> None:
    """What waited longest is polled first, and what is not due is not named."""
    assert house.ingest.due(house.now) == sorted([STREAM.id, OTHER.id])
    house.ingest.poll(STREAM)
    assert house.ingest.due(house.now) == [OTHER.id]
    house.world.advance(3600)
    assert house.ingest.due(house.now) == [OTHER.id, STREAM.id]


# -- faults ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "words", "state"),
    [
        (Unavailable, "X cannot be reached", "unreachable"),
        (Unauthorized, "X refuses the keys", "unauthorized"),
        (OutOfCredit, "no credit", "out_of_credit"),
        (RateLimited, "slow down", "ok"),
        (Rejected, "the query is wrong", "ok"),
        (BadPayload, "no JSON", "ok"),
    ],
)
def test_a_fault_is_told_and_the_mark_stays(house: House, kind: type[ChannelError], words: str, state: str) -> None:
    """Every fault stands on the stream's row in words, moves no mark, loses nothing and stops no other stream."""
    house.ingest.poll(STREAM)
    mark = house.stream()["cursor_since"]
    house.post(12)
    house.channel.faults = [None, kind(words, account_id=ACCOUNT)]
    result = house.ingest.poll(STREAM)
    stream = house.stream()
    assert (result.error, result.error_kind, result.complete) == (words, kind.__name__, False)
    assert (stream["last_error"], stream["last_error_kind"], stream["errors"]) == (words, kind.__name__, 1)
    assert stream["cursor_since"] == mark
    assert stream["next_due_at"] > house.now  # type: ignore[operator]
    assert house.account()["state"] == state
    assert house.stored() == 5
    assert house.ingest.poll(OTHER).complete
    assert house.account()["state"] == (state if state in {"unauthorized", "out_of_credit"} else "ok")
    house.world.advance(3600)
    assert house.ingest.poll(STREAM).complete
    assert house.stored() == 12
    assert (house.stream()["last_error"], house.stream()["errors"]) == (None, 0)
    assert house.account()["state"] == "ok"


def test_no_call_is_made_before_the_end_of_a_rate_limit(house: House) -> None:
    """Whoever asks, and even after a restart, a limited stream makes no call before the platform's own time."""
    until = house.now + timedelta(minutes=10)
    house.channel.faults = [RateLimited("", account_id=ACCOUNT, retry_at=until)]
    house.ingest.poll(STREAM)
    house.restart()
    calls = house.channel.calls
    for _ in range(9):
        house.world.advance(60)
        assert STREAM.id not in house.ingest.due(house.now)
        assert house.ingest.poll(STREAM, until_end=True).wait_until is not None
    assert house.channel.calls == calls
    house.world.advance(62)
    assert STREAM.id in house.ingest.due(house.now)
    assert house.ingest.poll(STREAM).complete


def test_a_refused_stream_stops_and_heals_by_itself(house: House) -> None:
    """A refused stream makes one call every quarter of an hour, and goes on by itself once the keys are mended."""
    house.channel.faults = [Unauthorized("", account_id=ACCOUNT)] * 4
    for _ in range(2):
        for stream in (STREAM, OTHER):
            assert house.ingest.poll(stream).error_kind == "Unauthorized"
        assert house.ingest.due(house.now) == []
        house.world.advance(14 * 60)
        assert house.ingest.due(house.now) == []
        house.world.advance(60)
        assert set(house.ingest.due(house.now)) == {STREAM.id, OTHER.id}
    assert house.ingest.poll(STREAM).complete
    assert house.account()["state"] == "unauthorized"
    assert house.ingest.poll(OTHER).complete
    assert (house.account()["state"], house.account()["problem"]) == ("ok", None)


def test_a_stream_that_is_refused_stops_no_other(house: House) -> None:
    """Where the keys may read mentions and not messages, mentions go on, and the account says what is wrong."""
    house.channel.faults = [Unauthorized("no right to read messages", account_id=ACCOUNT)]
    house.ingest.poll(STREAM)
    for _ in range(3):
        house.world.advance(62)
        assert house.ingest.due(house.now) == [OTHER.id]
        assert house.ingest.poll(OTHER).complete
    assert house.account()["problem"] == "no right to read messages"


def test_a_refused_account_is_tried_at_once_after_a_restart(house: House) -> None:
    """Whoever mended the keys and starts the program does not wait for the next probe."""
    house.channel.faults = [Unauthorized("", account_id=ACCOUNT)]
    house.ingest.poll(STREAM)
    house.ingest.poll(OTHER)
    assert house.ingest.due(house.now) == []
    house.restart()
    assert house.ingest.due(house.now) == [STREAM.id]


def test_an_expired_page_token_begins_from_the_top(house: House) -> None:
    """The walk starts again at once, and nothing is stored twice."""
    house.post(20)
    house.channel.faults = [None, None, PageExpired("", account_id=ACCOUNT)]
    result = house.ingest.poll(STREAM)
    assert (result.complete, result.error, house.stored()) == (True, None, 20)


def test_tokens_that_always_expire_are_an_error_in_the_end(house: House) -> None:
    """A platform that forgets every token does not keep a poll going for ever."""
    house.post(20)
    house.channel.faults = [None, PageExpired("", account_id=ACCOUNT)] * 10
    result = house.ingest.poll(STREAM)
    assert (result.error_kind, result.complete) == ("PageExpired", False)
    assert house.channel.calls < 15


def test_an_answer_that_cannot_be_read_is_a_dead_letter(house: House) -> None:
    """What came is kept as it is, once, and the poll is tried again later."""
    house.post(3)
    for _ in range(2):
        house.channel.faults = [BadPayload("no JSON: it begins with <html>", account_id=ACCOUNT, raw=b"<html>503")]
        house.ingest.poll(STREAM)
    letter = row(house.ingest.store, "SELECT * FROM dead_letters")
    assert (letter["seen"], letter["page_id"]) == (2, "")
    assert "no JSON" in letter["reason"]
    assert house.ingest.poll(STREAM).stored == 3


def test_a_bug_in_a_channel_is_seen_and_stops_nobody(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """An exception that no channel may raise is told without its words, which may hold a secret."""

    def broken() -> None:
        raise KeyError("token=canary")

    house.channel.before_page = broken
    with caplog.at_level(logging.CRITICAL):
        result = house.ingest.poll(STREAM)
    assert result.error_kind == "KeyError"
    assert "canary" not in str(house.stream()["last_error"])
    house.channel.before_page = lambda: None
    assert house.ingest.poll(OTHER).complete


def test_a_fault_of_the_store_is_not_the_platforms(house: House) -> None:
    """A database that cannot be written is raised, not written on the stream's row as if the platform had failed."""
    house.post(1)
    house.channel.before_page = house.ingest.store.close
    with pytest.raises(StoreError):
        house.ingest.poll(STREAM)
    house.channel.before_page = lambda: None
    house.ingest = house.start()
    assert house.stream()["errors"] == 0


def test_who_we_are_is_asked_once_and_kept(house: House) -> None:
    """The platform's word on our account is stored; when it cannot be asked later, polling goes on all the same."""
    house.ingest.poll(STREAM)
    assert house.account()["owner_id"] == f"x:{house.sandbox.brand.id}"
    house.restart()

    def silent() -> Owner:
        raise Unavailable("", account_id=ACCOUNT)

    house.channel.whoami = silent  # type: ignore[method-assign]
    assert house.ingest.poll(STREAM).complete


# -- answers in part ---------------------------------------------------------------------------------------------------


def _in_part(house: House, times: int) -> None:
    real = house.channel._page

    def partly(*given: object) -> Page:
        nonlocal times
        made = real(*given)  # type: ignore[arg-type]
        if times > 0 and made.next is None:
            times -= 1
            return replace(made, partial=("Service Unavailable: some items are missing",))
        return made

    house.channel._page = partly  # type: ignore[method-assign, assignment]


def test_an_answer_in_part_does_not_complete_a_walk(house: House) -> None:
    """When the platform says it could not give everything, the mark stays until it can."""
    house.post(3)
    _in_part(house, 1)
    result = house.ingest.poll(STREAM)
    assert (result.complete, result.stored, result.error_kind) == (False, 3, "Partial")
    assert house.stream()["cursor_since"] is None
    assert "some items are missing" in str(house.stream()["last_error"])
    assert house.ingest.poll(STREAM).complete
    assert rows(house.ingest.store, "SELECT * FROM gaps") == []


def test_answers_in_part_for_ever_become_a_gap(house: House) -> None:
    """Asked three times in vain, the mark moves, and what may be missing stands in the ledger."""
    house.ingest.poll(STREAM)
    house.post(3)
    _in_part(house, 99)
    assert [house.ingest.poll(STREAM).complete for _ in range(3)] == [False, False, True]
    assert "in part" in row(house.ingest.store, "SELECT * FROM gaps")["reason"]


def _first_page_in_part(house: House) -> None:
    """Let the first page of the next walk come without its second item."""
    real, done = house.channel._page, False

    def partly(*given: object) -> Page:
        nonlocal done
        made = real(*given)  # type: ignore[arg-type]
        if done:
            return made
        done = True
        kept = (made.interactions[0], *made.interactions[2:])
        return replace(made, interactions=kept, partial=("Service Unavailable: an item is missing",))

    house.channel._page = partly  # type: ignore[method-assign, assignment]


@pytest.mark.parametrize("how", ["fault", "stop", "crash"])
def test_a_hole_in_a_walk_that_was_interrupted_is_not_forgotten(house: House, how: str) -> None:
    """Whoever goes on with a walk that was answered in part knows it: nothing is lost when the overlap is long past."""
    house.ingest.poll(STREAM)
    house.world.advance(3600)
    house.post(12)
    house.world.advance(3600)
    _first_page_in_part(house)
    if how == "fault":
        house.channel.faults = [None, Unavailable("503", account_id=ACCOUNT)]
        house.ingest.poll(STREAM)
    else:
        house.ingest.poll(STREAM, stop=lambda: True)
        if how == "crash":
            house.restart()
    assert house.stored() < 12
    results = [house.ingest.poll(STREAM) for _ in range(3)]
    assert results[-1].complete
    assert house.stored() == 12
    assert house.stream()["last_error"] is None
    assert rows(house.ingest.store, "SELECT * FROM gaps") == []


def test_a_hole_in_a_walk_that_fails_for_ever_becomes_a_gap(house: House) -> None:
    """After three faults in a row a walk that was answered in part goes on, and what may be missing is told."""
    house.ingest.poll(STREAM)
    house.world.advance(3600)
    house.post(12)
    house.world.advance(3600)
    for _ in range(3):
        _first_page_in_part(house)
        house.channel.faults = [None, Unavailable("503", account_id=ACCOUNT)]
        house.ingest.poll(STREAM)
    assert "in part" in row(house.ingest.store, "SELECT * FROM gaps")["reason"]
    assert house.ingest.poll(STREAM).complete


# -- gaps --------------------------------------------------------------------------------------------------------------


def test_more_than_the_platform_gives_is_a_gap_exact_to_one_item(house: House) -> None:
    """After an outage that was too long, the gap ends at the oldest item that could still be had."""
    house.ingest.poll(STREAM)
    mark = house.stream()["cursor_since"]
    posts = house.post(30)
    house.channel.most = 12
    house.ingest.poll(STREAM)
    gap = row(house.ingest.store, "SELECT * FROM gaps")
    kept = house.world.truth().post(posts[-12])
    assert gap["since"] == mark - STREAM.overlap  # type: ignore[operator]
    assert gap["until"] == kept.sent_at
    assert house.stored() == 12


def test_a_stream_that_is_always_short_shows_one_gap(house: House) -> None:
    """Spans that touch grow together instead of filling the page with rows."""
    house.ingest.poll(STREAM)
    house.channel.most = 4
    for _ in range(5):
        house.post(8)
        house.ingest.poll(STREAM)
    assert len(rows(house.ingest.store, "SELECT * FROM gaps")) == 1


def _add(house: House, *gaps: tuple[int, int, str]) -> list[tuple[int, int, str]]:
    """Write gaps, given in minutes after noon; return the open ones likewise."""
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    with house.ingest.store.transaction() as cursor:
        for since, until, reason in gaps:
            gap = Gap(since=noon + timedelta(minutes=since), until=noon + timedelta(minutes=until), reason=reason)
            streams.add_gap(cursor, STREAM.id, gap, noon, near=timedelta(minutes=30))
    found = rows(house.ingest.store, "SELECT * FROM gaps WHERE closed_at IS NULL ORDER BY since")
    return [
        (*(int((gap[end] - noon).total_seconds()) // 60 for end in ("since", "until")), gap["reason"]) for gap in found
    ]


def test_gaps_that_lie_within_an_overlap_are_one(house: House) -> None:
    """A gap of one minute with every poll is one growing row; one that is further off stands by itself."""
    assert _add(house, (0, 1, "short"), (5, 6, "short"), (10, 11, "short")) == [(0, 11, "short")]
    assert _add(house, (60, 61, "short")) == [(0, 11, "short"), (60, 61, "short")]
    assert _add(house, (30, 40, "short")) == [(0, 61, "short")]


def test_gaps_of_one_kind_keep_the_plain_reason(house: House) -> None:
    """Certain and possible loss of one stream are one row that tells the certain one; other reasons have their own."""
    late = "short; what showed late may be missing"
    assert _add(house, (0, 1, late), (2, 3, "short"), (4, 5, late)) == [(0, 5, "short")]
    assert _add(house, (2, 4, "older")) == [(0, 5, "short"), (2, 4, "older")]


def test_a_stream_as_full_as_the_platform_gives_shows_one_gap(house: House) -> None:
    """As much within the overlap as a walk can bring is one row for as long as it goes on, whatever the pace."""
    house.ingest.poll(STREAM)
    house.channel.most = 31
    for _ in range(12):
        house.post(5)
        house.world.advance(295)
        house.ingest.poll(STREAM)
    assert len(rows(house.ingest.store, "SELECT * FROM gaps")) == 1


def test_a_start_without_any_stream_leaves_the_rows(house: House) -> None:
    """Settings without accounts make every stream inactive and keep it; put back, it goes on."""
    house.ingest.poll(STREAM)
    for wanted, active in (([], False), ([STREAM], True)):
        with house.ingest.store.transaction() as cursor:
            streams.sync(cursor, wanted, datetime(2026, 3, 2, 12, tzinfo=UTC))
        assert house.stream()["active"] is active


# -- looking up again --------------------------------------------------------------------------------------------------


def test_edits_and_deletions_are_followed_long_after(house: House) -> None:
    """Items that left every overlap are looked up, a hundred a call, and nobody is asked twice within a day."""
    posts = house.post(130)
    house.ingest.poll(STREAM)
    house.world.edit(posts[0], "@fernhill edited")
    house.world.delete(posts[1])
    house.world.advance(3600)
    assert [house.ingest.recheck(ACCOUNT) for _ in range(3)] == [100, 30, 0]
    texts = {one["id"]: one["text"] for one in rows(house.ingest.store, "SELECT id, text FROM interactions")}
    assert texts[f"x:{posts[0]}"] == "@fernhill edited"
    assert texts[f"x:{posts[1]}"] == ""
    assert len(texts) == 130


def test_private_messages_and_the_old_are_not_looked_up(house: House) -> None:
    """A message asked for as if it were public would read as deleted; what is too old is left alone."""
    house.post(2)
    house.ingest.poll(STREAM)
    with house.ingest.store.transaction() as cursor:
        cursor.execute("UPDATE interactions SET private = TRUE")
    house.world.advance(7200)
    assert house.ingest.recheck(ACCOUNT) == 0
    with house.ingest.store.transaction() as cursor:
        cursor.execute("UPDATE interactions SET private = FALSE")
    house.world.advance(40 * 86400)
    assert house.ingest.recheck(ACCOUNT) == 0


def test_context_that_is_looked_up_stays_context(house: House) -> None:
    """Looking up the post that others hang on does not put it into the queue."""
    house.post(1)
    house.ingest.poll(STREAM)
    with house.ingest.store.transaction() as cursor:
        cursor.execute("UPDATE interactions SET context = TRUE")
    house.world.advance(7200)
    assert house.ingest.recheck(ACCOUNT) == 1
    assert row(house.ingest.store, "SELECT context FROM interactions")["context"] is True


def test_a_platform_that_refuses_look_ups_stops_the_account(house: House) -> None:
    """A refused look-up is raised for the job to tell, and the account waits for a probe."""
    house.post(1)
    house.ingest.poll(STREAM)
    house.world.advance(7200)
    house.channel.faults = [Unauthorized("reconnect", account_id=ACCOUNT)]
    with pytest.raises(Unauthorized):
        house.ingest.recheck(ACCOUNT)
    assert house.account()["state"] == "unauthorized"
    assert house.ingest.recheck(ACCOUNT) == 0
