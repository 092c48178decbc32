"""Every platform in one inbox: an item of each kind is answered in public and in private, and the truth agrees."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest
from conftest import Open
from house import House, housed
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect
from stage import until

from social_listener.cli.demo import free_port

pytestmark = pytest.mark.browser

#: milliseconds that a reply is given from the key to the platform: a script's run, the undo window and a call
PATIENCE = 90_000


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Return a service on all platforms, with a brand that has spoken on each."""
    with housed(tmp_path_factory.mktemp("house"), free_port(0)) as made:
        yield made


def opened(open_page: Open, house: House, words: str) -> Page:
    """Return a page at the conversation in which those words were said."""
    page = open_page(f"{house.address}/?q={'+'.join(words.split())}")
    page.locator(".row", has_text=words).first.click()
    expect(page.locator(".said.focus")).to_contain_text(words)
    return page


def answer(page: Page, text: str, *, private: bool = False) -> None:
    """Write and send an answer, and wait until it is told as sent."""
    if private and page.locator(".switch button", has_text="Private message").get_attribute("aria-checked") != "true":
        page.get_by_role("radio", name="Private message").click()
    expect(page.locator("#reader")).to_contain_text("Only" if private else "Everybody")
    page.locator(".st-key-composer .box > textarea").fill(text)
    page.locator(".st-key-composer .box > textarea").press("Control+Enter")
    expect(page.locator(".said", has_text=text).first).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".said.going")).to_have_count(0, timeout=PATIENCE)


@pytest.mark.long
def test_a_comment_below_our_post_is_answered_in_public(open_page: Open, house: House) -> None:
    """A comment on Facebook: one answer below it, from the Page, and nothing in private."""
    graph = house.sandbox.graph
    post = graph.page_post("Rain outside, Morning Moss inside.")
    comment = graph.comment("anna_rook", on=post, text="my grinder arrived broken")
    page = opened(open_page, house, "my grinder arrived broken")
    answer(page, "We send you a new one today.")
    (ours,) = [one for one in graph.truth().comments if one.text == "We send you a new one today."]
    assert (ours.answered_id, ours.author_id) == (comment.id, graph.page_id)
    assert not [one for one in graph.truth().messages if one.text == ours.text]


@pytest.mark.long
def test_a_comment_is_answered_in_private_and_both_sides_are_linked(open_page: Open, house: House) -> None:
    """A private reply to a comment on Facebook opens a direct conversation; each side leads to the other."""
    graph = house.sandbox.graph
    post = graph.page_post("How do you brew yours?")
    comment = graph.comment("bela_storm", on=post, text="you charged my card twice")
    page = opened(open_page, house, "you charged my card twice")
    answer(page, "May we see the two bookings?", private=True)
    expect(page.locator(".said.link")).to_contain_text("Continued in private")
    (sent,) = [one for one in graph.truth().messages if one.text == "May we see the two bookings?"]
    assert sent.private_reply_to == comment.id
    assert not [one for one in graph.truth().comments if one.text == "May we see the two bookings?"]
    graph.message("bela_storm", "here they are, 12 and 14 May", platform="messenger")
    page.get_by_role("button", name="Open the private conversation").click()
    expect(page.locator(".said.focus")).to_contain_text("here they are")
    expect(page.locator(".said.link")).to_contain_text("Began with a public comment")
    answer(page, "Thank you, one goes back today.", private=True)
    until(
        lambda: [one for one in graph.truth().messages if one.text == "Thank you, one goes back today."],
        "the answer stands in Messenger",
    )
    page.get_by_role("button", name="Open the public conversation").click()
    expect(page.locator(".said.focus")).to_contain_text("you charged my card twice")


@pytest.mark.long
def test_a_post_on_our_page_is_answered_in_public(open_page: Open, house: House) -> None:
    """What a visitor wrote on the Page gets one comment below it."""
    graph = house.sandbox.graph
    post = graph.visitor_post("cora_finn", "does the Duo work in Canada?")
    page = opened(open_page, house, "does the Duo work in Canada?")
    answer(page, "It does, with an adapter.")
    (ours,) = [one for one in graph.truth().comments if one.text == "It does, with an adapter."]
    assert ours.post_id == post.id


@pytest.mark.long
def test_a_comment_on_instagram_is_answered_in_public(open_page: Open, house: House) -> None:
    """A comment on Instagram gets one reply, from our account."""
    graph = house.sandbox.graph
    media = graph.media("The spring roast is back")
    comment = graph.ig_comment("dora_hale", on=media, text="still waiting for my beans")
    page = opened(open_page, house, "still waiting for my beans")
    answer(page, "They leave today, sorry!")
    (ours,) = [one for one in graph.truth().ig_comments if one.text == "They leave today, sorry!"]
    assert (ours.answered_id, ours.author_id) == (comment.id, graph.instagram_id)


@pytest.mark.long
def test_a_comment_on_instagram_is_answered_in_private(open_page: Open, house: House) -> None:
    """A private reply to a comment on Instagram is one direct message, and nothing public."""
    graph = house.sandbox.graph
    media = graph.media("Two people wanted")
    comment = graph.ig_comment("emil_voss", on=media, text="where is my refund, 40 euros")
    page = opened(open_page, house, "where is my refund, 40 euros")
    before = len(graph.truth().ig_comments)
    answer(page, "We look it up, one moment.", private=True)
    (sent,) = [one for one in graph.truth().messages if one.text == "We look it up, one moment."]
    assert (sent.private_reply_to, sent.platform) == (comment.id, "instagram")
    assert len(graph.truth().ig_comments) == before


