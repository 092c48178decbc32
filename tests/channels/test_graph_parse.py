"""What the channels make of crafted and of bent answers of the Graph API."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from faces import stream
from hypothesis import given
from hypothesis import strategies as st
from meta_answers import ACCOUNT, ANNA, BERT, PAGE, THEN, asked, comment, facebook, instagram, one, read

from social_listener.errors import BadPayload
from social_listener.model import Kind, Link, StreamKind

POST = f"{PAGE}_500"
OURS = {"id": PAGE, "name": "MyLife"}


def below(*comments: dict[str, Any], **what: Any) -> bytes:
    """Return an answer with the comments below our post."""
    return asked({"data": list(comments)}, edge="comments", node=POST, **what)


def tag(person: str, offset: int = 0) -> dict[str, Any]:
    """Return a tag in a text."""
    return {"id": person, "name": "Bert", "type": "user", "offset": offset, "length": 4}


TOP = {"id": "500_1", "from": {"id": ANNA, "name": "Anna"}}


@pytest.mark.parametrize(
    ("own", "whom"),
    [
        ({}, PAGE),  # at the top, below our own post: nobody's
        ({"parent": TOP}, ANNA),
        ({"parent": TOP, "message_tags": [tag(BERT)]}, BERT),  # it begins with the name of another
        ({"parent": TOP, "message_tags": [tag(BERT, 9)]}, BERT),  # and he wrote below
        ({"parent": TOP, "message_tags": [tag("77", 9)]}, ANNA),  # somebody merely named
        ({"parent": TOP, "message_tags": [tag(PAGE)]}, ANNA),
        ({"parent": {"id": "500_1"}}, "unknown-500_1"),
        ({"parent": {"id": "500_1", "from": OURS}}, PAGE),
    ],
)
def test_whom_our_own_comment_answers(own: dict[str, Any], whom: str) -> None:
    """The author of what it hangs on, unless it tags another person who wrote below that comment."""
    theirs = [comment(1), comment(2, parent=TOP, **{"from": {"id": BERT, "name": "Bert"}})]
    page = read(facebook(), below(*theirs, comment(3, **{"from": OURS}, **own)))
    item = page.interactions[-1]
    assert item.outbound
    assert item.conversation_id == f"facebook:{POST}:{whom}"


def test_our_comment_below_a_visitors_post_answers_the_visitor() -> None:
    """Below somebody else's post what we say at the top is for them."""
    item = one(read(facebook(), below(comment(3, **{"from": OURS}), author=ANNA)))
    assert item.conversation_id == f"facebook:{POST}:{ANNA}"


@pytest.mark.parametrize("told", ["500_1", "1", f"{PAGE}_500_1"])
def test_every_form_of_an_id_is_one_item(told: str) -> None:
    """Bare, with its post, with Page and post: ours has one form."""
    item = one(read(facebook(), below(comment(1, id=told))))
    assert item.id == "facebook:500_1"
    assert item.version_id == "500_1"


def test_a_private_reply_links_the_comment_to_its_conversation() -> None:
    """The direct thread is named by its two sides, whatever Meta calls it."""
    talk = {"id": "t_9", "participants": {"data": [{"id": ANNA}, OURS]}}
    page = read(facebook(), below(comment(1, private_reply_conversation=talk)))
    assert page.links == (Link(item_id="facebook:500_1", conversation_id=f"facebook:{PAGE}-{ANNA}"),)


@pytest.mark.parametrize("participants", [[], [OURS], [{"id": ANNA}, {"id": BERT}, OURS]])
def test_a_conversation_of_nobody_or_of_several_is_no_link(participants: list[Any]) -> None:
    """Where it is not one person's, nothing is linked."""
    talk = {"id": "t_9", "participants": {"data": participants}}
    assert read(facebook(), below(comment(1, private_reply_conversation=talk))).links == ()


def test_hidden_is_told_only_where_meta_tells_it() -> None:
    """`hidden` holds an entry for what was told, whether hidden or not."""
    page = read(facebook(), below(comment(1, is_hidden=True), comment(2, is_hidden=False), comment(3)))
    assert page.hidden == {"facebook:500_1": True, "facebook:500_2": False}


def test_two_unknown_authors_never_share_a_conversation() -> None:
    """Where Meta does not name an author, the item stands alone with what hangs on it."""
    page = read(facebook(), below(comment(1, **{"from": None}), comment(2, **{"from": None})))
    first, second = page.interactions
    assert first.conversation_id != second.conversation_id
    assert first.author_id != second.author_id
    assert page.contacts == ()


