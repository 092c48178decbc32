"""The command that tries other weights on what was said already, before they hold."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import yaml

from social_listener import terminal
from social_listener.cli.evaluate_words import jsonable
from social_listener.cli.session import Session, with_service
from social_listener.cli.shapes import Json, plain
from social_listener.cli.watch import table
from social_listener.errors import FileFault
from social_listener.rights import SYSTEM
from social_listener.service_names import weights_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from social_listener.desk_types.hindsight import Move, Trial


def _read(_: click.Context, __: click.Parameter, file: Path) -> dict[str, float]:
    """Return the weights in a file; `FileFault` when it cannot be read."""
    try:
        told: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise FileFault(f"{file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise FileFault(f"{file}: is not UTF-8 text") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark is not None else ""
        raise FileFault(f"{file}: {where}is not YAML") from None
    for key in ("priority", "weights"):  # a whole settings file will do
        if isinstance(told, dict) and key in told:
            told = told[key]
    if not isinstance(told, dict):
        raise FileFault(f"{file}: must be weights by factor, such as `refund: 25`")
    weights = {str(name): value for name, value in told.items()}
    weights_of(weights)
    return weights


@click.command(name="try-weights")
@click.argument("weights", type=click.Path(path_type=Path), callback=_read, metavar="WEIGHTS.yaml")
@click.option("--days", type=click.IntRange(1, 3660), default=30, show_default=True, help="Items of so many days.")
@click.option("--show", type=click.IntRange(0, 1000), default=20, show_default=True, help="How many moves are listed.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
@with_service(online=False)
def try_weights(session: Session, *, weights: dict[str, float], days: int, show: int, as_json: bool) -> int:
    """Show which items of the last days would have another priority with these weights; changes nothing."""
    trial = session.service.desk.hindsight.tried(weights_of(weights), days, SYSTEM)
    if as_json:
        session.screen.json(_record(trial))
        return terminal.OK
    for line in _words(trial, days, show):
        session.screen.say(line)
    return terminal.OK


def _record(trial: Trial) -> dict[str, Json]:
    return {
        "items": trial.items,
        "changed": trial.changed,
        "chosen": trial.chosen,
        "agreement_before": jsonable(trial.agreement_before),
        "agreement_after": jsonable(trial.agreement_after),
        "moves": plain(trial.moves),
    }


def _words(trial: Trial, days: int, show: int) -> Iterator[str]:
    yield f"{trial.changed:,} of {trial.items:,} items of the last {days} days would have another priority"
    bands = Counter((one.band_before, one.band_after) for one in trial.moves if one.band_before is not one.band_after)
    for (before, after), count in sorted(bands.items()):
        yield f"  {count:,} from {before.value} to {after.value}"
    if trial.chosen:
        yield (
            f"  staff had to choose between {trial.chosen:,} items: of two, the one that they put first has the higher "
            f"priority in {trial.agreement_before:.1%} now, and would in {trial.agreement_after:.1%}"
        )
    rows = [
        (
            one.item_id,
            f"{one.before} → {one.after}",
            _bands(one),
            "waits" if one.waits else "",
            ", ".join(one.factors),
            one.excerpt,
        )
        for one in trial.moves[:show]
    ]
    if rows:
        yield from table(("item", "priority", "band", "", "by", "says"), rows)
    if len(trial.moves) > show:
        yield f"  … and {len(trial.moves) - show:,} more: --show tells of them, --json of all"
    yield "Nothing was changed. To let these weights hold, put them under priority.weights and restart the service."


def _bands(move: Move) -> str:
    if move.band_before is move.band_after:
        return move.band_after.value
    return f"{move.band_before.value} → {move.band_after.value}"
