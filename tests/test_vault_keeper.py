"""The refresh token of X: one refresher, on the disk before its use, and never used twice, whoever asks."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from connect_kit import connect, connected, new_vault, utcnow

from social_listener import log
from social_listener.channels.x_oauth import renew
from social_listener.errors import Unauthorized, Unavailable
from social_listener.model import Action, ActionKind
from social_listener.sandbox import Sandbox, oauth
from social_listener.vault_keeper import VaultKeeper

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from social_listener.channels import Held
    from social_listener.vault import Vault

HOURS = 3600.0


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Run X."""
    with Sandbox(seed=7, clock="manual") as running:
        yield running


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """Return a new vault."""
    return new_vault(tmp_path)[0]


def refreshes(sandbox: Sandbox) -> list[int]:
    """Return the status of every refresh that arrived."""
    return [call.status for call in sandbox.calls if call.endpoint == "POST /2/oauth2/token"]


def ask(channel: Any) -> str:
    """Ask X who we are; a channel remembers the answer, so that is forgotten first."""
    channel._owner = None
    return str(channel.whoami().handle)


def test_everything_is_signed_with_the_users_token(sandbox: Sandbox, vault: Vault) -> None:
    """Reading, liking and taking a like back go out with the OAuth 2.0 token, without asking who we are."""
    connect(vault, sandbox)
    channel, _ = connected(vault, sandbox.base_url)
    post = sandbox.world.post(next(u for u in sandbox.world.users.values() if not u.account), "@fernhill hello")
    for kind, likes in ((ActionKind.LIKE, 1), (ActionKind.UNLIKE, 0)):
        channel.act(Action(account_id="main", kind=kind, item_id=f"x:{post.id}", item_native_id=post.id))
        assert len(sandbox.world.truth().post(post.id).likes) == likes
    assert [call.endpoint.split()[0] for call in sandbox.calls] == ["POST", "DELETE"]
    assert channel.lookup({post.id: None}, utcnow()).interactions[0].text == "@fernhill hello"


def test_a_token_near_its_end_is_renewed_before_the_call(sandbox: Sandbox, vault: Vault) -> None:
    """No call is refused first; the new pair is in the file, and later calls use it without another refresh."""
    old = connect(vault, sandbox, ends_in=timedelta(0))
    channel, _ = connected(vault, sandbox.base_url)
    assert ask(channel) == ask(channel) == "fernhill"
    assert [call.status for call in sandbox.calls] == [200, 200, 200]
    assert refreshes(sandbox) == [200]
    new = vault.get("main")
    assert new is not None
    assert new.credentials["refresh_token"] != old.credentials["refresh_token"]
    assert (new.spent, new.owner, new.scopes) == (False, old.owner, old.scopes)
    assert new.renew_at is not None
    assert timedelta(hours=1) < new.renew_at - utcnow() < timedelta(hours=2)


def test_a_refused_token_is_renewed_once(sandbox: Sandbox, vault: Vault) -> None:
    """X's clock may be ahead of ours: a 401 leads to one refresh and one more call."""
    connect(vault, sandbox)
    channel, _ = connected(vault, sandbox.base_url)
    sandbox.world.advance(3 * HOURS)
    assert ask(channel) == "fernhill"
    assert [call.status for call in sandbox.calls] == [401, 200, 200]


def test_a_refusal_names_the_command_that_mends_it(sandbox: Sandbox, vault: Vault) -> None:
    """X refuses a connected account for good: both ways of finding out say how it is connected again."""
    connect(vault, sandbox)
    channel, _ = connected(vault, sandbox.base_url)
    sandbox.revoke("fernhill")
    with pytest.raises(Unauthorized, match="`social-listener connect x --id main`"):
        ask(channel)
    sandbox.restore("fernhill")
    sandbox.world.advance(3 * HOURS)
    oauth.revoke_grant(sandbox.world, sandbox.brand.id)
    for _ in range(2):
        with pytest.raises(Unauthorized, match="`social-listener connect x --id main`"):
            ask(channel)


