"""The weekly sample: some items drawn at random, of which staff say what they are without being told what we made."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from social_listener.desk import corrections as correcting
from social_listener.desk_types.teaching import Interval, Sample, SampleAnswer, SampleFigures, SampleReport, What
from social_listener.errors import Conflict, DeskError
from social_listener.model import SentimentLabel
from social_listener.rights import Right
from social_listener.scoring import sampling
from social_listener.store import audit, corrections, samples
from social_listener.store.samples import SampleRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office
    from social_listener.desk_types import ThreadItem

#: how long a sample waits for an answer
WAITS: Final = timedelta(days=28)
_WEEK: Final = timedelta(days=7)
_REWORDED: Final = "it says something else now, and is not asked about any more"


class SampleDesk:
    """Draw samples, answer them, look what the answers say."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def draw(self, staff: str) -> int:
        """Draw the sample of the last whole week (Monday to Sunday, UTC), once; return how many items were drawn."""
        now, wanted = self._office.clock(), self._office.settings.sentiment.sample
        week, since = last_week(now)
        with self._office.store.read() as cursor:
            self._office.permit(cursor, staff, Right.TEACH)
            if wanted == 0 or samples.is_drawn(cursor, week):
                return 0
            found = {one.item_id: one for one in samples.candidates(cursor, since, since + _WEEK)}
        strata: dict[tuple[str, str], list[str]] = defaultdict(list)
        for one in found.values():
            strata[one.channel, one.language].append(one.item_id)
        rows = []
        for item_id, weight in sampling.drawn(strata, wanted, week):
            one = found[item_id]
            rows.append(
                SampleRow(
                    id=f"{week} {item_id}",
                    week=week,
                    item_id=item_id,
                    account_id=one.account_id,
                    channel=one.channel,
                    language=one.language,
                    version_id=one.version_id,
                    told=one.told,
                    scorer=one.scorer,
                    weight=weight,
                    drawn_at=now,
                )
            )
        with self._office.store.transaction() as cursor:
            if samples.is_drawn(cursor, week):
                return 0
            samples.add(cursor, rows)
            self._office.store.narrow(())
        return len(rows)

    def open(self, staff: str) -> tuple[Sample, ...]:
        """Return what waits for somebody to say what it is, on the accounts that they have access to.

        The oldest week first; after four weeks, and once an item was deleted or reworded, it is not asked any more.
        """
        with self._office.store.read() as cursor:
            within = self._office.accounts(cursor, staff, Right.CORRECT)
            return tuple(samples.waiting(cursor, self._office.clock() - WAITS, within))

    def answer(self, sample_id: str, label: SentimentLabel, staff: str) -> None:
        """Say what a drawn item is. Where the program had made something else of it, that corrects the item.

        `Conflict`: a colleague was faster, or the item says something else now.
        """
        if label not in correcting.LABELS:
            names = ", ".join(one.value for one in correcting.LABELS)
            raise DeskError(f"an item is {names}, not {label.value!r}; skip it when you cannot tell")
        now = self._office.clock()
        with self._office.store.transaction() as cursor:
            row, line = self._known(cursor, sample_id, staff)
            samples.answer(cursor, sample_id, label.value, staff, now)
            audit.record(cursor, now, staff, "sample.answered", sample_id, label=label.value)
            held = [one for one in corrections.holding(cursor, [row.item_id]) if one.what is What.SENTIMENT]
            if label.value != row.told and not held:
                said = (What.SENTIMENT, label)
                correcting.write(self._office, cursor, line, said, staff, sample_id=sample_id)

    def skip(self, sample_id: str, staff: str) -> None:
        """Say that one cannot tell what a drawn item is; it counts as not answered. `Conflict` as `answer`."""
        now = self._office.clock()
        with self._office.store.transaction() as cursor:
            self._known(cursor, sample_id, staff)
            samples.skip(cursor, sample_id, staff, now)
            audit.record(cursor, now, staff, "sample.skipped", sample_id)

    def ask_again(self, sample_id: str, staff: str) -> None:
        """Take one's own answer back, or that one skipped it, with the correction that it made; it is asked anew.

        `Conflict`: a colleague answered it, nobody did, or it says something else now.
        """
        now, office = self._office.clock(), self._office
        with office.store.transaction() as cursor:
            row, line, same = self._found(cursor, sample_id, staff)
            if row.answered_by != staff:
                raise Conflict(
                    f"{row.answered_by} has answered this" if row.answered_by else "nobody has answered this"
                )
            if not same:
                raise Conflict(_REWORDED)
            held = [one for one in corrections.holding(cursor, [row.item_id]) if one.sample_id == sample_id]
            for one in held:
                correcting.drop(office, cursor, line, one, staff, now)
            samples.ask_again(cursor, sample_id)
            audit.record(cursor, now, staff, "sample.asked_again", sample_id)

    def behind(self, since: datetime, until: datetime, staff: str) -> tuple[SampleAnswer, ...]:
        """Return the answers that `figures` counts, newest first."""
        with self._office.store.read() as cursor:
            return tuple(samples.behind(cursor, since, until, self._office.accounts(cursor, staff)))

    def figures(self, since: datetime, until: datetime, staff: str) -> SampleReport:
        """Return what the answers to samples that were drawn from `since` to before `until` say.

        Only samples count, never what staff corrected unasked: that is mostly what was wrong.
        """
        with self._office.store.read() as cursor:
            rows = samples.drawn_between(cursor, since, until, self._office.accounts(cursor, staff))
        channels, languages = sorted({one.channel for one in rows}), sorted({one.language for one in rows})
        cells = sorted({(one.channel, one.language) for one in rows})
        return SampleReport(
            whole=_figures(rows),
            channels=tuple(_figures(rows, channel=one) for one in channels),
            languages=tuple(_figures(rows, language=one) for one in languages),
            cells=tuple(_figures(rows, channel=channel, language=language) for channel, language in cells),
        )

    def _known(self, cursor: DuckDBPyConnection, sample_id: str, staff: str) -> tuple[SampleRow, ThreadItem]:
        """Return a sample that waits, and its item."""
        row, line, same = self._found(cursor, sample_id, staff)
        if row.label is not None or row.skipped_at is not None:
            raise Conflict(f"{row.answered_by} has answered this already")
        if not same:
            raise Conflict(_REWORDED)
        return row, line

    def _found(self, cursor: DuckDBPyConnection, sample_id: str, staff: str) -> tuple[SampleRow, ThreadItem, bool]:
        """Return a sample, its item, and whether that still says what was drawn."""
        self._office.permit(cursor, staff, Right.CORRECT)
        missing = DeskError(f"there is no sample {sample_id!r}")
        found = samples.by_id(cursor, sample_id)
        if found is None:
            raise missing
        row, same = found
        try:
            line = self._office.item(cursor, staff, Right.CORRECT, row.item_id)
        except DeskError:
            raise missing from None
        return row, line, same


def last_week(now: datetime) -> tuple[str, datetime]:
    """Return the name of the last whole week ("2026-W44", Monday to Sunday, UTC), and when it began."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    began = midnight - timedelta(days=midnight.weekday()) - _WEEK
    year, week, _ = began.isocalendar()
    return f"{year}-W{week:02}", began


def _figures(rows: Sequence[SampleRow], channel: str | None = None, language: str | None = None) -> SampleFigures:
    those = [one for one in rows if channel in {None, one.channel} and language in {None, one.language}]
    found = sampling.measured(
        [
            sampling.Answer(SentimentLabel(one.told), SentimentLabel(one.label), one.weight)
            for one in those
            if one.label is not None
        ]
    )
    precision: Mapping[SentimentLabel, Interval] = {
        label: Interval(*figure) for label, figure in found.precision.items()
    }
    return SampleFigures(
        channel=channel,
        language=language,
        drawn=len(those),
        answered=sum(one.label is not None for one in those),
        skipped=sum(one.skipped_at is not None for one in those),
        told=Counter(SentimentLabel(one.told) for one in those if one.label is not None),
        precision=precision,
        accuracy=Interval(*found.accuracy),
        coverage=Interval(*found.coverage),
    )
