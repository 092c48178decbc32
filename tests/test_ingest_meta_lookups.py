"""Looking up again what Meta refuses of some ids: only those are left out, and no refusal is taken for a deletion."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from push_kit import Door
from reading_kit import row, rows
from test_ingest_meta import ACCOUNT, BOTH, House, open_house, told

from social_listener.errors import Unauthorized

pytestmark = pytest.mark.thinned(2)

CODES = pytest.mark.parametrize("code", [(10, None), (100, None), (100, 33), (12, None)])
NEEDED = {"facebook": "pages_read_user_content", "instagram": "instagram_manage_comments"}
DAY = 25 * 3600


@pytest.fixture
def house(channel: str, tmp_path: Path) -> Iterator[House]:
    """Return a house that has read everything once."""
    made = open_house(channel, tmp_path)
    made.poll()
    yield made
    made.ingest.store.close()
    made.sandbox.stop()


@pytest.fixture
def door(house: House) -> Iterator[Door]:
    """Return the public port of the program, to which the sandbox pushes."""
    with Door(house.ingest) as made:
        house.sandbox.webhooks.subscribe(house.channel, made.webhook(ACCOUNT))
        yield made


def account(house: House) -> dict[str, Any]:
    """Return the account's row."""
    return row(house.ingest.store, "SELECT * FROM accounts")


def deleted(house: House) -> set[str]:
    """Return what counts as deleted."""
    gone = rows(house.ingest.store, "SELECT id FROM interactions WHERE deleted_at IS NOT NULL")
    return {one["id"].partition(":")[2] for one in gone}


def waiting(house: House) -> int:
    """Return how many deliveries wait."""
    return len(rows(house.ingest.store, "SELECT id FROM deliveries WHERE state = 'waiting'"))


@pytest.mark.thinned(3)
@BOTH
@CODES
def test_one_id_that_is_refused_keeps_no_other_from_being_followed(house: House, code: tuple[int, int | None]) -> None:
    """Of many comments that are looked up one is refused: a deleted one is found, and the account is well."""
    made = [house.say(f"comment {number}", who=f"customer_{number}") for number in range(9)]
    house.poll()
    house.graph.barred[made[2].id] = code
    house.graph.delete(made[6])
    house.sandbox.world.advance(DAY)
    assert house.ingest.recheck(ACCOUNT) >= 9
    missing = {made[2].id} if code == (100, 33) else set()  # Meta says the same of what is gone
    assert deleted(house) == {made[6].id, *missing}
    assert account(house)["state"] == "ok"


@BOTH
def test_one_id_that_is_too_much_keeps_no_other_from_being_followed(house: House) -> None:
    """Of many comments Meta says of one alone that it is too much: a deleted one is found, and the account is well."""
    made = [house.say(f"comment {number}", who=f"customer_{number}") for number in range(9)]
    house.poll()
    house.graph.barred[made[2].id] = (1, None)
    house.graph.delete(made[6])
    house.sandbox.world.advance(DAY)
    assert house.ingest.recheck(ACCOUNT) >= 9
    assert deleted(house) == {made[6].id}
    assert account(house)["state"] == "ok"


@pytest.mark.parametrize("channel", ["instagram"])
@CODES
def test_a_mention_that_is_refused_by_its_id_is_read_as_one(
    house: House, door: Door, code: tuple[int, int | None]
) -> None:
    """Somebody else's words are refused when they are asked for by id, and given as a mention of the account."""
    made = house.graph.ig_mention("mara", "is this yours?")
    house.graph.barred[made.id] = code
    told(house)
    assert "is this yours?" in house.stored(made.id)["text"]
    assert (waiting(house), account(house)["state"]) == (0, "ok")


@pytest.mark.parametrize("channel", ["instagram"])
@CODES
def test_an_odd_id_spoils_no_mention(house: House, door: Door, code: tuple[int, int | None]) -> None:
    """An id that can be read in no way ends as a dead letter that names it; mentions beside it are read at once."""
    odd = house.graph.ig_mention("zed", "never shown", visible_after=10 * DAY)
    house.graph.barred[odd.id] = code
    told(house)
    made = []
    for number in range(4):
        made.append(house.graph.ig_mention("mara", f"help {number}"))
        told(house)
        house.sandbox.world.advance(1300)
    assert all("help" in house.stored(one.id)["text"] for one in made)
    told(house)
    (letter,) = rows(house.ingest.store, "SELECT * FROM dead_letters")
    assert (letter["native_id"], odd.id in letter["reason"]) == (odd.id, True)
    assert (waiting(house), account(house)["state"]) == (0, "ok")


