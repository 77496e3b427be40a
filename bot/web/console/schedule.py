"""The schedule: what goes out on which day, and what did not and why."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, render_template, request

from bot.core.sign_in import Right
from bot.service.console.case import here
from bot.service.console.schedule import schedule
from bot.service.console.signing_in import Visitor
from bot.web.console.gate import Gate


def doors(gate: Gate) -> Blueprint:
    blueprint = Blueprint("schedule", __name__)

    def show(visitor: Visitor) -> str:
        zone = here(gate.parts.scripts.live())
        today = gate.site.now().astimezone(zone).date()
        only_skipped = request.args.get("skipped") == "1"
        chosen = None if only_skipped else _day(request.args.get("day", ""), today)
        found = schedule(gate.parts, chosen, today, only_skipped=only_skipped)
        about = tuple(entry.patient_id for entry in found.entries)
        gate.record(visitor, "read schedule", patients=about, detail=chosen.isoformat() if chosen else "skipped")
        return render_template("console/schedule.html", found=found, chosen=chosen, today=today, skipped=only_skipped)

    gate.door(blueprint, "GET", "/schedule", Right.SEE)(show)
    return blueprint


def _day(text: str, today: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return today
