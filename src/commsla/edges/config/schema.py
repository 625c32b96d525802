"""The shape of schools.toml: each key, its type, an example; no rule about two keys at once."""

from __future__ import annotations

from datetime import time
from typing import Annotated

from pydantic import Field

from commsla.core.model import Kind
from commsla.core.school import (
    AnyPromise,
    DueBy,
    Openings,
    Receipt,
)
from commsla.edges.config import values
from commsla.edges.config.alertkeys import AlertTable, SmtpTable
from commsla.edges.config.fields import (
    Address,
    Day,
    Moment,
    Table,
    Text,
    YesOrNo,
    choice,
    from_text,
    key,
    number,
)
from commsla.edges.config.heartbeat import HeartbeatTable
from commsla.edges.config.loginkeys import LoginKeys

KINDS_OF_DAY = ("closed", "office", "school")
# What lying in a folder of the mail program can say.
FOLDER_WORDS = ("called", "meeting", "answered", "no-reply-needed", "not-for-us")
MOST_DAYS_KEPT = 730  # two years, as long as any row is kept at all


Phrase = Annotated[str, from_text(values.read_words)]
PromiseText = Annotated[AnyPromise, from_text(values.read_promise)]
OpenHours = Annotated[Openings, from_text(values.read_hours)]
Clock = Annotated[time, from_text(values.read_clock)]
Nation = Annotated[str, choice(*values.NATIONS)]
ReceiptText = Annotated[str, choice(*(word.value for word in Receipt))]
DueByText = Annotated[DueBy | time, from_text(values.read_due_by)]
InsetText = Annotated[str, choice("counts", "does not count")]
Term = Annotated[list[Day], Field(min_length=2, max_length=2)]

_TERMS = 'terms = [["Wed 2026-09-02", "Fri 2026-10-23"]]'
_INSET = 'inset = ["Tue 2026-09-01"]'
_HOURS = 'mon = "08:30-16:00"'
_YEARS = '[years."2026-27"]'


class PolicyKeys(Table):
    """What a policy can say; which of it must be there depends on the table."""

    name: Text | None = key('name = "Communication Policy"', default=None)
    acknowledge: PromiseText | None = key('acknowledge = "2 working days"', default=None)
    respond: PromiseText | None = key('respond = "5 working days"', default=None)
    receipt: ReceiptText | None = key('receipt = "same-day"', default=None)
    cut_off: Clock | None = key('cut_off = "16:00"', default=None)
    due_by: DueByText | None = key('due_by = "end of day"', default=None)
    inset: InsetText | None = key('inset = "counts"', default=None)


class ChangeTable(PolicyKeys):
    """[[policy.changes]]: what is different from a date on."""

    since: Day = key('from = "Tue 2026-09-01"', alias="from")


class OwnPolicyTable(PolicyKeys):
    """[schools.policy]: only what differs from [policy]."""

    changes: list[ChangeTable] = key("[[schools.policy.changes]]", default=[])


class PolicyTable(OwnPolicyTable):
    """[policy]"""

    name: Text = key('name = "Communication Policy"')
    acknowledge: PromiseText = key('acknowledge = "2 working days"')
    respond: PromiseText = key('respond = "5 working days"')


class HoursTable(Table):
    """[hours]: a weekday that is left out has no opening hours."""

    mon: OpenHours | None = key(_HOURS, default=None)
    tue: OpenHours | None = key(_HOURS.replace("mon", "tue"), default=None)
    wed: OpenHours | None = key(_HOURS.replace("mon", "wed"), default=None)
    thu: OpenHours | None = key(_HOURS.replace("mon", "thu"), default=None)
    fri: OpenHours | None = key(_HOURS.replace("mon", "fri"), default=None)
    sat: OpenHours | None = key(_HOURS.replace("mon", "sat"), default=None)
    sun: OpenHours | None = key(_HOURS.replace("mon", "sun"), default=None)


class PrivacyTable(Table):
    """[privacy]"""

    keep_identities: Annotated[int, number(0, MOST_DAYS_KEPT)] = key(
        "keep_identities = 30", default=30
    )
    read_text: YesOrNo = key("read_text = true", default=True)


class PhrasesTable(Table):
    """[phrases]: a school's own, beside those that commsla knows."""

    holding: list[Phrase] = key('holding = ["it is in hand"]', default=[])
    answers: list[Phrase] = key('answers = ["see our website"]', default=[])
    arranges: list[Phrase] = key('arranges = ["pop in at"]', default=[])
    question_back: list[Phrase] = key('question_back = ["which child"]', default=[])
    chaser: list[Phrase] = key('chaser = ["any joy with"]', default=[])
    closer: list[Phrase] = key('closer = ["you are a star"]', default=[])
    request: list[Phrase] = key('request = ["would you mind"]', default=[])
    urgent: list[Phrase] = key('urgent = ["safeguarding"]', default=[])


class YearTable(Table):
    """[years."2026-27"]: the days with pupils as terms, or the days without as closures."""

    terms: list[Term] = key(_TERMS, default=[])
    closures: list[Term] = key('closures = [["Sat 2026-10-24", "Sun 2026-11-01"]]', default=[])
    opens: Day | None = key('opens = "Tue 2026-09-01"', default=None)
    inset: list[Day] = key(_INSET, default=[])


