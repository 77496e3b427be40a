"""Reads a flow file, and a part that several flows share: a conversation, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.core.flow import Flow, Step
from bot.core.notices import Notices
from bot.core.plan import CarePlan
from bot.core.practice import Practice
from bot.core.redflag.table import RedFlagTable
from bot.flowfile.form import Form
from bot.flowfile.paths import check_paths
from bot.flowfile.problem import Notes
from bot.flowfile.shape import FLOW, PART
from bot.flowfile.steps import Steps, Surroundings
from bot.flowfile.yaml import Node


@dataclass(frozen=True, slots=True)
class Setting:
    """What a flow takes from the other files: the practice's numbers, the usual words, the red flags, shared parts."""

    practice: Practice
    notices: Notices
    plan: CarePlan
    table: RedFlagTable
    parts: Mapping[str, Flow] = field(default_factory=dict)


def read_flow(node: Node | None, notes: Notes, setting: Setting) -> Flow:
    form = Form.of(node, notes, FLOW, "the flow")
    flow = _read(form, "flow", notes, setting)
    check_paths(flow, notes)
    return flow


def read_part(node: Node | None, notes: Notes, setting: Setting) -> Flow:
    """A part is read as a flow of its own; "end" goes back to whichever flow took it in."""
    flow = _read(Form.of(node, notes, PART, "the part"), "part", notes, setting)
    check_paths(flow, notes)
    return flow


def _read(form: Form, key: str, notes: Notes, setting: Setting) -> Flow:
    around = Surroundings(
        practice=setting.practice,
        asking=setting.notices.asking,
        plan=setting.plan,
        table=setting.table,
        parts=setting.parts,
    )
    steps = Steps(form, notes, around).read()
    return Flow(
        name=form.name(key),
        title=form.text("title"),
        steps=steps,
        approved_by=_signed(form, steps, setting.parts),
        sources=form.texts("sources"),
    )


def _signed(form: Form, steps: tuple[Step, ...], parts: Mapping[str, Flow]) -> str:
    """A flow is no more signed than the parts that it takes in."""
    used = {step.part for step in steps if step.part}
    return form.approved_by() if all(parts[part].approved_by for part in used) else ""
