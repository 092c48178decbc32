"""The Graph sandbox's answers have the shape of recorded bodies of the real Graph API, call by call."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import facebook
import pytest

from social_listener.sandbox import Sandbox

GraphConnect = Callable[..., facebook.GraphAPI]

# What nothing in the sandbox has, and the platform leaves out where it is empty: pictures, links, counts of shares.
NEVER_HERE = {"attachments", "attachment", "children", "full_picture", "icon", "picture", "shares", "message_tags"}
# Of single accounts that were recorded.
ACCOUNT_FIELDS = {"story", "properties"}
# Ids that the maintainers of the recordings took out of lists.
TRIMMED = {"id"}

Play = Callable[[Sandbox, facebook.GraphAPI, str], Any]


def shape(value: Any) -> Any:
    """Reduce a JSON value to names and types; the entries of a list become one, what not all have marked with a ?."""
    if isinstance(value, dict):
        return {name: shape(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [merge([shape(entry) for entry in value])] if value else []
    return type(value).__name__


def merge(entries: list[Any]) -> Any:
    """Put the shapes of a list's entries together."""
    if not all(isinstance(entry, dict) for entry in entries):
        return entries[0]
    names = {name for entry in entries for name in entry}
    return {
        name if all(name in entry for entry in entries) else f"{name}?": merge(
            [entry[name] for entry in entries if name in entry]
        )
        for name in names
    }


def differences(recorded: Any, ours: Any, path: str = "") -> list[str]:
    """Name what the recorded shape has and ours has not, or the reverse."""
    if isinstance(recorded, dict) and isinstance(ours, dict):
        optional = {name.removesuffix("?") for name in recorded if name.endswith("?")}
        theirs, here = ({name.removesuffix("?"): entry for name, entry in one.items()} for one in (recorded, ours))
        missing = theirs.keys() - here.keys() - optional - NEVER_HERE - ACCOUNT_FIELDS
        found = [f"{path}.{name} is missing" for name in missing]
        found += [f"{path}.{name} is too much" for name in here.keys() - theirs.keys() - TRIMMED]
        for name in theirs.keys() & here.keys():
            found += differences(theirs[name], here[name], f"{path}.{name}")
        return found
    if isinstance(recorded, list) and isinstance(ours, list):
        return differences(recorded[0], ours[0], f"{path}[]") if recorded and ours else []
    return [] if recorded == ours else [f"{path} is {ours}, recorded {recorded}"]


def asked(body: Any) -> str:
    """Return the fields that a recorded node has, as what to ask for."""
    return ",".join(name for name in body if name not in ("paging", "summary"))


def entry_fields(recorded: dict[str, Any]) -> str:
    """Return the fields that the entries of a recorded list have."""
    return ",".join(dict.fromkeys(name for entry in recorded["data"] for name in entry if name not in REACTIONS))


REACTIONS = ("like", "love", "wow", "haha", "sad", "angry", "comments", "reactions")
SUMMARIES = "comments.filter(stream).summary(true).limit(0),reactions.summary(true).limit(0)," + ",".join(
    f"reactions.type({name.upper()}).limit(0).summary(total_count).as({name})" for name in REACTIONS[:6]
)


def a_post(sandbox: Sandbox) -> str:
    """Return the id of a post with two comments, one nested."""
    post = sandbox.graph.page_post("News")
    comment = sandbox.graph.comment("mara_lindt", post, "One")
    sandbox.graph.comment("tobyquill", comment, "Two")
    return post.id


def a_comment(sandbox: Sandbox) -> str:
    """Return the id of a comment."""
    return sandbox.graph.comment("mara_lindt", sandbox.graph.page_post("News"), "One").id


def a_thread(sandbox: Sandbox) -> Any:
    """Return a conversation with a message."""
    return sandbox.graph.message("mara_lindt", "Hello").thread


def media(sandbox: Sandbox) -> str:
    """Return the id of a medium with two comments."""
    made = sandbox.graph.media("Sunday")
    for text in ("One", "Two", "Three"):
        sandbox.graph.ig_comment("mara_lindt", made, text)
    return made.id


def posts(sandbox: Sandbox) -> None:
    """Let the Page post three times."""
    for _ in range(3):
        a_post(sandbox)


def play_feed(sandbox: Sandbox, page: facebook.GraphAPI, fields: str) -> Any:
    """Read the first page of the feed, with the summaries that were recorded."""
    posts(sandbox)
    return page.get_connections("me", "feed", limit=2, fields=f"{fields},{SUMMARIES}")


