"""How many calls it takes to follow the comments below many posts, through facebook-sdk and HTTP.

    python benchmarks/graph_calls.py                      # 200, 1,000 and 2,000 posts with 20,000 comments
    python benchmarks/graph_calls.py --posts 200 --comments 2000
    python benchmarks/graph_calls.py --check              # exit 1 when the calls of a poll grow with quiet posts

The sandbox stands in for Meta. A poll is what happens once an interval; a walk, after whose end the mark moves, goes
on over so many polls. Counted are the calls that arrived. "Busy" is a walk in which customers wrote below some posts,
new and old; "new per call" are the comments that were not known before for each of its calls.
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Final

from social_listener.channels import Channel, factory
from social_listener.channels.graph_walk import SLICES
from social_listener.cursor import Cursor, advance
from social_listener.model import Page, Stream, StreamKind
from social_listener.sandbox import Sandbox

NOW: Final = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
COMMENTS: Final = Stream(
    id="page/comments",
    account_id="page",
    channel="facebook",
    kind=StreamKind.COMMENTS,
    name="comments",
    interval=timedelta(minutes=1),
    overlap=timedelta(minutes=30),
)
BUSY_POSTS: Final = 20
EACH: Final = 10  #: comments that come below each of them


def poll(channel: Channel, at: Cursor) -> tuple[list[Page], Cursor]:
    """Return the pages of one poll, and where the walk stands then."""
    pages: list[Page] = []
    while True:
        pages.append(channel.fetch(COMMENTS, at, NOW))
        at, _ = advance(at, pages[-1], known=False, overlap=COMMENTS.overlap)
        if pages[-1].next is None or pages[-1].rests:
            return pages, at


def walk(channel: Channel, at: Cursor) -> tuple[list[list[Page]], Cursor]:
    """Return the polls of a whole walk, and the cursor at its end."""
    polls = []
    while True:
        pages, at = poll(channel, at)
        polls.append(pages)
        if not at.walking:
            return polls, at


def follow(posts: int, comments: int) -> int:
    """Follow that many posts; print what it took, and return the calls of the largest quiet poll."""
    with Sandbox(seed=7, clock="manual", start_at=NOW, limits=False) as sandbox:
        graph = sandbox.graph
        graph.policy.change(feed_posts_a_year=None)
        made = graph.fill(posts=posts, comments=comments)
        channel = factory("facebook")(
            account_id="page",
            credentials=sandbox.graph_credentials("facebook"),
            base_url=sandbox.base_url,
            options=sandbox.graph_options("facebook"),
            connect_timeout=timedelta(seconds=5),
            read_timeout=timedelta(seconds=30),
        )
        channel.whoami()
        began = time.perf_counter()
        first, at = walk(channel, Cursor())
        took = time.perf_counter() - began
        known = {item.id for pages in first for page in pages for item in page.interactions}
        sandbox.world.advance(7200)
        _, at = walk(channel, at)
        quiet, at = walk(channel, at)
        for index in range(BUSY_POSTS):
            for number in range(EACH):
                graph.comment(f"customer_{number}", made[index * len(made) // BUSY_POSTS], "Is anybody there?")
        busy, at = walk(channel, at)
        found = {item.id for pages in busy for page in pages for item in page.interactions if not item.context}
        found -= known
        calls = sum(len(pages) for pages in busy)
        new = len(found)
        largest = max(len(pages) for pages in quiet)
        print(
            f"{posts:>7,} {len(known):>9,} {sum(len(pages) for pages in first):>11,} {took:>8.1f} {len(quiet):>6} "
            f"{largest:>12} {sum(len(pages) for pages in quiet):>11} {calls:>10} {new:>6} {new / calls:>13.1f}"
        )
        return largest


def main() -> int:
    """Follow Pages of several sizes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, nargs="+", default=[200, 1_000, 2_000])
    parser.add_argument("--comments", type=int, default=20_000)
    parser.add_argument("--check", action="store_true")
    asked = parser.parse_args()
    print(f"{asked.comments:,} comments; busy: {BUSY_POSTS * EACH} new comments below {BUSY_POSTS} posts of all ages\n")
    print(
        "  posts    stored  first walk  seconds  polls   quiet poll  quiet walk  busy walk    new  new per call\n"
        "                  calls                 a walk  calls       calls       calls\n"
    )
    largest = [follow(posts, asked.comments) for posts in asked.posts]
    within = max(largest) <= 1 + SLICES
    print(
        f"\na quiet poll takes {'at most' if within else 'MORE THAN'} {1 + SLICES} calls, however many posts there are"
    )
    return int(asked.check and not within)


if __name__ == "__main__":
    sys.exit(main())
