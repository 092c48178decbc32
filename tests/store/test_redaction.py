from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from social_listener.store.redaction import redact

POST = {
    "id": "12",
    "text": "canary words",
    "note_tweet": {"text": "canary words, the long of it"},
    "author_id": "7",
    "conversation_id": "12",
    "created_at": "2026-03-02T09:00:00.000Z",
    "lang": "en",
    "edit_history_tweet_ids": ["12", "13"],
    "referenced_tweets": [{"type": "replied_to", "id": "5"}],
    "public_metrics": {"like_count": 3},
    "entities": {"urls": [{"start": 1, "end": 9, "expanded_url": "https://canary.example/"}]},
    "attachments": {"media_keys": ["3_77"]},
}
OTHER = {"id": "5", "text": "other words", "author_id": "8"}


def _redacted(answer: object, *ids: str) -> str:
    return redact(json.dumps(answer).encode(), ids).decode()


def test_the_words_go_and_the_frame_stays() -> None:
    """Ids, times, figures and relations stay, so that the answer can still be read; no word of the item does."""
    media = [{"media_key": "3_77", "type": "photo", "alt_text": "a canary in its cage"}]
    made = _redacted({"data": [POST, OTHER], "includes": {"media": media}}, "12", "13")
    assert "canary" not in made
    answer = json.loads(made)
    post, other = answer["data"]
    assert other == OTHER
    for name in (
        "id",
        "author_id",
        "conversation_id",
        "created_at",
        "lang",
        "edit_history_tweet_ids",
        "public_metrics",
    ):
        assert post[name] == POST[name]
    assert post["referenced_tweets"] == POST["referenced_tweets"]
    assert post["text"] == ""
    assert answer["includes"]["media"][0]["media_key"] == "3_77"


def test_a_text_of_figures_goes_too() -> None:
    """A telephone number as the whole text is what a person wrote."""
    assert "0301234567" not in _redacted({"data": [{"id": "12", "text": "0301234567"}]}, "12")


def test_a_version_is_found_wherever_it_stands() -> None:
    """As an item, beside the items, and under the id of any version."""
    for answer in ({"data": POST}, {"includes": {"tweets": [POST]}}, [[{"deep": {"er": POST}}]]):
        assert "canary" not in _redacted(answer, "12")


def test_several_answers_one_after_the_other() -> None:
    """A page that took two calls is two documents, and stays so."""
    body = json.dumps({"data": [POST]}) + "\n" + json.dumps({"data": [OTHER]})
    made = redact(body.encode(), ["12"]).decode()
    first, second = made.split("\n")
    assert "canary" not in first
    assert json.loads(second) == {"data": [OTHER]}


def test_what_is_no_json_goes_whole() -> None:
    """What cannot be read cannot be searched for the words either."""
    assert redact(b"<html>canary", ["12"]) == b""
    assert redact(b"\xff\xfe", ["12"]) == b""


@pytest.mark.parametrize("key", ["until", "type", "lang", "id_", "media_key", "ids", "at", "created_at", "time"])
def test_words_go_whatever_the_key_is_called(key: str) -> None:
    """Under a key that names an id, a time or a type, words are words all the same."""
    assert "canary" not in _redacted({"data": POST | {key: "canary"}}, "12")


@pytest.mark.parametrize(
    ("key", "value"),
    [("lang", "pt-BR"), ("type", "replied_to"), ("media_key", "3_1293"), ("created_at", "2026-03-02T09:00:00.000Z")],
)
def test_what_the_platform_says_of_it_stays(key: str, value: str) -> None:
    """Ids, times, languages and the platform's own words stay, so that the shape can be read again."""
    assert json.loads(_redacted({"data": POST | {key: value}}, "12"))["data"][key] == value


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.just("canary"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(max_size=5), _JSON, max_size=5))
def test_no_word_survives_in_any_shape(inside: dict[str, object]) -> None:
    """Whatever an item looks like, the canary in it is gone, and other items are as they were."""
    item = inside | {"id": "12"}
    made = json.loads(_redacted({"data": [item, OTHER]}, "12"))
    assert made["data"][1] == OTHER
    values = json.dumps(list(_strings(made["data"][0])))
    assert "canary" not in values


def _strings(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _strings(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _strings(inner)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize(
    ("answer", "native_id"),
    [
        ({"data": [{"id": "500_7", "message": "canary", "from": {"id": "9", "name": "canary"}}]}, "500_7"),
        ({"data": [{"id": "7", "message": "canary"}]}, "500_7"),  # the same comment, told bare
        ({"data": [{"id": "900_500_7", "message": "canary"}]}, "500_7"),
        (
            {
                "entry": [
                    {
                        "id": "1",
                        "changes": [{"value": {"comment_id": "500_7", "post_id": "1_500", "message": "canary"}}],
                    }
                ]
            },
            "500_7",
        ),
        ({"entry": [{"id": "1", "messaging": [{"message": {"mid": "m_a-b", "text": "canary"}}]}]}, "m_a-b"),
        ({"entry": [{"id": "1", "changes": [{"value": {"post_id": "1_500", "message": "canary"}}]}]}, "1_500"),
    ],
)
def test_what_meta_told_is_blanked_however_it_was_told(answer: object, native_id: str) -> None:
    """Comments in every form of their id, polled and pushed, and messages lose their words; others keep them."""
    ids = {native_id, native_id.rpartition("_")[2]}
    assert "canary" not in _redacted(answer, *ids)
    assert "canary" in _redacted(answer, "8")


def test_a_comment_that_goes_leaves_its_post_alone() -> None:
    """A pushed comment names its post too: only the comment's own id counts."""
    told = {"value": {"comment_id": "500_7", "post_id": "1_500", "message": "canary"}}
    assert "canary" in _redacted(told, "1_500", "500")


def test_what_a_delivery_of_meta_tells_can_be_read_again() -> None:
    """What it is about and what happened stay, in the words of Meta's own vocabulary and no others."""
    value = {"item": "comment", "verb": "add", "comment_id": "12", "post_id": "3", "message": "canary"}
    kept = json.loads(_redacted({"changes": [{"value": value}]}, "12"))["changes"][0]["value"]
    assert kept == value | {"message": ""}
    for key in ("item", "verb"):
        assert "canary" not in _redacted(value | {key: "canary"}, "12")
        assert "comment" not in _redacted({"id": "12", f"an_{key}": "comment", f"{key}_x": "add"}, "12")