def test_a_grant_that_was_taken_back_is_told_once(sandbox: Sandbox, vault: Vault) -> None:
    """The refusal says what to do; later calls do not try the same refresh token again, in no process."""
    connect(vault, sandbox)
    channel, _ = connected(vault, sandbox.base_url)
    sandbox.world.advance(3 * HOURS)
    oauth.revoke_grant(sandbox.world, sandbox.brand.id)
    for one in (channel, channel, connected(vault, sandbox.base_url)[0]):
        with pytest.raises(Unauthorized, match="connect it again"):
            ask(one)
    assert refreshes(sandbox) == [400]


@pytest.mark.parametrize(
    ("fault", "expected", "afterwards"),
    [("lost", Unauthorized, Unauthorized), ("cut", Unauthorized, Unauthorized), ("html_503", Unavailable, None)],
)
def test_an_answer_that_is_lost_ends_the_connection(
    sandbox: Sandbox, vault: Vault, fault: str, expected: type[Exception], afterwards: type[Exception] | None
) -> None:
    """A refresh whose answer was lost is never made again; one that X said it could not make is, later."""
    connect(vault, sandbox)
    channel, _ = connected(vault, sandbox.base_url)
    sandbox.world.advance(3 * HOURS)
    sandbox.faults.add("POST /2/oauth2/token", fault)
    with pytest.raises(expected) as told:
        ask(channel)
    assert "connect it again" in str(told.value) or expected is Unavailable
    sandbox.faults.clear()
    again, _ = connected(vault, sandbox.base_url)
    if afterwards is None:
        assert ask(again) == ask(channel) == "fernhill"
        return
    before = len(refreshes(sandbox))
    for one in (channel, again):
        with pytest.raises(afterwards, match="connect it again"):
            ask(one)
    assert len(refreshes(sandbox)) == before


def test_a_platform_that_is_not_reached_costs_nothing(vault: Vault) -> None:
    """A refresh that surely did not arrive is made again."""
    with Sandbox(seed=7, clock="manual") as sandbox:
        connect(vault, sandbox)
        base_url = sandbox.base_url
    channel, keeper = connected(vault, base_url)
    with pytest.raises(Unavailable):
        channel._client._access.after(keeper.held())  # type: ignore[attr-defined]
    entry = vault.get("main")
    assert entry is not None
    assert not entry.spent


def test_a_process_that_died_while_renewing_ends_the_connection(sandbox: Sandbox, vault: Vault) -> None:
    """The mark on the disk outlives a crash between the call and the file."""

    class Died(BaseException):
        """Stands for the end of the process."""

    connect(vault, sandbox)
    _, keeper = connected(vault, sandbox.base_url)

    def refresh(_: object) -> Held:
        raise Died

    with pytest.raises(Died):
        keeper.renew(keeper.held(), refresh)
    with pytest.raises(Unauthorized, match="connect it again"):
        keeper.renew(keeper.held(), refresh)


def test_connecting_again_is_noticed_without_a_restart(sandbox: Sandbox, vault: Vault) -> None:
    """An account that was given up works as soon as somebody else puts new tokens into the vault."""
    good = connect(vault, sandbox)
    vault.put(replace(good, spent=True, credentials={**good.credentials, "access_token": "old"}))
    channel, _ = connected(vault, sandbox.base_url)
    with pytest.raises(Unauthorized):
        ask(channel)
    vault.put(good)
    assert ask(channel) == "fernhill"


class Naive(VaultKeeper):
    """Known-bad: it renews without a lock and without looking whether somebody else did."""

    together = threading.Barrier(2)

    def renew(self, stale: Held, refresh: Any) -> Held:
        """Use the token, at the same time as another thread does."""
        self.together.wait(timeout=30)
        fresh: Held = refresh(stale.credentials)
        with self._vault.lock():
            self._entry = self._vault.put(replace(self._entry, credentials=fresh.credentials, renew_at=fresh.renew_at))
        return fresh


