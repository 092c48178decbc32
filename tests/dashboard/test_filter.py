"""The filter and the page's address."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from social_listener.dashboard.inbox_filter import DUE, KEYS, cleared, from_query, narrowed, searching, to_query
from social_listener.desk_types import QueueFilter, View
from social_listener.model import SentimentLabel

NAMES = st.sampled_from([None, "x", "fernhill", "fernhill/mentions", "Åsa Ö"])
FILTERS = st.builds(
    QueueFilter,
    view=st.sampled_from(View),
    channel=NAMES,
    account_id=NAMES,
    stream_id=NAMES,
    sentiment=st.one_of(st.none(), st.sampled_from(SentimentLabel)),
    private=st.sampled_from([None, True, False]),
    assignee=NAMES,
    label=NAMES,
    due_within=st.sampled_from([None, *DUE.values()]),
    search=st.text(max_size=40).map(str.strip),
)


@given(FILTERS)
def test_every_filter_survives_the_address(wanted: QueueFilter) -> None:
    """What a colleague opens from a link is what was looked at."""
    query = to_query(wanted)
    assert query.keys() <= set(KEYS)
    assert from_query(query) == wanted


@given(st.dictionaries(st.sampled_from(KEYS), st.text(max_size=20)))
def test_no_address_breaks_the_page(query: dict[str, str]) -> None:
    """Whatever an old or mistyped link holds, a filter comes of it."""
    assert isinstance(from_query(query), QueueFilter)


def test_an_unknown_code_is_left_out() -> None:
    """A link from another version opens with what is still known."""
    assert from_query({"view": "burning", "sentiment": "cross", "who": "nobody"}) == QueueFilter()


def test_filters_are_counted_without_view_and_search() -> None:
    """The number on the button is that of the filters in its popover."""
    wanted = QueueFilter(view=View.OPEN, private=True, stream_id="a/b", search="refund")
    assert narrowed(wanted) == 2
    assert cleared(wanted) == QueueFilter(view=View.OPEN)
    assert searching(wanted, "  late ").search == "late"
