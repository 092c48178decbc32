"""Rules: what corrections teach. A person lets each of them hold, after a look at what it changes."""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from social_listener.desk.renewing import Renewing
from social_listener.desk_types.teaching import (
    NOT_SCORED,
    Interval,
    Renewal,
    Rule,
    RuleEvent,
    RuleMove,
    RuleState,
    RuleTrial,
)
from social_listener.errors import DeskError, NotPermitted
from social_listener.levels import band
from social_listener.model import Score, SentimentLabel
from social_listener.rights import Right
from social_listener.scoring import Tuning
from social_listener.scoring.measures import wilson
from social_listener.scoring.proposing import Lesson, propose
from social_listener.scoring.scorer import again, gists_of
from social_listener.scoring.taught import LONGEST, Rules, Taught, words_of
from social_listener.service_names import taught_of
from social_listener.store import audit, rescoring, rules

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office
    from social_listener.ingest import Ingest
    from social_listener.store.rescoring import Scored
    from social_listener.store.rules import Labelled

#: items that one transaction scores anew: the writer is free again soon
AT_ONCE: Final = 500
#: items that are told by name
_TOLD: Final = 200
_EXCERPT: Final = 70
#: points of a rule that somebody writes, on either side, and its language: our own scorer's
_LEAST, _MOST, _LANGUAGE = 0.5, 4.0, "en"
#: for the step of a scoring anew that is at work when the service ends
_PATIENCE: Final = timedelta(seconds=10)


