"""What each figure and split means, in the words that are printed below it; it computes nothing."""

from __future__ import annotations

from typing import NamedTuple


class Meaning(NamedTuple):
    """Title, definition, and the unit of a figure or the key of the total that a split is made of."""

    title: str
    definition: str
    unit: str


_CASES, _DAYS = "cases", "working days"
_DUE = (
    "Cases whose date for this fell in the period and is past. Left out: what waits for the parent, what "
    "cannot be judged, what was set aside. Not yet due is in no percentage."
)
_MET = "Of those due, {what} by a person by the end of that date."
_MISSED = (
    "Of those due, all others: answered later, and those of which no answer is known. We aim to."
)
_PERCENT = "Those in time as a share of those due; not said of fewer than 10."
_LATE = "Of those missed, {what} after the date."
_NO_ANSWER = (
    "Of those missed, no answer is known: open, or with traces of an answer that nobody confirmed."
)
_CANNOT = (
    "The date fell in the period, and neither in time nor late can be claimed: replies are not visible, or "
    "term dates are missing. In no percentage."
)
_MEDIAN = (
    "Half of what was received in the period was {what} within so many working days after the day it came; "
    "what is still open counts as waiting (Kaplan-Meier). Not said of fewer than 10."
)
_P90 = "The same for nine in ten."
_N = "How many cases these two are made of, open ones among them."

FIGURES: dict[str, Meaning] = {
    "received.total": Meaning(
        "Received",
        "Enquiries of parents and others that came in the period, by mail or logged by hand; the same mail "
        "to two schools is one at each. What a machine wrote is not among them.",
        _CASES,
    ),
    "received.set_aside": Meaning(
        "Set aside",
        "Of those received, what a person took out of the count with a reason, and thank-yous that nobody "
        "has looked at yet. In no target.",
        _CASES,
    ),
    "received.chased": Meaning(
        "Asked again before an answer",
        "Of those received and not set aside, how often a parent wrote again before we responded (cases, "
        "not mails). Not said where it is, or leaves, fewer than 5.",
        _CASES,
    ),
    "acknowledged.due": Meaning("Acknowledgement due", _DUE, _CASES),
    "acknowledged.met": Meaning(
        "Acknowledged in time", _MET.format(what="acknowledged or answered"), _CASES
    ),
    "acknowledged.missed": Meaning("Acknowledgement missed", _MISSED, _CASES),
    "acknowledged.percent": Meaning("Acknowledged in time, share", _PERCENT, "%"),
    "acknowledged.late": Meaning("Acknowledged late", _LATE.format(what="acknowledged"), _CASES),
    "acknowledged.no_answer": Meaning("Not acknowledged", _NO_ANSWER, _CASES),
    "acknowledged.cannot_say": Meaning("Acknowledgement cannot be judged", _CANNOT, _CASES),
    "responded.due": Meaning("Response due", _DUE, _CASES),
    "responded.met": Meaning(
        "Responded in time",
        _MET.format(what="answered in full, called, or given a date for a call or a meeting"),
        _CASES,
    ),
    "responded.missed": Meaning("Response missed", _MISSED, _CASES),
    "responded.percent": Meaning("Responded in time, share", _PERCENT, "%"),
    "responded.late": Meaning("Responded late", _LATE.format(what="answered"), _CASES),
    "responded.no_answer": Meaning("Not responded", _NO_ANSWER, _CASES),
    "responded.cannot_say": Meaning("Response cannot be judged", _CANNOT, _CASES),
    "responded.for_parent": Meaning(
        "Waiting for the parent",
        "The date fell in the period; by then we had asked the parent something back, and had no answer. "
        "In no percentage but the next.",
        _CASES,
    ),
    "responded.percent_with_parent": Meaning(
        "Responded in time, share counting those as not",
        "The share in time if what waits for the parent counted as not met; not said of fewer than 10.",
        "%",
    ),
    "responded.answered": Meaning(
        "Answered", "Of those due, in time or late: what is known to be answered.", _CASES
    ),
    "acknowledged.days.median": Meaning(
        "Working days to acknowledge, median", _MEDIAN.format(what="acknowledged"), _DAYS
    ),
    "acknowledged.days.p90": Meaning("Working days to acknowledge, 90th percentile", _P90, _DAYS),
    "acknowledged.days.n": Meaning("n (acknowledge)", _N, _CASES),
    "responded.days.median": Meaning(
        "Working days to respond, median", _MEDIAN.format(what="answered"), _DAYS
    ),
    "responded.days.p90": Meaning("Working days to respond, 90th percentile", _P90, _DAYS),
    "responded.days.n": Meaning("n (respond)", _N, _CASES),
    "open.total": Meaning(
        "Open",
        "No full response is known at the end; what came before the period is among them.",
        _CASES,
    ),
    "open.overdue": Meaning("Open and overdue", "Of the open ones, those past their date.", _CASES),
    "open.not_yet_due": Meaning("Open, not yet due", "Of the open ones.", _CASES),
    "open.for_parent": Meaning(
        "Open, waiting for the parent",
        "Of the open ones, those past their date where we had asked the parent something back.",
        _CASES,
    ),
    "open.unconfirmed": Meaning(
        "Perhaps answered, not confirmed",
        "Of the open ones, those with traces of an answer that nobody saw. Never met until a person says.",
        _CASES,
    ),
    "open.cannot_say": Meaning(
        "Open, cannot be judged",
        "Of the open ones, those past a date that cannot be trusted, or whose replies are not visible.",
        _CASES,
    ),
    "before_day_one.total": Meaning(
        "Due before the first poll",
        "Cases whose response fell due before commsla first read the mailbox. In no other figure.",
        _CASES,
    ),
    "not_tracked.total": Meaning(
        "Mail that starts no clock",
        "What machines and colleagues sent in the period: bulletins, delivery reports, internal mail. "
        "Counted, and in no other figure.",
        "messages",
    ),
}

