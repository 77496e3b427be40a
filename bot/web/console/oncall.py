"""On-call: fourteen days of who is paged when, gaps in plain view, and the rota changed with one tap or a form."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.core.cover import Thin
from bot.core.hours import zone as zone_of
from bot.core.rota import OnHolidays, Override, Shift, Turn
from bot.core.sign_in import Right
from bot.errors import Refused, UserError
from bot.service import typed
from bot.service.console.signing_in import Visitor
from bot.service.oncall import calendar, changing, outlook, written
from bot.service.oncall.outlook import Outlook
from bot.service.talk import in_office_hours, next_office_opening
from bot.store.oncall import rota
from bot.web.console.gate import Gate

TONES = {Thin.NOBODY: "urgent", Thin.RUNG: "soon", Thin.ALONE: "soon"}
SAID = {
    "taken": "The rota is changed. Whoever comes on call by it is told by text.",
    "back": "Given back: it is as the shifts say again.",
    "shift": "The rota is changed.",
    "holiday": "The holidays are changed.",
    "rung": "The rung is changed.",
}


def doors(gate: Gate) -> Blueprint:
    blueprint = Blueprint("oncall", __name__)
    pages = OnCall(gate)
    for method, rule, right, view in (
        ("GET", "/on-call", Right.SEE, pages.show),
        ("POST", "/on-call/take", Right.ACT, pages.take),
        ("POST", "/on-call/overrides/<override_id>/give-back", Right.ACT, pages.give_back),
        ("POST", "/on-call/shifts", Right.MANAGE, pages.add_shift),
        ("POST", "/on-call/shifts/<shift_id>/end", Right.MANAGE, pages.end_shift),
        ("POST", "/on-call/holidays", Right.MANAGE, pages.add_holiday),
        ("POST", "/on-call/holidays/<day>/remove", Right.MANAGE, pages.drop_holiday),
        ("POST", "/on-call/rungs/<staff_id>", Right.MANAGE, pages.set_rung),
    ):
        gate.door(blueprint, method, rule, right)(view)
    return blueprint


class OnCall:
    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.parts = gate.parts

    def show(self, visitor: Visitor) -> str:
        return self._page(visitor, said=SAID.get(request.args.get("said", ""), ""))

    def take(self, visitor: Visitor) -> Response:
        """For oneself, or (with a taker) by handing over."""
        form = request.form
        try:
            wanted = Override(
                id="",
                rung=_rung(form.get("rung", "")),
                staff_id=form.get("taker") or visitor.staff_id,
                opens=self._moment(form.get("opens", "")),
                closes=self._moment(form.get("closes", "")),
                instead_of=form.get("instead_of") or None,
            )
            self.gate.record(visitor, "rota changed", detail=f"rung {wanted.rung} to {wanted.staff_id}")
            changing.take(self.parts, wanted, by=visitor.staff_id, now=self._now)
        except UserError as wrong:
            return self._wrong(visitor, wrong)
        return _done("taken")

    def give_back(self, visitor: Visitor, override_id: str) -> Response:
        self.gate.record(visitor, "rota changed", detail=f"override given back: {override_id}")
        changing.give_back(self.parts, override_id, by=visitor.staff_id, now=self._now)
        return _done("back")

    def add_shift(self, visitor: Visitor) -> Response:
        try:
            new = self._shift()
            self.gate.record(visitor, "rota changed", detail=f"shift added on rung {new.rung}")
            changing.add_shift(self.parts, new, by=visitor.staff_id, now=self._now)
        except UserError as wrong:
            return self._wrong(visitor, wrong)
        return _done("shift")

    def _shift(self) -> Shift:
        form = request.form
        starts, ends = written.hours(f"{form.get('starts', '')}-{form.get('ends', '')}")
        last = form.get("last_day", "")
        return Shift(
            id="",
            rung=_rung(form.get("rung", "")),
            people=tuple(filter(None, form.getlist("people"))),
            days=frozenset(int(day) for day in form.getlist("days") if day in set("0123456")),
            starts=starts,
            ends=ends,
            zone=zone_of(typed.timezone(form.get("zone", ""))),
            turn=Turn(typed.one_of(form.get("turn", ""), set(Turn))),
            first_day=written.day(form.get("first_day", "")),
            last_day=written.day(last) if last else None,
            on_holidays=OnHolidays(typed.one_of(form.get("on_holidays", ""), set(OnHolidays))),
        )

    def end_shift(self, visitor: Visitor, shift_id: str) -> Response:
        self.gate.record(visitor, "rota changed", detail=f"shift ended: {shift_id}")
        changing.end_shift(self.parts, shift_id, self._now)
        return _done("shift")

    def add_holiday(self, visitor: Visitor) -> Response:
        try:
            day, name = written.day(request.form.get("day", "")), typed.name(request.form.get("name", ""))
            self.gate.record(visitor, "rota changed", detail=f"holiday added: {day}")
            changing.add_holiday(self.parts, day, name, self._now)
        except UserError as wrong:
            return self._wrong(visitor, wrong)
        return _done("holiday")

    def drop_holiday(self, visitor: Visitor, day: str) -> Response:
        try:
            found = written.day(day)
        except UserError as wrong:
            return self._wrong(visitor, wrong)
        self.gate.record(visitor, "rota changed", detail=f"holiday removed: {found}")
        changing.drop_holiday(self.parts, found, self._now)
        return _done("holiday")

    def set_rung(self, visitor: Visitor, staff_id: str) -> Response:
        try:
            rung = _rung(request.form["rung"]) if request.form.get("rung", "").strip() else None
            self.gate.record(visitor, "rota changed", detail=f"rung of {staff_id}: {rung or 'none'}")
            changing.set_rung(self.parts, staff_id, rung, self._now)
        except UserError as wrong:
            return self._wrong(visitor, wrong)
        return _done("rung")

    @property
    def _now(self) -> datetime:
        return self.gate.site.now()

    @property
    def _zone(self) -> ZoneInfo:
        practice = self.parts.scripts.live().practice
        return practice.zone if practice else ZoneInfo("UTC")

    def _moment(self, text: str) -> datetime:
        return written.moment(text, self._zone)

    def _wrong(self, visitor: Visitor, wrong: UserError) -> Response:
        sentence = f"{str(wrong)[:1].upper()}{str(wrong)[1:].rstrip('.')}."
        return make_response(self._page(visitor, problem=sentence), 409 if isinstance(wrong, Refused) else 422)

    def _page(self, visitor: Visitor, *, said: str = "", problem: str = "") -> str:
        script, now, zone = self.parts.scripts.live(), self._now, self._zone
        found = self.parts.database.read(lambda tx: outlook.look(tx, self.parts, now))
        kept = self.parts.database.read(lambda tx: rota.shifts(tx, since=now.astimezone(zone).date()))
        return render_template(
            "console/oncall.html",
            found=found,
            current=found.stretches[0],
            days=calendar.days(found, zone, visitor.staff_id),
            notes=_notes(found, zone),
            shifts=[(shift, written.say_days(shift.days)) for shift in kept],
            zone=zone,
            is_open=in_office_hours(script, now),
            opens=next_office_opening(script, now),
            pages_at_night=script.practice.same_day_out_of_hours.value == "on_call" if script.practice else True,
            today=now.astimezone(zone).date(),
            weekdays=written.SHORT,
            said=said,
            problem=problem,
        )


def _notes(found: Outlook, zone: ZoneInfo) -> dict[str, list[str]]:
    """What is thin, and whose phone would not ring, as sentences: the urgent ones, and those to see to soon."""
    notes: dict[str, list[str]] = {"urgent": [], "soon": []}
    for each in found.weaknesses:
        notes[TONES[each.thin]].append(outlook.sentence(each, zone, found.name(each.staff_id or "")))
    for person in found.troubled:
        tone = "soon" if person.is_reachable else "urgent"
        notes[tone] += [f"{person.name}: {trouble}" for trouble in person.troubles]
    return notes


def _rung(text: str) -> int:
    if not text.strip().isdecimal() or not 1 <= int(text) <= changing.MOST_RUNGS:
        raise typed.Mistyped("the rung is a whole number from 1, who is paged first, to 99.")
    return int(text)


def _done(said: str) -> Response:
    return redirect(url_for("oncall.show", said=said), code=303)
