"""Reading: mentions, timelines, search, lookups; fields, paging and horizons."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import requests
import tweepy

from social_listener.sandbox import Sandbox
from social_listener.sandbox.snowflake import first_id

ALL_FIELDS = [
    "author_id",
    "conversation_id",
    "created_at",
    "in_reply_to_user_id",
    "referenced_tweets",
    "public_metrics",
    "note_tweet",
    "entities",
    "edit_controls",
    "reply_settings",
    "lang",
    "attachments",
    "display_text_range",
]
ALL_EXPANSIONS = [
    "author_id",
    "referenced_tweets.id",
    "referenced_tweets.id.author_id",
    "in_reply_to_user_id",
    "attachments.media_keys",
    "entities.mentions.username",
]


def walk(client: tweepy.Client, user: str, **parameters: Any) -> list[str]:
    """Return the ids of all pages of the mentions, in the order they came."""
    ids: list[str] = []
    token = None
    while True:
        more: dict[str, Any] = {"pagination_token": token} if token else {}
        page = client.get_users_mentions(user, **parameters, **more)
        ids += [entry["id"] for entry in page.get("data", [])]
        token = page["meta"].get("next_token")
        if token is None:
            return ids


def refusal(call: Any) -> dict[str, Any]:
    """Return the body of the 400 that a call gets."""
    with pytest.raises(tweepy.BadRequest) as caught:
        call()
    body: dict[str, Any] = caught.value.response.json()
    assert body["title"] == "Invalid Request"
    assert body["type"].endswith("/problems/invalid-request")
    assert body["errors"][0]["message"]
    return body


def test_tweepy_models_take_every_field(sandbox: Sandbox, connect_to: Any) -> None:
    """Unmodified tweepy builds its models, dates included, from an answer with all fields and expansions."""
    ours = sandbox.world.post(sandbox.brand, "Ask us anything")
    sandbox.world.advance(1)
    sandbox.world.post("mara_lindt", "When do you open? https://example.com/a #beans", reply_to=ours)
    client = connect_to(sandbox, return_type=tweepy.Response)
    answer = client.get_users_mentions(
        sandbox.brand.id,
        tweet_fields=ALL_FIELDS,
        expansions=ALL_EXPANSIONS,
        user_fields=["public_metrics", "created_at"],
    )
    (mention,) = answer.data
    assert mention.text.startswith("@fernhill When do you open? https://t.co/")
    assert mention.created_at == sandbox.world.clock.now()
    assert mention.in_reply_to_user_id == int(sandbox.brand.id)
    assert mention.conversation_id == int(ours.id)
    assert [(one.type, str(one.id)) for one in mention.referenced_tweets] == [("replied_to", ours.id)]
    assert mention.data["entities"]["urls"][0]["expanded_url"] == "https://example.com/a"
    assert mention.data["display_text_range"][0] == len("@fernhill ")
    assert [str(tweet.id) for tweet in answer.includes["tweets"]] == [ours.id]
    assert {user.username for user in answer.includes["users"]} == {"mara_lindt", "fernhill"}


def test_only_requested_fields_are_given(sandbox: Sandbox, client: tweepy.Client) -> None:
    """Without field parameters an entry has its three default fields, and no includes come along."""
    sandbox.world.post("mara_lindt", "@fernhill hello")
    page = client.get_users_mentions(sandbox.brand.id)
    assert set(page["data"][0]) == {"id", "text", "edit_history_tweet_ids"}
    assert set(page) == {"data", "meta"}


def test_empty_page_has_no_data(sandbox: Sandbox, client: tweepy.Client) -> None:
    """A page without items has no data and no ids, but a count of 0."""
    assert client.get_users_mentions(sandbox.brand.id) == {"meta": {"result_count": 0}}


def test_paging_gives_everything_once_newest_first(sandbox: Sandbox, client: tweepy.Client) -> None:
    """A walk over all pages gives every mention once, newest first."""
    made = [post.id for post in sandbox.world.fill_mentions(37)]
    assert walk(client, sandbox.brand.id, max_results=5) == made[::-1]


def test_insertion_during_a_walk_shifts_nothing(sandbox: Sandbox, client: tweepy.Client) -> None:
    """Items that arrive between two pages neither repeat nor hide those of the later pages."""
    made = [post.id for post in sandbox.world.fill_mentions(12)]
    first = client.get_users_mentions(sandbox.brand.id, max_results=5)
    sandbox.world.fill_mentions(7, span=timedelta(seconds=1))
    token = first["meta"]["next_token"]
    second = client.get_users_mentions(sandbox.brand.id, max_results=5, pagination_token=token)
    assert [entry["id"] for entry in second["data"]] == made[6:1:-1]
    back = client.get_users_mentions(sandbox.brand.id, max_results=5, pagination_token=second["meta"]["previous_token"])
    assert [entry["id"] for entry in back["data"]] == [entry["id"] for entry in first["data"]]


def test_since_and_until_exclude_themselves(sandbox: Sandbox, client: tweepy.Client) -> None:
    """since_id and until_id bound the answer and are not in it."""
    made = [post.id for post in sandbox.world.fill_mentions(9)]
    assert walk(client, sandbox.brand.id, since_id=made[3], until_id=made[7]) == made[6:3:-1]


def test_times_bound_inclusively_and_exclusively(sandbox: Sandbox, client: tweepy.Client) -> None:
    """start_time includes its second, end_time does not."""
    start = sandbox.world.clock.now()
    made = []
    for _ in range(4):
        made.append(sandbox.world.post("mara_lindt", "@fernhill hello").id)
        sandbox.world.advance(10)
    times = {"start_time": start + timedelta(seconds=10), "end_time": start + timedelta(seconds=30)}
    assert walk(client, sandbox.brand.id, **times) == [made[2], made[1]]


def test_ids_and_times_do_not_go_together(sandbox: Sandbox, client: tweepy.Client) -> None:
    """since_id with start_time is refused, in X's words."""
    body = refusal(lambda: client.get_users_mentions(sandbox.brand.id, since_id=1, start_time="2026-03-01T00:00:00Z"))
    assert "in conjunction with" in body["errors"][0]["message"]


