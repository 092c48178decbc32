"""What a snapshot for notebooks holds: tables, columns, and what each means. docs/snapshot.md says the same."""

from __future__ import annotations

from typing import Final, NamedTuple

from social_listener.store.stats import COUNTED


class SnapshotColumn(NamedTuple):
    """A column of a snapshot, and the SQL that makes it."""

    name: str
    type: str
    sql: str
    meaning: str


class SnapshotTable(NamedTuple):
    """A table of a snapshot. `source` is what follows FROM; `copy` is the snapshot itself, made as far as that."""

    name: str
    meaning: str
    columns: tuple[SnapshotColumn, ...]
    source: str


_SEEN: Final = f"""
    (SELECT id, list_sort(list(stream_id)) AS stream_ids FROM (
        SELECT i.id, i.stream_id FROM interactions i WHERE {COUNTED} AND i.stream_id IS NOT NULL
        UNION SELECT interaction_id, stream_id FROM sightings)
     WHERE $everywhere OR list_contains($accounts, split_part(stream_id, '/', 1)) GROUP BY id)"""
_NAMES: Final = """
    (SELECT one.id, list(l.name ORDER BY lower(l.name), l.name) AS names FROM (
        SELECT id, unnest(string_split(labels, ' ')) AS label_id FROM conversations WHERE labels <> '') one
     JOIN labels l ON l.id = one.label_id GROUP BY one.id)"""
#: may be read by whoever gets the file: what is public, and what is private when private texts go with it
_TOLD: Final = "($private OR NOT i.private)"

_ITEMS: Final = SnapshotTable(
    "items",
    "what customers said: every inbound item that is counted. Deleted items, posts that are only context and our own "
    "words are not in it",
    (
        SnapshotColumn("id", "VARCHAR", "i.id", "channel and the platform's own id"),
        SnapshotColumn("channel", "VARCHAR", "i.channel", "x, facebook or instagram"),
        SnapshotColumn("account_id", "VARCHAR", "i.account_id", "our account that it was said to"),
        SnapshotColumn(
            "stream_ids",
            "VARCHAR[]",
            "coalesce(seen.stream_ids, [])",
            "every stream that saw it, of the accounts that are in it: account and name of the stream",
        ),
        SnapshotColumn("conversation_id", "VARCHAR", "i.conversation_id", "its row in conversations"),
        SnapshotColumn("author_id", "VARCHAR", "i.author_id", "who said it; their row in authors, if there is one"),
        SnapshotColumn("kind", "VARCHAR", "i.kind", "mention, comment, message, review or post"),
        SnapshotColumn("private", "BOOLEAN", "i.private", "whether one person alone could read it"),
        SnapshotColumn("sent_at", "TIMESTAMP WITH TIME ZONE", "i.sent_at", "when it was said, by the platform's clock"),
        SnapshotColumn("first_seen_at", "TIMESTAMP WITH TIME ZONE", "i.first_seen_at", "when we stored it first"),
        SnapshotColumn(
            "language",
            "VARCHAR",
            "CASE WHEN s.scorer IS NULL THEN i.language ELSE s.language END",
            "ISO 639-1; NULL: not known",
        ),
        SnapshotColumn("sentiment", "DOUBLE", "s.sentiment", "-1 to 1; NULL: not scored"),
        SnapshotColumn(
            "sentiment_label",
            "VARCHAR",
            "CASE WHEN s.sentiment IS NULL THEN 'none' ELSE s.sentiment_label END",
            "negative, neutral, positive, unsure; none: not scored",
        ),
        SnapshotColumn("priority", "INTEGER", "s.priority", "0 to 100, without waiting time; NULL: not scored"),
        SnapshotColumn(
            "reach", "BIGINT", "i.reach", "followers of its author when it was first stored; NULL: nobody told"
        ),
        SnapshotColumn("likes", "BIGINT", "i.likes", "likes, when the platform last told"),
        SnapshotColumn(
            "answered_at", "TIMESTAMP WITH TIME ZONE", "i.answered_at", "when we answered first; NULL: not answered"
        ),
        SnapshotColumn(
            "waited_s",
            "BIGINT",
            "round(date_diff('microsecond', coalesce(i.again_at, i.sent_at), i.answered_at) / 1e6)::BIGINT",
            "seconds from when it was said, or last reworded, to our answer; NULL: not answered",
        ),
        SnapshotColumn(
            "labels", "VARCHAR[]", "coalesce(worn.names, [])", "labels of its conversation when the snapshot was made"
        ),
        SnapshotColumn(
            "url", "VARCHAR", f"CASE WHEN {_TOLD} THEN i.url END", "its page at the platform; NULL: none, or private"
        ),
        SnapshotColumn(
            "text",
            "VARCHAR",
            f"CASE WHEN {_TOLD} THEN i.text END",
            "its newest wording; NULL: it is private, and the snapshot was made without private texts",
        ),
    ),
    f"""interactions i
        LEFT JOIN scores s ON s.interaction_id = i.id
        LEFT JOIN {_SEEN} seen ON seen.id = i.id
        LEFT JOIN {_NAMES} worn ON worn.id = i.conversation_id
        WHERE {COUNTED} AND i.sent_at >= $since AND i.sent_at < $until
            AND ($everywhere OR list_contains($accounts, i.account_id))""",
)

