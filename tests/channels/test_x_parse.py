"""What X sends, read into the house's words: crafted answers, and answers bent in every way."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from answers import ANNA, BERT, CARO, US, id_at, message, one, page_of, post, read

from social_listener.model import Attachment, Kind, StreamKind

# -- spellings, texts --------------------------------------------------------------------------------------------------


def respelled(value: Any) -> Any:
    """Return an answer as the specification of 7 August 2026 spells it."""
    names = {
        "edit_history_tweet_ids": "edit_history_post_ids",
        "note_tweet": "note_post",
        "referenced_tweets": "referenced_posts",
        "tweets": "posts",
    }
    if isinstance(value, dict):
        return {names.get(name, name): respelled(inner) for name, inner in value.items()}
    return [respelled(inner) for inner in value] if isinstance(value, list) else value


def test_both_spellings_read_alike() -> None:
    """Long text, references, versions and included posts are found under either name."""
    parent = post(-60, author_id=US, text="New beans")
    answer = page_of(
        post(
            10,
            edit_history_tweet_ids=[id_at(5), id_at(10)],
            note_tweet={"text": "@us " + "long " * 100},
            referenced_tweets=[{"type": "replied_to", "id": parent["id"]}],
            in_reply_to_user_id=US,
        ),
        includes={"tweets": [parent], "users": [{"id": ANNA, "name": "Anna", "username": "anna"}]},
    )
    old, new = read(answer), read(respelled(answer))
    assert "note_post" in json.dumps(respelled(answer))
    assert replace(new, raw=b"") == replace(old, raw=b"")
    item = next(item for item in old.interactions if not item.context)
    assert item.id == f"x:{id_at(5)}"
    assert len(item.text) > 400
    assert item.reply_to_id == f"x:{parent['id']}"


def test_a_long_post_is_read_in_full() -> None:
    """`text` is cut near 280 characters; the note holds all of it, and who it names."""
    long = "so " * 120 + "@us"
    note = {"text": long, "entities": {"mentions": [{"username": "US", "start": 360, "end": 363}]}}
    item = one(page_of(post(text="so so so…", note_tweet=note, entities=None), includes={}))
    assert item.text == long
    assert not item.addresses_us  # without an id a name is known only after X told ours
    with_id = {**note, "entities": {"mentions": [{"username": "us", "id": US}]}}
    assert one(page_of(post(text="so…", note_tweet=with_id, entities=None))).addresses_us


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("a &lt;b&gt; &amp; c", "a <b> & c"),
        ("&amp;lt;script&amp;gt;", "&lt;script&gt;"),
        ("&quot;&#39;&eacute;", "&quot;&#39;&eacute;"),
        ("half \ud800 a character", "half \ufffd a character"),
        ("end\x00mark", "end\ufffdmark"),
        ("", ""),
    ],
)
def test_texts_are_given_as_they_were_written(sent: str, shown: str) -> None:
    """X escapes three characters and no more; what cannot be stored is replaced."""
    assert one(page_of(post(text=sent))).text == shown


@pytest.mark.parametrize(("code", "language"), [("en", "en"), ("und", None), ("qme", None), ("in", "id"), ("iw", "he")])
def test_languages_are_bcp_47(code: str, language: str | None) -> None:
    """X's own codes become the usual ones, and "none" is none."""
    assert one(page_of(post(lang=code))).language == language


# -- what belongs where ------------------------------------------------------------------------------------------------


def test_a_mention_is_its_authors_part_of_the_thread() -> None:
    """Two people below one post are two conversations of one thread."""
    items = read(page_of(post(1, conversation_id="77"), post(2, conversation_id="77", author_id=BERT))).interactions
    assert {item.thread_id for item in items} == {"x:77"}
    assert {item.conversation_id for item in items} == {f"x:77:{ANNA}", f"x:77:{BERT}"}
    assert all(item.kind is Kind.MENTION and item.addresses_us for item in items)


def test_an_answer_to_us_is_a_comment() -> None:
    """Who answers us need not name us."""
    item = one(page_of(post(in_reply_to_user_id=US, entities=None)))
    assert (item.kind, item.addresses_us) == (Kind.COMMENT, True)


def test_a_quote_of_us_addresses_us() -> None:
    """A quote of our post is a mention, when X sends the quoted post."""
    ours = post(-60, author_id=US, text="New beans")
    quote = post(text="lol", entities=None, referenced_tweets=[{"type": "quoted", "id": ours["id"]}])
    item = one(page_of(quote, includes={"tweets": [ours]}))
    assert (item.kind, item.addresses_us, item.quoted_id) == (Kind.MENTION, True, f"x:{ours['id']}")
    assert not one(page_of(quote)).addresses_us


