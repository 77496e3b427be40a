"""Reads practice.yaml: the clinic, its hours, and the numbers its wording depends on."""

from __future__ import annotations

from datetime import time
from itertools import pairwise
from zoneinfo import ZoneInfo

from bot.core.hours import Hours, OfficeHours, UnknownZone, zone
from bot.core.practice import WEEKDAYS, OutOfHours, Practice
from bot.flowfile.form import NAME, Form, text_of, time_of
from bot.flowfile.problem import Notes
from bot.flowfile.yaml import Node, Scalar

_KEYS = (
    "clinic",
    "clinic_phone",
    "zone",
    "office_hours",
    "contact_hours",
    "same_day_out_of_hours",
    "numbers",
)
_NUMBERS_NEEDED = ("fever_f", "lift_lb")
_USUAL_CONTACT = Hours(time(9), time(20))


def read_practice(node: Node | None, notes: Notes) -> Practice:
    form = Form(node, notes, what="the practice", known=_KEYS, needs=_KEYS)
    return Practice(
        clinic=form.text("clinic"),
        clinic_phone=form.text("clinic_phone"),
        zone=_zone(form),
        office=_office(form),
        contact=_span(form.node("contact_hours"), notes) or _USUAL_CONTACT,
        same_day_out_of_hours=form.one_of("same_day_out_of_hours", OutOfHours, OutOfHours.ON_CALL),
        numbers=_numbers(form),
    )


def _zone(form: Form) -> ZoneInfo:
    try:
        return zone(form.text("zone", "UTC") or "UTC")
    except UnknownZone as unknown:
        form.wrong("zone", str(unknown))
        return ZoneInfo("UTC")


def _office(form: Form) -> OfficeHours:
    week = Form(form.node("office_hours"), form.notes, what='"office_hours"', known=WEEKDAYS, needs=WEEKDAYS)
    weekly = {place: _spans(week, day) for place, day in enumerate(WEEKDAYS)}
    if any(weekly.values()):
        return OfficeHours(weekly)
    if "office_hours" in form:
        form.wrong("office_hours", "the office must be open on one day of the week at least.")
    return OfficeHours({0: (_USUAL_CONTACT,)})


def _spans(week: Form, day: str) -> tuple[Hours, ...]:
    """A day is one span, a list of spans, or `closed`."""
    node = week.node(day)
    if node is None or (isinstance(node, Scalar) and node.value == "closed"):
        return ()
    nodes = (node,) if isinstance(node, Scalar) else week.items(day)
    spans = tuple(span for node in nodes if (span := _span(node, week.notes)))
    if any(later.opens < earlier.closes for earlier, later in pairwise(spans)):
        week.wrong(day, f'the hours of "{day}" overlap or are out of order.')
    return spans


def _span(node: Node | None, notes: Notes) -> Hours | None:
    if node is None:
        return None
    opens, _, closes = (part.strip() for part in text_of(node, notes, "the span").partition("-"))
    start, end = time_of(opens), time_of(closes)
    if start is None or end is None or start >= end:
        notes.wrong(node.line, 'hours must be written like "09:00-17:00", the earlier time first.')
        return None
    return Hours(start, end)


def _numbers(form: Form) -> dict[str, float]:
    names = [name for name, _, _ in form.forms("numbers")]
    numbers = Form(form.node("numbers"), form.notes, what='"numbers"', known=names, needs=_NUMBERS_NEEDED)
    for name in names:
        if not NAME.fullmatch(name) or "-" in name or name in _KEYS:
            numbers.wrong(name, f'"{name}" cannot name a number; use small letters and "_".')
    return {name: numbers.number(name) for name in names}
