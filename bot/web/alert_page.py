"""An alert's page for the one person paged. It shows on GET and acknowledges on POST: preview robots follow links."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from bot.errors import Refused
from bot.service import alert
from bot.service.dossier import Dossier, open_dossier
from bot.web.origin import is_ours

if TYPE_CHECKING:
    from bot.web.site import Site

GONE = "This link is not good, or no longer. Open the newest page you were sent, or ask a colleague."


def doors(site: Site) -> Blueprint:
    blueprint = Blueprint("alert_page", __name__)

    @blueprint.get("/a/<token>")
    def show(token: str) -> Response:
        return _page(site, token)

    @blueprint.post("/a/<token>")
    def act(token: str) -> AnyResponse:
        if not is_ours(site.parts.base_url, unsaid=True):
            return Response("This form came from another site.", status=403, mimetype="text/plain")
        opened = open_dossier(site.parts, token, site.now())
        if opened is None:
            return _gone()
        _record(site, "resolve alert" if request.form.get("do") == "resolve" else "acknowledge alert", opened)
        problem = _do(site, token, request.form)
        if problem:
            return _page(site, token, problem=problem, status=409)
        return redirect(f"{site.parts.base_url}/a/{token}", code=303)

    return blueprint


def _do(site: Site, token: str, form: Mapping[str, str]) -> str:
    """Acknowledge or resolve; what was refused comes back as a sentence."""
    try:
        if form.get("do") == "resolve":
            alert.resolve_linked(site.parts, token, form.get("disposition", ""), site.now())
        else:
            alert.acknowledge_linked(site.parts, token, site.now())
    except Refused as refused:
        return str(refused)
    return ""


def _page(site: Site, token: str, *, problem: str = "", status: int = 200) -> Response:
    dossier = open_dossier(site.parts, token, site.now())
    if dossier is None:
        return _gone()
    _record(site, "read alert", dossier)
    html = render_template("alert.html", alert=dossier, problem=problem)
    return Response(html, status=status, mimetype="text/html")


def _record(site: Site, act: str, dossier: Dossier) -> None:
    """In the audit log, before it is shown or done."""
    site.trail.record(
        act,
        staff_id=dossier.staff_id,
        door="link",
        real=site.clock.real(),
        patients=(dossier.patient_id,) if dossier.patient_id else (),
        detail=f"alert {dossier.code}",
    )


def _gone() -> Response:
    return Response(render_template("gone.html", sentence=GONE), status=404, mimetype="text/html")
