"""What interrupts somebody who writes: a restart of the service, a colleague at the same screen, a key that is ours."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
import yaml
from conftest import MakeStage, Open
from playwright.sync_api import expect
from stage import sign_in, until
from test_browser import area, opened

pytestmark = pytest.mark.browser


@pytest.mark.long
def test_a_restart_of_the_service_takes_neither_text_nor_cursor(open_page: Open, make_stage: MakeStage) -> None:
    """Who types while the service is away is told so, goes on typing, and finds every word saved when it is back."""
    stage = make_stage()
    post = stage.mention("are you there?")
    stage.serve()
    page = opened(open_page, stage, post)
    area(page).press_sequentially("Before")
    expect(page.locator(".saved")).to_have_text("Draft saved")
    stage.stop()
    expect(page.get_by_text("The service does not answer")).to_be_visible()
    page.keyboard.type(", meanwhile")
    expect(page.get_by_role("dialog")).to_have_count(0)
    settings = yaml.safe_load(stage.file.read_text(encoding="utf-8"))
    settings["dashboard"]["port"] = urlsplit(stage.address).port
    stage.file.write_text(yaml.safe_dump(settings), encoding="utf-8")
    stage.serve()
    expect(page.get_by_text("The service does not answer")).to_have_count(0)
    page.keyboard.type(" and after")
    expect(area(page)).to_have_value("Before, meanwhile and after")
    expect(page.locator(".saved")).to_have_text("Draft saved")
    page.reload()
    expect(area(page)).to_have_value("Before, meanwhile and after")
    area(page).press("Control+Enter")
    until(lambda: stage.answers(post), "the reply is posted")
    assert [one.text for one in stage.answers(post)] == ["Before, meanwhile and after"]


@pytest.mark.long
def test_a_colleague_at_the_same_screen_does_not_get_my_text(open_page: Open, make_stage: MakeStage) -> None:
    """Signing in as another leaves the text with who wrote it: two drafts of one text would be sent twice."""
    stage = make_stage(dashboard={"staff": ["Sam", "Kim"]})
    post = stage.mention("who of you answers?")
    stage.serve()
    page = opened(open_page, stage, post)

    def become(name: str) -> None:
        sign_in(page.context, stage.address, name)
        page.reload()
        expect(page.locator(".st-key-signed_in summary")).to_contain_text(name)

    area(page).fill("Written by Sam")
    expect(page.locator(".saved")).to_have_text("Draft saved")
    become("Kim")
    expect(area(page)).to_have_value("")
    area(page).fill("Written by Kim")
    expect(page.locator(".saved")).to_have_text("Draft saved")
    become("Sam")
    expect(area(page)).to_have_value("Written by Sam")
    become("Kim")
    expect(area(page)).to_have_value("Written by Kim")


@pytest.mark.long
@pytest.mark.parametrize("key", ["r", "n"])
def test_our_keys_are_heard_by_nobody_else(open_page: Open, make_stage: MakeStage, key: str) -> None:
    """R and N open the composer only: Streamlit's R would run the page anew and lose a pick of the same moment."""
    stage = make_stage()
    post = stage.mention("press the right key, please")
    stage.serve()
    page = opened(open_page, stage, post)
    page.evaluate("window.heard = []; document.addEventListener('keydown', event => heard.push(event.key), true)")
    page.keyboard.press("x")
    page.keyboard.press(key)
    expect(area(page)).to_be_focused()
    assert page.evaluate("heard") == ["x"]
