"""The shape of schools.toml: each key, its type, an example; no rule about two keys at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PlainValidator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticKnownError

from commsla.core.model import Kind
from commsla.core.school import (
    AnyPromise,
    DueBy,
    Openings,
    Receipt,
)
from commsla.edges.config import dates, values

Value = TypeVar("Value")
KINDS_OF_DAY = ("closed", "office", "school")
# What lying in a folder of the mail program can say.
FOLDER_WORDS = ("called", "meeting", "answered", "no-reply-needed", "not-for-us")
MOST_DAYS_KEPT = 730  # two years, as long as any row is kept at all


def _from_text(read: Callable[[str], Value]) -> PlainValidator:
    def validate(value: object) -> Value:
        if not isinstance(value, str):
            raise PydanticKnownError("string_type")
        return read(values.read_text(value))

    return PlainValidator(validate)


def _choice(*choices: str) -> PlainValidator:
    return _from_text(lambda text: values.read_choice(text, choices))


def _number(least: int, most: int) -> PlainValidator:
    def validate(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise PydanticKnownError("int_type")
        if not least <= value <= most:
            raise values.WrongValueError(f"is not between {least} and {most}")
        return value

    return PlainValidator(validate)


def _yes_or_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise PydanticKnownError("bool_type")
    return value


def _key(example: str, **more: Any) -> Any:
    # The example is what a message tells the person to write.
    return Field(examples=[example], **more)


Text = Annotated[str, _from_text(values.read_text)]
Phrase = Annotated[str, _from_text(values.read_words)]
Address = Annotated[str, _from_text(values.read_address)]
PromiseText = Annotated[AnyPromise, _from_text(values.read_promise)]
OpenHours = Annotated[Openings, _from_text(values.read_hours)]
Clock = Annotated[time, _from_text(values.read_clock)]
Nation = Annotated[str, _choice(*values.NATIONS)]
ReceiptText = Annotated[str, _choice(*(word.value for word in Receipt))]
DueByText = Annotated[DueBy | time, _from_text(values.read_due_by)]
InsetText = Annotated[str, _choice("counts", "does not count")]
Day = Annotated[date, PlainValidator(dates.read_day)]
Term = Annotated[list[Day], Field(min_length=2, max_length=2)]

_TERMS = 'terms = [["Wed 2026-09-02", "Fri 2026-10-23"]]'
_INSET = 'inset = ["Tue 2026-09-01"]'
_HOURS = 'mon = "08:30-16:00"'
_YEARS = '[years."2026-27"]'


class Table(BaseModel):
    """One table of the file. Unknown keys are mistakes, and values are never shown by pydantic."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True)


class PolicyKeys(Table):
    """What a policy can say; which of it must be there depends on the table."""

    name: Text | None = _key('name = "Communication Policy"', default=None)
    acknowledge: PromiseText | None = _key('acknowledge = "2 working days"', default=None)
    respond: PromiseText | None = _key('respond = "5 working days"', default=None)
    receipt: ReceiptText | None = _key('receipt = "same-day"', default=None)
    cut_off: Clock | None = _key('cut_off = "16:00"', default=None)
    due_by: DueByText | None = _key('due_by = "end of day"', default=None)
    inset: InsetText | None = _key('inset = "counts"', default=None)


class ChangeTable(PolicyKeys):
    """[[policy.changes]]: what is different from a date on."""

    since: Day = _key('from = "Tue 2026-09-01"', alias="from")


class OwnPolicyTable(PolicyKeys):
    """[schools.policy]: only what differs from [policy]."""

    changes: list[ChangeTable] = _key("[[schools.policy.changes]]", default=[])


class PolicyTable(OwnPolicyTable):
    """[policy]"""

    name: Text = _key('name = "Communication Policy"')
    acknowledge: PromiseText = _key('acknowledge = "2 working days"')
    respond: PromiseText = _key('respond = "5 working days"')


