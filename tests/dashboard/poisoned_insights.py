"""What the components of the Insights page are given, with something in every field; see poisoned.py."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from making import NOW

from social_listener.dashboard import draw_insights, draw_insights_items
from social_listener.dashboard.insights_address import Look
from social_listener.dashboard.insights_cards import Cell, Table
from social_listener.dashboard.insights_look import Opened
from social_listener.dashboard.insights_scene import told_standing
from social_listener.desk_types.insights import Annotation, ItemLine, Overview, Slice, Standing, Tally, Waits
from social_listener.periods import Period

ZONE = ZoneInfo("Europe/Berlin")
WANTED = Slice(period=Period(date(2026, 2, 1), date(2026, 3, 31), ZONE.key))
STANDING = Standing(as_of=NOW, complete_up_to=NOW, lagging=("stream",), counting=9_999)
ITEM = ItemLine(
    id="x:1", channel="x", account_id="fernhill", conversation_id="x:c1", author="Mara", private=True,
    text="Where is my order?", sent_at=NOW, sentiment_label="negative", language="de", reach=12, answered_at=NOW,
    url="https://x.example/1",
)  # fmt: skip


def overview(**changes: Any) -> Overview:
    """Return figures with something in each."""
    now = Tally(
        items=9, negative=2, neutral=3, positive=2, unsure=1, unscored=1, reach=900, answered=5, sentiment_sum=1.5
    )
    waits = Waits(number=9, median_s=90.0, p90_s=7_500.0, median_range_s=(60.0, 120.0), p90_range_s=(80.0, 90_000.0))
    base = Overview(
        now=now, before=replace(now, items=4, unsure=0), waits=waits, waits_before=replace(waits, median_s=200.0),
        standing=STANDING, first=WANTED.before().since,
    )  # fmt: skip
    return replace(base, **changes)


def head() -> tuple[tuple[Any, str], ...]:
    """Return the head of the page in each of its states, and where every text can be read."""
    standing = told_standing(STANDING, WANTED, ZONE)
    base = {"standing": standing, "tiles": draw_insights.tiles(overview(), WANTED), "empty": None, "problem": None}
    nothing = draw_insights.empty(overview(now=Tally()), WANTED, ZONE)
    return (
        (base, ".tiles"),
        (base, ".warn"),
        ({**base, "empty": nothing}, ".empty"),
        ({**base, "standing": None, "tiles": [], "problem": "problem"}, ".problem"),
    )


def table() -> Any:
    """Return what stands below a chart."""
    rows = ((Cell("x"), Cell("3", "from=2026-02-01&to=2026-02-02")), (Cell("facebook"), Cell("0")))
    told = {**Table(("Channel", "Items"), rows).json(), "title": "Items by channel", "sql": "SELECT 1", "note": "more"}
    return {**told, "picture": files()["files"][0]}


def files() -> Any:
    """Return files that a page offers; there is nothing behind them."""
    return {"files": [{"word": "PNG", "name": "bars.png", "src": "/files/none"}]}


def listed(**changes: Any) -> Any:
    """Return the items behind a number."""
    opened = Opened(
        Look(WANTED, count=70), "Sam", total=60, lines=[ITEM], next=(NOW, "x:1"), as_of=NOW, problem=None, **changes
    )
    return draw_insights_items.listed(opened, ZONE)


def remarks() -> Any:
    """Return remarks on the time axis."""
    one = Annotation(
        id="r1", kind="outage", text="the shop is down", since=NOW, until=NOW + timedelta(hours=2),
        account_id="fernhill", by_staff="Sam", version=1,
    )  # fmt: skip
    return draw_insights.remarks([one], ZONE, {"fernhill": "@fernhill"}, may_write=True)
