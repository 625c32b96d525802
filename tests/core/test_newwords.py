"""What is left of a mail when everything that its writer did not write for it is gone."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from commsla.core.newwords import new_words, quotes
from commsla.core.quoted import Attribution, attributions

ASKED = (
    "Dear office,\n\nCould you tell me when the harvest assembly begins this year,\n"
    "and whether grandparents may come to it as well?\n\nSara Lomax"
)
ANSWER = "It begins at 2.15 and grandparents are welcome."
ATTRIBUTION = "On Tue, 6 Oct 2026 at 08:52, Sara Lomax <sara@freemail.example> wrote:"
MARKED = "\n".join(f"> {line}" for line in ASKED.splitlines())
OUTLOOK = (
    "From: Sara Lomax <sara@freemail.example>\nSent: 06 October 2026 08:52\n"
    "To: Office <office@oak.example>\nSubject: Harvest\n\n" + ASKED
)


@pytest.mark.parametrize(
    "quote",
    [
        f"{ATTRIBUTION}\n\n{MARKED}",
        f"> {ATTRIBUTION}\n> \n{MARKED}",
        ATTRIBUTION.replace("<sara", "<\nsara").replace("wrote", "\nwrote") + f"\n{MARKED}",
        f"On 06/10/2026 08:52, Sara Lomax wrote:\n{MARKED}",
        f"Am 06.10.2026 um 08:52 schrieb Sara Lomax:\n{MARKED}",
        f"Le mar. 6 oct. 2026 à 08:52, Sara Lomax <sara@freemail.example> a écrit :\n{MARKED}",
        OUTLOOK,
        "________________________________\n" + OUTLOOK,
        "-----Original Message-----\n" + OUTLOOK,
        OUTLOOK.replace("From:", "*From:*").replace("Sent:", "*Sent:*"),
        "---------- Forwarded message ---------\n" + OUTLOOK.replace("Sent:", "Date:"),
        "Sent from my iPhone\n\n" + MARKED,
    ],
)
def test_the_quote_goes_whoever_made_it(quote: str) -> None:
    assert new_words(f"{ANSWER}\n\n{quote}") == ANSWER


def test_answers_between_and_below_the_quoted_lines_stay() -> None:
    between = f"{ATTRIBUTION}\n> when does it begin\nAt 2.15.\n> may grandparents come\nYes."
    assert new_words(between) == "At 2.15.\nYes."
    assert new_words(f"Hi Sara,\n\n{ATTRIBUTION}\n> when does it begin\n\nAt 2.15.") == (
        "Hi Sara,\n\n\nAt 2.15."
    )
    assert new_words(f"{MARKED}\n\n{ANSWER}") == ANSWER


def test_a_parent_who_asks_for_leave_quotes_nobody() -> None:
    form = "Leave for Ella please.\nFrom: 12 October\nTo: 16 October\nA wedding in Spain."
    assert new_words(form) == form


@pytest.mark.parametrize(
    "words",
    [
        "From: Monday he will be at his dad's\nDate: 12 October\nCan he have his bag",
        "From: Monday he'll be in Leeds\nTo: Sunday night\nso he won't need his dinners.",
        "To: be honest I am not happy",
        "Please change my address\nFrom: old@mail.example\nTo: new@mail.example\nfrom now on",
        "On 5 October Miss Nolan wrote:\nhe is doing well\nWhy did she not say",
    ],
)
def test_only_what_a_program_wrote_is_the_head_of_a_quote(words: str) -> None:
    assert new_words(f"Thank you.\n{words}") == f"Thank you.\n{words}"


@pytest.mark.parametrize(
    "head",
    [
        "From: Sara Lomax\nSent: 06 October 2026 08:52\nTo: Office\nSubject: Harvest",
        "From: Sara Lomax\n\nSent: 06 October 2026 08:52\n\nTo: Office\n\nSubject: Harvest",
        "From: Sara Lomax <sara@freemail.example>",
        "From: sara@freemail.example\nSubject: Harvest",
        "From: Sara Lomax [mailto:sara@freemail.example] Sent: 6 October 2026 Subject: Harvest",
    ],
)
def test_a_head_needs_an_address_or_several_lines(head: str) -> None:
    assert new_words(f"{ANSWER}\n\n{head}\n\n{ASKED}") == ANSWER


@pytest.mark.parametrize(
    "request_below",
    [
        "Please ring me on 01632 960123 before 3pm",
        "Ring me after 5 on 01632 960144",
        "Email me the form",
        "Phone me tonight: 01632 960188",
        "He has measles, see https://measles.example",
        "The form says error 404 https://oak.example/form",
        "Sara | can he leave at 2",
    ],
)
@pytest.mark.parametrize(
    "above", ["Thank you.\n\nSara Lomax", "Thank you.\n\nKind regards\nSara", "Thank you."]
)
def test_a_request_below_the_name_is_no_card(above: str, request_below: str) -> None:
    assert new_words(f"{above}\n{request_below}").endswith(request_below)
    assert new_words(f"{above}\n\n{request_below}").endswith(request_below)


@pytest.mark.parametrize(
    "words",
    [
        "Thanks. I think I received this email in error, we have no child in Year 6.",
        "Thanks. I thought the office is open until 4, nobody was there.",
        "Thank you.\nSent via the app yesterday but no form came",
        "Thanks\n\nPlease ring me",
    ],
)
def test_words_of_a_footer_in_a_sentence_of_her_own_stay(words: str) -> None:
    assert new_words(words) == words
    assert new_words(words.replace("\n\n", "\n\nSent from my iPhone\n\n", 1)) == words


def test_answers_between_the_quoted_lines_stay_below_a_greeting_that_says_thanks() -> None:
    offer = f"{ATTRIBUTION}\n> We can offer Tuesday\nI can't do Tuesday.\n> or Thursday\n"
    assert new_words(f"Thanks Tina\n\n{offer}") == "Thanks Tina\n\nI can't do Tuesday."
    below = f"{ATTRIBUTION}\n> We can offer Tuesday\n\nWhat about Leo?\n\nRegards\nSara"
    assert new_words(f"Thanks Tina\n\n{below}").split("\n")[-1] == "What about Leo?"
    broken = f"{ATTRIBUTION}\n> {'we can offer Tuesday ' * 3}\nor Thursday\n> or Friday"
    assert new_words(f"Thanks Tina\n\n{broken}") == "Thanks Tina"


def test_what_is_known_goes_even_without_marks() -> None:
    unmarked = f"{ANSWER}\n\n{ASKED}"
    assert new_words(unmarked) == unmarked.removesuffix("\n\nSara Lomax")
    assert "harvest assembly" not in new_words(unmarked, [ASKED])
    wrapped_otherwise = "and whether grandparents may\n> come to it as well?"
    assert new_words(f"{ANSWER}\n{wrapped_otherwise}", ["nothing", ASKED]) == ANSWER
    assert new_words(ASKED, [ASKED]) == "Dear office,"  # sent again, and nothing new in it


@pytest.mark.parametrize(
    "below",
    [
        "Kind regards\nTina Judd\nSchool Secretary\n01632 960200",
        "Yours sincerely,\n\nT Judd",
        "Best wishes, Tina",
        "-- \nOak Primary School, Mill Lane\nIs your child ill? Ring us",
        "Tina Judd\nHave you read our FAQ? www.oak.example/faq",
        "Tina Judd\nTel: 01632 960200 ext 4 or 07700 900123\nE: office@oak.example W: oak.example",
        "Tina Judd\nSchool Secretary | Oak Primary | 01632 960200",
        "Tina Judd, School Secretary\nWe aim to reply to all e-mails within 3 working days.",
        "Get Outlook for iOS",
        "Regards\nT Judd\n\nOut of hours? Leave a message and we will get back to you.",
        "This email and any attachment is confidential. If you are not the intended recipient\n"
        "we will get back to you.",
    ],
)
def test_signature_and_disclaimer_go(below: str) -> None:
    assert new_words(f"Hi Sara, {ANSWER}\n\n{below}") == f"Hi Sara, {ANSWER}"


@pytest.mark.parametrize(
    "words",
    [
        "Many thanks",
        "Thanks\nCould you also send the menu",
        "Thanks Tina.\nBy the way he has measles",
        "👍",
        "We aim to reply within 3 working days.",
        "Warning: there is a dog loose by the gate",
    ],
)
def test_what_looks_like_furniture_stays_where_it_is_all_there_is(words: str) -> None:
    assert new_words(words) == words


def test_an_afterthought_below_the_signature_stays() -> None:
    text = "Thank you for this.\n\nKind regards\nSara\n\nPS does he need a coat?"
    assert new_words(text).endswith("PS does he need a coat?")


@pytest.mark.parametrize(
    "banner",
    [
        "CAUTION: This email originated from outside the organisation. Do not click links or open\n"
        "attachments unless you recognise the sender and know the content is safe.",
        "[EXTERNAL EMAIL - think before you click]",
        "You don’t often get email from sara@freemail.example. Learn why this is important",
        "[This sender is trusted]\n[EXTERNAL]",
    ],
)
def test_the_banner_above_goes(banner: str) -> None:
    assert new_words(f"{banner}\n\n{ANSWER}") == ANSWER
    assert new_words(f"{banner} {ANSWER}").endswith(ANSWER)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=400), st.text(max_size=400))
@example("> \r\n>\r", "\x00")
def test_any_text_has_new_words(text: str, known: str) -> None:
    assert isinstance(new_words(text, [known]), str)
    assert isinstance(attributions(text), tuple)
    assert quotes(text, [known]) in (True, False)


LINE = st.text(
    st.characters(codec="ascii", categories=["L", "N"], include_characters=" ,?'"), max_size=60
)


@settings(max_examples=300, deadline=None)
@given(st.lists(LINE, max_size=6), st.lists(LINE, max_size=6), st.sampled_from(["", "> ", ">"]))
def test_no_long_known_line_comes_back(new: list[str], old: list[str], mark: str) -> None:
    known = "\n".join(old)
    text = "\n".join([*new, "", ATTRIBUTION, *(mark + line for line in old)])
    left = {" ".join(x.split()).casefold() for x in new_words(text, [known]).split("\n")}
    for line in old:
        plain = " ".join(line.split()).casefold()
        assert len(plain) < 20 or plain not in left


@settings(max_examples=200, deadline=None)
@given(st.lists(LINE, max_size=8))
def test_line_ends_and_trailing_spaces_are_nothing(lines: list[str]) -> None:
    wanted = new_words("\n".join(lines))
    assert new_words("\r\n".join(lines)) == wanted
    assert new_words("\n".join(line + "  " for line in lines)) == wanted


@pytest.mark.parametrize(
    "unit",
    [
        ">",
        ">\n",
        " ",
        "\n",
        "\r",
        "On ",
        "On 1\n",
        "On 1 wrote: ",
        "a@b\n",
        "a@",
        "From: a@b\n",
        "From: x Sent: ",
        "caution:\n\n",
        "Thanks\n\n",
        "Ann\n\n",
        "kind ",
        "|",
        "1",
        "A ",
        "__________\n",
        "this email is confidential. ",
        "Ann\n\nt 1 ",
        "Regards\nAnn\nplease ",
        "From: a\n\nSent: 2026\n",
        "a.",
    ],
)
def test_a_hostile_megabyte_takes_no_time(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    start = time.process_time()
    new_words(text, [text])
    attributions(text)
    assert time.process_time() - start < 0.5


def test_quotes_wants_a_long_line() -> None:
    assert quotes(f"{ANSWER}\n\n{MARKED}", [ASKED])
    assert not quotes(f"{ANSWER}\n\n> Sara Lomax", [ASKED])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "On 3 March 2026 at 10:12, School Office <office@oak.example> wrote:",
            Attribution(
                "office@oak.example", "School Office", datetime(2026, 3, 3, 10, 12, tzinfo=UTC)
            ),
        ),
        (
            "> On Mon, Oct 5, 2026 at 7:31 PM Oak Office <\n> Office@Oak.example> wrote:",
            Attribution(
                "office@oak.example", "Oak Office", datetime(2026, 10, 5, 18, 31, tzinfo=UTC)
            ),
        ),
        (
            "On 05/10/2026 15:44, Office wrote:",
            Attribution("", "Office", datetime(2026, 10, 5, 14, 44, tzinfo=UTC)),
        ),
        (
            "On 10/25/2026, Office <office@oak.example> wrote:",
            Attribution("office@oak.example", "Office", date(2026, 10, 25)),
        ),
        (
            "From: Office <office@oak.example>\nSent: Tuesday, 6 October 2026 08:02\nTo: Sara\nSubject: x",
            Attribution("office@oak.example", "Office", datetime(2026, 10, 6, 7, 2, tzinfo=UTC)),
        ),
        (
            "On 31/02/2026 at 10:00, office@oak.example wrote:",
            Attribution("office@oak.example", "", None),
        ),
    ],
)
def test_an_attribution_says_who_and_when(line: str, said: Attribution) -> None:
    assert attributions(f"Any news?\n\n{line}\n\n> We look into it") == (said,)


def test_quotes_of_quotes_come_in_the_order_of_the_mail() -> None:
    text = f"Any news?\n\n{ATTRIBUTION.replace('sara@freemail', 'office@oak')}\n> Soon.\n> {ATTRIBUTION}\n"
    assert [a.address for a in attributions(text)] == [
        "office@oak.example",
        "sara@freemail.example",
    ]
