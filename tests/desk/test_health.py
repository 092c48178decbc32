from __future__ import annotations

import shutil
from collections import namedtuple
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import zstandard

from social_listener.desk.health import Planned, stream_state
from social_listener.errors import DeskError
from social_listener.model import ReplyState, Stream, StreamKind
from social_listener.store.health import StreamRow

if TYPE_CHECKING:
    from desk_kit import Kit

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ROW = StreamRow(
    id="main/mentions",
    account_id="main",
    kind="mentions",
    name="mentions",
    complete_from=NOW - timedelta(days=1),
    complete_up_to=NOW - timedelta(minutes=1),
    walking=False,
    next_due_at=NOW,
    not_before=None,
    last_poll_at=NOW,
    last_ok_at=NOW - timedelta(minutes=1),
    errors=0,
    last_error=None,
    last_error_kind=None,
    interactions=3,
    worst_lag=timedelta(0),
    active=True,
    open_gaps=0,
    dead_letters=0,
)


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({}, "ok"),
        ({"errors": 2}, "failing"),
        ({"errors": 1, "not_before": NOW + timedelta(minutes=5)}, "waiting"),
        ({"not_before": NOW - timedelta(minutes=5)}, "ok"),
        ({"complete_up_to": None, "last_ok_at": None}, "never"),
        ({"last_ok_at": NOW - timedelta(minutes=16)}, "late"),
        ({"last_ok_at": NOW - timedelta(minutes=15)}, "ok"),
    ],
)
def test_a_streams_state_in_one_word(change: dict[str, object], state: str) -> None:
    """Waiting, failing, never complete, late after three intervals, or well."""
    assert stream_state(replace(ROW, **change), timedelta(minutes=5), NOW) == state


def add_stream(kit: Kit, **facts: object) -> None:
    """Write a stream's row, and let the settings know the stream."""
    now = kit.now()
    row = {
        "id": "main/mentions",
        "account_id": "main",
        "channel": "x",
        "kind": "mentions",
        "name": "mentions",
        "cursor_since": now,
        "cursor_items": 0,
        "cursor_joined": False,
        "next_due_at": now,
        "last_ok_at": now,
        "last_poll_at": now,
        "errors": 0,
        "items_stored": 3,
        "worst_lag_s": 0,
        **facts,
    }
    with kit.store.transaction() as cursor:
        cursor.execute(
            f"INSERT INTO streams ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values())
        )
    kit.desk._office.streams[str(row["id"])] = Stream(
        id=str(row["id"]),
        account_id="main",
        channel="x",
        kind=StreamKind.MENTIONS,
        name="mentions",
        interval=timedelta(minutes=1),
        overlap=timedelta(minutes=30),
    )


def test_all_is_well(kit: Kit) -> None:
    """With a complete stream and nothing in doubt there is no problem."""
    add_stream(kit)
    health = kit.desk.health()
    assert (health.ok, health.problems) == (True, ())
    assert (health.streams[0].state, health.streams[0].overlap) == ("ok", timedelta(minutes=30))
    assert set(health.outbox) == set(ReplyState)


def test_problems_are_told_worst_first(kit: Kit) -> None:
    """Everything that may be missed is a sentence with its name and what to do, and the worst stands first."""
    now = kit.now()
    add_stream(kit, errors=3, last_error="the platform answered 503", last_error_kind="Unavailable", worst_lag_s=7200)
    item = kit.mention()
    kit.channels["main"].behaviours.append("unsure_not_taken")
    kit.reply(item)
    kit.outbox.deliver()
    with kit.store.transaction() as cursor:
        cursor.execute("UPDATE replies SET reconcile_at = NULL")
        cursor.execute("UPDATE accounts SET state = 'unreachable', problem = 'connection refused'")
        cursor.execute(
            "INSERT INTO gaps VALUES ('g', 'main/mentions', ?, ?, 'older than it gives', ?, NULL, NULL)",
            [now - timedelta(days=9), now - timedelta(days=7), now],
        )
        cursor.execute(
            "INSERT INTO dead_letters VALUES ('d', 'main/mentions', '7', 'text is a number', ?, 'p', ?, 1, NULL)",
            [zstandard.compress(b'{"id": "7", "text": 5, "sign": "\xc3\xa9"}'), now],
        )
        cursor.execute("INSERT INTO job_runs VALUES ('r', 'backup', ?, ?, 'failed', 'disk full')", [now, now])
        cursor.execute(
            "INSERT INTO raw_pages (id, stream_id, fetched_at, server_time, seq, item_ids, body)"
            " VALUES ('p', 'main/mentions', ?, ?, 1, '', 'x')",
            [now, now + timedelta(minutes=10)],
        )
    kit.pass_time(days=3)
    problems = kit.desk.health().problems
    order = [
        "1 reply may or may not have gone out, and the platform does not tell",
        "Account main: the platform cannot be reached (connection refused)",
        "nothing can be had between",
        "main/mentions fails, 3 times in a row",
        "items turned up 2 h late",
        "1 item could not be read and is kept aside: text is a number",
        "The job backup failed when it last ran: disk full",
        "There was no backup for 3 days",
        "Our clock is 10 min behind",
    ]
    assert len(problems) == len(order), problems
    for problem, words in zip(problems, order, strict=True):
        assert words in problem
    view = kit.desk.health()
    assert view.dead_letters[0].excerpt.startswith('{"id": "7"')
    assert len(view.in_doubt) == 1


