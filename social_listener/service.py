"""Composition: the only place that builds. Everything else is handed what it needs."""

from __future__ import annotations

import os
import uuid
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from social_listener import channels as registry
from social_listener import log
from social_listener.desk import Desk
from social_listener.errors import SettingsError
from social_listener.ingest import Ingest
from social_listener.model import Stream
from social_listener.outbox import Outbox
from social_listener.service_names import check_names
from social_listener.settings import credentials
from social_listener.store import Store
from social_listener.witness import Witness

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from social_listener.channels import Channel
    from social_listener.settings import AccountSettings, Settings


#: one synced line for every attempt to send, beside the database
WITNESS = "attempts.log"


def utcnow() -> datetime:
    """Return the time of this machine, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The parts at work on one database. Make it with `build`, end it with `close`."""

    settings: Settings
    store: Store
    channels: Mapping[str, Channel]  #: by account id
    streams: Mapping[str, Stream]  #: by stream id, as the settings define them
    ingest: Ingest
    outbox: Outbox
    desk: Desk
    clock: Callable[[], datetime]
    boot_id: str  #: of this process; an attempt of another one is in doubt

    def close(self) -> None:
        """Write everything to the database file and give it back."""
        self.ingest.close()
        self.outbox.close(timedelta(seconds=10))
        self.store.close()


def build(
    settings: Settings,
    *,
    clock: Callable[[], datetime] = utcnow,
    environment: Mapping[str, str] | None = None,
    offline: bool = False,
) -> Service:
    """Return the service that `settings` describe, with the database open and the outbox recovered.

    `environment` is where the credentials are looked for; None: the process's own. `offline`: no platform will be
    called, so credentials may be missing. `SettingsError` names what is wrong in the settings, `StoreBusy` and
    `StoreError` what is wrong with the database.
    """
    weights = check_names(settings)
    keys = {account.id: _credentials(account, environment, offline=offline) for account in settings.accounts}
    for values in keys.values():
        log.SECRETS.add(values.values())
    connected = {account.id: build_channel(settings, account, keys[account.id]) for account in settings.accounts}
    boot_id = uuid.uuid4().hex
    with ExitStack() as opened:
        store = Store.open(settings.database, now=clock())
        opened.callback(store.close)
        streams = streams_of(settings)
        ingest = Ingest(store, connected, streams=streams, weights=weights, polling=settings.polling, clock=clock)
        witness = Witness(settings.data_dir / WITNESS)
        outbox = Outbox(store, connected, settings=settings.outbox, witness=witness, boot_id=boot_id, clock=clock)
        outbox.recover()
        desk = Desk(store, connected, ingest=ingest, streams=streams, settings=settings, weights=weights, clock=clock)
        opened.pop_all()
    return Service(
        settings=settings,
        store=store,
        channels=connected,
        streams=streams,
        ingest=ingest,
        outbox=outbox,
        desk=desk,
        clock=clock,
        boot_id=boot_id,
    )


def build_channel(settings: Settings, account: AccountSettings, values: Mapping[str, str]) -> Channel:
    """Return the channel of an account, whose credentials are `values`."""
    return registry.factory(account.channel)(
        account_id=account.id,
        credentials=values,
        base_url=account.base_url,
        options=account.options,
        connect_timeout=settings.polling.connect_timeout,
        read_timeout=settings.polling.read_timeout,
    )


def streams_of(settings: Settings) -> dict[str, Stream]:
    """Return the streams that the settings define, by id."""
    return {
        stream.id: stream
        for account in settings.accounts
        for stream in (
            Stream(
                id=f"{account.id}/{wanted.label}",
                account_id=account.id,
                channel=account.channel,
                kind=wanted.kind,
                name=wanted.label,
                interval=wanted.interval,
                overlap=wanted.overlap,
                query=wanted.query,
            )
            for wanted in account.streams
        )
    }


def _credentials(
    account: AccountSettings, environment: Mapping[str, str] | None, *, offline: bool
) -> Mapping[str, str]:
    """Return the values of an account's credentials; offline none, where one is missing."""
    if not account.credentials and not offline:
        names = ", ".join(registry.credential_names(account.channel))
        raise SettingsError(f"account {account.id}: credentials: there are none; {account.channel} takes {names}")
    try:
        return credentials(account, dict(os.environ if environment is None else environment))
    except SettingsError:
        if offline:
            return {}
        raise