@pytest.mark.parametrize("size", [4, 101])
def test_page_size_has_bounds(sandbox: Sandbox, client: tweepy.Client, size: int) -> None:
    """max_results outside 5–100 is refused; so are unknown parameters, fields and expansions."""
    brand = sandbox.brand.id
    assert (
        "max_results" in refusal(lambda: client.get_users_mentions(brand, max_results=size))["errors"][0]["parameters"]
    )
    refusal(lambda: client.request("GET", f"/2/users/{brand}/mentions", params={"favourite": "yes"}))
    refusal(lambda: client.get_users_mentions(brand, tweet_fields="shoe_size"))
    refusal(lambda: client.get_users_mentions(brand, expansions="neighbours"))
    refusal(lambda: client.search_recent_tweets("fernhill", max_results=9))
    refusal(lambda: client.get_direct_message_events(max_results=0))


def test_mentions_end_at_the_horizon(sandbox: Sandbox, client: tweepy.Client) -> None:
    """Only the last 800 mentions can be reached; without the limit all of them."""
    made = [post.id for post in sandbox.world.fill_mentions(830)]
    assert walk(client, sandbox.brand.id, max_results=100) == made[:29:-1]
    sandbox.policy.mentions_horizon = None
    assert walk(client, sandbox.brand.id, max_results=100) == made[::-1]


def test_search_ends_after_seven_days(sandbox: Sandbox, client: tweepy.Client) -> None:
    """Search gives the last seven days, and refuses an older since_id or start_time."""
    now = sandbox.world.clock.now()
    old = sandbox.world.post("mara_lindt", "fernhill is old news", sent_at=now - timedelta(days=8))
    new = sandbox.world.post("mara_lindt", "fernhill is new", sent_at=now - timedelta(days=6))
    assert [entry["id"] for entry in client.search_recent_tweets("fernhill")["data"]] == [new.id]
    for late in ({"since_id": old.id}, {"start_time": now - timedelta(days=8)}):
        (error,) = refusal(lambda late=late: client.search_recent_tweets("fernhill", **late))["errors"]
        assert set(error["parameters"]) == set(late)
    sandbox.policy.search_days = None
    found = client.search_recent_tweets("fernhill", since_id=first_id(1))["data"]
    assert [entry["id"] for entry in found] == [new.id, old.id]


def test_search_may_lag(sandbox: Sandbox, client: tweepy.Client) -> None:
    """With a search delay the newest posts are found only after it, and an end_time too near to now is refused."""
    sandbox.policy.search_delay = 30.0
    sandbox.world.post("mara_lindt", "fernhill")
    assert "data" not in client.search_recent_tweets("fernhill")
    refusal(lambda: client.search_recent_tweets("fernhill", end_time=sandbox.world.clock.now()))
    sandbox.world.advance(31)
    assert client.search_recent_tweets("fernhill")["meta"]["result_count"] == 1


