"""schools.toml as a school writes it: what a right file becomes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from pathlib import Path

import pytest

from commsla.core.school import (
    ClockRules,
    Config,
    DayKind,
    DueBy,
    Mailbox,
    Override,
    PasswordSource,
    Policy,
    Promise,
    Receipt,
    School,
    SchoolYear,
    Span,
    Unit,
)
from commsla.edges.config import load_config
from commsla.errors import ConfigError

MINIMAL = """\
nation = "England"
[policy]
name = "Policy"
acknowledge = "2 working days"
respond = "5 working days"
[hours]
mon = "08:30-16:00"
[[schools]]
code = "oak"
prefix = "O"
name = "Oak"
domains = ["oak.example"]
[[schools.mailboxes]]
address = "office@oak.example"
host = "imap.oak.example"
password_file = "oak.password"
"""

YEAR = """\
[years."2026-27"]
terms = [
  ["Wed 2026-09-02", 2026-12-18],
  ["Monday 4 January 2027", "2027-07-21"],
]
inset = ["Tue 1st Sept 2026"]
"""

Load = Callable[[str], Config]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Load a text as a school's schools.toml."""

    def load_text(text: str) -> Config:
        path = tmp_path / "schools.toml"
        path.write_text(text, encoding="utf-8")
        return load_config(path)

    return load_text


def test_a_minimal_file_becomes_the_whole_config(load: Load, tmp_path: Path) -> None:
    working = Unit.WORKING_DAYS
    assert load(MINIMAL) == Config(
        path=str(tmp_path / "schools.toml"),
        schools=(
            School(
                code="oak",
                prefix="O",
                name="Oak",
                phone="",
                nation="England",
                domains=("oak.example",),
                aliases=("office@oak.example",),
                mailboxes=(
                    Mailbox(
                        address="office@oak.example",
                        host="imap.oak.example",
                        port=993,
                        username="office@oak.example",
                        password=PasswordSource(file=str(tmp_path / "oak.password")),
                    ),
                ),
                policies=(Policy("Policy", Promise(2, working), Promise(5, working)),),
                hours={0: ((time(8, 30), time(16, 0)),)},
                years=(),
            ),
        ),
        warnings=(
            "Oak has no term dates: each of its deadlines is provisional. "
            'Write [years."2026-27"] with the dates that the school publishes.',
        ),
    )


def test_dates_may_be_native_or_text_with_a_weekday_or_in_words(load: Load) -> None:
    config = load(MINIMAL + YEAR)
    assert config.warnings == ()
    assert config.schools[0].years == (
        SchoolYear(
            "2026-27",
            (
                Span(date(2026, 9, 2), date(2026, 12, 18)),
                Span(date(2027, 1, 4), date(2027, 7, 21)),
            ),
            (date(2026, 9, 1),),
        ),
    )


