"""A stage whose service has nine weeks behind it, and an outage that began three quarters of an hour ago."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from spike_kit import count_all, listen, ordinary, outage, raise_queue, store_posts

from social_listener.service import build

if TYPE_CHECKING:
    from stage import Stage

    from social_listener.service import Service
    from social_listener.store import Store

ACCOUNT = "fernhill"
#: how long ago the outage began
AGO = timedelta(minutes=45)


class Past:
    """A store at a moment."""

    def __init__(self, store: Store, moment: datetime) -> None:
        self.store = store
        self.moment = moment

    def now(self) -> datetime:
        """Return that moment."""
        return self.moment


def plant(stage: Stage, *, weeks: int = 9) -> str:
    """Let there have been weeks of ordinary traffic, and an outage; return the spike that was found."""
    stage.hire()
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    began = now - AGO
    service = build(stage.settings, environment=stage.environment)
    try:
        return _planted(service, began, now, timedelta(weeks=weeks))
    finally:
        service.close()


def _planted(service: Service, began: datetime, now: datetime, long: timedelta) -> str:
    past = Past(service.store, now)
    posts = [*ordinary(now - long, now, 20), *outage(began, 45, 180)]
    store_posts(past, sorted(posts), ACCOUNT)
    listen(past, now - long, ACCOUNT)
    with service.store.transaction() as cursor:  # its other streams have been read all the time too
        cursor.execute(
            """UPDATE streams SET complete_from = ?, cursor_since = ?, cursor_joined = true, last_poll_at = ?,
                   last_ok_at = ?""",
            [now - long, now, now, now],
        )
    count_all(past)
    raise_queue(past, began)
    for ago in range(40, -1, -5):
        past.moment = now - timedelta(minutes=ago)
        listen(past, now - long, ACCOUNT)
        service.desk.spikes.watch(past.moment)
    (spike,) = service.desk.spikes.current("Sam")
    return spike.id
