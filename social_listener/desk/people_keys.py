"""Passwords, codes and tokens: made, checked in constant time, and never kept in plain."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import threading
from typing import TYPE_CHECKING, Final

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_HASHER: Final = PasswordHasher()
#: each takes 64 MB for a moment: a crowd at the door waits in line
_AT_ONCE: Final = threading.BoundedSemaphore(2)
_STEP: Final = 30
_RECOVERY_CODES: Final = 10
_RECOVERY_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_ISSUER: Final = "Social Listener"


def hashed(password: str) -> str:
    """Return a password as it is kept."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def _nobody() -> str:
    def some(length: int) -> str:
        return base64.b64encode(secrets.token_bytes(length)).decode().rstrip("=")

    cost = f"m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
    return f"$argon2id$v=19${cost}${some(_HASHER.salt_len)}${some(_HASHER.hash_len)}"


#: what a password is compared with when there is nobody of that name: it takes as long. Made up, because a real one
#: would take every command a tenth of a second
_NOBODY: Final = _nobody()


def matches(kept: str | None, password: str) -> bool:
    """Return whether a password is the kept one. Without one it takes as long, and is wrong."""
    with _AT_ONCE:
        try:
            right = _HASHER.verify(kept or _NOBODY, password)
        except (VerificationError, InvalidHashError):
            return False
    return right and kept is not None


def is_old(kept: str) -> bool:
    """Return whether a password was kept in a weaker way than today's."""
    return _HASHER.check_needs_rehash(kept)


def token() -> str:
    """Return a new secret for a browser or a link."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """Return what is kept of a secret that is too long to be guessed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def same(one: str, other: str) -> bool:
    """Return whether two texts are the same, in a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())


# -- the second factor -------------------------------------------------------------------------------------------------


def new_totp() -> str:
    """Return a new secret for an authenticator."""
    return pyotp.random_base32()


def totp_address(secret: str, staff: str) -> str:
    """Return the address that an authenticator reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=staff, issuer_name=_ISSUER)


def totp_step(secret: str, code: str, now: datetime, last: int) -> int | None:
    """Return the step whose code this is, of those after `last`; None: it is none. One step early or late is taken."""
    typed = "".join(code.split())
    current = int(now.timestamp()) // _STEP
    found = None
    for step in (current - 1, current, current + 1):
        if same(pyotp.TOTP(secret).at(step * _STEP), typed) and step > last:
            found = step
    return found


def recovery_codes() -> tuple[str, ...]:
    """Return new recovery codes, each good once."""
    pick = secrets.SystemRandom().choice
    words = ["".join(pick(_RECOVERY_ALPHABET) for _ in range(10)) for _ in range(_RECOVERY_CODES)]
    return tuple(f"{word[:5]}-{word[5:]}" for word in words)


def recovery_digest(code: str) -> str:
    """Return what is kept of a recovery code, however it is typed."""
    return digest("".join(code.lower().replace("-", " ").split()))


def without_recovery(kept: Sequence[str], code: str) -> tuple[str, ...] | None:
    """Return the recovery codes that are left after this one was used; None: it is none of them."""
    wanted = recovery_digest(code)
    left = tuple(one for one in kept if not same(one, wanted))
    return left if len(left) < len(kept) else None
