"""A chart as a picture. It is drawn by a process beside ours, which is gone when it is done.

The library that draws holds Python's lock while it works: one to two seconds for the first picture, 0.1 to 0.3 s for
each further one, in which no page of ours would answer. It keeps 100 to 200 MB. Neither is ours when another process
does it, and a chart that takes too long ends with it.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

from social_listener.reports.sheets import Figure, printable
from social_listener.scoring.child import Child, ChildDied

#: pixels across
NARROWEST: Final = 200
WIDEST: Final = 4_000
#: how large a chart may be with its data, and how high, in units of which WIDTH go across
MOST_BYTES: Final = 4_000_000
HIGHEST: Final = 4_000
WIDTH: Final = 800  #: charts are laid out for this width; other widths enlarge or reduce everything
PATIENCE: Final = timedelta(seconds=30)
_VERSION: Final = "6.4"  # of Vega-Lite: of those that are carried, the one our charts are written for
_FONT: Final = "Source Sans Pro"
#: signs of two units of UTF-16, emoji most of all: the library that draws parts them where it shortens a text, and
#: gives up on the half; its fonts do not have them
_WIDE: Final = re.compile("[\U00010000-\U0010ffff]")
_lock = threading.Lock()  #: one such process at a time: two would share the same processors


class PictureFailed(Exception):
    """No picture could be made; says why."""


class _Order(NamedTuple):
    specs: tuple[str, ...]
    scale: float


def pictures(figures: Sequence[Figure], width: int = 1_600, *, patience: timedelta = PATIENCE) -> list[bytes]:
    """Return charts as PNG, `width` pixels across, in the same order; `PictureFailed`: no such chart, or too slow.

    It waits for the other process: call it in a thread that may wait. A chart that names anything outside itself is
    refused.
    """
    if not NARROWEST <= width <= WIDEST:
        raise PictureFailed(f"a picture is {NARROWEST} to {WIDEST:,} pixels wide, not {width:,}")
    order = _Order(tuple(_closed(figure) for figure in figures), width / WIDTH)
    if not order.specs:
        return []
    with _lock:
        return _ask(order, patience)


def _ask(order: _Order, patience: timedelta) -> list[bytes]:
    try:
        child = Child()
    except OSError as error:
        raise PictureFailed(f"no process can be had to draw in: {error.strerror}") from None
    watch = threading.Timer(patience.total_seconds(), child.kill)
    watch.daemon = True
    watch.start()
    try:
        made = child.ask(paint, order)
    except ChildDied:
        raise PictureFailed(f"the charts took longer than {patience.total_seconds():g} s, or were too large") from None
    finally:
        watch.cancel()
        child.close()
    if isinstance(made, str):
        raise PictureFailed(made)
    return made


def paint(order: _Order) -> list[bytes] | str:
    """Return the pictures, or in words why there are none. Runs in the other process."""
    import font_source_sans_pro as fonts  # noqa: PLC0415 - only the process that draws needs them
    import vl_convert  # noqa: PLC0415 - likewise: it takes 100 MB and more

    vl_convert.register_font_directory(str(Path(fonts.font_directory)))
    try:
        return [
            vl_convert.vegalite_to_png(spec, vl_version=_VERSION, scale=order.scale, allowed_base_urls=[])
            for spec in order.specs
        ]
    except ValueError as error:
        return f"this is no chart: {str(error).splitlines()[1 if len(str(error).splitlines()) > 1 else 0][:200]}"


def _closed(figure: Figure) -> str:
    """Return a chart as JSON, laid out for WIDTH; what it would fetch from elsewhere is refused."""
    for key, value in _keys(figure.spec):
        if key in {"url", "href", "src"} or (key in {"mark", "type"} and value == "image"):
            raise PictureFailed(f"{figure.title}: a chart holds its data and names nothing outside it, but has {key!r}")
    if not isinstance(figure.spec.get("height"), int) or not 0 < figure.spec["height"] <= HIGHEST:
        raise PictureFailed(f"{figure.title}: a chart says how high it is, {HIGHEST:,} at most")
    spec = {**figure.spec, "width": WIDTH, "autosize": {"type": "fit", "contains": "padding"}}
    config = dict(spec.get("config", {}))
    spec["config"] = {**config, "font": _FONT}
    text = json.dumps(_numbered(spec), ensure_ascii=False, allow_nan=False)
    if len(text.encode()) > MOST_BYTES:
        raise PictureFailed(f"{figure.title}: a chart holds {MOST_BYTES:,} bytes of data at most")
    return text


def _numbered(part: Any) -> Any:
    """Return a chart whose texts name each wide sign by its number, as paper does: no two names become one."""
    if isinstance(part, str):
        return _WIDE.sub(lambda found: f"[U+{ord(found[0]):X}]", printable(part))
    if isinstance(part, Mapping):
        return {key: _numbered(value) for key, value in part.items()}
    return [_numbered(one) for one in part] if isinstance(part, list | tuple) else part


def _keys(part: Any) -> Iterator[tuple[str, Any]]:
    """Yield every key with its value, wherever it stands, but for the rows of data: those are not looked up."""
    if isinstance(part, Mapping):
        for key, value in part.items():
            yield key, value
            if key != "values":
                yield from _keys(value)
    elif isinstance(part, list | tuple):
        for one in part:
            yield from _keys(one)
