"""What Meta refuses of a Page or an account: it is told by its name, nothing else waits for it, and it is not lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from reading_kit import row, rows
from test_ingest_meta import ACCOUNT, BOTH, House, open_house

from social_listener.ingest import walk
from social_listener.model import StreamKind

pytestmark = pytest.mark.thinned(2)

COMMENTS, MESSAGES = StreamKind.COMMENTS, StreamKind.MESSAGES
CODES = pytest.mark.parametrize(("code", "subcode"), [(10, None), (200, None), (100, 33), (100, None), (12, None)])


@pytest.fixture
def house(channel: str, tmp_path: Path) -> Iterator[House]:
    """Return a house that has read everything once."""
    made = open_house(channel, tmp_path)
    made.poll()
    yield made
    made.ingest.store.close()
    made.sandbox.stop()


def odd(house: House) -> Any:
    """Return another post of ours."""
    return house.graph.page_post("odd") if house.channel == "facebook" else house.graph.media("odd")


def comment(house: House, who: str, on: Any, text: str) -> Any:
    """Let a customer comment."""
    return (house.graph.comment if house.channel == "facebook" else house.graph.ig_comment)(who, on, text)


def refuse(house: House, post: Any, code: int = 100, subcode: int | None = 33, **how: Any) -> None:
    """Have Meta refuse the comments of one post."""
    house.sandbox.faults.add(f"GET /{post.id}/comments", "graph_error", code=code, subcode=subcode, **how)


def poll(house: House, kind: StreamKind = COMMENTS, *, times: int = 1, apart: float = 300) -> list[str | None]:
    """Poll one stream, and let time pass after it; return what went wrong each time."""
    errors = []
    for _ in range(times):
        errors.append(house.ingest.poll(house.stream(kind), until_end=True).error)
        house.sandbox.world.advance(apart)
    return errors


def mark(house: House, kind: StreamKind = COMMENTS) -> Any:
    """Return how far a stream is complete."""
    return row(house.ingest.store, "SELECT * FROM streams WHERE id = ?", f"{ACCOUNT}/{kind}")["cursor_since"]


def words(house: House) -> set[str]:
    """Return what customers said, as it is stored."""
    return {one["text"] for one in rows(house.ingest.store, "SELECT text FROM interactions WHERE NOT outbound")}


def gaps(house: House) -> list[str]:
    """Return the reasons of the gaps."""
    return [one["reason"] for one in rows(house.ingest.store, "SELECT reason FROM gaps ORDER BY found_at")]


def state(house: House) -> str:
    """Return the state of the account."""
    return str(row(house.ingest.store, "SELECT state FROM accounts")["state"])


@pytest.mark.thinned(3)
@BOTH
@CODES
def test_one_refused_post_stops_no_other(house: House, code: int, subcode: int | None) -> None:
    """Comments elsewhere come in, the account is well, and after some walks a gap names the post; the mark moves on."""
    post = odd(house)
    refuse(house, post, code, subcode)
    comment(house, "mara", post, "below the odd one")
    before = mark(house)
    (error,) = poll(house)
    assert post.id in (error or "")
    assert mark(house) == before
    comment(house, "ben", house.root, "my card was charged twice")
    poll(house, times=walk.PATIENCE - 1)
    assert words(house) == {"my card was charged twice"}
    assert state(house) == "ok"
    (gap,) = gaps(house)
    assert f" {post.id} cannot be read: Meta answered error {code}" in gap
    assert mark(house) > before


@BOTH
def test_every_refused_post_has_a_gap_of_its_own(house: House) -> None:
    """Of two posts both are named, and what goes on is one row each."""
    both = [odd(house), odd(house)]
    for post in both:
        refuse(house, post, 10, None)
        comment(house, "mara", post, "hello")
    poll(house, times=2 * walk.PATIENCE)
    told = gaps(house)
    assert len(told) == 2
    assert all(any(post.id in reason for reason in told) for post in both)


@pytest.mark.thinned(3)
@BOTH
@CODES
def test_what_is_given_again_is_read(house: House, code: int, subcode: int | None) -> None:
    """Comments that Meta refused for hours, until a gap was told, come in when it gives them, though nothing moved."""
    post = odd(house)
    refuse(house, post, code, subcode)
    comment(house, "mara", post, "it burnt my hand")
    assert all(post.id in (error or post.id) for error in poll(house, times=20))
    assert words(house) == set()
    assert (len(gaps(house)), state(house)) == (1, "ok")
    house.sandbox.faults.clear()
    poll(house, times=2)
    assert words(house) == {"it burnt my hand"}
    assert poll(house, times=3) == [None, None, None]


@BOTH
def test_a_refusal_that_passes_leaves_no_gap(house: House) -> None:
    """Once refused and then given: the walk begins anew, and nothing is missing."""
    post = odd(house)
    refuse(house, post, times=1)
    comment(house, "mara", post, "it burnt my hand")
    first, second = poll(house, times=2)
    assert first is not None
    assert second is None
    assert words(house) == {"it burnt my hand"}
    assert gaps(house) == []


@BOTH
def test_a_post_that_went_while_it_was_read_leaves_no_gap(house: House) -> None:
    """The list does not name it again: that, and not the refusal, shows that nothing is missing."""
    post = odd(house)
    comment(house, "mara", post, "hello")
    told = iter([False, True])
    house.ingest.poll(house.stream(COMMENTS), until_end=True, stop=lambda: next(told, True))
    house.graph.delete(post)
    poll(house, times=5)
    assert poll(house) == [None]
    assert gaps(house) == []


@BOTH
def test_when_everything_is_refused_nothing_is_given_up(house: House) -> None:
    """That is the account's fault: the mark stands, few calls are made, and what was said meanwhile comes in later."""
    others = [odd(house) for _ in range(30)]
    for number, post in enumerate(others):
        comment(house, "mara", post, f"complaint {number}")
    house.sandbox.faults.add("GET /{post}/comments", "graph_error", code=100, subcode=33)
    house.sandbox.faults.add("GET /{media}/comments", "graph_error", code=100, subcode=33)
    before, calls = mark(house), len(house.sandbox.calls)
    errors = poll(house, times=5, apart=900)
    assert all("connect it again" in (error or "") for error in errors)
    assert len(house.sandbox.calls) - calls <= 5 * 16
    assert (mark(house), state(house), gaps(house)) == (before, "unauthorized", [])
    house.sandbox.faults.clear()
    poll(house, times=2, apart=900)
    assert words(house) == {f"complaint {number}" for number in range(30)}
    assert (state(house), gaps(house)) == ("ok", [])
    assert mark(house) > before


