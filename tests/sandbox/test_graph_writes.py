"""What a Page does in public through the Graph API, with an unmodified facebook-sdk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import facebook
import pytest

from social_listener.sandbox import Sandbox

GraphConnect = Callable[..., facebook.GraphAPI]


def refused(call: Any) -> tuple[int, int | None]:
    """Return code and subcode of a refusal."""
    with pytest.raises(facebook.GraphAPIError) as caught:
        call()
    return caught.value.code, caught.value.result["error"].get("error_subcode")


def test_comments_nest_as_the_platform_nests_them(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """A comment on a nested comment lands under the top-level one; all are the application's."""
    graph = sandbox.graph
    post = graph.page_post("News")
    top = graph.comment("mara_lindt", post, "One")
    nested = graph.comment("tobyquill", top, "Two")
    made = [page.put_comment(target, f"To {target}")["id"] for target in (post.id, top.id, nested.id)]
    truth = graph.truth()
    assert [truth.comment(one).parent_id for one in made] == [None, top.id, top.id]
    assert truth.comment(made[2]).answered_id == nested.id
    assert {truth.comment(one).via_api for one in made} == {graph.app_id}
    assert page.get_object(made[2], fields="from,parent{id}")["from"]["id"] == graph.page_id


def test_comment_can_be_read_in_its_own_answer(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """With fields, the answer to a comment has them, as recorded; a tag in the text becomes a name and a tag."""
    graph = sandbox.graph
    post = graph.page_post("News")
    comment = graph.comment("mara_lindt", post, "One")
    text = f"@[{graph.person('mara_lindt').psid}] thank you"
    fields = "id,message,permalink_url,created_time,message_tags"
    answer = page.put_object(comment.id, "comments", message=text, fields=fields)
    assert answer["message"] == "Mara Lindt thank you"
    assert answer["message_tags"][0]["id"] == graph.person("mara_lindt").psid
    assert answer.keys() == set(fields.split(","))


def test_own_comments_are_edited_others_hidden(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """POST on a comment edits the Page's own and hides others'; the reverse is refused, and so is nothing at all."""
    graph = sandbox.graph
    post = graph.page_post("News")
    comment = graph.comment("mara_lindt", post, "One")
    own = page.put_comment(comment.id, "Two")["id"]
    assert page.request(f"v26.0/{own}", post_args={"message": "Three"}) == {"success": True}
    assert page.request(f"v26.0/{comment.id}", post_args={"is_hidden": "true"}) == {"success": True}
    truth = graph.truth()
    assert [version.text for version in truth.comment(own).versions] == ["Two", "Three"]
    assert truth.comment(comment.id).hidden
    page.request(f"v26.0/{comment.id}", post_args={"is_hidden": "false"})
    assert not graph.truth().comment(comment.id).hidden
    assert refused(lambda: page.request(f"v26.0/{comment.id}", post_args={"message": "Mine"}))[0] == 200
    assert refused(lambda: page.request(f"v26.0/{own}", post_args={"is_hidden": "true"}))[0] == 100
    assert refused(lambda: page.request(f"v26.0/{own}", post_args={"is_hidden": "perhaps"}))[0] == 100
    assert refused(lambda: page.request(f"v26.0/{own}", post_args={"other": "1"}))[0] == 100


def test_likes_come_and_go(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """The Page likes and unlikes; user_likes and the summary tell; a comment of Instagram has no likes to give."""
    graph = sandbox.graph
    comment = graph.comment("mara_lindt", graph.page_post("News"), "One")
    assert page.put_like(comment.id) == {"success": True}
    seen = page.get_object(comment.id, fields="user_likes,like_count,likes.summary(true).limit(0)")
    assert (seen["user_likes"], seen["like_count"]) == (True, 1)
    assert seen["likes"] == {"data": [], "summary": {"total_count": 1, "can_like": True, "has_liked": True}}
    assert page.delete_object(f"{comment.id}/likes") == {"success": True}
    assert graph.truth().comment(comment.id).likes == ()
    below = graph.ig_comment("mara_lindt", graph.media("Sunday"), "Lovely")
    assert refused(lambda: page.put_like(below.id)) == (100, 33)


def test_deleting(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """The Page deletes its own and what others wrote on it, once; not what others wrote below posts elsewhere."""
    graph = sandbox.graph
    post, tagged = graph.page_post("News"), graph.tagged_post("mara_lindt", "Look")
    comment, elsewhere = graph.comment("mara_lindt", post, "One"), graph.comment("tobyquill", tagged, "Hm")
    assert page.delete_object(comment.id) == {"success": True}
    assert graph.truth().comment(comment.id).deleted
    assert refused(lambda: page.delete_object(comment.id)) == (100, 33)
    assert refused(lambda: page.delete_object(elsewhere.id))[0] == 200
    own = page.put_comment(elsewhere.id, "Hello")["id"]
    assert page.delete_object(own) == {"success": True}


def test_duplicates_are_refused_for_a_while(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """The same text at the same place is 506 for the window; elsewhere, deleted before or later it is taken."""
    graph = sandbox.graph
    post, other = graph.page_post("News"), graph.page_post("More")
    comment = graph.comment("mara_lindt", post, "One")
    first = page.put_comment(comment.id, "Hello")["id"]
    assert refused(lambda: page.put_comment(comment.id, "Hello"))[0] == 506
    page.put_comment(post.id, "Hello")
    page.put_comment(other.id, "Hello")
    page.delete_object(first)
    page.put_comment(comment.id, "Hello")
    assert refused(lambda: page.put_comment(comment.id, "Hello"))[0] == 506
    graph.advance(3601)
    page.put_comment(comment.id, "Hello")
    graph.policy.change(duplicate_window=None)
    page.put_comment(comment.id, "Hello")


def test_empty_and_endless_comments(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """A comment without text, or with far too much of it, is error 100 and nothing is written."""
    post = sandbox.graph.page_post("News")
    for text in ("", "  ", "x" * 8001):
        assert refused(lambda text=text: page.put_object(post.id, "comments", message=text, marker="1"))[0] == 100
    assert sandbox.graph.truth().comments == ()


def test_page_posts(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """POST to the feed posts as the Page."""
    made = page.put_object("me", "feed", message="Hello")["id"]
    assert sandbox.graph.truth().post(made).via_api == sandbox.graph.app_id


def test_own_writes_may_show_late(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """With own_visible_after, what was written through the API is in no read until then."""
    graph = sandbox.graph
    graph.policy.change(own_visible_after=10)
    post = graph.page_post("News")
    made = page.put_comment(post.id, "Hello")["id"]
    assert page.get_connections(post.id, "comments")["data"] == []
    graph.advance(10)
    assert page.get_connections(post.id, "comments")["data"][0]["id"] == made


def test_instagram_replies(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """Replies attach to the top-level comment; hidden comments and closed media take none; hide is not `hidden`."""
    graph = sandbox.graph
    media = graph.media("Sunday")
    top = graph.ig_comment("mara_lindt", media, "One")
    nested = graph.ig_comment("tobyquill", top, "Two")
    made = page.put_object(nested.id, "replies", message="Thanks")["id"]
    below = page.put_object(media.id, "comments", message="Hello all")["id"]
    truth = graph.truth()
    assert (truth.ig_comment(made).parent_id, truth.ig_comment(made).answered_id) == (top.id, nested.id)
    assert truth.ig_comment(below).parent_id is None
    assert refused(lambda: page.request(f"v26.0/{top.id}", post_args={"hidden": "true"}))[0] == 100
    page.request(f"v26.0/{top.id}", post_args={"hide": "true"})
    assert page.get_object(top.id, fields="hidden")["hidden"] is True
    for target in (top.id, nested.id):
        assert refused(lambda target=target: page.put_object(target, "replies", message="Hidden?"))[0] == 100
    page.request(f"v26.0/{top.id}", post_args={"hide": "false"})
    page.put_object(top.id, "replies", message="Back again")
    page.request(f"v26.0/{media.id}", post_args={"comment_enabled": "false"})
    assert refused(lambda: page.put_object(top.id, "replies", message="Closed?"))[0] == 100
    assert refused(lambda: page.put_object(made, "replies", message="Thanks"))[0] == 100
    assert page.delete_object(top.id) == {"success": True}
    assert graph.truth().ig_comment(made).deleted


def test_instagram_duplicates(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """The same reply to the same comment is 506."""
    top = sandbox.graph.ig_comment("mara_lindt", sandbox.graph.media("Sunday"), "One")
    page.put_object(top.id, "replies", message="Thanks")
    assert refused(lambda: page.put_object(top.id, "replies", message="Thanks"))[0] == 506


def test_answers_to_mentions(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """A mention is answered through the account: below the medium, or the comment; others are not there to answer."""
    graph = sandbox.graph
    caption = graph.ig_mention("mara_lindt", "try this")
    comment = graph.ig_mention("tobyquill", "you too", in_comment=True)
    first = page.put_object(graph.instagram_id, "mentions", media_id=caption.id, message="Thanks")["id"]
    media_id = graph.truth().ig_comment(comment.id).media_id
    second = page.put_object(
        graph.instagram_id, "mentions", media_id=media_id, comment_id=comment.id, message="And you"
    )["id"]
    truth = graph.truth()
    assert (truth.ig_comment(first).media_id, truth.ig_comment(first).parent_id) == (caption.id, None)
    assert truth.ig_comment(second).parent_id == comment.id
    wrong = {"media_id": caption.id, "comment_id": comment.id, "message": "Hm"}
    assert refused(lambda: page.put_object(graph.instagram_id, "mentions", **wrong)) == (100, 33)
    own = graph.media("Sunday")
    assert refused(lambda: page.put_object(graph.instagram_id, "mentions", media_id=own.id, message="Hm")) == (100, 33)


def test_subscriptions(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """The application subscribes to fields of the Page, sees them, and leaves; unknown fields are error 100."""
    assert page.put_object("me", "subscribed_apps", subscribed_fields="feed,mention,messages") == {"success": True}
    (app,) = page.get_connections("me", "subscribed_apps")["data"]
    assert app["subscribed_fields"] == ["feed", "mention", "messages"]
    assert refused(lambda: page.put_object("me", "subscribed_apps", subscribed_fields="everything"))[0] == 100
    assert page.delete_object(f"{sandbox.graph.page_id}/subscribed_apps") == {"success": True}
    assert page.get_connections("me", "subscribed_apps")["data"] == []


def test_user_tokens_write_nothing(sandbox: Sandbox, graph_client_for: GraphConnect) -> None:
    """A user token cannot comment as the Page."""
    post = sandbox.graph.page_post("News")
    client = graph_client_for(sandbox, sandbox.graph.tokens.user_token)
    assert refused(lambda: client.put_comment(post.id, "Hello"))[0] == 210
    assert sandbox.graph.truth().comments == ()
