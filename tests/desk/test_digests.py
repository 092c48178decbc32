"""Digests by e-mail, over a real SMTP server: once each, whatever happens, and never twice by ourselves."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pypdf
import pytest
from desk_kit import START, Kit, make_kit
from mail_kit import PASSWORD, USER, Server
from staff_kit import seed_staff

from social_listener.desk.digests import DigestDesk
from social_listener.desk.reports import ReportDesk
from social_listener.desk_types.reports import MailState
from social_listener.errors import DeskError, NotPermitted
from social_listener.mail import Postman
from social_listener.rights import Role
from social_listener.settings import DigestSettings, MailSettings
from social_listener.store import mails, stats

ADDRESSES = ("ana@example.com", "ben@example.com")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Return a running mail server."""
    with Server(tmp_path) as running:
        yield running


@pytest.fixture
def kit(tmp_path: Path, server: Server) -> Iterator[Kit]:
    """Return a desk with an item of last week, and a weekly digest that was due two hours ago, a Monday at seven."""
    made = make_kit(tmp_path)
    mail = MailSettings(
        host="127.0.0.1", port=server.port, user=USER, password="MAIL_PASSWORD", sender="Desk <desk@example.com>"
    )
    weekly = DigestSettings(name="weekly", to=ADDRESSES, accounts=("main",), formats=("csv",))
    made.settings = made.settings.model_copy(update={"mail": mail, "digests": (weekly,)})
    made.again()
    item = made.mention()
    with made.store.transaction() as cursor:
        cursor.execute("UPDATE interactions SET sent_at = ? WHERE id = ?", [START - timedelta(days=2), item])
        stats.touch_all(cursor)
    yield made
    made.close()


def digests(kit: Kit, server: Server, **facts: Any) -> DigestDesk:
    """Return the desk of digests, with a postman who trusts the server; `facts` change its settings."""
    assert kit.settings.mail is not None
    settings = kit.settings.mail.model_copy(update=facts)
    postman = Postman(settings, {"MAIL_PASSWORD": PASSWORD}, trust=server.trust, patience_s=5)
    return DigestDesk(kit.desk._office, kit.desk.reports, postman)


def states(kit: Kit) -> dict[str, MailState]:
    """Return what has become of each e-mail, by recipient."""
    return {one.recipient: one.state for one in kit.desk.digests.mails("ana")}


def test_what_is_due_goes_once_to_each(kit: Kit, server: Server) -> None:
    """Each recipient gets an e-mail of their own with the key figures; the server's answer is kept; never a second."""
    desk = digests(kit, server)
    assert (desk.queue(), desk.send()) == (2, 2)
    assert [(one.to, one.message["To"]) for one in server.handler.taken] == [(to, to) for to in ADDRESSES]
    text, enclosure = server.handler.taken[0].message.get_payload()
    words = text.get_payload(decode=True).decode()
    assert "weekly: 26 October to 1 November 2026" in words
    assert "items: 1  (before: not known)" in words
    assert enclosure.get_filename() == "weekly-2026-10-26-2026-11-01.csv.zip"
    for one in kit.desk.digests.mails("ana"):
        assert (one.state, one.answer, one.notice, one.attempts) == (
            MailState.ACCEPTED, "250 2.0.0 queued as 4711", True, 1,
        )  # fmt: skip
    kit.pass_time(hours=3)
    assert (desk.queue(), desk.send()) == (0, 0)
    kit.again()
    again = digests(kit, server)
    assert (again.recover(), again.queue(), again.send()) == (0, 0, 0)
    assert len(server.handler.taken) == 2


@pytest.mark.long
def test_next_week_is_a_digest_of_its_own(kit: Kit, server: Server) -> None:
    """A week later another one goes, with another Message-ID."""
    desk = digests(kit, server)
    desk.queue()
    desk.send()
    kit.pass_time(days=7)
    assert (desk.queue(), desk.send()) == (2, 2)
    assert len({one.message["Message-ID"] for one in server.handler.taken}) == 4


def test_what_was_due_long_ago_is_not_sent_late(kit: Kit, server: Server) -> None:
    """A service that did not run for days sends no digest of a week that nobody waits for any more."""
    kit.pass_time(days=2)
    assert digests(kit, server).queue() == 0


