"""Reads plan.yaml: the care plan."""

from __future__ import annotations

from datetime import timedelta

from bot.core.plan import Anchor, CarePlan, Missed, PlanItem, Sends, StillWanted
from bot.flowfile.form import Form
from bot.flowfile.problem import Notes
from bot.flowfile.shape import ANCHOR, EARLIEST, ITEM, PLAN, STILL_WANTED
from bot.flowfile.yaml import Node, Scalar

ASKS_STILL_WANTED = "still-wanted"
"""What the question of `still_wanted` is called on a patient's calendar."""


def read_plan(node: Node | None, notes: Notes) -> CarePlan:
    form = Form.of(node, notes, PLAN, "the plan")
    missed = form.one_of("missed", Missed, Missed.SKIP)
    items = [_item(part, notes, missed) for part in form.items("items")]
    still_wanted = _still_wanted(form)
    _refuse_twins([*items, still_wanted.item] if still_wanted else items, notes)
    return CarePlan(
        items=tuple(sorted(items, key=lambda item: (item.day, item.at))),
        weekly_line_every=form.whole("weekly_line_every", 7, least=1),
        nudge_after=form.duration("nudge_after", timedelta(hours=4)),
        expires_after=form.duration("expires_after", timedelta(hours=20)),
        touches_a_day=form.whole("touches_a_day", 1, least=1),
        still_wanted=still_wanted,
    )


def _item(node: Node, notes: Notes, missed: Missed) -> PlanItem:
    form = Form.of(node, notes, ITEM, "an item of the plan")
    sends = [kind for kind in Sends if kind in form]
    if len(sends) != 1:
        notes.wrong(form.line, 'an item of the plan sends one thing: "flow", "tip" or "notice".')
    kind = sends[0] if sends else Sends.NOTICE
    return PlanItem(
        name=form.name("item"),
        day=form.whole("day", least=EARLIEST),
        at=form.time("at"),
        until=form.time("until"),
        sends=kind,
        content=form.text(kind),
        line=form.line,
        after=_anchor(form, "after") if "after" in form else None,
        missed=form.one_of("missed", Missed, missed),
        last_day=form.whole("last_day", least=EARLIEST) if "last_day" in form else None,
    )


def _still_wanted(plan: Form) -> StillWanted | None:
    if "still_wanted" not in plan:
        return None
    line = plan.line_of("still_wanted")
    form = Form.of(plan.node("still_wanted"), plan.notes, STILL_WANTED, '"still_wanted"')
    return StillWanted(
        missed=form.whole("missed", 3, least=1),
        from_day=form.whole("from_day"),
        item=PlanItem(
            name=ASKS_STILL_WANTED,
            day=0,
            at=form.time("at"),
            until=form.time("until"),
            sends=Sends.FLOW,
            content=form.name("flow"),
            line=line,
        ),
        no=_anchor(form, "no"),
        line=line,
    )


def _anchor(item: Form, key: str) -> Anchor:
    form = Form.of(item.node(key), item.notes, ANCHOR, f'"{key}"')
    node = form.node("is")
    value = node.value if isinstance(node, Scalar) else None
    if node is not None and (value is None or isinstance(value, bool)):
        form.wrong("is", '"is" must be an answer: yes, no, an option or a number.')
    if isinstance(value, str):
        value = {"yes": True, "no": False}.get(value, value)
    return Anchor(form.name("flow"), form.name("answer"), "" if value is None else value)


def _refuse_twins(items: list[PlanItem], notes: Notes) -> None:
    lines: dict[str, int] = {}
    for item in items:
        if item.name in lines:
            notes.wrong(item.line, f'the item "{item.name}" stands in line {lines[item.name]} already.')
        lines.setdefault(item.name, item.line)
