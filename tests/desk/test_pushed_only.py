"""Mentions on Instagram, which come by webhook only: whatever keeps them away is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from meta_kit import MetaKit

from social_listener.cli.watch import _words
from social_listener.model import StreamKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from social_listener.desk_types import HealthView

ONLY = (StreamKind.MENTIONS,)
ALL = (StreamKind.COMMENTS, StreamKind.MENTIONS, StreamKind.MESSAGES)
HOUR = 3600


@pytest.fixture
def make(tmp_path: Path) -> Iterator[list[MetaKit]]:
    """Return a list; the services in it are ended after the test."""
    kits: list[MetaKit] = []
    yield kits
    for kit in kits:
        kit.close()


@pytest.fixture
def kit(make: list[MetaKit], tmp_path: Path) -> MetaKit:
    """Return a service that listens to nothing but mentions on Instagram, with its webhook."""
    make.append(MetaKit(tmp_path, ("instagram",), kinds=ONLY, webhooks=True))
    return make[0]


def poll(kit: MetaKit) -> str | None:
    """Poll the only stream; return the fault."""
    (stream,) = kit.service.streams.values()
    return kit.service.ingest.poll(stream).error_kind


def health(kit: MetaKit) -> HealthView:
    """Return what Health shows."""
    return kit.service.desk.health()


def test_a_token_that_died_is_noticed_by_the_next_poll(kit: MetaKit) -> None:
    """Nothing else is asked of Meta, and nothing would be pushed any more: the account is refused, and heals."""
    assert poll(kit) is None
    kit.graph.tokens.kill("*", 460)
    kit.sandbox.world.advance(HOUR)
    assert poll(kit) == "Unauthorized"
    (account,) = health(kit).accounts
    assert account.state == "unauthorized"
    assert any("refuses its credentials" in problem for problem in health(kit).problems)
    kit.graph.tokens.revive()
    kit.sandbox.world.advance(HOUR)
    assert poll(kit) is None
    assert health(kit).accounts[0].state == "ok"


def test_a_poll_takes_back_no_refusal_that_holds(kit: MetaKit) -> None:
    """What a look-up was told of the token stays while the token is as dead as it was."""
    assert poll(kit) is None
    made = kit.graph.ig_mention("zed", "@fernhill where is my order?")
    headers, body = kit.sandbox.webhooks.build("instagram", made)
    kit.service.ingest.accept("instagram", headers, body)
    kit.graph.tokens.kill("*", 460)
    kit.service.ingest.receive("instagram")
    assert health(kit).accounts[0].state == "unauthorized"
    kit.sandbox.world.advance(60)
    poll(kit)
    assert health(kit).accounts[0].state == "unauthorized"


def test_without_its_webhook_a_pushed_stream_is_a_problem(make: list[MetaKit], tmp_path: Path) -> None:
    """Polls go well and bring nothing: Health and status say so, and that nothing is known to be complete."""
    make.append(kit := MetaKit(tmp_path, ("instagram",), kinds=ALL))
    kit.graph.ig_mention("zed", "@fernhill where is my order?")
    kit.poll()
    view = health(kit)
    (problem,) = view.problems
    assert problem.startswith("instagram/mentions: nothing comes")
    assert "options.webhooks of account instagram is off" in problem
    complete = {stream.kind: stream.complete_up_to is not None for stream in view.streams}
    assert complete == {"comments": True, "mentions": False, "messages": True}
    said = list(_words(view))
    assert any(problem in line for line in said)
    assert any("by webhook only" in line and "no list tells" in line for line in said)


def test_with_its_webhook_it_is_none_and_still_not_complete(kit: MetaKit) -> None:
    """The negative control: with the webhook on nothing is said of that stream; pushing promises no completeness."""
    kit.poll()
    view = health(kit)
    assert not any("instagram/mentions" in problem for problem in view.problems)
    assert [stream.complete_up_to for stream in view.streams] == [None]


def asked(kit: MetaKit) -> int:
    """Return how often Meta was asked what it pushes."""
    return sum(call.path.endswith("/subscribed_apps") for call in kit.sandbox.calls)


def lacking(kit: MetaKit) -> list[str]:
    """Return what Health says of a Page that was not subscribed."""
    return [problem for problem in health(kit).problems if "subscribed" in problem]


def test_what_the_page_does_not_push_is_asked_at_start_and_daily(make: list[MetaKit], tmp_path: Path) -> None:
    """Each missing field is named with what to do; it clears once the Page is subscribed, and is asked for daily."""
    make.append(kit := MetaKit(tmp_path, ("facebook",), kinds=ALL, webhooks=True))
    kit.poll()
    kit.graph.subscribe_app(("feed", "messages"))
    check = kit.service.ingest.check_subscription
    assert check("facebook") is not None
    (problem,) = lacking(kit)
    assert "has not subscribed the app to mention, message_echoes," in problem
    wanted = "feed,mention,messages,message_echoes"
    assert f"POST /{kit.graph.page_id}/subscribed_apps?subscribed_fields={wanted}" in problem
    kit.graph.subscribe_app(wanted.split(","))
    assert check("facebook") is None
    assert lacking(kit) == []
    before = asked(kit)
    for hours, calls in ((23, 0), (2, 1), (20, 0)):
        kit.sandbox.world.advance(hours * HOUR)
        check("facebook")
        assert asked(kit) == before + calls
        before = asked(kit)
    kit.graph.subscribe_app(())
    kit.sandbox.world.advance(5 * HOUR)
    check("facebook")
    assert "feed, mention, messages, message_echoes" in lacking(kit)[0]
    kit.again()
    assert lacking(kit) == []
    kit.service.ingest.check_subscription("facebook")
    assert len(lacking(kit)) == 1


def test_a_page_that_pushes_nothing_keeps_instagram_silent(kit: MetaKit) -> None:
    """Instagram's own fields are the app's; they come for Pages that have subscribed it, and this one has not."""
    assert kit.service.ingest.check_subscription("instagram") is not None
    assert "to feed, so" in lacking(kit)[0]
    kit.graph.subscribe_app(("feed",))
    assert kit.service.ingest.check_subscription("instagram") is None


def test_another_app_of_the_page_is_not_taken_for_ours(kit: MetaKit) -> None:
    """What the Page has subscribed another app to is nothing that comes to us."""
    kit.graph.record({"kind": "subscribed", "app": "4711", "fields": ["feed"], "at": 0})
    assert kit.service.ingest.check_subscription("instagram") is not None


def test_what_cannot_be_asked(kit: MetaKit) -> None:
    """A platform that does not answer changes nothing; one that refuses the question is a problem by itself."""
    kit.graph.subscribe_app(("feed",))
    check = kit.service.ingest.check_subscription
    assert check("instagram") is None
    kit.sandbox.world.advance(25 * HOUR)
    kit.sandbox.faults.add("GET /{page}/subscribed_apps", "json_500", times=1)
    assert check("instagram") is None
    kit.sandbox.faults.clear()
    kit.graph.tokens.withdrawn.add("pages_manage_metadata")
    words = check("instagram")
    assert words is not None
    assert "cannot be asked" in words
    assert health(kit).accounts[0].state != "unauthorized"
    kit.graph.tokens.withdrawn.clear()
    assert check("instagram") is None


def test_without_a_webhook_nothing_is_asked(make: list[MetaKit], tmp_path: Path) -> None:
    """Whoever only polls needs no subscription."""
    make.append(kit := MetaKit(tmp_path, ("facebook",), kinds=ALL))
    assert kit.service.ingest.check_subscription("facebook") is None
    assert asked(kit) == 0
