"""settings.yaml as frozen types. Secrets stand in the environment only; settings hold their names.

Every fault is a `SettingsError` that names the file, the key and, for an unknown key, the nearest valid one.
"""

from __future__ import annotations

import difflib
import os
import re
from datetime import date, timedelta
from email.utils import parseaddr
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlsplit

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from social_listener.errors import SettingsError
from social_listener.hours import LONGEST
from social_listener.levels import Band
from social_listener.model import StreamKind
from social_listener.settings_hours import day, hours, spans, zone

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd])")
_HOW_TO_WRITE_A_DURATION = 'write a duration as a number and a unit: "90s", "5m", "2h", "7d"'
_TOO_LONG = "is longer than a calendar can hold"
_NAMED = re.compile(r"(undefined alias|undefined tag handle|for the tag) '.*'", re.DOTALL)
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,63}")
_HOW_TO_NAME_A_VARIABLE = (
    "write the NAME of an environment variable, such as X_CONSUMER_KEY (capitals, digits and _), not the secret itself"
)

_MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
_NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
#: keys that hold the name of a secret, where somebody may have written the secret itself
_SECRET_KEYS = frozenset({"credentials", "client_secret", "password"})
#: names under which look-ups, our own sends and what platforms push are stored
_RESERVED = frozenset({"lookup", "sent", "webhook"})
_CLOCK_PATTERN = r"^([01]\d|2[0-3]):[0-5]\d$"
#: pattern → how to write what does not match it
_PATTERNS = {
    _NAME_PATTERN: "write letters, digits, `.`, `_` and `-`, at most 64, a letter or digit first",
    _CLOCK_PATTERN: 'write a time of day, in quotes: "03:30"',
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
    "time_delta_type": _HOW_TO_WRITE_A_DURATION,
}
#: a key that stood elsewhere in earlier versions → what to write now
_MOVED = {
    ("priority", "target_public"): "service_levels.first_answer.public",
    ("priority", "target_private"): "service_levels.first_answer.private",
}


def parse_duration(value: object) -> object:
    """Return the timedelta that "90s", "5m", "2h", "7d" or "1h 30m" means; other types are left to pydantic.

    0 needs no unit. Any other bare number is refused: what reads as seconds may have been meant as minutes.
    """
    if isinstance(value, bool):
        raise ValueError(_HOW_TO_WRITE_A_DURATION)  # noqa: TRY004 - pydantic turns a ValueError into a fault of the key
    if not isinstance(value, str | int | float):
        return value
    text = str(value).strip().removesuffix(".0")
    if text == "0":
        return timedelta(0)
    if text in {"inf", "-inf", "nan"}:
        raise ValueError(_TOO_LONG)
    try:
        if re.fullmatch(r"\d+(\.\d+)?", text):
            raise ValueError(f'needs a unit: write "{text}s" for seconds, or m, h or d')
        parts = _DURATION.findall(text)
        if not parts or _DURATION.sub("", text).strip():
            raise ValueError(_HOW_TO_WRITE_A_DURATION)
        return timedelta(seconds=sum(float(number) * _UNITS[unit] for number, unit in parts))
    except OverflowError:
        raise ValueError(_TOO_LONG) from None


def _positive(value: timedelta) -> timedelta:
    if value <= timedelta(0):
        message = "must be longer than nothing"
        raise ValueError(message)
    return value


def _number(value: object) -> object:
    """Refuse true and false, which Python counts as 1 and 0."""
    if isinstance(value, bool):
        raise ValueError("must be a number")  # noqa: TRY004 - pydantic turns a ValueError into a fault of the key
    return value


def _variable(value: object) -> object:
    """Refuse what is no name of an environment variable: it may be the secret itself, so it is never shown."""
    if not isinstance(value, str) or not _VARIABLE.fullmatch(value):
        raise ValueError(_HOW_TO_NAME_A_VARIABLE)
    return value