def play_comments(sandbox: Sandbox, page: facebook.GraphAPI, fields: str) -> Any:
    """Read the first page of a post's comments, with the summary."""
    return page.get_connections(a_post(sandbox), "comments", fields=fields, summary=1, filter="stream", limit=1)


def play_last_comments(sandbox: Sandbox, page: facebook.GraphAPI, fields: str) -> Any:
    """Read the last page of a post's comments."""
    query = {"fields": fields, "summary": 1, "filter": "stream", "limit": 1}
    post = a_post(sandbox)
    after = page.get_connections(post, "comments", **query)["paging"]["cursors"]["after"]
    return page.get_connections(post, "comments", **query, after=after)


def play_created(sandbox: Sandbox, page: facebook.GraphAPI, fields: str) -> Any:
    """Comment on a post and read the comment in the answer."""
    return page.put_object(a_post(sandbox), "comments", message="Hello", fields=fields)


def play_mentioned(name: str, argument: str, *, in_comment: bool) -> Play:
    """Return a call that reads a mention."""

    def play(sandbox: Sandbox, page: facebook.GraphAPI, _: str) -> Any:
        mention = sandbox.graph.ig_mention("mara_lindt", "good", in_comment=in_comment)
        fields = (
            "id,like_count,text,timestamp,username"
            if in_comment
            else "caption,comments_count,id,like_count,media_type,media_url,timestamp"
        )
        return page.get_object(sandbox.graph.instagram_id, fields=f"{name}.{argument}({mention.id}){{{fields}}}")

    return play


def play_replies(sandbox: Sandbox, page: facebook.GraphAPI, fields: str) -> Any:
    """Read the replies to a comment."""
    below = sandbox.graph.ig_comment("mara_lindt", sandbox.graph.media("Sunday"), "One")
    sandbox.graph.app_ig_comment(below, "Two")
    return page.get_connections(below.id, "replies", fields=fields)


def play_media(sandbox: Sandbox, page: facebook.GraphAPI, fields: str) -> Any:
    """Read the first page of the account's media."""
    for _ in range(3):
        media(sandbox)
    return page.get_connections(sandbox.graph.instagram_id, "media", fields=fields, limit=2)


def play_ig_comment(sandbox: Sandbox, page: facebook.GraphAPI, fields: str) -> Any:
    """Read a comment."""
    below = sandbox.graph.ig_comment("mara_lindt", sandbox.graph.media("Sunday"), "One")
    return page.get_object(below.id, fields=fields)


FACEBOOK = "facebook/apidata"
INSTAGRAM = "instagram/apidata"
# Recorded body → what is played against the sandbox, with the recorded fields asked for.
PLAYS: dict[str, Play] = {
    f"{FACEBOOK}/posts/single_post_data_fields.json": lambda s, c, f: c.get_object(a_post(s), fields=f),
    f"{FACEBOOK}/posts/single_post_data.json": lambda s, c, f: c.get_object(
        a_post(s), fields=",".join([*(name for name in f.split(",") if name not in REACTIONS), SUMMARIES])
    ),
    f"{FACEBOOK}/posts/feeds_default_fields_p1.json": play_feed,
    f"{FACEBOOK}/comments/comment_info.json": lambda s, c, f: c.get_object(a_comment(s), fields=f),
    f"{FACEBOOK}/comments/comments_p1.json": play_comments,
    f"{FACEBOOK}/comments/comments_p2.json": play_last_comments,
    f"{FACEBOOK}/comments/create_resp.json": play_created,
    "facebook/models/comment.json": lambda s, c, f: c.get_object(a_comment(s), fields=f),
    f"{FACEBOOK}/conversations/cvs_info.json": lambda s, c, f: c.get_object(a_thread(s).id, fields=f),
    "facebook/models/conversation.json": lambda s, c, f: c.get_object(a_thread(s).id, fields=f),
    f"{FACEBOOK}/messages/message_info.json": lambda s, c, f: c.get_object(a_thread(s).messages[0].id, fields=f),
    "facebook/models/message.json": lambda s, c, f: c.get_object(a_thread(s).messages[0].id, fields=f),
    f"{INSTAGRAM}/comments/comment_fields.json": play_ig_comment,
    f"{INSTAGRAM}/comments/replies.json": play_replies,
    f"{INSTAGRAM}/medias/comments_p1.json": lambda s, c, _: c.get_connections(media(s), "comments", limit=2),
    f"{INSTAGRAM}/medias/comments_p2.json": lambda s, c, _: c.get_connections(media(s), "comments"),
    f"{INSTAGRAM}/medias/media_default.json": lambda s, c, f: c.get_object(media(s), fields=f),
    f"{INSTAGRAM}/users/medias_p1.json": play_media,
    f"{INSTAGRAM}/users/mentioned_comment.json": play_mentioned("mentioned_comment", "comment_id", in_comment=True),
    f"{INSTAGRAM}/users/mentioned_media.json": play_mentioned("mentioned_media", "media_id", in_comment=False),
    f"{INSTAGRAM}/users/user_fields.json": lambda s, c, f: c.get_object(s.graph.instagram_id, fields=f),
}
BY_ID: dict[str, Callable[[Sandbox], str]] = {
    f"{FACEBOOK}/comments/comments_info.json": a_comment,
    f"{FACEBOOK}/posts/multi_posts_data_fields.json": a_post,
    f"{FACEBOOK}/conversations/cvses_info.json": lambda sandbox: a_thread(sandbox).id,
    f"{FACEBOOK}/messages/messages_info.json": lambda sandbox: a_thread(sandbox).messages[0].id,
    f"{INSTAGRAM}/medias/medias_fields.json": media,
}


