"""Which of our mails a delivery report names: one only, by the id that we or Exchange gave it."""

from __future__ import annotations

import pytest

from commsla.edges.reports import delivery_failures

ORIGINAL = "X-Microsoft-Original-Message-ID"


def report(*returned: str) -> bytes:
    parts = "".join(
        f"--=b\r\nContent-Type: text/rfc822-headers\r\n\r\n{headers}\r\n\r\n"
        for headers in returned
    )
    return (
        'Content-Type: multipart/report; report-type=delivery-status; boundary="=b"\r\n\r\n'
        "--=b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        "Final-Recipient: rfc822; anna@home.example\r\nAction: failed\r\n\r\n"
        f"{parts}--=b--\r\n"
    ).encode()


@pytest.mark.parametrize(
    ("returned", "ids"),
    [
        (("Message-ID: <a@x>",), ["a@x"]),
        ((f"{ORIGINAL}: <b@x>",), ["b@x"]),
        ((f"Message-ID: <a@x>\r\n{ORIGINAL}: <b@x>",), ["a@x", "b@x"]),
        ((f"Message-ID: <a@x>\r\n{ORIGINAL}: <a@x>",), ["a@x"]),
        (("Message-ID: <a@x>", f"Message-ID: <a@x>\r\n{ORIGINAL}: <b@x>"), ["a@x", "b@x"]),
        (("Message-ID: <a@x>", "Message-ID: <c@x>"), []),
        ((f"{ORIGINAL}: <b@x>", f"{ORIGINAL}: <c@x>"), []),
        (("Subject: Re: Trip",), []),
    ],
)
def test_the_ids_of_the_one_mail_that_came_back(returned: tuple[str, ...], ids: list[str]) -> None:
    assert delivery_failures(report(*returned)) == [(i, "anna@home.example") for i in ids]
