"""Taking the words of deleted items out of all we keep: wordings, scores, raw pages, dead letters.

What stays is the tombstone: ids, times and relations, no text. Bytes of old rows leave the file with the next
`COPY FROM DATABASE` (docs/operating.md).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

import zstandard

from social_listener.store.rows import marks
from social_listener.store.staging import chunks, delete, select, update

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from duckdb import DuckDBPyConnection

#: a string value survives when it is a number or a time …
_PLAIN: Final = re.compile(r"[0-9-]{1,40}|\d{4}-\d\d-\d\dT[\d:.+Z-]{1,30}")
#: … or, under a key that names one, an id, a language or a word of the platform's own vocabulary; everything else a
#: person may have written
_SHAPES: Final = (
    (re.compile(r"(^|_)(id|ids|key|keys)$"), re.compile(r"(?=[^\d\s]*\d)[\w.:=+/-]{1,200}", re.ASCII)),
    (re.compile(r"(^|_)lang$"), re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")),
    (
        re.compile(r"(^|_)type$"),
        re.compile(
            "replied_to|quoted|retweeted|reposted|photo|video|animated_gif|MessageCreate|ParticipantsJoin"
            "|ParticipantsLeave|blue|business|government|none"
        ),
    ),
    # What a delivery of Meta is about, and what happened to it: without them a replay could not read it again.
    (
        re.compile(r"^item$"),
        re.compile("comment|post|status|photo|video|share|link|album|event|note|story|like|reaction"),
    ),
    (re.compile(r"^verb$"), re.compile("add|edit|edited|update|remove|delete|hide|unhide|block|unblock")),
)
#: under these keys even a number is what a person wrote
_WORDS: Final = frozenset({"text", "message", "body", "title", "name", "description", "full_text", "alt_text"})

#: where an object's own id stands; the first that is there counts
_OWN_IDS: Final = ("id", "media_key", "comment_id", "mid", "post_id")


def purge(cursor: DuckDBPyConnection, item_ids: Sequence[str]) -> None:
    """Remove the words of those items; the items' own rows are written by the caller."""
    for part in chunks(item_ids):
        cursor.execute(f"UPDATE interaction_versions SET text = '' WHERE interaction_id IN ({marks(part)})", part)
    for table in ("scores", "machine_scores"):
        delete(cursor, table, "interaction_id", item_ids)
    _purge_pages(cursor, item_ids)
    _purge_dead_letters(cursor, item_ids)


def _purge_pages(cursor: DuckDBPyConnection, item_ids: Sequence[str]) -> None:
    """Blank the items in every raw page that told of them."""
    found: set[str] = set()
    for item_id in item_ids:
        rows = cursor.execute("SELECT id FROM raw_pages WHERE contains(item_ids, ?)", [f" {item_id} "]).fetchall()
        found |= {row[0] for row in rows}
    versions = _version_ids(cursor, item_ids)
    changed = []
    for page_id, body in select(cursor, "raw_pages", "id", ("id", "body"), sorted(found)):
        plain = zstandard.ZstdDecompressor().decompress(body)
        changed.append([page_id, zstandard.ZstdCompressor().compress(redact(plain, versions))])
    update(cursor, "raw_pages", ("id", "body"), changed)


def _purge_dead_letters(cursor: DuckDBPyConnection, item_ids: Sequence[str]) -> None:
    """Drop what is kept aside of those items: it was to be read again, and there is nothing to read any more."""
    natives = [item_id.partition(":")[2] for item_id in item_ids]
    delete(cursor, "dead_letters", "native_id", natives)


def _version_ids(cursor: DuckDBPyConnection, item_ids: Sequence[str]) -> set[str]:
    """Return the native ids of the items and of all their versions."""
    natives = {item_id.partition(":")[2] for item_id in item_ids}
    for part in chunks(item_ids):
        sql = f"SELECT version_id FROM interaction_versions WHERE interaction_id IN ({marks(part)})"
        natives |= {row[0] for row in cursor.execute(sql, part).fetchall()}
    # Some platforms write the id of a comment with what it stands below, or without.
    return natives | {native.rpartition("_")[2] for native in natives}


def redact(body: bytes, native_ids: Collection[str]) -> bytes:
    """Return a platform's answer without the words of those items; ids, times, figures and shape stay.

    An answer that is no JSON comes back empty: what cannot be read cannot be searched for the words either.
    """
    try:
        answers = list(_documents(body.decode()))
    except ValueError:
        return b""
    ids = frozenset(native_ids)
    gone = ids | frozenset(_attached(answers, ids))
    return "\n".join(json.dumps(_walk(answer, gone), separators=(",", ":")) for answer in answers).encode()


def _documents(text: str) -> Iterator[Any]:
    """Yield the JSON documents of a text: where one page took two calls, one stands after the other."""
    decoder, rest = json.JSONDecoder(), text.strip()
    while rest:
        answer, end = decoder.raw_decode(rest)
        yield answer
        rest = rest[end:].lstrip()


def _attached(value: Any, ids: frozenset[str]) -> Iterator[str]:
    """Yield the keys of the media that hang on those items: their descriptions were written by people too."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "attachments" and _is_one_of(value, ids) and isinstance(inner, dict):
                yield from (one for one in inner.get("media_keys") or () if isinstance(one, str))
            else:
                yield from _attached(inner, ids)
    elif isinstance(value, list):
        for inner in value:
            yield from _attached(inner, ids)


def _walk(value: Any, ids: frozenset[str]) -> Any:
    """Blank every object whose id is one of `ids`, wherever it stands."""
    if isinstance(value, dict):
        if _is_one_of(value, ids):
            return _blank(value, "")
        return {key: _walk(inner, ids) for key, inner in value.items()}
    if isinstance(value, list):
        return [_walk(inner, ids) for inner in value]
    return value


def _is_one_of(value: dict[str, Any], ids: frozenset[str]) -> bool:
    """Return whether an object is one of those items: polled ones have an id, pushed ones say what it is the id of."""
    name = next((name for name in _OWN_IDS if name in value), "")
    found = value.get(name)
    return isinstance(found, str) and (found in ids or found.rpartition("_")[2] in ids)


def _blank(value: Any, key: str) -> Any:
    """Return `value` with every string emptied that a person may have written."""
    if isinstance(value, dict):
        return {name: _blank(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_blank(inner, key) for inner in value]
    if not isinstance(value, str):
        return value
    return value if key not in _WORDS and _is_plain(key, value) else ""


def _is_plain(key: str, value: str) -> bool:
    """Return whether a string is the platform's own, by its shape and by the key that it stands under."""
    if _PLAIN.fullmatch(value):
        return True
    return any(name.search(key) and shape.fullmatch(value) for name, shape in _SHAPES)
