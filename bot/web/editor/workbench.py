"""The workbench: one file with its checker, its drawing and a phone. The page's script asks here while one types."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request

from bot.core.sign_in import Right
from bot.errors import Refused
from bot.service.console.signing_in import Visitor
from bot.service.drafts import checking, keeping, trying
from bot.service.drafts.folder import Folder, Overtaken, difference, digest, kind
from bot.service.drafts.trying import Opening
from bot.web.console.gate import Gate
from bot.web.editor.said import sentence

DRAWN = ("flow", "part")
"""The kinds of file that hold a conversation; others have no drawing and no phone."""


def add(gate: Gate, blueprint: Blueprint) -> None:
    bench = Workbench(gate)
    for method, rule, view in (
        ("GET", "/flows/edit/<path:file>", bench.edit),
        ("GET", "/flows/words/<path:file>", bench.words),
        ("GET", "/flows/state/<path:file>", bench.state),
        ("POST", "/flows/check", bench.check),
        ("POST", "/flows/save", bench.save),
        ("POST", "/flows/drop", bench.drop),
        ("POST", "/flows/talk", bench.talk),
        ("POST", "/flows/golden", bench.golden),
    ):
        gate.door(blueprint, method, rule, Right.MANAGE)(view)


class Workbench:
    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.parts = gate.parts
        self.folder = Folder(gate.site.flows)

    def edit(self, visitor: Visitor, file: str) -> str:
        opened = keeping.open_file(self.parts, self.folder, file, visitor.staff_id)
        return render_template(
            "editor/workbench.html",
            opened=opened,
            file=file,
            kind=kind(file),
            is_drawn=kind(file) in DRAWN,
            version=self.parts.scripts.live().version,
            line=request.args.get("line", type=int),
        )

    def words(self, visitor: Visitor, file: str) -> Response:
        """What may be written where: for completion, and for help under the pointer."""
        del visitor
        sources, _ = self.folder.sources()
        if file not in sources:
            raise LookupError(file)
        return jsonify(checking.words(checking.read(sources).library, sources, file))

    def state(self, visitor: Visitor, file: str) -> Response:
        """What stands in the file now, which may have been edited elsewhere."""
        del visitor
        saved = self.folder.text(file)
        now = digest(saved)
        return jsonify(base=now, text=None if request.args.get("base") == now else saved)

    def check(self, visitor: Visitor) -> Any:
        """Keeps what was typed, and says what the checker says of it; with `proof`, all that publishing would ask."""
        form = request.form
        file, text = form.get("file", ""), _text(form.get("text", ""))
        try:
            saved = keeping.keep(
                self.parts, self.folder, file, text, form.get("base", ""), visitor.staff_id, self._real
            )
        except Refused as refused:
            return _no(refused)
        look = (checking.prove if form.get("proof") else checking.read)(self._draft(file, text))
        told = checking.said(look, file)
        return jsonify({**told, "theirs": None if saved == form.get("base") else self._theirs(file, text)})

    def _theirs(self, file: str, text: str) -> dict[str, object]:
        """What somebody else has put into the file since, and how it differs from what is typed."""
        saved = self.folder.text(file)
        return {"base": digest(saved), "text": saved, "difference": difference(text, saved)}

    def save(self, visitor: Visitor) -> Any:
        form = request.form
        file, text = form.get("file", ""), _text(form.get("text", ""))
        try:
            base = keeping.save(self.parts, self.folder, file, text, form.get("base", ""), visitor.staff_id)
        except Overtaken as overtaken:
            return jsonify(sentence=f"{overtaken}.", theirs=self._theirs(file, text)), 409
        except Refused as refused:
            return _no(refused)
        self.gate.record(visitor, "flow saved", detail=file)
        return jsonify(base=base)

    def drop(self, visitor: Visitor) -> Response:
        """Back to what the file says."""
        file = request.form.get("file", "")
        saved = self.folder.text(file)
        keeping.drop(self.parts, file, visitor.staff_id)
        return jsonify(base=digest(saved), text=saved)

    def talk(self, visitor: Visitor) -> Any:
        del visitor
        try:
            library, phrases, opening, acts = self._trying()
            return jsonify(asdict(trying.talk(library, phrases, opening, acts)))
        except Refused as refused:
            return jsonify(sentence=sentence(refused))

    def golden(self, visitor: Visitor) -> Any:
        """The talk becomes a golden conversation: a file that every check of the flows plays again."""
        try:
            library, phrases, opening, acts = self._trying()
            kept = trying.golden(library, phrases, opening, acts, request.form.get("name", "").strip().lower())
            self.folder.add(kept.file, kept.text)
        except Refused as refused:
            return _no(refused)
        self.gate.record(visitor, "golden conversation kept", detail=kept.file)
        return jsonify(file=kept.file)

    def _trying(self) -> tuple[Any, ...]:
        form = request.form
        sources = self._draft(form.get("file", ""), _text(form.get("text", "")))
        library = checking.read(sources).library
        if library is None:
            raise Refused("the text must be mended before it can be tried: the problems say where")
        flow = form.get("flow", "")
        if flow not in library.flows and flow in library.parts:
            library = replace(library, flows={**library.flows, flow: library.parts[flow]})  # a part, alone
        if flow not in library.flows:
            raise Refused(f'there is no flow "{flow}" in the text yet')
        try:
            acts = trying.acts_of(json.loads(form.get("acts", "[]")))
        except (ValueError, TypeError, AttributeError):
            raise Refused("that is no conversation") from None
        day = form.get("day", type=int)
        opening = Opening(flow, form.get("language", "en"), day if day is None else max(0, day), not form.get("closed"))
        return library, checking.phrases_of(sources), opening, acts

    def _draft(self, file: str, text: str) -> dict[str, str]:
        """Everything that is saved, with this one file as it is being typed."""
        sources, _ = self.folder.sources()
        return {**sources, file: text}

    @property
    def _real(self) -> datetime:
        return self.gate.site.clock.real()


def _text(sent: str) -> str:
    """Forms send line ends of two characters."""
    return sent.replace("\r\n", "\n")


def _no(refused: Refused) -> tuple[Response, int]:
    return jsonify(sentence=sentence(refused)), 409
