"""One conversation with everything around it: read whole in one snapshot, each thing once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from social_listener.desk import proposals
from social_listener.desk.levels import due_line
from social_listener.desk.read import with_waiting
from social_listener.desk_types import ContactCard, ConversationView, PastConversation
from social_listener.model import SentimentLabel
from social_listener.rights import Right
from social_listener.store import assignments, beside, conversations, customers, escalations, links, silences
from social_listener.store import due as dues
from social_listener.store import outbox as replies
from social_listener.store.conversations import Outline, People
from social_listener.store.standing import Around, standing_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office
    from social_listener.desk_types import NoteLine, ThreadItem
    from social_listener.desk_types.levels import EscalationLine
    from social_listener.desk_types.people import Accounts
    from social_listener.model import Allowed, Factor
    from social_listener.store.conversations import ConversationRow
    from social_listener.store.due import StoredDue

#: how many of a contact's items are counted by sentiment, and how many other conversations are listed
_MOODS = 200
_PAST = 30


def read_conversation(office: Office, conversation_id: str, staff: str, focus_id: str | None) -> ConversationView:
    """Return everything about one conversation; `DeskError` when there is none of that id."""
    read_at = office.store.revision
    with office.store.read() as cursor:
        row = office.conversation(cursor, staff, Right.READ, conversation_id)
        return view_of(office, cursor, row, staff, focus_id, read_at=read_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What is read of a conversation before anything is made of it: for everybody who sees the same accounts."""

    row: ConversationRow
    within: Accounts
    told: frozenset[str]  #: the small tables that tell of it, see `beside`
    due: StoredDue | None
    escalations: tuple[EscalationLine, ...]  #: due by the platform's clock
    notes: tuple[NoteLine, ...]
    people: People
    whole: tuple[str, ...]  #: the contacts who are one customer, this one first
    talks: tuple[ConversationRow, ...]  #: with the customer, on accounts that whoever looks may see, newest first
    restricted: bool  #: there are others, which they may not see
    lines: tuple[ThreadItem, ...]  #: of this conversation, context included, oldest first
    root: ThreadItem | None  #: the post it hangs on, when that is of another one
    said: tuple[Outline, ...]  #: in all talks, oldest first
    others_in_thread: int  #: conversations of other customers below the same post


def view_of(
    office: Office,
    cursor: DuckDBPyConnection,
    row: ConversationRow,
    staff: str,
    focus_id: str | None,
    *,
    read_at: int,
) -> ConversationView:
    """Return a conversation as staff see it; `read_at`: revision of the store before the snapshot."""
    times = office.times(cursor)
    within = office.accounts(cursor, staff)
    seen = office.lately.get(
        (row.id, within),
        read_at,
        lambda: _read(office, cursor, row, within),
        concern=lambda made: {row.id, row.thread_id, *made.whole, *made.people.asked},
        size=lambda made: 1 + len(made.lines) + len(made.said),
        fits=lambda made: made.row == row,  # no version is handed out with the text of another
    )
    told, people = seen.told, seen.people.again(cursor)
    items = [line for line in seen.lines if not line.item.context]
    context = _context(cursor, row, seen, people)
    focus = _focus(items, context, focus_id)
    since = min((line.again_at or line.item.sent_at for line in items if waits(line)), default=None)
    due = due_line(office, seen.due, row.account_id, times)
    waiting = office.waiting_factor(due, times.ours) if since and _counts(focus) else None
    return ConversationView(
        conversation_id=row.id,
        channel=row.channel,
        account_id=row.account_id,
        account_name=_account_name(office, row.account_id),
        thread_id=row.thread_id,
        private=row.private,
        status=row.status,
        snoozed_until=row.snoozed_until,
        assignee=row.assignee,
        version=row.version,
        waiting_since=since,
        context=tuple(context),
        items=tuple(items),
        notes=seen.notes,
        replies=tuple(replies.lines_of(cursor, row.id, times.ours)) if "replies" in told else (),
        focus_id=focus.item.id if focus else "",
        allowed=_allowed(office, cursor, row, seen, focus, now=times.ours),
        contact=_card(cursor, row, seen, people, times.ours),
        priority=with_waiting((focus.priority if focus else None) or 0, waiting),
        factors=_explained(focus, waiting),
        others_in_thread=seen.others_in_thread,
        links=links.lines(cursor, row.id) if "links" in told else (),
        elsewhere=row.elsewhere,
        team=assignments.team_name(cursor, row.id) if "assignments" in told else None,
        proposals=proposals.of_conversation(cursor, row.id, row.said_version) if "proposals" in told else (),
        labels=office.roster.worn(cursor, row.labels),
        due=due,
        escalations=escalations.by_our_clock(seen.escalations, times),
    )


def _read(office: Office, cursor: DuckDBPyConnection, row: ConversationRow, within: Accounts) -> Reading:
    told = beside.told_of(cursor, row.id, row.contact_id)
    whole = customers.together(cursor, row.contact_id) if "customers" in told else (row.contact_id,)
    known = office.store.index.lookup(cursor)
    everywhere = conversations.of_contacts(cursor, whole, known, row)
    talks = tuple(found for found in everywhere if within is None or found.account_id in within)
    people = People(cursor, whole)
    ids = conversations.ids_in(cursor, row.id, known)
    wanted = ids if row.private else sorted({*ids, row.thread_id})
    found = conversations.items_by_id(cursor, wanted, people)
    lines = tuple(line for line in found if line.item.conversation_id == row.id)
    elsewhere = conversations.outlines(cursor, [talk.id for talk in talks if talk.id != row.id], known=known)
    said = sorted([*map(Outline.of, lines), *elsewhere], key=lambda one: (one.sent_at, one.id))
    return Reading(
        row=row,
        within=within,
        told=told,
        due=dues.of_conversation(cursor, row.id),
        escalations=escalations.of_conversation(cursor, row.id) if "escalations" in told else (),
        notes=conversations.notes(cursor, row.id) if "notes" in told else (),
        people=people,
        whole=whole,
        talks=talks,
        restricted=len(talks) < len(everywhere),
        lines=lines,
        root=next((line for line in found if line.item.conversation_id != row.id), None),
        said=tuple(said),
        others_in_thread=conversations.others_in_thread(cursor, row, known, within),
    )