class HoursTable(Table):
    """[hours]: a weekday that is left out has no opening hours."""

    mon: OpenHours | None = _key(_HOURS, default=None)
    tue: OpenHours | None = _key(_HOURS.replace("mon", "tue"), default=None)
    wed: OpenHours | None = _key(_HOURS.replace("mon", "wed"), default=None)
    thu: OpenHours | None = _key(_HOURS.replace("mon", "thu"), default=None)
    fri: OpenHours | None = _key(_HOURS.replace("mon", "fri"), default=None)
    sat: OpenHours | None = _key(_HOURS.replace("mon", "sat"), default=None)
    sun: OpenHours | None = _key(_HOURS.replace("mon", "sun"), default=None)


class PrivacyTable(Table):
    """[privacy]"""

    keep_identities: Annotated[int, _number(0, MOST_DAYS_KEPT)] = _key(
        "keep_identities = 30", default=30
    )
    read_text: Annotated[bool, PlainValidator(_yes_or_no)] = _key("read_text = true", default=True)


class PhrasesTable(Table):
    """[phrases]: a school's own, beside those that commsla knows."""

    holding: list[Phrase] = _key('holding = ["it is in hand"]', default=[])
    answers: list[Phrase] = _key('answers = ["see our website"]', default=[])
    arranges: list[Phrase] = _key('arranges = ["pop in at"]', default=[])
    question_back: list[Phrase] = _key('question_back = ["which child"]', default=[])
    chaser: list[Phrase] = _key('chaser = ["any joy with"]', default=[])
    closer: list[Phrase] = _key('closer = ["you are a star"]', default=[])
    request: list[Phrase] = _key('request = ["would you mind"]', default=[])
    urgent: list[Phrase] = _key('urgent = ["safeguarding"]', default=[])


class YearTable(Table):
    """[years."2026-27"]: the days with pupils as terms, or the days without as closures."""

    terms: list[Term] = _key(_TERMS, default=[])
    closures: list[Term] = _key('closures = [["Sat 2026-10-24", "Sun 2026-11-01"]]', default=[])
    opens: Day | None = _key('opens = "Tue 2026-09-01"', default=None)
    inset: list[Day] = _key(_INSET, default=[])


class DayTable(Table):
    """[[days]]"""

    date: Day = _key('date = "Thu 2026-05-07"')
    kind: Annotated[str, _choice(*KINDS_OF_DAY)] = _key('kind = "closed"')
    reason: Text = _key('reason = "polling station"')
    hours: OpenHours | None = _key('hours = "08:30-12:00"', default=None)
    entered: Annotated[datetime | None, PlainValidator(dates.read_entered)] = _key(
        "entered = 2026-05-07T07:02:00", default=None
    )


class MailboxTable(Table):
    """[[schools.mailboxes]]"""

    address: Address = _key('address = "office@school.example"')
    host: Annotated[str, _from_text(values.read_host)] = _key('host = "imap.provider.example"')
    port: Annotated[int | None, _number(1, 65535)] = _key("port = 993", default=None)
    security: Annotated[str, _choice("tls", "plain")] = _key('security = "tls"', default="tls")
    username: Text | None = _key('username = "office@school.example"', default=None)
    password_command: Annotated[list[Text], Field(min_length=1)] = _key(
        'password_command = ["pass", "show", "norton"]', default=[]
    )
    password_file: Text | None = _key('password_file = "norton.password"', default=None)
    ca_file: Text | None = _key('ca_file = "our-ca.pem"', default=None)
    authserv: Annotated[str | None, _from_text(values.read_host)] = _key(
        'authserv = "mx.google.com"', default=None
    )
    inbox: Text = _key('inbox = "INBOX"', default="INBOX")
    sent: Text | None = _key('sent = "Sent Items"', default=None)
    folders: dict[str, Annotated[str, _choice(*FOLDER_WORDS)]] = _key(
        'folders = { "Phoned" = "called" }', default={}
    )
    policy: OwnPolicyTable | None = _key("[schools.mailboxes.policy]", default=None)


