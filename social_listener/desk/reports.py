"""What leaves the house: snapshots and reports. Only accounts that somebody may see are in them."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from social_listener.desk import report_figures
from social_listener.desk.insights import accounts_of
from social_listener.desk.insights_streams import theirs
from social_listener.desk.report_document import days, document
from social_listener.desk.report_figures import canonical, differences, digest_of, slice_json, slice_of
from social_listener.desk_types.reports import Again, ChartKind, KeptReport, ReportFormat, Snapshot
from social_listener.errors import DeskError, NoPicture
from social_listener.reports.excel import xlsx_bytes
from social_listener.reports.files import bundle
from social_listener.reports.pdf import pdf_bytes
from social_listener.reports.png import PictureFailed, pictures
from social_listener.rights import Right
from social_listener.store import audit, reports, snapshot
from social_listener.store.chart_sql import ChartSql
from social_listener.store.snapshot import Wanted

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office
    from social_listener.desk_types.insights import By, Slice
    from social_listener.desk_types.people import Accounts
    from social_listener.periods import Step
    from social_listener.reports.sheets import Figure

_LISTED = 100


class ReportDesk:
    """Makes what others read elsewhere."""

    def __init__(self, office: Office) -> None:
        """Make nothing yet."""
        self._office = office

    # -- reports -------------------------------------------------------------------------------------------------------

    def make(self, wanted: Slice, staff: str, *, compare: bool = True, title: str | None = None) -> KeptReport:
        """Read the figures of a slice, and keep them as they are now; `compare`: with those of the period before."""
        office = self._office
        with office.store.read() as cursor:
            seen = office.accounts(cursor, staff, Right.EXPORT)
            wanted, within = theirs(wanted, seen), accounts_of(wanted, seen)
            figures, standing = report_figures.read(office, cursor, wanted, within, compare=compare)
        name = title or f"Report: {days(wanted.period.first, wanted.period.last)}"
        told, asked = canonical(figures), slice_json(wanted)
        report = KeptReport(
            id=secrets.token_hex(6),
            title=name,
            slice_json=asked,
            accounts=within,
            as_of=standing.as_of,
            made_at=standing.as_of,
            made_by=staff,
            complete_up_to=standing.complete_up_to,
            figures_json=told,
            digest=digest_of(name, asked, standing.as_of, standing.complete_up_to, told),
        )
        with office.store.transaction(quiet=True) as cursor:
            office.permit(cursor, staff, Right.EXPORT)
            reports.insert(cursor, report)
            audit.record(cursor, standing.as_of, staff, "report.made", report.id, digest=report.short_digest)
        return report

    def one(self, report_id: str, staff: str) -> KeptReport:
        """Return a kept report; `DeskError`: there is none of that id, or it is of accounts that are not theirs."""
        with self._office.store.read() as cursor:
            return self._kept(cursor, report_id, self._office.accounts(cursor, staff, Right.EXPORT))

    def all(self, staff: str) -> tuple[KeptReport, ...]:
        """Return the newest kept reports of accounts that somebody may see, newest first."""
        with self._office.store.read() as cursor:
            within = self._office.accounts(cursor, staff, Right.EXPORT)
            return tuple(one for one in reports.newest(cursor, _LISTED) if _theirs(one, within))

    def again(self, report_id: str, staff: str) -> Again:
        """Return what the same slice would give now, and every number that differs from what was kept.

        It is read for the accounts that its maker could see, so that nothing differs by who asks.
        """
        office = self._office
        with office.store.read() as cursor:
            report = self._kept(cursor, report_id, office.accounts(cursor, staff, Right.EXPORT))
            then = report.figures
            wanted = slice_of(report.slice_json)
            compare = then["before"] is not None
            figures, standing = report_figures.read(office, cursor, wanted, report.accounts, compare=compare)
        return Again(report=report, as_of=standing.as_of, differences=tuple(differences(then, figures)))

    def file(self, report_id: str, form: ReportFormat, staff: str) -> bytes:
        """Return a report as a file: the same bytes for ever. It waits for charts to be drawn.

        `NoPicture`: a chart could not be drawn; other forms need none.
        """
        office = self._office
        with office.store.read() as cursor:
            report = self._kept(cursor, report_id, office.accounts(cursor, staff, Right.EXPORT))
            body = reports.file(cursor, report_id, form.value)
        if body is None:
            made = _written(report, form)
            now = office.clock()
            with office.store.transaction(quiet=True) as cursor:
                reports.keep_file(cursor, report_id, form.value, made, now)
                body = reports.file(cursor, report_id, form.value) or made
        with office.store.transaction(quiet=True) as cursor:
            office.permit(cursor, staff, Right.EXPORT)
            audit.record(cursor, office.clock(), staff, "report.taken", report_id, format=form.value)
        return body

    def picture(self, figure: Figure, staff: str) -> bytes:
        """Return a chart as PNG. It waits for it to be drawn; `NoPicture`: it could not be."""
        office = self._office
        with office.store.read() as cursor:
            office.permit(cursor, staff, Right.EXPORT)
        try:
            made = pictures([figure])[0]
        except PictureFailed as error:
            raise NoPicture(f"the chart {figure.title!r}: {error}") from None
        with office.store.transaction(quiet=True) as cursor:
            office.permit(cursor, staff, Right.EXPORT)
            audit.record(cursor, office.clock(), staff, "chart.taken", figure.title[:80])
        return made

    def sql(self, chart: ChartKind, wanted: Slice, staff: str, by: By | None = None, step: Step | None = None) -> str:
        """Return the SQL that counts what a chart shows, to be run on a snapshot; docs/snapshot.md."""
        office = self._office
        with office.store.read() as cursor:
            within = office.accounts(cursor, staff)
            wanted = theirs(wanted, within)
            labels = {one.id: one.name for one in office.roster.labels(cursor).values()}
        writer = ChartSql(wanted, labels, within)
        if chart is ChartKind.LINES:
            if by is None:
                raise DeskError("say by what the lines are told apart")
            return writer.lines(by)
        if chart is ChartKind.POINTS:
            return writer.points(step or wanted.period.step(), by)
        if chart is ChartKind.WAITS:
            return writer.waits(by=by, step=step)
        plain = {ChartKind.TOTAL: writer.total, ChartKind.WEEK: writer.week, ChartKind.VOICE: writer.voice}
        return plain.get(chart, writer.items)()

    def _kept(self, cursor: DuckDBPyConnection, report_id: str, within: Accounts) -> KeptReport:
        report = reports.by_id(cursor, report_id)
        if report is None or not _theirs(report, within):
            raise DeskError("there is no report of that id; `social-listener report --list` lists those that are kept")
        told = (report.title, report.slice_json, report.as_of, report.complete_up_to, report.figures_json)
        if digest_of(*told) != report.digest:
            raise DeskError(f"report {report_id} is not as it was kept: its figures do not have its digest any more")
        return report

    # -- snapshots -----------------------------------------------------------------------------------------------------

    def snapshot(
        self,
        file: Path,
        staff: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        private: bool = False,
    ) -> Snapshot:
        """Write a read-only copy of what was said in [since, until) into a DuckDB file; docs/snapshot.md.

        `private`: with texts that one person alone could read, which takes the right to answer besides that to export.
        `StoreError`: the file cannot be written, or something else stands there.
        """
        office = self._office
        now = office.clock()
        if since is not None and until is not None and since >= until:
            raise DeskError("a snapshot ends after it begins: --until must be later than --since")
        with office.store.read() as cursor:
            accounts = office.accounts(cursor, staff, Right.EXPORT)
            if private:
                office.permit(cursor, staff, Right.REPLY)
        wanted = Wanted(since=since, until=until, private=private, accounts=accounts)
        rows = snapshot.write(office.store, file, wanted, now)
        with office.store.transaction(quiet=True) as cursor:
            audit.record(
                cursor, now, staff, "snapshot.made", file.name, items=rows["items"], private="yes" if private else "no"
            )
        return Snapshot(file=file, made_at=now, rows=rows, private_texts=private)


def _written(report: KeptReport, form: ReportFormat) -> bytes:
    told = document(report)
    if form is ReportFormat.XLSX:
        return xlsx_bytes(told)
    if form is not ReportFormat.PDF:
        return bundle(told, form.value)
    try:
        return pdf_bytes(told)
    except PictureFailed as error:
        raise NoPicture(f"report {report.id}: {error}") from None


def _theirs(report: KeptReport, within: Accounts) -> bool:
    """Return whether somebody may see all accounts that a report is of."""
    return within is None or (report.accounts is not None and report.accounts <= within)