@pytest.mark.parametrize("channel", ["facebook"])
@CODES
def test_a_post_elsewhere_that_is_refused_keeps_no_account(
    house: House, door: Door, code: tuple[int, int | None]
) -> None:
    """That a post elsewhere may not be read says nothing of the account, and our own comment beside it is read."""
    post = house.graph.tagged_post("zed", "@brand look")
    house.graph.barred[post.id] = code
    told(house)
    own = house.own(house.say("is it open?"), "From nine on!")
    told(house)
    assert house.stored(own.id)["text"] == "From nine on!"
    assert account(house)["state"] == "ok"


@BOTH
def test_a_permission_that_lapsed_stops_look_ups_with_few_calls(house: House) -> None:
    """When the account may read no comment, that is told at once, and not asked of each comment."""
    made = [house.say(f"comment {number}", who=f"customer_{number}") for number in range(40)]
    house.poll()
    house.sandbox.world.advance(DAY)
    house.graph.tokens.withdrawn.add(NEEDED[house.channel])
    calls = len(house.sandbox.calls)
    with pytest.raises(Unauthorized, match="connect it again"):
        house.ingest.recheck(ACCOUNT)
    assert len(house.sandbox.calls) - calls <= 12
    assert account(house)["state"] == "unauthorized"
    house.graph.tokens.withdrawn.clear()
    house.sandbox.world.advance(DAY)
    house.poll()
    house.sandbox.world.advance(DAY)
    assert house.ingest.recheck(ACCOUNT) >= len(made)
    assert deleted(house) == set()


@pytest.mark.parametrize("channel", ["facebook"])
def test_while_a_permission_lacks_what_was_pushed_waits(house: House, door: Door) -> None:
    """It is not set aside after an hour: when the permission is there again it is read."""
    asked = house.say("is it open?")
    told(house)
    house.graph.tokens.withdrawn.add(NEEDED[house.channel])
    own = house.own(asked, "From nine on!")
    told(house)
    for _ in range(5):
        house.sandbox.world.advance(3600)
        told(house)
    assert waiting(house) == 1
    assert rows(house.ingest.store, "SELECT * FROM dead_letters") == []
    house.graph.tokens.withdrawn.clear()
    house.sandbox.world.advance(3600)
    house.poll()
    told(house)
    assert house.stored(own.id)["text"] == "From nine on!"
    assert waiting(house) == 0


@BOTH
def test_a_permission_that_lapsed_deletes_no_comment(house: House) -> None:
    """Meta may say "not there" of everything that is not for us: that post or medium can be read proves nothing."""
    kept, gone = house.say("it burnt my hand"), house.say("mine, too", who="ben")
    house.poll()
    house.graph.policy.change(unpermitted="missing")
    house.graph.tokens.withdrawn.add(NEEDED[house.channel])
    house.graph.delete(gone)
    house.sandbox.world.advance(DAY)
    house.ingest.recheck(ACCOUNT)
    assert deleted(house) == set()
    house.graph.tokens.withdrawn.clear()
    house.sandbox.world.advance(DAY)
    house.ingest.recheck(ACCOUNT)
    assert deleted(house) == {gone.id}
    assert house.stored(kept.id)["text"] == "it burnt my hand"


@pytest.mark.parametrize("channel", ["facebook"])
@pytest.mark.parametrize("scope", ["pages_read_engagement", "pages_read_user_content"])
def test_a_permission_that_lapsed_deletes_no_post(house: House, scope: str) -> None:
    """A visitor's post counts as deleted only while the Page's and its visitors' posts are given."""
    kept, gone = house.graph.visitor_post("mara", "hello"), house.graph.visitor_post("ben", "good bye")
    house.poll()
    house.graph.policy.change(unpermitted="missing")
    house.graph.tokens.withdrawn.add(scope)
    house.graph.delete(gone)
    house.sandbox.world.advance(DAY)
    house.ingest.recheck(ACCOUNT)
    if scope == "pages_read_engagement":
        assert deleted(house) == set()
    assert kept.id not in deleted(house)
    house.graph.tokens.withdrawn.clear()
    house.sandbox.world.advance(DAY)
    house.ingest.recheck(ACCOUNT)
    assert deleted(house) == {gone.id}
