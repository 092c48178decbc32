"""What somebody does about themselves: join, choose a password, take a second factor, end their own sessions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from social_listener.desk import people_keys as keys
from social_listener.desk import people_rules as rules
from social_listener.desk.people import GONE, _free, new_line
from social_listener.desk_types.people import NewFactor
from social_listener.errors import DeskError, SignInFailed
from social_listener.rights import Right
from social_listener.store import audit, people
from social_listener.store import people_doors as doors

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office
    from social_listener.desk.people_door import Door, Visitor
    from social_listener.desk_types.people import InvitationLine, SessionLine, StaffLine, Ticket
    from social_listener.vault_seal import Seal

NOT_INVITED = "Your identity provider knows you, but nobody has invited you here: ask an administrator."


class Own:
    """What everybody may do about themselves; `staff` is who asks, and whom it is about."""

    def __init__(self, office: Office, door: Door, seal: Seal) -> None:
        self._office = office
        self._door = door
        self._seal = seal

    # -- coming in -----------------------------------------------------------------------------------------------------

    def link(self, secret: str) -> InvitationLine:
        """Return what a link is good for; `DeskError` when it is good for nothing."""
        with self._office.store.read() as cursor:
            return self._good(cursor, secret)

    def join(self, secret: str, name: str, shown: str, password: str, visitor: Visitor) -> Ticket:
        """Come in by a link: as somebody new, or with a new password. The link is used up, other sessions end."""
        with self._office.store.read() as cursor:
            line = self._good(cursor, secret)
        wanted = line.staff or rules.sign_in_name(name)
        hashed = keys.hashed(rules.good_password(password, wanted))
        ended: list[str] = []
        with self._office.store.transaction() as cursor:
            line = self._good(cursor, secret)
            doors.end_invitation(cursor, line.id)
            now = self._office.clock()
            if line.staff is not None:
                ended = self._new_password(cursor, line.staff, hashed)
                half = people.keys(cursor, line.staff).totp is not None
            else:
                self._hire(cursor, line, wanted, shown)
                people.set_keys(cursor, wanted, password=hashed)
                half = False
            audit.record(cursor, now, wanted, "staff.password_set" if line.staff else "staff.joined", wanted)
            ticket = self._door.open(cursor, wanted, visitor, half=half)
        self._door.ended(ended)
        return ticket

    def _good(self, cursor: DuckDBPyConnection, secret: str) -> InvitationLine:
        line = doors.invitation(cursor, keys.digest(secret.strip()))
        if line is None or line.ends_at <= self._office.clock():
            raise DeskError(GONE)
        if line.staff is not None:
            whose = people.one(cursor, line.staff)
            if whose is None or not whose.active:
                raise DeskError(GONE)
            line = replace(line, role=whose.role, accounts=whose.accounts)  # they may have been given more since
        if not rules.holds(line, people.one(cursor, line.made_by)):
            raise DeskError(GONE)
        if line.kind == "first" and people.everybody(cursor):
            raise DeskError(GONE)
        return line

    def _hire(
        self, cursor: DuckDBPyConnection, line: InvitationLine, name: str, shown: str, subject: str | None = None
    ) -> None:
        _free(cursor, name, line.email)
        made = new_line(name, line.role, line.accounts, self._office, email=line.email, shown=shown)
        people.insert(cursor, replace(made, subject=subject))

    def _new_password(self, cursor: DuckDBPyConnection, staff: str, hashed: str, but: str | None = None) -> list[str]:
        people.set_keys(cursor, staff, password=hashed)
        doors.end_invitations(cursor, kind="password", staff=staff)
        return doors.end_sessions(cursor, staff, but)

    def by_provider(self, subject: str, email: str | None, name: str, shown: str, visitor: Visitor) -> Ticket:
        """Let somebody in on the word of the identity provider; `email` only when the provider has verified it.

        Only who works here or is invited comes in: by the subject once it is known, before by the address.
        """
        now = self._office.clock()
        address = (email or "").strip().lower() or None
        with self._office.store.transaction() as cursor:
            line = people.with_subject(cursor, subject)
            if line is None and address is not None:
                line = self._by_address(cursor, subject, address, name, shown)
            if line is None or not line.active:
                raise SignInFailed(NOT_INVITED)
            audit.record(cursor, now, line.id, "staff.provider_told", line.id)
            half = people.keys(cursor, line.id).totp is not None
            return self._door.open(cursor, line.id, visitor, half=half)

    def _by_address(
        self, cursor: DuckDBPyConnection, subject: str, address: str, name: str, shown: str
    ) -> StaffLine | None:
        """Return who has an address and never came from the provider yet, or who is invited under it."""
        line = people.with_email(cursor, address)
        if line is not None:
            if line.subject is not None:  # another one at the provider has the address now
                return None
            people.change(cursor, line.id, line.version, subject=subject)
            return line
        now = self._office.clock()
        for invited in doors.invitations(cursor):
            good = invited.ends_at > now and rules.holds(invited, people.one(cursor, invited.made_by))
            if invited.kind == "join" and invited.email == address and good:
                wanted = rules.sign_in_name(invited.name or name)
                doors.end_invitation(cursor, invited.id)
                self._hire(cursor, invited, wanted, shown, subject)
                audit.record(cursor, now, wanted, "staff.joined", wanted)
                return people.one(cursor, wanted)
        return None

    # -- about oneself -------------------------------------------------------------------------------------------------

    def me(self, staff: str) -> StaffLine:
        """Return what is known of oneself."""
        with self._office.store.read() as cursor:
            return self._me(cursor, staff)

    def _me(self, cursor: DuckDBPyConnection, staff: str) -> StaffLine:
        self._office.permit(cursor, staff, Right.READ)
        line = people.one(cursor, staff)
        if line is None:
            raise DeskError("this is for people who work here")
        kept = people.keys(cursor, staff)
        return replace(line, has_password=kept.password is not None, second_factor=kept.totp is not None)

    def sessions(self, staff: str) -> tuple[SessionLine, ...]:
        """Return the browsers in which one is signed in, used last first."""
        now = self._office.clock()
        with self._office.store.read() as cursor:
            self._me(cursor, staff)
            return tuple(one for one in doors.sessions(cursor, staff) if rules.lives(one, now))

    def end_session(self, staff: str, session_id: str | None, but: str | None = None) -> int:
        """End one of one's own sessions, or all `but` one; return how many ended."""
        now = self._office.clock()
        with self._office.store.transaction() as cursor:
            self._me(cursor, staff)
            if session_id is None:
                ended = doors.end_sessions(cursor, staff, but)
            else:
                line = doors.session(cursor, session_id)
                mine = line is not None and line.staff == staff
                ended = [session_id] if mine and doors.end_session(cursor, session_id) else []
            audit.record(cursor, now, staff, "session.ended", staff, count=len(ended))
        self._door.ended(ended)
        return len(ended)

    def rename(self, staff: str, shown: str) -> None:
        """Change the name that colleagues read."""
        wanted = rules.shown_name(shown)
        with self._office.store.transaction() as cursor:
            line = self._me(cursor, staff)
            people.change(cursor, staff, line.version, name=wanted)
            audit.record(cursor, self._office.clock(), staff, "staff.renamed", staff)
        self._door.forget()

    def set_password(self, staff: str, old: str, new: str, session_id: str | None = None) -> None:
        """Choose another password; every other session of one's own ends."""
        self._prove(staff, old)
        hashed = keys.hashed(rules.good_password(new, staff))
        with self._office.store.transaction() as cursor:
            self._me(cursor, staff)
            ended = self._new_password(cursor, staff, hashed, session_id)
            audit.record(cursor, self._office.clock(), staff, "staff.password_set", staff)
        self._door.ended(ended)

    def _prove(self, staff: str, password: str) -> None:
        """Raise `SignInFailed` when this is not the password of `staff`; who has none has nothing to prove."""
        with self._office.store.read() as cursor:
            has = self._me(cursor, staff).has_password
        if has:
            self._door.prove(staff, password)

    # -- second factor -------------------------------------------------------------------------------------------------

    def begin_factor(self, staff: str, password: str) -> NewFactor:
        """Make a second factor; it counts once a code of it was given to `confirm_factor`."""
        self._prove(staff, password)
        secret = keys.new_totp()
        with self._office.store.transaction() as cursor:
            self._me(cursor, staff)
            people.set_keys(cursor, staff, totp_pending=self._seal.seal(secret))
        return NewFactor(secret=secret, address=keys.totp_address(secret, staff))

    def confirm_factor(self, staff: str, code: str, session_id: str | None = None) -> tuple[str, ...]:
        """Take the second factor from now on; return the recovery codes, which are shown this once."""
        now = self._office.clock()
        with self._office.store.transaction() as cursor:
            self._me(cursor, staff)
            pending = people.keys(cursor, staff).totp_pending
            secret = self._seal.open(pending) if pending else None
            if secret is None:
                raise DeskError("no second factor waits to be confirmed: begin anew")
            step = keys.totp_step(secret, code, now, 0)
            if step is None:
                raise SignInFailed("This code is not right: look at the authenticator again, and at its clock.")
            codes = keys.recovery_codes()
            people.set_keys(
                cursor,
                staff,
                totp=pending,
                totp_pending=None,
                totp_step=step,
                recovery=tuple(keys.recovery_digest(one) for one in codes),
            )
            ended = doors.end_sessions(cursor, staff, session_id)
            audit.record(cursor, now, staff, "staff.factor_taken", staff)
        self._door.ended(ended)
        return codes

    def drop_factor(self, staff: str, password: str) -> None:
        """Do without a second factor again."""
        self._prove(staff, password)
        with self._office.store.transaction() as cursor:
            self._me(cursor, staff)
            people.set_keys(cursor, staff, totp=None, totp_pending=None, recovery=())
            audit.record(cursor, self._office.clock(), staff, "staff.factor_dropped", staff)
