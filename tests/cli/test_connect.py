"""connect from end to end: the printed address is fetched as a browser would, the platform is the sandbox."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import urlopen

import forking
import pytest
import requests
from cryptography.fernet import Fernet

from social_listener import terminal
from social_listener.settings_file import load
from social_listener.vault import FILE, KEY, Vault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from social_listener.sandbox import Sandbox

KEPT = """\
# my own words
accounts: []   # nobody yet
dashboard:
  port: 0  # any
public: {port: 0}
log: {level: DEBUG}
"""
#: runs a command in a terminal of its own; what is written to us is typed there
IN_A_TERMINAL = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)"


@dataclass
class Running:
    """A `connect` that waits for its answer."""

    process: forking.Running
    said: list[str]
    address: str

    def finish(self) -> tuple[int, str, str]:
        """Return its exit code, and what it wrote."""
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        out, err = self.process.stdout.read(), self.process.stderr.read()
        return self.process.wait(60), out, "".join(self.said) + err

    @property
    def back(self) -> tuple[str, str]:
        """Return where the answer has to come to, and the state that it must carry."""
        query = parse_qs(urlsplit(self.address).query)
        return query["redirect_uri"][0], query["state"][0]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> Path:
    """Return a folder with settings without accounts; app and vault's key are in the environment."""
    (tmp_path / "settings.yaml").write_text(KEPT, encoding="utf-8")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setenv(KEY, Fernet.generate_key().decode())
    monkeypatch.setenv("SOCIAL_LISTENER_SETTINGS", str(tmp_path / "settings.yaml"))
    monkeypatch.setenv("X_CLIENT_ID", sandbox.credentials["client_id"])
    monkeypatch.setenv("X_CLIENT_SECRET", sandbox.credentials["client_secret"])
    monkeypatch.setenv("META_APP_ID", sandbox.graph.app_id)
    monkeypatch.setenv("META_APP_SECRET", sandbox.graph.tokens.app_secret)
    monkeypatch.setenv("META_VERIFY_TOKEN", "canary-verify-token")
    return tmp_path


@pytest.fixture
def start(home: Path, sandbox: Sandbox) -> Iterator[Callable[..., Running]]:
    """Return a function that starts `connect` and reads the address that it prints."""
    started = ExitStack()

    def begin(*arguments: str) -> Running:
        told = ("--no-browser", "--port", "0", "--base-url", sandbox.base_url)
        process = started.enter_context(forking.start("connect", *arguments, *told, stderr=subprocess.PIPE, text=True))
        started.callback(process.kill)
        said: list[str] = []
        assert process.stderr is not None
        for line in process.stderr:
            said.append(line)
            if line.startswith(f"{sandbox.base_url}/"):
                return Running(process, said, line.strip())
        pytest.fail("".join(said))

    with started:
        yield begin


def entry(home: Path, account: str) -> Any:
    """Return an account's entry in the vault."""
    found = Vault(home / "data" / FILE, os.environ[KEY]).get(account)
    assert found is not None
    return found


def everything_written(home: Path) -> bytes:
    """Return all bytes below a folder."""
    return b"".join(file.read_bytes() for file in home.rglob("*") if file.is_file())


def visit(address: str, **query: str) -> str:
    """Open an address as a browser does, and return the page to which it leads.

    Not with `requests`: what that logs, a browser does not, and the addresses carry codes.
    """
    with urlopen(f"{address}?{urlencode(query)}" if query else address, timeout=30) as answer:  # noqa: S310  # loopback
        return answer.read().decode()


