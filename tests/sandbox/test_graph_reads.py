"""Reading from the Graph API with an unmodified facebook-sdk: fields, filters, order, time, pages, horizons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import facebook
import pytest
import requests

from social_listener.sandbox import Sandbox

GraphConnect = Callable[..., facebook.GraphAPI]


def ids(body: dict[str, Any]) -> list[str]:
    """Return the ids of a page."""
    return [entry["id"] for entry in body["data"]]


def texts(body: dict[str, Any], field: str = "message") -> list[str]:
    """Return the texts of a page."""
    return [entry[field] for entry in body["data"]]


def refused(call: Any) -> tuple[int, int | None]:
    """Return code and subcode of a refusal."""
    with pytest.raises(facebook.GraphAPIError) as caught:
        call()
    return caught.value.code, caught.value.result["error"].get("error_subcode")


def walk(client: facebook.GraphAPI, first: dict[str, Any]) -> list[dict[str, Any]]:
    """Follow next until it is absent, as a client has to, and return all pages."""
    pages = [first]
    while "next" in pages[-1].get("paging", {}):
        assert len(pages) < 100
        pages.append(client.session.get(pages[-1]["paging"]["next"]).json())
    return pages


def test_only_what_is_asked_for_comes(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """Fields select, ids always come, nested fields and aliases work, and unknown fields are error 100."""
    graph = sandbox.graph
    post = graph.page_post("News")
    graph.comment("mara_lindt", graph.comment("tobyquill", post, "One"), "Below one")
    fields = "from{id},comments.limit(5).as(said){message,parent{from},comments{id}},updated_time"
    answer = page.get_object(post.id, fields=fields)
    assert answer.keys() == {"id", "from", "said", "updated_time"}
    assert answer["from"] == {"id": graph.page_id}
    (said,) = answer["said"]["data"]
    assert said.keys() == {"id", "message", "comments"}
    assert page.get_object(post.id).keys() == {"created_time", "message", "id"}
    assert refused(lambda: page.get_object(post.id, fields="id,nonsense")) == (100, None)
    assert refused(lambda: page.get_object(post.id, fields="id{"))[0] == 2500


def test_feed_has_every_kind_newest_first(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """The feed has the Page's posts, unpublished too, visitors' and tagged ones; other lists have their kind only."""
    graph = sandbox.graph
    acts: list[Callable[[], Any]] = [
        lambda: graph.page_post("Own"),
        lambda: graph.page_post("Dark", published=False),
        lambda: graph.visitor_post("mara_lindt", "Visiting"),
        lambda: graph.tagged_post("mara_lindt", "Look, Fernhill"),
    ]
    made = []
    for act in acts:
        made.append(act().id)
        graph.advance(60)
    own, dark, visiting, tagged = made
    assert ids(page.get_connections("me", "feed")) == [tagged, visiting, dark, own]
    assert ids(page.get_connections(graph.page_id, "published_posts")) == [own]
    assert ids(page.get_connections(graph.page_id, "visitor_posts")) == [visiting]
    body = page.get_connections(graph.page_id, "tagged", fields="id,from,message")
    assert ids(body) == [tagged]
    assert "from" not in body["data"][0]
    assert not tagged.startswith((graph.page_id, graph.person("mara_lindt").psid))


def test_hidden_posts_are_asked_for(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """The feed leaves hidden posts out unless include_hidden is said; hidden comments are always there, marked."""
    graph = sandbox.graph
    post, visiting = graph.page_post("News"), graph.visitor_post("mara_lindt", "Bad words")
    comment = graph.comment("mara_lindt", post, "Bad words")
    graph.hide(visiting)
    graph.hide(comment)
    assert ids(page.get_connections("me", "feed")) == [post.id]
    assert set(ids(page.get_connections("me", "feed", include_hidden="true"))) == {post.id, visiting.id}
    (entry,) = page.get_connections(post.id, "comments", fields="is_hidden,can_hide")["data"]
    assert (entry["is_hidden"], entry["can_hide"]) == (True, True)


def test_comments_move_a_post_but_not_its_place(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """A new comment moves updated_time, the feed keeps the order of creation; an edited comment moves nothing."""
    graph = sandbox.graph
    old = graph.page_post("Old")
    graph.advance(3600)
    new = graph.page_post("New")
    graph.advance(3600)
    comment = graph.comment("mara_lindt", old, "Still here?")
    body = page.get_connections("me", "feed", fields="id,updated_time")
    assert ids(body) == [new.id, old.id]
    assert [entry["updated_time"] for entry in body["data"]] == ["2026-03-02T10:00:00+0000", "2026-03-02T11:00:00+0000"]
    graph.advance(60)
    graph.edit(comment, "Anybody?")
    graph.delete(comment)
    assert page.get_connections("me", "feed", fields="id,updated_time")["data"] == body["data"]


def test_what_is_not_visible_yet_moves_nothing(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """A comment with visible_after is in no answer and does not move its post; later it does both."""
    graph = sandbox.graph
    post = graph.page_post("News")
    graph.advance(60)
    comment = graph.comment("mara_lindt", post, "Late", visible_after=30)
    assert ids(page.get_connections(post.id, "comments")) == []
    assert page.get_object(post.id, fields="updated_time")["updated_time"] == "2026-03-02T09:00:00+0000"
    assert refused(lambda: page.get_object(comment.id)) == (100, 33)
    graph.advance(30)
    assert ids(page.get_connections(post.id, "comments")) == [comment.id]
    assert page.get_object(post.id, fields="updated_time")["updated_time"] == "2026-03-02T09:01:00+0000"


def test_toplevel_and_stream(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """Top-level comments are the default; stream has nested ones too, each with its top-level comment as parent."""
    graph = sandbox.graph
    post = graph.page_post("News")
    first = graph.comment("mara_lindt", post, "One")
    graph.advance(1)
    second = graph.comment("tobyquill", first, "Two")
    graph.advance(1)
    third = graph.comment("jessa_ort", second, "Three")
    assert ids(page.get_connections(post.id, "comments")) == [first.id]
    body = page.get_connections(post.id, "comments", filter="stream", fields="parent{id}", summary="true")
    assert [entry.get("parent", {}).get("id") for entry in body["data"]] == [None, first.id, first.id]
    assert body["summary"] == {"order": "chronological", "total_count": 3, "can_comment": True}
    turned = page.get_connections(post.id, "comments", filter="stream", order="reverse_chronological")
    assert ids(turned) == [third.id, second.id, first.id]
    assert ids(page.get_connections(first.id, "comments")) == [second.id, third.id]
    assert page.get_object(first.id, fields="comment_count")["comment_count"] == 2


@pytest.mark.parametrize(("included", "expected"), [(True, ["Two", "Three"]), (False, ["Three"])])
def test_since_and_until(sandbox: Sandbox, page: facebook.GraphAPI, included: bool, expected: list[str]) -> None:
    """Since and until bound comments and posts by seconds or dates; whether they include themselves is a switch."""
    graph = sandbox.graph
    graph.policy.change(bounds_included=included)
    post = graph.page_post("News")
    for text in ("One", "Two", "Three"):
        graph.comment("mara_lindt", post, text)
        graph.advance(60)
    second = 1772442060
    for since in (str(second), "2026-03-02T09:01:00+0000"):
        assert texts(page.get_connections(post.id, "comments", since=since)) == expected
    before = ["One", "Two"] if included else ["One"]
    assert texts(page.get_connections(post.id, "comments", until=second)) == before
    assert len(page.get_connections("me", "feed", until=second - 61)["data"]) == 0
    assert refused(lambda: page.get_connections(post.id, "comments", since="soonish"))[0] == 100


def fifty(sandbox: Sandbox) -> list[str]:
    """Make fifty posts and return their ids, newest first."""
    made = []
    for number in range(50):
        made.append(sandbox.graph.page_post(f"Number {number}").id)
        sandbox.graph.advance(7)
    return made[::-1]


def test_pages_by_cursor(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """Next is absolute, carries the token and the fields, and is absent on the last page; previous leads back."""
    made = fifty(sandbox)
    first = page.get_connections("me", "published_posts", limit=20, fields="id,message")
    address = urlsplit(first["paging"]["next"])
    query = parse_qs(address.query)
    assert f"{address.scheme}://{address.netloc}" == sandbox.base_url
    assert query["access_token"] == [sandbox.graph.tokens.page_token]
    assert query["fields"] == ["id,message"]
    pages = walk(page, first)
    assert [one for body in pages for one in ids(body)] == made
    assert len(pages) == 3
    back = page.session.get(pages[2]["paging"]["previous"]).json()
    assert ids(back) == made[20:40]
    assert "previous" not in first["paging"]


def test_the_sdk_walks_all_pages(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """get_all_connections, which rereads next by itself, finds everything once."""
    made = fifty(sandbox)
    found = list(page.get_all_connections(sandbox.graph.page_id, "published_posts", limit=20))
    assert [entry["id"] for entry in found] == made


def test_next_lacks_the_proof(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """Who follows next without adding the proof again is refused."""
    fifty(sandbox)
    link = page.get_connections("me", "published_posts", limit=20)["paging"]["next"]
    assert "appsecret_proof" not in link
    assert requests.get(link, timeout=10).json()["error"]["code"] == 100


def test_items_that_come_meanwhile_shift_nothing(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """A new post while somebody turns pages neither repeats nor hides an older one; a deleted one is gone."""
    made = fifty(sandbox)
    first = page.get_connections("me", "published_posts", limit=20)
    sandbox.graph.page_post("In between")
    sandbox.graph.delete(made[30])
    rest = [one for body in walk(page, first)[1:] for one in ids(body)]
    assert rest == [one for one in made[20:] if one != made[30]]


@pytest.mark.parametrize("switch", ["empty_pages", "short_pages"])
def test_empty_and_short_pages_go_on(sandbox: Sandbox, page: facebook.GraphAPI, switch: str) -> None:
    """With the switch, pages are empty or short and have a next; only its absence is the end."""
    made = fifty(sandbox)
    sandbox.graph.policy.change(**{switch: True})
    pages = walk(page, page.get_connections("me", "published_posts", limit=20))
    assert [one for body in pages for one in ids(body)] == made
    sizes = [len(body["data"]) for body in pages]
    assert sizes == ([20, 0, 20, 0, 10] if switch == "empty_pages" else [10] * 5)


def test_pages_by_time(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """The feed by time pages with until, and its last page is an empty one without next."""
    made = fifty(sandbox)
    sandbox.graph.policy.change(feed_paging="time")
    first = page.get_connections("me", "feed", limit=20)
    assert first["paging"].keys() == {"previous", "next"}
    assert "until" in parse_qs(urlsplit(first["paging"]["next"]).query)
    pages = walk(page, first)
    assert [one for body in pages for one in ids(body)] == made
    assert pages[-1] == {"data": []}
    newer = sandbox.graph.page_post("Newer").id
    assert ids(page.session.get(first["paging"]["previous"]).json()) == [newer]


def test_cursors_die(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """A forged cursor is error 100, and so is one that is too old when the policy says so."""
    fifty(sandbox)
    after = page.get_connections("me", "feed", limit=20)["paging"]["cursors"]["after"]
    altered = after[:16] + ("A" if after[16] != "A" else "B") + after[17:]
    for forged in ("QVFIforged", altered):
        assert refused(lambda forged=forged: page.get_connections("me", "feed", after=forged))[0] == 100
    sandbox.graph.policy.change(cursor_life=60)
    sandbox.graph.advance(60)
    assert len(page.get_connections("me", "feed", after=after)["data"]) == 25
    sandbox.graph.advance(1)
    assert refused(lambda: page.get_connections("me", "feed", after=after))[0] == 100


def test_feed_gives_so_many_of_a_year(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """Of each year the feed has the newest posts up to the horizon; published_posts has all of them."""
    sandbox.graph.policy.change(feed_posts_a_year=30)
    made = fifty(sandbox)
    assert ids(page.get_connections("me", "feed", limit=100)) == made[:30]
    assert ids(page.get_connections("me", "published_posts", limit=100)) == made


def test_lookup_of_several(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """ids= answers by id, also with an edge; one that is gone fails the whole call, or is left out by policy."""
    graph = sandbox.graph
    first, second = graph.page_post("One"), graph.page_post("Two")
    comment = graph.comment("mara_lindt", first, "Hello")
    found = page.get_objects([first.id, comment.id], fields="message")
    assert {key: entry["message"] for key, entry in found.items()} == {first.id: "One", comment.id: "Hello"}
    below = page.request("v26.0/comments", {"ids": f"{first.id},{second.id}"})
    assert {key: len(entry["data"]) for key, entry in below.items()} == {first.id: 1, second.id: 0}
    graph.delete(second)
    assert refused(lambda: page.get_objects([first.id, second.id])) == (100, 33)
    graph.policy.change(missing_ids="omit")
    assert page.get_objects([first.id, second.id]).keys() == {first.id}
    assert refused(lambda: page.get_objects([str(number) for number in range(51)]))[0] == 100


def test_comments_have_three_forms_of_id(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """A comment is found by its number, below its post's, and below Page and post; answers use what the policy says."""
    graph = sandbox.graph
    post = graph.page_post("News")
    comment = graph.comment("mara_lindt", post, "Hello")
    bare = str(comment.number)
    for form in (bare, f"{post.part}_{bare}", f"{post.id}_{bare}"):
        assert page.get_object(form)["id"] == f"{post.part}_{bare}"
    assert refused(lambda: page.get_object(f"{int(post.part) + 1}_{bare}")) == (100, 33)
    graph.policy.change(comment_ids="bare")
    assert ids(page.get_connections(post.id, "comments")) == [bare]


