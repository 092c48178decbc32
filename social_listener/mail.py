"""One e-mail to one person, by SMTP, and what the server answered.

A call ends in one of four ways, and never in an exception: the server took it, it surely did not (now, or for good), or
nobody knows. The line lies where the text has begun to go out and no answer came: what happened then only the server
knows (RFC 5321, 4.5.3.2.6: a sender that gives up there may cause a second copy). Nothing here sends twice by itself.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from social_listener import log
from social_listener.errors import MailFault, SettingsError
from social_listener.settings_secrets import secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from social_listener.settings import MailSettings

#: how long a server may take over each answer
PATIENCE_S: Final = 60.0
_ANSWER_MOST: Final = 300
_LINE_BEGINS_WITH_DOT: Final = re.compile(rb"(?m)^\.")


class Ending(StrEnum):
    """How a call ended."""

    ACCEPTED = "accepted"  #: the server took it: it is the server's to deliver
    LATER = "later"  #: surely not taken; another time it may be
    REFUSED = "refused"  #: surely not taken, and never will be as it is
    UNKNOWN = "unknown"  #: the text went out and no answer came


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a letter, in the server's own words."""

    ending: Ending
    answer: str
    notice_asked: bool = False  #: the server was asked to tell when it is delivered, or cannot be


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes with a letter."""

    name: str
    type: str  #: "application/pdf"
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One e-mail. The same letter gives the same bytes, whenever it is sent."""

    to: str
    subject: str
    text: str
    message_id: str  #: with its angle brackets
    written_at: datetime
    enclosures: tuple[Enclosure, ...] = ()


class _Over(Exception):
    """The call is over, with this receipt."""

    def __init__(self, receipt: Receipt) -> None:
        super().__init__(receipt.answer)
        self.receipt = receipt


class Postman:
    """Sends letters through the server in the settings."""

    def __init__(
        self,
        settings: MailSettings,
        environment: Mapping[str, str] | None = None,
        *,
        trust: ssl.SSLContext | None = None,
        patience_s: float = PATIENCE_S,
    ) -> None:
        """Connect to nothing yet. `trust`: whose certificates count; None: those that this machine trusts."""
        self.settings = settings
        self._environment = environment
        self._trust = trust
        self._patience = patience_s

    def send(self, letter: Letter) -> Receipt:
        """Hand a letter to the server; return what became of it. It waits for the server."""
        try:
            body = made(letter, self.settings.sender)
        except Exception as error:  # noqa: BLE001 - a header that cannot be: no attempt makes another of it
            return Receipt(Ending.REFUSED, f"it could not be made, and was not sent: {_fault(error)}")
        with contextlib.ExitStack() as held:
            try:
                password = self._password()
                server = held.enter_context(self._connected())
                notice = self._announced(server, letter, password)
            except _Over as over:
                return over.receipt
            except SettingsError as error:
                return Receipt(Ending.LATER, str(error))
            except (OSError, smtplib.SMTPException) as error:
                return Receipt(Ending.LATER, _words(error))
            except Exception as error:  # noqa: BLE001 - whatever it is, nothing of the text went out
                return Receipt(Ending.LATER, f"it was not sent: {_fault(error)}")
            return self._deliver(server, body, notice)

    def look(self) -> str:
        """Greet the server, with TLS and password as for a letter, send nothing, and return whom it called itself.

        `MailFault` tells in words what stands against it: nobody there, no safe connection, or a refused password.
        """
        where = f"{self.settings.host} port {self.settings.port}"
        try:
            password = self._password()
            with self._connected() as server:
                if password is not None and self.settings.user is not None:
                    server.login(self.settings.user, password)
        except _Over as over:
            raise MailFault(f"{where}: {over.receipt.answer}") from None
        except SettingsError as error:
            raise MailFault(str(error)) from None
        except smtplib.SMTPAuthenticationError as error:
            raise MailFault(f"{where}: the server refused user and password: {_words(error)}") from None
        except (OSError, smtplib.SMTPException) as error:
            raise MailFault(f"{where}: {_words(error)}") from None
        except ValueError as error:  # of a host that is no name
            raise MailFault(f"{where}: {_fault(error)}") from None
        how = "without TLS" if self.settings.tls == "none" else "with TLS"
        return f"{where} answers {how}" + (f" and lets {self.settings.user} in" if password is not None else "")

    def _password(self) -> str | None:
        """Return the password; `SettingsError` names the variable that is missing."""
        variable = self.settings.password
        if self.settings.user is None or variable is None:
            return None
        value = secret(variable, None if self._environment is None else dict(self._environment))
        if value is None:
            raise SettingsError(f"mail.password: set the environment variable {variable}, or {variable}_FILE")
        log.SECRETS.add([value])
        return value

    @contextlib.contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """Hand out a server that was greeted; at the end it is told good-bye, whether it hears or not."""
        wanted, trust = self.settings, self._trust or ssl.create_default_context()
        server = (
            smtplib.SMTP_SSL(wanted.host, wanted.port, timeout=self._patience, context=trust)
            if wanted.tls == "tls"
            else smtplib.SMTP(wanted.host, wanted.port, timeout=self._patience)
        )
        try:
            server.ehlo_or_helo_if_needed()
            if wanted.tls == "starttls":
                if not server.has_extn("starttls"):
                    raise _Over(Receipt(Ending.LATER, "the server offers no STARTTLS, and nothing is sent without"))
                _must(server.starttls(context=trust))
                server.ehlo()
            yield server
        finally:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()

    def _announced(self, server: smtplib.SMTP, letter: Letter, password: str | None) -> bool:
        """Say from whom and to whom a letter goes, up to its text; return whether a notice was asked for."""
        if password is not None and self.settings.user is not None:
            try:
                server.login(self.settings.user, password)
            except smtplib.SMTPAuthenticationError as error:
                # A wrong password is mended in the settings, not by giving the letter up.
                raise _Over(Receipt(Ending.LATER, f"the server refused user and password: {_words(error)}")) from None
        notice = server.has_extn("dsn")
        sender, to = parseaddr(self.settings.sender)[1], parseaddr(letter.to)[1]
        envelope = letter.message_id.strip("<>")
        _must(server.mail(sender, ["RET=HDRS", f"ENVID={_xtext(envelope)}"] if notice else []))
        asked = ["NOTIFY=SUCCESS,FAILURE", f"ORCPT=rfc822;{_xtext(to)}"] if notice else []
        _must(server.rcpt(to, asked))
        _must(server.docmd("DATA"), 354)
        return notice

    def _deliver(self, server: smtplib.SMTP, body: bytes, notice: bool) -> Receipt:
        """Send the text of a letter that was announced. From here on it may have gone."""
        try:
            server.send(_LINE_BEGINS_WITH_DOT.sub(b"..", body) + b".\r\n")
            code, answer = server.getreply()
        except (OSError, smtplib.SMTPException) as error:
            return Receipt(Ending.UNKNOWN, f"the connection broke while the text went out: {_words(error)}", notice)
        told = _told(code, answer)
        if 200 <= code < 300:
            return Receipt(Ending.ACCEPTED, told, notice)
        if 400 <= code < 600:
            return Receipt(Ending.REFUSED if code >= 500 else Ending.LATER, told)
        return Receipt(Ending.UNKNOWN, f"the server answered what nobody understands: {told}", notice)


