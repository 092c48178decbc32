"""The command for digests: a trial now, what became of them, and saying so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from social_listener import terminal
from social_listener.cli.session import Session, with_service
from social_listener.desk.digests import SETTLED
from social_listener.desk_types.reports import MailState
from social_listener.errors import DeskError
from social_listener.rights import SYSTEM

if TYPE_CHECKING:
    from social_listener.desk_types.reports import MailLine


@click.command()
@click.option("--now", "name", default=None, metavar="NAME", help="Send the digest NAME now, as a trial.")
@click.option("--to", default=None, metavar="ADDRESS", help="With --now: to this address; else to its first one.")
@click.option("--list", "listed", is_flag=True, help="List the e-mails of digests as JSON.")
@click.option("--settle", "mail", default=None, metavar="ID", help="Say what became of the e-mail ID.")
@click.option(
    "--as", "became", type=click.Choice(list(SETTLED)), default=None, help="With --settle: what became of it."
)
@with_service(online=False)
def digest(
    session: Session, *, name: str | None, to: str | None, listed: bool, mail: str | None, became: str | None
) -> int:
    """Send a digest now, list what became of e-mails, or say what became of one."""
    digests = session.service.desk.digests
    if name is not None:
        if session.service.settings.mail is None:
            raise DeskError("there is no block `mail` in the settings, so no e-mail can be sent")
        line = digests.trial(name, SYSTEM, to)
        session.screen.json(_shape(line))
        return _CODES.get(line.state, terminal.FAILED)
    if mail is not None and became is not None:
        session.screen.json(_shape(digests.settle(mail, SYSTEM, became)))
        return terminal.OK
    if listed:
        session.screen.json([_shape(one) for one in digests.mails(SYSTEM)])
        return terminal.OK
    session.screen.say("social-listener: say --now NAME, --list, or --settle ID --as accepted|bounced|again")
    return terminal.WRONG_USE


#: state of an e-mail → exit code; any other means that it did not go
_CODES: dict[MailState, int] = {
    MailState.ACCEPTED: terminal.OK,
    MailState.IN_DOUBT: terminal.UNDECIDED,
    MailState.SENDING: terminal.UNDECIDED,
    MailState.QUEUED: terminal.UNDECIDED,  # it is tried again by itself: whoever asks again gets two
}


def _shape(line: MailLine) -> dict[str, object]:
    return {
        "id": line.id,
        "digest": line.digest,
        "period": line.period,
        "to": line.recipient,
        "state": line.state.value,
        "answer": line.answer,
        "attempts": line.attempts,
        "notice_asked": line.notice,
        "message_id": line.message_id,
        "report": line.report_id,
        "created_at": line.created_at.isoformat(),
        "ended_at": line.ended_at.isoformat() if line.ended_at else None,
        "next_attempt_at": line.not_before.isoformat() if line.state is MailState.QUEUED else None,
        "settled_by": line.settled_by,
    }