def test_search_pages_and_leaves_out_reposts(sandbox: Sandbox, client: tweepy.Client) -> None:
    """Search pages with next_token; plain reposts are never in it."""
    made = [post.id for post in sandbox.world.fill_mentions(25)]
    sandbox.world.post("tobyquill", "", repost_of=made[0])
    found, token = [], None
    while True:
        page = client.search_recent_tweets("fernhill", **({"next_token": token} if token else {}))
        found += [entry["id"] for entry in page["data"]]
        token = page["meta"].get("next_token")
        if token is None:
            break
    assert found == made[::-1]


def test_page_token_belongs_to_its_query_and_expires(sandbox: Sandbox, client: tweepy.Client) -> None:
    """A token is refused for another query, when it was made up, and after its life."""
    sandbox.world.fill_mentions(25)
    token = client.search_recent_tweets("fernhill")["meta"]["next_token"]
    refusal(lambda: client.search_recent_tweets("order", next_token=token))
    refusal(lambda: client.search_recent_tweets("fernhill", next_token="b26v89c19zqg8o3fpzbn1"))
    sandbox.policy.page_token_life = 60.0
    assert client.search_recent_tweets("fernhill", next_token=token)["data"]
    sandbox.world.advance(61)
    refusal(lambda: client.search_recent_tweets("fernhill", next_token=token))


def test_late_items_become_visible_later(sandbox: Sandbox, client: tweepy.Client) -> None:
    """An item keeps its own id and time, but no answer has it before it becomes visible."""
    late = sandbox.world.post("mara_lindt", "@fernhill late", visible_after=30)
    sandbox.world.advance(10)
    on_time = sandbox.world.post("tobyquill", "@fernhill on time")
    assert walk(client, sandbox.brand.id) == [on_time.id]
    assert "data" not in client.get_tweets([late.id])
    sandbox.world.advance(20)
    assert walk(client, sandbox.brand.id) == [on_time.id, late.id]
    assert int(late.id) < int(on_time.id)


def test_an_edit_shows_no_sooner_than_what_it_changes(sandbox: Sandbox, client: tweepy.Client) -> None:
    """A post that appears late appears late in every wording, and then names all its versions."""
    made = sandbox.world.post("mara_lindt", "@fernhill helo", visible_after=600)
    sandbox.world.advance(5)
    edited = sandbox.world.edit(made, "@fernhill hello")
    assert "data" not in client.get_users_mentions(sandbox.brand.id)
    sandbox.world.advance(600)
    (seen,) = client.get_users_mentions(sandbox.brand.id)["data"]
    assert (seen["id"], seen["edit_history_tweet_ids"]) == (str(edited.id), [made.id, str(edited.id)])


def test_edit_is_a_new_id_in_one_chain(sandbox: Sandbox, client: tweepy.Client) -> None:
    """After an edit, lists show the new version only; both ids can be looked up and name the whole chain."""
    post = sandbox.world.post("mara_lindt", "@fernhill helo")
    sandbox.world.advance(60)
    version = sandbox.world.edit(post, "@fernhill hello")
    chain = [post.id, str(version.id)]
    (listed,) = client.get_users_mentions(sandbox.brand.id, tweet_fields="edit_controls")["data"]
    assert (listed["id"], listed["text"], listed["edit_history_tweet_ids"]) == (chain[1], "@fernhill hello", chain)
    assert listed["edit_controls"]["edits_remaining"] == 4
    both = client.get_tweets(chain)["data"]
    assert [entry["text"] for entry in both] == ["@fernhill helo", "@fernhill hello"]
    sandbox.world.delete(chain[1])
    assert len(client.get_tweets(chain)["errors"]) == 2


def test_long_post_is_cut_and_whole_in_the_note(sandbox: Sandbox, client: tweepy.Client) -> None:
    """A long post's text ends near 280 with an ellipsis; note_tweet has all of it."""
    text = "@fernhill " + "every word counts " * 40
    sandbox.world.post("mara_lindt", text.strip())
    (listed,) = client.get_users_mentions(sandbox.brand.id, tweet_fields="note_tweet")["data"]
    assert listed["note_tweet"]["text"] == text.strip()
    assert listed["text"].endswith("…")
    assert 240 < len(listed["text"]) <= 280


def test_what_cannot_be_seen_is_a_partial_error(sandbox: Sandbox, client: tweepy.Client) -> None:
    """Deleted, protected and suspended posts leave the lists; a lookup names each with its reason on a 200."""
    posts = {handle: sandbox.world.post(handle, "@fernhill hi") for handle in ("mara_lindt", "tobyquill", "jessa_ort")}
    kept = sandbox.world.post("lowell_finch", "@fernhill hello")
    sandbox.world.delete(posts["mara_lindt"])
    sandbox.world.change_user("tobyquill", protected=True)
    sandbox.world.change_user("jessa_ort", suspended=True)
    assert walk(client, sandbox.brand.id) == [kept.id]
    answer = client.get_tweets([post.id for post in posts.values()] + [kept.id])
    assert [entry["id"] for entry in answer["data"]] == [kept.id]
    reasons = {error["resource_id"]: error["type"].rsplit("/", 1)[1] for error in answer["errors"]}
    assert reasons == {
        posts["mara_lindt"].id: "resource-not-found",
        posts["tobyquill"].id: "not-authorized-for-resource",
        posts["jessa_ort"].id: "resource-not-found",
    }


