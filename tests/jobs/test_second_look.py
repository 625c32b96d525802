"""Flags of open mail and the few texts that decide: bounded, robust, and no word is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from commsla.core.case import Case
from commsla.core.model import Mark, Meaning, Word
from commsla.core.school import Config
from commsla.errors import FolderRefused, MailboxError
from commsla.jobs import second_look
from commsla.jobs.cases import fold_all
from tests.jobs.fakes import FakeLine, FakeMailbox
from tests.jobs.test_poll import CONFIG, NOW, Office

HOUR = timedelta(hours=1)
HOLDING = "Thank you for your email. I will look into this and get back to you.\r\n"
FULL = "Yes, please bring a packed lunch; the coach leaves at 8.45.\r\n"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path / "state")
    yield made
    made.ledger.close()


def asks(box: FakeMailbox, name: str, *, folder: str = "INBOX", ago: float = 5, **more: str) -> int:
    """A parent's mail; returns its UID."""
    return _put(box, folder, name, f"{more.get('who', name)}@home.example", "office@oak.example", ago, more)  # fmt: skip


def replies(box: FakeMailbox, name: str, to: str, re: str, body: str, ago: float = 4) -> int:
    more = {"re": re, "body": body}
    return _put(box, "Sent", name, "office@oak.example", f"{to}@home.example", ago, more)


def _put(
    box: FakeMailbox, folder: str, name: str, sender: str, to: str, ago: float, more: dict[str, str]
) -> int:
    raw = (
        f"From: {sender}\r\nTo: {to}\r\nSubject: {more.get('subject', 'Trip')}\r\n"
        f"Message-ID: <{name}@x>\r\nDate: Mon, 24 Nov 2025 07:00:00 +0000\r\n"
    )
    raw += f"In-Reply-To: <{more['re']}@x>\r\n" if "re" in more else ""
    return box.put(folder, NOW - ago * HOUR, f"{raw}\r\n{more.get('body', 'May Tom go?')}\r\n")


def cases(office: Office, config: Config = CONFIG) -> dict[str, Case]:
    found = fold_all(config, office.ledger).cases
    return {c.writer.address.partition("@")[0]: c for c in found if c.writer and c.writer.address}


def meanings(office: Office) -> list[Meaning]:
    return [f.meaning for f in office.ledger.texts().values()]


def polls(office: Office, hours: float, config: Config = CONFIG) -> None:
    [oak, _] = office.poll(NOW + hours * HOUR, config=config)
    assert oak.trouble is None


# --- a text that is kept back ------------------------------------------------------------------------


def test_one_text_that_is_refused_stops_no_other_and_is_not_asked_for_again(office: Office) -> None:
    box = office.boxes["oak"]
    for n, ago in (("anna", 5.3), ("ben", 5.2), ("carol", 5.1)):  # read in this order
        asks(box, n, ago=ago)
        uid = replies(box, f"to-{n}", n, n, HOLDING)
        if n == "ben":
            box.keeps_back.add(("Sent", uid))
    polls(office, 0)
    found = cases(office)
    assert [bool(found[n].responded) for n in ("anna", "ben", "carol")] == [False, True, False]
    assert found["ben"].to_check == "it could not be read"
    assert [found[n].to_check for n in ("anna", "carol")] == ["", ""]
    box.asked.clear()
    polls(office, 1)
    assert box.asked == []


def test_where_nothing_is_given_it_is_the_server_and_the_response_waits(office: Office) -> None:
    box = office.boxes["oak"]
    for n in ("anna", "ben"):
        asks(box, n)
        box.keeps_back.add(("Sent", replies(box, f"to-{n}", n, n, HOLDING)))
    for hours in (0, 1, 3.9):
        polls(office, hours)
        assert meanings(office) == []
        assert [(bool(c.acknowledged), c.responded) for c in cases(office).values()] == [
            (True, None),
            (True, None),
        ]
    box.keeps_back.clear()
    polls(office, 3.95)
    assert meanings(office) == [Meaning.HOLDING] * 2
    asks(box, "carol", ago=-4)
    box.keeps_back.add(("Sent", replies(box, "to-carol", "carol", "carol", HOLDING, ago=-4)))
    polls(office, 4.5)
    assert len(meanings(office)) == 2
    polls(office, 9)
    assert meanings(office)[2:] == [Meaning.UNKNOWN], "after four hours it is given up"
    box.asked.clear()
    polls(office, 10)
    assert box.asked == []


