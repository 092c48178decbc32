"""A real SMTP server on loopback that misbehaves on demand, and what it was handed."""

# ruff: noqa: ARG002, N802 - its library says how its methods are called, and with what

from __future__ import annotations

import asyncio
import ssl
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "desk", "correct horse battery"


@dataclass
class Taken:
    """One letter that the server took."""

    sender: str
    to: str
    options: list[str]  #: of MAIL and RCPT
    body: bytes

    @property
    def message(self) -> Message:
        """Return the letter as a reader of mail sees it."""
        return message_from_bytes(self.body)


@dataclass
class Handler:
    """What the server answers. Each entry of `mail`, `rcpt`, `data` is used once; then it is well again."""

    taken: list[Taken] = field(default_factory=list)
    mail: list[str] = field(default_factory=list)
    rcpt: list[str] = field(default_factory=list)
    data: list[str] = field(default_factory=list)  #: "cut": it hangs up; "keep": it takes the letter, then hangs up
    dsn: bool = True
    options: list[str] = field(default_factory=list)
    logins: int = 0

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Offer delivery notices, where it is to."""
        session.host_name = hostname
        return [*responses[:-1], "250-DSN", responses[-1]] if self.dsn else responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a sender, or say what it was told to."""
        if self.mail:
            return self.mail.pop(0)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient, likewise."""
        if self.rcpt:
            return self.rcpt.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take a letter, refuse it, or hang up before it says which."""
        what = self.data.pop(0) if self.data else "250 2.0.0 queued as 4711"
        if what not in {"cut", "keep"} and not what.startswith("250"):
            return what
        if what != "cut":
            body = envelope.content if isinstance(envelope.content, bytes) else b""
            self.taken.append(Taken(str(envelope.mail_from), envelope.rcpt_tos[0], self.options, body))
        if what in {"cut", "keep"}:
            assert server.transport is not None
            server.transport.close()
        return what

    def log_in(self, server: Any, session: Any, envelope: Any, mechanism: str, told: Any) -> AuthResult:
        """Let in who knows the password."""
        self.logins += 1
        good = isinstance(told, LoginPassword) and (told.login, told.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=good, handled=False)


class Speaking(SMTP):
    """Knows the parameters of delivery notices, which its library refuses."""

    async def smtp_MAIL(self, arg: str | None) -> None:
        """Take a sender."""
        await super().smtp_MAIL(self._plain(arg))

    async def smtp_RCPT(self, arg: str | None) -> None:
        """Take a recipient."""
        await super().smtp_RCPT(self._plain(arg))

    def _plain(self, arg: str | None) -> str | None:
        """Return an argument without those parameters, where they are offered."""
        if arg is None or not self.event_handler.dsn:
            return arg
        words = arg.split()
        known = [one for one in words if one.startswith(("RET=", "ENVID=", "NOTIFY=", "ORCPT="))]
        self.event_handler.options += known
        return " ".join(one for one in words if one not in known)


class Server:
    """A running server; `handler` says how it answers. With STARTTLS it wants a password."""

    def __init__(self, folder: Path, *, tls: str = "starttls") -> None:
        self.handler = Handler()
        certificate, key, self.trust = certificates(folder)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, key)
        self._options: dict[str, Any] = {"tls_context": context} if tls == "starttls" else {}
        if tls == "starttls":
            self._options |= {"authenticator": self.handler.log_in, "auth_required": True}
        self._ssl = context if tls == "tls" else None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self.port = 0

    def __enter__(self) -> Self:
        """Listen."""
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(5)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def _listen(self) -> asyncio.Server:
        make = partial(Speaking, self.handler, loop=self._loop, **self._options)
        return await self._loop.create_server(make, "127.0.0.1", 0, ssl=self._ssl)

    def __exit__(self, *_: object) -> None:
        """Hang up on everybody."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        self._server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


def certificates(folder: Path) -> tuple[Path, Path, ssl.SSLContext]:
    """Return a certificate for this machine, its key, and who trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a mail server of the tests")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "mail.crt", folder / "mail.key"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return *files, ssl.create_default_context(cafile=str(files[0]))
