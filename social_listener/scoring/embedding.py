"""Word embeddings that lie inside an installed package: the extra `learning`. Nothing is fetched, nobody is asked.

The package is `wordllama` (MIT licence): 32,000 word pieces, each a vector of 256 numbers. Its two files are read past
its own loader, which looks for the second in a folder of another name and would fetch it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from social_listener.errors import SettingsError
from social_listener.scoring.models import WIDTH
from social_listener.scoring.taught import spoken

if TYPE_CHECKING:
    from tokenizers import Tokenizer

INSTALL: Final = "pip install 'social-listener[learning]'"
SCALE: Final = 4.0
"""How long the vector of a text is made: weights of about 1 then say something."""

_WEIGHTS: Final = Path("weights", "l2_supercat_256.safetensors")
_PIECES: Final = Path("tokenizers", "l2_supercat_tokenizer_config.json")
_AT_ONCE: Final = 4_096  #: rows of the table that are worked on at once

Numbers = NDArray[np.float64]


class Pieces(NamedTuple):
    """A text in pieces of words."""

    text: str  #: without what is no words
    ids: NDArray[np.int64]
    ends: tuple[int, ...]  #: where each piece ends in the text


class Embedding:
    """The vectors of the pieces of words."""

    def __init__(self, table: NDArray[np.float16], tokenizer: Tokenizer) -> None:
        self._table = table
        self._tokenizer = tokenizer

    def pieces(self, texts: Sequence[str]) -> list[Pieces]:
        """Return texts in pieces."""
        texts = [_encodable(text) for text in texts]
        found = self._tokenizer.encode_batch(texts, add_special_tokens=False)
        return [
            Pieces(text, np.array(one.ids, dtype=np.int64), tuple(end for _, end in one.offsets))
            for text, one in zip(texts, found, strict=True)
        ]

    def summed(self, pieces: Pieces) -> Numbers:
        """Return the sum of a text's vectors; zeros where it has no piece. However long a text is, it takes 8 MB."""
        total = np.zeros(WIDTH)
        for at in range(0, len(pieces.ids), _AT_ONCE):
            total += self._table[pieces.ids[at : at + _AT_ONCE]].sum(axis=0, dtype=np.float64)
        return total

    def vector(self, pieces: Pieces) -> Numbers:
        """Return the direction of a text, `SCALE` long; zeros where it has no piece."""
        total = self.summed(pieces)
        length = float(np.sqrt((total * total).sum()))
        return total * (SCALE / length) if length else total

    def pulls(self, weights: Numbers) -> Numbers:
        """Return what each piece of a word adds by `weights` (WIDTH × labels), before the length of its text."""
        parts = range(0, len(self._table), _AT_ONCE)
        return np.vstack([self._table[at : at + _AT_ONCE].astype(np.float64) @ weights for at in parts])


def _encodable(text: str) -> str:
    """Return a text without halves of signs, which the tokenizer refuses; every other sign stays in its place."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def words_alone(text: str, names: re.Pattern[str] | None = None) -> str:
    """Return a text without handles, web addresses and `names`: what is learned is not of who is named."""
    words = spoken(text).replace("’", "'")
    return " ".join((names.sub(" ", words) if names else words).split())


def pattern_of(names: Sequence[str]) -> re.Pattern[str] | None:
    """Return what finds names in texts; None: there are none."""
    if not names:
        return None
    every = "|".join(map(re.escape, sorted(names, key=lambda name: (-len(name), name))))
    return re.compile(rf"(?<!\w)(?:{every})(?!\w)", re.IGNORECASE)


@lru_cache(1)
def embedding() -> Embedding:
    """Return the embeddings, read once in each process; `SettingsError` says how to install them."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # its threads would not survive a fork
    try:
        from safetensors.numpy import load_file  # noqa: PLC0415 - the extra, which need not be there
        from tokenizers import Tokenizer  # noqa: PLC0415 - the same

        folder = _folder()
        table = load_file(folder / _WEIGHTS)["embedding.weight"]
        tokenizer = Tokenizer.from_file(str(folder / _PIECES))
    except ImportError as error:
        raise SettingsError(f"the extra `learning` is not installed ({error}): {INSTALL}") from None
    except Exception as error:  # noqa: BLE001 - the packages raise many kinds; whatever it is, their files cannot be used
        raise SettingsError(
            f"the embeddings of the package wordllama cannot be read ({type(error).__name__}): {INSTALL}"
        ) from None
    if table.ndim != 2 or table.shape[1] != WIDTH or tokenizer.get_vocab_size() > len(table):
        raise SettingsError(f"the embeddings of the package wordllama have another shape: {INSTALL}")
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return Embedding(table, tokenizer)


def _folder() -> Path:
    """Return where the package lies, without running any of it."""
    spec = find_spec("wordllama")
    if spec is None or not spec.submodule_search_locations:
        raise ImportError("No module named 'wordllama'")
    return Path(spec.submodule_search_locations[0])
