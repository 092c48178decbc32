"""The Sentiment page as its component draws it: the sample, and what its answers say. Pure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from social_listener.dashboard import words
from social_listener.desk_types.teaching import NOT_SCORED, Correction, What
from social_listener.model import SentimentLabel

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from social_listener.dashboard.component import Json
    from social_listener.desk_types.teaching import (
        CorrectionLine,
        Interval,
        Sample,
        SampleAnswer,
        SampleFigures,
        SampleReport,
    )
    from social_listener.scoring.models import Model

#: parts of the page, by the code in the address
PARTS: Final[Mapping[str, str]] = {
    "sample": "This week’s sample",
    "figures": "How good is it",
    "rules": "Rules",
    "corrections": "Corrections",
}
#: weeks whose samples are counted, by the code in the page
SPANS: Final[Mapping[str, str]] = {"4": "4 weeks", "13": "3 months", "52": "A year"}
#: fewer answers than this tell nothing that a number could stand for
FEW: Final = 10
#: stands in a figure's key for all channels, or all languages, and for a language that is not known
_ALL, _UNKNOWN = "*", "-"
_EXCERPT: Final = 240
_LISTED: Final = 200
_LABELS: Final = (SentimentLabel.NEGATIVE, SentimentLabel.NEUTRAL, SentimentLabel.POSITIVE)
_SKIPPED: Final = "skip"
_WHY: Final[Mapping[str | None, tuple[str, str]]] = {
    None: ("Holds", "green"),
    "taken_back": ("Taken back", ""),
    "replaced": ("Corrected again since", ""),
    "reworded": ("Ended: the item was edited", "amber"),
}


def parts(mode: str) -> list[Json]:
    """Return the parts of the page with the one that is shown."""
    return [{"key": key, "name": name, "mode": key == mode} for key, name in PARTS.items()]


def label(code: str) -> str:
    """Return a label or a band in a word."""
    if code == NOT_SCORED:
        return "Not scored"
    if code == _SKIPPED:
        return "Skipped"
    known = {one.value: name for one, (name, _) in words.SENTIMENTS.items()}
    return known.get(code, words.capital(code))


def excerpt(text: str) -> str:
    """Return the beginning of what an item says, on one line."""
    plain = " ".join(text.split())
    return plain if len(plain) <= _EXCERPT else f"{plain[: _EXCERPT - 1]}…"


# -- the sample --------------------------------------------------------------------------------------------------------


def sample(items: Sequence[Sample], said: Mapping[str, str], whole: SampleFigures, *, wanted: int) -> Json:
    """Return the items that ask for a label, and those of which the reader said something just now.

    `said`: sample → label or skip, `whole`: of the last four weeks, `wanted`: items drawn a week, 0 for none.
    """
    waits = sum(one.id not in said for one in items)
    done = whole.answered + whole.skipped
    return {
        "items": [_asked(one, said.get(one.id, "")) for one in items],
        "waits": f"{words.count(waits, 'item')} left",
        "done": f"{whole.answered:,} answered, {whole.skipped:,} skipped in the last four weeks",
        "share": done / (done + waits) if done + waits else 0,
        "none": _none(done, wanted),
    }


def _asked(one: Sample, said: str) -> Json:
    tongue = words.language(one.language) if one.language else "Language not known"
    where = [words.channel(one.channel), "Private" if one.private else "Public", tongue]
    return {
        "key": one.id,
        "text": one.text,
        "where": " · ".join(where),
        "at": words.iso(one.sent_at),
        "verb": said,
        "said": label(said) if said else "",
    }


def _none(done: int, wanted: int) -> Json:
    if wanted == 0:
        return {"title": "No sample is drawn", "text": "The setting “sentiment.sample” is 0."}
    if done:
        return {"title": "All done, thank you", "text": "The next sample is drawn on Monday."}
    text = "Every Monday some items of the week before are drawn at random, and staff say here what they are."
    return {"title": "Nothing was drawn yet", "text": text}


# -- figures -----------------------------------------------------------------------------------------------------------


def figures(report: SampleReport, span: str, behind: Json | None, model: Model | None = None) -> Json:
    """Return what the answers say, each number with the key by which its items are asked for.

    `model`: by which new items are read; None: by our own scorer as it ships.
    """
    rows = [_row("Everything", "", report.whole)]
    rows += [_row(words.channel(one.channel or ""), "Channel", one) for one in report.channels]
    rows += [_row(words.language(one.language or None), "Language", one) for one in report.languages]
    if len(report.cells) > max(len(report.channels), len(report.languages)):
        rows += [
            _row(f"{words.channel(one.channel or '')}, {words.language(one.language or None)}", "Both", one)
            for one in report.cells
        ]
    return {
        "spans": [{"key": key, "name": name, "mode": key == span} for key, name in SPANS.items()],
        "rows": rows if report.whole.answered else [],
        "none": {
            "title": "Too few to say",
            "text": "Nobody has answered a sample in this time. Numbers come from samples alone: what staff correct "
            "unasked is mostly what was wrong.",
        },
        "behind": behind,
        "reader": _reader(model),
    }


def _reader(model: Model | None) -> str:
    if model is None:
        return ""
    taught = f"{model.name}, learned from {words.count(model.labels, 'label')} on {model.on}"
    return f"New items are read with {taught}. An answer is compared with what was said when its sample was drawn."


def _row(name: str, group: str, one: SampleFigures) -> Json:
    key = f"{one.channel or _ALL} {_ALL if one.language is None else one.language or _UNKNOWN}"
    decided = sum(one.told.get(each, 0) for each in _LABELS)
    cells = [
        _cell(f"{key} coverage", one.coverage, one.answered),
        _cell(f"{key} accuracy", one.accuracy, decided),
        *(_cell(f"{key} {each.value}", one.precision[each], one.told.get(each, 0)) for each in _LABELS),
    ]
    return {"name": name, "group": group, "answers": f"{one.answered:,} of {one.drawn:,}", "cells": cells}


def _cell(key: str, share: Interval, count: int) -> Json:
    few = count < FEW or math.isnan(share.value)
    return {
        "key": key,
        "words": "too few" if few else f"{share.value:.0%}",
        "range": "" if few else f"{share.low:.0%} to {share.high:.0%}",
        "count": f"of {count:,}",
        "mode": "few" if few else "sure",
        "waiting": count,
    }


#: figure → what is counted, in words
_COUNTED: Final[Mapping[str, str]] = {
    "coverage": "all answers",
    "accuracy": "answers where a label was told",
    **{one.value: f"answers where {one.value} was told" for one in _LABELS},
}


def behind(answers: Sequence[SampleAnswer], key: str) -> Json | None:
    """Return the answers behind the figure of that key; None: there is no such figure."""
    channel, _, rest = key.partition(" ")
    language, _, figure = rest.partition(" ")
    if figure not in _COUNTED:
        return None
    those = [
        one
        for one in answers
        if channel in {_ALL, one.channel}
        and language in {_ALL, one.language or _UNKNOWN}
        and (figure in {"coverage", one.told.value} or (figure == "accuracy" and one.told in _LABELS))
    ]
    of = [] if channel == _ALL else [words.channel(channel)]
    of += [] if language == _ALL else [words.language(language if language != _UNKNOWN else None)]
    return {
        "key": key,
        "title": ", ".join([words.count(len(those), "answer"), *of]),
        "text": words.sentence(_COUNTED[figure]),
        "items": [_answer(one) for one in those[:_LISTED]],
        "more": f"The newest {_LISTED} are listed." if len(those) > _LISTED else "",
    }


def _answer(one: SampleAnswer) -> Json:
    return {
        "text": excerpt(one.excerpt) or "Deleted since",
        "conversation": one.conversation_id,
        "at": words.iso(one.answered_at),
        "who": one.answered_by,
        "before": label(one.told.value),
        "after": label(one.label.value),
        "tone": "green" if one.told is one.label else "amber" if one.told is SentimentLabel.UNSURE else "red",
    }


# -- corrections -------------------------------------------------------------------------------------------------------


def corrections(lines: Sequence[CorrectionLine]) -> Json:
    """Return the newest corrections."""
    return {"rows": [_correction(one) for one in lines]}


def _correction(line: CorrectionLine) -> Json:
    one: Correction = line.correction
    state, tone = _WHY.get(one.undone_why, ("Ended", ""))
    what = "Sentiment" if one.what is What.SENTIMENT else "Priority"
    return {
        "key": one.id,
        "text": excerpt(line.excerpt) or "Deleted since",
        "conversation": line.conversation_id,
        "at": words.iso(one.made_at),
        "who": f"{one.staff}, for a sample" if one.sample_id else one.staff,
        "what": what,
        "before": label(one.was),
        "after": label(one.is_now),
        "state": state,
        "tone": tone,
        "mode": one.undone_at is None,
    }