class RuleTable(Table):
    """[[rules]]: what a kind of mail is, whatever the built-in rules say."""

    sender: Address | None = _key('sender = "news@shop.example"', default=None)
    domain: Annotated[str | None, _from_text(values.read_mail_domain)] = _key(
        'domain = "shop.example"', default=None
    )
    subject: Annotated[str | None, _from_text(values.read_words)] = _key(
        'subject = "weekly bulletin"', default=None
    )
    header: Annotated[str | None, _from_text(values.read_header)] = _key(
        'header = "X-Mailer: ParentMail"', default=None
    )
    kind: Annotated[Kind, _from_text(values.read_kind)] = _key('kind = "bulk"')
    school: Text | None = _key('school = "norton"', default=None)


class SchoolTable(Table):
    """[[schools]]"""

    code: Annotated[str, _from_text(values.read_code)] = _key('code = "norton"')
    prefix: Annotated[str, _from_text(values.read_prefix)] = _key('prefix = "N"')
    name: Text = _key('name = "Norton"')
    phone: Text | None = _key('phone = "01935 000000"', default=None)
    domains: list[Annotated[str, _from_text(values.read_domain)]] = _key(
        'domains = ["school.example"]'
    )
    aliases: list[Address] = _key('aliases = ["head@school.example"]', default=[])
    nation: Nation | None = _key('nation = "England"', default=None)
    policy: OwnPolicyTable | None = _key("[schools.policy]", default=None)
    hours: HoursTable | None = _key("[schools.hours]", default=None)
    years: dict[str, YearTable] = _key(_YEARS.replace("years", "schools.years"), default={})
    inset: list[Day] = _key(_INSET, default=[])
    days: list[DayTable] = _key("[[schools.days]]", default=[])
    mailboxes: Annotated[list[MailboxTable], Field(min_length=1)] = _key("[[schools.mailboxes]]")


class File(Table):
    """The whole file."""

    nation: Nation | None = _key('nation = "England"', default=None)
    form_senders: list[Address] = _key('form_senders = ["forms@website.example"]', default=[])
    policy: PolicyTable = _key("[policy]")
    hours: HoursTable | None = _key("[hours]", default=None)
    privacy: PrivacyTable = _key("[privacy]", default=PrivacyTable())
    phrases: PhrasesTable = _key("[phrases]", default=PhrasesTable())
    years: dict[str, YearTable] = _key(_YEARS, default={})
    days: list[DayTable] = _key("[[days]]", default=[])
    rules: list[RuleTable] = _key("[[rules]]", default=[])
    schools: Annotated[list[SchoolTable], Field(min_length=1)] = _key("[[schools]]")


# Where each table stands, list positions left out and a year's name as "*".
TABLES: dict[tuple[str, ...], type[Table]] = {
    (): File,
    ("policy",): PolicyTable,
    ("policy", "changes"): ChangeTable,
    ("hours",): HoursTable,
    ("privacy",): PrivacyTable,
    ("phrases",): PhrasesTable,
    ("years", "*"): YearTable,
    ("days",): DayTable,
    ("rules",): RuleTable,
    ("schools",): SchoolTable,
    ("schools", "policy"): OwnPolicyTable,
    ("schools", "policy", "changes"): ChangeTable,
    ("schools", "hours"): HoursTable,
    ("schools", "years", "*"): YearTable,
    ("schools", "days"): DayTable,
    ("schools", "mailboxes"): MailboxTable,
    ("schools", "mailboxes", "policy"): OwnPolicyTable,
    ("schools", "mailboxes", "policy", "changes"): ChangeTable,
}


def keys_of(model: type[Table]) -> dict[str, FieldInfo]:
    """The keys of a table as they stand in the file."""
    return {field.alias or name: field for name, field in model.model_fields.items()}
