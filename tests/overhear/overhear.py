"""Keep what a process says and leaves, so that it can be searched: its log at DEBUG, what it serves, what it deletes.

Nothing of ours is replaced. Logging is overheard where the standard library hands on a record, files where it deletes
them, served answers where uvicorn loads an application. Everything is a JSON line `{place, test, text}`.
"""

from __future__ import annotations

import functools
import importlib.abc
import importlib.machinery
import itertools
import json
import logging
import os
import subprocess
import sys
import threading
import traceback
from pathlib import Path
from typing import Any

#: the environment variable that names the folder in which everything is kept
VARIABLE = "OVERHEAR"

_own = threading.local()
_count = itertools.count()


def begin() -> None:
    """Overhear this process from now on."""
    folder = Path(os.environ[VARIABLE])
    keep = Keep(folder)
    _hear_logging(keep)
    _hear_children(keep)
    sys.addaudithook(_Files(folder, keep))
    sys.meta_path.insert(
        0, AfterImport({"uvicorn.config": keep.applications, "streamlit.testing.v1.app_test": keep.drawn_pages})
    )


class Keep:
    """The file of one process."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "heard" / f"{os.getpid()}.jsonl"
        self._lock = threading.Lock()

    def __call__(self, place: str, text: str | bytes, **more: Any) -> None:
        """Keep a text, with the test during which it was said."""
        if isinstance(text, bytes):
            text = text.decode("latin-1")
        line = json.dumps({"place": place, "test": test(), "text": text} | more, ensure_ascii=False)
        with self._lock, self._path.open("a", encoding="utf-8", errors="replace") as file:
            file.write(line + "\n")

    def applications(self, module: Any) -> None:
        """Keep every body and every message that an application under uvicorn sends."""
        load = module.Config.load

        @functools.wraps(load)
        def heard(config: Any) -> None:
            load(config)
            config.loaded_app = _Tee(config.loaded_app, self)

        module.Config.load = heard

    def drawn_pages(self, module: Any) -> None:
        """Keep every page that Streamlit's own test tool draws."""
        run = module.AppTest._run

        @functools.wraps(run)
        def heard(*arguments: Any, **named: Any) -> Any:
            drawn = run(*arguments, **named)
            self("pages drawn", "\n".join(_shown(drawn._tree)))
            return drawn

        module.AppTest._run = heard


def test() -> str:
    """Return the test that runs, or during which this process was started."""
    return os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0]


def written(error: BaseException | None) -> str:
    """Return everything that a log, a page or a debugger could show of an error and of those behind it."""
    text = "".join(traceback.format_exception(error)) if error else ""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        text += f"{error} {error!r} {vars(error)}"
        error = error.__cause__ or error.__context__
    return text


# -- logging -----------------------------------------------------------------------------------------------------------


def _hear_logging(keep: Keep) -> None:
    """Have every logger make its records at every level; those that are wanted anyway go on to the handlers."""
    wanted, handle = logging.Logger.isEnabledFor, logging.Logger.handle

    def hear(logger: logging.Logger, record: logging.LogRecord) -> None:
        if not getattr(_own, "busy", False):
            _own.busy = True
            try:
                _write(keep, record)
            finally:
                _own.busy = False
        if wanted(logger, record.levelno):
            handle(logger, record)

    logging.Logger.isEnabledFor = lambda _logger, _level: True  # type: ignore[method-assign]
    logging.Logger.handle = hear  # type: ignore[method-assign]


def _write(keep: Keep, record: logging.LogRecord) -> None:
    from social_listener.log import LineFormatter  # noqa: PLC0415  # not before the process itself imports anything

    plain = {name: value for name, value in vars(record).items() if name not in {"exc_info", "exc_text"}}
    error = record.exc_info[1] if record.exc_info else None
    try:
        keep("log, before our mask", f"{record.getMessage()} {plain} {written(error)}")
        keep("log", LineFormatter().format(record))
    except Exception:  # noqa: BLE001  # a line that cannot be written is the business of the process itself
        keep("log, before our mask", f"{record.msg!r} {record.args!r}")


# -- children, files, pages --------------------------------------------------------------------------------------------


def _hear_children(keep: Keep) -> None:
    """Keep what commands print that are run to their end."""
    communicate = subprocess.Popen.communicate

    @functools.wraps(communicate)
    def heard(process: Any, *arguments: Any, **named: Any) -> Any:
        said = communicate(process, *arguments, **named)
        for text in said:
            if text:
                keep("output", text)
        return said

    subprocess.Popen.communicate = heard  # type: ignore[method-assign]


class _Files:
    """Notes which test made a folder, and links files elsewhere before they are deleted or replaced."""

    def __init__(self, folder: Path, keep: Keep) -> None:
        self._folder, self._keep = str(folder), keep

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Be told by Python of what is about to happen."""
        if event not in {"os.mkdir", "os.remove", "os.rename", "shutil.rmtree"} or getattr(_own, "linking", False):
            return
        path = os.fsdecode(arguments[1 if event == "os.rename" else 0]) if not isinstance(arguments[0], int) else ""
        if not path.startswith(f"{self._folder}/") or path.startswith(f"{self._folder}/gone"):
            return
        _own.linking = True
        try:
            if event == "os.mkdir":
                self._keep("folder", "", path=path)
            else:
                self._link(Path(path))
        except OSError:
            return  # it was not there, or went away meanwhile
        finally:
            _own.linking = False

    def _link(self, path: Path) -> None:
        target = Path(self._folder) / "gone" / f"{os.getpid()}-{next(_count)}"
        files = [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]
        for file in files:
            there = target / file.relative_to(path.parent)
            there.parent.mkdir(parents=True, exist_ok=True)
            os.link(file, there)
        if files:
            self._keep("folder", "", path=str(target), was=str(path))


class _Tee:
    """An application whose answers are kept."""

    def __init__(self, app: Any, keep: Keep) -> None:
        self._app, self._keep = app, keep

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer as the application does."""

        async def heard(message: Any) -> None:
            said = [message.get("body"), message.get("bytes"), message.get("text"), message.get("headers")]
            text = " ".join(one.decode("latin-1") if isinstance(one, bytes) else str(one) for one in said if one)
            if text:
                self._keep("pages served", text)
            await send(message)

        await self._app(scope, receive, heard)


def _shown(block: Any) -> list[str]:
    return [
        str(getattr(block, "proto", "")),
        *(s for child in getattr(block, "children", {}).values() for s in _shown(child)),
    ]


class AfterImport(importlib.abc.MetaPathFinder):
    """Changes a module of another library once it has been imported."""

    def __init__(self, changes: dict[str, Any]) -> None:
        self._changes = changes

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """Find it as usual; the change is made after it ran."""
        change = self._changes.pop(name, None)
        spec = importlib.machinery.PathFinder.find_spec(name, path, target) if change else None
        if spec is None or spec.loader is None:
            return None
        run = spec.loader.exec_module

        def run_and_change(module: Any) -> None:
            run(module)
            change(module)

        spec.loader.exec_module = run_and_change  # type: ignore[method-assign]
        return spec