def _promise(value: timedelta) -> timedelta:
    if value > LONGEST:
        raise ValueError(f"nobody promises more than {LONGEST.days}d")
    return value


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
PositiveDuration = Annotated[timedelta, BeforeValidator(parse_duration), AfterValidator(_positive)]
Promise = Annotated[timedelta, BeforeValidator(parse_duration), AfterValidator(_positive), AfterValidator(_promise)]
Hours = Annotated[str, BeforeValidator(hours)]
Zone = Annotated[str, BeforeValidator(zone)]
Day = Annotated[date, BeforeValidator(day)]
Name = Annotated[str, Field(pattern=_NAME_PATTERN)]
_Variable = Annotated[str, BeforeValidator(_variable)]
_Number = Annotated[int, BeforeValidator(_number)]
_Points = Annotated[float, BeforeValidator(_number)]
Usd = Annotated[float, BeforeValidator(_number), Field(ge=0, allow_inf_nan=False)]
Port = Annotated[_Number, Field(ge=0, le=65535)]
ClockTime = Annotated[str, Field(pattern=_CLOCK_PATTERN)]


def _word(value: object) -> object:
    """Return what was written: YAML reads on and off as true and false, and a number as a number."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value) if isinstance(value, int | float) else value


Word = Annotated[str, BeforeValidator(_word)]


class _Part(BaseModel):
    """A block of the settings: frozen, and no key that is not ours."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class StreamSettings(_Part):
    """One thing to poll on an account."""

    kind: StreamKind
    name: Name | None = Field(default=None, description="its name in Health and in exports; the kind when left out")
    interval: PositiveDuration = Field(default=timedelta(minutes=1), description="time between two polls")
    query: str | None = Field(default=None, description="searches only: the platform's search words")
    overlap: PositiveDuration = Field(
        default=timedelta(minutes=30), description="how far back every walk reads again, for items that show late"
    )

    @property
    def label(self) -> str:
        """Return the stream's name within its account."""
        return self.name or self.kind.value


class AccountSettings(_Part):
    """One of our own handles, pages or mailboxes."""

    id: Name
    channel: str
    name: str = Field(description="how staff call it, such as the handle")
    base_url: str | None = Field(default=None, description="another address that speaks the platform's API")
    credentials: dict[str, _Variable] = Field(
        default_factory=dict, description="credential → NAME of the environment variable that holds it (or NAME_FILE)"
    )
    streams: tuple[StreamSettings, ...] = ()
    options: dict[str, Word] = Field(default_factory=dict, description="what only this channel knows")


def _address(value: str) -> str:
    """Refuse what is no plain address of a site."""
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment or parts.username:
        message = "must be an address such as https://desk.example.com"
        raise ValueError(message)
    return value.rstrip("/")


class OidcSettings(_Part):
    """An identity provider that speaks OpenID Connect."""

    issuer: Annotated[str, AfterValidator(_address)] = Field(description="its address, as it stands in its own tokens")
    client_id: str
    client_secret: _Variable | None = Field(
        default=None, description="NAME of the environment variable with the secret; none for a public client"
    )
    name: str = Field(default="your company account", description="what the button says: Continue with …")


class DashboardSettings(_Part):
    """Where staff work."""

    host: str = "127.0.0.1"
    port: Port = 8501
    allowed_hosts: tuple[str, ...] = Field(default=("localhost", "127.0.0.1"), description="host names it answers to")
    url: Annotated[str, AfterValidator(_address)] | None = Field(
        default=None, description="the address that staff open, for links and for a proxy with https in front"
    )
    oidc: OidcSettings | None = Field(default=None, description="an identity provider that staff may come from")


class PublicSettings(_Part):
    """Where machines ask, and where platforms push to: liveness, readiness, webhooks."""

    host: str = "127.0.0.1"
    port: Port = 8080


class PollingSettings(_Part):
    """How platforms are called."""

    connect_timeout: PositiveDuration = timedelta(seconds=5)
    read_timeout: PositiveDuration = timedelta(seconds=20)
    threads: _Number = Field(default=4, ge=1, le=32, description="streams polled at the same time")
    backoff_first: PositiveDuration = Field(default=timedelta(seconds=60), description="first pause after a failure")
    backoff_most: PositiveDuration = Field(default=timedelta(minutes=15), description="longest pause after failures")
    recheck_every: PositiveDuration = Field(default=timedelta(hours=24), description="how often items are looked up")
    recheck_for: PositiveDuration = Field(default=timedelta(days=30), description="how old an item is still looked up")