def test_x_from_the_approval_to_a_poll(start: Any, home: Path, run: Any, sandbox: Sandbox) -> None:
    """The owner approves; the vault holds the tokens, the settings the account, and poll, check and status work."""
    running = start("x", "--write")
    page = visit(running.address)
    assert "close this page" in page
    code, out, err = running.finish()
    assert code == terminal.OK, err
    kept = entry(home, "x")
    assert kept.owner == "@fernhill (Fernhill)"
    assert "dm.write" in kept.scopes
    assert kept.expires_at is None
    assert kept.credentials["user_id"] == sandbox.brand.id
    secrets = {value for name, value in kept.credentials.items() if name != "user_id"}
    assert not any(value in out + err for value in secrets - {sandbox.credentials["client_id"]})
    assert not any(value.encode() in everything_written(home) for value in secrets)
    account = load(home / "settings.yaml").account("x")
    assert (account.name, account.base_url, account.credentials) == ("@fernhill", sandbox.base_url, {})
    assert "# my own words" in (home / "settings.yaml").read_text(encoding="utf-8")

    sandbox.world.post("customer1", "@fernhill where is my order?")
    polled = run("poll", "--once")
    assert polled.code == terminal.OK, polled.err
    status = run("status", "--json").json
    assert status["interactions"] == 1
    assert status["accounts"][0]["state"] == "ok"
    checked = run("check")
    assert checked.code == terminal.OK, checked.err
    assert "it is connected, as @fernhill (Fernhill)" in checked.err
    assert "no end is known" in checked.err
    assert "the keys belong to @fernhill" in checked.err
    assert run("backup").code == terminal.OK
    backups = list((home / "data" / "backups").iterdir())
    assert [file.suffix for file in backups] == [".duckdb"]
    assert not any(value.encode() in everything_written(home) for value in secrets)
    assert not any(value in polled.err + checked.err + polled.out for value in secrets)


@pytest.mark.parametrize("channel", ["facebook", "instagram"])
def test_meta_from_the_approval_to_a_poll(start: Any, home: Path, run: Any, sandbox: Sandbox, channel: str) -> None:
    """The owner approves; the Page's own lasting token is kept, with the day on which access ends."""
    running = start(channel, "--id", "mine", "--write")
    assert visit(running.address)
    code, out, err = running.finish()
    assert code == terminal.OK, err
    kept = entry(home, "mine")
    assert kept.channel == channel
    assert kept.credentials["app_secret"] == sandbox.graph.tokens.app_secret
    assert kept.credentials["verify_token"] == "canary-verify-token"
    assert "pages_manage_metadata" in kept.scopes
    assert timedelta(days=80) < kept.expires_at - datetime.now(UTC) < timedelta(days=100)
    assert sandbox.graph.tokens.find(kept.credentials["access_token"]).kind == "page"
    assert not any(value in out + err for value in kept.credentials.values())
    account = load(home / "settings.yaml").account("mine")
    assert account.options == {**sandbox.graph_options(channel), "webhooks": "on"}  # type: ignore[arg-type]
    assert account.name == ("Fernhill" if channel == "facebook" else "@fernhill")
    assert [stream.kind.value for stream in account.streams] == ["comments", "mentions", "messages"]
    polled = run("poll", "--once")
    assert polled.code == terminal.OK, polled.err
    checked = run("check")
    assert checked.code == terminal.OK, checked.err
    assert f"until {kept.expires_at:%Y-%m-%d}" in checked.err
    assert not any(value.encode() in everything_written(home) for value in kept.credentials.values())


def test_what_was_not_permitted_is_told_in_words(start: Any, run: Any, sandbox: Sandbox) -> None:
    """Each scope that the owner took out is named, with what will not work, when connecting and in check."""
    sandbox.graph.policy.change(declined_scopes="pages_messaging pages_manage_engagement pages_manage_posts")
    running = start("facebook", "--write")
    visit(running.address)
    _, _, err = running.finish()
    for words in (err, run("check").err):
        assert "pages_messaging is missing: messages cannot be read or sent" in words
        assert "pages_manage_engagement is missing: comments cannot be answered" in words
        assert words.count("pages_manage_posts is missing: pictures cannot be sent with comments") == 1
        assert "pages_read_user_content is missing" not in words


