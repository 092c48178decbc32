"""Nothing but pixels comes through."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from pictures_kit import picture
from PIL import Image

from social_listener.errors import NoPicture
from social_listener.media.pictures import MOST_PIXELS, drawn_anew, kind_of

SECRET = b"48.1374N 11.5755E taken by Mara"


def with_exif(turned: int = 1) -> bytes:
    """Return a JPEG whose file tells where it was taken and by whom."""
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif[0x0112] = turned
    return picture("JPEG", (60, 20), exif=exif, comment=SECRET)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
def test_the_four_kinds_are_drawn_anew(kind: str) -> None:
    """Each comes out as a WebP of the same size and, but for what the format costs, the same colour."""
    made = drawn_anew(picture(kind), 100)
    assert kind_of(made) == "WEBP"
    with Image.open(io.BytesIO(made)) as found:
        assert found.size == (40, 30)
        red, green, blue = found.convert("RGB").getpixel((20, 15))
    assert (red > 200, green < 60, blue < 60) == (True, True, True)


def test_what_a_file_tells_besides_is_gone() -> None:
    """Place, camera and comment stand in what came, and not in what goes out; the turn of the camera is kept."""
    came = with_exif(turned=6)
    assert SECRET in came
    made = drawn_anew(came, 100)
    assert SECRET not in made
    assert b"EXIF" not in made
    with Image.open(io.BytesIO(made)) as found:
        assert found.size == (20, 60)
        assert not found.getexif()
        assert found.info.keys() <= {"loop", "background", "timestamp", "duration"}


def test_what_hides_behind_a_picture_is_gone() -> None:
    """A file that is a picture and a script at once comes out as a picture."""
    script = b"<script>alert(1)</script><?php system($_GET[0]); ?>"
    came = picture("GIF") + script
    assert kind_of(came) == "GIF"
    assert b"script" not in drawn_anew(came, 100)


def test_a_large_picture_is_made_small() -> None:
    """The longer side is what was asked for; nothing is made larger."""
    with Image.open(io.BytesIO(drawn_anew(picture("PNG", (2000, 500)), 720))) as found:
        assert found.size == (720, 180)
    with Image.open(io.BytesIO(drawn_anew(picture("PNG", (20, 10)), 720))) as found:
        assert found.size == (20, 10)


def test_clear_parts_stay_clear() -> None:
    """Stickers keep their shape."""
    file = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(file, "PNG")
    with Image.open(io.BytesIO(drawn_anew(file.getvalue(), 100))) as found:
        assert found.convert("RGBA").getpixel((5, 5))[3] == 0


def bomb(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes that says it is very large."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )


SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(2)</script></svg>"


@pytest.mark.parametrize(
    "data",
    [
        b"", SVG, b"<?xml version='1.0'?>" + SVG, b"\xef\xbb\xbf" + SVG, b"<!DOCTYPE html><script>alert(1)</script>",
        b"%PDF-1.7", b"BM" + b"\0" * 60, b"II*\0" + b"\0" * 60, b"\0\0\x01\0" + b"\0" * 60, b"%!PS-Adobe-3.0 EPSF",
        b"\0\0\0\x18ftypavif", b"RIFF\0\0\0\0AVI ", b"8BPS\0\x01", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff",
        b"GIF89a", b"GIF89a" + SVG, b"RIFF\0\0\0\0WEBP", picture("PNG")[:60], picture("JPEG")[:200],
        bomb(60_000, 60_000), bomb(2**31 - 1, 2**31 - 1), bomb(MOST_PIXELS + 1, 1), picture("BMP"), picture("TIFF"),
        picture("ICO"),
    ],
)  # fmt: skip
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    """Documents, other formats, damaged files and bombs are refused in words."""
    with pytest.raises(NoPicture):
        drawn_anew(data, 720)
