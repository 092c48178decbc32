"""Where a conversation opens, and what stays in sight while it goes on."""

from __future__ import annotations

import pytest
from conftest import MakeStage, Open
from playwright.sync_api import Locator, expect
from stage import Stage
from test_browser import area, opened

pytestmark = pytest.mark.browser

LEFT_BELOW = "log => log.scrollHeight - log.scrollTop - log.clientHeight"


def long_thread(stage: Stage) -> str:
    """Let somebody complain and chat on; return the complaint, which is what is answered."""
    writer = stage.somebody()
    complaint = stage.mention("my machine caught fire and burned my hand, this is dangerous, I want a refund!", writer)
    last = complaint
    for number in range(12):
        last = str(stage.sandbox.world.post(writer, f"and the box was number {number}", reply_to=last).root)
    return complaint


def in_sight(line: Locator) -> bool:
    """Return whether the first words of a line are inside the conversation's frame."""
    return bool(
        line.evaluate(
            """node => {
                const frame = node.closest(".log").getBoundingClientRect();
                const top = node.getBoundingClientRect().top;
                return frame.top <= top && top < frame.bottom - 40;
            }"""
        )
    )


@pytest.mark.long
def test_what_is_answered_is_in_sight(open_page: Open, make_stage: MakeStage) -> None:
    """A long conversation opens where the answer goes, with a way to its end; nobody answers what they do not see."""
    stage = make_stage()
    complaint = long_thread(stage)
    stage.serve()
    page = opened(open_page, stage, complaint)
    expect(page.locator(".said")).to_have_count(13)
    page.reload()
    expect(page.locator(".said")).to_have_count(13)
    expect(page.locator(".said.focus")).to_contain_text("caught fire")
    expect(page.locator(".jump")).to_have_text("More below")
    assert in_sight(page.locator(".said.focus"))
    page.locator(".jump").click()
    expect(page.locator(".jump")).to_be_hidden()
    assert not in_sight(page.locator(".said.focus"))


@pytest.mark.long
def test_who_reads_the_end_sees_what_becomes_of_the_reply(open_page: Open, make_stage: MakeStage) -> None:
    """A reply that grows, because it is in doubt and says why, is not cut off by the composer."""
    stage = make_stage()
    complaint = long_thread(stage)
    stage.sandbox.faults.add("POST /2/tweets", "lost", times=1, effect=False)
    stage.serve()
    page = opened(open_page, stage, complaint, height=700)
    expect(page.locator(".said")).to_have_count(13)
    area(page).fill("Please unplug it.")
    page.locator(".log").evaluate("log => { log.scrollTop = log.scrollHeight }")
    area(page).press("Control+Enter")
    expect(page.locator(".said.doubt")).to_contain_text("never sent again by itself")
    log = page.locator(".log").element_handle()
    page.wait_for_function(f"log => ({LEFT_BELOW})(log) < 2", arg=log)
