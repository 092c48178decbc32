"""What X sends in the place of a page, inside one, and bent in every way."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from answers import ANNA, BERT, US, id_at, message, page_of, post, problem, read
from hypothesis import given, settings
from hypothesis import strategies as st

from social_listener.channels import stream_kinds
from social_listener.errors import BadPayload
from social_listener.model import StreamKind


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


@pytest.mark.parametrize("kind", stream_kinds("x"))
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
    ("whole", "kind"),
    [
        (FULL, StreamKind.MENTIONS),
        pytest.param(FULL, StreamKind.REPLIES, marks=pytest.mark.long),
        (MESSAGES, StreamKind.MESSAGES),
    ],
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
