"""What new words mean for scores, conversations and the queue. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from social_listener.model import Contact, Status
from social_listener.scoring import OURS, Circumstances, Gist, Text, score_all
from social_listener.store.facts import Inbound, StoredContact, StoredConversation
from social_listener.store.queue_upkeep import row_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from social_listener.ingest.decide import Work
    from social_listener.model import Interaction, Link, Score
    from social_listener.scoring import Tuning, Weights
    from social_listener.store.facts import StoredItem

#: how far back earlier items of a contact count for a score
RECENT: Final = timedelta(days=7)
#: how many newest items of a contact are remembered for that
REMEMBERED: Final = 10


class Scorer:
    """Scores, and remembers what it scored: what is decided a second time is not scored again."""

    def __init__(self, weights: Weights, made: Callable[[], Mapping[Text, Gist]] = dict, tuning: Tuning = OURS) -> None:
        """`made` returns what was made of the texts ahead; it is asked once, when scores are wanted."""
        self._weights = weights
        self._tuning = tuning
        self._made = made
        self._gists: Mapping[Text, Gist] | None = None
        self._before: tuple[Sequence[tuple[str, Circumstances]], list[Score]] = ((), [])

    def __call__(self, items: Sequence[tuple[str, Circumstances]]) -> list[Score]:
        """Return the scores of those texts in their circumstances, in order."""
        if self._gists is None:
            self._gists = self._made()
            scores = score_all(items, self._weights, self._gists, self._tuning)
        else:
            known = dict(zip(*self._before, strict=True))
            missing = [item for item in dict.fromkeys(items) if item not in known]
            known.update(zip(missing, score_all(missing, self._weights, self._gists, self._tuning), strict=True))
            scores = [known[item] for item in items]
        self._before = (items, scores)
        return scores


def follow(work: Work, scorer: Scorer) -> None:
    """Settle what our own words answer, score what was said to us, and keep conversations and queue in step."""
    talk = _Talk(work)
    fresh = sorted(dict.fromkeys(work.fresh), key=talk.when)
    talk.say(item_id for item_id in fresh if talk.stored(item_id).item.outbound)
    for item_id in fresh:
        if not talk.stored(item_id).item.outbound:
            talk.hear(item_id)
    for item_id in dict.fromkeys(work.edited):
        if item_id not in work.fresh:
            talk.reword(item_id)
    for item_id, seemed in work.earlier.items():
        talk.retime(item_id, seemed)
    for item_id in work.deleted:
        talk.lose(item_id)
    for link in work.linked:
        talk.go_on(link)
    for conversation_id in work.moved:
        talk.touch(conversation_id, said=False)
    talk.score(scorer)
    talk.finish()


class _Talk:
    """The conversations that one decision touches."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.to_score: dict[str, Circumstances] = {}
        self.inbound: dict[str, Inbound] = dict(work.known.inbound)
        self.touched: dict[str, bool] = {}  # conversation → whether something was said, not only taken away
        self.times: dict[str, list[datetime]] = {key: list(times) for key, times in work.known.said_at.items()}

    def stored(self, item_id: str) -> StoredItem:
        found = self.work.item(item_id)
        if found is None:
            raise KeyError(item_id)
        return found

    def when(self, item_id: str) -> tuple[datetime, str]:
        item = self.stored(item_id).item
        return item.sent_at, item.id

    # -- events --------------------------------------------------------------------------------------------------------

    def say(self, item_ids: Iterable[str]) -> None:
        """Take in our own words: they answer what was said before them, also when later ones came first."""
        changes, known = self.work.changes, self.work.known
        for item_id in item_ids:
            item = self.stored(item_id).item
            key = item.conversation_id
            self.times.setdefault(key, []).append(item.sent_at)
            before = changes.said.get(key) or known.said.get(key)
            if before is None or item.sent_at > before:
                changes.said[key] = item.sent_at
            conversation = self.conversation(key)
            if conversation is not None:
                self.touch(key, said=not item.context)
                for heard in (*conversation.waiting_ids, *known.answered.get(key, ())):
                    self.answer(heard, item.sent_at)

    def answer(self, item_id: str, at: datetime) -> None:
        """Note our first answer to an item, unless it was said, or said anew, after that answer."""
        one = self.inbound.get(item_id)
        if one is None or at < one.sent_at:
            return
        stored = self.work.item(item_id)
        if one.edited_at is not None and at < one.edited_at:
            one.again_at = one.edited_at
            if stored is not None:
                stored.again_at = one.again_at
            if item_id not in self.work.changes.new_items:
                self.work.changes.again[item_id] = one.edited_at
        elif one.answered_at is None or at < one.answered_at:
            one.answered_at = at
            if stored is not None:
                stored.answered_at = at
            if item_id not in self.work.changes.new_items:
                self.work.changes.answered[item_id] = at

    def hear(self, item_id: str) -> None:
        """Take in what somebody said to us or about us."""
        stored = self.stored(item_id)
        item = stored.item
        stored.answered_at = self.answered_at(item.conversation_id, item.sent_at)
        self.wait_again(stored)
        if stored.deleted_at is not None:
            return
        contact = self.work.contact(item.author_id)
        if contact is None:
            contact = self.introduce(item)
        if stored.reach is None:
            stored.reach = contact.contact.followers
        self.to_score[item_id] = self.circumstances(stored, contact)
        self.inbound[item_id] = _inbound(stored)
        self.remember(contact, item_id)
        self.join(stored)

    def reword(self, item_id: str) -> None:
        """Take in that an item says something else now; what its author edits comes back like what they say anew."""
        stored = self.stored(item_id)
        item = stored.item
        if item.context or stored.deleted_at is not None:
            return
        self.touch(item.conversation_id, said=True)
        if item.outbound:
            return
        self.to_score[item_id] = self.circumstances(stored, self.work.contact(item.author_id))
        self.wait_again(stored)
        self.inbound[item_id] = _inbound(stored)
        conversation = self.conversation(item.conversation_id)
        if conversation is not None and item.edited_at is not None:  # else a text that was cut came in full
            conversation.status, conversation.snoozed_until = Status.OPEN, None
            if stored.answered_at is None and item_id not in conversation.waiting_ids:
                conversation.waiting_ids = (*conversation.waiting_ids, item_id)

    def wait_again(self, stored: StoredItem) -> None:
        """Let an item that was reworded after our answer wait anew: nobody has answered these words.

        Where the platform does not tell when it was, nobody knows whether that was before our answer or after it.
        """
        item = stored.item
        if item.edited_at is None or stored.told_at is not None:
            return
        if stored.answered_at is None:
            stored.again_at = item.edited_at if stored.again_at is not None else None
            return
        if item.edited_at <= stored.answered_at:
            return
        stored.again_at = item.edited_at
        stored.answered_at = self.answered_at(item.conversation_id, item.edited_at)
        self.work.changes.answered.pop(item.id, None)

    def retime(self, item_id: str, seemed: datetime) -> None:
        """Take in that an item was said earlier than it `seemed`: its conversation began and ended by that time."""
        item = self.stored(item_id).item
        conversation = self.conversation(item.conversation_id)
        if item.context or item.outbound or conversation is None:
            return
        if (one := self.inbound.get(item_id)) is not None:
            one.sent_at = item.sent_at
        conversation.first_at = min(conversation.first_at, item.sent_at)
        if conversation.last_at == seemed:
            others = (self.inbound.get(other or "") for other in (*conversation.waiting_ids, conversation.newest_id))
            conversation.last_at = max([item.sent_at, *(other.sent_at for other in others if other is not None)])
        self.touch(conversation.id, said=False)

    def lose(self, item_id: str) -> None:
        """Take in that an item is gone."""
        stored = self.stored(item_id)
        self.to_score.pop(item_id, None)
        if (one := self.inbound.get(item_id)) is not None:
            one.deleted, one.text = True, ""
        conversation = None if stored.item.outbound else self.conversation(stored.item.conversation_id)
        if conversation is not None:
            self.touch(conversation.id, said=False)

    def go_on(self, link: Link) -> None:
        """Take in that a public item was answered in private, by whomever: nobody waits for an answer to it."""
        item = self.stored(link.item_id).item
        if item.outbound:
            return
        one = self.inbound.get(link.item_id)
        since = (one.edited_at if one is not None else None) or item.sent_at
        said = [*self.times.get(link.conversation_id, ()), self.work.known.said.get(link.conversation_id, since)]
        self.answer(link.item_id, max(item.sent_at, *said))
        self.touch(item.conversation_id, said=False)

    def score(self, scorer: Scorer) -> None:
        """Score everything at once: that is faster than one by one."""
        made = scorer([(self.stored(item_id).item.text, about) for item_id, about in self.to_score.items()])
        for item_id, score in zip(self.to_score, made, strict=True):
            self.work.changes.scores[item_id] = score
            one = self.inbound[item_id]
            one.priority, one.sentiment_label, one.language = score.priority, score.sentiment_label, score.language

    # -- what follows --------------------------------------------------------------------------------------------------

    def answered_at(self, conversation_id: str, sent_at: datetime) -> datetime | None:
        """Return when we first said something in a conversation at or after `sent_at`; None: not yet."""
        later = [moment for moment in self.times.get(conversation_id, ()) if moment >= sent_at]
        if later:
            return min(later)
        said = self.work.known.said.get(conversation_id)
        return said if said is not None and said >= sent_at else None

    def circumstances(self, stored: StoredItem, contact: StoredContact | None) -> Circumstances:
        """Return what else counts for an item's score."""
        item = stored.item
        earlier = [
            one
            for other in (contact.recent_ids if contact else ())
            if other != item.id
            and (one := self.inbound.get(other)) is not None
            and not one.deleted
            and item.sent_at - RECENT <= one.sent_at < item.sent_at
        ]
        silent = [one for one in earlier if one.answered_at is None or one.answered_at > item.sent_at]
        return Circumstances(
            private=item.private,
            followers=(contact.contact.followers or 0) if contact else 0,
            verified=contact.contact.verified if contact else False,
            contacts_in_7_days=len(earlier),
            unanswered_before=len(silent),
            platform_language=item.language,
        )

    def introduce(self, item: Interaction) -> StoredContact:
        """Make a contact of whom the platform gives no more than an id, so that every conversation has a known one."""
        unknown = Contact(id=item.author_id, channel=item.channel, handle="", name="")
        made = StoredContact(contact=unknown, first_seen_at=self.work.now, updated_at=self.work.now)
        self.work.changes.new_contacts[item.author_id] = made
        return made

    def remember(self, contact: StoredContact, item_id: str) -> None:
        """Put an item among its author's newest."""
        ids = [one for one in contact.recent_ids if one in self.inbound and one != item_id] + [item_id]
        ids.sort(key=lambda one: (self.inbound[one].sent_at, one), reverse=True)
        if tuple(ids[:REMEMBERED]) != contact.recent_ids:
            contact.recent_ids = tuple(ids[:REMEMBERED])
            if contact.contact.id not in self.work.changes.new_contacts:
                self.work.changes.changed_contacts[contact.contact.id] = contact

    def join(self, stored: StoredItem) -> None:
        """Put an item into its conversation; a conversation that was put away comes back."""
        item = stored.item
        conversation = self.conversation(item.conversation_id)
        if conversation is None:
            conversation = _new_conversation(stored, self.work.now)
            conversation.elsewhere = self.work.elsewhere.get(conversation.id, False)
            self.work.changes.new_conversations[conversation.id] = conversation
        else:
            conversation.first_at = min(conversation.first_at, item.sent_at)
            conversation.last_at = max(conversation.last_at, item.sent_at)
            conversation.status, conversation.snoozed_until = Status.OPEN, None
        if stored.answered_at is None and item.id not in conversation.waiting_ids:
            conversation.waiting_ids = (*conversation.waiting_ids, item.id)
        newest = self.inbound.get(conversation.newest_id or "")
        if newest is None or newest.deleted or (newest.sent_at, newest.id) < (item.sent_at, item.id):
            conversation.newest_id = item.id
        self.touch(conversation.id, said=True)

    def conversation(self, conversation_id: str) -> StoredConversation | None:
        changes = self.work.changes
        return (
            changes.new_conversations.get(conversation_id)
            or changes.changed_conversations.get(conversation_id)
            or self.work.known.conversations.get(conversation_id)
        )

    def touch(self, conversation_id: str, *, said: bool) -> None:
        self.touched[conversation_id] = said or self.touched.get(conversation_id, False)

    def finish(self) -> None:
        """Bring every touched conversation and its queue row up to date."""
        changes = self.work.changes
        for key, said in self.touched.items():
            conversation = self.conversation(key)
            if conversation is None:
                continue
            if key not in changes.new_conversations:
                changes.changed_conversations[key] = conversation
                conversation.version += 1
            if said:
                conversation.said_version = conversation.version
            conversation.updated_at = self.work.now
            contact = self.work.contact(conversation.contact_id)
            silenced = conversation.contact_id in self.work.known.silenced
            known = contact.contact if contact else None
            levels = self.work.known.levels
            changes.queue[key] = row_of(conversation, self.inbound, known, levels, self.work.now, silenced=silenced)


def _new_conversation(stored: StoredItem, now: datetime) -> StoredConversation:
    item = stored.item
    return StoredConversation(
        id=item.conversation_id,
        channel=item.channel,
        account_id=item.account_id,
        thread_id=item.thread_id,
        contact_id=item.author_id,
        private=item.private,
        first_at=item.sent_at,
        last_at=item.sent_at,
        status=Status.OPEN,
        snoozed_until=None,
        assignee=None,
        version=1,
        said_version=1,
        updated_at=now,
        waiting_ids=(),
        newest_id=None,
    )


def _inbound(stored: StoredItem) -> Inbound:
    item = stored.item
    return Inbound(
        id=item.id,
        author_id=item.author_id,
        kind=item.kind,
        sent_at=item.sent_at,
        first_seen_at=stored.first_seen_at,
        answered_at=stored.answered_at,
        deleted=False,
        stream_id=stored.stream_id or "",
        text=item.text,
        edited_at=item.edited_at if stored.told_at is None else None,
        again_at=stored.again_at,
    )
