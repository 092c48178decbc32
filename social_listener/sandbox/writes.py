"""Calls that change public things: post, delete, hide, like."""

from __future__ import annotations

from typing import Any

from social_listener.sandbox import problems
from social_listener.sandbox.context import Context
from social_listener.sandbox.records import Post, User
from social_listener.sandbox.uploads import named
from social_listener.sandbox.wire import Answer
from social_listener.sandbox.words import CASHTAG, weighted_length

_KNOWN_KEYS = frozenset(
    [
        "card_uri",
        "community_id",
        "direct_message_deep_link",
        "edit_options",
        "for_super_followers_only",
        "geo",
        "made_with_ai",
        "media",
        "nullcast",
        "paid_partnership",
        "poll",
        "quote_tweet_id",
        "quote_post_id",
        "reply",
        "reply_settings",
        "share_with_followers",
        "text",
    ]
)
NOT_MENTIONED = (
    "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the "
    "author of the post you are replying to."
)
DUPLICATE = "You are not allowed to create a Tweet with duplicate content."
NOT_PERMITTED = "This operation is not permitted."


def create(call: Context) -> Answer:
    """POST /2/tweets: a post or a reply."""
    body = call.body()
    for name in body:
        if name not in _KNOWN_KEYS:
            raise problems.invalid((name, body[name], f"[{name}] is not a known property of the request body"))
    text = _text(call, body)
    parent, without = _reply(call, body)
    quoted = _quoted(call, body)
    media = body.get("media")
    attached = named(call, media.get("media_ids") if isinstance(media, dict) else media, "tweet_image")
    if parent is not None:
        _check_summoned(call, parent)
    if len(set(CASHTAG.findall(text))) > 1:
        raise problems.forbidden("A post may contain one cashtag at most.")
    _check_duplicate(call, text, parent)
    post = call.world.post(
        call.me,
        text,
        reply_to=parent,
        quote_of=quoted,
        via_api=call.me.id,
        without=without,
        media=attached,
        visible_after=call.policy.own_posts_visible_after,
    )
    data = {"edit_history_tweet_ids": [post.id], "id": post.id, "text": post.versions[0].shown}
    if "community_id" in body:
        data["community_id"] = str(body["community_id"])
    answer = call.answer({"data": data}, status=201)
    answer.headers["location"] = f"https://api.twitter.com/2/tweets/{post.id}"
    return answer


def delete(call: Context) -> Answer:
    """DELETE /2/tweets/{id}: one's own post with all its versions."""
    post = _existing(call, call.path["id"])
    if post.author.id != call.me.id:
        raise problems.forbidden("You are not authorized to delete this Tweet.")
    call.world.delete(post, via_api=call.me.id)
    return Answer(200, {"data": {"deleted": True}})


def hide(call: Context) -> Answer:
    """PUT /2/tweets/{id}/hidden: a reply in a conversation that the account began."""
    hidden = call.body().get("hidden")
    if not isinstance(hidden, bool):
        raise problems.invalid(("hidden", hidden, "`hidden` must be a boolean"))
    post = _existing(call, call.path["id"])
    begun_by = call.world.ledger.posts[post.conversation].author
    if post.parent is None or begun_by.id != call.me.id:
        raise problems.forbidden(NOT_PERMITTED)
    call.world.hide(post, hidden, via_api=call.me.id)
    return Answer(200, {"data": {"hidden": hidden}})


def like(call: Context) -> Answer:
    """POST /2/users/{id}/likes."""
    account = _self_only(call)
    if not call.policy.likes_enabled:
        raise problems.forbidden(NOT_PERMITTED)
    body = call.body()
    wanted = body.get("tweet_id", body.get("post_id"))
    if not isinstance(wanted, str) or not wanted.isdecimal():
        raise problems.invalid(("tweet_id", wanted, "`tweet_id` must be the id of a Tweet"))
    call.world.like(account, _existing(call, wanted), via_api=account.id)
    return Answer(200, {"data": {"liked": True}})


def unlike(call: Context) -> Answer:
    """DELETE /2/users/{id}/likes/{tweet_id}."""
    account = _self_only(call)
    if not call.policy.likes_enabled:
        raise problems.forbidden(NOT_PERMITTED)
    call.world.like(account, _existing(call, call.path["tweet_id"]), liked=False, via_api=account.id)
    return Answer(200, {"data": {"liked": False}})


