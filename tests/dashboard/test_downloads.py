"""Files that pages hand out, and what stands there when one cannot be made."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import requests
from browsing import Browser
from playwright.sync_api import expect
from test_insights_page import read, told

from social_listener.dashboard.downloads import Offer, answer
from social_listener.errors import DeskError, ListenerError, NoPicture

if TYPE_CHECKING:
    from conftest import MakeStage, Open


def failing(error: Exception) -> Offer:
    """Return a file that cannot be made."""

    def make() -> bytes:
        raise error

    return Offer(word="PNG", name="bars.png", type="image/png", make=make)


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (DeskError("you may not take files away"), 409, "You may not take files away."),
        (NoPicture("the chart 'Items' took too long"), 503, "The chart 'Items' took too long. Try it again in a"),
        (ListenerError("the database is held"), 503, "bars.png could not be made just now. Try it again in a moment"),
        (MemoryError("secret inner words"), 500, "bars.png could not be made, and the log tells why."),
    ],
)
def test_what_keeps_a_file_from_being_made_is_told_in_words(error: Exception, status: int, told: str) -> None:
    """Whatever it is, the answer says what to do, and nothing of the inside."""
    said = answer(failing(error))
    assert said.status_code == status
    sentence = json.loads(bytes(said.body))["error"]
    assert sentence.startswith(told)
    assert "secret" not in sentence


def test_a_file_comes_under_its_name_and_is_kept_by_nobody() -> None:
    """The negative control of the above: what can be made is handed over."""
    said = answer(Offer(word="PNG", name="bars.png", type="image/png", make=lambda: b"\x89PNG"))
    assert (said.status_code, bytes(said.body)) == (200, b"\x89PNG")
    assert said.headers["content-disposition"] == 'attachment; filename="bars.png"'
    assert (said.headers["content-type"], said.headers["cache-control"]) == ("image/png", "no-store")


@pytest.mark.long
@pytest.mark.browser
def test_a_file_is_for_whoever_the_page_was_drawn_for(make_stage: MakeStage, open_page: Open) -> None:
    """It is handed over when asked for; others and strangers get nothing; who may not any more is told so there."""
    stage = make_stage(dashboard={"staff": ["Sam", "Kim"]})
    mine = [one for one in told(stage) if one.date() == datetime.now(UTC).date()]
    stage.serve()
    page = open_page(stage.address, staff="Kim")
    read(page, stage, len(mine), "period=today")
    button = page.locator(".st-key-insights_foot_bars .file")
    expect(button).to_have_attribute("aria-label", re.compile("as PNG$"))
    with page.expect_download() as taken, page.expect_request("**/files/*") as asked:
        button.click()
    assert taken.value.suggested_filename == "bars.png"
    assert taken.value.path().read_bytes().startswith(b"\x89PNG")
    expect(page.locator(".st-key-insights_foot_bars .said")).to_have_text("bars.png is made")
    address = asked.value.url
    assert requests.get(address, cookies=stage.cookie("Sam"), timeout=20).status_code == 404
    assert requests.get(address, timeout=20).status_code == 401
    sam = Browser(stage.address)
    sam.plant(stage.cookie("Sam"))
    sam.fill("/staff", do="rights", whose="Kim", role="community_manager", all_accounts="1", version="1")
    button.click()
    sorry = page.locator(".st-key-insights_foot_bars .said.problem")
    expect(sorry).to_have_text(re.compile("^.* may not .*$"))
    expect(button).not_to_have_attribute("aria-busy", "true")
