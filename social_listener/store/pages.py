"""Pages in the database: what is known of the items they tell of, and all they change, one statement a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

import zstandard

from social_listener.failpoints import failpoint
from social_listener.store import corrections, dead_letters, facts, queue_upkeep, redaction, search_log, stats
from social_listener.store.changes import Changes, DeadLetterRow, LinkRow, RawPage, Sighting, VersionRow
from social_listener.store.facts import CONTACT, CONTACT_OURS, CONVERSATION, ITEM, OURS, Known
from social_listener.store.rows import few, marks
from social_listener.store.staging import chunks, insert, select, update

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from social_listener.model import Interaction, Page, Score

_RAW: Final = tuple(each.name for each in fields(RawPage))
_VERSION: Final = tuple(each.name for each in fields(VersionRow))
_LINK: Final = tuple(each.name for each in fields(LinkRow))
_SIGHTING: Final = tuple(each.name for each in fields(Sighting))


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPage:
    """A raw page as replay reads it."""

    id: str
    stream_id: str
    fetched_at: datetime
    server_time: datetime
    seq: int
    body: bytes  #: as the platform sent it


# -- reading -----------------------------------------------------------------------------------------------------------


def known(cursor: DuckDBPyConnection, pages: Iterable[tuple[str, Page]]) -> Known:
    """Return everything stored that those pages may touch; each comes with its stream's id."""
    told = [(stream_id, page) for stream_id, page in pages]
    all_told = [item for _, page in told for item in page.interactions]
    item_ids = {item.id for item in all_told}
    for _, page in told:
        item_ids |= {*page.deleted, *page.hidden, *(link.item_id for link in page.links)}
    deleted = {one for _, page in told for one in page.deleted}
    chains = facts.chains(cursor, deleted) if deleted else {}
    found = Known(items=facts.items(cursor, item_ids | set(chains.values())), chains=chains)
    authors = {item.author_id for item in all_told} | {one.id for _, page in told for one in page.contacts}
    found.contacts = facts.contacts(cursor, authors)
    _know_of_push(cursor, found, told)
    talks = {item.conversation_id for item in all_told} | {one.item.conversation_id for one in found.items.values()}
    # A conversation begins with something its contact said, and then the contact is known.
    begun = {
        item.conversation_id
        for item in all_told
        if item.outbound or item.author_id in found.contacts or item.id in found.items
    } | {one.item.conversation_id for one in found.items.values()}
    begun |= {conversation_id for _, page in told for conversation_id in page.elsewhere}
    found.conversations = facts.conversations(cursor, begun)
    found.silenced = facts.silenced(cursor, authors | {talk.contact_id for talk in found.conversations.values()})
    found.said = facts.our_words(cursor, talks)
    found.letters = dead_letters.open_ids(cursor)
    found.levels = queue_upkeep.promised(cursor)
    if found.items:
        _know_more(cursor, found, told)
    late = {
        item.conversation_id
        for item in all_told
        if not item.outbound
        and item.conversation_id in found.said
        and ((stored := found.items.get(item.id)) is None or stored.item.context)
        and item.sent_at <= found.said[item.conversation_id]
    }
    if late:
        found.said_at = facts.our_times(cursor, late)
    if overtaken := _overtaken(found, all_told):
        found.answered = facts.answered(cursor, overtaken)
    waiting = [
        one for talk in found.conversations.values() for one in (*talk.waiting_ids, talk.newest_id) if one is not None
    ]
    recent = [one for contact in found.contacts.values() for one in contact.recent_ids]
    answered = [one for ids in found.answered.values() for one in ids]
    found.inbound = facts.inbound(cursor, (*waiting, *recent, *answered))
    for _, page in told:
        _look_below(cursor, found, [chains.get(one, one) for one in page.deleted])
    return found


def _overtaken(found: Known, told: Iterable[Interaction]) -> dict[str, datetime]:
    """Return the conversations in which earlier words of ours come after later ones: conversation → the earliest."""
    since: dict[str, datetime] = {}
    for item in told:
        said = found.said.get(item.conversation_id)
        if item.outbound and item.id not in found.items and said is not None and item.sent_at < said:
            since[item.conversation_id] = min(item.sent_at, since.get(item.conversation_id, said))
    return since


