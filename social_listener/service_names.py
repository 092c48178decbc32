"""Names in the settings that only other parts know: channels, credentials, kinds of stream, weights."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from social_listener import channels as registry
from social_listener.errors import SettingsError
from social_listener.scoring.models import load
from social_listener.scoring.plugs import Tuning, scorers
from social_listener.scoring.priority import Weights
from social_listener.scoring.taught import Taught
from social_listener.service_levels import levels_of
from social_listener.settings_file import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from social_listener.desk_types.teaching import Rule
    from social_listener.scoring.models import Model
    from social_listener.settings import Settings


def check_names(settings: Settings) -> Weights:
    """Return the weights, after a look at every name in the settings that only other parts know; `SettingsError`."""
    for number, account in enumerate(settings.accounts):
        where = f"accounts[{number}]"
        if account.channel not in registry.REGISTRY:
            raise SettingsError(
                f"{where}.channel: there is no channel {account.channel!r}"
                f"{nearest(account.channel, list(registry.REGISTRY))}"
            )
        known = list(registry.credential_names(account.channel))
        for name in account.credentials:
            if name not in known and name in registry.connected_names(account.channel):
                raise SettingsError(
                    f"{where}.credentials.{name}: it belongs to an account that is connected, and its tokens change by "
                    f"themselves: take `credentials` out and run `social-listener connect {account.channel}`"
                )
            if name not in known:
                raise SettingsError(f"{where}.credentials.{name}: unknown credential{nearest(name, known)}")
        options = list(registry.option_names(account.channel))
        for name in account.options:
            if name not in options:
                raise SettingsError(f"{where}.options.{name}: unknown option{nearest(name, options)}")
        kinds = registry.stream_kinds(account.channel)
        for index, stream in enumerate(account.streams):
            if stream.kind not in kinds:
                raise SettingsError(
                    f"{where}.streams[{index}].kind: {account.channel} has no {stream.kind.value}"
                    f"; valid here: {', '.join(kind.value for kind in kinds)}"
                )
    _check_prices(settings)
    levels_of(settings, datetime.now(UTC))
    scorers(tuning_of(settings))
    return weights_of(settings.priority.weights)


def _check_prices(settings: Settings) -> None:
    known = list(dict.fromkeys(name for channel in registry.REGISTRY for name in registry.prices(channel)))
    for name in settings.budget.prices:
        if name not in known:
            raise SettingsError(f"budget.prices.{name}: no platform has this price{nearest(name, known)}")


def tuning_of(settings: Settings) -> Tuning:
    """Return what the settings say about sentiment; `SettingsError`: the model that they name cannot be used."""
    named = settings.sentiment
    model = _model(settings.data_dir, named.model) if named.model else None
    return Tuning(tuple(sorted(named.scorers.items())), named.names, model=model)


@lru_cache(4)
def _model(data: Path, name: str) -> Model:
    """Return a model as it was when this process began: its name tells what is in it."""
    return load(data, name)


def taught_of(found: Sequence[Rule], now: datetime) -> tuple[Taught, ...]:
    """Return rules as scoring takes them; `now` is told of those that nobody decided on yet."""
    return tuple(
        Taught(one.phrase, one.points, _day(one.decided_at or now))
        for one in sorted(found, key=lambda one: (one.phrase, one.id))
    )


def _day(moment: datetime) -> str:
    """Return a day in words: "3 May 2026"."""
    return f"{moment.day} {moment:%B %Y}"


def weights_of(changed: Mapping[str, float]) -> Weights:
    """Return the weights with those that are `changed`; `SettingsError` names one that there is not, or cannot be."""
    known = [each.name for each in dataclasses.fields(Weights)]
    for name in changed:
        if name not in known:
            raise SettingsError(f"priority.weights.{name}: unknown weight{nearest(name, known)}")
    try:
        return dataclasses.replace(Weights(), **changed)
    except ValueError as error:
        raise SettingsError(f"priority.weights.{error}") from None
