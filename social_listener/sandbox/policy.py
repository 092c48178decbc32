"""The platform's rules that a test or a demo may switch. Defaults follow what X documents for 2026."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

Spelling = Literal["tweet", "post", "both"]


@dataclass(slots=True)
class Policy:
    """Switches of the sandbox for X; change them at any time, also while it runs.

    Unless a unit is in the name, durations are in seconds of the sandbox's clock, and None means "no limit".
    """

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
    edit_minutes: float = 60.0
    edits_allowed: int = 5
    query_length: int = 512

    def change(self, **switches: Any) -> None:
        """Set switches by name.

        Raises:
            ValueError: a name or the type of a value is wrong; nothing has been changed then.
        """
        fields = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        for name, value in switches.items():
            if name not in fields:
                raise ValueError(f"unknown policy {name!r}; known are {', '.join(sorted(fields))}")
            if not _fits(name, value):
                raise ValueError(f"policy {name!r} cannot be {value!r}")
        for name, value in switches.items():
            setattr(self, name, value)

    def as_json(self) -> dict[str, Any]:
        """All switches with their values."""
        return dataclasses.asdict(self)


_OPTIONAL = {"duplicate_window", "mentions_horizon", "timeline_horizon", "search_days", "dm_days", "page_token_life"}
_DEFAULTS = Policy()


def _fits(name: str, value: Any) -> bool:
    if name == "spelling":
        return value in ("tweet", "post", "both")
    if value is None:
        return name in _OPTIONAL
    if isinstance(getattr(_DEFAULTS, name), bool):
        return isinstance(value, bool)
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
