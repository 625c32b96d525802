"""The flags of much open mail are asked for in commands of bearable length."""

from __future__ import annotations

from commsla.edges.imap import open_line
from commsla.edges.imap.flags import flags
from commsla.edges.imap.replies import Part
from tests.edges.dovecot import PASSWORD, Dovecot
from tests.edges.faultproxy import FaultProxy

LONGEST = 8_192  # octets of a command line that every server takes (RFC 7162 section 4)


class Talk:
    """Remembers what it was asked, and says of each second UID that it was answered."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def fetch(self, uids: str, items: str) -> tuple[bool, list[Part]]:
        self.asked.append(f"TAG123 UID FETCH {uids} {items}\r\n")
        return True, [
            b"%d (UID %s FLAGS (\\Seen%s))" % (n, uid.encode(), b" \\Answered" * (int(uid) % 2))
            for n, uid in enumerate(uids.split(","), 1)
        ]

    def search(self, low: int, high: int, since: str = "") -> list[int]:
        raise AssertionError("flags are not searched for")


def test_five_thousand_are_asked_in_commands_of_bearable_length() -> None:
    uids = [2**32 - 1 - 3 * n for n in range(5_000)]  # the longest numbers that there are
    talk = Talk()
    assert flags(talk, uids) == {u: bool(u % 2) for u in uids}
    assert len(talk.asked) == 25
    assert max(map(len, talk.asked)) < LONGEST


def test_five_thousand_on_a_real_server(dovecot: Dovecot) -> None:
    raws = [b"Subject: %d\r\n\r\nx\r\n" % n for n in range(2_500)]
    with dovecot.client("flags") as client:
        for flag in ("", "\\Answered \\Seen"):
            for start in range(0, 2_500, 500):
                batch = b"".join(
                    b"T%d APPEND INBOX (%s) {%d+}\r\n%s\r\n" % (n, flag.encode(), len(raw), raw)
                    for n, raw in enumerate(raws[start : start + 500], 1)
                )
                client.send(batch)
                while not client.readline().startswith(b"T500 OK"):
                    pass
    with FaultProxy(("127.0.0.1", dovecot.port)) as proxy:
        line = open_line(dovecot.mailbox("flags", tls=False, port=proxy.port), PASSWORD)
        state = line.look("INBOX")
        assert state.messages == 5_000
        found = line.flags("INBOX", state.uidvalidity, list(range(1, 5_001)))
        line.close()
        said = proxy.sent_up().splitlines()
    assert found == {n: n > 2_500 for n in range(1, 5_001)}
    assert max(map(len, said)) < LONGEST
    assert len([x for x in said if b"FETCH" in x]) == 25
