from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from social_listener.errors import (
    BadPayload,
    OutOfCredit,
    PageExpired,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
    Unsure,
)
from social_listener.model import Allowed, ReplyState, Sent
from social_listener.outbox_rules import (
    READINGS,
    ClaimFacts,
    Close,
    Echo,
    Go,
    Hold,
    Outcome,
    classify,
    match_echo,
    next_reading,
    next_step,
    witness_text,
)

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=7)
YES = Allowed(verb="reply_public", ok=True, because="answers are allowed")
GOOD = ClaimFacts(
    private=False,
    not_before=NOW,
    deadline=NOW + timedelta(minutes=30),
    item_known=True,
    item_private=False,
    item_deleted=False,
    holds_slot=True,
    answered_elsewhere=False,
    ahead=False,
    pause_until=None,
    pause_reason=None,
    allowed=YES,
    account_known=True,
)


def outcome(result: Sent | Exception, **facts: int) -> Outcome:
    """Return what a call's result means, at the first try unless told otherwise."""
    return classify(result, NOW, **{"failures": 0, "pauses": 0, "max_attempts": 3, "spread": 0.0, **facts})


# -- before the call ---------------------------------------------------------------------------------------------------


def test_a_due_reply_goes() -> None:
    """Nothing speaks against it, so it is sent."""
    assert next_step(GOOD, NOW, NOW) == Go()


@pytest.mark.parametrize(
    ("change", "state", "words"),
    [
        ({"deadline": NOW}, ReplyState.EXPIRED, "could not leave in time"),
        ({"item_known": False}, ReplyState.REJECTED, "not stored"),
        ({"item_deleted": True}, ReplyState.REJECTED, "deleted"),
        ({"item_private": True}, ReplyState.REJECTED, "never answered in public"),
        ({"holds_slot": False}, ReplyState.REJECTED, "on its way"),
        ({"answered_elsewhere": True}, ReplyState.REJECTED, "answered this item meanwhile"),
        ({"allowed": None}, ReplyState.REJECTED, "no such kind"),
        ({"allowed": replace(YES, ok=False, because="protected account")}, ReplyState.REJECTED, "protected account"),
        ({"allowed": replace(YES, until=NOW)}, ReplyState.REJECTED, "time to answer has passed"),
    ],
)
def test_what_closes_a_reply(change: dict[str, object], state: ReplyState, words: str) -> None:
    """Each fact that forbids a reply closes it, with a sentence that names the fact."""
    step = next_step(replace(GOOD, **change), NOW, NOW)
    assert isinstance(step, Close)
    assert step.state is state
    assert words in step.reason


@pytest.mark.parametrize(
    "change",
    [
        {"not_before": NOW + timedelta(seconds=1)},
        {"ahead": True},
        {"pause_until": NOW + timedelta(seconds=1), "pause_reason": "too many"},
        {"account_known": False, "allowed": None},
    ],
)
def test_what_holds_a_reply(change: dict[str, object]) -> None:
    """The undo window, an older reply, a pause and a missing account make it wait, and it is not lost."""
    assert isinstance(next_step(replace(GOOD, **change), NOW, NOW), Hold)


def test_windows_go_by_the_platforms_clock() -> None:
    """A window that is open by our clock and closed by the platform's is closed; and the reverse."""
    facts = replace(GOOD, allowed=replace(YES, until=NOW + timedelta(minutes=5)))
    assert isinstance(next_step(facts, NOW, NOW + timedelta(minutes=10)), Close)
    assert next_step(facts, NOW, NOW - timedelta(minutes=10)) == Go()
    assert next_step(facts, NOW, NOW + timedelta(minutes=5) - timedelta(microseconds=1)) == Go()
    assert isinstance(next_step(facts, NOW, NOW + timedelta(minutes=5)), Close)


# -- after the call ----------------------------------------------------------------------------------------------------


def test_success_is_sent() -> None:
    """An id from the platform is the only way to `sent`."""
    made = Sent(native_id="1", sent_at=NOW)
    assert outcome(made) == Outcome(state=ReplyState.SENT, attempt="sent", sent=made)


@pytest.mark.parametrize(
    "error",
    [
        Unsure("cut", account_id="a"),
        BadPayload("half", account_id="a"),
        PageExpired("no", account_id="a"),
        ValueError("bug"),
        RuntimeError(),
        OSError("disk"),
    ],
)
def test_whatever_is_not_understood_is_a_doubt(error: Exception) -> None:
    """Every error that does not surely say "not sent" puts the reply in doubt, and nothing makes it go again."""
    result = outcome(error)
    assert (result.state, result.attempt, result.wait_until) == (ReplyState.IN_DOUBT, "in_doubt", None)
    assert result.reason