def test_a_school_inherits_what_it_does_not_write_itself(load: Load) -> None:
    elm = """
[[schools]]
code = "elm"
prefix = "E"
name = "Elm"
phone = "01935 000000"
domains = ["ELM.example"]
aliases = ["Old@Elm.example"]
nation = "Wales"
inset = ["Fri 2026-11-27"]
[schools.policy]
respond = "3 school days"
receipt = "next-working-day"
due_by = "close"
[schools.hours]
fri = "9:00 - 12:30"
[[schools.days]]
date = 2026-11-03
kind = "school"
reason = "open after all"
[[schools.mailboxes]]
address = "Office@Elm.example"
host = "127.0.0.1"
port = 1143
security = "plain"
username = "elm"
password_command = ["pass", "show", "elm"]
ca_file = "/etc/ca.pem"
inbox = "Posteingang"
sent = "Sent Items"
"""
    days = """
[privacy]
keep_identities = 7
[[days]]
date = "Tue 2026-11-03"
kind = "closed"
reason = "snow"
[[days]]
date = "Mon 2026-10-26"
kind = "office"
reason = "open in half-term"
"""
    config = load(MINIMAL + elm + YEAR + days)
    oak, school = config.schools
    assert config.keep_identities == 7
    assert school.policies[0] == Policy(
        "Policy",
        Promise(2, Unit.WORKING_DAYS),
        Promise(3, Unit.SCHOOL_DAYS),
        ClockRules(Receipt.NEXT_WORKING_DAY, DueBy.CLOSE),
    )
    assert oak.policies[0].respond == Promise(5, Unit.WORKING_DAYS)
    assert (oak.nation, school.nation) == ("England", "Wales")
    assert school.hours == {4: ((time(9, 0), time(12, 30)),)}
    assert school.phone == "01935 000000"
    assert school.domains == ("elm.example",)
    assert school.aliases == ("old@elm.example", "office@elm.example")
    assert school.mailboxes == (
        Mailbox(
            address="Office@Elm.example",
            host="127.0.0.1",
            port=1143,
            username="elm",
            password=PasswordSource(command=("pass", "show", "elm")),
            security="plain",
            ca_file="/etc/ca.pem",
            inbox="Posteingang",
            sent="Sent Items",
        ),
    )
    assert school.years[0].inset == (date(2026, 9, 1), date(2026, 11, 27))
    assert oak.years[0].inset == (date(2026, 9, 1),)
    snow = Override(date(2026, 11, 3), DayKind.CLOSED, "snow")
    half_term = Override(date(2026, 10, 26), DayKind.OFFICE, "open in half-term")
    assert oak.overrides == (half_term, snow)
    assert school.overrides == (
        half_term,
        Override(date(2026, 11, 3), DayKind.SCHOOL, "open after all"),
    )


def test_a_schools_own_year_replaces_the_shared_one(load: Load) -> None:
    own = '[schools.years."2026-27"]\nterms = [[2026-09-07, 2027-07-16]]\n'
    own += '[schools.years."2027-28"]\nterms = [[2027-09-06, 2028-07-14]]\n'
    years = load(MINIMAL + own + YEAR).schools[0].years
    assert years == (
        SchoolYear("2026-27", (Span(date(2026, 9, 7), date(2027, 7, 16)),)),
        SchoolYear("2027-28", (Span(date(2027, 9, 6), date(2028, 7, 14)),)),
    )


def test_an_inset_day_in_late_august_belongs_to_the_year_that_begins(load: Load) -> None:
    text = MINIMAL.replace('name = "Oak"', 'name = "Oak"\ninset = ["Tue 2027-08-31"]')
    text += YEAR + '[years."2027-28"]\nterms = [["Wed 2027-09-01", "Fri 2028-07-21"]]\n'
    old, new = load(text).schools[0].years
    assert old.inset == (date(2026, 9, 1),)
    assert new.inset == (date(2027, 8, 31),)


def test_terms_and_inset_days_come_in_order_of_time(load: Load) -> None:
    text = MINIMAL + '[years."2026-27"]\ninset = [2027-01-04, 2026-09-01]\n'
    text += "terms = [[2027-01-05, 2027-07-21], [2026-09-02, 2026-12-18]]\n"
    (year,) = load(text).schools[0].years
    assert [term.first for term in year.terms] == [date(2026, 9, 2), date(2027, 1, 5)]
    assert year.inset == (date(2026, 9, 1), date(2027, 1, 4))


def test_the_edges_of_what_is_allowed(load: Load) -> None:
    text = MINIMAL.replace('"2 working days"', '"5 working days"')
    text += '[years."2026-27"]\nterms = [[2026-08-01, 2026-08-01], [2026-08-02, 2027-08-31]]\n'
    (school,) = load(text).schools
    assert school.policies[0].acknowledge == school.policies[0].respond
    assert school.years[0].terms == (
        Span(date(2026, 8, 1), date(2026, 8, 1)),
        Span(date(2026, 8, 2), date(2027, 8, 31)),
    )


def test_plain_text_to_this_machine_has_the_plain_port(load: Load) -> None:
    plain = 'security = "plain"\nhost = "{}"\n'
    for host in ("localhost", "127.8.9.10", "::1"):
        text = MINIMAL.replace('host = "imap.oak.example"\n', plain.format(host))
        assert load(text).schools[0].mailboxes[0].port == 143


def test_a_file_saved_by_notepad_is_read(tmp_path: Path) -> None:
    path = tmp_path / "schools.toml"
    path.write_bytes(b"\xef\xbb\xbf" + MINIMAL.replace("\n", "\r\n").encode())
    assert load_config(path).schools[0].name == "Oak"


