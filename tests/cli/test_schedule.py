"""`commsla schedule`: lines that a system really takes, for one user, and nothing of anybody else's lost."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from commsla.core.timetable import Job, Timetable
from commsla.edges.schedule import SCHEDULES
from commsla.edges.schedule.programs import NotScheduled
from tests.cli.doctoring import Bench
from tests.cli.terminal import Result, pipe

pytestmark = pytest.mark.skipif(os.name != "posix", reason="programs in place of a system's are sh")

ODD = 'o\'dd %h "q" $HOME ü;& |x'
NS = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
FOREIGN = "SHELL=/bin/bash\n# mine\n5 4 * * * /usr/bin/backup --all % in\\%put \xe9\n"

CRONTAB = """#!/bin/sh
# As Debian's: -l prints or says that there is none, - takes all anew.
table={table}
echo "$*" >> {log}
case "$1" in
-l) [ -e "$table" ] || {{ echo "no crontab for somebody" >&2; exit 1; }}
    [ -r "$table.broken" ] && {{ echo "cannot open your crontab" >&2; exit 1; }}
    cat "$table";;
-) cat > "$table.new" && mv "$table.new" "$table";;
esac
"""
RECORDER = '#!/bin/sh\nfor a in "$@"; do echo "$a" >> {log}; done\nexit {code}\n'


class Desk(Bench):
    """A state folder with a ledger, and programs of the system that only write down what they are told."""

    def prepare(self) -> None:
        self.home.mkdir(parents=True, mode=0o700)
        self.bin = self.folder / "bin"
        self.bin.mkdir()
        self.table, self.log = self.folder / "table", self.folder / "log"
        self.program(
            "crontab",
            CRONTAB.format(table=shlex.quote(str(self.table)), log=shlex.quote(str(self.log))),
        )
        assert self.run("poll").code == 1  # nobody answers; the ledger is there

    def program(self, name: str, text: str) -> None:
        (self.bin / name).write_text(text, "utf-8")
        (self.bin / name).chmod(0o755)

    def recorder(self, name: str, code: int = 0) -> None:
        self.program(name, RECORDER.format(log=shlex.quote(str(self.log)), code=code))

    def schedule(self, *words: str, **extra: str) -> Result:
        path = f"{self.bin}:/usr/bin:/bin"
        return self.run("schedule", *words, PATH=path, TZ="Europe/London", **extra)

    def said(self) -> list[str]:
        return self.log.read_text("utf-8").splitlines() if self.log.exists() else []

    def crontab(self) -> str:
        return self.table.read_bytes().decode("latin-1")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path, "office")
    made.prepare()
    return made


@pytest.fixture
def odd(tmp_path: Path) -> Desk:
    folder = tmp_path / ODD
    folder.mkdir()
    made = Desk(folder, "office")
    made.prepare()
    return made


def as_cron_does(line: str) -> str:
    """The command of a crontab line: five fields off, a % with a backslash is a %, one without ends it."""
    command = line.split(" ", 5)[5]
    out, escaped = "", False
    for char in command:
        if escaped:
            out += char if char == "%" else f"\\{char}"
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == "%":
            break
        else:
            out += char
    return out


def line_of(text: str) -> str:
    [line] = [x for x in text.splitlines() if x and not x.startswith("#")]
    return line


def test_the_lines_of_a_crontab(desk: Desk) -> None:
    result = desk.schedule()
    assert result.code == 0
    begin, line, end = result.out.splitlines()
    name = begin.split()[1]
    assert begin == f"# {name} begin: written by commsla schedule --install, removed by --remove"
    assert end == f"# {name} end"
    env = f"/usr/bin/env COMMSLA_HOME={desk.home} {sys.executable} -P -m commsla"
    config = f"--config {desk.folder}/schools.toml"
    assert line == (
        f"*/15 0-23 * * 1 {env} {config} poll; {env} {config} status --html {desk.home}/today.html"
    )
    assert "Nothing was changed." in result.err
    assert not desk.table.exists()
    assert desk.said() == []


def test_alerts_are_in_it_where_somebody_is_to_be_told(desk: Desk) -> None:
    smtp = '[smtp]\nsender = "a@school.test"\nhost = "smtp.example"\nrelay = true\n'
    told = '[[schools.alerts]]\nrole = "office"\nto = "a@school.test"\n'
    for extra, steps in ((smtp, ["poll", "status"]), (told + smtp, ["poll", "alert", "status"])):
        desk.extra = extra
        commands = line_of(desk.schedule("--as", "cron").out).split("; ")
        assert [c.partition("schools.toml ")[2].split()[0] for c in commands] == steps


def test_what_cron_would_run_really_runs_in_the_oddest_folder(odd: Desk) -> None:
    line = line_of(odd.schedule("--as", "cron").out)
    done = subprocess.run(
        ["/bin/sh", "-c", as_cron_does(line)],
        cwd="/",
        env={"HOME": str(odd.folder), "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "127.0.0.1" in done.stderr or "localhost" in done.stderr, "the poll tried and said so"
    assert "Oak" in (odd.home / "today.html").read_text("utf-8")


def test_foreign_lines_stay_and_a_second_time_changes_nothing(desk: Desk) -> None:
    desk.table.write_bytes(FOREIGN.encode("latin-1"))
    first = desk.schedule("--install")
    assert (first.code, first.out) == (0, "")
    assert "The lines are in your crontab" in first.err
    once = desk.crontab()
    assert once.startswith(FOREIGN)
    assert (
        once.removeprefix(FOREIGN).encode("latin-1").decode() == desk.schedule("--as", "cron").out
    )
    assert "already" in desk.schedule("--install").err
    assert desk.crontab() == once
    assert desk.said().count("-") == 1
    desk.schedule("--install", "--every", "30")
    assert desk.crontab() == once.replace("*/15 ", "*/30 ")
    desk.table.write_bytes((desk.crontab() + "# theirs\n").encode("latin-1"))
    assert "no longer" in desk.schedule("--remove").err
    assert desk.crontab() == FOREIGN + "# theirs\n"
    assert "no lines of commsla" in desk.schedule("--remove").err


def test_it_can_be_removed_when_the_config_is_broken(desk: Desk) -> None:
    desk.schedule("--install")
    desk.years = "[years\n"
    result = desk.schedule("--remove")
    assert (result.code, desk.crontab()) == (0, ""), result.err
    assert desk.schedule().code == 10


def test_a_last_line_without_its_end_is_not_joined_to_ours(desk: Desk) -> None:
    desk.table.write_text("5 4 * * * x", "utf-8")
    desk.schedule("--install")
    assert desk.crontab().splitlines()[0] == "5 4 * * * x"
    assert desk.crontab().splitlines()[1].startswith("# commsla")


def test_a_first_crontab(desk: Desk) -> None:
    assert desk.schedule("--install").code == 0
    assert desk.crontab() == desk.schedule("--as", "cron").out


def test_a_crontab_that_cannot_be_read_is_not_written(desk: Desk) -> None:
    desk.table.write_text("5 4 * * * x\n", "utf-8")
    Path(f"{desk.table}.broken").touch()
    result = desk.schedule("--install")
    assert result.code == 1
    assert "cannot open your crontab" in result.err
    assert "-" not in desk.said()
    assert desk.crontab() == "5 4 * * * x\n"


@pytest.mark.parametrize("left", ["begin", "end", "twice"])
def test_half_a_block_is_a_question(desk: Desk, left: str) -> None:
    begin, line, end = desk.schedule("--as", "cron").out.splitlines(keepends=True)
    text = {"begin": begin + line, "end": line + end, "twice": (begin + line + end) * 2}[left]
    desk.table.write_text(text, "utf-8")
    for word in ("--install", "--remove"):
        result = desk.schedule(word)
        assert result.code == 1
        assert "without the other" in result.err
    assert desk.crontab() == text


def test_two_ledgers_of_one_user_have_a_block_each(desk: Desk, tmp_path: Path) -> None:
    desk.schedule("--install")
    shutil.copytree(desk.home, tmp_path / "second")
    desk.home = tmp_path / "second"
    desk.schedule("--install")
    assert desk.crontab().count(" begin: ") == 2
    desk.schedule("--remove")
    assert desk.crontab().count(" begin: ") == 1
    assert str(tmp_path / "second") not in desk.crontab()


def test_nobody_but_the_owner_of_the_ledger(desk: Desk) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may give a file away")
    os.chown(desk.home / "ledger.sqlite3", 65534, 65534)
    for words in ((), ("--install",), ("--remove",)):
        result = desk.schedule(*words)
        assert (result.code, result.out) == (1, "")
        assert "belongs to another user" in result.err
    assert not desk.table.exists()


def test_without_a_ledger_nothing_is_installed(desk: Desk) -> None:
    (desk.home / "ledger.sqlite3").unlink()
    assert desk.schedule().code == 0
    result = desk.schedule("--install")
    assert result.code == 1
    assert "poll first" in result.err
    assert not desk.table.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--install", "--remove"), "Install it or remove it?"),
        (("--every", "7"), "Every 7 minutes does not divide an hour."),
        (("--as", "launchd"), "'launchd' is not one of"),
    ],
)
def test_misuse(desk: Desk, words: tuple[str, ...], said: str) -> None:
    result = desk.schedule(*words)
    assert (result.code, result.out) == (2, "")
    assert said in result.err


def test_the_demo_has_no_schedule(demo_home: Path) -> None:
    result = pipe(demo_home, "demo", "schedule")
    assert (result.code, result.out) == (2, "")


def units(text: str, folder: Path) -> list[Path]:
    """The files that were printed, each under the name that stands above it."""
    files: list[Path] = []
    for line in text.splitlines(keepends=True):
        if line.startswith("# /"):
            files.append(folder / Path(line[2:].strip()).name)
        else:
            with files[-1].open("a", encoding="utf-8") as file:
                file.write(line)
    return files


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze")
def test_systemd_takes_the_units_of_the_oddest_folder(odd: Desk, tmp_path: Path) -> None:
    files = units(odd.schedule("--as", "systemd").out, tmp_path)
    assert [f.suffix for f in files] == [".service", ".timer"]
    done = subprocess.run(
        ["systemd-analyze", "--user", "verify", *map(str, files)],
        capture_output=True,
        text=True,
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
        check=False,
        timeout=60,
    )
    ours = [x for x in done.stderr.splitlines() if "commsla" in x]
    assert ours == []
    timer = files[1].read_text("utf-8")
    when = next(x for x in timer.splitlines() if x.startswith("OnCalendar=")).partition("=")[2]
    assert when == "Mon *-*-* 00..23:00/15:00"
    subprocess.run(["systemd-analyze", "calendar", when], check=True, capture_output=True)
    assert "Persistent=true" in timer


def as_systemd_does(line: str) -> list[str]:
    """The words of an ExecStart (systemd.service(5)): quotes, backslashes, %% and the colon."""
    assert line[0] in ':"/-'
    replaced = line[0] != ":"
    words, word, quoted, chars = [], "", False, iter(line.lstrip(":-"))
    for char in chars:
        if char == "\\":
            word += next(chars)
        elif char == '"':
            quoted = not quoted
        elif char == " " and not quoted:
            words.append(word)
            word = ""
        elif char == "%":
            assert next(chars) == "%"
            word += "%"
        else:
            assert not (char == "$" and replaced), "a variable would be put in"
            word += char
    return [*words, word]


def test_what_systemd_would_run(odd: Desk) -> None:
    lines = odd.schedule("--as", "systemd").out.splitlines()
    [start] = [x.partition("=")[2] for x in lines if x.startswith("ExecStart=")]
    [after] = [x.partition("=")[2] for x in lines if x.startswith("ExecStopPost=")]
    head = [sys.executable, "-P", "-m", "commsla", "--config", f"{odd.folder}/schools.toml"]
    assert as_systemd_does(start) == [*head, "poll"]
    assert as_systemd_does(after.removeprefix("-")) == [
        *head, "status", "--html", f"{odd.home}/today.html",
    ]  # fmt: skip
    [home] = [x.partition("=")[2] for x in lines if x.startswith("Environment=")]
    assert home == '"COMMSLA_HOME=' + str(odd.home).replace('"', '\\"').replace("%", "%%") + '"'


def test_a_timer_is_installed_and_removed(desk: Desk) -> None:
    desk.recorder("systemctl")
    config = desk.folder / "config"
    place = {"XDG_CONFIG_HOME": str(config)}
    result = desk.schedule("--as", "systemd", "--install", **place)
    assert result.code == 0, result.err
    folder = config / "systemd" / "user"
    service, timer = sorted(folder.iterdir())
    assert desk.said() == ["--user", "daemon-reload", "--user", "enable", "--now", timer.name]
    before = service.read_text("utf-8"), timer.read_text("utf-8")
    assert desk.schedule("--as", "systemd", "--install", **place).code == 0
    assert (service.read_text("utf-8"), timer.read_text("utf-8")) == before
    assert "enable-linger" in result.err
    assert "is removed" in desk.schedule("--as", "systemd", "--remove", **place).err
    assert list(folder.iterdir()) == []
    assert "There is no timer" in desk.schedule("--as", "systemd", "--remove", **place).err
    timer.write_text("[Timer]\nOnCalendar=daily\n", "utf-8")
    foreign = desk.schedule("--as", "systemd", "--install", **place)
    assert foreign.code == 1
    assert "commsla did not write it" in foreign.err
    assert list(folder.iterdir()) == [timer]


def test_a_system_that_refuses_is_quoted(desk: Desk) -> None:
    desk.program("systemctl", "#!/bin/sh\necho Failed to connect to bus >&2\nexit 1\n")
    result = desk.schedule(
        "--as", "systemd", "--install", XDG_CONFIG_HOME=str(desk.folder / "config")
    )
    assert result.code == 1
    assert "Failed to connect to bus" in result.err


def test_the_task_of_windows(desk: Desk) -> None:
    out = desk.schedule("--as", "windows").out
    assert out.isascii()
    task = ElementTree.fromstring(out)
    assert task.tag == f"{NS}Task"
    assert task.get("version") == "1.2"
    trigger = task.find(f"{NS}Triggers/{NS}CalendarTrigger")
    assert trigger is not None
    # The order that the schema wants (triggerBaseType, then what a calendar adds).
    assert [child.tag.removeprefix(NS) for child in trigger] == [
        "Enabled", "StartBoundary", "Repetition", "ScheduleByWeek",
    ]  # fmt: skip
    texts = {e.tag.removeprefix(NS): e.text for e in task.iter()}
    for name, text in {
        "Interval": "PT15M",
        "Duration": "PT24H",
        "StartWhenAvailable": "true",
        "MultipleInstancesPolicy": "IgnoreNew",
        "DisallowStartIfOnBatteries": "false",
        "LogonType": "S4U",
        "RunLevel": "LeastPrivilege",
    }.items():
        assert texts[name] == text
    runs = task.findall(f"{NS}Actions/{NS}Exec")
    head = f"-P -m commsla --home {desk.home} --config {desk.folder}/schools.toml"
    assert [(r.findtext(f"{NS}Command"), r.findtext(f"{NS}Arguments")) for r in runs] == [
        (sys.executable, f"{head} poll"),
        (sys.executable, f"{head} status --html {desk.home}/today.html"),
    ]


def test_a_task_is_registered_and_deleted(desk: Desk) -> None:
    log, kept = shlex.quote(str(desk.log)), shlex.quote(str(desk.folder / "task.xml"))
    copy = f'[ "$4" = /XML ] && cp "$5" {kept}'
    desk.program("schtasks", f'#!/bin/sh\necho "$1 $3" >> {log}\n{copy}\nexit 0\n')
    assert desk.schedule("--as", "windows", "--install").code == 0
    registered = (desk.folder / "task.xml").read_text("utf-16")
    assert registered == desk.schedule("--as", "windows").out
    assert "is deleted" in desk.schedule("--as", "windows", "--remove").err
    assert [x.split()[0] for x in desk.said()] == ["/Create", "/Query", "/Delete"]


JOB = Job(
    name="commsla",
    program=("C:\\Program Files\\Python\\python.exe", "-P", "-m", "commsla"),
    config="C:\\Schule ü\\schools.toml",
    home="C:\\state & more",
    user="SCHOOL\\office",
    steps=(("poll",), ("alert",), ("status", "--html", "C:\\a b\\today.html")),
    timetable=Timetable(15, 7, 16, (0, 1, 2, 3, 4)),
)


def test_a_path_of_windows_is_one_word() -> None:
    out = SCHEDULES["windows"]().text(JOB)
    assert out.isascii()
    task = ElementTree.fromstring(out)
    assert [e.text for e in task.iter(f"{NS}Arguments")] == [
        '-P -m commsla --home "C:\\state & more" --config "C:\\Schule ü\\schools.toml" poll',
        '-P -m commsla --home "C:\\state & more" --config "C:\\Schule ü\\schools.toml" alert',
        '-P -m commsla --home "C:\\state & more" --config "C:\\Schule ü\\schools.toml" status '
        '--html "C:\\a b\\today.html"',
    ]
    assert {e.text for e in task.iter(f"{NS}Command")} == {JOB.program[0]}
    assert {e.text for e in task.iter(f"{NS}UserId")} == {"SCHOOL\\office"}


def test_an_alert_that_fails_shows_in_the_state_of_the_service() -> None:
    from dataclasses import replace

    text = SCHEDULES["systemd"]().text(replace(JOB, program=("/usr/bin/python3", "-m", "commsla")))
    after = [x for x in text.splitlines() if x.startswith("ExecStopPost=")]
    assert [(x[13] == "-", x.split()[-1]) for x in after] == [
        (True, after[0].split()[-1]),
        (False, "alert"),
    ]
    assert "today.html" in after[0]


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("cron", "/a\nb"),
        ("cron", "/a\\b"),
        ("cron", "/" + "x" * 1000),
        ("systemd", "/a\nb"),
        ("systemd", "/a\x01b"),
        ("windows", "C:\\%TEMP%\\x"),
        ("windows", "C:\\$(Arg0)"),
    ],
)
def test_what_a_schedule_cannot_hold_is_refused(kind: str, path: str) -> None:
    from dataclasses import replace

    with pytest.raises(NotScheduled):
        SCHEDULES[kind]().text(replace(JOB, config=path))
