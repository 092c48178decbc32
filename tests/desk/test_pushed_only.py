"""Mentions on Instagram, which come by webhook only: whatever keeps them away is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from meta_kit import MetaKit

from social_listener.model import StreamKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from social_listener.desk_types import HealthView

ONLY = (StreamKind.MENTIONS,)
HOUR = 3600


@pytest.fixture
def make(tmp_path: Path) -> Iterator[list[MetaKit]]:
    """Return a list; the services in it are ended after the test."""
    kits: list[MetaKit] = []
    yield kits
    for kit in kits:
        kit.close()


@pytest.fixture
def kit(make: list[MetaKit], tmp_path: Path) -> MetaKit:
    """Return a service that listens to nothing but mentions on Instagram, with its webhook."""
    make.append(MetaKit(tmp_path, ("instagram",), kinds=ONLY, webhooks=True))
    return make[0]


def poll(kit: MetaKit) -> str | None:
    """Poll the only stream; return the fault."""
    (stream,) = kit.service.streams.values()
    return kit.service.ingest.poll(stream).error_kind


def health(kit: MetaKit) -> HealthView:
    """Return what Health shows."""
    return kit.service.desk.health()


def test_a_token_that_died_is_noticed_by_the_next_poll(kit: MetaKit) -> None:
    """Nothing else is asked of Meta, and nothing would be pushed any more: the account is refused, and heals."""
    assert poll(kit) is None
    kit.graph.tokens.kill("*", 460)
    kit.sandbox.world.advance(HOUR)
    assert poll(kit) == "Unauthorized"
    (account,) = health(kit).accounts
    assert account.state == "unauthorized"
    assert any("refuses its credentials" in problem for problem in health(kit).problems)
    kit.graph.tokens.revive()
    kit.sandbox.world.advance(HOUR)
    assert poll(kit) is None
    assert health(kit).accounts[0].state == "ok"


def test_a_poll_takes_back_no_refusal_that_holds(kit: MetaKit) -> None:
    """What a look-up was told of the token stays while the token is as dead as it was."""
    assert poll(kit) is None
    made = kit.graph.ig_mention("zed", "@fernhill where is my order?")
    headers, body = kit.sandbox.webhooks.build("instagram", made)
    kit.service.ingest.accept("instagram", headers, body)
    kit.graph.tokens.kill("*", 460)
    kit.service.ingest.receive("instagram")
    assert health(kit).accounts[0].state == "unauthorized"
    kit.sandbox.world.advance(60)
    poll(kit)
    assert health(kit).accounts[0].state == "unauthorized"
