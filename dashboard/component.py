"""Components of the pages: each is drawn from data by one script in assets/, all text through `textContent`.

Streamlit sends a component's script and style with every drawing. Ours are files of this server, which a browser asks
for once; what is sent each time is the line that loads them.

Every component costs a drawing some milliseconds of the service. What is always drawn together is therefore made of
*panes*, which are drawn once with the page, and of one feed, which is drawn each time and hands them what they show.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import streamlit as st
from starlette.responses import PlainTextResponse, Response
from streamlit.runtime.scriptrunner import RerunException

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request

ASSETS = Path(__file__).resolve().parent / "assets"
#: below which the scripts are served
PATH: Final = "/parts/"

#: What a component is given: JSON.
Json = dict[str, object]

if TYPE_CHECKING:
    #: pane → what happens in it → what is called then
    Told = Mapping[str, Mapping[str, Callable[[], None]]]

#: where a page remembers what it is just being told
_TELLING: Final = "telling"

#: name with the hash of its content → script, packed
_SERVED: Final[dict[str, bytes]] = {}

#: Streamlit runs it as a module of its own, whose address is a blob: the file's address has to be whole. Streamlit
#: also ends a drawing that another overtook while it was loaded, although that one draws in the same place: that ends
#: nothing. A component that has an end begins with an empty place after it.
_LOADER: Final = """\
const part = await import(new URL({address}, window.location.origin));
const sheet = new CSSStyleSheet();
sheet.replaceSync(part.STYLE);
const text = new TextDecoder();
const drawings = new WeakMap();
export default function (component) {{
  const root = component.parentElement.getRootNode();
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  const place = component.parentElement.querySelector(".root");
  if (drawings.get(place)?.ended) place.replaceChildren();
  const mine = {{ ended: false }};
  drawings.set(place, mine);
  const end = part.default({{ ...component, data: JSON.parse(text.decode(component.data)) }});
  return end && (() => {{
    if (mine.ended || drawings.get(place) !== mine) return;
    mine.ended = true;
    end();
  }});
}}
"""


#: the same for a pane: it is drawn when it is fed, shows nothing when there is nothing, and asks through its feed
_PANE: Final = """\
const part = await import(new URL({address}, window.location.origin));
const panes = await import(new URL({panes}, window.location.origin));
const sheet = new CSSStyleSheet();
sheet.replaceSync(part.STYLE);
export default function (component) {{
  const root = component.parentElement.getRootNode();
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  const setTriggerValue = (event, value) => panes.say({pane}, event, value);
  let end = null;
  const nothing = () => {{
    end?.();
    end = null;
    component.parentElement.querySelector(".root").replaceChildren();
  }};
  const leave = panes.mount({pane}, component.parentElement, (data) => {{
    document.querySelector(".st-key-" + {pane})?.toggleAttribute("data-empty", !data);
    if (data) end = part.default({{ ...component, data, setTriggerValue }});
    else nothing();
  }});
  return () => {{
    if (leave()) nothing();
  }};
}}
"""

_FEED: Final = """\
const panes = await import(new URL({panes}, window.location.origin));
const text = new TextDecoder();
export default ({{ data, setTriggerValue }}) => panes.feed(JSON.parse(text.decode(data)), setTriggerValue);
"""


def asset(name: str) -> str:
    """Return the text of a file in assets/."""
    return (ASSETS / name).read_text(encoding="utf-8")


def component(name: str, *parts: str) -> Any:
    """Register the component `name`: assets/<name>.js and .css, behind the script `parts` it needs and what all share.

    Return how it is drawn.

    Streamlit types its result as a callable with open keywords, hence Any.
    """
    mount = _registered(name, loader(name, parts))

    def draw(*, key: str, data: Json, **callbacks: Any) -> Any:
        # Streamlit looks at every value of a dictionary for tables, and writes it twice; bytes it hands on as they are.
        return mount(key=key, data=json.dumps(data, ensure_ascii=False).encode(), **callbacks)

    return draw


def loader(name: str, parts: tuple[str, ...]) -> str:
    """Return the script that loads a component's own, and draws with it."""
    return _LOADER.format(address=json.dumps(PATH + _serve(name, parts)))


