"""What colleagues write, and what is typed where people sign in, is shown as it was written, and does nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
from browsing import Browser as Hand
from browsing import link_of
from conftest import Open
from hostility import CSP, FORBIDDEN_IN_FORMS, strangers, watched
from payloads import PAYLOADS
from playwright.sync_api import Page, expect
from stage import Stage, sign_in, staged

from social_listener.desk import Desk
from social_listener.desk.people import new_line
from social_listener.desk_types import QueueFilter
from social_listener.desk_types.answering import MacroStep, SavedText
from social_listener.errors import DeskError
from social_listener.rights import Role
from social_listener.service import build
from social_listener.store import people

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(600)]


def write(desk: Desk, number: int, payload: str) -> list[Callable[[], object]]:
    """Return everything that a colleague can name, with a payload for its name."""
    colour = ("blue", "green", "orange")[number % 3]
    saved = SavedText(
        name=f"{number} {payload}"[:80],
        text=f"{payload} {{contact.handle}}",
        language="de",
        folder=payload[:60],
        tags=(payload[:30].replace(",", " "),),
        shared=True,
    )
    steps = [MacroStep(kind="note", value=payload)]
    return [
        lambda: desk.library.save(saved, "Sam"),
        lambda: desk.macros.save(f"{number} {payload}"[:80], steps, "Sam", shared=True),
        lambda: desk.labels.define(f"{number} {payload}"[:40], colour, "Sam"),
        lambda: desk.team.save_team("Sam", f"{number} {payload}"[:60], ["Sam"]),
        lambda: desk.views.save(f"{number} {payload}"[:40], QueueFilter(search=payload[:200]), "Sam", shared=True),
    ]


def fill(desk: Desk) -> int:
    """Let colleagues write all payloads wherever they may; return how much was taken."""
    taken = 0
    for number, payload in enumerate(PAYLOADS):
        for one in write(desk, number, payload):
            try:
                one()
            except DeskError:
                continue  # what names may hold, and how many there may be, is the desk's rule
            taken += 1
    office = desk._office
    with office.store.transaction() as cursor:
        for number, payload in enumerate(PAYLOADS):
            shown = " ".join(payload[:80].split())
            if shown.isprintable():
                people.insert(cursor, new_line(f"guest{number}", Role.COMMUNITY_MANAGER, None, office, shown=shown))
    return taken


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Return a service in which colleagues wrote every payload as whatever can be written."""
    with staged(tmp_path_factory.mktemp("written"), dashboard={"staff": ["Sam", "Kim"]}) as stage:
        stage.hire()
        service = build(stage.settings, offline=True)
        try:
            assert fill(service.desk) > 3 * len(PAYLOADS)
        finally:
            service.close()
        stage.mention("how do I descale it?")
        yield stage.serve()


class Watch:
    """A page that is looked at again and again, and must do nothing by itself."""

    def __init__(self, open_page: Open, stage: Stage, *, bypass: bool) -> None:
        self.page: Page = open_page("about:blank", bypass_csp=bypass)
        self.address = stage.address
        sign_in(self.page.context, stage.address)
        self.foreign, self.dialogs = watched(self.page, stage.address)

    def goto(self, path: str) -> None:
        """Open a page."""
        self.page.goto(self.address + path)

    def look(self, where: str) -> None:
        """Nothing in the page is what a payload would have become."""
        assert strangers(self.page) == [], where

    def done(self) -> None:
        """Nothing was asked for elsewhere, and no dialog was opened."""
        assert (self.foreign, self.dialogs) == ([], [])


