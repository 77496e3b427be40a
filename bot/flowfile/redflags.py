"""Reads redflags.yaml: the table of red flags. A copy in the package stands in when the practice's cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files

from bot.core.redflag.table import CONCEPTS, Concept, Handling, RedFlagTable, Tier, Wording
from bot.flowfile.form import Form
from bot.flowfile.problem import Notes, Problem
from bot.flowfile.shape import CONCEPT, CONCEPT_NAMES, HANDLING, TABLE
from bot.flowfile.yaml import Node, read


def load_table(text: str, file: str = "redflags.yaml") -> tuple[RedFlagTable | None, tuple[Problem, ...]]:
    """The table alone, so that a mistake in another file never costs the red flags."""
    notes = Notes(file)
    table = read_table(read(text, notes), notes)
    return (None if notes.is_broken else table), notes.problems


def fallback_table() -> RedFlagTable:
    """The table in the package, for when there is no other."""
    table, problems = load_table((files("bot.flowfile") / "fallback" / "redflags.yaml").read_text("utf-8"))
    if table is None:
        raise LookupError(f"the packaged red-flag table is broken: {problems[0]}")
    return table


def read_table(node: Node | None, notes: Notes) -> RedFlagTable:
    form = Form.of(node, notes, TABLE, "the table")
    concepts = Form.of(form.node("concepts"), notes, CONCEPT_NAMES, '"concepts"')
    return RedFlagTable(
        version=form.text("version"),
        approved_by=form.approved_by(),
        concepts={name: _concept(name, concepts) for name in CONCEPTS if name in concepts},
    )


def _concept(name: str, concepts: Form) -> Concept:
    form = Form.of(concepts.node(name), concepts.notes, CONCEPT, f'"{name}"')
    return Concept(
        name=name,
        title=form.wording("title"),
        usual=_handling(form),
        severe=_severe(name, form),
        sources=form.texts("sources"),
    )


def _severe(name: str, concept: Form) -> Handling | None:
    node = concept.node("severe")
    if node is None:
        return None
    return _handling(Form.of(node, concept.notes, HANDLING, f'the severe form of "{name}"'))


def _handling(form: Form) -> Handling:
    tier = form.one_of("tier", Tier, Tier.EMERGENCY)
    tell = form.sent("tell")
    late = form.sent("tell_out_of_hours") if "tell_out_of_hours" in form else tell
    if tier is Tier.EMERGENCY:
        _refuse_without_911(form, {"tell": tell, "tell_out_of_hours": late})
    elif "tell_out_of_hours" not in form:
        form.notes.wrong(form.line, f'{form.what} needs "tell_out_of_hours": staff are not always there.')
    return Handling(
        tier=tier,
        tell=tell,
        # 911 answers at any hour, so one text can serve an emergency.
        tell_out_of_hours=late,
        staff=form.text("staff"),
        acknowledge_within=form.duration("acknowledge_within"),
        call_within=form.duration("call_within"),
    )


def _refuse_without_911(form: Form, tells: Mapping[str, Wording]) -> None:
    for key, wording in tells.items():
        for language, text in wording.items():
            if key in form and "911" not in text:
                form.wrong(key, f'{form.what} is an emergency, and its "{key}" in "{language}" lacks 911.')
