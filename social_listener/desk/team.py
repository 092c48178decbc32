"""Working together: what waits for whom, replies that wait for approval, teams and who answers what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from social_listener.desk import assigning, colleagues, managing, opened
from social_listener.desk import proposals as proposing
from social_listener.desk.notify import notify
from social_listener.desk.presence import Presence
from social_listener.desk_types.team import Notifications
from social_listener.rights import Right
from social_listener.store import conversations, notifications, teams

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office
    from social_listener.desk_types import ReplyLine
    from social_listener.desk_types.team import Around, Proposal, Team, TeamView

_LISTED = 50


class TeamDesk:
    """What staff do together; reached as `desk.team`."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self.presence = Presence()

    # -- what waits for one person -------------------------------------------------------------------------------------

    def notify(  # noqa: PLR0917 - promised in this order
        self,
        cursor: DuckDBPyConnection,
        to: str,
        kind: str,
        conversation_id: str,
        by: str,
        now: datetime,
        about: str | None = None,
    ) -> None:
        """Let something wait for `to`, in the caller's transaction; `kind`: one of `desk_types.team.Kind`."""
        notify(cursor, to, kind, conversation_id, by, now, about)

    def notifications(self, staff: str, limit: int = _LISTED) -> Notifications:
        """Return what waits for somebody, what was not read first; nothing of accounts that they may not see."""
        with self._office.store.read() as cursor:
            within = self._office.accounts(cursor, staff)
            lines = notifications.lines(cursor, staff, limit, within)
            return Notifications(lines=tuple(lines), unread=notifications.unread(cursor, staff, within))

    def read(self, staff: str, ids: Sequence[str] | None = None) -> int:
        """Mark one's own notifications as read, all of them for None; return how many had not been."""
        now = self._office.clock()
        with self._office.store.transaction() as cursor:
            return notifications.mark_read(cursor, staff, ids, now, self._office.accounts(cursor, staff))

    def around(self, conversation_id: str, staff: str) -> Around:
        """Return who can do what about a conversation, for whoever looks at it; in one reading."""
        with self._office.store.read() as cursor:
            row = self._office.conversation(cursor, staff, Right.READ, conversation_id)
            return opened.around(self._office, cursor, row.account_id, staff)

    # -- replies that wait for approval --------------------------------------------------------------------------------

    def propose(
        self,
        item_id: str,
        text: str,
        staff: str,
        nonce: str,
        seen_version: int | None = None,
        *,
        private: bool,
    ) -> Proposal:
        """Let a reply wait for approval; the same nonce again is the same proposal."""
        return proposing.propose(
            self._office,
            item_id=item_id,
            text=text,
            staff=staff,
            nonce=nonce,
            private=private,
            seen_version=seen_version,
        )

    def approve(
        self,
        proposal_id: str,
        staff: str,
        version: int,
        *,
        text: str | None = None,
        seen_version: int | None = None,
        undo: timedelta | None = None,
    ) -> ReplyLine:
        """Queue a proposal as a reply of its author, in other words if `text` gives them; twice is once."""
        return proposing.approve(
            self._office,
            proposal_id,
            staff=staff,
            version=version,
            text=text,
            seen_version=seen_version,
            undo=undo,
        )

    def refuse(self, proposal_id: str, staff: str, reason: str, version: int) -> Proposal:
        """Refuse a proposal and say why; its text returns to its author's composer."""
        return proposing.refuse(self._office, proposal_id, staff=staff, reason=reason, version=version)

    def withdraw(self, proposal_id: str, staff: str, version: int) -> Proposal:
        """Take one's own proposal back; its text returns to the composer."""
        return proposing.withdraw(self._office, proposal_id, staff=staff, version=version)

    def revise(
        self, proposal_id: str, staff: str, text: str, version: int, *, seen_version: int | None = None
    ) -> Proposal:
        """Put one's own proposal into other words, while it waits; `seen_version`: of the conversation in view."""
        return proposing.revise(
            self._office, proposal_id, staff=staff, text=text, version=version, seen_version=seen_version
        )

    # -- who is here ---------------------------------------------------------------------------------------------------

    def beat(self, page: str, staff: str, conversation_id: str, typing: str) -> None:
        """Hear from an open page what it shows ("": nothing) and in which mode somebody types ("": in none).

        A conversation that they may not see, or not any more, or that there is not, counts as none. Nothing is written.
        """
        with self._office.store.read() as cursor:
            self._office.permit(cursor, staff, Right.READ)
            if conversation_id:
                row = conversations.row(cursor, conversation_id)
                if row is None or not colleagues.may(self._office, cursor, staff, Right.READ, row.account_id):
                    conversation_id, typing = "", ""
        self.presence.beat(page, staff, conversation_id, typing, self._office.clock())

    # -- teams and who answers what ------------------------------------------------------------------------------------

    def tend(self) -> str | None:
        """Do what is due by itself: assign, hand back, close proposals whose time has ended. Return it in words."""
        back, given = assigning.tend(self._office, self.presence)
        lapsed = proposing.tend(self._office)
        done = {"assigned": given, "handed back": back, "proposals followed": lapsed}
        return ", ".join(f"{count} {words}" for words, count in done.items() if count) or None

    def teams(self, staff: str) -> tuple[Team, ...]:
        """Return every team, by name, for somebody who works here."""
        with self._office.store.read() as cursor:
            self._office.permit(cursor, staff, Right.READ)
            return self._office.roster.teams(cursor)

    def view(self, staff: str) -> TeamView:
        """Return all that the Team page shows."""
        return managing.view(self._office, self.presence, staff)

    def save_team(
        self, staff: str, name: str, members: Sequence[str], team_id: str | None = None, version: int = 0
    ) -> Team:
        """Make a team, or change the one of that id; `Conflict` for an old version."""
        return managing.save_team(self._office, staff, name, members, team_id, version)

    def remove_team(self, staff: str, team_id: str, version: int) -> None:
        """Remove a team; its conversations stay in everybody's queue."""
        managing.remove_team(self._office, staff, team_id, version)

    def set_workload(
        self,
        staff: str,
        of: str,
        version: int,
        *,
        capacity: int | None,
        away_from: datetime | None,
        away_until: datetime | None,
    ) -> None:
        """Say how much somebody takes at a time (None: as the settings say), and when they are away."""
        wanted = teams.StoredWorkload(
            staff=of, capacity=capacity, away_from=away_from, away_until=away_until, version=version
        )
        managing.set_workload(self._office, staff, wanted)

    def hand_over(self, conversation_id: str, staff: str, team_id: str, version: int) -> int:
        """Put a conversation into a team's queue; nobody has it then. Return its new version."""
        return managing.hand_over(self._office, conversation_id, staff, team_id, version)
