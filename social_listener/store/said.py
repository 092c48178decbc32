"""What was said in a slice, word for word, to be told apart by words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from social_listener.store import clocks, stats
from social_listener.store.insights import condition_of
from social_listener.store.rows import among
from social_listener.store.stats_beside import ABOUT, beside

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from social_listener.desk_types.insights import Slice
    from social_listener.desk_types.people import Accounts

_WHOLE: Final = 1_000_000


class SaidText(NamedTuple):
    """One item."""

    id: str
    author_id: str
    text: str
    labels: str  #: of its conversation: "id id"


def texts(cursor: DuckDBPyConnection, wanted: Slice, within: Accounts, share: float = 1.0) -> list[SaidText]:
    """Return the items that a slice counts, newest first; of a share (0 to 1) of the people only, drawn by chance.

    Who is drawn hangs on their id alone: in another period it is the same people.
    """
    theirs, values = among("i.account_id", within)
    conditions = [stats.COUNTED, "i.sent_at >= ?", "i.sent_at < ?", theirs]
    moments = [wanted.since, wanted.until]
    if share < 1:
        conditions.append(f"hash(i.author_id) % {_WHOLE} < {round(share * _WHOLE)}")
    if wanted.hour_of_week is not None:
        hour = clocks.hour_of(wanted.period.zone, wanted.since, wanted.until, "i.sent_at")
        conditions.append(f"{hour} = {int(wanted.hour_of_week)}")
    told = cursor.sql(
        f"""SELECT i.id, i.channel, i.account_id, i.conversation_id, i.author_id, i.private, i.text, i.sent_at,
                   i.language AS told, i.stream_id
            FROM interactions i WHERE {" AND ".join(conditions)}""",
        params=[*moments, *values],
    ).to_arrow_table()
    if not told.num_rows:
        return []
    only, more = condition_of(wanted, within)
    about = beside("told", told["id"], told["conversation_id"])
    with stats.registered(cursor, "told", told):
        rows = cursor.execute(
            f"""SELECT id, author_id, text, labels
                FROM (SELECT told.*, {ABOUT} FROM told {about})
                WHERE {only} ORDER BY sent_at DESC, id DESC""",
            more,
        ).fetchall()
    return [SaidText(*row) for row in rows]
