"""What the components are given."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from making import NOW, due, health, item, page, reply, row, rule, stream, view

from social_listener.dashboard import draw_composer, draw_conversation, draw_due, draw_health, draw_queue, words
from social_listener.dashboard.draw_composer import Outcome
from social_listener.dashboard.draw_thread import merged
from social_listener.dashboard.shelf import lay_out
from social_listener.dashboard.state import escape_markdown
from social_listener.desk_types import AccountHealth, DeadLetter, Draft, GapLine, NoteLine, QueueFilter, Version, View
from social_listener.desk_types.levels import EscalationLine
from social_listener.levels import Due
from social_listener.model import Factor, ReplyState, SentimentLabel, Status, TextLength

DRAFTS = {mode: Draft(text="", nonce=f"nonce {mode}") for mode in draw_composer.MODES}
LENGTHS = {"public": TextLength(used=0, limit=280), "private": TextLength(used=0, limit=10_000)}


def composer(shown: Any, outcome: Outcome | None = None, drafts: Any = DRAFTS) -> dict[str, Any]:
    """Return what the composer is given."""
    return draw_composer.composer(shown, drafts, LENGTHS, "Sam", outcome)


def mode(data: dict[str, Any], name: str) -> dict[str, Any]:
    """Return one of its modes."""
    return next(one for one in data["modes"] if one["mode"] == name)


# -- the composer ------------------------------------------------------------------------------------------------------


def test_a_private_conversation_offers_no_public_reply() -> None:
    """There is no public option to press by mistake, and the reason stands there in words."""
    data = composer(view(private=True))
    assert [one["mode"] for one in data["modes"]] == ["private", "note"]
    assert data["mode"] == "private"
    assert "A private message is never answered in public." in data["refused"]


def test_the_three_kinds_of_text_differ_in_word_sign_and_button() -> None:
    """Label, icon, reader and button of no two modes are alike."""
    data = composer(view(allowed=(rule("reply_public"), rule("reply_private"))))
    for key in ("label", "icon", "reader", "button", "placeholder"):
        assert len({one[key] for one in data["modes"]}) == 3, key
    assert "Everybody" in mode(data, "public")["reader"]
    assert "@fernhill" in mode(data, "public")["reader"]
    assert "Only Mara Lindt (@mara)" in mode(data, "private")["reader"]
    assert "never sent" in mode(data, "note")["reader"]


def test_what_is_not_allowed_is_told_with_its_rule_and_end() -> None:
    """A forbidden kind of reply is shown disabled with its reason; an allowed one with its deadline."""
    until = NOW + timedelta(days=2)
    shown = view(
        allowed=(rule("reply_public", until=until), rule("reply_private", ok=False, because="they do not follow us"))
    )
    data = composer(shown)
    assert not mode(data, "private")["ok"]
    assert data["refused"] == ["No private reply: They do not follow us."]
    assert mode(data, "public")["until"] == until.isoformat()


def test_without_any_allowed_reply_a_note_is_offered() -> None:
    """When neither reply is allowed the composer opens for a note, never for a forbidden reply."""
    data = composer(view(allowed=(rule("reply_public", ok=False), rule("reply_private", ok=False))))
    assert data["mode"] == "note"
    assert len(data["refused"]) == 2


def test_an_unknown_rule_counts_as_forbidden() -> None:
    """A conversation whose channel says nothing about public replies has none."""
    data = composer(view(allowed=()))
    assert not mode(data, "public")["ok"]


def test_the_mode_that_holds_a_draft_is_opened() -> None:
    """Who was writing a note finds the note; a draft in a mode that is now forbidden is not opened."""
    drafts = {**DRAFTS, "note": Draft(text="batch 44", nonce="n")}
    assert composer(view(), drafts=drafts)["mode"] == "note"
    forbidden = {**DRAFTS, "private": Draft(text="psst", nonce="n")}
    assert composer(view(), drafts=forbidden)["mode"] == "public"


def test_an_outcome_is_either_done_or_refused() -> None:
    """The page learns by nonce what became of its text."""
    done = composer(view(), Outcome(nonce="n", at="1", mode="public"))
    assert done["done"] == {"nonce": "n", "at": "1"}
    assert done["refusal"] is None
    refused = composer(view(), Outcome(nonce="n", at="2", mode="public", refused="Too long.", conflict=False))
    assert refused["done"] is None
    assert refused["refusal"]["words"] == "Too long."


def test_a_reply_under_way_counts_as_said() -> None:
    """A colleague's queued reply is shown before mine is sent; one that did not go is not."""
    shown = view(replies=(reply(), reply(ReplyState.REJECTED, id="r2")))
    assert [(line["id"], line["ours"]) for line in composer(shown)["said"]] == [("x:1", False), ("reply r1", True)]


