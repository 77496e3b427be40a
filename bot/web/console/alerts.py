"""Alerts: the list by urgency, one alert with all it needs, and what staff do with it.

Live by asking every few seconds and not by a stream: each stream would hold one of the server's few threads for as
long as a console is open, and those threads take patients' texts in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from bot.core.sign_in import Right
from bot.core.wording import measure
from bot.errors import Refused
from bot.service.console import acting, case, worklist, writing
from bot.service.console.case import Case
from bot.service.console.impaired import impaired
from bot.service.console.signing_in import Visitor
from bot.service.console.worklist import Tab, Worklist
from bot.web.console.chart import Trend, trend
from bot.web.console.gate import Gate

SAID = {
    "acknowledged": "You have this alert now. It comes back if no disposition is recorded.",
    "handed_over": "Handed over: your colleague is being paged, and must acknowledge.",
    "not_reached": "Noted. The emergency contact and the steps are below.",
    "resolved": "Resolved. Thank you for writing down what was found.",
    "sent": "Sent. The script keeps silent while you talk.",
    "script": "The script goes on.",
    "judged": "Thank you: rules are judged by this.",
}


def doors(gate: Gate) -> Blueprint:
    blueprint = Blueprint("alerts", __name__)
    alerts = Alerts(gate)
    see, act = Right.SEE, Right.ACT
    for method, rule, right, view in (
        ("GET", "/", see, alerts.show),
        ("GET", "/alerts/list", see, alerts.list_),
        ("GET", "/alerts/<alert_id>", see, alerts.one),
        ("GET", "/alerts/<alert_id>/live", see, alerts.live),
        ("POST", "/alerts/<alert_id>/acknowledge", act, alerts.acknowledge),
        ("POST", "/alerts/<alert_id>/hand-over", act, alerts.hand_over),
        ("POST", "/alerts/<alert_id>/not-reached", act, alerts.not_reached),
        ("POST", "/alerts/<alert_id>/resolve", act, alerts.resolve),
        ("POST", "/alerts/<alert_id>/useful", act, alerts.useful),
        ("POST", "/alerts/<alert_id>/write", act, alerts.write),
        ("POST", "/alerts/<alert_id>/script", act, alerts.let_script_go_on),
        ("POST", "/segments", act, alerts.segments),
    ):
        gate.door(blueprint, method, rule, right)(view)
    return blueprint


@dataclass(frozen=True, slots=True)
class View:
    """Which part of the list is looked at."""

    tab: Tab
    search: str

    @classmethod
    def asked_for(cls) -> View:
        tab = request.args.get("tab", Tab.OPEN.value)
        return cls(Tab(tab) if tab in set(Tab) else Tab.OPEN, request.args.get("q", "")[:100])


class Alerts:
    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.parts = gate.parts

    @property
    def _now(self) -> datetime:
        return self.gate.site.now()

    # Looking

    def show(self, visitor: Visitor) -> str:
        view = View.asked_for()
        found = self._list(visitor, view)
        self._record_list(visitor, view, found)
        return render_template("console/alerts.html", **self._listed(view, found), case=None, said="")

    def list_(self, visitor: Visitor) -> Response:
        """The list again, when it changed since; nothing to read means nothing to record either."""
        view = View.asked_for()
        found = self._list(visitor, view)
        values = self._listed(view, found)
        if values["stamp"] != request.args.get("stamp"):
            self._record_list(visitor, view, found)
        open_id = request.args.get("open", "")
        return self._if_changed("console/alert_list.html", **values, open_id=open_id)

    def one(self, visitor: Visitor, alert_id: str) -> str:
        opened = case.open_case(self.parts, alert_id, visitor.staff_id, self._now)
        self._record(visitor, "read alert", opened)
        return self._page(visitor, opened, said=SAID.get(request.args.get("said", ""), ""))

    def live(self, visitor: Visitor, alert_id: str) -> Response:
        opened = case.open_case(self.parts, alert_id, visitor.staff_id, self._now)
        values = self._opened(opened)
        if values["case_stamp"] != request.args.get("stamp"):
            self._record(visitor, "read alert", opened)
        return self._if_changed("console/case_live.html", stamp=values["case_stamp"], **values)

    # Acting

    def acknowledge(self, visitor: Visitor, alert_id: str) -> AnyResponse:
        self._record_act(visitor, "acknowledge alert", alert_id)
        acting.acknowledge(self.parts, alert_id, visitor.staff_id, self._now)
        return self._back(alert_id, "acknowledged")

    def hand_over(self, visitor: Visitor, alert_id: str) -> AnyResponse:
        self._record_act(visitor, "hand over alert", alert_id)
        taker = request.form.get("colleague", "")
        return self._try(visitor, alert_id, "handed_over", lambda: self._hand_over(alert_id, visitor, taker))

    def _hand_over(self, alert_id: str, visitor: Visitor, taker: str) -> None:
        acting.hand_over(self.parts, alert_id, visitor.staff_id, taker, self._now)

    def not_reached(self, visitor: Visitor, alert_id: str) -> AnyResponse:
        self._record_act(visitor, "patient not reached", alert_id)
        acting.not_reached(self.parts, alert_id, visitor.staff_id, "", self._now)
        return self._back(alert_id, "not_reached", anchor="not-reached")

    def resolve(self, visitor: Visitor, alert_id: str) -> AnyResponse:
        self._record_act(visitor, "resolve alert", alert_id)
        reached, outcome, note = (request.form.get(name, "") for name in ("reached", "outcome", "note"))
        also = request.form.getlist("also")
        return self._try(
            visitor,
            alert_id,
            "resolved",
            lambda: acting.resolve(
                self.parts,
                alert_id,
                visitor.staff_id,
                reached=reached,
                outcome=outcome,
                note=note,
                now=self._now,
                also=also,
            ),
        )

    def useful(self, visitor: Visitor, alert_id: str) -> AnyResponse:
        self._record_act(visitor, "judge alert", alert_id)
        is_useful = request.form.get("useful") == "yes"
        acting.judge(self.parts, alert_id, visitor.staff_id, self._now, is_useful=is_useful)
        return self._back(alert_id, "judged")

    def write(self, visitor: Visitor, alert_id: str) -> AnyResponse:
        self._record_act(visitor, "write to patient", alert_id)
        patient_id, text = self._patient(visitor, alert_id), request.form.get("text", "")
        return self._try(
            visitor,
            alert_id,
            "sent",
            lambda: writing.write(self.parts, patient_id, visitor.staff_id, text, self._now),
        )

    def let_script_go_on(self, visitor: Visitor, alert_id: str) -> AnyResponse:
        self._record_act(visitor, "let script go on", alert_id)
        writing.let_the_script_go_on(self.parts, self._patient(visitor, alert_id), self._now)
        return self._back(alert_id, "script")

    def segments(self, visitor: Visitor) -> str:
        del visitor
        return render_template("console/segments.html", size=measure(request.form.get("text", "")))

    # Joined

    def _list(self, visitor: Visitor, view: View) -> Worklist:
        return worklist.worklist(self.parts, view.tab, visitor.staff_id, view.search, self._now)

    def _listed(self, view: View, found: Worklist) -> dict[str, object]:
        wrong = impaired(self.parts, self.gate.site.clock.real())
        stamp = hashlib.sha256(repr((view, found, wrong)).encode()).hexdigest()[:16]
        return {"list": found, "view": view, "tabs": Tab, "stamp": stamp, "impaired": wrong}

    def _opened(self, opened: Case) -> dict[str, object]:
        seen = (opened.alert, opened.lines, opened.dossier.beside, opened.person and opened.person.talk_until)
        stamp = hashlib.sha256(repr(seen).encode())
        return {
            "case": opened,
            "case_stamp": stamp.hexdigest()[:16],
            "reached": acting.REACHED,
            "outcomes": acting.OUTCOMES,
            "trend": _trend(opened),
        }

    def _page(self, visitor: Visitor, opened: Case, *, said: str = "", problem: str = "") -> str:
        view = View.asked_for()
        found = self._list(visitor, view)
        values = {**self._listed(view, found), **self._opened(opened)}
        text = request.form.get("text", "") if problem else _beginning(opened)
        return render_template(
            "console/alerts.html", **values, said=said, problem=problem, text=text, size=measure(text)
        )

    def _try(self, visitor: Visitor, alert_id: str, said: str, verb: Callable[[], object]) -> AnyResponse:
        """What was typed comes back with the sentence that says what is missing."""
        try:
            verb()
        except Refused as refused:
            opened = case.open_case(self.parts, alert_id, visitor.staff_id, self._now)
            sentence = f"{str(refused)[:1].upper()}{str(refused)[1:].rstrip('.')}."
            return make_response(self._page(visitor, opened, problem=sentence), 422)
        return self._back(alert_id, said)

    def _back(self, alert_id: str, said: str, anchor: str = "") -> AnyResponse:
        return redirect(url_for("alerts.one", alert_id=alert_id, said=said, _anchor=anchor or None), code=303)

    def _patient(self, visitor: Visitor, alert_id: str) -> str:
        opened = case.open_case(self.parts, alert_id, visitor.staff_id, self._now)
        if opened.person is None:
            raise Refused("this number belongs to no patient of ours: enroll them first, or call")
        return opened.person.id

    def _if_changed(self, template: str, *, stamp: object, **values: object) -> Response:
        """204 where it is the same; the clinic's time goes along, for the countdowns."""
        same = stamp == request.args.get("stamp")
        answer = make_response("" if same else render_template(template, stamp=stamp, **values), 204 if same else 200)
        answer.headers["X-Clinic-Now"] = self._now.isoformat()
        return answer

    # The audit log

    def _record_list(self, visitor: Visitor, view: View, found: Worklist) -> None:
        about = tuple(item.patient_id for item in found.items if item.patient_id)
        self.gate.record(visitor, "read alerts", patients=about, detail=view.tab.value)

    def _record(self, visitor: Visitor, act: str, opened: Case) -> None:
        about = (opened.alert.patient_id,) if opened.alert.patient_id else ()
        self.gate.record(visitor, act, patients=about, detail=f"alert {opened.alert.code}")

    def _record_act(self, visitor: Visitor, act: str, alert_id: str) -> None:
        opened = case.open_case(self.parts, alert_id, visitor.staff_id, self._now)
        self._record(visitor, act, opened)


def _beginning(opened: Case) -> str:
    """The words of the template that was chosen, where the page's own script did not put them in place."""
    chosen = request.args.get("template", "")
    return next((each.words for each in opened.beginnings if each.name == chosen), "")


def _trend(opened: Case) -> Trend | None:
    return trend(opened.pain, opened.band, opened.person.day) if opened.person else None
