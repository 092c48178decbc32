"""Bytes on the wire: how each platform writes a delivery down, and how it signs these bytes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

Channel = Literal["x", "facebook", "instagram"]
CHANNELS: tuple[Channel, ...] = ("x", "facebook", "instagram")
Forgery = Literal["key", "body", "missing", "empty", "cut", "encoding", "other_header"]
FORGERIES: tuple[Forgery, ...] = ("key", "body", "missing", "empty", "cut", "encoding", "other_header")
"""Ways in which a delivery is not the platform's: signed with another key, changed after it was signed, without a
signature, with an empty one, with one cut in half, with the other platform's encoding, and with a good one under a
header of another name."""
_HEADERS: dict[Channel, str] = {
    "x": "x-twitter-webhooks-signature",
    "facebook": "x-hub-signature-256",
    "instagram": "x-hub-signature-256",
}


class Delivery(NamedTuple):
    """One HTTP request that the sandbox makes, or could have made."""

    headers: dict[str, str]
    body: bytes


def enveloped(channel: Channel, payloads: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the whole payload of a delivery: Meta's has entries, X's is one by itself."""
    if channel == "x":
        return payloads[0]
    return {"object": "page" if channel == "facebook" else "instagram", "entry": payloads}


def written(channel: Channel, payload: Mapping[str, Any]) -> bytes:
    """Return the bytes of a payload. Meta escapes everything but ASCII, and slashes; the signature is over that."""
    if channel == "x":
        return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return json.dumps(payload, ensure_ascii=True, separators=(",", ":")).replace("/", "\\/").encode()


def signed(channel: Channel, body: bytes, secret: str) -> Delivery:
    """Return a delivery of these bytes with the signature of the platform."""
    return Delivery(_headers(channel, signature(channel, body, secret)), body)


def signature(channel: Channel, body: bytes, secret: str) -> str:
    """Return a signature as the header carries it: in hexadecimal at Meta, in base64 at X."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return "sha256=" + (base64.b64encode(digest).decode() if channel == "x" else digest.hex())


def forged(channel: Channel, body: bytes, secret: str, how: Forgery) -> Delivery:
    """Return a delivery that a receiver must refuse."""
    name, good = _HEADERS[channel], signature(channel, body, secret)
    if how == "key":
        return signed(channel, body, f"not {secret}")
    if how == "body":
        return Delivery(_headers(channel, good), body[:-1] + b" " + body[-1:])
    headers = _headers(channel, good)
    if how in ("missing", "other_header"):
        del headers[name]
        if how == "other_header":
            headers["x-hub-signature" if channel == "x" else "x-twitter-webhooks-signature"] = good
        return Delivery(headers, body)
    other: Channel = "facebook" if channel == "x" else "x"
    headers[name] = {"empty": "sha256=", "cut": good[: len(good) // 2], "encoding": signature(other, body, secret)}[how]
    return Delivery(headers, body)


def answer_to_crc(token: str, secret: str) -> str:
    """Return the response_token that X expects for a crc_token."""
    return signature("x", token.encode(), secret)


def _headers(channel: Channel, value: str) -> dict[str, str]:
    headers = {"content-type": "application/json", "accept": "*/*", _HEADERS[channel]: value}
    return headers if channel == "x" else {**headers, "user-agent": "Webhooks/1.0 (https://fb.me/webhooks)"}
