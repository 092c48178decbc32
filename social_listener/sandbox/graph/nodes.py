"""How each kind of node looks: its label, its fields, and which of them come when nothing is asked for.

A field's function returns ABSENT for what the platform leaves out of an answer, as it does with everything empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from social_listener.sandbox.clock import from_ms
from social_listener.sandbox.graph import problems
from social_listener.sandbox.graph.call import Call
from social_listener.sandbox.graph.fields import Field

ABSENT: Any = object()
FieldMaker = Callable[[Call, Any, Field], Any]
Edge = Callable[[Call, Any, Mapping[str, str], tuple[Field, ...] | None], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of node."""

    name: str
    """As in the endpoint: page, post, comment, conversation …"""
    label: str
    """As in error messages."""
    fields: Mapping[str, FieldMaker]
    edges: Mapping[str, Edge]
    default: tuple[str, ...]


def render(call: Call, kind: Kind, node: Any, fields: Iterable[Field] | None) -> dict[str, Any]:
    """Return a node with the fields asked for; its id is always there.

    Raises:
        GraphError: 100, a field is unknown.
    """
    wanted = [Field(name) for name in kind.default] if fields is None else list(fields)
    if all(field.name != "id" for field in wanted):
        wanted.append(Field("id"))
    body: dict[str, Any] = {}
    for field in wanted:
        maker, edge = kind.fields.get(field.name), kind.edges.get(field.name)
        if edge is not None and maker is None:
            value: Any = edge(call, node, field.arguments, field.fields)
        elif maker is not None:
            value = maker(call, node, field)
        elif field.name == "metadata":
            value = {"type": kind.name}
        else:
            raise problems.unknown_field(field.name, kind.label)
        if value is not ABSENT:
            body[field.shown] = value
    return body


def pick(value: dict[str, Any], field: Field, label: str) -> dict[str, Any]:
    """Return what is asked for of a value that is no node of its own, such as `from`; the id stays.

    Raises:
        GraphError: 100, a field is unknown.
    """
    if field.fields is None:
        return value
    for below in field.fields:
        if below.name not in value and below.name not in _NEVER_THERE:
            raise problems.unknown_field(below.name, label)
    names = [below.name for below in field.fields]
    return {name: entry for name, entry in value.items() if name in names or name == "id"}


def time(ms: int) -> str:
    """Return Meta's spelling of a time: 2026-03-02T09:00:00+0000."""
    return f"{from_ms(ms):%Y-%m-%dT%H:%M:%S}+0000"


def absent(_: Call, __: Any, ___: Field) -> Any:
    """Leave a field out: the platform knows it, but nothing in the sandbox has it."""
    return ABSENT


def plain(read: Callable[[Any], Any]) -> FieldMaker:
    """Make a field of what can be read off the node itself."""
    return lambda _, node, __: read(node)


_NEVER_THERE = frozenset(("picture", "email", "username", "name", "link", "profile_pic", "updated_time"))
