"""X in the sandbox, as an account that was connected: OAuth 2.0 tokens in a vault."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from faces import XFace

from social_listener.channels import Channel
from social_listener.vault import Vault
from social_listener.vault_keeper import VaultKeeper

sys.path.insert(0, str(Path(__file__).parent.parent))

from connect_kit import connect, new_vault, utcnow


class ConnectedXFace(XFace):
    """X with OAuth 2.0: the contract is the same."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = TemporaryDirectory()
        self.vault: Vault = new_vault(Path(self._folder.name))[0]
        entry = connect(self.vault, self.sandbox)
        self.credentials = dict(entry.credentials)
        self.secrets = [value for name, value in self.credentials.items() if name != "user_id"]

    def channel(self, **changes: Any) -> Channel:
        """Return a channel, built as the service does; see `Face`."""
        entry = self.vault.get("main")
        assert entry is not None
        kept = {"credentials": entry.credentials, "keeper": VaultKeeper(self.vault, entry, utcnow)}
        return super().channel(**(kept | changes))

    def __exit__(self, *args: object) -> None:
        super().__exit__(*args)
        self._folder.cleanup()
