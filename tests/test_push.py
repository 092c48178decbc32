"""The webhook of an account: who may push, what is kept, and that what was kept is read once, in order."""

from __future__ import annotations

import json
import logging
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from push_kit import Door, ask, push
from reading_kit import everything, row, rows
from test_ingest_x import ACCOUNT, House, compare, open_house, open_ingest

from social_listener import web_hooks
from social_listener.ingest import Ingest
from social_listener.sandbox.webhooks import FORGERIES
from social_listener.store import Store, pages

STREAM = f"{ACCOUNT}/webhook"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Return a house: a sandbox, and a program that reads it."""
    made = open_house(tmp_path)
    yield made
    made.close()


@pytest.fixture
def door(house: House) -> Iterator[Door]:
    """Return the public port of the program."""
    with Door(house.ingest) as made:
        yield made


def count(store: Store, table: str = "deliveries") -> int:
    """Return how many rows a table has."""
    return int(row(store, f"SELECT count(*) AS n FROM {table}")["n"])


def test_x_finds_the_webhook_ours(house: House, door: Door) -> None:
    """X's question is answered with the signature of its token, and that is kept for Health."""
    house.sandbox.webhooks.subscribe("x", door.webhook(ACCOUNT))
    assert row(house.ingest.store, "SELECT handshake_at FROM accounts")["handshake_at"] is not None


@pytest.mark.parametrize("query", [{}, {"crc_token": ""}, {"hub.challenge": "1"}, {"crc_token": '{"data":{}}'}])
def test_other_questions_get_no_answer(house: House, door: Door, query: dict[str, str]) -> None:
    """What is no question of X is refused, and leaves no trace."""
    assert ask(door.webhook(ACCOUNT), **query)[0] == 403
    assert row(house.ingest.store, "SELECT handshake_at FROM accounts")["handshake_at"] is None


def test_the_question_signs_nothing_that_could_be_pushed(house: House, door: Door) -> None:
    """X's check signs whatever token it is asked with; no signature that it gives out opens the door."""
    post = house.sandbox.world.post("mara", "@fernhill hello")
    wanted = house.sandbox.webhooks.build("x", post).body.decode()
    for token in (wanted, f" {wanted}", wanted.replace('"', "'")):
        assert ask(door.webhook(ACCOUNT), crc_token=token)[0] == 403
    status, answer = ask(door.webhook(ACCOUNT), crc_token="token")
    assert status == 200
    signature = json.loads(answer)["response_token"]
    assert push(door.webhook(ACCOUNT), {"x-twitter-webhooks-signature": signature}, b"token") == 401
    assert count(house.ingest.store) == 0


def test_unknown_webhooks_are_not_there(house: House, door: Door) -> None:
    """An account that does not exist has no webhook."""
    good = house.sandbox.webhooks.build("x", house.sandbox.world.post("mara", "@fernhill hello"))
    assert push(door.webhook("nobody"), *good) == 404
    assert ask(door.webhook("nobody"), crc_token="1")[0] == 404
    assert count(house.ingest.store) == 0


def test_a_thousand_forged_deliveries_leave_no_row(house: House, door: Door) -> None:
    """Signed with another key, changed, unsigned, cut, replayed with another body: 401, and nothing is stored."""
    world, webhooks = house.sandbox.world, house.sandbox.webhooks
    wanted = []
    for number in range(125):
        post = world.post("mara", f"@fernhill order {number}")
        wanted += [webhooks.build("x", post, forgery=how) for how in FORGERIES]
        other = webhooks.build("x", world.post("ben", "@fernhill other"))
        wanted.append(other._replace(headers=webhooks.build("x", post).headers))
    assert len(wanted) == 1000
    url = door.webhook(ACCOUNT)
    with ThreadPoolExecutor(4) as pool:
        statuses = set(pool.map(lambda one: push(url, *one), wanted))
    assert statuses == {401}
    assert door.woken == []
    assert house.ingest.receive(ACCOUNT) == 0
    assert {table: count(house.ingest.store, table) for table in ("deliveries", "interactions", "dead_letters")} == {
        "deliveries": 0,
        "interactions": 0,
        "dead_letters": 0,
    }
    good = webhooks.build("x", world.post("mara", "@fernhill the real one"))
    assert push(url, *good) == 200  # the door is not simply shut
    assert count(house.ingest.store) == 1


def test_a_hundred_replays_are_one_row(house: House, door: Door) -> None:
    """The same delivery, ten at a time and again after it was read, is one row and one item."""
    good = house.sandbox.webhooks.build("x", house.sandbox.world.post("mara", "@fernhill hello"))
    url = door.webhook(ACCOUNT)
    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(lambda _: push(url, *good), range(90))) == {200}
    assert house.ingest.receive(ACCOUNT) == 1
    assert {push(url, *good) for _ in range(10)} == {200}
    assert house.ingest.receive(ACCOUNT) == 0
    assert count(house.ingest.store) == count(house.ingest.store, "interactions") == 1
    assert door.woken == [ACCOUNT]


