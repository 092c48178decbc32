"""What leaves the house: snapshots and reports, as plain frozen values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A read-only copy for notebooks that was made."""

    file: Path
    made_at: datetime
    rows: Mapping[str, int]  #: by table
    private_texts: bool


class ReportFormat(StrEnum):
    """In which form a report is handed out."""

    PDF = "pdf"
    XLSX = "xlsx"
    CSV = "csv"  #: a zip with a file for each sheet
    PARQUET = "parquet"  #: likewise

    @property
    def ending(self) -> str:
        """Return how a file of it ends."""
        return f"{self.value}.zip" if self in {ReportFormat.CSV, ReportFormat.PARQUET} else self.value

    @property
    def type(self) -> str:
        """Return its media type."""
        return {
            ReportFormat.PDF: "application/pdf",
            ReportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }.get(self, "application/zip")


class ChartKind(StrEnum):
    """Which chart the SQL is wanted of."""

    TOTAL = "total"
    LINES = "lines"
    POINTS = "points"
    WEEK = "week"
    WAITS = "waits"
    VOICE = "voice"
    ITEMS = "items"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReport:
    """Figures of a slice as of a moment. The same report gives the same numbers and files for ever."""

    id: str
    title: str
    slice_json: str
    accounts: frozenset[str] | None  #: whose maker may see these; None: all
    as_of: datetime  #: when the figures were read
    made_at: datetime
    made_by: str
    complete_up_to: datetime | None  #: None: a stream of it was never read to its end
    figures_json: str
    digest: str  #: SHA-256

    @property
    def figures(self) -> Mapping[str, Any]:
        """Return the figures; docs/reports.md tells what stands in them."""
        figures: Mapping[str, Any] = json.loads(self.figures_json)
        return figures

    @property
    def short_digest(self) -> str:
        """Return as much of the digest as people compare."""
        return self.digest[:12]


@dataclass(frozen=True, slots=True)
class Difference:
    """One number that is not what it was; None: it was not there, or is not."""

    what: str  #: "by channel · x · items"
    then: Any
    now: Any


@dataclass(frozen=True, slots=True)
class Again:
    """A report, and what its slice would give now."""

    report: KeptReport
    as_of: datetime
    differences: tuple[Difference, ...]


class MailState(StrEnum):
    """What has become of an e-mail."""

    QUEUED = "queued"  #: it leaves as soon as it may
    SENDING = "sending"  #: a call is under way
    ACCEPTED = "accepted"  #: the server took it
    FAILED = "failed"  #: it surely did not go, and is tried no more
    IN_DOUBT = "in_doubt"  #: it may have gone; it is never sent again by itself
    BOUNCED = "bounced"  #: a person says that it came back


@dataclass(frozen=True, slots=True, kw_only=True)
class MailLine:
    """One digest to one recipient, and the server's receipt."""

    id: str
    digest: str
    period: str  #: "2026-05-04 2026-05-10"
    recipient: str
    message_id: str
    report_id: str
    formats: tuple[ReportFormat, ...]
    state: MailState
    attempts: int
    answer: str | None  #: the server's last words, or why there were none
    notice: bool  #: the server was asked to tell of the delivery
    not_before: datetime
    deadline: datetime
    created_at: datetime
    ended_at: datetime | None
    settled_by: str | None