class OutboxSettings(_Part):
    """How replies leave."""

    undo: Duration = Field(default=timedelta(seconds=10), description="time to take a reply back; 0s for none")
    max_delay: PositiveDuration = Field(
        default=timedelta(minutes=30), description="a reply that could not go within this time expires"
    )
    max_attempts: _Number = Field(
        default=3, ge=1, le=10, description="calls for one reply, when the first surely did not arrive"
    )


class PrioritySettings(_Part):
    """What makes an item urgent."""

    weights: dict[str, _Points] = Field(default_factory=dict, description="points by factor; see docs/scoring.md")


class SentimentSettings(_Part):
    """Who reads what people feel."""

    scorers: dict[str, str] = Field(
        default_factory=dict,
        description="scorers of further languages: code -> module:Class; see docs/adding-a-scorer.md",
    )
    names: tuple[str, ...] = Field(default=(), description="words that are names here, whatever else they mean")
    sample: _Number = Field(
        default=20, ge=0, le=500, description="items a week that are drawn for staff to say what they are; 0 for none"
    )


class AnswerSettings(_Part):
    """The usual time to a first answer."""

    public: Promise = Field(default=timedelta(hours=1), description="an answer to a public item within")
    private: Promise = Field(default=timedelta(minutes=30), description="an answer to a direct message within")


class ResolutionSettings(_Part):
    """The usual time until a conversation is resolved; nothing is promised where there is none."""

    public: Promise | None = Field(default=None, description="a public conversation is resolved within")
    private: Promise | None = Field(default=None, description="a direct one is resolved within")


class LevelSettings(_Part):
    """Times that differ from the usual ones. The first rule that fits and names a time counts."""

    channel: str | None = Field(default=None, description="of this channel only")
    priority: Band | None = Field(default=None, description="of this band only: high (70 and more), middle (40) or low")
    visibility: Literal["public", "private"] | None = Field(default=None, description="public or private only")
    first_answer: Promise | None = Field(default=None, description="an answer within")
    resolution: Promise | None = Field(default=None, description="resolved within")


