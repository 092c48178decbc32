"""From a file to pixels, and back: what comes out holds nothing of what came in but what the eye sees.

Four kinds are opened, told by their first bytes: JPEG, PNG, GIF and WebP. SVG and HTML are documents that can act, and
are never taken for pictures. Names, types and endings that anybody claims are not looked at.
"""

from __future__ import annotations

import io
import warnings
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from social_listener.errors import NoPicture

#: a picture of more pixels is not opened: a few kilobytes can unfold into gigabytes
MOST_PIXELS: Final = 50_000_000
#: where something is clear: they take a second copy while they are made smaller
MOST_CLEAR: Final = 25_000_000
#: what is handed to pages
TYPE: Final = "image/webp"
_QUALITY: Final = 82
_GIF: Final = (b"GIF87a", b"GIF89a")


def kind_of(data: bytes) -> str | None:
    """Return JPEG, PNG, GIF or WEBP, by the first bytes; None: it is none of them."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(_GIF):
        return "GIF"
    return "WEBP" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else None


def opened(data: bytes, most: int) -> Image.Image:
    """Return the first frame, turned as its camera meant it, in RGB or RGBA; `NoPicture` when there is none.

    `most`: points a side that are wanted of it; of a kind that can be read coarsely no more is read than that takes.
    What the file holds besides stays with the picture: draw it into a fresh one.
    """
    kind = kind_of(data)
    if kind is None:
        raise NoPicture("it is no JPEG, PNG, GIF or WebP picture")
    try:
        with warnings.catch_warnings():
            # Pillow warns of large pictures; ours are measured before a single pixel is made.
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=[kind]) as found:
                return _pixels(found, most)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, ArithmeticError, LookupError):
        raise NoPicture("it is damaged") from None
    except (Image.DecompressionBombError, MemoryError):
        raise NoPicture("it is too large to be opened") from None


def _pixels(found: Image.Image, most: int) -> Image.Image:
    clear = found.mode in {"RGBA", "LA", "PA"} or "transparency" in found.info
    limit = MOST_CLEAR if clear else MOST_PIXELS
    if found.width * found.height > limit:
        raise NoPicture(f"it has more than {limit // 1_000_000} million points")
    found.draft(found.mode, (most, most))
    found.load()
    ImageOps.exif_transpose(found, in_place=True)  # a copy would take as much memory again, and so would `convert`
    mode = "RGBA" if clear else "RGB"
    return found if found.mode == mode else found.convert(mode)


def drawn_anew(data: bytes, most: int) -> bytes:
    """Return a picture as WebP of at most `most` points a side, without a word of what else its file held."""
    picture = opened(data, most)
    picture.thumbnail((most, most))
    # A fresh picture takes over the pixels only: colour profiles, comments, places and cameras stay behind.
    fresh = Image.new(picture.mode, picture.size)
    fresh.paste(picture)
    file = io.BytesIO()
    fresh.save(file, "WEBP", quality=_QUALITY, method=2)
    return file.getvalue()
