"""One spike as it is drawn: how it stands, its course, why, and what was said of it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from social_listener.dashboard import words
from social_listener.dashboard.draw_spikes import account, label, line, said
from social_listener.desk_types.crisis import Behind, Direction
from social_listener.desk_types.spikes import Basis, Best, SpikeKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from social_listener.dashboard.component import Json
    from social_listener.desk_types.crisis import CoursePoint, Situation
    from social_listener.desk_types.spikes import Carrier, RisingWord, Spike, SpikeView, Why

_BEST: Mapping[Best, str] = {
    Best.CENTRAL: "Closest to what all say",
    Best.FOLLOWED: "Most followers",
    Best.NEGATIVE: "Most negative",
}
_MOST_WORDS = 12


def spike(view: SpikeView, now: Situation, names: Mapping[str, str], *, may_acknowledge: bool) -> Json:
    """Return a spike from close by."""
    one = view.spike
    return {
        "id": one.id,
        **label(one),
        "account": account(one, names),
        "words": one.words,
        "since": words.iso(one.began_at),
        "until": words.iso(one.ended_at),
        "lasted": words.lasting(now.until - one.began_at),
        "direction": _direction(now),
        "figures": _figures(one, now),
        "inbox": {"label": f"Answer {_talks(now)}", "url": inbox(one, now)} if now.figures.talks else None,
        "known": _known(one, may=may_acknowledge),
        "course": _course(view.course, one),
        "parts": [{"key": part.id, "words": part.words, **label(part)} for part in view.parts],
        "best": _best(view, names),
        "ours": [line(said, names) for said in now.ours],
        "ours_told": _ours_told(now),
        "words_rose": [_word(word) for word in one.why.words[:_MOST_WORDS]],
        "topics": [
            {
                "key": topic.words[0],
                "words": ", ".join(topic.words),
                "told": f"{words.count(topic.items, 'message')} from {words.count(topic.authors, 'person', 'people')}",
            }
            for topic in one.why.topics
            if len(topic.words) > 1
        ],
        "carriers": _carriers(one.why, view.called, names),
        "copies": _copies(one.why),
    }


def inbox(one: Spike, now: Situation) -> str:
    """Return the address of the inbox at the conversations of a spike that wait."""
    query = {"q": f"since:{one.began_at:%Y-%m-%dT%H:%MZ} before:{now.until:%Y-%m-%dT%H:%MZ} is:waiting", "view": "open"}
    if one.account_id is not None:
        query["account"] = one.account_id
    if one.ended_at is None:
        query["q"] = f"since:{one.began_at:%Y-%m-%dT%H:%MZ} is:waiting"
    return f"/?{urlencode(query)}"


def _talks(now: Situation) -> str:
    return words.count(now.figures.talks, "conversation") + " in the inbox"


def _direction(now: Situation) -> Json:
    told = {
        Direction.RISING: "Rising",
        Direction.FALLING: "Falling",
        Direction.STEADY: "Steady",
        Direction.OVER: "Over",
    }
    tone = {Direction.RISING: "red", Direction.FALLING: "green"}.get(now.direction, "")
    halves = (
        (Behind.HALF, f"{now.half:,} in the last half hour"),
        (Behind.HALF_BEFORE, f"{now.half_before:,} in the one before"),
    )
    opens = [{"key": kind.value, "behind": kind.value, "text": text} for kind, text in halves]
    return {"text": told[now.direction], "tone": tone, "halves": opens}


def _figures(one: Spike, now: Situation) -> list[Json]:
    """Return the numbers, each with what opens its items."""
    figures = now.figures
    usual = "usual is not known yet" if now.usual is None else f"{_number(now.usual)} is usual"
    people = f"from {words.count(figures.people, 'person', 'people')}"
    hour = "in its last hour" if one.ended_at else "in the last hour"
    if one.kind is SpikeKind.LULL:
        return [_figure("hour", f"{now.hour:,}", hour, usual), _figure("all", f"{figures.items:,}", "in all", "")]
    share = f"{round(100 * figures.negative / figures.scored)} %" if figures.scored else "not known"
    return [
        _figure("hour", f"{now.hour:,}", hour, usual),
        _figure("all", f"{figures.items:,}", "from beginning to end" if one.ended_at else "since it began", people),
        _figure("negative", share, "negative", f"{figures.negative:,} of {figures.scored:,}, unsure ones included"),
        _figure(
            "reach",
            words.short(figures.reach) if figures.reach else "not known",
            "reach",
            "followers of all who wrote, added up" if figures.reach else "no platform told who follows them",
            opens="all",
        ),
        _figure(
            "waiting",
            f"{figures.waiting:,}",
            "unanswered",
            f"in {words.count(figures.talks, 'conversation')} that wait",
            tone="red" if figures.waiting else "",
        ),
        _figure("answered", f"{figures.answered:,}", "answered", "by whomever of us"),
    ]


def _figure(key: str, value: str, name: str, small: str, *, tone: str = "", opens: str | None = None) -> Json:
    return {"key": key, "value": value, "name": name, "small": small, "tone": tone, "behind": opens or key}


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 3 else f"{value:.1f}"


def _known(one: Spike, *, may: bool) -> Json:
    if one.closed_by is None:
        return {"by": "", "at": None, "note": "", "may": may, "told": "Nobody has said yet that they know of it."}
    return {
        "by": one.closed_by,
        "at": words.iso(one.closed_at),
        "note": one.note,
        "may": may,
        "told": f"{one.closed_by} knows of it",
    }


def _course(course: Sequence[CoursePoint], one: Spike) -> Json:
    """Return the chart: quarters of an hour with their counts, beside what is usual."""
    known = [point for point in course if point.usual is not None]
    if known:
        basis = {Basis.WEEK: "week", Basis.DAY: "day"}.get(one.basis, "week")
        told = (
            f"Messages in each quarter of an hour. The line is usual at that time of the {basis}; of 100 ordinary "
            "quarters 95 lie in the band."
        )
    else:
        told = "Messages in each quarter of an hour. What is usual is not known yet, so no line is drawn for it."
    if any(point.items is None for point in course):
        told += " Where there is no count we did not listen."
    return {
        "told": told,
        "since": words.iso(one.began_at),
        "until": words.iso(one.ended_at),
        "points": [
            {
                "at": words.iso(point.at),
                "items": point.items,
                "usual": None if point.usual is None else round(point.usual, 2),
                "low": point.low,
                "high": point.high,
                "part": round(point.part, 2),
            }
            for point in course
        ],
    }


def _best(view: SpikeView, names: Mapping[str, str]) -> list[Json]:
    """Return the messages that say it best; what was deleted is not there any more."""
    items = {one.id: one for one in view.items}
    return [
        {"why": _BEST[best.best], **said(items[best.item_id], names)}
        for best in view.spike.why.best
        if best.item_id in items
    ]


def _ours_told(now: Situation) -> str:
    if not now.ours_number:
        return "We have said nothing since it began."
    return f"{words.count(now.ours_number, 'message')} of ours since it began."


def _word(one: RisingWord) -> Json:
    before = f"{one.authors_before:,} before; {times(one.times)} as large a part, surely {times(one.times_low)} or more"
    if not one.authors_before:
        before = f"nobody before; surely {times(one.times_low)} as large a part, or more"
    return {
        "key": one.word,
        "name": f"“{one.word}”",
        "value": words.count(one.authors, "person", "people"),
        "small": before,
        "behind": Behind.WORD.value,
    }


def times(value: float) -> str:
    """Return a factor in words."""
    return f"{value:,.0f} times" if value >= 10 else f"{value:.1f} times"


def _carriers(why: Why, called: Mapping[str, str], names: Mapping[str, str]) -> list[Json]:
    """Return what carries a spike, in groups that have anything to tell."""
    groups = [
        ("Accounts", Behind.ACCOUNT, why.accounts if len(why.accounts) > 1 else (), names),
        ("Posts and threads", Behind.THREAD, [one for one in why.threads if one.items > 1], called),
        ("People", Behind.PERSON, [one for one in why.people if one.items > 1], called),
    ]
    return [
        {"key": kind.value, "title": title, "rows": [_carrier(one, kind, called_) for one in carriers]}
        for title, kind, carriers, called_ in groups
        if carriers
    ]


def _carrier(one: Carrier, kind: Behind, called: Mapping[str, str]) -> Json:
    return {
        "key": one.id,
        "name": called.get(one.id) or ("A post that is not stored" if kind is Behind.THREAD else one.id),
        "value": words.count(one.items, "message"),
        "small": f"{round(100 * one.share)} %",
        "share": round(one.share, 3),
        "behind": kind.value,
    }


def _copies(why: Why) -> list[str]:
    """Return what is known of copies and of who wrote."""
    told = []
    if why.copies >= 0.05:
        told.append(f"{round(100 * why.copies)} % of the messages say nearly the same, word for word.")
    if why.thin >= 0.2:
        told.append(
            f"{round(100 * why.thin)} % of the people are new or have hardly a follower "
            f"({round(100 * why.young)} % joined within 30 days, or were never met before)."
        )
    if why.authors > 3:
        told.append(f"As spread as if {max(1, round(why.effective_authors)):,} people had written equally much.")
    return told