def test_the_owner_may_say_no(start: Any, home: Path, sandbox: Sandbox) -> None:
    """A refusal ends the command with words; nothing is kept."""
    for channel, policy in (("x", sandbox.policy), ("facebook", sandbox.graph.policy)):
        policy.change(authorize="deny")
        running = start(channel, "--write")
        assert "Nothing was permitted" in visit(running.address)
        code, _, err = running.finish()
        assert code == terminal.FAILED
        assert "nothing was permitted; nothing was changed" in err
    assert not (home / "data" / FILE).exists()
    assert (home / "settings.yaml").read_text(encoding="utf-8") == KEPT


def test_foreign_answers_are_ignored_and_the_right_one_counts_once(start: Any, home: Path) -> None:
    """An answer without our state, with another's or with two is refused; after the right one the door is shut."""
    running = start("x")
    address, state = running.back
    foreign = [
        ({"code": "stolen"}, 403),
        ({"code": "stolen", "state": ""}, 403),
        ({"code": "stolen", "state": state[:-1]}, 403),
        ({"code": "stolen", "state": [state, "x"]}, 403),
        ({"error": "access_denied", "state": "x"}, 403),
        ({"state": state}, 400),
    ]
    for query, status in foreign:
        assert requests.get(address, params=query, timeout=30).status_code == status
    ours = {"code": "stolen", "state": state}
    assert requests.get(address, params=ours, headers={"Host": "evil.example"}, timeout=30).status_code == 400
    assert requests.post(address, params=ours, timeout=30).status_code == 405
    assert requests.get(address.replace("/connected", "/"), params=ours, timeout=30).status_code == 404
    assert "close this page" in visit(running.address)
    code, _, err = running.finish()
    assert code == terminal.OK, err
    assert entry(home, "x").owner


def test_a_code_of_somebody_else_is_worth_nothing(start: Any, home: Path) -> None:
    """Even with the right state, a code that was not approved for our verifier gives no tokens."""
    first, second = start("x"), start("x")
    other = requests.get(second.address, timeout=30, allow_redirects=False).headers["location"]
    code = parse_qs(urlsplit(other).query)["code"][0]
    address, state = first.back
    visit(address, code=code, state=state)
    exit_code, _, err = first.finish()
    assert exit_code == terminal.FAILED
    assert "X answered 400 while exchanging the code" in err
    assert not (home / "data" / FILE).exists()


def test_nobody_answers(start: Any) -> None:
    """After the time is up the command ends with words."""
    running = start("x", "--minutes", "0.005")
    code, _, err = running.finish()
    assert code == terminal.FAILED
    assert "nobody approved within 0.005 minutes" in err


def test_without_write_the_block_is_only_shown(start: Any, home: Path) -> None:
    """Standard output carries the block; the file stays as it was."""
    running = start("x", "--name", "Fernhill: help")
    visit(running.address)
    code, out, err = running.finish()
    assert code == terminal.OK, err
    assert 'name: "Fernhill: help"' in out
    assert "--write" in err
    assert (home / "settings.yaml").read_text(encoding="utf-8") == KEPT


def test_connecting_again_keeps_the_settings(start: Any, home: Path) -> None:
    """An account that is in the settings gets new tokens and no second block."""
    for _ in range(2):
        running = start("x", "--write")
        visit(running.address)
        code, _, err = running.finish()
        assert code == terminal.OK, err
    assert [account.id for account in load(home / "settings.yaml").accounts] == ["x"]
    assert entry(home, "x").generation == 2


