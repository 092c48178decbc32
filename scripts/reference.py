"""Writes docs/reference.md from the docstrings of the public modules: `python scripts/reference.py`."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from pathlib import Path
from types import ModuleType

#: modules whose names are promised to whoever uses the library
PUBLIC = (
    "social_listener.errors",
    "social_listener.model",
    "social_listener.cursor",
    "social_listener.settings",
    "social_listener.settings_file",
    "social_listener.settings_secrets",
    "social_listener.service",
    "social_listener.desk",
    "social_listener.desk_types",
    "social_listener.channels",
    "social_listener.sandbox",
)

HEAD = """\
# Reference

The public names of the library, written by `python scripts/reference.py`. What begins with an underscore, and every
module that is not listed here, may change at any time.

```python
from pathlib import Path

from social_listener.desk_types import QueueFilter
from social_listener.service import build
from social_listener.settings_file import load

service = build(load(Path("settings.yaml")))
for row in service.desk.queue(QueueFilter(), staff="ana").rows:
    print(row.priority, row.name, row.excerpt)
service.close()
```
"""


def public_names(module: str) -> list[str]:
    """Return the classes, functions and constants that a module defines, and the methods of `Desk`."""
    loaded = importlib.import_module(module)
    names = [
        name
        for name, value in vars(loaded).items()
        if (inspect.isclass(value) or inspect.isfunction(value)) and value.__module__ == module
    ]
    names += [name for name, _ in _constants(loaded)]
    if "Desk" in names:
        names += [f"Desk.{name}" for name in vars(loaded.Desk)]
    return sorted(name for name in names if not name.rsplit(".", maxsplit=1)[-1].startswith("_"))


def text() -> str:
    """Return the whole document."""
    parts = [HEAD]
    for module in PUBLIC:
        loaded = importlib.import_module(module)
        lines = [_line(loaded, name) for name in public_names(module)]
        parts.append("\n".join([f"## {module}", "", _first(loaded.__doc__), "", *lines, ""]))
    return "\n".join(parts)


def _constants(module: ModuleType) -> list[tuple[str, int]]:
    """Return the names assigned at the top of a module, each with its line; type variables are left out."""
    found = []
    for statement in ast.parse(inspect.getsource(module)).body:
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        found += [
            (target.id, statement.lineno) for target in targets if isinstance(target, ast.Name) and len(target.id) > 1
        ]
    return found


def _line(module: ModuleType, name: str) -> str:
    value: object = module
    for step in name.split("."):
        value = inspect.getattr_static(value, step)
    if isinstance(value, property) and value.fget is not None:
        returned = inspect.signature(value.fget).return_annotation
        return f"- `{name} -> {returned}` {_first(value.__doc__)}"
    if inspect.isfunction(value):
        signature = str(inspect.signature(value)).replace("'", "").replace("(self, ", "(").replace("(self)", "()")
        signature = re.sub(r"<function (\w+) at \w+>", r"\1", signature)
        return f"- `{name}{signature}` {_first(value.__doc__)}"
    if inspect.isclass(value):
        return f"- `{name}` {_first(value.__doc__)}"
    return f"- `{name}` {_comment(module, dict(_constants(module))[name])}".rstrip()


def _comment(module: ModuleType, line: int) -> str:
    """Return the `#:` comment above a line."""
    source = inspect.getsource(module).splitlines()
    words: list[str] = []
    while line > 1 and source[line - 2].startswith("#:"):
        line -= 1
        words.insert(0, source[line - 1].removeprefix("#:").strip())
    return " ".join(words)


def _first(doc: str | None) -> str:
    """Return the first paragraph of a docstring on one line."""
    return " ".join(inspect.cleandoc(doc or "").split("\n\n")[0].split())


if __name__ == "__main__":
    (Path(__file__).resolve().parent.parent / "docs" / "reference.md").write_text(text(), encoding="utf-8")
