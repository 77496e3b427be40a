"""On-call: who is paged on which rung, whether each can be reached, and where one person's absence leaves nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template

from bot.core.sign_in import Right
from bot.service.console.signing_in import Visitor
from bot.service.talk import in_office_hours, next_office_opening
from bot.store import views
from bot.web.console.gate import Gate


@dataclass(frozen=True, slots=True)
class Member:
    id: str
    name: str
    phone: str
    email: str
    role: str
    rung: int | None
    has_stopped: bool

    @property
    def is_reachable(self) -> bool:
        return not self.has_stopped or bool(self.email)


def doors(gate: Gate) -> Blueprint:
    blueprint = Blueprint("oncall", __name__)

    def show(visitor: Visitor) -> str:
        del visitor
        script, now = gate.parts.scripts.live(), gate.site.now()
        team = _team(gate)
        rungs = sorted({member.rung for member in team if member.rung is not None})
        return render_template(
            "console/oncall.html",
            ladder=[(rung, [member for member in team if member.rung == rung]) for rung in rungs],
            others=[member for member in team if member.rung is None],
            gaps=gaps(team),
            is_open=in_office_hours(script, now),
            opens=next_office_opening(script, now),
            pages_at_night=script.practice.same_day_out_of_hours.value == "on_call" if script.practice else True,
        )

    gate.door(blueprint, "GET", "/on-call", Right.SEE)(show)
    return blueprint


def _team(gate: Gate) -> list[Member]:
    vault = gate.parts.vault
    return [
        Member(row.id, row.name(vault), row.phone(vault), row.email(vault), row.role, row.rung, row.has_stopped)
        for row in views.team(gate.parts.database)
    ]


def gaps(team: Sequence[Member]) -> list[str]:
    """What would leave an alert unanswered, as sentences, the worst first."""
    on_call = [member for member in team if member.rung is not None]
    reachable = [member for member in on_call if member.is_reachable]
    found = []
    if not on_call:
        found.append("Nobody is on call: an alert pages every nurse and admin at once.")
    elif not reachable:
        found.append("Nobody on call can be reached: every phone refuses our texts.")
    elif len(reachable) == 1:
        found.append(f"Only {reachable[0].name} can be reached: while they sleep or drive, nobody answers.")
    found += [
        f"{member.name}'s phone has texted STOP: no page reaches it until it texts START."
        for member in on_call
        if member.has_stopped
    ]
    return found
