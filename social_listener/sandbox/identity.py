"""The keys of the sandbox's accounts: fixed by the seed, so that a settings file can be written before it runs."""

from __future__ import annotations

import base64
import hashlib
import hmac

from social_listener.sandbox.snowflake import user_id
from social_listener.sandbox.told import tell

BRAND = "fernhill"
"""The handle of the invented brand."""

SCOPES = "tweet.read tweet.write tweet.moderate.write users.read like.read like.write dm.read dm.write offline.access"


def credentials_for(seed: int, handle: str = BRAND) -> dict[str, str]:
    """Return all the secrets of one account as first given out.

    The application's keys are the same for every account; those of OAuth1 and OAuth2 are its own.
    The refresh token can be used once; the pair after it is told to whoever used it.
    """
    account = user_id(seed, handle)
    return {
        "consumer_key": _secret(seed, "consumer_key", 25),
        "consumer_secret": _secret(seed, "consumer_secret", 50),
        "bearer_token": "AAAAAAAAAAAAAAAAAAAAA" + _secret(seed, "bearer", 80),
        "client_id": _secret(seed, "client_id", 34),
        "client_secret": _secret(seed, "client_secret", 50),
        "access_token": f"{account}-{_secret(seed, f'access:{handle.lower()}', 30)}",
        "access_token_secret": _secret(seed, f"access_secret:{handle.lower()}", 45),
        "oauth2_access_token": oauth2_access(seed, account, 0),
        "refresh_token": oauth2_refresh(seed, account, 0),
    }


def environment_for(seed: int, handle: str = BRAND, prefix: str = "X") -> dict[str, str]:
    """Return the same secrets under names for environment variables: X_BEARER_TOKEN …"""
    return {f"{prefix}_{name.upper()}": value for name, value in credentials_for(seed, handle).items()}


def oauth2_access(seed: int, account: str, generation: int) -> str:
    """Return the access token of a grant after so many refreshes."""
    return _secret(seed, f"oauth2_access:{account}:{generation}", 88) + f":{account}:{generation}:at"


def oauth2_refresh(seed: int, account: str, generation: int) -> str:
    """Return the refresh token of a grant after so many refreshes."""
    return _secret(seed, f"oauth2_refresh:{account}:{generation}", 88) + f":{account}:{generation}:rt"


def authorization_code(seed: int, count: int) -> str:
    """Return the code that the authorize page gives out as number `count`."""
    return _secret(seed, f"authorization_code:{count}", 91)


def account_of_oauth2(seed: int, token: str) -> tuple[str, int, str] | None:
    """Account, generation and kind (at, rt) of a token that this sandbox gave out; None for any other."""
    parts = token.rsplit(":", 3)
    if len(parts) != 4 or not parts[2].isdecimal() or len(parts[2]) > 9:
        return None
    make = {"at": oauth2_access, "rt": oauth2_refresh}.get(parts[3])
    if make is None or not hmac.compare_digest(make(seed, parts[1], int(parts[2])), token):
        return None
    return parts[1], int(parts[2]), parts[3]


def same(first: str, second: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(first.encode(), second.encode())


def _secret(seed: int, purpose: str, length: int) -> str:
    material = hashlib.shake_256(f"sandbox:{seed}:{purpose}".encode()).digest(length)
    return tell(purpose, base64.urlsafe_b64encode(material).decode().replace("-", "x").replace("_", "y")[:length])