def test_for_now_is_tried_again_with_pauses(kit: Kit, server: Server) -> None:
    """A 4xx is tried again after a pause, by the same letter; meanwhile Health says why it waits."""
    desk = digests(kit, server)
    server.handler.rcpt.append("451 4.7.1 greylisted, come back")
    desk.queue()
    desk.send()
    assert states(kit) == {ADDRESSES[0]: MailState.QUEUED, ADDRESSES[1]: MailState.ACCEPTED}
    assert [one for one in kit.desk.health("ana").problems if "greylisted" in one and "waits" in one]
    assert desk.send() == 0
    kit.pass_time(minutes=2)
    assert desk.send() == 1
    assert set(states(kit).values()) == {MailState.ACCEPTED}
    assert not [one for one in kit.desk.health("ana").problems if "e-mail" in one]


@pytest.mark.long
def test_after_a_day_nothing_is_tried_any_more(kit: Kit, server: Server) -> None:
    """A server that never takes it gets a handful of attempts, and then it has failed."""
    desk = digests(kit, server)
    desk.queue()
    for _ in range(60):
        server.handler.mail[:] = ["451 4.3.0 not now"] * 2
        desk.send()
        kit.pass_time(minutes=30)
    assert set(states(kit).values()) == {MailState.FAILED}
    assert all(5 <= one.attempts <= 12 for one in kit.desk.digests.mails("ana"))
    assert server.handler.taken == []


def test_for_good_is_not_tried_again(kit: Kit, server: Server) -> None:
    """A 5xx has failed at once, and is a problem until somebody settles it."""
    desk = digests(kit, server)
    server.handler.rcpt.append("550 5.1.1 no such user here")
    desk.queue()
    desk.send()
    kit.pass_time(hours=2)
    assert desk.send() == 0
    assert states(kit)[ADDRESSES[0]] is MailState.FAILED
    (problem,) = [one for one in kit.desk.health("ana").problems if "e-mail" in one]
    assert "550 5.1.1 no such user here" in problem
    failed = next(one for one in desk.mails("ana") if one.state is MailState.FAILED)
    assert desk.settle(failed.id, "ana", "bounced").state is MailState.BOUNCED
    assert not [one for one in kit.desk.health("ana").problems if "e-mail" in one]


@pytest.mark.parametrize("what", ["cut", "keep"])
def test_what_may_have_gone_is_never_sent_again_by_itself(kit: Kit, server: Server, what: str) -> None:
    """Cut in the middle, it is in doubt, whether the server had taken it or not; a person may send it again."""
    desk = digests(kit, server)
    server.handler.data.append(what)
    desk.queue()
    desk.send()
    assert states(kit)[ADDRESSES[0]] is MailState.IN_DOUBT
    kit.pass_time(hours=5)
    assert (desk.queue(), desk.send()) == (0, 0)
    taken = len(server.handler.taken)
    doubtful = next(one for one in desk.mails("ana") if one.state is MailState.IN_DOUBT)
    assert desk.settle(doubtful.id, "ana", "again").state is MailState.QUEUED
    assert desk.send() == 1
    assert len(server.handler.taken) == taken + 1
    copies = [one.body for one in server.handler.taken if one.to == ADDRESSES[0]]
    assert len({*copies}) == 1


def test_a_service_that_ends_in_the_middle_leaves_it_in_doubt(kit: Kit, server: Server) -> None:
    """What was being sent when the process ended is not sent by the next one."""
    desk = digests(kit, server)
    desk.queue()
    with kit.store.transaction() as cursor:
        claimed = mails.claim(cursor, kit.now())
    assert claimed is not None
    kit.again()
    following = digests(kit, server)
    assert following.recover() == 1
    following.send()
    assert states(kit)[claimed.recipient] is MailState.IN_DOUBT
    assert [one.to for one in server.handler.taken] == [one for one in ADDRESSES if one != claimed.recipient]


def test_without_starttls_nothing_leaves(kit: Kit, tmp_path: Path) -> None:
    """A server that offers no TLS gets neither password nor figures; the e-mail waits, and Health says why."""
    (tmp_path / "plain").mkdir()
    with Server(tmp_path / "plain", tls="none") as plain:
        desk = digests(kit, plain, port=plain.port)
        desk.queue()
        desk.send()
        assert (plain.handler.taken, plain.handler.logins) == ([], 0)
    assert set(states(kit).values()) == {MailState.QUEUED}
    assert [one for one in kit.desk.health("ana").problems if "STARTTLS" in one]


def test_the_password_is_written_nowhere(kit: Kit, server: Server, caplog: pytest.LogCaptureFixture) -> None:
    """Neither log nor database nor Health ever holds it."""
    caplog.set_level(0)
    desk = digests(kit, server)
    desk.queue()
    desk.send()
    kit.store.checkpoint()
    assert PASSWORD not in caplog.text
    assert PASSWORD.encode() not in kit.store.path.read_bytes()
    assert PASSWORD not in " ".join(kit.desk.health("ana").problems)


