"""Users, posts and direct messages as JSON objects of X API v2: only what was asked for, nothing empty."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from social_listener.sandbox import problems
from social_listener.sandbox.clock import iso
from social_listener.sandbox.fields import Selection
from social_listener.sandbox.ledger import Ledger
from social_listener.sandbox.media import Attached
from social_listener.sandbox.policy import Policy
from social_listener.sandbox.records import Message, Post, User, Version
from social_listener.sandbox.words import SHORT, cut, entities_of, escaped, weighted_length

_PICTURE = "https://abs.twimg.com/sticky/default_profile_images/default_profile_normal.png"

_MEDIA = "attachments.media_keys"

Json = dict[str, Any]


class Renderer:
    """Renders for one request: what it may see, what it asked for, and which objects its expansions bring in."""

    def __init__(self, ledger: Ledger, policy: Policy, selection: Selection, now_ms: int, viewer: str | None) -> None:
        """Prepare for one request; the caller holds the world's lock while using it."""
        self._ledger = ledger
        self._policy = policy
        self._wanted = selection
        self._now = now_ms
        self._viewer = viewer
        self._users: dict[str, Json] = {}
        self._posts: dict[str, Json] = {}
        self._media: dict[str, Json] = {}
        self.errors: list[Json] = []

    def posts(self, found: Iterable[tuple[Post, Version]]) -> list[Json]:
        """Return the objects of these posts; their references are remembered for `includes`."""
        return [self.post(post, version) for post, version in found]

    def post(self, post: Post, version: Version, expand: bool = True) -> Json:
        """One post in one version."""
        fields = self._wanted.post | (self._implied() if expand else frozenset())
        rendered: Json = {
            "edit_history_tweet_ids": [str(one.id) for one in post.versions if one.visible_ms <= self._now],
            "id": str(version.id),
            "text": escaped(version.shown),
        }
        long = len(version.shown) > SHORT // 2 and weighted_length(version.shown) > SHORT
        if long:
            rendered["text"] = escaped(cut(version.shown))
        self._add_plain(rendered, post, version, fields)
        self._add_references(rendered, post, fields)
        self._add_media(rendered, post.media, fields, "https://pbs.twimg.com/media/{0.number}.png")
        self._add_text_facts(rendered, post, version, fields, long)
        if expand:
            self._expand(post, version)
        return rendered

    def user(self, user: User) -> Json:
        """One user."""
        fields = self._wanted.user
        rendered: Json = {"id": user.id, "name": user.name, "username": user.handle}
        if "created_at" in fields:
            rendered["created_at"] = iso(user.created_ms)
        if "description" in fields:
            rendered["description"] = user.bio
        if "verified" in fields:
            rendered["verified"] = user.verified
        if "verified_type" in fields:
            rendered["verified_type"] = "blue" if user.verified else "none"
        if "protected" in fields:
            rendered["protected"] = user.protected
        if "profile_image_url" in fields:
            rendered["profile_image_url"] = _portrait(user)
        if "receives_your_dm" in fields:
            rendered["receives_your_dm"] = user.open_dms
        if "public_metrics" in fields:
            rendered["public_metrics"] = {
                "followers_count": user.followers,
                "following_count": user.following,
                "tweet_count": len(self._ledger.by_author.get(user.id, ())),
                "listed_count": user.followers // 400,
                "like_count": user.following * 3,
                "media_count": 0,
            }
        return rendered

    def message(self, message: Message) -> Json:
        """One direct message event."""
        fields = self._wanted.dm
        rendered: Json = {"event_type": "MessageCreate", "id": message.id, "text": escaped(message.shown)}
        if "created_at" in fields:
            rendered["created_at"] = iso(message.sent_ms)
        if "dm_conversation_id" in fields:
            rendered["dm_conversation_id"] = message.conversation
        if "sender_id" in fields or "sender_id" in self._wanted.expansions:
            rendered["sender_id"] = message.sender.id
        if "entities" in fields:
            entities = entities_of(message.shown, message.links, self._id_of)
            if entities:
                rendered["entities"] = entities
        where = f"https://ton.twitter.com/1.1/ton/data/dm/{message.id}/{{0.number}}.png"
        implied = self._wanted.dm | ({"attachments"} if _MEDIA in self._wanted.expansions else frozenset())
        self._add_media(rendered, message.media, implied, where)
        if "sender_id" in self._wanted.expansions:
            self._include_user(message.sender)
        return rendered

    def _add_media(self, rendered: Json, media: Iterable[Attached], fields: frozenset[str], where: str) -> None:
        """Name what hangs on it, and include it when that was asked for; pictures of messages lie elsewhere."""
        keys = [one.media_key for one in media]
        if not keys or "attachments" not in fields:
            return
        rendered["attachments"] = {"media_keys": keys}
        if _MEDIA not in self._wanted.expansions:
            return
        for one in media:
            kind = {"gif": "animated_gif", "video": "video"}.get(one.kind, "photo")
            entry: Json = {"media_key": one.media_key, "type": kind}
            name = "url" if kind == "photo" else "preview_image_url"
            if name in self._wanted.media:
                entry[name] = where.format(one)
            if one.alt and "alt_text" in self._wanted.media:
                entry["alt_text"] = one.alt
            self._media[one.media_key] = entry

    def includes(self) -> Json:
        """Return the `includes` object of everything rendered so far; empty when there is nothing in it."""
        found: Json = {}
        if self._users:
            found["users"] = list(self._users.values())
        if self._posts:
            found["tweets"] = list(self._posts.values())
        if self._media:
            found["media"] = list(self._media.values())
        return found

    def _add_plain(self, rendered: Json, post: Post, version: Version, fields: frozenset[str]) -> None:
        if "author_id" in fields:
            rendered["author_id"] = post.author.id
        if "conversation_id" in fields:
            rendered["conversation_id"] = str(post.conversation)
        if "created_at" in fields:
            rendered["created_at"] = iso(version.sent_ms)
        if "lang" in fields:
            rendered["lang"] = post.lang
        if "public_metrics" in fields:
            rendered["public_metrics"] = self._metrics(post)
        if "reply_settings" in fields:
            rendered["reply_settings"] = "everyone"
        if "possibly_sensitive" in fields:
            rendered["possibly_sensitive"] = False
        if "edit_controls" in fields:
            rendered["edit_controls"] = self._edit_controls(post)

    def _implied(self) -> frozenset[str]:
        """Fields that an expansion brings along, because nobody could match the included object otherwise."""
        return frozenset(name.split(".")[0] for name in self._wanted.expansions)

    def _add_references(self, rendered: Json, post: Post, fields: frozenset[str]) -> None:
        if "in_reply_to_user_id" in fields and post.parent is not None:
            rendered["in_reply_to_user_id"] = self._ledger.posts[post.parent].author.id
        references = _references(post)
        if "referenced_tweets" in fields and references:
            rendered["referenced_tweets"] = [{"type": kind, "id": str(number)} for kind, number in references]

    def _add_text_facts(self, rendered: Json, post: Post, version: Version, fields: frozenset[str], long: bool) -> None:
        if "entities" in fields:
            shown = entities_of(cut(version.shown), version.links, self._id_of) if long else self._entities(version)
            if shown:
                rendered["entities"] = shown
        if long and "note_tweet" in fields:
            rendered["note_tweet"] = {"text": escaped(version.shown)}
            if self._entities(version):
                rendered["note_tweet"]["entities"] = self._entities(version)
        if "display_text_range" in fields:
            rendered["display_text_range"] = [
                _addressed_length(post, version),
                len(cut(version.shown) if long else version.shown),
            ]

    def _entities(self, version: Version) -> Json:
        if version.entities is None:
            version.entities = entities_of(version.shown, version.links, self._id_of)
        return version.entities

    def _id_of(self, handle: str) -> str | None:
        user = self._ledger.handles.get(handle.lower())
        return None if user is None else user.id

    def _metrics(self, post: Post) -> Json:
        return {
            "retweet_count": post.reposts,
            "reply_count": post.replies,
            "like_count": len(post.likes),
            "quote_count": post.quotes,
            "bookmark_count": 0,
            "impression_count": post.author.followers // 7 + 11 * len(post.likes),
        }

    def _edit_controls(self, post: Post) -> Json:
        until = post.versions[0].sent_ms + round(self._policy.edit_minutes * 60_000)
        left = self._policy.edits_allowed - len(post.versions) + 1
        return {
            "edits_remaining": max(0, left),
            "is_edit_eligible": post.parent is None and post.reposted is None,
            "editable_until": iso(until),
        }

    def _expand(self, post: Post, version: Version) -> None:
        wanted = self._wanted.expansions
        if "author_id" in wanted:
            self._include_user(post.author)
        if "in_reply_to_user_id" in wanted and post.parent is not None:
            self._include_user(self._ledger.posts[post.parent].author)
        if "entities.mentions.username" in wanted:
            for user in version.mentions:
                self._include_user(self._ledger.users[user])
        if "referenced_tweets.id" in wanted or "referenced_tweets.id.author_id" in wanted:
            for _, number in _references(post):
                self._include_reference(number)

    def _include_user(self, user: User) -> None:
        if user.id not in self._users and not user.suspended:
            self._users[user.id] = self.user(user)

    def _include_reference(self, number: int) -> None:
        key = str(number)
        if key in self._posts:
            return
        found, error = self.lookup(number, "referenced_tweets.id")
        if found is None:
            if error not in self.errors:
                self.errors.append(error)
            return
        self._posts[key] = self.post(*found, expand=False)
        if "referenced_tweets.id.author_id" in self._wanted.expansions:
            self._posts[key]["author_id"] = found[0].author.id
            self._include_user(found[0].author)

    def lookup(self, number: int, parameter: str) -> tuple[tuple[Post, Version] | None, Json]:
        """Return the post in the version that has this id, or the entry for `errors` that says why not."""
        post = self._ledger.posts.get(number)
        version = None
        if post is not None and post.deleted_ms is None:
            version = next((one for one in post.versions if one.id == number), None)
        if post is None or version is None or version.visible_ms > self._now or post.author.suspended:
            return None, problems.missing(parameter, str(number))
        if post.author.protected and post.author.id != self._viewer:
            return None, problems.not_yours_to_see(parameter, str(number))
        return (post, version), {}


def _portrait(user: User) -> str:
    """Return where a user's picture is; every fourth has the one that everybody begins with."""
    if int(user.id) % 4 == 0:
        return _PICTURE
    return f"https://pbs.twimg.com/profile_images/{user.id}/{user.handle}_normal.png"


def _references(post: Post) -> list[tuple[str, int]]:
    kinds = (("retweeted", post.reposted), ("quoted", post.quoted), ("replied_to", post.parent))
    return [(kind, number) for kind, number in kinds if number is not None]


def _addressed_length(post: Post, version: Version) -> int:
    """Where the text proper begins: after the handles that the platform put in front of a reply."""
    if post.parent is None or not version.shown.startswith("@"):
        return 0
    position = 0
    for word in version.shown.split(" "):
        if not word.startswith("@"):
            break
        position += len(word) + 1
    return min(position, len(version.shown))
