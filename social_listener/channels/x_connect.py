"""Whose a new access token of X is: asked while an account is being connected."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from social_listener.channels import x_rules
from social_listener.channels.x import X
from social_listener.channels.x_client import ORIGIN, Client
from social_listener.model import Owner

__all__ = ["ORIGIN", "who"]


class Timeouts(Protocol):
    """How long a call may take; the settings have it."""

    @property
    def connect_timeout(self) -> timedelta: ...
    @property
    def read_timeout(self) -> timedelta: ...


def who(access_token: str, account_id: str, base_url: str | None, timeouts: Timeouts) -> Owner:
    """Return whose a user token of OAuth 2.0 is; the errors are those of a channel."""
    client = Client(
        account_id=account_id,
        credentials={"client_id": "not needed", "access_token": access_token},
        base_url=base_url,
        connect_timeout=timeouts.connect_timeout,
        read_timeout=timeouts.read_timeout,
    )
    return X(client, x_rules.read_options({}, account_id)).whoami()
