"""Settings: every fault names the file, the key and what to do."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from social_listener.errors import SettingsError
from social_listener.settings import AccountSettings, Settings
from social_listener.settings_file import load, parse
from social_listener.settings_secrets import credentials, secret
from social_listener.settings_values import parse_duration

ROOT = Path(__file__).resolve().parent.parent
HERE = Path("settings.yaml")

ACCOUNT = """
accounts:
  - id: main
    channel: x
    name: "@fernhill"
    credentials: {bearer_token: X_TOKEN}
    streams:
"""


def refused(text: str) -> str:
    """Return the message with which `text` is refused."""
    with pytest.raises(SettingsError) as error:
        parse(text, HERE)
    return str(error.value)


def test_the_default_file_holds_the_defaults() -> None:
    """What `settings.yaml` says in the open is what counts without it."""
    shipped = load(ROOT / "settings.yaml")
    assert shipped.data_dir == ROOT / "data"
    assert shipped.model_copy(update={"data_dir": Path("data")}) == Settings()


def test_the_commented_account_is_valid() -> None:
    """The example in the default file works when its comment signs are taken away."""
    lines = (ROOT / "settings.yaml").read_text(encoding="utf-8").splitlines()
    start = lines.index("# accounts:")
    example = []
    for line in lines[start:]:
        if not line.startswith("#"):
            break
        example.append(line.removeprefix("# "))
    settings = parse("\n".join(example), HERE)
    assert [stream.kind.value for stream in settings.accounts[0].streams] == [
        "mentions",
        "replies",
        "messages",
        "search",
    ]


def test_an_unknown_key_is_named_with_the_nearest_valid_one() -> None:
    """A typing error is answered with the word that was meant."""
    assert refused("dashbord: {}") == "settings.yaml: dashbord: unknown setting; did you mean `dashboard`?"
    assert "dashboard.prot: unknown setting; did you mean `port`?" in refused("dashboard: {prot: 1}")
    text = ACCOUNT + "      - {kind: mentions, intervall: 1m}"
    assert "accounts[0].streams[0].intervall: unknown setting; did you mean `interval`?" in refused(text)


def test_an_unknown_key_near_to_none_lists_the_valid_ones() -> None:
    """Where nothing is near, all that is possible is listed."""
    assert "valid here: " in refused("log: {zzzzzz: 1}")
    assert "level" in refused("log: {zzzzzz: 1}")


def test_every_fault_is_told_at_once() -> None:
    """Two faults give two lines, so that nobody has to run it twice."""
    message = refused("dashboard: {port: 99999}\npublic: {host: [1]}")
    assert len(message.splitlines()) == 2
    assert "dashboard.port" in message
    assert "found 99999" in message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [1", "this is not YAML at line"),
        ("\tdata_dir: x", "this is not YAML at line 1"),
        ("- 1\n- 2", "must hold keys and values"),
        ("just words", "must hold keys and values"),
        ("data_dir: [1]", "data_dir: must be the path of a folder"),
        ("dashboard: 3", "dashboard: must hold keys and values (found 3)"),
        ("polling: {read_timeout: soon}", 'write a duration as a number and a unit: "90s"'),
        ("polling: {read_timeout: 0s}", "must be longer than nothing"),
        ("outbox: {undo: true}", "outbox.undo"),
        ("outbox: {undo: .inf}", "outbox.undo: is longer than a calendar can hold"),
        ("outbox: {undo: 99999999999999d}", "outbox.undo: is longer than a calendar can hold"),
        ("data_dir: 2026-99-99", "this is not YAML"),
        ("log: {level: INFO}\nlog: {level: DEBUG}", "line 2, column 1: `log` stands twice"),
        ("[" * 5000, "this is not YAML"),
        ("jobs: {backup_at: '25:00'}", 'jobs.backup_at: write a time of day, in quotes: "03:30" (found'),
        ("jobs: {backup_at: 3:00}", "jobs.backup_at: must be a text; put it in quotes"),
        ("dashboard: {port: true}", "dashboard.port: must be a number"),
        ("polling: {threads: yes}", "polling.threads: must be a number"),
        ("priority: {weights: {refund: true}}", "priority.weights.refund: must be a number"),
        ("outbox: {undo: 5}", 'outbox.undo: needs a unit: write "5s"'),
        ("outbox: {undo: '5'}", 'outbox.undo: needs a unit: write "5s"'),
        ("outbox: {undo: 2.5}", 'outbox.undo: needs a unit: write "2.5s"'),
        ("outbox: {undo: -5}", "outbox.undo: write a duration as a number and a unit"),
        ("outbox: {undo: .nan}", "outbox.undo: is longer than a calendar can hold"),
        ('data_dir: a\nlog: {level: "x\x00y"}', "this is not YAML at line 2: it holds a character that is no text"),
        ('"a\\nb": 1', "a b: unknown setting"),
        ("dashboard: {staff: [anna]}", "dashboard.staff: staff are kept in the database now: take this setting out"),
        ("dashboard: {url: desk.example}", "dashboard.url: must be an address such as https://desk.example.com"),
        ("dashboard: {oidc: {issuer: 'https://id.example'}}", "dashboard.oidc.client_id: is missing"),
        ("dashboard:", "dashboard: is empty; give it a value, or take its line out"),
        ("accounts:", "accounts: is empty"),
        ("polling: {read_timeout: }", "polling.read_timeout: is empty"),
        ("polling: {threads: many}", "polling.threads: must be a whole number (found 'many')"),
        ("polling: {threads: 1.5}", "polling.threads: must be a whole number (found 1.5)"),
        ("priority: {weights: {refund: lots}}", "priority.weights.refund: must be a number (found 'lots')"),
        ("log: {level: debug}", "log.level: must be 'DEBUG', 'INFO', 'WARNING' or 'ERROR' (found 'debug')"),
        ("1: 2", "every key must be a text"),
        ("dashboard: {port: 8080}", "public.port: 8080 is dashboard.port too"),
        ("dashboard: {port: 9000, host: 0.0.0.0}\npublic: {port: 9000}", "public.port: 9000 is dashboard.port too"),
        ("retention: {backups: 0}", "retention.backups"),
        (ACCOUNT + "      - {kind: search}", "a search needs the words to search for"),
        (ACCOUNT + "      - {kind: mentions, query: q}", "only a stream of kind search takes a query"),
        (ACCOUNT + "      - {kind: mentions}\n      - {kind: mentions}", "'mentions' stands twice"),
        (ACCOUNT + "      - {kind: likes}", "accounts[0].streams[0].kind"),
        ("accounts:\n  - {id: a, channel: x, name: n}\n  - {id: a, channel: x, name: n}", "'a' stands twice"),
        ("accounts:\n  - {id: a/b, channel: x, name: n}", "accounts[0].id: write letters, digits, `.`, `_` and `-`"),
        ("accounts:\n  - {channel: x, name: n}", "accounts[0].id: is missing"),
    ],
)
def test_a_fault_is_told_in_words(text: str, words: str) -> None:
    """Each kind of wrong value is refused with the key and the rule."""
    message = refused(text)
    assert message.startswith("settings.yaml: ")
    assert words in message
    assert len(message.splitlines()) == 1
    assert "Input" not in message, "Python's words are no help to whoever writes the file"


def test_two_ports_may_be_left_to_the_machine() -> None:
    """Port 0 takes a free one, so it may stand twice; and one port at two addresses is two ports."""
    assert parse("dashboard: {port: 0}\npublic: {port: 0}", HERE).public.port == 0
    assert parse("dashboard: {port: 9000, host: 127.0.0.2}\npublic: {port: 9000}", HERE).public.port == 9000


def test_a_misspelt_key_that_is_needed_gives_one_line() -> None:
    """That it is missing under its right name is not told again; another one that is missing is."""
    message = refused("accounts:\n  - {id: a, chanel: x, name: n}")
    assert message == "settings.yaml: accounts[0].chanel: unknown setting; did you mean `channel`?"
    message = refused("accounts:\n  - {id: a, chanel: x}")
    assert message.splitlines()[0].endswith("accounts[0].name: is missing")
    assert len(message.splitlines()) == 2


def test_no_time_needs_no_unit() -> None:
    """0 is the same in every unit."""
    assert [parse(f"outbox: {{undo: {none}}}", HERE).outbox.undo for none in ("0", "0.0", "'0'", "0s")] == [
        timedelta(0)
    ] * 4


SECRET = "pe7kfcyA9k1zQm4T"


@pytest.mark.parametrize(
    "credentials",
    [
        f"{{consumer_key: {SECRET}}}",
        f"{{consumer_key: [{SECRET}]}}",
        f"{{consumer_key: {{{SECRET}: 1}}}}",
        f"{{consumer_key: 1-{SECRET}}}",
        f"{{consumer_key: 'X_KEY {SECRET}'}}",
        f"{{consumer_key: {SECRET.upper() * 5}}}",
        f'{{consumer_key: "X_{SECRET.upper()}\\n"}}',
        f"{{consumer_key: {SECRET.lower()}}}",
        "{consumer_key: 20260101}",
        "{consumer_key: }",
        "{consumer_key: true}",
        f"{{consumer_key: *{SECRET}}}",
        f"{{consumer_key: !{SECRET} a}}",
        f"{{consumer_key: !{SECRET}!x a}}",
        f"[{SECRET}]",
        SECRET,
    ],
)
def test_a_secret_in_place_of_a_name_is_refused_and_never_shown(credentials: str) -> None:
    """What is no name of a variable may be the secret itself: the key is named, nothing that stands there is."""
    message = refused(ACCOUNT.replace("{bearer_token: X_TOKEN}", credentials) + "      []")
    assert SECRET.lower() not in message.lower()
    assert "20260101" not in message
    assert "accounts[0].credentials" in message or "this is not YAML" in message
    if "consumer_key: " in credentials and "accounts" in message:
        assert message == (
            "settings.yaml: accounts[0].credentials.consumer_key: write the NAME of an environment variable, "
            "such as X_CONSUMER_KEY (capitals, digits and _), not the secret itself"
        )


def test_a_secret_is_not_shown_by_the_types_either() -> None:
    """Settings that are made in Python do not tell it in their error."""
    with pytest.raises(ValidationError) as error:
        AccountSettings(id="main", channel="x", name="n", credentials={"a": SECRET})
    assert SECRET not in str(error.value)


@given(st.from_regex(r"[A-Z_][A-Z0-9_]{0,63}", fullmatch=True))
def test_every_usual_name_of_a_variable_is_taken(name: str) -> None:
    """Capitals, digits and underlines, up to 64 of them."""
    account = AccountSettings(id="main", channel="x", name="n", credentials={"a": name})
    assert account.credentials == {"a": name}


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    """Without a file, the command that writes one is named."""
    with pytest.raises(SettingsError, match="social-listener init"):
        load(tmp_path / "none.yaml")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    """Rubbish in place of a file gives one line, not a traceback."""
    (tmp_path / "s.yaml").write_bytes(b"\xff\xfe\x00rubbish")
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path / "s.yaml")


def test_the_data_folder_is_relative_to_the_file(tmp_path: Path) -> None:
    """Where a command is typed does not change which database it means."""
    (tmp_path / "s.yaml").write_text("data_dir: here", encoding="utf-8")
    settings = load(tmp_path / "s.yaml")
    assert settings.data_dir == tmp_path / "here"
    assert settings.database == tmp_path / "here" / "social-listener.duckdb"


def test_options_are_the_words_that_were_written() -> None:
    """YAML takes on, off and 280 for something else; options get them as they stand in the file."""
    text = ACCOUNT.replace("    streams:\n", "    options: {likes: on, other: off, max_length: 280}\n")
    assert parse(text, HERE).accounts[0].options == {"likes": "on", "other": "off", "max_length": "280"}


def test_settings_cannot_be_changed() -> None:
    """Settings are values."""
    with pytest.raises(ValidationError, match="frozen"):
        Settings().log.level = "DEBUG"


@given(st.floats(0.001, 1e6), st.sampled_from("smhd"))
def test_a_duration_is_number_times_unit(number: float, unit: str) -> None:
    """Every number with a unit is the time it says."""
    seconds = {"s": 1, "m": 60, "h": 3600, "d": 86400}[unit]
    parsed = parse_duration(f"{number:f}{unit}")
    assert isinstance(parsed, timedelta)
    assert parsed == timedelta(seconds=float(f"{number:f}") * seconds)


@given(st.text(max_size=40))
@pytest.mark.long
def test_any_text_gives_settings_or_one_clear_error(text: str) -> None:
    """No text makes the reader fail in any other way than with a `SettingsError`."""
    try:
        parse(text, HERE)
    except SettingsError as error:
        assert str(error).startswith("settings.yaml: ")  # noqa: PT017 - both outcomes are good; this states the message


def test_a_secret_comes_from_the_variable_or_its_file(tmp_path: Path) -> None:
    """X is read, else the file that X_FILE names; the variable wins."""
    (tmp_path / "token").write_text("from-file\n", encoding="utf-8")
    environment = {"X_FILE": str(tmp_path / "token")}
    assert secret("X", environment) == "from-file"
    assert secret("X", environment | {"X": "direct"}) == "direct"
    assert secret("X", {}) is None
    with pytest.raises(SettingsError, match="X_FILE: the file it names cannot be read"):
        secret("X", {"X_FILE": str(tmp_path / "none")})


def test_missing_credentials_name_the_variables() -> None:
    """Every variable that is missing is named, and no value that is there."""
    account = AccountSettings(id="main", channel="x", name="n", credentials={"a": "VAR_A", "b": "VAR_B", "c": "VAR_C"})
    with pytest.raises(SettingsError) as error:
        credentials(account, {"VAR_B": "very-secret-value"})
    assert "VAR_A (for a), VAR_C (for c)" in str(error.value)
    assert "very-secret-value" not in str(error.value)
    assert credentials(account, {"VAR_A": "1", "VAR_B": "2", "VAR_C": "3"}) == {"a": "1", "b": "2", "c": "3"}


def test_a_budget_names_accounts_that_are_there() -> None:
    """Money is told by account and by price; an account that is not there is named, with the nearest."""
    text = ACCOUNT + "      - kind: mentions\nbudget:\n  daily: {main: 2.5}\n  prices: {user: 0}\n"
    settings = parse(text, HERE)
    assert (settings.budget.daily, settings.budget.prices) == ({"main": 2.5}, {"user": 0})
    assert "budget.daily.mian: there is no such account; did you mean `main`?" in refused(
        text.replace("{main: 2.5}", "{mian: 2.5}")
    )


@pytest.mark.parametrize("amount", ["-1", ".inf", ".nan", "true", "much"])
def test_what_is_no_amount_of_money_is_refused(amount: str) -> None:
    """A budget is a number of dollars, 0 or more."""
    assert "budget.daily.main" in refused(ACCOUNT + f"      - kind: mentions\nbudget:\n  daily: {{main: {amount}}}\n")


@pytest.mark.parametrize("name", ["webhook", "lookup", "sent"])
def test_our_own_names_of_streams_are_kept(name: str) -> None:
    """A stream cannot be called what deliveries, look-ups and our own sends are stored under."""
    assert "streams[0].name" in refused(ACCOUNT + f"      - kind: mentions\n        name: {name}\n")


# -- e-mail ------------------------------------------------------------------------------------------------------------

_MAIL = "mail: {host: smtp.example.com, sender: desk@example.com"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("digests: [{name: w, to: [a@example.com]}]", "there is no block `mail`"),
        (_MAIL + "}\ndigests: [{name: w, to: []}]", "at least one"),
        (_MAIL + "}\ndigests: [{name: w, to: [nobody]}]", "must be an e-mail address"),
        (_MAIL + '}\ndigests: [{name: w, to: ["a@example.com\\nBcc: b@example.com"]}]', "must be an e-mail address"),
        (_MAIL + "}\ndigests: [{name: w, to: [a@b.c]}, {name: w, to: [a@b.c]}]", "stands twice"),
        (_MAIL + "}\ndigests: [{name: w, to: [a@b.c], accounts: [main]}]", "there is no account 'main'"),
        (_MAIL + ", user: desk}", "go together"),
        (_MAIL + ", tls: none, user: desk, password: MAIL_PASSWORD}", "readable for everybody"),
        (_MAIL + ", user: desk, password: hunter2hunter2}", "NAME of an environment variable"),
        (
            "dashboard: {oidc: {issuer: https://id.example.com, client_id: a, client_secret: hunter2hunter2}}",
            "NAME of an environment variable",
        ),
    ],
)
def test_what_could_not_be_sent_safely_is_refused(text: str, words: str) -> None:
    """Each fault names its key; a password that stands there itself is not shown."""
    with pytest.raises(SettingsError, match=re.escape(words)) as caught:
        parse(text, Path("settings.yaml"))
    assert "hunter2" not in str(caught.value)


def test_e_mail_can_be_set_up() -> None:
    """A server, a password by name, and a digest: defaults are those of the document."""
    found = parse(
        _MAIL + ", user: desk, password: MAIL_PASSWORD}\ndigests: [{name: w, to: [a@b.c]}]", Path("settings.yaml")
    )
    assert found.mail is not None
    assert (found.mail.port, found.mail.tls) == (587, "starttls")
    (digest,) = found.digests
    assert (digest.every, digest.at, digest.zone, digest.formats) == ("week", "07:00", "UTC", ("pdf",))
