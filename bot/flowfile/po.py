"""Words to a translator and back: a PO file of every text of the flows, and its translations put into the files.

A text is named by its file and its place in it ("checkins/day-13.yaml: steps.visit.text"), so that the same English
can be translated apart. Comments, order and everything else in a file stay as they are.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po, write_po

from bot.core.wording import counted, placeholders
from bot.flowfile.problem import Notes, Problem
from bot.flowfile.yaml import Fields, Items, Node, Scalar, read

SOURCE = "en"
_NAMED = ("ask", "say", "score", "use", "item", "name", "when")
"""What an entry of a list is known by."""


@dataclass(frozen=True, slots=True)
class Text:
    """One wording in a file: its name, its words by language, and where each stands."""

    file: str
    name: str
    words: Mapping[str, Scalar]
    group: Fields

    @property
    def context(self) -> str:
        return f"{self.file}: {self.name}"


def texts(sources: Mapping[str, str]) -> Iterator[Text]:
    """Every wording of these files, in order. A file that cannot be read has none."""
    for file, source in sorted(sources.items()):
        node = read(source, Notes(file))
        if node is not None:
            yield from _texts(node, file, ())


def _texts(node: Node, file: str, path: tuple[str, ...]) -> Iterator[Text]:
    if isinstance(node, Items):
        for place, item in enumerate(node.items, 1):
            yield from _texts(item, file, (*path, _known_by(item) or str(place)))
    elif isinstance(node, Fields):
        words = {key: part for key, part in node.fields.items() if isinstance(part, Scalar)}
        if SOURCE in words and len(words) == len(node.fields):
            yield Text(file, ".".join(path), words, node)
            return
        for key, part in node.fields.items():
            yield from _texts(part, file, (*path, key))


def _known_by(node: Node) -> str:
    fields = node.fields if isinstance(node, Fields) else {}
    named = (fields[key] for key in _NAMED if key in fields)
    return next((name.written for name in named if isinstance(name, Scalar)), "")


def export(sources: Mapping[str, str], language: str) -> str:
    """The PO file for one language; what is translated already is in it."""
    catalog = Catalog(locale=language.replace("-", "_"), project="Mendline", charset="utf-8", fuzzy=False)
    for text in texts(sources):
        catalog.add(
            text.words[SOURCE].written,
            text.words[language].written if language in text.words else "",
            locations=[(text.file, text.words[SOURCE].line)],
            auto_comments=_hints(text.words[SOURCE].written),
            context=text.context,
        )
    held = io.BytesIO()
    write_po(held, catalog, width=0, omit_header=False)
    return held.getvalue().decode("utf-8")


def _hints(words: str) -> list[str]:
    hints = [f"Keep {{{name}}} as it is: a value stands there." for name in sorted(placeholders(words))]
    for name, forms in counted(words):
        listed = "|".join(forms)
        hints.append(f"{{{name}:{listed}}} is a number with its noun: give the noun's forms, for one and for more.")
    return hints


def take_in(sources: Mapping[str, str], po: str, language: str) -> tuple[Mapping[str, str], tuple[Problem, ...]]:
    """The files with these translations in them, and what could not be taken in. Fuzzy entries are left out."""
    try:
        catalog = read_po(io.BytesIO(po.encode("utf-8")), abort_invalid=True)
    except (PoFileError, ValueError) as error:
        return sources, (Problem("the PO file", 1, f"it cannot be read: {error}."),)
    known = {text.context: text for text in texts(sources)}
    problems: list[Problem] = []
    edits: dict[str, list[_Edit]] = {}
    for message in catalog:
        if not message.id or message.fuzzy or not message.string or not isinstance(message.string, str):
            continue
        text = known.get(message.context or "")
        refused = _refused(text, str(message.id), message.string)
        if refused or text is None:
            problems.append(Problem(message.context or "the PO file", message.lineno or 1, refused))
        elif language not in text.words or text.words[language].written != message.string:
            edits.setdefault(text.file, []).append(_edit(sources[text.file], text, language, message.string))
    changed = {file: _apply(sources[file], of_file) for file, of_file in edits.items()}
    return {**sources, **changed}, tuple(problems)


def put(source: str, file: str, words: Mapping[tuple[str, str], str]) -> str:
    """The file with these words in it, by the name of the text and the language. Nothing else in it changes, and a
    text that is not there any more is passed over."""
    known = {text.name: text for text in texts({file: source})}
    edits = [
        _edit(source, known[name], language, said)
        for (name, language), said in words.items()
        if name in known and (language not in known[name].words or known[name].words[language].written != said)
    ]
    return _apply(source, edits)


def _refused(text: Text | None, source: str, translated: str) -> str:
    if text is None:
        return "no text stands at this place any more."
    if text.words[SOURCE].written != source:
        return "the English has changed since this was translated; export again."
    if placeholders(translated) != placeholders(source):
        listed = ", ".join(f"{{{name}}}" for name in sorted(placeholders(source))) or "none"
        return f"the translation must hold the same placeholders as the English: {listed}."
    return ""


@dataclass(frozen=True, slots=True)
class _Edit:
    """Text to put in place of what stands between two offsets."""

    start: int
    end: int
    text: str


def _edit(source: str, text: Text, language: str, words: str) -> _Edit:
    quoted = json.dumps(words, ensure_ascii=False)
    starts = _line_starts(source)
    if language in text.words:
        scalar = text.words[language]
        return _Edit(starts[scalar.line] + scalar.column - 1, starts[scalar.end[0]] + scalar.end[1], quoted)
    last = max(text.words.values(), key=lambda scalar: scalar.end)
    end = starts[last.end[0]] + last.end[1]
    group = text.group
    is_flow = source[starts[group.line] + group.column - 1] == "{"
    before = ", " if is_flow else "\n" + " " * (group.column - 1)
    return _Edit(end, end, f"{before}{language}: {quoted}")


def _line_starts(source: str) -> list[int]:
    """Where each line begins, counted from 1 as lines are."""
    starts, place = [0, 0], source.find("\n")
    while place >= 0:
        starts.append(place + 1)
        place = source.find("\n", place + 1)
    return starts


def _apply(source: str, edits: Iterable[_Edit]) -> str:
    for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
        source = source[: edit.start] + edit.text + source[edit.end :]
    return source
