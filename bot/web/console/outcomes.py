"""Outcomes: how it goes, each table with its denominator, and as CSV."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from bot.core.sign_in import Right
from bot.core.table import as_csv
from bot.service.console.outcomes import Report, reports
from bot.service.console.signing_in import Visitor
from bot.web.console.gate import Gate

PERIODS = (7, 30, 90, 365)
USUAL = 30


def doors(gate: Gate) -> Blueprint:
    blueprint = Blueprint("outcomes", __name__)

    def show(visitor: Visitor) -> str:
        gate.record(visitor, "read outcomes")
        days = _days()
        return render_template("console/outcomes.html", reports=_all(gate, days), days=days, periods=PERIODS)

    def table(visitor: Visitor, name: str) -> Response:
        found = {report.name: report for report in _all(gate, _days())}
        if name not in found:
            raise LookupError(name)
        gate.record(visitor, "export outcomes", detail=name)
        answer = Response(as_csv(found[name].columns, found[name].rows), mimetype="text/csv")
        answer.headers["Content-Disposition"] = f'attachment; filename="mendline-{name}.csv"'
        answer.headers["Cache-Control"] = "no-store"
        return answer

    gate.door(blueprint, "GET", "/outcomes", Right.SEE)(show)
    gate.door(blueprint, "GET", "/outcomes/<name>.csv", Right.SEE)(table)
    return blueprint


def _all(gate: Gate, days: int) -> list[Report]:
    return reports(gate.parts, days, gate.site.now())


def _days() -> int:
    wanted = request.args.get("days", USUAL, type=int)
    return wanted if wanted in PERIODS else USUAL
