"""Lays the policies of file, school and mailbox over each other, from date to date."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from commsla.core.school import ClockRules, DueBy, Policy, Receipt
from commsla.edges.config.schema import OwnPolicyTable, PolicyKeys

_KEYS = ("name", "acknowledge", "respond", "receipt", "cut_off", "due_by", "inset")


def policies(*layers: OwnPolicyTable | None) -> tuple[Policy, ...]:
    """The policies that hold, one for each date on which something changes, the earliest first.

    A later layer (school, then mailbox) rules over an earlier one key by key: what a school says for
    itself stays when the shared policy changes.
    """
    held = [layer for layer in layers if layer is not None]
    dates = sorted({date.min, *(change.since for layer in held for change in layer.changes)})
    return tuple(_policy(_at(held, day), day) for day in dates)


def _at(layers: list[OwnPolicyTable], day: date) -> Mapping[str, Any]:
    said: dict[str, Any] = {}
    for layer in layers:
        said |= _said(layer)
        for change in sorted(layer.changes, key=lambda change: change.since):
            if change.since <= day:
                said |= _said(change)
    return said


def _said(keys: PolicyKeys) -> dict[str, Any]:
    return {key: value for key in _KEYS if (value := getattr(keys, key)) is not None}


def _policy(said: Mapping[str, Any], since: date) -> Policy:
    return Policy(
        name=said["name"],
        acknowledge=said["acknowledge"],
        respond=said["respond"],
        rules=ClockRules(
            receipt=Receipt(said.get("receipt", Receipt.SAME_DAY)),
            due_by=said.get("due_by", DueBy.END_OF_DAY),
            cut_off=said.get("cut_off"),
            inset_counts=said.get("inset", "counts") == "counts",
        ),
        since=since,
    )
