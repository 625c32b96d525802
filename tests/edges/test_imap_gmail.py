"""Gmail's All Mail by its labels, against a scripted server: no real Gmail was ever asked."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from commsla.core.mailfacts import SentBy
from commsla.core.model import Delivered, Role
from commsla.core.school import Mailbox
from commsla.edges.imap import Line, open_line
from commsla.edges.ledger import open_ledger
from commsla.errors import MailboxError
from commsla.jobs.cases import fold_all
from commsla.jobs.poll import Outcome, Poll
from commsla.wiring import MailTexts
from tests.edges.fakeimap import PASSWORD, FakeImap, Script
from tests.jobs.test_poll import CONFIG, DAYS

WHEN = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
OK = b"TAG OK done\r\n"
CAPABILITY = b"* CAPABILITY IMAP4rev1 AUTH=PLAIN X-GM-EXT-1 SPECIAL-USE\r\n" + OK
LIST = (
    b'* LIST (\\HasNoChildren) "/" "INBOX"\r\n'
    b'* LIST (\\HasChildren \\Noselect) "/" "[Google Mail]"\r\n'
    b'* LIST (\\All \\HasNoChildren) "/" "[Google Mail]/All Mail"\r\n'
    b'* LIST (\\HasNoChildren \\Sent) "/" "[Google Mail]/Sent Mail"\r\n'
    b'* LIST (\\HasNoChildren \\Trash) "/" "[Google Mail]/Bin"\r\n'
) + OK
ALL_MAIL = "[Google Mail]/All Mail"


def mail(name: str, more: str = "") -> bytes:
    return (
        f"From: {name}@home.example\r\nTo: office@school.test\r\nSubject: {name}\r\n"
        f"Message-ID: <{name}@x>\r\n{more}\r\n"
    ).encode()


def answer(uid: int, labels: bytes, block: bytes) -> bytes:
    """As Gmail answers: its own items first."""
    return (
        b"* %d FETCH (X-GM-LABELS (%s) UID %d RFC822.SIZE 99 "
        b'INTERNALDATE "20-Nov-2026 09:30:00 +0000" BODY[HEADER.FIELDS (SUBJECT)]<0> {%d}\r\n%s)\r\n'
        % (uid, labels, uid, len(block), block)
    )


def gmail(*answers: bytes, **more: bytes) -> Script:
    uids = b" ".join(b"%d" % (n + 1) for n in range(len(answers)))
    number = len(answers)
    return {
        **more,
        "CAPABILITY": CAPABILITY,
        "LIST ": LIST,
        "EXAMINE ": b"* %d EXISTS\r\n* OK [UIDVALIDITY 7] v\r\n* OK [UIDNEXT %d] n\r\nTAG OK done\r\n"
        % (number, number + 1),
        "UID SEARCH ": b"* SEARCH " + uids + b"\r\n" + OK,
        "UID FETCH .*X-GM-LABELS": b"".join(answers) + OK,
        r"UID FETCH [\d,:]+ \(UID FLAGS\)": b"".join(
            b"* %d FETCH (UID %d FLAGS ())\r\n" % (n, n) for n in range(1, number + 1)
        )
        + OK,
    }


def box(fake: FakeImap) -> Mailbox:
    return replace(fake.mailbox(), all_mail=True)


def pulled(fake: FakeImap) -> list[Delivered]:
    line = open_line(box(fake), PASSWORD)
    try:
        folder = line.folders()[Role.INBOX]
        assert folder == ALL_MAIL
        last = line.look(folder).uidnext - 1
        return [m for chunk in line.pull(folder, 1, last) for m in chunk]
    finally:
        line.close()


@pytest.mark.parametrize(
    ("labels", "role", "left_out"),
    [
        (b"", None, False),  # archived by a rule, without any label
        (b'"\\\\Inbox"', None, False),
        (b"\\Inbox \\Important", None, False),
        (b'Parents "Year 3 & 4" "\\\\Important"', None, False),
        (b'"\\\\Sent"', Role.SENT, False),
        (b"\\Important \\Sent Parents", Role.SENT, False),
        (b'"\\\\Draft"', None, True),
        (b'"\\\\Sent" \\Trash', None, True),
        (b"\\SPAM", None, True),
        (b'"\\\\Junk"', None, True),
        (b"\\Inbox \\Drafts", None, True),
        # What people call their labels decides nothing.
        (b'Sent Draft "my \\\\Sent" Trash "Spam"', None, False),
        (b'") UID 3 INTERNALDATE (" "\\\\Sent"', Role.SENT, False),
        (b'"say \\"\\\\Draft\\""', None, False),
        (b"{5}\r\nx) y( \\Sent", Role.SENT, False),
        (b'{6}\r\n\\Draft "b"', None, True),
    ],
)
def test_labels_say_where_a_message_lies(labels: bytes, role: Role | None, left_out: bool) -> None:
    with FakeImap(gmail(answer(1, labels, mail("anna")), answer(2, b"", mail("b")))) as fake:
        first, second = pulled(fake)
        assert first == Delivered(1, WHEN, mail("anna"), role=role, left_out=left_out)
        assert second == Delivered(2, WHEN, mail("b"))
        assert len(fake.asked("UID FETCH")) == 1


def test_labels_behind_the_uid_are_read_as_well() -> None:
    block = mail("anna")
    late = (
        b'* 1 FETCH (UID 1 INTERNALDATE "20-Nov-2026 09:30:00 +0000" BODY[HEADER.FIELDS (A)]<0> {%d}'
        b'\r\n%s X-GM-LABELS ("\\\\Sent"))\r\n' % (len(block), block)
    )
    with FakeImap(gmail(late)) as fake:
        assert pulled(fake) == [Delivered(1, WHEN, block, role=Role.SENT)]


def test_a_mail_cannot_label_itself() -> None:
    block = mail("anna", "X: X-GM-LABELS (\\Trash)\r\n")
    quoted = (
        b'* 2 FETCH (UID 2 INTERNALDATE "20-Nov-2026 09:30:00 +0000" BODY[HEADER.FIELDS (A)]<0> '
        b'"Subject: X-GM-LABELS (\\\\Trash)")\r\n'
    )
    with FakeImap(gmail(answer(1, b"", block), quoted)) as fake:
        assert [(m.uid, m.role, m.left_out) for m in pulled(fake)] == [
            (1, None, False),
            (2, None, False),
        ]


def test_a_form_that_writes_as_the_office_to_the_office_is_no_answer() -> None:
    form = (
        b"From: office@school.test\r\nTo: <Office@school.test>\r\nReply-To: p@home.example\r\n\r\n"
    )
    reply = b"From: office@school.test\r\nTo: p@home.example\r\nCc: office@school.test\r\n\r\n"
    both = b'"\\\\Sent" "\\\\Inbox"'
    with FakeImap(gmail(answer(1, both, form), answer(2, both, reply))) as fake:
        assert [m.role for m in pulled(fake)] == [None, Role.SENT]


def test_what_is_kept_back_still_has_its_labels() -> None:
    bare = (
        b'* 1 FETCH (X-GM-LABELS ("\\\\Sent") UID 1 INTERNALDATE "20-Nov-2026 09:30:00 +0000")\r\n'
    )
    with FakeImap(gmail(bare)) as fake:
        assert pulled(fake) == [Delivered(1, WHEN, None, role=Role.SENT)]


def test_no_text_of_a_label_is_part_of_a_command() -> None:
    with FakeImap(gmail(answer(1, b'"Dunn family" \\Inbox', mail("anna")))) as fake:
        pulled(fake)
        assert not fake.asked("Dunn")
        allowed = re.compile(
            r'(CAPABILITY|LOGIN "office" "let-me-in"|LIST "" "\*"|LOGOUT|'
            r'EXAMINE "\[Google Mail\]/All Mail"|UID SEARCH UID \d+:\d+|'
            r"UID FETCH [\d:]+ \(UID INTERNALDATE X-GM-LABELS .*BODY\.PEEK\[HEADER\.FIELDS [^\[\]]*\]"
            r"<0\.65536>\))"
        )
        assert [line for line in fake.lines if not allowed.fullmatch(line)] == []


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ({"LIST ": LIST.replace(b"\\All ", b"")}, "the server shows no folder of all mail"),
        (
            {"LIST ": b'* LIST (\\All) "/" "Old"\r\n' + LIST},
            "the server shows no folder of all mail",
        ),
        (
            {"CAPABILITY": CAPABILITY.replace(b"X-GM-EXT-1 ", b"")},
            "127.0.0.1 has no labels, so what was sent cannot be told from what came",
        ),
    ],
)
def test_where_it_is_no_gmail_nothing_is_read(script: Script, sentence: str) -> None:
    asks: tuple[Callable[[Line], object], ...] = (Line.folders, Line.survey)
    with FakeImap({**gmail(answer(1, b"", mail("anna"))), **script}) as fake:
        for ask in asks:
            line = open_line(box(fake), PASSWORD)
            with pytest.raises(MailboxError, match=re.escape(sentence)):
                ask(line)
            line.close()
        assert not fake.asked("UID FETCH")


def test_other_mailboxes_are_not_asked_for_labels() -> None:
    with FakeImap({"CAPABILITY": CAPABILITY, "LIST ": LIST}) as fake:
        line = open_line(fake.mailbox(), PASSWORD)
        assert line.folders() == {Role.INBOX: "INBOX", Role.SENT: "[Google Mail]/Sent Mail"}
        line.look("INBOX")
        assert len([m for chunk in line.pull("INBOX", 1, 3) for m in chunk]) == 3
        line.close()
        assert not fake.asked("X-GM")


def test_doctor_sees_all_mail_and_how_much_was_sent() -> None:
    with FakeImap(gmail()) as fake:
        line = open_line(box(fake), PASSWORD)
        found = line.survey()
        line.close()
        assert found.inbox is not None
        assert found.sent is not None
        assert (found.inbox.shown, found.sent.shown) == (ALL_MAIL, "[Google Mail]/Sent Mail")
        assert (found.by, found.missing) == (SentBy.FLAG, ())
    hidden = re.sub(rb"\* LIST \([^)]*\\Sent\)[^\n]*\n", b"", LIST)
    with FakeImap({**gmail(), "LIST ": hidden}) as fake:
        line = open_line(box(fake), PASSWORD)
        found = line.survey()
        line.close()
        assert (found.sent, found.by) == (found.inbox, SentBy.LABEL)


def test_a_poll_of_all_mail_sees_what_a_rule_filed_and_what_was_answered(tmp_path: Path) -> None:
    reply = mail("ours", "In-Reply-To: <anna@x>\r\n").replace(
        b"ours@home.example", b"o@oak.example"
    )
    reply = reply.replace(b"To: office@school.test", b"To: anna@home.example")
    answers = (
        answer(1, b"Parents", mail("anna")),
        answer(2, b'"\\\\Draft"', mail("draft")),
        answer(3, b'"\\\\Sent"', reply),
        answer(4, b'"\\\\Inbox"', mail("ben")),
    )
    with FakeImap(gmail(*answers)) as fake:
        oak = replace(CONFIG.schools[0], mailboxes=(box(fake),))
        config = replace(CONFIG, schools=(oak,), read_text=False)
        with closing(open_ledger(tmp_path / "state")) as ledger:

            def poll(minutes: int) -> Outcome:
                now = WHEN + timedelta(hours=1, minutes=minutes)
                job = Poll(
                    config,
                    ledger,
                    lambda mailbox: open_line(mailbox, PASSWORD),
                    DAYS,
                    now,
                    lambda _: None,
                    MailTexts(),
                )
                return job.run(config.schools)[0]

            first = poll(0)
            assert first.trouble is None
            assert first.new == {Role.INBOX: 2, Role.SENT: 1}
            assert first.sent_folder == ALL_MAIL
            found = fold_all(config, ledger).cases
            assert {c.opener.subject: bool(c.acknowledged) for c in found} == {
                "anna": True,
                "ben": False,
            }
            again = poll(1)
            assert (again.trouble, again.new) == (None, {Role.INBOX: 0, Role.SENT: 0})
            assert len(ledger.messages()) == 3
