"""The desk: everything staff can do and see. Pages and commands go through it and hold no rules of their own.

Reading returns plain frozen values (`desk_types`). Writing checks, writes an audit event, and raises `NotAllowed`,
`Conflict` or `DeskError` with a sentence for staff. Times are aware UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from social_listener.desk import conversation as desk_conversation
from social_listener.desk import health as desk_health
from social_listener.desk import opened as desk_opened
from social_listener.desk import read as desk_read
from social_listener.desk import reply as desk_reply
from social_listener.desk import settle as desk_settle
from social_listener.desk import work as desk_work
from social_listener.desk.bulk import BulkDesk
from social_listener.desk.contacts import ContactDesk
from social_listener.desk.corrections import CorrectionDesk
from social_listener.desk.digests import DigestDesk
from social_listener.desk.files import FilesDesk
from social_listener.desk.hindsight import Hindsight
from social_listener.desk.insights import Insights
from social_listener.desk.labels import LabelDesk
from social_listener.desk.lessons import LessonDesk
from social_listener.desk.levels import LevelsDesk
from social_listener.desk.library import Library
from social_listener.desk.macros import Macros
from social_listener.desk.media import MediaDesk
from social_listener.desk.office import Office, own
from social_listener.desk.people import People
from social_listener.desk.people_door import Door
from social_listener.desk.people_own import Own
from social_listener.desk.reports import ReportDesk
from social_listener.desk.rules import RuleDesk
from social_listener.desk.samples import SampleDesk
from social_listener.desk.spikes import SpikeDesk
from social_listener.desk.team import TeamDesk
from social_listener.desk.undoing import UndoDesk
from social_listener.desk.views import ViewDesk
from social_listener.desk.words import WordDesk
from social_listener.errors import DeskError
from social_listener.model import Status
from social_listener.rights import SYSTEM, Right
from social_listener.service_levels import levels_of
from social_listener.store import audit, health
from social_listener.store import outbox as replies
from social_listener.store.drafts import Place
from social_listener.vault_seal import Seal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import timedelta

    from social_listener.channels import Channel
    from social_listener.desk.health import Planned
    from social_listener.desk.reply import PublicAndPrivate
    from social_listener.desk_types import (
        ConversationView,
        Draft,
        HealthView,
        NoteLine,
        QueueFilter,
        QueuePage,
        QueuePlace,
        ReplyLine,
        ThreadItem,
    )
    from social_listener.desk_types.opened import Opened
    from social_listener.desk_types.people import Accounts
    from social_listener.ingest import Ingest
    from social_listener.mail import Postman
    from social_listener.model import ActionKind, Allowed, Stream, TextLength
    from social_listener.scoring import Weights
    from social_listener.settings import Settings
    from social_listener.store import Store


class Desk:
    """What staff work with. Thread-safe; one per process that holds the database."""

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        *,
        ingest: Ingest,
        streams: Mapping[str, Stream],
        settings: Settings,
        weights: Weights,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        ends: Callable[[], Mapping[str, tuple[str, datetime | None]]] = dict,
        seal: Seal | None = None,
        unpushed: Mapping[str, str] | None = None,
        postman: Postman | None = None,
    ) -> None:
        self._office = Office(
            store=store,
            channels=channels,
            streams=streams,
            settings=settings,
            weights=weights,
            clock=clock,
            ends=ends,
            levels=levels_of(settings, clock()),
            unpushed=unpushed if unpushed is not None else {},
        )
        self.media = MediaDesk(self._office)
        self.files = FilesDesk(self._office)
        self.team = TeamDesk(self._office)
        self.library = Library(self._office)
        self.macros = Macros(self._office)
        self.levels = LevelsDesk(self._office)
        self.spikes = SpikeDesk(self._office)
        self.hindsight = Hindsight(self._office)
        self.insights = Insights(self._office)
        self.words = WordDesk(self._office)
        self._ingest = ingest
        self._planned: Callable[[], Mapping[str, Planned]] = dict
        sealing = seal or Seal()
        self.door = Door(self._office, sealing)
        self.people = People(self._office, self.door, self.team.presence.forget)
        self.own = Own(self._office, self.door, sealing)
        self.labels = LabelDesk(self._office)
        self.reports = ReportDesk(self._office)
        self.digests = DigestDesk(self._office, self.reports, postman)
        self.corrections = CorrectionDesk(self._office)
        self.samples = SampleDesk(self._office)
        self.rules = RuleDesk(self._office, ingest)
        self.lessons = LessonDesk(self._office)
        self.contacts = ContactDesk(self._office)
        self.undoing = UndoDesk(self._office)
        self.views = ViewDesk(self._office)
        self.bulk = BulkDesk(self._office)

    # -- reading -------------------------------------------------------------------------------------------------------

    @property
    def commits(self) -> int:
        """Return a number that rises with all that this process writes, drafts too: by it one knows what is older."""
        return self._office.store.commits

    @property
    def revision(self) -> int:
        """Return a number that changes when there is something new to show; text being typed does not count."""
        return self._office.store.revision

    def is_outdated(self, view: ConversationView, read_at: int) -> bool:
        """Return whether a conversation that was read at a store revision may have changed since.

        What the time changes by itself is left out: what waits, and until when something is allowed.
        """
        card = view.contact
        shown = {view.conversation_id, view.thread_id}
        shown |= {one.id for one in (card.contact, *card.others)} if card else set()
        shown |= {one for line in view.context for one in (line.item.thread_id, line.item.author_id)}
        return self._office.store.touched_since(read_at, shown)

    def is_own_outdated(self, staff: str, read_at: int) -> bool:
        """Return whether what is somebody's own may have changed: what waits for them, what they can take back."""
        return self._office.store.touched_since(read_at, [own(staff)])

    def queue(
        self,
        wanted: QueueFilter,
        staff: str,
        limit: int = 50,
        *,
        after: QueuePlace | None = None,
        ahead: int = 0,
        keep: Sequence[str] | None = None,
    ) -> QueuePage:
        """Return a stretch of the queue, the most pressing first, and how many conversations each view holds.

        `after`: the `next` of an earlier page, to go on behind it in the same order. `ahead`: so many rows more are
        returned, though the next page begins with them. `keep`: conversations whose rows are wanted besides, as far as
        the view holds them.
        """
        return desk_read.read_queue(self._office, wanted, staff, limit=limit, after=after, ahead=ahead, keep=keep)

    def conversation(self, conversation_id: str, staff: str, focus_id: str | None = None) -> ConversationView:
        """Return everything about one conversation; `DeskError` when there is none of that id."""
        return desk_conversation.read_conversation(self._office, conversation_id, staff, focus_id)

    def opened(self, conversation_id: str, staff: str, focus_id: str | None = None) -> Opened:
        """Return one conversation with what somebody can do and types there; `DeskError` as `conversation`."""
        return desk_opened.read_opened(self._office, conversation_id, staff, focus_id)

    def item(self, item_id: str, staff: str = SYSTEM) -> ThreadItem:
        """Return one item; `DeskError` when there is none of that id."""
        with self._office.store.read() as cursor:
            return self._office.item(cursor, staff, Right.READ, item_id)

    def conversation_of(self, item_id: str, staff: str = SYSTEM) -> str:
        """Return the conversation that an item stands in; `DeskError` when there is no such item."""
        return self.item(item_id, staff).item.conversation_id

    def allowed(self, item_id: str, staff: str = SYSTEM) -> tuple[Allowed, ...]:
        """Return what may be done to an item now, until when, and by which rule of the platform."""
        with self._office.store.read() as cursor:
            line = self._office.item(cursor, staff, Right.READ, item_id)
            return self._office.rules(cursor, line, self._office.clock())

    def length(self, account_id: str, text: str, private: bool, staff: str = SYSTEM) -> TextLength:
        """Return how long `text` is by the rules of an account's channel."""
        with self._office.store.read() as cursor:
            channel = self._office.channel_for(cursor, staff, account_id)
        return channel.length(text, private=private)

    def outbox(
        self, include_settled: bool = False, limit: int | None = None, staff: str = SYSTEM
    ) -> tuple[ReplyLine, ...]:
        """Return replies, newest first: those not settled, or all. `limit` None: however many there are."""
        now = self._office.clock()
        with self._office.store.read() as cursor:
            within = self._office.accounts(cursor, staff)
            return tuple(replies.lines(cursor, now, settled=include_settled, limit=limit, within=within))

    def reply_line(self, intent_id: str, staff: str = SYSTEM) -> ReplyLine:
        """Return one reply; `DeskError` when there is none of that id."""
        with self._office.store.read() as cursor:
            self._office.reply(cursor, staff, Right.READ, intent_id)
            return desk_reply.line_of(self._office, cursor, intent_id)

    def health(self, staff: str = SYSTEM) -> HealthView:
        """Return everything an operator must see at a glance, of the accounts that they have access to."""
        return desk_health.read_health(self._office, self._planned(), staff)

    def plan_jobs(self, planned: Callable[[], Mapping[str, Planned]]) -> None:
        """Let Health ask the scheduler when each job runs next."""
        self._planned = planned

    # -- answering -----------------------------------------------------------------------------------------------------

    def reply_public(  # noqa: PLR0917 - pages and commands were promised this order
        self,
        item_id: str,
        text: str,
        staff: str,
        nonce: str,
        seen_version: int | None = None,
        undo: timedelta | None = None,
    ) -> ReplyLine:
        """Queue words that everybody will be able to read; the same nonce again is the same reply."""
        return desk_reply.queue_reply(
            self._office,
            item_id=item_id,
            text=text,
            staff=staff,
            nonce=nonce,
            private=False,
            seen_version=seen_version,
            undo=undo,
        )

    def reply_private(  # noqa: PLR0917 - pages and commands were promised this order
        self,
        item_id: str,
        text: str,
        staff: str,
        nonce: str,
        seen_version: int | None = None,
        undo: timedelta | None = None,
    ) -> ReplyLine:
        """Queue words for one person only; the same nonce again is the same reply."""
        return desk_reply.queue_reply(
            self._office,
            item_id=item_id,
            text=text,
            staff=staff,
            nonce=nonce,
            private=True,
            seen_version=seen_version,
            undo=undo,
        )

    def reply_both(
        self,
        item_id: str,
        texts: PublicAndPrivate,
        staff: str,
        *,
        seen_version: int | None = None,
        undo: timedelta | None = None,
    ) -> tuple[ReplyLine, ...]:
        """Queue a public answer and the private message that follows it, both or none; the first in order first.

        The second leaves only once the first is known to be there; when it is not, the second waits for a person.
        """
        return desk_reply.queue_replies(
            self._office, texts.in_order(), item_id=item_id, staff=staff, seen_version=seen_version, undo=undo
        )

    def send_alone(self, intent_id: str, staff: str) -> ReplyLine:
        """Let a reply go though the one it follows did not go out."""
        return desk_settle.send_alone(self._office, intent_id, staff)

    def undo(self, intent_id: str, staff: str) -> bool:
        """Take a reply back, with its follow-up; False: too late. True means that it never goes out."""
        return desk_settle.undo(self._office, intent_id, staff)

    def settle(self, intent_id: str, staff: str, platform_id: str | None) -> ReplyLine:
        """Decide a reply in doubt: it is there (`platform_id`), or it is not and its text returns to the composer."""
        return desk_settle.settle(self._office, intent_id, staff, platform_id)

    def send_again(self, intent_id: str, staff: str) -> ReplyLine:
        """Send a reply in doubt again, because a person looked and it is not there."""
        return desk_settle.send_again(self._office, intent_id, staff)

    # -- everything else -----------------------------------------------------------------------------------------------

    def act(self, item_id: str, kind: ActionKind, staff: str, text: str = "") -> None:
        """Hide, unhide, like, unlike, delete or edit (into `text`) an item at the platform, now."""
        desk_work.act(self._office, item_id, kind, staff, text)

    def note(self, conversation_id: str, text: str, staff: str) -> NoteLine:
        """Keep a note for staff; it is never sent."""
        return desk_work.note(self._office, conversation_id, text, staff)

    def assign(self, conversation_id: str, staff: str, to: str | None, version: int) -> int:
        """Say who answers a conversation; return its new version."""
        return desk_work.assign(self._office, conversation_id, staff, to, version)

    def snooze(self, conversation_id: str, staff: str, until: datetime, version: int) -> int:
        """Put a conversation away until a time, or until the customer writes again; return its new version."""
        return desk_work.set_status(self._office, conversation_id, staff, version, status=Status.SNOOZED, until=until)

    def resolve(self, conversation_id: str, staff: str, version: int) -> int:
        """Put a conversation away until the customer writes again; return its new version."""
        return desk_work.set_status(self._office, conversation_id, staff, version, status=Status.RESOLVED)

    def reopen(self, conversation_id: str, staff: str, version: int) -> int:
        """Bring a conversation back into the queue; return its new version."""
        return desk_work.set_status(self._office, conversation_id, staff, version, status=Status.OPEN)

    def draft(self, conversation_id: str, staff: str, mode: str) -> Draft:
        """Return the text being typed, with the nonce that identifies it; `mode`: public, private or note."""
        return desk_work.read_draft(self._office, Place(staff, conversation_id, mode))

    def save_draft(self, conversation_id: str, staff: str, mode: str, text: str, nonce: str | None = None) -> Draft:
        """Keep the text being typed. A late save of a text that was handed over already changes nothing."""
        return desk_work.save_draft(self._office, Place(staff, conversation_id, mode), text, nonce)

    def close_gap(self, gap_id: str, staff: str) -> None:
        """Acknowledge a gap."""
        now = self._office.clock()
        with self._office.store.transaction() as cursor:
            within = self._office.accounts(cursor, staff, Right.OPERATE)
            if not _reached(within, health.stream_of(cursor, "gaps", gap_id)) or not health.close_gap(
                cursor, gap_id, staff, now
            ):
                raise DeskError(f"there is no open gap {gap_id!r}")
            audit.record(cursor, now, staff, "gap.closed", gap_id)

    def dismiss_dead_letter(self, dead_letter_id: str, staff: str) -> None:
        """Put a raw item that could not be read away for good."""
        now = self._office.clock()
        with self._office.store.transaction() as cursor:
            within = self._office.accounts(cursor, staff, Right.OPERATE)
            stream_id = health.stream_of(cursor, "dead_letters", dead_letter_id)
            if not _reached(within, stream_id) or not health.dismiss(cursor, dead_letter_id, now):
                raise DeskError(f"there is no open dead letter {dead_letter_id!r}")
            audit.record(cursor, now, staff, "dead_letter.dismissed", dead_letter_id)

    def replay_dead_letters(self, stream_id: str | None = None, staff: str = SYSTEM) -> int:
        """Read the raw items again that could not be read before; return how many could be read now."""
        with self._office.store.read() as cursor:
            within = self._office.accounts(cursor, staff, Right.OPERATE)
            streams = [stream_id] if within is None else health.streams_with_dead_letters(cursor)
        if within is None:
            return self._ingest.replay_dead_letters(stream_id)
        wanted = [one for one in streams if one and _reached(within, one) and stream_id in {None, one}]
        return sum(self._ingest.replay_dead_letters(one) for one in wanted)


def _reached(within: Accounts, stream_id: str | None) -> bool:
    """Return whether a stream belongs to one of those accounts."""
    return within is None or (stream_id is not None and health.account_of(stream_id) in within)
