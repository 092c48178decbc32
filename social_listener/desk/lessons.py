"""Learning a model from what staff said items are: answers to samples, and corrections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from social_listener.errors import NotPermitted
from social_listener.model import SentimentLabel
from social_listener.rights import Right
from social_listener.service_names import tuning_of
from social_listener.store import rules

if TYPE_CHECKING:
    from collections.abc import Callable

    from social_listener.desk.office import Office
    from social_listener.scoring.learning import Learnt
    from social_listener.scoring.models import Model


class LessonDesk:
    """Learns; what it learned holds once the settings name it."""

    def __init__(self, office: Office) -> None:
        """Learn nothing yet."""
        self._office = office

    def model(self, staff: str) -> Model | None:
        """Return the model that holds; None: our own scorer reads as it ships."""
        with self._office.store.read() as cursor:
            self._office.permit(cursor, staff, Right.READ)
        return tuning_of(self._office.settings).model

    def learn(self, staff: str, tell: Callable[[str], None]) -> Learnt:
        """Return what staff's labels teach, with what it is worth on answers to samples that it did not learn from.

        Corrections are learned from too, and not measured on: they tell mostly what was wrong. `DeskError`: there are
        too few labels; `SettingsError`: the extra `learning` is not installed.
        """
        from social_listener.scoring.learning import Example, learn  # noqa: PLC0415 - numpy, for whoever learns

        with self._office.store.read() as cursor:
            if self._office.accounts(cursor, staff, Right.TEACH) is not None:
                raise NotPermitted("a model reads what is said on every account; you have access to some of them only")
            labels, tuning = rules.labelled(cursor, None), self._office.tuning(cursor)
        examples = [
            Example(one.text, one.language, one.author_id, SentimentLabel(one.label), one.sampled) for one in labels
        ]
        return learn(examples, tuning, self._office.clock().date(), tell)