# -- the thread --------------------------------------------------------------------------------------------------------


def test_lines_stand_in_order_of_time_below_their_context() -> None:
    """Context first, then items, notes and replies as they came."""
    shown = view(
        item(1),
        item(30, "Thanks", outbound=True),
        context=(item(50, "Our post", outbound=True),),
        notes=(NoteLine(id="n", staff="Sam", text="call them", created_at=NOW - timedelta(minutes=45)),),
        replies=(reply(),),
    )
    assert [line["key"] for line in merged(shown, None)] == ["x:50", "x:1", "note n", "x:30", "reply r1"]


def test_a_deleted_item_is_a_tombstone_without_actions() -> None:
    """It says that it was deleted, and neither its words nor a link nor a button are left."""
    line = merged(view(item(1, "", deleted_at=NOW, url="https://x.com/1")), None)[0]
    assert "deleted" in line["deleted"]
    assert line["url"] is None
    assert not line["verbs"]
    assert not line["canMenu"]
    assert not line["canFocus"]


def test_an_edited_item_keeps_its_earlier_wordings() -> None:
    """Every earlier version is there with its time."""
    line = merged(view(item(1, versions=(Version(text="Wher is it", seen_at=NOW),))), None)[0]
    assert line["versions"] == [{"text": "Wher is it", "at": NOW.isoformat()}]


@pytest.mark.parametrize(
    ("state", "undo", "health"),
    [
        (ReplyState.QUEUED, True, False),
        (ReplyState.SENDING, False, False),
        (ReplyState.IN_DOUBT, False, True),
        (ReplyState.REJECTED, False, False),
        (ReplyState.EXPIRED, False, False),
    ],
)
def test_a_reply_says_where_it_stands_and_what_to_do(state: ReplyState, undo: bool, health: bool) -> None:
    """Only a queued one can be undone; only one in doubt sends staff to Health; each has its words."""
    line = merged(view(replies=(reply(state),)), None)[-1]
    assert line["undo"] is undo
    assert line["health"] is health
    assert line["state"]
    assert bool(line["todo"]) is (state not in {ReplyState.QUEUED, ReplyState.SENDING})


@pytest.mark.parametrize("state", [ReplyState.SENT, ReplyState.CANCELLED])
def test_a_settled_reply_is_no_line_of_its_own(state: ReplyState) -> None:
    """A sent reply is an item by now, and the text of one that was taken back stands in the composer."""
    assert [line["key"] for line in merged(view(replies=(reply(state),)), None)] == ["x:1"]


def test_only_what_makes_sense_is_offered() -> None:
    """What we like can be unliked and not liked again; what is hidden can be shown."""
    rules = (rule("like"), rule("unlike"), rule("hide"), rule("unhide"), rule("delete"))
    liked = merged(view(item(1, liked_by_us=True, hidden=True), allowed=rules), None)[0]
    assert [one["verb"] for one in liked["verbs"]] == ["unlike", "unhide"]
    plain = merged(view(allowed=rules), None)[0]
    assert [one["verb"] for one in plain["verbs"]] == ["like", "hide"]


