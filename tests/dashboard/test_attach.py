"""Pictures in the composer: picked, pasted or dropped, described, taken away, and sent with their reply."""

from __future__ import annotations

import io
from collections.abc import Iterator
from urllib.parse import quote

import pytest
import requests
from conftest import Open
from PIL import Image
from playwright.sync_api import FilePayload, Page, Route, expect
from stage import Stage, staged, until

pytestmark = pytest.mark.browser

_PUT = """async ([bytes, kind]) => {
  const area = document.querySelector('.st-key-composer [data-testid=stBidiComponentIsolated]').shadowRoot;
  const file = new File([new Uint8Array(bytes)], 'a.png', {type: 'image/png'});
  const data = new DataTransfer();
  data.items.add(file);
  const event = kind === 'paste'
    ? new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true, composed: true})
    : new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true, composed: true});
  area.querySelector('textarea').dispatchEvent(event);
}"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Return a service."""
    with staged(tmp_path_factory.mktemp("attach")) as stage:
        yield stage.serve()


def picture(colour: str = "red", kind: str = "PNG", name: str = "a.png") -> FilePayload:
    """Return a picture as a file that somebody picks."""
    file = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(file, kind)
    return {"name": name, "mimeType": "image/png", "buffer": file.getvalue()}


def opened(open_page: Open, stage: Stage, words: str) -> Page:
    """Return a page at the conversation in which those words were said."""
    page = open_page(f"{stage.address}/?q={quote(words)}")
    page.locator(".row", has_text=words).first.click()
    expect(page.locator(".said.focus")).to_contain_text(words)
    expect(page.locator(".st-key-composer .box > textarea")).to_be_visible()
    return page


def pick(page: Page, *files: FilePayload) -> None:
    """Pick files as with the button."""
    page.locator(".st-key-composer input[type=file]").set_input_files(list(files))


@pytest.mark.long
def test_a_picture_is_sent_with_its_description(open_page: Open, desk: Stage) -> None:
    """Picked, described, not sent while that is being saved, kept over a reload, and there on the platform, once."""
    post = desk.mention("show me the new cup")
    page = opened(open_page, desk, "show me the new cup")
    pick(page, picture())
    cards = page.locator(".st-key-composer .outgoing")
    expect(cards).to_have_count(1)
    until(lambda: cards.locator("img").evaluate("one => one.complete && one.naturalWidth > 0"), "the picture is there")
    text = page.locator(".st-key-composer .box > textarea").first
    text.fill("Here it is")
    cards.locator("input").fill("a red cup")
    held: list[Route] = []
    page.route("**/pictures/mine?**", lambda route: held.append(route))  # noqa: PLW0108 - playwright marks handlers
    cards.locator("input").press("Control+Enter")
    expect(page.locator(".st-key-composer .saved")).to_contain_text("A picture is still being saved")
    until(lambda: page.evaluate("1") and held, "the description is on its way")
    assert desk.answers(post) == ()
    with page.expect_response("**/pictures/mine?**"):
        held[0].continue_()
    page.unroute("**/pictures/mine?**")
    expect(text).to_be_focused()
    page.reload()
    expect(cards).to_have_count(1)
    expect(cards.locator("input")).to_have_value("a red cup")
    page.locator(".st-key-composer .box > textarea").first.fill("Here it is")
    page.locator(".st-key-composer .box > textarea").first.press("Control+Enter")
    until(lambda: desk.answers(post), "the answer is there")
    expect(cards).to_have_count(0)
    ledger = desk.sandbox.world.ledger
    (answer,) = desk.answers(post)
    assert [one.alt for one in ledger.posts[int(answer.id)].media] == ["a red cup"]


@pytest.mark.long
@pytest.mark.parametrize("way", ["paste", "drop"])
def test_a_picture_can_be_pasted_and_dropped_and_taken_away(open_page: Open, desk: Stage, way: str) -> None:
    """Both ways bring it; the cross takes it away, on the server too."""
    desk.mention(f"by way of {way}")
    page = opened(open_page, desk, f"by way of {way}")
    page.evaluate(_PUT, [list(picture("blue")["buffer"]), way])
    cards = page.locator(".st-key-composer .outgoing")
    expect(cards).to_have_count(1)
    cards.get_by_role("button", name="Take this picture away").click()
    expect(cards).to_have_count(0)
    page.reload()
    expect(page.locator(".st-key-composer .box > textarea").first).to_be_visible()
    expect(cards).to_have_count(0)


@pytest.mark.long
def test_what_cannot_be_sent_is_told_in_words(open_page: Open, desk: Stage) -> None:
    """A document that is called a picture, a moving picture, a fifth one; a note has none."""
    desk.mention("too many of them")
    page = opened(open_page, desk, "too many of them")
    told = page.locator(".st-key-composer .saved")
    pick(page, {"name": "a.png", "mimeType": "image/png", "buffer": b"<svg onload=alert(1)>"})
    expect(told).to_contain_text("no JPEG, PNG, GIF or WebP picture")
    pick(page, picture(kind="GIF", name="a.gif"))
    expect(told).to_contain_text("moving pictures cannot be sent")
    pick(page, *(picture(colour) for colour in ("red", "blue", "green", "white", "black")))
    expect(page.locator(".st-key-composer .outgoing")).to_have_count(4)
    expect(told).to_contain_text("up to four pictures")
    expect(page.locator(".st-key-composer .attach-tool")).to_be_disabled()
    page.get_by_role("radio", name="Note").click()
    expect(page.locator(".st-key-composer .attach-tool")).to_be_hidden()
    expect(page.locator(".st-key-composer .outgoing")).to_have_count(0)


def test_the_route_is_for_our_own_pages_and_staff(desk: Stage) -> None:
    """Another origin, a stranger, another mode and too much of it are refused; nothing is kept."""
    post = desk.mention("by the back door")
    where = {"staff": "Sam", "conversation": desk.conversation(post), "mode": "public", "nonce": "n"}
    address = f"{desk.address}/pictures/mine"
    own, signed = {"Origin": desk.address}, desk.cookie(None)
    body = picture()["buffer"]
    until(lambda: "by the back door" in desk.log() or _known(desk, post), "it was polled")
    foreign = requests.post(
        address, params=where, data=body, headers={"Origin": "http://evil.example"}, cookies=signed, timeout=20
    )
    assert foreign.status_code == 403
    for change in ({"staff": "Eve"}, {"mode": "note"}, {"conversation": "x:none"}, {"nonce": "another"}):
        answer = requests.post(address, params=where | change, data=body, headers=own, cookies=signed, timeout=20)
        assert answer.status_code in {401, 403, 404, 409}, change
        assert answer.json()["error"]
    assert requests.post(address, params=where, data=body, headers=own, timeout=20).status_code == 401
    large = requests.post(address, params=where, data=b"x" * 25_000_001, headers=own, cookies=signed, timeout=60)
    assert large.status_code == 413


def _known(desk: Stage, post: str) -> bool:
    answer = requests.get(
        f"{desk.address}/pictures/mine",
        params={"staff": "Sam", "conversation": desk.conversation(post), "mode": "public", "file": "none"},
        cookies=desk.cookie(None),
        timeout=20,
    )
    return "not there any more" in answer.text
