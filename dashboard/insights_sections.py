"""The sections of the Insights page, in their order. A further one is a module of its own and one line here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from social_listener.dashboard import insights_overview, insights_voice, insights_waits

if TYPE_CHECKING:
    from social_listener.dashboard.insights_scene import Section

SECTIONS: Final[tuple[Section, ...]] = (
    insights_overview.SECTION,
    insights_waits.SECTION,
    insights_voice.SECTION,
)
KEYS: Final = tuple(one.key for one in SECTIONS)