def test_a_reply_that_was_called_before_cannot_be_undone_here() -> None:
    """After a first call taking back would promise too much, so it is not offered, and no countdown runs."""
    line = merged(view(replies=(reply(attempts=1, reason="X is not reachable"),)), None)[-1]
    assert not line["undo"]
    assert line["until"] is None
    assert line["reason"] == "X is not reachable."


def test_a_reply_being_looked_for_needs_nobody_yet() -> None:
    """While the platform is asked, staff are not sent to decide."""
    line = merged(view(replies=(reply(ReplyState.IN_DOUBT, reconcile_at=NOW),)), None)[-1]
    assert not line["health"]


def test_the_menu_tells_what_is_forbidden_too() -> None:
    """The open menu of an item lists every verb with its reason."""
    menu = ("x:1", (rule("like"), rule("hide", ok=False, because="only below our own posts"), rule("reply_public")))
    line = merged(view(), menu)[0]
    assert [(one["verb"], one["ok"], one["because"]) for one in line["menu"]] == [
        ("like", True, "They wrote to us."),
        ("hide", False, "Only below our own posts."),
    ]


def test_priority_is_explained_by_its_factors() -> None:
    """Every factor stands there with its points, its sentence and the very words."""
    shown = view(factors=(Factor(name="legal", points=24.6, words=("lawyer",), because="threatens legal steps"),))
    factors = draw_conversation.context(shown, NOW)["factors"]
    assert factors == [{"title": "Threatens legal steps", "points": 25, "words": "“lawyer”"}]


# -- the list ----------------------------------------------------------------------------------------------------------


def texts(data: dict[str, Any]) -> list[str]:
    """Return the words of a row's marks."""
    return [mark["text"] for mark in data["marks"]]


def test_a_row_says_in_words_what_its_colours_say() -> None:
    """Visibility, sentiment, language, assignee and replies under way are words."""
    one = row(1, private=True, sentiment=SentimentLabel.NEGATIVE, language="de", assignee="Sam", unanswered=3)
    marks = texts(draw_queue.row(one, "Sam", gone=False, name_channel=True))
    assert marks == ["Private", "X", "Negative", "3 unanswered", "German", "You"]
    doubt, failed = (row(1, pending=state, proposed=True) for state in (ReplyState.IN_DOUBT, ReplyState.REJECTED))
    assert texts(draw_queue.row(doubt, "Sam", gone=False, name_channel=False))[:2] == ["Reply in doubt", "To approve"]
    assert texts(draw_queue.row(failed, "Sam", gone=False, name_channel=False))[:2] == ["Reply not sent", "To approve"]
    assert texts(draw_queue.row(failed, "Sam", gone=True, name_channel=False)) == ["Done here", "Public"]


@pytest.mark.parametrize(
    ("code", "text", "told"),
    [
        ("de", "Wo?", "German"),
        ("en", "where is it", ""),
        (None, "where", ""),
        ("la", "Lorem ipsum", ""),
        ("la", "quo usque tandem abutere Catilina patientia nostra", "la"),
    ],
)
def test_a_rare_language_is_not_told_of_a_few_words(code: str | None, text: str, told: str) -> None:
    """A language that we have no name for is most often a wrong guess when there is little to judge by."""
    assert words.tongue(code, text) == told


def test_the_list_counts_what_is_new_and_what_lies_below() -> None:
    """The foot tells all, the last row what is further down."""
    shown = page(*(row(n) for n in range(60)), total=80)
    data = draw_queue.queue(
        lay_out(shown, 50),
        shown,
        QueueFilter(),
        chosen=None,
        staff="Sam",
        several_channels=False,
        health={"ok": True, "text": ""},
        now=NOW,
    )
    assert len(data["rows"]) == 50
    assert data["more"] == "Show more (30 further down)"
    assert data["count"] == "80 conversations"
    json.dumps(data)


