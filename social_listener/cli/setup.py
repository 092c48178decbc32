"""Commands for the beginning: init writes the settings, check tells whether they can work."""

from __future__ import annotations

import os
import shutil
from importlib.resources import files
from typing import TYPE_CHECKING

import click

from social_listener import log, remote, terminal, vault_ends
from social_listener.channels import Subscribing
from social_listener.channels.scopes import missing
from social_listener.cli.options import settings_option, settings_path
from social_listener.desk.push import never_told
from social_listener.errors import ChannelError, ListenerError, MailFault, PortBusy, SettingsError
from social_listener.mail import Postman
from social_listener.service import build_channel
from social_listener.service_keys import KeyRing, utcnow
from social_listener.service_names import check_names, tuning_of
from social_listener.settings import Settings
from social_listener.settings_file import load
from social_listener.store import Store
from social_listener.vault_keeper import connected_words
from social_listener.web import bind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from social_listener.channels import Channel
    from social_listener.settings import AccountSettings, MailSettings
    from social_listener.terminal import Terminal

#: less free space than this is worth a warning before anything runs
_COMFORTABLE_BYTES = 1_000_000_000
#: somebody waits for the answer
_MAIL_PATIENCE_S = 10.0


@click.command()
@click.option("--force", is_flag=True, help="Overwrite the file when it is there already.")
@settings_option
def init(*, force: bool) -> None:
    """Write a settings file with every setting, its default and its meaning."""
    path = settings_path()
    text = (files("social_listener") / "settings.default.yaml").read_text(encoding="utf-8")
    if path.exists() and not force:
        raise SettingsError(f"{path}: is there already; --force overwrites it")
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{path}: cannot be written: {error.strerror}") from None
    terminal.own().say(f"{path} written; fill in `accounts`, then run `social-listener check`")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list on standard output.")
@settings_option
def check(*, as_json: bool) -> None:
    """Tell before anything runs whether it can: settings, keys, accounts, database, ports, disk.

    It reads one thing of each account, who it belongs to, and changes nothing.
    """
    settings = load(settings_path())
    log.set_up("ERROR")
    screen = terminal.own()
    found = []
    for subject, error, words in _checks(settings):
        found.append({"subject": subject, "ok": error is None, "words": words if error is None else error})
        if not as_json:
            _tell(screen, subject, error, words)
    if as_json:
        screen.json(found)
    click.get_current_context().exit(terminal.OK if all(line["ok"] for line in found) else terminal.FAILED)


def _tell(screen: Terminal, subject: str, error: str | None, words: str) -> None:
    for number, line in enumerate((words if error is None else error).splitlines()):
        mark = ("ok  " if error is None else "FAIL") if number == 0 else "    "
        screen.say(f"{mark}  {subject}: {log.SECRETS.masked(line)}")


def _checks(settings: Settings) -> Iterator[tuple[str, str | None, str]]:
    """Yield for each thing looked at: what it is, what is wrong (None: nothing), what is right."""
    try:
        check_names(settings)
    except SettingsError as error:
        yield "settings", str(error), ""
        return
    yield "settings", None, f"{settings_path()} can be used; {_counted(len(settings.accounts))}"
    model = tuning_of(settings).model
    if model is not None:
        yield "sentiment", None, f"read by {model.name}, learned from {model.labels:,} labels on {model.on}"
    if not settings.accounts:
        yield "accounts", "there is none in the settings yet, so there is nothing to listen to", ""
    ring = KeyRing(settings, clock=utcnow)
    for account in settings.accounts:
        yield from _account(settings, ring, account)
    running = _service_answers(settings)
    yield _database(settings, running=running)
    if running:
        yield "ports", None, "the running service has them"
    else:
        yield _port("dashboard", settings.dashboard.host, settings.dashboard.port)
        yield _port("public", settings.public.host, settings.public.port)
    yield _disk(settings)
    if settings.mail is not None:
        yield _mail(settings.mail)


