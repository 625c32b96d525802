"""Which folder is Sent, from LIST replies as servers really write them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from commsla.core.school import (
    Mailbox,
    PasswordSource,
)
from commsla.edges.imap import open_line
from commsla.edges.imap.folders import (
    Listed,
    find_inbox,
    find_sent,
    not_there,
    read_listing,
    wire_name,
)
from commsla.errors import FolderRefused, MailboxError
from tests.edges.fakeimap import PASSWORD, FakeImap

BOX = Mailbox("office@school.test", "mail.school.test", 993, "office", PasswordSource(file="x"))


def listing(*lines: bytes | tuple[bytes, bytes]) -> list[Listed]:
    return read_listing(lines)


def names(*folders: str, delimiter: str = "/") -> list[Listed]:
    return listing(*(f'() "{delimiter}" "{name}"'.encode() for name in folders))


@pytest.mark.parametrize(
    ("line", "name", "delimiter"),
    [
        (b'(\\HasNoChildren) "/" INBOX', "INBOX", "/"),
        (b'(\\HasNoChildren) "/" "Sent Items"', "Sent Items", "/"),
        (b'() "." INBOX.Sent', "INBOX.Sent", "."),
        (b'() NIL "Sent"', "Sent", ""),
        (b"() nil Sent", "Sent", ""),
        (b'() "\\\\" "a\\\\b \\"c\\""', 'a\\b "c"', "\\"),
        (b'() "/" Sent Items', "Sent Items", "/"),  # unquoted with a space
        (b'() "/" Sent\tItems', "Sent\tItems", "/"),
        (b'() "/" 2026', "2026", "/"),
        (b'() "/" "Envoy&AOk-s"', "Envoyés", "/"),
        (b'() "/" "R&-D"', "R&D", "/"),
        ('() "/" "Envoyés"'.encode(), "Envoyés", "/"),  # UTF-8 where none was agreed
        (b'() "/" "&broken"', "&broken", "/"),
        (b'() "/" "&2D0-"', "&2D0-", "/"),  # half a surrogate pair
        (b'() "/" "caf\xe9"', "caf\xe9", "/"),
    ],
)
def test_a_line_is_read(line: bytes, name: str, delimiter: str) -> None:
    [folder] = listing(line)
    assert (folder.name, folder.delimiter) == (name, delimiter)
    folder.name.encode()  # can be stored


def test_a_name_may_come_as_a_literal() -> None:
    folders = listing(b'() "/" INBOX', (b'(\\Sent) "/" {8}', b'Sent "{x}'), b"", b'() "/" Last')
    assert [folder.name for folder in folders] == ["INBOX", 'Sent "{x}', "Last"]
    assert wire_name(folders[1].raw) == b'"Sent \\"{x}"'


def test_a_broken_line_hides_no_other() -> None:
    folders = listing(
        b"garbage", b"()", b'() "/"', b'() "/" ""', (b'() "/" {3}', b"a\rb"), b"", b'() "/" Sent'
    )
    assert [folder.name for folder in folders] == ["Sent"]
    assert read_listing([None]) == []


def test_the_flag_rules_over_names() -> None:
    folders = listing(b'() "/" Sent', b'(\\HasNoChildren \\sent) "/" "Our letters"')
    assert find_sent(folders, BOX) == "Our letters"


@pytest.mark.parametrize(
    ("name", "delimiter"),
    [
        ("Sent Items", "/"),
        ("sent", "/"),
        ("INBOX.Sent", "."),
        ("INBOX/Sent Messages", "/"),
        ("[Gmail]/Sent Mail", "/"),
        ("[Google Mail]/Sent Mail", "/"),
        ("Eitemau a Anfonwyd", "/"),
        ("Gesendete Elemente", "/"),
    ],
)
def test_known_names(name: str, delimiter: str) -> None:
    folders = names("INBOX", "Archive", "Archive/Sent", name, delimiter=delimiter)
    assert find_sent(folders, BOX) == name


def test_none_is_found_where_none_is() -> None:
    folders = names("INBOX", "Archive", "Archive/2019/Sent", "Sent to print")
    assert find_sent(folders, BOX) is None


def test_never_inbox_and_never_a_mere_node() -> None:
    folders = listing(b'(\\Sent) "/" inbox', b'(\\Noselect \\Sent) "/" Sent')
    assert find_sent(folders, BOX) is None


def test_several_candidates_are_asked_about() -> None:
    with pytest.raises(MailboxError, match=r'"Sent", "Sent Items"') as caught:
        find_sent(names("INBOX", "Sent", "Sent Items"), BOX)
    assert 'sent = "..."' in caught.value.hint
    two_flags = listing(b'(\\Sent) "/" A', b'(\\Sent) "/" B')
    with pytest.raises(MailboxError, match=r'"A", "B"'):
        find_sent(two_flags, BOX)


def test_microsoft_365_keeps_its_own_in_sent_items() -> None:
    folders = names("INBOX", "Sent", "Sent Items")
    assert find_sent(folders, replace(BOX, host="outlook.office365.com")) == "Sent Items"


def test_the_config_rules_over_all() -> None:
    folders = listing(b'(\\Sent) "/" Sent', b'() "/" "Old sent"', b'(\\Noselect) "/" Node')
    assert find_sent(folders, replace(BOX, sent="old Sent")) == "Old sent"
    with pytest.raises(MailboxError, match=r'no folder "Old-sent"') as caught:
        find_sent(folders, replace(BOX, sent="Old-sent"))
    assert 'Did you mean "Old sent"' in caught.value.hint
    with pytest.raises(MailboxError, match="cannot be opened"):
        find_sent(folders, replace(BOX, sent="Node"))
    with pytest.raises(MailboxError, match="INBOX cannot be"):
        find_sent(names("INBOX", "Sent"), replace(BOX, sent="Inbox"))


def test_the_inbox_is_inbox_or_the_configured_one() -> None:
    folders = names("INBOX", "Enquiries")
    assert find_inbox(folders, BOX) == "INBOX"
    assert find_inbox([], replace(BOX, inbox="inbox")) == "INBOX"
    assert find_inbox(folders, replace(BOX, inbox="enquiries")) == "Enquiries"
    with pytest.raises(MailboxError, match=r'no folder "Enquiry"') as caught:
        find_inbox(folders, replace(BOX, inbox="Enquiry"))
    assert "Enquiries" in caught.value.hint


def test_a_hostile_name_is_shown_harmless() -> None:
    folders = [*names("Sent Items"), *listing(b'() "/" "INBOX/\x1b[2JSent"')]
    hostile = replace(folders[1], flags=frozenset({"\\sent"}))
    flagged = replace(folders[0], flags=frozenset({"\\sent"}))
    with pytest.raises(MailboxError) as caught:
        find_sent([flagged, hostile], BOX)
    assert "\x1b" not in caught.value.message


# --- a folder of the config -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "hint"),
    [
        ("Fonned", 'Did you mean "Phoned"?'),
        ("phoned", 'Did you mean "Phoned"?'),
        ("Met", 'Did you mean "INBOX/Met"?'),
        ("Archive", "Make it in the mail program, or take it out of schools.toml."),
        ("\x1b[2J", "Make it in the mail program, or take it out of schools.toml."),
    ],
)
def test_a_folder_that_is_not_there_is_named_with_what_may_be_meant(wanted: str, hint: str) -> None:
    tree = [*names("INBOX", "Phoned", "INBOX/Met"), *listing(b'(\\Noselect) "/" Archive')]
    said = not_there(wanted, tree, BOX)
    assert said.message == f'office@school.test: there is no folder "{wanted}"'.replace("\x1b", "␛")
    assert said.hint == hint


def test_a_folder_that_does_not_open_ends_no_line_and_a_busy_server_does_not_look_like_one() -> (
    None
):
    script = {
        'EXAMINE "Nowhere"': b"TAG NO [NONEXISTENT] no\r\n",
        'EXAMINE "Locked"': b"TAG NO [UNAVAILABLE] later\r\n",
    }
    with FakeImap(script) as fake:
        line = open_line(fake.mailbox(), PASSWORD)
        line.folders()
        with pytest.raises(FolderRefused, match='there is no folder "Nowhere"'):
            line.look("Nowhere")
        assert line.look("INBOX").messages == 3
        with pytest.raises(MailboxError) as caught:
            line.look("Locked")
        assert not isinstance(caught.value, FolderRefused)
        line.close()


def test_a_name_is_found_however_its_accents_are_composed() -> None:
    listed = b'* LIST () "/" INBOX\r\n* LIST () "/" "Te&AwE-le&AwE-phone"\r\nTAG OK done\r\n'
    with FakeImap({"LIST ": listed}) as fake:
        line = open_line(fake.mailbox(), PASSWORD)
        line.folders()
        for typed in ("T\u00e9l\u00e9phone", "Te\u0301le\u0301phone"):
            line.look(typed)
        line.close()
        assert fake.asked("EXAMINE") == ['EXAMINE "Te&AwE-le&AwE-phone"'] * 2
