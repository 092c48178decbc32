"""What is usual, from the store: the baselines of all accounts, kept for an hour."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from social_listener.desk_types.spikes import Basis
from social_listener.store import spike_items
from social_listener.trends.baseline import QUARTER, Baseline, Quarters, baseline, floor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from duckdb import DuckDBPyConnection

    from social_listener.store.spike_items import Counts, Listening

#: how much history is read: eight weeks, and a day for clocks that change
HISTORY: Final = timedelta(weeks=8, days=1)
#: the newest hours are left out: what happens in them is compared with what came before
_LEFT_OUT: Final = timedelta(hours=3)


class Usual:
    """Baselines by account; None: of all accounts together that know what is usual by the time of the week."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._known_for: tuple[object, ...] = ()
        self._baselines: dict[str | None, Baseline] = {}

    @property
    def known(self) -> Mapping[str | None, Baseline]:
        """Return the baselines that were asked for last; none before the first look."""
        return self._baselines

    def at(
        self, cursor: DuckDBPyConnection, moment: datetime, listening: Mapping[str, Listening]
    ) -> dict[str | None, Baseline]:
        """Return the baselines that hold at a moment; None is among them where two accounts or more make it up."""
        hour = moment.replace(minute=0, second=0, microsecond=0)
        known_for = (hour, *((account, one.since, one.gaps) for account, one in listening.items()))
        if self._known_for != known_for:
            anchor = floor(hour - _LEFT_OUT)
            self._baselines = _made(cursor, anchor, listening, self._zone)
            self._known_for = known_for
        return self._baselines


def members(baselines: Mapping[str | None, Baseline]) -> list[str]:
    """Return the accounts that the baseline of all accounts is made of."""
    return [account for account, one in baselines.items() if account is not None and one.basis is Basis.WEEK]


def _made(
    cursor: DuckDBPyConnection, anchor: datetime, listening: Mapping[str, Listening], zone: ZoneInfo
) -> dict[str | None, Baseline]:
    first = floor(anchor - HISTORY)
    counts = spike_items.quarters(cursor, first, anchor)
    history = {account: history_of(counts, account, first, anchor, one) for account, one in listening.items()}
    made: dict[str | None, Baseline] = {
        account: baseline(one, anchor, zone) if one.known.any() else Baseline(anchor, zone, Basis.NONE, 0)
        for account, one in history.items()
    }
    together = members(made)
    if len(together) > 1:
        made[None] = baseline(_added([history[account] for account in together]), anchor, zone)
    return made


def history_of(counts: Counts, account: str, first: datetime, until: datetime, listening: Listening) -> Quarters:
    """Return the quarters of an account from `first` to `until`, and which of them we listened in."""
    count = (until - first) // QUARTER
    items, negative = np.zeros(count), np.zeros(count)
    for bucket, (said, worse) in counts.get(account, {}).items():
        at = (bucket - first) // QUARTER
        items[at], negative[at] = said, worse
    known = np.zeros(count, dtype=bool)
    if listening.since is not None:
        known[max(0, -(-(listening.since - first) // QUARTER)) :] = True
    for since, end in listening.gaps:
        known[max(0, (since - first) // QUARTER) : max(0, -(-(end - first) // QUARTER))] = False
    return Quarters(first, items, negative, known)


def _added(many: Sequence[Quarters]) -> Quarters:
    return Quarters(
        many[0].first,
        np.sum([one.items for one in many], axis=0),
        np.sum([one.negative for one in many], axis=0),
        np.all([one.known for one in many], axis=0),
    )
