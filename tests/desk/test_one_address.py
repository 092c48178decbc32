"""Meta keeps one webhook address an app: what is pushed there for another account of the app gets to that account."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from blank_store import laid
from meta_kit import MetaKit, keys_of
from push_kit import Door, push
from reading_kit import rows

from social_listener.errors import Forged
from social_listener.sandbox.webhooks.signing import FORGERIES
from social_listener.service import build

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class TwoPages(MetaKit):
    """A service for two Pages of one app, and the Instagram account of the first."""

    def boot(self) -> None:
        """Start the service with the second Page, whose secret may be another app's."""
        tokens = self.graph.tokens
        other = tokens.other_pages[self.second] if hasattr(self, "second") else tokens.add_page("Second Shop")
        self.second = other.psid
        person = tokens.find(tokens.user_token)
        assert person is not None
        first = self._account("facebook")
        names = {key: f"SECOND_{variable}" for key, variable in keys_of("facebook").items()}
        changes = {"id": "second", "credentials": names, "options": {**first.options, "page_id": self.second}}
        accounts = (*(self._account(name) for name in self.names), first.model_copy(update=changes))
        environment = {
            variable: self.sandbox.graph_credentials(name)[key]
            for name in self.names
            for key, variable in keys_of(name).items()
        }
        environment |= {
            names["access_token"]: tokens.page_token_for(person, self.second),
            names["app_secret"]: getattr(self, "second_secret", tokens.app_secret),
            names["verify_token"]: "another word",
        }
        self.settings = self.settings.model_copy(update={"accounts": accounts})
        laid(self.settings.database)
        self.service = build(self.settings, clock=self.now, environment=environment)

    def signed(self, body: bytes) -> dict[str, str]:
        """Return the headers of a delivery that Meta signs with the app's secret."""
        secret = self.graph.tokens.app_secret.encode()
        return {"x-hub-signature-256": "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()}

    def entry(self, page: str, mid: str) -> dict[str, Any]:
        """Return an entry that tells of one message to a Page."""
        at = int(self.now().timestamp() * 1000)
        sent = {"sender": {"id": "4242"}, "recipient": {"id": page}, "timestamp": at}
        return {"id": page, "time": at, "messaging": [{**sent, "message": {"mid": mid, "text": f"hello {mid}"}}]}

    def stored(self) -> dict[str, str]:
        """Return native id → account of every message."""
        found = rows(self.service.store, "SELECT id, account_id FROM interactions WHERE private")
        return {one["id"].partition(":")[2]: one["account_id"] for one in found}

    def read(self) -> None:
        """Read everything that waits."""
        for account in self.service.ingest.received():
            self.service.ingest.receive(account)


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[TwoPages]:
    """Return the service."""
    made = TwoPages(tmp_path)
    yield made
    made.close()


def delivery(*entries: dict[str, Any]) -> bytes:
    """Return a delivery of Meta about Pages."""
    return json.dumps({"object": "page", "entry": entries}).encode()


def test_entries_go_to_the_account_that_they_are_about(kit: TwoPages) -> None:
    """In one delivery or in several, at whichever address: each message is one item of its own Page's account."""
    first, second, accept = kit.graph.page_id, kit.second, kit.service.ingest.accept
    mixed = delivery(kit.entry(first, "m_1"), kit.entry(second, "m_2"), kit.entry(first, "m_3"))
    assert accept("facebook", kit.signed(mixed), mixed) == ("facebook", "second")
    assert accept("facebook", kit.signed(mixed), mixed) == ()
    whole = delivery(kit.entry(second, "m_4"))
    assert accept("facebook", kit.signed(whole), whole) == ("second",)
    assert accept("second", kit.signed(whole), whole) == ()
    back = delivery(kit.entry(first, "m_5"))
    assert accept("second", kit.signed(back), back) == ("facebook",)
    kit.read()
    assert kit.stored() == {
        "m_1": "facebook",
        "m_2": "second",
        "m_3": "facebook",
        "m_4": "second",
        "m_5": "facebook",
    }
    assert rows(kit.service.store, "SELECT reason FROM dead_letters") == []


def test_instagram_at_the_address_of_a_page(kit: TwoPages) -> None:
    """An app may have one address for both objects: the account on Instagram gets what is its own."""
    made = kit.graph.message("mara", "hello", "instagram")
    headers, body = kit.sandbox.webhooks.build("instagram", made)
    assert kit.service.ingest.accept("second", headers, body) == ("instagram",)
    kit.read()
    assert kit.stored() == {made.id: "instagram"}


def test_each_account_is_read_at_once(kit: TwoPages) -> None:
    """At the public port both are woken, and a second telling wakes nobody."""
    body = delivery(kit.entry(kit.graph.page_id, "m_1"), kit.entry(kit.second, "m_2"))
    with Door(kit.service.ingest) as door:
        for _ in range(2):
            assert push(door.webhook("facebook"), kit.signed(body), body) == 200
        assert door.woken == ["facebook", "second"]


def test_a_handshake_counts_for_all_pages_of_the_app(kit: TwoPages) -> None:
    """Meta asks at one address only; the other Page is no problem for it, and Instagram's object is asked apart."""
    query = {"hub.mode": "subscribe", "hub.challenge": "1", "hub.verify_token": "another word"}
    assert kit.service.ingest.handshake("second", query) == b"1"
    asked = {one.id: one.push is not None and one.push.handshake_at for one in kit.service.desk.health().accounts}
    assert {name for name, moment in asked.items() if moment} == {"facebook", "second"}


@pytest.mark.parametrize("address", ["facebook", "second", "instagram"])
def test_what_is_forged_gets_to_nobody(kit: TwoPages, address: str) -> None:
    """The whole delivery has to be signed as ever, at whatever address: else no account gets a row of it."""
    body = delivery(kit.entry(kit.graph.page_id, "m_1"), kit.entry(kit.second, "m_2"))
    payload = json.loads(body)
    for how in FORGERIES:
        headers, forged = kit.sandbox.webhooks.build("facebook", payload=payload, forgery=how)
        with pytest.raises(Forged):
            kit.service.ingest.accept(address, headers, forged)
    assert rows(kit.service.store, "SELECT id FROM deliveries") == []


def test_another_apps_account_gets_nothing(kit: TwoPages) -> None:
    """Who knows the secret of one app can say nothing in the name of an account of another: it stays a dead letter."""
    kit.service.outbox.close(timedelta(seconds=5))
    kit.service.close()
    kit.second_secret = "0123456789abcdef0123456789abcdef"
    kit.boot()
    body = delivery(kit.entry(kit.second, "m_2"))
    assert kit.service.ingest.accept("facebook", kit.signed(body), body) == ("facebook",)
    with pytest.raises(Forged):
        kit.service.ingest.accept("second", kit.signed(body), body)
    kit.service.ingest.receive("facebook")
    assert kit.stored() == {}
    (letter,) = rows(kit.service.store, "SELECT reason FROM dead_letters")
    assert "about another account" in letter["reason"]


def test_an_entry_of_nobody_stays_where_it_came(kit: TwoPages) -> None:
    """A Page that is none of ours, and what cannot be read, are dead letters of the address, beside what can be."""
    body = delivery(kit.entry("999", "m_9"), kit.entry(kit.second, "m_2"))
    assert set(kit.service.ingest.accept("facebook", kit.signed(body), body)) == {"facebook", "second"}
    for junk in (b"[]", b"{}", b'{"object":5,"entry":[1]}', b'{"object":"page","entry":[{"id":[]},7]}', b"no"):
        assert kit.service.ingest.accept("facebook", kit.signed(junk), junk) == ("facebook",)
    kit.read()
    assert kit.stored() == {"m_2": "second"}
    letters = rows(kit.service.store, "SELECT stream_id, reason FROM dead_letters")
    assert {one["stream_id"] for one in letters} == {"facebook/webhook"}
    assert any("about another account" in one["reason"] for one in letters)