def test_a_delivery_without_the_one_row_would_be_seen(house: House, door: Door) -> None:
    """The count is able to fail: another delivery of the same post is another row, and still one item."""
    post = house.sandbox.world.post("mara", "@fernhill hello")
    for _ in range(2):  # X gives every event an id of its own
        assert push(door.webhook(ACCOUNT), *house.sandbox.webhooks.build("x", post)) == 200
    assert house.ingest.receive(ACCOUNT) == 2
    assert count(house.ingest.store) == 2
    assert count(house.ingest.store, "interactions") == 1


def test_too_much_is_refused_before_it_is_read(house: House, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body beyond the limit is refused, with and without a length told before."""
    monkeypatch.setattr(web_hooks, "MOST_BYTES", 1000)
    good = house.sandbox.webhooks.build("x", payload=b'{"data":{}}' + b" " * 2000)
    assert push(door.webhook(ACCOUNT), *good) == 413
    chunked = {**good.headers, "Transfer-Encoding": "chunked"}
    body = f"{len(good.body):x}\r\n".encode() + good.body + b"\r\n0\r\n\r\n"
    assert push(door.webhook(ACCOUNT), chunked, body) == 413
    assert count(house.ingest.store) == 0


def begin(door: Door) -> socket.socket:
    """Begin a delivery of 100 bytes, and send three of them."""
    host, _, port = door.url.partition("//")[2].partition(":")
    begun = socket.create_connection((host, int(port)), timeout=10)
    begun.sendall(f"POST /webhooks/{ACCOUNT} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc".encode())
    return begun


def test_a_delivery_that_never_ends_is_ended(house: House, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who holds the door open and says nothing is sent away after a while, and leaves no row."""
    monkeypatch.setattr(web_hooks, "LONGEST", timedelta(milliseconds=50))
    with begin(door) as begun:
        assert begun.recv(1000).startswith(b"HTTP/1.1 408 ")
    assert count(house.ingest.store) == 0


def test_who_breaks_off_cannot_fill_the_log(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """A delivery that is broken off leaves no row, and no trace of a fault of ours."""
    with Door(house.ingest) as door:
        for _ in range(3):
            begin(door).close()
        assert push(door.webhook(ACCOUNT), {}, b"forged") == 401  # it still answers
    assert count(house.ingest.store) == 0
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]


def test_deliveries_are_read_in_order(house: House) -> None:
    """What was pushed first is read first, also by several threads that come at once; none is read twice."""
    ingest, world = house.ingest, house.sandbox.world
    posts = []
    for number in range(45):
        posts.append(f"x:{world.post('mara', f'@fernhill order {number}').id}")
        ingest.accept(ACCOUNT, *house.sandbox.webhooks.build("x", world.find(posts[-1][2:])))
        world.advance(1)
    threads = [threading.Thread(target=ingest.receive, args=(ACCOUNT,)) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    kept = rows(ingest.store, "SELECT item_ids FROM raw_pages ORDER BY seq")
    assert [one["item_ids"].strip() for one in kept] == posts
    assert rows(ingest.store, "SELECT DISTINCT state, octet_length(body) AS bytes FROM deliveries") == [
        {"state": "done", "bytes": 0}
    ]


def test_what_was_answered_is_read_after_a_crash(house: House) -> None:
    """A program that ends after its 200 and before it read anything finds the delivery when it starts again."""
    posts = [house.sandbox.world.post("mara", f"@fernhill order {number}") for number in range(3)]
    with Door(house.ingest) as door:
        for one in posts:
            assert push(door.webhook(ACCOUNT), *house.sandbox.webhooks.build("x", one)) == 200
    assert count(house.ingest.store, "interactions") == 0
    house.ingest.store.close()
    house.ingest = open_ingest(house.sandbox, house.folder / "store.duckdb")
    assert house.ingest.received() == [ACCOUNT]
    assert house.ingest.receive(ACCOUNT) == 3
    assert house.ingest.received() == []
    kept = rows(house.ingest.store, "SELECT item_ids FROM raw_pages ORDER BY seq")
    assert [one["item_ids"].strip() for one in kept] == [f"x:{one.id}" for one in posts]


def test_one_bad_delivery_holds_up_no_other(house: House) -> None:
    """What cannot be read is kept whole as a dead letter, unknown events likewise; the others live."""
    ingest, webhooks = house.ingest, house.sandbox.webhooks
    first, last = (house.sandbox.world.post("mara", f"@fernhill {word}") for word in ("first", "last"))
    unknown = {"data": {"event_type": "space.start", "filter": {}, "payload": {"id": "77"}}}
    for delivery in (
        webhooks.build("x", first),
        webhooks.build("x", payload=b"{not JSON"),
        webhooks.build("x", payload=unknown),
        webhooks.build("x", last),
    ):
        ingest.accept(ACCOUNT, *delivery)
    assert ingest.receive(ACCOUNT) == 4
    assert count(ingest.store, "interactions") == 2
    states = rows(ingest.store, "SELECT state, error FROM deliveries ORDER BY state, error")
    assert [one["state"] for one in states] == ["done", "done", "done", "failed"]
    assert "cannot be read" in states[-1]["error"]
    letters = rows(ingest.store, "SELECT stream_id, reason, native_id FROM dead_letters ORDER BY reason")
    assert {one["stream_id"] for one in letters} == {STREAM}
    assert [one["native_id"] for one in letters] == [None, "77"]
    assert "space.start" in letters[1]["reason"]
    assert ingest.replay_dead_letters() == 0


def test_pushed_and_polled_is_one_item_with_two_sightings(house: House) -> None:
    """Push brings it at once; the poll that brings it again only notes that its stream has it too."""
    world = house.sandbox.world
    root = world.post(house.sandbox.brand, "New beans are in!")
    post = world.post("mara", "@fernhill where is my order?", reply_to=root)
    message = world.dm("ben", house.sandbox.brand, "a private word & more")
    webhooks = house.sandbox.webhooks
    for about, kind in ((root, "post.create"), (post, "post.reply.create"), (message, "dm.received")):
        house.ingest.accept(ACCOUNT, *webhooks.build("x", about, kind))
    assert house.ingest.receive(ACCOUNT) == 3
    before = rows(house.ingest.store, "SELECT id, stream_id FROM interactions WHERE NOT context ORDER BY id")
    assert {one["stream_id"] for one in before} == {STREAM}
    assert len(before) == 3
    world.advance(60)
    house.poll()
    compare(house)
    assert rows(house.ingest.store, "SELECT id, stream_id FROM interactions WHERE NOT context ORDER BY id") == before
    seen = {
        (one["stream_id"], one["interaction_id"])
        for one in rows(house.ingest.store, "SELECT stream_id, interaction_id FROM sightings")
    }
    assert {(f"{ACCOUNT}/mentions", f"x:{post.id}"), (f"{ACCOUNT}/messages", f"x:{message.id}")} <= seen


def test_what_was_pushed_is_replayed_to_the_last_row(house: House) -> None:
    """Raw pages of deliveries give the same rows again; words of deleted posts are in none of them."""
    world, webhooks, ingest = house.sandbox.world, house.sandbox.webhooks, house.ingest
    brand = house.sandbox.brand
    post = world.post("mara", "@fernhill where is my order?")
    ours = world.post(brand, "canary-words, sold to nobody", reply_to=post)
    early = world.post(brand, "never seen alive")
    world.delete(early)
    for about, kind in ((post, None), (ours, "post.create"), (early, "post.delete"), (early, "post.create")):
        ingest.accept(ACCOUNT, *webhooks.build("x", about, kind))
    ingest.accept(ACCOUNT, *webhooks.build("x", world.dm("ben", brand, "psst"), "dm.received"))
    world.edit(post, "@fernhill it burned my hand")
    ingest.accept(ACCOUNT, *webhooks.build("x", post))
    world.delete(ours)
    ingest.accept(ACCOUNT, *webhooks.build("x", ours, "post.delete"))
    assert ingest.receive(ACCOUNT) == 7
    before = everything(ingest.store)
    assert {one["id"]: one["text"] for one in before["interactions"] if not one["private"]} == {
        f"x:{post.id}": "@fernhill it burned my hand",
        f"x:{ours.id}": "",
    }
    assert len(before["interaction_versions"]) == 2
    ingest.replay()
    assert everything(ingest.store) == before
    assert {one["body"] for one in rows(ingest.store, "SELECT body FROM deliveries")} == {b""}
    with ingest.store.read() as cursor:
        raw = b"".join(one.body for one in pages.stored_pages(cursor))
    assert b"burned" in raw
    assert b"canary" not in raw


def test_deliveries_are_forgotten_after_their_time(house: House) -> None:
    """Housekeeping removes rows of deliveries that were read long ago, and never one that waits."""
    ingest, world = house.ingest, house.sandbox.world
    ingest.accept(ACCOUNT, *house.sandbox.webhooks.build("x", world.post("mara", "@fernhill one")))
    ingest.receive(ACCOUNT)
    world.advance(40 * 86400)
    ingest.accept(ACCOUNT, *house.sandbox.webhooks.build("x", world.post("mara", "@fernhill two")))
    world.advance(40 * 86400)
    ingest.forget_raw_pages(ingest.clock() - timedelta(days=30))
    assert [one["state"] for one in rows(ingest.store, "SELECT state FROM deliveries")] == ["waiting"]


def test_nothing_is_asked_of_a_platform_that_wants_no_call(house: House) -> None:
    """While who we are is not known and the platform may not be asked, deliveries wait; then they are read."""
    ingest: Ingest = house.ingest
    ingest.accept(ACCOUNT, *house.sandbox.webhooks.build("x", house.sandbox.world.post("mara", "@fernhill hi")))
    house.sandbox.faults.add(endpoint="GET /2/users/me", kind="html_503", times=1)
    before = len(house.sandbox.calls)
    assert ingest.receive(ACCOUNT) == 0
    assert ingest.receive(ACCOUNT) == 0
    assert len(house.sandbox.calls) == before + 1
    house.sandbox.world.advance(61)
    assert ingest.receive(ACCOUNT) == 1
    assert count(ingest.store, "interactions") == 1
