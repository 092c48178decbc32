"""A desk with nine weeks of ordinary traffic behind it, and time that goes by while customers write."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from desk_kit import START, Kit, make_kit
from spike_kit import Post, count_all, listen, ordinary, store_posts

from social_listener.desk_types.team import Kind
from social_listener.settings import SpikeSettings

#: 10:00 in Berlin, a Monday
NOW = START
FIRST = NOW - timedelta(weeks=9)
MINUTE = timedelta(minutes=1)


def house(folder: Path, *accounts: str, **spikes: object) -> Kit:
    """Return a desk with nine weeks of ordinary traffic on its accounts."""
    kit = make_kit(folder, accounts=accounts or ("main",))
    kit.settings = kit.settings.model_copy(update={"spikes": SpikeSettings(zone="Europe/Berlin", **spikes)})
    kit.again()
    for number, account in enumerate(accounts or ("main",)):
        store_posts(kit, ordinary(FIRST, NOW, 20, seed=number), account)
    listen(kit, FIRST, *accounts)
    count_all(kit)
    return kit


def play(kit: Kit, posts: list[Post], minutes: int, account: str = "main", *, step: int = 1) -> list[datetime]:
    """Let time go by, store what is posted by then as polls do, and look; return when spikes were found."""
    waiting, found = sorted(posts), []
    for _ in range(0, minutes, step):
        kit.pass_time(minutes=step)
        come = [one for one in waiting if one.at <= kit.now()]
        waiting = waiting[len(come) :]
        store_posts(kit, come, account)
        listen(kit, FIRST, account)
        found += [kit.now()] * kit.desk.spikes.watch()
    return found


def told(kit: Kit, staff: str) -> list[str]:
    """Return the spikes behind somebody's bell, in words."""
    return [one.excerpt for one in kit.desk.team.notifications(staff).lines if one.kind is Kind.SPIKE]


def day(kit: Kit, seed: int = 77) -> list[Post]:
    """Return the ordinary traffic that goes on."""
    return ordinary(kit.now(), kit.now() + timedelta(hours=6), 20, seed)