@pytest.mark.parametrize(
    ("channel", "variable", "key"),
    [
        ("facebook", "META_VERIFY_TOKEN", "verify_token"),
        ("instagram", "META_VERIFY_TOKEN", "verify_token"),
        ("x", "X_CONSUMER_SECRET", "consumer_secret"),
    ],
)
def test_connecting_again_keeps_what_deliveries_are_checked_with(  # noqa: PLR0917 - fixtures
    start: Any, home: Path, run: Any, monkeypatch: pytest.MonkeyPatch, channel: str, variable: str, key: str
) -> None:
    """A variable that is not set this time takes nothing away; one that is set counts; `check` finds all it needs."""
    for value, wanted in (("canary-one", "canary-one"), (None, "canary-one"), ("canary-two", "canary-two")):
        if value is None:
            monkeypatch.delenv(variable)
        else:
            monkeypatch.setenv(variable, value)
        running = start(channel, "--write")
        visit(running.address)
        code, _, err = running.finish()
        assert code == terminal.OK, err
        assert (variable in err) == (value is None)
        assert entry(home, channel).credentials[key] == wanted
        text = (home / "settings.yaml").read_text()
        if channel != "x" and "webhooks" not in text:
            (home / "settings.yaml").write_text(text.replace("      page_id:", '      webhooks: "on"\n      page_id:'))
    checked = run("check")
    assert "verify_token" not in checked.err


