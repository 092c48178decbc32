"""Imports go down only, and what belongs to one layer stays in it. The sources are read, not imported."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(__file__).resolve().parent.parent / "social_listener"

#: first part of a module's name below social_listener → its height; docs/architecture.md draws it
LAYERS = {
    **dict.fromkeys(
        [
            "model",
            "cells",
            "cursor",
            "errors",
            "failpoints",
            "desk_types",
            "hours",
            "joined",
            "levels",
            "log",
            "pace",
            "periods",
            "rights",
            "search",
            "memory",
            "terminal",
        ],
        0,
    ),
    **dict.fromkeys(["channels", "store", "settings"], 1),
    **dict.fromkeys(["digests", "mail", "reports"], 2),
    **dict.fromkeys(["ingest", "media", "outbox", "scoring", "trends", "vault", "witness", "rules"], 2),
    **dict.fromkeys(["desk", "insights", "service"], 3),
    **dict.fromkeys(["dashboard", "jobs", "cli", "web", "remote", "resident", "staff_app", "__main__"], 4),
}
NEIGHBOURS_THAT_DO_NOT_MEET = {"channels", "store", "settings"}

#: a third-party package → the only parts of ours that may import it
ONLY_IN = {
    "duckdb": {"store"},
    "pyarrow": {"store", "dashboard", "reports"},
    "xlsxwriter": {"reports"},
    "fpdf": {"reports"},
    "vl_convert": {"reports"},
    "tantivy": {"store"},
    "tweepy": {"channels"},
    "facebook": {"channels"},
    "streamlit": {"dashboard", "staff_app"},
    "uvicorn": {"web", "sandbox"},
    "apscheduler": {"jobs"},
    "click": {"cli"},
    "vaderSentiment": {"scoring"},
    "cryptography": {"vault"},
    "PIL": {"media"},
}

SQL = re.compile(
    r"^\s*(SELECT\s.+\sFROM\s|INSERT\s+INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|MERGE\s+INTO\s|WITH\s+\w+\s+AS\s*\("
    r"|CREATE\s+(TABLE|INDEX|VIEW|SEQUENCE)\s|ALTER\s+TABLE\s|DROP\s+TABLE\s|COPY\s+FROM\s|ATTACH\s|PRAGMA\s|CHECKPOINT\b)",
    re.DOTALL,
)


def part(module: str) -> str:
    """Return the part of ours that `social_listener.x.y` belongs to; desk_reply counts as desk."""
    name = module.split(".")[1] if "." in module else ""
    if name in LAYERS or name == "sandbox":
        return name
    stem = name.split("_")[0]
    return stem if stem in LAYERS else name


def imports(source: str, *, at_run_time: bool = False) -> Iterator[str]:
    """Yield every module that `source` imports; `at_run_time`: without those that are for type checking only."""
    tree = ast.parse(source)
    typing = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for statement in node.body
        for inner in ast.walk(statement)
    }
    for node in ast.walk(tree):
        if at_run_time and id(node) in typing:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports are not used here"
            assert node.module
            if node.module == "social_listener":
                yield from (f"social_listener.{alias.name}" for alias in node.names)
            else:
                yield node.module


def faults(module: str, source: str) -> list[str]:
    """Return in words what `source`, the text of `module`, imports against the rules."""
    here = part(module)
    found = []
    running = set(imports(source, at_run_time=True))
    for target in imports(source):
        top = target.split(".")[0]
        if top != "social_listener":
            # Functions that hand a cursor on may name its type; nobody but the store may use the engine.
            if target in running and here not in ONLY_IN.get(top, {here}):
                found.append(f"{module} imports {top}, which only {', '.join(sorted(ONLY_IN[top]))} may")
            if LAYERS.get(here) == 0 and top not in sys.stdlib_module_names:
                found.append(f"{module} imports {top}; the words use the standard library only")
            continue
        there = part(target)
        if there == here or there in {"", "__version__"}:
            continue
        if "sandbox" in {here, there}:
            if (here, there) != ("cli", "sandbox"):
                found.append(f"{module} imports {target}; the sandbox stands alone, only cli may use it")
        elif LAYERS[there] > LAYERS[here]:
            found.append(f"{module} imports {target}, which lies above it")
        elif {here, there} <= NEIGHBOURS_THAT_DO_NOT_MEET:
            found.append(f"{module} imports {target}; these two never meet")
    return found


def strings(source: str) -> Iterator[str]:
    """Yield every text constant of `source` that is not a docstring; parts of f-strings included."""
    tree = ast.parse(source)
    docs = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                docs.add(id(first.value))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.value


def modules() -> list[tuple[str, Path]]:
    """Return every module of the package; links to jobs and dashboard are followed."""
    found = []
    for folder in (PACKAGE, PACKAGE / "jobs", PACKAGE / "dashboard"):
        for path in sorted(folder.rglob("*.py")):
            name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
            if (name, path) not in found:
                found.append((name, path))
    return found


MODULES = modules()


@pytest.mark.parametrize(("name", "path"), MODULES, ids=[name for name, _ in MODULES])
def test_imports_go_down_only(name: str, path: Path) -> None:
    """No module imports one that lies above it, nor a neighbour that it must not know."""
    if name == "social_listener":
        return
    assert part(name) in LAYERS or part(name) == "sandbox", f"{name} stands in no layer: docs/architecture.md, LAYERS"
    assert faults(name, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(("name", "path"), MODULES, ids=[name for name, _ in MODULES])
def test_sql_stays_in_the_store(name: str, path: Path) -> None:
    """No text outside store/ is an SQL statement."""
    if part(name) != "store":
        assert [text for text in strings(path.read_text(encoding="utf-8")) if SQL.match(text)] == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("social_listener.store.pages", "from social_listener.desk import Desk"),
        ("social_listener.store.pages", "from social_listener.channels import REGISTRY"),
        ("social_listener.model", "import pydantic"),
        ("social_listener.model", "from social_listener import settings"),
        ("social_listener.ingest", "from social_listener.service import build"),
        ("social_listener.desk.reply", "def f():\n    from social_listener.jobs import JOBS"),
        ("social_listener.channels.x", "if TYPE_CHECKING:\n    from social_listener.settings import Settings"),
        ("social_listener.sandbox.x", "from social_listener.model import Kind"),
        ("social_listener.jobs.poll", "from social_listener.sandbox import Sandbox"),
        ("social_listener.desk", "import duckdb"),
        ("social_listener.ingest", "import tweepy.errors"),
    ],
)
def test_an_import_against_the_rules_is_found(module: str, source: str) -> None:
    """Each known-bad import is reported: the check is able to fail."""
    assert len(faults(module, source)) == 1


def test_good_imports_are_not_reported() -> None:
    """A page, a job and a command may use what lies below them."""
    assert faults("social_listener.dashboard.inbox", "import streamlit\nfrom social_listener.desk import Desk") == []
    assert faults("social_listener.cli.demo", "from social_listener.sandbox import Sandbox") == []
    assert faults("social_listener.ingest", "from social_listener import __version__, errors") == []


def test_sql_is_recognised() -> None:
    """Statements are found, f-strings included; words in a sentence and docstrings are not."""
    bad = 'a = "SELECT id FROM queue"\nb = f"DELETE FROM {t} WHERE 1"\nc = """\n  UPDATE queue SET x = 1"""'
    assert len([text for text in strings(bad) if SQL.match(text)]) == 3
    good = '"""SELECT x FROM y"""\na = "Select a conversation from the list"\nb = "UPDATE available"'
    assert [text for text in strings(good) if SQL.match(text)] == []
