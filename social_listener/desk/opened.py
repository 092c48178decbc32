"""Opening a conversation: everything that its page shows, in one snapshot of the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from social_listener.desk import colleagues
from social_listener.desk.conversation import view_of
from social_listener.desk.files import files_view
from social_listener.desk_types.opened import LINK, Opened, Typing
from social_listener.desk_types.team import Around
from social_listener.rights import Right
from social_listener.store import beside, drafts, reply_files
from social_listener.store.drafts import Place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office
    from social_listener.store.conversations import ConversationRow
    from social_listener.store.reply_files import StoredFile

#: mode → whether one person only reads it; None: nobody outside
_MODES: Final[Mapping[str, bool | None]] = {"public": False, "private": True, "note": None}


def read_opened(office: Office, conversation_id: str, staff: str, focus_id: str | None) -> Opened:
    """Return a conversation with what somebody can do and types there; `DeskError` when there is none of that id."""
    # Both before the snapshot, which may be newer than they tell, never older.
    read_at, commits = office.store.revision, office.store.commits
    with office.store.read() as cursor:
        row = office.conversation(cursor, staff, Right.READ, conversation_id)
        return Opened(
            read_at=read_at,
            commits=commits,
            view=view_of(office, cursor, row, staff, focus_id, read_at=read_at),
            around=around(office, cursor, row.account_id, staff),
            typing=_typing(office, cursor, row, staff),
        )


def around(office: Office, cursor: DuckDBPyConnection, account_id: str, staff: str) -> Around:
    """Return who can do what about a conversation of an account."""
    able = colleagues.able(office.roster.everybody(cursor), Right.READ, account_id)
    return Around(
        sends=colleagues.may_send(office, cursor, staff, account_id),
        approves=colleagues.may(office, cursor, staff, Right.APPROVE, account_id),
        colleagues=tuple(name for name in able if name != staff),
        teams=office.roster.teams(cursor),
    )


def _typing(office: Office, cursor: DuckDBPyConnection, row: ConversationRow, staff: str) -> dict[str, Typing]:
    """Return what somebody types in a conversation, by mode."""
    told = beside.typed_by(cursor, staff, row.id)
    places = {mode: Place(staff, row.id, mode) for mode in _MODES}
    typed = drafts.read_all(cursor, tuple(places.values())) if "drafts" in told else {}
    found = {mode: Typing(draft=typed.get(place) or drafts.empty(place)) for mode, place in places.items()}
    channel = office.channels.get(row.account_id)
    if channel is None:
        return found
    files: Mapping[str, tuple[StoredFile, ...]] = {}
    if told:
        nonces = [one.draft.nonce for mode, one in found.items() if _MODES[mode] is not None]
        files = reply_files.of_all(cursor, nonces)
    for mode, one in list(found.items()):
        private = _MODES[mode]
        if private is not None:
            found[mode] = Typing(
                draft=one.draft,
                length=channel.length(one.draft.text, private=private),
                link=channel.length(LINK, private=private).used,
                files=files_view(office, cursor, places[mode], row.account_id, files.get(one.draft.nonce, ())),
            )
    return found
