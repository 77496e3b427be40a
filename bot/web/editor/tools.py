"""The pages beside the workbench: words side by side, phrases tried out, the plan as a calendar, and files made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from bot.core.redflag.table import CONCEPTS
from bot.core.sign_in import Right
from bot.errors import Refused
from bot.service.console.case import here
from bot.service.console.signing_in import Visitor
from bot.service.drafts import calendar, checking, listening, making, wording
from bot.service.drafts.calendar import PLAN
from bot.service.drafts.folder import Folder, digest, kind
from bot.web.console.gate import Gate
from bot.web.editor.said import sentence

PHRASES = "phrases.yaml"


def add(gate: Gate, blueprint: Blueprint) -> None:
    pages = Tools(gate)
    for method, rule, view in (
        ("GET", "/flows/wording/<path:file>", pages.wording),
        ("POST", "/flows/wording/<path:file>", pages.save_wording),
        ("POST", "/flows/measure", pages.measure),
        ("GET", "/flows/translation/<language>.po", pages.export),
        ("POST", "/flows/translation", pages.take_in),
        ("GET", "/flows/phrases", pages.phrases),
        ("POST", "/flows/phrases", pages.try_phrases),
        ("GET", "/flows/plan", pages.plan),
        ("POST", "/flows/plan", pages.move),
        ("GET", "/flows/new", pages.new),
        ("POST", "/flows/new", pages.make),
        ("POST", "/flows/duplicate", pages.duplicate),
        ("POST", "/flows/rename", pages.rename),
    ):
        gate.door(blueprint, method, rule, Right.MANAGE)(view)


class Tools:
    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.parts = gate.parts
        self.folder = Folder(gate.site.flows)

    # Words

    def wording(self, visitor: Visitor, file: str) -> str:
        del visitor
        return self._wording(file)

    def save_wording(self, visitor: Visitor, file: str) -> AnyResponse:
        """Fields are named by language and text: "es:steps.wound.text"."""
        form = request.form
        said = {
            (name, language): " ".join(words.split())
            for field, words in form.items()
            if (parts := field.partition(":"))[1] and (name := parts[2]) and (language := parts[0])
        }
        try:
            changed = wording.save(self.folder, file, form.get("base", ""), said)
        except Refused as refused:
            return make_response(self._wording(file, problem=refused), 409)
        self.gate.record(visitor, "flow saved", detail=f"{file}: words")
        return redirect(url_for("flows.wording", file=file, changed=changed), code=303)

    def _wording(self, file: str, problem: Refused | None = None) -> str:
        library = checking.read(self.folder.sources()[0]).library
        languages = library.practice.languages if library else ("en", "es")
        found = wording.words(self.folder, library, file, languages)
        return render_template(
            "editor/wording.html",
            found=found,
            languages=languages,
            changed=request.args.get("changed", type=int),
            problem=sentence(problem),
        )

    def measure(self, visitor: Visitor) -> Response:
        """What a text costs, as it is typed."""
        del visitor
        library = checking.read(self.folder.sources()[0]).library
        values = library.practice.values if library else {}
        text, language = request.form.get("text", "")[:1600], request.form.get("language", "en")
        return jsonify(line=render_template("editor/measured.html", text=wording.measured(text, language, values)))

    def export(self, visitor: Visitor, language: str) -> Response:
        del visitor
        library = checking.read(self.folder.sources()[0]).library
        if library is None or language not in library.practice.languages:
            raise LookupError(language)
        text = wording.export(self.folder, language)
        name = {"Content-Disposition": f"attachment; filename={language}.po"}
        return Response(text, mimetype="text/x-gettext-translation", headers=name)

    def take_in(self, visitor: Visitor) -> AnyResponse:
        sent, language = request.files.get("po"), request.form.get("language", "")
        try:
            changed, problems = wording.take_in(self.folder, sent.read() if sent else b"", language)
        except Refused as refused:
            return self._files_page(refused)
        self.gate.record(visitor, "translation taken in", detail=f"{language}: {len(changed)} files")
        return make_response(self._new(changed=changed, untaken=problems, language=language))

    # Phrases

    def phrases(self, visitor: Visitor) -> str:
        del visitor
        return self._phrases()

    def try_phrases(self, visitor: Visitor) -> AnyResponse:
        form = request.form
        text, concept, phrase = form.get("text", "")[:1600], form.get("concept", ""), form.get("phrase", "")
        values: dict[str, Any] = {"text": text, "concept": concept, "phrase": phrase}
        try:
            if form.get("do") == "hear":
                values["heard"] = listening.hear(self.folder, text)
            elif form.get("do") == "keep":
                rule, base = form.get("rule", "").strip(), form.get("base", "")
                listening.add(self.folder, concept, phrase, rule, base)
                self.gate.record(visitor, "flow saved", detail=f"{PHRASES}: {rule}")
                return redirect(url_for("flows.edit", file=PHRASES), code=303)
            else:
                values["tried"] = listening.try_phrase(self.folder, concept, phrase)
        except Refused as refused:
            return make_response(self._phrases(**values, problem=sentence(refused)), 409)
        return make_response(self._phrases(**values))

    def _phrases(self, **values: Any) -> str:
        base = digest(self.folder.text(PHRASES))
        return render_template("editor/phrases.html", **values, concepts=CONCEPTS, base=base)

    # The plan

    def plan(self, visitor: Visitor) -> str:
        del visitor
        return self._plan()

    def move(self, visitor: Visitor) -> AnyResponse:
        form = request.form
        name, day = form.get("item", ""), form.get("day", -1, type=int)
        library = checking.read(self.folder.sources()[0]).library
        try:
            calendar.move(self.folder, library, name, day, form.get("base", ""))
        except Refused as refused:
            return make_response(self._plan(sentence(refused)), 409)
        self.gate.record(visitor, "flow saved", detail=f"{PLAN}: {name} to day {day}")
        return redirect(url_for("flows.plan", moved=name), code=303)

    def _plan(self, problem: str = "") -> str:
        look = checking.read(self.folder.sources()[0])
        now, script = self.gate.site.now(), self.parts.scripts.live()
        today = now.astimezone(here(script)).date()
        found = calendar.calendar(self.parts, self.folder, look.library, today, now) if look.library else None
        problems = [each for each in look.problems if each.file == PLAN or found is None]
        moved = request.args.get("moved", "")
        return render_template("editor/plan.html", found=found, problems=problems, moved=moved, problem=problem)

    # Files

    def new(self, visitor: Visitor) -> str:
        del visitor
        return self._new()

    def make(self, visitor: Visitor) -> AnyResponse:
        form = request.form
        template, name, title = form.get("template", ""), form.get("name", "").strip(), form.get("title", "")
        return self._made(visitor, lambda: making.make(self.folder, template, name, title))

    def duplicate(self, visitor: Visitor) -> AnyResponse:
        file, name = request.form.get("file", ""), request.form.get("name", "").strip()
        return self._made(visitor, lambda: making.duplicate(self.folder, file, name))

    def rename(self, visitor: Visitor) -> AnyResponse:
        file, name = request.form.get("file", ""), request.form.get("name", "").strip()
        return self._made(visitor, lambda: making.rename(self.folder, file, name)[0])

    def _made(self, visitor: Visitor, work: Callable[[], str]) -> AnyResponse:
        try:
            file = work()
        except Refused as refused:
            return self._files_page(refused)
        self.gate.record(visitor, "flow file made", detail=file)
        return redirect(url_for("flows.edit", file=file), code=303)

    def _files_page(self, refused: Refused) -> AnyResponse:
        return make_response(self._new(problem=sentence(refused)), 409)

    def _new(self, **values: Any) -> str:
        sources, _ = self.folder.sources()
        named = [file for file in sources if kind(file) in ("flow", "part")]
        library = checking.read(sources).library
        languages = library.practice.languages if library else ()
        return render_template("editor/new.html", files=named, languages=languages, **values)