def test_posts_on_which_nothing_moved_are_left_out() -> None:
    """Of a list only posts that moved since then come, as what comments hang on: they never count as read."""
    posts = [
        {"id": f"{PAGE}_{number}", "message": "x", "created_time": "2026-01-01T00:00:00+0000", "updated_time": moved}
        for number, moved in ((1, "2026-03-01T00:00:00+0000"), (2, "2026-03-02T00:00:00+0000"))
    ]
    since = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp())
    page = read(facebook(), asked({"data": posts}, edge="feed", since=since))
    assert [(item.id, item.context) for item in page.interactions] == [(f"facebook:{PAGE}_2", True)]
    assert len(read(facebook(), asked({"data": posts}, edge="feed")).interactions) == 2


def test_a_visitors_post_and_one_of_our_own() -> None:
    """A visitor's is a mention to be answered; ours among the mentions is only what hangs together."""
    posts = [
        {"id": f"{PAGE}_1", "message": "hey", "created_time": "2026-01-01T00:00:00+0000", "from": {"id": ANNA}},
        {"id": f"{PAGE}_2", "message": "we", "created_time": "2026-01-01T00:00:00+0000", "from": OURS},
    ]
    visit, own = read(facebook(), {"data": posts}, StreamKind.MENTIONS).interactions
    assert (visit.kind, visit.outbound, visit.context, visit.addresses_us) == (Kind.MENTION, False, False, True)
    assert (own.kind, own.outbound, own.context, own.addresses_us) == (Kind.POST, True, True, False)


