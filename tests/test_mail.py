from __future__ import annotations

import logging
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from mail_kit import PASSWORD, USER, Server

from social_listener.digests import message_id
from social_listener.errors import MailFault
from social_listener.mail import Enclosure, Ending, Letter, Postman, made
from social_listener.settings import MailSettings
from social_listener.settings_values import is_mailbox

LETTER = Letter(
    to="ana@example.com",
    subject="Weekly report: 27 Apr to 3 May 2026",
    text="12 items, grüße 😀\n.a line that begins with a dot\n" + "long " * 300 + "\n",
    message_id="<digest.4711@example.com>",
    written_at=datetime(2026, 5, 4, 7, tzinfo=UTC),
    enclosures=(Enclosure("report.pdf", "application/pdf", b"%PDF-1.3\n\x00\xff.\r\n.\r\n" * 1000),),
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Return a server with STARTTLS and a password."""
    with Server(tmp_path) as running:
        yield running


def postman(server: Server, *, password: str = PASSWORD, trust: ssl.SSLContext | None = None, **facts: Any) -> Postman:
    """Return a postman of that server."""
    plain: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": server.port,
        "user": USER,
        "password": "MAIL_PASSWORD",
        "sender": "Social Listener <desk@example.com>",
    }
    settings = MailSettings(**plain | facts)
    return Postman(settings, {"MAIL_PASSWORD": password}, trust=trust or server.trust, patience_s=5)


def test_a_letter_arrives_as_it_was_written(server: Server) -> None:
    """Text, dots, enclosure and names survive; the server's answer is the receipt, and it was asked for notices."""
    receipt = postman(server).send(LETTER)
    assert (receipt.ending, receipt.answer, receipt.notice_asked) == (
        Ending.ACCEPTED,
        "250 2.0.0 queued as 4711",
        True,
    )
    (taken,) = server.handler.taken
    assert (taken.sender, taken.to) == ("desk@example.com", LETTER.to)
    assert "NOTIFY=SUCCESS,FAILURE" in taken.options
    assert taken.message["Message-ID"] == LETTER.message_id
    assert taken.message["Subject"] == LETTER.subject
    assert taken.message["From"] == "Social Listener <desk@example.com>"
    text, enclosure = taken.message.get_payload()
    assert text.get_payload(decode=True).decode().replace("\r\n", "\n") == LETTER.text
    assert enclosure.get_payload(decode=True) == LETTER.enclosures[0].data
    assert enclosure.get_filename() == "report.pdf"


def test_a_server_without_notices_is_not_asked_for_them(server: Server) -> None:
    """Where it does not offer DSN, no such option is sent."""
    server.handler.dsn = False
    receipt = postman(server).send(LETTER)
    assert (receipt.ending, receipt.notice_asked) == (Ending.ACCEPTED, False)
    assert not [one for one in server.handler.taken[0].options if "NOTIFY" in one or "ENVID" in one]


def test_the_same_letter_is_the_same_bytes() -> None:
    """Nothing in it is random or dated by the moment of sending; another text gives others."""
    assert made(LETTER, "a@example.com") == made(LETTER, "a@example.com")
    assert made(LETTER, "a@example.com") != made(replace(LETTER, text="other"), "a@example.com")


def test_a_subject_cannot_smuggle_in_a_header() -> None:
    """Line breaks in a subject become blanks."""
    body = made(replace(LETTER, subject="hello\r\nBcc: eve@example.com"), "a@example.com")
    assert b"\r\nBcc:" not in body
    assert b"Subject: hello Bcc: eve@example.com" in body


def test_tls_from_the_first_byte(tmp_path: Path) -> None:
    """`tls: tls` speaks TLS at once."""
    with Server(tmp_path, tls="tls") as server:
        assert postman(server, tls="tls", user=None).send(LETTER).ending is Ending.ACCEPTED


def test_without_starttls_nothing_is_said(tmp_path: Path) -> None:
    """A server that offers none gets neither password nor letter."""
    with Server(tmp_path, tls="none") as server:
        receipt = postman(server).send(LETTER)
        assert (receipt.ending, server.handler.logins, server.handler.taken) == (Ending.LATER, 0, [])
        assert "STARTTLS" in receipt.answer


def test_a_certificate_that_nobody_trusts_is_refused(server: Server) -> None:
    """The password goes to nobody whose certificate does not hold."""
    receipt = postman(server, trust=ssl.create_default_context()).send(LETTER)
    assert (receipt.ending, server.handler.logins) == (Ending.LATER, 0)
    assert "no safe connection" in receipt.answer


def test_a_certificate_of_another_name_is_refused(server: Server) -> None:
    """It holds for the name in the settings only."""
    receipt = postman(server, host="localhost").send(LETTER)
    assert (receipt.ending, server.handler.logins) == (Ending.LATER, 0)


def test_a_wrong_password_is_told_and_nowhere_written(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    """The receipt says what to mend; the password stands neither in it nor in the log."""
    caplog.set_level(logging.DEBUG)
    receipt = postman(server, password="wrong but secret").send(LETTER)
    assert receipt.ending is Ending.LATER
    assert "user and password" in receipt.answer
    assert "wrong but secret" not in receipt.answer + caplog.text


def test_a_missing_password_names_its_variable(server: Server) -> None:
    """Nothing is sent, and the variable is named."""
    settings = postman(server).settings
    receipt = Postman(settings, {}, trust=server.trust).send(LETTER)
    assert receipt.ending is Ending.LATER
    assert "MAIL_PASSWORD" in receipt.answer


@pytest.mark.parametrize("where", ["mail", "rcpt", "data"])
@pytest.mark.parametrize(
    ("answer", "ending"),
    [("451 4.3.0 try again", Ending.LATER), ("550 5.1.1 no such user", Ending.REFUSED)],
)
def test_a_refusal_is_for_now_or_for_good(server: Server, where: str, answer: str, ending: Ending) -> None:
    """4xx may go another time, 5xx never; either way the letter was surely not taken, and the answer is kept."""
    getattr(server.handler, where).append(answer)
    receipt = postman(server).send(LETTER)
    assert (receipt.ending, receipt.answer, server.handler.taken) == (ending, answer, [])


@pytest.mark.parametrize("what", ["cut", "keep"])
def test_a_line_cut_after_the_text_leaves_it_unknown(server: Server, what: str) -> None:
    """Whether the server took it before it hung up or not, nobody can tell: the receipt is the same."""
    server.handler.data.append(what)
    receipt = postman(server).send(LETTER)
    assert receipt.ending is Ending.UNKNOWN
    assert len(server.handler.taken) == (1 if what == "keep" else 0)


def test_a_server_that_hangs_up_at_once_took_nothing() -> None:
    """Cut before anything of the text went out, it may go again."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def hang_up() -> None:
            connection, _ = listening.accept()
            connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        settings = MailSettings(host="127.0.0.1", port=listening.getsockname()[1], sender="a@example.com")
        assert Postman(settings, {}).send(LETTER).ending is Ending.LATER
        thread.join()


def test_a_server_that_says_nothing_is_not_waited_for() -> None:
    """After the patience is over the call ends, and nothing was taken."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        settings = MailSettings(host="127.0.0.1", port=listening.getsockname()[1], sender="a@example.com")
        receipt = Postman(settings, {}, patience_s=0.2).send(LETTER)
        assert (receipt.ending, receipt.answer) == (Ending.LATER, "Connection unexpectedly closed: timed out")


def test_nobody_listens() -> None:
    """A server that is not there is told in words."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    receipt = Postman(MailSettings(host="127.0.0.1", port=port, sender="a@example.com"), {}).send(LETTER)
    assert receipt.ending is Ending.LATER
    assert "refused" in receipt.answer


def test_the_server_can_be_looked_at_without_a_letter(server: Server) -> None:
    """It is greeted with TLS and password; what stands against it is told in words, and nothing is ever sent."""
    assert postman(server).look() == f"127.0.0.1 port {server.port} answers with TLS and lets desk in"
    assert server.handler.logins == 1
    with pytest.raises(MailFault, match="the server refused user and password: 535"):
        postman(server, password="wrong").look()
    with pytest.raises(MailFault, match="no safe connection could be made"):
        postman(server, trust=ssl.create_default_context()).look()
    nameless = Postman(postman(server).settings, {}, trust=server.trust)
    with pytest.raises(MailFault, match="set the environment variable MAIL_PASSWORD"):
        nameless.look()
    assert server.handler.taken == []


def test_a_server_that_is_not_there_is_told(server: Server, tmp_path: Path) -> None:
    """Nobody listens, or offers no TLS: the message names host and port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        with pytest.raises(MailFault, match=f"127.0.0.1 port {port}: Connection refused"):
            postman(server, port=port).look()
    (tmp_path / "plain").mkdir()
    with Server(tmp_path / "plain", tls="none") as plain, pytest.raises(MailFault, match="offers no STARTTLS"):
        postman(plain).look()


@pytest.mark.parametrize(
    ("facts", "sender"),
    [
        ({"to": "Ana\r\nBcc: eve@example.com <ana@example.com>"}, None),
        ({"subject": "half \ud83d of a pair"}, None),
        ({"text": "half \ud83d of a pair"}, None),
        ({"message_id": "<a\r\nBcc: eve@example.com>"}, None),
        ({"enclosures": (Enclosure("a\r\nb.pdf", "application/pdf", b"x"),)}, None),
        ({}, "Desk\nBcc: eve@example.com <desk@example.com>"),
    ],
)
def test_a_letter_that_cannot_be_made_did_not_go(server: Server, facts: dict[str, Any], sender: str | None) -> None:
    """A header that cannot be is refused before anybody is called, and the receipt says why; another letter goes."""
    post = postman(server)
    settings = post.settings.model_copy(update={"sender": sender or post.settings.sender})
    receipt = Postman(settings, {"MAIL_PASSWORD": PASSWORD}, trust=server.trust).send(replace(LETTER, **facts))
    assert (receipt.ending, server.handler.logins, server.handler.taken) == (Ending.REFUSED, 0, [])
    assert receipt.answer.startswith("it could not be made, and was not sent: ")
    assert "Error" in receipt.answer
    assert post.send(LETTER).ending is Ending.ACCEPTED


def test_names_in_any_script_arrive(server: Server) -> None:
    """Names of sender and recipient are read back as they are; on the envelope stand the addresses alone."""
    letter = replace(LETTER, to="Ána Müller 日本 <ana@example.com>", subject="Grüße 😀 " * 20)
    receipt = postman(server, sender='"Fernhill, Kundenbüro" <desk@example.com>').send(letter)
    assert receipt.ending is Ending.ACCEPTED
    (taken,) = server.handler.taken
    assert (taken.sender, taken.to) == ("desk@example.com", "ana@example.com")
    assert "ORCPT=rfc822;ana@example.com" in taken.options
    read = message_from_bytes(taken.body, policy=policy.default)
    assert read["From"].addresses[0].display_name == "Fernhill, Kundenbüro"
    assert read["To"].addresses[0].display_name == "Ána Müller 日本"
    assert read["Subject"] == " ".join(letter.subject.split())


@pytest.mark.parametrize(
    ("answer", "ending"),
    [("well, thank you", Ending.UNKNOWN), ("354 go on", Ending.UNKNOWN), ("252 taken, I think", Ending.ACCEPTED)],
)
def test_an_answer_to_the_text_that_means_nothing_leaves_it_unknown(
    server: Server, answer: str, ending: Ending
) -> None:
    """Only 4xx and 5xx say that it was not taken; it is not sent again after what nobody understands."""
    server.handler.data.append(answer)
    assert postman(server).send(LETTER).ending is ending


def test_a_host_that_is_no_name_took_nothing(server: Server) -> None:
    """It can be mended in the settings, so the letter waits; looking at it says what is wrong."""
    receipt = postman(server, host="mail..example.com").send(LETTER)
    assert receipt.ending is Ending.LATER
    assert receipt.answer.startswith("it was not sent: UnicodeError")
    with pytest.raises(MailFault, match=r"mail\.\.example\.com port .*UnicodeError"):
        postman(server, host="mail..example.com").look()


@pytest.mark.parametrize(
    "text",
    [
        "ana@example.com, ben@example.com",
        "Ana <ana@example.com>, Ben <ben@example.com>",
        "Fernhill @ Home <desk@example.com>",
        "Ana\x0b <ana@example.com>",
        "Ana\u2028 <ana@example.com>",
        "Ana\u202e <ana@example.com>",
        "ana@exämple.com",
        "Ana",
        "",
    ],
)
def test_what_is_not_one_address_is_refused(text: str) -> None:
    """Several in one text would be one e-mail to the first of them alone; one with a name is taken."""
    assert not is_mailbox(text)
    assert is_mailbox("ana@example.com")
    assert is_mailbox("Ána Müller <ana@example.com>")
    assert is_mailbox('"Müller, Ána" <ana@example.com>')


def test_a_message_id_is_of_the_address_alone() -> None:
    """What stands beside the sender's address is not in it."""
    for sender in ("desk@example.com", "Désk <desk@example.com>", '"a@b" <desk@example.com>'):
        assert message_id("key", sender).endswith("@example.com>")
        assert message_id("key", sender) == message_id("key", "desk@example.com")
