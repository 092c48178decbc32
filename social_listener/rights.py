"""Who may do what at the desk: roles as a table. `desk` asks it before everything it does; pages only hide buttons."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Right(StrEnum):
    """One thing that a role may give."""

    READ = "read"  #: see conversations, contacts, notes and figures
    NOTE = "note"  #: write notes for colleagues
    PROPOSE = "propose"  #: write replies that a colleague approves before they leave
    REPLY = "reply"  #: answer customers
    APPROVE = "approve"  #: approve or refuse what others propose
    SETTLE = "settle"  #: say what became of a reply in doubt
    ACT = "act"  #: hide, like, delete and edit at the platform
    ORGANISE = "organise"  #: resolve, snooze, reopen, label
    ASSIGN = "assign"  #: say who answers a conversation
    CORRECT = "correct"  #: say what an item really is
    BLOCK = "block"  #: mute contacts, call them spam
    MERGE = "merge"  #: say that contacts are one customer, or that they are not
    TEACH = "teach"  #: let rules hold that corrections taught, and withdraw them
    LIBRARY = "library"  #: change saved replies, macros, labels and shared views
    TEAM = "team"  #: change teams, capacities and absences of others
    OPERATE = "operate"  #: acknowledge gaps, dismiss and replay dead letters
    EXPORT = "export"  #: take data out of the house
    STAFF = "staff"  #: invite, change roles, end sessions


class Role(StrEnum):
    """What somebody is here."""

    ADMINISTRATOR = "administrator"
    MANAGER = "manager"
    COMMUNITY_MANAGER = "community_manager"
    REPLY_WITH_APPROVAL = "reply_with_approval"
    MARKETER = "marketer"


_READS: Final = frozenset({Right.READ, Right.NOTE, Right.CORRECT})
_WRITES: Final = _READS | {Right.PROPOSE, Right.ORGANISE, Right.ASSIGN}
_ANSWERS: Final = _WRITES | {Right.REPLY, Right.SETTLE, Right.ACT, Right.BLOCK, Right.MERGE}
_LEADS: Final = _ANSWERS | {
    Right.APPROVE,
    Right.LIBRARY,
    Right.TEACH,
    Right.TEAM,
    Right.OPERATE,
    Right.EXPORT,
}

#: role → everything it may do
ROLES: Final[Mapping[Role, frozenset[Right]]] = {
    Role.ADMINISTRATOR: _LEADS | {Right.STAFF},
    Role.MANAGER: _LEADS,
    Role.COMMUNITY_MANAGER: _ANSWERS,
    Role.REPLY_WITH_APPROVAL: _WRITES,
    Role.MARKETER: _READS | {Right.EXPORT},
}

#: role → how staff call it
ROLE_WORDS: Final[Mapping[Role, str]] = {
    Role.ADMINISTRATOR: "Administrator",
    Role.MANAGER: "Manager",
    Role.COMMUNITY_MANAGER: "Community manager",
    Role.REPLY_WITH_APPROVAL: "Replies with approval",
    Role.MARKETER: "Marketer (reads only)",
}
#: right → what one may do with it, after "may not"
RIGHT_WORDS: Final[Mapping[Right, str]] = {
    Right.READ: "see this",
    Right.NOTE: "write notes",
    Right.PROPOSE: "propose replies",
    Right.REPLY: "answer customers without approval",
    Right.APPROVE: "approve replies",
    Right.SETTLE: "decide on replies in doubt",
    Right.ACT: "hide, like, delete or edit at the platform",
    Right.ORGANISE: "resolve, snooze, reopen or label conversations",
    Right.ASSIGN: "assign conversations",
    Right.CORRECT: "say what an item really is",
    Right.BLOCK: "mute contacts",
    Right.MERGE: "merge contacts",
    Right.TEACH: "decide on rules that corrections taught",
    Right.LIBRARY: "change saved replies, macros, labels or shared views",
    Right.TEAM: "change teams and absences",
    Right.OPERATE: "acknowledge gaps or dismiss what could not be read",
    Right.EXPORT: "export",
    Right.STAFF: "change who works here",
}

#: who did what nobody pressed
SYSTEM: Final = "system"
