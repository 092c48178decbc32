"""What the crowd says, by language. A grammar names its kinds of story in lists of the same names."""

from __future__ import annotations

from social_listener.sandbox.crowd.grammar import Grammar
from social_listener.sandbox.crowd.texts import brand, en, europe, world

GRAMMARS: dict[str, Grammar] = {"en": en.GRAMMAR, **europe.GRAMMARS, **world.GRAMMARS}
"""Language → grammar of the customers."""

BRAND: Grammar = brand.GRAMMAR
"""The grammar of the brand's own posts and its colleagues' answers."""