def _know_of_push(cursor: DuckDBPyConnection, found: Known, told: list[tuple[str, Page]]) -> None:
    """Look up what only platforms that push, or that answer comments in private, can make: early deletions, links."""
    fresh = [item for _, page in told for item in page.interactions if item.id not in found.items]
    names = {one.id for one in fresh} | {facts.version_key(one) for one in fresh}
    early = {one for _, page in told for one in page.deleted} - found.items.keys()
    found.gone = facts.gone(cursor, names | early)
    found.links = facts.links(
        cursor, {f"{link.item_id} {link.conversation_id}" for _, page in told for link in page.links}
    )


def _know_more(cursor: DuckDBPyConnection, found: Known, told: list[tuple[str, Page]]) -> None:
    """Look up what only items that are known already can have: further sightings and other wordings."""
    sighted, wordings = set(), set()
    for stream_id, page in told:
        for item in page.interactions:
            stored = found.items.get(item.id)
            if stored is None:
                continue
            if stored.stream_id != stream_id:
                sighted.add(f"{stream_id} {item.id}")
            if item.version_id != stored.item.version_id or item.text != stored.item.text:
                wordings |= {facts.version_key(item), facts.version_key(stored.item)}
    found.sightings = facts.sightings(cursor, sighted)
    found.versions = facts.versions(cursor, wordings)


def _look_below(cursor: DuckDBPyConnection, found: Known, deleted: Sequence[str]) -> None:
    """Where the newest item of a conversation is going, look up the one below it."""
    for item_id in deleted:
        stored = found.items.get(item_id)
        talk = found.conversations.get(stored.item.conversation_id) if stored else None
        if talk is not None and talk.newest_id == item_id:
            below = facts.newest_inbound(cursor, talk.id, but=set(deleted))
            if below is not None:
                found.inbound[below.id] = below
                talk.newest_id = below.id


def count(cursor: DuckDBPyConnection) -> int:
    """Return how many raw pages are kept."""
    row = cursor.execute("SELECT count(*) FROM raw_pages").fetchone()
    return int(row[0]) if row else 0


def last_seq(cursor: DuckDBPyConnection) -> int:
    """Return the number of the raw page stored last; 0: there is none."""
    row = cursor.execute("SELECT max(seq) FROM raw_pages").fetchone()
    return int(row[0]) if row and row[0] is not None else 0


def unchecked(cursor: DuckDBPyConnection, account_id: str, since: datetime, before: datetime, most: int) -> list[str]:
    """Return the public items of an account, sent after `since`, that the platform told of last before `before`."""
    rows = cursor.execute(
        """SELECT id FROM interactions
           WHERE account_id = ? AND NOT private AND deleted_at IS NULL AND sent_at > ? AND checked_at <= ?
           ORDER BY checked_at, id LIMIT ?""",
        [account_id, since, before, most],
    ).fetchall()
    return [row[0] for row in rows]


def threads(cursor: DuckDBPyConnection, account_id: str, natives: Sequence[str]) -> dict[str, str | None]:
    """Return for native ids of an account's channel the native id of the thread each is stored in; None: in none."""
    found: dict[str, str | None] = dict.fromkeys(natives)
    row = cursor.execute("SELECT channel FROM accounts WHERE id = ?", [account_id]).fetchone()
    ids = [f"{row[0]}:{native_id}" for native_id in natives] if row is not None else []
    for item_id, thread_id in select(cursor, "interactions", "id", ("id", "thread_id"), ids):
        found[item_id.partition(":")[2]] = thread_id.partition(":")[2]
    return found


def below_deleted(cursor: DuckDBPyConnection, ids: Sequence[str]) -> list[str]:
    """Return those of the items that stand below a post of which we know that it was deleted, stored or not."""
    found: list[str] = []
    for part in chunks(ids):
        sql = f"""{few("interactions", part)}
                  SELECT item.id FROM few item
                  LEFT JOIN interactions post ON post.id = item.thread_id AND post.deleted_at IS NOT NULL
                  LEFT JOIN gone ON gone.id = item.thread_id
                  WHERE item.thread_id <> item.id
                  AND (post.id IS NOT NULL OR gone.id IS NOT NULL) ORDER BY 1"""
        found += [row[0] for row in cursor.execute(sql, part).fetchall()]
    return found


