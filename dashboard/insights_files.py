"""Files out of the Insights page: the report of what it shows, in every form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import streamlit as st

from social_listener.dashboard import downloads, state
from social_listener.dashboard.downloads import Offer
from social_listener.desk_types.reports import ReportFormat

if TYPE_CHECKING:
    from collections.abc import Callable

    from social_listener.desk.reports import ReportDesk
    from social_listener.desk_types.insights import Slice

_WORDS: Final = {
    ReportFormat.PDF: "PDF, to read",
    ReportFormat.XLSX: "Excel",
    ReportFormat.CSV: "CSV, zipped",
    ReportFormat.PARQUET: "Parquet, zipped",
}
#: where the page remembers the reports that it had made: slice → id
_MADE: Final = "insights_reports"


def show(wanted: Slice) -> None:
    """Draw the button with what it offers. All forms of a slice are of one report, kept as of the first of them."""
    with st.popover("Export", key="insights_export", icon=":material/download:"):
        st.text("The report of this period and these filters, kept as it is at the first download.")
        downloads.show([_offer(wanted, form) for form in ReportFormat], "insights_files")


def forget() -> None:
    """Have the next file made of the figures as they are then."""
    st.session_state.pop(_MADE, None)


def _offer(wanted: Slice, form: ReportFormat) -> Offer:
    name = f"insights-{wanted.period.first}-{wanted.period.last}.{form.ending}"
    return Offer(word=_WORDS[form], name=name, type=form.type, make=_maker(wanted, form))


def _maker(wanted: Slice, form: ReportFormat) -> Callable[[], bytes]:
    """Return what makes a file. It is called by another thread, which knows no page: it is given all it needs."""
    made = cast("dict[Slice, str]", st.session_state.setdefault(_MADE, {}))
    reports: ReportDesk = state.desk().reports
    me = state.staff()

    def make() -> bytes:
        if wanted not in made:
            made[wanted] = reports.make(wanted, me).id
        return reports.file(made[wanted], form, me)

    return make
