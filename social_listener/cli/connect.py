"""connect: gets the tokens of an account with the owner's approval, puts them into the vault, and says what is next."""

from __future__ import annotations

import sys
import webbrowser
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from social_listener import log, terminal
from social_listener.channels.scopes import missing
from social_listener.channels.transport import base_url_fault
from social_listener.cli import connect_push, connect_ways
from social_listener.cli.connect_again import carried_over, check_same
from social_listener.cli.connect_door import Door
from social_listener.cli.connect_key import open_or_make
from social_listener.cli.connect_ways import App, Found, Wish
from social_listener.cli.options import settings_option, settings_path
from social_listener.errors import SettingsError
from social_listener.model import StreamKind
from social_listener.service_keys import utcnow
from social_listener.settings_block import Block, added, write
from social_listener.settings_file import load
from social_listener.settings_secrets import secret
from social_listener.vault import Entry
from social_listener.vault_keeper import connected_words, hide

if TYPE_CHECKING:
    from social_listener.channels.graph_oauth import Page
    from social_listener.settings import AccountSettings, Settings
    from social_listener.terminal import Terminal
    from social_listener.vault import Vault

#: a platform's app must know the address exactly, so the port is a fixed one
PORT = 8723
#: channel → the variables that hold the app's id and secret, unless others are named
_VARIABLES = {
    "x": ("X_CLIENT_ID", "X_CLIENT_SECRET"),
    "facebook": ("META_APP_ID", "META_APP_SECRET"),
    "instagram": ("META_APP_ID", "META_APP_SECRET"),
}
#: channel → further secrets that go into the vault when their variable is set: what pushed deliveries are checked with
_MORE = {
    "x": {"consumer_secret": "X_CONSUMER_SECRET"},
    "facebook": {"verify_token": "META_VERIFY_TOKEN"},
    "instagram": {"verify_token": "META_VERIFY_TOKEN"},
}
#: channel → how its address calls this machine: X's apps take numbers only, Meta's only this name without https
_HOST = {"x": "127.0.0.1", "facebook": "localhost", "instagram": "localhost"}
_STREAMS = {
    "x": ("mentions", "replies", "messages"),
    "facebook": ("comments", "mentions", "messages"),
    "instagram": ("comments", "mentions", "messages"),
}
_NEEDED = {
    "x": "an app of yours at X (developer.x.com) with OAuth 2.0 switched on, type Web App, and this callback address:",
    "facebook": "an app of yours at Meta (developers.facebook.com) with Facebook Login, and this redirect address:",
    "instagram": "an app of yours at Meta (developers.facebook.com) with Facebook Login, and this redirect address:",
}


class _Guide:
    """Talks to the person at the terminal."""

    def __init__(self, door: Door, screen: Terminal, *, browser: bool, page: str | None, patience: timedelta) -> None:
        self.state = door.state
        self.address = door.address
        self._door = door
        self._screen = screen
        self._browser = browser
        self._page = page
        self._patience = patience

    def approve(self, address: str) -> str:
        """Show the address; see `Guide`."""
        self._screen.say("Open this address, sign in as the account's owner, and approve:")
        self._screen.say(address)
        if self._browser:
            webbrowser.open(address)
        self._screen.say(f"waiting for the answer, {self._patience.total_seconds() / 60:g} minutes at most …")
        code = self._door.wait(self._patience)
        log.SECRETS.add([code])
        return code

    def choose(self, pages: list[Page]) -> Page:
        """Let the person choose; see `Guide`."""
        if self._page is not None:
            return connect_ways.page_named(pages, self._page)
        if len(pages) == 1:
            return pages[0]
        if not sys.stdin.isatty():
            raise SettingsError(f"say which Page with --page; there are: {connect_ways.listed(pages)}")
        for number, page in enumerate(pages, 1):
            instagram = f", {page.on_instagram}" if page.instagram_id else ""
            self._screen.say(f"{number:3}  {page.name}{instagram}")
        chosen: int = click.prompt("Which one", type=click.IntRange(1, len(pages)), err=True)
        return pages[chosen - 1]

    def say(self, line: str) -> None:
        """Say it; see `Guide`."""
        self._screen.say(line)


