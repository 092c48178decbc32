"""Page tokens: opaque to the caller, they carry a position, the moment of issue and what they belong to."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import zlib
from dataclasses import dataclass
from typing import Literal

Direction = Literal["next", "previous"]
_LAYOUT = struct.Struct(">BQQI")


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page starts: strictly below (next) or above (previous) an id."""

    direction: Direction
    id: int


class Pager:
    """Makes page tokens and reads them back; they survive a restart of the sandbox."""

    def __init__(self, seed: int) -> None:
        """Tokens of another seed are not accepted."""
        self._key = f"pages:{seed}".encode()

    def token(self, position: Position, scope: str, now_ms: int) -> str:
        """Return the token for a page of `scope` (endpoint and query)."""
        head = 0 if position.direction == "next" else 1
        packed = _LAYOUT.pack(head, position.id, now_ms, zlib.crc32(scope.encode()))
        return base64.b32hexencode(packed + self._seal(packed)).decode().rstrip("=").lower()

    def read(self, token: str, scope: str, now_ms: int, life_seconds: float | None) -> Position | None:
        """Return the position of a token; None when it is forged, expired, or of another query."""
        padded = token.upper() + "=" * (-len(token) % 8)
        try:
            raw = base64.b32hexdecode(padded)
        except ValueError:
            return None
        packed, seal = raw[: _LAYOUT.size], raw[_LAYOUT.size :]
        if len(packed) < _LAYOUT.size or not hmac.compare_digest(seal, self._seal(packed)):
            return None
        head, number, issued_ms, checksum = _LAYOUT.unpack(packed)
        if checksum != zlib.crc32(scope.encode()):
            return None
        if life_seconds is not None and now_ms - issued_ms > life_seconds * 1000:
            return None
        return Position("next" if head == 0 else "previous", number)

    def _seal(self, packed: bytes) -> bytes:
        return hmac.new(self._key, packed, hashlib.sha256).digest()[:6]
