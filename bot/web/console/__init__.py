"""The staff console: every page behind a sign-in, each with the right that it asks for."""

from __future__ import annotations

from flask import Flask

from bot.web.console import account, alerts, audit, entrance, oncall, outcomes, patients, schedule, team
from bot.web.console.gate import Gate
from bot.web.console.shell import add_shell


def add_console(app: Flask, gate: Gate) -> None:
    for room in (entrance, alerts, patients, schedule, oncall, outcomes, team, account, audit):
        app.register_blueprint(room.doors(gate))
    add_shell(app, gate)
