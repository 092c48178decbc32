"""The health page, and the decisions it asks for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import Open
from playwright.sync_api import Page, expect
from stage import PREFIX, SEED, Stage, staged, until

from social_listener.model import ReplyState
from social_listener.sandbox import environment_for
from social_listener.service import build

pytestmark = pytest.mark.browser


class Clock:
    """A clock that a test sets."""

    def __init__(self, start: datetime) -> None:
        self.now = start

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now


def leave_in_doubt(stage: Stage, text: str, *, posted: bool) -> tuple[str, str]:
    """Let a reply get lost and be looked for in vain until only a person can decide; return the post and the intent.

    `posted`: it turns up on the platform after all, when nobody looks any more.
    """
    clock = Clock(datetime.now(UTC) - timedelta(minutes=40))
    author = stage.somebody()
    sent_at = clock.now - timedelta(minutes=5)
    post = str(stage.sandbox.world.post(author, "@fernhill where is my refund?", sent_at=sent_at).root)
    service = build(stage.settings, clock=clock, environment=environment_for(SEED, prefix=PREFIX))
    try:
        for stream in service.streams.values():
            service.ingest.poll(stream)
        stage.sandbox.faults.add("POST /2/tweets", "lost", times=1, effect=False)
        line = service.desk.reply_public(f"x:{post}", text, "Sam", f"nonce of {text}")
        for minutes in (0.5, 1, 2, 5, 6, 10, 16, 20):
            clock.now += timedelta(minutes=minutes) if minutes < 1 else timedelta(minutes=minutes / 2)
            service.outbox.deliver(clock.now)
            service.outbox.reconcile(clock.now)
        found = service.desk.reply_line(line.id)
        assert found.state is ReplyState.IN_DOUBT
        assert found.reconcile_at is None, "a person has to decide"
    finally:
        service.close()
    if posted:
        stage.sandbox.world.post(stage.sandbox.brand, text, reply_to=post)
    return post, line.id


def health_of(page: Page, stage: Stage) -> None:
    """Open the health page."""
    page.goto(f"{stage.address}/health")
    expect(page.locator(".banner h1")).to_be_visible()


def test_a_reply_that_is_not_there_is_sent_again(open_page: Open, folder: Path) -> None:
    """A person looked, it is not there: pressing twice sends it once, and exactly one post stands below the item."""
    with staged(folder) as stage:
        post, _ = leave_in_doubt(stage, "Your refund is on its way.", posted=False)
        page = open_page(stage.serve().address)
        health_of(page, stage)
        expect(page.locator(".banner")).to_contain_text("may or may not have gone out")
        card = page.locator(".card")
        expect(card).to_contain_text("Your refund is on its way.")
        card.get_by_role("button", name="Send it again").click()
        assert not stage.answers(post)
        card.get_by_role("button", name="Yes").click()
        until(lambda: stage.answers(post), "the reply is posted")
        expect(page.locator(".card")).to_have_count(0)
        assert len(stage.answers(post)) == 1


def test_a_reply_that_is_there_is_settled_with_its_address(open_page: Open, folder: Path) -> None:
    """What is being typed survives the ticks of the page; the address settles it, and nothing is posted again."""
    with staged(folder) as stage:
        post, _ = leave_in_doubt(stage, "It left our warehouse.", posted=True)
        (there,) = stage.answers(post)
        page = open_page(stage.serve().address)
        health_of(page, stage)
        field = page.get_by_placeholder("Address or id of the post on the platform")
        settle = page.get_by_role("button", name="Settle as sent")
        expect(settle).to_be_disabled()
        field.fill("https://x.com/fernhill/status/")
        seen = page.locator(".banner p").inner_text()
        page.wait_for_timeout(5_500)
        assert seen
        expect(field).to_have_value("https://x.com/fernhill/status/")
        field.fill(f"https://x.com/fernhill/status/{there.id}?s=20")
        settle.click()
        expect(page.locator(".card")).to_have_count(0)
        assert len(stage.answers(post)) == 1


def test_a_reply_that_is_dropped_returns_to_the_composer(open_page: Open, folder: Path) -> None:
    """Back to the draft: nothing is sent, and its author finds the text where it was written."""
    with staged(folder) as stage:
        post, _ = leave_in_doubt(stage, "Not needed any more?", posted=False)
        page = open_page(stage.serve().address)
        health_of(page, stage)
        page.get_by_role("button", name="Back to the draft").click()
        page.get_by_role("button", name="Yes").click()
        expect(page.locator(".card")).to_have_count(0)
        page.goto(f"{stage.address}/?c={stage.conversation(post)}")
        expect(page.locator(".st-key-composer textarea")).to_have_value("Not needed any more?")
        assert not stage.answers(post)


def test_what_fails_is_told_in_words_and_heals(open_page: Open, folder: Path) -> None:
    """A refused token stands in the first sentence; when it works again the page says that all is well, by itself."""
    with staged(folder, polling={"backoff_first": "1s", "backoff_most": "1s"}) as stage:
        page = open_page(stage.serve().address)
        health_of(page, stage)
        expect(page.locator(".banner h1")).to_contain_text("All is well")
        faults = stage.sandbox.faults
        broken = faults.add("GET /2/users/*/mentions", "html_503")
        expect(page.locator(".banner.bad h1")).to_contain_text("fernhill")
        expect(page.locator("tr", has_text="mentions")).to_contain_text("Failing")
        page.goto(f"{stage.address}/")
        expect(page.locator(".foot")).to_contain_text("see Health")
        page.goto(f"{stage.address}/health")
        faults.clear(broken)
        expect(page.locator(".banner.good h1")).to_contain_text("All is well")
