"""What the demo's library holds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from staff_kit import seed_staff

from social_listener.cli.demo_library import MACROS, SAVED, furnish
from social_listener.service import build
from social_listener.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


def test_a_newcomer_finds_saved_replies_and_macros_once(tmp_path: Path) -> None:
    """They are there after the first start; what somebody archived does not come back with the second."""
    service = build(Settings(data_dir=tmp_path), clock=lambda: datetime(2026, 11, 2, 9, tzinfo=UTC))
    seed_staff(service.desk, "you")
    furnish(service.desk, "you")
    saved = service.desk.library.all("you")
    assert sorted(one.name for one in saved) == sorted(text.name for text in SAVED)
    assert sorted(one.name for one in service.desk.macros.all("you")) == sorted(MACROS)
    known = {one.id for one in saved}
    replies = [step.value for one in service.desk.macros.all("you") for step in one.steps if "reply" in step.kind]
    assert replies
    assert set(replies) <= known
    for one in saved:
        service.desk.library.archive(one.id, "you", one.version)
    furnish(service.desk, "you")
    assert service.desk.library.all("you") == ()
    service.close()
