"""Times and types that cannot be: Meta, or a proxy in between, tells rubbish, and it is seen and does no harm."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from meta_kit import MetaKit
from reading_kit import rows

from social_listener.errors import BadPayload

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[MetaKit]:
    """Return a service on a Page."""
    made = MetaKit(tmp_path, ("facebook",))
    yield made
    made.close()


def push(kit: MetaKit, **entry: Any) -> None:
    """Push one entry about the Page, signed as Meta signs, and read it."""
    whole = {"id": kit.graph.page_id, "time": int(kit.now().timestamp()), **entry}
    body = json.dumps({"object": "page", "entry": [whole]}).encode()
    secret = kit.graph.tokens.app_secret.encode()
    headers = {"x-hub-signature-256": "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()}
    kit.service.ingest.accept("facebook", headers, body)
    kit.service.ingest.receive("facebook")


@pytest.mark.parametrize("times", [1_000, 60_000, 0], ids=["microseconds", "later", "never"])
def test_a_pushed_message_of_the_far_future_opens_no_window(kit: MetaKit, times: int) -> None:
    """It is taken as said when it came: a day later nothing may be sent, and every page can be drawn."""
    at = int(kit.now().timestamp() * 1000) * times % 10**17
    sent = {"sender": {"id": "4242"}, "recipient": {"id": kit.graph.page_id}, "timestamp": at}
    push(kit, messaging=[{**sent, "message": {"mid": "m_odd", "text": "help"}}])
    (stored,) = rows(kit.service.store, "SELECT id, sent_at FROM interactions")
    assert abs(stored["sent_at"] - kit.now()) < timedelta(minutes=1)
    assert kit.rule(stored["id"]).ok
    kit.sandbox.world.advance(30 * 3600)
    assert not kit.rule(stored["id"]).ok


@pytest.mark.parametrize("created", ["9999-12-31T23:59:59+0000", "0001-01-01T00:00:00+0000", 10**10])
def test_a_pushed_comment_of_an_impossible_time_is_there_now(kit: MetaKit, created: object) -> None:
    """It is stored, its conversation opens, and its windows are those of the moment at which it came."""
    post = kit.post.id
    said = {"item": "comment", "verb": "add", "post_id": post, "comment_id": f"{post.partition('_')[2]}_5551"}
    value = {**said, "message": "far", "created_time": created, "from": {"id": "42", "name": "M"}}
    push(kit, changes=[{"field": "feed", "value": value}])
    (stored,) = rows(kit.service.store, "SELECT id, sent_at, conversation_id FROM interactions WHERE text = 'far'")
    assert abs(stored["sent_at"] - kit.now()) < timedelta(minutes=1)
    assert kit.service.desk.conversation(stored["conversation_id"], "ana").items
    assert kit.rule(stored["id"]).ok


def test_a_listed_item_of_an_impossible_time_is_set_aside(kit: MetaKit) -> None:
    """A list that tells of the year 5138 is no reason to believe it: Health shows the item, the others are stored."""
    odd = kit.comment("facebook", "mara", "from the future")
    kit.comment("facebook", "ben", "from today")
    kit.graph.find(odd.partition(":")[2]).created_ms = 99_999_999_999_999
    kit.graph.find(odd.partition(":")[2]).visible_ms = 0
    kit.poll()
    assert [one["text"] for one in rows(kit.service.store, "SELECT text FROM interactions WHERE NOT outbound")] == [
        "from today"
    ]
    assert any(
        "its time cannot be: 5138" in one["reason"] for one in rows(kit.service.store, "SELECT * FROM dead_letters")
    )


@pytest.mark.parametrize("value", [10**15, 1_893_456_000_000, 1.5])
def test_an_impossible_end_of_a_token_stops_nothing(kit: MetaKit, value: float) -> None:
    """Who we are is known all the same, and reading goes on; when the token ends is what is not told."""
    kit.graph.policy.change(token_ends=value)
    owner = kit.service.channels["facebook"].whoami()
    assert owner.native_id == kit.graph.page_id
    assert "Meta does not tell when the token expires" in owner.notes
    kit.poll()


def test_a_name_of_another_type_is_a_fault_that_the_channel_knows(tmp_path: Path) -> None:
    """It is told as an answer that cannot be read, and not as a fault of this program; a better one mends it."""
    instagram = MetaKit(tmp_path, ("instagram",))
    try:
        instagram.graph.policy.change(odd_usernames=True)
        with pytest.raises(BadPayload, match="did not say who we are: username"):
            instagram.service.channels["instagram"].whoami()
        instagram.graph.policy.change(odd_usernames=False)
        assert instagram.service.channels["instagram"].whoami().handle == "fernhill"
    finally:
        instagram.close()
