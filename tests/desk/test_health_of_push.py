"""What Health says of webhooks, allowances and money."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from desk_channel import WorldChannel
from test_health import add_stream

from social_listener.cli.watch import around
from social_listener.dashboard import draw_health
from social_listener.desk_types import PushHealth
from social_listener.settings import BudgetSettings
from social_listener.store import deliveries, spend, streams

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from desk_kit import Kit

    from social_listener.desk_types import AccountHealth, HealthView
    from social_listener.model import Page


class Pushed(WorldChannel):
    """The same channel, on a platform that pushes."""

    def handshake(self, query: Mapping[str, str]) -> bytes:
        """Answer anything."""
        return str(query).encode()

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Take anything."""

    def receive(self, body: bytes, received_at: datetime) -> Sequence[Page]:  # noqa: ARG002
        """Read nothing."""
        return ()


def pushing(kit: Kit, *, expected: bool = True) -> None:
    """Make the account one whose platform pushes."""
    kit.channels["main"] = Pushed("main", kit.sandbox, "fernhill")
    (account,) = kit.settings.accounts
    account = account.model_copy(update={"options": {"webhooks": "on"} if expected else {}})
    kit.settings = kit.settings.model_copy(update={"accounts": (account,)})
    kit.again()
    add_stream(kit)


def account_of(view: HealthView) -> AccountHealth:
    """Return the only account."""
    (found,) = view.accounts
    return found


def cells(account: AccountHealth, now: datetime) -> list[dict[str, Any]]:
    """Return the account's row as the page draws it."""
    drawn: Any = draw_health._account(account, now)
    return list(drawn["cells"])


def test_push_that_never_came_is_a_problem_until_it_does(kit: Kit) -> None:
    """Expected, never asked for: a sentence with the address. Once the platform asked, all is well."""
    pushing(kit)
    (problem,) = kit.desk.health().problems
    assert "/webhooks/main" in problem
    with kit.store.transaction() as cursor:
        streams.set_handshake(cursor, "main", kit.now())
    view = kit.desk.health()
    assert view.ok
    assert account_of(view).push == PushHealth(expected=True, handshake_at=kit.now())
    assert any("webhook: asked for at" in line for line in around(account_of(view)))


def test_push_that_nobody_expects_is_no_problem(kit: Kit) -> None:
    """Without the option nothing is said of a webhook that nobody set up."""
    pushing(kit, expected=False)
    view = kit.desk.health()
    assert view.ok
    assert not any("webhook" in line for line in around(account_of(view)))
    assert cells(account_of(view), view.as_of)[3] == {"text": "–"}


def test_deliveries_that_wait_are_a_problem_after_a_while(kit: Kit) -> None:
    """What was pushed and is not read within two minutes is told; what failed is counted."""
    pushing(kit)
    with kit.store.transaction() as cursor:
        streams.set_handshake(cursor, "main", kit.now())
        deliveries.insert(cursor, "main", b"{}", kit.now())
        deliveries.insert(cursor, "main", b"{1", kit.now())
        deliveries.failed(cursor, deliveries.delivery_id("main", b"{1"), "no JSON", kit.now())
    view = kit.desk.health()
    push = account_of(view).push
    assert push is not None
    assert (view.ok, push.waiting, push.failed, push.last_at) == (True, 1, 1, kit.now())
    assert cells(account_of(view), view.as_of)[3]["small"] == "1 waiting, 1 not readable"
    kit.pass_time(seconds=121)
    assert any("1 delivery of its webhook waits to be read" in line for line in kit.desk.health().problems)


def test_an_allowance_that_runs_out_is_told(kit: Kit) -> None:
    """From nine tenths on Health says what is polled less; an old figure is no figure."""
    add_stream(kit)
    with kit.store.transaction() as cursor:
        streams.set_usage(cursor, "main", 89.0, kit.now())
    assert kit.desk.health().ok
    assert account_of(kit.desk.health()).used == 89.0
    with kit.store.transaction() as cursor:
        streams.set_usage(cursor, "main", 93.4, kit.now())
    (problem,) = kit.desk.health().problems
    assert "93 % of its allowance: messages are still polled" in problem
    with kit.store.transaction() as cursor:
        streams.hold(cursor, "main", kit.now() + timedelta(minutes=17))
    problem = next(line for line in kit.desk.health().problems if "93 %" in line)
    assert "so none is made for 17 min" in problem
    assert "still polled" not in problem
    assert cells(account_of(kit.desk.health()), kit.now())[4]["text"] == "93 %"


def test_a_stream_that_is_polled_less_is_not_late(kit: Kit) -> None:
    """With little left of the allowance a poll a quarter of an hour is as it should be; with much left it is late."""
    pushing(kit, expected=False)
    with kit.store.transaction() as cursor:
        streams.set_usage(cursor, "main", 93.0, kit.now())
    kit.pass_time(minutes=20)
    states = []
    for used in (93.0, 10.0):
        with kit.store.transaction() as cursor:
            streams.set_usage(cursor, "main", used, kit.now())
        states.append(kit.desk.health().streams[0].state)
    assert states == ["ok", "late"]


def test_a_spent_budget_is_told_once_with_its_limit(kit: Kit) -> None:
    """The account says that nothing is read and that replies go; its streams do not say it again."""
    kit.settings = kit.settings.model_copy(update={"budget": BudgetSettings(daily={"main": 2.0})})
    kit.again()
    add_stream(kit)
    until = kit.now() + timedelta(hours=3)
    with kit.store.transaction() as cursor:
        spend.add(cursor, "main", kit.now().date(), {"post": 410}, {"post": 0.005})
        streams.set_state(cursor, "main", "out_of_budget", problem="$2.00 a day", now=kit.now(), retry_at=until)
        streams.hold(cursor, "main", until)
    view = kit.desk.health()
    (problem,) = view.problems
    assert problem == (
        "Account main: its budget for today is spent, so nothing is read; replies still go out ($2.00 a day)."
    )
    account = account_of(view)
    assert (account.spent_today, account.daily_budget, account.not_before) == (2.05, 2.0, until)
    assert "spent today: $2.05 of $2.00" in list(around(account))
    row = cells(account, view.as_of)
    assert (row[2]["text"], row[5]["text"], row[5]["small"]) == ("Budget spent", "$2.05", "of $2.00")
    assert cells(replace(account, spent_today=None), view.as_of)[5]["text"] == "–"
