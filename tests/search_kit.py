"""The naive way to search: every text of the database is taken apart and looked at, one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from social_listener.search.words import contains, tokens

if TYPE_CHECKING:
    from social_listener.search.parse import Search, Wanted
    from social_listener.store import Store

_ALL = """
    SELECT t.conversation_id, t.id, t.text, t.sent_at, t.side, s.language, s.sentiment_label, c.status, c.private,
           c.channel, c.account_id, coalesce(p.name, '') || ' ' || coalesce(p.handle, '')
    FROM (SELECT conversation_id, id, text, sent_at, CASE WHEN outbound THEN 'us' ELSE 'them' END AS side
          FROM interactions WHERE NOT context
          UNION ALL SELECT conversation_id, id, text, created_at, 'note' FROM notes) t
    JOIN conversations c ON c.id = t.conversation_id LEFT JOIN contacts p ON p.id = c.contact_id
    LEFT JOIN scores s ON s.interaction_id = t.id"""


def scan(store: Store, search: Search, *, resolved: bool | None = None) -> set[str]:
    """Return the conversations in which a search finds something, by looking at everything."""
    with store.read() as cursor:
        rows = cursor.execute(_ALL).fetchall()
    return {row[0] for row in rows if _matches(row, search, resolved)}


def _matches(row: tuple, search: Search, resolved: bool | None) -> bool:
    _, _, text, sent_at, side, language, mood, status, private, channel, account, name = row
    said, who = tokens(text), tokens(name)

    def has(one: Wanted, *places: tuple[str, ...]) -> bool:
        return any(contains(place, one.words, begun=one.begun) for place in places)

    marks = {"lang": language, "sentiment": mood, "channel": channel, "account": account}
    marks["private"] = "yes" if private else "no"
    return (
        all(has(one, said, who) != one.no for one in search.words)
        and all((side == "them" and has(one, who)) != one.no for one in search.authors)
        and (search.ours is None or side == ("us" if search.ours else "them"))
        and all((marks[one.name] == one.value) != one.no for one in search.marks)
        and (search.since is None or sent_at >= search.since)
        and (search.until is None or sent_at < search.until)
        and (resolved is None or (status == "resolved") == resolved)
    )
