"""The entrance: sign in, sign out, and the one-time link at which somebody sets up their account."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

import segno
from flask import Blueprint, make_response, redirect, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from bot.core.sign_in import address, spelled
from bot.errors import Refused, UserError
from bot.service import typed
from bot.service.console import signing_in
from bot.service.console.signing_in import Credentials, NewMember, SignedIn, TryLater, Welcome, form_token
from bot.store.database import StoreBusy
from bot.web.console.browser import browser_name
from bot.web.console.gate import BROWSER_COOKIE, BROWSER_SECONDS, BUSY, COOKIE, STALE_FORM, VISIT_COOKIE, Gate


def doors(gate: Gate) -> Blueprint:
    blueprint = Blueprint("entrance", __name__)
    entrance = Entrance(gate)
    blueprint.add_url_rule("/sign-in", "sign_in", entrance.show, methods=["GET"])
    blueprint.add_url_rule("/sign-in", "enter", entrance.enter, methods=["POST"])
    blueprint.add_url_rule("/sign-out", "sign_out", entrance.leave, methods=["POST"])
    blueprint.add_url_rule("/welcome/<token>", "welcome", entrance.welcome, methods=["GET"])
    blueprint.add_url_rule("/welcome/<token>", "set_up", entrance.set_up, methods=["POST"])
    blueprint.register_error_handler(StoreBusy, lambda _: gate.say_no(BUSY, status=503))
    return blueprint


class Entrance:
    """Pages before anybody is signed in. Their forms are tied to a cookie of the visit."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate

    def show(self) -> Response:
        if self.gate.visitor() is not None:
            return redirect(f"{request.script_root}/", code=303)
        return self._form()

    def enter(self) -> Response:
        if not self._is_our_form():
            return self._form(STALE_FORM, 403)
        try:
            come = signing_in.sign_in(self.gate.parts, self._typed(), self.gate.site.clock.real())
        except TryLater as later:
            answer = self._form(str(later), 429)
            answer.headers["Retry-After"] = str(later.seconds)
            return answer
        except Refused as refused:
            self._record("sign-in refused", None)
            return self._form(str(refused), 401)
        self._record("signed in", come.staff_id)
        return self._welcomed(redirect(self._next(), code=303), come)

    def leave(self) -> Response:
        visitor = self.gate.visitor()
        if visitor is not None and not self.gate.is_our_form(visitor.token):
            return self.gate.say_no(STALE_FORM, status=403)
        if visitor is not None:
            signing_in.sign_out(self.gate.parts, visitor, self.gate.site.clock.real())
            self._record("signed out", visitor.staff_id)
        answer = redirect(f"{request.script_root}/sign-in?said=out", code=303)
        self.gate.drop_cookie(answer, COOKIE)
        return answer

    def welcome(self, token: str) -> Response:
        try:
            welcomed = signing_in.welcome(self.gate.parts, token, self.gate.site.clock.real())
        except Refused as refused:
            return self._page("console/link_gone.html", 404, sentence=str(refused))
        return self._set_up_form(welcomed)

    def set_up(self, token: str) -> Response:
        site = self.gate.site
        try:
            welcomed = signing_in.welcome(self.gate.parts, token, site.clock.real())
        except Refused as refused:
            return self._page("console/link_gone.html", 404, sentence=str(refused))
        if not self._is_our_form():
            return self._set_up_form(welcomed, STALE_FORM, 403)
        try:
            new = None if welcomed.staff_id else _new_member()
            come = signing_in.set_up(self.gate.parts, token, new, self._typed(), now=site.now(), real=site.clock.real())
        except UserError as wrong:
            return self._set_up_form(welcomed, str(wrong), 422)
        self._record("account set up", come.staff_id)
        answer = self._page("console/recovery_codes.html", 200, codes=come.recovery_codes, visitor=None)
        return self._welcomed(answer, come)

    def _welcomed(self, answer: Response, come: SignedIn) -> Response:
        self.gate.set_cookie(answer, COOKIE, come.token)
        self.gate.set_cookie(answer, BROWSER_COOKIE, come.browser_token, seconds=BROWSER_SECONDS)
        self.gate.drop_cookie(answer, VISIT_COOKIE)
        return answer

    def _typed(self) -> Credentials:
        form = request.form
        return Credentials(
            name=form.get("name", "")[:200],
            password=form.get("password", "")[:1000],
            code=form.get("code", "")[:40],
            browser_token=request.cookies.get(self.gate.cookie(BROWSER_COOKIE), ""),
            browser=browser_name(request.headers.get("User-Agent", "")),
        )

    def _form(self, problem: str = "", status: int = 200) -> Response:
        return self._page("console/sign_in.html", status, problem=problem, next=request.args.get("next", ""))

    def _set_up_form(self, welcomed: Welcome, problem: str = "", status: int = 200) -> Response:
        who = welcomed.email or welcomed.name or "first admin"
        picture = segno.make(address(welcomed.secret, who), error="m")
        return self._page(
            "console/welcome.html",
            status,
            welcome=welcomed,
            problem=problem,
            key=spelled(welcomed.secret),
            # Its modules are paths, without styles: the page's policy allows none.
            qr=Markup(picture.svg_inline(scale=1, border=2, omitsize=True, svgclass="qr", lineclass="qr-line")),  # noqa: S704 - made by us
        )

    def _page(self, template: str, status: int, **values: object) -> Response:
        """With a form tied to this visit, since nobody is signed in yet."""
        visit = request.cookies.get(self.gate.cookie(VISIT_COOKIE), "") or secrets.token_urlsafe(24)
        has_phones = self.gate.site.pretend_url is not None
        html = render_template(template, token=form_token(visit), has_phones=has_phones, said=_said(), **values)
        answer = make_response(html, status)
        self.gate.set_cookie(answer, VISIT_COOKIE, visit)
        return answer

    def _is_our_form(self) -> bool:
        visit = request.cookies.get(self.gate.cookie(VISIT_COOKIE), "")
        return bool(visit) and self.gate.is_our_form(visit)

    def _next(self) -> str:
        """Only to a page of ours: a link in a mail must not lead elsewhere after signing in."""
        wanted = request.form.get("next", "")
        parts = urlsplit(wanted)
        is_here = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and not parts.netloc
        return f"{request.script_root}{wanted}" if is_here else f"{request.script_root}/"

    def _record(self, act: str, staff_id: str | None) -> None:
        self.gate.trail.record(act, staff_id=staff_id, door="console", real=self.gate.site.clock.real())


def _new_member() -> NewMember:
    """The first admin, as typed. Raises Mistyped with a sentence."""
    form = request.form
    return NewMember(
        typed.name(form.get("name", "")), typed.phone(form.get("phone", "")), typed.email(form.get("email", ""))
    )


def _said() -> str:
    return {"out": "You are signed out."}.get(request.args.get("said", ""), "")
