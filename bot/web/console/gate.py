"""Who comes in: every door of the console names the right that it asks for, and every form shows that it is ours."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from flask import Blueprint, Response, g, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from bot.core.sign_in import Right, may
from bot.errors import Refused
from bot.service.console import signing_in
from bot.service.console.signing_in import Visitor
from bot.service.parts import Parts
from bot.store.database import StoreBusy
from bot.web.origin import is_ours

if TYPE_CHECKING:
    from bot.web.site import Site

View = Callable[..., Any]

COOKIE, BROWSER_COOKIE, VISIT_COOKIE = "mendline", "mendline_browser", "mendline_visit"
BROWSER_SECONDS = 180 * 24 * 3600
FORM_FIELD = "form_token"
STALE_FORM = "This form was open too long, or came from another site. Nothing was done: load the page and try again."

BUSY = "The database is busy just now. Try again in a moment: nothing is done twice."


class Gate:
    """Hands a page its visitor, or shows them out. Made once for the site."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.parts: Parts = site.parts
        self.trail = site.trail
        self.is_https = urlsplit(site.parts.base_url).scheme == "https"

    def door(self, blueprint: Blueprint, method: str, rule: str, right: Right) -> Callable[[View], View]:
        """A page for whoever has this right; the view is handed the visitor. The right can be read off the view."""

        def decorate(view: View) -> View:
            @wraps(view)
            def guarded(**values: Any) -> Any:
                return self._let_in(view, right, values)

            guarded.right = right  # type: ignore[attr-defined]
            blueprint.add_url_rule(rule, view.__name__, guarded, methods=[method])
            return guarded

        return decorate

    def _let_in(self, view: View, right: Right, values: dict[str, Any]) -> Any:
        visitor = self.visitor()
        if visitor is None:
            return self._show_the_entrance()
        g.visitor = visitor
        if request.method == "POST" and not self.is_our_form(visitor.token):
            return self.say_no(STALE_FORM, status=403)
        if not may(visitor.role, right):
            return self.say_no(f"This asks for more than a {visitor.role} may do. An admin can change your role.", 403)
        if not request.args.get("live"):
            signing_in.touched(self.parts, visitor, self.site.clock.real())
        return self._answer(view, visitor, values)

    def _answer(self, view: View, visitor: Visitor, values: dict[str, Any]) -> Any:
        try:
            return view(visitor, **values)
        except LookupError:
            return self.say_no("There is nothing here, or no longer.", status=404)
        except Refused as refused:
            return self.say_no(f"{str(refused)[:1].upper()}{str(refused)[1:].rstrip('.')}.", status=409)
        except StoreBusy:
            return self.say_no(BUSY, status=503)

    def visitor(self) -> Visitor | None:
        return signing_in.visitor(self.parts, request.cookies.get(self.cookie(COOKIE), ""), self.site.clock.real())

    def is_our_form(self, secret: str) -> bool:
        """Both: the browser says that our own page sent it, and the form carries what only our page could know."""
        given = request.headers.get("X-Form-Token", "") or request.form.get(FORM_FIELD, "")
        expected = signing_in.form_token(secret)
        return is_ours(self.parts.base_url, unsaid=True) and hmac.compare_digest(given.encode(), expected.encode())

    def _show_the_entrance(self) -> AnyResponse:
        """A fragment that a page asked for sends the whole page away; a link leads back after signing in."""
        back = request.full_path.rstrip("?") if request.method == "GET" and not request.args.get("live") else "/"
        place = f"{request.script_root}/sign-in" + (f"?next={quote(back)}" if back != "/" else "")
        if request.headers.get("HX-Request"):
            return Response(status=200, headers={"HX-Redirect": place})
        return redirect(place, code=303)

    def say_no(self, sentence: str, status: int) -> Response:
        html = render_template("console/sorry.html", sentence=sentence, visitor=g.get("visitor"))
        return make_response(html, status)

    # Cookies

    def cookie(self, name: str) -> str:
        """Over HTTPS with the prefix that no other host and no plain page can set."""
        return f"__Host-{name}" if self.is_https else name

    def set_cookie(self, answer: AnyResponse, name: str, value: str, *, seconds: int | None = None) -> None:
        answer.set_cookie(
            self.cookie(name), value, max_age=seconds, path="/", secure=self.is_https, httponly=True, samesite="Lax"
        )

    def drop_cookie(self, answer: AnyResponse, name: str) -> None:
        answer.delete_cookie(self.cookie(name), path="/", secure=self.is_https, httponly=True, samesite="Lax")

    # The audit log

    def record(self, visitor: Visitor, act: str, *, patients: tuple[str, ...] = (), detail: str = "") -> None:
        self.trail.record(
            act,
            staff_id=visitor.staff_id,
            door="console",
            real=self.site.clock.real(),
            patients=patients,
            detail=detail,
        )
