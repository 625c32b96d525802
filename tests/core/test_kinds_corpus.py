"""The labelled corpus of made-up mail: nobody who waits for an answer is hidden, most machines are.

The labels were written before the rules (tests/mail/README.md), and none is changed to pass.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from commsla.core.headers import FIELDS, read_message
from commsla.core.kinds import Judged, Ours, kind_of
from commsla.core.model import Kind, Role
from commsla.core.parts import calendar_signs
from commsla.core.proofs import MAYBE_INVITATION
from tests.core.mails import KEYS

MAIL = Path(__file__).parents[1] / "mail"
LABELS = tomllib.loads((MAIL / "labels.toml").read_text("utf-8"))
OAK = Ours(
    frozenset({KEYS.address("office@oak.example")}),
    frozenset(map(KEYS.domain, ("oak.example", "trust.example"))),
    ("oak.example", "office.oak.example", "trust.example"),
)
ASKED = {name.lower() for name in FIELDS}

# Machine mail (by its label) whose clock runs, and why no header may exclude it.
ABSENCE = "only the subject says so, and people type such words: it is proposed"
CALENDAR = "the calendar is a part inside, its headers are a person's: it is proposed"
MISSES = {
    "047.eml": ABSENCE,
    "048.eml": ABSENCE,
    "094.eml": "an officer wrote it by hand; the office in Bcc is still written to: it is proposed",
    "097.eml": "a salesman wrote it by hand, everybody in Bcc: it is proposed",
    "104.eml": "spam in a person's clothes; spam is not ours to detect",
    "130.eml": CALENDAR,
    "133.eml": CALENDAR,
    "139.eml": CALENDAR,
    "141.eml": CALENDAR,
    "142.eml": CALENDAR,
    "211.eml": "a canned thank-you without any automatic header; only its text tells",
}
# Excluded as it should be, but called something else.
OTHER_NAMES = {
    "086.eml": "a portal's 'was opened' is a notice of a machine to every header",
    "121.eml": "a social network's notice has a List-Unsubscribe, and bulk is tried first",
    "126.eml": "an outside system writes in the office's own name",
    "138.eml": "a meeting service writes from no-reply; the calendar is a part inside",
}
# A colleague whose clock runs: keys of domains cannot tell a sub-domain, the config can name it.
CLOCKS_FOR_COLLEAGUES = {"154.eml"}


def header_block(name: str) -> bytes:
    """What the IMAP edge gets: the fields that are asked for, up to the first empty line."""
    raw = (MAIL / "messages" / name).read_bytes().replace(b"\r\n", b"\n")
    kept: list[bytes] = []
    keeping = True
    for line in raw.split(b"\n"):
        if not line:
            break
        if line[:1] not in (b" ", b"\t"):
            field = line.partition(b":")[0].strip().decode("ascii", "replace").lower()
            keeping = field in ASKED
        if keeping:
            kept.append(line)
    return b"\r\n".join([*kept, b"", b""])


def judged(name: str, *, with_parts: bool = False) -> Judged:
    message = read_message(
        header_block(name), KEYS, school="oak", mailbox="office@oak.example", folder="INBOX",
        role=Role.INBOX, uidvalidity=1, uid=1, received=datetime(2026, 9, 8, 9, 0, tzinfo=UTC),
    )  # fmt: skip
    found = kind_of(message, OAK)
    if with_parts and found.doubt == MAYBE_INVITATION:
        more = calendar_signs((MAIL / "messages" / name).read_bytes())
        return kind_of(replace(message, signs=(*message.signs, *more)), OAK)
    return found


HEADERS_ALONE = {name: judged(name) for name in LABELS}
MACHINES = {
    name
    for name, label in LABELS.items()
    if label["kind"] not in ("enquiry", "unreadable", "internal")
}
STARTED = {name for name, found in HEADERS_ALONE.items() if found.kind.starts_a_clock}


def test_nobody_who_waits_for_an_answer_is_hidden() -> None:
    hidden = {
        name: HEADERS_ALONE[name]
        for name, label in LABELS.items()
        if label["kind"] in ("enquiry", "unreadable") and name not in STARTED
    }
    assert hidden == {}


def test_every_machine_whose_clock_runs_is_known_by_name_and_reason() -> None:
    assert set(MISSES) == MACHINES & STARTED
    for name, why in MISSES.items():
        assert bool(HEADERS_ALONE[name].doubt) == ("it is proposed" in why), name


def test_every_other_name_and_every_colleague_with_a_clock_is_known() -> None:
    others = {
        name
        for name, label in LABELS.items()
        if label["kind"] != HEADERS_ALONE[name].kind.value
        and (name in MACHINES or label["kind"] == "internal")
    }
    assert others - set(MISSES) == set(OTHER_NAMES) | CLOCKS_FOR_COLLEAGUES


@pytest.mark.parametrize(
    ("with_parts", "wanted", "of_no_person"), [(False, 0.89, 0.92), (True, 0.94, 0.95)]
)
def test_most_machine_mail_is_excluded(
    with_parts: bool, wanted: float, of_no_person: float
) -> None:
    """All of the six kinds, and those among them that no person wrote by hand.

    Headers alone cannot see a calendar among other parts; with the few parts that a doubt asks for,
    what remains is three absence notes, two circulars typed by hand and one spam.
    """
    found = {name: judged(name, with_parts=with_parts) for name in MACHINES}
    out = {name for name, one in found.items() if not one.kind.starts_a_clock}
    by_machines = {name for name in MACHINES if not LABELS[name]["person"]}
    assert len(out) / len(MACHINES) >= wanted
    assert len(out & by_machines) / len(by_machines) >= of_no_person
    proposed = {name for name, one in found.items() if one.doubt}
    assert len(out | proposed) / len(MACHINES) >= 0.98


def test_people_are_seldom_doubted() -> None:
    people = [name for name, label in LABELS.items() if label["kind"] == "enquiry"]
    doubted = [name for name in people if HEADERS_ALONE[name].doubt]
    assert len(doubted) <= 0.2 * len(people), doubted


def test_nothing_of_a_mail_is_quoted_as_proof_or_doubt() -> None:
    for name, found in HEADERS_ALONE.items():
        said = found.evidence + found.doubt
        assert "@" not in said, name
        assert said.isascii(), name


def test_parts_make_an_invitation_of_no_letter() -> None:
    for name, label in LABELS.items():
        signs = calendar_signs((MAIL / "messages" / name).read_bytes())
        if label["kind"] in ("enquiry", "unreadable"):
            found = [value for _, value in signs if "method=" in value]
            assert found == [], name


def table() -> str:
    """label x kind, for people: `python -m tests.core.test_kinds_corpus`."""
    counts = Counter((LABELS[n]["kind"], found.kind.value) for n, found in HEADERS_ALONE.items())
    kinds = [k.value for k in Kind if not k.value.startswith("ours")]
    width = max(map(len, kinds)) + 2
    rows = [" " * width + "".join(k[:9].rjust(10) for k in kinds)]
    for label in kinds:
        cells = "".join(
            (str(counts[label, k]) if counts[label, k] else ".").rjust(10) for k in kinds
        )
        rows.append(label.ljust(width) + cells)
    return "\n".join(rows)


TABLE = """\
                    enquiry unreadabl   receipt    bounce invitatio automatic      bulk notificat  internal
enquiry                  72         .         .         .         .         .         .         .         .
unreadable                .        17         .         .         .         .         .         .         .
receipt                   .         .        15         .         .         .         .         1         .
bounce                    .         .         .        16         .         .         .         .         .
invitation                5         .         .         .        10         .         .         1         .
automatic reply           3         .         .         .         .        18         .         .         .
bulk                      3         .         .         .         .         .        15         .         .
notification              .         .         .         .         .         .         1        19         1
internal                  1         .         .         .         .         .         .         .        16
"""


def test_the_whole_table() -> None:
    assert [line.rstrip() for line in table().splitlines()] == TABLE.splitlines()


if __name__ == "__main__":
    import sys

    sys.stdout.write(table() + "\n")
