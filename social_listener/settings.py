"""settings.yaml as frozen types. `settings_file` reads it, `settings_secrets` finds the secrets that it names."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from social_listener.levels import Band
from social_listener.model import StreamKind
from social_listener.settings_hours import spans
from social_listener.settings_values import (
    ClockTime,
    Day,
    Duration,
    Hours,
    Mailbox,
    Name,
    Number,
    Points,
    Port,
    PositiveDuration,
    Promise,
    Usd,
    Variable,
    Word,
    Zone,
    address,
)


class Part(BaseModel):
    """A block of the settings: frozen, and no key that is not ours."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class StreamSettings(Part):
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


class AccountSettings(Part):
    """One of our own handles, pages or mailboxes."""

    id: Name
    channel: str
    name: str = Field(description="how staff call it, such as the handle")
    base_url: str | None = Field(default=None, description="another address that speaks the platform's API")
    credentials: dict[str, Variable] = Field(
        default_factory=dict, description="credential → NAME of the environment variable that holds it (or NAME_FILE)"
    )
    streams: tuple[StreamSettings, ...] = ()
    options: dict[str, Word] = Field(default_factory=dict, description="what only this channel knows")


class OidcSettings(Part):
    """An identity provider that speaks OpenID Connect."""

    issuer: Annotated[str, AfterValidator(address)] = Field(description="its address, as it stands in its own tokens")
    client_id: str
    client_secret: Variable | None = Field(
        default=None, description="NAME of the environment variable with the secret; none for a public client"
    )
    name: str = Field(default="your company account", description="what the button says: Continue with …")


class DashboardSettings(Part):
    """Where staff work."""

    host: str = "127.0.0.1"
    port: Port = 8501
    allowed_hosts: tuple[str, ...] = Field(default=("localhost", "127.0.0.1"), description="host names it answers to")
    url: Annotated[str, AfterValidator(address)] | None = Field(
        default=None, description="the address that staff open, for links and for a proxy with https in front"
    )
    oidc: OidcSettings | None = Field(default=None, description="an identity provider that staff may come from")


class PublicSettings(Part):
    """Where machines ask, and where platforms push to: liveness, readiness, webhooks."""

    host: str = "127.0.0.1"
    port: Port = 8080


class PollingSettings(Part):
    """How platforms are called."""

    connect_timeout: PositiveDuration = timedelta(seconds=5)
    read_timeout: PositiveDuration = timedelta(seconds=20)
    threads: Number = Field(default=4, ge=1, le=32, description="streams polled at the same time")
    backoff_first: PositiveDuration = Field(default=timedelta(seconds=60), description="first pause after a failure")
    backoff_most: PositiveDuration = Field(default=timedelta(minutes=15), description="longest pause after failures")
    recheck_every: PositiveDuration = Field(default=timedelta(hours=24), description="how often items are looked up")
    recheck_for: PositiveDuration = Field(default=timedelta(days=30), description="how old an item is still looked up")


class OutboxSettings(Part):
    """How replies leave."""

    undo: Duration = Field(default=timedelta(seconds=10), description="time to take a reply back; 0s for none")
    max_delay: PositiveDuration = Field(
        default=timedelta(minutes=30), description="a reply that could not go within this time expires"
    )
    max_attempts: Number = Field(
        default=3, ge=1, le=10, description="calls for one reply, when the first surely did not arrive"
    )


class PrioritySettings(Part):
    """What makes an item urgent."""

    weights: dict[str, Points] = Field(default_factory=dict, description="points by factor; see docs/scoring.md")


class SentimentSettings(Part):
    """Who reads what people feel."""

    scorers: dict[str, str] = Field(
        default_factory=dict,
        description="scorers of further languages: code -> module:Class; see docs/adding-a-scorer.md",
    )
    names: tuple[str, ...] = Field(default=(), description="words that are names here, whatever else they mean")
    model: str = Field(
        default="",
        pattern=r"^(model-[0-9a-f]{8})?$",
        description="what `learn` made from staff's labels, such as model-3fa2c1d0; empty for none",
    )
    sample: Number = Field(
        default=20, ge=0, le=500, description="items a week that are drawn for staff to say what they are; 0 for none"
    )


class AnswerSettings(Part):
    """The usual time to a first answer."""

    public: Promise = Field(default=timedelta(hours=1), description="an answer to a public item within")
    private: Promise = Field(default=timedelta(minutes=30), description="an answer to a direct message within")


class ResolutionSettings(Part):
    """The usual time until a conversation is resolved; nothing is promised where there is none."""

    public: Promise | None = Field(default=None, description="a public conversation is resolved within")
    private: Promise | None = Field(default=None, description="a direct one is resolved within")


