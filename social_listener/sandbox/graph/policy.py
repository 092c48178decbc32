"""The Graph API's rules that a test or a demo may switch. Defaults follow what Meta documents for 2026."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from social_listener.sandbox.consent import DECISIONS, Decision
from social_listener.sandbox.switches import Switches


@dataclass(slots=True)
class GraphPolicy(Switches):
    """Switches of the sandbox for the Graph API; change them at any time, also while it runs.

    Unless a unit is in the name, durations are in seconds of the sandbox's clock, and None means "no limit".
    """

    optional: ClassVar[frozenset[str]] = frozenset(("feed_posts_a_year", "cursor_life", "duplicate_window"))
    choices: ClassVar[dict[str, tuple[str, ...]]] = {
        "feed_paging": ("cursors", "time"),
        "missing_ids": ("fail", "omit"),
        "comment_ids": ("joined", "bare"),
        "unpermitted": ("code", "missing"),
        "authorize": DECISIONS,
    }

    version: str = "v26.0"
    """The version that answers calls without one in the path."""
    proof_required: bool = True
    """100 for calls with a Page or user token that lack `appsecret_proof` (a setting of the application)."""
    paging_host: str = ""
    """Origin of paging.next, such as https://graph.facebook.com; empty: the address that was called."""
    empty_pages: bool = False
    """Before every further page of a listing comes an empty one that has a next."""
    short_pages: bool = False
    """Pages hold half of what was asked for, and have a next."""
    cursor_life: float | None = None
    """After this long a cursor is answered with 100."""
    bounds_included: bool = True
    """Whether since and until include their own second (not known of the real API)."""
    feed_paging: Literal["cursors", "time"] = "cursors"
    feed_posts_a_year: float | None = 600
    """/feed gives about so many posts of each year, the newest of it."""
    missing_ids: Literal["fail", "omit"] = "fail"
    """A lookup of ids= with one that is gone: 100/33 for the whole call, or an answer that lacks it."""
    comment_ids: Literal["joined", "bare"] = "joined"
    """Ids of comments: {post}_{comment}, or {comment} alone."""
    unpermitted: Literal["code", "missing"] = "code"
    """A read without its permission: 10, or 100/33 as if there were nothing."""
    names_only: bool = False
    """Comments on Instagram tell their author's `username`, and no `from`, as some recorded answers have it."""
    odd_usernames: bool = False
    """The Instagram account's `username` is a number."""
    token_ends: float | None = None
    """What debug_token tells in place of when a token and access to data end, such as milliseconds."""
    user_token_data: bool = False
    """True: a user token reads the Page's content; otherwise it gets an empty list with 200."""
    mentions_by_user_token: bool = False
    """mentioned_comment and mentioned_media demand a user token, as their documentation has it."""
    ads_in_media: bool = False
    """Whether /{instagram}/media lists advertisements."""
    human_agent: bool = True
    """Whether the application may send with the tag HUMAN_AGENT."""
    window_hours: float = 24
    human_agent_days: float = 7
    private_reply_days: float = 7
    message_details: int = 20
    """Of so many newest messages of a conversation there is more than id and time."""
    other_app_blocks: bool = False
    """Refuse messages while another application holds the conversation."""
    page_restricted: bool = False
    """10/1893063 for every message."""
    duplicate_window: float | None = 3_600.0
    """506 for a comment that the Page wrote at the same place in this time."""
    messenger_text: int = 2_000
    """Characters of a message on Messenger."""
    instagram_text: int = 1_000
    """Bytes of a message on Instagram."""
    own_visible_after: float = 0.0
    """How late comments and messages made through the API appear in later reads."""
    authorize: Decision = "approve"
    """What comes of the login dialog: it asks, or the person has said yes or no already."""
    declined_scopes: str = ""
    """Permissions that the person unticks in the dialog, with commas between them."""
    authorization_code_life: float = 600.0
    user_token_life: float = 5_400.0
    """Life of the token that a code is exchanged for."""
    long_token_days: float = 60
    """Life of the token that such a token is exchanged for; Pages' tokens that come of it have no end."""
    calls_an_hour: float = 2_000
    """Calls of the application in an hour that are 100 percent (X-App-Usage)."""
    calls_a_day: float = 48_000
    """Calls for a Page, its messages or its Instagram account in a day that are 100 percent each."""
    regain_minutes: float = 15
    """How long a throttle lasts; each call meanwhile adds a minute."""
