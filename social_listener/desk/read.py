"""What staff see: the queue, and one conversation with everything around it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from social_listener.desk import find, lists, proposals
from social_listener.desk.levels import due_line
from social_listener.desk_types import ContactCard, ConversationView, PastConversation, QueuePage, View
from social_listener.model import SentimentLabel
from social_listener.rights import Right
from social_listener.store import (
    assignments,
    conversations,
    customers,
    escalations,
    labels,
    links,
    queue,
    silences,
)
from social_listener.store import due as dues
from social_listener.store import outbox as replies
from social_listener.store import proposals as stored
from social_listener.store import search as resolved
from social_listener.store.sought import seek

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office
    from social_listener.desk_types import QueueFilter, QueuePlace, QueueRow, ThreadItem
    from social_listener.desk_types.organising import Label
    from social_listener.model import Factor
    from social_listener.store.conversations import ConversationRow, Outline
    from social_listener.store.due import PlatformTime
    from social_listener.store.queue import ListedRow
    from social_listener.store.sought import Sought

_TOP = 100
#: how many of a contact's items are counted by sentiment, and how many other conversations are listed
_MOODS = 200
_PAST = 30
#: factors that say nothing about this one customer
_PLAIN = {"received", "limit"}


def read_queue(
    office: Office,
    wanted: QueueFilter,
    staff: str,
    *,
    limit: int,
    after: QueuePlace | None = None,
    ahead: int = 0,
    keep: Sequence[str] | None = None,
) -> QueuePage:
    """Return a stretch of the queue behind `after`, how many conversations each view holds, and the rows of `keep`."""
    with office.store.read() as cursor:
        wanted = replace(wanted, within=office.accounts(cursor, staff))
        known, now = labels.by_id(cursor), office.times(cursor)
        order = replace(now, ours=after.as_of, ahead=after.ahead) if after is not None else now
        search = find.parsed(wanted, now.ours)
        sought = seek(office.store.index, search, wanted, known.values(), staff=staff, now=now.ours)
        counts = _counts_of(cursor, wanted, staff, now, sought)

        def listed(**which: Any) -> list[ListedRow]:
            return lists.listed(cursor, office, wanted, staff, order, sought=sought, **which)

        rows = listed(limit=limit + max(1, ahead), after=after)
        kept = listed(limit=len(keep), only=keep) if keep else []
        found = find.lines(cursor, search, sought, [*rows, *kept])

    def shown(row: ListedRow) -> QueueRow:
        return replace(_shown(office, row, now, known), found=found.get(row.conversation_id))

    return QueuePage(
        rows=tuple(map(shown, rows[: limit + ahead])),
        kept=None if keep is None else tuple(map(shown, kept)),
        total=counts[wanted.view],
        counts=counts,
        as_of=now.ours,
        next=rows[limit - 1].place(order) if len(rows) > limit else None,
        search=find.note(office.store.index, search, sought),
    )


def _counts_of(
    cursor: DuckDBPyConnection, wanted: QueueFilter, staff: str, now: PlatformTime, sought: Sought | None
) -> dict[View, int]:
    """Return how many conversations each view holds; see `QueuePage.counts`."""
    counts = queue.counts(cursor, wanted, staff, now, sought)

    def besides(view: View) -> int:
        return resolved.count_resolved(cursor, replace(wanted, view=view), sought)

    if wanted.view is View.RESOLVED or not resolved.is_narrow(wanted):
        counts[View.RESOLVED] = besides(View.RESOLVED)
    counts[View.SPAM] = besides(View.SPAM) if silences.some(cursor) else 0
    if replies.some_in_doubt(cursor):
        counts[View.IN_DOUBT] += besides(View.IN_DOUBT)
    if stored.some_wait(cursor):
        counts[View.TO_APPROVE] += besides(View.TO_APPROVE)
    return counts


def _shown(office: Office, row: ListedRow, now: PlatformTime, known: Mapping[str, Label]) -> QueueRow:
    due = due_line(office, row.next_due, row.account_id, now)
    waiting = office.waiting_factor(due, now.ours) if row.waiting_since else None
    return row.shown(
        priority=_with_waiting(row.priority, waiting),
        reasons=reasons((*row.factors, *([waiting] if waiting else []))),
        due=due,
        labels=known,
    )


def _with_waiting(priority: int, waiting: Factor | None) -> int:
    return min(_TOP, int(priority + (waiting.points if waiting else 0)))


def reasons(factors: Sequence[Factor], most: int = 3) -> tuple[str, ...]:
    """Return the strongest reasons in words, the strongest first."""
    telling = [factor for factor in factors if factor.points > 0 and factor.name not in _PLAIN]
    return tuple(factor.because for factor in sorted(telling, key=lambda factor: -factor.points)[:most])


def read_conversation(office: Office, conversation_id: str, staff: str, focus_id: str | None) -> ConversationView:
    """Return everything about one conversation; `DeskError` when there is none of that id."""
    with office.store.read() as cursor:
        times = office.times(cursor)
        now = times.ours
        row = office.conversation(cursor, staff, Right.READ, conversation_id)
        within = office.accounts(cursor, staff)
        whole = customers.together(cursor, row.contact_id)
        known = office.store.index.lookup(cursor)
        everywhere = conversations.of_contacts(cursor, whole, known)
        theirs = [found for found in everywhere if within is None or found.account_id in within]
        outlines = conversations.outlines(cursor, [found.id for found in theirs], known=known)
        here = [outline.id for outline in outlines if outline.conversation_id == row.id]
        everything = conversations.items_by_id(cursor, here)
        items = [line for line in everything if not line.item.context]
        context = _context(cursor, everything, row)
        focus = _focus(items, context, focus_id)
        since = min((line.again_at or line.item.sent_at for line in items if waits(line)), default=None)
        due = due_line(office, dues.of_conversation(cursor, row.id), row.account_id, times)
        waiting = office.waiting_factor(due, now) if since else None
        factors = _explained(focus, waiting)
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
            notes=conversations.notes(cursor, row.id),
            replies=tuple(replies.lines_of(cursor, row.id, now)),
            focus_id=focus.item.id if focus else "",
            allowed=office.rules(cursor, focus, now) if focus else (),
            contact=_card(
                cursor, row, theirs, outlines, now, restricted=len(theirs) < len(everywhere), everybody=within is None
            ),
            priority=_with_waiting((focus.priority if focus else None) or 0, waiting if _counts(focus) else None),
            factors=factors,
            others_in_thread=conversations.others_in_thread(cursor, row, known, within),
            links=links.lines(cursor, row.id),
            elsewhere=row.elsewhere,
            team=assignments.team_name(cursor, row.id),
            proposals=proposals.of_conversation(cursor, row.id, row.said_version),
            labels=labels.worn(cursor, row.labels),
            due=due,
            escalations=escalations.of_conversation(cursor, row.id, times),
        )


def _context(cursor: DuckDBPyConnection, everything: Sequence[ThreadItem], row: ConversationRow) -> list[ThreadItem]:
    """Return the posts that a conversation hangs on, oldest first."""
    own = [line for line in everything if line.item.context]
    above = conversations.parents(cursor, everything, row.thread_id) if not row.private else []
    return sorted([*own, *above], key=lambda line: (line.item.sent_at, line.item.id))


def _account_name(office: Office, account_id: str) -> str:
    try:
        return office.settings.account(account_id).name
    except KeyError:
        return account_id


def waits(line: ThreadItem) -> bool:
    """Return whether somebody waits for an answer to this item."""
    inbound = not line.item.outbound and not line.item.context
    return inbound and line.answered_at is None and line.deleted_at is None


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
    factors = [*focus.factors, *([waiting] if waiting and _counts(focus) else [])]
    return tuple(replace(f, points=round(f.points, 1)) for f in sorted(factors, key=lambda f: -abs(f.points)))


def _card(
    cursor: DuckDBPyConnection,
    row: ConversationRow,
    theirs: Sequence[ConversationRow],
    outlines: Sequence[Outline],
    now: datetime,
    *,
    restricted: bool,
    everybody: bool,
) -> ContactCard | None:
    """Return who this is, and what we had with them; None when the platform never told.

    `restricted`: some of it was on accounts that one may not see. `everybody`: contacts of all accounts may be shown.
    """
    whole = customers.together(cursor, row.contact_id)
    people = conversations.contacts(cursor, whole)
    contact = people.pop(row.contact_id, None)
    first = conversations.first_seen(cursor, row.contact_id)
    if contact is None or first is None:
        return None
    if restricted:  # what other accounts saw of them is not told
        first = max(first, min(found.first_at for found in theirs))
    met = {found.contact_id for found in theirs}
    inbound = [outline for outline in outlines if not outline.outbound and not outline.context]
    moods = conversations.moods(cursor, [outline.id for outline in inbound[-_MOODS:]])
    return ContactCard(
        contact=contact,
        first_seen_at=first,
        inbound=len(inbound),
        outbound=sum(outline.outbound and not outline.context for outline in outlines),
        in_7_days=sum(outline.sent_at >= now - timedelta(days=7) for outline in inbound),
        unanswered=sum(outline.waits for outline in outlines),
        sentiment={label: moods.get(label, 0) for label in SentimentLabel},
        history=_history(cursor, [found for found in theirs if found.id != row.id][:_PAST], inbound),
        others=tuple(people[key] for key in whole if key in people and (everybody or key in met)),
        silence=silences.of(cursor, [row.contact_id]).get(row.contact_id),
    )


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