def test_conversations_of_each_platform(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """Conversations are listed by platform, newest first, with participants as the platform writes them."""
    graph = sandbox.graph
    graph.message("mara_lindt", "First")
    graph.advance(60)
    graph.message("tobyquill", "Second")
    graph.advance(60)
    graph.app_message("mara_lindt", "Answer")
    graph.message("jessa_ort", "On Instagram", platform="instagram")
    fields = "id,updated_time,participants,message_count,unread_count,can_reply,messages.limit(20){message,from}"
    body = page.get_connections(graph.page_id, "conversations", fields=fields)
    assert [entry["participants"]["data"][0]["name"] for entry in body["data"]] == ["Mara Lindt", "Toby Quill"]
    assert [entry["unread_count"] for entry in body["data"]] == [0, 1]
    assert texts(body["data"][0]["messages"]) == ["Answer", "First"]
    (other,) = page.get_connections(graph.page_id, "conversations", platform="instagram", fields=fields)["data"]
    assert other["participants"]["data"][0] == {"username": "jessa_ort", "id": graph.person("jessa_ort").igsid}
    only = page.get_connections("me", "conversations", user_id=graph.person("tobyquill").psid)
    assert len(only["data"]) == 1
    assert refused(lambda: page.get_connections("me", "conversations", platform="sms"))[0] == 100


def test_only_twenty_messages_are_told_whole(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """Of the 20 newest messages there is everything, of older ones id and time only; unsent ones are gone."""
    graph = sandbox.graph
    made = []
    for number in range(25):
        made.append(graph.message("mara_lindt", f"Number {number}"))
        graph.advance(1)
    graph.unsend(made[-1])
    thread = graph.thread("mara_lindt")
    assert thread is not None
    answer = page.get_object(thread.id, fields="message_count,messages.limit(20){message,created_time}")
    assert answer["message_count"] == 24
    assert texts(answer["messages"])[::19] == ["Number 23", "Number 4"]
    rest = page.session.get(answer["messages"]["paging"]["next"]).json()
    assert ids(rest) == [message.id for message in made[3::-1]]
    assert all("message" not in entry for entry in rest["data"])
    assert page.get_object(made[4].id, fields="message")["message"] == "Number 4"
    assert refused(lambda: page.get_object(made[3].id, fields="message")) == (100, 33)
    assert refused(lambda: page.get_object(made[-1].id, fields="message")) == (100, 33)


def test_instagram_comments(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """Comments come newest first, top-level only, 50 at most, without a choice by time; replies hang below."""
    graph = sandbox.graph
    media, ad = graph.media("Sunday"), graph.media("Buy", ad=True)
    made = []
    for number in range(60):
        made.append(graph.ig_comment("mara_lindt", media, f"Number {number}"))
        graph.advance(1)
    reply = graph.ig_comment("tobyquill", graph.ig_comment("jessa_ort", made[59], "Below"), "Deeper")
    body = page.get_connections(media.id, "comments", limit=100, since="2027-01-01", fields="text,replies{parent_id}")
    assert ids(body) == [comment.id for comment in made[:9:-1]]
    assert {entry["parent_id"] for entry in body["data"][0]["replies"]["data"]} == {made[59].id}
    assert body["paging"]["cursors"].keys() == {"after"}
    pages = walk(page, body)
    assert len(pages[1]["data"]) == 10
    assert "paging" not in pages[1]
    assert page.get_object(reply.id, fields="parent_id,from,username")["from"]["username"] == "tobyquill"
    assert page.get_object(media.id, fields="comments_count")["comments_count"] == 62
    assert ids(page.get_connections(graph.instagram_id, "media")) == [media.id]
    graph.ig_comment("mara_lindt", ad, "How much?")
    assert texts(page.get_connections(ad.id, "comments"), "text") == ["How much?"]
    graph.policy.change(ads_in_media=True)
    assert set(ids(page.get_connections(graph.instagram_id, "media"))) == {media.id, ad.id}


def test_mentions_are_found_by_id_only(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """What names the brand elsewhere is read through the account; directly, and without a mention, it is not there."""
    graph = sandbox.graph
    caption, comment = (graph.ig_mention("mara_lindt", "try this", in_comment=below) for below in (False, True))
    field = f"mentioned_media.media_id({caption.id}){{caption,username}}"
    found = page.get_object(graph.instagram_id, fields=field)["mentioned_media"]
    assert (found["caption"], found["username"]) == ("@fernhill try this", "mara_lindt")
    field = f"mentioned_comment.comment_id({comment.id}){{text,media{{id}}}}"
    found = page.get_object(graph.instagram_id, fields=field)["mentioned_comment"]
    assert found["text"] == "@fernhill try this"
    assert refused(lambda: page.get_object(caption.id)) == (100, 33)
    quiet = graph.ig_comment("tobyquill", caption, "Nice")
    field = f"mentioned_comment.comment_id({quiet.id}){{text}}"
    assert refused(lambda: page.get_object(graph.instagram_id, fields=field)) == (100, 33)
    graph.delete(comment)
    field = f"mentioned_comment.comment_id({comment.id}){{text}}"
    assert refused(lambda: page.get_object(graph.instagram_id, fields=field)) == (100, 33)


def test_mentions_by_user_token(sandbox: Sandbox, graph_client_for: GraphConnect) -> None:
    """With the switch, mentions demand a user token, as they are documented."""
    graph = sandbox.graph
    graph.policy.change(mentions_by_user_token=True)
    mention = graph.ig_mention("mara_lindt", "hello")
    field = f"mentioned_media.media_id({mention.id}){{caption}}"
    by_page, by_user = graph_client_for(sandbox), graph_client_for(sandbox, graph.tokens.user_token)
    assert refused(lambda: by_page.get_object(graph.instagram_id, fields=field))[0] == 10
    assert by_user.get_object(graph.instagram_id, fields=field)["mentioned_media"]["caption"] == "@fernhill hello"


def test_profiles_of_those_who_wrote(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """Somebody's profile is there once they have written directly, and not before."""
    person = sandbox.graph.person("mara_lindt")
    assert refused(lambda: page.get_object(person.psid)) == (100, 33)
    sandbox.graph.message("mara_lindt", "Hello")
    sandbox.graph.message("mara_lindt", "Hello", platform="instagram")
    assert page.get_object(person.psid)["first_name"] == "Mara"
    assert page.get_object(person.igsid, fields="username")["username"] == "mara_lindt"


def test_ratings_are_gone(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """Recommendations are code 12 from v22.0 on, and an empty list in v21.0."""
    assert refused(lambda: page.get_connections("me", "ratings")) == (12, None)
    page.version = "v21.0"
    assert page.get_connections("me", "ratings") == {"data": []}


def test_any_version_and_none(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """Every /vN.N/ is answered with its header, none at all with the current one, an expired one as the oldest."""
    page.session.params["access_token"] = sandbox.graph.tokens.page_token
    for prefix, told in (("/v23.0", "v23.0"), ("", "v26.0"), ("/v3.1", "v21.0"), ("/v99.9", "v99.9")):
        answer = page.session.get(f"{sandbox.base_url}{prefix}/me")
        assert answer.json()["id"] == sandbox.graph.page_id
        assert answer.headers["facebook-api-version"] == told
        assert answer.headers["date"] == "Mon, 02 Mar 2026 09:00:00 GMT"


def test_paths_that_lead_nowhere(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """Unknown edges are 2500, unknown nodes 100/33."""
    assert refused(lambda: page.get_connections("me", "nonsense"))[0] == 2500
    assert refused(lambda: page.request("v26.0/me/feed/more"))[0] == 2500
    assert refused(lambda: page.get_object("123456789012345")) == (100, 33)
