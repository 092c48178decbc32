"""The logic of the pages without a browser: the real service in this process, the script run by Streamlit's harness."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from staff_kit import seed_staff, token_for
from stage import PREFIX, SEED, Stage, staged
from streamlit.testing.v1 import AppTest

from social_listener.dashboard import session, state
from social_listener.dashboard.entrance import USER_KEY
from social_listener.desk_types import View
from social_listener.model import Status
from social_listener.rights import Role
from social_listener.sandbox import environment_for
from social_listener.service import Service, build

World = tuple[Stage, Service]
SCRIPT = Path(session.__file__).parent / "app.py"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Return a sandbox with a few mentions, and a service of two people that has read them."""
    with staged(tmp_path, dashboard={"port": 0, "staff": ["Sam", "Ann"]}) as stage:
        for text in ("where is my refund?", "lovely beans", "the app is down again"):
            stage.mention(text)
        service = build(stage.settings, environment=environment_for(SEED, prefix=PREFIX))
        seed_staff(service.desk, *stage.staff)
        for stream in service.streams.values():
            service.ingest.poll(stream)
        state.set_service(service)
        yield stage, service
        service.close()


def page(*, staff: str = "Sam", **query: str) -> AppTest:
    """Return the inbox at an address, drawn once for somebody who is signed in."""
    at = AppTest.from_file(str(SCRIPT), default_timeout=30)
    door = state.desk().door
    at.user = {USER_KEY: door.session_id(token_for(state.desk(), staff))}
    for key, value in query.items():
        at.query_params[key] = value
    at.run()
    assert not at.exception
    return at


def with_filters(at: AppTest) -> AppTest:
    """Open the filters: they are drawn from then on."""
    at.session_state["filters"] = True
    at.run()
    assert not at.exception
    return at


def given(at: AppTest, name: str) -> dict[str, Any]:
    """Return what a component of the page was given."""
    found = [one.proto for one in at.get("bidi_component") if one.proto.component_name == f"social_listener_{name}"]
    assert len(found) == 1, name
    data: dict[str, Any] = json.loads(found[0].bytes)
    return data


def fed(at: AppTest, pane: str) -> Any:
    """Return what a pane of the open conversation was fed; None: it shows nothing."""
    return given(at, "feed")["panes"][pane]


def press(at: AppTest, what: str, pane: str = "headline", **more: Any) -> None:
    """Have a button of a pane pressed, as its script tells it."""
    (feed,) = (one.proto.id for one in at.get("bidi_component") if one.proto.component_name == "social_listener_feed")
    states = at._tree.get_widget_states()
    wish = {"what": what, **({"id": at.query_params["c"]} if pane == "headline" else more)}
    said = [{"number": given(at, "feed")["heard"] + 1, "pane": pane, "what": "do", "value": wish}]
    told = json.dumps([{"event": "told", "value": said}])
    states.widgets.add(id=f"$$STREAMLIT_INTERNAL_KEY_{feed}__events", json_trigger_value=told)
    at._run(states)
    assert not at.exception


def excerpts(at: AppTest) -> list[str]:
    """Return what the rows of the list say."""
    return [row["excerpt"].removeprefix("@fernhill ") for row in given(at, "queue")["rows"]]


def test_the_inbox_lists_the_most_pressing_first(world: World) -> None:
    """The page opens on those who wait, with counts, and no conversation open."""
    at = page()
    assert excerpts(at)[-1] == "lovely beans"
    assert given(at, "views")["views"][0]["count"] == 3
    assert fed(at, "thread")["empty"]["title"] == "Pick a conversation"
    assert fed(at, "composer") is None
    assert fed(at, "headline") is None


def test_a_filter_changes_list_and_address(world: World) -> None:
    """What is chosen in the popover narrows the list, stands in the address, and can be taken off."""
    at = page()
    with_filters(at).selectbox(key="filter_private").set_value("private").run()
    assert excerpts(at) == []
    assert given(at, "queue")["empty"]["title"] == "Nothing found"
    assert at.query_params["who"] == "private"
    with_filters(at).button(key="clear_filters").click().run()
    assert len(excerpts(at)) == 3
    assert "who" not in at.query_params
    at.text_input(key="search").set_value("BEANS").run()
    assert excerpts(at) == ["lovely beans"]
    assert at.query_params["q"] == "BEANS"


def test_a_conversation_is_assigned_resolved_and_reopened(world: World) -> None:
    """Each button does what it says at the desk, and after Resolve the next conversation is open."""
    _, service = world
    rows = given(page(), "queue")["rows"]
    at = page(c=rows[0]["id"], staff="Ann")
    press(at, "assign")
    assert service.desk.conversation(rows[0]["id"], "Ann").assignee == "Ann"
    assert fed(at, "headline")["deeds"][0] == "give_back"
    press(at, "resolve")
    assert service.desk.conversation(rows[0]["id"], "Ann").status is Status.RESOLVED
    assert fed(at, "thread")["id"] == rows[1]["id"]
    assert at.query_params["c"] == rows[1]["id"]
    again = page(c=rows[0]["id"], view=View.RESOLVED.value)
    press(again, "reopen")
    assert service.desk.conversation(rows[0]["id"], "Ann").status is Status.OPEN