@pytest.mark.long
def test_a_mention_that_only_the_webhook_tells_is_answered(open_page: Open, house: House) -> None:
    """Somebody names us below their own picture on Instagram: the push brings it, and the answer stands there."""
    graph = house.sandbox.graph
    mention = graph.ig_mention("fenna_rey", "@fernhill the milk hose leaks", in_comment=True)
    page = opened(open_page, house, "the milk hose leaks")
    answer(page, "Please send us your order number.")
    (ours,) = [one for one in graph.truth().ig_comments if one.text == "Please send us your order number."]
    assert ours.media_id == mention.media.id


@pytest.mark.long
@pytest.mark.parametrize("platform", ["messenger", pytest.param("instagram", marks=pytest.mark.long)])
def test_a_message_is_answered_in_private(open_page: Open, house: House, platform: str) -> None:
    """A direct message is answered with one, and there is no way to answer it in public."""
    graph = house.sandbox.graph
    words = f"can I change my address, asks {platform}"
    graph.message(f"gerd_oak_{platform}", words, platform=platform)
    page = opened(open_page, house, words)
    expect(page.get_by_role("radio", name="Public reply")).to_have_count(0)
    reply = f"Of course, to where? ({platform})"
    answer(page, reply, private=True)
    (sent,) = [one for one in graph.truth().messages if one.text == reply]
    assert (sent.ours, sent.platform) == (True, platform)


@pytest.mark.long
def test_what_staff_answer_in_the_platforms_own_app_settles_the_item(open_page: Open, house: House) -> None:
    """An answer given past the desk shows as ours, and nobody waits any more."""
    graph = house.sandbox.graph
    post = graph.page_post("New in the app: pause with one tap.")
    comment = graph.comment("ida_moss", on=post, text="the app does not start")
    page = opened(open_page, house, "the app does not start")
    graph.app_comment(on=comment, text="Please update it to 5.2.")
    expect(page.locator(".said.ours", has_text="Please update it to 5.2.")).to_be_visible()
    expect(page.locator(".said", has_text="the app does not start").first).to_contain_text("Answered")


@pytest.mark.long
def test_our_own_comment_is_worded_anew(open_page: Open, house: House) -> None:
    """An answer with a slip is changed on Facebook; the wording before stays as a version."""
    graph = house.sandbox.graph
    post = graph.page_post("Recipe for two.")
    graph.comment("jon_reed", on=post, text="how much water, please?")
    page = opened(open_page, house, "how much water, please?")
    answer(page, "45 g of water.")
    ours = page.locator(".said.ours", has_text="45 g of water.")
    ours.get_by_role("button", name="What else can be done").click()
    page.get_by_role("button", name=re.compile("Change our words")).click()
    page.get_by_role("dialog").get_by_role("textbox").fill("450 g of water.")
    page.get_by_role("dialog").get_by_role("textbox").blur()
    page.get_by_role("button", name="Change it").click()
    expect(page.locator(".said.ours", has_text="450 g of water.")).to_contain_text("Edited")
    assert [one.text for one in graph.truth().comments if "of water" in one.text] == ["450 g of water."]


def pick(page: Page, colour: str = "red") -> None:
    """Pick a picture as with the button, and wait until it is there."""
    file = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(file, "PNG")
    chosen: FilePayload = {"name": "a.png", "mimeType": "image/png", "buffer": file.getvalue()}
    page.locator(".st-key-composer input[type=file]").set_input_files([chosen])
    expect(page.locator(".st-key-composer .outgoing")).to_have_count(1)


@pytest.mark.long
def test_a_picture_goes_with_a_comment(open_page: Open, house: House) -> None:
    """It needs words; with them it stands below the customer's, with what it shows."""
    graph = house.sandbox.graph
    comment = graph.comment("hal_moor", on=graph.page_post("New in the shop."), text="which colour is the cup")
    page = opened(open_page, house, "which colour is the cup")
    pick(page)
    area, send = page.locator(".st-key-composer .box > textarea"), page.locator(".st-key-composer .send")
    expect(send).to_be_disabled()
    cards = page.locator(".st-key-composer .outgoing")
    cards.locator("input").fill("a red cup")
    cards.locator("input").press("Tab")
    area.fill("Red, as you see.")
    expect(send).to_be_enabled()  # not before the description is kept
    answer(page, "Red, as you see.")
    (ours,) = [one for one in graph.truth().comments if one.text == "Red, as you see."]
    assert (ours.answered_id, len(ours.pictures)) == (comment.id, 1)
    assert [one.alt for one in graph.ledger.uploads.values() if one.family == "photo"] == ["a red cup"]
    expect(cards).to_have_count(0)


@pytest.mark.long
def test_a_picture_is_a_message_of_its_own(open_page: Open, house: House) -> None:
    """With words beside it nothing can be sent, and it is said what to do; alone it goes, and stands there."""
    graph = house.sandbox.graph
    graph.message("ivy_stone", "could you show me the handle")
    page = opened(open_page, house, "could you show me the handle")
    area, send = page.locator(".st-key-composer .box > textarea"), page.locator(".st-key-composer .send")
    pick(page, "blue")
    expect(send).to_be_enabled()
    area.fill("There")
    expect(page.locator(".st-key-composer .fault")).to_contain_text("send the words first, then the picture")
    expect(send).to_be_disabled()
    area.press("Control+Enter")
    area.fill("")
    expect(page.locator(".st-key-composer .fault")).to_have_count(0)
    send.click()
    until(lambda: any(one.pictures for one in graph.truth().messages), "the picture is there")
    (ours,) = [one for one in graph.truth().messages if one.pictures]
    assert (ours.text, ours.contact) == ("", "ivy_stone")
    assert not [one for one in graph.truth().messages if one.text == "There"]
    expect(page.locator(".said.ours .attachment")).to_have_count(1, timeout=PATIENCE)
    expect(page.locator(".st-key-composer .outgoing")).to_have_count(0)
