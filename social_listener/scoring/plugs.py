"""Which scorer reads which language: our own reads English, and the settings may name one for each other language."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from social_listener.errors import SettingsError
from social_listener.model import SentimentLabel
from social_listener.scoring.care import Care
from social_listener.scoring.language_names import LANGUAGES
from social_listener.scoring.models import Model
from social_listener.scoring.moods import Mood, Said, Scorer
from social_listener.scoring.taught import Taught

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tuning:
    """What the settings say about sentiment, and what corrections taught."""

    scorers: tuple[tuple[str, str], ...] = ()  #: (language, "module:Class") of scorers besides our own
    names: tuple[str, ...] = ()  #: words that are names here, whatever else they mean
    rules: tuple[Taught, ...] = ()  #: that corrections taught; these do not stand in the settings
    version: int = 0  #: of the rules; 0: nobody ever decided on one
    model: Model | None = None  #: that labels taught; None: our own scorer as it ships


OURS: Final = Tuning()
"""Our own scorer alone."""


@lru_cache(8)
def scorers(tuning: Tuning) -> Mapping[str, Scorer]:
    """Return the scorer of each language; `SettingsError` names the one that cannot be used."""
    several = next((name for name in tuning.names if len(name.split()) != 1), None)
    if several is not None:
        raise SettingsError(f"sentiment.names: must be single words (found {several!r}); list its words one by one")
    if tuning.model is not None and "en" in dict(tuning.scorers):
        raise SettingsError(
            f"sentiment.model: {tuning.model.name} moves our own scorer, and sentiment.scorers.en names another "
            "one for English; take one of the two out"
        )
    ours = ours_by(tuning)
    found: dict[str, Scorer] = dict.fromkeys(ours.languages, ours)
    made: dict[str, Scorer] = {}
    for code, where in tuning.scorers:
        if where not in made:
            made[where] = _made(code, where)
        if code not in made[where].languages:
            reads = ", ".join(sorted(made[where].languages))
            raise SettingsError(f"sentiment.scorers.{code}: {where} does not read {code!r}; it reads {reads}")
        found[code] = made[where]
    return found


def ours_by(tuning: Tuning) -> Care:
    """Return our own scorer of English, with what was taught; `SettingsError`: its model cannot be used."""
    if tuning.model is None:
        return Care(tuning.names, tuning.rules)
    from social_listener.scoring.learned import Learned  # noqa: PLC0415 - numpy takes a moment, and no model is usual

    try:
        return Learned(tuning.model, tuning.names, tuning.rules)
    except SettingsError as error:
        raise SettingsError(f"sentiment.model: {error}; or take the line out") from None


def _made(code: str, where: str) -> Scorer:
    module, colon, name = where.partition(":")
    if not (module and colon and name):
        raise SettingsError(f"sentiment.scorers.{code}: must be module:Class (found {where!r})")
    try:
        scorer = getattr(importlib.import_module(module), name)()
    except (ImportError, AttributeError, TypeError) as error:
        raise SettingsError(f"sentiment.scorers.{code}: {where} cannot be used: {error}") from None
    if not isinstance(scorer, Scorer):
        raise SettingsError(f"sentiment.scorers.{code}: {where} has not what a scorer needs: name, languages, read")
    return scorer


def moods_of(said: Sequence[Said], tuning: Tuning = OURS) -> list[tuple[Mood, str | None]]:
    """Return the mood of every text, in order, and the name of the scorer that made it; None: our own, or nobody.

    A text whose language could not be told goes to the scorer of English, which says so where it knows no word of it.
    """
    by = scorers(tuning)
    places: dict[str, list[int]] = {}
    for place, one in enumerate(said):
        places.setdefault(one.language or "en", []).append(place)
    if places.keys() == {"en"}:
        return _read(by["en"], said)
    found: list[tuple[Mood, str | None]] = [(_UNREAD, None)] * len(said)
    for code, those in places.items():
        scorer = by.get(code)
        if scorer is None:
            mood = unread(code)
            for place in those:
                found[place] = (mood, None)
        else:
            for place, made in zip(those, _read(scorer, [said[place] for place in those]), strict=True):
                found[place] = made
    return found


def _read(scorer: Scorer, said: Sequence[Said]) -> list[tuple[Mood, str | None]]:
    if isinstance(scorer, Care):
        return [(mood, None) for mood in scorer.read(said)]
    try:
        moods = scorer.read(said)
        fault = None if len(moods) == len(said) else f"it gave {len(moods)} moods for {len(said)} texts"
    except Exception as error:  # noqa: BLE001 - it is not ours; whatever befalls it, what people said must be stored
        fault = type(error).__name__
    if fault is not None:
        _log.error("the scorer %s failed: %s; its texts are stored as not scored", scorer.name, fault)
        moods = [Mood(None, SentimentLabel.UNSURE, f"not scored: the scorer {scorer.name} failed", None)] * len(said)
    return [(mood, scorer.name) for mood in moods]


@lru_cache(256)
def unread(code: str) -> Mood:
    """Return what is said of a text that no scorer reads: no number, and no label but unsure."""
    return Mood(
        None, SentimentLabel.UNSURE, f"not scored: it is in {LANGUAGES.get(code, code)}, which no scorer reads", None
    )


_UNREAD: Final = unread("und")
