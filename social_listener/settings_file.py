"""settings.yaml read and checked.

Every fault is a `SettingsError` that names the file, the key and, for an unknown key, the nearest valid one.
"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import ValidationError

from social_listener.errors import SettingsError
from social_listener.model import StreamKind
from social_listener.settings import Part, Settings
from social_listener.settings_values import CLOCK_PATTERN, HOW_TO_WRITE_A_DURATION, NAME_PATTERN

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic_core import ErrorDetails

_NAMED = re.compile(r"(undefined alias|undefined tag handle|for the tag) '.*'", re.DOTALL)
#: keys that hold the name of a secret, where somebody may have written the secret itself
_SECRET_KEYS = frozenset({"credentials", "client_secret", "password"})
#: names under which look-ups, our own sends and what platforms push are stored
_RESERVED = frozenset({"lookup", "sent", "webhook"})
#: pattern → how to write what does not match it
_PATTERNS = {
    NAME_PATTERN: "write letters, digits, `.`, `_` and `-`, at most 64, a letter or digit first",
    CLOCK_PATTERN: 'write a time of day, in quotes: "03:30"',
}
#: pydantic's kind of fault → the rule; kinds that are not here have a message that can be shown
_RULES = {
    "tuple_type": "must be a list: one line for each entry, each with `- ` before it",
    "too_short": "must hold at least one entry",
    "model_type": "must hold keys and values",
    "dict_type": "must hold keys and values",
    "invalid_key": "every key must be a text",
    "string_type": 'must be a text; put it in quotes: "…"',
    "path_type": "must be the path of a folder, as a text",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "time_delta_type": HOW_TO_WRITE_A_DURATION,
}
#: a key that stood elsewhere in earlier versions → what to write now
_MOVED = {
    ("priority", "target_public"): "service_levels.first_answer.public",
    ("priority", "target_private"): "service_levels.first_answer.private",
}


def load(path: Path) -> Settings:
    """Return the settings in `path`; `SettingsError` names the file, the key and what to do."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SettingsError(
            f"{path}: no such settings file; write one with `social-listener init`, or name one with --settings"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read: {error}") from None
    return parse(text, path)


def parse(text: str, path: Path) -> Settings:
    """Return the settings in `text`; `path` is what messages name and what relative paths are relative to."""
    data = _yaml(text, path)
    if data is None:
        data = {}
    if not isinstance(data, dict):
        raise SettingsError(f"{path}: must hold keys and values, such as `accounts:`; it holds a {type(data).__name__}")
    try:
        settings = Settings.model_validate(data)
    except ValidationError as error:
        raise SettingsError("\n".join(f"{path}: {line}" for line in _explain(error))) from None
    _check_accounts(settings, path)
    _check_ports(settings, path)
    _check_calendars(settings, path)
    _check_digests(settings, path)
    for account_id in settings.budget.daily:
        ids = [account.id for account in settings.accounts]
        if account_id not in ids:
            raise SettingsError(
                f"{path}: budget.daily.{account_id}: there is no such account{nearest(account_id, ids)}"
            )
    for number, rule in enumerate(settings.assignment.rules):
        ids = [account.id for account in settings.accounts]
        if rule.account is not None and rule.account not in ids:
            raise SettingsError(
                f"{path}: assignment.rules[{number}].account: there is no account {rule.account!r}"
                f"{nearest(rule.account, ids)}"
            )
    base = path.resolve().parent
    return settings.model_copy(update={"data_dir": (base / settings.data_dir.expanduser()).resolve()})