def pane(name: str, *parts: str) -> Any:
    """Register the component `name` as a pane, as `component` does; return how it is drawn. Its key is its name."""
    address = json.dumps(PATH + _serve(name, parts))
    mount = _registered(name, _PANE.format(address=address, panes=_panes(), pane=json.dumps(name)))
    return lambda: mount(key=name, data=b"")


def feed(name: str) -> Any:
    """Register what feeds the panes; return how it is drawn.

    `data`: pane → what it shows, None for nothing. `told`: pane → what happens in it → what is called then; the value
    is read by `told_by`.
    """
    mount = _registered(name, _FEED.format(panes=_panes()))

    def draw(*, data: Mapping[str, Json | None], told: Told) -> None:
        fed = {"heard": _heard().get(name, 0), "panes": data}
        mount(key=name, data=json.dumps(fed, ensure_ascii=False).encode(), on_told_change=lambda: _hear(name, told))

    return draw


def told_by(feed: str, pane: str, what: str) -> Any:
    """Return the value that came with what is just being heard from a pane; whatever a page sends, or None."""
    return cast("dict[tuple[str, str, str], Any]", st.session_state.get(_TELLING, {})).get((feed, pane, what))


def _heard() -> dict[str, float]:
    """Return the number of what this page said last, of each feed."""
    return cast("dict[str, float]", st.session_state.setdefault("heard", {}))


def _hear(name: str, told: Told) -> None:
    """Call for everything that was said in the panes and was not heard before, in its order.

    Of two messages with a component's triggers that wait for the same run Streamlit drops the earlier, so a page says
    again what it does not know to be heard (panes.js). A callback that asks for other drawings does not end the others;
    what is asked for last holds, as `session.redraw` remembers, unless the whole page was.
    """
    said, asked = getattr(st.session_state[name], "told", None), None
    for one in said if isinstance(said, list) else ():
        number = one.get("number") if isinstance(one, dict) else None
        if not isinstance(number, int | float) or number <= _heard().get(name, 0):
            continue
        _heard()[name] = number
        pane, what = str(one.get("pane")), str(one.get("what"))
        st.session_state[_TELLING] = {(name, pane, what): one.get("value")}
        try:
            told.get(pane, {}).get(what, _nothing)()
        except RerunException as wish:
            asked = wish if asked is None or asked.rerun_data.fragment_id_queue else asked
    if asked is not None:
        raise asked


def _nothing() -> None:
    """Do nothing: a page said what none of our panes says."""


def _registered(name: str, script: str) -> Any:
    """Register a component with Streamlit."""
    html = "<div class='root'></div>\n<span></span>"
    return st.components.v2.component(f"social_listener_{name}", html=html, js=script)


def _panes() -> str:
    """Have the script served that feed and panes share, as the same module; return its address."""
    return json.dumps(PATH + _served("panes", asset("panes.js")))


def _serve(name: str, parts: tuple[str, ...]) -> str:
    """Have a component's script served, with its style in it; return under which name."""
    files = ("common", *parts, name)
    style = "\n".join(asset(f"{part}.css") for part in files if (ASSETS / f"{part}.css").exists())
    script = "\n".join(asset(f"{part}.js") for part in files)
    return _served(name, f"{script}\nexport const STYLE = {json.dumps(style)};\n")


def _served(name: str, text: str) -> str:
    served = f"{name}.{hashlib.sha256(text.encode()).hexdigest()[:16]}.js"
    _SERVED[served] = gzip.compress(text.encode())
    return served


async def part(request: Request) -> Response:
    """Answer GET /parts/{name}: a component's script, which never changes under this name."""
    packed = _SERVED.get(request.path_params["name"])
    if packed is None:
        return PlainTextResponse("There is no such script; load the page again.\n", status_code=404)
    headers = {"cache-control": "private, max-age=31536000, immutable", "vary": "accept-encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(gzip.decompress(packed), media_type="text/javascript", headers=headers)
    return Response(packed, media_type="text/javascript", headers={**headers, "content-encoding": "gzip"})