def talk(*messages: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return a conversation of ours with Anna."""
    return {
        "id": "t_1",
        "updated_time": "2026-03-02T09:00:00+0000",
        "participants": {"data": [{"id": ANNA, "name": "Anna"}, OURS]},
        "messages": {"data": list(messages)},
        **fields,
    }


def message(number: int, **fields: Any) -> dict[str, Any]:
    """Return a message of Anna."""
    made = {
        "id": f"m_{number}",
        "message": f"number {number}",
        "created_time": "2026-03-02T09:00:00+0000",
        "from": {"id": ANNA, "name": "Anna"},
        "to": {"data": [OURS]},
    }
    return {name: value for name, value in (made | fields).items() if value is not None}


def test_messages_that_are_too_old_to_be_told_are_no_messages() -> None:
    """Of messages beyond the newest 20 only id and time are told: they are not taken for empty ones."""
    thin = {"id": "m_0", "created_time": "2026-03-01T09:00:00+0000"}
    page = read(facebook(), {"data": [talk(message(1), thin)]}, StreamKind.MESSAGES)
    assert [item.text for item in page.interactions] == ["number 1"]
    assert page.rejects == ()


def test_a_picture_without_words_is_a_message() -> None:
    """A message may have attachments and no text."""
    picture = {"data": [{"mime_type": "image/jpeg", "name": "cat", "image_data": {"url": "https://cdn.example/c.jpg"}}]}
    page = read(facebook(), {"data": [talk(message(1, message=None, attachments=picture))]}, StreamKind.MESSAGES)
    (item,) = page.interactions
    assert (item.text, item.attachments[0].kind, item.attachments[0].url) == ("", "photo", "https://cdn.example/c.jpg")


def test_a_message_of_nobody_stands_alone() -> None:
    """Where neither side is told, two people's messages do not come together."""
    lonely = [message(number, **{"from": None, "to": None}) for number in (1, 2)]
    page = read(facebook(), {"data": [talk(*lonely, participants={"data": []})]}, StreamKind.MESSAGES)
    assert len({item.thread_id for item in page.interactions}) == 2
    assert all(item.private for item in page.interactions)


@pytest.mark.parametrize("updated", ["2026-03-02T09:00:00+0000", 1772442000, "1772442000"])
def test_times_come_as_dates_and_as_seconds(updated: Any) -> None:
    """Both spellings of a time of a conversation are read."""
    page = read(
        facebook(), {"data": [talk(message(1, created_time=updated), updated_time=updated)]}, StreamKind.MESSAGES
    )
    assert page.interactions[0].sent_at == THEN


def test_answers_on_instagram_begin_with_the_name_of_whom_they_are_for() -> None:
    """Our own answer is for the author of the comment, unless it begins with the name of another below it."""
    said = {"timestamp": "2026-03-02T09:00:00+0000"}
    bert = {"id": "2", "text": "me too", "from": {"id": BERT, "username": "bert.k"}, **said}
    own = [
        {"id": str(number), "text": text, "from": {"id": ACCOUNT, "username": "brand"}, **said}
        for number, text in ((3, "Thanks!"), (4, "@bert.k you too"), (5, "@nobody hello"))
    ]
    top = {
        "id": "1",
        "text": "nice",
        "from": {"id": ANNA, "username": "anna"},
        "replies": {"data": [bert, *own]},
        **said,
    }
    page = read(instagram(), asked({"data": [top]}, edge="comments", node="900"))
    found = {item.id: item.conversation_id.rpartition(":")[2] for item in page.interactions if item.outbound}
    assert found == {"instagram:3": ANNA, "instagram:4": BERT, "instagram:5": ANNA}


def test_an_answer_that_is_no_list_is_never_taken_for_quiet() -> None:
    """An error, a half list, a list of the wrong sort: all are `BadPayload` or rejects, and never an empty page."""
    for answer in ({"error": {"message": "x", "code": 1}}, {"data": {}}, {"data": None, "error": 1}):
        for kind in (StreamKind.COMMENTS, StreamKind.MENTIONS, StreamKind.MESSAGES):
            for channel in (facebook(), instagram()):
                with pytest.raises(BadPayload):
                    read(channel, answer, kind)
    with pytest.raises(BadPayload):
        read(facebook(), asked({}, edge="comments", node=POST))
    assert len(read(facebook(), below({"x": 1}, comment(2))).rejects) == 1  # type: ignore[arg-type]


# -- bent answers ------------------------------------------------------------------------------------------------------

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
_MEDIA = {"id": "900", "caption": "New", "timestamp": "2026-03-02T09:00:00+0000", "comments_count": 2}
_IG_COMMENT = {
    "id": "1",
    "text": "nice",
    "timestamp": "2026-03-02T09:00:00+0000",
    "from": {"id": ANNA, "username": "anna"},
    "hidden": False,
    "replies": {"data": [{"id": "2", "text": "x", "timestamp": "2026-03-02T09:00:00+0000"}]},
}
_SOUND: list[tuple[Any, StreamKind, dict[str, Any], dict[str, Any]]] = [
    (
        facebook,
        StreamKind.COMMENTS,
        {"edge": "comments", "node": POST},
        {"data": [comment(1, parent=TOP, message_tags=[tag(BERT)], attachment={"type": "photo"}), comment(2)]},
    ),
    (facebook, StreamKind.COMMENTS, {"edge": "feed"}, {"data": [comment(1, updated_time="2026-03-02T09:00:00+0000")]}),
    (facebook, StreamKind.MESSAGES, {"edge": "conversations", "since": 1}, {"data": [talk(message(1), message(2))]}),
    (facebook, StreamKind.MESSAGES, {"edge": "conversation", "node": "t_1"}, talk(message(1), message(2))),
    (instagram, StreamKind.COMMENTS, {"edge": "media", "only": ["900"]}, {"data": [_MEDIA]}),
    (instagram, StreamKind.COMMENTS, {"edge": "comments", "node": "900"}, {"data": [_IG_COMMENT]}),
    (instagram, StreamKind.COMMENTS, {"edge": "lookup", "gone": ["8"]}, {"1": _IG_COMMENT, "900": _MEDIA}),
]


@given(
    sound=st.sampled_from(_SOUND),
    path=st.lists(st.integers(0, 7), min_size=1, max_size=7),
    value=_JSON,
    bend_question=st.booleans(),
)
def test_a_bent_answer_never_breaks_the_channel(
    sound: tuple[Any, StreamKind, dict[str, Any], dict[str, Any]], path: list[int], value: Any, bend_question: bool
) -> None:
    """Whatever stands wherever in an answer, or in what was asked, it is read, set aside or `BadPayload`."""
    build, kind, question, answer = sound
    bent = json.loads(json.dumps([{"asked": question}, answer]))
    here: Any = bent[0]["asked"] if bend_question else bent[1]
    for step in path[:-1]:
        keys = list(here) if isinstance(here, dict) else list(range(len(here)))
        if not keys or not isinstance(here[keys[step % len(keys)]], dict | list):
            break
        here = here[keys[step % len(keys)]]
    keys = list(here) if isinstance(here, dict) else list(range(len(here)))
    if keys:
        here[keys[path[-1] % len(keys)]] = value
    raw = "\n".join(json.dumps(part) for part in bent).encode()
    channel = build()
    try:
        page = channel.parse(raw, stream(kind), THEN)
    except BadPayload:
        return
    for item in page.interactions:
        assert item.sent_at.tzinfo is not None
        assert " " not in item.id
        assert "\x00" not in item.text
    assert channel.parse(raw, stream(kind), THEN) == page


@given(raw=st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_noise_is_refused(raw: bytes) -> None:
    """Bytes that are no answer are `BadPayload`, or an answer in which nothing can be read."""
    for channel in (facebook(), instagram()):
        try:
            page = channel.parse(raw, stream(StreamKind.COMMENTS), THEN)
        except BadPayload:
            continue
        assert page.interactions == ()