class LevelSettings(Part):
    """Times that differ from the usual ones. The first rule that fits and names a time counts."""

    channel: str | None = Field(default=None, description="of this channel only")
    priority: Band | None = Field(default=None, description="of this band only: high (70 and more), middle (40) or low")
    visibility: Literal["public", "private"] | None = Field(default=None, description="public or private only")
    first_answer: Promise | None = Field(default=None, description="an answer within")
    resolution: Promise | None = Field(default=None, description="resolved within")


class HoursSettings(Part):
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


class HolidaySettings(Part):
    """Public holidays of a place."""

    country: str | None = Field(default=None, description="two letters, such as DE; without one there are none")
    subdivision: str | None = Field(default=None, description="its part, such as BY")


class CalendarSettings(Part):
    """When some of our accounts are answered."""

    name: Name
    zone: Zone = Field(default="UTC", description="time zone of the hours")
    hours: HoursSettings
    holidays: HolidaySettings = HolidaySettings()
    closed: tuple[Day, ...] = Field(default=(), description="further days off")
    open: tuple[Day, ...] = Field(default=(), description="days that are worked although they are holidays")
    accounts: tuple[str, ...] = Field(default=(), description="ids of the accounts that keep these hours")


class ServiceLevelSettings(Part):
    """What customers are promised."""

    first_answer: AnswerSettings = AnswerSettings()
    resolution: ResolutionSettings = ResolutionSettings()
    rules: tuple[LevelSettings, ...] = ()
    calendars: tuple[CalendarSettings, ...] = ()
    warn_at: float = Field(
        default=0.75, gt=0, lt=1, description="share of a promised time after which somebody is told"
    )


class AssignmentRule(Part):
    """Whose conversations a team gets, and how they are shared out."""

    team: str = Field(description="its name on the Team page")
    account: str | None = Field(default=None, description="only what is said to this account")
    channel: str | None = Field(default=None, description="only what is said on this channel")
    by: Literal["load", "round_robin"] = Field(default="load", description="to who has least, or to each in turn")


class AssignmentSettings(Part):
    """Who gets a conversation by itself; without rules nobody does."""

    rules: tuple[AssignmentRule, ...] = ()
    capacity: Number = Field(default=15, ge=1, le=1000, description="open conversations somebody has at a time")
    at_work_within: PositiveDuration = Field(
        default=timedelta(minutes=5), description="who had a page open within this time is at work"
    )
    hand_back_after: PositiveDuration | None = Field(
        default=None, description="what is assigned and not answered goes back to the queue after this time"
    )


class SpikeSettings(Part):
    """When somebody is told that far more is said than usual."""

    zone: Zone = Field(
        default="UTC", description="time zone of the house: by its clock hours and weekdays are compared"
    )
    tell: Literal["leads", "everybody", "nobody"] = Field(
        default="leads", description="who is told: who leads, everybody, or nobody; of accounts they may see"
    )
    also: tuple[str, ...] = Field(default=(), description="staff who are told besides, by their sign-in names")
    least: Number = Field(default=10, ge=3, le=100_000, description="fewer items are never told of")
    times: Points = Field(default=1.8, ge=1.1, le=100, description="as many as usual there must be at least")
    sensitivity: Literal["low", "usual", "high"] = Field(
        default="usual", description="how unlikely a count must be: docs/spikes.md has the false alarms of each"
    )
    without_history: Number = Field(
        default=40, ge=0, le=1_000_000, description="items in an hour that are told of before usual is known; 0: none"
    )


class RetentionSettings(Part):
    """How long things are kept."""

    raw_pages: PositiveDuration = timedelta(days=30)
    job_runs: PositiveDuration = timedelta(days=30)
    report_files: PositiveDuration = timedelta(days=365)
    backups: Number = Field(default=7, ge=1, description="number of backups kept")


class JobSettings(Part):
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


class MailSettings(Part):
    """The server that e-mails leave through."""

    host: str
    port: Port = 587
    tls: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="starttls: before anything is said; tls: from the first byte; none: never"
    )
    user: str | None = None
    password: Variable | None = Field(default=None, description="NAME of the environment variable that holds it")
    sender: Mailbox = Field(description="the address that e-mails come from")


class DigestSettings(Part):
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


class LogSettings(Part):
    """What is logged; one line an event, on standard error."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


class BudgetSettings(Part):
    """What platforms that bill for reading may cost."""

    prices: dict[str, Usd] = Field(
        default_factory=dict,
        description="USD by price, where they differ from the platform's list; see docs/settings.md",
    )
    daily: dict[str, Usd] = Field(
        default_factory=dict,
        description="USD a day by account id: once spent, that account reads no more until 0:00 UTC",
    )


class Settings(Part):
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
