"""Rate limits: windows for each endpoint, by user and by application, told in headers."""

from __future__ import annotations

import pytest
import requests
import tweepy

from social_listener.sandbox import Sandbox
from social_listener.sandbox.limits import Allowance

MENTIONS = "GET /2/users/{id}/mentions"


def test_headers_count_down_and_429_tells_the_reset(sandbox: Sandbox, raw: tweepy.Client) -> None:
    """Remaining counts down to 0, then 429 until the reset, and the window begins anew after it."""
    sandbox.limits.enabled = True
    sandbox.limits.set(MENTIONS, Allowance(user=2, app=3))
    left = [raw.get_users_mentions(sandbox.brand.id).headers["x-rate-limit-remaining"] for _ in range(3)]
    assert left == ["2", "1", "0"]
    with pytest.raises(tweepy.TooManyRequests) as caught:
        raw.get_users_mentions(sandbox.brand.id)
    reset = caught.value.reset_time
    assert reset == sandbox.world.clock.now().timestamp() + 900
    assert caught.value.response.json()["title"] == "Too Many Requests"
    sandbox.world.advance(899)
    with pytest.raises(tweepy.TooManyRequests):
        raw.get_users_mentions(sandbox.brand.id)
    sandbox.world.advance(1)
    assert raw.get_users_mentions(sandbox.brand.id).status_code == 200


def test_user_and_application_have_windows_of_their_own(sandbox: Sandbox, raw: tweepy.Client) -> None:
    """What the application used up is still there for the user, and other endpoints are not touched."""
    sandbox.limits.enabled = True
    sandbox.limits.set(MENTIONS, Allowance(user=1, app=1))
    raw.get_users_mentions(sandbox.brand.id)
    with pytest.raises(tweepy.TooManyRequests):
        raw.get_users_mentions(sandbox.brand.id)
    raw.get_users_mentions(sandbox.brand.id, user_auth=True)
    with pytest.raises(tweepy.TooManyRequests):
        raw.get_users_mentions(sandbox.brand.id, user_auth=True)
    raw.search_recent_tweets("fernhill")


def test_posting_has_a_limit_for_the_day(sandbox: Sandbox, raw: tweepy.Client) -> None:
    """Posts are limited for 24 hours too, with headers of their own; a new quarter of an hour does not help."""
    sandbox.limits.enabled = True
    sandbox.limits.set("POST /2/tweets", Allowance(user=10, app_day=2))
    answer: requests.Response = raw.create_tweet(text="one")
    assert answer.headers["x-app-limit-24hour-remaining"] == "1"
    raw.create_tweet(text="two")
    sandbox.world.advance(3_600)
    with pytest.raises(tweepy.TooManyRequests):
        raw.create_tweet(text="three")
    sandbox.world.advance(86_400)
    raw.create_tweet(text="three")


def test_documented_limits_are_the_default(sandbox: Sandbox, raw: tweepy.Client) -> None:
    """Direct messages can be read 15 times in 15 minutes, mentions 450 times by the application."""
    sandbox.limits.enabled = True
    assert raw.get_users_mentions(sandbox.brand.id).headers["x-rate-limit-limit"] == "450"
    for _ in range(15):
        raw.get_direct_message_events()
    with pytest.raises(tweepy.TooManyRequests):
        raw.get_direct_message_events()


def test_switched_off_they_refuse_nothing(sandbox: Sandbox, raw: tweepy.Client) -> None:
    """Without enforcement the headers stay, always fresh, and nothing is refused."""
    for _ in range(20):
        answer = raw.get_direct_message_events()
        assert (answer.headers["x-rate-limit-limit"], answer.headers["x-rate-limit-remaining"]) == ("15", "14")


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("status_401", True),
        ("status_402", True),
        ("json_500", True),
        ("status_429_no_reset", False),
        ("html_503", False),
    ],
)
def test_refusals_carry_the_headers_too(sandbox: Sandbox, raw: tweepy.Client, kind: str, *, told: bool) -> None:
    """Every answer tells the window of its endpoint, but for those faults that are about its absence."""
    with pytest.raises(tweepy.BadRequest) as refused:
        raw.get_users_mentions(sandbox.brand.id, max_results=1)
    assert "x-rate-limit-reset" in refused.value.response.headers
    sandbox.faults.add(endpoint=MENTIONS.replace("{id}", "*"), kind=kind)
    with pytest.raises(tweepy.HTTPException) as caught:
        raw.get_users_mentions(sandbox.brand.id)
    assert ("x-rate-limit-reset" in caught.value.response.headers) is told