@pytest.mark.parametrize(("kind", "expected"), [(StreamKind.SEARCH, Kind.MENTION), (StreamKind.REPLIES, Kind.COMMENT)])
def test_what_only_a_search_finds(kind: StreamKind, expected: Kind) -> None:
    """Words that do not address us are a mention, or a comment when found inside our conversations."""
    item = one(page_of(post(entities=None, text="fernhill is fine")), kind)
    assert (item.kind, item.addresses_us) == (expected, False)


def test_what_addresses_us_is_the_same_in_every_stream() -> None:
    """Two streams that bring one item agree about it."""
    for fields in ({}, {"in_reply_to_user_id": US}):
        found = {
            one(page_of(post(**fields)), kind) for kind in (StreamKind.MENTIONS, StreamKind.SEARCH, StreamKind.REPLIES)
        }
        assert len(found) == 1


def test_our_own_answer_belongs_to_the_person_answered() -> None:
    """Our reply is in the conversation with whom it answers, also further down a chain of our own."""
    asked = post(0, conversation_id="77")
    first = post(
        10,
        author_id=US,
        conversation_id="77",
        in_reply_to_user_id=ANNA,
        entities=None,
        referenced_tweets=[{"type": "replied_to", "id": asked["id"]}],
    )
    second = post(
        20,
        author_id=US,
        conversation_id="77",
        in_reply_to_user_id=US,
        entities=None,
        referenced_tweets=[{"type": "replied_to", "id": first["id"]}],
    )
    page = read(page_of(second, first, includes={"tweets": [asked, first]}), StreamKind.REPLIES)
    ours = [item for item in page.interactions if item.outbound]
    assert {item.conversation_id for item in ours} == {f"x:77:{ANNA}"}
    assert all(item.kind is Kind.POST and not item.addresses_us and not item.context for item in ours)


def test_our_own_chain_without_its_beginning_goes_by_the_names() -> None:
    """Where X does not send the chain, the first name that is not ours tells whom we talk to."""
    names = {"mentions": [{"username": "us", "id": US}, {"username": "anna", "id": ANNA}]}
    mine = post(
        author_id=US,
        in_reply_to_user_id=US,
        conversation_id="77",
        entities=names,
        referenced_tweets=[{"type": "replied_to", "id": "76"}],
    )
    assert one(page_of(mine)).conversation_id == f"x:77:{ANNA}"


def test_our_own_post_is_a_conversation_with_ourselves() -> None:
    """A post that answers nobody."""
    item = one(page_of(post(author_id=US, entities=None)))
    assert item.conversation_id.endswith(f":{US}")


def test_a_chain_that_answers_itself_ends() -> None:
    """Posts that claim to answer each other do not hold the reader."""
    a = post(
        1,
        author_id=US,
        in_reply_to_user_id=US,
        entities=None,
        referenced_tweets=[{"type": "replied_to", "id": id_at(2)}],
    )
    b = post(
        2,
        author_id=US,
        in_reply_to_user_id=US,
        entities=None,
        referenced_tweets=[{"type": "replied_to", "id": id_at(1)}],
    )
    assert len(read(page_of(a, b, includes={"tweets": [a, b]})).interactions) == 2


def test_what_an_item_hangs_on_is_context() -> None:
    """Parents come as context, ours as outbound context; an item of the page itself is never context."""
    theirs, ours = post(-60, author_id=BERT, text="root"), post(-30, author_id=US, text="our answer", entities=None)
    items = read(
        page_of(
            post(1, referenced_tweets=[{"type": "replied_to", "id": theirs["id"]}]),
            post(2, referenced_tweets=[{"type": "replied_to", "id": ours["id"]}]),
            post(3, referenced_tweets=[{"type": "replied_to", "id": id_at(1)}]),
            includes={"tweets": [theirs, ours, post(1)]},
        )
    ).interactions
    by_id = {item.id: item for item in items}
    assert {item.id for item in items if item.context} == {f"x:{theirs['id']}", f"x:{ours['id']}"}
    assert by_id[f"x:{ours['id']}"].outbound
    assert all(item.kind is Kind.POST for item in items if item.context)


def test_a_parent_that_was_edited_keeps_its_first_id() -> None:
    """An answer to the third version of a post answers the post."""
    parent = post(-10, id=id_at(-10), edit_history_tweet_ids=[id_at(-30), id_at(-20), id_at(-10)])
    answer = post(1, referenced_tweets=[{"type": "replied_to", "id": id_at(-20)}])
    assert one(page_of(answer, includes={"tweets": [parent]})).reply_to_id == f"x:{id_at(-30)}"


