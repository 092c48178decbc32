"""Staff: coming in, being kept out, what may be given, and what stands in the database."""

from __future__ import annotations

import contextlib
import statistics
import time
from datetime import timedelta

import pyotp
import pytest
from argon2 import PasswordHasher
from desk_kit import START, Kit
from staff_kit import HERE, PASSWORD, seed_staff

from social_listener.desk import people_keys, people_rules
from social_listener.desk.people_door import WRONG, Visitor
from social_listener.errors import Conflict, DeskError, NotPermitted, SignInFailed, TooOften
from social_listener.rights import SYSTEM, Role
from social_listener.store.people_doors import Failures

ELSEWHERE = Visitor(address="203.0.113.9", browser="Firefox on Windows")


def hire(kit: Kit, name: str = "Mia", role: Role = Role.COMMUNITY_MANAGER) -> str:
    """Let somebody join by an invitation; return the secret of the link that they used."""
    secret = kit.desk.people.invite("ana", name, f"{name.lower()}@brand.example", role)
    kit.desk.own.join(secret, name, f"{name} Weber", PASSWORD, HERE)
    return secret


def fail(kit: Kit, name: str, times: int, visitor: Visitor = HERE) -> list[str]:
    """Try wrong passwords; return what was said each time."""
    told = []
    for _ in range(times):
        with pytest.raises(SignInFailed) as caught:
            kit.desk.door.sign_in(name, "wrong password", visitor)
        told.append(str(caught.value))
    return told


# -- coming in ---------------------------------------------------------------------------------------------------------


def test_an_invitation_makes_somebody_staff_once(kit: Kit) -> None:
    """They come in with the role that was meant, sign in again in any case of letters, and the link is used up."""
    secret = hire(kit)
    ticket = kit.desk.door.sign_in("mIA", PASSWORD, HERE)
    who = kit.desk.door.who(ticket.line.id)
    assert who is not None
    assert (who.id, who.name, who.role, ticket.half) == ("Mia", "Mia Weber", Role.COMMUNITY_MANAGER, False)
    with pytest.raises(DeskError, match="was used"):
        kit.desk.own.join(secret, "Eve", "Eve", PASSWORD, HERE)


def test_a_link_is_good_for_its_time_only(kit: Kit) -> None:
    """After a week an invitation opens nothing; one that was taken back opens nothing at once."""
    late, taken = (kit.desk.people.invite("ana", name, None, Role.MARKETER) for name in ("late", "taken"))
    kit.desk.people.take_back("ana", people_keys.digest(taken))
    with pytest.raises(DeskError, match="taken back"):
        kit.desk.own.link(taken)
    assert kit.desk.own.link(late).name == "late"
    kit.pass_time(days=7)
    with pytest.raises(DeskError, match="too old"):
        kit.desk.own.link(late)


def test_the_first_link_is_good_while_nobody_works_here(kit: Kit) -> None:
    """A house with staff gives none; the newest is the only good one, and it makes an administrator of everything."""
    assert kit.desk.people.first_link() is None
    with kit.store.transaction() as cursor:
        cursor.execute("DELETE FROM staff")
    old, new = kit.desk.people.first_link(), kit.desk.people.first_link()
    assert old is not None
    assert new is not None
    with pytest.raises(DeskError):
        kit.desk.own.link(old)
    kit.desk.own.join(new, "root", "Root", PASSWORD, HERE)
    line = kit.desk.own.me("root")
    assert (line.role, line.accounts) == (Role.ADMINISTRATOR, None)
    assert kit.desk.people.first_administrator() == "root"


@pytest.mark.parametrize("name", ["", "system", "SYSTEM", "a" * 65, "-x", "two\nlines", "<b>", "ana", "ANA"])
def test_a_name_that_cannot_be_is_refused(kit: Kit, name: str) -> None:
    """Neither the program's own name, nor one that somebody has, nor what is no name."""
    with pytest.raises(DeskError):
        kit.desk.people.add("ana", name, role=Role.MARKETER)


@pytest.mark.parametrize("password", ["", "short", "aaaaaaaaaaaaaaaa", "mia-password", "x" * 1001])
def test_a_weak_password_is_refused(password: str) -> None:
    """Too short, all the same, or little more than the name."""
    with pytest.raises(DeskError):
        people_rules.good_password(password, "mia-passwor")


# -- passwords ---------------------------------------------------------------------------------------------------------