@CSP
def test_the_library(written: Stage, open_page: Open, bypass: bool) -> None:
    """Saved replies and macros: listed, opened one after the other, previewed."""
    watch = Watch(open_page, written, bypass=bypass)
    page = watch.page
    watch.goto("/library")
    for kind, number_of in (("Saved replies", 20), ("Macros", 4)):
        page.get_by_text(kind, exact=True).first.click()
        entries = page.get_by_role("navigation", name=kind.lower()).locator(".entry")
        expect(entries.nth(190)).to_be_attached()
        watch.look(kind)
        for number in range(0, 190, 190 // number_of):
            name = entries.nth(number).locator("b").inner_text()
            entries.nth(number).click()
            expect(page.get_by_label("Name", exact=True).last).to_have_value(name)
            watch.look(f"{kind} {number}")
    watch.done()


@CSP
def test_the_team(written: Stage, open_page: Open, bypass: bool) -> None:
    """Teams in their table, in the dialog that changes one, and colleagues in its list."""
    watch = Watch(open_page, written, bypass=bypass)
    page = watch.page
    watch.goto("/team")
    rows = page.get_by_role("region", name="Teams").locator("tbody tr")
    expect(rows).not_to_have_count(0)
    assert rows.count() > len(PAYLOADS) * 0.9
    watch.look("team")
    for number in (0, 1, 2):
        rows.nth(number).get_by_role("button", name="Change").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_be_visible()
        dialog.get_by_role("combobox").focus()
        watch.look(f"dialog {number}")
        page.get_by_role("button", name="Leave it as it was").click()
        expect(dialog).to_have_count(0)
    watch.done()


@CSP
def test_the_lists_of_the_inbox(written: Stage, open_page: Open, bypass: bool) -> None:
    """Labels, views, who takes it over, saved replies, macros, filters: every list that colleagues fill."""
    watch = Watch(open_page, written, bypass=bypass)
    page = watch.page
    watch.goto("/")
    page.locator(".row").first.click()
    expect(page.locator(".said.focus")).to_be_visible()
    expect(page.locator(".st-key-bench .offer")).to_be_attached()
    for key, found in (("l", ".panel .choice"), ("v", ".panel .choice"), ("g", ".panel .choice")):
        page.keyboard.press(key)
        expect(page.locator(found).nth(40)).to_be_attached()
        watch.look(key)
        page.keyboard.press("Escape")
    for key in "im":
        page.keyboard.press(key)
        expect(page.locator(".finder:visible .entry").first).to_be_visible()
        for _ in range(8):
            page.keyboard.press("ArrowDown")
        watch.look(key)
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
    page.get_by_role("button", name="Hand over").click()
    expect(page.locator(".panel .choice").nth(40)).to_be_attached()
    watch.look("hand over")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Filters").click()
    for name in ("Label", "Team"):
        page.get_by_role("combobox", name=name).click()
        expect(page.get_by_role("option").nth(3)).to_be_visible()
        watch.look(name)
        page.keyboard.press("Escape")
    watch.done()


def look_at_forms(page: Page, where: str) -> None:
    """Nothing in a page of forms is what a payload would have become."""
    assert strangers(page, FORBIDDEN_IN_FORMS) == [], where


@CSP
def test_who_works_here(written: Stage, open_page: Open, bypass: bool) -> None:
    """Names of colleagues, links for new ones, what was wrong with an address, and browsers that call themselves so."""
    hand = Hand(written.address)
    hand.plant(written.cookie("Sam"))
    watch = Watch(open_page, written, bypass=bypass)
    page = watch.page
    for number in range(0, len(PAYLOADS), 40):
        browser = Hand(written.address)
        browser.jar.headers["user-agent"] = f"{PAYLOADS[number]}".encode("ascii", "ignore").decode().replace("\n", " ")
        browser.sign_in("Sam", "a walk by the river")
    watch.goto("/staff")
    expect(page.locator("tbody tr")).not_to_have_count(0)
    assert page.locator("tbody tr").count() > len(PAYLOADS) * 0.8
    look_at_forms(page, "staff")
    assert "onerror=alert(2)" in page.locator("tbody").first.inner_text()
    for payload in PAYLOADS[::40]:
        page.locator("#name").fill(payload[:64].replace("\n", " ") or "x")
        page.get_by_role("button", name="Make a link").click()
        expect(page.get_by_role("alert").or_(page.locator("#link"))).to_be_visible()
        look_at_forms(page, payload)
    watch.goto("/account")
    page.locator("#shown").fill("<img src=x onerror=alert(1)> ![x](http://tracker.invalid/p.png)")
    page.get_by_role("button", name="Change name").click()
    expect(page.locator(".me")).to_contain_text("onerror=alert(1)")
    look_at_forms(page, "account")
    told = hand.fill("/staff", do="invite", name=f"New {bypass}", role="community_manager", all_accounts="1")
    code = link_of(told.text)
    other = open_page("about:blank", bypass_csp=bypass, staff="")
    foreign, dialogs = watched(other, written.address)
    other.goto(f"{written.address}/join#{code}")
    expect(other.get_by_role("heading", name="Welcome")).to_be_visible()
    other.get_by_label("Your name, as colleagues read it").fill(PAYLOADS[1])
    other.get_by_label("Password").fill("short of words now")
    other.locator("#name").fill("<script>alert(1)</script>")
    other.get_by_role("button", name="Join").click()
    expect(other.get_by_role("alert")).to_be_visible()
    look_at_forms(other, "join")
    watch.done()
    assert (foreign, dialogs) == ([], [])


@CSP
def test_the_way_in(written: Stage, open_page: Open, bypass: bool) -> None:
    """Every payload in every part of the addresses of signing in and joining, and a name that is none."""
    page = open_page("about:blank", bypass_csp=bypass, staff="")
    foreign, dialogs = watched(page, written.address)
    for payload in PAYLOADS:
        text = quote(payload[:500], safe="")
        page.goto(f"{written.address}/sign-in?next={text}&why={text}&name={text}")
        look_at_forms(page, payload)
    page.get_by_label("Sign-in name").fill("<img src=x onerror=alert(1)>")
    page.get_by_label("Password").fill("whatever this is")
    page.get_by_label("Password").press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Sign-in name")).to_have_value("<img src=x onerror=alert(1)>")
    look_at_forms(page, "sign in")
    for payload in PAYLOADS[::20]:
        page.goto("about:blank")
        page.goto(f"{written.address}/join#{quote(payload[:90], safe='')}")
        expect(page.get_by_role("alert").or_(page.locator("#code"))).not_to_have_count(0)
        look_at_forms(page, payload)
    assert (foreign, dialogs) == ([], [])
