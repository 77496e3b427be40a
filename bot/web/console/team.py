"""The team, for admins: who is on it, who may sign in, and the links that let them."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.core.sign_in import Right, Role
from bot.errors import Refused, UserError
from bot.service import team, typed
from bot.service.console import signing_in
from bot.service.console.signing_in import Visitor
from bot.service.talk import Moment
from bot.store import views
from bot.store.console import accounts
from bot.web.console.gate import Gate

SAID = {"closed": "Nobody signs in as this person any more.", "ended": "Signed out everywhere, at once."}


def doors(gate: Gate) -> Blueprint:
    blueprint = Blueprint("team", __name__)
    people = Team(gate)
    for method, rule, view in (
        ("GET", "/team", people.show),
        ("POST", "/team", people.add),
        ("POST", "/team/<staff_id>/link", people.link),
        ("POST", "/team/<staff_id>/end", people.end),
        ("POST", "/team/<staff_id>/close", people.close),
        ("GET", "/team/<staff_id>/remove", people.ask_to_remove),
        ("POST", "/team/<staff_id>/remove", people.remove),
    ):
        gate.door(blueprint, method, rule, Right.MANAGE)(view)
    return blueprint


class Team:
    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.parts = gate.parts

    def show(self, visitor: Visitor) -> str:
        del visitor
        return self._page(said=SAID.get(request.args.get("said", ""), ""))

    def add(self, visitor: Visitor) -> Response:
        form = request.form
        try:
            role = typed.one_of(form.get("role", ""), set(Role))
            rung = _rung(form.get("rung", ""), role)
            name, phone, email = typed.name(form.get("name", "")), typed.phone(form.get("phone", "")), form.get("email")
            self.gate.record(visitor, "staff added", detail=role)
            staff_id = team.add(
                self.parts,
                phone,
                name=name,
                email=typed.email(email or ""),
                role=role,
                rung=rung,
                now=self.gate.site.now(),
            )
        except UserError as wrong:
            return make_response(self._page(problem=f"{str(wrong)[:1].upper()}{str(wrong)[1:].rstrip('.')}."), 422)
        return self._with_link(staff_id)

    def link(self, visitor: Visitor, staff_id: str) -> Response:
        self.gate.record(visitor, "account link made", detail=staff_id)
        return self._with_link(staff_id)

    def end(self, visitor: Visitor, staff_id: str) -> Response:
        self.gate.record(visitor, "signed out everywhere", detail=staff_id)
        signing_in.end_sign_ins(self.parts, staff_id, self._real)
        return redirect(url_for("team.show", said="ended"), code=303)

    def close(self, visitor: Visitor, staff_id: str) -> Response:
        if staff_id == visitor.staff_id:
            raise Refused("you cannot close your own account: ask another admin")
        self.gate.record(visitor, "account closed", detail=staff_id)
        signing_in.close_account(self.parts, staff_id, self._real)
        return redirect(url_for("team.show", said="closed"), code=303)

    def ask_to_remove(self, visitor: Visitor, staff_id: str) -> str:
        """What it means is said before it is done: it cannot be taken back by a tap."""
        name = team.leaver(self.parts, staff_id, visitor.staff_id)
        return render_template("console/remove.html", staff_id=staff_id, name=name)

    def remove(self, visitor: Visitor, staff_id: str) -> Response:
        self.gate.record(visitor, "staff removed", detail=staff_id)
        moment = Moment(self.gate.site.now(), self._real)
        left = team.remove(self.parts, staff_id, by=visitor.staff_id, moment=moment)
        return make_response(self._page(said=left.sentence))

    @property
    def _real(self) -> datetime:
        return self.gate.site.clock.real()

    def _with_link(self, staff_id: str) -> Response:
        """Shown once, to the admin who asked: it goes into no address and no log."""
        link = signing_in.link_for(self.parts, staff_id, self._real)
        return make_response(self._page(link=link, link_for=staff_id))

    def _page(self, *, said: str = "", problem: str = "", link: str = "", link_for: str = "") -> str:
        vault = self.parts.vault
        holders = self.parts.database.read(accounts.holders)
        members = [
            {
                "id": row.id,
                "name": row.name(vault),
                "phone": row.phone(vault),
                "email": row.email(vault),
                "role": row.role,
                "rung": row.rung,
                "has_stopped": row.has_stopped,
                "has_account": row.id in holders,
            }
            for row in views.team(self.parts.database)
        ]
        named = next((member["name"] for member in members if member["id"] == link_for), "")
        values = {"members": members, "roles": list(Role), "link": link, "link_name": named}
        return render_template("console/team.html", **values, said=said, problem=problem)


def _rung(text: str, role: str) -> int | None:
    if not text.strip():
        return None
    if not text.strip().isdecimal() or not 1 <= int(text) <= 99:
        raise typed.Mistyped("the rung is a whole number from 1, who is paged first, to 99.")
    if role == Role.VIEWER:
        raise typed.Mistyped("a viewer may not acknowledge alerts, so a viewer cannot be on call.")
    return int(text)
