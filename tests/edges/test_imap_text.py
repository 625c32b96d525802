"""The beginning of one message: cut where we said, never marked as read, and never another's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from commsla.edges.imap import Line, open_line
from commsla.errors import MailboxError
from tests.edges.dovecot import PASSWORD, Dovecot
from tests.edges.fakeimap import CUT, FakeImap, Script
from tests.edges.faultproxy import Fault, FaultProxy

OK = b"TAG OK done\r\n"
ASKED = "UID FETCH 2 (UID BODY.PEEK[]<0.32768>)"
WHOLE = b"Subject: x\r\n\r\nthe words\r\n"


def mail(body: bytes) -> bytes:
    return b"From: p@home.test\r\nSubject: hello\r\n\r\n" + body


@contextmanager
def reading(script: Script) -> Iterator[tuple[FakeImap, Line]]:
    with FakeImap(script) as fake:
        line = open_line(fake.mailbox(), PASSWORD)
        try:
            yield fake, line
        finally:
            line.close()


def came(*replies: bytes) -> bytes | None:
    with reading({"UID FETCH 2 ": b"".join(replies) + OK}) as (fake, line):
        text = line.text("INBOX", 7, 2)
        assert set(fake.asked("FETCH")) == {ASKED}
        return text


def reply(uid: int, item: bytes, whole: bytes = WHOLE) -> bytes:
    return b"* 2 FETCH (UID %d %s {%d}\r\n%s)\r\n" % (uid, item, len(whole), whole)


# --- a real server ------------------------------------------------------------------------------


def test_reading_a_text_changes_nothing(dovecot: Dovecot) -> None:
    user = "text-untouched"
    raws = [mail(b"unread\r\n"), mail(b"read\r\n"), mail(b"answered\r\n")]
    for raw, flags in zip(raws, ["", "\\Seen", "\\Seen \\Answered"], strict=True):
        dovecot.append(user, "INBOX", [raw], flags=flags)

    def everything() -> tuple[object, object]:
        with dovecot.client(user) as client:
            client.select("INBOX", readonly=True)
            recent = client.untagged_responses.get("RECENT")
            return client.uid("FETCH", "1:*", "(UID FLAGS INTERNALDATE)"), recent

    before = everything()
    assert b"Recent" in str(before).encode()
    with FaultProxy(("127.0.0.1", dovecot.port)) as proxy:
        line = open_line(dovecot.mailbox(user, tls=False, port=proxy.port), PASSWORD)
        state = line.look("INBOX")
        assert [line.text("INBOX", state.uidvalidity, uid) for uid in (1, 2, 3)] == raws
        line.close()
        said = [text.split(b" ", 1)[1] for text in proxy.sent_up().splitlines()]
    assert everything() == before
    assert [text.split()[0] for text in said if b"FETCH" not in text] == [
        b"CAPABILITY",
        b"LOGIN",
        b"EXAMINE",
        b"LOGOUT",
    ]
    assert [text for text in said if b"FETCH" in text] == [
        b"UID FETCH %d (UID BODY.PEEK[]<0.32768>)" % uid for uid in (1, 2, 3)
    ]


def test_only_the_beginning_comes_over_the_wire(dovecot: Dovecot) -> None:
    raw = mail(b"x" * 70 + b"\r\n") * 40_000  # 4 MB
    dovecot.append("text-long", "INBOX", [raw])
    with FaultProxy(("127.0.0.1", dovecot.port)) as proxy:
        line = open_line(dovecot.mailbox("text-long", tls=False, port=proxy.port), PASSWORD)
        assert line.text("INBOX", line.look("INBOX").uidvalidity, 1) == raw[:32_768]
        line.close()
        assert proxy.conns[0].down < 40_000


def test_what_is_gone_is_none(dovecot: Dovecot) -> None:
    user = "text-gone"
    dovecot.append(user, "INBOX", [mail(b"one\r\n"), mail(b"two\r\n")])
    line = open_line(dovecot.mailbox(user), PASSWORD)
    validity = line.look("INBOX").uidvalidity
    with dovecot.client(user) as client:
        client.select("INBOX")
        client.uid("STORE", "1", "+FLAGS", "\\Deleted")
        client.expunge()
    line.look("INBOX")  # a server may show what was expunged for as long as the folder stays open
    for uid in (1, 3, 99, 0, -1, 2**32):
        assert line.text("INBOX", validity, uid) is None
    assert line.text("INBOX", validity + 1, 2) is None
    assert line.text("INBOX", validity, 2) == mail(b"two\r\n")
    line.close()


def test_a_folder_made_anew_is_another(dovecot: Dovecot) -> None:
    user = "text-anew"
    with dovecot.client(user) as client:
        client.create("Phoned")
    dovecot.append(user, "Phoned", [mail(b"the first\r\n")])
    line = open_line(dovecot.mailbox(user), PASSWORD)
    validity = line.look("Phoned").uidvalidity
    assert line.text("Phoned", validity, 1) == mail(b"the first\r\n")
    line.look("INBOX")
    with dovecot.client(user) as client:
        client.delete("Phoned")
        client.create("Phoned")
    dovecot.append(user, "Phoned", [mail(b"another\r\n")])
    assert line.text("Phoned", validity, 1) is None
    with pytest.raises(MailboxError, match="re-made"):  # nor does a pull take it for the old one
        list(line.pull("Phoned", 1, 1))
    line.close()
    line = open_line(dovecot.mailbox(user), PASSWORD)
    assert line.text("Phoned", line.look("Phoned").uidvalidity, 1) == mail(b"another\r\n")
    with pytest.raises(MailboxError, match="said no"):
        line.text("no-such-folder", 1, 1)
    line.close()


def test_a_text_between_two_pulls_opens_its_folder_and_theirs_again(dovecot: Dovecot) -> None:
    user = "text-between"
    dovecot.append(user, "INBOX", [mail(b"in\r\n")])
    dovecot.append(user, "Sent Items", [mail(b"out\r\n")])
    line = open_line(dovecot.mailbox(user), PASSWORD)
    validity = line.look("Sent Items").uidvalidity
    for _ in range(2):
        [[message]] = line.pull("INBOX", 1, 1)
        assert line.text("Sent Items", validity, message.uid) == mail(b"out\r\n")
    line.close()


def test_a_cut_in_the_text_is_no_text(dovecot: Dovecot) -> None:
    user = "text-cut"
    dovecot.append(user, "INBOX", [mail(b"word by word\r\n" * 500)])
    upstream = ("127.0.0.1", dovecot.port)

    def read(port: int) -> bytes | None:
        line = open_line(dovecot.mailbox(user, tls=False, port=port), PASSWORD)
        try:
            return line.text("INBOX", line.look("INBOX").uidvalidity, 1)
        finally:
            line.close()

    with FaultProxy(upstream) as proxy:
        assert read(proxy.port) == mail(b"word by word\r\n" * 500)
        size = proxy.conns[0].down
    places = [size - 7000 + 300 * n for n in range(20)]
    with FaultProxy(upstream, lambda k: Fault(cut_down=places[k], rst=k % 2 == 1)) as proxy:
        for _ in places:
            with pytest.raises(MailboxError, match="was cut"):
                read(proxy.port)


# --- a server that lies ---------------------------------------------------------------------------


@pytest.mark.parametrize("item", [b"BODY[]", b"BODY[]<0>", b"body[]<0>", b"FLAGS (UID) BODY[]<0>"])
def test_the_item_is_found_as_servers_write_it(item: bytes) -> None:
    assert came(reply(2, item)) == WHOLE


@pytest.mark.parametrize(
    ("item", "text"),
    [(b'"a \\"b\\""', b'a "b"'), (b'""', b""), (b"{0}\r\n", b""), (b"NIL", None)],
)
def test_a_text_may_be_quoted_or_empty(item: bytes, text: bytes | None) -> None:
    assert came(b"* 2 FETCH (BODY[]<0> %s UID 2)\r\n" % item) == text


def test_what_was_not_asked_for_is_not_taken() -> None:
    others = [
        reply(3, b"BODY[]<0>", b"another's"),
        reply(2, b"BODY[]<5>", b"not the beginning"),
        reply(2, b"BODY[1]<0>", b"a part"),
        reply(2, b"BODY[HEADER.FIELDS (SUBJECT)]", b"headers"),
        b"* 2 FETCH (BODY[]<0> {3}\r\nxyz)\r\n",
        b"* 2 FETCH (FLAGS (UID 2))\r\n* 5 EXISTS\r\n* 1 EXPUNGE\r\n",
    ]
    assert came(*others) is None
    assert came(*others, reply(2, b"BODY[]<0>"), *others) == WHOLE


@pytest.mark.parametrize("size", [32_769, 70_000, 1_000_000])
def test_a_server_that_sends_more_is_cut(size: int) -> None:
    assert came(reply(2, b"BODY[]", b"x" * size)) == b"x" * 32_768


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"* 2 FETCH (UID 2 BODY[]<0> {20}\r\nonly so" + CUT, "was cut"),
        (b"* 2 FETCH (UID 2 BODY[]<0> {2147483000}\r\n", "not proper IMAP"),
        (b"* 2 FETCH (UID 2 BODY[]<0> {1048577}\r\n", "not proper IMAP"),
        (b"TAG NO [UNAVAILABLE] later\r\n", "said no"),
        (b"* BYE now\r\n" + CUT, "ended the conversation"),
    ],
)
def test_a_line_that_fails_is_no_message_that_is_gone(answer: bytes, said: str) -> None:
    script = {"UID FETCH 2 ": answer}
    with reading(script) as (_, line), pytest.raises(MailboxError, match=said):
        line.text("INBOX", 7, 2)


@pytest.mark.parametrize("no", [b"TAG NO System Error\r\n", b"TAG BAD Command Error. 12\r\n"])
def test_one_message_that_is_kept_back_does_not_end_the_line(no: bytes) -> None:
    script = {"UID FETCH 2 ": no, "UID FETCH 3 ": reply(3, b"BODY[]<0>") + OK}
    with reading(script) as (fake, line):
        assert line.text("INBOX", 7, 2) is None
        assert line.text("INBOX", 7, 3) == WHOLE
        assert len(fake.asked("EXAMINE")) == 1
        assert len(fake.asked("UID FETCH 2 ")) == 1, "a no is not asked for again at once"


def test_flags_only_first_as_pymap_does() -> None:
    script: Script = {
        "UID FETCH 2 ": [b"* 2 FETCH (FLAGS (\\Recent))\r\n" + OK, reply(2, b"BODY[]<0>") + OK]
    }
    with reading(script) as (_, line):
        assert line.text("INBOX", 7, 2) == WHOLE


def test_another_uidvalidity_costs_no_question() -> None:
    with reading({}) as (fake, line):
        line.look("INBOX")
        assert line.text("INBOX", 8, 2) is None
        assert fake.asked("FETCH") == []
        assert len(fake.asked("EXAMINE")) == 1
