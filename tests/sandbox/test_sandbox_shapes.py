"""The sandbox's answers have the shape of recorded answers of the real X API, call by call."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tweepy

from social_listener.sandbox import Sandbox

# Added to every post by X on 29 September 2022; the older recordings do not have it.
LATER = {"edit_history_tweet_ids"}
# Sent by single front-end servers of X in some years only.
PASSING_HEADERS = {"x-tsa-request-body-time", "perf", "x-transaction-id", "api-version", "x-response-time"}
# Depend on the account and application that were recorded.
ACCOUNT_FIELDS = {"community_id"}

Play = Callable[[Sandbox, tweepy.Client], Any]
# tweepy is not typed; with this client every call gives a requests.Response.


def shape(value: Any, key: str = "") -> Any:
    """Reduce a JSON value to names and types; the entries of a list become one, with every type that occurs."""
    if isinstance(value, dict):
        return {name: shape(entry, name) for name, entry in value.items()}
    if isinstance(value, list):
        entries = [shape(entry, key) for entry in value]
        return [merge(entries)] if entries else []
    if isinstance(value, str) and value.isdecimal() and key.endswith(("id", "ids")):
        return "id"
    return type(value).__name__


def merge(entries: list[Any]) -> Any:
    """Put the shapes of a list's entries together; a name that not all of them have is marked with a question mark."""
    if not all(isinstance(entry, dict) for entry in entries):
        return "|".join(sorted({str(entry) for entry in entries}))
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
        found = [f"{path}.{name} is missing" for name in recorded.keys() - ours.keys() - ACCOUNT_FIELDS]
        found += [f"{path}.{name} is too much" for name in ours.keys() - recorded.keys() - LATER]
        for name in recorded.keys() & ours.keys():
            found += differences(recorded[name], ours[name], f"{path}.{name}")
        return found
    if isinstance(recorded, list) and isinstance(ours, list):
        if not recorded or not ours:
            return [] if recorded == ours else [f"{path} is empty on one side"]
        return differences(recorded[0], ours[0], f"{path}[]")
    return [] if recorded == ours else [f"{path} is {ours}, recorded {recorded}"]


def header_differences(recorded: dict[str, Any], ours: dict[str, str]) -> list[str]:
    """Name recorded headers that ours lack, and constant ones whose value differs."""
    names = {name.lower() for name in recorded} - PASSING_HEADERS
    found = [f"header {name} is missing" for name in names if name not in ours]
    for name, (value, *_) in ((name.lower(), values) for name, values in recorded.items()):
        constant = name in ("content-type", "cache-control", "x-frame-options", "x-content-type-options")
        if constant and ours.get(name) != value:
            found.append(f"header {name} is {ours.get(name)!r}, recorded {value!r}")
        if name.startswith("x-rate-limit") and not ours.get(name, "").isdecimal():
            found.append(f"header {name} is no number")
    return found


def mention_world(sandbox: Sandbox) -> None:
    """Fill the world with mentions."""
    sandbox.world.fill_mentions(25)


def own_posts(sandbox: Sandbox) -> None:
    """Let the brand post more than a page."""
    for number in range(25):
        sandbox.world.post(sandbox.brand, f"News number {number}")
        sandbox.world.advance(60)


def a_post(sandbox: Sandbox) -> str:
    """Return the id of a new mention."""
    return sandbox.world.post("mara_lindt", "@fernhill hello there").id


def a_reply_to_us(sandbox: Sandbox) -> str:
    """Return the id of a reply below a post of the brand."""
    ours = sandbox.world.post(sandbox.brand, "Ask us anything")
    return sandbox.world.post("mara_lindt", "When is it open?", reply_to=ours).id


def liked(sandbox: Sandbox) -> str:
    """Return the id of a mention that the brand likes."""
    post = a_post(sandbox)
    sandbox.world.like(sandbox.brand, post)
    return post


def partner(sandbox: Sandbox) -> str:
    """Return the id of somebody to write to."""
    return sandbox.world.user("mara_lindt").id


def conversation(sandbox: Sandbox) -> str:
    """Return the id of a conversation with two messages."""
    sandbox.world.dm("mara_lindt", sandbox.brand, "Testing 1")
    return sandbox.world.dm(sandbox.brand, "mara_lindt", "Testing 2").conversation


def quoted(sandbox: Sandbox) -> str:
    """Return the id of a post that is quoted more than a page."""
    post = sandbox.world.post(sandbox.brand, "Look at this")
    for _ in range(12):
        sandbox.world.post("mara_lindt", "Indeed", quote_of=post)
    return post.id


def play_search(sandbox: Sandbox, client: tweepy.Client) -> Any:
    """Search for the brand."""
    mention_world(sandbox)
    return client.search_recent_tweets("fernhill")


def play_mentions(sandbox: Sandbox, client: tweepy.Client) -> Any:
    """Read the brand's mentions."""
    mention_world(sandbox)
    return client.get_users_mentions(sandbox.brand.id)


def play_timeline(sandbox: Sandbox, client: tweepy.Client) -> Any:
    """Read the brand's own posts."""
    own_posts(sandbox)
    return client.get_users_tweets(sandbox.brand.id)


def play_group(sandbox: Sandbox, client: tweepy.Client) -> Any:
    """Begin a group."""
    members = [sandbox.world.user(handle).id for handle in ("mara_lindt", "tobyquill")]
    return client.create_direct_message_conversation(participant_ids=members, text="Testing")


def play_hide(*, hidden: bool) -> Play:
    """Return a call that hides a reply, or shows it again."""

    def play(sandbox: Sandbox, client: tweepy.Client) -> Any:
        return (client.hide_reply if hidden else client.unhide_reply)(a_reply_to_us(sandbox))

    return play