def test_a_reply_that_was_moved_or_whose_folder_was_made_anew_is_still_read(office: Office) -> None:
    box = office.boxes["oak"]
    asks(box, "anna")
    replies(box, "to-anna", "anna", "anna", HOLDING)
    box.texts_left = 0
    assert isinstance(office.poll()[0].trouble, MailboxError)
    box.texts_left = -1
    box.made_anew("Sent")
    polls(office, 1)
    assert meanings(office) == [Meaning.HOLDING]


# --- a line that breaks ------------------------------------------------------------------------------


@pytest.mark.parametrize("after", range(7))
def test_a_line_that_breaks_between_texts_keeps_what_was_read(office: Office, after: int) -> None:
    box = office.boxes["oak"]
    for n in ("anna", "ben", "carol"):
        asks(box, n)
        replies(box, f"to-{n}", n, n, HOLDING)
    box.texts_left = after  # each reply and what it answers
    [oak, elm] = office.poll()
    assert (oak.trouble is None) == (after == 6)
    assert elm.trouble is None
    assert len(meanings(office)) == after // 2
    assert len(office.uids()) == 3
    assert [str(r) for r in oak.cases] == ["O1", "O2", "O3"]
    box.texts_left = -1
    box.asked.clear()
    polls(office, 1)
    assert meanings(office) == [Meaning.HOLDING] * 3
    assert len(box.asked) == 6 - 2 * (after // 2), "what was read is not read again"


# --- bounds ------------------------------------------------------------------------------------------


def test_one_poll_reads_no_more_than_it_may_and_the_next_goes_on(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert second_look.MOST_TEXTS == 500
    monkeypatch.setattr(second_look, "MOST_TEXTS", 2)
    box = office.boxes["oak"]
    for n in range(5):
        asks(box, f"p{n}")
        replies(box, f"to-p{n}", f"p{n}", f"p{n}", HOLDING)
    for hours, read in ((0, 2), (1, 4), (2, 5), (3, 5)):
        polls(office, hours)
        assert len(meanings(office)) == read


def test_idle_polls_with_open_cases_write_only_when_they_read(office: Office) -> None:
    box = office.boxes["oak"]
    for n in ("anna", "ben"):
        asks(box, n)
    box.answered.add(("INBOX", asks(box, "carol")))
    replies(box, "to-ben", "ben", "ben", HOLDING)
    polls(office, 0)
    before, box.asked[:] = office.ledger._db.total_changes, []
    for hours in (1, 2):
        polls(office, hours)
    assert box.asked == []
    assert office.ledger._db.total_changes == before + 2 * len(office.boxes)


def test_of_what_left_the_count_no_word_is_read(office: Office) -> None:
    box = office.boxes["oak"]
    asks(box, "anna")
    polls(office, 0)
    [opener] = office.ledger.references()
    _mark(office, opener, Word.SAFEGUARDING)
    replies(box, "to-anna", "anna", "anna", FULL, ago=-1)
    polls(office, 2)
    assert box.asked == []


def _mark(office: Office, message: int, word: Word, detail: str = "") -> None:
    with office.ledger.transaction():
        office.ledger.add_marks([Mark(message, word, NOW, NOW, "sue", detail=detail)])


def test_the_answer_to_a_moved_case_is_read_where_it_was_written(office: Office) -> None:
    asks(office.boxes["oak"], "anna")
    polls(office, 0)
    [opener] = office.ledger.references()
    _mark(office, opener, Word.MOVE, "elm")
    replies(office.boxes["elm"], "to-anna", "anna", "anna", HOLDING, ago=-1)
    polls(office, 2)
    assert meanings(office) == [Meaning.HOLDING]
    case = cases(office)["anna"]
    assert (bool(case.acknowledged), case.responded) == (True, None)


def test_with_read_text_off_nothing_is_asked_for_and_all_is_to_check(office: Office) -> None:
    config = replace(CONFIG, read_text=False)
    box = office.boxes["oak"]
    asks(box, "anna")
    replies(box, "to-anna", "anna", "anna", HOLDING)
    asks(box, "anna-2", who="anna", ago=1, re="to-anna", body="Thank you!")
    box.put("INBOX", NOW - HOUR, bounce("to-anna@x", "anna@home.example"))
    polls(office, 0, config)
    assert box.asked == []
    case, wrote_again = fold_all(config, office.ledger).cases
    assert wrote_again.responded is None
    assert case.responded
    assert case.to_check == "texts are not read here"


def test_edited_phrases_act_on_later_mail_only(office: Office) -> None:
    box = office.boxes["oak"]
    own = "The sheet for the coach is in the blue folder by the hatch, and Mrs Patel has the key to it.\r\n"
    asks(box, "anna")
    replies(box, "to-anna", "anna", "anna", own)
    polls(office, 0)
    more = replace(CONFIG, phrases=CONFIG.phrases.with_more(holding=("in the blue folder",)))
    asks(box, "ben", ago=-1)
    replies(box, "to-ben", "ben", "ben", own, ago=-1)
    polls(office, 2, more)
    first, second = office.ledger.texts().values()
    assert first.meaning is Meaning.FULL
    assert second.meaning is Meaning.HOLDING
    assert (first.version, second.version) == (CONFIG.phrases.version, more.phrases.version)
    assert first.version != second.version


# --- flags -------------------------------------------------------------------------------------------


def test_a_flag_without_a_reply_in_sent_is_inferred_and_never_met(office: Office) -> None:
    box = office.boxes["oak"]
    box.answered.add(("INBOX", asks(box, "anna")))
    polls(office, 0)
    case = cases(office)["anna"]
    assert case.inferred
    assert (case.acknowledged, case.responded) == (None, None)


def test_every_flag_of_a_chunk_is_seen_with_its_headers(office: Office) -> None:
    box = office.boxes["oak"]
    for name in ("anna", "ben", "cleo"):
        box.answered.add(("INBOX", asks(box, name)))
    assert box.chunk == 3
    polls(office, 0)
    assert all(case.inferred for case in cases(office).values())


def test_a_reply_that_did_not_arrive_is_owed_again_whatever_the_flag_says(office: Office) -> None:
    box = office.boxes["oak"]
    box.answered.add(("INBOX", asks(box, "anna")))
    replies(box, "to-anna", "anna", "anna", FULL)
    polls(office, 0)
    assert cases(office)["anna"].responded
    box.put("INBOX", NOW + HOUR, bounce("to-anna@x", "anna@home.example"))
    for hours in (2, 3):
        polls(office, hours)
        case = cases(office)["anna"]
        assert (case.responded, case.acknowledged, case.inferred) == (None, None, None)


@pytest.mark.parametrize(
    ("to", "more"),
    [
        ("ms.vane@oak.example", ""),
        ("ben@home.example", ""),
        ("anna@home.example", "Auto-Submitted: auto-replied\r\n"),
    ],
)
def test_a_flag_is_not_explained_by_ours_to_another_or_by_a_machine(
    office: Office, to: str, more: str
) -> None:
    box = office.boxes["oak"]
    box.answered.add(("INBOX", asks(box, "anna")))
    box.put(
        "Sent",
        NOW - 4 * HOUR,
        f"From: office@oak.example\r\nTo: {to}\r\nSubject: FW: Trip\r\nMessage-ID: <fw@x>\r\n"
        f"In-Reply-To: <anna@x>\r\n{more}\r\n",
    )
    polls(office, 0)
    assert cases(office)["anna"].inferred


@pytest.mark.parametrize(("days", "read"), [(29, True), (31, False)])
def test_a_delivery_report_is_read_for_thirty_days(office: Office, days: int, read: bool) -> None:
    box = office.boxes["oak"]
    box.texts_left = 0
    box.put("INBOX", NOW, bounce("to-anna@x", "anna@home.example"))
    office.poll(NOW)
    assert len(box.asked) == 1
    box.texts_left = -1
    polls(office, 24 * days)
    assert (len(box.asked) == 2) is read
    assert (len(office.ledger.texts()) == 1) is read


def bounce(message_id: str, recipient: str, action: str = "failed") -> str:
    return (
        "From: MAILER-DAEMON@mx.example\r\nTo: office@oak.example\r\nReturn-Path: <>\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\nMessage-ID: <b1@mx.example>\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="=b"\r\n\r\n'
        "--=b\r\n\r\nIt did not arrive.\r\n--=b\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; {recipient}\r\n"
        f"Action: {action}\r\nStatus: 5.1.1\r\n\r\n--=b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"Message-ID: <{message_id}>\r\nSubject: Re: Trip\r\n\r\n--=b--\r\n"
    )


# --- what quotes a reply that we never saw ---------------------------------------------------------


def quoting(when: datetime, who: str = "Oak Office <office@oak.example>") -> str:
    shown = when.strftime("%a, %d %b %Y at %H:%M")  # November: London is on UTC
    return f"But he is in year 4.\r\n\r\nOn {shown}, {who} wrote:\r\n> Year 3 go first.\r\n"


@pytest.mark.parametrize(
    ("body", "inferred"),
    [
        (quoting(NOW - 4 * HOUR), True),
        (quoting(NOW - 30 * HOUR), False),  # a letter of ours that he asked about
        (quoting(NOW - 4 * HOUR, "Anna <anna@home.example>"), False),
        (
            quoting(NOW - 5 * HOUR, "Anna <anna@home.example>")
            + quoting(NOW - 4 * HOUR).partition("\r\n\r\n")[2],
            False,  # a chaser that quotes himself, and below it a letter of ours
        ),
        (
            quoting(NOW - 4 * HOUR).replace("Year 3", "Automatic reply. We aim to answer. Year 3"),
            False,  # the server's own acknowledgement, which is in no Sent folder
        ),
    ],
)
def test_only_a_reply_that_can_answer_it_is_inferred(
    office: Office, body: str, inferred: bool
) -> None:
    box = office.boxes["oak"]
    asks(box, "anna", ago=5)
    asks(box, "anna-2", who="anna", ago=1, re="anna", body=body)
    polls(office, 0)
    first, *more = fold_all(CONFIG, office.ledger).cases
    assert bool(first.inferred) is inferred
    assert len(more) == (1 if inferred else 0)
    assert first.responded is None


def test_an_old_mail_answered_under_another_subject_joins_if_it_quotes_it(office: Office) -> None:
    box = office.boxes["oak"]
    asks(box, "anna", ago=5, body="May Tom leave at two on Friday for the dentist?")
    asks(box, "n", who="anna", ago=2, re="anna", subject="Dinner money", body="How much is it?")
    asks(
        box, "q", who="anna", ago=1, re="anna", subject="Friday: dentist",
        body="Any news?\r\n\r\nOn Mon, 24 Nov 2025 at 03:00, Anna <anna@home.example> wrote:\r\n"
        "> May Tom leave at two on Friday for the dentist?",
    )  # fmt: skip
    polls(office, 0)
    found = fold_all(CONFIG, office.ledger).cases
    assert [[m.message_id for m in c.messages] for c in found] == [
        [office.ledger.keys.id("anna@x"), office.ledger.keys.id("q@x")],
        [office.ledger.keys.id("n@x")],
    ]


# --- folders of the config ---------------------------------------------------------------------------


def with_folders(*folders: tuple[str, Word]) -> Config:
    oak, elm = CONFIG.schools
    box = replace(oak.mailboxes[0], folders=folders)
    return replace(CONFIG, schools=(replace(oak, mailboxes=(box,)), elm))


def test_a_folder_that_is_not_there_costs_only_itself(office: Office) -> None:
    config = with_folders(("Rung", Word.CALLED), ("Phoned", Word.CALLED), ("sent", Word.MEETING))
    box = office.boxes["oak"]
    _new_folder(box, "Phoned")
    asks(box, "anna")
    replies(box, "to-anna", "anna", "anna", HOLDING)
    asks(box, "ben", folder="Phoned")
    [oak, elm] = office.poll(config=config)
    assert isinstance(oak.trouble, MailboxError)
    assert oak.trouble.message == (
        'imap.example: there is no folder "Rung"; office@oak.example: "sent" is the folder of what '
        "was sent. All else was read."
    )
    assert elm.trouble is None
    assert oak.filed == {"Phoned": 1}
    assert meanings(office) == [Meaning.HOLDING]
    assert len(office.ledger.references()) == 2
    [read] = [r for r in office.ledger.reads() if r.school == "oak"]
    assert (read.last_good, read.trouble) == (NOW, oak.trouble.message)


def test_what_lay_in_a_folder_that_was_deleted_stops_nothing(office: Office) -> None:
    box = office.boxes["oak"]
    _new_folder(box, "To do")
    config = with_folders(("To do", Word.CALLED))
    asks(box, "anna")
    asks(box, "ben", folder="To do")
    office.poll(config=config)
    del box.mail["To do"]
    box.answered.add(("INBOX", 1))
    polls(office, 1)
    assert cases(office)["anna"].inferred
    assert cases(office)["ben"].responded is None


def test_dragged_into_a_folder_is_judged_at_the_earlier_of_the_two_polls(office: Office) -> None:
    config = with_folders(("Phoned", Word.CALLED))
    box = office.boxes["oak"]
    _new_folder(box, "Phoned")
    for n in ("x", "y", "z"):
        asks(box, n, folder="Phoned", ago=900)  # other UIDs
    uid = asks(box, "anna")
    polls(office, 0, config)
    polls(office, 1, config)
    [mail] = [m for m in box.mail["INBOX"] if m.uid == uid]
    box.mail["INBOX"].remove(mail)
    assert mail.received
    assert mail.headers
    assert box.put("Phoned", mail.received, mail.headers.decode()) != uid
    polls(office, 3, config)
    [case] = fold_all(config, office.ledger).cases
    assert case.responded
    assert (case.responded.at, case.responded.recorded) == (NOW + HOUR, NOW + 3 * HOUR)
    assert len(case.messages) == 2
    before = office.ledger._db.total_changes
    polls(office, 4, config)
    assert office.ledger._db.total_changes == before + len(office.boxes)


def _new_folder(box: FakeMailbox, name: str) -> None:
    box.mail[name], box.next_uid[name], box.uidvalidity[name] = [], 1, 5


def test_the_fake_refuses_one_folder_only(office: Office) -> None:
    line = FakeLine(office.boxes["oak"])
    with pytest.raises(FolderRefused):
        line.look("Nowhere")
    assert line.look("INBOX").messages == 0


def test_a_text_that_ends_the_line_holds_up_the_others_for_a_while_only(office: Office) -> None:
    box = office.boxes["oak"]
    for name in ("anna", "ben", "cleo"):
        asks(box, name, ago=6)
        replies(
            box,
            f"o-{name}",
            name,
            name,
            "Dear all,\r\n\r\nYes, it is on Friday at 3pm in the hall.",
        )
    read = FakeLine.text

    def hangs_up(line: FakeLine, folder: str, uidvalidity: int, uid: int) -> bytes | None:
        if (folder, uid) == ("Sent", 1):
            raise MailboxError("imap.example hung up")
        return read(line, folder, uidvalidity, uid)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FakeLine, "text", hangs_up)
        for minutes in range(6):
            [outcome, _] = office.poll(NOW + timedelta(minutes=minutes))
            assert outcome.trouble
    found = cases(office)
    assert found["anna"].responded is None
    assert found["ben"].responded
    assert found["cleo"].responded