_ANSWERS: Final = SnapshotTable(
    "answers",
    "how long each answered item waited; what we said is not in it",
    (
        SnapshotColumn("item_id", "VARCHAR", "i.id", "the item that was answered"),
        SnapshotColumn("channel", "VARCHAR", "i.channel", "that of the item"),
        SnapshotColumn("account_id", "VARCHAR", "i.account_id", "that of the item"),
        SnapshotColumn("private", "BOOLEAN", "i.private", "that of the item"),
        SnapshotColumn(
            "waiting_since",
            "TIMESTAMP WITH TIME ZONE",
            "coalesce(r.again_at, r.sent_at)",
            "when it was said, or last reworded after an answer",
        ),
        SnapshotColumn("answered_at", "TIMESTAMP WITH TIME ZONE", "i.answered_at", "when our first answer was sent"),
        SnapshotColumn("waited_s", "BIGINT", "i.waited_s", "seconds between the two"),
    ),
    "copy.items i JOIN interactions r ON r.id = i.id WHERE i.answered_at IS NOT NULL",
)

_CONVERSATIONS: Final = SnapshotTable(
    "conversations",
    "one contact's part of a thread; those in which an item of the snapshot stands",
    (
        SnapshotColumn("id", "VARCHAR", "c.id", "its id"),
        SnapshotColumn("channel", "VARCHAR", "c.channel", "x, facebook or instagram"),
        SnapshotColumn("account_id", "VARCHAR", "c.account_id", "our account"),
        SnapshotColumn("author_id", "VARCHAR", "c.contact_id", "whose conversation it is"),
        SnapshotColumn("private", "BOOLEAN", "c.private", "whether it is a direct thread"),
        SnapshotColumn("first_at", "TIMESTAMP WITH TIME ZONE", "c.first_at", "when its first inbound item was said"),
        SnapshotColumn("last_at", "TIMESTAMP WITH TIME ZONE", "c.last_at", "when its last inbound item was said"),
        SnapshotColumn("status", "VARCHAR", "c.status", "open, snoozed or resolved, when the snapshot was made"),
        SnapshotColumn("labels", "VARCHAR[]", "coalesce(worn.names, [])", "names of its labels"),
    ),
    f"""conversations c LEFT JOIN {_NAMES} worn ON worn.id = c.id
        WHERE c.id IN (SELECT conversation_id FROM copy.items)""",
)

_AUTHORS: Final = SnapshotTable(
    "authors",
    "who said the items. Who wrote in private only is not in it, unless private texts are",
    (
        SnapshotColumn("id", "VARCHAR", "p.id", "channel and the platform's own id"),
        SnapshotColumn("channel", "VARCHAR", "p.channel", "x, facebook or instagram"),
        SnapshotColumn("handle", "VARCHAR", "p.handle", "their handle at the platform"),
        SnapshotColumn("name", "VARCHAR", "p.name", "as they call themselves"),
        SnapshotColumn("followers", "BIGINT", "p.followers", "as last told; NULL: nobody told"),
        SnapshotColumn("verified", "BOOLEAN", "p.verified", "whether the platform calls them verified"),
        SnapshotColumn(
            "joined_at", "TIMESTAMP WITH TIME ZONE", "p.joined_at", "since when they are there; NULL: nobody told"
        ),
        SnapshotColumn("first_seen_at", "TIMESTAMP WITH TIME ZONE", "p.first_seen_at", "when we first heard of them"),
    ),
    "contacts p WHERE p.id IN (SELECT author_id FROM copy.items WHERE $private OR NOT private)",
)

_STREAMS: Final = SnapshotTable(
    "streams",
    "what is polled, and up to when it is complete",
    (
        SnapshotColumn("id", "VARCHAR", "t.id", "account and name"),
        SnapshotColumn("account_id", "VARCHAR", "t.account_id", "our account"),
        SnapshotColumn("channel", "VARCHAR", "t.channel", "x, facebook or instagram"),
        SnapshotColumn("kind", "VARCHAR", "t.kind", "mentions, messages, replies, comments or search"),
        SnapshotColumn("name", "VARCHAR", "t.name", "as the settings name it"),
        SnapshotColumn("complete_from", "TIMESTAMP WITH TIME ZONE", "t.complete_from", "nothing older was promised"),
        SnapshotColumn(
            "complete_up_to",
            "TIMESTAMP WITH TIME ZONE",
            "t.cursor_since",
            "everything the platform showed up to then is stored; NULL: it was never read to its end",
        ),
        SnapshotColumn("active", "BOOLEAN", "t.active", "whether the settings still have it"),
    ),
    "streams t WHERE $everywhere OR list_contains($accounts, t.account_id)",
)

