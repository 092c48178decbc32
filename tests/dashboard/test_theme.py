"""Themes as Streamlit tells pages of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from streamlit import config
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session
from streamlit.web import bootstrap

from social_listener.dashboard import theme

SECTIONS = ("theme", "theme.light", "theme.dark", "theme.sidebar", "theme.light.sidebar", "theme.dark.sidebar")


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have Streamlit as it comes, and so again afterwards; with our options meanwhile."""
    for module, name in ((config, "get_options_for_section"), (app_session, "to_snake_case")):
        known = getattr(module, name)
        monkeypatch.setattr(module, name, getattr(known, "__wrapped__", known))
    bootstrap.load_config_options(theme.options())
    yield
    bootstrap.load_config_options({})


def told() -> list[bytes]:
    """Return what a page is told of each theme."""
    messages = []
    for section in SECTIONS:
        message = CustomThemeConfig()
        app_session._populate_theme_msg(message, section)
        messages.append(message.SerializeToString())
    return messages


@pytest.mark.usefixtures("plain")
def test_a_page_is_told_the_same_once_the_themes_are_settled() -> None:
    """Nothing differs from what Streamlit works out anew each time."""
    before = told()
    assert len({*before}) > 2
    theme.settle()
    assert told() == before == told()


@pytest.mark.usefixtures("plain")
def test_themes_are_settled_anew_by_whoever_sets_other_options() -> None:
    """Other options of a second start in the same process are told after that, and not before."""
    theme.settle()
    before = told()
    bootstrap.load_config_options({"theme.primaryColor": "#102030"})
    assert told() == before
    theme.settle()
    assert told() != before