def made(letter: Letter, sender: str) -> bytes:
    """Return a letter as it goes over the wire: plain text, and its enclosures."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = letter.to
    message["Subject"] = " ".join(letter.subject.split())
    message["Date"] = format_datetime(letter.written_at)
    message["Message-ID"] = letter.message_id
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no machine is to answer it
    message.set_content(letter.text, cte="quoted-printable")
    for one in letter.enclosures:
        kind, _, sub = one.type.partition("/")
        message.add_attachment(one.data, maintype=kind, subtype=sub, filename=one.name)
    if letter.enclosures:
        # Its own would be random; a base64 line never begins with a dash, and quoted-printable escapes "=_".
        message.set_boundary("=_" + re.sub(r"[^A-Za-z0-9]", "", letter.message_id)[:60])
    return message.as_bytes()


def _must(reply: tuple[int, bytes], code: int | None = None) -> None:
    """End the call unless a reply is the wanted one (`code`), or any good one."""
    found, words = reply
    if found == code or (code is None and 200 <= found < 300):
        return
    raise _Over(Receipt(Ending.REFUSED if found >= 500 else Ending.LATER, _told(found, words)))


def _told(code: int, answer: bytes) -> str:
    """Return a server's answer in one line, without secrets."""
    words = " ".join(answer.decode("utf-8", "replace").split())
    return log.SECRETS.masked(f"{code} {words}")[:_ANSWER_MOST]


def _words(error: Exception) -> str:
    """Return in words what went wrong, without secrets."""
    if isinstance(error, smtplib.SMTPResponseException):
        answer = error.smtp_error
        return _told(error.smtp_code, answer if isinstance(answer, bytes) else str(answer).encode())
    if isinstance(error, TimeoutError):
        return "the server did not answer in time"
    if isinstance(error, ssl.SSLError):
        return f"no safe connection could be made: {error.reason or 'TLS failed'}"
    words = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
    return log.SECRETS.masked(" ".join(words.split()))[:_ANSWER_MOST] or type(error).__name__


def _fault(error: Exception) -> str:
    """Return a fault of whatever sort in words, without secrets."""
    words = log.SECRETS.masked(" ".join(str(error).split()))[:200]
    return f"{type(error).__name__}{': ' if words else ''}{words}"


def _xtext(text: str) -> str:
    """Return a text as a parameter of SMTP holds it (RFC 3461, 4)."""
    return "".join(
        sign if "!" <= sign <= "~" and sign not in "+=" else "".join(f"+{byte:02X}" for byte in sign.encode())
        for sign in text
    )
