"""Components of the pages: each is drawn from data by one script in assets/, all text through `textContent`.

Streamlit sends a component's script and style with every drawing. Ours are files of this server, which a browser asks
for once; what is sent each time is the line that loads them.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import streamlit as st
from starlette.responses import PlainTextResponse, Response

if TYPE_CHECKING:
    from starlette.requests import Request

ASSETS = Path(__file__).resolve().parent / "assets"
#: below which the scripts are served
PATH: Final = "/parts/"

#: What a component is given: JSON.
Json = dict[str, object]

#: name with the hash of its content → script, packed
_SERVED: Final[dict[str, bytes]] = {}

#: Streamlit runs it as a module of its own, whose address is a blob: the file's address has to be whole
_LOADER: Final = """\
const part = await import(new URL({address}, window.location.origin));
const sheet = new CSSStyleSheet();
sheet.replaceSync(part.STYLE);
const text = new TextDecoder();
export default function (component) {{
  const root = component.parentElement.getRootNode();
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  return part.default({{ ...component, data: JSON.parse(text.decode(component.data)) }});
}}
"""


def asset(name: str) -> str:
    """Return the text of a file in assets/."""
    return (ASSETS / name).read_text(encoding="utf-8")


def component(name: str, *parts: str) -> Any:
    """Register the component `name`: assets/<name>.js and .css, behind the script `parts` it needs and what all share.

    Return how it is drawn.

    Streamlit types its result as a callable with open keywords, hence Any.
    """
    mount = st.components.v2.component(
        f"social_listener_{name}",
        html="<div class='root'></div>\n<span></span>",
        js=_LOADER.format(address=json.dumps(PATH + _serve(name, parts))),
    )

    def draw(*, key: str, data: Json, **callbacks: Any) -> Any:
        # Streamlit looks at every value of a dictionary for tables, and writes it twice; bytes it hands on as they are.
        return mount(key=key, data=json.dumps(data, ensure_ascii=False).encode(), **callbacks)

    return draw


def _serve(name: str, parts: tuple[str, ...]) -> str:
    """Have a component's script served, with its style in it; return under which name."""
    files = ("common", *parts, name)
    style = "\n".join(asset(f"{part}.css") for part in files if (ASSETS / f"{part}.css").exists())
    script = "\n".join(asset(f"{part}.js") for part in files)
    text = f"{script}\nexport const STYLE = {json.dumps(style)};\n"
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