def stored_pages(cursor: DuckDBPyConnection, ids: Iterable[str] | None = None) -> Iterator[StoredPage]:
    """Yield raw pages in the order they were stored, all of them or those of `ids`, a few in memory at a time."""
    order = "SELECT id FROM raw_pages" + (f" WHERE id IN ({marks(list(ids))})" if ids is not None else "")
    wanted = [
        row[0] for row in cursor.execute(f"{order} ORDER BY seq", list(ids) if ids is not None else []).fetchall()
    ]
    names = ("id", "stream_id", "fetched_at", "server_time", "seq", "body")
    for start in range(0, len(wanted), 50):
        rows = select(cursor, "raw_pages", "id", names, wanted[start : start + 50])
        for row in sorted(rows, key=lambda row: row[4]):
            page_id, stream_id, fetched_at, server_time, seq, body = row
            yield StoredPage(
                id=page_id,
                stream_id=stream_id,
                fetched_at=fetched_at.astimezone(UTC),
                server_time=server_time.astimezone(UTC),
                seq=seq,
                body=zstandard.ZstdDecompressor().decompress(body),
            )


# -- writing -----------------------------------------------------------------------------------------------------------


def write(cursor: DuckDBPyConnection, changes: Changes, now: datetime) -> None:
    """Write everything that `changes` holds, one statement a table. Raw first: it is what all else can be made from."""
    failpoint("ingest.before_raw")
    raw = [[*_values(one, _RAW[:-2]), f" {' '.join(one.item_ids)} ", one.body] for one in changes.raw_pages]
    insert(cursor, "raw_pages", _RAW, raw)
    failpoint("ingest.after_raw")
    _write_items(cursor, changes, now)
    _write_talks(cursor, changes)
    insert(cursor, "links", _LINK, [_values(one, _LINK) for one in changes.links.values()])
    insert(cursor, "gone", ("id", "told_at"), [(one, now) for one in changes.gone])
    set_aside(cursor, changes.dead_letters.values())
    if changes.settled_letters:
        dead_letters.settle(cursor, changes.settled_letters, now)
    if changes.deleted_ids:
        redaction.purge(cursor, changes.deleted_ids)
        search_log.words_left(cursor)
    _touch(cursor, changes)


def _touch(cursor: DuckDBPyConnection, changes: Changes) -> None:
    """Have the search index take up what it has of those conversations."""
    items = (*changes.new_items.values(), *changes.changed_items.values())
    talks = {one.item.conversation_id for one in items} | changes.queue.keys()
    search_log.touch(cursor, talks | {search_log.CONTACT + one for one in changes.renamed_ids})


def _write_items(cursor: DuckDBPyConnection, changes: Changes, now: datetime) -> None:
    known = _counted_anew(changes)
    stats.touch_items(cursor, known)
    insert(cursor, "interactions", (*ITEM, *OURS), [facts.item_row(one) for one in changes.new_items.values()])
    update(cursor, "interactions", (*ITEM, *OURS), [facts.item_row(one) for one in changes.changed_items.values()])
    checked(cursor, changes.checked_ids, now)
    update(cursor, "interactions", ("id", "answered_at"), list(changes.answered.items()))
    update(cursor, "interactions", ("id", "again_at"), list(changes.again.items()))
    # Where a platform numbers no wordings, one that came and went within a second has the id that it had before.
    kept = facts.versions(cursor, changes.new_versions.keys())
    fresh = [_values(one, _VERSION) for key, one in changes.new_versions.items() if key not in kept]
    insert(cursor, "interaction_versions", _VERSION, fresh)
    changed = [_values(one, _VERSION) for one in changes.changed_versions.values()]
    update(cursor, "interaction_versions", _VERSION, changed)
    insert(cursor, "sightings", _SIGHTING, [_values(one, _SIGHTING) for one in changes.sightings])
    _write_scores(cursor, changes, now)
    stats.touch_items(cursor, {*known, *changes.new_items})