def test_paths_are_beside_the_config_wherever_the_command_is_typed(
    load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(MINIMAL.replace('"oak.password"', '"secrets/oak"\nca_file = "ca.pem"'))
    monkeypatch.chdir(tmp_path.parent)
    (mailbox,) = load_config(Path(tmp_path.name) / "schools.toml").schools[0].mailboxes
    assert mailbox.password.file == str(tmp_path / "secrets" / "oak")
    assert mailbox.ca_file == str(tmp_path / "ca.pem")


def test_a_policy_changes_from_a_date_on_and_what_a_school_says_for_itself_stays(
    load: Load,
) -> None:
    text = (
        MINIMAL.replace(
            "[hours]",
            """[[policy.changes]]
from = "Tue 2026-09-01"
acknowledge = "1 working day"
receipt = "next-working-day"
cut_off = "15:30"
inset = "does not count"
due_by = "16:00"

[hours]""",
        )
        + """
[schools.policy]
respond = "3 school days"

[[schools.policy.changes]]
from = 2027-01-01
respond = "same day by 12:00"
"""
    )
    school = load(text).schools[0]
    assert [(p.since, str(p.acknowledge), str(p.respond)) for p in school.policies] == [
        (date.min, "2 working days", "3 school days"),
        (date(2026, 9, 1), "1 working day", "3 school days"),
        (date(2027, 1, 1), "1 working day", "same working day by 12:00"),
    ]
    assert school.policies[0].rules == ClockRules()
    assert school.policies[2].rules == ClockRules(
        Receipt.NEXT_WORKING_DAY, time(16), time(15, 30), inset_counts=False
    )
    assert school.policy_on(date(2026, 8, 31)) is school.policies[0]
    assert school.policy_on(date(2026, 9, 1)) is school.policies[1]


def test_a_mailbox_may_have_a_policy_of_its_own(load: Load) -> None:
    school = load(MINIMAL + '[schools.mailboxes.policy]\nrespond = "10 working days"\n').schools[0]
    day = date(2026, 9, 1)
    assert str(school.policy_on(day).respond) == "5 working days"
    assert str(school.policy_on(day, "office@oak.example").respond) == "10 working days"


def test_several_openings_a_day_and_a_half_day(load: Load) -> None:
    text = MINIMAL.replace('"08:30-16:00"', '"08:30-12:00, 13:00-16:00"') + YEAR
    text += '[[days]]\ndate = 2026-12-18\nkind = "school"\nreason = "ends at noon"\nhours = "08:30-12:00"\n'
    school = load(text).schools[0]
    assert school.hours[0] == ((time(8, 30), time(12)), (time(13), time(16)))
    assert school.overrides[0].hours == ((time(8, 30), time(12)),)


def test_a_year_may_be_written_as_closures(load: Load) -> None:
    closures = """
[years."2026-27"]
opens = "Wed 2026-09-02"
closures = [
  ["Sat 2026-10-24", "Sun 2026-11-01"],
  ["Sat 2026-12-19", "Sun 2027-01-03"],
  ["Wed 2027-07-21", "Tue 2027-08-31"],
]
"""
    school = load(MINIMAL + closures).schools[0]
    assert school.years[0].terms == (
        Span(date(2026, 9, 2), date(2026, 10, 23)),
        Span(date(2026, 11, 2), date(2026, 12, 18)),
        Span(date(2027, 1, 4), date(2027, 7, 20)),
    )


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ('terms = [["2026-09-02", "2026-12-18"]]\n', "`terms` and `closures` are both there."),
        ("", ""),
        ('[[days]]\ndate = 2026-09-09\nkind = "closed"\nreason = "x"\n', ""),
    ],
)
def test_terms_or_closures_never_both(load: Load, more: str, sentence: str) -> None:
    text = MINIMAL + '[years."2026-27"]\nclosures = [["2026-10-24", "2026-11-01"]]\n' + more
    if not sentence:
        assert load(text).schools[0].years[0].terms[0].first == date(2026, 9, 1)
        return
    with pytest.raises(ConfigError) as told:
        load(text)
    assert sentence in told.value.problems[0]
