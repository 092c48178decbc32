"""The table of roles in docs/staff.md says what holds."""

from __future__ import annotations

from pathlib import Path

from social_listener.rights import ROLE_WORDS, ROLES, Right, Role

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "staff.md"
#: row of the table in docs/staff.md → the rights that it tells of
ROWS = {
    "read conversations, contacts, figures": {Right.READ},
    "write notes": {Right.NOTE},
    "say what an item really is": {Right.CORRECT},
    "propose replies, assign, resolve, snooze, label": {Right.PROPOSE, Right.ASSIGN, Right.ORGANISE},
    "answer customers, decide on replies in doubt": {Right.REPLY, Right.SETTLE},
    "hide, like, delete, edit at the platform": {Right.ACT},
    "mute contacts, merge contacts": {Right.BLOCK, Right.MERGE},
    "approve what others propose": {Right.APPROVE},
    "change saved replies, macros, labels, teams": {Right.LIBRARY, Right.TEAM},
    "decide on rules that corrections taught": {Right.TEACH},
    "acknowledge gaps, dismiss what could not be read": {Right.OPERATE},
    "take data out": {Right.EXPORT},
    "invite, change roles and access, end sessions": {Right.STAFF},
}


def told_wrongly(document: str) -> list[str]:
    """Return what a table of roles says that the code does not, in words."""
    lines = document.partition("## Roles")[2].partition("\n**")[0].strip().splitlines()
    head, _, *body = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    wrong = [] if [ROLE_WORDS[role].partition(" (")[0] for role in Role] == head[1:] else ["the roles"]
    wrong += sorted({*ROWS} ^ {row[0] for row in body})
    for what, *cells in body:
        for role, cell in zip(Role, cells, strict=True):
            gives = {right in ROLES[role] for right in ROWS.get(what, ())}
            if gives != {cell == "yes"}:
                wrong.append(f"{role}: {what}")
    return wrong


def test_the_table_of_roles_is_what_holds() -> None:
    """docs/staff.md tells of each role exactly what `rights.ROLES` gives it, and of every right there is."""
    assert set().union(*ROWS.values()) == set(Right)
    assert told_wrongly(DOCUMENT.read_text(encoding="utf-8")) == []


def test_a_table_that_tells_otherwise_is_found() -> None:
    """The check is able to fail."""
    document = DOCUMENT.read_text(encoding="utf-8")
    row = "| take data out | yes | yes | | | yes |"
    assert row in document
    assert told_wrongly(document.replace(row, "| take data out | yes | yes | yes | | |")) == [
        "community_manager: take data out",
        "marketer: take data out",
    ]
    assert told_wrongly(document.replace(row + "\n", "")) == ["take data out"]
