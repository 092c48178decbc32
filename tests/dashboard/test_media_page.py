"""Pictures in the page: from this server only, each in its place, and with a word when there is none."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
import requests
from conftest import Open
from playwright.sync_api import Page, expect
from stage import Stage, staged, until
from test_hostile import watched

pytestmark = pytest.mark.browser

LOADED = "image => image.complete && image.naturalWidth > 0"


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Return a service to which customers sent pictures."""
    with staged(tmp_path_factory.mktemp("gallery")) as stage:
        yield stage.serve()


def sent(stage: Stage, text: str, *media: tuple[str, str], name: str = "") -> str:
    """Let somebody new mention the brand with pictures; return the post's id."""
    return str(stage.sandbox.world.post(stage.somebody(name), f"@fernhill {text}", media=media).root)


def opened(open_page: Open, stage: Stage, words: str, **more: int) -> Page:
    """Return a page at the conversation in which those words were said."""
    page = open_page(f"{stage.address}/?q={quote(words)}", **more)
    page.locator(".row", has_text=words).first.click()
    expect(page.locator(".said.focus")).to_contain_text(words)
    return page


@pytest.mark.long
def test_pictures_are_shown_and_come_from_here(open_page: Open, gallery: Stage) -> None:
    """A photo with its description and the still of a film; a larger one opens apart; nothing is asked elsewhere."""
    sent(gallery, "two pictures", ("photo", "a grinder in pieces"), ("video", ""))
    page = opened(open_page, gallery, "two pictures")
    foreign, _ = watched(page, gallery.address)
    images = page.locator(".said.focus .picture img")
    expect(images).to_have_count(2)
    for number in range(2):
        until(lambda number=number: images.nth(number).evaluate(LOADED), "the picture is there")
    assert images.first.get_attribute("alt") == "a grinder in pieces"
    expect(page.locator(".said.focus figcaption").first).to_contain_text("Photo: a grinder in pieces")
    with page.context.expect_page() as larger:
        page.locator(".said.focus a.picture").first.click()
    until(lambda: larger.value.locator("img").first.evaluate(LOADED), "the larger one is there")
    assert larger.value.url.startswith(f"{gallery.address}/pictures/")
    assert foreign == []


@pytest.mark.long
def test_a_picture_that_is_gone_says_so_and_nothing_moves(open_page: Open, gallery: Stage) -> None:
    """In the picture's place and of its height stands why it is not shown."""
    post = sent(gallery, "it ran out", ("photo", ""))
    gallery.sandbox.pictures.put(f"/media/{post}1.png", b"", 403)
    page = opened(open_page, gallery, "it ran out")
    missing = page.locator(".said.focus .picture.missing")
    expect(missing).to_contain_text("its address has run out")
    box = missing.bounding_box()
    assert box
    assert box["height"] == 168


@pytest.mark.long
@pytest.mark.parametrize("name", ["Mara Østby", "李 小龍", "🙂", "single"])
def test_somebody_without_a_picture_has_initials(open_page: Open, gallery: Stage, name: str) -> None:
    """Headline and card show the same two letters, or one, or a question mark."""
    wanted = {"Mara Østby": "MØ", "李 小龍": "李小", "🙂": "?", "single": "S"}[name]
    handles = [gallery.somebody(name) for _ in range(12)]
    world = gallery.sandbox.world
    plain = next(one for one in handles if int(world.user(one).id) % 4 == 0)
    world.post(plain, f"@fernhill who am I, {plain}?")
    page = opened(open_page, gallery, f"who am I, {plain}")
    for place in (".st-key-headline .face", ".st-key-context .face"):
        expect(page.locator(place)).to_have_text(wanted)
        expect(page.locator(f"{place} img")).to_have_count(0)


def test_the_route_gives_pictures_to_our_own_pages_only(open_page: Open, gallery: Stage) -> None:
    """A name of ours is answered with WebP; other hosts, strangers and made-up names get no picture."""
    sent(gallery, "by the route", ("photo", ""))
    page = opened(open_page, gallery, "by the route")
    source = page.locator(".said.focus .picture img").get_attribute("src")
    assert source
    cookies = gallery.cookie("Sam")
    good = requests.get(source, cookies=cookies, timeout=20)
    assert (good.status_code, good.headers["content-type"], good.content[8:12]) == (200, "image/webp", b"WEBP")
    assert requests.get(source, timeout=20).status_code == 401, "nobody is signed in"
    assert good.headers["cross-origin-resource-policy"] == "same-origin"
    assert good.headers["x-content-type-options"] == "nosniff"
    assert "private" in good.headers["cache-control"]
    assert requests.get(source, headers={"Host": "evil.example"}, cookies=cookies, timeout=20).status_code == 403
    assert requests.get(source.replace("staff=Sam", "staff=Eve"), cookies=cookies, timeout=20).status_code == 401
    assert requests.get(source.replace("/pictures/", "/pictures/AA"), cookies=cookies, timeout=20).status_code == 404
    assert requests.post(source, headers={"Origin": gallery.address}, cookies=cookies, timeout=20).status_code in {
        404,
        405,
    }
