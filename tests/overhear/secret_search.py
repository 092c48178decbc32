"""Search everything that a run left for every secret that the sandbox made up, in every form it could stand in."""

from __future__ import annotations

import base64
import gzip
import json
import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import duckdb
import numpy as np
import pyarrow.parquet as pq
import zstandard

#: an application's id is no secret: it stands in the address at which the owner approves
PUBLIC = frozenset({"client_id"})
_WORD = 8
_ZSTD, _GZIP, _PARQUET, _DUCKDB = b"\x28\xb5\x2f\xfd", b"\x1f\x8b", b"PAR1", b"DUCK"
_TABLES = "SELECT table_schema, table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE'"


def forms(secret: str) -> set[bytes]:
    """Return a secret as it stands, quoted for addresses, and inside something that was put in base64."""
    found = {secret.encode(), quote(secret, safe="").encode()}
    for before in range(3):
        packed = base64.b64encode(b"\0" * before + secret.encode())
        # Only what the secret alone decides: neither what shares a character with its neighbours, nor the padding.
        inner = packed[(before * 8 + 5) // 6 : (before + len(secret)) * 8 // 6]
        found |= {inner, inner.translate(bytes.maketrans(b"+/", b"-_"))}
    return found


class Needles:
    """Many long words, looked for at once: every eighth place of a text is looked up among the words' beginnings."""

    def __init__(self, secrets: dict[str, str]) -> None:
        """Take secrets with what each is for; all have at least 16 characters."""
        self._forms: dict[bytes, str] = {form: secret for secret in secrets for form in forms(secret)}
        self._by_word: dict[int, set[bytes]] = defaultdict(set)
        for form in self._forms:
            for at in range(_WORD):
                self._by_word[int.from_bytes(form[at : at + _WORD], "little")].add(form)
        self._words = np.array(sorted(self._by_word), dtype="<u8")

    def __len__(self) -> int:
        """Return how many forms of how many secrets are looked for."""
        return len(self._forms)

    def within(self, text: bytes) -> set[str]:
        """Return the secrets that stand in a text in any form."""
        whole = len(text) // _WORD * _WORD
        words = np.frombuffer(text[:whole], dtype="<u8")
        places = np.minimum(np.searchsorted(self._words, words), len(self._words) - 1)
        candidates = {
            form for word in set(words[self._words[places] == words].tolist()) for form in self._by_word[word]
        }
        return {self._forms[form] for form in candidates if form in text}


@dataclass(slots=True)
class Found:
    """What was searched, and what was found where and during which test."""

    texts: Counter[str] = field(default_factory=Counter)
    size: Counter[str] = field(default_factory=Counter)
    hits: dict[tuple[str, str], set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))
    unread: list[str] = field(default_factory=list)

    def look(self, needles: Needles, place: str, test: str, text: bytes, where: str) -> None:
        """Search one text."""
        self.texts[place] += 1
        self.size[place] += len(text)
        for secret in needles.within(text):
            self.hits[place, test].add((secret, where))


def secrets_in(file: Path) -> dict[str, str]:
    """Return what the sandbox told: secret → what it is for."""
    lines = (line.split("\t") for line in file.read_text("ascii").splitlines())
    return {value: purpose for purpose, value in lines if purpose not in PUBLIC}


def search(folder: Path, needles: Needles) -> tuple[Found, dict[str, tuple[str, list[str]]]]:
    """Search all that `overhear` kept and all files; return that, and test → its reason, and in which places."""
    found, makers, moved = Found(), dict[str, str](), dict[str, str]()
    reasons: dict[str, tuple[str, list[str]]] = {}
    for file in sorted((folder / "heard").iterdir()):
        with file.open("rb") as lines:
            for line in lines:
                said = json.loads(line)
                if said["place"] == "folder":
                    makers[said["path"]] = said["test"]
                    moved |= {said["path"]: said["was"]} if "was" in said else {}
                elif said["place"] == "on purpose":
                    reasons[said["nodeid"]] = said["text"], said["places"]
                else:
                    text = said["text"].encode(errors="replace")
                    found.look(needles, said["place"], said["test"], text, text_around(text, needles))
    for path in sorted(one for part in ("t", "tmp", "gone") for one in (folder / part).rglob("*")):
        if path.is_file() and not path.is_symlink():
            test = maker(path, makers, moved)
            for place, text in contents(path, found.unread):
                found.look(needles, place, test, text, str(path))
    return found, reasons


def maker(path: Path, makers: dict[str, str], moved: dict[str, str]) -> str:
    """Return the test that made a file: the one that made the innermost folder around it, before it was deleted."""
    above = next((str(one) for one in (path, *path.parents) if str(one) in makers), "")
    before = maker(Path(moved[above]), makers, moved) if above in moved else ""
    return before or makers.get(above, "")


def text_around(text: bytes, needles: Needles) -> str:
    """Return the beginning of a text in which something stands, for a person to recognise it by."""
    return text[:160].decode(errors="replace") if needles.within(text) else ""


def contents(path: Path, unread: list[str]) -> Iterator[tuple[str, bytes]]:
    """Give the bytes of a file, and what is packed in it: columns of a database or a table, compressed bodies."""
    raw = path.read_bytes()
    if is_journal(raw):
        return
    yield "files", raw
    try:
        if raw[8:12] == _DUCKDB:
            yield from columns(path)
        elif raw[:4] == _PARQUET:
            yield "exports in parquet", "\n".join(map(str, pq.read_table(path).to_pylist())).encode()
        elif raw[:4] == _ZSTD or raw[:2] == _GZIP:
            yield "packed files", unpacked(raw)
    except (duckdb.Error, OSError, zstandard.ZstdError, EOFError, ValueError) as error:
        unread.append(f"{path}: {str(error).splitlines()[0]}")


def is_journal(raw: bytes) -> bool:
    """Whether a file is the sandbox's own: the platform has to know the tokens that it gave out."""
    try:
        first = json.loads(raw[: raw.index(b"\n")]) if raw[:1] == b"{" else None
    except ValueError:
        return False
    return isinstance(first, dict) and {"kind", "at"} <= set(first)


def columns(path: Path) -> Iterator[tuple[str, bytes]]:
    """Give all columns of a database as text; it is read from a copy, which takes its log in."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copy(path, Path(folder) / "copy.duckdb"))
        log = path.with_name(f"{path.name}.wal")
        if log.exists():
            shutil.copy(log, f"{copy}.wal")
        with duckdb.connect(copy, config={"threads": 1, "enable_external_access": "false"}) as database:
            for schema, table in database.execute(_TABLES).fetchall():
                rows = database.execute(f'SELECT * FROM "{schema}"."{table}"').fetchall()
                values = [value for row in rows for value in row if value is not None]
                yield "database columns", "\n".join(str(one) for one in values if not isinstance(one, bytes)).encode()
                yield from (("packed bodies", unpacked(one)) for one in values if isinstance(one, bytes))


def unpacked(raw: bytes) -> bytes:
    """Return a body without its compression, if it has any."""
    if raw[:4] == _ZSTD:
        return zstandard.ZstdDecompressor().decompressobj().decompress(raw)
    return gzip.decompress(raw) if raw[:2] == _GZIP else raw


def told(secrets: dict[str, str], place: str, test: str, hits: set[tuple[str, str]]) -> str:
    """Say what was found in a place during a test."""
    purposes = sorted({secrets[secret].split(":")[0] for secret, _ in hits})
    where = " ".join(min(where for _, where in hits).split())
    return f"{place}: {test or '(no test)'}: {', '.join(purposes)}: {where}"