def test_figures_are_written_alike_everywhere() -> None:
    """A comma between thousands; where there is little room a k, which never says more than there are."""
    assert words.count(50_000, "conversation") == "50,000 conversations"
    shorts = {number: words.short(number) for number in (0, 980, 9_999, 10_000, 12_399, 50_000, 99_999, 150_900)}
    assert list(shorts.values()) == ["0", "980", "9,999", "10k", "12.3k", "50k", "99.9k", "150k"]
    counts = dict.fromkeys(View, 12399)
    shown = draw_queue.views(replace(page(), counts=counts), QueueFilter(), (), {})["views"][0]
    assert (shown["figure"], shown["title"]) == ("12.3k", "Customers who wait for an answer (12,399)")
    assert draw_queue.views(None, QueueFilter(), (), {})["views"][0]["figure"] == "–"


def test_an_empty_view_and_an_empty_search_read_differently() -> None:
    """All answered is good news; nothing found is not."""
    assert draw_queue.empty(QueueFilter())["title"] == "All answered"
    assert draw_queue.empty(QueueFilter(search="x"))["title"] == "Nothing found in Waiting"
    assert draw_queue.empty(QueueFilter(view=View.MINE, private=True))["title"] == "Nothing found"


def test_the_foot_tells_quiet_from_broken() -> None:
    """It names the moment of the stream furthest behind, and does not call all well while customers wait too long."""
    assert draw_queue.health_line(health(streams=(stream(),))) == {
        "ok": True,
        "text": "Everything read up to 2026-03-04 11:59:20 UTC",
    }
    assert not draw_queue.health_line(health(ok=False, problems=("a", "b")))["ok"]
    assert not draw_queue.health_line(None)["ok"]
    assert "First reading" in str(draw_queue.health_line(health(streams=(stream(complete_up_to=None),)))["text"])


# -- health ------------------------------------------------------------------------------------------------------------


def sections(data: dict[str, Any]) -> dict[str, Any]:
    """Return the sections of the health page by key."""
    return {section["key"]: section for section in data["sections"]}


def test_health_opens_with_one_sentence() -> None:
    """All well, or the worst problem first with the others below."""
    assert draw_health.banner(health())["sentence"].startswith("All is well")
    late = draw_health.banner(health(breached=1))
    assert (late["ok"], late["sentence"]) == (
        True,
        "Everything is read and no reply needs a decision, but 1 promised time is breached.",
    )
    bad = draw_health.banner(health(ok=False, problems=("Account refused.", "A gap.")))
    assert bad["sentence"] == "Account refused."
    assert bad["problems"] == ["Account refused.", "A gap."]


def test_only_a_reply_that_a_person_must_decide_has_the_decision() -> None:
    """While the platform is still asked, the card tells when it is asked next, and offers nothing."""
    data = draw_health.health(
        health(
            in_doubt=(
                reply(ReplyState.IN_DOUBT),
                reply(ReplyState.IN_DOUBT, id="r2", reconcile_at=NOW + timedelta(minutes=5)),
            )
        ),
        {"fernhill": "@fernhill"},
    )
    first, second = sections(data)["in-doubt"]["cards"]
    assert first["decide"]
    assert not second["decide"]
    assert "in 5 min" in second["reason"]