@pytest.mark.parametrize("channel", ["instagram"])
def test_a_permission_that_lapsed_is_told_as_one(house: House) -> None:
    """The list of media is given and no comment is: the account has to be connected again, and nothing is lost."""
    comment(house, "mara", odd(house), "it burnt my hand")
    comment(house, "ben", house.root, "mine, too")
    house.graph.tokens.withdrawn.add("instagram_manage_comments")
    poll(house, times=5, apart=900)
    assert (state(house), gaps(house)) == ("unauthorized", [])
    house.graph.tokens.withdrawn.clear()
    poll(house, apart=900)
    assert words(house) == {"it burnt my hand", "mine, too"}


@pytest.mark.parametrize("channel", ["facebook"])
def test_a_walk_that_rests_counts_its_refusals_too(house: House) -> None:
    """Hundreds of posts take several polls to walk through: the mark moves after as many walks as elsewhere."""
    house.graph.policy.change(feed_posts_a_year=None)
    posts = house.graph.fill(posts=700, comments=0, span=timedelta(days=700))
    poll(house, times=8, apart=60)
    comment(house, "mara", posts[0], "below the odd one")
    comment(house, "ben", posts[1], "my card was charged twice")
    refuse(house, posts[0], 10, None)
    began = house.sandbox.world.clock.now()
    poll(house, times=walk.PATIENCE * 4, apart=60)
    assert "my card was charged twice" in words(house)
    assert [posts[0].id in reason for reason in gaps(house)] == [True]
    assert mark(house) > began


@pytest.mark.thinned(3)
@BOTH
@pytest.mark.parametrize(("code", "subcode"), [(10, None), (200, None), (100, 33), (100, None), (12, None), (1, None)])
def test_one_refused_conversation_stops_no_other(house: House, code: int, subcode: int | None) -> None:
    """Its newest messages are taken from the list, the gap names the thread, and other customers are heard."""
    house.write("hello")
    house.write("hello", who="ben")
    poll(house, MESSAGES)
    house.sandbox.world.advance(7200)
    poll(house, MESSAGES)
    for number in range(30):
        house.write(f"long {number}")
    house.sandbox.world.advance(60)
    thread = house.graph.thread("mara", house.place).id
    house.sandbox.faults.add(f"GET /{thread}", "graph_error", code=code, subcode=subcode)
    house.write("my card was charged twice", who="ben")
    assert poll(house, MESSAGES) == [None]
    assert "my card was charged twice" in words(house)
    assert {f"long {number}" for number in range(10, 30)} <= words(house)
    (gap,) = gaps(house)
    person = house.graph.person("mara")
    assert (person.psid if house.channel == "facebook" else person.igsid) in gap


@BOTH
def test_a_conversation_of_which_nothing_is_given_is_named(house: House) -> None:
    """Where the list does not give it either, the others are read, and after some walks a gap names the thread."""
    house.write("hello")
    poll(house, MESSAGES)
    house.sandbox.world.advance(7200)
    poll(house, MESSAGES)
    for number in range(30):
        house.write(f"long {number}")
        house.write(f"other {number}", who="ben")
    thread = house.graph.thread("mara", house.place).id
    house.sandbox.faults.add(f"GET /{thread}", "graph_error", code=100, subcode=33)
    house.graph.ledger.threads[house.place, "nobody"] = house.graph.ledger.threads.pop(
        (house.place, contact(house, "mara"))
    )
    poll(house, MESSAGES, times=walk.PATIENCE)
    assert "other 29" in words(house)
    assert any(f"-{contact(house, 'mara')} cannot be read: Meta answered error 100/33" in one for one in gaps(house))


def contact(house: House, who: str) -> str:
    """Return the id of a customer in direct messages."""
    person = house.graph.person(who)
    return str(person.psid if house.channel == "facebook" else person.igsid)


@BOTH
def test_a_throttle_among_refusals_ends_the_poll(house: House) -> None:
    """Between refusals of single posts Meta asks to wait: that is no refusal, and no call is made meanwhile."""
    posts = [odd(house) for _ in range(4)]
    for post in posts:
        comment(house, "mara", post, "hello")
    for post in (posts[0], posts[2], posts[3]):
        refuse(house, post, 10, None)
    refuse(house, posts[1], 80001, None, reset_in=1800)
    assert "80001" in (poll(house)[0] or "")
    calls = len(house.sandbox.calls)
    poll(house)
    poll(house, MESSAGES)
    assert len(house.sandbox.calls) == calls
    house.sandbox.faults.clear()
    house.sandbox.world.advance(1800)
    poll(house, times=2)
    assert words(house) == {"hello"}
    assert len(rows(house.ingest.store, "SELECT id FROM interactions WHERE NOT outbound")) == 4
    assert gaps(house) == []
