"""Reads notices.yaml: every standard text, and how each kind of question is asked again."""

from __future__ import annotations

from bot.core.flow import Kind
from bot.core.notices import NOTICES, TO_STAFF, Asking, Notice, Notices
from bot.flowfile.form import Form
from bot.flowfile.problem import Notes
from bot.flowfile.yaml import Node

QUESTION = frozenset({"question"})
"""The placeholder that stands for the question asked again; it is filled when a flow is read."""


def read_notices(node: Node | None, notes: Notes) -> Notices:
    form = Form(node, notes, what="the file", known=("notices", "asking"), needs=("notices", "asking"))
    texts = Form(form.node("notices"), notes, what='"notices"', known=NOTICES, needs=NOTICES)
    asking = Form(form.node("asking"), notes, what='"asking"', known=list(Kind), needs=list(Kind))
    return Notices(
        notices={name: _notice(name, texts) for name in NOTICES if name in texts},
        asking={kind: _asking(kind, asking) for kind in Kind if kind in asking},
    )


def _notice(name: str, texts: Form) -> Notice:
    keys = ("version", "text")
    form = Form(texts.node(name), texts.notes, what=f'"{name}"', known=keys, needs=keys)
    return Notice(
        name, form.whole("version", 1, least=1), form.sent("text", may=NOTICES[name], to_staff=name in TO_STAFF)
    )


def _asking(kind: Kind, asking: Form) -> Asking:
    keys = ("again", "nudge")
    form = Form(asking.node(kind), asking.notes, what=f'"{kind}"', known=keys, needs=keys)
    return Asking(form.sent("again", may=QUESTION), form.sent("nudge", may=QUESTION))
