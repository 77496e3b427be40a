"""Files made: from a template, as a copy, or under a new name, which everything that speaks of them follows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from bot.errors import Refused
from bot.flowfile import golden
from bot.flowfile.form import NAME
from bot.service.drafts.folder import Folder, kind

TEMPLATES: Mapping[str, str] = {
    "checkin": """\
# yaml-language-server: $schema=../schema/flow.json
flow: {name}
title: "{title}"
status: draft
sources: [house]
steps:
  - use: pain
    opening: {{en: "{{clinic}}.", es: "{{clinic}}."}}
  - use: anything
  - use: close
""",
    "question": """\
# yaml-language-server: $schema=../schema/flow.json
flow: {name}
title: "{title}"
status: draft
sources: [house]
steps:
  - use: saddle
    opening: {{en: "{{clinic}}.", es: "{{clinic}}."}}
  - use: close
""",
    "part": """\
# yaml-language-server: $schema=../schema/part.json
part: {name}
title: "{title}"
status: draft
sources: [house]
steps:
  - ask: {step}
    kind: yes_no
    text:
      en: "Write the question here. Reply YES or NO."
      es: "Escriba aqu\u00ed la pregunta. Responda S\u00cd o NO."
    answers:
      - when: yes
        task: "Write here what staff look at."
      - when: no
""",
}


def make(folder: Folder, template: str, name: str, title: str) -> str:
    """Returns the new file. Raises Refused for a name that is none or that is taken."""
    if template not in TEMPLATES:
        raise Refused("choose one of the templates")
    file = _file_of("parts/" if template == "part" else "checkins/", name)
    _refuse_taken(folder, file)
    plain = " ".join(title.replace('"', "'").replace("\\", "/").split()) or name
    folder.add(file, TEMPLATES[template].format(name=name, title=plain, step=name.replace("-", "_")))
    return file


def duplicate(folder: Folder, file: str, name: str) -> str:
    """A copy that differs in its name alone. Raises Refused, or LookupError for a file that is not there."""
    _refuse_fixed(file)
    copy = _file_of(_home(file), name)
    _refuse_taken(folder, copy)
    folder.add(copy, _named(folder.text(file), kind(file), name))
    return copy


def rename(folder: Folder, file: str, name: str) -> tuple[str, list[str]]:
    """Returns the file's new name and every other file that followed. Conversations under way keep their version."""
    _refuse_fixed(file)
    old, new = PurePosixPath(file).stem, _file_of(_home(file), name)
    _refuse_taken(folder, new)
    sources, _ = folder.sources()
    key = "use" if kind(file) == "part" else "flow"
    pattern = re.compile(rf"(\b{key}:\s*)([\"']?){re.escape(old)}\2(?=\s*(?:[,}}#]|$))", re.MULTILINE)
    changed = {new: _named(folder.text(file), kind(file), name)}
    for other, text in sources.items():
        if other != file and (followed := pattern.sub(rf"\g<1>\g<2>{name}\g<2>", text)) != text:
            changed[other] = followed
    talks = _goldens(folder, old, name) if key == "flow" else {}
    gone = (file, *(f"{golden.FOLDER}/{talk}" for talk in talks))
    changed |= {f"{golden.FOLDER}/{name}{talk.removeprefix(old)}": text for talk, text in talks.items()}
    folder.change(changed, gone)
    return new, sorted(set(changed) - {new})


def _goldens(folder: Folder, old: str, name: str) -> dict[str, str]:
    """The golden conversations of a flow, as they read under its new name."""
    head = f"# flow: {old}\n"
    kept = golden.chats(folder.path).items()
    return {
        talk: text.replace(head, f"# flow: {name}\n", 1)
        for talk, text in kept
        if text.startswith(head) and talk.startswith(f"{old}.")
    }


def _named(text: str, what: str, name: str) -> str:
    return re.sub(rf"^({what}:\s*).*$", rf"\g<1>{name}", text, count=1, flags=re.MULTILINE)


def _home(file: str) -> str:
    folder = PurePosixPath(file).parent.as_posix()
    return "" if folder == "." else f"{folder}/"


def _file_of(home: str, name: str) -> str:
    if not NAME.fullmatch(name):
        raise Refused(f'"{name}" is no name: use small letters, figures and dashes, such as day-15')
    return f"{home}{name}.yaml"


def _refuse_fixed(file: str) -> None:
    if kind(file) not in ("flow", "part"):
        raise Refused(f"{file} is one of a kind: there is no other, and its name is fixed")


def _refuse_taken(folder: Folder, file: str) -> None:
    """A name is taken wherever in the folder it stands."""
    name = PurePosixPath(file).stem
    for other in folder.sources()[0]:
        if PurePosixPath(other).stem == name:
            raise Refused(f"there is a file {other} already")
