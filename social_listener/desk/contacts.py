"""Contacts: muting them, calling them spam, and saying which of them are one customer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from social_listener.desk.undoing import silence_value
from social_listener.desk_types.contacts import Likeness, Silence, Silencing
from social_listener.errors import DeskError, NotPermitted
from social_listener.model import Contact
from social_listener.rights import SYSTEM, Right
from social_listener.store import audit, conversations, customers, silences, undoing
from social_listener.store.undoing import CUSTOMER, SILENCE, Line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office

#: contacts that are offered as the same person, and silences that one transaction ends
_MOST: Final = 20
#: what was done, in words
DONE: Final = {Silencing.MUTED: "Muted", Silencing.SPAM: "Called spam"}
#: why somebody is not silenced: it would take them out of other people's queues too
BEYOND: Final = "this contact also writes to accounts that you have no access to; somebody who has may do that"
_ADDRESS: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:https?://|www\.)[^\s<>\"']+", re.IGNORECASE)


class ContactDesk:
    """Mute contacts, merge them into customers, and split those again."""

    def __init__(self, office: Office) -> None:
        self._office = office

    # -- silences ------------------------------------------------------------------------------------------------------

    def silence(self, conversation_id: str, kind: Silencing, staff: str, until: datetime | None = None) -> None:
        """Let what a conversation's contact says raise no queue row, until then or until it is taken back."""
        now = self._office.clock()
        if until is not None and (until.tzinfo is None or until <= now):
            raise DeskError("mute until a time that is still to come, with a time zone")
        self._silence(conversation_id, staff, Silence(kind=kind, until=until, staff=staff, since=now), DONE[kind])

    def hear(self, conversation_id: str, staff: str) -> None:
        """Let a contact be heard again: their open conversations come back into the queue."""
        self._silence(conversation_id, staff, None, "Heard again")

    def _silence(self, conversation_id: str, staff: str, silence: Silence | None, words: str) -> None:
        now = self._office.clock()
        with self._office.store.transaction() as cursor:
            talk = self._office.conversation(cursor, staff, Right.BLOCK, conversation_id)
            if silences.beyond(cursor, [talk.contact_id], self._office.accounts(cursor, staff, Right.BLOCK)):
                raise NotPermitted(BEYOND)
            before = silences.of(cursor, [talk.contact_id]).get(talk.contact_id)
            silences.write(cursor, {talk.contact_id: silence}, now)
            verb = f"contact.{silence.kind}" if silence else "contact.heard"
            audit.record(cursor, now, staff, verb, talk.contact_id)
            was, is_now = silence_value(before), silence_value(silence)
            line = Line(field=SILENCE, object_id=talk.contact_id, before=was, after=is_now)
            undoing.record(cursor, now, staff, words, [line])

    def wake(self) -> int:
        """End the silences whose time is over; return how many. Their conversations come back into the queue."""
        number = 0
        while True:
            now = self._office.clock()
            with self._office.store.read() as cursor:
                over = silences.ended(cursor, now, _MOST)
            if not over:
                return number
            with self._office.store.transaction() as cursor:
                over = silences.ended(cursor, now, _MOST)
                silences.write(cursor, dict.fromkeys(over), now)
                for contact_id in over:
                    audit.record(cursor, now, SYSTEM, "contact.heard", contact_id)
            number += len(over)

    # -- customers -----------------------------------------------------------------------------------------------------

    def merge(self, conversation_id: str, contact_id: str, staff: str) -> None:
        """Say that a conversation's contact and another one are one customer. Platform facts stay as they are.

        Nothing happens when they are one already: there is nothing that could be taken back.
        """
        with self._office.store.transaction() as cursor:
            one, other = self._pair(cursor, conversation_id, contact_id, staff)
            whole = customers.together(cursor, one)
            if other in whole:
                return
            both = (*whole, *customers.together(cursor, other))
            before = customers.of(cursor, both)
            customer = before.get(one) or before.get(other) or customers.new_id()
            self._belong(cursor, staff, dict.fromkeys(both, customer), "merged")

    def split(self, conversation_id: str, contact_id: str, staff: str) -> None:
        """Say that a contact is not the same customer as a conversation's; `contact_id` may be that contact itself."""
        with self._office.store.transaction() as cursor:
            one, other = self._pair(cursor, conversation_id, contact_id, staff)
            whole = customers.together(cursor, one)
            if other not in whole or len(whole) == 1:
                raise DeskError("these contacts are not one customer")
            left = [each for each in whole if each != other]
            gone = (other, *left) if len(left) == 1 else (other,)
            self._belong(cursor, staff, dict.fromkeys(gone), "split")

    def _pair(self, cursor: DuckDBPyConnection, conversation_id: str, contact_id: str, staff: str) -> tuple[str, str]:
        """Return the contact of a conversation and the other one, when staff may see and merge both."""
        talk = self._office.conversation(cursor, staff, Right.MERGE, conversation_id)
        if contact_id != talk.contact_id and not self._seen(cursor, staff, [contact_id]):
            raise DeskError(f"there is no contact {contact_id!r}")
        return talk.contact_id, contact_id

    def _belong(
        self,
        cursor: DuckDBPyConnection,
        staff: str,
        members: Mapping[str, str | None],
        verb: str,
    ) -> None:
        now = self._office.clock()
        before = customers.of(cursor, members.keys())
        customers.write(cursor, members, staff, now)
        lines = [
            Line(field=CUSTOMER, object_id=key, before=before.get(key), after=customer)
            for key, customer in members.items()
        ]
        step = undoing.record(cursor, now, staff, verb.capitalize(), lines)
        if step is not None:
            audit.record(cursor, now, staff, f"contact.{verb}", next(iter(members)), contacts=" ".join(members))

    def suggest(self, conversation_id: str, staff: str) -> tuple[Likeness, ...]:
        """Return contacts who may be the same person as a conversation's: same handle, name, link or e-mail address."""
        with self._office.store.read() as cursor:
            talk = self._office.conversation(cursor, staff, Right.READ, conversation_id)
            contact = conversations.contacts(cursor, [talk.contact_id]).get(talk.contact_id)
            if contact is None:
                return ()
            found = customers.alike(cursor, contact, addresses(contact), _MOST)
            return self._likenesses(cursor, staff, contact, found)

    def find(self, conversation_id: str, text: str, staff: str) -> tuple[Likeness, ...]:
        """Return contacts with `text` in name or handle, to be merged with a conversation's."""
        with self._office.store.read() as cursor:
            talk = self._office.conversation(cursor, staff, Right.READ, conversation_id)
            contact = conversations.contacts(cursor, [talk.contact_id]).get(talk.contact_id)
            if contact is None or not text.strip():
                return ()
            return self._likenesses(cursor, staff, contact, customers.named_like(cursor, text.strip(), _MOST))

    def _likenesses(
        self, cursor: DuckDBPyConnection, staff: str, contact: Contact, found: Iterable[Contact]
    ) -> tuple[Likeness, ...]:
        others = {one.id: one for one in found if one.id != contact.id}
        whole = customers.together(cursor, contact.id)
        seen = self._seen(cursor, staff, list(others))
        return tuple(
            Likeness(contact=other, why=likeness(contact, other), together=key in whole)
            for key, other in others.items()
            if key in seen
        )

    def _seen(self, cursor: DuckDBPyConnection, staff: str, contact_ids: list[str]) -> set[str]:
        """Return those contacts who have a conversation with an account that staff may see."""
        return {
            contact_id
            for contact_id, accounts in customers.accounts(cursor, contact_ids).items()
            if any(may_read(self._office, cursor, staff, account_id) for account_id in accounts)
        }


def may_read(office: Office, cursor: DuckDBPyConnection, staff: str, account_id: str) -> bool:
    """Return whether somebody may see an account's conversations."""
    try:
        office.permit(cursor, staff, Right.READ, account_id)
    except NotPermitted:
        return False
    return True


def addresses(contact: Contact) -> list[str]:
    """Return the links and e-mail addresses that a contact tells of themselves, without what all have in common."""
    found = [*_ADDRESS.findall(contact.description), *([contact.url] if contact.url else [])]
    return list(dict.fromkeys(plain for one in found if len(plain := _bare(one)) > 5))[:5]


def _bare(address: str) -> str:
    return re.sub(r"^(https?://)?(www\.)?", "", address.strip().lower()).rstrip("/.,;:!?)")


def likeness(one: Contact, other: Contact) -> str:
    """Return in words what two contacts have in common; "": nothing that tells."""
    said = {"the same handle": (one.handle, other.handle), "the same name": (one.name, other.name)}
    reasons = [why for why, (a, b) in said.items() if a.strip() and a.casefold() == b.casefold()]
    shared = set(addresses(one)) & set(addresses(other))
    reasons += [("the e-mail address " if "@" in address else "the link ") + address for address in sorted(shared)]
    return ", ".join(reasons)