_STATS: Final = SnapshotTable(
    "stats",
    "the items of the snapshot, counted per quarter of an hour; adding it up gives what counting items gives",
    (
        SnapshotColumn(
            "bucket",
            "TIMESTAMP WITH TIME ZONE",
            "time_bucket(INTERVAL 15 MINUTE, i.sent_at)",
            "when the quarter of an hour begins",
        ),
        SnapshotColumn("channel", "VARCHAR", "i.channel", "that of the items"),
        SnapshotColumn("account_id", "VARCHAR", "i.account_id", "that of the items"),
        SnapshotColumn("stream_ids", "VARCHAR[]", "i.stream_ids", "every stream that saw them"),
        SnapshotColumn("private", "BOOLEAN", "i.private", "that of the items"),
        SnapshotColumn("language", "VARCHAR", "i.language", "that of the items"),
        SnapshotColumn("sentiment_label", "VARCHAR", "i.sentiment_label", "that of the items"),
        SnapshotColumn("labels", "VARCHAR[]", "i.labels", "those of their conversations"),
        SnapshotColumn("items", "BIGINT", "count(*)", "how many"),
        SnapshotColumn("reach", "BIGINT", "coalesce(sum(i.reach), 0)::BIGINT", "their reach added up"),
        SnapshotColumn(
            "sentiment_e4",
            "BIGINT",
            "coalesce(sum(round(i.sentiment * 10000)::BIGINT), 0)::BIGINT",
            "their sentiments added up, in ten-thousandths, so that sums are exact",
        ),
        SnapshotColumn("answered", "BIGINT", "count(i.waited_s)", "how many of them were answered"),
    ),
    "copy.items i GROUP BY ALL",
)

_ANNOTATIONS: Final = SnapshotTable(
    "annotations",
    "remarks of staff on the time axis",
    (
        SnapshotColumn("id", "VARCHAR", "n.id", "its id"),
        SnapshotColumn("kind", "VARCHAR", "n.kind", "campaign, outage or other"),
        SnapshotColumn("text", "VARCHAR", "n.text", "what happened"),
        SnapshotColumn("begins_at", "TIMESTAMP WITH TIME ZONE", "n.begins_at", "when it began"),
        SnapshotColumn("ends_at", "TIMESTAMP WITH TIME ZONE", "n.ends_at", "when it ended; NULL: it was one moment"),
        SnapshotColumn("account_id", "VARCHAR", "n.account_id", "the account it is about; NULL: all of them"),
    ),
    """annotations n WHERE n.begins_at < $until AND coalesce(n.ends_at, n.begins_at) >= $since
        AND ($everywhere OR n.account_id IS NULL OR list_contains($accounts, n.account_id))""",
)

TABLES: Final = (_ITEMS, _ANSWERS, _CONVERSATIONS, _AUTHORS, _STREAMS, _STATS, _ANNOTATIONS)

#: the tables that tell of the snapshot itself
DICTIONARY: Final = SnapshotTable(
    "dictionary",
    "every table and column of the snapshot, and what it means",
    (
        SnapshotColumn("table_name", "VARCHAR", "", "the table"),
        SnapshotColumn("column_name", "VARCHAR", "", "the column; '': this row is about the table"),
        SnapshotColumn("data_type", "VARCHAR", "", "type of the column"),
        SnapshotColumn("meaning", "VARCHAR", "", "what it means"),
    ),
    "",
)
ABOUT: Final = SnapshotTable(
    "about",
    "what the snapshot is of; one row",
    (
        SnapshotColumn("made_at", "TIMESTAMP WITH TIME ZONE", "", "when it was made: everything is as it was then"),
        SnapshotColumn("since", "TIMESTAMP WITH TIME ZONE", "", "items said from then on; NULL: from the beginning"),
        SnapshotColumn("until", "TIMESTAMP WITH TIME ZONE", "", "items said before then; NULL: up to the newest"),
        SnapshotColumn("private_texts", "BOOLEAN", "", "whether texts that one person alone could read are in it"),
        SnapshotColumn("accounts", "VARCHAR[]", "", "only these accounts; NULL: all of them"),
    ),
    "",
)
EVERYTHING: Final = (*TABLES, DICTIONARY, ABOUT)