def test_a_secret_of_another_app_is_not_kept(
    start: Any, home: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """X signs with the secret of one app: connected through another, the old one is taken away."""
    monkeypatch.setenv("X_CONSUMER_SECRET", "canary-one")
    visit((running := start("x", "--write")).address)
    assert running.finish()[0] == terminal.OK
    vault = Vault(home / "data" / FILE, os.environ[KEY])
    before = entry(home, "x")
    vault.put(replace(before, credentials={**before.credentials, "client_id": "another-app"}))
    monkeypatch.delenv("X_CONSUMER_SECRET")
    visit((running := start("x")).address)
    assert running.finish()[0] == terminal.OK
    assert "consumer_secret" not in entry(home, "x").credentials


def test_connecting_subscribes_the_page(start: Any, home: Path, run: Any, sandbox: Sandbox) -> None:
    """Of one Page, Facebook and Instagram are pushed: neither takes away what the other needs; check sees a loss."""
    sandbox.graph.subscribe_app(("message_reads",))
    for channel in ("facebook", "instagram", "facebook"):
        visit((running := start(channel, "--write")).address)
        code, _, err = running.finish()
        assert code == terminal.OK, err
        assert f"/webhooks/{channel}" in err
    (fields,) = sandbox.graph.ledger.subscriptions.values()
    assert set(fields) == {"message_reads", "feed", "mention", "messages", "message_echoes"}
    assert run("check").code == terminal.OK
    sandbox.graph.subscribe_app(("messages",))
    checked = run("check")
    assert checked.code == terminal.FAILED
    assert "has not subscribed the app to feed, mention, message_echoes" in checked.err


def test_a_page_that_cannot_be_subscribed_is_connected_all_the_same(start: Any, home: Path, sandbox: Sandbox) -> None:
    """Without the permission the tokens are kept, and the command says that nothing will be pushed, and why."""
    sandbox.graph.tokens.withdrawn.add("pages_manage_metadata")
    visit((running := start("facebook", "--write")).address)
    code, _, err = running.finish()
    assert code == terminal.OK, err
    assert "could not be subscribed" in err
    assert entry(home, "facebook").credentials["access_token"]


def test_without_a_webhook_instagram_is_not_said_to_tell_of_mentions(
    start: Any, home: Path, run: Any, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They come by no other way: the block leaves them out, the command says why; written by hand, check refuses."""
    monkeypatch.delenv("META_VERIFY_TOKEN")
    visit((running := start("instagram", "--write")).address)
    code, _, err = running.finish()
    assert code == terminal.OK, err
    assert "META_VERIFY_TOKEN" in err
    account = load(home / "settings.yaml").account("instagram")
    assert [stream.kind.value for stream in account.streams] == ["comments", "messages"]
    assert "webhooks" not in account.options
    assert sandbox.graph.ledger.subscriptions == {}
    assert run("check").code == terminal.OK
    text = (home / "settings.yaml").read_text()
    (home / "settings.yaml").write_text(text.replace("- kind: messages", "- kind: messages\n      - kind: mentions"))
    checked = run("check")
    assert checked.code == terminal.FAILED
    assert "instagram/mentions: nothing comes" in checked.err


@pytest.mark.long
@pytest.mark.parametrize("written", [True, False])
@pytest.mark.parametrize("channel", ["facebook", "instagram"])
def test_a_second_page_takes_no_first_ones_place(
    start: Any, home: Path, sandbox: Sandbox, channel: str, written: bool
) -> None:
    """Without an id of its own it is refused and the first stays as it was; with one both are there."""
    more = ["--write"] if written else []
    visit((running := start(channel, "--page", sandbox.graph.page_id, *more)).address)
    assert running.finish()[0] == terminal.OK
    before = entry(home, channel)
    other = sandbox.graph.tokens.add_page("Second Shop", instagram=channel == "instagram")
    visit((running := start(channel, "--page", other.psid, *more)).address)
    code, _, err = running.finish()
    assert code == terminal.WRONG_USE, err
    assert "--id" in err
    assert "nothing was changed" in err
    assert entry(home, channel) == before
    visit((running := start(channel, "--page", other.psid, "--id", "second", *more)).address)
    code, _, err = running.finish()
    assert code == terminal.OK, err
    assert entry(home, channel) == before
    assert "Second Shop" in entry(home, "second").owner
    if written:
        assert [account.id for account in load(home / "settings.yaml").accounts] == [channel, "second"]


@pytest.mark.long
def test_another_person_of_x_takes_no_first_ones_place(start: Any, home: Path, sandbox: Sandbox) -> None:
    """The account in the settings stays whose it was, though no option of its block says whose."""
    visit((running := start("x", "--write")).address)
    assert running.finish()[0] == terminal.OK
    vault, mine = Vault(home / "data" / FILE, os.environ[KEY]), entry(home, "x")
    for native_id in ("4711", ""):  # an older version wrote no `native_id`
        before = vault.put(replace(mine, native_id=native_id, credentials={**mine.credentials, "user_id": "4711"}))
        for named in ((), ("--id", "x")):
            visit((running := start("x", *named)).address)
            code, _, err = running.finish()
            assert code == terminal.WRONG_USE, err
            assert entry(home, "x") == before


def test_a_key_is_made_where_there_is_none(start: Any, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes into the owner's configuration, readable by the owner alone, and the command says so."""
    monkeypatch.delenv(KEY)
    place = home / "config" / "social-listener" / "vault.key"
    for words in ("a key for the vault was made, in", "the vault's key is in"):
        running = start("x")
        visit(running.address)
        code, _, err = running.finish()
        assert code == terminal.OK, err
        assert f"{words} {place}" in err
        assert f"{KEY}_FILE={place}" in err
        assert place.stat().st_mode & 0o777 == 0o600
        assert place.read_text().strip() not in err
    monkeypatch.setenv(KEY, place.read_text().strip())
    assert entry(home, "x").generation == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["x", "--id", "no good"], "write letters, digits"),
        (["x", "--base-url", "http://example.com"], "must begin with https://"),
        (["x", "--app-id", "NOT_SET"], "set the environment variable NOT_SET"),
        (["facebook", "--app-secret", "NOT_SET"], "set the environment variable NOT_SET"),
    ],
)
def test_what_is_missing_is_told_before_anything_happens(
    home: Path, run: Any, arguments: list[str], words: str
) -> None:
    """Wrong options and missing secrets end the command at once."""
    result = run("connect", "--port", "0", "--no-browser", *arguments)
    assert result.code == terminal.WRONG_USE
    assert words in result.err
    assert not (home / "data").exists()