def test_a_trial_goes_at_once_and_changes_nothing(kit: Kit, server: Server) -> None:
    """A trial to one address is an e-mail of its own: the one that is due goes all the same."""
    desk = digests(kit, server)
    line = desk.trial("weekly", "ana", "me@example.com")
    assert (line.state, line.recipient) == (MailState.ACCEPTED, "me@example.com")
    assert (desk.queue(), desk.send()) == (2, 2)
    assert [one.to for one in server.handler.taken] == ["me@example.com", *ADDRESSES]
    with pytest.raises(DeskError, match="no digest of that name"):
        desk.trial("monthly", "ana")
    with pytest.raises(DeskError, match="no e-mail address"):
        desk.trial("weekly", "ana", "nobody\r\nBcc: eve@example.com")


def test_who_sees_less_sees_no_mails_of_others(kit: Kit, server: Server) -> None:
    """E-mails of accounts that are not theirs are not there; who may not export may not look."""
    seed_staff(kit.desk, "otto", role=Role.MANAGER, accounts=frozenset({"elsewhere"}))
    seed_staff(kit.desk, "carla", role=Role.COMMUNITY_MANAGER)
    desk = digests(kit, server)
    desk.queue()
    assert desk.mails("otto") == ()
    with pytest.raises(DeskError, match="no digest of that name"):
        desk.trial("weekly", "otto")
    with pytest.raises(NotPermitted):
        desk.mails("carla")
    assert not [one for one in kit.desk.health("otto").problems if "e-mail" in one]


def test_what_is_on_its_way_cannot_be_settled(kit: Kit, server: Server) -> None:
    """Before its attempt has ended nobody can say what became of it."""
    desk = digests(kit, server)
    desk.queue()
    (first, _) = desk.mails("ana")
    with pytest.raises(DeskError, match="on its way"):
        desk.settle(first.id, "ana", "accepted")
    with pytest.raises(DeskError, match="nothing that becomes"):
        desk.settle(first.id, "ana", "lost")


@pytest.mark.long
def test_a_pdf_is_enclosed(kit: Kit, server: Server) -> None:
    """The PDF in the e-mail is the kept file of the report, byte for byte."""
    weekly = kit.settings.digests[0].model_copy(update={"formats": ("pdf",), "to": ADDRESSES[:1]})
    kit.settings = kit.settings.model_copy(update={"digests": (weekly,)})
    kit.again()
    desk = digests(kit, server)
    desk.queue()
    desk.send()
    (line,) = desk.mails("ana")
    enclosure = server.handler.taken[0].message.get_payload()[1]
    body = enclosure.get_payload(decode=True)
    assert body == kit.desk.reports.file(line.report_id, line.formats[0], "ana")
    assert "weekly" in pypdf.PdfReader(io.BytesIO(body)).pages[0].extract_text()


def test_the_week_is_the_one_before(kit: Kit) -> None:
    """The clock of these tests stands where they say: on a Monday, two hours after seven."""
    assert kit.now().astimezone(UTC) == datetime(2026, 11, 2, 9, tzinfo=UTC)


