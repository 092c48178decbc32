"""Reports by e-mail, on a schedule: queued once for each period and recipient, and sent at most once by ourselves.

An attempt is written down before the call. What the server took is its to deliver; what surely did not go is tried
again with pauses; what may have gone is in doubt, and a person decides, as for replies.
"""

from __future__ import annotations

import contextlib
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from social_listener.desk.report_document import days, key_figures, known_of, known_words, moment
from social_listener.desk.report_figures import slice_json, slice_of
from social_listener.desk.report_known import UNTOLD, Known
from social_listener.desk_types.insights import Slice
from social_listener.desk_types.reports import MailLine, MailState, ReportFormat
from social_listener.digests import LATE_AT_MOST, TRIED_FOR, due, mail_id, message_id, pause
from social_listener.errors import DeskError, NoPicture
from social_listener.mail import Enclosure, Ending, Letter, Receipt
from social_listener.rights import SYSTEM, Right
from social_listener.settings_values import is_mailbox
from social_listener.store import audit, mails
from social_listener.store import reports as kept

if TYPE_CHECKING:
    import threading
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office
    from social_listener.desk.reports import ReportDesk
    from social_listener.desk_types.people import Accounts
    from social_listener.desk_types.reports import KeptReport
    from social_listener.mail import Postman
    from social_listener.periods import Period
    from social_listener.settings import DigestSettings

log = logging.getLogger(__name__)

_LISTED: Final = 200
#: what a person may say of an e-mail → what it is then
SETTLED: Final = {"accepted": MailState.ACCEPTED, "bounced": MailState.BOUNCED, "again": MailState.QUEUED}


