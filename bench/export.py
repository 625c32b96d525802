"""How long an export takes, by how much is in the ledger: run by hand, never a timed test.

    python bench/export.py [cases]

A ledger of one school year at two schools is made up in a folder of its own; each export is a process of its
own, as an office runs it, and its time and highest memory are printed.
"""

from __future__ import annotations

import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from commsla.core.model import MailboxRead, Meaning, Message, Party, Role, Stored, TextFact
from commsla.edges.ledger import open_ledger

CONFIG = Path(__file__).parents[1] / "config" / "schools.toml"
START = datetime(2025, 9, 2, 8, 0, tzinfo=UTC)
END = datetime(2026, 7, 20, 16, 0, tzinfo=UTC)
SCHOOLS = {
    "norton": "Norton.SH@nortonandwestchinnockschools.co.uk",
    "westchinnock": "WestChinnock.Sch407@nortonandwestchinnockschools.co.uk",
}
EXPORTS = (
    ("governors", "md"),
    ("governors", "html"),
    ("governors", "pdf"),
    ("governors", "docx"),
    ("governors", "xlsx"),
    ("governors", "json"),
    ("governors", "csv"),
    ("data", "csv"),
    ("data", "json"),
    ("data", "xlsx"),
    ("head", "csv"),
)


def fill(home: Path, number: int) -> None:
    """So many enquiries over the year; nine in ten are answered, one in eight asks again."""
    chance = random.Random(7)
    ledger = open_ledger(home)
    places = list(SCHOOLS.items())
    ours = {
        a: Party(ledger.keys.address(a), ledger.keys.domain(a.split("@")[1])) for _, a in places
    }
    span = int((END - START).total_seconds())
    messages: list[Message] = []
    sent: list[str] = []
    for i in range(number):
        school, address = places[i % 2]
        at = START + timedelta(seconds=chance.randrange(span))
        who = Party(f"p{i % (number // 6 + 1)}", "d1")
        messages.append(mail(school, address, "INBOX", i, at, who, (ours[address],), f"q{i}"))
        if chance.random() < 0.12:
            again = at + timedelta(hours=chance.randrange(20, 70))
            messages.append(
                mail(
                    school,
                    address,
                    "INBOX",
                    number + i,
                    again,
                    who,
                    (ours[address],),
                    f"c{i}",
                    f"q{i}",
                )
            )
        if chance.random() < 0.9:
            took = timedelta(hours=min(chance.expovariate(1 / 40), 900))
            messages.append(
                mail(school, address, "Sent", i, at + took, ours[address], (who,), f"a{i}", f"q{i}")
            )
            sent.append(f"a{i}")
    with ledger.transaction():
        for school, address in places:
            ledger.begin(school, address, START)
            for day in range(320):
                read = START + timedelta(days=day)
                ledger.note_read(MailboxRead(school, address, read, read, "", "Sent"))
        ledger.add(messages, Stored(END, START))
        stored = ledger.messages()
        ledger.note_texts(
            TextFact(m.id, Meaning.FULL if m.role is Role.SENT else Meaning.CHASER)
            for m in stored
            if m.in_reply_to
        )
        prefix = {"norton": "N", "westchinnock": "W"}
        ledger.give_references(
            {m.id: prefix[m.school] for m in stored if m.message_id.startswith("q")}
        )
    ledger.close()


def mail(
    school: str, box: str, folder: str, uid: int, at: datetime, who: Party, to: tuple[Party, ...],
    name: str, re: str = "",
) -> Message:  # fmt: skip
    return Message(
        school, box, folder, Role.SENT if folder == "Sent" else Role.INBOX, 1, uid + 1, at,
        fingerprint=f"f{name}", message_id=name, in_reply_to=(re,) if re else (), sender=who,
        recipients=to, subject="A question" if not re else "Re: A question", subject_key=f"s{name}",
        is_reply=bool(re),
    )  # fmt: skip


def timed(words: list[str], home: Path) -> tuple[float, float, int]:
    """Seconds on the wall, seconds of the processor and kilobytes of one run."""
    environment = {**os.environ, "COMMSLA_HOME": str(home), "COMMSLA_CONFIG": str(CONFIG)}
    start = time.perf_counter()
    pid = subprocess.Popen(
        [sys.executable, "-m", "commsla", *words], env=environment, stdout=subprocess.DEVNULL
    ).pid
    _, status, used = os.wait4(pid, 0)
    if status:
        sys.exit(f"it failed: {' '.join(words)}")
    assert isinstance(used, resource.struct_rusage)
    return time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss


def main() -> None:
    if sys.argv[1:2] == ["fill"]:
        fill(Path(sys.argv[2]), int(sys.argv[3]))
        return
    numbers = [int(sys.argv[1])] if len(sys.argv) > 1 else [25_000, 50_000, 100_000]
    print("| cases | for | format | s | of the processor | MB |\n|---|---|---|---|---|---|")
    for number in numbers:
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder) / "state"
            # In a process of its own: what a child needs at most is counted from what it was forked of.
            subprocess.run([sys.executable, __file__, "fill", str(home), str(number)], check=True)
            for reader, form in EXPORTS:
                out = str(Path(folder) / f"page.{form}")
                words = ["export", "--for", reader, "--year", "2025-26", "-o", out]
                seconds, busy, size = timed(words, home)
                print(
                    f"| {number:,} | {reader} | {form} | {seconds:.1f} | {busy:.1f} | {size / 1024:.0f} |"
                )


if __name__ == "__main__":
    main()