def test_a_snoozed_conversation_comes_back_at_its_time(world: World) -> None:
    """Snooze puts it away until the time that was picked, by the reader's clock, and opens the next."""
    _, service = world
    rows = given(page(), "queue")["rows"]
    at = page(c=rows[0]["id"])
    before = service.clock()
    press(at, "snooze", "bench", conversation=rows[1]["id"], choice="For 1 hour")  # not the one that is open
    assert service.desk.conversation(rows[1]["id"], "Sam").status is Status.OPEN
    press(at, "snooze", "bench", conversation=rows[0]["id"], choice="For 1 hour")
    view = service.desk.conversation(rows[0]["id"], "Sam")
    assert view.status is Status.SNOOZED
    assert view.snoozed_until is not None
    assert timedelta(0) <= view.snoozed_until - before - timedelta(hours=1) < timedelta(minutes=1)
    assert fed(at, "thread")["id"] == rows[1]["id"]


def test_who_looks_is_who_is_signed_in(world: World) -> None:
    """The session decides who acts; neither the address nor what the page remembers can name somebody else."""
    _, service = world
    at = page(staff="Ann")
    at.query_params["staff"] = "Sam"
    at.session_state["staff"] = "Sam"
    at.run()
    assert given(at, "signed_in")["name"] == "Ann"
    other = page(c=given(at, "queue")["rows"][0]["id"], staff="Ann")
    press(other, "hand_over", "bench", conversation=other.query_params["c"], to="Sam")
    assert service.desk.conversation(other.query_params["c"], "Ann").assignee == "Sam"


def test_who_only_reads_is_offered_nothing_to_press(world: World) -> None:
    """No button that the desk would refuse; a note can be written, a reply cannot, and it is said why."""
    _, service = world
    seed_staff(service.desk, "Mark", role=Role.MARKETER)
    chosen = given(page(), "queue")["rows"][0]["id"]
    assert fed(page(c=chosen, staff="Mark"), "headline")["deeds"] == []
    assert {"assign", "resolve"} <= {*fed(page(c=chosen), "headline")["deeds"]}
    modes = {one["mode"]: one["ok"] for one in fed(page(c=chosen, staff="Mark"), "composer")["modes"]}
    assert modes == {"public": False, "private": False, "note": True}


def test_nothing_is_drawn_for_a_session_that_has_ended(world: World) -> None:
    """Once it is ended the next run shows the way to sign in, and no customer's word."""
    _, service = world
    at = page()
    assert len(excerpts(at)) == 3
    service.desk.people.end_sessions("Ann", "Sam")
    at.run()
    assert not at.exception
    assert [one.proto.component_name for one in at.get("bidi_component")] == ["social_listener_outage"]
    assert at.info[0].value == "You were signed out."


def test_an_account_that_is_not_theirs_is_nowhere_on_the_page(world: World) -> None:
    """Somebody without access sees no conversation, no filter and no line of Health of it."""
    _, service = world
    chosen = given(page(), "queue")["rows"][0]["id"]
    seed_staff(service.desk, "Guest", role=Role.COMMUNITY_MANAGER, accounts=frozenset())
    at = page(staff="Guest", c=chosen)
    assert excerpts(at) == []
    assert given(at, "views")["views"][0]["count"] == 0
    assert fed(at, "thread")["problem"] == fed(page(staff="Guest", c="x:0:0"), "thread")["problem"].replace(
        "x:0:0", chosen
    )
    assert with_filters(at).selectbox(key="filter_stream_id").options == ["Any"]


def test_a_change_made_meanwhile_is_told_and_not_overwritten(world: World) -> None:
    """Who acts on an old page is told so, the other's change stands, and the page shows it."""
    _, service = world
    chosen = given(page(), "queue")["rows"][0]["id"]
    at = page(c=chosen, staff="Sam")
    version = service.desk.conversation(chosen, "Ann").version
    service.desk.assign(chosen, "Ann", "Ann", version)
    press(at, "assign")
    assert service.desk.conversation(chosen, "Sam").assignee == "Ann"
    assert "changed meanwhile" in at.toast[0].value.replace("\u2060", "")
    assert "Ann has it" in fed(at, "headline")["status"]


def test_a_fault_of_the_database_takes_nothing_from_the_screen(world: World) -> None:
    """When reading fails every pane says so and keeps what it showed, the composer and its text included."""
    _, service = world
    chosen = given(page(), "queue")["rows"][0]["id"]
    service.desk.save_draft(chosen, "Sam", "public", "half a sentence")
    at = page(c=chosen)
    service.close()
    at.run()
    assert not at.exception
    assert len(excerpts(at)) == 3
    assert given(at, "queue")["problem"] == session.UNREADABLE
    assert fed(at, "thread")["problem"] == session.UNREADABLE
    assert fed(at, "thread")["lines"]
    assert fed(at, "composer")["modes"][0]["text"] == "half a sentence"


def test_without_a_service_the_script_says_how_to_start_it() -> None:
    """Run by hand, the page has nothing to show and names the command that starts it."""
    state.set_service(None)  # type: ignore[arg-type]  # as in a process that never set one
    at = AppTest.from_file(str(SCRIPT), default_timeout=30).run()
    assert "social-listener serve" in at.exception[0].message
