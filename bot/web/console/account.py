"""One's own account: password, recovery codes, where one is signed in, and how the pages look."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.core.sign_in import Right, is_open
from bot.errors import Refused
from bot.service.console import signing_in
from bot.service.console.signing_in import Visitor
from bot.store.console import accounts, sign_ins
from bot.web.console.gate import Gate

SAID = {
    "password": "Your password is changed, and every other browser is signed out.",
    "ended": "That browser is signed out.",
    "theme": "Kept.",
}
THEMES = {"auto": "As this device", "light": "Light", "dark": "Dark"}


def doors(gate: Gate) -> Blueprint:
    blueprint = Blueprint("account", __name__)
    mine = Mine(gate)
    for method, rule, view in (
        ("GET", "/account", mine.show),
        ("POST", "/account/password", mine.password),
        ("POST", "/account/codes", mine.codes),
        ("POST", "/account/theme", mine.theme),
        ("POST", "/account/sign-ins/<sign_in_id>/end", mine.end),
    ):
        gate.door(blueprint, method, rule, Right.SEE)(view)
    return blueprint


class Mine:
    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.parts = gate.parts

    def show(self, visitor: Visitor) -> str:
        return self._page(visitor, said=SAID.get(request.args.get("said", ""), ""))

    def password(self, visitor: Visitor) -> Response:
        old, new = request.form.get("old", ""), request.form.get("new", "")
        try:
            signing_in.change_password(self.parts, visitor, old, new, self._real)
        except Refused as refused:
            return make_response(self._page(visitor, problem=str(refused)), 422)
        self.gate.record(visitor, "password changed")
        return self._back("password")

    def codes(self, visitor: Visitor) -> Response:
        try:
            codes = signing_in.new_recovery_codes(self.parts, visitor, request.form.get("code", ""), self._real)
        except Refused as refused:
            return make_response(self._page(visitor, problem=str(refused)), 422)
        self.gate.record(visitor, "recovery codes made")
        return make_response(render_template("console/recovery_codes.html", codes=codes))

    def theme(self, visitor: Visitor) -> Response:
        theme = request.form.get("theme", "auto")
        signing_in.set_theme(self.parts, visitor, theme if theme in THEMES else "auto")
        return self._back("theme")

    def end(self, visitor: Visitor, sign_in_id: str) -> Response:
        signing_in.end_sign_ins(self.parts, visitor.staff_id, self._real, only=sign_in_id)
        self.gate.record(visitor, "signed out elsewhere")
        return self._back("ended")

    @property
    def _real(self) -> datetime:
        return self.gate.site.clock.real()

    def _back(self, said: str) -> Response:
        return redirect(url_for("account.show", said=said), code=303)

    def _page(self, visitor: Visitor, *, said: str = "", problem: str = "") -> str:
        stays, left = self.parts.database.read(
            lambda tx: (sign_ins.of_staff(tx, visitor.staff_id), accounts.codes_left(tx, visitor.staff_id))
        )
        open_ = [stay for stay in stays if is_open(began_at=stay.began_at, seen_at=stay.seen_at, real=self._real)]
        values = {"stays": open_, "codes_left": left, "themes": THEMES, "real": self._real}
        return render_template("console/account.html", **values, said=said, problem=problem)