@click.command()
@click.argument("channel", type=click.Choice(tuple(_VARIABLES)))
@click.option("--id", "account_id", metavar="ID", help="The account's id in the settings; else the channel's name.")
@click.option("--name", help="How staff call it; else the handle or the name of the Page.")
@click.option("--page", metavar="ID", help="Which Page, when there are several.")
@click.option("--app-id", "id_variable", metavar="NAME", help="Variable that holds the app's id, if not the usual one.")
@click.option("--app-secret", "secret_variable", metavar="NAME", help="Variable that holds the app's secret.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="Where the answer comes to."
)
@click.option("--minutes", type=click.FloatRange(min=0, min_open=True), default=10, show_default=True, help="To wait.")
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@click.option("--base-url", metavar="URL", help="Another address that speaks the platform's API, such as a sandbox.")
@click.option("--write", "writing", is_flag=True, help="Add the account to the settings file.")
@settings_option
def connect(  # noqa: PLR0917 - click passes them by name
    channel: str,
    account_id: str | None,
    name: str | None,
    page: str | None,
    id_variable: str | None,
    secret_variable: str | None,
    port: int,
    minutes: float,
    no_browser: bool,
    base_url: str | None,
    writing: bool,
) -> None:
    """Connect an account of X, a Facebook Page or an Instagram account: its owner approves in a browser.

    The tokens go into the vault, sealed; the settings get no secret. Run it again when an account has to be renewed.
    """
    settings = load(settings_path())
    log.set_up("ERROR")
    screen = terminal.own()
    known = _known(settings, channel, account_id)
    wish = Wish(
        channel=channel,
        account_id=_id(settings, channel, account_id),
        base_url=base_url or (known.base_url if known else None),
        polling=settings.polling,
    )
    fault = base_url_fault(wish.base_url) if wish.base_url else None
    if fault is not None:
        raise SettingsError(f"--base-url {fault}")
    patience = timedelta(minutes=minutes)
    with Door(port, _HOST[channel]) as door:
        screen.say(f"You need {_NEEDED[channel]}")
        screen.say(f"    {door.address}")
        app = _app(channel, id_variable, secret_variable)
        vault = open_or_make(settings.data_dir, screen)
        _check_id(vault, wish)
        guide = _Guide(door, screen, browser=not no_browser, page=page, patience=patience)
        found = (connect_ways.x if channel == "x" else connect_ways.meta)(wish, app, guide)
    found = _keep(vault, wish, found, screen, known=known, named=account_id is not None)
    _push(wish, known, found, screen)
    _settle(wish, known, found, name, screen, writing=writing)


def _known(settings: Settings, channel: str, wanted: str | None) -> AccountSettings | None:
    """Return the account in the settings that is connected again; None: a new one. `SettingsError`: it is another's."""
    same = [account for account in settings.accounts if account.channel == channel]
    if wanted is None:
        return same[0] if len(same) == 1 else None
    for account in settings.accounts:
        if account.id == wanted and account.channel != channel:
            raise SettingsError(f"--id {wanted}: this is an account of {account.channel} in the settings")
        if account.id == wanted:
            return account
    return None


def _id(settings: Settings, channel: str, wanted: str | None) -> str:
    """Return the account's id: what was asked for, the only one of its channel, or the channel's own name."""
    same = [account.id for account in settings.accounts if account.channel == channel]
    if wanted is not None:
        Block(id=wanted, channel=channel, name=wanted).checked()
        return wanted
    if len(same) > 1:
        raise SettingsError(f"say which account with --id; of {channel} there are {', '.join(same)}")
    if not same and any(account.id == channel for account in settings.accounts):
        raise SettingsError(f"say with --id how the account is to be called; {channel!r} is another one's")
    return same[0] if same else channel


