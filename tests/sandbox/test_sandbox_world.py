"""The world: ids, clock, journal, truth, and control from outside."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import tweepy
from hypothesis import given
from hypothesis import strategies as st

from social_listener.sandbox import JournalError, Sandbox, run
from social_listener.sandbox.remote import RemoteSandbox, SandboxError
from social_listener.sandbox.snowflake import IdMaker, time_ms
from social_listener.sandbox.truth import Truth
from social_listener.sandbox.words import cut, weighted_length


@given(st.lists(st.integers(min_value=1_600_000_000_000, max_value=1_600_000_000_020), max_size=60))
def test_ids_are_unique_and_by_time(moments: list[int]) -> None:
    """Ids never repeat, tell their millisecond, and grow within one; whatever the order they are asked in."""
    made: list[int] = []
    maker = IdMaker(made.__contains__)
    for moment in moments:
        made.append(maker.make(moment))  # noqa: PERF401  # the maker looks at what was made before
    assert len(set(made)) == len(made)
    assert [time_ms(number) for number in made] == moments
    for moment in set(moments):
        same = [number for number in made if time_ms(number) == moment]
        assert same == sorted(same)


def test_posts_and_messages_share_the_ids(sandbox: Sandbox) -> None:
    """Within one millisecond posts and messages have different ids, in the order they were made."""
    world = sandbox.world
    ids = [
        world.post("mara_lindt", "@fernhill one").id,
        world.dm("mara_lindt", sandbox.brand, "two").id,
        world.post("mara_lindt", "@fernhill three").id,
    ]
    assert sorted(ids, key=int) == ids
    assert len(set(ids)) == 3


def test_manual_clock_moves_only_when_told(sandbox: Sandbox) -> None:
    """A manual clock stands still, moves by what it is told, and never back."""
    before = sandbox.world.clock.now()
    assert sandbox.world.clock.now() == before
    assert sandbox.world.advance(90.5) == before + timedelta(seconds=90.5)
    with pytest.raises(ValueError, match="backwards"):
        sandbox.world.advance(-1)


def test_manual_clock_can_start_anywhere() -> None:
    """The first moment can be chosen, with its zone."""
    start = datetime(2027, 1, 1, tzinfo=UTC)
    assert Sandbox(clock="manual", start_at=start).world.clock.now() == start
    with pytest.raises(ValueError, match="aware"):
        Sandbox(clock="manual", start_at=datetime(2027, 1, 1))  # noqa: DTZ001  # naive on purpose


def test_restart_goes_on_with_the_same_truth(tmp_path: Path) -> None:
    """A sandbox started again with its state has the same truth, clock, grants and free ids."""
    state = tmp_path / "world.jsonl"
    with Sandbox(seed=3, clock="manual", state=state) as first:
        mention = first.world.post("mara_lindt", "@fernhill hello https://example.com")
        first.world.advance(120)
        first.world.edit(mention, "@fernhill hello!")
        first.world.like("tobyquill", mention)
        reply = first.world.post(first.brand, "Hi", reply_to=mention, via_api=first.brand.id)
        first.world.hide(reply)
        first.world.dm("mara_lindt", first.brand, "psst", visible_after=60)
        first.world.delete(first.world.post("tobyquill", "oops"))
        first.world.change_user("jessa_ort", protected=True)
        first.add_account("fernhill_help")
        truth, now, grants = first.world.truth(), first.world.clock.now(), dict(first.world.ledger.grants)
    with Sandbox(seed=3, clock="manual", state=state) as second:
        assert second.world.truth() == truth
        assert second.world.clock.now() == now
        assert second.world.ledger.grants == grants
        assert second.world.user("jessa_ort").protected
        assert {user.handle for user in second.world.accounts()} == {"fernhill", "fernhill_help"}
        known = {version.id for post in truth.posts for version in post.versions}
        assert second.world.post("mara_lindt", "again").id not in known


SERVE = """
import sys, threading
from social_listener.sandbox import run
run(port=0, rate=600.0, state=sys.argv[1], stop=threading.Event(),
    on_ready=lambda sandbox: print(sandbox.base_url, flush=True))