def _write_scores(cursor: DuckDBPyConnection, changes: Changes, now: datetime) -> None:
    """Write scores. An item that is scored again says something else now: what people said of it holds no longer."""
    fresh = {key: made for key, made in changes.scores.items() if key in changes.new_items}
    insert(cursor, "scores", corrections.SCORE, [_score_row(key, made, now) for key, made in fresh.items()])
    again = {key: made for key, made in changes.scores.items() if key not in fresh}
    lost = corrections.lose(cursor, list(again), now) if again else {}
    told = {
        key: replace(made, sentiment_reason=made.sentiment_reason + lost.get(key, "")) for key, made in again.items()
    }
    _put(cursor, "scores", corrections.SCORE, [_score_row(key, made, now) for key, made in told.items()])


def _counted_anew(changes: Changes) -> set[str]:
    """Return the items that were stored before and may count differently now."""
    sighted = {one.interaction_id for one in changes.sightings}
    touched = {*changes.changed_items, *changes.answered, *changes.again, *changes.scores, *sighted}
    return touched - changes.new_items.keys()


def _write_talks(cursor: DuckDBPyConnection, changes: Changes) -> None:
    new, changed = changes.new_contacts.values(), changes.changed_contacts.values()
    insert(cursor, "contacts", (*CONTACT, *CONTACT_OURS), [facts.contact_row(one) for one in new])
    update(cursor, "contacts", (*CONTACT, *CONTACT_OURS), [facts.contact_row(one) for one in changed])
    talks = [facts.conversation_row(one) for one in changes.new_conversations.values()]
    insert(cursor, "conversations", CONVERSATION, talks)
    talks = [facts.conversation_row(one) for one in changes.changed_conversations.values()]
    update(cursor, "conversations", CONVERSATION, talks)
    _put(cursor, "our_words", ("conversation_id", "said_at"), list(changes.said.items()))
    queue_upkeep.put(cursor, changes.queue, changes.changed_conversations)
    queue_upkeep.rename(cursor, changes.renamed_ids)


def set_aside(cursor: DuckDBPyConnection, letters: Iterable[DeadLetterRow]) -> None:
    """Store what could not be read; what came before is counted once more, and stays settled if it was."""
    for row in letters:
        cursor.execute(
            """INSERT INTO dead_letters (id, stream_id, native_id, reason, raw, page_id, first_seen_at, seen)
               VALUES (?, ?, ?, ?, ?, ?, ?, 1)
               ON CONFLICT (id) DO UPDATE SET seen = dead_letters.seen + 1, reason = excluded.reason""",
            [row.id, row.stream_id, row.native_id, row.reason, row.raw, row.page_id, row.seen_at],
        )


def checked(cursor: DuckDBPyConnection, ids: Sequence[str], now: datetime) -> None:
    """Note that the platform was asked for those items, whatever it told."""
    for part in chunks(ids):
        cursor.execute(f"UPDATE interactions SET checked_at = ? WHERE id IN ({marks(part)})", [now, *part])


def forget(cursor: DuckDBPyConnection, before: datetime) -> int:
    """Remove the raw pages fetched before then; return how many.

    Those that an open dead letter needs stay, and so does the newest page, because numbers go on from it.
    """
    gone = cursor.execute(
        """DELETE FROM raw_pages WHERE fetched_at < ? AND seq < (SELECT max(seq) FROM raw_pages)
           AND id NOT IN (SELECT page_id FROM dead_letters WHERE settled_at IS NULL) RETURNING id""",
        [before],
    ).fetchall()
    return len(gone)


def _put(cursor: DuckDBPyConnection, table: str, names: tuple[str, ...], rows: list[Any]) -> None:
    """Insert rows, or replace those whose key (the first name) is there."""
    there = {row[0] for row in select(cursor, table, names[0], names[:1], [row[0] for row in rows])}
    insert(cursor, table, names, [row for row in rows if row[0] not in there])
    update(cursor, table, names, [row for row in rows if row[0] in there])


def _values(one: object, names: tuple[str, ...]) -> list[Any]:
    return list(attrgetter(*names)(one))


def _score_row(item_id: str, made: Score, now: datetime) -> list[Any]:
    return [
        item_id,
        made.sentiment,
        made.sentiment_label,
        made.sentiment_reason,
        made.language,
        made.priority,
        facts.factors_text(made.factors),
        made.scorer,
        now,
    ]
