"""Reads tips.yaml: advice to be read, by name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.core.tip import Tip
from bot.flowfile.form import Form
from bot.flowfile.problem import Notes
from bot.flowfile.shape import TIP, TIPS
from bot.flowfile.yaml import Node

_MOST_VALID = timedelta(hours=10)
"""Carriers keep a text no longer than this."""


def read_tips(node: Node | None, notes: Notes) -> Mapping[str, Tip]:
    form = Form.of(node, notes, TIPS, "the file")
    tips = Form(form.node("tips"), notes, what='"tips"', known=[name for name, _, _ in form.forms("tips")])
    usual = form.approved_by(), form.duration("valid_for", _MOST_VALID)
    return {name: _tip(name, line, part, tips, usual) for name, line, part in form.forms("tips")}


def _tip(name: str, line: int, node: Node, tips: Form, usual: tuple[str, timedelta]) -> Tip:
    form = Form.of(node, tips.notes, TIP, f'the tip "{name}"')
    valid_for = form.duration("valid_for", usual[1])
    if valid_for > _MOST_VALID:
        form.wrong("valid_for", '"valid_for" cannot be more than 10h: carriers keep a text no longer.')
    return Tip(
        name=name,
        topic=form.text("topic"),
        text=form.sent("text"),
        sources=form.texts("sources"),
        approved_by=form.approved_by() if "status" in form else usual[0],
        valid_for=valid_for,
        line=line,
    )
