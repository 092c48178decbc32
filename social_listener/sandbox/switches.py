"""Rules that can be switched by name, with their types checked: what the policies of the platforms have in common."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar


class Switches:
    """Base of a dataclass of switches."""

    __slots__ = ()

    optional: ClassVar[frozenset[str]] = frozenset()
    """Switches that may be None, which means "no limit"."""
    choices: ClassVar[dict[str, tuple[str, ...]]] = {}
    """Switches that are words, with the words they may be."""

    def change(self, **switches: Any) -> None:
        """Set switches by name.

        Raises:
            ValueError: a name or the type of a value is wrong; nothing has been changed then.
        """
        fields = self.as_json()
        for name, value in switches.items():
            if name not in fields:
                raise ValueError(f"unknown policy {name!r}; known are {', '.join(sorted(fields))}")
            if not self._fits(name, value):
                raise ValueError(f"policy {name!r} cannot be {value!r}")
        for name, value in switches.items():
            setattr(self, name, value)

    def as_json(self) -> dict[str, Any]:
        """All switches with their values."""
        return {name: getattr(self, name) for name in self._kinds()}

    def _fits(self, name: str, value: Any) -> bool:
        if name in self.choices:
            return value in self.choices[name]
        if value is None:
            return name in self.optional
        if self._kinds()[name] is bool:
            return isinstance(value, bool)
        if self._kinds()[name] is str:
            return isinstance(value, str)
        return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0

    @classmethod
    def _kinds(cls) -> dict[str, type]:
        """Return the type of each switch's default value."""
        return {field.name: type(field.default) for field in dataclasses.fields(cls)}  # type: ignore[arg-type]
