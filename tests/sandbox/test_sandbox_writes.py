"""Writing: posts, replies, hiding, likes and direct messages, with the rules that may refuse them."""

from __future__ import annotations

import pytest
import tweepy

from social_listener.sandbox import Sandbox


def detail(caught: pytest.ExceptionInfo[tweepy.HTTPException]) -> str:
    """Return the detail of a problem."""
    return str(caught.value.response.json()["detail"])


def test_reply_lands_under_its_parent(sandbox: Sandbox, client: tweepy.Client) -> None:
    """A reply through the API is in the truth once, under its parent, marked with the account that made it."""
    mention = sandbox.world.post("mara_lindt", "@fernhill @tobyquill where is my order?")
    made = client.create_tweet(text="On its way!", in_reply_to_tweet_id=mention.id)["data"]
    assert made["text"] == "@mara_lindt @tobyquill On its way!"
    (post,) = sandbox.world.truth().made_by_api()
    assert (post.id, post.parent_id, post.text, post.via_api) == (
        made["id"],
        mention.id,
        "On its way!",
        sandbox.brand.id,
    )
    assert [entry["id"] for entry in client.get_users_tweets(sandbox.brand.id)["data"]] == [made["id"]]
    replies = sandbox.world.truth().replies_to(mention.id, sandbox.brand.id)
    assert [reply.id for reply in replies] == [made["id"]]


def test_somebody_can_be_left_out_of_a_reply(sandbox: Sandbox, client: tweepy.Client) -> None:
    """exclude_reply_user_ids keeps a handle from being put in front."""
    mention = sandbox.world.post("mara_lindt", "@fernhill @tobyquill where is my order?")
    left_out = sandbox.world.user("tobyquill").id
    made = client.create_tweet(text="Soon", in_reply_to_tweet_id=mention.id, exclude_reply_user_ids=[left_out])
    assert made["data"]["text"] == "@mara_lindt Soon"


def test_reply_needs_a_mention_unless_switched_off(sandbox: Sandbox, client: tweepy.Client) -> None:
    """Somebody who did not name the account cannot be answered; with the rule off, or to oneself, it works."""
    passing = sandbox.world.post("mara_lindt", "Fernhill makes me sad")
    with pytest.raises(tweepy.Forbidden) as caught:
        client.create_tweet(text="Oh no", in_reply_to_tweet_id=passing.id)
    assert "have not been mentioned" in detail(caught)
    assert sandbox.world.truth().made_by_api() == ()
    own = client.create_tweet(text="A thread")["data"]["id"]
    client.create_tweet(text="and its second part", in_reply_to_tweet_id=own)
    sandbox.policy.reply_only_when_mentioned = False
    client.create_tweet(text="Oh no", in_reply_to_tweet_id=passing.id)


def test_automatic_handle_may_not_count(sandbox: Sandbox, client: tweepy.Client) -> None:
    """Whether the handle that a reply gets by itself is a mention can be switched."""
    ours = sandbox.world.post(sandbox.brand, "News")
    reply = sandbox.world.post("mara_lindt", "Great", reply_to=ours)
    sandbox.policy.automatic_mention_counts = False
    with pytest.raises(tweepy.Forbidden):
        client.create_tweet(text="Thanks", in_reply_to_tweet_id=reply.id)
    sandbox.policy.automatic_mention_counts = True
    client.create_tweet(text="Thanks", in_reply_to_tweet_id=reply.id)


def test_duplicate_text_is_refused_for_a_while(sandbox: Sandbox, client: tweepy.Client) -> None:
    """The same text to the same person is refused within a day, allowed to others, after it, and with the rule off."""
    first = sandbox.world.post("mara_lindt", "@fernhill one")
    second = sandbox.world.post("tobyquill", "@fernhill two")
    client.create_tweet(text="Sorry!", in_reply_to_tweet_id=first.id)
    client.create_tweet(text="Sorry!", in_reply_to_tweet_id=second.id)
    with pytest.raises(tweepy.Forbidden) as caught:
        client.create_tweet(text="Sorry!", in_reply_to_tweet_id=first.id)
    assert detail(caught) == "You are not allowed to create a Tweet with duplicate content."
    sandbox.world.advance(86_401)
    client.create_tweet(text="Sorry!", in_reply_to_tweet_id=first.id)
    sandbox.policy.duplicate_text_refused = False
    client.create_tweet(text="Sorry!", in_reply_to_tweet_id=first.id)
    assert len(sandbox.world.truth().replies_to(first.id)) == 3


def test_text_has_a_longest_length(sandbox: Sandbox, client: tweepy.Client) -> None:
    """Length is counted by weight: 140 Japanese characters fit, 141 do not; empty text is a bad request."""
    client.create_tweet(text="茶" * 140)
    with pytest.raises(tweepy.Forbidden):
        client.create_tweet(text="茶" * 141)
    with pytest.raises(tweepy.BadRequest):
        client.create_tweet(text="  ")


def test_reply_to_a_deleted_post_is_refused(sandbox: Sandbox, client: tweepy.Client) -> None:
    """There is no answering what is gone."""
    mention = sandbox.world.post("mara_lindt", "@fernhill never mind")
    sandbox.world.delete(mention)
    with pytest.raises(tweepy.Forbidden) as caught:
        client.create_tweet(text="Hello?", in_reply_to_tweet_id=mention.id)
    assert "deleted or not visible" in detail(caught)


