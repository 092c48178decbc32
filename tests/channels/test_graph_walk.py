"""Following comments below many posts with a constant number of calls, and forgetting none of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from faces import NOW, stream
from meta_faces import FacebookFace, InstagramFace, MetaFace
from saying import public

from social_listener.channels import Channel
from social_listener.channels.graph_walk import Rotation, Todo, read_rotation
from social_listener.cursor import Cursor, advance
from social_listener.errors import PageExpired, Rejected
from social_listener.model import Page, StreamKind

COMMENTS, MESSAGES = stream(StreamKind.COMMENTS), stream(StreamKind.MESSAGES)


def poll(channel: Channel, at: Cursor, one: Any = COMMENTS) -> tuple[list[Page], Cursor]:
    """Return the pages of one poll, and where the walk stands then."""
    pages: list[Page] = []
    while True:
        page = channel.fetch(one, at, NOW)
        pages.append(page)
        at, _ = advance(at, page, known=False, overlap=one.overlap)
        if page.next is None or page.rests:
            return pages, at
        assert len(pages) < 500, "the poll does not end"


def whole(channel: Channel, at: Cursor, one: Any = COMMENTS) -> tuple[list[list[Page]], Cursor]:
    """Return the polls of one whole walk, and the cursor at its end."""
    polls: list[list[Page]] = []
    while True:
        pages, at = poll(channel, at, one)
        polls.append(pages)
        if not at.walking:
            return polls, at
        assert len(polls) < 50, "the walk does not end"


def heard(pages: list[Page]) -> set[str]:
    """Return the native ids of what others said."""
    return {
        item.id.partition(":")[2]
        for page in pages
        for item in page.interactions
        if not item.outbound and not item.context
    }


@pytest.mark.long
def test_an_old_post_is_not_forgotten(facebook: FacebookFace) -> None:
    """A comment below the oldest of 700 posts is found within one walk, and a walk goes over several polls."""
    posts = facebook.graph.fill(posts=700, comments=0, span=timedelta(days=700))
    facebook.graph.policy.change(feed_posts_a_year=None)
    channel = facebook.channel()
    _, at = whole(channel, Cursor())
    facebook.advance(timedelta(hours=3))
    late = facebook.graph.comment("somebody", posts[0], "is this still for sale?")
    polls, at = whole(channel, at)
    assert len(polls) > 1
    assert heard([page for pages in polls for page in pages]) == {late.id}
    assert at.since is not None


@pytest.mark.long
def test_quiet_posts_cost_no_calls(facebook: FacebookFace) -> None:
    """One poll over 700 quiet posts takes three calls, and one more for each post on which something moved."""
    posts = facebook.graph.fill(posts=700, comments=0, span=timedelta(days=700))
    facebook.graph.policy.change(feed_posts_a_year=None)
    channel = facebook.channel()
    _, at = whole(channel, Cursor())
    facebook.advance(timedelta(hours=3))
    _, at = whole(channel, at)
    pages, _ = poll(channel, at)
    assert len(pages) == 3
    for post in posts[-5:]:
        facebook.graph.comment("somebody", post, "hello")
    pages, _ = poll(channel, at)
    assert len(pages) == 8
    assert len(heard(pages)) == 5


@pytest.mark.thinned(3)
@pytest.mark.parametrize("number", [1, 99, 100, 101, 200, 201, 299, 300])
def test_up_to_three_hundred_posts_one_poll_is_a_walk(facebook: FacebookFace, number: int) -> None:
    """The walk is over with its first poll, and its mark has moved."""
    facebook.graph.fill(posts=number - 1, comments=0, span=timedelta(days=300))
    polls, at = whole(facebook.channel(), Cursor())
    assert len(polls) == 1
    assert at.since == NOW


@pytest.mark.parametrize(
    "policy",
    [
        {"empty_pages": True},
        *(
            pytest.param(one, marks=pytest.mark.long)
            for one in ({"short_pages": True}, {"feed_paging": "time"}, {"bounds_included": False})
        ),
    ],
)
def test_however_meta_pages_every_post_is_read(facebook: FacebookFace, policy: dict[str, Any]) -> None:
    """Empty pages, half pages, pages by time, bounds that leave their own second out: nothing is missed."""
    posts = facebook.graph.fill(posts=450, comments=0, span=timedelta(days=300))
    facebook.graph.policy.change(feed_posts_a_year=None, **policy)
    wanted = {facebook.graph.comment(f"customer_{number % 9}", post, "hi").id for number, post in enumerate(posts)}
    polls, _ = whole(facebook.channel(), Cursor())
    assert heard([page for pages in polls for page in pages]) == wanted


@pytest.mark.long
def test_many_posts_of_one_second(facebook: FacebookFace) -> None:
    """More posts of one second than a page holds do not stop the walk, and none of them is left out."""
    posts = [facebook.graph.page_post(f"post {number}") for number in range(350)]
    wanted = {facebook.graph.comment("somebody", post, "hi").id for post in posts}
    polls, _ = whole(facebook.channel(), Cursor())
    assert heard([page for pages in polls for page in pages]) == wanted


@pytest.mark.long
def test_the_newest_posts_are_read_with_every_poll(facebook: FacebookFace) -> None:
    """While the walk goes through old posts a new comment below a new one shows at once, and only once more."""
    facebook.graph.fill(posts=700, comments=0, span=timedelta(days=700))
    facebook.graph.policy.change(feed_posts_a_year=None)
    channel = facebook.channel()
    _, at = whole(channel, Cursor())
    facebook.advance(timedelta(hours=3))
    _, at = poll(channel, at)
    assert at.walking
    facebook.advance(timedelta(minutes=1))
    made = facebook.say(StreamKind.COMMENTS, "anybody there?")
    pages, at = poll(channel, at)
    assert made.id in heard(pages)


def test_what_shows_late_is_found_by_the_overlap(facebook: FacebookFace) -> None:
    """A comment that the platform shows 20 minutes late comes with a later walk, though the post did not move again."""
    channel = facebook.channel()
    first = facebook.say(StreamKind.COMMENTS, "first")
    late = facebook.graph.comment("somebody", facebook.root, "late", visible_after=timedelta(minutes=20))
    pages, at = poll(channel, Cursor())
    assert heard(pages) == {first.id}
    facebook.advance(timedelta(minutes=21))
    pages, at = poll(channel, at)
    assert late.id in heard(pages)


def test_without_an_overlap_it_would_be_lost(facebook: FacebookFace) -> None:
    """The negative control: a walk that reads nothing again misses what shows late."""
    naive = stream(StreamKind.COMMENTS, overlap=0)
    channel = facebook.channel()
    facebook.say(StreamKind.COMMENTS, "first")
    facebook.advance(timedelta(minutes=1))
    late = facebook.graph.comment("somebody", facebook.root, "late", visible_after=timedelta(minutes=20))
    facebook.advance(timedelta(minutes=1))
    _, at = poll(channel, Cursor(), naive)
    facebook.advance(timedelta(minutes=21))
    pages, _ = poll(channel, at, naive)
    assert late.id not in heard(pages)


def test_a_post_that_goes_while_it_is_read(facebook: FacebookFace) -> None:
    """A post that is deleted between the list and its comments does not stop the walk."""
    gone = facebook.graph.page_post("short-lived")
    kept = facebook.say(StreamKind.COMMENTS, "hello")
    channel = facebook.channel()
    page = channel.fetch(COMMENTS, Cursor(), NOW)
    at, _ = advance(Cursor(), page, known=False, overlap=COMMENTS.overlap)
    facebook.graph.delete(gone)
    pages, at = poll(channel, at)
    assert kept.id in heard(pages)
    assert not at.walking


@pytest.mark.parametrize(
    "token", ["", "nonsense", "{}", "[]", '{"f":3}', '{"f":1,"t":[["../x","","",null,null,{}]]}', "7"]
)
def test_a_page_token_that_is_none_of_ours(meta: MetaFace, token: str) -> None:
    """It means again from the top, and never becomes an address."""
    channel = meta.channel()
    channel.whoami()
    before = meta.calls()
    for one in (COMMENTS, MESSAGES):
        with pytest.raises(PageExpired):
            channel.fetch(one, Cursor(resume=token or "x", started=NOW), NOW)
    assert meta.calls() == before


def test_a_page_token_is_read_as_it_was_written() -> None:
    """What a walk has to remember survives being written down."""
    walk = Rotation(
        polled=5,
        listing=7,
        slices=1,
        until=3,
        ended=True,
        way={"after": "x"},
        todo=(Todo(node="1_2", author="3", of="4", since=5, count=0, way={"after": "y"}), Todo(node="6")),
        done={"8": 9},
        again="10",
        refused={"11": "it cannot be read: why"},
        heard=True,
        other="12",
    )
    assert read_rotation(walk.written()) == walk
    assert read_rotation(Rotation().written()) == Rotation()


def test_a_stream_of_another_sort_is_refused(meta: MetaFace) -> None:
    """Searches and replies are not what these platforms have."""
    for kind in (StreamKind.SEARCH, StreamKind.REPLIES):
        with pytest.raises(Rejected, match="no stream"):
            meta.channel().fetch(stream(kind), Cursor(), NOW)


# -- Instagram ---------------------------------------------------------------------------------------------------------


def test_only_media_with_another_count_are_read(instagram: InstagramFace) -> None:
    """Once read, 40 media cost one call for the list and one for a medium that is read again in its turn."""
    media = [instagram.graph.media(f"picture {number}") for number in range(40)]
    for one in media:
        instagram.graph.ig_comment("somebody", one, "nice")
    channel = instagram.channel()
    first, at = poll(channel, Cursor())
    assert len(first) == 41
    second, at = poll(channel, at)
    assert len(second) == 2
    made = instagram.graph.ig_comment("somebody", media[3], "still nice")
    third, at = poll(channel, at)
    assert made.id in heard(third)
    assert len(third) == 3


def test_a_poll_that_was_not_stored_is_read_again(instagram: InstagramFace) -> None:
    """What a crash kept from being stored is read again: counts are remembered when the cursor shows that they hold."""
    made = instagram.say(StreamKind.COMMENTS, "hello")
    channel = instagram.channel()
    pages, _ = poll(channel, Cursor())
    assert heard(pages) == {made.id}
    again, at = poll(channel, Cursor())  # the first one never was stored: the cursor stands where it stood
    assert heard(again) == {made.id}
    third, _ = poll(channel, at)
    assert len(third) == 2  # the list, and the one medium whose turn it is


def test_one_that_went_and_one_that_came(instagram: InstagramFace) -> None:
    """The same count hides a change; each poll reads one medium anyway, so that it shows within a round."""
    media = [instagram.graph.media(f"picture {number}") for number in range(3)]
    old = [instagram.graph.ig_comment("somebody", one, "nice") for one in media]
    channel = instagram.channel()
    _, at = poll(channel, Cursor())
    instagram.graph.delete(old[1])
    new = instagram.graph.ig_comment("somebody", media[1], "not nice any more")
    found: set[str] = set()
    for _ in range(3):
        pages, at = poll(channel, at)
        found |= heard(pages)
    assert new.id in found


def test_answers_beyond_those_that_come_with_their_comment(instagram: InstagramFace) -> None:
    """A comment with 120 answers is read to its last answer, and our own among them stands with whom it answers."""
    top = instagram.graph.ig_comment("mara", instagram.root, "what is this?")
    answers = {instagram.graph.ig_comment(f"customer_{number}", top, f"answer {number}").id for number in range(120)}
    own = instagram.graph.app_ig_comment(top, "@mara it is a grinder")
    pages, _ = poll(instagram.channel(), Cursor())
    assert heard(pages) == {top.id, *answers}
    items = {item.id: item for page in pages for item in page.interactions}
    assert items[f"instagram:{own.id}"].outbound
    mara = instagram.graph.person("mara").igsid
    assert items[f"instagram:{own.id}"].conversation_id == f"instagram:{instagram.root.id}:{mara}"


def test_mentions_on_instagram_are_in_no_list(instagram: InstagramFace) -> None:
    """They come by webhook only: the page is empty, and Meta is asked no more than whether our token is good."""
    instagram.graph.ig_mention("mara", "look at this")
    channel = instagram.channel()
    channel.whoami()
    before = instagram.calls()
    page = channel.fetch(stream(StreamKind.MENTIONS), Cursor(), NOW)
    assert (page.next, page.interactions, page.rejects) == (None, (), ())
    assert channel.parse(page.raw, stream(StreamKind.MENTIONS), page.server_time).interactions == ()
    assert instagram.calls() == before + 1
    assert [*instagram.sandbox.calls][-1].path.endswith("/me")


@pytest.mark.parametrize("in_comment", [True, False])
def test_a_mention_is_looked_up_answered_and_found(instagram: InstagramFace, in_comment: bool) -> None:
    """Of a mention only the id is pushed: its words are looked up, and it can be answered where it stands."""
    made = instagram.graph.ig_mention("mara", "is this yours?", in_comment=in_comment)
    channel = instagram.channel()
    (item,) = channel.lookup({made.id: None}, NOW).interactions
    assert "is this yours?" in item.text
    assert item.kind.value == "mention"
    assert item.author_id == "instagram:name-mara"
    sent = channel.send(public(made.id, "It is!"))
    (own,) = [one for one in instagram.truth().ig_comments if one.via_api]
    assert (own.id, own.text) == (sent.native_id, "It is!")
    found = channel.find_own(public(made.id, "It is!"), NOW - timedelta(seconds=5))
    assert found == (None if in_comment else sent)  # answers to comments elsewhere are shown nowhere


# -- messages ----------------------------------------------------------------------------------------------------------


def written(meta: MetaFace, number: int, by: int = 0) -> list[str]:
    """Let a customer write so many messages, a second apart; return their ids."""
    made = []
    for count in range(number):
        made.append(meta.say(StreamKind.MESSAGES, f"message {count}", by=by).id)
        meta.advance(timedelta(seconds=1))
    return made


def test_what_a_thread_no_longer_gives_is_told(meta: MetaFace) -> None:
    """After 25 new messages 20 are given: the page of that thread says how far down it comes."""
    channel = meta.channel()
    written(meta, 3, by=1)
    _, at = poll(channel, Cursor(), MESSAGES)
    meta.advance(timedelta(hours=2))
    _, at = poll(channel, at, MESSAGES)
    made = written(meta, 25)
    meta.say(StreamKind.MESSAGES, "just one", by=1)
    pages, at = poll(channel, at, MESSAGES)
    assert not at.walking
    assert len(pages) == 2
    listed, apart = pages
    assert heard([apart]) == set(made[-20:])
    assert not heard([listed]) & set(made)
    assert apart.cut == min(item.sent_at for item in apart.interactions)
    assert listed.cut is None


@pytest.mark.parametrize("number", [19, 20])
def test_a_thread_that_is_given_whole_is_not_cut(meta: MetaFace, number: int) -> None:
    """Up to 20 messages there is nothing below."""
    channel = meta.channel()
    _, at = poll(channel, Cursor(), MESSAGES)
    meta.advance(timedelta(hours=2))
    _, at = poll(channel, at, MESSAGES)
    made = written(meta, number)
    pages, _ = poll(channel, at, MESSAGES)
    assert heard(pages) == set(made)
    assert all(page.cut is None for page in pages)


def test_threads_below_the_floor_are_not_read(meta: MetaFace) -> None:
    """Of 120 threads one is new: one page of the list is read and no more."""
    for number in range(meta.crowd):
        meta.say(StreamKind.MESSAGES, "hello", by=number)
    channel = meta.channel()
    pages, at = poll(channel, Cursor(), MESSAGES)
    assert len(pages) > 1
    meta.advance(timedelta(hours=2))
    _, at = poll(channel, at, MESSAGES)
    new = meta.say(StreamKind.MESSAGES, "me again")
    pages, at = poll(channel, at, MESSAGES)
    assert len(pages) == 1
    assert new.id in heard(pages)


def test_staff_who_answer_in_the_platforms_own_app(meta: MetaFace) -> None:
    """Their message is ours, in the thread of the customer."""
    made = meta.say(StreamKind.MESSAGES, "hello")
    meta.graph.app_message("customer_0", "Hello! How can we help?", meta_platform(meta))
    pages, _ = poll(meta.channel(), Cursor(), MESSAGES)
    (ours,) = [item for page in pages for item in page.interactions if item.outbound]
    assert ours.thread_id == f"{meta.name}:{made.thread}"
    assert ours.author_id == f"{meta.name}:{meta.owner()[0]}"


def meta_platform(meta: MetaFace) -> Any:
    """Return what the sandbox calls the place of the messages."""
    return "messenger" if meta.name == "facebook" else "instagram"
