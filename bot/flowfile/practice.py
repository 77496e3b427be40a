"""Reads practice.yaml: the clinic, its hours, and the numbers its wording depends on."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from bot.core.hours import Hours, OfficeHours, UnknownZone, zone
from bot.core.policy import LIMITS, Emergency, Limit, Policy, Routine, SameDay
from bot.core.practice import LANGUAGES, NOT_REACHED, WEEKDAYS, OutOfHours, Practice, Template
from bot.core.retention import LIMITS as KEPT
from bot.core.retention import Kept, Retention
from bot.core.silence import LEAST_DAYS, SHIPPED, Ladder, Ladders, Way
from bot.core.silence import LIMITS as LIMITS_OF_SILENCE
from bot.flowfile.form import NAME, Form, text_of, time_of
from bot.flowfile.problem import Notes
from bot.flowfile.shape import ESCALATION, KEEP, PRACTICE, SILENCE, SILENCE_OF, STEPS_OF, TEMPLATE, WEEK, in_words
from bot.flowfile.yaml import Fields, Node, Scalar

_NUMBERS_NEEDED = ("fever_f", "lift_lb")
_TAG = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?", re.ASCII)
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+", re.ASCII)
_USUAL_CONTACT = Hours(time(9), time(20))


def read_practice(node: Node | None, notes: Notes) -> Practice:
    form = Form.of(node, notes, PRACTICE, "the practice")
    return Practice(
        clinic=form.text("clinic"),
        clinic_phone=form.text("clinic_phone"),
        zone=_zone(form),
        office=_office(form),
        contact=_span(form.node("contact_hours"), notes) or _USUAL_CONTACT,
        same_day_out_of_hours=form.one_of("same_day_out_of_hours", OutOfHours, OutOfHours.ON_CALL),
        numbers=_numbers(form),
        languages=_languages(form),
        website=_website(form),
        bands=_bands(form),
        policy=_policy(form),
        silence=_silence(form),
        not_reached=form.texts("not_reached") or NOT_REACHED,
        templates=_templates(form),
        keep=_keep(form),
    )


def _policy(form: Form) -> Policy:
    """What is not said is as in the walk. A step beyond its limits is refused, and never taken."""
    tiers = Form(form.node("escalation"), form.notes, what='"escalation"', known=ESCALATION)
    return Policy(
        Emergency(**_steps(tiers, "emergency")),
        SameDay(**_steps(tiers, "same_day")),
        Routine(**_steps(tiers, "routine")),
    )


def _steps(tiers: Form, tier: str) -> dict[str, timedelta]:
    steps = Form(tiers.node(tier), tiers.notes, what=f'"{tier}"', known=STEPS_OF[tier])
    return {step: _step(steps, LIMITS[tier][step], step) for step in STEPS_OF[tier] if step in steps}


def _step(steps: Form, limit: Limit, step: str) -> timedelta:
    wanted = steps.duration(step, limit.most)
    if wanted > limit.most:
        steps.wrong(step, f'"{step}" may be {in_words(limit.most)} at most: {limit.why}.')
    elif wanted < limit.least:
        steps.wrong(step, f'"{step}" must be {in_words(limit.least)} at least: nobody can answer faster.')
    else:
        return wanted
    return limit.most


def _silence(form: Form) -> Ladders:
    """What is not said is as it ships; a step beyond its limits is refused, and never taken."""
    ways = Form(form.node("silence"), form.notes, what='"silence"', known=SILENCE)
    return Ladders(**{way.value: _ladder(ways, way) for way in Way})


def _ladder(ways: Form, way: Way) -> Ladder:
    steps = Form(ways.node(way), ways.notes, what=f'"{way}"', known=SILENCE_OF[way])
    shipped = SHIPPED.of(way)
    found = {step: _step(steps, limit, step) for step, limit in LIMITS_OF_SILENCE[way].items() if step in steps}
    until_day = steps.whole("until_day", shipped.until_day)
    if until_day < LEAST_DAYS:
        steps.wrong("until_day", f'"until_day" must be {LEAST_DAYS} or later: the daily phase is watched to its end.')
        until_day = shipped.until_day
    ladder = replace(shipped, until_day=until_day, **found)
    if ladder.call < ladder.task:
        steps.wrong("call", '"call" comes before "task": the call is the end of this ladder.')
    return ladder


def _templates(form: Form) -> tuple[Template, ...]:
    parts = [
        (name, line, Form.of(part, form.notes, TEMPLATE, f'"{name}"')) for name, line, part in form.forms("templates")
    ]
    for name, line, _ in parts:
        if not NAME.fullmatch(name):
            form.notes.wrong(line, f'"{name}" is no name; use small letters, figures and dashes.')
    return tuple(Template(name, part.text("title"), part.sent("text")) for name, _, part in parts)


def _keep(form: Form) -> Retention:
    """What is not named stays for ever; what is named for too short a time is refused, and never goes so soon."""
    rules = Form(form.node("keep"), form.notes, what='"keep"', known=KEEP)
    return Retention({kept: _length(rules, kept) for kept in Kept if kept in rules})


def _length(rules: Form, kept: Kept) -> timedelta:
    limit = KEPT[kept]
    wanted = rules.duration(kept, limit.least)
    if wanted < limit.least:
        rules.wrong(kept, f'"{kept}" must be {in_words(limit.least)} at least: {limit.why}.')
        return limit.least
    return wanted


def _languages(form: Form) -> tuple[str, ...]:
    languages = form.texts("languages") or LANGUAGES
    for language in languages:
        if not _TAG.fullmatch(language):
            form.wrong("languages", f'"{language}" is no language; write a tag like en, es or pt-BR.')
    if LANGUAGES[0] not in languages:
        form.wrong("languages", f'"{LANGUAGES[0]}" must be among them: it is what anybody else reads.')
    if len(set(languages)) < len(languages):
        form.wrong("languages", "a language is named twice.")
    return languages


def _website(form: Form) -> str:
    host = form.text("website")
    if host and not _HOST.fullmatch(host):
        form.wrong("website", f'"{host}" is no host; write it without https:// and path, like spine.example.org.')
    return host


def _bands(form: Form) -> dict[str, tuple[tuple[int, float], ...]]:
    return {
        name: _band(Form(part, form.notes, what=f'"{name}"', known=_days_of(part)))
        for name, _, part in form.forms("bands")
    }


def _days_of(part: Node | None) -> tuple[str, ...]:
    return tuple(part.fields) if isinstance(part, Fields) else ()


def _band(band: Form) -> tuple[tuple[int, float], ...]:
    days = _days_of(band.whole_node)
    for day in days:
        if not day.isdecimal():
            band.wrong(day, f'"{day}" is no day after surgery; write a whole number.')
    return tuple(sorted((int(day), band.number(day)) for day in days if day.isdecimal()))


def _zone(form: Form) -> ZoneInfo:
    try:
        return zone(form.text("zone", "UTC") or "UTC")
    except UnknownZone as unknown:
        form.wrong("zone", str(unknown))
        return ZoneInfo("UTC")


def _office(form: Form) -> OfficeHours:
    week = Form.of(form.node("office_hours"), form.notes, WEEK, '"office_hours"')
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
        if not NAME.fullmatch(name) or "-" in name or name in PRACTICE:
            numbers.wrong(name, f'"{name}" cannot name a number; use small letters and "_".')
    return {name: numbers.number(name) for name in names}