"""


def test_killed_process_goes_on_where_it_was(tmp_path: Path) -> None:
    """After kill -9 in the middle of the crowd's talk, a new process has every post that the old one had shown."""
    state = tmp_path / "world.jsonl"

    def begin() -> tuple[subprocess.Popen[str], RemoteSandbox]:
        process = subprocess.Popen([sys.executable, "-c", SERVE, str(state)], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        return process, RemoteSandbox(process.stdout.readline().strip())

    process, remote = begin()
    mine = remote.post("mara_lindt", "@fernhill are you there?")
    before = remote.truth()
    process.kill()
    process.communicate()
    process, remote = begin()
    after = remote.truth()
    process.kill()
    process.communicate()
    assert {post.id for post in before.posts} <= {post.id for post in after.posts}
    assert after.post(mine).text == "@fernhill are you there?"


def test_past_is_lived_once(tmp_path: Path) -> None:
    """A world that has a past does not get another one when it is started again."""
    state = tmp_path / "world.jsonl"
    with Sandbox(seed=3, clock="manual", state=state, prehistory=timedelta(hours=6)) as first:
        truth = first.world.truth()
    with Sandbox(seed=3, clock="manual", state=state, prehistory=timedelta(hours=6)) as second:
        assert second.world.truth() == truth


def test_cut_last_line_of_the_journal_is_dropped(tmp_path: Path) -> None:
    """A line that a crash cut off is dropped; the lines before it stand, and new ones follow them."""
    state = tmp_path / "world.jsonl"
    first = Sandbox(seed=3, clock="manual", state=state)
    first.world.post("mara_lindt", "one")
    first.world.post("mara_lindt", "two")
    first.stop()
    state.write_bytes(state.read_bytes()[:-20])
    second = Sandbox(seed=3, clock="manual", state=state)
    assert [post.text for post in second.world.truth().posts] == ["one"]
    second.world.post("mara_lindt", "three")
    second.stop()
    third = Sandbox(seed=3, clock="manual", state=state)
    assert [post.text for post in third.world.truth().posts] == ["one", "three"]
    third.stop()


@pytest.mark.parametrize("line", ["rubbish", "[1]", '{"kind":"fireworks"}', '{"kind":"delete","post":5,"at":1}'])
def test_damaged_journal_is_told(tmp_path: Path, line: str) -> None:
    """Rubbish in the state file stops the start with the file, the line and what to do."""
    state = tmp_path / "world.jsonl"
    state.write_text(f"{line}\nmore\n")
    with pytest.raises(JournalError, match=r"world\.jsonl is damaged in line 1; move it away"):
        Sandbox(state=state)


def test_unusable_state_file_is_told(tmp_path: Path) -> None:
    """A folder in the file's place, or a folder that does not exist, is an error with the name."""
    with pytest.raises(JournalError, match="is not a file"):
        Sandbox(state=tmp_path)
    with pytest.raises(JournalError, match=r"cannot write its state file .*No such file"):
        Sandbox(state=tmp_path / "nowhere" / "world.jsonl")


def test_sandbox_can_go_away_and_come_back(sandbox: Sandbox, client: tweepy.Client) -> None:
    """Stopped, it refuses connections at once; started again on its port, it serves the same world."""
    sandbox.world.post("mara_lindt", "@fernhill hello")
    port = int(sandbox.base_url.rsplit(":", 1)[1])
    client.get_me()
    sandbox.stop()
    with pytest.raises(requests.ConnectionError):
        client.get_me()
    sandbox.start(port=port)
    assert client.get_users_mentions(sandbox.brand.id)["meta"]["result_count"] == 1


def test_truth_survives_json(sandbox: Sandbox) -> None:
    """The truth over HTTP is the truth in Python."""
    post = sandbox.world.post("mara_lindt", "@fernhill 日本語 🙂", lang="ja")
    sandbox.world.dm("mara_lindt", sandbox.brand, "psst")
    sandbox.world.edit(post, "@fernhill better")
    assert Truth.from_json(sandbox.world.truth().as_json()) == sandbox.world.truth()
    assert RemoteSandbox(sandbox.base_url).truth() == sandbox.world.truth()


def test_everything_can_be_ordered_from_outside(sandbox: Sandbox) -> None:
    """Posting, editing, deleting, messages, time, policy, limits, faults, users and tokens work over HTTP."""
    remote = RemoteSandbox(sandbox.base_url)
    sent_at = sandbox.world.clock.now() - timedelta(hours=1)
    post = remote.post("mara_lindt", "@fernhill hello", sent_at=sent_at, visible_after=5)
    assert sandbox.world.truth().post(post).sent_at == sent_at
    edited = remote.edit(post, "@fernhill hello!")
    remote.like("tobyquill", edited)
    remote.delete(remote.post("tobyquill", "oops", reply_to=post))
    remote.dm("mara_lindt", "fernhill", "psst")
    before = remote.now()
    assert remote.advance(60) == before + timedelta(seconds=60)
    assert remote.policy(likes_enabled=False)["likes_enabled"] is False
    remote.limits(enabled=True, set={"GET /2/users/me": {"user": 1}}, forget=True)
    remote.add_fault("GET /2/users/me", "json_500", times=2)
    remote.clear_faults()
    assert remote.user("new_here", followers=3)["followers"] == 3
    assert remote.user("new_here", suspended=True)["suspended"] is True
    keys = remote.add_account("fernhill_help")
    assert keys.items() <= remote.credentials("fernhill_help").items()
    remote.revoke("fernhill")
    remote.restore("fernhill")
    assert remote.fill(20)["made"] == 20
    assert remote.crowd(steps=3, burst=5)["made"] == 5
    assert len(remote.users()) > 60
    requests.get(f"{sandbox.base_url}/2/users/me", timeout=10)
    calls = remote.calls()
    assert [(call["path"], call["status"]) for call in calls] == [("/2/users/me", 401)]
    assert remote.calls(after=calls[-1]["number"]) == []


def test_wrong_orders_from_outside_are_told(sandbox: Sandbox) -> None:
    """Unknown users, policies, kinds and paths come back in words."""
    remote = RemoteSandbox(sandbox.base_url)
    orders: list[tuple[Any, str]] = [
        (lambda: remote.post("nobody_at_all", "x"), "nobody_at_all"),
        (lambda: remote.policy(kindness=True), "kindness"),
        (lambda: remote.policy(likes_enabled="maybe"), "likes_enabled"),
        (lambda: remote.add_fault("GET /2/users/me", "gremlins"), "gremlins"),
        (lambda: remote.ask("POST", "fireworks"), "fireworks"),
    ]
    for order, named in orders:
        with pytest.raises(SandboxError, match=named):
            order()
    answer = requests.post(f"{sandbox.base_url}/_sandbox/policy", data="likes_enabled=false", timeout=10)
    assert answer.status_code == 415
    sandbox.stop()
    with pytest.raises(SandboxError, match="no sandbox answers"):
        remote.now()


def test_page_says_what_it_is(sandbox: Sandbox) -> None:
    """The root shows a small page in words, and unknown paths of the platform are its 404."""
    page = requests.get(sandbox.base_url, timeout=10)
    assert page.headers["content-type"].startswith("text/html")
    assert "make-believe" in page.text
    assert requests.get(f"{sandbox.base_url}/3/tweets", timeout=10).json()["title"] == "Not Found"


def test_secrets_stay_out_of_the_call_log(sandbox: Sandbox) -> None:
    """What proves who calls is in no line of the call log."""
    token = sandbox.credentials["bearer_token"]
    headers = {"Authorization": f"Bearer {token}"}
    requests.get(f"{sandbox.base_url}/2/users/{sandbox.brand.id}/mentions", headers=headers, timeout=10)
    (call,) = RemoteSandbox(sandbox.base_url).calls()
    assert (call["status"], call["endpoint"]) == (200, "GET /2/users/{id}/mentions")
    assert token not in str(call)


def test_run_serves_until_stopped(tmp_path: Path) -> None:
    """The entry point for the command line listens, tells so, and returns when it is told to stop."""
    stop, ready = threading.Event(), threading.Event()
    found: list[str] = []

    def on_ready(sandbox: Sandbox) -> None:
        found.append(requests.get(f"{sandbox.base_url}/_sandbox/clock", timeout=10).json()["mode"])
        ready.set()

    thread = threading.Thread(
        target=run,
        args=("127.0.0.1", 0, 7, 0.0, tmp_path / "state.jsonl", timedelta(hours=1)),
        kwargs={"stop": stop, "on_ready": on_ready},
    )
    thread.start()
    assert ready.wait(20)
    stop.set()
    thread.join(20)
    assert not thread.is_alive()
    assert found == ["real"]


def test_taken_port_is_an_os_error(sandbox: Sandbox) -> None:
    """A second sandbox on the same port fails at once."""
    port = int(sandbox.base_url.rsplit(":", 1)[1])
    with pytest.raises(OSError, match="in use"):
        Sandbox(clock="manual").start(port=port)


def test_threads_may_post_together(sandbox: Sandbox) -> None:
    """Posts of many threads are all there, each once."""

    def work(number: int) -> None:
        for index in range(50):
            sandbox.world.post("mara_lindt", f"@fernhill {number} {index}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    truth = sandbox.world.truth()
    assert len({post.id for post in truth.posts}) == len({post.text for post in truth.posts}) == 300


@given(st.text(max_size=700))
def test_cut_text_fits(text: str) -> None:
    """The beginning of any long text fits into 280 by weight."""
    assert weighted_length(cut(text)) <= 280
