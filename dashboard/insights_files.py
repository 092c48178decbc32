"""Files out of the Insights page: the report of what it shows, in every form."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

import streamlit as st

from social_listener.dashboard import downloads, state
from social_listener.dashboard.downloads import Offer
from social_listener.desk_types.reports import ReportFormat
from social_listener.errors import DeskError

if TYPE_CHECKING:
    from social_listener.desk.reports import ReportDesk
    from social_listener.desk_types.insights import Slice

_WORDS: Final = {
    ReportFormat.PDF: "PDF, to read",
    ReportFormat.XLSX: "Excel",
    ReportFormat.CSV: "CSV, zipped",
    ReportFormat.PARQUET: "Parquet, zipped",
}
#: where the page remembers the reports that it had made
_MADE: Final = "insights_reports"


def show(wanted: Slice) -> None:
    """Draw the button with what it offers. All forms of a slice are of one report, kept as of the first of them."""
    with st.popover("Export", key="insights_export", icon=":material/download:"):
        st.text("The report of this period and these filters, kept as it is at the first download.")
        downloads.show([_offer(wanted, form) for form in ReportFormat], "insights_files", of=f"{wanted} {id(_made())}")


def forget() -> None:
    """Have the next file made of the figures as they are then."""
    st.session_state[_MADE] = _Made()


@dataclass(slots=True)
class _Made:
    """The reports that were made of what the page shows, one of a slice, and whoever comes meanwhile waits."""

    ids: dict[Slice, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def file(self, reports: ReportDesk, wanted: Slice, form: ReportFormat, staff: str) -> bytes:
        """Return the report of a slice as a file; it is made anew once it is theirs no more."""
        with self.lock:
            known = self.ids.get(wanted)
            if known is not None:
                with contextlib.suppress(DeskError):
                    return reports.file(known, form, staff)
            self.ids[wanted] = reports.make(wanted, staff).id
            return reports.file(self.ids[wanted], form, staff)


def _offer(wanted: Slice, form: ReportFormat) -> Offer:
    """Return a file. It is made by another thread, which knows no page: it is given all it needs."""
    made, reports, me = _made(), state.desk().reports, state.staff()
    name = f"insights-{wanted.period.first}-{wanted.period.last}.{form.ending}"
    return Offer(word=_WORDS[form], name=name, type=form.type, make=lambda: made.file(reports, wanted, form, me))


def _made() -> _Made:
    return cast("_Made", st.session_state.setdefault(_MADE, _Made()))
