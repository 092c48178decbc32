"""How sentiment is read now, for commands that need no service: by the settings, and by the rules that hold."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from social_listener import terminal
from social_listener.cli import rules, session
from social_listener.desk_types.teaching import Rule, RuleState
from social_listener.errors import StoreError
from social_listener.service_names import taught_of, tuning_of

if TYPE_CHECKING:
    from social_listener.scoring import Tuning
    from social_listener.settings import Settings

#: the command that lists rules, as services know it
_LIST = rules.LIST


def tuning_that_holds(settings: Settings) -> Tuning:
    """Return it; where there is no database yet, by the settings alone. A running service is asked for its rules.

    `StoreError`: the database cannot be opened, and no service answers.
    """
    tuning = tuning_of(settings)
    if not settings.database.exists():
        return tuning
    out, err = bytearray(), bytearray()
    screen = terminal.Terminal(out.extend, err.extend, interactive=False)
    code = session.run(_LIST, {"as_json": True}, settings, screen, online=False)
    if code != terminal.OK:
        raise StoreError(err.decode().strip() or "the rules could not be read")
    known = [_rule(one) for one in json.loads(out)]
    holding = [one for one in known if one.state is RuleState.ACTIVE]
    version = max((one.version for one in known), default=0)
    return replace(tuning, rules=taught_of(holding, datetime.now(UTC)), version=version)


def _rule(told: dict[str, Any]) -> Rule:
    """Return a rule as `rules list --json` tells it."""
    moments = {name: datetime.fromisoformat(told[name]) if told[name] else None for name in ("made_at", "decided_at")}
    return Rule(**{**told, **moments, "state": RuleState(told["state"])})
