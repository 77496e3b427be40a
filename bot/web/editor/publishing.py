"""From a draft to what patients get: the review, a clinician's signature, publishing, the versions and the way back."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.core.sign_in import Right
from bot.errors import Refused
from bot.service import publish as versions
from bot.service.console.signing_in import Visitor
from bot.service.drafts import publishing
from bot.service.drafts.folder import Folder
from bot.service.drafts.overview import names_of
from bot.web.console.gate import Gate
from bot.web.editor.said import sentence

LONGEST_NOTE = 200


def add(gate: Gate, blueprint: Blueprint) -> None:
    pages = Publishing(gate)
    for method, rule, right, view in (
        ("GET", "/flows/publish", Right.ACT, pages.review),
        ("POST", "/flows/publish", Right.MANAGE, pages.publish),
        ("POST", "/flows/goldens", Right.MANAGE, pages.take_goldens),
        ("POST", "/flows/sign", Right.ACT, pages.sign),
        ("GET", "/flows/versions", Right.ACT, pages.history),
        ("POST", "/flows/versions/<int:version>/roll-back", Right.MANAGE, pages.roll_back),
    ):
        gate.door(blueprint, method, rule, right)(view)


class Publishing:
    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.parts = gate.parts
        self.folder = Folder(gate.site.flows)

    def review(self, visitor: Visitor) -> str:
        return self._review(visitor)

    def sign(self, visitor: Visitor) -> Response:
        digest = request.form.get("digest", "")
        try:
            publishing.sign(self.parts, self.folder, digest, visitor.staff_id, self.gate.site.clock.real())
        except Refused as refused:
            return make_response(self._review(visitor, problem=refused), 409)
        self.gate.record(visitor, "flows signed", detail=digest[:12])
        return redirect(url_for("flows.review"), code=303)

    def take_goldens(self, visitor: Visitor) -> Response:
        try:
            count = publishing.take_goldens(self.folder, request.form.get("digest", ""))
        except Refused as refused:
            return make_response(self._review(visitor, problem=refused), 409)
        self.gate.record(visitor, "golden conversations kept", detail=f"{count} as they go now")
        return redirect(url_for("flows.review"), code=303)

    def publish(self, visitor: Visitor) -> Response:
        form = request.form
        try:
            version = publishing.publish(
                self.parts,
                self.folder,
                form.get("digest", ""),
                self._now,
                based_on=form.get("based_on", 0, type=int),
                by=visitor.staff_id,
                note=form.get("note", "").strip()[:LONGEST_NOTE],
            )
        except Refused as refused:
            return make_response(self._review(visitor, problem=refused), 409)
        self.gate.record(visitor, "flows published", detail=f"version {version}")
        return redirect(url_for("flows.history", live=version), code=303)

    def history(self, visitor: Visitor) -> str:
        return self._history(visitor)

    def roll_back(self, visitor: Visitor, version: int) -> Response:
        try:
            live = publishing.roll_back(self.parts, version, visitor.staff_id, self._now)
        except Refused as refused:
            return make_response(self._history(visitor, problem=refused), 409)
        self.gate.record(visitor, "flows rolled back", detail=f"to version {version}")
        return redirect(url_for("flows.history", live=live), code=303)

    def _review(self, visitor: Visitor, problem: Refused | None = None) -> str:
        found = publishing.review(self.parts, self.folder, self._now)
        return render_template(
            "editor/review.html",
            found=found,
            names=names_of(self.parts),
            has_signed=any(staff_id == visitor.staff_id for staff_id, _ in found.signers),
            others_signed=[staff_id for staff_id, _ in found.signers if staff_id != visitor.staff_id],
            is_live=self.parts.is_live,
            problem=sentence(problem),
        )

    def _history(self, visitor: Visitor, problem: Refused | None = None) -> str:
        del visitor
        said = request.args.get("live", type=int)
        return render_template(
            "editor/history.html",
            versions=versions.history(self.parts),
            said=f"Version {said} is live." if said else "",
            problem=sentence(problem),
        )

    @property
    def _now(self) -> datetime:
        return self.gate.site.now()