def _account(settings: Settings, ring: KeyRing, account: AccountSettings) -> Iterator[tuple[str, str | None, str]]:
    """Look for the keys of an account, and ask the platform whose they are."""
    subject = f"account {account.id}"
    try:
        keys = ring.keys(account)
        channel = build_channel(settings, account, keys)
    except SettingsError as error:
        yield subject, str(error), ""
        return
    lacking: list[str] = []
    if keys.keeper is None:
        yield subject, None, f"its {len(keys.values)} keys are there"
    else:
        lacking = missing(account.channel, keys.keeper.entry.scopes)
        yield from ((subject, None, words) for words in connected_words(keys.keeper.entry))
        yield from ((subject, None, words) for words in lacking)
        yield from _end(subject, account, keys.keeper.entry.expires_at)
    try:
        owner = channel.whoami()
    except ChannelError as error:
        yield subject, f"{account.channel} says no ({type(error).__name__}): {error}", ""
        return
    yield subject, None, f"{account.channel} answers; the keys belong to @{owner.handle} ({owner.name})"
    yield from ((subject, None, note) for note in owner.notes if note not in lacking)
    yield from ((subject, words, "") for words in never_told(account))
    yield from _pushes(subject, account, channel)


def _pushes(subject: str, account: AccountSettings, channel: Channel) -> Iterator[tuple[str, str | None, str]]:
    """Tell whether the platform pushes what is to be pushed."""
    if not isinstance(channel, Subscribing) or not channel.is_pushed:
        return
    try:
        lacking = channel.not_pushed({stream.kind for stream in account.streams})
    except ChannelError as error:
        lacking = f"what is pushed cannot be asked: {error}"
    yield subject, lacking, f"{account.channel} pushes what its streams need, as far as the Page is concerned"


def _counted(accounts: int) -> str:
    return "1 account" if accounts == 1 else f"{accounts} accounts"


def _end(subject: str, account: AccountSettings, expires_at: datetime | None) -> Iterator[tuple[str, str | None, str]]:
    """Tell when somebody has to connect the account again, if that is near; after it the account is of no use."""
    now = utcnow()
    due = vault_ends.step(expires_at, now)
    if expires_at is not None and due is not None:
        words = vault_ends.words(account.channel, account.id, expires_at, now)
        yield subject, (words if due == 0 else None), words


def _service_answers(settings: Settings) -> bool:
    try:
        return remote.ask(settings.data_dir, "outbox", {"as_json": True, "settled": False}, terminal.nowhere()) == 0
    except remote.NobodyAnswers:
        return False


def _database(settings: Settings, *, running: bool) -> tuple[str, str | None, str]:
    path = settings.database
    if running:
        return "database", None, f"{path} is held by the running service, which answers"
    if not path.exists():
        near = _nearest(path.parent)
        if not near.is_dir() or not os.access(near, os.W_OK | os.X_OK):
            return "database", f"{path} cannot be made: {near} is no folder that we can write to; see data_dir", ""
        return "database", None, f"{path} is not there yet; it is made at the first start"
    try:
        behind = Store.look(path)
    except ListenerError as error:
        return "database", str(error), ""
    if behind:
        words = "it is of an older version, and is brought up, after a backup, at the next start"
        return "database", None, f"{path} opens; {words}"
    return "database", None, f"{path} opens"


def _mail(settings: MailSettings) -> tuple[str, str | None, str]:
    """Greet the mail server and log in; nothing is sent."""
    try:
        return "mail", None, Postman(settings, patience_s=_MAIL_PATIENCE_S).look()
    except MailFault as error:
        return "mail", str(error), ""


def _nearest(folder: Path) -> Path:
    """Return the folder, or the nearest one above it that is there."""
    while not folder.exists():
        folder = folder.parent
    return folder


def _port(key: str, host: str, port: int) -> tuple[str, str | None, str]:
    try:
        bind(host, port, key).close()
    except PortBusy as error:
        return key, str(error), ""
    return key, None, f"port {port} on {host} is free" if port else f"any free port on {host} will do"


def _disk(settings: Settings) -> tuple[str, str | None, str]:
    folder = _nearest(settings.data_dir)
    free = shutil.disk_usage(folder).free
    if free < _COMFORTABLE_BYTES:
        return "disk", f"only {free / 1e6:.0f} MB are free in {folder}; make room before you start", ""
    return "disk", None, f"{free / 1e9:.0f} GB are free in {folder}"
