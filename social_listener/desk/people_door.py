"""The door: who signs in, which browsers are signed in, and what ends that. Nothing here asks for a right."""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from social_listener.desk import people_keys as keys
from social_listener.desk import people_rules as rules
from social_listener.desk.office import span
from social_listener.desk_types.people import SessionLine, Ticket
from social_listener.errors import SignInFailed, TooOften
from social_listener.store import audit, people
from social_listener.store import people_doors as doors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office
    from social_listener.desk_types.people import StaffLine
    from social_listener.vault_seal import Seal

log = logging.getLogger(__name__)

WRONG = "This name and this password do not belong together."
WRONG_CODE = "This code is not right, or was used already."
TOO_LATE = "That took too long: sign in again."


class Visitor(NamedTuple):
    """Where somebody knocks from."""

    address: str
    browser: str  #: in words


class Door:
    """Signs staff in and out. Thread-safe."""

    def __init__(self, office: Office, seal: Seal) -> None:
        self._office = office
        self._seal = seal
        self._lock = threading.Lock()
        self._known: dict[str, tuple[SessionLine, StaffLine]] = {}
        self._generation = 0
        self._watchers: list[Callable[[str], None]] = []

    # -- sessions ------------------------------------------------------------------------------------------------------

    def session_id(self, token: str) -> str:
        """Return what a token's session is kept under."""
        return keys.digest(token)

    def at_hand(self, session_id: str) -> tuple[bool, StaffLine | None]:
        """Return whether it is known without asking the database who is signed in there, and who it is."""
        found = self._known.get(session_id)
        if found is None:
            return False, None
        line, staff = found
        return True, staff if staff.active and rules.lives(line, self._office.clock()) else None

    def who(self, session_id: str) -> StaffLine | None:
        """Return who is signed in there; None: nobody, or not any more. It may ask the database."""
        now = self._office.clock()
        found = self._known.get(session_id)
        if found is None:
            generation = self._generation
            with self._office.store.read() as cursor:
                line = doors.session(cursor, session_id)
                staff = people.one(cursor, line.staff) if line else None
            if line is None or staff is None:
                return None
            found = line, staff
            with self._lock:
                if generation == self._generation:
                    self._known[session_id] = found
        line, staff = found
        return staff if staff.active and rules.lives(line, now) else None

    def used(self, session_id: str) -> None:
        """Note that somebody works in this session; written down every few minutes."""
        now = self._office.clock()
        found = self._known.get(session_id)
        if found is None or now - found[0].used_at < rules.NOTED or not rules.lives(found[0], now):
            return
        with self._office.store.transaction(quiet=True) as cursor:
            doors.use_session(cursor, session_id, now)
        self.forget()

    def sign_out(self, session_id: str) -> None:
        """End a session, at the wish of whose it is."""
        now = self._office.clock()
        with self._office.store.transaction() as cursor:
            staff = doors.end_session(cursor, session_id)
            if staff is not None:
                audit.record(cursor, now, staff, "session.ended", staff)
        self.ended([session_id])

    def watch(self, told: Callable[[str], None]) -> Callable[[], None]:
        """Have `told` called with the id of every session that somebody ends; return what stops that."""
        self._watchers.append(told)

        def stop() -> None:
            with suppress(ValueError):
                self._watchers.remove(told)

        return stop

    def ended(self, session_ids: Iterable[str]) -> None:
        """Tell everybody that these sessions were ended; called once that is committed."""
        self.forget()
        for session_id in session_ids:
            for told in list(self._watchers):
                told(session_id)

    def forget(self) -> None:
        """Read staff and sessions anew, because something about them was written."""
        with self._lock:
            self._generation += 1
            self._known.clear()

    def stamp(self, text: str) -> str:
        """Return a stamp on a text that only this house can make: it shows that a form is one of ours."""
        return self._seal.stamp(text)

    # -- signing in ----------------------------------------------------------------------------------------------------

    def sign_in(self, name: str, password: str, visitor: Visitor) -> Ticket:
        """Let somebody in who knows their password; a second factor may still be asked for.

        `SignInFailed` tells the same whether there is somebody of that name or not; `TooOften` asks to wait.
        """
        by_name = "name " + keys.digest(people.name_key(name))
        by_address = f"address {rules.neighbourhood(visitor.address)}"
        before = self._charge({by_name: rules.FREE_BY_NAME, by_address: rules.FREE_BY_ADDRESS})
        with self._office.store.read() as cursor:
            line = people.named_like(cursor, name)
            kept = people.keys(cursor, line.id).password if line and line.active else None
        if not keys.matches(kept, password) or line is None or kept is None:
            self._refused("password", visitor)
            raise SignInFailed(WRONG)
        fresh = keys.hashed(password) if keys.is_old(kept) else None
        with self._office.store.transaction() as cursor:
            now_kept = people.keys(cursor, line.id)
            if now_kept.password != kept or not self._active(cursor, line.id):
                raise SignInFailed(WRONG)
            if fresh is not None:
                people.set_keys(cursor, line.id, password=fresh)
            doors.clear_failures(cursor, by_name)
            self._uncharge(cursor, by_address, before[by_address])
            return self.open(cursor, line.id, visitor, half=now_kept.totp is not None)

    def second(self, token: str, code: str, visitor: Visitor) -> Ticket:
        """Let somebody in whose password was right, by a code of their authenticator or a recovery code."""
        half_id = keys.digest(token)
        now = self._office.clock()
        with self._office.store.read() as cursor:
            half = doors.session(cursor, half_id, half=True)
        if half is None or now >= half.ends_at:
            raise SignInFailed(TOO_LATE)
        by_code = "code " + keys.digest(half.staff)
        self._charge({by_code: rules.FREE_BY_NAME})
        with self._office.store.transaction() as cursor:
            if not self._active(cursor, half.staff) or doors.session(cursor, half_id, half=True) is None:
                raise SignInFailed(TOO_LATE)
            if not self._take_code(cursor, half.staff, code, now):
                self._refused("code", visitor)
                raise SignInFailed(WRONG_CODE)
            doors.clear_failures(cursor, by_code)
            doors.end_session(cursor, half_id)
            return self.open(cursor, half.staff, visitor, half=False)

    def by_itself(self, name: str, visitor: Visitor) -> Ticket:
        """Let somebody in without any proof. For the demo alone: the gate asks whether it is one, and who knocks."""
        with self._office.store.transaction() as cursor:
            if not self._active(cursor, name):
                raise SignInFailed(WRONG)
            return self.open(cursor, name, visitor, half=False)

    def players(self) -> tuple[StaffLine, ...]:
        """Return who may be played in the demo."""
        with self._office.store.read() as cursor:
            return tuple(one for one in people.everybody(cursor) if one.active)

    def open(self, cursor: DuckDBPyConnection, staff: str, visitor: Visitor, *, half: bool) -> Ticket:
        """Begin a session of somebody who has shown who they are; always with a new token."""
        now = self._office.clock()
        doors.forget_sessions(cursor, now, now - rules.IDLE)
        token = keys.token()
        line = SessionLine(
            id=keys.digest(token),
            staff=staff,
            made_at=now,
            used_at=now,
            ends_at=now + (rules.HALF if half else rules.LONGEST),
            address=visitor.address[:64],
            browser=visitor.browser[:80],
        )
        doors.insert_session(cursor, line, half=half)
        if not half:
            people.signed_in(cursor, staff, now)
            audit.record(cursor, now, staff, "session.begun", staff)
        self.forget()
        return Ticket(token=token, line=line, half=half)

    def _take_code(self, cursor: DuckDBPyConnection, staff: str, code: str, now: datetime) -> bool:
        """Return whether a code is right, and never take it again."""
        kept = people.keys(cursor, staff)
        secret = self._seal.open(kept.totp) if kept.totp else None
        step = keys.totp_step(secret, code, now, kept.totp_step) if secret else None
        if step is not None:
            people.set_keys(cursor, staff, totp_step=step)
            return True
        left = keys.without_recovery(kept.recovery, code)
        if left is None:
            return False
        people.set_keys(cursor, staff, recovery=left)
        audit.record(cursor, now, staff, "staff.recovery_code_used", staff, left=len(left))
        return True

    def _active(self, cursor: DuckDBPyConnection, staff: str) -> bool:
        line = people.one(cursor, staff)
        return line is not None and line.active

    def prove(self, staff: str, password: str) -> None:
        """Raise `SignInFailed` unless this is the password of somebody who is signed in; guesses are throttled too."""
        by_name = "name " + keys.digest(people.name_key(staff))
        self._charge({by_name: rules.FREE_BY_NAME})
        with self._office.store.read() as cursor:
            kept = people.keys(cursor, staff).password
        if not keys.matches(kept, password):
            raise SignInFailed("This is not your password.")
        with self._office.store.transaction(quiet=True) as cursor:
            doors.clear_failures(cursor, by_name)

    # -- guessing ------------------------------------------------------------------------------------------------------

    def _charge(self, free: dict[str, int]) -> dict[str, doors.Failures | None]:
        """Count an attempt as failed before it is looked at, so that many at once are no way around; `TooOften`.

        Return what was known before.
        """
        now = self._office.clock()
        with self._office.store.transaction(quiet=True) as cursor:
            known = {key: doors.failures(cursor, key) for key in free}
            until = max((one.not_before for one in known.values() if one), default=now)
            if until > now:
                raise TooOften(f"Too many attempts failed: wait {span(until - now)}, then try again.")
            for key, most in free.items():
                doors.set_failures(cursor, key, rules.failed(known[key], now, most))
            doors.forget_failures(cursor, now - rules.FORGIVEN)
        return known

    def knock(self, visitor: Visitor) -> None:
        """Count that somebody goes to the identity provider; `TooOften` where many went and few came back."""
        self._charge({_provider(visitor): rules.FREE_VISITS})

    def came(self, visitor: Visitor) -> None:
        """Take back that one of them went in vain: they are here."""
        with self._office.store.transaction(quiet=True) as cursor:
            self._uncharge(cursor, _provider(visitor), None)

    def _uncharge(self, cursor: DuckDBPyConnection, key: str, before: doors.Failures | None) -> None:
        """Take one failure back that was none; others of the same address stay."""
        now = doors.failures(cursor, key)
        if now is None or now.failures <= 1:
            doors.clear_failures(cursor, key)
        else:
            not_before = before.not_before if before else now.last_at
            doors.set_failures(cursor, key, doors.Failures(now.failures - 1, now.last_at, not_before))

    def _refused(self, what: str, visitor: Visitor) -> None:
        log.warning("sign-in refused", extra={"what": what, "address": visitor.address})


def _provider(visitor: Visitor) -> str:
    return f"provider {rules.neighbourhood(visitor.address)}"
