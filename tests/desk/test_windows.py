"""Meta's windows from the composer to the wire: to the second, with clocks that disagree, and after a restart."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from meta_kit import NAMES, START, MetaKit, Name

from social_listener.errors import NotAllowed
from social_listener.model import ReplyState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECOND = timedelta(seconds=1)
#: how far our deadlines lie inside Meta's
INSIDE = timedelta(seconds=5)
DAY, WEEK = timedelta(hours=24), timedelta(days=7)
#: rule → its length, whether it is one of direct messages, what is said when it is over
RULES = {
    "message": (DAY, True, "24 hours old"),
    "human_agent": (WEEK, True, "7 days old"),
    "private_reply": (WEEK, False, "within 7 days of the comment"),
}
CASES = [(name, rule) for name in NAMES for rule in RULES]
SKEWS = [timedelta(minutes=-10), timedelta(minutes=10)]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[list[MetaKit]]:
    """Return a list; the services in it are ended after the test."""
    kits: list[MetaKit] = []
    yield kits
    for kit in kits:
        kit.close()


def house(make: list[MetaKit], folder: Path, name: Name, rule: str, skew: timedelta) -> MetaKit:
    """Return a service on one platform whose clock is `skew` ahead."""
    make.append(MetaKit(folder, (name,), skew=skew, human_agent=rule == "human_agent"))
    return make[-1]


def three(kit: MetaKit, name: Name, rule: str) -> list[str]:
    """Let three people write a second apart; return their items, first the one whose window ends last."""
    say = kit.message if RULES[rule][1] else kit.comment
    items = []
    for number, who in enumerate(("late", "middle", "early")):
        kit.until(START + (number + 1) * SECOND)
        items.append(say(name, f"{who}_{rule}"))
    kit.poll()
    return items[::-1]


@pytest.mark.thinned(3)
@pytest.mark.parametrize("restart", [False, True], ids=["running", "restarted"])
@pytest.mark.parametrize("skew", SKEWS, ids=["behind", "ahead"])
@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_a_window_ends_at_its_second(
    make: list[MetaKit], tmp_path: Path, case: tuple[Name, str], skew: timedelta, restart: bool
) -> None:
    """A second before the end a reply goes out; at it and after it none is called for, and the composer says why."""
    name, rule = case
    kit = house(make, tmp_path, name, rule, skew)
    length, _, over = RULES[rule]
    before, at, after = three(kit, name, rule)
    kit.until(START + 2 * SECOND + length - INSIDE)
    if restart:
        kit.again()
    else:
        kit.poll()
    for item in (at, after):
        verdict = kit.rule(item)
        assert not verdict.ok
        assert over in verdict.because
        with pytest.raises(NotAllowed, match=over):
            kit.reply(item, "Sorry for the wait.")
    assert kit.rule(before).ok
    assert kit.writes() == 0
    intent = kit.reply(before, "Just in time.")
    kit.service.outbox.deliver()
    assert (kit.line(intent).state, kit.writes()) == (ReplyState.SENT, 1), kit.line(intent)


@pytest.mark.thinned(3)
@pytest.mark.parametrize("skew", SKEWS, ids=["behind", "ahead"])
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("name", NAMES)
def test_a_window_that_ends_while_a_reply_waits(
    make: list[MetaKit], tmp_path: Path, name: Name, rule: str, skew: timedelta
) -> None:
    """What was composed in time and leaves at the end of its window is not called for, and goes back with the rule."""
    kit = house(make, tmp_path, name, rule, skew)
    length, _, over = RULES[rule]
    _, at, after = three(kit, name, rule)
    kit.until(START + length - 3 * INSIDE)
    intents = [kit.reply(item, f"Too slow for {item}") for item in (at, after)]
    kit.until(START + 2 * SECOND + length - INSIDE)
    kit.service.outbox.deliver()
    for intent in intents:
        line = kit.line(intent)
        assert line.state is ReplyState.REJECTED
        assert over in (line.reason or "")
    assert kit.writes() == 0


@pytest.mark.thinned(3)
@pytest.mark.parametrize("skew", [timedelta(minutes=-10), timedelta(0)], ids=["set_back", "put_right"])
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("name", NAMES)
def test_a_clock_that_was_set_while_we_were_away(
    make: list[MetaKit], tmp_path: Path, name: Name, rule: str, skew: timedelta
) -> None:
    """How far our clock is off is known from before and wrong now: Meta's own clock is asked before anything leaves."""
    kit = house(make, tmp_path, name, rule, skew + timedelta(minutes=10))
    length, _, _ = RULES[rule]
    before, at, after = three(kit, name, rule)
    kit.until(START + 2 * SECOND + length - INSIDE)
    kit.again(skew)
    intents = [kit.reply(item, f"Sorry for the wait, {item}") for item in (at, after, before)]
    kit.service.outbox.deliver()
    lines = [kit.line(intent) for intent in intents]
    assert [line.state for line in lines] == [ReplyState.REJECTED, ReplyState.REJECTED, ReplyState.SENT]
    assert all("are over" in (line.reason or "") for line in lines[:2])
    assert kit.writes() == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_comment_gets_no_second_private_reply_when_the_window_ends_on_the_way(
    make: list[MetaKit], tmp_path: Path, name: Name
) -> None:
    """With one private reply gone and 24 hours of words over by Meta's clock, a comment is not replied to again."""
    kit = house(make, tmp_path, name, "private_reply", timedelta(minutes=10))
    item = kit.comment(name, "mara")
    kit.poll()
    first = kit.reply(item, "May we write to you?")
    kit.service.outbox.deliver()
    assert kit.line(first).state is ReplyState.SENT
    assert not kit.rule(item).ok
    assert "one private reply" in kit.rule(item).because
    kit.message(name, "mara", "yes")
    kit.poll()
    kit.until(START + DAY)
    kit.again(timedelta(0))
    second = kit.reply(item, "Here is what we found.")
    kit.service.outbox.deliver()
    line = kit.line(second)
    assert line.state is ReplyState.REJECTED
    assert "one private reply" in (line.reason or "")
    assert kit.writes() == 1
