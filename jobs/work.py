"""What a job works with."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from social_listener.jobs.index import Indexer
    from social_listener.jobs.poll import Pollers
    from social_listener.jobs.receive import Receivers
    from social_listener.service import Service


@dataclass(frozen=True, slots=True)
class Work:
    """The service, the polls, readings and indexing under way, and whether the process is about to end."""

    service: Service
    pollers: Pollers
    receivers: Receivers
    indexer: Indexer
    stopping: threading.Event = field(default_factory=threading.Event)