def test_a_refusal_is_final() -> None:
    """What the platform refuses for good is rejected with the platform's reason."""
    result = outcome(Rejected("duplicate of nothing", account_id="a"))
    assert (result.state, result.reason) == (ReplyState.REJECTED, "duplicate of nothing")


def test_a_rate_limit_waits_for_its_date_and_burns_nothing() -> None:
    """A rate limit is waited out as long as it takes, however often it comes."""
    error = RateLimited("too many", account_id="a", retry_at=LATER)
    for failures in (0, 2, 99):
        result = outcome(error, failures=failures)
        assert (result.state, result.wait_until, result.whole_account) == (ReplyState.QUEUED, LATER, False)


def test_a_rate_limit_without_a_date_backs_off() -> None:
    """Without a date, or with one in the past, the pause doubles from a minute up to a quarter of an hour."""
    past = RateLimited("too many", account_id="a", retry_at=NOW - timedelta(hours=1))
    assert outcome(past).wait_until == NOW + timedelta(seconds=60)
    none = RateLimited("too many", account_id="a")
    waits = [outcome(none, pauses=pauses).wait_until for pauses in range(6)]
    assert [(wait - NOW).total_seconds() for wait in waits if wait] == [60, 120, 240, 480, 900, 900]


def test_what_surely_did_not_arrive_is_tried_again_and_given_up_at_last() -> None:
    """Three calls that did not arrive are enough; then the reply is rejected and says so."""
    error = Unavailable("connection refused", account_id="a")
    assert outcome(error, failures=0).wait_until == NOW + timedelta(seconds=30)
    assert outcome(error, failures=1).wait_until == NOW + timedelta(seconds=120)
    last = outcome(error, failures=2)
    assert (last.state, last.attempt) == (ReplyState.REJECTED, "not_sent")
    assert "3 calls" in (last.reason or "")


@pytest.mark.parametrize("error", [Unauthorized("revoked", account_id="a"), OutOfCredit("empty", account_id="a")])
def test_a_dead_account_keeps_its_replies(error: Exception) -> None:
    """Refused credentials and no credit hold the whole account's replies, however often; the deadline ends it."""
    result = outcome(error, failures=99)
    assert (result.state, result.attempt, result.whole_account) == (ReplyState.QUEUED, "not_sent", True)
    assert result.wait_until == NOW + timedelta(seconds=60)


@given(spread=st.floats(0, 1), pauses=st.integers(0, 50), failures=st.integers(0, 1))
def test_pauses_are_never_short_and_never_endless(spread: float, pauses: int, failures: int) -> None:
    """However it comes, a pause lies between half a minute and twenty."""
    for error in (
        Unavailable("x", account_id="a"),
        Unauthorized("x", account_id="a"),
        RateLimited("x", account_id="a"),
    ):
        result = classify(error, NOW, failures=failures, pauses=pauses, max_attempts=3, spread=spread)
        assert result.wait_until is not None
        assert timedelta(seconds=30) <= result.wait_until - NOW <= timedelta(minutes=20)


# -- in doubt ----------------------------------------------------------------------------------------------------------


def test_four_readings_then_a_person() -> None:
    """A doubt is looked for after 10 s, 60 s, 5 min and 15 min; after that a person decides."""
    assert [next_reading(NOW, number) for number in range(5)] == [*(NOW + span for span in READINGS), None]


def test_an_echo_needs_the_text_and_the_time() -> None:
    """An older twin and other words are no echo; of several that fit the oldest is taken."""

    def echo(native_id: str, text: str, seconds: int) -> Echo:
        return Echo(native_id=native_id, text=text, sent_at=NOW + timedelta(seconds=seconds), url=None)

    twin, late, early = echo("1", "We are on it.", -1), echo("3", "We are on it.", 9), echo("2", "We are on it.", 2)
    assert match_echo("We are on it.", NOW, [twin, late, early, echo("4", "something else", 3)]) == early
    assert match_echo("We are on it.", NOW, [twin]) is None
    assert match_echo("We are on it.", NOW, []) is None


@pytest.mark.parametrize(
    "shown",
    [
        "@mara @ben We are on it: https://t.co/abc123 &amp; sorry",
        "We  are on it:\nhttps://t.co/zzz & sorry ",
        "We are on it: fernhill.example/help & sorry",
    ],
)
def test_what_platforms_rewrite_does_not_matter(shown: str) -> None:
    """Leading handles, short links, entities and white space do not make it another text."""
    assert witness_text(shown) == witness_text("We are on it: https://fernhill.example/help & sorry")


def test_other_words_are_other_words() -> None:
    """A changed word, number or handle inside the text makes it another text."""
    base = "Order 12 leaves today, @mara"
    for other in ("Order 13 leaves today, @mara", "Order 12 leaves today, @ben", "order 12 leaves", ""):
        assert witness_text(base) != witness_text(other)