class DigestDesk:
    """Queues and sends digests, and shows what became of them."""

    def __init__(self, office: Office, reports: ReportDesk, postman: Postman | None) -> None:
        """Send nothing yet. `postman` None: the settings name no server."""
        self._office = office
        self._reports = reports
        self._postman = postman

    # -- what the job does ---------------------------------------------------------------------------------------------

    def recover(self) -> int:
        """Put what an earlier process was sending in doubt; call it once, before anything is sent."""
        now = self._office.clock()
        with self._office.store.transaction(quiet=True) as cursor:
            return mails.recover(cursor, now)

    def queue(self) -> int:
        """Queue every digest that is due and was not queued yet; return how many e-mails that makes.

        One whose figures cannot be made stops no other: its fault is raised when all had their turn.
        """
        now, made = self._office.clock(), 0
        faults: list[Exception] = []
        for digest in self._office.settings.digests:
            wanted = due(digest, now)
            if now - wanted.at > LATE_AT_MOST:
                continue
            try:
                made += self._queued(digest, wanted.period, now)
            except Exception as error:  # noqa: BLE001 - raised below, when the others had their turn
                error.add_note(f"digest {digest.name!r}")
                faults.append(error)
        if faults:
            raise faults[0]
        return made

    def send(self, stopping: threading.Event | None = None) -> int:
        """Send what waits, one after the other; return how many calls were made. It waits for the server."""
        calls = 0
        while (stopping is None or not stopping.is_set()) and self._send_one(None):
            calls += 1
        return calls

    # -- what people do ------------------------------------------------------------------------------------------------

    def mails(self, staff: str) -> tuple[MailLine, ...]:
        """Return the newest e-mails, newest first, of accounts that somebody may see."""
        with self._office.store.read() as cursor:
            within = self._office.accounts(cursor, staff, Right.EXPORT)
            return tuple(one for one in mails.newest(cursor, _LISTED) if _theirs(cursor, one, within))

    def trial(self, name: str, staff: str, to: str | None = None) -> MailLine:
        """Send a digest now, of the newest period that is due, to its recipients' first or to `to`; return its line.

        It is an e-mail of its own: the one that is due later goes all the same.
        """
        office = self._office
        digest = next((one for one in office.settings.digests if one.name == name), None)
        with office.store.read() as cursor:
            within = office.accounts(cursor, staff, Right.EXPORT)
        theirs = digest is not None and (within is None or (digest.accounts and {*digest.accounts} <= within))
        if digest is None or not theirs:
            raise DeskError("there is no digest of that name; they stand under `digests` in the settings")
        if to is not None and not is_mailbox(to):
            raise DeskError(f"{to!r} is no e-mail address")
        now = office.clock()
        period = due(digest, now).period
        report = self._reports.make(_slice(digest, period), staff, title=_title(digest, period))
        key = f"{mail_id(digest.name, period, to or digest.to[0])} trial {now.isoformat()}"
        line = self._line(digest, period, report, key=key, recipient=to or digest.to[0], now=now)
        with office.store.transaction(quiet=True) as cursor:
            office.permit(cursor, staff, Right.EXPORT)
            mails.insert(cursor, line)
            audit.record(cursor, now, staff, "mail.queued", line.id, report=report.id)
        self._send_one(line.id)
        with office.store.read() as cursor:
            return mails.by_id(cursor, line.id) or line

    def settle(self, mail: str, staff: str, became: str) -> MailLine:
        """Say what became of an e-mail: `accepted`, `bounced` (it came back), or `again`: send it once more.

        `DeskError`: there is none of that id, it is under way, or it waits for its attempt anyway.
        """
        office, now = self._office, self._office.clock()
        if became not in SETTLED:
            raise DeskError(f"{became!r} is nothing that becomes of an e-mail: {', '.join(SETTLED)}")
        with office.store.transaction(quiet=True) as cursor:
            within = office.accounts(cursor, staff, Right.EXPORT)
            line = mails.by_id(cursor, mail)
            if line is None or not _theirs(cursor, line, within):
                raise DeskError("there is no e-mail of that id; `social-listener digest --list` lists them")
            if line.state in {MailState.QUEUED, MailState.SENDING}:
                raise DeskError("it is on its way: what becomes of it is not known yet")
            again = became == "again"
            told = replace(
                line,
                state=SETTLED[became],
                not_before=now,
                deadline=now + TRIED_FOR if again else line.deadline,
                ended_at=None if again else now,
                settled_by=None if again else staff,
            )
            mails.settle(cursor, told)
            audit.record(cursor, now, staff, "mail.settled", line.id, became=became)
        return told

    # -- how -----------------------------------------------------------------------------------------------------------

    def _queued(self, digest: DigestSettings, period: Period, now: datetime) -> int:
        """Queue the e-mails of one digest and period that are not there yet, all of one report."""
        office = self._office
        with office.store.read() as cursor:
            keys = {to: mail_id(digest.name, period, to) for to in digest.to}
            found = {to: mails.by_id(cursor, key) for to, key in keys.items()}
        missing = [to for to, line in found.items() if line is None]
        if not missing:
            return 0
        report = self._report_of(digest, period, [line.report_id for line in found.values() if line is not None])
        made = 0
        with office.store.transaction(quiet=True) as cursor:
            for to in missing:
                line = self._line(digest, period, report, key=keys[to], recipient=to, now=now)
                if mails.insert(cursor, line):
                    audit.record(cursor, now, SYSTEM, "mail.queued", line.id, report=report.id)
                    made += 1
        return made

    def _report_of(self, digest: DigestSettings, period: Period, told: Sequence[str]) -> KeptReport:
        """Return the report that others got of the same period, so that all read the same numbers; else a new one."""
        wanted = _slice(digest, period)
        for report_id in told:
            with contextlib.suppress(DeskError):  # one that is not as it was kept is nobody's any more
                report = self._reports.one(report_id, SYSTEM)
                if report.slice_json == slice_json(wanted):
                    return report
        return self._reports.make(wanted, SYSTEM, title=_title(digest, period))

    def _line(
        self, digest: DigestSettings, period: Period, report: KeptReport, *, key: str, recipient: str, now: datetime
    ) -> MailLine:
        sender = self._office.settings.mail.sender if self._office.settings.mail else ""
        return MailLine(
            id=key,
            digest=digest.name,
            period=f"{period.first} {period.last}",
            recipient=recipient,
            message_id=message_id(key, sender),
            report_id=report.id,
            formats=tuple(ReportFormat(one) for one in digest.formats),
            state=MailState.QUEUED,
            attempts=0,
            answer=None,
            notice=False,
            not_before=now,
            deadline=now + TRIED_FOR,
            created_at=now,
            ended_at=None,
            settled_by=None,
        )

    def _send_one(self, only: str | None) -> bool:
        """Make one attempt; return whether there was something to send."""
        office = self._office
        if self._postman is None:
            return False
        with office.store.transaction(quiet=True) as cursor:
            now = office.clock()
            for late in mails.expire(cursor, now):  # nothing ran while it could have been tried
                audit.record(cursor, now, SYSTEM, "mail.failed", late.id, attempt=late.attempts, answer=late.answer)
            line = mails.claim(cursor, now, only)
        if line is None:
            return False
        try:
            letter = self._letter(line)
        except (NoPicture, DeskError) as error:
            ended = _later(line, str(error), office.clock())
        except Exception as error:
            # A fault of the program: another attempt meets it again, and the others shall not wait for that.
            log.exception("digest: the e-mail of %s could not be made", line.digest)
            ended = replace(line, state=MailState.FAILED, answer=_fault(error), ended_at=office.clock())
        else:
            ended = _ended(line, _sent(self._postman, letter), office.clock())
        with office.store.transaction(quiet=True) as cursor:
            mails.end(cursor, ended)
            audit.record(
                cursor,
                office.clock(),
                SYSTEM,
                f"mail.{ended.state}",
                line.id,
                attempt=line.attempts,
                answer=ended.answer,
            )
        return True

    def _letter(self, line: MailLine) -> Letter:
        """Return an e-mail as it is sent: the same at every attempt."""
        report = self._reports.one(line.report_id, SYSTEM)
        enclosures = tuple(
            Enclosure(f"{line.digest}-{line.period.replace(' ', '-')}.{form.ending}", form.type, body)
            for form in line.formats
            for body in [self._reports.file(line.report_id, form, SYSTEM)]
        )
        return Letter(
            to=line.recipient,
            subject=report.title,
            text=text_of(report, line.formats),
            message_id=line.message_id,
            written_at=line.created_at,
            enclosures=enclosures,
        )


