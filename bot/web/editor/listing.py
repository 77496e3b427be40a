"""The list of flows: what there is, what is being changed and by whom, and how much of it is not live yet."""

from __future__ import annotations

from flask import Blueprint, render_template

from bot.core.sign_in import Right
from bot.service.console.signing_in import Visitor
from bot.service.drafts.folder import Folder
from bot.service.drafts.overview import names_of, overview
from bot.web.console.gate import Gate


def add(gate: Gate, blueprint: Blueprint) -> None:
    folder = Folder(gate.site.flows)

    def show(visitor: Visitor) -> str:
        found = overview(gate.parts, folder, visitor.staff_id)
        version = gate.parts.scripts.live().version
        return render_template("editor/list.html", found=found, names=names_of(gate.parts), version=version)

    gate.door(blueprint, "GET", "/flows", Right.ACT)(show)
