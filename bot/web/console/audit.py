"""The audit log, for admins: who read and changed what, and whether the record is whole."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from bot.core.sign_in import Right
from bot.service.console.signing_in import Visitor
from bot.service.safekeeping import retention
from bot.store import patients, staff
from bot.store.console import audit
from bot.web.console.gate import Gate

ON_A_PAGE = 100


def doors(gate: Gate) -> Blueprint:
    blueprint = Blueprint("audit", __name__)

    def show(visitor: Visitor) -> str:
        patient_id, before = request.args.get("patient", "")[:26], request.args.get("before", type=int)
        gate.record(visitor, "read audit log", patients=(patient_id,) if patient_id else ())
        entries = gate.parts.database.read(
            lambda tx: audit.newest(tx, before=before, patient_id=patient_id, limit=ON_A_PAGE)
        )
        verdict = gate.trail.verify() if request.args.get("verify") else None
        values = {"entries": entries, "names": _names(gate), "verdict": verdict, "patient_id": patient_id}
        more = entries[-1].number if len(entries) == ON_A_PAGE else None
        kept, last_day = retention.rules(gate.parts).sentences(), retention.last_day(gate.parts)
        return render_template("console/audit.html", **values, more=more, kept=kept, last_day=last_day)

    gate.door(blueprint, "GET", "/audit", Right.MANAGE)(show)
    return blueprint


def _names(gate: Gate) -> dict[str, str]:
    vault = gate.parts.vault
    team = {member.id: member.name(vault) for member in gate.parts.database.read(staff.ever)}
    return team | {person.id: person.name(vault) for person in gate.parts.database.read(patients.every)}