def test_who_may_not_decide_is_offered_nothing_on_health() -> None:
    """By right: the decision on a reply in doubt, and what puts gaps and unread items away; the lines stay."""
    letter = DeadLetter(
        id="d", stream_id="s", native_id=None, reason="no id", first_seen_at=NOW, seen=2, excerpt="<b>{"
    )
    gap = GapLine(id="g", stream_id="s", since=NOW, until=NOW, reason="seven days", found_at=NOW)
    board = draw_health.health(
        health(in_doubt=(reply(ReplyState.IN_DOUBT),), gaps=(gap,), dead_letters=(letter,)), {"fernhill": "Fernhill"}
    )
    for settles, operates in ((True, True), (False, True), (True, False), (False, False)):
        data = sections(draw_health.for_reader(board, settles=settles, operates=operates))
        assert data["in-doubt"]["cards"][0]["decide"] is settles
        for key in ("gaps", "dead-letters"):
            (row,) = data[key]["rows"]
            assert any("buttons" in cell for cell in row["cells"]) is operates
        assert ("tool" in data["dead-letters"]) is operates
        assert data.keys() == sections(board).keys()


def test_every_part_of_health_can_be_sent_to_the_page() -> None:
    """Gaps, dead letters, streams in every state: all of it is JSON."""
    letter = DeadLetter(
        id="d", stream_id="s", native_id=None, reason="no id", first_seen_at=NOW, seen=2, excerpt="<b>{"
    )
    gap = GapLine(id="g", stream_id="s", since=NOW, until=NOW, reason="seven days", found_at=NOW)
    states = [stream(id=state, state=state) for state in ("ok", "late", "failing", "waiting", "never", "strange")]
    shown = health(
        streams=(*states, stream(id="off", active=False), stream(id="fails", last_error="401", errors=1)),
        gaps=(gap,),
        dead_letters=(letter,),
        failed_replies=(reply(ReplyState.REJECTED),),
        last_backup_at=NOW - timedelta(hours=3),
    )
    data = draw_health.health(shown, {})
    json.dumps(data)
    assert {"failed", "streams", "gaps", "dead-letters", "accounts", "jobs"} == sections(data).keys()
    fails = sections(data)["streams"]["rows"][-1]["cells"][1]
    assert fails["small"] == "401 (1 time in a row)"


def test_a_gap_and_an_unread_item_are_named_as_their_stream_is() -> None:
    """The three tables name a stream alike; one that is in no table any more goes by its id."""
    known, gone = "fernhill/mentions", "old/mentions"
    gaps = [GapLine(id=s, stream_id=s, since=NOW, until=NOW, reason="r", found_at=NOW) for s in (known, gone)]
    letter = DeadLetter(id="d", stream_id=known, native_id="7", reason="r", first_seen_at=NOW, seen=1, excerpt="")
    shown = health(streams=(stream(),), gaps=tuple(gaps), dead_letters=(letter,))
    data = sections(draw_health.health(shown, {"fernhill": "Fernhill"}))
    first = {key: [row["cells"][0] for row in data[key]["rows"]] for key in ("streams", "gaps", "dead-letters")}
    assert first["streams"] == first["gaps"][:1] == [{"text": "Fernhill", "small": "mentions"}]
    assert first["gaps"][1]["text"] == gone
    assert first["dead-letters"] == [{"text": "Fernhill", "small": "mentions, id 7"}]


def test_what_is_only_pushed_is_never_called_complete() -> None:
    """Of a stream that no list tells of the page says that it listens; one that is polled is complete."""
    pushed = stream(id="pushed", pushed_only=True, complete_from=None, complete_up_to=None)
    data = sections(draw_health.health(health(streams=(pushed, stream())), {"fernhill": "Fernhill"}))
    states = [row["cells"][1]["text"] for row in data["streams"]["rows"]]
    assert states == ["Listening", "Complete"]