class _Loader(yaml.SafeLoader):
    """YAML without a key that stands twice: of two `accounts:` blocks the first would be forgotten without a word."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[str] = set()
    for key, _ in node.value:
        if isinstance(key, yaml.ScalarNode):
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"`{key.value}` stands twice", key.start_mark)
            seen.add(key.value)
    loader.flatten_mapping(node)
    return loader.construct_mapping(node, deep=True)


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def _yaml(text: str, path: Path) -> Any:
    """Return what the YAML `text` holds."""
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - it is a SafeLoader
    except yaml.reader.ReaderError as error:  # binary rubbish
        line = text.count("\n", 0, error.position) + 1
        raise SettingsError(f"{path}: this is not YAML at line {line}: it holds a character that is no text") from None
    except yaml.YAMLError as error:
        where = getattr(error, "problem_mark", None)
        place = f" at line {where.line + 1}, column {where.column + 1}" if where else ""
        # A secret that begins with * or ! is taken for an alias or a tag, and named.
        problem = _NAMED.sub(r"\1", str(getattr(error, "problem", None) or error))
        raise SettingsError(f"{path}: this is not YAML{place}: {_one_line(problem)}") from None
    except (ValueError, RecursionError) as error:  # an impossible date such as 2026-99-99; endless nesting
        raise SettingsError(f"{path}: this is not YAML: {_one_line(str(error))}") from None


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _check_accounts(settings: Settings, path: Path) -> None:
    """Refuse what one block alone cannot see: ids twice, searches without a query."""
    seen: set[str] = set()
    for number, account in enumerate(settings.accounts):
        where = f"{path}: accounts[{number}]"
        if account.id in seen:
            raise SettingsError(f"{where}.id: {account.id!r} stands twice; every account needs an id of its own")
        seen.add(account.id)
        labels = [stream.label for stream in account.streams]
        for index, stream in enumerate(account.streams):
            if stream.kind is StreamKind.SEARCH and not (stream.query or "").strip():
                raise SettingsError(f"{where}.streams[{index}].query: a search needs the words to search for")
            if stream.kind is not StreamKind.SEARCH and stream.query:
                raise SettingsError(f"{where}.streams[{index}].query: only a stream of kind search takes a query")
            if stream.label in _RESERVED:
                raise SettingsError(
                    f"{where}.streams[{index}].name: {stream.label!r} is a name of our own; give another"
                )
            if labels.count(stream.label) > 1:
                raise SettingsError(f"{where}.streams[{index}].name: {stream.label!r} stands twice; give each a name")


def _check_ports(settings: Settings, path: Path) -> None:
    """Refuse one port for two: at the start the second would be told that another program has it."""
    dashboard, public = settings.dashboard, settings.public
    meet = dashboard.host == public.host or {"0.0.0.0", "::"} & {dashboard.host, public.host}  # noqa: S104 - it is looked for
    if dashboard.port == public.port != 0 and meet:
        raise SettingsError(f"{path}: public.port: {public.port} is dashboard.port too; give each a port of its own")


def _check_calendars(settings: Settings, path: Path) -> None:
    """Refuse hours that never come, unknown accounts, and one account with two calendars."""
    ids = [account.id for account in settings.accounts]
    taken: dict[str, str] = {}
    names: set[str] = set()
    for number, one in enumerate(settings.service_levels.calendars):
        where = f"{path}: service_levels.calendars[{number}]"
        if one.name in names:
            raise SettingsError(f"{where}.name: {one.name!r} stands twice; give each a name of its own")
        names.add(one.name)
        if not any(one.hours.week):
            raise SettingsError(
                f"{where}.hours: {one.name!r} has no opening hour in the week, so nothing would ever be due; "
                'give a weekday hours, such as `mon: "09:00-17:00"`'
            )
        for account_id in one.accounts:
            if account_id not in ids:
                raise SettingsError(f"{where}.accounts: there is no account {account_id!r}{nearest(account_id, ids)}")
            if account_id in taken:
                raise SettingsError(
                    f"{where}.accounts: {account_id!r} keeps the hours of {taken[account_id]!r} already"
                )
            taken[account_id] = one.name


def _check_digests(settings: Settings, path: Path) -> None:
    """Refuse a password that everybody on the way could read, and digests that could not be sent or told apart."""
    mail, ids = settings.mail, [account.id for account in settings.accounts]
    if mail is not None:
        if (mail.user is None) is not (mail.password is None):
            raise SettingsError(f"{path}: mail: user and password go together; name both, or neither")
        if mail.tls == "none" and mail.user is not None and mail.host not in {"localhost", "127.0.0.1", "::1"}:
            raise SettingsError(
                f"{path}: mail.tls: with none the password would go to {mail.host} readable for everybody on the way; "
                "use starttls or tls"
            )
    names: set[str] = set()
    for number, one in enumerate(settings.digests):
        where = f"{path}: digests[{number}]"
        if mail is None:
            raise SettingsError(f"{where}: there is no block `mail`, so no e-mail can be sent")
        if one.name in names:
            raise SettingsError(f"{where}.name: {one.name!r} stands twice; give each a name of its own")
        names.add(one.name)
        for account_id in one.accounts:
            if account_id not in ids:
                raise SettingsError(f"{where}.accounts: there is no account {account_id!r}{nearest(account_id, ids)}")


def nearest(word: str, valid: list[str]) -> str:
    """Return ' (did you mean `x`?)' for the nearest valid word, or the list of all when none is near."""
    close = difflib.get_close_matches(word, valid, n=1, cutoff=0.5)
    return f"; did you mean `{close[0]}`?" if close else f"; valid here: {', '.join(sorted(valid))}"


_STAFF_MOVED = (
    "dashboard.staff: staff are kept in the database now: take this setting out, start `social-listener serve`, and "
    "add each of them under the same name (`social-listener staff add NAME`), so that their assignments stay theirs"
)


def _explain(error: ValidationError) -> list[str]:
    """Return one line a fault, in words. What stands under keys of secrets may be one itself and is not shown."""
    faults = error.errors(include_url=False)
    unknown = [fault["loc"] for fault in faults if fault["type"] == "extra_forbidden"]
    hints = {where: nearest(str(where[-1]), _keys_at(where[:-1])) for where in unknown}
    lines = []
    for fault in faults:
        location, value = fault["loc"], fault["input"]
        key = _path(location)
        if location == ("dashboard", "staff"):
            lines.append(_STAFF_MOVED)
        elif location in _MOVED:
            lines.append(f"{key}: stands elsewhere now: write it as {_MOVED[location]}")
        elif fault["type"] == "extra_forbidden":
            lines.append(f"{key}: unknown setting{hints[location]}")
        elif fault["type"] == "missing":
            meant = f"; did you mean `{location[-1]}`?"  # then the misspelt one's line tells it
            if not any(where[:-1] == location[:-1] and hint == meant for where, hint in hints.items()):
                lines.append(f"{key}: is missing")
        else:
            shown = isinstance(value, str | int | float | bool | None) and not _SECRET_KEYS & {*location}
            found = f" (found {repr(value)[:80]})" if shown and value is not None else ""
            lines.append(f"{key}: {_rule(fault)}{found}")
    return [_one_line(line) for line in lines]


def _rule(fault: ErrorDetails) -> str:
    """Return what a value must be, in the words of the file, not in those of Python."""
    if fault["input"] is None and fault["type"] != "value_error":
        return "is empty; give it a value, or take its line out"
    if fault["type"] == "string_pattern_mismatch":
        return _PATTERNS[fault.get("ctx", {})["pattern"]]
    told = fault["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
    return _RULES.get(fault["type"], told)


def _path(location: tuple[int | str, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).lstrip(".")


def _keys_at(location: tuple[int | str, ...]) -> list[str]:
    """Return the valid keys of the block at `location`."""
    block: Any = Settings
    for part in location:
        if isinstance(part, str):
            block = _block(block.model_fields[part].annotation)
    return list(block.model_fields)


def _block(annotation: Any) -> Any:
    """Return the settings block in an annotation such as tuple[AccountSettings, ...]."""
    for inner in (annotation, *getattr(annotation, "__args__", ())):
        if isinstance(inner, type) and issubclass(inner, Part):
            return inner
    return Settings