def recorded_body(folder: Path, name: str) -> Any:
    """Return a recorded body."""
    return json.loads((folder / "meta" / "pyfacebook" / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", PLAYS)
def test_answer_has_the_recorded_shape(shared_data: Path, sandbox: Sandbox, page: facebook.GraphAPI, name: str) -> None:
    """Field names and JSON types of our answer are those of the recorded answer to the same call."""
    recorded = recorded_body(shared_data, name)
    fields = entry_fields(recorded) if isinstance(recorded.get("data"), list) else asked(recorded)
    assert differences(shape(recorded), shape(PLAYS[name](sandbox, page, fields))) == []


@pytest.mark.parametrize("name", BY_ID)
def test_lookup_has_the_recorded_shape(shared_data: Path, sandbox: Sandbox, page: facebook.GraphAPI, name: str) -> None:
    """A lookup of several is keyed by id, each entry in the recorded shape."""
    entries = list(recorded_body(shared_data, name).values())
    fields = ",".join(dict.fromkeys(field for entry in entries for field in entry))
    ours = page.get_objects([BY_ID[name](sandbox)], fields=fields)
    assert differences(merge([shape(entry) for entry in entries]), shape(next(iter(ours.values())))) == []


def test_errors_have_the_recorded_shape(shared_data: Path, sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """An error's body is the recorded one: message, type, code and trace, in an object called error."""
    with pytest.raises(facebook.GraphAPIError) as caught:
        page.get_object("me", fields="nonsense")
    for name in ("error.json", "base/error_data.json"):
        assert differences(shape(recorded_body(shared_data, name)), shape(caught.value.result)) == []


def test_tokens_have_the_recorded_shape(shared_data: Path, sandbox: Sandbox, graph_client_for: GraphConnect) -> None:
    """What debug_token and the list of Pages say has the recorded shape."""
    tokens = sandbox.graph.tokens
    app, user = graph_client_for(sandbox, tokens.app_token, proof=None), graph_client_for(sandbox, tokens.user_token)
    told = app.debug_access_token(tokens.user_token, tokens.app_id, tokens.app_secret)
    told["data"].pop("issued_at")  # documented, but not in the recording
    assert differences(shape(recorded_body(shared_data, "base/token_info.json")), shape(told)) == []
    pages = user.get_connections("me", "accounts")
    assert differences(shape(recorded_body(shared_data, "base/user_accounts_token.json")), shape(pages)) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: body["data"][0].pop("message"),
        lambda body: body["data"][0].update(created_time=5),
        lambda body: body["data"][0].update(surprise="!"),
        lambda body: body["data"][0].update(like_count="0"),
        lambda body: body["paging"].pop("next"),
        lambda body: body["paging"]["cursors"].pop("after"),
        lambda body: body.pop("summary"),
        lambda body: body.update(data={}),
    ],
)
def test_comparison_sees_a_wrong_shape(
    shared_data: Path, sandbox: Sandbox, page: facebook.GraphAPI, spoil: Callable[[Any], Any]
) -> None:
    """The comparison fails on a lost or an extra field, another type, and lost links to further pages."""
    recorded = recorded_body(shared_data, f"{FACEBOOK}/comments/comments_p1.json")
    ours = play_comments(sandbox, page, entry_fields(recorded))
    assert differences(shape(recorded), shape(ours)) == []
    spoilt = copy.deepcopy(ours)
    spoil(spoilt)
    assert differences(shape(recorded), shape(spoilt)) != []
