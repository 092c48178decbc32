"""What X sends, read into the house's words: crafted answers, and answers bent in every way."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from faces import stream
from hypothesis import given, settings
from hypothesis import strategies as st

from social_listener.channels.x import X, build
from social_listener.errors import BadPayload
from social_listener.model import Attachment, Interaction, Kind, Page, StreamKind

US, ANNA, BERT, CARO = "1001", "2001", "2002", "2003"
THEN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def id_at(seconds: float, low: int = 1) -> str:
    """Return an id that was made so many seconds after `THEN`."""
    return str((int((THEN.timestamp() + seconds) * 1000) - 1288834974657) << 22 | low)


def x() -> X:
    """Return a channel of the account with the id `US`."""
    keys = {"consumer_key": "k", "consumer_secret": "s", "access_token": f"{US}-t", "access_token_secret": "s"}
    limit = timedelta(seconds=1)
    return build(
        account_id="main", credentials=keys, base_url=None, options={}, connect_timeout=limit, read_timeout=limit
    )


def read(answer: Any, kind: StreamKind = StreamKind.MENTIONS) -> Page:
    """Return the page in an answer."""
    raw = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return x().parse(raw, stream(kind), THEN)


def post(seconds: float = 0, **fields: Any) -> dict[str, Any]:
    """Return a post by Anna that names us."""
    made = {
        "id": id_at(seconds),
        "text": "@us hello",
        "author_id": ANNA,
        "created_at": "2026-03-02T09:00:00.000Z",
        "conversation_id": id_at(seconds),
        "entities": {"mentions": [{"start": 0, "end": 3, "username": "us", "id": US}]},
    }
    made |= fields
    made.setdefault("edit_history_tweet_ids", [made["id"]])
    return {name: value for name, value in made.items() if value is not None}


def page_of(*posts: Any, **more: Any) -> dict[str, Any]:
    """Return an answer with these posts."""
    return {"data": list(posts), "meta": {"result_count": len(posts)}, **more}


def one(answer: Any, kind: StreamKind = StreamKind.MENTIONS) -> Interaction:
    """Return the only item that is no context."""
    page = read(answer, kind)
    assert page.rejects == ()
    (item,) = [item for item in page.interactions if not item.context]
    return item


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
        Attachment(kind="photo", url="https://pbs.twimg.com/1.jpg", alt="a broken cup"),
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


# -- problems inside good answers --------------------------------------------------------------------------------------


def problem(kind: str, parameter: str, value: str, host: str = "api.twitter.com") -> dict[str, str]:
    """Return an entry of `errors`."""
    return {
        "type": f"https://{host}/2/problems/{kind}",
        "title": "Some Error",
        "detail": f"Something about {parameter}.",
        "parameter": parameter,
        "value": value,
        "resource_id": value,
    }


def test_what_only_hangs_on_the_page_is_no_hole_in_it() -> None:
    """A parent that is gone or protected is normal; anything else that X reports is told."""
    answer = page_of(
        post(),
        errors=[
            problem("resource-not-found", "referenced_tweets.id", "5"),
            problem("not-authorized-for-resource", "referenced_tweets.id.author_id", "6"),
            problem("not-authorized-for-resource", "id", "7", host="api.x.com"),
            {"nonsense": []},
        ],
    )
    page = read(answer)
    assert page.partial == ("Some Error: Something about id.", "an error")
    assert page.deleted == ()


def test_a_look_up_tells_what_is_gone_and_only_that() -> None:
    """Not found and not to be seen are removals; unavailable is not."""
    answer = {
        "data": [post()],
        "errors": [
            problem("resource-not-found", "ids", "5"),
            problem("not-authorized-for-resource", "ids", "6", host="api.x.com"),
            problem("resource-unavailable", "ids", "7"),
            problem("resource-not-found", "referenced_tweets.id", "8"),
        ],
    }
    page = read(answer)
    assert page.deleted == ("x:5", "x:6")
    assert len(page.partial) == 1


def test_a_count_that_does_not_fit_is_told() -> None:
    """X says how many items it sends; fewer are no whole page."""
    answer = page_of(post()) | {"meta": {"result_count": 3}}
    assert read(answer).partial == ("X counted 3 items and sent 1",)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"{}",
        b'{"includes": {}}',
        b'{"data": {}}',
        b'{"data": "x"}',
        b'{"data": [], "meta": 7}',
        b'{"data": [], "errors": 7}',
        b'{"data": [], "includes": {"users": 7}}',
        b'{"data": [{"id": "1", "text": "\xff"}]}',
        b'{"data": [' + b"[" * 100_000,
        b'{"data": [1' + b"1" * 10_000 + b"]}",
        b'{"data": [NaN]}',
        b"<html>",
        b'{"errors": [{"title": "Forbidden", "detail": "User has been suspended", "parameter": "id"}]}',
    ],
    ids=range(17),
)
def test_what_is_no_page_is_bad_payload(raw: bytes) -> None:
    """What came is kept; nothing else is raised, and it never looks like a quiet page."""
    with pytest.raises(BadPayload) as caught:
        read(raw)
    assert caught.value.raw == raw
    assert caught.value.account_id == "main"


@pytest.mark.parametrize("kind", list(StreamKind))
def test_a_quiet_page_is_a_page(kind: StreamKind) -> None:
    """No data and a count of nothing is quiet, and nothing is wrong."""
    page = read({"meta": {"result_count": 0}}, kind)
    assert (page.interactions, page.rejects, page.partial) == ((), (), ())


@pytest.mark.parametrize(
    "bad",
    [
        None,
        7,
        "text",
        [],
        {},
        {"id": 1.5e18, "text": "x"},
        {"id": "9" * 30, "text": "x"},
        {"id": "１２", "text": "x"},
        {"id": "-1", "text": "x"},
        {"id": True, "text": "x"},
        {"id": "1", "text": ["x"]},
        {"id": "1", "text": "x", "created_at": "yesterday"},
        {"id": "1", "text": "x", "created_at": "0001-01-01T00:00:00+14:00"},
        {"id": "1", "text": "x", "author_id": "../1"},
        {"id": "1", "text": "x", "entities": []},
        {"id": "1", "text": "x", "referenced_tweets": [{"type": "quoted", "id": 1.5}]},
        {"id": "1", "text": "x", "public_metrics": {"like_count": "7"}},
        {"id": "1", "text": "x", "edit_history_tweet_ids": [1]},
    ],
)
def test_a_bad_item_is_set_aside_alone(bad: Any) -> None:
    """Each kind of bad item becomes one reject with its reason and raw bytes, and the good ones are read."""
    page = read(page_of(post(1), bad, post(2)))
    assert len(page.interactions) == 2
    (reject,) = page.rejects
    assert reject.reason
    assert json.loads(reject.raw) == bad


# -- messages ----------------------------------------------------------------------------------------------------------


def message(**fields: Any) -> dict[str, Any]:
    """Return a direct message from Anna."""
    made = {
        "id": id_at(0),
        "event_type": "MessageCreate",
        "text": "hello &amp; help",
        "sender_id": ANNA,
        "dm_conversation_id": f"{US}-{ANNA}",
        "created_at": "2026-03-02T09:00:00.000Z",
    }
    return {name: value for name, value in (made | fields).items() if value is not None}


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


# -- bent answers ------------------------------------------------------------------------------------------------------

FULL = page_of(
    post(
        1,
        lang="en",
        note_tweet={"text": "long", "entities": {"mentions": [{"username": "us", "id": US}]}},
        referenced_tweets=[{"type": "replied_to", "id": id_at(-5)}],
        public_metrics={"like_count": 3, "reply_count": 1},
        attachments={"media_keys": ["3_1"]},
    ),
    post(2, author_id=BERT),
    includes={
        "tweets": [post(-5, author_id=US)],
        "users": [{"id": ANNA, "username": "anna", "name": "Anna", "public_metrics": {"followers_count": 3}}],
        "media": [{"media_key": "3_1", "type": "photo", "url": "https://a.example/1.jpg"}],
    },
    errors=[problem("resource-not-found", "referenced_tweets.id", "5")],
)
MESSAGES = page_of(message(), message(id=id_at(5), referenced_tweets=[{"type": "quoted", "id": "5"}]))
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(["\ud800", "\x00", "\u202egnp.exe", "9" * 40, "x" * 100_000, "2026-13-01", "https://a.example"]),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the ways to every place in an answer."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for name, one in inner for found in paths(one, (*path, name)))]


@st.composite
def bent(draw: st.DrawFn, whole: dict[str, Any]) -> dict[str, Any]:
    """Draw an answer in which up to three places hold something else, are gone, or stand twice."""
    answer = copy.deepcopy(whole)
    for _ in range(draw(st.integers(1, 3))):
        places = [path for path in paths(answer) if path]
        if not places:
            break
        *way, last = draw(st.sampled_from(places))
        place = answer
        for step in way:
            place = place[step]
        if draw(st.booleans()):
            place[last] = draw(ODD)
        elif isinstance(place, list):
            place.append(copy.deepcopy(place[last]))
        else:
            del place[last]
    return answer


@pytest.mark.parametrize(
    ("whole", "kind"), [(FULL, StreamKind.MENTIONS), (FULL, StreamKind.REPLIES), (MESSAGES, StreamKind.MESSAGES)]
)
def test_no_bent_answer_breaks_the_reader(whole: dict[str, Any], kind: StreamKind) -> None:
    """Every item is read or set aside, and what is read can be stored; or the answer as a whole is `BadPayload`."""

    @settings(max_examples=400, deadline=None)
    @given(bent(whole))
    def check(answer: dict[str, Any]) -> None:
        try:
            page = read(json.dumps(answer).encode(), kind)
        except BadPayload:
            return
        told = [item for item in page.interactions if not item.context]
        data = answer.get("data") or []
        assert len(told) + len(page.rejects) <= len(data)
        for item in page.interactions:
            item.text.encode()
            assert item.id.startswith("x:")
            assert item.id[2:].isdigit()
            assert item.sent_at.tzinfo is not None
            assert item.private is (kind is StreamKind.MESSAGES)
        for contact in page.contacts:
            (contact.handle + contact.name + contact.description).encode()

    check()


def test_a_reader_that_trusts_would_break() -> None:
    """The same bent answers break a reader that takes fields for granted: they are able to."""
    broken = []

    @settings(max_examples=200, deadline=None, database=None)
    @given(bent(FULL))
    def check(answer: dict[str, Any]) -> None:
        try:
            [(one["id"] + one["text"], one["entities"]["mentions"][0]["id"]) for one in answer["data"]]
        except (KeyError, TypeError, IndexError):
            broken.append(answer)

    check()
    assert broken
