"""The staff console: every page behind a sign-in, each with the right that it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask

from bot.web.console import entrance
from bot.web.console.gate import Gate

if TYPE_CHECKING:
    from bot.web.site import Site


def add_console(app: Flask, site: Site) -> None:
    gate = Gate(site)
    app.register_blueprint(entrance.doors(gate))