def test_an_email_that_cannot_be_made_has_failed_and_stops_no_other(
    kit: Kit, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault nobody thought of is on Health at once; the other e-mail goes, and this one when somebody settles it."""
    assert kit.settings.mail is not None
    postman = Postman(kit.settings.mail, {"MAIL_PASSWORD": PASSWORD}, trust=server.trust, patience_s=5)
    faults = [KeyError("waits")]

    class Faulty(ReportDesk):
        def file(self, *asked: Any) -> bytes:
            if faults:
                raise faults.pop()
            return super().file(*asked)

    desk = DigestDesk(kit.desk._office, Faulty(kit.desk._office), postman)
    desk.queue()
    assert desk.send() == 2
    assert sorted(states(kit).values()) == [MailState.ACCEPTED, MailState.FAILED]
    failed = next(one for one in desk.mails("ana") if one.state is MailState.FAILED)
    assert failed.answer == "it could not be made, and was not sent: KeyError: 'waits'"
    assert [one for one in kit.desk.health("ana").problems if "it could not be made" in one]
    assert "could not be made" in caplog.text
    desk.settle(failed.id, "ana", "again")
    assert desk.send() == 1
    assert {*states(kit).values()} == {MailState.ACCEPTED}


def test_a_call_that_ends_in_a_fault_is_in_doubt(kit: Kit, server: Server) -> None:
    """What the postman cannot tell may have gone, and is not sent again by itself."""

    class Stumbling(Postman):
        def _deliver(self, server: Any, letter: Any, password: str | None) -> Any:
            super()._deliver(server, letter, password)
            raise ValueError("stumbled")

    assert kit.settings.mail is not None
    postman = Stumbling(kit.settings.mail, {"MAIL_PASSWORD": PASSWORD}, trust=server.trust, patience_s=5)
    desk = DigestDesk(kit.desk._office, kit.desk.reports, postman)
    desk.queue()
    assert desk.send() == 2
    assert {*states(kit).values()} == {MailState.IN_DOUBT}


def test_a_digest_whose_figures_cannot_be_made_keeps_no_other_back(kit: Kit, server: Server) -> None:
    """The others are queued all the same, and the fault is told afterwards."""
    weekly = kit.settings.digests[0]
    bad = weekly.model_copy(update={"name": "bad", "formats": ("no such",)})
    kit.settings = kit.settings.model_copy(update={"digests": (bad, weekly)})
    kit.again()
    desk = digests(kit, server)
    with pytest.raises(ValueError, match="no such") as told:
        desk.queue()
    assert told.value.__notes__ == ["digest 'bad'"]
    assert {one.digest for one in desk.mails("ana")} == {"weekly"}
    assert desk.send() == 2


def test_a_letter_with_a_bad_header_has_failed_and_says_why(kit: Kit, server: Server) -> None:
    """It cannot have gone, so nobody is asked what became of it; Health names the reason."""
    bad = digests(kit, server, sender="Desk\r\nBcc: eve@example.com <desk@example.com>")
    bad.queue()
    assert bad.send() == 2
    assert {*states(kit).values()} == {MailState.FAILED}
    assert server.handler.taken == []
    problems = [one for one in kit.desk.health("ana").problems if "was not sent: it could not be made" in one]
    assert len(problems) == 2
    assert all("ValueError" in one for one in problems)
    mended = digests(kit, server)
    for line in mended.mails("ana"):
        mended.settle(line.id, "ana", "again")
    assert mended.send() == 2
    assert {*states(kit).values()} == {MailState.ACCEPTED}


def test_an_answer_that_nobody_understands_is_in_doubt(kit: Kit, server: Server) -> None:
    """The text had gone out: it is not sent again by itself."""
    desk = digests(kit, server)
    server.handler.data.append("well, thank you")
    desk.queue()
    desk.send()
    kit.pass_time(hours=5)
    assert desk.send() == 0
    assert states(kit) == {ADDRESSES[0]: MailState.IN_DOUBT, ADDRESSES[1]: MailState.ACCEPTED}


def test_what_waited_while_nothing_ran_is_not_sent_late(kit: Kit, server: Server) -> None:
    """An e-mail that was put off, and whose day is over when the service runs again, has failed and says why."""
    desk = digests(kit, server)
    server.handler.rcpt[:] = ["451 4.7.1 greylisted, come back"]
    desk.queue()
    desk.send()
    kit.pass_time(days=3)
    kit.again()
    assert digests(kit, server).send() == 0
    assert [one.to for one in server.handler.taken] == [ADDRESSES[1]]
    (failed,) = [one for one in kit.desk.digests.mails("ana") if one.state is MailState.FAILED]
    assert failed.answer == "it could not be sent in time, at last: 451 4.7.1 greylisted, come back"


def test_who_is_added_later_reads_the_same_numbers(kit: Kit, server: Server) -> None:
    """A recipient who is added on the day of the digest gets the report that the others got."""
    digests(kit, server).queue()
    late = "carla@example.com"
    weekly = kit.settings.digests[0].model_copy(update={"to": (*ADDRESSES, late)})
    kit.settings = kit.settings.model_copy(update={"digests": (weekly,)})
    item = kit.mention()
    with kit.store.transaction() as cursor:
        cursor.execute("UPDATE interactions SET sent_at = ? WHERE id = ?", [START - timedelta(days=3), item])
        stats.touch_all(cursor)
    kit.again()
    assert digests(kit, server).queue() == 1
    assert len({one.report_id for one in kit.desk.digests.mails("ana")}) == 1
    weekly = weekly.model_copy(update={"to": (*weekly.to, "dora@example.com"), "accounts": ()})
    kit.settings = kit.settings.model_copy(update={"digests": (weekly,)})
    kit.again()
    assert digests(kit, server).queue() == 1
    assert len({one.report_id for one in kit.desk.digests.mails("ana")}) == 2