class DayTable(Table):
    """[[days]]"""

    date: Day = key('date = "Thu 2026-05-07"')
    kind: Annotated[str, choice(*KINDS_OF_DAY)] = key('kind = "closed"')
    reason: Text = key('reason = "polling station"')
    hours: OpenHours | None = key('hours = "08:30-12:00"', default=None)
    entered: Moment = key("entered = 2026-05-07T07:02:00", default=None)


class MailboxTable(LoginKeys):
    """[[schools.mailboxes]]"""

    address: Address = key('address = "office@school.example"')
    host: Annotated[str | None, from_text(values.read_host)] = key(
        'host = "imap.provider.example"', default=None
    )
    port: Annotated[int | None, number(1, 65535)] = key("port = 993", default=None)
    security: Annotated[str, choice("tls", "starttls", "plain")] = key(
        'security = "tls"', default="tls"
    )
    ca_file: Text | None = key('ca_file = "our-ca.pem"', default=None)
    authserv: Annotated[str | None, from_text(values.read_host)] = key(
        'authserv = "mx.google.com"', default=None
    )
    inbox: Text = key('inbox = "INBOX"', default="INBOX")
    inboxes: list[Text] = key('inboxes = ["INBOX/Parents"]', default=[])
    all_mail: YesOrNo = key("all_mail = true", default=False)
    sent: Text | None = key('sent = "Sent Items"', default=None)
    folders: dict[str, Annotated[str, choice(*FOLDER_WORDS)]] = key(
        'folders = { "Phoned" = "called" }', default={}
    )
    policy: OwnPolicyTable | None = key("[schools.mailboxes.policy]", default=None)


class RuleTable(Table):
    """[[rules]]: what a kind of mail is, whatever the built-in rules say."""

    sender: Address | None = key('sender = "news@shop.example"', default=None)
    domain: Annotated[str | None, from_text(values.read_mail_domain)] = key(
        'domain = "shop.example"', default=None
    )
    subject: Annotated[str | None, from_text(values.read_words)] = key(
        'subject = "weekly bulletin"', default=None
    )
    header: Annotated[str | None, from_text(values.read_header)] = key(
        'header = "X-Mailer: ParentMail"', default=None
    )
    kind: Annotated[Kind, from_text(values.read_kind)] = key('kind = "bulk"')
    school: Text | None = key('school = "norton"', default=None)


class SchoolTable(Table):
    """[[schools]]"""

    code: Annotated[str, from_text(values.read_code)] = key('code = "norton"')
    prefix: Annotated[str, from_text(values.read_prefix)] = key('prefix = "N"')
    name: Text = key('name = "Norton"')
    phone: Text | None = key('phone = "01935 000000"', default=None)
    domains: list[Annotated[str, from_text(values.read_domain)]] = key(
        'domains = ["school.example"]'
    )
    aliases: list[Address] = key('aliases = ["head@school.example"]', default=[])
    nation: Nation | None = key('nation = "England"', default=None)
    policy: OwnPolicyTable | None = key("[schools.policy]", default=None)
    hours: HoursTable | None = key("[schools.hours]", default=None)
    years: dict[str, YearTable] = key(_YEARS.replace("years", "schools.years"), default={})
    inset: list[Day] = key(_INSET, default=[])
    days: list[DayTable] = key("[[schools.days]]", default=[])
    alerts: list[AlertTable] = key("[[schools.alerts]]", default=[])
    mailboxes: Annotated[list[MailboxTable], Field(min_length=1)] = key("[[schools.mailboxes]]")


class File(Table):
    """The whole file."""

    nation: Nation | None = key('nation = "England"', default=None)
    form_senders: list[Address] = key('form_senders = ["forms@website.example"]', default=[])
    policy: PolicyTable = key("[policy]")
    hours: HoursTable | None = key("[hours]", default=None)
    privacy: PrivacyTable = key("[privacy]", default=PrivacyTable())
    phrases: PhrasesTable = key("[phrases]", default=PhrasesTable())
    heartbeat: HeartbeatTable | None = key("[heartbeat]", default=None)
    years: dict[str, YearTable] = key(_YEARS, default={})
    days: list[DayTable] = key("[[days]]", default=[])
    rules: list[RuleTable] = key("[[rules]]", default=[])
    smtp: SmtpTable | None = key("[smtp]", default=None)
    alerts: list[AlertTable] = key("[[alerts]]", default=[])
    schools: Annotated[list[SchoolTable], Field(min_length=1)] = key("[[schools]]")


# Where each table stands, list positions left out and a year's name as "*".
TABLES: dict[tuple[str, ...], type[Table]] = {
    (): File,
    ("policy",): PolicyTable,
    ("policy", "changes"): ChangeTable,
    ("hours",): HoursTable,
    ("privacy",): PrivacyTable,
    ("phrases",): PhrasesTable,
    ("heartbeat",): HeartbeatTable,
    ("years", "*"): YearTable,
    ("days",): DayTable,
    ("rules",): RuleTable,
    ("smtp",): SmtpTable,
    ("alerts",): AlertTable,
    ("schools",): SchoolTable,
    ("schools", "policy"): OwnPolicyTable,
    ("schools", "policy", "changes"): ChangeTable,
    ("schools", "hours"): HoursTable,
    ("schools", "years", "*"): YearTable,
    ("schools", "days"): DayTable,
    ("schools", "alerts"): AlertTable,
    ("schools", "mailboxes"): MailboxTable,
    ("schools", "mailboxes", "policy"): OwnPolicyTable,
    ("schools", "mailboxes", "policy", "changes"): ChangeTable,
}
