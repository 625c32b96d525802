"""A summary or table of cases in the words and cells that laid-out formats show; it lays out nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from commsla.core.clean import clean
from commsla.core.summary import Figure, Split, Summary, Table, Value
from commsla.core.words import month_name
from commsla.edges.exports.lines import (
    TITLE,
    UNSHOWN,
    check,
    made,
    number,
    period,
    policy,
    schools,
    trust,
    unshown,
)

_CHARTED = ("responded.by_week", "open.by_age")
# On paper there is room for so many bars beside everything else.
_MOST_BARS = 16
# Of the columns of a case, those that fit on a sheet of paper.
_ON_PAPER = (
    *("reference", "owner", "school", "channel", "received", "acknowledge_state"),
    *("respond_due", "respond_state", "respond_days", "respond_late_by", "set_aside"),
)


@dataclass(frozen=True, slots=True)
class Headline:
    """One line of the first page: what, this period, and last year where that is known."""

    title: str
    now: str
    before: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: `filled` of `whole`, and what stands beside it."""

    label: str
    whole: int
    filled: int
    said: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars under a title; `told` says them in words, `legend` what is filled and what is not."""

    title: str
    told: str
    legend: tuple[str, ...]
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """The table of one split; its first cells are the labels, all others numbers."""

    title: str
    definition: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Page:
    """All that a page for governors says, from top to bottom."""

    title: str
    schools: str
    period: str
    made: str
    policies: tuple[str, ...]
    sentences: tuple[str, ...]
    last_year: str
    headlines: tuple[Headline, ...]
    charts: tuple[Chart, ...]
    remarks: tuple[str, ...]
    trust: tuple[str, ...]
    figures: tuple[tuple[str, str, str], ...]
    dashes: tuple[str, ...]
    parts: tuple[Part, ...]
    unshown: tuple[str, ...]
    checks: tuple[str, ...]
    meanings: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """Cases on paper: `numbers` are the places of the columns that are numbers."""

    title: str
    schools: str
    period: str
    made: str
    warning: str
    head: tuple[str, ...]
    numbers: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]
    meanings: tuple[tuple[str, str], ...]


def page(summary: Summary) -> Page:
    """The page of a summary."""
    frame = summary.frame
    whys = dict.fromkeys(f.why for f in summary.figures if f.value is None and f.why)
    dashes = tuple(f"A dash: {why}." for why in whys)
    headlines = _headlines(summary)
    return Page(
        TITLE,
        schools(frame),
        period(frame),
        made(frame),
        tuple(policy(p, several=len(summary.policies) > 1) for p in summary.policies),
        summary.sentences,
        clean(frame.last_year),
        headlines,
        _charts(summary),
        (*(dashes if any(h.now == UNSHOWN for h in headlines) else ()), *_uncharted(summary)),
        trust(summary),
        tuple(
            (
                figure.title,
                number(figure.value, figure.unit, least=figure.at_least),
                number(figure.last_year, figure.unit, least=figure.last_year_at_least),
            )
            for figure in summary.figures
        ),
        dashes,
        tuple(_part(s) for s in summary.splits if s.rows),
        unshown(summary.splits),
        tuple(check(c) for c in summary.checks),
        (
            *((f.title, f.definition) for f in summary.figures),
            *((s.title, s.definition) for s in summary.splits if s.rows),
        ),
    )


def listing(table: Table) -> Listing:
    """The columns of a table of cases that fit on paper."""
    places = [i for i, c in enumerate(table.columns) if c.key in _ON_PAPER]
    places.sort(key=lambda i: _ON_PAPER.index(table.columns[i].key))
    columns = [table.columns[i] for i in places]
    return Listing(
        f"{TITLE}, case by case: {clean(table.frame.period)}",
        schools(table.frame),
        period(table.frame),
        made(table.frame),
        table.warning,
        tuple(c.title for c in columns),
        tuple(i for i, c in enumerate(columns) if c.kind == "whole"),
        tuple(tuple(_value(row[i]) for i in places) for row in table.rows),
        tuple((c.title, c.definition) for c in columns),
    )


# --- the first page -------------------------------------------------------------------------------


def _headlines(summary: Summary) -> tuple[Headline, ...]:
    def plain(title: str, key: str) -> Headline:
        one = summary.figure(key)
        return Headline(title, _now(one), _before(one))

    def kept(title: str, key: str) -> Headline:
        met, due, share = (summary.figure(f"{key}.{part}") for part in ("met", "due", "percent"))
        return Headline(
            title,
            _of(met.value, due.value, share.value),
            _of(met.last_year, due.last_year, share.last_year),
        )

    return (
        plain("Received", "received.total"),
        kept("Acknowledged in time, of those due", "acknowledged"),
        kept("Responded in time, of those due", "responded"),
        plain("Response missed: answered later", "responded.late"),
        plain("Response missed: no answer known", "responded.no_answer"),
        plain("Half answered within (working days)", "responded.days.median"),
        plain("Nine in ten answered within (working days)", "responded.days.p90"),
        plain("Open at the end", "open.total"),
        plain("Open and past their date", "open.overdue"),
        plain("Waiting for the parent", "responded.for_parent"),
        plain("Asked again before an answer", "received.chased"),
        plain("Set aside, with a reason", "received.set_aside"),
    )


def _now(one: Figure) -> str:
    return number(one.value, one.unit, least=one.at_least)


def _before(one: Figure) -> str:
    return number(one.last_year, one.unit, least=one.last_year_at_least)


def _of(met: int | None, due: int | None, share: int | None) -> str:
    if met is None or due is None:
        return UNSHOWN
    return f"{met} of {due}" + (f" ({share} %)" if share is not None else "")


def _charts(summary: Summary) -> tuple[Chart, ...]:
    shown = {s.key: s for s in summary.splits if s.rows}
    week = shown.get(_CHARTED[0])
    if week and len(week.rows) > _MOST_BARS:
        week = shown.get("responded.by_half_term", week)
    return tuple(_chart(split) for split in (week, shown.get(_CHARTED[1])) if split)


def _uncharted(summary: Summary) -> tuple[str, ...]:
    """Why a chart is missing on the first page."""
    missing = [s for s in summary.splits if s.key in _CHARTED and not s.rows]
    return unshown(missing)


def _chart(split: Split) -> Chart:
    if split.rows[0].met is None:
        bars = tuple(Bar(clean(r.label), r.count, r.count, str(r.count)) for r in split.rows)
        legend: tuple[str, ...] = ()
    else:
        bars = tuple(
            Bar(clean(r.label), r.count, r.met or 0, f"{r.met} of {r.count}" if r.count else "none")
            for r in split.rows
        )
        legend = ("in time", "not in time")
    told = "; ".join(f"{bar.label}: {bar.said}{' in time' * bool(legend)}" for bar in bars)
    return Chart(split.title, f"{told}.", legend, bars)


def _part(split: Split) -> Part:
    pairs = split.rows[0].met is not None
    rows = [
        (
            clean(row.label),
            str(row.count),
            *([str(row.met)] if pairs else []),
            UNSHOWN if row.percent is None else str(row.percent),
        )
        for row in split.rows
    ]
    head = ("", "due", "in time", "%") if pairs else ("", "number", "%")
    return Part(split.title, split.definition, head, tuple(rows))


def _value(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return ""
    if isinstance(value, date):
        return f"{value.day} {month_name(value)[:3]} {value.year}"
    return clean(str(value))
