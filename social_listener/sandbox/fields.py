"""Which fields and expansions an endpoint knows, in both spellings, and what a request asked for."""

from __future__ import annotations

from dataclasses import dataclass

from social_listener.sandbox.policy import Spelling
from social_listener.sandbox.problems import invalid

POST_FIELDS = frozenset(
    [
        "article",
        "attachments",
        "author_id",
        "card_uri",
        "community_id",
        "context_annotations",
        "conversation_id",
        "created_at",
        "display_text_range",
        "edit_controls",
        "edit_history_tweet_ids",
        "entities",
        "geo",
        "id",
        "in_reply_to_user_id",
        "lang",
        "media_metadata",
        "non_public_metrics",
        "note_tweet",
        "organic_metrics",
        "possibly_sensitive",
        "promoted_metrics",
        "public_metrics",
        "referenced_tweets",
        "reply_settings",
        "scopes",
        "source",
        "suggested_source_links",
        "text",
        "withheld",
    ]
)
USER_FIELDS = frozenset(
    [
        "affiliation",
        "confirmed_email",
        "connection_status",
        "created_at",
        "description",
        "entities",
        "id",
        "is_identity_verified",
        "location",
        "most_recent_tweet_id",
        "name",
        "parody",
        "pinned_tweet_id",
        "profile_banner_url",
        "profile_image_url",
        "protected",
        "public_metrics",
        "receives_your_dm",
        "subscription",
        "subscription_type",
        "url",
        "username",
        "verified",
        "verified_followers_count",
        "verified_type",
        "withheld",
    ]
)
DM_FIELDS = frozenset(
    [
        "attachments",
        "created_at",
        "dm_conversation_id",
        "entities",
        "event_type",
        "id",
        "participant_ids",
        "referenced_tweets",
        "sender_id",
        "text",
    ]
)
OTHER_FIELDS = ("media.fields", "place.fields", "poll.fields")

POST_EXPANSIONS = frozenset(
    [
        "article.cover_media",
        "article.media_entities",
        "attachments.media_keys",
        "attachments.media_source_tweet",
        "attachments.poll_ids",
        "author_id",
        "edit_history_tweet_ids",
        "entities.mentions.username",
        "entities.note.mentions.username",
        "geo.place_id",
        "in_reply_to_user_id",
        "referenced_tweets.id",
        "referenced_tweets.id.attachments.media_keys",
        "referenced_tweets.id.author_id",
    ]
)
USER_EXPANSIONS = frozenset(("affiliation.user_id", "most_recent_tweet_id", "pinned_tweet_id"))
DM_EXPANSIONS = frozenset(("attachments.media_keys", "participant_ids", "referenced_tweets.id", "sender_id"))

_TO_POST = {
    "note_tweet": "note_post",
    "referenced_tweets": "referenced_posts",
    "edit_history_tweet_ids": "edit_history_post_ids",
    "most_recent_tweet_id": "most_recent_post_id",
    "pinned_tweet_id": "pinned_post_id",
    "attachments.media_source_tweet": "attachments.media_source_post",
    "retweet_count": "repost_count",
    "tweet_count": "post_count",
    "tweets": "posts",
}
_TO_TWEET = {post: tweet for tweet, post in _TO_POST.items()}


@dataclass(frozen=True, slots=True)
class Selection:
    """What a request wants to see, always in the tweet spelling; `as_posts` says to answer in the other one."""

    post: frozenset[str]
    user: frozenset[str]
    dm: frozenset[str]
    expansions: frozenset[str]
    as_posts: bool
    media: frozenset[str] = frozenset()


def select(parameters: dict[str, str], expansions: frozenset[str], spelling: Spelling) -> Selection:
    """Read the field parameters.

    Raises:
        Problem: 400, a field or an expansion is unknown, or the spelling is not the one that is spoken.
    """
    refused = {"tweet": "post.fields", "post": "tweet.fields", "both": ""}[spelling]
    if refused in parameters:
        spoken = "tweet.fields" if spelling == "tweet" else "post.fields"
        raise invalid((refused, parameters[refused], f"The query parameter [{refused}] is not one of [{spoken}]"))
    as_posts = spelling == "post" or "post.fields" in parameters
    posts = "post.fields" if "post.fields" in parameters else "tweet.fields"
    return Selection(
        post=_values(parameters, posts, POST_FIELDS, as_posts) | {"id", "text", "edit_history_tweet_ids"},
        user=_values(parameters, "user.fields", USER_FIELDS, as_posts) | {"id", "name", "username"},
        dm=_values(parameters, "dm_event.fields", DM_FIELDS, as_posts) | {"id", "text", "event_type"},
        expansions=_values(parameters, "expansions", expansions, as_posts),
        as_posts=as_posts,
        media=frozenset(parameters.get("media.fields", "").split(",")),
    )


def _values(parameters: dict[str, str], name: str, known: frozenset[str], as_posts: bool) -> frozenset[str]:
    wanted = []
    for value in filter(None, parameters.get(name, "").split(",")):
        plain = value
        if as_posts:
            plain = _TO_TWEET.get(value, value.replace("referenced_posts.", "referenced_tweets."))
        if plain not in known:
            offered = ",".join(sorted(known))
            raise invalid((name, value, f"The `{name}` query parameter value [{value}] is not one of [{offered}]"))
        wanted.append(plain)
    return frozenset(wanted)


def respell(body: object) -> object:
    """Return the same JSON value with the names of the post spelling."""
    if isinstance(body, dict):
        return {_TO_POST.get(name, name): respell(value) for name, value in body.items()}
    if isinstance(body, list):
        return [respell(value) for value in body]
    return body
