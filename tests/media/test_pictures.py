"""Nothing but pixels comes through."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zlib
from typing import TYPE_CHECKING

import pytest
from pictures_kit import picture
from PIL import Image

from social_listener.errors import NoPicture
from social_listener.media.pictures import MOST_PIXELS, drawn_anew, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

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


def plain(size: tuple[int, int], *, clear: bool) -> bytes:
    """Return a PNG of a large even surface, made a row at a time."""
    width, height = size
    packer = zlib.compressobj(1)
    row = b"\0" + b"\x80" * (width * (4 if clear else 3))
    body = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, 6 if clear else 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", body), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )


#: what one picture takes, in a process of its own: the most memory while it is drawn less what there was before
MEASURE = """
import sys
from pathlib import Path
from social_listener.media.pictures import drawn_anew
def kilobytes(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))
data = sys.stdin.buffer.read()
drawn_anew(Path(sys.argv[1]).read_bytes(), 720)
before = kilobytes("VmRSS:")
drawn_anew(data, 720)
print(kilobytes("VmHWM:") - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is told in /proc on Linux alone")
@pytest.mark.parametrize(
    ("data", "most"),
    [
        (lambda: plain((8_000, 6_000), clear=False), 260),
        (lambda: plain((5_000, 4_900), clear=True), 260),
        (lambda: picture("JPEG", (8_000, 6_000)), 60),
    ],
    ids=["png", "clear", "jpeg"],
)
def test_the_largest_picture_takes_a_bounded_memory(tmp_path: Path, data: Callable[[], bytes], most: int) -> None:
    """Drawing a picture of the most points takes some 200 MB, clear or not, and a JPEG much less (`most`: MB)."""
    small = tmp_path / "small.png"
    small.write_bytes(picture("PNG"))
    done = subprocess.run([sys.executable, "-c", MEASURE, str(small)], input=data(), capture_output=True, check=True)
    taken = int(done.stdout) / 1024
    assert taken < most


def test_of_what_is_clear_fewer_points_are_opened() -> None:
    """A clear picture of more points than are opened is refused; a plain one of as many is drawn."""
    with pytest.raises(NoPicture, match="more than 25 million"):
        drawn_anew(plain((26_000, 1_000), clear=True), 100)
    assert drawn_anew(plain((26_000, 1_000), clear=False), 100)


@pytest.mark.parametrize("turned", [1, 6])
def test_a_large_photograph_is_read_coarsely_and_whole(turned: int) -> None:
    """What a camera took comes out at the size asked for, turned, with each corner where it was."""
    large = Image.new("RGB", (4_000, 1_000), "red")
    large.paste("blue", (2_000, 0, 4_000, 1_000))
    exif, file = Image.Exif(), io.BytesIO()
    exif[0x0112] = turned
    large.save(file, "JPEG", exif=exif)
    with Image.open(io.BytesIO(drawn_anew(file.getvalue(), 500))) as found:
        assert found.size == ((500, 125) if turned == 1 else (125, 500))
        ends = ((10, 60), (490, 60)) if turned == 1 else ((60, 10), (60, 490))
        first, last = (found.convert("RGB").getpixel(one) for one in ends)
    assert (first[0] > 200, first[2] < 60, last[0] < 60, last[2] > 200) == (True,) * 4


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