def play_delete(sandbox: Sandbox, client: tweepy.Client) -> Any:
    """Delete an own post."""
    return client.delete_tweet(sandbox.world.post(sandbox.brand, "Test").id)


# Method and path of a recorded call → what is played against the sandbox: the same request on the sandbox's ids.
PLAYS: list[tuple[str, str, Play]] = [
    ("GET", r"/2/users/me", lambda _, client: client.get_me()),
    ("GET", r"/2/users/by/username/\w+", lambda _, client: client.get_user(username="fernhill")),
    ("GET", r"/2/users/\d+/mentions", play_mentions),
    ("GET", r"/2/users/\d+/tweets", play_timeline),
    ("GET", r"/2/tweets/search/recent", play_search),
    ("GET", r"/2/tweets/\d+/quote_tweets", lambda sandbox, client: client.get_quote_tweets(quoted(sandbox))),
    ("GET", r"/2/tweets", lambda sandbox, client: client.get_tweets([a_post(sandbox), a_post(sandbox)])),
    ("GET", r"/2/tweets/\d+", lambda sandbox, client: client.get_tweet(a_post(sandbox))),
    ("POST", r"/2/tweets", lambda _, client: client.create_tweet(text="Test Tweet")),
    ("DELETE", r"/2/tweets/\d+", play_delete),
    ("PUT", r"/2/tweets/\d+/hidden", play_hide(hidden=True)),
    ("POST", r"/2/users/\d+/likes", lambda sandbox, client: client.like(a_post(sandbox))),
    ("DELETE", r"/2/users/\d+/likes/\d+", lambda sandbox, client: client.unlike(liked(sandbox))),
    ("GET", r"/2/dm_events", lambda _, client: client.get_direct_message_events()),
    (
        "GET",
        r"/2/dm_conversations/\d+-\d+/dm_events",
        lambda sandbox, client: client.get_direct_message_events(dm_conversation_id=conversation(sandbox)),
    ),
    (
        "GET",
        r"/2/dm_conversations/with/\d+/dm_events",
        lambda sandbox, client: (
            conversation(sandbox) and client.get_direct_message_events(participant_id=partner(sandbox))
        ),
    ),
    (
        "POST",
        r"/2/dm_conversations/with/\d+/messages",
        lambda sandbox, client: client.create_direct_message(participant_id=partner(sandbox), text="Testing 1"),
    ),
    (
        "POST",
        r"/2/dm_conversations/\d+-\d+/messages",
        lambda sandbox, client: client.create_direct_message(
            dm_conversation_id=conversation(sandbox), text="Testing 2"
        ),
    ),
    ("POST", r"/2/dm_conversations", play_group),
]


def recordings(folder: Path, method: str, path: str) -> list[dict[str, Any]]:
    """Return the recorded calls of one kind that carry no query of their own, but for ids and the search."""
    found = []
    for file in sorted((folder / "x" / "tweepy_recordings").glob("*.json")):
        for call in json.loads(file.read_text(encoding="utf-8")):
            recorded = call["uri"].split("?")[0].removeprefix("https://api.twitter.com")
            if call["method"] == method and re.fullmatch(path, recorded):
                found.append(call)
    return found


@pytest.mark.parametrize(("method", "path", "play"), PLAYS, ids=[f"{method} {path}" for method, path, _ in PLAYS])
def test_answer_has_the_recorded_shape(  # noqa: PLR0917  # fixtures and the three parts of a case
    shared_data: Path, sandbox: Sandbox, raw: tweepy.Client, method: str, path: str, play: Play
) -> None:
    """Status, field names, JSON types and headers of our answer are those of every recording of the same call."""
    calls = recordings(shared_data, method, path)
    assert calls, "the recordings lack this call"
    answer = play(sandbox, raw)
    for call in calls:
        body = copy.deepcopy(call["response_body"])
        found = differences(shape(body), shape(answer.json()))
        found += header_differences(call["response_headers"], {k.lower(): v for k, v in answer.headers.items()})
        assert answer.status_code == call["status"]
        assert found == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: body["data"][0].update(id=int(body["data"][0]["id"])),
        lambda body: body["meta"].pop("result_count"),
        lambda body: body["data"][0].update(author_id="1"),
        lambda body: [entry.pop("text") for entry in body["data"]],
        lambda body: body.update(data={}),
        lambda body: body["meta"].update(next_token=None),
    ],
)
def test_comparison_sees_a_wrong_shape(
    shared_data: Path, sandbox: Sandbox, raw: tweepy.Client, spoil: Callable[[Any], Any]
) -> None:
    """The comparison fails on an answer with a number for an id, a lost or an extra field, or another type."""
    recorded = recordings(shared_data, "GET", r"/2/users/\d+/mentions")[0]["response_body"]
    ours = play_mentions(sandbox, raw).json()
    assert differences(shape(recorded), shape(ours)) == []
    spoil(ours)
    assert differences(shape(recorded), shape(ours)) != []


def test_comparison_sees_a_missing_header(shared_data: Path, sandbox: Sandbox, raw: tweepy.Client) -> None:
    """The comparison fails when a rate-limit header is lost or holds no number."""
    recorded = recordings(shared_data, "GET", r"/2/users/me")[0]["response_headers"]
    ours = {name.lower(): value for name, value in raw.get_me().headers.items()}
    assert header_differences(recorded, ours) == []
    assert header_differences(recorded, ours | {"x-rate-limit-reset": "soon"}) != []
    del ours["x-rate-limit-reset"]
    assert header_differences(recorded, ours) != []
