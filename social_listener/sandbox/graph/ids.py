"""Ids of the Graph world: by seed and number, so that the same seed and calls give the same ids."""

from __future__ import annotations

import base64
import hashlib
import random

from social_listener.sandbox.told import tell

_BASES = {"post": 122_100_000_000_000, "media": 17_900_000_000_000_000}
_STEP = 1_009


def number_for(seed: int, count: int, family: str = "post") -> int:
    """Return the id of the item made as number `count`. Later items have larger ids; they tell nothing else.

    `family` "post" is for posts and comments of Facebook, "media" for media and comments of Instagram.
    """
    return _BASES[family] + seed * 1_000_000_007 + count * _STEP + _digest(seed, f"{family}:{count}")[0] % _STEP


def thread_number(seed: int, platform: str, contact: str) -> int:
    """Return the number of a direct conversation."""
    return int.from_bytes(_digest(seed, f"thread:{platform}:{contact}")[:6], "big") % 900_000_000_000_000 + 10**14


def thread_id(platform: str, number: int) -> str:
    """Return the id of a direct conversation as the platform writes it: t_… on Messenger, opaque on Instagram."""
    if platform == "messenger":
        return f"t_{number}"
    return "aWdfZAG06" + _letters(f"ig_dm:{number}".encode(), 44)


def message_id(seed: int, platform: str, count: int) -> str:
    """Return the id of a message: m_… on Messenger, opaque on Instagram."""
    material = hashlib.shake_256(f"graph:{seed}:message:{platform}:{count}".encode()).digest(64)
    return ("m_" if platform == "messenger" else "aWdfZAG1f") + _letters(material, 84)


def person_ids(seed: int, handle: str) -> tuple[str, str, str]:
    """Return the page-scoped id, the Instagram-scoped id and the profile number of somebody."""
    rng = random.Random(f"graph person:{seed}:{handle.lower()}")
    return (
        str(rng.randrange(2 * 10**15, 9 * 10**15)),
        str(rng.randrange(10**15, 2 * 10**15)),
        str(rng.randrange(10**14, 9 * 10**14)),
    )


def brand_ids(seed: int, handle: str) -> tuple[str, str, str]:
    """Return the id of the brand's Page, of its Instagram account, and the Page's again."""
    rng = random.Random(f"graph brand:{seed}:{handle.lower()}")
    page = str(rng.randrange(10**14, 9 * 10**14))
    return page, f"17841400{rng.randrange(10**8, 10**9)}", page


def secret(seed: int, purpose: str, length: int) -> str:
    """Return a fixed make-believe secret of letters and digits."""
    return tell(purpose, _letters(hashlib.shake_256(f"graph:{seed}:{purpose}".encode()).digest(length), length))


def _letters(material: bytes, length: int) -> str:
    return base64.urlsafe_b64encode(material).decode().replace("-", "x").replace("_", "y").rstrip("=")[:length]


def _digest(seed: int, text: str) -> bytes:
    return hashlib.blake2b(f"graph:{seed}:{text}".encode(), digest_size=8).digest()
