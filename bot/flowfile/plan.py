"""Reads plan.yaml: the care plan."""

from __future__ import annotations

from datetime import timedelta

from bot.core.plan import CarePlan, PlanItem, Sends
from bot.flowfile.form import Form
from bot.flowfile.problem import Notes
from bot.flowfile.yaml import Node

_KEYS = ("weekly_line_every", "nudge_after", "expires_after", "items")
_ITEM = ("item", "day", "at", "until", *Sends)


def read_plan(node: Node | None, notes: Notes) -> CarePlan:
    form = Form(node, notes, what="the plan", known=_KEYS, needs=_KEYS)
    items = [_item(part, notes) for part in form.items("items")]
    _refuse_twins(items, notes)
    return CarePlan(
        items=tuple(sorted(items, key=lambda item: (item.day, item.at))),
        weekly_line_every=form.whole("weekly_line_every", 7, least=1),
        nudge_after=form.duration("nudge_after", timedelta(hours=4)),
        expires_after=form.duration("expires_after", timedelta(hours=20)),
    )


def _item(node: Node, notes: Notes) -> PlanItem:
    form = Form(node, notes, what="an item of the plan", known=_ITEM, needs=("item", "day", "at", "until"))
    sends = [kind for kind in Sends if kind in form]
    if len(sends) != 1:
        notes.wrong(form.line, 'an item of the plan sends one thing: "flow", "tip" or "notice".')
    kind = sends[0] if sends else Sends.NOTICE
    return PlanItem(
        name=form.name("item"),
        day=form.whole("day"),
        at=form.time("at"),
        until=form.time("until"),
        sends=kind,
        content=form.text(kind),
        line=form.line,
    )


def _refuse_twins(items: list[PlanItem], notes: Notes) -> None:
    lines: dict[str, int] = {}
    for item in items:
        if item.name in lines:
            notes.wrong(item.line, f'the item "{item.name}" stands in line {lines[item.name]} already.')
        lines.setdefault(item.name, item.line)
