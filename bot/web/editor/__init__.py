"""The flow editor: admins change the same files in the browser, with checker, drawing and phone."""

from __future__ import annotations

from flask import Blueprint, Flask

from bot.web.console.gate import Gate
from bot.web.editor import listing, publishing, tools, workbench


def add_editor(app: Flask, gate: Gate) -> None:
    blueprint = Blueprint("flows", __name__)
    for room in (listing, workbench, publishing, tools):
        room.add(gate, blueprint)
    app.register_blueprint(blueprint)
