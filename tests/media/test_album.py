"""What was made of pictures: bounded, with an end, gone with its item."""

from __future__ import annotations

import stat
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from social_listener.errors import NoPicture
from social_listener.media.album import FAILED_FOR, PASSING_FOR, Album

if TYPE_CHECKING:
    from pathlib import Path


@dataclass
class Hand:
    """A clock that moves by hand."""

    now: float = 1_000_000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


class Maker:
    """Makes pictures, and counts."""

    def __init__(self, made: bytes | NoPicture = b"picture") -> None:
        self.made = made
        self.calls = 0

    def __call__(self) -> bytes:
        """Return a picture, or fail."""
        self.calls += 1
        if isinstance(self.made, NoPicture):
            raise self.made
        return self.made


def names(folder: Path) -> set[str]:
    """Return the files of an album."""
    return {file.name for file in folder.glob("*")}


def test_a_picture_is_made_once(tmp_path: Path) -> None:
    """It is on disk then, for this process and the next, readable by its owner only, under names that tell nothing."""
    folder, make = tmp_path / "media", Maker()
    assert Album(folder).get("x:1", "thread https://a", make) == b"picture"
    assert Album(folder).get("x:1", "thread https://a", make) == b"picture"
    assert make.calls == 1
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    (file,) = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "x:1" not in file.name


def test_another_address_or_size_is_another_picture(tmp_path: Path) -> None:
    """An edited item shows its new picture."""
    album, make = Album(tmp_path / "media"), Maker()
    for what in ("thread https://a", "thread https://b", "whole https://a"):
        album.get("x:1", what, make)
    assert make.calls == 3


def test_a_deleted_item_leaves_nothing(tmp_path: Path) -> None:
    """Its files go, whatever their sizes; those of others stay."""
    folder = tmp_path / "media"
    album = Album(folder)
    for item in ("x:1", "x:12"):
        for what in ("thread", "whole"):
            album.get(item, what, Maker())
    album.forget(["x:1", "x:999"])
    make = Maker()
    album.get("x:12", "thread", make)
    assert (len(names(folder)), make.calls) == (2, 0)


def test_a_picture_has_an_end(tmp_path: Path) -> None:
    """After its time it is fetched again, or swept away."""
    clock = Hand()
    album, make = Album(tmp_path / "media", keep=100, clock=clock), Maker()
    album.get("x:1", "a", make)
    clock.now += 99
    album.get("x:1", "a", make)
    assert (make.calls, album.sweep()) == (1, 0)
    clock.now += 2
    assert (album.sweep(), names(tmp_path / "media")) == (1, set())
    album.get("x:1", "a", make)
    assert make.calls == 2


def test_it_never_grows_beyond_its_bound(tmp_path: Path) -> None:
    """The oldest go first."""
    clock, folder = Hand(), tmp_path / "media"
    album = Album(folder, most_bytes=1000, clock=clock)
    for number in range(30):
        clock.now += 1
        album.get(f"x:{number}", "a", Maker(b"x" * 100))
        assert sum(file.stat().st_size for file in folder.iterdir()) <= 1000
    make = Maker()
    album.get("x:29", "a", make)
    assert make.calls == 0
    album.get("x:0", "a", make)
    assert make.calls == 1


@pytest.mark.parametrize(("passing", "wait"), [(False, FAILED_FOR), (True, PASSING_FOR)])
def test_a_failure_is_remembered_for_a_while(tmp_path: Path, passing: bool, wait: float) -> None:
    """Pages that ask again do not make the server ask again; what may pass is tried sooner."""
    clock = Hand()
    album, make = Album(tmp_path / "media", clock=clock), Maker(NoPicture("it is gone", passing=passing))
    for _ in range(3):
        with pytest.raises(NoPicture, match="it is gone"):
            album.get("x:1", "a", make)
    assert make.calls == 1
    clock.now += wait + 1
    make.made = b"there again"
    assert album.get("x:1", "a", make) == b"there again"


def test_two_pages_at_once_fetch_once(tmp_path: Path) -> None:
    """The second waits for the first."""
    album, begun, go_on = Album(tmp_path / "media"), threading.Event(), threading.Event()
    calls = []

    def make() -> bytes:
        calls.append(1)
        begun.set()
        assert go_on.wait(20)
        return b"picture"

    got: list[bytes] = []
    threads = [threading.Thread(target=lambda: got.append(album.get("x:1", "a", make))) for _ in range(3)]
    threads[0].start()
    assert begun.wait(20)
    for thread in threads[1:]:
        thread.start()
    go_on.set()
    for thread in threads:
        thread.join(20)
    assert (got, len(calls)) == ([b"picture"] * 3, 1)


def test_a_full_disk_costs_the_memory_of_it_only(tmp_path: Path) -> None:
    """Where the folder cannot be made, the picture is shown all the same."""
    (tmp_path / "media").write_text("a file where the folder should be", encoding="utf-8")
    make = Maker()
    assert Album(tmp_path / "media").get("x:1", "a", make) == b"picture"