def crowd(channel: Any, count: int = 8) -> list[str]:
    """Let many threads ask at the same time; return what each was told."""
    barrier, told = threading.Barrier(count), list[str]()

    def one() -> None:
        barrier.wait()
        try:
            told.append(channel._ask_who().handle)
        except Unauthorized as error:
            told.append(str(error))

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


@pytest.mark.parametrize("rounds", [3])
def test_many_threads_use_a_refresh_token_once(sandbox: Sandbox, vault: Vault, rounds: int) -> None:
    """However many are refused at the same time, one renews and all go on."""
    connect(vault, sandbox)
    channel, _ = connected(vault, sandbox.base_url)
    for _ in range(rounds):
        sandbox.world.advance(3 * HOURS)
        assert crowd(channel) == ["fernhill"] * 8
    assert refreshes(sandbox) == [200] * rounds


def test_a_naive_refresher_loses_the_account(sandbox: Sandbox, vault: Vault) -> None:
    """The check above can fail: without the lock the second use of the token ends the grant."""
    connect(vault, sandbox)
    channel, keeper = connected(vault, sandbox.base_url)
    naive: Any = Naive(vault, keeper.entry, utcnow)
    channel._client._access._keeper = naive  # type: ignore[attr-defined]
    sandbox.world.advance(3 * HOURS)
    assert crowd(channel, 2) != ["fernhill"] * 2
    assert sorted(refreshes(sandbox)) == [200, 400]  # of two at once either may be noted first


def test_two_processes_use_a_refresh_token_once(sandbox: Sandbox, tmp_path: Path) -> None:
    """Two services on one vault, and threads of this one, renew in turn and none loses the account."""
    vault, key = new_vault(tmp_path)
    connect(vault, sandbox)
    here, _ = connected(vault, sandbox.base_url)
    kit = Path(__file__).parent / "connect_kit.py"
    command = [sys.executable, str(kit), os.fspath(vault.path), key, sandbox.base_url]
    others = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    try:
        for _ in range(4):
            sandbox.world.advance(3 * HOURS)
            for other in others:
                assert other.stdin is not None
                other.stdin.write("ask\n")
                other.stdin.flush()
            assert crowd(here, 3) == ["fernhill"] * 3
            told = [other.stdout.readline().strip() for other in others if other.stdout is not None]
            assert told == ["fernhill"] * 2
    finally:
        for other in others:
            other.communicate(timeout=30)
    assert refreshes(sandbox) == [200] * 4


def test_secrets_of_the_vault_are_masked_before_and_after_a_rotation(
    sandbox: Sandbox, vault: Vault, caplog: pytest.LogCaptureFixture
) -> None:
    """No token that was ever held appears in output; our own id, which everybody may know, does."""
    caplog.set_level("DEBUG")
    old = connect(vault, sandbox)
    channel, _ = connected(vault, sandbox.base_url)
    sandbox.world.advance(3 * HOURS)
    ask(channel)
    new = vault.get("main")
    assert new is not None
    for entry in (old, new):
        for name, value in entry.credentials.items():
            shown = log.SECRETS.masked(f"it is {value}.")
            assert (value in shown) is (name == "user_id"), name
            assert value not in caplog.text or name == "user_id"
    assert channel._client.masked(new.credentials["access_token"]) == "[secret]"  # type: ignore[attr-defined]
    text = b"".join(file.read_bytes() for file in vault.path.parent.iterdir())
    assert not any(value.encode() in text for name, value in new.credentials.items() if name != "user_id")


def test_without_a_refresh_token_the_words_say_what_to_do(sandbox: Sandbox) -> None:
    """Where offline.access was not approved, the end of the access token is the end."""
    channel_transport: Any = None
    with pytest.raises(Unauthorized, match=r"offline\.access was not approved: connect it again"):
        renew(channel_transport, {"access_token": "x"}, account_id="main", now=utcnow())