def test_deleted_parent_is_an_error_of_the_expansion(sandbox: Sandbox, client: tweepy.Client) -> None:
    """A reply whose parent is gone comes with an entry in errors and without the included post."""
    parent = sandbox.world.post("tobyquill", "Something")
    sandbox.world.post("mara_lindt", "@fernhill see above", reply_to=parent)
    sandbox.world.delete(parent)
    page = client.get_users_mentions(sandbox.brand.id, expansions="referenced_tweets.id")
    assert page["meta"]["result_count"] == 1
    assert [error["resource_id"] for error in page["errors"]] == [parent.id]
    assert "tweets" not in page.get("includes", {})


def test_quotes_are_listed_and_counted(sandbox: Sandbox, client: tweepy.Client) -> None:
    """A quote references the quoted post, is found by its operator, and is counted."""
    ours = sandbox.world.post(sandbox.brand, "New beans")
    quote = sandbox.world.post("mara_lindt", "Finally", quote_of=ours)
    found = client.search_recent_tweets(f"quotes_of_tweet_id:{ours.id}", tweet_fields="referenced_tweets")["data"]
    assert found[0]["referenced_tweets"] == [{"type": "quoted", "id": ours.id}]
    assert [entry["id"] for entry in client.get_quote_tweets(ours.id)["data"]] == [quote.id]
    metrics = client.get_tweet(ours.id, tweet_fields="public_metrics")["data"]["public_metrics"]
    assert metrics["quote_count"] == 1


def test_other_spelling_of_fields(sandbox: Sandbox, raw: tweepy.Client) -> None:
    """With the post spelling, post.fields is taken, tweet.fields is refused, and names in the answer follow."""
    sandbox.policy.spelling = "post"
    ours = sandbox.world.post(sandbox.brand, "Hello")
    sandbox.world.post("mara_lindt", "Hi there", reply_to=ours)
    wanted = {"post.fields": "referenced_posts,public_metrics,note_post", "expansions": "referenced_posts.id"}
    answer = raw.request("GET", f"/2/users/{sandbox.brand.id}/mentions", params=wanted).json()
    (entry,) = answer["data"]
    assert entry["edit_history_post_ids"] == [entry["id"]]
    assert entry["referenced_posts"] == [{"type": "replied_to", "id": ours.id}]
    assert "repost_count" in entry["public_metrics"]
    assert [post["id"] for post in answer["includes"]["posts"]] == [ours.id]
    with pytest.raises(tweepy.BadRequest):
        raw.get_users_mentions(sandbox.brand.id, tweet_fields="lang")
    sandbox.policy.spelling = "both"
    assert "edit_history_tweet_ids" in raw.get_users_mentions(sandbox.brand.id, tweet_fields="lang").json()["data"][0]


def test_dates_come_from_the_sandbox_clock(sandbox: Sandbox, raw: tweepy.Client) -> None:
    """The Date header tells the sandbox's moment, not the machine's."""
    sandbox.world.advance(3600)
    answer: requests.Response = raw.get_me()
    assert answer.headers["date"] == "Mon, 02 Mar 2026 10:00:00 UTC"


def test_unknown_users_are_errors_on_a_200(sandbox: Sandbox, client: tweepy.Client) -> None:
    """Unknown and suspended users come as errors without data."""
    assert client.get_user(id=99)["errors"][0]["type"].endswith("resource-not-found")
    sandbox.world.change_user("mara_lindt", suspended=True)
    assert "suspended" in client.get_user(username="mara_lindt")["errors"][0]["detail"]
    assert client.get_users_mentions(99)["errors"][0]["resource_id"] == "99"


def test_three_characters_come_as_entities(sandbox: Sandbox, client: tweepy.Client) -> None:
    """X escapes &, < and > in texts; nothing else, and the truth keeps what was written."""
    sandbox.world.add_user("ampersand")
    sandbox.world.post("ampersand", '@fernhill R&D <3 > "all"')
    (listed,) = client.get_users_mentions(sandbox.brand.id)["data"]
    assert listed["text"] == '@fernhill R&amp;D &lt;3 &gt; "all"'
    assert sandbox.world.truth().posts[-1].shown_text == '@fernhill R&D <3 > "all"'
