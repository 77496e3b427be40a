"""Reads notices.yaml: every standard text, and how each kind of question is asked again."""

from __future__ import annotations

from bot.core.flow import Kind
from bot.core.notices import NOTICES, TO_STAFF, Asking, Notice, Notices
from bot.flowfile.form import Form
from bot.flowfile.problem import Notes
from bot.flowfile.shape import ASKING, ASKING_NAMES, NOTICE, NOTICE_NAMES, STANDARD_TEXTS
from bot.flowfile.yaml import Node

QUESTION = frozenset({"question"})
"""The placeholder that stands for the question asked again; it is filled when a flow is read."""


def read_notices(node: Node | None, notes: Notes) -> Notices:
    form = Form.of(node, notes, STANDARD_TEXTS, "the file")
    texts = Form.of(form.node("notices"), notes, NOTICE_NAMES, '"notices"')
    asking = Form.of(form.node("asking"), notes, ASKING_NAMES, '"asking"')
    return Notices(
        notices={name: _notice(name, texts) for name in NOTICES if name in texts},
        asking={kind: _asking(kind, asking) for kind in Kind if kind in asking},
    )


def _notice(name: str, texts: Form) -> Notice:
    form = Form.of(texts.node(name), texts.notes, NOTICE, f'"{name}"')
    return Notice(
        name, form.whole("version", 1, least=1), form.sent("text", may=NOTICES[name], to_staff=name in TO_STAFF)
    )


def _asking(kind: Kind, asking: Form) -> Asking:
    form = Form.of(asking.node(kind), asking.notes, ASKING, f'"{kind}"')
    return Asking(form.sent("again", may=QUESTION), form.sent("nudge", may=QUESTION))