_FOLDED = " Parts below 5 stand together with others."
_BY_DATE = "by the date that it was due on."

SPLITS: dict[str, Meaning] = {
    "received.by_school": Meaning(
        "Received, by school", "Who answers it." + _FOLDED, "received.total"
    ),
    "acknowledged.by_school": Meaning(
        "Acknowledged in time, by school",
        "Due, and of these in time." + _FOLDED,
        "acknowledged.due",
    ),
    "responded.by_school": Meaning(
        "Responded in time, by school", "Due, and of these in time." + _FOLDED, "responded.due"
    ),
    "open.by_school": Meaning("Open, by school", "Who is to answer." + _FOLDED, "open.total"),
    "received.by_half_term": Meaning(
        "Received, by half-term", "By the day it came." + _FOLDED, "received.total"
    ),
    "responded.by_half_term": Meaning(
        "Responded in time, by half-term",
        f"Due, and of these in time, {_BY_DATE}{_FOLDED}",
        "responded.due",
    ),
    "received.by_week": Meaning(
        "Received, by week", "By the day it came." + _FOLDED, "received.total"
    ),
    "acknowledged.by_week": Meaning(
        "Acknowledged in time, by week",
        f"Due, and of these in time, {_BY_DATE}{_FOLDED}",
        "acknowledged.due",
    ),
    "responded.by_week": Meaning(
        "Responded in time, by week",
        f"Due, and of these in time, {_BY_DATE}{_FOLDED}",
        "responded.due",
    ),
    "received.by_channel": Meaning(
        "Received, by channel",
        "What did not come by mail is known only where somebody logged it." + _FOLDED,
        "received.total",
    ),
    "responded.by_channel": Meaning(
        "Responded in time, by channel", "Due, and of these in time." + _FOLDED, "responded.due"
    ),
    "acknowledged.late_by": Meaning(
        "Acknowledged late, by how much",
        "Days of the promise after its date." + _FOLDED,
        "acknowledged.late",
    ),
    "responded.late_by": Meaning(
        "Responded late, by how much",
        "Days of the promise after its date: a day late by a phone call is not three weeks."
        + _FOLDED,
        "responded.late",
    ),
    "open.by_age": Meaning("Open, by age", "Working days since it came." + _FOLDED, "open.total"),
    "received.set_aside_by_reason": Meaning(
        "Set aside, by reason",
        "As a person recorded it. What is about safeguarding is only ever among the others."
        + _FOLDED,
        "received.set_aside",
    ),
    "responded.by_evidence": Meaning(
        "How an answer is known",
        "Of those due that were answered. A mark typed on a later day than it happened is back-dated."
        + _FOLDED,
        "responded.answered",
    ),
    "not_tracked.by_kind": Meaning(
        "Mail that starts no clock, by kind", "By its headers." + _FOLDED, "not_tracked.total"
    ),
}