def _context(cursor: DuckDBPyConnection, row: ConversationRow, seen: Reading, people: People) -> list[ThreadItem]:
    """Return the posts that a conversation hangs on, oldest first."""
    own = [line for line in seen.lines if line.item.context]
    above: list[ThreadItem] = []
    if not row.private:
        above = conversations.parents(cursor, seen.lines, row.thread_id, root=seen.root, people=people)
    return sorted([*own, *above], key=lambda line: (line.item.sent_at, line.item.id))


def _account_name(office: Office, account_id: str) -> str:
    try:
        return office.settings.account(account_id).name
    except KeyError:
        return account_id


def _allowed(
    office: Office,
    cursor: DuckDBPyConnection,
    row: ConversationRow,
    seen: Reading,
    focus: ThreadItem | None,
    *,
    now: datetime,
) -> tuple[Allowed, ...]:
    """Return what may be done to the item that is answered."""
    if focus is None:
        return ()
    here = focus.item.conversation_id == row.id
    theirs = focus.item.author_id in seen.whole or focus.item.private
    if not (here and theirs):
        return office.rules(cursor, focus, now)
    around = Around(talks=seen.talks, said=seen.said, answered=not seen.told.isdisjoint({"replies", "links"}))
    return office.rules(cursor, focus, now, standing_in(cursor, focus.item, around))


def waits(line: ThreadItem) -> bool:
    """Return whether somebody waits for an answer to this item."""
    return Outline.of(line).waits


def _focus(items: Sequence[ThreadItem], context: Sequence[ThreadItem], focus_id: str | None) -> ThreadItem | None:
    """Return the item asked for, or else the one that presses most, or else the newest they wrote."""
    if focus_id is not None:
        for line in (*items, *context):
            if line.item.id == focus_id:
                return line
    pressing = [line for line in items if waits(line)]
    if pressing:
        return max(pressing, key=lambda line: (line.priority or 0, line.item.sent_at, line.item.id))
    theirs = [line for line in items if not line.item.outbound]
    return next(reversed(theirs or list(items)), None)


def _counts(focus: ThreadItem | None) -> bool:
    """Return whether waiting time belongs to the priority of this item."""
    return focus is not None and waits(focus)


def _explained(focus: ThreadItem | None, waiting: Factor | None) -> tuple[Factor, ...]:
    """Return the factors of an item, waiting included, the strongest first."""
    if focus is None:
        return ()
    factors = [*focus.factors, *([waiting] if waiting else [])]
    return tuple(replace(f, points=round(f.points, 1)) for f in sorted(factors, key=lambda f: -abs(f.points)))


def _card(
    cursor: DuckDBPyConnection,
    row: ConversationRow,
    seen: Reading,
    people: People,
    now: datetime,
) -> ContactCard | None:
    """Return who this is, and what we had with them; None when the platform never told."""
    others = people.of(seen.whole)
    contact = others.pop(row.contact_id, None)
    first = people.first_seen(row.contact_id)
    if contact is None or first is None:
        return None
    if seen.restricted:  # what other accounts saw of them is not told
        first = max(first, min(found.first_at for found in seen.talks))
    # Who has talked only on accounts that one may not see is not named.
    met = {found.contact_id for found in seen.talks}
    inbound = [one for one in seen.said if one.inbound]
    return ContactCard(
        contact=contact,
        first_seen_at=first,
        inbound=len(inbound),
        outbound=sum(one.outbound and not one.context for one in seen.said),
        in_7_days=sum(one.sent_at >= now - timedelta(days=7) for one in inbound),
        unanswered=sum(one.waits for one in seen.said),
        sentiment=_moods(cursor, seen, inbound[-_MOODS:]),
        history=_history(cursor, [found for found in seen.talks if found.id != row.id][:_PAST], inbound),
        others=tuple(other for other in others.values() if seen.within is None or other.id in met),
        silence=silences.of(cursor, [row.contact_id]).get(row.contact_id) if "silences" in seen.told else None,
    )


def _moods(cursor: DuckDBPyConnection, seen: Reading, inbound: Sequence[Outline]) -> Mapping[SentimentLabel, int]:
    """Return how many of those items carry each sentiment."""
    here = {line.item.id: line.sentiment_label for line in seen.lines}
    counts = dict.fromkeys(SentimentLabel, 0)
    counts |= conversations.moods(cursor, [one.id for one in inbound if one.id not in here])
    for one in inbound:
        if (label := here.get(one.id)) is not None:
            counts[label] += 1
    return counts


def _history(
    cursor: DuckDBPyConnection, past: Sequence[ConversationRow], inbound: Sequence[Outline]
) -> tuple[PastConversation, ...]:
    """Return a line for each of a contact's other conversations, in the order given."""
    newest = {outline.conversation_id: outline.id for outline in inbound}
    words = conversations.excerpts(cursor, [newest[found.id] for found in past if found.id in newest])
    return tuple(
        PastConversation(
            conversation_id=found.id,
            private=found.private,
            status=found.status,
            last_at=found.last_at,
            excerpt=words.get(newest.get(found.id, ""), ""),
            channel=found.channel,
        )
        for found in past
    )