class HoursSettings(_Part):
    """When we work, by weekday; "" for a day off."""

    mon: Hours = ""
    tue: Hours = ""
    wed: Hours = ""
    thu: Hours = ""
    fri: Hours = ""
    sat: Hours = ""
    sun: Hours = ""

    @property
    def week(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """Return the hours in minutes after midnight, Monday first."""
        return tuple(spans(text) for text in (self.mon, self.tue, self.wed, self.thu, self.fri, self.sat, self.sun))


class HolidaySettings(_Part):
    """Public holidays of a place."""

    country: str | None = Field(default=None, description="two letters, such as DE; without one there are none")
    subdivision: str | None = Field(default=None, description="its part, such as BY")


class CalendarSettings(_Part):
    """When some of our accounts are answered."""

    name: Name
    zone: Zone = Field(default="UTC", description="time zone of the hours")
    hours: HoursSettings
    holidays: HolidaySettings = HolidaySettings()
    closed: tuple[Day, ...] = Field(default=(), description="further days off")
    open: tuple[Day, ...] = Field(default=(), description="days that are worked although they are holidays")
    accounts: tuple[str, ...] = Field(default=(), description="ids of the accounts that keep these hours")


class ServiceLevelSettings(_Part):
    """What customers are promised."""

    first_answer: AnswerSettings = AnswerSettings()
    resolution: ResolutionSettings = ResolutionSettings()
    rules: tuple[LevelSettings, ...] = ()
    calendars: tuple[CalendarSettings, ...] = ()
    warn_at: float = Field(
        default=0.75, gt=0, lt=1, description="share of a promised time after which somebody is told"
    )


class AssignmentRule(_Part):
    """Whose conversations a team gets, and how they are shared out."""

    team: str = Field(description="its name on the Team page")
    account: str | None = Field(default=None, description="only what is said to this account")
    channel: str | None = Field(default=None, description="only what is said on this channel")
    by: Literal["load", "round_robin"] = Field(default="load", description="to who has least, or to each in turn")


class AssignmentSettings(_Part):
    """Who gets a conversation by itself; without rules nobody does."""

    rules: tuple[AssignmentRule, ...] = ()
    capacity: _Number = Field(default=15, ge=1, le=1000, description="open conversations somebody has at a time")
    at_work_within: PositiveDuration = Field(
        default=timedelta(minutes=5), description="who had a page open within this time is at work"
    )
    hand_back_after: PositiveDuration | None = Field(
        default=None, description="what is assigned and not answered goes back to the queue after this time"
    )


class SpikeSettings(_Part):
    """When somebody is told that far more is said than usual."""

    zone: Zone = Field(
        default="UTC", description="time zone of the house: by its clock hours and weekdays are compared"
    )
    tell: Literal["leads", "everybody", "nobody"] = Field(
        default="leads", description="who is told: who leads, everybody, or nobody; of accounts they may see"
    )
    also: tuple[str, ...] = Field(default=(), description="staff who are told besides, by their sign-in names")
    least: _Number = Field(default=10, ge=3, le=100_000, description="fewer items are never told of")
    times: _Points = Field(default=1.8, ge=1.1, le=100, description="as many as usual there must be at least")
    sensitivity: Literal["low", "usual", "high"] = Field(
        default="usual", description="how unlikely a count must be: docs/spikes.md has the false alarms of each"
    )
    without_history: _Number = Field(
        default=40, ge=0, le=1_000_000, description="items in an hour that are told of before usual is known; 0: none"
    )


class RetentionSettings(_Part):
    """How long things are kept."""

    raw_pages: PositiveDuration = timedelta(days=30)
    job_runs: PositiveDuration = timedelta(days=30)
    report_files: PositiveDuration = timedelta(days=365)
    backups: _Number = Field(default=7, ge=1, description="number of backups kept")


class JobSettings(_Part):
    """When the unattended jobs run; times of day are UTC."""

    poll_every: PositiveDuration = Field(
        default=timedelta(seconds=1), description="how often due streams are looked for"
    )
    receive_every: PositiveDuration = Field(
        default=timedelta(seconds=1), description="how often deliveries that were not read yet are looked for"
    )
    index_every: PositiveDuration = Field(
        default=timedelta(seconds=1), description="how often the search index takes up what changed"
    )
    deliver_every: PositiveDuration = timedelta(seconds=1)
    reconcile_every: PositiveDuration = timedelta(seconds=5)
    count_every: PositiveDuration = Field(
        default=timedelta(seconds=30), description="how often what changed is counted anew for Insights"
    )
    escalate_every: PositiveDuration = Field(
        default=timedelta(seconds=10), description="how often what is due soon is looked for"
    )
    recheck_every: PositiveDuration = timedelta(minutes=15)
    assign_every: PositiveDuration = Field(
        default=timedelta(seconds=5), description="how often conversations are assigned and handed back"
    )
    subscriptions_every: PositiveDuration = Field(
        default=timedelta(minutes=10),
        description="how often it is looked whether a platform is to be asked what it pushes",
    )
    digest_every: PositiveDuration = Field(
        default=timedelta(seconds=30),
        description="how often digests that are due, and e-mails that wait, are looked for",
    )
    sample_every: PositiveDuration = Field(
        default=timedelta(hours=1), description="how often it is looked whether the sample of a week is to be drawn"
    )
    spikes_every: PositiveDuration = Field(
        default=timedelta(minutes=1), description="how often it is looked whether far more is said than usual"
    )
    housekeeping_at: ClockTime = "03:30"
    backup_at: ClockTime = "03:00"


def is_mailbox(value: str) -> bool:
    """Return whether a text is one e-mail address, with or without a name before it, that a header can hold."""
    address = parseaddr(value)[1]
    one = value == address or value.endswith(f"<{address}>")  # of several, the first alone would get it
    return one and value.isprintable() and bool(_MAILBOX.fullmatch(address))


def _mailbox(value: str) -> str:
    """Refuse what is no e-mail address, with or without a name before it."""
    if not is_mailbox(value):
        raise ValueError("must be an e-mail address such as desk@example.com")
    return value


Mailbox = Annotated[str, AfterValidator(_mailbox)]


class MailSettings(_Part):
    """The server that e-mails leave through."""

    host: str
    port: Port = 587
    tls: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="starttls: before anything is said; tls: from the first byte; none: never"
    )
    user: str | None = None
    password: _Variable | None = Field(default=None, description="NAME of the environment variable that holds it")
    sender: Mailbox = Field(description="the address that e-mails come from")