def test_own_posts_may_show_late(sandbox: Sandbox, client: tweepy.Client) -> None:
    """With a read lag the own timeline shows a post only after it; the truth has it at once."""
    sandbox.policy.own_posts_visible_after = 45.0
    client.create_tweet(text="Hello")
    assert "data" not in client.get_users_tweets(sandbox.brand.id)
    assert len(sandbox.world.truth().made_by_api()) == 1
    sandbox.world.advance(45)
    assert client.get_users_tweets(sandbox.brand.id)["meta"]["result_count"] == 1


def test_only_own_posts_can_be_deleted(sandbox: Sandbox, client: tweepy.Client) -> None:
    """Deleting one's own works once; another's is 403, an unknown one 404."""
    own = client.create_tweet(text="Oops")["data"]["id"]
    assert client.delete_tweet(own) == {"data": {"deleted": True}}
    assert sandbox.world.truth().post(own).deleted
    with pytest.raises(tweepy.NotFound):
        client.delete_tweet(own)
    with pytest.raises(tweepy.Forbidden):
        client.delete_tweet(sandbox.world.post("mara_lindt", "Mine").id)


def test_hiding_is_for_replies_in_own_conversations(sandbox: Sandbox, client: tweepy.Client) -> None:
    """A reply below an own post can be hidden and shown again; anything else is refused."""
    ours = sandbox.world.post(sandbox.brand, "News")
    reply = sandbox.world.post("best_deals_4u", "Cheap stuff", reply_to=ours)
    client.hide_reply(reply.id)
    assert sandbox.world.truth().post(reply.id).hidden
    client.unhide_reply(reply.id)
    assert not sandbox.world.truth().post(reply.id).hidden
    with pytest.raises(tweepy.Forbidden):
        client.hide_reply(sandbox.world.post("mara_lindt", "@fernhill hello").id)


def test_likes_are_kept_and_can_be_switched_off(sandbox: Sandbox, client: tweepy.Client) -> None:
    """A like counts once however often it is given; switched off it is 403."""
    mention = sandbox.world.post("mara_lindt", "@fernhill thanks")
    client.like(mention.id)
    client.like(mention.id)
    assert sandbox.world.truth().post(mention.id).likes == (sandbox.brand.id,)
    client.unlike(mention.id)
    assert sandbox.world.truth().post(mention.id).likes == ()
    sandbox.policy.likes_enabled = False
    with pytest.raises(tweepy.Forbidden):
        client.like(mention.id)


def test_messages_go_both_ways(sandbox: Sandbox, client: tweepy.Client) -> None:
    """All events, those with a participant and those of a conversation show both sides, newest first."""
    mara = sandbox.world.user("mara_lindt")
    asked = sandbox.world.dm(mara, sandbox.brand, "Where is my order?")
    sandbox.world.dm("tobyquill", sandbox.brand, "Something else")
    sandbox.world.advance(60)
    sent = client.create_direct_message(participant_id=mara.id, text="In your street.")["data"]
    assert sent["dm_conversation_id"] == asked.conversation == f"{mara.id}-{sandbox.brand.id}"
    fields = {"dm_event_fields": "sender_id,created_at,dm_conversation_id", "expansions": "sender_id"}
    found = client.get_direct_message_events(participant_id=mara.id, **fields)
    assert [entry["text"] for entry in found["data"]] == ["In your street.", "Where is my order?"]
    assert {user["username"] for user in found["includes"]["users"]} == {"fernhill", "mara_lindt"}
    assert client.get_direct_message_events(dm_conversation_id=asked.conversation, **fields)["data"] == found["data"]
    assert client.get_direct_message_events()["meta"]["result_count"] == 3
    (made,) = sandbox.world.truth().messages_by_api()
    assert (made.id, made.text) == (sent["dm_event_id"], "In your street.")


def test_message_pages_end_with_an_empty_one(sandbox: Sandbox, client: tweepy.Client) -> None:
    """As recorded, every page with items has a next_token; the walk gives each message once."""
    made = []
    for number in range(7):
        made.append(sandbox.world.dm("mara_lindt", sandbox.brand, f"Message {number}").id)
        sandbox.world.advance(1)
    found, token = [], None
    while True:
        page = client.get_direct_message_events(max_results=3, **({"pagination_token": token} if token else {}))
        found += [entry["id"] for entry in page.get("data", [])]
        token = page["meta"].get("next_token")
        if token is None:
            break
    assert found == made[::-1]


def test_messages_end_after_thirty_days(sandbox: Sandbox, client: tweepy.Client) -> None:
    """Messages older than 30 days are not given any more, unless the horizon is switched off."""
    sandbox.world.dm("mara_lindt", sandbox.brand, "Hello")
    sandbox.world.advance(31 * 86_400)
    assert client.get_direct_message_events() == {"meta": {"result_count": 0}}
    sandbox.policy.dm_days = None
    assert client.get_direct_message_events()["meta"]["result_count"] == 1


def test_message_is_refused_unless_they_wrote_first(sandbox: Sandbox, client: tweepy.Client) -> None:
    """Who takes no messages can be written to only after writing first; a switch refuses all."""
    shy = sandbox.world.user("greta_pym")
    assert not shy.open_dms
    with pytest.raises(tweepy.Forbidden) as caught:
        client.create_direct_message(participant_id=shy.id, text="Hello")
    assert detail(caught) == "You do not have permission to DM one or more participants."
    sandbox.world.dm(shy, sandbox.brand, "Hello?")
    client.create_direct_message(participant_id=shy.id, text="Hello")
    sandbox.policy.dms_refused = True
    with pytest.raises(tweepy.Forbidden):
        client.create_direct_message(participant_id=shy.id, text="Hello again")