class RuleDesk:
    """Propose rules, try them, let them hold, withdraw them, and score anew what is stored."""

    def __init__(self, office: Office, ingest: Ingest) -> None:
        self._office = office
        self._ingest = ingest
        self._renewing = Renewing()

    def all(self, staff: str) -> tuple[Rule, ...]:
        """Return every rule: those that hold, those that are proposed, those that were withdrawn."""
        with self._office.store.read() as cursor:
            self._office.permit(cursor, staff, Right.READ)
            return tuple(rules.every(cursor))

    def propose(self, staff: str) -> tuple[Rule, ...]:
        """Look what labels of people speak for by now; return what is proposed. What nothing speaks for any more goes.

        Nothing holds before somebody lets it. A rule that was withdrawn is not proposed again. Labels of items on
        accounts that somebody has no access to do not speak.
        """
        now = self._office.clock()
        with self._office.store.read() as cursor:
            within = self._office.accounts(cursor, staff, Right.TEACH)
            lessons, known = rules.labelled(cursor, within), rules.every(cursor)
            tuning = self._office.tuning(cursor)
        decided = {one.phrase for one in known if one.state is not RuleState.PROPOSED or one.made_by}
        found = propose([_lesson(one) for one in lessons], tuning, decided)
        with self._office.store.transaction() as cursor:
            stand = {one.phrase: one for one in rules.every(cursor)}
            waiting = {one.id for one in stand.values() if one.state is RuleState.PROPOSED and one.made_by is None}
            fresh = []
            for one in found:
                old = stand.get(one.phrase)
                if old is None or old.id in waiting:
                    key = old.id if old else secrets.token_hex(6)
                    fresh.append(
                        Rule(
                            id=key,
                            **one._asdict(),
                            state=RuleState.PROPOSED,
                            made_at=old.made_at if old else now,
                            made_by=None,
                            decided_by=None,
                            decided_at=None,
                            version=0,
                        )
                    )
            if within is None:  # who sees some accounts only cannot tell that nothing speaks for it
                rules.drop(cursor, sorted(waiting - {one.id for one in fresh}))
            rules.put(cursor, fresh, there=waiting)
            self._office.store.narrow(())
            return tuple(one for one in rules.every(cursor) if one.state is RuleState.PROPOSED)

    def write(self, phrase: str, points: float, staff: str) -> Rule:
        """Propose a rule of one's own, of one to three words; it does nothing before somebody lets it hold.

        `points`: 0.5 to 4, or -4 to -0.5. `DeskError`: that is no phrase, it has a rule, or these are no points.
        """
        words = words_of(phrase)
        if not words or len(words) > LONGEST:
            raise DeskError(f"a rule has one to {LONGEST} words, without handles, addresses and signs")
        if not (_LEAST <= abs(points) <= _MOST and (points / _LEAST).is_integer()):
            raise DeskError(
                f"points are {_LEAST:g} to {_MOST:g} in steps of {_LEAST:g}, below zero for what is negative"
            )
        now, office = self._office.clock(), self._office
        one = Rule(
            id=secrets.token_hex(6),
            phrase=" ".join(words),
            language=_LANGUAGE,
            points=points,
            state=RuleState.PROPOSED,
            speak_for=0,
            against=0,
            authors=0,
            made_at=now,
            made_by=staff,
            decided_by=None,
            decided_at=None,
            version=0,
        )
        with office.store.transaction() as cursor:
            office.permit(cursor, staff, Right.TEACH)
            old = next((each for each in rules.every(cursor) if each.phrase == one.phrase), None)
            if old is not None:
                raise DeskError(f"there is a rule {old.phrase!r} already: it is {old.state.value}")
            rules.put(cursor, [one], there=())
            audit.record(cursor, now, staff, "rule.written", one.id)
            office.store.narrow(())
        return one

    def history(self, staff: str) -> tuple[RuleEvent, ...]:
        """Return what people did to rules, newest first."""
        with self._office.store.read() as cursor:
            self._office.permit(cursor, staff, Right.READ)
            return tuple(rules.history(cursor, _TOLD))

    def trial(self, rule_ids: Sequence[str], days: int, staff: str) -> RuleTrial:
        """Return what would change if those rules held, or did not any more if they do. Nothing is stored.

        Items sent in the last days are scored with both, so that what differs is due to the rules alone.
        """
        with self._office.store.read() as cursor:
            within = self._office.accounts(cursor, staff)
            tuning = self._office.tuning(cursor)
            those = self._known(cursor, rule_ids)
            labels = rules.labelled(cursor, within)
            stand = rules.every(cursor)
        on = {one.id for one in stand if one.state is RuleState.ACTIVE} ^ {one.id for one in those}
        turned = taught_of([one for one in stand if one.id in on], self._office.clock())
        changed = replace(tuning, rules=turned)
        touched = Rules([Taught(one.phrase, one.points, "") for one in those])
        pairs: list[tuple[Scored, Score]] = []
        count = 0
        for batch in self._stored(days, within):
            count += len(batch)
            hit = [one for one in batch if touched.found(one.text)]
            pairs += zip(self._as_scored_by(tuning, hit), self._made(hit, changed), strict=True)
        return self._trial(count, pairs, labels, tuning, changed)

    def activate(self, rule_ids: Sequence[str], staff: str) -> int:
        """Let rules hold, for every item that comes from now on; return the version of the rules.

        What is stored keeps its score until `rescore`.
        """
        return self._decide(rule_ids, RuleState.ACTIVE, staff)

    def withdraw(self, rule_ids: Sequence[str], staff: str) -> int:
        """Let rules hold no more; return the version of the rules. What is stored keeps its score until `rescore`."""
        return self._decide(rule_ids, RuleState.WITHDRAWN, staff)

    def difference(self, days: int, staff: str) -> RuleTrial:
        """Return what `rescore` would change of the items sent in the last days. Nothing is stored."""
        with self._office.store.read() as cursor:
            within = self._office.accounts(cursor, staff)
            tuning, labels = self._office.tuning(cursor), rules.labelled(cursor, within)
        pairs: list[tuple[Scored, Score]] = []
        count = 0
        for batch in self._stored(days, within):
            count += len(batch)
            made = zip(batch, self._made(batch, tuning), strict=True)
            pairs += [(one, new) for one, new in made if one.score != new]
        return self._trial(count, pairs, labels, None, tuning)

    def rescore(
        self,
        days: int,
        staff: str,
        progress: Callable[[int, int], None] | None = None,
        stopping: threading.Event | None = None,
    ) -> int:
        """Score the items sent in the last days anew, by the rules that hold; return how many scores were written.

        It goes in steps, and can be begun again after a crash. What people say of items holds. `progress` gets how many
        items are done and how many were written; once `stopping` is set no further step is begun.
        """
        with self._office.store.read() as cursor:
            within = self._office.accounts(cursor, staff, Right.TEACH)
        done = written = 0
        for batch in self._stored(days, within):
            if stopping is not None and stopping.is_set():
                break
            with self._office.store.read() as cursor:
                tuning = self._office.tuning(cursor)
            made = dict(zip([one.id for one in batch], self._made(batch, tuning), strict=True))
            if any(made[one.id] != one.score for one in batch):
                with self._office.store.transaction() as cursor:
                    written += rescoring.write(cursor, made, batch, self._office.clock())
            done += len(batch)
            if progress is not None:
                progress(done, written)
        with self._office.store.transaction() as cursor:
            audit.record(cursor, self._office.clock(), staff, "scores.renewed", "", days=days, written=written)
            self._office.store.narrow(())
        return written

    def renew(self, days: int, staff: str) -> Renewal:
        """Begin what `rescore` does, in the background; `renewal` tells how far it is. `Conflict`: one is at work."""
        with self._office.store.read() as cursor:
            within = self._office.accounts(cursor, staff, Right.TEACH)
            now = self._office.clock()
            number = len(rescoring.ids(cursor, now - timedelta(days=days), within))
        wanted = Renewal(days=days, staff=staff, began_at=now, items=number)
        self._renewing.begin(wanted, lambda progress, stopping: self.rescore(days, staff, progress, stopping))
        return wanted

    def renewal(self, staff: str) -> Renewal | None:
        """Return the scoring anew that is at work, or how the last one ended; None: nobody began one here."""
        with self._office.store.read() as cursor:
            self._office.permit(cursor, staff, Right.READ)
        return self._renewing.told

    def close(self) -> None:
        """End a scoring anew that is at work, after its step; the service ends."""
        self._renewing.close(_PATIENCE)

    def tune(self) -> None:
        """Have new items scored by the rules that hold; called at the start and with every decision."""
        with self._office.store.read() as cursor:
            self._ingest.tune(self._office.tuning(cursor))

    # -- inside --------------------------------------------------------------------------------------------------------

    def _decide(self, rule_ids: Sequence[str], state: RuleState, staff: str) -> int:
        now = self._office.clock()
        with self._office.store.transaction() as cursor:
            if self._office.accounts(cursor, staff, Right.TEACH) is not None:
                raise NotPermitted("a rule scores what is said on every account; you have access to some of them only")
            those = self._known(cursor, rule_ids)
            already = next((one for one in those if one.state is state), None)
            if already is not None:
                raise DeskError(f"the rule {already.phrase!r} is {state.value} already")
            version = rules.decide(cursor, [one.id for one in those], state, staff, now)
            for one in those:
                audit.record(cursor, now, staff, f"rule.{state.value}", one.id, version=version)
            self._office.store.narrow(())
        self.tune()
        return version

    def _known(self, cursor: DuckDBPyConnection, rule_ids: Sequence[str]) -> list[Rule]:
        """Return rules by their ids; `DeskError`: there is no such rule, or none is named."""
        stand = {one.id: one for one in rules.every(cursor)}
        for one in rule_ids:
            if one not in stand:
                raise DeskError(f"there is no rule {one!r}; `social-listener rules list` shows them")
        if not rule_ids:
            raise DeskError("no rule is named")
        return [stand[one] for one in dict.fromkeys(rule_ids)]

    def _stored(self, days: int, within: Collection[str] | None) -> Iterator[list[Scored]]:
        """Yield the items sent in the last days, newest first, some hundred at a time."""
        with self._office.store.read() as cursor:
            wanted = rescoring.ids(cursor, self._office.clock() - timedelta(days=days), within)
        for start in range(0, len(wanted), AT_ONCE):
            with self._office.store.read() as cursor:
                yield rescoring.scored(cursor, wanted[start : start + AT_ONCE])

    def _made(self, items: Sequence[Scored], tuning: Tuning) -> list[Score]:
        gists = gists_of([(one.text, one.hint) for one in items], self._office.weights, tuning)
        return [again(gist, one.factors, self._office.weights) for gist, one in zip(gists, items, strict=True)]

    def _as_scored_by(self, tuning: Tuning, items: Sequence[Scored]) -> list[Scored]:
        """Return items as if they had been scored with that tuning."""
        return [replace(one, score=made) for one, made in zip(items, self._made(items, tuning), strict=True)]

    def _trial(
        self,
        count: int,
        pairs: Sequence[tuple[Scored, Score]],
        labels: Sequence[Labelled],
        before: Tuning | None,
        after: Tuning,
    ) -> RuleTrial:
        """Return the difference that pairs make; `before` None: labels as they stand in the store."""
        open_ = [(one, new) for one, new in pairs if not one.corrected]
        told = Counter((_label(one.score), _label(new)) for one, new in open_ if _label(one.score) != _label(new))
        bands = Counter((band(one.score.priority).value, band(new.priority).value) for one, new in open_)
        moves = [
            _move(one, new)
            for one, new in open_
            if _label(one.score) != _label(new) or band(one.score.priority) is not band(new.priority)
        ]
        stored: Mapping[str, Scored] = {}
        if before is None:
            stored = self._stored_labels(labels)
        figures = {
            (sampled, side): self._agreement([one for one in labels if one.sampled is sampled], tuning, stored)
            for sampled in (True, False)
            for side, tuning in (("before", before), ("after", after))
        }
        return RuleTrial(
            items=count,
            changed=sum(told.values()),
            scored=sum(one.score != new for one, new in pairs),
            labels=dict(told),
            bands={key: number for key, number in bands.items() if key[0] != key[1]},
            moves=tuple(moves[:_TOLD]),
            sampled_before=figures[True, "before"],
            sampled_after=figures[True, "after"],
            corrected_before=figures[False, "before"],
            corrected_after=figures[False, "after"],
        )

    def _stored_labels(self, labels: Sequence[Labelled]) -> dict[str, Scored]:
        found: dict[str, Scored] = {}
        for start in range(0, len(labels), AT_ONCE):
            with self._office.store.read() as cursor:
                part = rescoring.scored(cursor, [one.item_id for one in labels[start : start + AT_ONCE]])
            found |= {one.id: one for one in part}
        return found

    def _agreement(self, labels: Sequence[Labelled], tuning: Tuning | None, stored: Mapping[str, Scored]) -> Interval:
        """Return how often the program's label is what people say; unsure never is."""
        if tuning is None:
            told = [stored[one.item_id].score.sentiment_label if one.item_id in stored else None for one in labels]
        else:
            gists = gists_of([(one.text, one.language) for one in labels], self._office.weights, tuning)
            told = [gist.label for gist in gists]
        right = sum(one is SentimentLabel(label.label) for one, label in zip(told, labels, strict=True))
        return Interval(*wilson(right, len(labels)))


def _lesson(one: Labelled) -> Lesson:
    return Lesson(one.text, one.language, one.author_id, SentimentLabel(one.label))


def _label(score: Score) -> str:
    return NOT_SCORED if score.sentiment is None else score.sentiment_label.value


def _move(one: Scored, new: Score) -> RuleMove:
    text = " ".join(one.text.split())
    return RuleMove(
        item_id=one.id,
        account_id=one.account_id,
        sent_at=one.sent_at,
        before=_label(one.score),
        after=_label(new),
        priority_before=one.score.priority,
        priority_after=new.priority,
        excerpt=text if len(text) <= _EXCERPT else f"{text[: _EXCERPT - 1]}…",
        reason=new.sentiment_reason,
    )
