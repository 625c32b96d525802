"""Results as one versioned JSON envelope; instants are ISO 8601 in Europe/London with their offset.

Version 1: {"commsla": command, "version": 1, "at": instant, "ok": bool, "data": ..., "error": ...}.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from commsla.core import notices
from commsla.core.case import Case, Done, NotTracked
from commsla.core.hints import as_typed
from commsla.core.local import LONDON
from commsla.core.marks import Marked
from commsla.core.model import Mark, Target
from commsla.core.rebuilt import Rebuilt
from commsla.core.story import Alone, Happened
from commsla.core.today import SchoolLine, Status
from commsla.core.verdicts import Judged, Section, Verdict
from commsla.core.whatif import Answer
from commsla.core.workdays import Deadline, TrailDay
from commsla.errors import CommslaError, ConfigError

VERSION = 1
Json = dict[str, Any]


def envelope(command: str, at: datetime, data: object) -> str:
    """A success."""
    return _text({"commsla": command, "version": VERSION, "at": iso(at), "ok": True, "data": data})


def error_envelope(command: str, at: datetime, error: CommslaError) -> str:
    """A failure, with the exit code that goes with it."""
    told: Json = {
        "message": error.message,
        "hint": error.hint,
        "exit_code": error.exit_code,
    }
    if isinstance(error, ConfigError):
        told["problems"] = list(error.problems)
    return _text(
        {"commsla": command, "version": VERSION, "at": iso(at), "ok": False, "error": told}
    )


def _text(value: Json) -> str:
    # ASCII only: a Windows pipe in an old code page must not break it.
    return json.dumps(value, indent=2, ensure_ascii=True)


def iso(at: datetime | None) -> str | None:
    """An instant in local time with its offset."""
    return at.astimezone(LONDON).isoformat(timespec="seconds") if at else None


def status_data(status: Status, program: str = "commsla") -> Json:
    """Everything that `status --all` shows; `program` is what to type."""
    return {
        "as_of": iso(status.now) if status.seen_at else None,
        "headline": notices.headline(status),
        "find": status.find or None,
        "warnings": [as_typed(warning, program) for warning in notices.warnings(status)],
        "urgent": notices.urgent(status),
        "trusted": status.can_be_trusted,
        "schools": [_school(s) for s in status.schools],
        "cases": [case_data(j) for j in status.cases],
        "not_tracked": [_not_tracked(n) for n in status.not_tracked],
    }


def _school(line: SchoolLine) -> Json:
    missing = line.dates_missing_from
    return {
        "code": line.school.code,
        "name": line.school.name,
        "counts": {_word(s): line.counts[s] for s in Section},
        "replies_visible": line.replies_visible,
        "term_dates_missing_from": missing.isoformat() if missing else None,
        "mailboxes": [
            {
                "address": m.address,
                "stale": m.stale,
                "last_good": iso(m.read.last_good) if m.read else None,
                "last_try": iso(m.read.last_try) if m.read else None,
                "trouble": m.read.trouble if m.read else "",
                "suddenly_empty": list(m.read.emptied) if m.read else [],
                "retry_after": iso(m.read.retry_after) if m.read and m.read.retry_after else None,
            }
            for m in line.mailboxes
        ],
    }


def _word(section: Section) -> str:
    return section.name.lower()


def case_data(judged: Judged) -> Json:
    """One case with both verdicts."""
    case: Case = judged.case
    return {
        "reference": str(case.reference) if case.reference else None,
        "school": case.school,
        "section": _word(judged.section),
        "kind": case.kind.value,
        "received": iso(case.received),
        "from": _from(case),
        "subject": case.opener.subject,
        "doubt": case.doubt,
        "wrote_again": case.wrote_again,
        "perhaps_no_reply_needed": case.proposal is not None,
        "to_check": case.to_check,
        "urgent_words": case.urgent,
        "thrown_away": case.gone,
        "owner": case.owner,
        "arranged_for": case.arranged.isoformat() if case.arranged else None,
        "same_subject_as": str(case.same_subject_as) if case.same_subject_as else None,
        "on_a_matter_of_safeguarding": case.guarded,
        "excluded": case.excluded.word.value if case.excluded else None,
        "late_when_set_aside": [v.target.value for v in judged.late_when_set_aside],
        "chasers": case.chasers,
        "also_at": list(case.also_at),
        "targets": {v.target.value: _verdict(v) for v in judged.verdicts},
        "marks": [_mark(m) for m in case.marks],
    }


def _from(case: Case) -> Json | None:
    writer = case.writer
    return {"name": writer.name, "address": writer.address} if writer else None


def _verdict(verdict: Verdict) -> Json:
    return {
        "state": verdict.state.value,
        "late_by": verdict.late_by,
        "due": _deadline(verdict.deadline),
        "done": _done(verdict.done),
    }


def _deadline(deadline: Deadline | None) -> Json | None:
    if deadline is None:
        return None
    return {
        "promise": str(deadline.promise),
        "date": deadline.date.isoformat(),
        "until": iso(deadline.instant),
        "provisional": deadline.provisional,
    }


def _done(done: Done | None) -> Json | None:
    if done is None:
        return None
    return {
        "at": iso(done.at),
        "what": done.what,
        "evidence": done.evidence.value,
        "back_dated": done.back_dated,
    }


def _mark(mark: Mark) -> Json:
    return {
        "word": mark.word.value,
        "detail": mark.detail,
        "at": iso(mark.at),
        "recorded": iso(mark.recorded),
        "by": mark.by,
        "note": mark.note,
    }


def _not_tracked(item: NotTracked) -> Json:
    message = item.message
    return {
        "id": f"m{message.id}",
        "school": message.school,
        "kind": item.kind.value,
        "why": item.evidence,
        "received": iso(message.received),
        "subject": message.subject,
    }


def marked_data(marked: Sequence[Marked], *, dry_run: bool) -> Json:
    """What was recorded."""
    return {
        "dry_run": dry_run,
        "marks": [
            {
                "reference": str(m.subject),
                **_mark(m.mark),
                "case": case_data(m.judged) if m.judged else None,
                "of": _named(m.case),
                "other": _named(m.other),
                "answered_before": _done(m.was_answered),
                "also_guarded": [str(c.reference) for c in m.guarded if c.reference],
                "set_free": [case_data(j) for j in m.set_free],
            }
            for m in marked
        ],
    }


def _named(case: Case | None) -> Json | None:
    """Whose a case is, as it stood before it was marked."""
    if case is None:
        return None
    return {
        "reference": str(case.reference) if case.reference else None,
        "from": _from(case),
        "subject": case.opener.subject,
    }


def due_data(answer: Answer) -> Json:
    """Both deadlines and their trails."""
    deadlines: Mapping[Target, Deadline] = answer.deadlines
    since = answer.policy.since
    return {
        "school": answer.school.code,
        "received": iso(answer.received),
        "policy": {
            "name": answer.policy.name,
            "since": None if since == date.min else since.isoformat(),
        },
        "targets": {
            t.value: {"due": _deadline(d), "trail": [_trail_day(r) for r in answer.trails[t]]}
            for t, d in deadlines.items()
        },
    }


def _trail_day(row: TrailDay) -> Json:
    return {
        "date": row.date.isoformat(),
        "kind": row.kind.value,
        "reason": row.reason,
        "counted": row.counted,
        "seconds": row.seconds,
        "provisional": row.provisional,
    }


def shown_data(judged: Judged, steps: Sequence[Happened]) -> Json:
    """One case and its whole story, in order."""
    return {
        "case": case_data(judged),
        "story": [
            {
                "at": iso(s.at),
                "what": s.what,
                "how_we_know": s.how,
                "recorded": iso(s.recorded),
                "by": s.by,
                "note": s.note,
                "id": f"m{s.message}" if s.message else None,
            }
            for s in steps
        ],
    }


def single_data(alone: Alone) -> Json:
    """One message that is no case."""
    failed = [{"id": f"m{m.id}", "sent": iso(m.received)} for m in alone.failed]
    return {"message": _not_tracked(alone.item), "did_not_arrive": failed}


def rebuilt_data(rebuilt: Rebuilt) -> Json:
    """What folding everything again gave."""
    return {
        "messages": rebuilt.messages,
        "cases": rebuilt.cases,
        "in_cases": rebuilt.in_cases,
        "sent": rebuilt.sent,
        "not_tracked": rebuilt.not_tracked,
        "newly_numbered": [str(r) for r in rebuilt.numbered],
    }