def _slice(digest: DigestSettings, period: Period) -> Slice:
    return Slice(period=period, accounts=digest.accounts)


def _title(digest: DigestSettings, period: Period) -> str:
    return f"{digest.name}: {days(period.first, period.last)}"


def _ended(line: MailLine, receipt: Receipt, now: datetime) -> MailLine:
    """Return an e-mail after an attempt."""
    if receipt.ending is Ending.LATER:
        return _later(line, receipt.answer, now)
    state = {
        Ending.ACCEPTED: MailState.ACCEPTED,
        Ending.REFUSED: MailState.FAILED,
        Ending.UNKNOWN: MailState.IN_DOUBT,
    }[receipt.ending]
    return replace(line, state=state, answer=receipt.answer, notice=receipt.notice_asked, ended_at=now)


def _sent(postman: Postman, letter: Letter) -> Receipt:
    """Hand a letter over; what ends in no receipt may have gone."""
    try:
        return postman.send(letter)
    except Exception as error:
        log.exception("digest: a call of the mail server ended in a fault")
        return Receipt(Ending.UNKNOWN, f"the call ended in a fault: {type(error).__name__}")


def _fault(error: Exception) -> str:
    """Return what stands beside an e-mail that could not be made; the log has the whole."""
    words = " ".join(str(error).split())[:200]
    return f"it could not be made, and was not sent: {type(error).__name__}{': ' if words else ''}{words}"


def _later(line: MailLine, answer: str, now: datetime) -> MailLine:
    """Return an e-mail that surely did not go: it waits for its next attempt, or its time is over."""
    again = now + pause(line.attempts)
    if again > line.deadline:
        return replace(line, state=MailState.FAILED, answer=answer, ended_at=now)
    return replace(line, state=MailState.QUEUED, answer=answer, not_before=again)


def _theirs(cursor: DuckDBPyConnection, line: MailLine, within: Accounts) -> bool:
    """Return whether somebody may see all accounts that an e-mail tells of."""
    if within is None:
        return True
    report = kept.by_id(cursor, line.report_id)
    return report is not None and report.accounts is not None and report.accounts <= within


def text_of(report: KeptReport, formats: Sequence[ReportFormat]) -> str:
    """Return a report's key figures as plain text; the whole is enclosed."""
    period = slice_of(report.slice_json).period
    lines = [report.title, f"{days(period.first, period.last)}, {period.zone}", ""]
    known, earlier = known_of(report.figures["now"]), report.figures["before"]
    for what, side in (("this period", report.figures["now"]), ("the period before", earlier)):
        if side and known_of(side) is not Known.WHOLE:
            lines += [f"Of {what}: {known_words(known_of(side))}.", ""]
    for name, unit, now, before in key_figures(report.figures):
        told = "not known" if known in UNTOLD else _number(now, unit)
        lines.append(f"{name}: {told}{_was(earlier, before, unit) if earlier else ''}")
    reached = moment(report.complete_up_to, period.zone) if report.complete_up_to else "not known for every stream"
    lines += ["", f"As of {moment(report.as_of, period.zone)}. Complete up to: {reached}."]
    if report.figures["lagging"]:
        lines.append(f"Not read to the end: {', '.join(report.figures['lagging'])}.")
    enclosed = ", ".join(form.value.upper() if form is not ReportFormat.XLSX else "Excel" for form in formats)
    lines += [f"Enclosed: {enclosed}.", f"Report {report.id}, digest {report.digest}.", ""]
    return "\n".join(lines)


def _was(earlier: Mapping[str, Any], before: float | None, unit: str) -> str:
    """Return what a figure was in the period before, and that nobody knows it where that is so."""
    known = known_of(earlier)
    if known in UNTOLD:
        return "  (before: not known)"
    if before is None:
        return ""
    return f"  (before: {_number(before, unit)}{'' if known is Known.WHOLE else f', {known.value}'})"


def _number(value: float | None, unit: str) -> str:
    """Return a number as people read it, waiting times in minutes, shares in per cent."""
    if value is None:
        return "-"
    if unit == "seconds":
        return f"{value / 60:,.0f} min"
    if unit == "0 to 1":
        return f"{100 * value:.0f} %"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"
