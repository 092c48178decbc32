"""Composition: the only place that builds. Everything else is handed what it needs."""

from __future__ import annotations

import uuid
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from social_listener import channels as registry
from social_listener.desk import Desk
from social_listener.desk.files import FOLDER
from social_listener.ingest import Budget, Ingest
from social_listener.mail import Postman
from social_listener.media.tray import Tray
from social_listener.model import Stream
from social_listener.outbox import Outbox
from social_listener.service_keys import KeyRing, Keys, ends_of, utcnow
from social_listener.service_names import check_names, tuning_of
from social_listener.store import Store
from social_listener.vault_ends import Announcer
from social_listener.vault_seal import open_seal
from social_listener.witness import Witness

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from social_listener.channels import Channel
    from social_listener.settings import AccountSettings, Settings


#: one synced line for every attempt to send, beside the database
WITNESS = "attempts.log"


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
    announcer: Announcer
    clock: Callable[[], datetime]
    boot_id: str  #: of this process; an attempt of another one is in doubt

    def close(self) -> None:
        """Write everything to the database file and give it back."""
        self.ingest.close()
        self.desk.rules.close()
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
    ring = KeyRing(settings, clock=clock, environment=environment)
    find = ring.keys_or_none if offline else ring.keys
    keys = {account.id: find(account) for account in settings.accounts}
    connected = {account.id: build_channel(settings, account, keys[account.id]) for account in settings.accounts}
    boot_id = uuid.uuid4().hex
    with ExitStack() as opened:
        store = Store.open(settings.database, now=clock())
        opened.callback(store.close)
        streams = streams_of(settings)
        prices = {one.id: {**registry.prices(one.channel), **settings.budget.prices} for one in settings.accounts}
        budget = Budget(prices=prices, daily=settings.budget.daily)
        ingest = Ingest(
            store,
            connected,
            streams=streams,
            weights=weights,
            tuning=tuning_of(settings),
            polling=settings.polling,
            clock=clock,
            budget=budget,
        )
        witness = Witness(settings.data_dir / WITNESS)
        outbox = Outbox(
            store,
            connected,
            settings=settings.outbox,
            witness=witness,
            boot_id=boot_id,
            clock=clock,
            prices=prices,
            tray=Tray(settings.data_dir / FOLDER),
        )
        outbox.recover()
        desk = Desk(
            store,
            connected,
            ingest=ingest,
            streams=streams,
            settings=settings,
            weights=weights,
            clock=clock,
            ends=partial(ends_of, keys),
            seal=open_seal(settings.data_dir, environment),
            unpushed=ingest.unpushed,
            postman=Postman(settings.mail, environment) if settings.mail else None,
        )
        desk.digests.recover()
        ingest.erased = desk.media.forget
        desk.rules.tune()
        opened.pop_all()
    return Service(
        settings=settings,
        store=store,
        channels=connected,
        streams=streams,
        ingest=ingest,
        outbox=outbox,
        desk=desk,
        announcer=Announcer(partial(ends_of, keys)),
        clock=clock,
        boot_id=boot_id,
    )


def build_channel(settings: Settings, account: AccountSettings, keys: Keys) -> Channel:
    """Return the channel of an account, whose credentials are `keys`."""
    return registry.factory(account.channel)(
        account_id=account.id,
        credentials=keys.values,
        base_url=account.base_url,
        options=account.options,
        connect_timeout=settings.polling.connect_timeout,
        read_timeout=settings.polling.read_timeout,
        keeper=keys.keeper,
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