def _text(call: Context, body: dict[str, Any]) -> str:
    text = body.get("text", "")
    if not isinstance(text, str) or not text.strip():
        raise problems.invalid(("text", text, "A Tweet must have text"))
    if weighted_length(text) > call.policy.max_text:
        raise problems.forbidden(
            "Your Tweet text is too long. For more information, please visit https://docs.x.com/fundamentals/counting-characters"
        )
    return text


def _reply(call: Context, body: dict[str, Any]) -> tuple[Post | None, list[str]]:
    reply = body.get("reply")
    if reply is None:
        return None, []
    if not isinstance(reply, dict):
        raise problems.invalid(("reply", reply, "`reply` must be an object"))
    wanted = reply.get("in_reply_to_tweet_id", reply.get("in_reply_to_post_id"))
    if not isinstance(wanted, str) or not wanted.isdecimal():
        raise problems.invalid(("reply.in_reply_to_tweet_id", wanted, "must be the id of a Tweet"))
    post = call.world.ledger.posts.get(int(wanted))
    if post is None or not _visible(call, post):
        raise problems.forbidden("You attempted to reply to a Tweet that is deleted or not visible to you.")
    without = reply.get("exclude_reply_user_ids") or []
    if not isinstance(without, list):
        raise problems.invalid(("reply.exclude_reply_user_ids", without, "must be a list of ids of users"))
    return post, [str(user) for user in without]


def _quoted(call: Context, body: dict[str, Any]) -> Post | None:
    wanted = body.get("quote_tweet_id", body.get("quote_post_id"))
    if wanted is None:
        return None
    post = call.world.ledger.posts.get(int(wanted)) if str(wanted).isdecimal() else None
    if post is None or not _visible(call, post):
        raise problems.forbidden("You attempted to quote a Tweet that is deleted or not visible to you.")
    return post


def _check_summoned(call: Context, parent: Post) -> None:
    """Enforce the self-serve rule: the author must have named or quoted the account, unless it answers itself."""
    me = call.me.id
    if not call.policy.reply_only_when_mentioned or parent.author.id == me:
        return
    version = parent.current(call.now_ms) or parent.versions[0]
    written = version.shown if call.policy.automatic_mention_counts else version.text
    named = f"@{call.me.handle.lower()}" in written.lower() and me in version.mentions
    quoted = parent.quoted is not None and call.world.ledger.posts[parent.quoted].author.id == me
    if not (named or quoted):
        raise problems.forbidden(NOT_MENTIONED)


def _check_duplicate(call: Context, text: str, parent: Post | None) -> None:
    """Refuse the same text to the same partner, or twice without one; compared as written."""
    if not call.policy.duplicate_text_refused:
        return
    ledger, window = call.world.ledger, call.policy.duplicate_window
    partner = None if parent is None else parent.author.id
    for number in reversed(ledger.by_author.get(call.me.id, [])):
        post = ledger.posts[number]
        if window is not None and call.now_ms - post.versions[0].sent_ms > window * 1000:
            return
        other = None if post.parent is None else ledger.posts[post.parent].author.id
        if post.deleted_ms is None and other == partner and post.text.split() == text.split():
            raise problems.forbidden(DUPLICATE)


def _existing(call: Context, wanted: str) -> Post:
    post = call.world.ledger.posts.get(int(wanted)) if wanted.isdecimal() else None
    if post is None or not _visible(call, post):
        entry = problems.missing("id", wanted)
        raise problems.Problem(
            404,
            {
                "errors": [entry],
                "title": "Not Found Error",
                "detail": entry["detail"],
                "type": entry["type"],
                "status": 404,
            },
        )
    return post


def _visible(call: Context, post: Post) -> bool:
    if post.author.id == call.me.id:
        return post.deleted_ms is None
    return post.seen() and post.current(call.now_ms) is not None


def _self_only(call: Context) -> User:
    if call.path["id"] != call.me.id:
        message = f"The `id` path parameter value [{call.path['id']}] must be the same as the authenticating user"
        raise problems.invalid(("id", call.path["id"], message))
    return call.me