def _app(channel: str, id_variable: str | None, secret_variable: str | None) -> App:
    """Return the app, from the environment or from the person; the secret is not shown while it is typed."""
    usual_id, usual_secret = _VARIABLES[channel]
    app_id = _asked(id_variable or usual_id, "The app's id", needed=True, hidden=False)
    app_secret = _asked(
        secret_variable or usual_secret,
        "The app's secret (not shown)" + ("; nothing for a public client" if channel == "x" else ""),
        needed=channel != "x",
        hidden=True,
    )
    more = {key: value for key, variable in _MORE[channel].items() if (value := secret(variable)) is not None}
    log.SECRETS.add([app_secret, *more.values()])
    return App(id=app_id, secret=app_secret, more=more)


def _asked(variable: str, words: str, *, needed: bool, hidden: bool) -> str:
    value = secret(variable)
    if value is not None:
        return value
    if sys.stdin.isatty():
        default = None if needed else ""
        typed: str = click.prompt(words, hide_input=hidden, default=default, show_default=False, err=True)
        return typed.strip()
    if needed:
        raise SettingsError(f"set the environment variable {variable} (or {variable}_FILE), or run this in a terminal")
    return ""


def _check_id(vault: Vault, wish: Wish) -> None:
    """Refuse to put an account over one of another platform."""
    kept = vault.get(wish.account_id)
    if kept is not None and kept.channel != wish.channel:
        raise SettingsError(
            f"--id {wish.account_id}: the vault holds an account of {kept.channel} under it; use another"
        )


def _keep(
    vault: Vault, wish: Wish, found: Found, screen: Terminal, *, known: AccountSettings | None, named: bool
) -> Found:
    """Put what was found into the vault, and say in words what it is good for; return it as it was kept."""
    hide(found.credentials)
    try:
        # A refresh that is under way ends first, so that it cannot put its pair over the new one.
        with vault.lock(wish.account_id), vault.lock():
            kept = vault.get(wish.account_id)
            check_same(wish.account_id, known, kept, found, named=named)
            found, stay = carried_over(kept, found, _MORE[wish.channel])
            entry = vault.put(_entry(wish, found))
    except OSError as error:
        raise SettingsError(f"{vault.path}: cannot be written: {error.strerror}; run the command again") from None
    screen.say(f"account {wish.account_id}:")
    for line in [*connected_words(entry), *missing(wish.channel, entry.scopes)]:
        screen.say(f"    {line}")
    for key in stay:
        screen.say(f"    {key}: {_MORE[wish.channel][key]} is not set, so the one that was kept stays")
    return found


def _push(wish: Wish, known: AccountSettings | None, found: Found, screen: Terminal) -> None:
    """Have the platform push what the account's streams need, and say what is left to do."""
    usual = {StreamKind(kind) for kind in _STREAMS[wish.channel]}
    kinds = {stream.kind for stream in known.streams} if known is not None else usual
    for line in connect_push.subscribe(wish, known, found, kinds):
        screen.say(f"    {line}")


def _entry(wish: Wish, found: Found) -> Entry:
    return Entry(
        account_id=wish.account_id,
        channel=wish.channel,
        credentials=found.credentials,
        obtained_at=utcnow(),
        expires_at=found.expires_at,
        native_id=found.native_id,
        renew_at=found.renew_at,
        scopes=found.scopes,
        owner=found.owner,
    )


def _settle(
    wish: Wish, known: AccountSettings | None, found: Found, name: str | None, screen: Terminal, *, writing: bool
) -> None:
    """Bring the settings in line with the vault, or say what to do."""
    path = settings_path()
    if known is not None:
        if known.credentials:
            screen.say(f"take `credentials` of account {known.id} out of {path}: while they are there, they are used")
        screen.say("restart the service if it runs")
        return
    pushed = connect_push.is_pushed(wish.channel, found)
    block = Block(
        id=wish.account_id,
        channel=wish.channel,
        name=name or found.name,
        base_url=wish.base_url,
        options={**found.options, "webhooks": "on"} if pushed else found.options,
        streams=connect_push.streams(wish.channel, found, _STREAMS[wish.channel]),
    )
    screen.data(("\n".join(block.lines()) + "\n").encode())
    if not writing:
        screen.say(f"add this to `accounts` in {path} (--write does it for you), then run `social-listener check`")
        return
    write(path, added(path.read_text(encoding="utf-8"), block, path))
    screen.say(f"added to {path}; run `social-listener check`, and restart the service if it runs")
