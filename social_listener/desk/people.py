"""Staff: who works here, what they may, and how they come in and leave."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from social_listener.desk import people_keys as keys
from social_listener.desk import people_rules as rules
from social_listener.desk_types.people import InvitationLine, StaffLine
from social_listener.errors import Conflict, DeskError, NotPermitted
from social_listener.rights import SYSTEM, Right, Role
from social_listener.store import audit, people
from social_listener.store import people_doors as doors

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta

    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office
    from social_listener.desk.people_door import Door
    from social_listener.desk_types.people import Accounts, SessionLine

GONE = "This link was used, was taken back, or is too old: ask for a new one."


class People:
    """What administrators do about staff. `staff` is who asks; `SYSTEM` is whoever owns the machine."""

    def __init__(self, office: Office, door: Door, forget_pages: Callable[[str], None]) -> None:
        self._office = office
        self._door = door
        self._forget_pages = forget_pages

    # -- reading -------------------------------------------------------------------------------------------------------

    def anybody(self) -> bool:
        """Return whether anybody works here yet."""
        with self._office.store.read() as cursor:
            return bool(people.everybody(cursor))

    def first_administrator(self) -> str:
        """Return who stands for the command line: the administrator who came first, or `SYSTEM` when there is none."""
        with self._office.store.read() as cursor:
            lines = people.everybody(cursor)
        return next((one.id for one in lines if one.active and one.role is Role.ADMINISTRATOR), SYSTEM)

    def colleagues(self, staff: str, account_id: str | None = None) -> tuple[StaffLine, ...]:
        """Return who works here now; with an account, who may answer there."""
        with self._office.store.read() as cursor:
            self._office.permit(cursor, staff, Right.READ)
            lines = self._office.roster.everybody(cursor)
        return tuple(one for one in lines if one.active and (account_id is None or one.reaches(account_id)))

    def list(self, staff: str) -> tuple[StaffLine, ...]:
        """Return everybody, those that left included."""
        with self._office.store.read() as cursor:
            self._office.permit(cursor, staff, Right.STAFF)
            proofs = people.proofs(cursor)
            open_now = [one.staff for one in doors.sessions(cursor) if rules.lives(one, self._office.clock())]
            return tuple(
                replace(
                    one,
                    has_password=proofs.get(one.id, (False, False))[0],
                    second_factor=proofs.get(one.id, (False, False))[1],
                    sessions=open_now.count(one.id),
                )
                for one in people.everybody(cursor)
            )

    def sessions(self, staff: str, whose: str) -> tuple[SessionLine, ...]:
        """Return the browsers in which somebody is signed in."""
        with self._office.store.read() as cursor:
            self._office.permit(cursor, staff, Right.STAFF)
            _known(cursor, whose)
            now = self._office.clock()
            return tuple(one for one in doors.sessions(cursor, whose) if rules.lives(one, now))

    def invitations(self, staff: str) -> tuple[InvitationLine, ...]:
        """Return the links that nobody has used yet."""
        now = self._office.clock()
        with self._office.store.read() as cursor:
            self._office.permit(cursor, staff, Right.STAFF)
            return tuple(one for one in doors.invitations(cursor) if one.ends_at > now)

    # -- links ---------------------------------------------------------------------------------------------------------

    def first_link(self) -> str | None:
        """Return the secret by which the first administrator comes in; None: somebody works here already.

        Secrets given before are good no more.
        """
        with self._office.store.transaction() as cursor:
            if people.everybody(cursor):
                return None
            doors.end_invitations(cursor, kind="first")
            return self._link(cursor, SYSTEM, "first", rules.FIRST, Role.ADMINISTRATOR, None)

    def invite(self, staff: str, name: str, email: str | None, role: Role, accounts: Accounts = None) -> str:
        """Return the secret of a new invitation: whoever has it joins, once, with these rights."""
        wanted, address = rules.sign_in_name(name), rules.email_address(email)
        with self._office.store.transaction() as cursor:
            rules.may_give(self._giver(cursor, staff), role, self._existing(accounts))
            _free(cursor, wanted, address)
            secret = self._link(cursor, staff, "join", rules.INVITED, role, accounts, name=wanted, email=address)
            audit.record(cursor, self._office.clock(), staff, "staff.invited", wanted, role=role.value)
        return secret

    def reset_link(self, staff: str, whose: str) -> str:
        """Return the secret of a link with which somebody chooses a new password; what they have now still works."""
        with self._office.store.transaction() as cursor:
            line = self._manageable(cursor, staff, whose)
            doors.end_invitations(cursor, kind="password", staff=whose)
            audit.record(cursor, self._office.clock(), staff, "staff.password_link", whose)
            return self._link(
                cursor, staff, "password", rules.RESET, line.role, line.accounts, name=line.id, whose=whose
            )

    def take_back(self, staff: str, invitation_id: str) -> None:
        """Make a link good for nothing."""
        with self._office.store.transaction() as cursor:
            giver = self._giver(cursor, staff)
            line = doors.invitation(cursor, invitation_id)
            if line is None:
                raise DeskError("there is no such invitation")
            rules.may_give(giver, line.role, line.accounts)
            doors.end_invitation(cursor, invitation_id)
            audit.record(cursor, self._office.clock(), staff, "staff.invitation_taken_back", line.name)

    def _link(  # noqa: PLR0917 - a row
        self,
        cursor: DuckDBPyConnection,
        staff: str,
        kind: str,
        good_for: timedelta,
        role: Role,
        accounts: Accounts,
        *,
        name: str = "",
        email: str | None = None,
        whose: str | None = None,
    ) -> str:
        now = self._office.clock()
        doors.forget_invitations(cursor, now)
        secret = keys.token()
        line = InvitationLine(
            id=keys.digest(secret),
            kind=kind,
            staff=whose,
            name=name,
            email=email,
            role=role,
            accounts=accounts,
            made_by=staff,
            made_at=now,
            ends_at=now + good_for,
        )
        doors.insert_invitation(cursor, line)
        return secret

    # -- changing ------------------------------------------------------------------------------------------------------

    def add(
        self, staff: str, name: str, *, role: Role, accounts: Accounts = None, email: str | None = None
    ) -> StaffLine:
        """Write somebody down who cannot sign in yet; they need a link, or come from the identity provider."""
        wanted, address = rules.sign_in_name(name), rules.email_address(email)
        with self._office.store.transaction() as cursor:
            rules.may_give(self._giver(cursor, staff), role, self._existing(accounts))
            _free(cursor, wanted, address)
            line = new_line(wanted, role, accounts, self._office, email=address)
            people.insert(cursor, line)
            audit.record(cursor, self._office.clock(), staff, "staff.added", line.id, role=role.value)
        return line

    def set_rights(self, staff: str, whose: str, role: Role, accounts: Accounts, version: int) -> None:
        """Change what somebody may do, and on which accounts; it holds from their next press on."""
        with self._office.store.transaction() as cursor:
            line = self._manageable(cursor, staff, whose)
            rules.may_give(self._giver(cursor, staff), role, self._existing(accounts))
            rules.keeps_an_administrator(people.everybody(cursor), replace(line, role=role, accounts=accounts))
            self._write(cursor, staff, line, version, "staff.rights_changed", role=role, accounts=accounts)
        self._forget_pages(whose)
        self._door.forget()

    def set_active(self, staff: str, whose: str, active: bool, version: int) -> None:
        """Let somebody in again, or keep them out from now on; keeping out ends all their sessions at once."""
        with self._office.store.transaction() as cursor:
            line = self._manageable(cursor, staff, whose)
            rules.keeps_an_administrator(people.everybody(cursor), replace(line, active=active))
            verb = "staff.activated" if active else "staff.deactivated"
            self._write(cursor, staff, line, version, verb, active=active)
            ended = [] if active else doors.end_sessions(cursor, whose)
            doors.end_invitations(cursor, kind="password", staff=whose)
        self._forget_pages(whose)
        self._door.ended(ended)

    def set_email(self, staff: str, whose: str, email: str | None, version: int) -> None:
        """Change the e-mail address by which the identity provider's word is taken."""
        address = rules.email_address(email)
        with self._office.store.transaction() as cursor:
            line = self._manageable(cursor, staff, whose)
            other = people.with_email(cursor, address) if address else None
            if other is not None and other.id != whose:
                raise DeskError(f"{address} is the address of {other.id}")
            self._write(cursor, staff, line, version, "staff.email_changed", email=address, subject=None)
        self._door.forget()

    def end_sessions(self, staff: str, whose: str, session_id: str | None = None) -> int:
        """End one session of somebody, or all; return how many ended. Their open pages notice at once."""
        with self._office.store.transaction() as cursor:
            self._manageable(cursor, staff, whose)
            if session_id is None:
                ended = doors.end_sessions(cursor, whose)
            else:
                line = doors.session(cursor, session_id)
                found = line is not None and line.staff == whose
                ended = [session_id] if found and doors.end_session(cursor, session_id) else []
            audit.record(cursor, self._office.clock(), staff, "staff.sessions_ended", whose, count=len(ended))
        self._door.ended(ended)
        return len(ended)

    def drop_factor(self, staff: str, whose: str) -> None:
        """Take somebody's second factor away, because they lost it; their sessions end."""
        with self._office.store.transaction() as cursor:
            self._manageable(cursor, staff, whose)
            people.set_keys(cursor, whose, totp=None, totp_pending=None, recovery=())
            ended = doors.end_sessions(cursor, whose)
            audit.record(cursor, self._office.clock(), staff, "staff.factor_dropped", whose)
        self._door.ended(ended)

    def _write(
        self, cursor: DuckDBPyConnection, staff: str, line: StaffLine, version: int, verb: str, **values: object
    ) -> None:
        if not people.change(cursor, line.id, version, **values):
            raise Conflict(f"{line.id} was changed meanwhile; look again")
        told = {name: str(value) for name, value in values.items() if name in {"role", "active"}}
        audit.record(cursor, self._office.clock(), staff, verb, line.id, **told)

    # -- who may -------------------------------------------------------------------------------------------------------

    def _giver(self, cursor: DuckDBPyConnection, staff: str) -> StaffLine | None:
        """Return who gives rights; None: the machine's owner. `NotPermitted` when they may not."""
        self._office.permit(cursor, staff, Right.STAFF)
        return None if staff == SYSTEM else people.one(cursor, staff)

    def _manageable(self, cursor: DuckDBPyConnection, staff: str, whose: str) -> StaffLine:
        """Return somebody whom `staff` may change: nobody changes who may more than they do."""
        giver = self._giver(cursor, staff)
        line = _known(cursor, whose)
        try:
            rules.may_give(giver, line.role, line.accounts)
        except NotPermitted:
            raise NotPermitted(f"{line.id} may more than you: ask an administrator of all accounts") from None
        return line

    def _existing(self, accounts: Accounts) -> Accounts:
        """Return accounts that the settings have; `DeskError` names one that they do not."""
        for account_id in sorted(accounts or ()):
            if account_id not in {one.id for one in self._office.settings.accounts}:
                known = ", ".join(one.id for one in self._office.settings.accounts)
                raise DeskError(f"there is no account {account_id!r}; the settings have: {known}")
        return accounts


def _known(cursor: DuckDBPyConnection, whose: str) -> StaffLine:
    line = people.one(cursor, whose)
    if line is None:
        raise DeskError(f"nobody of the name {whose!r} works here")
    return line


def _free(cursor: DuckDBPyConnection, name: str, email: str | None) -> None:
    """Raise `DeskError` when a name or an address is taken."""
    if people.named_like(cursor, name) is not None:
        raise DeskError(f"somebody has the name {name!r} already; choose another")
    if email and people.with_email(cursor, email) is not None:
        raise DeskError(f"somebody has the address {email} already")


def new_line(
    name: str, role: Role, accounts: Accounts, office: Office, *, email: str | None = None, shown: str = ""
) -> StaffLine:
    """Return somebody new."""
    return StaffLine(
        id=name,
        name=rules.shown_name(shown or name),
        email=email,
        role=role,
        accounts=accounts,
        active=True,
        created_at=office.clock(),
        signed_in_at=None,
        version=1,
    )