def test_no_secret_stands_in_the_database(kit: Kit) -> None:
    """Neither password nor token, link, second factor or recovery code is found in any column, nor in the file."""
    link = hire(kit)
    ticket = kit.desk.door.sign_in("Mia", PASSWORD, HERE)
    open_link = kit.desk.people.reset_link("ana", "Mia")
    factor = kit.desk.own.begin_factor("Mia", PASSWORD)
    codes = kit.desk.own.confirm_factor("Mia", pyotp.TOTP(factor.secret).at(kit.now()), ticket.line.id)
    plain = [PASSWORD, ticket.token, link, open_link, factor.secret, *codes, *(code.replace("-", "") for code in codes)]
    with kit.store.read() as cursor:
        tables = [row[0] for row in cursor.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        everything = "".join(str(cursor.execute(f"SELECT * FROM {name}").fetchall()) for name in tables)
        kept = cursor.execute("SELECT password FROM staff_keys WHERE staff = 'Mia'").fetchone()
    assert ticket.line.id in everything  # the search is able to find
    assert not [secret for secret in plain if secret in everything]
    assert kept is not None
    assert kept[0].startswith("$argon2id$")


def test_an_older_hash_is_made_anew(kit: Kit) -> None:
    """Who signs in with a password that was kept in a weaker way has it kept in today's way."""
    hire(kit)
    weak = PasswordHasher(time_cost=1, memory_cost=64).hash(PASSWORD)
    with kit.store.transaction() as cursor:
        cursor.execute("UPDATE staff_keys SET password = ? WHERE staff = 'Mia'", [weak])
    kit.desk.door.sign_in("Mia", PASSWORD, HERE)
    with kit.store.read() as cursor:
        kept = cursor.execute("SELECT password FROM staff_keys WHERE staff = 'Mia'").fetchone()
    assert kept is not None
    assert kept[0] != weak
    assert not people_keys.is_old(kept[0])


@pytest.mark.long
def test_what_is_said_and_how_long_it_takes_tells_nothing_about_names(kit: Kit) -> None:
    """A name that nobody has, one that left, one without a password: the same words, and as much work."""
    hire(kit)
    seed_staff(kit.desk, "gone", "without")
    kit.desk.people.set_active("ana", "gone", False, 1)
    assert {*fail(kit, "nobody", 1), *fail(kit, "Mia", 1), *fail(kit, "gone", 1), *fail(kit, "without", 1)} == {WRONG}

    def seconds(kept: str | None) -> float:
        began = time.perf_counter()
        people_keys.matches(kept, "wrong password")
        return time.perf_counter() - began

    kept = people_keys.hashed(PASSWORD)
    known = statistics.median(seconds(kept) for _ in range(5))
    nobody = statistics.median(seconds(None) for _ in range(5))
    assert nobody > known / 5, "a name without a password is refused without computing anything"


def test_an_empty_password_opens_nobody_without_one(kit: Kit) -> None:
    """Somebody who has no password cannot be signed in with none."""
    with pytest.raises(SignInFailed):
        kit.desk.door.sign_in("ana", "", HERE)


# -- guessing ----------------------------------------------------------------------------------------------------------


def test_guessing_a_name_is_slowed_down_and_a_restart_forgets_nothing(kit: Kit) -> None:
    """After five failures even the right password waits; the pause outlives the process and ends by the clock."""
    hire(kit)
    assert set(fail(kit, "Mia", 5)) == {WRONG}
    with pytest.raises(TooOften, match="wait 10 s"):
        kit.desk.door.sign_in("Mia", PASSWORD, HERE)
    kit.again()
    with pytest.raises(TooOften):
        kit.desk.door.sign_in("MIA ", PASSWORD, ELSEWHERE)
    kit.pass_time(seconds=10)
    assert kit.desk.door.sign_in("Mia", PASSWORD, HERE).line.staff == "Mia"
    assert set(fail(kit, "Mia", 4)) == {WRONG}


def join(kit: Kit, name: str) -> None:
    """Let somebody of any name join."""
    secret = kit.desk.people.invite("ana", name, None, Role.COMMUNITY_MANAGER)
    kit.desk.own.join(secret, name, name, PASSWORD, HERE)


#: spellings that a database, a keyboard or a script of ours has at some time taken for one name
SPELLINGS = ("Zoë Ivan", "ZOE\u0308 IVAN", "zoë  ivan", "Zoë \u0130van", "Ｚoë Ivan", "Zoë Iſan", "zoë\u00a0ivan")


def test_a_name_spelled_otherwise_is_no_fresh_one_to_guess(kit: Kit) -> None:
    """Whatever spelling lets somebody in is slowed down with all others; one that is another name lets nobody in."""
    join(kit, "Zoë Ivan")
    enters = []
    for spelling in SPELLINGS:
        with contextlib.suppress(SignInFailed):
            enters.append((spelling, kit.desk.door.sign_in(spelling, PASSWORD, HERE).line.staff))
    assert [whose for _, whose in enters] == ["Zoë Ivan"] * 5
    assert set(fail(kit, "Zoë Ivan", 5)) == {WRONG}
    for spelling, _ in enters:
        with pytest.raises(TooOften):
            kit.desk.door.sign_in(spelling, PASSWORD, HERE)


def test_no_two_spellings_of_a_name_are_two_people(kit: Kit) -> None:
    """Who is invited under another spelling of a name that somebody has is told that it is taken."""
    join(kit, "Zoë")
    for name in ("ZOE\u0308", "Ｚoë"):
        with pytest.raises(DeskError, match="somebody has the name"):
            join(kit, name)


def test_a_name_that_nobody_has_is_slowed_down_alike(kit: Kit) -> None:
    """Otherwise the pause would tell who works here."""
    hire(kit)
    there, nowhere = fail(kit, "Mia", 7, ELSEWHERE), fail(kit, "Nobody", 7, HERE)
    assert there == nowhere
    assert there[-1].startswith("Too many attempts")


@pytest.mark.long
def test_guessing_many_names_from_one_address_is_slowed_down(kit: Kit) -> None:
    """An address has thirty failures over all names; others are not held up by it."""
    hire(kit)
    told = [fail(kit, f"name {number}", 1, ELSEWHERE)[0] for number in range(31)]
    assert told[29] == WRONG
    assert told[30].startswith("Too many attempts")
    assert kit.desk.door.sign_in("Mia", PASSWORD, HERE).line.staff == "Mia"


@pytest.mark.long
def test_one_who_knows_a_password_does_not_win_back_guesses_for_their_address(kit: Kit) -> None:
    """Signing in as oneself between guesses does not reset what the address has failed."""
    hire(kit)
    for number in range(29):
        fail(kit, f"name {number}", 1)
    kit.desk.door.sign_in("Mia", PASSWORD, HERE)
    fail(kit, "one more", 1)
    with pytest.raises(TooOften):
        kit.desk.door.sign_in("Mia", PASSWORD, HERE)


@pytest.mark.parametrize(
    ("address", "counted_by"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
    ],
)
def test_failures_are_counted_by_the_neighbourhood_of_an_address(address: str, counted_by: str) -> None:
    """Whoever has one address of IPv6 has a /64 of them; an address of IPv4 stands for itself."""
    assert people_rules.neighbourhood(address) == counted_by


def test_pauses_double_to_a_limit_and_failures_are_forgiven() -> None:
    """The rule by itself, by a clock of the test's own."""
    now = START
    known: Failures | None = None
    pauses = []
    for _ in range(14):
        known = people_rules.failed(known, now, people_rules.FREE_BY_NAME)
        pauses.append((known.not_before - now).total_seconds())
        now = known.not_before
    assert pauses[:8] == [0, 0, 0, 0, 10, 20, 40, 80]
    assert pauses[-1] == people_rules.LONGEST_PAUSE.total_seconds()
    assert known is not None
    later = people_rules.failed(known, now + people_rules.FORGIVEN + timedelta(seconds=1), people_rules.FREE_BY_NAME)
    assert later.failures == 1


# -- second factor -----------------------------------------------------------------------------------------------------


def with_factor(kit: Kit) -> tuple[pyotp.TOTP, tuple[str, ...]]:
    """Let Mia take a second factor; return her authenticator and her recovery codes."""
    hire(kit)
    factor = kit.desk.own.begin_factor("Mia", PASSWORD)
    phone = pyotp.TOTP(factor.secret)
    codes = kit.desk.own.confirm_factor("Mia", phone.at(kit.now()))
    kit.pass_time(seconds=60)
    return phone, codes


def test_with_a_second_factor_a_password_alone_opens_nothing(kit: Kit) -> None:
    """The half session is none; with the code a new token is given, and the code is good once."""
    phone, _ = with_factor(kit)
    half = kit.desk.door.sign_in("Mia", PASSWORD, HERE)
    assert half.half
    assert kit.desk.door.who(half.line.id) is None
    code = phone.at(kit.now())
    whole = kit.desk.door.second(half.token, code, HERE)
    assert whole.token != half.token
    assert kit.desk.door.who(whole.line.id) is not None
    again = kit.desk.door.sign_in("Mia", PASSWORD, HERE)
    with pytest.raises(SignInFailed, match="was used already"):
        kit.desk.door.second(again.token, code, HERE)
    with pytest.raises(SignInFailed, match="too long"):
        kit.desk.door.second(half.token, phone.at(kit.now()), HERE)


def test_a_recovery_code_is_good_once(kit: Kit) -> None:
    """However it is typed; a second time it is refused."""
    _, codes = with_factor(kit)
    half = kit.desk.door.sign_in("Mia", PASSWORD, HERE)
    assert kit.desk.door.second(half.token, f" {codes[3].upper().replace('-', ' ')} ", HERE).line.staff == "Mia"
    half = kit.desk.door.sign_in("Mia", PASSWORD, HERE)
    with pytest.raises(SignInFailed):
        kit.desk.door.second(half.token, codes[3], HERE)


def test_codes_cannot_be_guessed_and_half_a_sign_in_ends(kit: Kit) -> None:
    """Five wrong codes, then a pause, also in a new half session; after five minutes the half one is over."""
    phone, _ = with_factor(kit)
    half = kit.desk.door.sign_in("Mia", PASSWORD, HERE)
    for _ in range(5):
        with pytest.raises(SignInFailed):
            kit.desk.door.second(half.token, "000000", HERE)
    other = kit.desk.door.sign_in("Mia", PASSWORD, HERE)
    with pytest.raises(TooOften):
        kit.desk.door.second(other.token, phone.at(kit.now()), HERE)
    kit.pass_time(minutes=5)
    with pytest.raises(SignInFailed, match="too long"):
        kit.desk.door.second(other.token, phone.at(kit.now()), HERE)


def test_a_factor_sealed_with_another_key_opens_nothing(kit: Kit) -> None:
    """Whoever has the database but not the key cannot make codes; recovery codes still let the owner in."""
    phone, codes = with_factor(kit)
    kit.again()  # this desk has a key of its own
    half = kit.desk.door.sign_in("Mia", PASSWORD, HERE)
    with pytest.raises(SignInFailed):
        kit.desk.door.second(half.token, phone.at(kit.now()), HERE)
    assert kit.desk.door.second(half.token, codes[0], HERE).line.staff == "Mia"


def test_the_factor_of_somebody_needs_their_password(kit: Kit) -> None:
    """A browser that was left open is not enough to take the second factor over."""
    with_factor(kit)
    for act in (kit.desk.own.begin_factor, kit.desk.own.drop_factor):
        with pytest.raises(SignInFailed, match="not your password"):
            act("Mia", "wrong password")


# -- sessions ----------------------------------------------------------------------------------------------------------


def test_a_session_ends_unused_and_ends_anyway(kit: Kit) -> None:
    """After twelve hours without use; with use after seven days."""
    hire(kit)
    idle = kit.desk.door.sign_in("Mia", PASSWORD, HERE).line.id
    kit.pass_time(hours=11)
    assert kit.desk.door.who(idle)
    kit.desk.door.used(idle)
    kit.pass_time(hours=11)
    assert kit.desk.door.who(idle)
    kit.pass_time(hours=1)
    assert kit.desk.door.who(idle) is None
    busy = kit.desk.door.sign_in("Mia", PASSWORD, HERE).line.id
    for _ in range(14):
        assert kit.desk.door.who(busy)
        kit.pass_time(hours=11)
        kit.desk.door.used(busy)
    kit.pass_time(hours=14)
    assert kit.desk.door.who(busy) is None


def test_using_a_session_is_no_news_for_open_pages(kit: Kit) -> None:
    """What is written about it does not make every page read everything again."""
    hire(kit)
    session = kit.desk.door.sign_in("Mia", PASSWORD, HERE).line.id
    kit.desk.door.who(session)
    before = kit.desk.revision
    kit.pass_time(minutes=6)
    kit.desk.door.used(session)
    assert kit.desk.revision == before


def test_ending_sessions_is_told_at_once(kit: Kit) -> None:
    """All of somebody's end together, watchers hear of each, and other people's go on."""
    hire(kit)
    mine = [kit.desk.door.sign_in("Mia", PASSWORD, HERE).line.id for _ in range(2)]
    ana = kit.desk.door.by_itself("ana", HERE).line.id
    heard: list[str] = []
    stop = kit.desk.door.watch(heard.append)
    assert kit.desk.people.end_sessions("ana", "Mia") == 3  # the one of joining too
    assert set(mine) < set(heard)
    assert [kit.desk.door.who(one) for one in mine] == [None, None]
    assert kit.desk.door.who(ana)
    stop()
    kit.desk.door.sign_out(ana)
    assert ana not in heard


@pytest.mark.parametrize("way", ["leaves", "password", "link", "factor"])
def test_what_makes_a_session_doubtful_ends_it(kit: Kit, way: str) -> None:
    """Leaving, a new password by either way, and a new or lost second factor end what was open before."""
    hire(kit)
    session = kit.desk.door.sign_in("Mia", PASSWORD, HERE).line.id
    assert kit.desk.door.who(session)
    if way == "leaves":
        kit.desk.people.set_active("ana", "Mia", False, kit.desk.own.me("Mia").version)
    elif way == "password":
        kit.desk.own.set_password("Mia", PASSWORD, "another walk by the river")
    elif way == "link":
        kit.desk.own.join(kit.desk.people.reset_link("ana", "Mia"), "", "", "another walk by the river", HERE)
    else:
        kit.desk.people.drop_factor("ana", "Mia")
    assert kit.desk.door.who(session) is None


def test_nobody_ends_the_sessions_of_others_as_their_own(kit: Kit) -> None:
    """The id of a session is not enough: it has to be one's own."""
    hire(kit)
    session = kit.desk.door.sign_in("Mia", PASSWORD, HERE).line.id
    assert kit.desk.own.end_session("ben", session) == 0
    assert kit.desk.door.who(session)
    assert kit.desk.own.end_session("Mia", session) == 1


# -- giving rights -----------------------------------------------------------------------------------------------------


def test_nobody_gives_what_they_do_not_have(kit: Kit) -> None:
    """An administrator of one account gives access to that account, and touches nobody who has more."""
    seed_staff(kit.desk, "local", accounts=frozenset({"main"}))
    kit.desk.people.invite("local", "fine", None, Role.MANAGER, frozenset({"main"}))
    with pytest.raises(NotPermitted, match="access they do not have"):
        kit.desk.people.invite("local", "wide", None, Role.MARKETER, None)
    for act in (
        lambda: kit.desk.people.reset_link("local", "ana"),
        lambda: kit.desk.people.end_sessions("local", "ana"),
        lambda: kit.desk.people.set_rights("local", "ana", Role.MARKETER, frozenset({"main"}), 1),
    ):
        with pytest.raises(NotPermitted, match="may more than you"):
            act()
    with pytest.raises(NotPermitted):
        people_rules.may_give(kit.desk.own.me("local"), Role.ADMINISTRATOR, frozenset({"main", "other"}))


def test_somebody_stays_administrator(kit: Kit) -> None:
    """The last one of all accounts can neither leave nor take the role away from themselves."""
    kit.desk.people.set_rights("ana", "ben", Role.MARKETER, None, 1)
    for act in (
        lambda: kit.desk.people.set_active("ana", "ana", False, 1),
        lambda: kit.desk.people.set_rights("ana", "ana", Role.MANAGER, None, 1),
        lambda: kit.desk.people.set_rights(SYSTEM, "ana", Role.ADMINISTRATOR, frozenset({"main"}), 1),
    ):
        with pytest.raises(DeskError, match="has to stay administrator"):
            act()


def test_two_who_change_one_person_do_not_overwrite_each_other(kit: Kit) -> None:
    """The second is told to look again."""
    kit.desk.people.set_rights("ana", "ben", Role.MANAGER, None, 1)
    with pytest.raises(Conflict):
        kit.desk.people.set_rights("ana", "ben", Role.MARKETER, None, 1)


def test_an_account_that_the_settings_lack_is_named(kit: Kit) -> None:
    """A slip in an account's id gives access to nothing, so it is refused."""
    with pytest.raises(DeskError, match="there is no account 'mian'; the settings have: main"):
        kit.desk.people.invite("ana", "new", None, Role.MARKETER, frozenset({"mian"}))


# -- the identity provider ---------------------------------------------------------------------------------------------


def test_only_who_is_known_or_invited_comes_from_the_provider(kit: Kit) -> None:
    """By the verified address at first, by the subject from then on; an address that moved to another opens nothing."""
    hire(kit)
    own = kit.desk.own
    assert own.by_provider("https://id 7", "MIA@brand.example", "mia", "Mia", HERE).line.staff == "Mia"
    assert own.by_provider("https://id 7", None, "mia", "Mia", HERE).line.staff == "Mia"
    for subject, email in (
        ("https://id 8", "mia@brand.example"),
        ("https://id 9", None),
        ("https://id 9", "eve@x.example"),
    ):
        with pytest.raises(SignInFailed, match="nobody has invited you"):
            own.by_provider(subject, email, "mia", "Mia", HERE)
    kit.desk.people.invite("ana", "Noah", "noah@brand.example", Role.MARKETER)
    ticket = own.by_provider("https://id 10", "noah@brand.example", "n.b", "Noah B", HERE)
    assert (ticket.line.staff, own.me("Noah").role) == ("Noah", Role.MARKETER)
    assert not kit.desk.people.invitations("ana")


def test_the_provider_does_not_stand_for_the_second_factor(kit: Kit) -> None:
    """Who has one here is asked for it."""
    with_factor(kit)
    assert kit.desk.own.by_provider("https://id 7", "mia@brand.example", "mia", "Mia", HERE).half


def test_who_left_does_not_come_back_through_the_provider(kit: Kit) -> None:
    """Deactivated here counts, whatever the provider says."""
    hire(kit)
    kit.desk.own.by_provider("https://id 7", "mia@brand.example", "mia", "Mia", HERE)
    kit.desk.people.set_active("ana", "Mia", False, kit.desk.own.me("Mia").version)
    with pytest.raises(SignInFailed):
        kit.desk.own.by_provider("https://id 7", "mia@brand.example", "mia", "Mia", HERE)


def test_everything_about_staff_is_in_the_audit(kit: Kit) -> None:
    """Who invited whom, who joined, who signed in and what an administrator changed; no secret among it."""
    hire(kit)
    kit.desk.people.set_rights("ana", "Mia", Role.MANAGER, None, 1)
    kit.desk.people.end_sessions("ana", "Mia")
    with kit.store.read() as cursor:
        rows = cursor.execute("SELECT staff, verb, object_id FROM audit_events ORDER BY rowid").fetchall()
    assert rows == [
        ("ana", "staff.invited", "Mia"),
        ("Mia", "staff.joined", "Mia"),
        ("Mia", "session.begun", "Mia"),
        ("ana", "staff.rights_changed", "Mia"),
        ("ana", "staff.sessions_ended", "Mia"),
    ]


@pytest.mark.parametrize("gone", ["deactivated", "demoted"])
def test_a_link_is_good_no_longer_than_its_maker_could_make_it(kit: Kit, gone: str) -> None:
    """Who is kept out, or may invite no more, comes back by no link of their own: not to join, not for a password."""
    people, own = kit.desk.people, kit.desk.own
    seed_staff(kit.desk, "mallory", role=Role.ADMINISTRATOR)
    joins = people.invite("mallory", "evil", "evil@brand.example", Role.ADMINISTRATOR)
    as_ana, good = people.reset_link("mallory", "ana"), people.invite("ana", "mia", None, Role.MARKETER)
    assert own.link(joins).name == "evil"
    if gone == "deactivated":
        people.set_active("ana", "mallory", False, 1)
    else:
        people.set_rights("ana", "mallory", Role.MANAGER, None, 1)
    for secret in (joins, as_ana):
        with pytest.raises(DeskError):
            own.join(secret, "evil", "Evil", PASSWORD, HERE)
    with pytest.raises(SignInFailed):
        own.by_provider("https://id 66", "evil@brand.example", "evil", "Evil", HERE)
    assert own.join(good, "mia", "Mia", PASSWORD, HERE).line.staff == "mia"


def test_a_link_made_for_somebody_who_may_more_by_now_is_good_for_nothing(kit: Kit) -> None:
    """An administrator of one account does not become one of all accounts by a link made before somebody rose."""
    people, own = kit.desk.people, kit.desk.own
    seed_staff(kit.desk, "local", "mia", role=Role.ADMINISTRATOR, accounts=frozenset({"main"}))
    early, kept = people.reset_link("local", "mia"), people.reset_link("local", "local")
    people.set_rights("ana", "mia", Role.ADMINISTRATOR, None, 1)
    with pytest.raises(DeskError):
        own.join(early, "", "", PASSWORD, HERE)
    assert own.join(kept, "", "", PASSWORD, HERE).line.staff == "local"
    assert own.join(people.reset_link("ana", "mia"), "", "", PASSWORD, HERE).line.staff == "mia"