def test_versions_in_one_page_are_one_item() -> None:
    """Of two versions the later one is told, whatever their order."""
    history = [id_at(1), id_at(2)]
    old = post(1, text="old", edit_history_tweet_ids=history[:1])
    new = post(2, text="new", edit_history_tweet_ids=history)
    for answer in (page_of(old, new), page_of(new, old)):
        item = one(answer)
        assert (item.text, item.id, item.version_id) == ("new", f"x:{history[0]}", history[1])


def test_a_repost_says_nothing() -> None:
    """Somebody else's words, passed on, are no interaction."""
    assert read(page_of(post(referenced_tweets=[{"type": "retweeted", "id": "5"}]))).interactions == ()


def test_pictures_and_links() -> None:
    """Media with their descriptions, links expanded; a link that stands for a picture is not told twice."""
    urls = [
        {"url": "https://t.co/1", "expanded_url": "https://fernhill.example/a"},
        {"url": "https://t.co/2", "expanded_url": "https://x.com/a/status/1/photo/1", "media_key": "3_1"},
        {"url": "https://t.co/3", "expanded_url": "javascript:alert(1)"},
    ]
    media = [
        {"media_key": "3_1", "type": "photo", "url": "https://pbs.twimg.com/1.jpg", "alt_text": "a broken cup"},
        {"media_key": "13_2", "type": "video", "preview_image_url": "data:text/html,x"},
    ]
    item = one(
        page_of(
            post(entities={"urls": urls}, attachments={"media_keys": ["3_1", "13_2", "16_9"]}),
            includes={"media": media},
        )
    )
    assert item.attachments == (
        Attachment(
            kind="photo",
            url="https://pbs.twimg.com/1.jpg",
            alt="a broken cup",
            preview="https://pbs.twimg.com/1.jpg",
        ),
        Attachment(kind="video"),
        Attachment(kind="other"),
        Attachment(kind="link", url="https://fernhill.example/a"),
    )


def test_contacts_are_read_with_their_reach() -> None:
    """Handle, name, followers, ticks of every kind, and the picture only when it is a web address."""
    users = [
        {"id": ANNA, "username": "anna", "name": "Anna", "public_metrics": {"followers_count": 7}, "verified": True},
        {"id": BERT, "username": "bert", "name": "Bert", "verified": False, "verified_type": "blue"},
        {
            "id": CARO,
            "username": "caro",
            "name": "Caro",
            "profile_image_url": "javascript:alert(1)",
            "location": "Köln",
        },
    ]
    anna, bert, caro = read(page_of(post(), includes={"users": users})).contacts
    assert (anna.id, anna.handle, anna.followers, anna.verified) == (f"x:{ANNA}", "anna", 7, True)
    assert anna.url == "https://x.com/anna"
    assert (bert.followers, bert.verified) == (None, True)
    assert (caro.avatar_url, caro.location, caro.verified) == (None, "Köln", False)


# -- messages ----------------------------------------------------------------------------------------------------------


def test_a_message_belongs_to_its_thread() -> None:
    """Private, addressed to us, in the conversation that is its thread; ours is outbound."""
    item = one(page_of(message()), StreamKind.MESSAGES)
    assert (item.private, item.outbound, item.addresses_us, item.kind) == (True, False, True, Kind.MESSAGE)
    assert item.conversation_id == item.thread_id == f"x:{US}-{ANNA}"
    assert item.text == "hello & help"
    ours = one(page_of(message(sender_id=US)), StreamKind.MESSAGES)
    assert (ours.outbound, ours.addresses_us) == (True, False)


def test_a_thread_that_x_leaves_out_follows_from_the_sender() -> None:
    """The thread of two people is their ids, the smaller first; without a sender a message stands alone."""
    assert one(page_of(message(dm_conversation_id=None)), StreamKind.MESSAGES).thread_id == f"x:{US}-{ANNA}"
    alone = one(page_of(message(dm_conversation_id=None, sender_id=None)), StreamKind.MESSAGES)
    assert alone.thread_id == f"x:message-{id_at(0)}"
    own = one(page_of(message(dm_conversation_id=None, sender_id=US)), StreamKind.MESSAGES)
    assert own.thread_id == f"x:message-{id_at(0)}"


def test_joining_is_no_message() -> None:
    """Who comes and goes in a group says nothing."""
    assert read(page_of(message(event_type="ParticipantsJoin")), StreamKind.MESSAGES).interactions == ()


def test_a_thread_that_is_none_is_set_aside() -> None:
    """A thread id becomes part of an address: it must be one."""
    page = read(page_of(message(dm_conversation_id="1/../2")), StreamKind.MESSAGES)
    assert page.interactions == ()
    assert "dm_conversation_id" in page.rejects[0].reason