def test_a_secret_that_is_typed_is_not_shown(home: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without variables the terminal asks: the id is seen while it is typed, the secret is not."""
    app_id, app_secret = sandbox.credentials["client_id"], sandbox.credentials["client_secret"]
    monkeypatch.delenv("X_CLIENT_ID")
    monkeypatch.delenv("X_CLIENT_SECRET")
    command = [sys.executable, "-c", IN_A_TERMINAL, sys.executable, "-m", "social_listener", "connect", "x"]
    command += ["--no-browser", "--port", "0", "--base-url", sandbox.base_url]
    typed = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(os.environ))
    assert typed.stdin is not None
    seen = ""

    def more() -> str:
        char = typed.stdout.read(1) if typed.stdout is not None else ""
        assert char, seen
        return char

    for answer, until in ((app_id, "The app's id: "), (app_secret, "public client: ")):
        while not seen.endswith(until):
            seen += more()
        typed.stdin.write(f"{answer}\n")
        typed.stdin.flush()
    while f"{sandbox.base_url}/i/" not in seen or not seen.endswith("\n"):
        seen += more()
    visit(next(line for line in seen.splitlines() if line.startswith(sandbox.base_url)))
    seen += typed.communicate(timeout=60)[0]
    assert typed.returncode == terminal.OK, seen
    assert entry(home, "x").credentials["client_secret"] == app_secret
    assert app_id in seen
    assert app_secret not in seen


def test_an_id_of_another_platform_is_refused(start: Any, home: Path, run: Any) -> None:
    """Under one id there is one account; the first one stays."""
    running = start("x", "--id", "mine")
    visit(running.address)
    assert running.finish()[0] == terminal.OK
    result = run("connect", "facebook", "--id", "mine", "--port", "0", "--no-browser")
    assert result.code == terminal.WRONG_USE
    assert "the vault holds an account of x under it" in result.err
    assert entry(home, "mine").channel == "x"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder of another user")
def test_a_vault_that_the_service_could_not_read_is_not_made(home: Path, run: Any) -> None:
    """Where the data belong to another user, the command says to be run as that one."""
    (home / "data").mkdir()
    os.chown(home / "data", 12345, 12345)
    result = run("connect", "x", "--port", "0", "--no-browser")
    assert result.code == terminal.WRONG_USE
    assert "run this as that user" in result.err
    assert list((home / "data").iterdir()) == []


def test_an_account_without_credentials_and_vault_says_what_to_do(home: Path, run: Any) -> None:
    """The line names the command that connects it."""
    (home / "settings.yaml").write_text("accounts: [{id: main, channel: x, name: me}]\npublic: {port: 0}\n")
    for command in ("check", "poll"):
        result = run(command)
        assert result.code != terminal.OK
        assert "`social-listener connect x --id main`" in result.err


def test_the_environment_wins_and_is_not_mixed_with_the_vault(
    start: Any, home: Path, run: Any, account: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With `credentials` the vault is not looked at; a missing one is not taken from it, and the line says so."""
    (home / "settings.yaml").write_text(json.dumps({"accounts": [account], "public": {"port": 0}}))
    running = start("x")
    visit(running.address)
    code, _, err = running.finish()
    assert code == terminal.OK, err
    assert "take `credentials` of account main out" in err
    assert "its 5 keys are there" in run("check").err
    monkeypatch.delenv("TEST_ACCESS_TOKEN")
    result = run("poll", "--once")
    assert result.code == terminal.WRONG_USE
    assert "TEST_ACCESS_TOKEN (for access_token)" in result.err
    assert "not mixed with the environment's" in result.err


def test_tokens_that_change_cannot_stand_in_the_environment(home: Path, run: Any) -> None:
    """A refresh token in the settings is refused with the command that does it right."""
    text = "accounts: [{id: main, channel: x, name: me, credentials: {refresh_token: X_REFRESH_TOKEN}}]\n"
    (home / "settings.yaml").write_text(text)
    result = run("check")
    assert result.code == terminal.FAILED
    assert re.search(r"credentials\.refresh_token: .*`social-listener connect x`", result.err)


def test_several_pages_want_a_choice(start: Any, home: Path, sandbox: Sandbox) -> None:
    """A Page that was not given is refused with the list of those that were."""
    running = start("facebook", "--page", "1")
    visit(running.address)
    code, _, err = running.finish()
    assert code == terminal.WRONG_USE
    assert f"{sandbox.graph.page_id} " in err
    assert not (home / "data" / FILE).exists()
    running = start("instagram", "--page", sandbox.graph.page_id)
    visit(running.address)
    assert running.finish()[0] == terminal.OK
