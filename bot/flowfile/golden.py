"""Golden conversations: `.chat` files that a nurse can read, played again to see whether anything has changed.

# flow: day-08
# language: en
> ... what Mendline says        < ... what the patient texts
! ... an alert or a task        # ... how it stands at the end
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import ndiff
from pathlib import Path

from bot.core.redflag.phrases import Phrases
from bot.flowfile.library import Library
from bot.flowfile.play import Voice, play

FOLDER = "golden"
SUFFIX = ".chat"
_EARLIER = "earlier "


class BadChat(ValueError):
    """A file that is no conversation; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Chat:
    """One conversation as it was kept. `past` holds earlier numbers, by question."""

    flow: str
    language: str = "en"
    day: int | None = None
    in_hours: bool = True
    past: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    lines: tuple[str, ...] = ()

    @property
    def replies(self) -> list[str]:
        return [line[2:] for line in self.lines if line.startswith(f"{Voice.PATIENT} ")]

    def play(self, library: Library, phrases: Phrases) -> tuple[str, ...]:
        """What is said now. Raises LookupError for a flow that is not there."""
        spoken = play(
            library,
            self.flow,
            self.replies,
            self.language,
            self.day,
            in_hours=self.in_hours,
            phrases=phrases,
            past=self.past,
        )
        return tuple(str(line) for line in spoken)

    def __str__(self) -> str:
        head = [f"# flow: {self.flow}", f"# language: {self.language}"]
        head += [f"# day: {self.day}"] if self.day is not None else []
        head += [] if self.in_hours else ["# office: closed"]
        head += [f"# {_EARLIER}{name}: {', '.join(f'{v:g}' for v in past)}" for name, past in self.past.items()]
        return "\n".join((*head, *self.lines)) + "\n"


@dataclass(frozen=True, slots=True)
class Changed:
    """A conversation that no longer goes as it was kept: `difference` has a line for each that stayed, went or came."""

    name: str
    difference: tuple[str, ...]


def read(text: str) -> Chat:
    """Raises BadChat."""
    heads: dict[str, str] = {}
    lines = text.splitlines()
    while lines and lines[0].startswith("# ") and ": " in lines[0]:
        key, _, value = lines.pop(0)[2:].partition(": ")
        heads[key] = value.strip()
    if "flow" not in heads:
        raise BadChat('the first line must name the flow, like "# flow: day-01".')
    if any(line[:2] not in {f"{voice} " for voice in Voice} for line in lines if line):
        raise BadChat('every line begins with "> ", "< ", "! " or "# ".')
    return Chat(
        flow=heads["flow"],
        language=heads.get("language", "en"),
        day=_day(heads.get("day")),
        in_hours=heads.get("office", "open") == "open",
        past={key.removeprefix(_EARLIER): _numbers(value) for key, value in heads.items() if key.startswith(_EARLIER)},
        lines=tuple(line for line in lines if line),
    )


def _day(written: str | None) -> int | None:
    if written is None:
        return None
    if not written.isdecimal():
        raise BadChat(f'"{written}" is no day after surgery.')
    return int(written)


def _numbers(written: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in written.split(","))
    except ValueError:
        raise BadChat(f'"{written}" is no list of numbers like "5, 2".') from None


def chats(folder: Path) -> Mapping[str, str]:
    """The texts of every golden conversation of a folder of flows, by file name."""
    return {path.name: path.read_text("utf-8") for path in sorted((folder / FOLDER).glob(f"*{SUFFIX}"))}


def compare(kept: Mapping[str, Chat], library: Library, phrases: Phrases) -> Iterable[Changed]:
    """Whole lists are compared, so that a lost last line shows."""
    for name, chat in kept.items():
        if chat.flow not in library.flows:
            yield Changed(name, (f'- there is no flow "{chat.flow}" any more',))
            continue
        now = chat.play(library, phrases)
        if now != chat.lines:
            yield Changed(name, tuple(line for line in ndiff(chat.lines, now) if not line.startswith("?")))