class DigestSettings(_Part):
    """A report that is sent by e-mail again and again."""

    name: Name
    to: tuple[Mailbox, ...] = Field(min_length=1, description="each gets an e-mail of their own")
    every: Literal["day", "week", "month"] = Field(default="week", description="of the day, week or month before")
    at: ClockTime = Field(default="07:00", description="time of day: of each day, of Monday, of the first")
    zone: Zone = Field(default="UTC", description="time zone of that time, and of the days that are counted")
    accounts: tuple[str, ...] = Field(default=(), description="ids of the accounts it is of; none named: all")
    formats: tuple[Literal["pdf", "xlsx", "csv", "parquet"], ...] = Field(
        default=("pdf",), description="what is attached"
    )


class LogSettings(_Part):
    """What is logged; one line an event, on standard error."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


class BudgetSettings(_Part):
    """What platforms that bill for reading may cost."""

    prices: dict[str, Usd] = Field(
        default_factory=dict,
        description="USD by price, where they differ from the platform's list; see docs/settings.md",
    )
    daily: dict[str, Usd] = Field(
        default_factory=dict,
        description="USD a day by account id: once spent, that account reads no more until 0:00 UTC",
    )


class Settings(_Part):
    """The whole of settings.yaml."""

    data_dir: Path = Field(default=Path("data"), description="database, backups, socket; relative to this file")
    accounts: tuple[AccountSettings, ...] = ()
    dashboard: DashboardSettings = DashboardSettings()
    public: PublicSettings = PublicSettings()
    polling: PollingSettings = PollingSettings()
    budget: BudgetSettings = BudgetSettings()
    outbox: OutboxSettings = OutboxSettings()
    sentiment: SentimentSettings = SentimentSettings()
    priority: PrioritySettings = PrioritySettings()
    assignment: AssignmentSettings = AssignmentSettings()
    service_levels: ServiceLevelSettings = ServiceLevelSettings()
    mail: MailSettings | None = Field(default=None, description="without it no e-mail is sent")
    digests: tuple[DigestSettings, ...] = ()
    spikes: SpikeSettings = SpikeSettings()
    retention: RetentionSettings = RetentionSettings()
    jobs: JobSettings = JobSettings()
    log: LogSettings = LogSettings()

    @property
    def database(self) -> Path:
        """Return the path of the database file."""
        return self.data_dir / "social-listener.duckdb"

    def account(self, account_id: str) -> AccountSettings:
        """Return an account's settings; KeyError when there is none."""
        for account in self.accounts:
            if account.id == account_id:
                return account
        raise KeyError(account_id)


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
        if isinstance(inner, type) and issubclass(inner, _Part):
            return inner
    return Settings


def secret(name: str, environment: dict[str, str] | None = None) -> str | None:
    """Return the secret that the environment variable `name` holds, or the file that `name`_FILE names; None: neither.

    `SettingsError` when the file cannot be read. The value is never part of a message.
    """
    env = os.environ if environment is None else environment
    value = env.get(name, "").strip()
    if value:
        return value
    file = env.get(f"{name}_FILE", "").strip()
    if not file:
        return None
    try:
        return Path(file).read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise SettingsError(f"{name}_FILE: the file it names cannot be read: {reason}") from None


def credentials(account: AccountSettings, environment: dict[str, str] | None = None) -> dict[str, str]:
    """Return an account's credentials by name; `SettingsError` names each missing environment variable."""
    values = {key: secret(variable, environment) for key, variable in account.credentials.items()}
    missing = [f"{account.credentials[key]} (for {key})" for key, value in values.items() if value is None]
    if missing:
        raise SettingsError(
            f"account {account.id}: set the environment variable {', '.join(missing)}, or the same name with _FILE"
        )
    return {key: value for key, value in values.items() if value is not None}
