"""Looking many nodes up with few calls, though one that Meta refuses makes it refuse a whole call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from social_listener.channels.graph_client import Answer, Client
from social_listener.channels.graph_errors import Forbidden, Missing, TooMuch
from social_listener.channels.graph_refused import APART, REFUSALS, of_account
from social_listener.errors import ChannelError, Rejected

WHAT: Final = "looking items up again"
#: asks for some ids at once
Ask = Callable[[Sequence[str]], Answer]
#: raises when Meta refuses the account what it refused one node
Permitted = Callable[[ChannelError], None]
#: when so many are too large by themselves it is Meta that is broken
_ENOUGH_TOO_LARGE: Final = 3


@dataclass(slots=True, kw_only=True)
class Looked:
    """What came of a look-up of many ids."""

    answers: list[Answer] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)  #: not there, or not for us: Meta does not tell the two apart
    barred: list[str] = field(default_factory=list)  #: there, and not for us
    unfit: list[str] = field(default_factory=list)  #: refused for another reason, such as a field that they do not have
    why: Rejected | None = None  #: the reason of the first of those

    def absorb(self, other: Looked) -> None:
        """Take in what came of other ids."""
        self.answers += other.answers
        self.missing += other.missing
        self.barred += other.barred
        self.unfit += other.unfit
        self.why = self.why or other.why

    def again(self, ask: Ask, permitted: Permitted) -> None:
        """Ask for those that were unfit in another way."""
        unfit, self.unfit, self.why = self.unfit, [], None
        self.absorb(halved(unfit, ask, permitted))

    def set_aside(self) -> None:
        """Leave out what is unfit still; `Rejected` when nothing was told: it may not be the ids that are wrong."""
        if self.why is not None and self.unfit and not (self.answers or self.missing or self.barred):
            raise self.why


def halved(ids: Sequence[str], ask: Ask, permitted: Permitted) -> Looked:
    """Look all ids up: a call that Meta refuses is made in two halves, until the ids are known that it refuses.

    The first time that a permission is lacking `permitted` is asked whether it is the account that lacks it.
    """
    if not ids:
        return Looked()
    try:
        answer = ask(ids)
    except (Missing, Forbidden, TooMuch, Rejected) as error:
        if isinstance(error, Forbidden):
            permitted(error)
        if len(ids) == 1 and isinstance(error, TooMuch):
            permitted(error)
            return _once_more(ids[0], ask)
        if len(ids) == 1:
            return _refused(ids[0], error)
    else:
        return _withheld(ids, answer, ask, permitted)
    middle = len(ids) // 2
    found = halved(ids[:middle], ask, permitted)
    found.absorb(halved(ids[middle:], ask, permitted))
    return found


def _once_more(native_id: str, ask: Ask) -> Looked:
    """Look one id up again, of which alone Meta says that it is too much while it gives others: a fault may be over."""
    try:
        return Looked(answers=[ask([native_id])])
    except TooMuch:
        return Looked(barred=[native_id])
    except (Missing, Forbidden, Rejected) as error:
        return _refused(native_id, error)


def _refused(native_id: str, error: ChannelError) -> Looked:
    """Return what the refusal of one id means; raises what is no refusal."""
    match error:
        case Missing():
            return Looked(missing=[native_id])
        case Forbidden():
            return Looked(barred=[native_id])
        case Rejected():
            return Looked(unfit=[native_id], why=error)
    raise of_account(error, error.account_id) from None


def _withheld(ids: Sequence[str], answer: Answer, ask: Ask, permitted: Permitted) -> Looked:
    """Return an answer, and what is told of the ids that it leaves out when they are asked for one by one."""
    told = answer.document.plain()
    left_out = [native_id for native_id in ids if native_id not in told]
    if len(ids) == 1:
        return Looked(missing=left_out) if left_out else Looked(answers=[answer])
    found = Looked(answers=[answer])
    for native_id in left_out:
        found.absorb(halved([native_id], ask, permitted))
    return found


def asking(client: Client, fields: str, now: datetime) -> Ask:
    """Return what asks for those fields of some ids."""
    return lambda ids: client.get(
        "", {"ids": ",".join(ids), "fields": fields}, what=WHAT, now=now, apart=(*APART, TooMuch)
    )


def once(client: Client, given: Callable[[], bool]) -> Permitted:
    """Return what raises unless `given`, which is asked once, tells that Meta gives the like of it.

    `Unauthorized` after what the account may not have, `Unavailable` after what was too much, also when much is.
    """
    known = list[bool]()
    large = list[ChannelError]()

    def permitted(error: ChannelError) -> None:
        known.extend([given()] if not known else [])
        large.extend([error] if isinstance(error, TooMuch) else [])
        if not known[0] or len(large) > _ENOUGH_TOO_LARGE:
            raise of_account(error, client.account_id) from None

    return permitted


def gives(client: Client, path: str, now: datetime) -> bool:
    """Return whether Meta gives our token a node, or a list below one, now."""
    query = {"fields": "id", **({"limit": "1"} if "/" in path else {})}
    try:
        client.get(path, query, what=WHAT, now=now, apart=APART)
    except REFUSALS:
        return False
    return True