def test_a_dead_token_comes_before_a_reply_that_is_looked_for(kit: Kit) -> None:
    """What stops everything until somebody acts stands above what the service finds out by itself."""
    item = kit.mention()
    kit.channels["main"].behaviours.append("unsure_not_taken")
    kit.reply(item)
    kit.outbox.deliver()
    with kit.store.transaction() as cursor:
        cursor.execute("UPDATE accounts SET state = 'unauthorized'")
    problems = kit.desk.health().problems
    assert "refuses its credentials" in problems[0]
    assert "the platform is being asked" in problems[1]


def test_a_gap_within_a_minute_is_told_to_the_second(kit: Kit) -> None:
    """The two ends of a gap never read alike; one that is longer is told to the minute."""
    add_stream(kit)
    start = datetime(2026, 3, 2, 12, 5, 7, tzinfo=UTC)
    with kit.store.transaction() as cursor:
        for name, length in (("short", 21), ("long", 600)):
            cursor.execute(
                "INSERT INTO gaps VALUES (?, 'main/mentions', ?, ?, 'full', ?, NULL, NULL)",
                [name, start, start + timedelta(seconds=length), start],
            )
    told = " ".join(kit.desk.health().problems)
    assert "between 2026-03-02 12:05:07 UTC and 2026-03-02 12:05:28 UTC: full" in told
    assert "between 2026-03-02 12:05 UTC and 2026-03-02 12:15 UTC: full" in told


def test_what_staff_acknowledge_is_gone(kit: Kit) -> None:
    """A gap that somebody knows of and a dismissed dead letter are no problem any more; twice is an error."""
    now = kit.now()
    with kit.store.transaction() as cursor:
        cursor.execute("INSERT INTO gaps VALUES ('g', 'main/mentions', ?, ?, 'old', ?, NULL, NULL)", [now, now, now])
        cursor.execute(
            "INSERT INTO dead_letters VALUES ('d', 'main/mentions', NULL, 'bad', 'raw', '', ?, 1, NULL)", [now]
        )
    assert not kit.desk.health().ok
    kit.desk.close_gap("g", "ana")
    kit.desk.dismiss_dead_letter("d", "ana")
    assert kit.desk.health().ok
    with pytest.raises(DeskError, match="'g'"):
        kit.desk.close_gap("g", "ana")
    with pytest.raises(DeskError, match="'d'"):
        kit.desk.dismiss_dead_letter("d", "ana")


def test_a_dead_account_speaks_once(kit: Kit) -> None:
    """When credentials are refused the account is told, not each of its streams besides."""
    add_stream(kit, errors=3, last_error="401", last_error_kind="Unauthorized")
    with kit.store.transaction() as cursor:
        cursor.execute("UPDATE accounts SET state = 'unauthorized', problem = 'revoked'")
    problems = kit.desk.health().problems
    assert len(problems) == 1
    assert "connect it again" in problems[0]


def test_a_stream_without_settings_is_at_rest(kit: Kit) -> None:
    """A stream that is no longer in the settings keeps its figures and is no problem, however old."""
    add_stream(kit, last_ok_at=kit.now() - timedelta(days=30), errors=2, last_error="x")
    kit.desk._office.streams.clear()
    health = kit.desk.health()
    assert (health.ok, health.streams[0].active, health.streams[0].interactions) == (True, False, 3)


def test_jobs_are_told_with_their_plan(kit: Kit) -> None:
    """A planned job that never ran is listed with its next run; one that ran, with how it went."""
    now = kit.now()
    kit.desk.plan_jobs(lambda: {"poll": Planned("every 1 s", now), "backup": Planned("daily at 03:00 UTC", None)})
    with kit.store.transaction() as cursor:
        cursor.execute("INSERT INTO job_runs VALUES ('1', 'poll', ?, ?, 'failed', 'x')", [now - timedelta(hours=2)] * 2)
        cursor.execute("INSERT INTO job_runs VALUES ('2', 'poll', ?, ?, 'missed', 'y')", [now - timedelta(hours=1)] * 2)
        cursor.execute("INSERT INTO job_runs VALUES ('3', 'poll', ?, ?, 'ok', 'z')", [now, now])
    health = kit.desk.health()
    poll, backup = health.jobs
    assert (poll.job, poll.outcome, poll.failures_24h, poll.missed_24h) == ("poll", "ok", 1, 1)
    assert (backup.trigger, backup.last_started_at, backup.outcome) == ("daily at 03:00 UTC", None, None)
    assert health.ok


def test_a_backup_is_seen(kit: Kit) -> None:
    """The newest backup's time is shown, and a young one is no problem."""
    kit.pass_time(days=3)
    assert "no backup" in kit.desk.health().problems[0]
    kit.store.backup(kit.store.backup_directory, kit.now())
    health = kit.desk.health()
    assert (health.ok, health.last_backup_at) == (True, kit.now())


def test_replies_that_did_not_go_are_listed_for_a_week(kit: Kit) -> None:
    """Rejected and expired replies are listed until they are a week old."""
    kit.channels["main"].behaviours.append("rejected")
    intent = kit.reply(kit.mention())
    kit.outbox.deliver()
    assert [line.id for line in kit.desk.health().failed_replies] == [intent]
    kit.pass_time(days=8)
    assert kit.desk.health().failed_replies == ()


def test_a_full_disk_is_told_first(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk takes no row that tells of a fault, so Health looks at the disk itself; with room it says nothing."""
    usage = namedtuple("usage", "total used free")  # noqa: PYI024 - what the standard library gives
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**12, 10**12 - 10**9, 10**9))
    assert not any("disk" in problem for problem in kit.desk.health().problems)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**12, 10**12, 0))
    health = kit.desk.health()
    assert not health.ok
    assert health.problems[0].startswith("The disk is nearly full")
