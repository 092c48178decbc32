"""The platform's rules that a test or a demo may switch. Defaults follow what X documents for 2026."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from social_listener.sandbox.consent import DECISIONS, Decision
from social_listener.sandbox.switches import Switches

Spelling = Literal["tweet", "post", "both"]


@dataclass(slots=True)
class Policy(Switches):
    """Switches of the sandbox for X; change them at any time, also while it runs.

    Unless a unit is in the name, durations are in seconds of the sandbox's clock, and None means "no limit".
    """

    optional: ClassVar[frozenset[str]] = frozenset(
        ("duplicate_window", "mentions_horizon", "timeline_horizon", "search_days", "dm_days", "page_token_life")
    )
    choices: ClassVar[dict[str, tuple[str, ...]]] = {"spelling": ("tweet", "post", "both"), "authorize": DECISIONS}

    reply_only_when_mentioned: bool = True
    """403 for an API reply to somebody who has not named or quoted the account (self-serve rule of 23 Feb 2026)."""
    automatic_mention_counts: bool = True
    """Whether the @handle that a reply gets by itself is a mention for the rule above (not known of the real X)."""
    duplicate_text_refused: bool = True
    """403 for the text that the account posted in the last `duplicate_window` seconds."""
    duplicate_window: float | None = 86_400.0
    dms_refused: bool = False
    """403 for every direct message; without it those are refused who take none and have not written first."""
    likes_enabled: bool = True
    """False: 403 for a like, as self-serve access since 20 Apr 2026."""
    spelling: Spelling = "tweet"
    """Field names spoken: tweet.fields and note_tweet, post.fields and note_post, or whichever was asked with."""
    max_text: int = 280
    """Weighted length of a post through the API; 25,000 for premium accounts."""
    mentions_horizon: int | None = 800
    timeline_horizon: int | None = 3200
    search_days: float | None = 7.0
    dm_days: float | None = 30.0
    search_delay: float = 0.0
    """How much the newest search results lag behind; the real X documents 30 seconds."""
    page_token_life: float | None = None
    """After this long a page token is answered with 400."""
    own_posts_visible_after: float = 0.0
    """How late posts and messages made through the API appear in later reads."""
    access_token_life: float = 7_200.0
    authorize: Decision = "approve"
    """What comes of the authorize page: it asks, or the person has said yes or no already."""
    authorize_as: str = ""
    """Handle of the account that is signed in at the authorize page; empty: the brand's first one."""
    authorization_code_life: float = 30.0
    edit_minutes: float = 60.0
    edits_allowed: int = 5
    query_length: int = 512
