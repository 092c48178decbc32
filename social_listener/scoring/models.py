"""Models: what was learned from labels, as files. JSON, without any word of a customer.

What cannot be used is told with the file's name. `learning` makes models, `learned` reads texts by them.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from social_listener.errors import SettingsError, StoreError
from social_listener.scoring import grades
from social_listener.scoring.care import Care
from social_listener.scoring.moods import LABELS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from social_listener.scoring.learning import Learnt

WIDTH: Final = 256
"""A text is a vector of so many numbers."""
DIGITS: Final = 4
"""Weights are kept to so many digits."""
FOLDER: Final = "models"
"""Where models lie, in the data folder."""
_MADE_OF: Final = f"{Care.name}+{grades.VERSION}+wordllama-l2-supercat-256+1"
"""What a model is learned beside. The last number changes whenever the same weights may give another mood."""
_LARGEST: Final = 1 << 18
_MOST: Final = 10**9
_DAY: Final = re.compile(r"\d{1,2} [A-Z][a-z]{2,8} \d{4}")
_HEAVIEST: Final = 100.0  #: no weight that was ever learned comes near


@dataclass(frozen=True, slots=True)
class Model:
    """What was learned. Two of one name are the same."""

    name: str  #: "model-3fa2c1d0": made of what is in it
    labels: int  #: it was learned from so many
    on: str  #: when: "3 May 2026"
    weights: tuple[float, ...] = field(compare=False, repr=False)  #: a row of three for each number, the last for all


def name_of(weights: Sequence[float]) -> str:
    """Return what a model of these weights is called: another one, or beside another scorer, has another name."""
    told = ",".join(f"{one:.{DIGITS}f}" for one in weights)
    return f"model-{hashlib.sha256(f'{_MADE_OF}:{told}'.encode()).hexdigest()[:8]}"


def path_of(data: Path, name: str) -> Path:
    """Return where a model lies."""
    return data / FOLDER / f"{name}.json"


def write(data: Path, learnt: Learnt, figures: Mapping[str, object]) -> Path:
    """Write a model with what it is worth; return where. `StoreError`: it cannot be written."""
    path = path_of(data, learnt.model.name)
    width = len(LABELS)
    told = {
        "name": learnt.model.name,
        "learned_on": learnt.model.on,
        "labels": dict(zip([label.value for label in LABELS], learnt.counts, strict=True)),
        "held_out": figures,
        "weights": [learnt.model.weights[at : at + width] for at in range(0, len(learnt.model.weights), width)],
    }
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.parent.mkdir(exist_ok=True, mode=0o700)
        partial = path.with_suffix(".part")
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(told, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        raise StoreError(f"{path}: the model cannot be written: {error.strerror}") from None
    return path


def load(data: Path, name: str) -> Model:
    """Return a model; `SettingsError` says why it cannot be used, and what to do."""
    path = path_of(data, name)
    try:
        with path.open(encoding="utf-8") as opened:
            text = opened.read(_LARGEST)
    except FileNotFoundError:
        raise SettingsError(f"sentiment.model: there is no {path}; {_there(path.parent)}") from None
    except (OSError, ValueError) as error:
        raise SettingsError(f"sentiment.model: {path} cannot be read ({type(error).__name__})") from None
    try:
        return _model(name, json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise SettingsError(
            f"sentiment.model: {path} is no model that this version can use ({error}); "
            "take the line out, and `social-listener learn` makes a new one"
        ) from None


def _model(name: str, told: Mapping[str, object]) -> Model:
    rows, labels = told["weights"], told["labels"]
    if not isinstance(rows, list) or not isinstance(labels, dict):
        raise TypeError("it has no weights")
    weights = tuple(float(one) for row in rows for one in row)
    if len(weights) != (WIDTH + 1) * len(LABELS) or not all(abs(one) <= _HEAVIEST for one in weights):
        raise ValueError("its weights are not those of a model")
    if name_of(weights) != name:
        raise ValueError("its name is not that of its weights, or it was learned beside another version of our scorer")
    counts, day = [labels[label.value] for label in LABELS], str(told["learned_on"])
    if not all(isinstance(one, int) and 0 <= one <= _MOST for one in counts) or not _DAY.fullmatch(day):
        raise ValueError("it does not tell what it was learned from, or when")
    return Model(name, sum(counts), day, weights)


def _there(folder: Path) -> str:
    names = sorted(one.stem for one in folder.glob("model-*.json"))[:20] if folder.is_dir() else []
    made = "take the line out, and `social-listener learn` makes one"
    return f"there are {', '.join(names)}" if names else made
