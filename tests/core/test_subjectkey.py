"""What is left of a subject, and whether it began as a reply does."""

from __future__ import annotations

import pytest

from commsla.core.subjectkey import bare_subject


@pytest.mark.parametrize(
    ("subject", "bare", "is_reply"),
    [
        ("", "", False),
        ("Trip", "trip", False),
        ("  The   Trip\t", "the trip", False),
        ("STRASSE Straße", "strasse strasse", False),
        ("Re: Trip", "trip", True),
        ("RE:Trip", "trip", True),
        ("re : Trip", "trip", True),
        ("Re[2]: Trip", "trip", True),
        ("Re: Re: RE: Trip", "trip", True),
        ("AW: Trip", "trip", True),
        ("SV: Antw: Odp: Rif: Res: Ynt: Trip", "trip", True),
        ("Fw: Trip", "trip", False),
        ("Fwd: Trip", "trip", False),
        ("WG: ENC: TR: RV: VS: I: Trip", "trip", False),
        ("Fwd: Re: Trip", "trip", True),
        ("Re: Fwd: Trip", "trip", True),
        ("[External] Trip", "trip", False),
        ("[EXTERNAL] Re: [External] Trip", "trip", True),
        ("External: Trip", "trip", False),
        ("[EXT] [SPAM?] *** BULK *** Trip", "trip", False),
        ("[External email] Trip", "trip", False),
        ("Re: Trip [External]", "trip", True),
        ("Trip (fwd)", "trip", False),
        ("Re:", "", True),
        ("[External]", "", False),
        ("Fwd:", "", False),
        # Words that only begin like a prefix, and tags that belong to the matter.
        ("Reading: Year 2", "reading: year 2", False),
        ("Regarding trip", "regarding trip", False),
        ("Free: tickets", "free: tickets", False),
        ("[Year 2] Trip", "[year 2] trip", False),
        ("Trip Re: coats", "trip re: coats", False),
        ("Internal: trip", "internal: trip", False),
        ("In: trip", "in: trip", False),
    ],
)
def test_what_is_left(subject: str, bare: str, is_reply: bool) -> None:
    assert bare_subject(subject) == (bare, is_reply)


def test_a_thousand_prefixes_end_and_take_no_time() -> None:
    bare, is_reply = bare_subject("Re: " * 10_000 + "Trip")
    assert is_reply
    assert bare.endswith("re: trip")


def test_stripping_twice_is_stripping_once() -> None:
    for subject in ("Re: [External] Fwd: Trip (fwd)", "*** SPAM *** AW: Trip", "Re[3]: Re: x"):
        once, _ = bare_subject(subject)
        assert bare_subject(once) == (once, False)
