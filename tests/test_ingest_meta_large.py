"""What Meta gives only in smaller parts ("Please reduce the amount of data you're asking for", code 1): it is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from reading_kit import rows
from test_ingest_meta import BOTH, House, open_house
from test_ingest_meta_refused import comment, gaps, mark, odd, poll, state, words

from social_listener.ingest import walk
from social_listener.model import StreamKind

pytestmark = pytest.mark.thinned(2)

COMMENTS, MESSAGES, MENTIONS = StreamKind.COMMENTS, StreamKind.MESSAGES, StreamKind.MENTIONS
LISTS = {"facebook": "feed", "instagram": "media"}


@pytest.fixture
def house(channel: str, tmp_path: Path) -> Iterator[House]:
    """Return a house that has read everything once."""
    made = open_house(channel, tmp_path)
    made.poll()
    yield made
    made.ingest.store.close()
    made.sandbox.stop()


def asked(house: House, what: str, since: int) -> Counter[str]:
    """Return how often which limit was asked for of a list, from one call on."""
    limits = Counter[str]()
    for call in list(house.sandbox.calls)[since:]:
        if call.endpoint.endswith(what):
            limits[dict(parse_qsl(call.query)).get("limit", "")] += 1
    return limits


@BOTH
@pytest.mark.parametrize("most", [1, 3, 10])
def test_a_list_of_conversations_is_read_in_smaller_pages(house: House, most: int) -> None:
    """The limit is halved until Meta answers, and that one serves for the rest of the walk."""
    for number in range(40):
        house.write(f"complaint {number}", who=f"customer_{number}")
    house.graph.heavy["conversations"] = most
    since = len(house.sandbox.calls)
    assert poll(house, MESSAGES) == [None]
    assert words(house) == {f"complaint {number}" for number in range(40)}
    limits = asked(house, "/conversations", since)
    found = next(limit for limit in (12, 6, 3, 1) if limit <= most)
    assert all(count == 1 for limit, count in limits.items() if limit != str(found))


@BOTH
def test_lists_of_posts_and_comments_are_read_in_smaller_pages(house: House) -> None:
    """Posts by fours, the comments of one post by sevens, those of another one by one: each is read whole."""
    posts = [odd(house) for _ in range(9)]
    said = set()
    for number, post in enumerate(posts):
        for count in range(20 if number < 2 else 1):
            said.add(text := f"comment {count} on {number}")
            comment(house, f"customer_{count}", post, text)
    house.graph.heavy |= {LISTS[house.channel]: 4, f"{posts[0].id}/comments": 7, f"{posts[1].id}/comments": 1}
    poll(house, times=6)
    assert words(house) == said
    assert (gaps(house), state(house)) == ([], "ok")


@pytest.mark.parametrize("channel", ["facebook"])
def test_mentions_are_read_in_smaller_pages(house: House) -> None:
    """Visitors' posts come though Meta gives only two at once."""
    for number in range(7):
        house.graph.visitor_post("mara", f"hello {number}")
    house.graph.heavy["visitor_posts"] = 2
    assert poll(house, MENTIONS) == [None]
    assert words(house) == {f"hello {number}" for number in range(7)}


@BOTH
def test_a_long_conversation_is_read_in_smaller_parts(house: House) -> None:
    """Of one that is read by itself Meta gives four messages at once: the newest twenty are stored, and a gap told."""
    house.write("hello")
    poll(house, MESSAGES)
    house.sandbox.world.advance(7200)
    poll(house, MESSAGES)
    for number in range(30):
        house.write(f"long {number}")
    since = len(house.sandbox.calls)
    thread = house.graph.thread("mara", house.place)
    house.sandbox.faults.add(f"GET /{thread.id}", "graph_error", code=1, times=2)
    assert poll(house, MESSAGES) == [None]
    assert {f"long {number}" for number in range(10, 30)} <= words(house)
    assert len(gaps(house)) == 1
    assert len(house.sandbox.calls) - since <= 6


@BOTH
def test_a_post_of_which_not_one_comment_is_given_stops_no_other(house: House) -> None:
    """Code 1 down to a single comment is a fault of that post while others answer; it is named, and asked for again."""
    post = odd(house)
    comment(house, "mara", post, "below the odd one")
    house.sandbox.faults.add(f"GET /{post.id}/comments", "graph_error", code=1)
    comment(house, "ben", house.root, "my card was charged twice")
    poll(house, times=walk.PATIENCE)
    assert words(house) == {"my card was charged twice"}
    assert [post.id in reason for reason in gaps(house)] == [True]
    poll(house, times=12)
    assert all(post.id in one["last_error"] for one in failing(house))
    house.sandbox.faults.clear()
    poll(house, times=2)
    assert "below the odd one" in words(house)


@BOTH
def test_when_meta_is_broken_few_calls_are_made(house: House) -> None:
    """Code 1 of everything is an outage: seven tries of one list, and the mark stands until it is over."""
    comment(house, "mara", odd(house), "it burnt my hand")
    before, since = mark(house), len(house.sandbox.calls)
    house.sandbox.faults.add("GET /**", "graph_error", code=1)
    assert all("error 1" in (error or "") for error in poll(house, times=3))
    assert len(house.sandbox.calls) - since <= 3 * 7
    assert (mark(house), gaps(house), state(house)) == (before, [], "unreachable")
    house.sandbox.faults.clear()
    poll(house)
    assert words(house) == {"it burnt my hand"}


@BOTH
def test_a_short_fault_does_not_shrink_the_polls_after_it(house: House) -> None:
    """After six refusals for want of less the next poll asks for as many as ever, and misses no post in between."""
    posts = []
    for _ in range(30):
        posts.append(odd(house))
        house.sandbox.world.advance(600)
    poll(house, times=2)
    house.sandbox.faults.add("GET /**", "graph_error", code=1, times=6)
    poll(house, times=6)
    comment(house, "mara", posts[-2], "it burnt my hand")
    poll(house)
    assert words(house) == {"it burnt my hand"}


@BOTH
def test_when_all_comments_are_broken_nothing_is_given_up(house: House) -> None:
    """Lists answer and the comments of no post do: that is an outage too."""
    for number in range(12):
        comment(house, "mara", odd(house), f"complaint {number}")
    before, since = mark(house), len(house.sandbox.calls)
    for kind in ("post", "media"):
        house.sandbox.faults.add(f"GET /{{{kind}}}/comments", "graph_error", code=1)
    poll(house, times=6)
    assert len(house.sandbox.calls) - since <= 6 * 16
    assert (mark(house), gaps(house), state(house)) == (before, [], "unreachable")
    house.sandbox.faults.clear()
    poll(house, times=2)
    assert words(house) == {f"complaint {number}" for number in range(12)}
    assert gaps(house) == []


@BOTH
def test_look_ups_are_made_in_smaller_parts(house: House) -> None:
    """Code 1 of a look-up of many is answered by asking for fewer."""
    gone = [house.say(f"comment {number}", who=f"customer_{number}") for number in range(8)][5]
    house.poll()
    house.graph.delete(gone)
    house.sandbox.world.advance(25 * 3600)
    house.graph.heavy["ids"] = 3
    assert house.ingest.recheck("brand") >= 8
    assert house.stored(gone.id)["deleted_at"] is not None


def failing(house: House) -> list[dict[str, Any]]:
    """Return the streams that fail."""
    return rows(house.ingest.store, "SELECT * FROM streams WHERE last_error IS NOT NULL AND errors > 0")