@pytest.mark.parametrize(
    ("days", "small", "bad"),
    [
        (20, "access ends 24 Mar 2026", False),
        (3, "access ends 07 Mar 2026", True),
        (-2, "access ended 02 Mar 2026", True),
    ],
)
def test_an_account_tells_until_when_it_has_access(days: int, small: str, bad: bool) -> None:
    """Connected and about to end are not the same; what the platform refused is told in place of the date."""
    account = AccountHealth(
        id="page",
        channel="facebook",
        name="Page",
        handle=None,
        state="ok",
        problem=None,
        checked_at=NOW,
        expires_at=NOW + timedelta(days=days),
    )
    (row,) = sections(draw_health.health(health(accounts=(account,)), {}))["accounts"]["rows"]
    assert row["cells"][2]["small"].startswith(small)
    assert row["cells"][2]["bad"] is bad
    refused = replace(account, state="unauthorized", problem="revoked")
    (row,) = sections(draw_health.health(health(accounts=(refused,)), {}))["accounts"]["rows"]
    assert row["cells"][2]["small"] == "revoked"


# -- words -------------------------------------------------------------------------------------------------------------


def test_every_code_has_its_words() -> None:
    """No view, label, status or state reaches a page as a bare code."""
    assert all(draw_queue.empty(QueueFilter(view=view))["text"] for view in View)
    assert set(words.VIEWS) == set(View)
    assert set(words.SENTIMENTS) == set(SentimentLabel)
    assert set(words.STATUSES) == set(Status)
    assert set(words.REPLY_STATES) == set(ReplyState)


@pytest.mark.parametrize(
    "text",
    [
        "![x](http://t/a.png)",
        "[a](javascript:alert(1))",
        "**b** _i_ `c` ~~d~~ $5 and $10$",
        ":smile: :red[x] <b>",
        "www.x.com -> https://y",
    ],
)
def test_toasts_show_platform_text_literally(text: str) -> None:
    """Every sign that Markdown knows is escaped, and nothing else is lost."""
    shown = escape_markdown(text)
    assert shown.replace("\u2060", "").replace("\\", "") == text.replace("\\", "")
    for sign in "![]()*_`~$<:":
        assert shown.count(f"\\{sign}") == text.count(sign)


def test_direction_marks_are_taken_out_of_native_text() -> None:
    """What could disguise a text is not shown natively either."""
    assert words.visible("a\u202egnp.exe\u202c\u2066b\x00\n") == "agnp.exeb\n"


# -- what is due -------------------------------------------------------------------------------------------------------


def test_a_countdown_gets_moments_only() -> None:
    """A row and a headline hand the moments over, from which the browser counts; none where nothing is due."""
    data = draw_queue.row(row(1), "Sam", gone=False, name_channel=False)
    told = {
        "what": "Answer",
        "at": (NOW + timedelta(minutes=30)).isoformat(),
        "since": (NOW - timedelta(minutes=30)).isoformat(),
        "seen": (NOW - timedelta(minutes=30)).isoformat(),
    }
    assert data["due"] == told
    assert draw_conversation.headline(view(), "Sam", NOW)["due"] == told
    assert draw_queue.row(row(1, due=None), "Sam", gone=False, name_channel=False)["due"] is None


@pytest.mark.parametrize(
    ("told", "names"),
    [
        (("Ana",), "Ana was"),
        (("you",), "you were"),
        (("Ana", "Ben"), "Ana and Ben were"),
        (("Ana", "Ben", "Cleo"), "Ana, Ben and Cleo were"),
        (("Ana", "Ben", "Cleo", "Dan"), "Ana, Ben and 2 others were"),
        ((), "Nobody was"),
    ],
)
def test_the_card_says_who_was_told(told: tuple[str, ...], names: str) -> None:
    """The card names the promise and everybody who was told of it, in one sentence each."""
    line = EscalationLine(
        conversation_id="x:c1", account_id="a", step="late", what=Due.ANSWER, due_at=NOW, told=told, told_at=NOW
    )
    card = draw_due.level(view(escalations=(line,)))
    assert card["promise"] == "An answer is promised within 1 h."
    overnight = due(since=NOW - timedelta(hours=16))
    assert draw_due.level(view(due=overnight))["promise"] == "An answer is promised within 1 h of opening time."
    assert card["told"] == [{"text": f"{names} told that an answer was late", "at": NOW.isoformat()}]
