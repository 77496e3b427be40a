"""Reads a flow file: a conversation, step by step."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.flow import END, Ask, Flow, Kind, Say, Step
from bot.core.notices import Asking, Notices
from bot.core.plan import CarePlan
from bot.core.practice import Practice
from bot.core.redflag.table import RedFlagTable, Wording
from bot.flowfile.answers import read_answers, read_goto
from bot.flowfile.form import Form
from bot.flowfile.notices import QUESTION
from bot.flowfile.paths import check_paths
from bot.flowfile.problem import Notes, Sent
from bot.flowfile.question import read_question
from bot.flowfile.yaml import Fields, Node, Scalar

_FLOW = ("flow", "title", "status", "sources", "steps")
_SAY = ("say", "text", "goto")
_ASK = (
    *("ask", "kind", "text", "answers", "low", "high", "unit", "worse"),
    *("options", "again", "nudge", "nudge_after", "expires_after"),
)


@dataclass(frozen=True, slots=True)
class Setting:
    """What a flow takes from the other files: the practice's numbers, the usual words, the red flags there are."""

    practice: Practice
    notices: Notices
    plan: CarePlan
    table: RedFlagTable


def read_flow(node: Node | None, notes: Notes, setting: Setting) -> Flow:
    form = Form(node, notes, what="the flow", known=_FLOW, needs=_FLOW)
    reading = _Steps(form, notes, setting)
    flow = Flow(
        name=form.name("flow"),
        title=form.text("title"),
        steps=reading.steps(),
        approved_by=form.approved_by(),
        sources=form.texts("sources"),
    )
    check_paths(flow, notes)
    return flow


class _Steps:
    """The steps of one flow. Their names are gathered first, because a step may go to a later one."""

    def __init__(self, form: Form, notes: Notes, setting: Setting) -> None:
        self._form = form
        self._notes = notes
        self._setting = setting
        self._names = [name for part in form.items("steps") if (name := _name_of(part))]

    def steps(self) -> tuple[Step, ...]:
        found = tuple(step for part in self._form.items("steps") if (step := self._step(part)))
        if not found and "steps" in self._form:
            self._form.wrong("steps", "a flow needs at least one step.")
        for place, step in enumerate(found):
            if step.name in {earlier.name for earlier in found[:place]}:
                self._notes.wrong(step.line, f'there is a step "{step.name}" already.')
        return found

    def _step(self, node: Node) -> Step | None:
        if isinstance(node, Fields) and ("say" in node.fields) != ("ask" in node.fields):
            return self._say(node) if "say" in node.fields else self._ask(node)
        self._notes.wrong(node.line, 'a step begins with "say" or with "ask", and a name.')
        return None

    def _say(self, node: Node) -> Say:
        form = Form(node, self._notes, what='a "say" step', known=_SAY, needs=("text",))
        return Say(_step_name(form, "say"), form.sent("text"), read_goto(form, self._names), form.line)

    def _ask(self, node: Node) -> Ask:
        form = Form(node, self._notes, what='an "ask" step', known=_ASK, needs=("kind", "text", "answers"))
        kind = form.one_of("kind", Kind, Kind.WORDS)
        text = form.sent("text")
        question = read_question(form, kind, text)
        usual = self._setting.notices.asking.get(kind, Asking({}, {}))
        branches = read_answers(
            form,
            question,
            table=self._setting.table,
            numbers=self._setting.practice.numbers,
            steps=self._names,
        )
        return Ask(
            name=_step_name(form, "ask"),
            text=text,
            question=question,
            again=_asked_again(form, "again", usual.again, text),
            branches=branches,
            nudge=_asked_again(form, "nudge", usual.nudge, text),
            nudge_after=form.duration("nudge_after", self._setting.plan.nudge_after),
            expires_after=form.duration("expires_after", self._setting.plan.expires_after),
            line=form.line,
        )


def _name_of(node: Node) -> str:
    """Whatever a step is called, before it is known to be a good step."""
    fields = node.fields if isinstance(node, Fields) else {}
    name = fields.get("say") or fields.get("ask")
    return name.written.strip() if isinstance(name, Scalar) else ""


def _step_name(form: Form, key: str) -> str:
    name = form.name(key)
    if name == END:
        form.wrong(key, f'a step cannot be called "{END}": that is where a conversation goes to stop.')
    return name


def _asked_again(form: Form, key: str, usual: Wording, question: Wording) -> Wording:
    """The flow's own words for it, or the usual ones; with the question itself where they ask for it."""
    wording = form.sent(key, may=QUESTION) if key in form else usual
    filled = {language: text.replace("{question}", question.get(language, "")) for language, text in wording.items()}
    form.notes.sent.extend(
        Sent(form.line, language, text) for language, text in filled.items() if text != wording[language]
    )
    return filled
