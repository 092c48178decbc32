"""The SQL behind each chart: over the tables of a snapshot, so that what a page shows can be counted again elsewhere.

Every text is whole: values stand in it as literals, and running it needs nothing but a snapshot (docs/snapshot.md) that
holds the period. The results are those of `desk.insights`, and do not come from roll-ups: items are counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from social_listener.desk_types.insights import By

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from social_listener.desk_types.insights import Slice
    from social_listener.desk_types.people import Accounts
    from social_listener.periods import Step

_KEYS: Final[Mapping[By, str]] = {
    By.CHANNEL: "channel",
    By.ACCOUNT: "account_id",
    By.STREAM: "unnest(stream_ids)",
    By.LANGUAGE: "coalesce(language, '')",
    By.SENTIMENT: "sentiment_label",
    By.LABEL: "unnest(labels)",
    By.VISIBILITY: "CASE WHEN private THEN 'private' ELSE 'public' END",
}
#: the figures of a tally, in its order; the sum of sentiments is made of ten-thousandths, so that it is exact
_FIGURES: Final = """count(*) AS items,
       count(*) FILTER (sentiment_label = 'negative') AS negative,
       count(*) FILTER (sentiment_label = 'neutral') AS neutral,
       count(*) FILTER (sentiment_label = 'positive') AS positive,
       count(*) FILTER (sentiment_label = 'unsure') AS unsure,
       count(*) FILTER (sentiment_label = 'none') AS unscored,
       coalesce(sum(reach), 0)::BIGINT AS reach,
       count(waited_s) AS answered,
       coalesce(sum(round(sentiment * 10000)::BIGINT), 0)::BIGINT / 10000 AS sentiment_sum"""
_WAITS: Final = """count(waited_s) AS number,
       quantile_cont(waited_s, 0.5) AS median_s,
       quantile_cont(waited_s, 0.9) AS p90_s"""


class ChartSql:
    """Writes the SQL of charts for a slice. `labels`: id → name, as a snapshot has them; `within`: whose accounts."""

    def __init__(self, wanted: Slice, labels: Mapping[str, str], within: Accounts = None) -> None:
        self._wanted = wanted
        self._labels = labels
        self._where = self._condition(within)

    def total(self) -> str:
        """Return what counts the whole slice: one row."""
        return f"SELECT {_FIGURES}\nFROM items\nWHERE {self._where}"

    def lines(self, by: By) -> str:
        """Return what counts a slice told apart: a row a key, the most items first."""
        return f"""SELECT key, {_FIGURES}
FROM (SELECT {_KEYS[by]} AS key, * FROM items WHERE {self._where})
{self._shown(by)}GROUP BY key ORDER BY items DESC, key"""

    def points(self, step: Step, by: By | None = None) -> str:
        """Return what counts a slice step by step: a row for each step in which something was said, and key."""
        key = "''" if by is None else _KEYS[by]
        return f"""SELECT start, key, {_FIGURES}
FROM (SELECT {self._start(step)} AS start, {key} AS key, * FROM items WHERE {self._where})
{self._shown(by)}GROUP BY start, key ORDER BY start, key"""

    def week(self) -> str:
        """Return what counts a slice by hour of the week: 0 is Monday from midnight to one."""
        return f"""SELECT hour, {_FIGURES}
FROM (SELECT {self._hour()} AS hour, * FROM items WHERE {self._where})
GROUP BY hour ORDER BY hour"""

    def waits(self, *, by: By | None = None, step: Step | None = None) -> str:
        """Return what tells how long answered items waited, in seconds."""
        key = "''" if by is None else _KEYS[by]
        start = "NULL" if step is None else self._start(step)
        answered = f"SELECT {start} AS start, {key} AS key, * FROM items WHERE {self._where} AND waited_s IS NOT NULL"
        return f"""SELECT start, key, {_WAITS}
FROM ({answered})
{self._shown(by)}GROUP BY start, key ORDER BY start, key"""

    def voice(self) -> str:
        """Return what counts the items that each stream saw, beside those that at least one of them saw."""
        chosen = f"WHERE stream_id IN ({_texts(self._wanted.streams)})\n" if self._wanted.streams else ""
        return f"""WITH said AS (SELECT * FROM items WHERE {self._where}),
     seen AS (SELECT id, unnest(stream_ids) AS stream_id FROM said)
SELECT stream_id, count(*) AS items, (SELECT count(*) FROM said) AS of_items,
       count(*) / (SELECT count(*) FROM said) AS share
FROM seen
{chosen}GROUP BY stream_id ORDER BY items DESC, stream_id"""

    def items(self) -> str:
        """Return what lists the items themselves, newest first."""
        return f"SELECT *\nFROM items\nWHERE {self._where}\nORDER BY sent_at DESC, id DESC"

    # -- how -----------------------------------------------------------------------------------------------------------

    def _condition(self, within: Accounts) -> str:
        """Return what an item must be like."""
        wanted = self._wanted
        parts = [f"sent_at >= {_moment(wanted.since)}", f"sent_at < {_moment(wanted.until)}"]
        plain = {
            "channel": wanted.channels,
            "account_id": wanted.accounts,
            "coalesce(language, '')": wanted.languages,
            "sentiment_label": wanted.sentiments,
        }
        parts += [f"{column} IN ({_texts(chosen)})" for column, chosen in plain.items() if chosen]
        if wanted.streams:
            parts.append(f"list_has_any(stream_ids, [{_texts(wanted.streams)}])")
        if wanted.labels:
            parts.append(f"list_has_any(labels, [{_texts(self._names())}])")
        if wanted.private is not None:
            parts.append("private" if wanted.private else "NOT private")
        if wanted.hour_of_week is not None:
            parts.append(f"{self._hour()} = {int(wanted.hour_of_week)}")
        if within is not None:
            parts.append(f"account_id IN ({_texts(sorted(within)) or 'NULL'})")
        return "\n  AND ".join(parts)

    def _names(self) -> list[str]:
        """Return the names of the labels of the slice; one that is not there any more is on nothing."""
        return [self._labels.get(one, one) for one in self._wanted.labels]

    def _shown(self, by: By | None) -> str:
        """Return which keys are shown where an item counts for several: those that the slice asks for."""
        chosen = {By.STREAM: self._wanted.streams, By.LABEL: tuple(self._names())}.get(by, ()) if by else ()
        return f"WHERE key IN ({_texts(chosen)})\n" if chosen else ""

    def _local(self) -> str:
        return f"timezone({_text(self._wanted.period.zone)}, sent_at)"

    def _start(self, step: Step) -> str:
        return f"date_trunc({_text(step.value)}, {self._local()})"

    def _hour(self) -> str:
        return f"((isodow({self._local()}) - 1) * 24 + hour({self._local()}))"


def _text(value: str) -> str:
    """Return a text as a literal: quotes doubled, which is all that ends one."""
    return "'" + value.replace("'", "''") + "'"


def _texts(values: Iterable[str]) -> str:
    return ", ".join(_text(value) for value in values)


def _moment(value: datetime) -> str:
    return f"TIMESTAMPTZ {_text(value.isoformat())}"
