"""Patients: find, enroll, import, and one patient's calendar, conversation and alerts."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from bot.core.sign_in import Right
from bot.core.wording import measure
from bot.errors import Refused, UserError
from bot.service import enroll, replan, typed
from bot.service.console import enrolling, record, roster, writing
from bot.service.console.signing_in import Visitor
from bot.web.console.chart import trend
from bot.web.console.gate import Gate

SAID = {
    "enrolled": "Enrolled. Below is what they get and when.",
    "imported": "All of them are enrolled.",
    "paused": "Paused: nothing of the plan goes out until you let it go on. Texts are screened and answered as ever.",
    "on": "The texts go on.",
    "stopped": "Stopped. Only the patient's own START lifts that.",
    "moved": "The surgery is moved, and the calendar with it.",
    "sent": "Sent. The script keeps silent while you talk.",
    "script": "The script goes on.",
}
LANGUAGES = {"en": "English", "es": "Spanish"}
US_ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "America/Puerto_Rico",
)
"""Offered first; any other zone may be typed."""


def doors(gate: Gate) -> Blueprint:
    blueprint = Blueprint("patients", __name__)
    patients = Patients(gate)
    see, act = Right.SEE, Right.ACT
    for method, rule, right, view in (
        ("GET", "/patients", see, patients.show),
        ("GET", "/patients/new", act, patients.new),
        ("POST", "/patients/new", act, patients.add),
        ("GET", "/patients/import", act, patients.import_form),
        ("POST", "/patients/import", act, patients.import_),
        ("GET", "/patients/<patient_id>", see, patients.one),
        ("POST", "/patients/<patient_id>/pause", act, patients.pause),
        ("POST", "/patients/<patient_id>/go-on", act, patients.go_on),
        ("POST", "/patients/<patient_id>/stop", act, patients.stop),
        ("POST", "/patients/<patient_id>/surgery", act, patients.surgery),
        ("POST", "/patients/<patient_id>/write", act, patients.write),
        ("POST", "/patients/<patient_id>/script", act, patients.let_script_go_on),
        ("GET", "/patients/<patient_id>/export", act, patients.export),
    ):
        gate.door(blueprint, method, rule, right)(view)
    return blueprint


class Patients:
    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.parts = gate.parts

    @property
    def _now(self) -> datetime:
        return self.gate.site.now()

    def show(self, visitor: Visitor) -> str:
        search = request.args.get("q", "")[:100]
        rows = roster.roster(self.parts, search, self._now)
        self.gate.record(visitor, "read patients", patients=tuple(row.id for row in rows))
        said = SAID.get(request.args.get("said", ""), "")
        return render_template("console/patients.html", rows=rows, search=search, said=said, languages=LANGUAGES)

    def new(self, visitor: Visitor) -> str:
        del visitor
        return self._form({}, {})

    def add(self, visitor: Visitor) -> AnyResponse:
        boxes = {name: request.form.get(name, "") for name in enrolling.COLUMNS}
        checked = enrolling.check(self.parts, boxes, self._now)
        if checked.applicant is None:
            return make_response(self._form(boxes, checked.problems), 422)
        self.gate.record(visitor, "enroll patient")
        try:
            patient_id = enrolling.enroll_one(self.parts, checked.applicant, self._now)
        except Refused as refused:
            return make_response(self._form(boxes, {"": f"{str(refused)[:1].upper()}{str(refused)[1:]}."}), 409)
        return redirect(url_for("patients.one", patient_id=patient_id, said="enrolled"), code=303)

    def _form(self, boxes: enrolling.Box, problems: enrolling.Box) -> str:
        return render_template(
            "console/enroll.html", boxes=boxes, problems=problems, zones=US_ZONES, languages=LANGUAGES
        )

    def import_form(self, visitor: Visitor) -> str:
        del visitor
        return render_template("console/import.html", preview=None, text="", example=enrolling.EXAMPLE)

    def import_(self, visitor: Visitor) -> AnyResponse:
        """First what it would do, with every mistake. The file goes along in the page: none is left lying here."""
        file = request.files.get("file")
        uploaded = file.read().decode("utf-8", "replace") if file and file.filename else ""
        text = uploaded or request.form.get("text", "")
        if request.form.get("do") == "enroll":
            self.gate.record(visitor, "import patients")
            enrolling.enroll_all(self.parts, text, self._now)
            return redirect(url_for("patients.show", said="imported"), code=303)
        found = enrolling.preview(self.parts, text, self._now)
        columns = [name for name in enrolling.COLUMNS if any(row.boxes.get(name) for row in found.rows)]
        html = render_template(
            "console/import.html", preview=found, text=text, example=enrolling.EXAMPLE, columns=columns
        )
        return make_response(html, 200 if found.is_good else 422)

    def one(self, visitor: Visitor, patient_id: str) -> str:
        return self._one(visitor, patient_id, said=SAID.get(request.args.get("said", ""), ""))

    def _one(self, visitor: Visitor, patient_id: str, **values: object) -> str:
        chart = roster.open_chart(self.parts, patient_id, self._now)
        self.gate.record(visitor, "read patient", patients=(patient_id,))
        drawn = trend(chart.pain, chart.band, chart.person.day)
        size = measure(request.form.get("text", ""))
        today = self._now.astimezone(chart.there).date()
        return render_template(
            "console/patient.html", chart=chart, trend=drawn, size=size, today=today, languages=LANGUAGES, **values
        )

    def pause(self, visitor: Visitor, patient_id: str) -> AnyResponse:
        return self._do(visitor, patient_id, "pause patient", "paused", replan.pause)

    def go_on(self, visitor: Visitor, patient_id: str) -> AnyResponse:
        return self._do(visitor, patient_id, "let patient go on", "on", replan.resume)

    def stop(self, visitor: Visitor, patient_id: str) -> AnyResponse:
        return self._do(visitor, patient_id, "stop patient", "stopped", enroll.stop)

    def let_script_go_on(self, visitor: Visitor, patient_id: str) -> AnyResponse:
        return self._do(visitor, patient_id, "let script go on", "script", writing.let_the_script_go_on)

    def _do(self, visitor: Visitor, patient_id: str, act: str, said: str, verb: Callable[..., object]) -> AnyResponse:
        self.gate.record(visitor, act, patients=(patient_id,))
        verb(self.parts, patient_id, self._now)
        return redirect(url_for("patients.one", patient_id=patient_id, said=said), code=303)

    def write(self, visitor: Visitor, patient_id: str) -> AnyResponse:
        self.gate.record(visitor, "write to patient", patients=(patient_id,))
        text = request.form.get("text", "")
        try:
            writing.write(self.parts, patient_id, visitor.staff_id, text, self._now)
        except Refused as refused:
            problem = f"{str(refused)[:1].upper()}{str(refused)[1:]}."
            return make_response(self._one(visitor, patient_id, problem=problem), 422)
        return redirect(url_for("patients.one", patient_id=patient_id, said="sent"), code=303)

    def surgery(self, visitor: Visitor, patient_id: str) -> AnyResponse:
        """What would change is shown first."""
        chart = roster.open_chart(self.parts, patient_id, self._now)
        text = request.form.get("surgery", "")
        try:
            day = typed.surgery(text, self._now.astimezone(chart.there).date())
            changes = replan.what_moves(self.parts, patient_id, day, self._now)
            if request.form.get("do") == "move":
                return self._move(visitor, patient_id, day)
        except UserError as wrong:
            problem = f"{str(wrong)[:1].upper()}{str(wrong)[1:].rstrip('.')}."
            return make_response(self._one(visitor, patient_id, problem=problem), 422)
        return make_response(self._one(visitor, patient_id, moves=changes, new_day=day, what=roster.what))

    def _move(self, visitor: Visitor, patient_id: str, day: date) -> AnyResponse:
        self.gate.record(visitor, "move surgery", patients=(patient_id,), detail=day.isoformat())
        replan.move(self.parts, patient_id, day, self._now)
        return redirect(url_for("patients.one", patient_id=patient_id, said="moved"), code=303)

    def export(self, visitor: Visitor, patient_id: str) -> Response:
        self.gate.record(visitor, "export patient", patients=(patient_id,))
        told = record.export(self.parts, patient_id, self._now)
        answer = Response(json.dumps(told, ensure_ascii=False, indent=2), mimetype="application/json")
        answer.headers["Content-Disposition"] = f'attachment; filename="patient-{patient_id}.json"'
        answer.headers["Cache-Control"] = "no-store"
        return answer
